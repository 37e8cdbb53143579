/* What a net with two inputs predicts, as colours: from the data's colour for the lowest target through
 * the background to the prediction's colour for the highest, with a line where the prediction is half
 * way between them, and the samples over it.
 *
 * The net is evaluated at the corners of square cells. Between them, pixels are interpolated in integer
 * arithmetic, so that they are the same on every machine. */
#ifndef TR_PLOT_FIELD_H
#define TR_PLOT_FIELD_H

#include "panel.h"
#include "samples.h"

typedef struct tr_field tr_field;

/* `axes` and `samples` are borrowed, as is what the setting points to. */
tr_status tr_field_create(tr_field **field, const tr_panel_setting *setting, const tr_axes *axes,
                          const tr_samples *samples, tr_diag *diag);
void tr_field_destroy(tr_field **field);

tr_status tr_field_draw(tr_field *field, const tr_panel_target *target, const float *params,
                        tr_diag *diag);

#endif
