#include "layers.h"

#include "alloc.h"
#include "diag.h"
#include "names.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_UNITS = 65536 };

const char *const tr_init_names[] = {"glorot_uniform", "normal",    "uniform",
                                     "glorot_normal",  "he_normal", "he_uniform",
                                     "zeros",          "constant",  NULL};

static bool has_scale(tr_init init) {
    return init == TR_INIT_NORMAL || init == TR_INIT_UNIFORM || init == TR_INIT_CONSTANT;
}

tr_status tr_layer_set_units(tr_layer *layer, const char *text, tr_diag *diag) {
    char *end;
    bool digits = *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10;
    long units = digits ? strtol(text, &end, 10) : 0;
    if (units < 1 || units > MOST_UNITS)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a number of units from 1 to %d", MOST_UNITS);
    layer->n_units = (size_t)units;
    return TR_OK;
}

/* Reads NAME or NAME(NUMBER); `*number` is NAN where there is none. */
static tr_status parse_call(const char *text, const char *what, const char *const *names,
                            int *index, double *number, tr_diag *diag) {
    size_t length = strcspn(text, "(");
    char known[160] = "";
    *index = -1;
    *number = NAN;
    for (int i = 0; names[i]; i++) {
        if (strlen(names[i]) == length && !strncmp(names[i], text, length))
            *index = i;
        g_strlcat(known, i ? ", " : "", sizeof known);
        g_strlcat(known, names[i], sizeof known);
    }
    if (*index < 0)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "an %s: %s", what, known);
    if (!text[length])
        return TR_OK;
    const char *argument = text + length + 1;
    char *end;
    *number = g_ascii_strtod(argument, &end);
    size_t plain = strspn(argument, "0123456789.eE+-");
    if (end == argument || end != argument + plain || strcmp(end, ")") != 0 || !isfinite(*number))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "%s(NUMBER)", names[*index]);
    return TR_OK;
}

tr_status tr_layer_set_activation(tr_layer *layer, const char *text, tr_diag *diag) {
    int index;
    double alpha;
    tr_status status = parse_call(text, "activation", tr_activation_names, &index, &alpha, diag);
    if (status)
        return status;
    if (!isnan(alpha) &&
        (!tr_activation_has_alpha((tr_activation)index) || !(alpha > 0 && alpha <= 100)))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "an activation: only leaky_relu and elu take a number, above 0 and up to "
                       "100");
    layer->activation = (tr_activation)index;
    layer->alpha = isnan(alpha) ? 0 : alpha;
    return TR_OK;
}

tr_status tr_layer_set_init(tr_layer *layer, const char *text, tr_diag *diag) {
    int index;
    double scale;
    tr_status status = parse_call(text, "init", tr_init_names, &index, &scale, diag);
    if (status)
        return status;
    bool is_constant = index == TR_INIT_CONSTANT;
    if (!isnan(scale) &&
        (!has_scale((tr_init)index) || fabs(scale) > 1e6 || (!is_constant && !(scale > 0))))
        return tr_fail(
            diag, TR_ERROR_ARGUMENT,
            "an init: only normal and uniform take a number above 0, and constant any, up to "
            "1000000");
    if (isnan(scale) && is_constant)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "an init: constant needs its value, as in constant(0.5)");
    layer->init = (tr_init)index;
    layer->scale = isnan(scale) ? 0 : scale;
    return TR_OK;
}

static tr_status parse_layer(tr_layer *layer, const char *text, tr_diag *diag) {
    tr_status (*const parts[])(tr_layer *, const char *, tr_diag *) = {
        tr_layer_set_units, tr_layer_set_activation, tr_layer_set_init};
    char **fields = g_strsplit(text, ":", -1);
    guint count = g_strv_length(fields);
    tr_status status = TR_OK;
    *layer = (tr_layer){0};
    if (count < 1 || count > G_N_ELEMENTS(parts))
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "\"%.60s\" is not a layer, UNITS[:ACTIVATION[:INIT]]", text);
    for (guint i = 0; !status && i < count; i++) {
        tr_diag wanted = {0};
        status = parts[i](layer, fields[i], &wanted);
        if (status)
            tr_fail(diag, status, "\"%.40s\" is not %s", fields[i], wanted.text);
    }
    g_strfreev(fields);
    return status;
}

tr_status tr_layers_parse(tr_layer_list *list, const char *text, tr_diag *diag) {
    char **texts = g_strsplit(text, ",", -1);
    guint count = g_strv_length(texts);
    tr_status status = TR_OK;
    if (count < 1 || count > TR_MOST_LAYERS)
        status = tr_fail(diag, TR_ERROR_ARGUMENT, "a net has 1 to %d layers, not %u",
                         TR_MOST_LAYERS, count);
    tr_layer *layers = status ? NULL : tr_alloc_array(count, sizeof *layers);
    if (!status && !layers)
        status = tr_fail_memory(diag, "the settings");
    for (guint i = 0; !status && i < count; i++)
        status = parse_layer(&layers[i], texts[i], diag);
    g_strfreev(texts);
    if (status) {
        free(layers);
        return status;
    }
    free(list->items);
    *list = (tr_layer_list){.count = count, .items = layers};
    return TR_OK;
}

static void append_number(GString *text, bool wanted, double number) {
    char *digits = tr_format_number(number);
    if (wanted)
        g_string_append_printf(text, "(%s)", digits);
    g_free(digits);
}

char *tr_layers_format(const tr_layer_list *list) {
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < list->count; i++) {
        const tr_layer *layer = &list->items[i];
        g_string_append_printf(text, "%s%zu:%s", i ? "," : "", layer->n_units,
                               tr_activation_names[layer->activation]);
        append_number(text, layer->alpha != 0, layer->alpha);
        g_string_append_printf(text, ":%s", tr_init_names[layer->init]);
        append_number(text, layer->scale != 0 || layer->init == TR_INIT_CONSTANT, layer->scale);
    }
    return g_string_free(text, FALSE);
}
