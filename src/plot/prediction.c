#include "prediction.h"

#include "alloc.h"
#include "diag.h"
#include "lines.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_POINTS = 200, MAX_POINTS = 4096 }; /* that a prediction is drawn through */

struct tr_prediction {
    const tr_axes *axes;
    double line_width;
    tr_evaluator *evaluator;
    size_t n_points;
    tr_dataset *grid; /* x of the points, in data units */
    float *values;
    tr_point *points;
    size_t n_pieces;
    tr_line_piece *pieces;
};

static tr_status fill(tr_prediction *prediction, const tr_network *network, tr_diag *diag) {
    const tr_axes *axes = prediction->axes;
    double pixels = axes->right - axes->left;
    double wanted = fmin(fmax(pixels / 2, MIN_POINTS), MAX_POINTS);
    size_t count = (size_t)wanted;
    double low = axes->x_low;
    double high = axes->x_high;
    tr_status status = tr_dataset_create(&prediction->grid, count, 1, 1, diag);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        prediction->grid->x[i] = low + (high - low) * (double)i / (double)(count - 1);
    prediction->n_points = count;
    prediction->values = tr_alloc_array(count, sizeof *prediction->values);
    prediction->points = tr_alloc_array(count, sizeof *prediction->points);
    prediction->pieces = tr_alloc_array(count, sizeof *prediction->pieces);
    if (!prediction->values || !prediction->points || !prediction->pieces)
        return tr_fail_memory(diag, "drawing the prediction");
    return tr_evaluator_create(&prediction->evaluator, network, prediction->grid, diag);
}

tr_status tr_prediction_create(tr_prediction **out, const tr_network *network, const tr_axes *axes,
                               double line_width, tr_diag *diag) {
    *out = NULL;
    tr_prediction *prediction = tr_alloc_array(1, sizeof *prediction);
    if (!prediction)
        return tr_fail_memory(diag, "drawing the prediction");
    prediction->axes = axes;
    prediction->line_width = line_width;
    tr_status status = fill(prediction, network, diag);
    if (status)
        tr_prediction_destroy(&prediction);
    *out = prediction;
    return status;
}

void tr_prediction_destroy(tr_prediction **handle) {
    tr_prediction *prediction = *handle;
    if (!prediction)
        return;
    tr_evaluator_destroy(&prediction->evaluator);
    tr_dataset_destroy(&prediction->grid);
    free(prediction->values);
    free(prediction->points);
    free(prediction->pieces);
    free(prediction);
    *handle = NULL;
}

void tr_prediction_update(tr_prediction *prediction, const tr_panel_target *target,
                          const float *params) {
    double width = prediction->line_width;
    tr_evaluator_predict(prediction->evaluator, params, prediction->values);
    for (size_t i = 0; i < prediction->n_points; i++)
        prediction->points[i] = tr_axes_to_pixel(prediction->axes, prediction->grid->x[i],
                                                 (double)prediction->values[i]);
    prediction->n_pieces = tr_line_prepare(prediction->axes, width, prediction->points,
                                           prediction->n_points, prediction->pieces);
    for (size_t i = 0; i < prediction->n_pieces; i++) {
        const tr_line_piece *piece = &prediction->pieces[i];
        tr_panel_touch_line(target, piece->from.x, piece->from.y, piece->to.x, piece->to.y,
                            width / 2 + 1);
    }
}

void tr_prediction_stroke(const tr_prediction *prediction, const tr_panel_target *target,
                          tr_color color) {
    double width = prediction->line_width;
    if (target->canvas)
        tr_canvas_stroke(target->canvas, tr_axes_box(prediction->axes, width / 2),
                         prediction->pieces, prediction->n_pieces, width, (uint32_t)color);
    else
        tr_line_stroke(prediction->axes, width, target->cr, color, prediction->pieces,
                       prediction->n_pieces);
}
