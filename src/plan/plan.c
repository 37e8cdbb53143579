#include "plan.h"

#include "diag.h"
#include "reader.h"

#include <string.h>

bool tr_change_key(tr_change *change, const char *prefix, char **key) {
    if (!g_str_has_prefix(change->text, prefix))
        return false;
    const char *start = change->text + strlen(prefix);
    const char *equals = strchr(start, '=');
    if (!equals)
        return false;
    *key = g_strndup(start, (gsize)(equals - start));
    change->value = equals + 1;
    return true;
}

static void read_texts(tr_plan_reader *reader, const tr_yaml_node *root) {
    const tr_yaml_node *title = tr_yaml_get(root, "title");
    const tr_yaml_node *description = tr_yaml_get(root, "description");
    if (title)
        reader->plan->title =
            tr_read_text(reader, (tr_place){.node = title}, "one line of text", false);
    if (description)
        reader->plan->description =
            tr_read_text(reader, (tr_place){.node = description}, "a text", true);
}

/* Whether there is to be a page: a setting of the whole plan. */
static void read_page(tr_plan_reader *reader, const tr_yaml_node *root) {
    const tr_yaml_node *node = tr_yaml_get(root, "page");
    tr_settings *settings;
    tr_diag diag = {0};
    tr_status status = tr_settings_create(&settings, &diag);
    if (status) {
        tr_refuse_status(reader, status, &diag);
        return;
    }
    if (node)
        tr_read_value(reader, settings, tr_param_by_name("output.page"), (tr_place){.node = node});
    reader->plan->has_page = settings->page;
    tr_settings_destroy(&settings);
}

static void read_root(tr_plan_reader *reader, const tr_yaml_node *root) {
    static const char *const known[] = {"title", "description", "page", "runs", "artifacts"};
    if (!tr_is_map(reader, root, "a plan, as in {runs: …, artifacts: …}"))
        return;
    for (size_t i = 0; i < root->count; i++) {
        const char *key = root->keys[i]->text;
        bool is_known = false;
        for (size_t k = 0; k < G_N_ELEMENTS(known); k++)
            is_known = is_known || !strcmp(key, known[k]);
        if (!is_known)
            tr_refuse_key(reader, (tr_place){.node = root->keys[i]}, key, "a part of a plan", known,
                          G_N_ELEMENTS(known));
    }
    read_texts(reader, root);
    read_page(reader, root);
    const tr_yaml_node *runs = tr_yaml_get(root, "runs");
    const tr_yaml_node *artifacts = tr_yaml_get(root, "artifacts");
    if (runs)
        tr_read_runs(reader, runs);
    else
        tr_refuse(reader, (tr_place){.node = root}, "found a plan without runs; wanted runs: …");
    if (artifacts)
        tr_read_artifacts(reader, artifacts);
    else
        tr_refuse(reader, (tr_place){.node = root},
                  "found a plan without artifacts; wanted artifacts: …");
}

static void take_changes(tr_plan_reader *reader, const tr_override *overrides, size_t n_overrides) {
    reader->changes = g_new0(tr_change, n_overrides + 1);
    reader->n_changes = n_overrides;
    for (size_t i = 0; i < n_overrides; i++) {
        const char *text = overrides[i].text;
        reader->changes[i] = (tr_change){.param = overrides[i].param, .text = text, .value = text};
        bool is_named = g_str_has_prefix(text, "runs.") || g_str_has_prefix(text, "artifacts.");
        reader->changes[i].is_used = !overrides[i].param && (!is_named || !strchr(text, '='));
        if (reader->changes[i].is_used)
            tr_refuse(reader, (tr_place){.change = &reader->changes[i]},
                      "wanted runs.NAME.SETTING=VALUE or artifacts.PATH.SETTING=VALUE");
    }
}

void tr_close_reader(tr_plan_reader *reader) {
    for (size_t i = 0; i < reader->n_runs; i++)
        tr_settings_destroy(&reader->runs[i].settings);
    g_free(reader->runs);
    g_free(reader->changes);
}

tr_status tr_plan_parse(tr_plan **out, const char *name, const char *text, size_t size,
                        const tr_override *overrides, size_t n_overrides, tr_plan_error_fn report,
                        void *context, tr_diag *diag) {
    tr_plan_reader reader = {.name = name, .report = report, .context = context, .diag = diag};
    tr_diag failure = {0};
    tr_yaml_node *root;
    *out = NULL;
    tr_plan *plan = reader.plan = g_new0(tr_plan, 1);
    plan->source = g_strdup(name);
    plan->folder = g_path_get_dirname(name);
    tr_status status = tr_yaml_parse(&root, name, text, size, &failure);
    if (status)
        tr_refuse_status(&reader, status, &failure);
    take_changes(&reader, overrides, n_overrides);
    if (!status)
        read_root(&reader, root);
    tr_close_reader(&reader);
    tr_yaml_destroy(&root);
    if (reader.status)
        tr_plan_destroy(&plan);
    *out = plan;
    return reader.status;
}

/* Nothing of that name: then the plans that are known may help. */
static void explain_missing(const char *name, tr_diag *diag) {
    const char *names[16];
    GString *list = g_string_new(NULL);
    size_t count = MIN(tr_n_built_in_plans, G_N_ELEMENTS(names));
    for (size_t i = 0; i < count; i++) {
        names[i] = tr_built_in_plans[i].name;
        g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = tr_nearest_name(name, names, count);
    *diag = (tr_diag){0};
    if (nearest)
        tr_fail(diag, TR_ERROR_INPUT, "%.100s: there is no such file or plan (did you mean %s?)",
                name, nearest);
    else
        tr_fail(diag, TR_ERROR_INPUT,
                "%.100s: there is no such file, and no such plan; the built-in ones are %s", name,
                list->str);
    g_string_free(list, TRUE);
}

tr_status tr_plan_read(tr_plan **plan, const char *name, const tr_override *overrides,
                       size_t n_overrides, tr_plan_error_fn report, void *context, tr_diag *diag) {
    const tr_built_in_plan *built_in = tr_built_in_plan_by_name(name);
    tr_diag failure = {0};
    char *text;
    size_t size;
    *plan = NULL;
    if (built_in)
        return tr_plan_parse(plan, name, built_in->text, built_in->size, overrides, n_overrides,
                             report, context, diag);
    tr_status status = tr_yaml_load(name, &text, &size, &failure);
    if (status) {
        if (!g_file_test(name, G_FILE_TEST_EXISTS) && !strchr(name, '/'))
            explain_missing(name, &failure);
        tr_diag_adopt(diag, &failure);
        if (report)
            report(failure.text, context);
        return status;
    }
    status = tr_plan_parse(plan, name, text, size, overrides, n_overrides, report, context, diag);
    g_free(text);
    return status;
}

void tr_plan_artifact_clear(tr_plan_artifact *artifact) {
    g_free(artifact->path);
    g_free(artifact->poster);
    g_free(artifact->captions);
    tr_plan_comparison_destroy(&artifact->comparison);
    tr_settings_destroy(&artifact->settings);
    *artifact = (tr_plan_artifact){0};
}

void tr_plan_destroy(tr_plan **handle) {
    tr_plan *plan = *handle;
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_runs; i++) {
        g_free(plan->runs[i].name);
        tr_settings_destroy(&plan->runs[i].settings);
    }
    for (size_t i = 0; i < plan->n_artifacts; i++)
        tr_plan_artifact_clear(&plan->artifacts[i]);
    g_free(plan->runs);
    g_free(plan->artifacts);
    g_free(plan->source);
    g_free(plan->folder);
    g_free(plan->title);
    g_free(plan->description);
    g_free(plan);
    *handle = NULL;
}

const size_t *tr_plan_artifact_runs(const tr_plan_artifact *artifact, size_t *count) {
    *count = artifact->comparison ? artifact->comparison->n_runs : 1;
    return artifact->comparison ? artifact->comparison->runs : &artifact->run;
}

/* `is_given` where it is from the command line. */
static char *path_from_here(const tr_plan *plan, const char *file, bool is_given) {
    if (is_given || g_path_is_absolute(file) || !strcmp(plan->folder, "."))
        return g_strdup(file);
    return g_build_filename(plan->folder, file, NULL);
}

char *tr_plan_data_path(const tr_plan *plan, const tr_plan_run *run) {
    return path_from_here(plan, run->settings->data_file, run->file_is_given);
}

char *tr_plan_recording_path(const tr_plan *plan, const tr_plan_run *run) {
    return path_from_here(plan, run->settings->recording, run->recording_is_given);
}

static tr_status set_path(tr_settings *settings, const char *name, char *path, tr_diag *diag) {
    tr_status status = tr_settings_set(settings, tr_param_by_name(name), path, diag);
    g_free(path);
    return status;
}

tr_status tr_plan_run_settings(const tr_plan *plan, const tr_plan_run *run, tr_settings **settings,
                               tr_diag *diag) {
    tr_status status = tr_settings_copy(settings, run->settings, diag);
    if (!status && *run->settings->data_file)
        status = set_path(*settings, "data.file", tr_plan_data_path(plan, run), diag);
    if (!status && *run->settings->recording)
        status = set_path(*settings, "recording.file", tr_plan_recording_path(plan, run), diag);
    if (status)
        tr_settings_destroy(settings);
    return status;
}

const tr_built_in_plan *tr_built_in_plan_by_name(const char *name) {
    for (size_t i = 0; i < tr_n_built_in_plans; i++)
        if (!strcmp(tr_built_in_plans[i].name, name))
            return &tr_built_in_plans[i];
    return NULL;
}
