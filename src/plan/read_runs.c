/* The runs of a plan: what extends what, and who goes on where another one ended. */
#include "reader.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>
#include <string.h>

static const char *const sections[] = {"extends", "recording", "data", "model", "train", "record"};

static const tr_param *find(const char *name) {
    return tr_param_by_name(name);
}

/* All settings that begin with `prefix`, but one, get their defaults again. */
static void reset_others(tr_plan_reader *reader, tr_settings *settings, const char *prefix,
                         const tr_param *but) {
    tr_diag diag = {0};
    for (size_t i = 0; i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        if (param == but || strncmp(param->name, prefix, strlen(prefix)) != 0)
            continue;
        tr_status status = tr_settings_reset(settings, param, &diag);
        if (status)
            tr_refuse_status(reader, status, &diag);
    }
}

static void reset(tr_plan_reader *reader, tr_settings *settings, const char *name) {
    tr_diag diag = {0};
    tr_status status = tr_settings_reset(settings, find(name), &diag);
    if (status)
        tr_refuse_status(reader, status, &diag);
}

/* What a value excludes comes from the run that is extended or varied, or from the plan where this one is
 * on the command line. */
void tr_settle(tr_plan_reader *reader, tr_raw_run *run, const tr_param *param, tr_place place) {
    tr_settings *settings = run->settings;
    bool had_training = settings->given_training != NULL;
    tr_settings_note(settings, param);
    if (settings->given_training && !had_training)
        run->training = place;
    if (!strcmp(param->name, "train.seed"))
        run->seed = place;
    if (!strcmp(param->name, "recording.file"))
        run->recording_is_given = place.change != NULL;
    bool is_from = !strcmp(param->name, "data.from");
    if (is_from && *settings->data_from) {
        reset_others(reader, settings, "data.", param);
        run->data_from = place;
    } else if (!is_from && !strncmp(param->name, "data.", 5)) {
        reset(reader, settings, "data.from");
    }
    if (!strcmp(param->name, "data.kind") && settings->data_kind != TR_DATA_CSV)
        reset(reader, settings, "data.file");
    if (!strcmp(param->name, "data.file")) {
        run->file_is_given = place.change != NULL;
        if (*settings->data_file)
            settings->data_kind = TR_DATA_CSV;
    }
    if (!strcmp(param->name, "train.seed_from") && *settings->seed_from) {
        reset(reader, settings, "train.seed");
        run->seed_from = place;
    }
    if (!strcmp(param->name, "train.seed"))
        reset(reader, settings, "train.seed_from");
}

/* The setting KEY of a section; NULL where there is none. */
static const tr_param *find_in_section(const char *section, const char *key) {
    char *name = g_strdup_printf("%s.%s", section, key);
    const tr_param *param = find(name);
    g_free(name);
    return param && param->users & TR_FOR_RUN ? param : NULL;
}

static void refuse_setting(tr_plan_reader *reader, const tr_yaml_node *key, const char *section) {
    const char *known[32];
    size_t n_known = 0;
    size_t length = strlen(section);
    for (size_t i = 0; i < tr_n_params && n_known < G_N_ELEMENTS(known); i++)
        if (!strncmp(tr_params[i].name, section, length) && tr_params[i].name[length] == '.' &&
            tr_params[i].users & TR_FOR_RUN)
            known[n_known++] = tr_params[i].name + length + 1;
    char *what = g_strdup_printf("a setting of %s", section);
    tr_refuse_key(reader, (tr_place){.node = key}, key->text, what, known, n_known);
    g_free(what);
}

/* Two keys of one map of which only one can hold. */
static void check_excluded(tr_plan_reader *reader, const tr_yaml_node *map, const char *section) {
    for (size_t i = 0; i < map->count; i++) {
        const char *key = map->keys[i]->text;
        tr_place place = {.node = map->keys[i]};
        if (!strcmp(section, "data") && map->count > 1 && !strcmp(key, "from"))
            tr_refuse(reader, place,
                      "found the key \"from\" beside others; wanted it alone, or not at all");
        if (!strcmp(section, "train") && !strcmp(key, "seed") && tr_yaml_get(map, "seed_from"))
            tr_refuse(reader, place, "found \"seed\" beside \"seed_from\"; wanted one of them");
        const tr_yaml_node *kind = tr_yaml_get(map, "kind");
        const tr_yaml_node *file = tr_yaml_get(map, "file");
        if (!strcmp(section, "data") && !strcmp(key, "file") && file->text && *file->text && kind &&
            kind->text && strcmp(kind->text, "csv") != 0)
            tr_refuse(reader, place, "found a file for data of kind %.40s; wanted kind: csv",
                      kind->text);
    }
}

static void read_section(tr_plan_reader *reader, tr_raw_run *run, const char *section,
                         const tr_yaml_node *map) {
    char *wanted = g_strdup_printf("the settings of %s, as in {KEY: VALUE}", section);
    bool is_map = tr_is_map(reader, map, wanted);
    g_free(wanted);
    if (!is_map)
        return;
    for (size_t i = 0; i < map->count; i++) {
        const tr_param *param = find_in_section(section, map->keys[i]->text);
        tr_place place = {.node = map->values[i]};
        if (!param)
            refuse_setting(reader, map->keys[i], section);
        else if (tr_read_value(reader, run->settings, param, place))
            tr_settle(reader, run, param, place);
    }
    check_excluded(reader, map, section);
}

static void apply_change(tr_plan_reader *reader, tr_raw_run *run, tr_change *change,
                         const char *key) {
    const tr_param *param = find(!strcmp(key, "model")       ? "model.layers"
                                 : !strcmp(key, "recording") ? "recording.file"
                                                             : key);
    tr_place place = {.change = change};
    change->is_used = true;
    if (!param || !(param->users & TR_FOR_RUN)) {
        const char *known[64];
        size_t n_known = 0;
        for (size_t i = 0; i < tr_n_params && n_known < G_N_ELEMENTS(known); i++)
            if (tr_params[i].users & TR_FOR_RUN)
                known[n_known++] = tr_params[i].name;
        const char *nearest = tr_nearest_name(key, known, n_known);
        tr_refuse(reader, place, "found \"%.60s\"; wanted a setting of a run such as %s", key,
                  nearest ? nearest : "train.batch_size");
    } else if (tr_read_value(reader, run->settings, param, place)) {
        tr_settle(reader, run, param, place);
    }
}

/* What the command line changes in this run. */
static void apply_changes(tr_plan_reader *reader, tr_raw_run *run) {
    char *prefix = g_strdup_printf("runs.%s.", run->key->text);
    for (size_t i = 0; i < reader->n_changes; i++) {
        tr_change *change = &reader->changes[i];
        char *key = NULL;
        if (change->param && reader->n_runs == 1)
            apply_change(reader, run, change, change->param->name);
        else if (!change->param &&
                 (tr_change_key(change, prefix, &key) || tr_change_key(change, "runs.*.", &key)))
            apply_change(reader, run, change, key);
        g_free(key);
    }
    g_free(prefix);
}

static bool read_run(tr_plan_reader *reader, size_t index);

/* The settings to begin with: those of another run, or the defaults. */
static bool start_settings(tr_plan_reader *reader, tr_raw_run *run) {
    const tr_yaml_node *extends = tr_yaml_get(run->value, "extends");
    tr_diag diag = {0};
    tr_raw_run *base = NULL;
    if (extends) {
        size_t index = tr_find_run(reader, (tr_place){.node = extends});
        if (index != TR_NO_RUN && reader->runs[index].is_being_read)
            tr_refuse(reader, (tr_place){.node = extends},
                      "found a circle: \"%.40s\" extends \"%.40s\", which extends it in turn; "
                      "wanted none",
                      run->key->text, extends->text);
        else if (index != TR_NO_RUN && read_run(reader, index))
            base = &reader->runs[index];
    }
    tr_status status;
    if (base) {
        status = tr_settings_copy(&run->settings, base->settings, &diag);
        run->data_from = base->data_from;
        run->seed_from = base->seed_from;
        run->file_is_given = base->file_is_given;
        run->recording_is_given = base->recording_is_given;
        run->training = base->training;
        run->seed = base->seed;
    } else {
        status = tr_settings_create(&run->settings, &diag);
    }
    if (status)
        tr_refuse_status(reader, status, &diag);
    return !status;
}

/* Reads a run, after those that it extends. */
static bool read_run(tr_plan_reader *reader, size_t index) {
    tr_raw_run *run = &reader->runs[index];
    if (run->settings || run->value->kind != TR_YAML_MAP)
        return run->settings != NULL;
    run->is_being_read = true;
    bool sound = start_settings(reader, run);
    for (size_t i = 0; sound && i < run->value->count; i++) {
        const tr_yaml_node *key = run->value->keys[i];
        const tr_yaml_node *value = run->value->values[i];
        const tr_param *recording = find("recording.file");
        if (!strcmp(key->text, "model")) {
            tr_read_layers(reader, run->settings, (tr_place){.node = value});
            tr_settings_note(run->settings, find("model.layers"));
        } else if (!strcmp(key->text, "recording")) {
            if (tr_read_value(reader, run->settings, recording, (tr_place){.node = value}))
                tr_settle(reader, run, recording, (tr_place){.node = value});
        } else if (!strcmp(key->text, "data") || !strcmp(key->text, "train") ||
                   !strcmp(key->text, "record")) {
            read_section(reader, run, key->text, value);
        } else if (strcmp(key->text, "extends") != 0) {
            tr_refuse_key(reader, (tr_place){.node = key}, key->text, "a part of a run", sections,
                          G_N_ELEMENTS(sections));
        }
    }
    if (sound)
        apply_changes(reader, run);
    run->is_being_read = false;
    return sound;
}

/* ---- references from run to run ---- */

static bool has_reference(const tr_raw_run *run, bool data) {
    return run->settings && *(data ? run->settings->data_from : run->settings->seed_from);
}

/* Looks for circles of data.from and train.seed_from, depth first. */
static void check_circles(tr_plan_reader *reader, size_t index) {
    tr_raw_run *run = &reader->runs[index];
    const size_t next[] = {reader->plan->runs[index].data_from,
                           reader->plan->runs[index].seed_from};
    run->is_on_path = true;
    for (int i = 0; i < 2; i++) {
        if (next[i] == TR_NO_RUN)
            continue;
        tr_raw_run *other = &reader->runs[next[i]];
        if (other->is_on_path)
            tr_refuse(reader, i ? run->seed_from : run->data_from,
                      "found a circle: \"%.40s\" needs \"%.40s\", which needs it in turn; wanted "
                      "none",
                      run->key->text, other->key->text);
        else if (!other->is_checked)
            check_circles(reader, next[i]);
    }
    run->is_on_path = false;
    run->is_checked = true;
}

bool tr_resolve_run(tr_plan_reader *reader, tr_plan_run *run, const tr_settings *settings) {
    tr_diag diag = {0};
    tr_status status = tr_settings_copy(&run->settings, settings, &diag);
    if (status)
        tr_refuse_status(reader, status, &diag);
    else
        tr_settings_resolve(run->settings);
    return !status;
}

/* Of a run that was recorded, nothing is trained. */
static void check_recorded(tr_plan_reader *reader, const tr_raw_run *raw) {
    const tr_settings *settings = raw->settings;
    const tr_param *param = settings->given_training;
    tr_place place = param ? raw->training : raw->seed;
    if (!param && (settings->given & TR_GIVEN_SEED) && !(settings->given & TR_GIVEN_DATA))
        param = find("train.seed");
    if (*settings->recording && param)
        tr_refuse(reader, place,
                  "found %s for a recording, of which nothing is trained; wanted none",
                  param->name);
}

static void finish_run(tr_plan_reader *reader, size_t index) {
    tr_raw_run *raw = &reader->runs[index];
    tr_plan_run *run = &reader->plan->runs[index];
    *run = (tr_plan_run){.name = g_strdup(raw->key->text),
                         .data_from = TR_NO_RUN,
                         .seed_from = TR_NO_RUN,
                         .file_is_given = raw->file_is_given,
                         .recording_is_given = raw->recording_is_given,
                         .line = raw->key->line,
                         .column = raw->key->column};
    if (!raw->settings)
        return;
    if (has_reference(raw, true))
        run->data_from = tr_find_run(reader, raw->data_from);
    if (has_reference(raw, false))
        run->seed_from = tr_find_run(reader, raw->seed_from);
    check_recorded(reader, raw);
    if (raw->settings->data_kind == TR_DATA_CSV && !*raw->settings->data_file)
        tr_refuse(reader, (tr_place){.node = raw->key},
                  "found data of kind csv without a file; wanted data: {file: NAME}");
    tr_resolve_run(reader, run, raw->settings);
}

/* A recording does not have the state of the random numbers. */
static void check_predecessor(tr_plan_reader *reader, size_t index) {
    size_t before = reader->plan->runs[index].seed_from;
    const tr_settings *settings = before == TR_NO_RUN ? NULL : reader->plan->runs[before].settings;
    const tr_settings *own = reader->plan->runs[index].settings;
    if (settings && *settings->recording && own && !*own->recording)
        tr_refuse(reader, reader->runs[index].seed_from,
                  "found \"%.40s\", which is a recording; wanted a run that is trained",
                  reader->runs[before].key->text);
}

/* A name that can stand in runs.NAME.train.seed=1 and means one thing there. */
static void check_name(tr_plan_reader *reader, const tr_yaml_node *key) {
    bool sound = *key->text && strlen(key->text) <= 64;
    for (const char *at = key->text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        sound = sound && (g_unichar_isalnum(c) || c == '-' || c == '_');
    }
    if (!sound)
        tr_refuse(reader, (tr_place){.node = key},
                  "found the name \"%.80s\"; wanted letters, digits, - and _, up to 64 bytes",
                  key->text);
}

static void check_changes(tr_plan_reader *reader) {
    for (size_t i = 0; i < reader->n_changes; i++) {
        tr_change *change = &reader->changes[i];
        if (change->param && reader->n_runs != 1)
            tr_refuse(reader, (tr_place){.change = change},
                      "the plan has %zu runs; wanted --set runs.NAME.%s=VALUE, where NAME may be * "
                      "for all",
                      reader->n_runs, change->param->name);
        else if (!change->param && !change->is_used && g_str_has_prefix(change->text, "runs."))
            tr_refuse(reader, (tr_place){.change = change},
                      "there is no such run; wanted runs.NAME.SETTING=VALUE as in "
                      "runs.%.40s.train.seed=1",
                      reader->runs[0].key->text);
    }
}

void tr_read_runs(tr_plan_reader *reader, const tr_yaml_node *node) {
    tr_plan *plan = reader->plan;
    if (!tr_is_map(reader, node, "runs, as in {NAME: {train: {epochs: 100}}}"))
        return;
    if (node->count < 1 || node->count > TR_PLAN_MOST_RUNS) {
        tr_refuse(reader, (tr_place){.node = node}, "found %zu runs; wanted 1 to %d", node->count,
                  TR_PLAN_MOST_RUNS);
        return;
    }
    plan->runs = g_new0(tr_plan_run, node->count);
    reader->runs = g_new0(tr_raw_run, node->count);
    reader->n_runs = plan->n_runs = plan->n_written = node->count;
    for (size_t i = 0; i < node->count; i++) {
        reader->runs[i] = (tr_raw_run){.key = node->keys[i], .value = node->values[i]};
        check_name(reader, node->keys[i]);
        tr_is_map(reader, node->values[i], "a run, as in {train: {epochs: 100}}");
    }
    for (size_t i = 0; i < node->count; i++)
        read_run(reader, i);
    for (size_t i = 0; i < node->count; i++)
        finish_run(reader, i);
    for (size_t i = 0; i < node->count; i++)
        check_circles(reader, i);
    for (size_t i = 0; i < node->count; i++)
        check_predecessor(reader, i);
    check_changes(reader);
}
