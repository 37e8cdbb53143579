/* The panel "error" of several runs at once: the loss of each over what they are aligned by, as far as
 * the state at hand, in axes that have room for all of it.
 *
 * Of batches, the mean of those within a few pixels is drawn; the batches themselves are pale and
 * behind all lines, those that jitter most behind the others. Where there are several to a pixel they
 * are a band from the lowest to the highest, which looks as the line through them would, and is much
 * less to draw. */
#include "alloc.h"
#include "bars.h"
#include "diag.h"
#include "growth.h"
#include "lines.h"
#include "loss_curves.h"
#include "run_legend.h"

#include <math.h>
#include <stdlib.h>

#define PALE 18                  /* per cent of the run's colour, of its batches */
#define PALE_WIDTH 0.6           /* line widths, as is the next */
#define THIN_WIDTH 0.75          /* of more curves than TR_N_LINE_COLORS */
#define LARGEST_LABEL_SHARE 0.36 /* of the panel's width */
#define LABEL_HEIGHT 1.25        /* ems, as are the next four */
#define LABEL_GAP 1.1            /* from the end of the axes, for a line that leads there */
#define LINE_GAP 0.4             /* from that line, which is no minus sign */
#define LARGEST_SHIFT 2.6        /* of a label from where its curve ends */
#define CROSS_SIZE 0.32          /* from the middle to an end */
#define LATE_SHARE 0.98 /* of the axis: a run that ends from there on is labelled at its end */

enum { MOST_BARS = 64 }; /* that are filled at once */

typedef struct end_label {
    PangoLayout *layout;
    double y; /* of its middle */
} end_label;

/* A curve, once the axes are where they stay. */
typedef struct drawn_curve {
    size_t run;
    const tr_loss_curve *losses;
    bool is_line;            /* rather than the batches */
    const tr_series *series; /* of these two */
    tr_point *pixels;        /* of its points */
} drawn_curve;

typedef struct losses_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const tr_joint *joint;
    const tr_loss_curves *data;
    tr_axes axes;
    tr_axes_content content;
    double line_width;
    end_label *labels; /* of each run at the end of its curve; NULL if they have no room there */
    double labels_width;
    tr_legend *legend; /* in the place of these, within the axes, or */
    tr_legend_corner corner;
    tr_run_legend *run_legend; /* beside them */
    size_t n_curves;
    drawn_curve *curves;
    tr_growth *growth;
} losses_panel;

static tr_status prepare_losses(void **shared, const tr_panel_source *source, double width,
                                double height, tr_diag *diag) {
    tr_loss_curves *curves;
    (void)height;
    tr_status status =
        tr_loss_curves_create(&curves, source->joint, width, source->picture->full_loss, diag);
    *shared = curves;
    return status;
}

static void release_losses(void *shared) {
    tr_loss_curves *curves = shared;
    tr_loss_curves_destroy(&curves);
}

/* ---- the panel ---- */

static void drop_labels(losses_panel *losses) {
    for (size_t i = 0; losses->labels && i < losses->joint->n_runs; i++)
        if (losses->labels[i].layout)
            g_object_unref(losses->labels[i].layout);
    free(losses->labels);
    losses->labels = NULL;
    losses->labels_width = 0;
}

static void destroy_losses(tr_panel *panel) {
    losses_panel *losses = (losses_panel *)panel;
    if (!losses)
        return;
    tr_growth_destroy(&losses->growth);
    for (size_t i = 0; i < losses->n_curves; i++)
        free(losses->curves[i].pixels);
    free(losses->curves);
    tr_legend_destroy(&losses->legend);
    tr_run_legend_destroy(&losses->run_legend);
    drop_labels(losses);
    free(losses);
}

/* A linear axis begins at 0, a logarithmic one at the lowest value that it has. */
static void choose_content(losses_panel *losses) {
    const tr_loss_curves *data = losses->data;
    const tr_panel_setting *setting = &losses->setting;
    tr_axes_content *content = &losses->content;
    *content = (tr_axes_content){.x_high = losses->joint->last ? (double)losses->joint->last : 1,
                                 .x_exact = true,
                                 .y_log = setting->source->picture->error_scale == TR_SCALE_LOG,
                                 .x_label = setting->x_label ? setting->x_label
                                                             : tr_align_label(losses->joint->align),
                                 .y_label = setting->y_label ? setting->y_label : "error"};
    if (content->y_log) {
        bool some = isfinite(data->lowest_positive) && data->highest > 0;
        content->y_low = some ? data->lowest_positive : 0.1;
        content->y_high = some ? fmax(data->highest, data->lowest_positive) : 1;
    } else {
        content->y_low = isfinite(data->lowest) ? fmin(data->lowest, 0) : 0;
        content->y_high = isfinite(data->highest) ? fmax(data->highest, content->y_low) : 1;
    }
}

static tr_status lay_out(losses_panel *losses, double beside, tr_diag *diag) {
    const tr_panel_setting *setting = &losses->setting;
    return tr_axes_lay_out(&losses->axes, setting->text, &setting->style, &losses->content,
                           setting->x, setting->y, setting->width - beside, setting->height, diag);
}

/* ---- labels at the ends ---- */

static tr_point to_pixel(const losses_panel *losses, size_t run, tr_series_point point) {
    double x = (double)point.iteration / losses->data->curves[run].unit;
    return tr_axes_to_pixel(&losses->axes, x, point.value);
}

/* Where a curve that has points ends, within the axes. */
static tr_point find_end(const losses_panel *losses, size_t run) {
    const tr_series *line = &losses->data->curves[run].line;
    tr_point end = to_pixel(losses, run, line->points[line->n_points - 1]);
    end.y = fmin(fmax(end.y, losses->axes.top), losses->axes.bottom);
    return end;
}

/* Whether all curves go to the end of the axis. */
static bool all_end_late(const losses_panel *losses) {
    for (size_t i = 0; i < losses->joint->n_runs; i++) {
        const tr_loss_curve *curve = &losses->data->curves[i];
        double end = (double)curve->end / curve->unit;
        if (losses->joint->runs[i].diverged_at || !curve->line.n_points ||
            end < LATE_SHARE * (double)losses->joint->last)
            return false;
    }
    return true;
}

/* The middle of a block of labels, moved so that it does not leave the axes. */
static double keep_within(const losses_panel *losses, double middle, double size, double height) {
    double half = height * (size - 1) / 2;
    return fmax(fmin(middle, losses->axes.bottom - half), losses->axes.top + half);
}

/* Moves labels that are too close to each other apart: neighbours that touch become a block, which is
 * centred on where its labels would be. `order` has the labels from the top down. */
static void spread(losses_panel *losses, const size_t *order, double height) {
    size_t n_runs = losses->joint->n_runs;
    size_t first[TR_MOST_COMPARED]; /* label of each block, in `order` */
    double middle[TR_MOST_COMPARED];
    size_t n_blocks = 0;
    for (size_t i = 0; i < n_runs; i++) {
        double size = 1;
        first[n_blocks] = i;
        middle[n_blocks] = keep_within(losses, losses->labels[order[i]].y, size, height);
        for (; n_blocks > 0; n_blocks--) {
            double above = (double)(first[n_blocks] - first[n_blocks - 1]);
            double apart = middle[n_blocks] - middle[n_blocks - 1];
            if (apart >= height * (above + size) / 2)
                break;
            double joined =
                (middle[n_blocks - 1] * above + middle[n_blocks] * size) / (above + size);
            size += above;
            middle[n_blocks - 1] = keep_within(losses, joined, size, height);
        }
        n_blocks++;
    }
    for (size_t block = 0; block < n_blocks; block++) {
        size_t end = block + 1 < n_blocks ? first[block + 1] : n_runs;
        double count = (double)(end - first[block]);
        for (size_t i = first[block]; i < end; i++)
            losses->labels[order[i]].y =
                middle[block] + height * ((double)(i - first[block]) - (count - 1) / 2);
    }
}

/* Puts the labels beside the ends of their curves; false if they would be too far from them. */
static bool place_labels(losses_panel *losses) {
    size_t n_runs = losses->joint->n_runs;
    double size = losses->setting.style.label_size;
    size_t order[TR_MOST_COMPARED];
    double ends[TR_MOST_COMPARED];
    for (size_t i = 0; i < n_runs; i++) {
        const tr_point end = find_end(losses, i);
        ends[i] = losses->labels[i].y = end.y;
        size_t at = i;
        for (; at > 0 && ends[order[at - 1]] > end.y; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    spread(losses, order, LABEL_HEIGHT * size);
    for (size_t i = 0; i < n_runs; i++)
        if (fabs(losses->labels[i].y - ends[i]) > LARGEST_SHIFT * size)
            return false;
    return true;
}

/* Lays out the names of the runs for the end of the curves, if they have room there. */
static tr_status create_labels(losses_panel *losses, tr_diag *diag) {
    const tr_panel_setting *setting = &losses->setting;
    size_t n_runs = losses->joint->n_runs;
    double size = setting->style.label_size;
    double widest = 0;
    if (!all_end_late(losses) ||
        (double)n_runs * LABEL_HEIGHT * size > losses->axes.bottom - losses->axes.top)
        return TR_OK;
    losses->labels = tr_alloc_array(n_runs, sizeof *losses->labels);
    if (!losses->labels)
        return tr_fail_memory(diag, "the labels");
    for (size_t i = 0; i < n_runs; i++) {
        tr_status status = tr_text_layout(setting->text, losses->joint->runs[i].label, size,
                                          &losses->labels[i].layout, diag);
        if (status)
            return status;
        widest = fmax(widest, tr_text_width(losses->labels[i].layout));
    }
    losses->labels_width = (LABEL_GAP + 0.4) * size + widest;
    if (losses->labels_width > LARGEST_LABEL_SHARE * setting->width || !place_labels(losses))
        drop_labels(losses);
    return TR_OK;
}

/* ---- the legend ---- */

/* Whether a line goes behind the legend. */
static bool is_in_the_way(const losses_panel *losses) {
    for (size_t run = 0; run < losses->joint->n_runs; run++) {
        const tr_series *line = &losses->data->curves[run].line;
        for (size_t i = 0; i < line->n_points; i++) {
            tr_point at = to_pixel(losses, run, line->points[i]);
            if (tr_legend_covers(losses->legend, at.x, at.y))
                return true;
        }
    }
    return false;
}

/* A legend in the first corner of the axes, from the right, where it fits and hides no line. */
static tr_status create_legend(losses_panel *losses, tr_diag *diag) {
    static const tr_legend_corner corners[] = {TR_CORNER_TOP_RIGHT, TR_CORNER_BOTTOM_RIGHT,
                                               TR_CORNER_BOTTOM_LEFT, TR_CORNER_TOP_LEFT};
    const tr_joint *joint = losses->joint;
    char names[TR_MAX_LEGEND_ROWS][TR_RUN_NAME_SIZE];
    tr_legend_row rows[TR_MAX_LEGEND_ROWS];
    if (joint->n_runs > TR_MAX_LEGEND_ROWS)
        return TR_OK;
    for (size_t i = 0; i < joint->n_runs; i++) {
        tr_run_name(&joint->runs[i], names[i]);
        rows[i] = (tr_legend_row){names[i], joint->runs[i].color, TR_MARK_LINE};
    }
    tr_status status = tr_legend_create(&losses->legend, &losses->setting, &losses->axes,
                                        corners[0], rows, (int)joint->n_runs, diag);
    for (int i = 0; losses->legend && i < 4; i++) {
        losses->corner = corners[i];
        tr_legend_move(losses->legend, &losses->axes, corners[i]);
        if (!is_in_the_way(losses))
            return status;
    }
    tr_legend_destroy(&losses->legend);
    return status;
}

static tr_status create_losses(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    losses_panel *losses = tr_alloc_array(1, sizeof *losses);
    if (!losses)
        return tr_fail_memory(diag, "the error");
    losses->setting = *setting;
    losses->joint = setting->source->joint;
    losses->data = setting->shared;
    losses->panel.axes = &losses->axes;
    losses->line_width = setting->style.line_width;
    if (losses->joint->n_runs > TR_N_LINE_COLORS)
        losses->line_width *= THIN_WIDTH;
    choose_content(losses);
    tr_status status = lay_out(losses, 0, diag);
    if (!status)
        status = create_labels(losses, diag);
    if (!status && !losses->labels && !setting->no_legend) {
        status = create_legend(losses, diag);
        if (!status && !losses->legend)
            status = tr_run_legend_create(&losses->run_legend, setting, "", 0, true, diag);
    }
    /* the half of the last tick's label that the axes leave room for goes under the others */
    double left_over = setting->x + setting->width - losses->axes.right;
    double beside =
        fmax(losses->labels_width - left_over, 0) + tr_run_legend_width(losses->run_legend);
    if (!status && beside > 0)
        status = lay_out(losses, beside, diag);
    if (status)
        destroy_losses(&losses->panel);
    else
        *out = &losses->panel;
    return status;
}

/* A line leads from the end of each curve to its label. */
static void draw_labels(const losses_panel *losses, cairo_t *cr) {
    double size = losses->setting.style.label_size;
    for (size_t i = 0; losses->labels && i < losses->joint->n_runs; i++) {
        const end_label *label = &losses->labels[i];
        const tr_point end = find_end(losses, i);
        double x = losses->axes.right + LABEL_GAP * size;
        tr_set_color(cr, losses->joint->runs[i].color);
        cairo_set_line_width(cr, fmax(0.5 * losses->line_width, 0.8));
        cairo_move_to(cr, fmin(end.x, losses->axes.right) + 0.15 * size, end.y);
        cairo_line_to(cr, x - LINE_GAP * size, label->y);
        cairo_stroke(cr);
        tr_text_draw(cr, label->layout, x, round(label->y + 0.36 * size));
    }
}

/* ---- the curves ---- */

/* Far outside, Cairo's numbers end. */
static tr_point to_near_pixel(const losses_panel *losses, size_t run, tr_series_point point) {
    const tr_point at = to_pixel(losses, run, point);
    return tr_point_snap((tr_point){at.x, fmin(fmax(at.y, -1e5), 1e5)});
}

/* The batches of all runs and then their lines, in the order in which they are drawn. Of many runs, the
 * batches would hide everything else. */
static tr_status create_curves(losses_panel *losses, tr_diag *diag) {
    const tr_loss_curves *data = losses->data;
    size_t n_runs = losses->joint->n_runs;
    size_t n_bands = n_runs > TR_N_LINE_COLORS ? 0 : n_runs;
    losses->curves = tr_alloc_array(n_bands + n_runs, sizeof *losses->curves);
    if (!losses->curves)
        return tr_fail_memory(diag, "the error");
    losses->n_curves = n_bands + n_runs;
    for (size_t i = 0; i < losses->n_curves; i++) {
        drawn_curve *curve = &losses->curves[i];
        curve->run = i < n_bands ? data->by_jitter[i] : i - n_bands;
        curve->losses = &data->curves[curve->run];
        curve->is_line = i >= n_bands;
        curve->series = curve->is_line ? &curve->losses->line : &curve->losses->batches;
        curve->pixels = tr_alloc_array(curve->series->n_points, sizeof *curve->pixels);
        if (!curve->pixels)
            return tr_fail_memory(diag, "the error");
        for (size_t k = 0; k < curve->series->n_points; k++)
            curve->pixels[k] = to_near_pixel(losses, curve->run, curve->series->points[k]);
    }
    return TR_OK;
}

static bool is_band(const drawn_curve *curve) {
    return !curve->is_line && curve->losses->is_dense;
}

static size_t count_shown(const losses_panel *losses, const drawn_curve *curve,
                          const tr_snapshot *snapshot) {
    return tr_series_points_up_to(
        curve->series, tr_loss_curve_shown(curve->losses, losses->joint, snapshot->iteration));
}

/* The first point of the span that has the one before `end`; 0 if there is none. */
static size_t find_span(const tr_series *series, size_t end) {
    size_t first = end;
    while (first > 0 && tr_series_span(series, series->points[first - 1].iteration) ==
                            tr_series_span(series, series->points[end - 1].iteration))
        first--;
    return first;
}

/* The first point after `first` that is in another span, or `end`. */
static size_t next_span(const tr_series *series, size_t first, size_t end) {
    size_t span = tr_series_span(series, series->points[first].iteration);
    size_t next = first + 1;
    while (next < end && tr_series_span(series, series->points[next].iteration) == span)
        next++;
    return next;
}

static size_t select_points(const losses_panel *losses, const drawn_curve *curve,
                            const tr_snapshot *snapshot, double left, double right, size_t *first) {
    double margin = losses->line_width;
    return tr_polyline_select(curve->pixels, curve->series->n_points,
                              count_shown(losses, curve, snapshot), left - margin, right + margin,
                              first);
}

static void reach(void *context, const tr_snapshot *snapshot, double *settled, double *head) {
    const losses_panel *losses = context;
    double margin = 2 * losses->line_width;
    *settled = INFINITY;
    *head = tr_axes_to_pixel(&losses->axes, (double)snapshot->iteration, 0).x + margin;
    for (size_t i = 0; i < losses->n_curves; i++) {
        const drawn_curve *curve = &losses->curves[i];
        size_t shown = count_shown(losses, curve, snapshot);
        if (shown == curve->series->n_points)
            continue;
        /* a band ends with a span of which more may be shown later */
        size_t end = is_band(curve) ? find_span(curve->series, shown) : shown;
        size_t last = is_band(curve) ? find_span(curve->series, end) : end - (end > 0);
        *settled = fmin(*settled, end ? curve->pixels[last].x - margin : -INFINITY);
    }
}

static bool measure(void *context, const tr_snapshot *snapshot, double left, double right,
                    double *top, double *bottom) {
    const losses_panel *losses = context;
    double lowest = INFINITY, highest = -INFINITY;
    for (size_t i = 0; i < losses->n_curves; i++) {
        const drawn_curve *curve = &losses->curves[i];
        size_t first;
        size_t count = select_points(losses, curve, snapshot, left, right, &first);
        for (size_t k = first; k < first + count; k++) {
            double y = curve->pixels[k].y;
            lowest = y < lowest ? y : lowest;
            highest = y > highest ? y : highest;
        }
    }
    *top = lowest - losses->line_width;
    *bottom = highest + losses->line_width;
    return highest >= lowest;
}

/* The upper or the lower edge from the point before `first`, where the line comes from, up to the one
 * before `end`, at the first of them. */
static tr_point find_edge(const drawn_curve *curve, size_t first, size_t end, bool is_upper) {
    tr_point edge = curve->pixels[first];
    for (size_t i = first > 0 ? first - 1 : 0; i < end; i++) {
        double y = curve->pixels[i].y;
        if (is_upper ? y < edge.y : y > edge.y)
            edge.y = y;
    }
    return edge;
}

/* The spans from `first` to `end`, by their upper edges there and their lower ones back. */
static void fill_band(const drawn_curve *curve, size_t first, size_t end, double half,
                      cairo_t *cr) {
    for (size_t i = first, next; i < end; i = next) {
        next = next_span(curve->series, i, end);
        const tr_point at = find_edge(curve, i, next, true);
        cairo_line_to(cr, at.x, at.y - half);
    }
    for (size_t i = end, start; i > first; i = start) {
        start = find_span(curve->series, i);
        const tr_point at = find_edge(curve, start, i, false);
        cairo_line_to(cr, at.x, at.y + half);
    }
    cairo_close_path(cr);
    cairo_fill(cr);
}

/* The same in pixels, where a span is about as wide as one of them: a bar from each to the next. */
static void fill_bars(const drawn_curve *curve, size_t first, size_t end, double half,
                      tr_color color, cairo_t *cr) {
    tr_bar bars[MOST_BARS];
    size_t n_bars = 0;
    for (size_t i = first, next; i < end; i = next) {
        next = next_span(curve->series, i, end);
        if (next == end)
            break; /* where the last one ends is not known yet */
        bars[n_bars++] = (tr_bar){.left = curve->pixels[i].x,
                                  .right = curve->pixels[next].x,
                                  .top = find_edge(curve, i, next, true).y - half,
                                  .bottom = find_edge(curve, i, next, false).y + half};
        if (n_bars == MOST_BARS) {
            tr_bars_fill(cr, bars, n_bars, color);
            n_bars = 0;
        }
    }
    tr_bars_fill(cr, bars, n_bars, color);
}

/* A curve between `left` and `right`. */
static void draw_curve(const losses_panel *losses, const drawn_curve *curve,
                       const tr_snapshot *snapshot, double left, double right, cairo_t *cr) {
    const tr_theme *theme = &losses->setting.source->theme;
    tr_color color = losses->joint->runs[curve->run].color;
    double width = losses->line_width * (curve->is_line ? 1 : PALE_WIDTH);
    size_t first;
    size_t count = select_points(losses, curve, snapshot, left, right, &first);
    if (!curve->is_line)
        color = tr_mix_colors(theme->background, color, PALE, 100);
    tr_set_color(cr, color);
    cairo_new_path(cr);
    if (count && is_band(curve)) {
        size_t shown = count_shown(losses, curve, snapshot);
        size_t end = next_span(curve->series, first + count - 1, shown);
        size_t start = find_span(curve->series, first + 1);
        if (losses->setting.still)
            fill_band(curve, start, end, width / 2, cr);
        else
            fill_bars(curve, start, end, width / 2, color, cr);
        return;
    }
    for (size_t i = first; i < first + count; i++)
        cairo_line_to(cr, curve->pixels[i].x, curve->pixels[i].y);
    cairo_set_line_width(cr, width);
    cairo_stroke(cr);
    /* a single value is no line; where the run diverged, there is a cross instead */
    if (count && curve->series->n_points == 1 && !losses->joint->runs[curve->run].diverged_at)
        tr_draw_dot(cr, curve->pixels[first], width);
}

static void stroke(void *context, cairo_t *cr, const tr_snapshot *snapshot, double left,
                   double right) {
    const losses_panel *losses = context;
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < losses->n_curves; i++)
        draw_curve(losses, &losses->curves[i], snapshot, left, right, cr);
}

static const tr_growth_ops curves = {reach, measure, stroke};

/* ---- drawing ---- */

static tr_status draw_losses_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    losses_panel *losses = (losses_panel *)panel;
    const tr_panel_setting *setting = &losses->setting;
    tr_status status = tr_axes_draw(&losses->axes, setting->text, &setting->style,
                                    &setting->source->theme, &losses->content, cr, diag);
    if (status)
        return status;
    if (losses->labels)
        place_labels(losses);
    draw_labels(losses, cr);
    tr_run_legend_draw(losses->run_legend, cr,
                       setting->x + setting->width - tr_run_legend_width(losses->run_legend),
                       losses->axes.top);
    if (losses->legend)
        tr_legend_move(losses->legend, &losses->axes, losses->corner);
    status = tr_legend_draw_background(losses->legend, cr, diag);
    if (!status)
        status = create_curves(losses, diag);
    if (status)
        return status;
    return tr_growth_create(&losses->growth, &curves, losses, &losses->axes, losses->line_width / 2,
                            losses->legend, cr, setting->still, diag);
}

static tr_status update_losses_background(tr_panel *panel, tr_canvas *canvas,
                                          const tr_snapshot *snapshot, tr_diag *diag) {
    (void)diag;
    tr_growth_update_background(((losses_panel *)panel)->growth, canvas, snapshot);
    return TR_OK;
}

/* A cross where a run diverged. */
static void draw_cross(const losses_panel *losses, size_t run, const tr_panel_target *target) {
    double half = CROSS_SIZE * losses->setting.style.label_size;
    double width = losses->line_width;
    if (!losses->data->curves[run].line.n_points)
        return;
    const tr_point end = find_end(losses, run);
    tr_panel_touch(target, end.x - half - width, end.y - half - width, 2 * (half + width),
                   2 * (half + width));
    cairo_new_path(target->cr);
    cairo_move_to(target->cr, end.x - half, end.y - half);
    cairo_line_to(target->cr, end.x + half, end.y + half);
    cairo_move_to(target->cr, end.x - half, end.y + half);
    cairo_line_to(target->cr, end.x + half, end.y - half);
    cairo_set_line_width(target->cr, width);
    tr_set_color(target->cr, losses->joint->runs[run].color);
    cairo_stroke(target->cr);
}

static tr_status draw_losses(tr_panel *panel, const tr_panel_target *target,
                             const tr_snapshot *snapshot, tr_diag *diag) {
    const losses_panel *losses = (const losses_panel *)panel;
    const tr_joint *joint = losses->joint;
    (void)diag;
    tr_growth_draw(losses->growth, target, snapshot);
    for (size_t i = 0; i < joint->n_runs; i++) {
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        if (tr_joint_has_diverged(&joint->runs[i], &state))
            draw_cross(losses, i, target);
    }
    return TR_OK;
}

const tr_panel_ops tr_panel_losses = {
    .needs_recording = true,
    .shows_all = true,
    .still_title = "training error",
    .prepare = prepare_losses,
    .release = release_losses,
    .create = create_losses,
    .destroy = destroy_losses,
    .draw_background = draw_losses_background,
    .update_background = update_losses_background,
    .draw = draw_losses,
};
