#include "artifact.h"

#include "describe.h"
#include "diag.h"
#include "output.h"
#include "run.h"
#include "summary.h"
#include "table.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/probe.h>

/* What is to be made, and where in the stage it is. */
typedef struct making {
    const tr_making *what;
    const tr_plan_artifact *artifact;
    tr_source source;         /* the recording of the only run */
    tr_comparison comparison; /* instead; no runs where there is one */
    tr_stage *stage;
    char *name; /* of the file in the stage; that of a poster ends differently */
    tr_built *built;
} making;

static const char poster_name[] = "artifact_start.png";
static const char captions_name[] = "artifact.vtt";

static void take_facts(tr_built_file *file, const tr_artifact *facts) {
    bool is_still = !strcmp(facts->kind, "poster") || !strcmp(facts->kind, "chart");
    file->width = facts->width;
    file->height = facts->height;
    file->n_frames = is_still ? 0 : facts->n_frames;
    file->seconds = facts->seconds;
}

static tr_status make_frames(making *m, tr_diag *diag) {
    tr_report report;
    tr_render_options options = tr_render_options_from(m->artifact->settings);
    options.folder = tr_stage_path(m->stage);
    options.name = "artifact";
    options.formats = TR_IN_SET(m->artifact->format);
    options.jobs = m->what->n_jobs;
    options.progress = m->what->progress;
    options.progress_context = m->what->context;
    tr_status status = m->comparison.n_runs ? tr_compare(&m->comparison, &options, &report, diag)
                                            : tr_render(&m->source, &options, &report, diag);
    if (status)
        return status;
    take_facts(&m->built->file, &report.artifacts[0]);
    if (tr_plan_has_poster(m->artifact))
        take_facts(&m->built->poster, &report.artifacts[1]);
    tr_report_destroy(&report);
    return TR_OK;
}

static tr_status make_chart(making *m, const char *path, tr_diag *diag) {
    const tr_settings *settings = m->artifact->settings;
    const tr_picture picture = tr_picture_from(settings);
    tr_artifact facts;
    tr_chart_format format = TR_CHART_PNG;
    if (g_str_has_suffix(m->name, ".svg"))
        format = TR_CHART_SVG;
    else if (g_str_has_suffix(m->name, ".pdf"))
        format = TR_CHART_PDF;
    uint64_t iteration = settings->iteration < 0 ? UINT64_MAX : (uint64_t)settings->iteration;
    tr_status status = tr_check_iteration(settings, &m->source, diag);
    if (status)
        return status;
    status = m->comparison.n_runs
                 ? tr_compare_chart(&m->comparison, &picture, format, path, &facts, diag)
                 : tr_chart(&m->source, m->what->runs->recording, iteration, &picture, format, path,
                            &facts, diag);
    if (!status)
        take_facts(&m->built->file, &facts);
    free(facts.path);
    return status;
}

static tr_status write_to_output(const void *data, size_t size, void *context, tr_diag *diag) {
    return tr_output_write(context, data, size, diag);
}

typedef struct table_step {
    const tr_making *what;
    tr_table *table;
} table_step;

static tr_status add_line(const tr_snapshot *snapshot, void *context) {
    const table_step *step = context;
    return step->what->is_stopping(step->what->context) ? TR_ERROR_CANCELLED
                                                        : tr_table_step(snapshot, step->table);
}

static tr_status make_table(making *m, const char *path, tr_diag *diag) {
    table_step step = {.what = m->what};
    tr_output *output;
    tr_status status = tr_output_create(&output, path, false, diag);
    if (!status)
        status = tr_table_create(&step.table, m->source.network, m->source.dataset, m->source.loss,
                                 write_to_output, output, diag);
    if (!status) {
        status = m->source.run(m->source.context, add_line, &step, diag);
        tr_table_explain(step.table, diag);
    }
    if (!status)
        status = tr_table_finish(step.table, diag);
    if (!status)
        status = tr_output_commit(&output, diag);
    tr_output_discard(&output);
    tr_table_destroy(&step.table);
    return status;
}

static tr_status make_summary(making *m, const char *path, tr_diag *diag) {
    GString *text = g_string_new(NULL);
    tr_output *output = NULL;
    tr_status status = TR_OK;
    tr_summary_append_names(text, m->artifact);
    for (size_t i = 0; !status && i < m->comparison.n_runs; i++) {
        const tr_shown_run *run = &m->what->runs[i];
        tr_run_summary summary;
        status = tr_summarize(&summary, run->source, run->recording, m->artifact->settings->levels,
                              m->what->is_stopping, m->what->context, diag);
        summary.diverged_at = run->diverged_at;
        summary.seconds = run->seconds;
        if (!status)
            tr_summary_append_line(text, m->artifact, i, &summary);
    }
    if (!status)
        status = tr_output_create(&output, path, false, diag);
    if (!status)
        status = tr_output_write(output, text->str, text->len, diag);
    if (!status)
        status = tr_output_commit(&output, diag);
    tr_output_discard(&output);
    g_string_free(text, TRUE);
    return status;
}

/* The file, and a poster and captions that nobody wants maybe, are complete in the stage: now they get
 * their places, the video last, because it is what brings the others along. */
static tr_status publish(making *m, tr_diag *diag) {
    tr_built *built = m->built;
    const struct {
        const char *name;
        const char *path;
        tr_built_file *file;
    } files[] = {{poster_name, m->artifact->poster, &built->poster},
                 {captions_name, m->artifact->captions, &built->captions},
                 {m->name, m->artifact->path, &built->file}};
    tr_status status = TR_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(files) && !status; i++)
        if (files[i].path)
            status = tr_stage_checksum(m->stage, files[i].name, files[i].file->checksum,
                                       &files[i].file->bytes, diag);
    for (size_t i = 0; i < G_N_ELEMENTS(files) && !status; i++)
        if (files[i].path)
            status = tr_stage_publish(m->stage, files[i].name, files[i].path, diag);
    return status;
}

/* How browsers name the codec of the video in the stage. */
static tr_status find_codecs(const char *path, tr_built_file *file, tr_diag *diag) {
    tr_media media;
    tr_status status = tr_probe(path, &media, diag);
    g_strlcpy(file->codecs, media.codec, sizeof file->codecs);
    return status;
}

/* What needs the recording or the encoder's libraries, so that the page needs neither. */
static tr_status describe(making *m, const char *path, tr_diag *diag) {
    const tr_plan_artifact *artifact = m->artifact;
    tr_built_file *file = &m->built->file;
    bool is_video = artifact->kind == TR_PLAN_VIDEO;
    if (!is_video && artifact->kind != TR_PLAN_CHART)
        return TR_OK;
    tr_status status = is_video ? find_codecs(path, file, diag) : TR_OK;
    if (status)
        return status;
    if (m->comparison.n_runs)
        return tr_describe_comparison(&file->alternative, &m->comparison, artifact->settings, diag);
    file->n_iterations = tr_recording_last_iteration(m->what->runs->recording);
    return tr_describe_run(&file->alternative, &m->source, m->what->runs->recording,
                           artifact->settings, is_video, diag);
}

static tr_status make_staged(making *m, tr_diag *diag) {
    char *path = g_build_filename(tr_stage_path(m->stage), m->name, NULL);
    tr_status status = TR_OK;
    switch (m->artifact->kind) {
    case TR_PLAN_VIDEO:
    case TR_PLAN_CHECKSUMS:
        status = make_frames(m, diag);
        break;
    case TR_PLAN_CHART:
        status = make_chart(m, path, diag);
        break;
    case TR_PLAN_TABLE:
        status = m->comparison.n_runs ? make_summary(m, path, diag) : make_table(m, path, diag);
        break;
    }
    if (!status)
        status = describe(m, path, diag);
    g_free(path);
    return status ? status : publish(m, diag);
}

/* Puts `by` in the place of `part`, once. */
static void replace(char *text, size_t size, const char *part, const char *by) {
    char *at = strstr(text, part);
    if (!at)
        return;
    char *changed = g_strdup_printf("%.*s%s%s", (int)(at - text), text, by, at + strlen(part));
    g_strlcpy(text, changed, size);
    g_free(changed);
}

/* A message of what was made in the stage names the file that it was made for. */
static void rename_in_message(const making *m, const char *folder, tr_diag *diag) {
    const tr_plan_artifact *artifact = m->artifact;
    const char *const names[][2] = {
        {poster_name, artifact->poster ? artifact->poster : artifact->path},
        {captions_name, artifact->captions ? artifact->captions : artifact->path},
        {m->name, artifact->path}};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *staged = g_build_filename(tr_stage_path(m->stage), names[i][0], NULL);
        char *wanted = g_build_filename(folder, names[i][1], NULL);
        replace(diag->text, sizeof diag->text, staged, wanted);
        g_free(staged);
        g_free(wanted);
    }
}

static void take_runs(making *m, tr_compared_run *compared) {
    const tr_plan_comparison *comparison = m->artifact->comparison;
    for (size_t i = 0; i < comparison->n_runs; i++) {
        const tr_shown_run *run = &m->what->runs[i];
        compared[i] = (tr_compared_run){.label = comparison->labels[i],
                                        .source = run->source,
                                        .recording = run->recording,
                                        .diverged_at = run->diverged_at};
    }
    m->comparison =
        (tr_comparison){.n_runs = comparison->n_runs,
                        .runs = compared,
                        .align = (tr_align)m->artifact->settings->align,
                        .arrangement = (tr_arrangement)m->artifact->settings->arrangement};
}

tr_status tr_make_artifact(const tr_making *what, tr_built *built, tr_diag *diag) {
    const tr_plan_artifact *artifact = what->artifact;
    const char *const paths[] = {artifact->path, artifact->poster, artifact->captions};
    tr_compared_run compared[TR_MOST_COMPARED];
    making m = {.what = what,
                .artifact = artifact,
                .source = tr_recording_source(what->runs->recording, what->runs->source),
                .built = built};
    if (artifact->comparison)
        take_runs(&m, compared);
    tr_status status = TR_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(paths) && !status; i++)
        if (paths[i])
            status = tr_store_prepare(what->store, paths[i], diag);
    if (!status)
        status = tr_stage_create(&m.stage, what->store, diag);
    if (status)
        return status;
    m.name = g_strconcat("artifact", tr_plan_ending(artifact), NULL);
    status = make_staged(&m, diag);
    if (status)
        rename_in_message(&m, what->folder, diag);
    tr_stage_destroy(&m.stage);
    g_free(m.name);
    return status;
}
