/* Chooses which states of a run are recorded, and puts them into a ring. */
#ifndef TR_RECORD_RECORDER_H
#define TR_RECORD_RECORDER_H

#include <trainreel/ring.h>
#include <trainreel/snapshot.h>

typedef struct tr_recorder tr_recorder;

/* Records iteration 0, every `every`-th iteration (at least 1), and the last one. `ring` is borrowed;
 * the recorder is its producer. */
tr_status tr_recorder_create(tr_recorder **recorder, tr_ring *ring, uint64_t every, tr_diag *diag);
void tr_recorder_destroy(tr_recorder **recorder);

/* A tr_step_fn; `recorder` is a tr_recorder. Returns what the ring's push returns. */
tr_status tr_recorder_step(const tr_snapshot *snapshot, void *recorder);

/* The run has ended, with `status` and the text of `diag`. */
void tr_recorder_finish(tr_recorder *recorder, tr_status status, const tr_diag *diag);

/* How many snapshots that makes of a run of that many iterations. */
uint64_t tr_recorder_snapshots(uint64_t n_iterations, uint64_t every);

#endif
