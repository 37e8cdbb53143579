/* What a net with one input and one output predicts, as a line in axes. */
#ifndef TR_PLOT_PREDICTION_H
#define TR_PLOT_PREDICTION_H

#include "panel.h"

typedef struct tr_prediction tr_prediction;

/* Evaluates the net evenly over the axis, as densely as its pixels ask for, and at least at as many
 * points as the post did. `network` and `axes` are borrowed. */
tr_status tr_prediction_create(tr_prediction **prediction, const tr_network *network,
                               const tr_axes *axes, double line_width, tr_diag *diag);
void tr_prediction_destroy(tr_prediction **prediction);

/* Takes the line of these parameters, and touches the canvas where it will be. */
void tr_prediction_update(tr_prediction *prediction, const tr_panel_target *target,
                          const float *params);

void tr_prediction_stroke(const tr_prediction *prediction, const tr_panel_target *target,
                          tr_color color);

#endif
