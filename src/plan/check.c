/* What reading a plan cannot find: data that is not there, nets that do not fit it, pictures that cannot
 * be drawn. */
#include "build.h"

#include "diag.h"
#include "run.h"
#include "scene.h"
#include "sink.h"

#include <glib.h>
#include <string.h>

typedef struct checker {
    const tr_plan *plan;
    tr_run **runs;
    bool *is_checked; /* by run; where one was refused its `runs` is NULL */
    tr_plan_error_fn report;
    void *context;
    tr_status status;
    tr_diag *diag;
} checker;

static void refuse(checker *c, size_t line, size_t column, tr_status status, const tr_diag *why) {
    const char *reason = why->text[0] ? why->text : tr_status_name(status);
    char *text = g_strdup_printf("%s:%zu:%zu: %s", c->plan->source, line, column, reason);
    if (!c->status) {
        /* what does not go together is the plan's fault */
        c->status = status == TR_ERROR_ARGUMENT ? TR_ERROR_INPUT : status;
        tr_fail(c->diag, c->status, "%s", text);
    }
    if (c->report)
        c->report(text, c->context);
    g_free(text);
}

/* Whether training takes the net and the data: it is asked for no epoch at all. */
static tr_status try_training(tr_run *run, tr_diag *diag) {
    tr_training training = run->training;
    tr_random random = run->random;
    training.options.epochs = 0;
    return tr_fit(training.network, run->params, training.dataset, &training.options, &random, NULL,
                  NULL, diag);
}

/* Makes a run, after the one whose data it has. */
static tr_run *check_run(checker *c, size_t index) {
    const tr_plan_run *run = &c->plan->runs[index];
    tr_diag diag = {0};
    tr_settings *settings;
    if (c->is_checked[index])
        return c->runs[index];
    c->is_checked[index] = true;
    const tr_run *data = run->data_from == TR_NO_RUN ? NULL : check_run(c, run->data_from);
    if (!data && run->data_from != TR_NO_RUN)
        return NULL;
    tr_status status = tr_plan_run_settings(c->plan, run, &settings, &diag);
    if (!status)
        status =
            tr_run_create_on(&c->runs[index], settings, data ? data->dataset : NULL, NULL, &diag);
    if (!status)
        status = try_training(c->runs[index], &diag);
    if (status) {
        refuse(c, run->line, run->column, status, &diag);
        tr_run_destroy(&c->runs[index]);
    }
    tr_settings_destroy(&settings);
    return c->runs[index];
}

static void check_artifact(checker *c, const tr_plan_artifact *artifact) {
    const tr_run *run = c->runs[artifact->run];
    tr_render_options options = tr_render_options_from(artifact->settings);
    tr_diag diag = {0};
    int width, height;
    if (!run || artifact->kind == TR_PLAN_TABLE)
        return;
    tr_status status = tr_run_check_picture(run, artifact->settings, &diag);
    if (!status && artifact->kind == TR_PLAN_VIDEO) {
        tr_picture_pixels(&options.picture, &width, &height);
        status = tr_sink_check(TR_FORMAT_MP4, width, height, &options.video, &diag);
    }
    if (status)
        refuse(c, artifact->line, artifact->column, status, &diag);
}

tr_status tr_plan_check(const tr_plan *plan, tr_plan_error_fn report, void *context,
                        tr_diag *diag) {
    checker c = {.plan = plan,
                 .runs = g_new0(tr_run *, plan->n_runs),
                 .is_checked = g_new0(bool, plan->n_runs),
                 .report = report,
                 .context = context,
                 .diag = diag};
    for (size_t i = 0; i < plan->n_runs; i++)
        (void)check_run(&c, i);
    for (size_t i = 0; i < plan->n_artifacts; i++)
        check_artifact(&c, &plan->artifacts[i]);
    for (size_t i = 0; i < plan->n_runs; i++)
        tr_run_destroy(&c.runs[i]);
    g_free(c.runs);
    g_free(c.is_checked);
    return c.status;
}
