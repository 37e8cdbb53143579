#include "training.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

typedef struct made_run {
    tr_run *run; /* NULL until it is made */
    bool is_trained;
} made_run;

struct tr_plan_training {
    const tr_plan *plan;
    tr_step_fn step;
    void *context;
    made_run *runs; /* as many as the plan has */
    size_t wanted;
};

static tr_status make(tr_plan_training *training, size_t index, tr_diag *diag);

/* Trains a run to its end, unless that is done, so that its random numbers are where they end. */
static tr_status train(tr_plan_training *training, size_t index, tr_diag *diag) {
    made_run *made = &training->runs[index];
    tr_status status = make(training, index, diag);
    if (status || made->is_trained)
        return status;
    made->is_trained = true;
    tr_run *run = made->run;
    return tr_fit(run->network, run->params, run->dataset, &run->training.options, &run->random,
                  training->step, training->context, diag);
}

/* Makes a run, after those that it needs, unless that is done. A plan has no circles. */
static tr_status make(tr_plan_training *training, size_t index, tr_diag *diag) {
    const tr_plan_run *plan_run = &training->plan->runs[index];
    made_run *made = &training->runs[index];
    const tr_dataset *dataset = NULL;
    const tr_random *random = NULL;
    tr_settings *settings;
    if (made->run)
        return TR_OK;
    tr_status status = TR_OK;
    if (plan_run->data_from != TR_NO_RUN) {
        status = make(training, plan_run->data_from, diag);
        dataset = status ? NULL : training->runs[plan_run->data_from].run->dataset;
    }
    if (!status && plan_run->seed_from != TR_NO_RUN) {
        status = train(training, plan_run->seed_from, diag);
        random = status ? NULL : &training->runs[plan_run->seed_from].run->random;
    }
    if (!status)
        status = tr_plan_run_settings(training->plan, plan_run, &settings, diag);
    if (status)
        return status;
    status = tr_run_create_on(&made->run, settings, dataset, random, diag);
    tr_settings_destroy(&settings);
    return status;
}

tr_status tr_plan_training_create(tr_plan_training **out, const tr_plan *plan, size_t run,
                                  tr_step_fn step, void *context, tr_diag *diag) {
    *out = NULL;
    if (*plan->runs[run].settings->recording)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the run %.64s is a recording already: %.100s",
                       plan->runs[run].name, plan->runs[run].settings->recording);
    tr_plan_training *training = tr_alloc_array(1, sizeof *training);
    if (!training)
        return tr_fail_memory(diag, "the run");
    *training = (tr_plan_training){.plan = plan, .step = step, .context = context, .wanted = run};
    training->runs = tr_alloc_array(plan->n_runs, sizeof *training->runs);
    tr_status status = training->runs ? make(training, run, diag) : tr_fail_memory(diag, "the run");
    if (status)
        tr_plan_training_destroy(&training);
    *out = training;
    return status;
}

void tr_plan_training_destroy(tr_plan_training **handle) {
    tr_plan_training *training = *handle;
    if (!training)
        return;
    for (size_t i = 0; training->runs && i < training->plan->n_runs; i++)
        tr_run_destroy(&training->runs[i].run);
    free(training->runs);
    free(training);
    *handle = NULL;
}

tr_run *tr_plan_training_run(const tr_plan_training *training) {
    return training->runs[training->wanted].run;
}
