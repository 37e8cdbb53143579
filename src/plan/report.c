/* What a rendering wrote, as JSON. */
#include "run.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>

/* NaN and infinities are not JSON. */
static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *describe_artifact(const tr_artifact *artifact) {
    json_t *object = json_pack("{s:s, s:s, s:I, s:i, s:i}", "path", artifact->path, "kind",
                               artifact->kind, "bytes", (json_int_t)artifact->bytes, "width",
                               artifact->width, "height", artifact->height);
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
        json_object_set_new(object, name, number((double)params[i]));
    }
    return object;
}

static json_t *describe_setting(const tr_settings *settings, const tr_param *param) {
    const void *value = (const char *)settings + param->offset;
    if (param->type == TR_PARAM_INTEGER)
        return json_integer(*(const int64_t *)value);
    if (param->type == TR_PARAM_NUMBER)
        return number(*(const double *)value);
    char *text = tr_settings_get(settings, param);
    json_t *string = text ? json_string(text) : json_null();
    g_free(text);
    return string ? string : json_null(); /* a path need not be UTF-8 */
}

char *tr_report_to_json(const tr_report *report, const tr_network *network,
                        const tr_settings *settings, const char *embed) {
    json_t *files = json_array();
    for (size_t i = 0; i < report->n_artifacts; i++)
        json_array_append_new(files, describe_artifact(&report->artifacts[i]));
    json_t *values = json_object();
    for (size_t i = 0; i < tr_n_params; i++)
        json_object_set_new(values, tr_params[i].name, describe_setting(settings, &tr_params[i]));
    json_t *root = json_pack(
        "{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:s?, s:f, s:o}", "version", tr_version(), "files",
        files, "frames", (json_int_t)report->n_frames, "iterations",
        (json_int_t)report->n_iterations, "final_loss", number((double)report->final_loss),
        "initial_params", describe_params(network, report->initial_params, report->n_params),
        "trained_params", describe_params(network, report->trained_params, report->n_params),
        "embed", embed, "seconds", report->seconds, "settings", values);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(root);
    return text;
}
