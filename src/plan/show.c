/* A plan as YAML with every default. */
#include "plan.h"

#include "layers.h"

#include <glib.h>
#include <string.h>

/* In double quotes, where YAML guesses nothing. */
static void append_quoted(GString *out, const char *text) {
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '\n') {
            g_string_append(out, "\\n");
            continue;
        }
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
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

static void append_artifact(GString *out, const tr_plan *plan, const tr_plan_artifact *artifact) {
    g_string_append(out, "  ");
    append_quoted(out, artifact->path);
    g_string_append(out, ":\n    run: ");
    append_quoted(out, plan->runs[artifact->run].name);
    g_string_append_c(out, '\n');
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_plan_has_setting(artifact, &tr_params[i]))
            append_setting(out, artifact->settings, &tr_params[i], "    ");
    if (!tr_plan_has_poster(artifact))
        return;
    g_string_append(out, "    poster: ");
    if (artifact->poster)
        append_quoted(out, artifact->poster);
    else
        g_string_append(out, "null");
    g_string_append_c(out, '\n');
}

static void append_text(GString *out, const char *key, const char *text) {
    if (!text)
        return;
    g_string_append_printf(out, "%s: ", key);
    append_quoted(out, text);
    g_string_append_c(out, '\n');
}

char *tr_plan_show(const tr_plan *plan) {
    GString *out = g_string_new(NULL);
    append_text(out, "title", plan->title);
    append_text(out, "description", plan->description);
    g_string_append(out, "runs:\n");
    for (size_t i = 0; i < plan->n_runs; i++) {
        g_string_append(out, "  ");
        append_quoted(out, plan->runs[i].name);
        g_string_append(out, ":\n");
        append_section(out, &plan->runs[i], "data");
        append_model(out, plan->runs[i].settings);
        append_section(out, &plan->runs[i], "train");
        append_section(out, &plan->runs[i], "record");
    }
    g_string_append(out, "artifacts:\n");
    for (size_t i = 0; i < plan->n_artifacts; i++)
        append_artifact(out, plan, &plan->artifacts[i]);
    return g_string_free(out, FALSE);
}
