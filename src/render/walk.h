/* Going through the recordings of several runs in step. */
#ifndef TR_RENDER_WALK_H
#define TR_RENDER_WALK_H

#include "joint.h"
#include "schedule.h"

typedef struct tr_walk tr_walk;

/* Both are borrowed. TR_ERROR_MEMORY. */
tr_status tr_walk_create(tr_walk **walk, const tr_joint *joint, const tr_schedule *schedule,
                         tr_diag *diag);
void tr_walk_destroy(tr_walk **walk);

/* For tr_source.run, once, with the walk as its context: joint states at the positions of the schedule
 * and at the last one, each of every run's last snapshot up to there. Of every
 * recording, only what is near these snapshots is read. */
tr_status tr_walk_run(void *walk, tr_step_fn step, void *step_context, tr_diag *diag);

/* The joint state of all runs' last snapshots; its params belong to the walk. */
tr_status tr_walk_to_end(tr_walk *walk, tr_snapshot *state, tr_diag *diag);

#endif
