#include "manifest.h"

#include "diag.h"
#include "json.h"
#include "page.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST "manifest.json"
#define CHECKSUMS "SHA256SUMS"

enum { MOST_BYTES = 1 << 24, MOST_TEXT_BYTES = 1 << 14 };

struct tr_manifest {
    char *text;
    json_t *root;
    json_t *files; /* borrowed from the root */
};

/* ---- reading ---- */

tr_manifest *tr_manifest_read(const tr_store *store, void (*note)(const char *text, void *context),
                              void *context) {
    tr_manifest *manifest = g_new0(tr_manifest, 1);
    size_t size;
    bool found = !tr_store_read(store, MANIFEST, MOST_BYTES, &manifest->text, &size, NULL);
    if (found)
        manifest->root = json_loadb(manifest->text, size, JSON_REJECT_DUPLICATES, NULL);
    manifest->files = json_object_get(manifest->root, "files");
    bool is_ours =
        json_integer_value(json_object_get(manifest->root, "schema")) == TR_MANIFEST_SCHEMA &&
        json_is_object(manifest->files);
    if (!is_ours) {
        if (note && found)
            note("the manifest.json that is there was not made by this program, or is damaged: all "
                 "is made again",
                 context);
        tr_manifest_destroy(&manifest);
    }
    return manifest;
}

void tr_manifest_destroy(tr_manifest **manifest) {
    if (!*manifest)
        return;
    json_decref((*manifest)->root);
    g_free((*manifest)->text);
    g_free(*manifest);
    *manifest = NULL;
}

/* Whether a member is a whole number from 0 to `most`; one that is missing is 0. */
static bool get_integer(const json_t *object, const char *name, uint64_t most, uint64_t *value) {
    const json_t *member = json_object_get(object, name);
    json_int_t number = json_integer_value(member);
    *value = (uint64_t)number;
    return !member || (json_is_integer(member) && number >= 0 && (uint64_t)number <= most);
}

static bool is_text(const json_t *object, const char *name, const char *expected) {
    return !g_strcmp0(json_string_value(json_object_get(object, name)), expected);
}

/* A member that is one line of text, or missing. */
static bool get_text(const json_t *object, const char *name, size_t most, const char **text) {
    const json_t *member = json_object_get(object, name);
    *text = json_string_value(member);
    if (!member)
        return true;
    for (const char *at = *text; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return false;
    return *text && strlen(*text) < most;
}

bool tr_manifest_find(const tr_manifest *manifest, const tr_store *store, const char *path,
                      const char *kind, const char *inputs, tr_built_file *file) {
    const json_t *entry = manifest ? json_object_get(manifest->files, path) : NULL;
    char checksum[TR_CHECKSUM_SIZE];
    const char *codecs, *alternative;
    uint64_t bytes, width, height, n_frames, n_iterations;
    if (!entry || !is_text(entry, "kind", kind) || !is_text(entry, "inputs", inputs) ||
        !get_integer(entry, "width", 1 << 16, &width) ||
        !get_integer(entry, "height", 1 << 16, &height) ||
        !get_integer(entry, "frames", UINT64_C(1) << 40, &n_frames) ||
        !get_integer(entry, "iterations", UINT64_C(1) << 60, &n_iterations) ||
        !get_text(entry, "codecs", sizeof file->codecs, &codecs) ||
        !get_text(entry, "alternative", MOST_TEXT_BYTES, &alternative))
        return false;
    const json_t *duration = json_object_get(entry, "duration");
    double seconds = json_number_value(duration);
    if ((duration && !json_is_number(duration)) || !(seconds >= 0 && seconds < 1e12))
        return false;
    if (tr_store_checksum(store, path, checksum, &bytes, NULL) ||
        !is_text(entry, "sha256", checksum))
        return false;
    *file = (tr_built_file){.bytes = bytes,
                            .width = (int)width,
                            .height = (int)height,
                            .n_frames = n_frames,
                            .seconds = seconds,
                            .n_iterations = n_iterations,
                            .alternative = g_strdup(alternative)};
    memcpy(file->checksum, checksum, sizeof checksum);
    g_strlcpy(file->codecs, codecs ? codecs : "", sizeof file->codecs);
    return true;
}

/* ---- what files are made of ---- */

static void add_text(GChecksum *sum, const char *text) {
    /* with the NUL, so that two texts are never one */
    g_checksum_update(sum, (const guchar *)(text ? text : ""), text ? (gssize)strlen(text) + 1 : 1);
}

static void add_setting(GChecksum *sum, const tr_settings *settings, const tr_param *param) {
    char *text = tr_settings_get(settings, param);
    add_text(sum, param->name);
    add_text(sum, text ? "is" : "is not set");
    add_text(sum, text);
    g_free(text);
}

/* What a training depends on: not which of its states get frames, nor the names of runs. */
static bool is_of_training(const tr_param *param) {
    return param->users & TR_FOR_RUN && !g_str_has_prefix(param->name, "record.") &&
           strcmp(param->name, "data.from") != 0 && strcmp(param->name, "train.seed_from") != 0;
}

/* The checksum of what a run is made of, after those of the runs that it depends on. */
static const char *add_run(const tr_plan *plan, size_t index, const tr_run_checksums *checksums,
                           char (*run_inputs)[TR_CHECKSUM_SIZE]) {
    const tr_plan_run *run = &plan->runs[index];
    const size_t others[] = {run->data_from, run->seed_from};
    if (*run_inputs[index])
        return run_inputs[index];
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (size_t i = 0; i < tr_n_params; i++)
        /* of a file its content counts, not its name */
        if (is_of_training(&tr_params[i]) && strcmp(tr_params[i].name, "data.file") != 0 &&
            strcmp(tr_params[i].name, "recording.file") != 0)
            add_setting(sum, run->settings, &tr_params[i]);
    add_text(sum, checksums[index].data);
    if (*run->settings->recording) {
        add_text(sum, checksums[index].recording);
        add_text(sum, run->settings->given & TR_GIVEN_DATA ? "with data" : "with its own data");
    }
    for (int i = 0; i < 2; i++)
        add_text(sum,
                 others[i] == TR_NO_RUN ? "" : add_run(plan, others[i], checksums, run_inputs));
    g_strlcpy(run_inputs[index], g_checksum_get_string(sum), TR_CHECKSUM_SIZE);
    g_checksum_free(sum);
    return run_inputs[index];
}

void tr_manifest_run_inputs(const tr_plan *plan, const tr_run_checksums *checksums,
                            char (*run_inputs)[TR_CHECKSUM_SIZE]) {
    for (size_t i = 0; i < plan->n_runs; i++)
        *run_inputs[i] = '\0';
    for (size_t i = 0; i < plan->n_runs; i++)
        add_run(plan, i, checksums, run_inputs);
}

/* The runs, and what they are called. A summary has columns of what varies, too. */
static void add_comparison(GChecksum *sum, const tr_plan_comparison *comparison,
                           const char (*run_inputs)[TR_CHECKSUM_SIZE]) {
    for (size_t i = 0; i < comparison->n_variations; i++)
        add_text(sum, comparison->variations[i].param->name);
    for (size_t i = 0; i < comparison->n_runs; i++) {
        add_text(sum, comparison->labels[i]);
        add_text(sum, run_inputs[comparison->runs[i]]);
    }
}

void tr_manifest_inputs(const tr_plan_artifact *artifact,
                        const char (*run_inputs)[TR_CHECKSUM_SIZE], char inputs[TR_CHECKSUM_SIZE]) {
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    add_text(sum, tr_version());
    add_text(sum, tr_plan_ending(artifact));
    add_text(sum, artifact->poster ? "with a poster" : "alone");
    add_text(sum, artifact->captions ? "with captions" : "alone");
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_plan_artifact_has(artifact, &tr_params[i]))
            add_setting(sum, artifact->settings, &tr_params[i]);
    if (artifact->comparison)
        add_comparison(sum, artifact->comparison, run_inputs);
    else
        add_text(sum, run_inputs[artifact->run]);
    g_strlcpy(inputs, g_checksum_get_string(sum), TR_CHECKSUM_SIZE);
    g_checksum_free(sum);
}

/* ---- writing ---- */

static json_t *describe_run(const tr_plan_run *run, const tr_run_checksums *checksums) {
    json_t *settings = json_object();
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_params[i].users & TR_FOR_RUN && tr_settings_has(run->settings, &tr_params[i]))
            json_object_set_new(settings, tr_params[i].name,
                                tr_json_setting(run->settings, &tr_params[i]));
    json_t *object = json_pack("{s:o}", "settings", settings);
    if (*checksums->data)
        json_object_set_new(object, "data_sha256", json_string(checksums->data));
    if (*checksums->recording)
        json_object_set_new(object, "recording_sha256", json_string(checksums->recording));
    return object;
}

/* The runs that are compared, and what they are called. */
static json_t *describe_comparison(const tr_plan *plan, const tr_plan_comparison *comparison) {
    json_t *list = json_array();
    for (size_t i = 0; i < comparison->n_runs; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "run", plan->runs[comparison->runs[i]].name,
                                        "label", comparison->labels[i]));
    return list;
}

static json_t *describe_file(const tr_plan *plan, const tr_plan_artifact *artifact,
                             const char *kind, const char *inputs, const tr_built_file *file) {
    json_t *object = json_pack("{s:s, s:s}", "kind", kind, "inputs", inputs);
    if (artifact->comparison)
        json_object_set_new(object, "compare", describe_comparison(plan, artifact->comparison));
    else
        json_object_set_new(object, "run", json_string(plan->runs[artifact->run].name));
    tr_json_add_file(object, file);
    return object;
}

static json_t *describe_settings(const tr_plan_artifact *artifact) {
    json_t *object = json_object();
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_plan_artifact_has(artifact, &tr_params[i]))
            json_object_set_new(object, tr_params[i].name,
                                tr_json_setting(artifact->settings, &tr_params[i]));
    return object;
}

/* A file that comes along with the artifact; a path of NULL is none. */
static void add_companion(json_t *files, const char *path, const char *kind, const tr_plan *plan,
                          const tr_plan_artifact *artifact, const char *inputs,
                          const tr_built_file *file) {
    if (!path)
        return;
    json_t *object = describe_file(plan, artifact, kind, inputs, file);
    json_object_set_new(object, "of", json_string(artifact->path));
    json_object_set_new(files, path, object);
}

static json_t *describe_files(const tr_plan *plan, const tr_build_report *report) {
    json_t *files = json_object();
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        const tr_built *built = &report->artifacts[i];
        if (!tr_is_there(built))
            continue;
        json_t *file = describe_file(plan, artifact, tr_plan_kind_name(artifact->kind),
                                     built->inputs, &built->file);
        json_object_set_new(file, "settings", describe_settings(artifact));
        json_object_set_new(files, artifact->path, file);
        add_companion(files, artifact->poster, "poster", plan, artifact, built->inputs,
                      &built->poster);
        add_companion(files, artifact->captions, "captions", plan, artifact, built->inputs,
                      &built->captions);
    }
    if (tr_is_there(&report->page)) {
        json_t *page = json_pack("{s:s}", "kind", "page");
        tr_json_add_file(page, &report->page.file);
        json_object_set_new(files, TR_PAGE, page);
    }
    return files;
}

static char *make_manifest(const tr_plan *plan, const tr_build_report *report,
                           const tr_run_checksums *checksums) {
    json_t *runs = json_object();
    for (size_t i = 0; i < plan->n_runs; i++)
        json_object_set_new(runs, plan->runs[i].name, describe_run(&plan->runs[i], &checksums[i]));
    json_t *root =
        json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "schema", TR_MANIFEST_SCHEMA, "program",
                  "trainreel", "version", tr_version(), "libraries", tr_library_versions(), "runs",
                  runs, "files", describe_files(plan, report));
    if (plan->title)
        json_object_set_new(root, "title", json_string(plan->title));
    if (plan->description)
        json_object_set_new(root, "description", json_string(plan->description));
    return tr_json_text(root);
}

static int compare_lines(const void *a, const void *b) {
    /* by the path, after the checksum and two spaces */
    return strcmp(*(char *const *)a + TR_CHECKSUM_SIZE, *(char *const *)b + TR_CHECKSUM_SIZE);
}

static void add_line(GPtrArray *lines, const tr_built_file *file, const char *path) {
    if (path)
        g_ptr_array_add(lines, g_strdup_printf("%s  %s\n", file->checksum, path));
}

/* In the form of sha256sum, sorted by path. */
static char *make_checksums(const tr_plan *plan, const tr_build_report *report) {
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        const tr_built *built = &report->artifacts[i];
        if (!tr_is_there(built))
            continue;
        add_line(lines, &built->file, artifact->path);
        add_line(lines, &built->poster, artifact->poster);
        add_line(lines, &built->captions, artifact->captions);
    }
    if (tr_is_there(&report->page))
        g_ptr_array_add(lines, g_strdup_printf("%s  %s\n", report->page.file.checksum, TR_PAGE));
    g_ptr_array_sort(lines, compare_lines);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++)
        g_string_append(text, lines->pdata[i]);
    g_ptr_array_free(lines, TRUE);
    return g_string_free(text, FALSE);
}

tr_status tr_manifest_write(const tr_store *store, const tr_plan *plan,
                            const tr_build_report *report, const tr_run_checksums *checksums,
                            tr_diag *diag) {
    char *manifest = make_manifest(plan, report, checksums);
    char *sums = make_checksums(plan, report);
    tr_status status = manifest ? TR_OK : tr_fail_memory(diag, "the manifest");
    if (!status)
        status = tr_store_update(store, MANIFEST, manifest, NULL, diag);
    if (!status)
        status = tr_store_update(store, CHECKSUMS, sums, NULL, diag);
    free(manifest);
    g_free(sums);
    return status;
}
