/* Going through a recording from its first to its last snapshot. */
#ifndef TR_PLOT_REPLAY_H
#define TR_PLOT_REPLAY_H

#include <trainreel/recording.h>
#include <trainreel/trainer.h>

/* Calls `visit` for every snapshot in order, reading a bounded number at a time. Returns what is not
 * TR_OK of what it returns. TR_ERROR_ARGUMENT for an empty recording or one with another number of
 * parameters, TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_replay(const tr_recording *recording, size_t n_params, tr_step_fn visit, void *context,
                    tr_diag *diag);

/* The iteration of the last snapshot. TR_ERROR_ARGUMENT for an empty recording. */
tr_status tr_replay_last_iteration(const tr_recording *recording, uint64_t *iteration,
                                   tr_diag *diag);

#endif
