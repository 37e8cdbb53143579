/* The loss on all data over a run. */
#ifndef TR_PLOT_FULL_LOSS_H
#define TR_PLOT_FULL_LOSS_H

#include "panel.h"
#include "series.h"

/* Adds the loss at `count` states, evenly from the first to the last one of the recording, over the samples
 * seen or over the iterations. The series is to be finished afterwards. TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_add_full_loss(tr_series *series, const tr_panel_source *source, uint64_t count,
                           bool over_samples, tr_diag *diag);

#endif
