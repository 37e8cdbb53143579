/* Sources that this folder makes. */
#ifndef TR_RENDER_REPLAY_H
#define TR_RENDER_REPLAY_H

#include "schedule.h"

#include <trainreel/render.h>

/* The recording that `source` repeats; NULL if it is no tr_recording_source(). */
const tr_recording *tr_source_recording(const tr_source *source);

/* Calls `step` for the first and the last snapshot and for those between them that get a frame: the
 * first one at or after each iteration that the schedule names. Others are not read, where they are
 * many. Returns what it returns, but TR_OK for TR_END; TR_ERROR_INPUT, TR_ERROR_MEMORY. */
tr_status tr_replay_frames(const tr_recording *recording, const tr_schedule *schedule,
                           tr_step_fn step, void *context, tr_diag *diag);

#endif
