/* One run of a plan, ready to be trained: with the data of another run, or after the random numbers of
 * one, where the plan says so. */
#ifndef TR_PLAN_TRAINING_H
#define TR_PLAN_TRAINING_H

#include "plan.h"
#include "run.h"

typedef struct tr_plan_training tr_plan_training;

/* Makes the run, and trains those that come before it. `step`, which may be NULL, is called for their
 * iterations and may end the training; its context is borrowed for the call. TR_ERROR_ARGUMENT where the
 * run is a recording, and what tr_run_create() and tr_fit() return. */
tr_status tr_plan_training_create(tr_plan_training **training, const tr_plan *plan, size_t run,
                                  tr_step_fn step, void *context, tr_diag *diag);
void tr_plan_training_destroy(tr_plan_training **training);

/* The run, borrowed. */
tr_run *tr_plan_training_run(const tr_plan_training *training);

#endif
