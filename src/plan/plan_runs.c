#include "plan_runs.h"

#include <glib.h>

struct tr_plan_runs {
    size_t wanted;
    size_t count;
    tr_run **items; /* by their number in the plan; NULL for those that are not needed */
    bool *is_trained;
};

/* Once for all that go on with its random numbers. */
static tr_status train(tr_plan_runs *runs, size_t index, tr_diag *diag) {
    const tr_training *training = &runs->items[index]->training;
    if (runs->is_trained[index])
        return TR_OK;
    runs->is_trained[index] = true;
    return tr_fit(training->network, training->params, training->dataset, &training->options,
                  training->random, NULL, NULL, diag);
}

/* No run needs itself: reading the plan has seen to that. */
static tr_status make(tr_plan_runs *runs, const tr_plan *plan, size_t index,
                      const tr_cancel *cancel, tr_diag *diag) {
    const tr_plan_run *run = &plan->runs[index];
    const size_t others[] = {run->data_from, run->seed_from};
    tr_settings *settings = NULL;
    tr_status status = TR_OK;
    if (runs->items[index])
        return TR_OK;
    for (int i = 0; i < 2 && !status; i++)
        if (others[i] != TR_NO_RUN)
            status = make(runs, plan, others[i], cancel, diag);
    const tr_run *data = run->data_from == TR_NO_RUN ? NULL : runs->items[run->data_from];
    const tr_run *seed = run->seed_from == TR_NO_RUN ? NULL : runs->items[run->seed_from];
    if (!status && seed)
        status = train(runs, run->seed_from, diag);
    if (!status)
        status = tr_plan_run_settings(plan, run, &settings, diag);
    if (!status)
        status = tr_run_create_on(&runs->items[index], settings, data ? data->dataset : NULL,
                                  seed ? &seed->random : NULL, diag);
    if (!status)
        runs->items[index]->training.options.cancel = cancel;
    tr_settings_destroy(&settings);
    return status;
}

tr_status tr_plan_runs_create(tr_plan_runs **out, const tr_plan *plan, size_t index,
                              const tr_cancel *cancel, tr_diag *diag) {
    tr_plan_runs *runs = g_new0(tr_plan_runs, 1);
    runs->wanted = index;
    runs->count = plan->n_runs;
    runs->items = g_new0(tr_run *, plan->n_runs);
    runs->is_trained = g_new0(bool, plan->n_runs);
    tr_status status = make(runs, plan, index, cancel, diag);
    if (status)
        tr_plan_runs_destroy(&runs);
    *out = runs;
    return status;
}

void tr_plan_runs_destroy(tr_plan_runs **handle) {
    tr_plan_runs *runs = *handle;
    if (!runs)
        return;
    for (size_t i = 0; i < runs->count; i++)
        tr_run_destroy(&runs->items[i]);
    g_free(runs->items);
    g_free(runs->is_trained);
    g_free(runs);
    *handle = NULL;
}

tr_run *tr_plan_runs_wanted(tr_plan_runs *runs) {
    return runs->items[runs->wanted];
}
