/* The panel "weights": every parameter over the iterations, up to the snapshot at hand.
 *
 * Up to TR_N_LINE_COLORS parameters have a colour each, and their name where their curve ends; more
 * are thin translucent lines with a colour for each layer. Of more than TR_MAX_CURVES parameters, so
 * many evenly chosen ones are drawn.
 *
 * In a video the axes stay the same. The curves of the whole run are drawn once, and a frame shows them
 * up to the column of pixels that its iteration falls in. */
#include "alloc.h"
#include "curves.h"
#include "diag.h"
#include "legend.h"
#include "panel.h"
#include "replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COLLINEAR_PIXELS 0.05   /* of few curves; a point this close to the line is left out */
#define COLLINEAR_WIDTHS 0.2    /* of many, in line widths */
#define COLUMN_WIDTHS 0.75      /* of many: of a column this wide only the extremes are kept */
#define LARGEST_LABEL_SHARE 0.3 /* of the panel's width, for names beside the curves */

enum { NAME_SIZE = 48 };

typedef struct shared_weights {
    tr_curves curves;
    uint64_t first_iteration;
    uint64_t last_iteration;
} shared_weights;

/* A part of the picture in whole pixels. */
typedef struct area {
    int x;
    int y;
    int width;
    int height;
} area;

typedef struct weights_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const shared_weights *shared;
    tr_axes axes;
    tr_axes_content content;
    char y_label[NAME_SIZE];
    double label_width; /* of the widest name beside the curves; 0 if there are none */
    PangoLayout *names[TR_N_LINE_COLORS];
    tr_legend *legend;
    tr_point *points;
    area area;              /* what the curves may reach */
    cairo_surface_t *plain; /* the area without curves; NULL for a still, as is the next */
    cairo_surface_t *drawn; /* with the curves of the whole run */
    int revealed;           /* columns of the area that the canvas' background has from `drawn` */
} weights_panel;

static tr_status visit(const tr_snapshot *snapshot, void *context) {
    tr_curves_add(context, snapshot);
    return TR_OK;
}

static void release_weights(void *handle) {
    shared_weights *shared = handle;
    if (!shared)
        return;
    tr_curves_clear(&shared->curves);
    free(shared);
}

static tr_status read_curves(shared_weights *shared, const tr_panel_source *source, tr_diag *diag) {
    const tr_recording *recording = source->recording;
    size_t n_params = tr_network_n_params(source->network);
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    tr_status status = TR_OK;
    if (n_snapshots) {
        status = tr_replay_iteration(recording, 0, &shared->first_iteration, diag);
        if (!status)
            status = tr_replay_iteration(recording, n_snapshots - 1, &shared->last_iteration, diag);
    }
    if (!status)
        status = tr_curves_init(&shared->curves, n_params, n_snapshots, shared->first_iteration,
                                shared->last_iteration, diag);
    if (!status)
        status = tr_replay(recording, n_params, visit, &shared->curves, diag);
    if (!status)
        tr_curves_finish(&shared->curves);
    return status;
}

static tr_status prepare_weights(void **out, const tr_panel_source *source, double width,
                                 double height, tr_diag *diag) {
    (void)width, (void)height;
    *out = NULL;
    shared_weights *shared = tr_alloc_array(1, sizeof *shared);
    if (!shared)
        return tr_fail_memory(diag, "the curves of the weights");
    tr_status status = read_curves(shared, source, diag);
    if (status)
        release_weights(shared);
    else
        *out = shared;
    return status;
}

static bool has_few_curves(const weights_panel *weights) {
    return weights->shared->curves.n_curves <= TR_N_LINE_COLORS;
}

static void destroy_weights(tr_panel *panel) {
    weights_panel *weights = (weights_panel *)panel;
    if (!weights)
        return;
    for (int i = 0; i < TR_N_LINE_COLORS; i++)
        if (weights->names[i])
            g_object_unref(weights->names[i]);
    tr_legend_destroy(&weights->legend);
    cairo_surface_destroy(weights->plain);
    cairo_surface_destroy(weights->drawn);
    free(weights->points);
    free(weights);
}

static void curve_name(const weights_panel *weights, size_t curve, char name[NAME_SIZE]) {
    tr_network_param_name(weights->setting.source->network, weights->shared->curves.params[curve],
                          name, NAME_SIZE);
}

/* Lays out the names of few curves, if there is room for them beside the curves. */
static tr_status create_names(weights_panel *weights, tr_diag *diag) {
    const tr_panel_setting *setting = &weights->setting;
    const tr_curves *curves = &weights->shared->curves;
    double size = setting->style.label_size;
    double widest = 0;
    if (!has_few_curves(weights))
        return TR_OK;
    for (size_t i = 0; i < curves->n_curves; i++) {
        char name[NAME_SIZE];
        curve_name(weights, i, name);
        tr_status status = tr_text_layout(setting->text, name, size, &weights->names[i], diag);
        if (status)
            return status;
        widest = fmax(widest, tr_text_width(weights->names[i]));
    }
    double needed = 1.6 * size + widest;
    double room = setting->height - 5 * size;
    if (needed <= LARGEST_LABEL_SHARE * setting->width &&
        1.2 * size * (double)curves->n_curves <= room)
        weights->label_width = needed;
    return TR_OK;
}

static void choose_content(weights_panel *weights) {
    const shared_weights *shared = weights->shared;
    const tr_panel_setting *setting = &weights->setting;
    size_t n_params = tr_network_n_params(setting->source->network);
    snprintf(weights->y_label, sizeof weights->y_label, "weight");
    if (n_params > shared->curves.n_curves)
        snprintf(weights->y_label, sizeof weights->y_label, "weight (%zu of %zu)",
                 shared->curves.n_curves, n_params);
    weights->content =
        (tr_axes_content){.x_low = (double)shared->first_iteration,
                          .x_high = (double)shared->last_iteration,
                          .y_low = shared->curves.lowest,
                          .y_high = shared->curves.highest,
                          .x_label = setting->x_label ? setting->x_label : "iteration",
                          .y_label = setting->y_label ? setting->y_label : weights->y_label};
}

static tr_status create_weights(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    weights_panel *weights = tr_alloc_array(1, sizeof *weights);
    if (!weights)
        return tr_fail_memory(diag, "the picture");
    weights->setting = *setting;
    weights->shared = setting->shared;
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
    size_t index = has_few_curves(weights)
                       ? curve
                       : layer_of(source->network, weights->shared->curves.params[curve]);
    return source->theme.lines[index % TR_N_LINE_COLORS];
}

/* Keeps the first, the lowest, the highest and the last point of every column, in their order. */
static size_t thin_columns(tr_point *points, size_t count, double column) {
    size_t kept = 0;
    for (size_t first = 0, end; first < count; first = end) {
        size_t low = first, high = first;
        for (end = first; end < count && points[end].x < points[first].x + column; end++) {
            low = points[end].y < points[low].y ? end : low;
            high = points[end].y > points[high].y ? end : high;
        }
        const size_t chosen[] = {first, low < high ? low : high, low < high ? high : low, end - 1};
        tr_point column_points[4];
        for (int i = 0; i < 4; i++)
            column_points[i] = points[chosen[i]];
        for (int i = 0; i < 4; i++)
            if (i == 0 || chosen[i] != chosen[i - 1])
                points[kept++] = column_points[i];
    }
    return kept;
}

/* The pixels of a curve up to an iteration, where the parameter has that value. Returns how many. */
static size_t trace_curve(const weights_panel *weights, size_t curve, uint64_t iteration,
                          float value) {
    const tr_curves *curves = &weights->shared->curves;
    const float *values = tr_curves_values(curves, curve);
    double line_width = weights->setting.style.line_width;
    tr_point *points = weights->points;
    size_t count = 0;
    for (size_t i = 0; i < curves->n_points && curves->iterations[i] < iteration; i++)
        points[count++] =
            tr_axes_to_pixel(&weights->axes, (double)curves->iterations[i], (double)values[i]);
    points[count++] = tr_axes_to_pixel(&weights->axes, (double)iteration, (double)value);
    /* the polyline wants x to rise, also where several points fall on one iteration */
    for (size_t i = 1; i < count; i++)
        points[i].x = fmax(points[i].x, points[i - 1].x + 1e-5);
    if (has_few_curves(weights))
        return tr_polyline_simplify(points, count, COLLINEAR_PIXELS);
    count = thin_columns(points, count, COLUMN_WIDTHS * line_width);
    return tr_polyline_simplify(points, count, COLLINEAR_WIDTHS * line_width);
}

static void stroke_curve(const weights_panel *weights, cairo_t *cr, size_t count) {
    bool joined = false;
    cairo_new_path(cr);
    for (size_t i = 0; i < count; i++) {
        tr_point point = weights->points[i];
        if (!isfinite(point.y))
            joined = false;
        else if (joined)
            cairo_line_to(cr, point.x, point.y);
        else
            cairo_move_to(cr, point.x, point.y);
        joined = isfinite(point.y);
    }
    cairo_stroke(cr);
}

/* All curves up to an iteration; `params` are those of its snapshot. */
static void draw_curves(const weights_panel *weights, cairo_t *cr, uint64_t iteration,
                        const float *params) {
    const tr_curves *curves = &weights->shared->curves;
    double n_curves = (double)curves->n_curves;
    bool few = has_few_curves(weights);
    double width = weights->setting.style.line_width;
    double opacity = few ? 1 : fmax(0.25, fmin(0.75, 14 / sqrt(n_curves * 10)));
    cairo_save(cr);
    cairo_rectangle(cr, weights->area.x, weights->area.y, weights->area.width,
                    weights->area.height);
    cairo_clip(cr);
    cairo_set_line_width(cr, few ? width : fmax(0.5 * width, 0.8));
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < curves->n_curves; i++) {
        tr_color color = curve_color(weights, i);
        cairo_set_source_rgba(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                              (color & 0xFF) / 255.0, opacity);
        stroke_curve(weights, cr, trace_curve(weights, i, iteration, params[curves->params[i]]));
    }
    cairo_restore(cr);
}

/* Names of few curves that have no room beside them, or of the layers of many. */
static tr_status create_legend(weights_panel *weights, tr_diag *diag) {
    const tr_panel_source *source = weights->setting.source;
    tr_panel_setting setting = weights->setting;
    bool few = has_few_curves(weights);
    size_t n_names = few ? weights->shared->curves.n_curves : tr_network_n_layers(source->network);
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
    setting.still = true; /* it is drawn where the curves are, which is not on the frame */
    return tr_legend_create(&weights->legend, &setting, &weights->axes, TR_CORNER_LEFT, rows,
                            (int)n_rows, diag);
}

static void draw_legend(const weights_panel *weights, cairo_t *cr) {
    tr_legend_lower(weights->legend, &(tr_panel_target){cr, NULL});
}

static void find_area(weights_panel *weights) {
    const tr_axes *axes = &weights->axes;
    double margin = weights->setting.style.line_width / 2;
    int left = (int)floor(axes->left - margin);
    int top = (int)floor(axes->top - margin);
    weights->area = (area){left, top, (int)ceil(axes->right + margin) - left,
                           (int)ceil(axes->bottom + margin) - top};
}

/* A copy of the area as it is on the background. */
static cairo_surface_t *copy_area(const area *part, cairo_t *background) {
    cairo_surface_t *copy =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, part->width, part->height);
    cairo_t *cr = cairo_create(copy);
    cairo_set_source_surface(cr, cairo_get_target(background), -part->x, -part->y);
    cairo_paint(cr);
    cairo_destroy(cr);
    return copy;
}

/* Draws the whole run, to be revealed frame by frame. */
static tr_status draw_whole_run(weights_panel *weights, cairo_t *background, tr_diag *diag) {
    const tr_panel_source *source = weights->setting.source;
    uint64_t last = tr_recording_n_snapshots(source->recording) - 1;
    float *params = tr_alloc_array(tr_network_n_params(source->network), sizeof *params);
    if (!params)
        return tr_fail_memory(diag, "the curves of the weights");
    weights->drawn = copy_area(&weights->area, background);
    tr_snapshot snapshot;
    tr_status status = tr_recording_read(source->recording, last, 1, &snapshot, params, diag);
    if (!status) {
        cairo_t *cr = cairo_create(weights->drawn);
        cairo_translate(cr, -weights->area.x, -weights->area.y);
        draw_curves(weights, cr, snapshot.iteration, params);
        draw_legend(weights, cr);
        cairo_destroy(cr);
        draw_legend(weights, background);
        weights->plain = copy_area(&weights->area, background);
        if (cairo_surface_status(weights->drawn) || cairo_surface_status(weights->plain))
            status = tr_fail_memory(diag, "the curves of the weights");
    }
    free(params);
    return status;
}

static tr_status draw_weights_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    weights_panel *weights = (weights_panel *)panel;
    const tr_panel_setting *setting = &weights->setting;
    find_area(weights);
    weights->points = tr_alloc_array(weights->shared->curves.n_points + 1, sizeof *weights->points);
    if (!weights->points)
        return tr_fail_memory(diag, "the curves of the weights");
    tr_status status = tr_axes_draw(&weights->axes, setting->text, &setting->style,
                                    &setting->source->theme, &weights->content, cr, diag);
    if (!status && weights->label_width == 0)
        status = create_legend(weights, diag);
    if (!status && !setting->still)
        status = draw_whole_run(weights, cr, diag);
    return status;
}

/* How many columns of the area show iterations up to this one. */
static int columns_up_to(const weights_panel *weights, uint64_t iteration) {
    if (iteration >= weights->shared->last_iteration)
        return weights->area.width;
    double x = tr_axes_to_pixel(&weights->axes, (double)iteration, 0).x - weights->area.x;
    return (int)fmin(fmax(ceil(x), 0), weights->area.width);
}

static tr_status update_weights_background(tr_panel *panel, tr_canvas *canvas,
                                           const tr_snapshot *snapshot, tr_diag *diag) {
    weights_panel *weights = (weights_panel *)panel;
    const area *part = &weights->area;
    (void)diag;
    int columns = columns_up_to(weights, snapshot->iteration);
    if (columns == weights->revealed)
        return TR_OK;
    bool forward = columns > weights->revealed;
    int first = forward ? weights->revealed : columns;
    int width = abs(columns - weights->revealed);
    cairo_t *cr = tr_canvas_background(canvas);
    cairo_set_source_surface(cr, forward ? weights->drawn : weights->plain, part->x, part->y);
    cairo_rectangle(cr, part->x + first, part->y, width, part->height);
    cairo_fill(cr);
    tr_canvas_background_changed(canvas, part->x + first, part->y, width, part->height);
    weights->revealed = columns;
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
    const tr_curves *curves = &weights->shared->curves;
    double size = weights->setting.style.label_size;
    tr_point ends[TR_N_LINE_COLORS];
    double label_y[TR_N_LINE_COLORS] = {0};
    int order[TR_N_LINE_COLORS];
    for (size_t i = 0; i < curves->n_curves; i++)
        ends[i] = tr_axes_to_pixel(&weights->axes, (double)snapshot->iteration,
                                   (double)snapshot->params[curves->params[i]]);
    int count = sort_ends(ends, (int)curves->n_curves, order);
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
    if (weights->setting.still) {
        draw_curves(weights, target->cr, snapshot->iteration, snapshot->params);
        draw_legend(weights, target->cr);
    }
    if (has_few_curves(weights))
        draw_ends(weights, target, snapshot);
    return TR_OK;
}

const tr_panel_ops tr_panel_weights = {
    .needs_recording = true,
    .still_title = "",
    .prepare = prepare_weights,
    .release = release_weights,
    .create = create_weights,
    .destroy = destroy_weights,
    .draw_background = draw_weights_background,
    .update_background = update_weights_background,
    .draw = draw_weights,
};
