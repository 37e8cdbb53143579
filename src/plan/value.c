/* Single values of a plan: settings, layers, texts, names of runs. */
#include "reader.h"

#include "alloc.h"
#include "diag.h"
#include "layers.h"

#include <stdlib.h>
#include <string.h>

static void note(tr_plan_reader *reader, tr_status status, const char *message) {
    char *text = g_strdup(message);
    for (char *at = text; *at; at++) /* a message is one line, whatever it quotes */
        if (g_ascii_iscntrl(*at))
            *at = '?';
    if (!reader->status) {
        reader->status = status;
        tr_fail(reader->diag, status, "%s", text);
    }
    if (reader->report)
        reader->report(text, reader->context);
    g_free(text);
}

void tr_refuse(tr_plan_reader *reader, tr_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *line;
    if (!place.change)
        line = g_strdup_printf("%s:%zu:%zu: %s", reader->name, place.node->line, place.node->column,
                               text);
    else if (place.change->option)
        line = g_strdup_printf("%s: %s", place.change->option, text);
    else if (place.change->param)
        line = g_strdup_printf("--%s: %s", place.change->param->option, text);
    else
        line = g_strdup_printf("--set %.80s: %s", place.change->text, text);
    note(reader, place.change ? TR_ERROR_ARGUMENT : TR_ERROR_INPUT, line);
    g_free(line);
    g_free(text);
}

void tr_refuse_status(tr_plan_reader *reader, tr_status status, const tr_diag *diag) {
    note(reader, status, diag->text[0] ? diag->text : tr_status_name(status));
}

const char *tr_place_text(tr_place place) {
    return place.change ? place.change->value : place.node->text;
}

/* Whether nothing stands there, as YAML has it. */
static bool is_null(tr_place place) {
    const char *text = tr_place_text(place);
    return !place.change && text && !place.node->quoted &&
           (!*text || !strcmp(text, "~") || !strcmp(text, "null"));
}

/* What stands there, for a message; freed by the caller. */
static char *describe(tr_place place) {
    if (!tr_place_text(place))
        return g_strdup(place.node->kind == TR_YAML_LIST ? "a list" : "a map");
    if (is_null(place))
        return g_strdup("nothing");
    return g_strdup_printf("\"%.60s\"", tr_place_text(place));
}

void tr_refuse_value(tr_plan_reader *reader, tr_place place, const char *wanted) {
    char *found = describe(place);
    tr_refuse(reader, place, "found %s; wanted %s", found, wanted);
    g_free(found);
}

bool tr_is_map(tr_plan_reader *reader, const tr_yaml_node *node, const char *wanted) {
    if (node->kind == TR_YAML_MAP)
        return true;
    tr_refuse_value(reader, (tr_place){.node = node}, wanted);
    return false;
}

static bool is_number(const tr_param *param) {
    return param->type == TR_PARAM_INTEGER || param->type == TR_PARAM_NUMBER;
}

/* YAML 1.1 reads 0200 as 128, and this program as 200, so it is better not written. */
static bool has_leading_zero(const char *text) {
    text += *text == '-';
    return text[0] == '0' && g_ascii_isdigit(text[1]);
}

bool tr_read_value(tr_plan_reader *reader, tr_settings *settings, const tr_param *param,
                   tr_place place) {
    char wanted[256];
    const char *text = tr_place_text(place);
    tr_diag diag = {0};
    tr_param_describe(param, wanted, sizeof wanted);
    bool from_plan = !place.change;
    if (from_plan && param->type == TR_PARAM_COLOR)
        g_strlcpy(wanted, "a colour such as \"#4C72B0\", in quotes", sizeof wanted);
    tr_status status = TR_OK;
    if (param->type == TR_PARAM_LAYERS)
        return tr_read_layers(reader, settings, place);
    if (!text)
        status = TR_ERROR_ARGUMENT;
    else if (is_null(place) && !param->initial)
        status = tr_settings_reset(settings, param, &diag);
    else if (is_null(place))
        status = TR_ERROR_ARGUMENT;
    else if (from_plan && is_number(param) && (place.node->quoted || has_leading_zero(text)))
        status = TR_ERROR_ARGUMENT;
    else if (!g_utf8_validate(text, -1, NULL))
        status = TR_ERROR_ARGUMENT;
    else
        status = tr_settings_set(settings, param, text, &diag);
    if (text && from_plan && is_number(param) && place.node->quoted)
        g_strlcat(wanted, " without quotes", sizeof wanted);
    else if (text && from_plan && is_number(param) && has_leading_zero(text))
        g_strlcat(wanted, " that does not begin with 0", sizeof wanted);
    if (status == TR_ERROR_ARGUMENT)
        tr_refuse_value(reader, place, wanted);
    else if (status)
        tr_refuse_status(reader, status, &diag);
    return !status;
}

char *tr_read_text(tr_plan_reader *reader, tr_place place, const char *wanted, bool lines) {
    const char *text = tr_place_text(place);
    bool sound = text && !is_null(place) && g_utf8_validate(text, -1, NULL);
    for (const char *at = text; sound && *at; at = g_utf8_next_char(at))
        sound = !g_unichar_iscntrl(g_utf8_get_char(at)) || (lines && *at == '\n');
    if (sound)
        return g_strdup(text);
    tr_refuse_value(reader, place, wanted);
    return NULL;
}

void tr_refuse_key(tr_plan_reader *reader, tr_place place, const char *key, const char *what,
                   const char *const *known, size_t n_known) {
    const char *nearest = tr_nearest_name(key, known, n_known);
    if (nearest) {
        tr_refuse(reader, place, "found the key \"%.60s\"; wanted %s (did you mean \"%s\"?)", key,
                  what, nearest);
        return;
    }
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < n_known; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", known[i]);
    tr_refuse(reader, place, "found the key \"%.60s\"; wanted %s: %s", key, what, names->str);
    g_string_free(names, TRUE);
}

size_t tr_find_run(tr_plan_reader *reader, tr_place place) {
    const char *text = tr_place_text(place);
    const char *names[TR_PLAN_MOST_RUNS];
    for (size_t i = 0; i < reader->n_runs; i++) {
        names[i] = reader->runs[i].key->text;
        if (text && !strcmp(names[i], text))
            return i;
    }
    const char *nearest = text ? tr_nearest_name(text, names, reader->n_runs) : NULL;
    char *wanted = nearest ? g_strdup_printf("the name of a run (did you mean \"%s\"?)", nearest)
                           : g_strdup("the name of a run");
    tr_refuse_value(reader, place, wanted);
    g_free(wanted);
    return TR_NO_RUN;
}

/* ---- layers ---- */

typedef struct layer_part {
    const char *name;
    tr_status (*set)(tr_layer *layer, const char *text, tr_diag *diag);
} layer_part;

static const layer_part layer_parts[] = {{"units", tr_layer_set_units},
                                         {"activation", tr_layer_set_activation},
                                         {"init", tr_layer_set_init}};

static bool read_layer_part(tr_plan_reader *reader, tr_layer *layer, const tr_yaml_node *key,
                            const tr_yaml_node *value) {
    static const char *const known[] = {"units", "activation", "init"};
    const layer_part *part = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(layer_parts); i++)
        if (!strcmp(key->text, layer_parts[i].name))
            part = &layer_parts[i];
    tr_place place = {.node = value};
    if (!part) {
        tr_refuse_key(reader, (tr_place){.node = key}, key->text, "a part of a layer", known,
                      G_N_ELEMENTS(known));
        return false;
    }
    tr_diag wanted = {0};
    bool is_units = part->set == tr_layer_set_units;
    bool sound = value->text && !(is_units && (value->quoted || has_leading_zero(value->text))) &&
                 !part->set(layer, value->text, &wanted);
    if (!sound && !wanted.text[0])
        g_snprintf(wanted.text, sizeof wanted.text, "%s",
                   is_units ? "a whole number, without quotes and zeros before it"
                            : "a name such as relu, or normal for an init");
    if (!sound)
        tr_refuse_value(reader, place, wanted.text);
    return sound;
}

static bool read_layer(tr_plan_reader *reader, tr_layer *layer, const tr_yaml_node *node) {
    if (!tr_is_map(reader, node, "a layer such as {units: 60, activation: relu}"))
        return false;
    bool sound = true;
    for (size_t i = 0; i < node->count; i++)
        sound = read_layer_part(reader, layer, node->keys[i], node->values[i]) && sound;
    if (sound && !layer->n_units) {
        tr_refuse(reader, (tr_place){.node = node},
                  "found a layer without units; wanted one such as {units: 60, activation: relu}");
        sound = false;
    }
    return sound;
}

bool tr_read_layers(tr_plan_reader *reader, tr_settings *settings, tr_place place) {
    const char *wanted = "layers such as [{units: 60, activation: relu}, {units: 1}] or 60:relu,1";
    tr_diag diag = {0};
    if (tr_place_text(place)) {
        tr_status status = tr_layers_parse(&settings->layers, tr_place_text(place), &diag);
        if (status == TR_ERROR_ARGUMENT) {
            char *found = describe(place);
            tr_refuse(reader, place, "found %s; wanted layers such as 60:relu,1: %s", found,
                      diag.text);
            g_free(found);
        } else if (status) {
            tr_refuse_status(reader, status, &diag);
        }
        return !status;
    }
    const tr_yaml_node *list = place.node;
    if (list->kind != TR_YAML_LIST || list->count < 1 || list->count > TR_MOST_LAYERS) {
        if (list->kind != TR_YAML_LIST)
            tr_refuse_value(reader, place, wanted);
        else
            tr_refuse(reader, place, "found %zu layers; wanted 1 to %d", list->count,
                      TR_MOST_LAYERS);
        return false;
    }
    tr_layer *layers = tr_alloc_array(list->count, sizeof *layers);
    bool sound = layers != NULL;
    if (!layers)
        tr_refuse_status(reader, tr_fail_memory(&diag, "the plan"), &diag);
    for (size_t i = 0; layers && i < list->count; i++)
        sound = read_layer(reader, &layers[i], list->values[i]) && sound;
    if (!sound) {
        free(layers);
        return false;
    }
    free(settings->layers.items);
    settings->layers = (tr_layer_list){.count = list->count, .items = layers};
    return true;
}
