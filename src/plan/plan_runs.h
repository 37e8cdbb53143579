/* One run of a plan, with those that it needs. */
#ifndef TR_PLAN_PLAN_RUNS_H
#define TR_PLAN_PLAN_RUNS_H

#include "plan.h"
#include "run.h"

typedef struct tr_plan_runs tr_plan_runs;

/* Makes the run `index`, ready to be trained: also the run whose data it has, and the one whose random
 * numbers it goes on with, which is trained for them. `plan` is borrowed for the call, `cancel`, which may
 * be NULL, for the trainings, that of the run included. As tr_run_create() and tr_fit(). */
tr_status tr_plan_runs_create(tr_plan_runs **runs, const tr_plan *plan, size_t index,
                              const tr_cancel *cancel, tr_diag *diag);
void tr_plan_runs_destroy(tr_plan_runs **runs);

/* The run itself; borrowed. */
tr_run *tr_plan_runs_wanted(tr_plan_runs *runs);

#endif
