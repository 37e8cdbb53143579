/* The panel "fit": the data and what the net predicts for it. */
#include "alloc.h"
#include "diag.h"
#include "legend.h"
#include "panel.h"

#include <math.h>
#include <stdlib.h>

/* A point this close to the line through its neighbours is left out. */
#define COLLINEAR_PIXELS 0.05

enum { MIN_POINTS = 200, MAX_POINTS = 4096 }; /* that a prediction is drawn through */

typedef struct fit_panel {
    tr_panel panel;
    tr_panel_setting setting;
    tr_axes axes;
    tr_axes_content content;
    tr_legend *legend;
    tr_evaluator *evaluator;
    size_t n_points;
    tr_dataset *grid; /* x of the points, in data units */
    float *prediction;
    tr_point *points;
    tr_line_piece *pieces;
} fit_panel;

static tr_status check_fit(const tr_panel_source *source, tr_diag *diag) {
    if (tr_network_n_inputs(source->network) != 1 || tr_network_n_outputs(source->network) != 1 ||
        source->dataset->n_inputs != 1 || source->dataset->n_outputs != 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the scene \"fit\" shows nets and data with one input and one output");
    return TR_OK;
}

static void destroy_fit(tr_panel *panel) {
    fit_panel *fit = (fit_panel *)panel;
    if (!fit)
        return;
    tr_legend_destroy(&fit->legend);
    tr_evaluator_destroy(&fit->evaluator);
    tr_dataset_destroy(&fit->grid);
    free(fit->prediction);
    free(fit->points);
    free(fit->pieces);
    free(fit);
}

static void find_range(const double *values, size_t count, double *low, double *high) {
    *low = *high = values[0];
    for (size_t i = 1; i < count; i++) {
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
    }
}

static const char *choose_label(const char *label, const char *of_stills, bool still) {
    return label ? label : still ? of_stills : "";
}

static tr_status create_fit(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    const tr_dataset *dataset = setting->source->dataset;
    *out = NULL;
    fit_panel *fit = tr_alloc_array(1, sizeof *fit);
    if (!fit)
        return tr_fail_memory(diag, "the picture");
    fit->setting = *setting;
    fit->panel.axes = &fit->axes;
    fit->content.x_label = choose_label(setting->x_label, "a", setting->still);
    fit->content.y_label = choose_label(setting->y_label, "b", setting->still);
    find_range(dataset->x, dataset->n_samples, &fit->content.x_low, &fit->content.x_high);
    find_range(dataset->y, dataset->n_samples, &fit->content.y_low, &fit->content.y_high);
    tr_status status =
        tr_axes_lay_out(&fit->axes, setting->text, &setting->style, &fit->content, setting->x,
                        setting->y, setting->width, setting->height, diag);
    if (status) {
        destroy_fit(&fit->panel);
        return status;
    }
    *out = &fit->panel;
    return TR_OK;
}

/* Lets the path of a line through `pieces` begin in `cr`. */
static void trace(cairo_t *cr, const tr_line_piece *pieces, size_t n_pieces) {
    cairo_new_path(cr);
    for (size_t i = 0; i < n_pieces; i++) {
        const tr_line_piece *piece = &pieces[i];
        if (i == 0 || pieces[i - 1].to.x != piece->from.x || pieces[i - 1].to.y != piece->from.y)
            cairo_move_to(cr, piece->from.x, piece->from.y);
        cairo_line_to(cr, piece->to.x, piece->to.y);
    }
}

/* The line through `points` (pixels), within the axes and half its width around them, so that a line
 * along an edge keeps its width. */
static size_t prepare_line(const fit_panel *fit, tr_point *points, size_t count,
                           tr_line_piece *pieces) {
    double margin = fit->setting.style.line_width / 2;
    count = tr_polyline_simplify(points, count, COLLINEAR_PIXELS);
    return tr_polyline_clip(points, count, fit->axes.top - margin, fit->axes.bottom + margin,
                            pieces);
}

static void stroke_line(const fit_panel *fit, cairo_t *cr, tr_color color,
                        const tr_line_piece *pieces, size_t n_pieces) {
    const tr_axes *axes = &fit->axes;
    double margin = fit->setting.style.line_width / 2;
    cairo_save(cr);
    cairo_rectangle(cr, floor(axes->left - margin), floor(axes->top - margin),
                    ceil(axes->right + margin) - floor(axes->left - margin),
                    ceil(axes->bottom + margin) - floor(axes->top - margin));
    cairo_clip(cr);
    cairo_set_line_width(cr, fit->setting.style.line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    tr_set_color(cr, color);
    trace(cr, pieces, n_pieces);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static int by_x(const void *a, const void *b) {
    const tr_point *first = a;
    const tr_point *second = b;
    return (first->x > second->x) - (first->x < second->x);
}

static tr_status draw_data(fit_panel *fit, cairo_t *cr, tr_diag *diag) {
    const tr_dataset *dataset = fit->setting.source->dataset;
    size_t count = dataset->n_samples;
    tr_point *points = tr_alloc_array(count, sizeof *points);
    tr_line_piece *pieces = tr_alloc_array(count, sizeof *pieces);
    if (!points || !pieces) {
        free(points);
        free(pieces);
        return tr_fail_memory(diag, "drawing the data");
    }
    for (size_t i = 0; i < count; i++)
        points[i] = tr_axes_to_pixel(&fit->axes, dataset->x[i], dataset->y[i]);
    qsort(points, count, sizeof *points, by_x);
    size_t n_pieces = prepare_line(fit, points, count, pieces);
    stroke_line(fit, cr, fit->setting.source->theme.data, pieces, n_pieces);
    free(points);
    free(pieces);
    return TR_OK;
}

/* Where the prediction is evaluated: evenly over the axis, as densely as pixels ask for, and at least
 * as the post's 200 points. */
static tr_status create_grid(fit_panel *fit, tr_diag *diag) {
    const tr_axes *axes = &fit->axes;
    double pixels = axes->right - axes->left;
    double wanted = fmin(fmax(pixels / 2, MIN_POINTS), MAX_POINTS);
    size_t count = (size_t)wanted;
    double low = axes->x_ticks.values[0];
    double high = axes->x_ticks.values[axes->x_ticks.count - 1];
    tr_status status = tr_dataset_create(&fit->grid, count, 1, 1, diag);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        fit->grid->x[i] = low + (high - low) * (double)i / (double)(count - 1);
    fit->n_points = count;
    fit->prediction = tr_alloc_array(count, sizeof *fit->prediction);
    fit->points = tr_alloc_array(count, sizeof *fit->points);
    fit->pieces = tr_alloc_array(count, sizeof *fit->pieces);
    if (!fit->prediction || !fit->points || !fit->pieces)
        return tr_fail_memory(diag, "drawing the prediction");
    return tr_evaluator_create(&fit->evaluator, fit->setting.source->network, fit->grid, diag);
}

static tr_status draw_fit_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    fit_panel *fit = (fit_panel *)panel;
    const tr_panel_setting *setting = &fit->setting;
    const tr_theme *theme = &setting->source->theme;
    const tr_picture *picture = setting->source->picture;
    const tr_legend_row rows[] = {
        {picture->data_label, theme->data, TR_MARK_LINE},
        {picture->prediction_label, theme->prediction, TR_MARK_LINE},
    };
    tr_status status =
        tr_axes_draw(&fit->axes, setting->text, &setting->style, theme, &fit->content, cr, diag);
    if (!status)
        status = draw_data(fit, cr, diag);
    if (!status)
        status = tr_legend_create(&fit->legend, setting, &fit->axes, TR_CORNER_LEFT, rows, 2, diag);
    if (!status)
        status = tr_legend_draw_background(fit->legend, cr, diag);
    if (!status)
        status = create_grid(fit, diag);
    return status;
}

static tr_status draw_fit(tr_panel *panel, const tr_panel_target *target,
                          const tr_snapshot *snapshot, tr_diag *diag) {
    fit_panel *fit = (fit_panel *)panel;
    (void)diag;
    tr_evaluator_predict(fit->evaluator, snapshot->params, fit->prediction);
    for (size_t i = 0; i < fit->n_points; i++)
        fit->points[i] = tr_axes_to_pixel(&fit->axes, fit->grid->x[i], (double)fit->prediction[i]);
    size_t n_pieces = prepare_line(fit, fit->points, fit->n_points, fit->pieces);
    for (size_t i = 0; i < n_pieces; i++) {
        const tr_line_piece *piece = &fit->pieces[i];
        tr_panel_touch_line(target, piece->from.x, piece->from.y, piece->to.x, piece->to.y,
                            fit->setting.style.line_width / 2 + 1);
    }
    tr_legend_lift(fit->legend, target);
    stroke_line(fit, target->cr, fit->setting.source->theme.prediction, fit->pieces, n_pieces);
    tr_legend_lower(fit->legend, target);
    return TR_OK;
}

const tr_panel_ops tr_panel_fit = {
    .still_title = "",
    .check = check_fit,
    .create = create_fit,
    .destroy = destroy_fit,
    .draw_background = draw_fit_background,
    .draw = draw_fit,
};
