/* Points at which a net is evaluated. */
#ifndef TR_PLAN_POINTS_H
#define TR_PLAN_POINTS_H

#include "params.h"

/* Points as text: numbers separated by commas for a net with one input; otherwise a point's numbers are
 * separated by commas, and points by semicolons. The dataset has the points as x, and zeros as y of
 * n_outputs values. TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_points_parse(tr_dataset **points, const char *text, size_t n_inputs, size_t n_outputs,
                          tr_diag *diag);

/* The same out of a CSV file: the columns that the settings name for x, or all, which must be as many
 * as the net has inputs. TR_ERROR_INPUT, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_points_read(tr_dataset **points, const char *path, const tr_settings *settings,
                         size_t n_inputs, size_t n_outputs, tr_diag *diag);

#endif
