/* The panel "fit": the data and what the net predicts for it, with one input as a line and with two as
 * a field of colours. */
#include "alloc.h"
#include "diag.h"
#include "field.h"
#include "legend.h"
#include "panel.h"
#include "prediction.h"
#include "samples.h"

#include <stdlib.h>

typedef struct fit_panel {
    tr_panel panel;
    tr_panel_setting setting;
    tr_samples samples;
    tr_axes axes;
    tr_axes_content content;
    tr_field *field; /* with two inputs; then what follows is not used */
    tr_legend *legend;
    tr_prediction *prediction;
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
    tr_prediction_destroy(&fit->prediction);
    free(fit);
}

static tr_status create_fit(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    fit_panel *fit = tr_alloc_array(1, sizeof *fit);
    if (!fit)
        return tr_fail_memory(diag, "the picture");
    fit->setting = *setting;
    fit->panel.axes = &fit->axes;
    fit->samples = *(const tr_samples *)setting->shared;
    tr_status status =
        tr_samples_lay_out(&fit->samples, setting, setting->still, &fit->axes, &fit->content, diag);
    if (status) {
        destroy_fit(&fit->panel);
        return status;
    }
    *out = &fit->panel;
    return TR_OK;
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
    if (!status && !setting->no_legend)
        status =
            tr_legend_create(&fit->legend, setting, &fit->axes, TR_CORNER_TOP_LEFT, rows, 2, diag);
    if (!status)
        choose_corner(fit);
    if (!status)
        status = tr_legend_draw_background(fit->legend, cr, diag);
    if (!status)
        status = tr_prediction_create(&fit->prediction, setting->source->network, &fit->axes,
                                      setting->style.line_width, diag);
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

static tr_status draw_fit(tr_panel *panel, const tr_panel_target *target,
                          const tr_snapshot *snapshot, tr_diag *diag) {
    fit_panel *fit = (fit_panel *)panel;
    if (fit->field)
        return tr_field_draw(fit->field, target, snapshot->params, diag);
    tr_prediction_update(fit->prediction, target, snapshot->params);
    tr_legend_lift(fit->legend, target);
    tr_prediction_stroke(fit->prediction, target, fit->setting.source->theme.prediction);
    tr_legend_lower(fit->legend, target);
    return TR_OK;
}

const tr_panel_ops tr_panel_fit = {
    .still_title = "",
    .check = check_fit,
    .prepare = tr_samples_prepare,
    .release = free,
    .unite = tr_samples_unite,
    .create = create_fit,
    .destroy = destroy_fit,
    .draw_background = draw_fit_background,
    .draw = draw_fit,
    .joint = &tr_panel_overlay,
};
