/* The panel "weights": every parameter over the iterations, as far as the snapshot at hand, in axes
 * that have room for the whole run.
 *
 * Up to TR_N_LINE_COLORS parameters have a colour each, and their name where their curve ends; more
 * are thin translucent lines with a colour for each layer. Of more than MAX_CURVES parameters, so many
 * evenly chosen ones are drawn, and the label of the axis says so. */
#include "alloc.h"
#include "diag.h"
#include "growth.h"
#include "legend.h"
#include "lines.h"
#include "panel.h"
#include "replay.h"
#include "series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A point this close to the curve without it is left out: in pixels of few curves, and in line widths
 * of many. */
#define COLLINEAR_PIXELS 0.05
#define COLLINEAR_WIDTHS 0.2
#define SPAN_WIDTHS 0.75        /* of many curves: that a span is wide, in line widths */
#define LARGEST_LABEL_SHARE 0.3 /* of the panel's width, for names beside the curves */

enum {
    MAX_CURVES = 1000,
    MAX_SPANS = 1 << 19, /* of all curves together */
    MIN_SPANS = 64,
    NAME_SIZE = 64
};

typedef struct weights_data {
    size_t n_curves;
    size_t *params; /* the parameter that each curve shows, rising */
    tr_series *series;
    const tr_joint *joint; /* then iterations are positions of what runs are aligned by */
    uint64_t last_iteration;
    bool diverged;
    double lowest; /* of all values; 0 and 0 if none is finite */
    double highest;
} weights_data;

/* A curve in pixels; x rises. */
typedef struct pixel_curve {
    size_t n_points;
    tr_point *points;
} pixel_curve;

typedef struct weights_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const weights_data *data;
    tr_axes axes;
    tr_axes_content content;
    char y_label[64];   /* with two counts of parameters */
    double label_width; /* of the widest name beside the curves; 0 if there are none */
    PangoLayout *names[TR_N_LINE_COLORS];
    tr_legend *legend;
    tr_growth *growth;
    pixel_curve *curves;
    cairo_surface_t *whole; /* the curves of the whole run within the axes; NULL for a still */
    double whole_x;         /* its upper left pixel */
    double whole_y;
} weights_panel;

/* ---- reading the recording ---- */

static void release_weights(void *handle) {
    weights_data *data = handle;
    if (!data)
        return;
    for (size_t i = 0; data->series && i < data->n_curves; i++)
        tr_series_clear(&data->series[i]);
    free(data->series);
    free(data->params);
    free(data);
}

static uint64_t position_of(const weights_data *data, const tr_snapshot *snapshot) {
    return data->joint ? tr_align_position(data->joint->align, snapshot) : snapshot->iteration;
}

static tr_status add_snapshot(const tr_snapshot *snapshot, void *context) {
    weights_data *data = context;
    uint64_t position = position_of(data, snapshot);
    for (size_t i = 0; i < data->n_curves; i++)
        tr_series_add(&data->series[i], position, (double)snapshot->params[data->params[i]]);
    return TR_OK;
}

/* How many spans a curve is divided into: one a pixel; fewer of many curves, whose thin lines would
 * not show them. */
static size_t choose_spans(size_t n_curves, const tr_style *style, double width) {
    double spans = width;
    if (n_curves > TR_N_LINE_COLORS)
        spans = fmin(width / (SPAN_WIDTHS * style->line_width), MAX_SPANS / (double)n_curves);
    return (size_t)fmax(spans, MIN_SPANS);
}

static tr_status create_series(weights_data *data, size_t n_params, size_t n_spans, tr_diag *diag) {
    data->n_curves = n_params < MAX_CURVES ? n_params : MAX_CURVES;
    data->params = tr_alloc_array(data->n_curves, sizeof *data->params);
    data->series = tr_alloc_array(data->n_curves, sizeof *data->series);
    if (!data->params || !data->series)
        return tr_fail_memory(diag, "the weights");
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < data->n_curves; i++) {
        data->params[i] = (size_t)((uint64_t)i * n_params / data->n_curves);
        status = tr_series_init(&data->series[i], data->last_iteration, n_spans, diag);
    }
    return status;
}

static void finish_series(weights_data *data) {
    data->lowest = INFINITY;
    data->highest = -INFINITY;
    for (size_t i = 0; i < data->n_curves; i++) {
        tr_series_finish(&data->series[i]);
        data->lowest = fmin(data->lowest, data->series[i].lowest);
        data->highest = fmax(data->highest, data->series[i].highest);
    }
    if (data->lowest > data->highest)
        data->lowest = data->highest = 0;
}

static tr_status prepare_weights(void **shared, const tr_panel_source *source, double width,
                                 double height, tr_diag *diag) {
    size_t n_params = tr_network_n_params(source->network);
    tr_style style = tr_style_for((int)width, (int)height);
    *shared = NULL;
    weights_data *data = tr_alloc_array(1, sizeof *data);
    if (!data)
        return tr_fail_memory(diag, "the weights");
    tr_status status = tr_replay_last_iteration(source->recording, &data->last_iteration, diag);
    if (source->joint)
        data->last_iteration = source->joint->last;
    data->joint = source->joint;
    data->diverged = source->diverged_at;
    if (!status)
        status = create_series(data, n_params, choose_spans(n_params, &style, width), diag);
    if (!status)
        status = tr_replay(source->recording, n_params, add_snapshot, data, diag);
    if (status) {
        release_weights(data);
        return status;
    }
    finish_series(data);
    *shared = data;
    return TR_OK;
}

/* What a run does that diverges would be all that is seen: it counts only if all do. */
static bool unite_weights(void *const *shared, size_t n_runs) {
    double lowest = INFINITY, highest = -INFINITY;
    bool all_diverged = true;
    for (size_t i = 0; i < n_runs; i++)
        all_diverged = all_diverged && ((const weights_data *)shared[i])->diverged;
    for (size_t i = 0; i < n_runs; i++) {
        const weights_data *data = shared[i];
        if (all_diverged || !data->diverged) {
            lowest = fmin(lowest, data->lowest);
            highest = fmax(highest, data->highest);
        }
    }
    for (size_t i = 0; i < n_runs; i++) {
        weights_data *data = shared[i];
        data->lowest = lowest;
        data->highest = highest;
    }
    return true;
}

/* ---- the panel ---- */

static bool has_few_curves(const weights_panel *weights) {
    return weights->data->n_curves <= TR_N_LINE_COLORS;
}

static void destroy_weights(tr_panel *panel) {
    weights_panel *weights = (weights_panel *)panel;
    if (!weights)
        return;
    for (int i = 0; i < TR_N_LINE_COLORS; i++)
        if (weights->names[i])
            g_object_unref(weights->names[i]);
    for (size_t i = 0; weights->curves && i < weights->data->n_curves; i++)
        free(weights->curves[i].points);
    free(weights->curves);
    cairo_surface_destroy(weights->whole);
    tr_growth_destroy(&weights->growth);
    tr_legend_destroy(&weights->legend);
    free(weights);
}

static void curve_name(const weights_panel *weights, size_t curve, char name[NAME_SIZE]) {
    tr_network_param_name(weights->setting.source->network, weights->data->params[curve], name,
                          NAME_SIZE);
}

/* Lays out the names of few curves, if there is room for them beside the curves. */
static tr_status create_names(weights_panel *weights, tr_diag *diag) {
    const tr_panel_setting *setting = &weights->setting;
    size_t n_curves = weights->data->n_curves;
    double size = setting->style.label_size;
    double widest = 0;
    if (!has_few_curves(weights))
        return TR_OK;
    for (size_t i = 0; i < n_curves; i++) {
        char name[NAME_SIZE];
        curve_name(weights, i, name);
        tr_status status = tr_text_layout(setting->text, name, size, &weights->names[i], diag);
        if (status)
            return status;
        widest = fmax(widest, tr_text_width(weights->names[i]));
    }
    double needed = 1.6 * size + widest;
    double room = setting->height - 5 * size;
    if (needed <= LARGEST_LABEL_SHARE * setting->width && 1.2 * size * (double)n_curves <= room)
        weights->label_width = needed;
    return TR_OK;
}

static void choose_content(weights_panel *weights) {
    const weights_data *data = weights->data;
    const tr_panel_setting *setting = &weights->setting;
    size_t n_params = tr_network_n_params(setting->source->network);
    const char *x_label = data->joint ? tr_align_label(data->joint->align) : "iteration";
    snprintf(weights->y_label, sizeof weights->y_label, "weight");
    if (n_params > data->n_curves)
        snprintf(weights->y_label, sizeof weights->y_label, "weight (%zu of %zu)", data->n_curves,
                 n_params);
    weights->content =
        (tr_axes_content){.x_high = data->last_iteration ? (double)data->last_iteration : 1,
                          .x_exact = true,
                          .y_low = data->lowest,
                          .y_high = data->highest,
                          .no_x_ticks = setting->no_x_ticks,
                          .no_y_ticks = setting->no_y_ticks,
                          .x_label = setting->x_label ? setting->x_label : x_label,
                          .y_label = setting->y_label ? setting->y_label : weights->y_label};
}

static tr_status create_weights(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    weights_panel *weights = tr_alloc_array(1, sizeof *weights);
    if (!weights)
        return tr_fail_memory(diag, "the weights");
    weights->setting = *setting;
    weights->data = setting->shared;
    weights->panel.axes = &weights->axes;
    choose_content(weights);
    tr_status status = create_names(weights, diag);
    if (!status)
        status = tr_axes_lay_out(&weights->axes, setting->text, &setting->style, &weights->content,
                                 setting->x, setting->y, setting->width - weights->label_width,
                                 setting->height, diag);
    if (status)
        destroy_weights(&weights->panel);
    else
        *out = &weights->panel;
    return status;
}

/* ---- the curves ---- */

/* The layer, counted from 0, that a parameter belongs to. */
static size_t layer_of(const tr_network *network, size_t param) {
    size_t layer = 0;
    while (layer + 1 < tr_network_n_layers(network) &&
           param >= tr_network_layer(network, layer + 1)->weights)
        layer++;
    return layer;
}

static tr_color curve_color(const weights_panel *weights, size_t curve) {
    const tr_panel_source *source = weights->setting.source;
    size_t index =
        has_few_curves(weights) ? curve : layer_of(source->network, weights->data->params[curve]);
    return source->theme.lines[index % TR_N_LINE_COLORS];
}

/* The curves of the whole run in pixels. */
static tr_status create_curves(weights_panel *weights, tr_diag *diag) {
    const weights_data *data = weights->data;
    double tolerance = has_few_curves(weights)
                           ? COLLINEAR_PIXELS
                           : COLLINEAR_WIDTHS * weights->setting.style.line_width;
    weights->curves = tr_alloc_array(data->n_curves, sizeof *weights->curves);
    if (!weights->curves)
        return tr_fail_memory(diag, "the weights");
    for (size_t i = 0; i < data->n_curves; i++) {
        const tr_series *series = &data->series[i];
        pixel_curve *curve = &weights->curves[i];
        curve->points = tr_series_to_pixels(series, &weights->axes);
        if (!curve->points)
            return tr_fail_memory(diag, "the weights");
        curve->n_points = tr_polyline_simplify(curve->points, series->n_points, tolerance);
    }
    return TR_OK;
}

/* x up to which the curves are drawn: the end of the column of pixels that the iteration falls in. */
static double visible_to(const weights_panel *weights, const tr_snapshot *snapshot) {
    uint64_t position = position_of(weights->data, snapshot);
    if (position >= weights->data->last_iteration)
        return INFINITY;
    return ceil(tr_axes_to_pixel(&weights->axes, (double)position, 0).x);
}

static void reach(void *context, const tr_snapshot *snapshot, double *settled, double *head) {
    *settled = *head = visible_to(context, snapshot);
}

static bool measure(void *context, const tr_snapshot *snapshot, double left, double right,
                    double *top, double *bottom) {
    const weights_panel *weights = context;
    double margin = weights->setting.style.line_width;
    (void)right;
    *top = weights->axes.top - margin;
    *bottom = weights->axes.bottom + margin;
    return left < visible_to(weights, snapshot);
}

static tr_point point_between(tr_point from, tr_point to, double x) {
    double share = (x - from.x) / (to.x - from.x);
    return (tr_point){x, from.y + share * (to.y - from.y)};
}

/* Strokes the part of a curve that is visible from `left` to `right`, ending at `end` if it goes on
 * there. */
static void stroke_curve(const pixel_curve *curve, cairo_t *cr, double left, double right,
                         double end) {
    size_t first = tr_polyline_find(curve->points, curve->n_points, left);
    first -= first > 0;
    cairo_new_path(cr);
    for (size_t i = first; i < curve->n_points; i++) {
        tr_point at = curve->points[i];
        if (at.x > end && i > 0)
            at = point_between(curve->points[i - 1], at, end);
        cairo_line_to(cr, at.x, at.y);
        if (curve->points[i].x >= right || curve->points[i].x >= end)
            break;
    }
    cairo_stroke(cr);
}

/* Strokes all curves from `left` to `right`, up to `end`. */
static void stroke_curves(const weights_panel *weights, cairo_t *cr, double left, double right,
                          double end) {
    double line_width = weights->setting.style.line_width;
    bool few = has_few_curves(weights);
    double opacity = few ? 1 : fmax(0.25, fmin(0.75, 4.5 / sqrt((double)weights->data->n_curves)));
    cairo_set_line_width(cr, few ? line_width : fmax(0.5 * line_width, 0.8));
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < weights->data->n_curves; i++) {
        tr_color color = curve_color(weights, i);
        cairo_set_source_rgba(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                              (color & 0xFF) / 255.0, opacity);
        stroke_curve(&weights->curves[i], cr, left - line_width, right + line_width, end);
    }
}

/* For frames, all curves are drawn once: there may be many, and each frame shows a few columns of
 * pixels more of them. */
static tr_status draw_whole_run(weights_panel *weights, tr_diag *diag) {
    const tr_axes *axes = &weights->axes;
    double margin = weights->setting.style.line_width;
    weights->whole_x = floor(axes->left - margin);
    weights->whole_y = floor(axes->top - margin);
    double width = ceil(axes->right + margin) - weights->whole_x;
    double height = ceil(axes->bottom + margin) - weights->whole_y;
    weights->whole = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    cairo_t *cr = cairo_create(weights->whole);
    cairo_translate(cr, -weights->whole_x, -weights->whole_y);
    stroke_curves(weights, cr, axes->left, axes->right, INFINITY);
    tr_status status = cairo_status(cr) ? tr_fail_memory(diag, "the weights") : TR_OK;
    cairo_destroy(cr);
    return status;
}

/* In a still the curves end at the snapshot; in a frame they are cut at a column of pixels, so that
 * what is left of it never changes. */
static void stroke(void *context, cairo_t *cr, const tr_snapshot *snapshot, double left,
                   double right) {
    const weights_panel *weights = context;
    double visible = visible_to(weights, snapshot);
    if (!weights->whole) {
        stroke_curves(weights, cr, left, right, visible);
        return;
    }
    cairo_set_source_surface(cr, weights->whole, weights->whole_x, weights->whole_y);
    cairo_rectangle(cr, left, weights->whole_y, fmax(fmin(visible, right) - left, 0),
                    cairo_image_surface_get_height(weights->whole));
    cairo_fill(cr);
}

static const tr_growth_ops growth_ops = {reach, measure, stroke};

/* ---- drawing ---- */

/* Names of few curves that have no room beside them, or of the layers of many. */
static tr_status create_legend(weights_panel *weights, tr_diag *diag) {
    const tr_panel_source *source = weights->setting.source;
    bool few = has_few_curves(weights);
    size_t n_names = few ? weights->data->n_curves : tr_network_n_layers(source->network);
    size_t n_rows = n_names < TR_N_LINE_COLORS ? n_names : TR_N_LINE_COLORS;
    char names[TR_N_LINE_COLORS][NAME_SIZE];
    tr_legend_row rows[TR_N_LINE_COLORS];
    for (size_t i = 0; i < n_rows; i++) {
        if (few)
            curve_name(weights, i, names[i]);
        else if (i + TR_N_LINE_COLORS < n_names)
            snprintf(names[i], NAME_SIZE, "dense%zu, dense%zu \u2026", i + 1,
                     i + 1 + TR_N_LINE_COLORS);
        else
            snprintf(names[i], NAME_SIZE, "dense%zu", i + 1);
        rows[i] = (tr_legend_row){names[i], source->theme.lines[i], TR_MARK_LINE};
    }
    return tr_legend_create(&weights->legend, &weights->setting, &weights->axes, TR_CORNER_TOP_LEFT,
                            rows, (int)n_rows, diag);
}

static tr_status draw_weights_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    weights_panel *weights = (weights_panel *)panel;
    const tr_panel_setting *setting = &weights->setting;
    tr_status status = tr_axes_draw(&weights->axes, setting->text, &setting->style,
                                    &setting->source->theme, &weights->content, cr, diag);
    if (!status)
        status = create_curves(weights, diag);
    if (!status && !setting->still)
        status = draw_whole_run(weights, diag);
    if (!status && weights->label_width == 0)
        status = create_legend(weights, diag);
    if (!status)
        status = tr_legend_draw_background(weights->legend, cr, diag);
    if (!status)
        status = tr_growth_create(&weights->growth, &growth_ops, weights, &weights->axes,
                                  setting->style.line_width / 2, weights->legend, cr,
                                  setting->still, diag);
    return status;
}

static tr_status update_weights_background(tr_panel *panel, tr_canvas *canvas,
                                           const tr_snapshot *snapshot, tr_diag *diag) {
    (void)diag;
    tr_growth_update_background(((weights_panel *)panel)->growth, canvas, snapshot);
    return TR_OK;
}

/* Keeps labels apart that would overlap, in the order of what they belong to: each is moved as little
 * as the ones above leave it, and all up again if that ran over the bottom. */
static void spread(const tr_point *ends, const int *order, int count, double distance, double top,
                   double bottom, double *y) {
    for (int i = 0; i < count; i++) {
        double above = i ? y[order[i - 1]] + distance : top;
        y[order[i]] = fmax(ends[order[i]].y, above);
    }
    for (int i = count - 1; i >= 0; i--) {
        double below = i < count - 1 ? y[order[i + 1]] - distance : bottom;
        y[order[i]] = fmin(y[order[i]], below);
    }
}

/* The indices of the ends that are finite, from top to bottom. Returns how many. */
static int sort_ends(const tr_point *ends, int n_ends, int *order) {
    int count = 0;
    for (int i = 0; i < n_ends; i++) {
        if (!isfinite(ends[i].y))
            continue;
        int at = count++;
        for (; at > 0 && ends[order[at - 1]].y > ends[i].y; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return count;
}

static void draw_end(const weights_panel *weights, const tr_panel_target *target, int curve,
                     tr_point end, double label_y) {
    const tr_style *style = &weights->setting.style;
    const tr_theme *theme = &weights->setting.source->theme;
    double size = style->label_size;
    double radius = 1.6 * style->line_width;
    cairo_t *cr = target->cr;
    tr_set_color(cr, theme->lines[curve]);
    cairo_new_path(cr);
    cairo_arc(cr, end.x, end.y, radius, 0, 2 * G_PI);
    cairo_fill(cr);
    if (weights->label_width == 0)
        return;
    double label_x = end.x + 1.4 * size;
    cairo_set_line_width(cr, fmax(style->line_width / 2, 1));
    cairo_move_to(cr, end.x, end.y);
    cairo_line_to(cr, label_x - 0.3 * size, label_y);
    cairo_stroke(cr);
    tr_set_color(cr, theme->text);
    tr_text_draw(cr, weights->names[curve], label_x, label_y + 0.36 * size);
}

static void touch_end(const weights_panel *weights, const tr_panel_target *target, tr_point end,
                      double label_y) {
    double size = weights->setting.style.label_size;
    double radius = 1.6 * weights->setting.style.line_width + 1;
    tr_panel_touch(target, end.x - radius, end.y - radius, 2 * radius, 2 * radius);
    if (weights->label_width > 0) {
        double top = fmin(end.y, label_y) - size;
        tr_panel_touch(target, end.x, top, weights->label_width + 0.3 * size,
                       fmax(end.y, label_y) + size - top);
    }
}

/* Where few curves end: a dot, and their names beside it. */
static void draw_ends(const weights_panel *weights, const tr_panel_target *target,
                      const tr_snapshot *snapshot) {
    const weights_data *data = weights->data;
    double size = weights->setting.style.label_size;
    tr_point ends[TR_N_LINE_COLORS];
    double label_y[TR_N_LINE_COLORS] = {0};
    int order[TR_N_LINE_COLORS];
    for (size_t i = 0; i < data->n_curves; i++)
        ends[i] = tr_axes_to_pixel(&weights->axes, (double)position_of(data, snapshot),
                                   (double)snapshot->params[data->params[i]]);
    int count = sort_ends(ends, (int)data->n_curves, order);
    spread(ends, order, count, 1.2 * size, weights->axes.top + 0.4 * size,
           weights->axes.bottom - 0.4 * size, label_y);
    for (int i = 0; i < count; i++)
        touch_end(weights, target, ends[order[i]], label_y[order[i]]);
    for (int i = 0; i < count; i++)
        draw_end(weights, target, order[i], ends[order[i]], label_y[order[i]]);
}

static tr_status draw_weights(tr_panel *panel, const tr_panel_target *target,
                              const tr_snapshot *snapshot, tr_diag *diag) {
    const weights_panel *weights = (const weights_panel *)panel;
    (void)diag;
    tr_growth_draw(weights->growth, target, snapshot);
    if (has_few_curves(weights))
        draw_ends(weights, target, snapshot);
    return TR_OK;
}

const tr_panel_ops tr_panel_weights = {
    .needs_recording = true,
    .still_title = "",
    .prepare = prepare_weights,
    .release = release_weights,
    .unite = unite_weights,
    .create = create_weights,
    .destroy = destroy_weights,
    .draw_background = draw_weights_background,
    .update_background = update_weights_background,
    .draw = draw_weights,
};
