/* The panel "fit": the data and what the net predicts for it, with one input as a line and with two as
 * a field of colours. */
#include "alloc.h"
#include "diag.h"
#include "field.h"
#include "legend.h"
#include "lines.h"
#include "panel.h"
#include "samples.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_POINTS = 200, MAX_POINTS = 4096 }; /* that a prediction is drawn through */

typedef struct fit_panel {
    tr_panel panel;
    tr_panel_setting setting;
    tr_samples samples;
    tr_axes axes;
    tr_axes_content content;
    tr_field *field; /* with two inputs; then what follows is not used */
    tr_legend *legend;
    tr_evaluator *evaluator;
    size_t n_points;
    tr_dataset *grid; /* x of the points, in data units */
    float *prediction;
    tr_point *points;
    tr_line_piece *pieces;
} fit_panel;

static tr_status check_fit(const tr_panel_source *source, tr_diag *diag) {
    return tr_samples_check(source, "fit", diag);
}

static void destroy_fit(tr_panel *panel) {
    fit_panel *fit = (fit_panel *)panel;
    if (!fit)
        return;
    tr_field_destroy(&fit->field);
    tr_legend_destroy(&fit->legend);
    tr_evaluator_destroy(&fit->evaluator);
    tr_dataset_destroy(&fit->grid);
    free(fit->prediction);
    free(fit->points);
    free(fit->pieces);
    free(fit);
}

static tr_status create_fit(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    fit_panel *fit = tr_alloc_array(1, sizeof *fit);
    if (!fit)
        return tr_fail_memory(diag, "the picture");
    fit->setting = *setting;
    fit->panel.axes = &fit->axes;
    tr_samples_describe(&fit->samples, setting->source->dataset);
    tr_status status =
        tr_samples_lay_out(&fit->samples, setting, setting->still, &fit->axes, &fit->content, diag);
    if (status) {
        destroy_fit(&fit->panel);
        return status;
    }
    *out = &fit->panel;
    return TR_OK;
}

/* Where the prediction is evaluated: evenly over the axis, as densely as pixels ask for, and at least
 * as the post's 200 points. */
static tr_status create_grid(fit_panel *fit, tr_diag *diag) {
    const tr_axes *axes = &fit->axes;
    double pixels = axes->right - axes->left;
    double wanted = fmin(fmax(pixels / 2, MIN_POINTS), MAX_POINTS);
    size_t count = (size_t)wanted;
    double low = axes->x_low;
    double high = axes->x_high;
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

static size_t count_covered(const fit_panel *fit) {
    const tr_dataset *dataset = fit->samples.dataset;
    size_t count = 0;
    for (size_t i = 0; i < dataset->n_samples; i++) {
        tr_point at = tr_axes_to_pixel(&fit->axes, dataset->x[i], dataset->y[i]);
        count += tr_legend_covers(fit->legend, at.x, at.y);
    }
    return count;
}

/* Moves the legend to the first corner in which it hides the fewest samples. */
static void choose_corner(fit_panel *fit) {
    tr_legend_corner best = TR_CORNER_TOP_LEFT;
    size_t fewest = SIZE_MAX;
    for (int corner = TR_CORNER_TOP_LEFT; fit->legend && corner <= TR_CORNER_BOTTOM_RIGHT;
         corner++) {
        tr_legend_move(fit->legend, &fit->axes, (tr_legend_corner)corner);
        size_t count = count_covered(fit);
        if (count < fewest) {
            fewest = count;
            best = (tr_legend_corner)corner;
        }
    }
    if (fit->legend)
        tr_legend_move(fit->legend, &fit->axes, best);
}

static tr_status draw_line_background(fit_panel *fit, cairo_t *cr, tr_diag *diag) {
    const tr_panel_setting *setting = &fit->setting;
    const tr_theme *theme = &setting->source->theme;
    const tr_picture *picture = setting->source->picture;
    const tr_legend_row rows[] = {
        {picture->data_label, theme->data, fit->samples.as_line ? TR_MARK_LINE : TR_MARK_DOT},
        {picture->prediction_label, theme->prediction, TR_MARK_LINE},
    };
    tr_status status = tr_samples_draw(&fit->samples, &fit->axes, &setting->style, theme, cr, diag);
    if (!status)
        status =
            tr_legend_create(&fit->legend, setting, &fit->axes, TR_CORNER_TOP_LEFT, rows, 2, diag);
    if (!status)
        choose_corner(fit);
    if (!status)
        status = tr_legend_draw_background(fit->legend, cr, diag);
    if (!status)
        status = create_grid(fit, diag);
    return status;
}

static tr_status draw_fit_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    fit_panel *fit = (fit_panel *)panel;
    const tr_panel_setting *setting = &fit->setting;
    fit->content.no_grid = fit->samples.dataset->n_inputs == 2;
    tr_status status = tr_axes_draw(&fit->axes, setting->text, &setting->style,
                                    &setting->source->theme, &fit->content, cr, diag);
    if (status)
        return status;
    if (fit->samples.dataset->n_inputs == 2)
        return tr_field_create(&fit->field, setting, &fit->axes, &fit->samples, diag);
    return draw_line_background(fit, cr, diag);
}

static void draw_line(fit_panel *fit, const tr_panel_target *target, const float *params) {
    double width = fit->setting.style.line_width;
    tr_evaluator_predict(fit->evaluator, params, fit->prediction);
    for (size_t i = 0; i < fit->n_points; i++)
        fit->points[i] = tr_axes_to_pixel(&fit->axes, fit->grid->x[i], (double)fit->prediction[i]);
    size_t n_pieces = tr_line_prepare(&fit->axes, width, fit->points, fit->n_points, fit->pieces);
    for (size_t i = 0; i < n_pieces; i++) {
        const tr_line_piece *piece = &fit->pieces[i];
        tr_panel_touch_line(target, piece->from.x, piece->from.y, piece->to.x, piece->to.y,
                            width / 2 + 1);
    }
    tr_legend_lift(fit->legend, target);
    tr_line_stroke(&fit->axes, width, target->cr, fit->setting.source->theme.prediction,
                   fit->pieces, n_pieces);
    tr_legend_lower(fit->legend, target);
}

static tr_status draw_fit(tr_panel *panel, const tr_panel_target *target,
                          const tr_snapshot *snapshot, tr_diag *diag) {
    fit_panel *fit = (fit_panel *)panel;
    if (fit->field)
        return tr_field_draw(fit->field, target, snapshot->params, diag);
    draw_line(fit, target, snapshot->params);
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
