/* Chooses which states of a run are recorded, and puts them into a ring. */
#ifndef TR_RECORD_RECORDER_H
#define TR_RECORD_RECORDER_H

#include "schedule.h"

#include <trainreel/ring.h>
#include <trainreel/snapshot.h>

typedef struct tr_recorder tr_recorder;

/* Records the initial state, what `schedule` asks for, and the last state. `ring` and `schedule` are
 * borrowed; the recorder is the ring's producer. */
tr_status tr_recorder_create(tr_recorder **recorder, tr_ring *ring, const tr_schedule *schedule,
                             tr_diag *diag);
void tr_recorder_destroy(tr_recorder **recorder);

/* A tr_step_fn; `recorder` is a tr_recorder. Returns what the ring's push returns. */
tr_status tr_recorder_step(const tr_snapshot *snapshot, void *recorder);

/* The run has ended, with `status` and the text of `diag`. */
void tr_recorder_finish(tr_recorder *recorder, tr_status status, const tr_diag *diag);

#endif
