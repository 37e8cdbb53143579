/* What commands did, as JSON. */
#include "build.h"
#include "json.h"
#include "page.h"
#include "run.h"
#include "summary.h"

#include <glib.h>
#include <jansson.h>
#include <string.h>

static json_t *describe_artifact(const tr_artifact *artifact) {
    json_t *object = json_pack("{s:s, s:s, s:I}", "path", artifact->path, "kind", artifact->kind,
                               "bytes", (json_int_t)artifact->bytes);
    if (object && artifact->width) {
        json_object_set_new(object, "width", json_integer(artifact->width));
        json_object_set_new(object, "height", json_integer(artifact->height));
    }
    if (object && artifact->n_frames > 1)
        json_object_set_new(object, "frames", json_integer((json_int_t)artifact->n_frames));
    if (object && artifact->seconds > 0)
        json_object_set_new(object, "duration", json_real(artifact->seconds));
    return object;
}

static json_t *describe_params(const tr_network *network, const float *params, size_t n_params) {
    json_t *object = json_object();
    for (size_t i = 0; object && i < n_params; i++) {
        char name[64];
        tr_network_param_name(network, i, name, sizeof name);
        json_object_set_new(object, name, tr_json_number((double)params[i]));
    }
    return object;
}

char *tr_report_to_json(const tr_report *report, const tr_network *network,
                        const tr_settings *settings, const char *embed) {
    json_t *files = json_array();
    for (size_t i = 0; i < report->n_artifacts; i++)
        json_array_append_new(files, describe_artifact(&report->artifacts[i]));
    json_t *values = json_object();
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_params[i].users & TR_FOR_RENDER && tr_settings_has(settings, &tr_params[i]))
            json_object_set_new(values, tr_params[i].name,
                                tr_json_setting(settings, &tr_params[i]));
    json_t *root = json_pack(
        "{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:s?, s:f, s:o}", "version", tr_version(), "files",
        files, "frames", (json_int_t)report->n_frames, "iterations",
        (json_int_t)report->n_iterations, "final_loss", tr_json_number((double)report->final_loss),
        "initial_params", describe_params(network, report->initial_params, report->n_params),
        "trained_params", describe_params(network, report->trained_params, report->n_params),
        "embed", embed, "seconds", report->seconds, "settings", values);
    if (root && *settings->recording)
        json_object_set_new(root, "recording",
                            tr_json_setting(settings, tr_param_by_name("recording.file")));
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}

char *tr_gradient_to_json(const tr_network *network, const tr_gradient_check *checks,
                          const tr_gradient_verdict *verdict) {
    json_t *parameters = json_object();
    for (size_t p = 0; p < tr_network_n_params(network); p++) {
        char name[64];
        tr_network_param_name(network, p, name, sizeof name);
        json_object_set_new(
            parameters, name,
            json_pack("{s:o, s:o, s:o, s:b}", "backpropagated",
                      tr_json_number(checks[p].backpropagated), "central_difference",
                      tr_json_number(checks[p].central_difference), "relative_error",
                      tr_json_number(checks[p].relative_error), "at_kink", checks[p].at_kink));
    }
    json_t *root =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:f, s:b, s:o}", "version", tr_version(), "iterations",
                  (json_int_t)verdict->n_iterations, "compared", (json_int_t)verdict->n_compared,
                  "at_kinks", (json_int_t)verdict->n_kinks, "largest_relative_error",
                  tr_json_number(verdict->largest_error), "tolerance", TR_GRADIENT_TOLERANCE,
                  "right", verdict->right, "parameters", parameters);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}

/* ---- of a build ---- */

static const char *name_outcome(tr_outcome outcome) {
    switch (outcome) {
    case TR_NOT_REACHED:
        return "not reached";
    case TR_MADE:
        return "made";
    case TR_UNCHANGED:
        return "unchanged";
    case TR_FAILED:
        return "failed";
    }
    return "";
}

static json_t *describe_built(const char *path, const char *kind, const tr_built *built,
                              const tr_built_file *file) {
    json_t *object = json_pack("{s:s, s:s, s:s}", "path", path, "kind", kind, "outcome",
                               name_outcome(built->outcome));
    if (!object)
        return NULL;
    if (built->message)
        json_object_set_new(object, "error", json_string(built->message));
    if (built->outcome != TR_MADE && built->outcome != TR_UNCHANGED)
        return object;
    tr_json_add_file(object, file);
    return object;
}

/* A number of a summary; null for one that there is not, or that JSON does not have. */
static json_t *describe_field(const char *name, const char *field) {
    char *end;
    gint64 whole = g_ascii_strtoll(field, &end, 10);
    if (!strcmp(name, "label"))
        return json_string(field);
    if (!*field)
        return json_null();
    if (!*end)
        return json_integer((json_int_t)whole);
    double number = g_ascii_strtod(field, &end);
    return *end ? json_string(field) : tr_json_number(number);
}

/* The lines of a summary that is there, as objects. */
static void add_summary(json_t *file, const tr_plan_artifact *artifact, const tr_built *built,
                        const char *folder) {
    tr_summary *summary;
    if (!tr_summary_read(&summary, folder, artifact, built))
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < summary->n_lines; i++) {
        json_t *line = json_object();
        for (size_t k = 0; summary->names[k]; k++)
            json_object_set_new(line, summary->names[k],
                                describe_field(summary->names[k], summary->lines[i][k]));
        json_array_append_new(list, line);
    }
    json_object_set_new(file, "summary", list);
    tr_summary_destroy(&summary);
}

char *tr_build_report_to_json(const tr_plan *plan, const tr_build_report *report,
                              const char *folder) {
    json_t *files = json_array();
    for (size_t i = 0; i < report->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        const tr_built *built = &report->artifacts[i];
        json_t *file =
            describe_built(artifact->path, tr_plan_kind_name(artifact->kind), built, &built->file);
        add_summary(file, artifact, built, folder);
        json_array_append_new(files, file);
        if (artifact->poster)
            json_array_append_new(
                files, describe_built(artifact->poster, "poster", built, &built->poster));
        if (artifact->captions)
            json_array_append_new(
                files, describe_built(artifact->captions, "captions", built, &built->captions));
    }
    bool has_page = report->page.outcome != TR_NOT_REACHED;
    json_t *page =
        has_page ? describe_built(TR_PAGE, "page", &report->page, &report->page.file) : json_null();
    json_t *root =
        json_pack("{s:s, s:s?, s:o, s:o, s:I, s:I, s:I, s:f}", "version", tr_version(), "out",
                  g_utf8_validate(folder, -1, NULL) ? folder : NULL, "files", files, "page", page,
                  "made", (json_int_t)report->n_made, "unchanged", (json_int_t)report->n_unchanged,
                  "failed", (json_int_t)report->n_failed, "seconds", report->seconds);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}

/* A row of numbers as an array. */
static json_t *describe_row(const double *values, size_t count) {
    json_t *row = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(row, tr_json_number(values[i]));
    return row;
}

char *tr_predictions_to_json(const tr_dataset *points, const float *predictions) {
    json_t *list = json_array();
    for (size_t s = 0; s < points->n_samples; s++) {
        json_t *outputs = json_array();
        for (size_t i = 0; i < points->n_outputs; i++)
            json_array_append_new(outputs,
                                  tr_json_number((double)predictions[s * points->n_outputs + i]));
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "x",
                            describe_row(points->x + s * points->n_inputs, points->n_inputs),
                            "prediction", outputs));
    }
    json_t *root = json_pack("{s:s, s:o}", "version", tr_version(), "points", list);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}
