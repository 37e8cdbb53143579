/* The panel "fit" of several runs at once: the data, and the prediction of each run in its colour. */
#include "alloc.h"
#include "diag.h"
#include "legend.h"
#include "prediction.h"
#include "run_legend.h"
#include "samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct overlay_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const tr_joint *joint;
    const tr_samples *samples; /* of each run, with the same limits */
    tr_axes axes;
    tr_axes_content content;
    tr_color data_color;
    tr_legend *legend; /* within the axes, or */
    tr_legend_corner corner;
    tr_run_legend *run_legend; /* beside them; one of both is NULL */
    tr_prediction **predictions;
} overlay_panel;

static tr_status check_overlay(const tr_panel_source *source, tr_diag *diag) {
    tr_status status = tr_samples_check(source, "fit", diag);
    if (!status && source->dataset->n_inputs != 1)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "an overlay shows nets with one input, not %zu, whose predictions would "
                         "hide each other: arrange them in a grid",
                         source->dataset->n_inputs);
    return status;
}

static tr_status prepare_overlay(void **shared, const tr_panel_source *source, double width,
                                 double height, tr_diag *diag) {
    const tr_joint *joint = source->joint;
    void *pointers[TR_MOST_COMPARED];
    (void)width, (void)height;
    tr_samples *samples = tr_alloc_array(joint->n_runs, sizeof *samples);
    *shared = samples;
    if (!samples)
        return tr_fail_memory(diag, "the data");
    for (size_t i = 0; i < joint->n_runs; i++) {
        tr_samples_describe(&samples[i], joint->runs[i].dataset);
        pointers[i] = &samples[i];
    }
    tr_samples_unite(pointers, joint->n_runs);
    return TR_OK;
}

static void destroy_overlay(tr_panel *panel) {
    overlay_panel *overlay = (overlay_panel *)panel;
    if (!overlay)
        return;
    for (size_t i = 0; overlay->predictions && i < overlay->joint->n_runs; i++)
        tr_prediction_destroy(&overlay->predictions[i]);
    free(overlay->predictions);
    tr_legend_destroy(&overlay->legend);
    tr_run_legend_destroy(&overlay->run_legend);
    free(overlay);
}

/* Lays out the axes, beside the legend of the runs if there is one. */
static tr_status lay_out(overlay_panel *overlay, tr_diag *diag) {
    tr_panel_setting setting = overlay->setting;
    setting.width -= tr_run_legend_width(overlay->run_legend);
    return tr_samples_lay_out(&overlay->samples[0], &setting, setting.still, &overlay->axes,
                              &overlay->content, diag);
}

static size_t count_covered(const overlay_panel *overlay) {
    size_t count = 0;
    for (size_t run = 0; run < overlay->joint->n_runs; run++) {
        const tr_dataset *dataset = overlay->joint->runs[run].dataset;
        for (size_t i = 0; i < dataset->n_samples; i++) {
            tr_point at = tr_axes_to_pixel(&overlay->axes, dataset->x[i], dataset->y[i]);
            count += tr_legend_covers(overlay->legend, at.x, at.y);
        }
        if (run + 1 < overlay->joint->n_runs && overlay->joint->runs[run + 1].dataset == dataset)
            break;
    }
    return count;
}

/* A legend in a corner of the axes, if there is one where it fits and hides no sample. */
static tr_status create_legend(overlay_panel *overlay, tr_diag *diag) {
    const tr_joint *joint = overlay->joint;
    const tr_picture *picture = overlay->setting.source->picture;
    char names[TR_MAX_LEGEND_ROWS][TR_RUN_NAME_SIZE];
    tr_legend_row rows[TR_MAX_LEGEND_ROWS];
    if (joint->n_runs + 1 > TR_MAX_LEGEND_ROWS)
        return TR_OK;
    rows[0] = (tr_legend_row){picture->data_label, overlay->data_color,
                              overlay->samples[0].as_line ? TR_MARK_LINE : TR_MARK_DOT};
    for (size_t i = 0; i < joint->n_runs; i++) {
        tr_run_name(&joint->runs[i], names[i]);
        rows[i + 1] = (tr_legend_row){names[i], joint->runs[i].color, TR_MARK_LINE};
    }
    tr_status status = tr_legend_create(&overlay->legend, &overlay->setting, &overlay->axes,
                                        TR_CORNER_TOP_LEFT, rows, (int)joint->n_runs + 1, diag);
    for (int corner = TR_CORNER_TOP_LEFT; overlay->legend && corner <= TR_CORNER_BOTTOM_RIGHT;
         corner++) {
        overlay->corner = (tr_legend_corner)corner;
        tr_legend_move(overlay->legend, &overlay->axes, overlay->corner);
        if (count_covered(overlay) == 0)
            return status;
    }
    tr_legend_destroy(&overlay->legend);
    return status;
}

static tr_status create_overlay(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    overlay_panel *overlay = tr_alloc_array(1, sizeof *overlay);
    if (!overlay)
        return tr_fail_memory(diag, "the picture");
    const tr_panel_source *source = setting->source;
    overlay->setting = *setting;
    overlay->joint = source->joint;
    overlay->samples = setting->shared;
    overlay->panel.axes = &overlay->axes;
    overlay->data_color = tr_theme_joint_data(&source->theme, source->picture);
    tr_status status = lay_out(overlay, diag);
    if (!status)
        status = create_legend(overlay, diag);
    if (!status && !overlay->legend) {
        status = tr_run_legend_create(&overlay->run_legend, setting, source->picture->data_label,
                                      overlay->data_color, overlay->samples[0].as_line, diag);
        if (!status)
            status = lay_out(overlay, diag);
    }
    if (status)
        destroy_overlay(&overlay->panel);
    else
        *out = &overlay->panel;
    return status;
}

static bool is_same_data(const tr_dataset *a, const tr_dataset *b) {
    if (a == b)
        return true;
    return a->n_samples == b->n_samples && !memcmp(a->x, b->x, a->n_samples * sizeof *a->x) &&
           !memcmp(a->y, b->y, a->n_samples * sizeof *a->y);
}

/* All data that differ. */
static tr_status draw_data(const overlay_panel *overlay, cairo_t *cr, tr_diag *diag) {
    const tr_joint *joint = overlay->joint;
    const tr_panel_setting *setting = &overlay->setting;
    tr_theme theme = setting->source->theme;
    tr_status status = TR_OK;
    theme.data = overlay->data_color;
    for (size_t i = 0; !status && i < joint->n_runs; i++)
        if (i == 0 || !is_same_data(joint->runs[i].dataset, joint->runs[i - 1].dataset))
            status = tr_samples_draw(&overlay->samples[i], &overlay->axes, &setting->style, &theme,
                                     cr, diag);
    return status;
}

static tr_status create_predictions(overlay_panel *overlay, tr_diag *diag) {
    const tr_joint *joint = overlay->joint;
    tr_status status = TR_OK;
    /* the more lines, the thinner */
    double share = fmin(pow(TR_N_LINE_COLORS / (double)joint->n_runs, 0.35), 1);
    double line_width = fmax(overlay->setting.style.line_width * share, 1);
    overlay->predictions = tr_alloc_array(joint->n_runs, sizeof(tr_prediction *));
    if (!overlay->predictions)
        return tr_fail_memory(diag, "drawing the prediction");
    for (size_t i = 0; !status && i < joint->n_runs; i++)
        status = tr_prediction_create(&overlay->predictions[i], joint->runs[i].network,
                                      &overlay->axes, line_width, diag);
    return status;
}

static tr_status draw_overlay_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    overlay_panel *overlay = (overlay_panel *)panel;
    const tr_panel_setting *setting = &overlay->setting;
    tr_status status = tr_axes_draw(&overlay->axes, setting->text, &setting->style,
                                    &setting->source->theme, &overlay->content, cr, diag);
    if (!status)
        status = draw_data(overlay, cr, diag);
    if (!status)
        tr_run_legend_draw(overlay->run_legend, cr,
                           setting->x + setting->width - tr_run_legend_width(overlay->run_legend),
                           overlay->axes.top);
    if (!status && overlay->legend)
        tr_legend_move(overlay->legend, &overlay->axes, overlay->corner);
    if (!status)
        status = tr_legend_draw_background(overlay->legend, cr, diag);
    if (!status)
        status = create_predictions(overlay, diag);
    return status;
}

static tr_status draw_overlay(tr_panel *panel, const tr_panel_target *target,
                              const tr_snapshot *snapshot, tr_diag *diag) {
    overlay_panel *overlay = (overlay_panel *)panel;
    const tr_joint *joint = overlay->joint;
    (void)diag;
    for (size_t i = 0; i < joint->n_runs; i++) {
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        tr_prediction_update(overlay->predictions[i], target, state.params);
    }
    tr_legend_lift(overlay->legend, target);
    for (size_t i = 0; i < joint->n_runs; i++)
        tr_prediction_stroke(overlay->predictions[i], target, joint->runs[i].color);
    tr_legend_lower(overlay->legend, target);
    return TR_OK;
}

const tr_panel_ops tr_panel_overlay = {
    .shows_all = true,
    .still_title = "",
    .check = check_overlay,
    .prepare = prepare_overlay,
    .release = free,
    .create = create_overlay,
    .destroy = destroy_overlay,
    .draw_background = draw_overlay_background,
    .draw = draw_overlay,
};
