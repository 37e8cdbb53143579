/* Comparisons: which runs an artifact compares, and those that follow from settings that vary. */
#include "reader.h"

#include "diag.h"

#include <string.h>

bool tr_plan_can_vary(const tr_param *param) {
    return param->users & TR_FOR_RUN && param->option && !g_str_has_prefix(param->name, "record.");
}

void tr_plan_comparison_destroy(tr_plan_comparison **handle) {
    tr_plan_comparison *comparison = *handle;
    if (!comparison)
        return;
    for (size_t i = 0; i < comparison->n_variations; i++)
        g_strfreev(comparison->variations[i].values);
    g_strfreev(comparison->labels);
    g_free(comparison->runs);
    g_free(comparison);
    *handle = NULL;
}

/* ---- labels ---- */

/* Layers without what they would have by themselves: "10:relu,1". A single one says more. */
static char *shorten_layers(const char *text) {
    GString *label = g_string_new(NULL);
    char **layers = g_strsplit(text, ",", -1);
    for (char **layer = layers; *layer; layer++) {
        char **parts = g_strsplit(*layer, ":", 3);
        bool has_init = strcmp(parts[2], "glorot_uniform") != 0;
        g_string_append_printf(label, "%s%s", layer == layers ? "" : ",", parts[0]);
        if (has_init || !layers[1] || strcmp(parts[1], "linear") != 0)
            g_string_append_printf(label, ":%s", parts[1]);
        if (has_init)
            g_string_append_printf(label, ":%s", parts[2]);
        g_strfreev(parts);
    }
    g_strfreev(layers);
    return g_string_free(label, FALSE);
}

/* Length of the path, with the last slash, of the folder that the files of all values are in. */
static size_t measure_common_folder(const tr_variation *variation) {
    const char *first = variation->values[0];
    size_t length = strlen(first);
    while (length > 0 && first[length - 1] != '/')
        length--;
    for (size_t i = 1; i < variation->n_values; i++)
        while (length > 0 && strncmp(first, variation->values[i], length) != 0)
            do
                length--;
            while (length > 0 && first[length - 1] != '/');
    return length;
}

char *tr_plan_show_value(const tr_variation *variation, size_t index) {
    const tr_param *param = variation->param;
    const char *value = variation->values[index];
    if (param->type == TR_PARAM_LAYERS)
        return shorten_layers(value);
    if (param->type == TR_PARAM_PATH)
        value += measure_common_folder(variation);
    char *sound = g_utf8_make_valid(value, -1); /* a path may have any bytes */
    if (!strcmp(param->name, "recording.file") && g_str_has_suffix(sound, ".h5"))
        sound[strlen(sound) - strlen(".h5")] = '\0';
    if (param->type != TR_PARAM_PATH)
        g_strdelimit(sound, "_", ' ');
    GString *line = g_string_new(NULL);
    for (const char *at = sound; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(line, g_unichar_isprint(c) ? c : '?');
    }
    g_free(sound);
    return g_string_free(line, FALSE);
}

/* "batch size 8", and what says by itself what it is alone: "adam", "10:relu,1". */
static char *make_label(const tr_variation *variation, size_t index) {
    static const char *const alone[] = {"model.layers", "train.optimizer", "train.loss",
                                        "data.kind",    "data.file",       "recording.file"};
    const tr_param *param = variation->param;
    char *shown = tr_plan_show_value(variation, index);
    for (size_t i = 0; i < G_N_ELEMENTS(alone); i++)
        if (!strcmp(param->name, alone[i]))
            return shown;
    char *name = g_strdelimit(g_strdup(strchr(param->name, '.') + 1), "_", ' ');
    char *label = g_strdup_printf("%s %s", name, shown);
    g_free(name);
    g_free(shown);
    return label;
}

/* ---- values ---- */

/* The setting that a key means; NULL if there is none that can vary. */
static const tr_param *find_variable(const char *key) {
    const tr_param *param = tr_param_by_name(strcmp(key, "model") != 0 ? key : "model.layers");
    return param && tr_plan_can_vary(param) ? param : NULL;
}

static void refuse_variable(tr_plan_reader *reader, const tr_yaml_node *key) {
    const char *known[64];
    size_t n_known = 0;
    for (size_t i = 0; i < tr_n_params && n_known < G_N_ELEMENTS(known); i++)
        if (tr_plan_can_vary(&tr_params[i])) {
            known[n_known++] = tr_params[i].name;
            if (strcmp(strchr(tr_params[i].name, '.') + 1, key->text) != 0)
                continue;
            tr_refuse(reader, (tr_place){.node = key},
                      "found the key \"%s\"; wanted a setting of a run (did you mean \"%s\"?)",
                      key->text, tr_params[i].name);
            return;
        }
    tr_refuse_key(reader, (tr_place){.node = key}, key->text, "a setting of a run that can vary",
                  known, n_known);
}

/* The value as tr_settings_get has it; NULL where it was refused. */
static char *read_value(tr_plan_reader *reader, tr_settings *settings, const tr_param *param,
                        tr_place place) {
    if (!tr_read_value(reader, settings, param, place))
        return NULL;
    char *value = tr_settings_get(settings, param);
    char wanted[256];
    tr_param_describe(param, wanted, sizeof wanted);
    if (!value)
        tr_refuse_value(reader, place, wanted);
    return value;
}

bool tr_read_variation(tr_plan_reader *reader, tr_variation *variation, const tr_param *param,
                       const tr_place *places, size_t n_places) {
    tr_diag diag = {0};
    tr_settings *settings;
    tr_status status = tr_settings_create(&settings, &diag);
    bool sound = !status;
    if (status)
        tr_refuse_status(reader, status, &diag);
    *variation = (tr_variation){.param = param, .values = g_new0(char *, n_places + 1)};
    for (size_t i = 0; !status && i < n_places; i++) {
        char *value = read_value(reader, settings, param, places[i]);
        bool is_twice = value && g_strv_contains((const char *const *)variation->values, value);
        if (is_twice)
            tr_refuse(reader, places[i], "found \"%.60s\" twice; wanted different values of %s",
                      value, param->name);
        sound = sound && value && !is_twice;
        if (value && !is_twice)
            variation->values[variation->n_values++] = value;
        else
            g_free(value);
    }
    tr_settings_destroy(&settings);
    return sound;
}

/* ---- runs ---- */

static bool have_same_settings(const tr_plan_run *a, const tr_plan_run *b) {
    bool same = a->data_from == b->data_from && a->seed_from == b->seed_from &&
                a->file_is_given == b->file_is_given;
    for (size_t i = 0; same && i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        if (!(param->users & TR_FOR_RUN) || g_str_has_prefix(param->name, "record."))
            continue;
        char *one = tr_settings_get(a->settings, param);
        char *other = tr_settings_get(b->settings, param);
        same = !g_strcmp0(one, other);
        g_free(one);
        g_free(other);
    }
    return same;
}

/* The run itself, or a varied one that is trained the same way; otherwise TR_NO_RUN. */
static size_t find_same(const tr_plan *plan, size_t base, const tr_plan_run *run) {
    if (have_same_settings(&plan->runs[base], run))
        return base;
    for (size_t i = plan->n_written; i < plan->n_runs; i++)
        if (have_same_settings(&plan->runs[i], run))
            return i;
    return TR_NO_RUN;
}

/* A name that no other run has, and none can have that stands in a plan. Options know of one run only. */
static char *name_run(const tr_plan *plan, size_t base, const char *label) {
    char *name =
        plan->source ? g_strdup_printf("%s, %s", plan->runs[base].name, label) : g_strdup(label);
    for (size_t i = plan->n_written; i < plan->n_runs; i++)
        if (!strcmp(plan->runs[i].name, name)) {
            char *longer = g_strdup_printf("%s, again", name);
            g_free(name);
            name = longer;
            i = plan->n_written - 1;
        }
    return name;
}

/* Takes the run, whose settings are sound, into the plan, unless there is one like it. */
static size_t add_run(tr_plan_reader *reader, size_t base, tr_plan_run *run, const char *label,
                      tr_place place) {
    tr_plan *plan = reader->plan;
    size_t same = find_same(plan, base, run);
    if (same == TR_NO_RUN && plan->n_runs - plan->n_written >= TR_PLAN_MOST_VARIED)
        tr_refuse(reader, place, "found more than %d varied runs in the plan; wanted fewer",
                  TR_PLAN_MOST_VARIED);
    if (same != TR_NO_RUN || plan->n_runs - plan->n_written >= TR_PLAN_MOST_VARIED) {
        tr_settings_destroy(&run->settings);
        return same;
    }
    run->name = name_run(plan, base, label);
    plan->runs = g_renew(tr_plan_run, plan->runs, plan->n_runs + 1);
    plan->runs[plan->n_runs] = *run;
    return plan->n_runs++;
}

/* The base with a value of every setting that varies: those of combination `index`. */
static size_t derive_run(tr_plan_reader *reader, const tr_plan_comparison *comparison, size_t index,
                         const char *label, tr_place place) {
    tr_raw_run raw = reader->runs[comparison->base];
    tr_plan_run run = reader->plan->runs[comparison->base];
    tr_diag diag = {0};
    tr_status status = tr_settings_copy(&raw.settings, raw.settings, &diag);
    for (size_t i = comparison->n_variations; !status && i-- > 0;) {
        const tr_variation *variation = &comparison->variations[i];
        const char *value = variation->values[index % variation->n_values];
        index /= variation->n_values;
        status = tr_settings_set(raw.settings, variation->param, value, &diag);
        tr_settle(reader, &raw, variation->param, place);
    }
    if (status) {
        tr_refuse_status(reader, status, &diag);
        tr_settings_destroy(&raw.settings);
        return TR_NO_RUN;
    }
    run.data_from = *raw.settings->data_from ? run.data_from : TR_NO_RUN;
    run.seed_from = *raw.settings->seed_from ? run.seed_from : TR_NO_RUN;
    run.file_is_given = raw.file_is_given;
    run.line = place.node ? place.node->line : 0;
    run.column = place.node ? place.node->column : 0;
    bool lacks_file = raw.settings->data_kind == TR_DATA_CSV && !*raw.settings->data_file;
    if (lacks_file)
        tr_refuse(reader, place, "found data of kind csv without a file; wanted another kind");
    bool sound = !lacks_file && tr_resolve_run(reader, &run, raw.settings);
    tr_settings_destroy(&raw.settings);
    return sound ? add_run(reader, comparison->base, &run, label, place) : TR_NO_RUN;
}

static char *label_combination(const tr_plan_comparison *comparison, size_t index) {
    char *label = NULL;
    for (size_t i = comparison->n_variations; i-- > 0;) {
        const tr_variation *variation = &comparison->variations[i];
        char *one = make_label(variation, index % variation->n_values);
        char *both = label ? g_strdup_printf("%s, %s", one, label) : g_strdup(one);
        index /= variation->n_values;
        g_free(one);
        g_free(label);
        label = both;
    }
    return label;
}

static bool check_count(tr_plan_reader *reader, size_t count, tr_place place) {
    if (count <= TR_MOST_COMPARED)
        return true;
    tr_refuse(reader, place,
              "found %zu runs to compare; wanted at most %d, because more panels cannot be told "
              "apart in a picture",
              count, TR_MOST_COMPARED);
    return false;
}

bool tr_expand_comparison(tr_plan_reader *reader, tr_plan_comparison *comparison, tr_place place) {
    size_t count = 1;
    for (size_t i = 0; i < comparison->n_variations; i++)
        count *= comparison->variations[i].n_values;
    if (!check_count(reader, count, place))
        return false;
    bool sound = true;
    comparison->runs = g_new(size_t, count);
    comparison->labels = g_new0(char *, count + 1);
    for (size_t i = 0; sound && i < count; i++) {
        comparison->labels[i] = label_combination(comparison, i);
        comparison->runs[i] = derive_run(reader, comparison, i, comparison->labels[i], place);
        comparison->n_runs++;
        sound = comparison->runs[i] != TR_NO_RUN;
    }
    return sound;
}

/* ---- from a plan ---- */

static bool read_vary(tr_plan_reader *reader, tr_plan_comparison *comparison,
                      const tr_yaml_node *vary) {
    bool sound = true;
    if (!tr_is_map(reader, vary, "settings and their values, as in {train.batch_size: [8, 32]}"))
        return false;
    if (vary->count < 1 || vary->count > TR_MOST_VARIATIONS) {
        tr_refuse(reader, (tr_place){.node = vary},
                  "found %zu settings that vary; wanted 1, or 2 for a grid", vary->count);
        return false;
    }
    for (size_t i = 0; i < vary->count; i++) {
        const tr_yaml_node *list = vary->values[i];
        const tr_param *param = find_variable(vary->keys[i]->text);
        if (!param) {
            refuse_variable(reader, vary->keys[i]);
        } else if (list->kind != TR_YAML_LIST) {
            tr_refuse_value(reader, (tr_place){.node = list}, "a list of values, as in [8, 32]");
        } else if (list->count < 1) {
            tr_refuse(reader, (tr_place){.node = list}, "found an empty list; wanted values");
        } else if (check_count(reader, list->count, (tr_place){.node = list})) {
            tr_place *places = g_new0(tr_place, list->count);
            for (size_t k = 0; k < list->count; k++)
                places[k].node = list->values[k];
            tr_variation *variation = &comparison->variations[comparison->n_variations++];
            sound = tr_read_variation(reader, variation, param, places, list->count) && sound;
            g_free(places);
            continue;
        }
        sound = false;
    }
    return sound;
}

static bool read_names(tr_plan_reader *reader, tr_plan_comparison *comparison,
                       const tr_yaml_node *list) {
    bool sound = true;
    if (list->count < 1)
        tr_refuse(reader, (tr_place){.node = list}, "found an empty list; wanted names of runs");
    if (list->count < 1 || !check_count(reader, list->count, (tr_place){.node = list}))
        return false;
    comparison->runs = g_new(size_t, list->count);
    comparison->labels = g_new0(char *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        const tr_place place = {.node = list->values[i]};
        size_t run = tr_find_run(reader, place);
        bool is_twice = false;
        for (size_t k = 0; k < comparison->n_runs; k++)
            is_twice = is_twice || (run != TR_NO_RUN && comparison->runs[k] == run);
        if (is_twice)
            tr_refuse(reader, place, "found \"%.60s\" twice; wanted different runs",
                      list->values[i]->text);
        sound = sound && run != TR_NO_RUN && !is_twice;
        if (run == TR_NO_RUN)
            continue;
        comparison->labels[comparison->n_runs] = g_strdup(reader->plan->runs[run].name);
        comparison->runs[comparison->n_runs++] = run;
    }
    return sound;
}

bool tr_read_comparison(tr_plan_reader *reader, tr_plan_artifact *artifact,
                        const tr_yaml_node *map) {
    const tr_yaml_node *compare = tr_yaml_get(map, "compare");
    const tr_yaml_node *vary = tr_yaml_get(map, "vary");
    const tr_yaml_node *run = tr_yaml_get(map, "run");
    const tr_place place = {.node = compare};
    tr_plan_comparison *comparison = artifact->comparison = g_new0(tr_plan_comparison, 1);
    bool is_list = compare->kind == TR_YAML_LIST;
    bool sound = false;
    comparison->base = TR_NO_RUN;
    if (run)
        tr_refuse(reader, (tr_place){.node = run},
                  "found both run and compare; wanted one of them");
    if (is_list && vary)
        tr_refuse(reader, (tr_place){.node = vary},
                  "found vary beside a list of runs; wanted one of them");
    else if (is_list)
        sound = read_names(reader, comparison, compare);
    else if ((comparison->base = tr_find_run(reader, place)) == TR_NO_RUN)
        return false;
    else if (vary && reader->plan->runs[comparison->base].settings &&
             *reader->plan->runs[comparison->base].settings->recording)
        tr_refuse(reader, place,
                  "found a recording, whose settings cannot vary; wanted a run that is trained");
    else if (!vary)
        tr_refuse(
            reader, place,
            "found one run to compare; wanted vary: {train.batch_size: [8, 32]} beside it, or "
            "a list of runs");
    else
        sound = read_vary(reader, comparison, vary) &&
                reader->plan->runs[comparison->base].settings &&
                tr_expand_comparison(reader, comparison, (tr_place){.node = vary});
    if (sound)
        artifact->run = comparison->runs[0];
    return sound;
}

/* ---- what is shown of it ---- */

enum { MOST_COLUMNS = 8 };

/* As many columns as rows or a few more, so that little is left empty; of two settings, the second one goes along the rows where it fits. */
static int count_columns(const tr_plan_comparison *comparison) {
    const tr_variation *second = &comparison->variations[1];
    int n_runs = (int)comparison->n_runs;
    int columns = 1;
    if (comparison->n_variations == 2 && second->n_values <= MOST_COLUMNS &&
        comparison->variations[0].n_values <= MOST_COLUMNS)
        return (int)second->n_values;
    while (columns * columns < n_runs)
        columns++;
    bool wider_is_fuller = (columns + 1 - n_runs % (columns + 1)) % (columns + 1) <
                           (columns - n_runs % columns) % columns;
    return wider_is_fuller ? columns + 1 : columns;
}

/* What panels need that are as large as so many can be, with the title above them and maybe the error
 * below. */
static tr_size size_grid(const tr_plan_comparison *comparison, bool has_error) {
    int n_panels = (int)comparison->n_runs;
    int columns = count_columns(comparison);
    int rows = (n_panels + columns - 1) / columns;
    int most = columns > rows ? columns : rows;
    int width = most > 5 ? 152 : most > 3 ? 200 : 264;
    int height = width * 3 / 4;
    tr_size size = {width * columns, height * rows + 30 + (has_error ? 200 : 0)};
    size.width = MAX(size.width, has_error || n_panels == 1 ? 400 : 264);
    return size;
}

static tr_size choose_size(const tr_plan_artifact *artifact) {
    const tr_settings *settings = artifact->settings;
    bool has_error = g_str_has_suffix(settings->scene, "+error");
    if (!strcmp(settings->scene, "error"))
        return (tr_size){560, 340};
    if (settings->arrangement == TR_ARRANGE_OVERLAY)
        return (tr_size){480, has_error ? 560 : 360};
    return size_grid(artifact->comparison, has_error);
}

void tr_finish_comparison(tr_plan_reader *reader, tr_plan_artifact *artifact, tr_place pace) {
    tr_settings *settings = artifact->settings;
    if (settings->pace == TR_PACE_ADAPTIVE && (pace.node || pace.change))
        tr_refuse(
            reader, pace,
            "found the pace \"adaptive\"; wanted step or log, because the frames of a "
            "comparison are spread over what its runs are aligned by, and not by how much one "
            "of them changes");
    if (!settings->size.width)
        settings->size = choose_size(artifact);
}
