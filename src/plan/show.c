/* A plan as YAML with every default. */
#include "plan.h"

#include "layers.h"

#include <glib.h>
#include <string.h>

/* In double quotes, where YAML guesses nothing. A path may have any characters. */
static void append_quoted(GString *out, const char *text) {
    g_string_append_c(out, '"');
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c == '\n')
            g_string_append(out, "\\n");
        else if (!g_unichar_isprint(c) && c <= 0xffff)
            g_string_append_printf(out, "\\u%04X", c);
        else if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", (char)c);
        else
            g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '"');
}

static void append_setting(GString *out, const tr_settings *settings, const tr_param *param,
                           const char *indent) {
    char *text = tr_settings_get(settings, param);
    bool is_plain = param->type == TR_PARAM_INTEGER || param->type == TR_PARAM_NUMBER ||
                    param->type == TR_PARAM_SIZE || param->type == TR_PARAM_CHOICE ||
                    param->type == TR_PARAM_BYTES;
    g_string_append_printf(out, "%s%s: ", indent, strchr(param->name, '.') + 1);
    if (!text)
        g_string_append(out, "null");
    else if (is_plain)
        g_string_append(out, text);
    else
        append_quoted(out, text);
    g_string_append_c(out, '\n');
    g_free(text);
}

/* What another run's data or random numbers stand in for is not shown, and neither is the lack of
 * such a run. */
static bool is_shown(const tr_plan_run *run, const tr_param *param) {
    bool is_from = !strcmp(param->name, "data.from");
    bool is_seed_from = !strcmp(param->name, "train.seed_from");
    if (!tr_settings_has(run->settings, param))
        return false;
    if (g_str_has_prefix(param->name, "data."))
        return is_from == (run->data_from != TR_NO_RUN);
    if (is_seed_from || !strcmp(param->name, "train.seed"))
        return is_seed_from == (run->seed_from != TR_NO_RUN);
    return true;
}

static void append_section(GString *out, const tr_plan_run *run, const char *section) {
    size_t length = strlen(section);
    g_string_append_printf(out, "    %s:\n", section);
    for (size_t i = 0; i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        if (param->users & TR_FOR_RUN && !strncmp(param->name, section, length) &&
            param->name[length] == '.' && is_shown(run, param))
            append_setting(out, run->settings, param, "      ");
    }
}

static void append_model(GString *out, const tr_settings *settings) {
    g_string_append(out, "    model:\n");
    for (size_t i = 0; i < settings->layers.count; i++) {
        tr_layer_list one = {.count = 1, .items = &settings->layers.items[i]};
        char *text = tr_layers_format(&one);
        char **parts = g_strsplit(text, ":", 3);
        g_string_append_printf(out, "      - {units: %s, activation: ", parts[0]);
        append_quoted(out, parts[1]);
        g_string_append(out, ", init: ");
        append_quoted(out, parts[2]);
        g_string_append(out, "}\n");
        g_strfreev(parts);
        g_free(text);
    }
}

/* A value of a setting, as in a flow list. */
static void append_value(GString *out, const tr_param *param, const char *text) {
    bool is_plain = param->type == TR_PARAM_INTEGER || param->type == TR_PARAM_NUMBER ||
                    param->type == TR_PARAM_CHOICE;
    if (is_plain)
        g_string_append(out, text);
    else
        append_quoted(out, text);
}

static void append_comparison(GString *out, const tr_plan *plan,
                              const tr_plan_comparison *comparison) {
    g_string_append(out, "    compare: ");
    if (comparison->base != TR_NO_RUN) {
        append_quoted(out, plan->runs[comparison->base].name);
        g_string_append(out, "\n    vary:\n");
    }
    for (size_t i = 0; i < comparison->n_variations; i++) {
        const tr_variation *variation = &comparison->variations[i];
        g_string_append_printf(out, "      %s: [", variation->param->name);
        for (size_t k = 0; k < variation->n_values; k++) {
            g_string_append(out, k ? ", " : "");
            append_value(out, variation->param, variation->values[k]);
        }
        g_string_append(out, "]\n");
    }
    if (comparison->base != TR_NO_RUN)
        return;
    for (size_t i = 0; i < comparison->n_runs; i++) {
        g_string_append(out, i ? ", " : "[");
        append_quoted(out, plan->runs[comparison->runs[i]].name);
    }
    g_string_append(out, "]\n");
}

/* The path of a file that comes along with a video, or that there is none. */
static void append_companion(GString *out, const char *key, const char *path) {
    g_string_append_printf(out, "    %s: ", key);
    if (path)
        append_quoted(out, path);
    else
        g_string_append(out, "null");
    g_string_append_c(out, '\n');
}

static void append_artifact(GString *out, const tr_plan *plan, const tr_plan_artifact *artifact) {
    g_string_append(out, "  ");
    append_quoted(out, artifact->path);
    g_string_append(out, ":\n");
    if (artifact->comparison) {
        append_comparison(out, plan, artifact->comparison);
    } else {
        g_string_append(out, "    run: ");
        append_quoted(out, plan->runs[artifact->run].name);
        g_string_append_c(out, '\n');
    }
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_plan_artifact_has(artifact, &tr_params[i]))
            append_setting(out, artifact->settings, &tr_params[i], "    ");
    if (!tr_plan_has_poster(artifact))
        return;
    append_companion(out, "poster", artifact->poster);
    append_companion(out, "captions", artifact->captions);
}

static void append_text(GString *out, const char *key, const char *text) {
    if (!text)
        return;
    g_string_append_printf(out, "%s: ", key);
    append_quoted(out, text);
    g_string_append_c(out, '\n');
}

/* Of a recording, what was given beside it. */
static void append_run(GString *out, const tr_plan_run *run) {
    const char *recording = run->settings->recording;
    unsigned shown = *recording ? run->settings->given : ~0U;
    if (*recording) {
        g_string_append(out, "    recording: ");
        append_quoted(out, recording);
        g_string_append_c(out, '\n');
    }
    if (shown & TR_GIVEN_DATA)
        append_section(out, run, "data");
    if (shown & TR_GIVEN_MODEL)
        append_model(out, run->settings);
    if (shown & (TR_GIVEN_LOSS | TR_GIVEN_SEED))
        append_section(out, run, "train");
    append_section(out, run, "record");
}

char *tr_plan_show(const tr_plan *plan) {
    GString *out = g_string_new(NULL);
    append_text(out, "title", plan->title);
    append_text(out, "description", plan->description);
    g_string_append_printf(out, "page: %s\nruns:\n", plan->has_page ? "yes" : "no");
    for (size_t i = 0; i < plan->n_written; i++) {
        g_string_append(out, "  ");
        append_quoted(out, plan->runs[i].name);
        g_string_append(out, ":\n");
        append_run(out, &plan->runs[i]);
    }
    g_string_append(out, "artifacts:\n");
    for (size_t i = 0; i < plan->n_artifacts; i++)
        append_artifact(out, plan, &plan->artifacts[i]);
    return g_string_free(out, FALSE);
}
