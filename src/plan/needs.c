#include "needs.h"

#include "diag.h"

#include <glib.h>
#include <string.h>

/* Not those of optimizers, and not record.every: they may stay where another optimizer or pace is tried. */
static const tr_need needs[] = {{"record.frames", "record.pace", "log,adaptive"},
                                {"video.crf", "output.format", "mp4,webm,av1"},
                                {"video.preset", "output.format", "mp4"}, /* x264's, as the next */
                                {"video.profile", "output.format", "mp4"},
                                {"video.gif_size", "output.format", "gif"}};

const tr_need *tr_need_of(const tr_param *param) {
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++)
        if (!strcmp(needs[i].name, param->name))
            return &needs[i];
    return NULL;
}

bool tr_need_is_met(const tr_need *need, const char *values) {
    char **wanted = g_strsplit(need->values, ",", -1);
    char **found = g_strsplit(values, ",", -1);
    bool is_met = false;
    for (char **value = found; *value && !is_met; value++)
        is_met = g_strv_contains((const char *const *)wanted, *value);
    g_strfreev(found);
    g_strfreev(wanted);
    return is_met;
}

/* As in "mp4, webm or av1". */
static char *format_alternatives(const char *values) {
    char **parts = g_strsplit(values, ",", -1);
    GString *text = g_string_new(parts[0]);
    for (size_t i = 1; parts[i]; i++)
        g_string_append_printf(text, "%s%s", parts[i + 1] ? ", " : " or ", parts[i]);
    g_strfreev(parts);
    return g_string_free(text, FALSE);
}

tr_status tr_check_need(const tr_settings *settings, const tr_param *param, tr_diag *diag) {
    const tr_need *need = tr_need_of(param);
    if (!need)
        return TR_OK;
    const tr_param *other = tr_param_by_name(need->other);
    char *values = tr_settings_get(settings, other);
    char *wanted = format_alternatives(need->values);
    tr_status status = TR_OK;
    if (!tr_need_is_met(need, values))
        status =
            tr_fail(diag, TR_ERROR_ARGUMENT, "--%s makes no difference with --%s %s, only with %s",
                    param->option, other->option, values, wanted);
    g_free(wanted);
    g_free(values);
    return status;
}
