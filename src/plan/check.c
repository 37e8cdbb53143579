/* What reading a plan cannot find: data that is not there, nets that do not fit it, pictures that cannot
 * be drawn. */
#include "build.h"

#include "alloc.h"
#include "diag.h"
#include "run.h"
#include "scene.h"
#include "sink.h"
#include "walk.h"

#include <glib.h>
#include <stdlib.h>

typedef struct checked_run {
    bool is_checked;
    tr_run *run;             /* NULL where it was refused */
    tr_recording *recording; /* of the initial state */
} checked_run;

static const tr_recording *recording_of(const checked_run *run) {
    return run->run->recording ? run->run->recording : run->recording;
}

typedef struct checker {
    const tr_plan *plan;
    checked_run *runs;
    bool is_drawing; /* comparisons, for nobody to see */
    tr_plan_error_fn report;
    void *context;
    tr_status status;
    tr_diag *diag;
} checker;

static void refuse(checker *c, size_t line, size_t column, tr_status status, const tr_diag *why) {
    const char *reason = why->text[0] ? why->text : tr_status_name(status);
    const char *source = c->plan->source;
    char *text =
        source ? g_strdup_printf("%s:%zu:%zu: %s", source, line, column, reason) : g_strdup(reason);
    if (!c->status) {
        /* what does not go together is the plan's fault, or that of the options */
        c->status = status == TR_ERROR_ARGUMENT && source ? TR_ERROR_INPUT : status;
        tr_fail(c->diag, c->status, "%s", text);
    }
    if (c->report)
        c->report(text, c->context);
    g_free(text);
}

/* Of a run that stands in no plan, the name is told, unless it is that of the file. */
static void refuse_run(checker *c, size_t index, tr_status status, const tr_diag *why) {
    const tr_plan_run *run = &c->plan->runs[index];
    tr_diag named = {0};
    bool is_named = index >= c->plan->n_written && !*run->settings->recording;
    if (is_named)
        tr_fail(&named, status, "%s: %s", run->name,
                why->text[0] ? why->text : tr_status_name(status));
    refuse(c, run->line, run->column, status, is_named ? &named : why);
}

/* Records the initial state, which is no work, but finds whether training takes the net and the data. A
 * run that was recorded has its own. */
static tr_status record_start(tr_run *run, tr_recording **recording, tr_diag *diag) {
    *recording = NULL;
    if (run->recording)
        return TR_OK;
    tr_random random = run->random;
    tr_training training = run->training;
    training.options.epochs = 0;
    training.random = &random;
    tr_source source = tr_training_source(&training);
    return tr_record(&source, recording, diag);
}

/* Draws the initial state, for nobody to see. */
static tr_status try_picture(const checked_run *run, const tr_settings *settings, tr_diag *diag) {
    const tr_picture picture = tr_picture_from(settings);
    const tr_network *network = run->run->network;
    const tr_source source = tr_run_source(run->run);
    tr_scene *scene = NULL;
    tr_still still = {0};
    tr_snapshot state;
    float *params = tr_alloc_array(tr_network_n_params(network), sizeof *params);
    tr_status status = tr_picture_check(&picture, network, run->run->dataset, diag);
    if (!status)
        status = tr_check_iteration(settings, &source, diag);
    if (!status && !params)
        status = tr_fail_memory(diag, "a picture");
    if (!status)
        status = tr_recording_read(recording_of(run), 0, 1, &state, params, diag);
    if (!status)
        status = tr_scene_create(&scene, &picture, network, run->run->dataset,
                                 run->run->training.options.loss, recording_of(run), diag);
    if (!status)
        status = tr_scene_draw_still(scene, &state, TR_STILL_PIXELS, &still, diag);
    tr_still_destroy(&still);
    tr_scene_destroy(&scene);
    free(params);
    return status;
}

/* Makes a run, after the one whose data it has. */
static const tr_run *check_run(checker *c, size_t index) {
    const tr_plan_run *run = &c->plan->runs[index];
    checked_run *checked = &c->runs[index];
    tr_diag diag = {0};
    tr_settings *settings;
    if (checked->is_checked)
        return checked->run;
    checked->is_checked = true;
    const tr_run *data = run->data_from == TR_NO_RUN ? NULL : check_run(c, run->data_from);
    if (!data && run->data_from != TR_NO_RUN)
        return NULL;
    tr_status status = tr_plan_run_settings(c->plan, run, &settings, &diag);
    if (!status)
        status =
            tr_run_create_on(&checked->run, settings, data ? data->dataset : NULL, NULL, &diag);
    if (!status)
        status = record_start(checked->run, &checked->recording, &diag);
    if (status) {
        refuse_run(c, index, status, &diag);
        tr_run_destroy(&checked->run);
    }
    tr_settings_destroy(&settings);
    return checked->run;
}

/* Draws the initial states. */
static tr_status draw_comparison(const tr_comparison *comparison, const tr_picture *picture,
                                 tr_diag *diag) {
    tr_scene *scene = NULL;
    tr_walk *walk = NULL;
    tr_still still = {0};
    tr_snapshot state;
    tr_status status = tr_scene_create_compared(&scene, comparison, picture, diag);
    if (!status)
        status = tr_walk_create(&walk, tr_scene_joint(scene), NULL, diag);
    if (!status)
        status = tr_walk_to_end(walk, &state, diag);
    if (!status)
        status = tr_scene_draw_still(scene, &state, TR_STILL_PIXELS, &still, diag);
    tr_still_destroy(&still);
    tr_walk_destroy(&walk);
    tr_scene_destroy(&scene);
    return status;
}

/* Whether the runs of an artifact, which are sound, can be compared as it says. */
static tr_status try_comparison(const checker *c, const tr_plan_artifact *artifact,
                                const tr_picture *picture, tr_diag *diag) {
    const tr_plan_comparison *compared = artifact->comparison;
    tr_compared_run runs[TR_MOST_COMPARED];
    tr_source sources[TR_MOST_COMPARED];
    for (size_t i = 0; i < compared->n_runs; i++) {
        const checked_run *run = &c->runs[compared->runs[i]];
        sources[i] = tr_run_source(run->run);
        runs[i] = (tr_compared_run){
            .label = compared->labels[i], .source = &sources[i], .recording = recording_of(run)};
    }
    const tr_comparison comparison = {.n_runs = compared->n_runs,
                                      .runs = runs,
                                      .align = (tr_align)artifact->settings->align,
                                      .arrangement =
                                          (tr_arrangement)artifact->settings->arrangement};
    tr_status status = tr_comparison_check(&comparison, picture, diag);
    return status || !c->is_drawing ? status : draw_comparison(&comparison, picture, diag);
}

/* TR_OK, too, where a run is not sound, which is told already. */
static tr_status check_artifact(checker *c, const tr_plan_artifact *artifact, tr_diag *diag) {
    tr_render_options options = tr_render_options_from(artifact->settings);
    int width, height;
    size_t count;
    const size_t *runs = tr_plan_artifact_runs(artifact, &count);
    for (size_t i = 0; i < count; i++)
        if (!check_run(c, runs[i]))
            return TR_OK;
    if (artifact->kind == TR_PLAN_TABLE)
        return TR_OK;
    tr_status status = artifact->comparison
                           ? try_comparison(c, artifact, &options.picture, diag)
                           : try_picture(&c->runs[artifact->run], artifact->settings, diag);
    if (!status && artifact->kind == TR_PLAN_VIDEO) {
        tr_picture_pixels(&options.picture, &width, &height);
        status = tr_sink_check(artifact->format, width, height, &options.video, diag);
    }
    return status;
}

static void clean_up(checker *c) {
    for (size_t i = 0; i < c->plan->n_runs; i++) {
        tr_recording_destroy(&c->runs[i].recording);
        tr_run_destroy(&c->runs[i].run);
    }
    g_free(c->runs);
}

tr_status tr_plan_check(const tr_plan *plan, tr_plan_error_fn report, void *context,
                        tr_diag *diag) {
    checker c = {.plan = plan,
                 .runs = g_new0(checked_run, plan->n_runs),
                 .is_drawing = true,
                 .report = report,
                 .context = context,
                 .diag = diag};
    for (size_t i = 0; i < plan->n_runs; i++)
        (void)check_run(&c, i);
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        tr_diag failure = {0};
        tr_status status = check_artifact(&c, artifact, &failure);
        if (status)
            refuse(&c, artifact->line, artifact->column, status, &failure);
    }
    clean_up(&c);
    return c.status;
}

tr_status tr_plan_prepare(tr_plan *plan, void (*note)(const char *text, void *context),
                          void *context, tr_diag *diag) {
    checker c = {.plan = plan, .runs = g_new0(checked_run, plan->n_runs), .diag = diag};
    size_t n_left = 0;
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        tr_plan_artifact *artifact = &plan->artifacts[i];
        tr_diag failure = {0};
        tr_status status = check_artifact(&c, artifact, &failure);
        if (status == TR_ERROR_ARGUMENT && artifact->is_optional && !c.status) {
            char *text = g_strdup_printf("%s is left out: %s", artifact->path, failure.text);
            if (note)
                note(text, context);
            g_free(text);
            tr_plan_artifact_clear(artifact);
            continue;
        }
        if (status)
            refuse(&c, 0, 0, status, &failure);
        plan->artifacts[n_left++] = *artifact;
    }
    plan->n_artifacts = n_left;
    clean_up(&c);
    return c.status;
}
