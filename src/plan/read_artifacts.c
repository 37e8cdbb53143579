/* The artifacts of a plan: where they go, and what they show. */
#include "reader.h"

#include "diag.h"
#include "needs.h"
#include "page.h"
#include "sink.h"

#include <string.h>

/* The longer of two endings comes first. */
static const struct {
    const char *ending;
    tr_plan_kind kind;
    const char *what;
    tr_format format;
} kinds[] = {{".mp4", TR_PLAN_VIDEO, "a video", TR_FORMAT_MP4},
             {".av1.webm", TR_PLAN_VIDEO, "an AV1 video", TR_FORMAT_AV1},
             {".webm", TR_PLAN_VIDEO, "a WebM video", TR_FORMAT_WEBM},
             {".gif", TR_PLAN_VIDEO, "a GIF", TR_FORMAT_GIF},
             {".apng", TR_PLAN_VIDEO, "an animated PNG", TR_FORMAT_APNG},
             {".png", TR_PLAN_CHART, "a chart", TR_FORMAT_NONE},
             {".svg", TR_PLAN_CHART, "a chart", TR_FORMAT_NONE},
             {".pdf", TR_PLAN_CHART, "a chart", TR_FORMAT_NONE},
             {".csv", TR_PLAN_TABLE, "a table", TR_FORMAT_NONE},
             {".sha256", TR_PLAN_CHECKSUMS, "a list of checksums", TR_FORMAT_CHECKSUMS}};

/* Whether a path has a name before this ending. */
static bool has_ending(const char *path, const char *ending) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return g_str_has_suffix(name, ending) && strlen(name) > strlen(ending);
}

const char *tr_plan_ending(const tr_plan_artifact *artifact) {
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (has_ending(artifact->path, kinds[i].ending))
            return kinds[i].ending;
    return "";
}

static const char *describe_kind(const tr_plan_artifact *artifact) {
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].kind == artifact->kind && kinds[i].format == artifact->format)
            return kinds[i].what;
    return "an artifact";
}

bool tr_plan_has_poster(const tr_plan_artifact *artifact) {
    return artifact->kind == TR_PLAN_VIDEO && tr_format_has_poster(artifact->format);
}

static bool video_has_setting(tr_format format, const tr_param *param) {
    const tr_param *formats = tr_param_by_name("output.format");
    const tr_need *need = tr_need_of(param);
    if (need && !strcmp(need->other, formats->name))
        return tr_need_is_met(need, formats->choices[format]);
    return strcmp(param->name, "picture.iteration") != 0;
}

static bool is_of_comparisons(const tr_param *param) {
    return g_str_has_prefix(param->name, "compare.") || g_str_has_prefix(param->name, "summary.");
}

/* Whether such an artifact of one run, of which the kind and the format count, has a setting. */
static bool has_for_one_run(const tr_plan_artifact *artifact, const tr_param *param) {
    bool is_picture = g_str_has_prefix(param->name, "picture.");
    bool is_of_state = !strcmp(param->name, "picture.iteration");
    if (!(param->users & TR_FOR_ARTIFACT) || is_of_comparisons(param))
        return false;
    switch (artifact->kind) {
    case TR_PLAN_VIDEO:
        return video_has_setting(artifact->format, param);
    case TR_PLAN_CHART:
        return is_picture;
    case TR_PLAN_TABLE:
        return false;
    case TR_PLAN_CHECKSUMS: /* of the frames that a video would have */
        return (is_picture && !is_of_state) || g_str_has_prefix(param->name, "record.") ||
               !strcmp(param->name, "video.fps") || !strcmp(param->name, "video.hold");
    }
    return false;
}

bool tr_plan_artifact_has(const tr_plan_artifact *artifact, const tr_param *param) {
    static const char *const of_one_run[] = {"record.every", "picture.layout", "picture.iteration"};
    if (!artifact->comparison)
        return has_for_one_run(artifact, param);
    if (is_of_comparisons(param))
        return (artifact->kind == TR_PLAN_TABLE) == g_str_has_prefix(param->name, "summary.");
    for (size_t i = 0; i < G_N_ELEMENTS(of_one_run); i++)
        if (!strcmp(param->name, of_one_run[i]))
            return false;
    return has_for_one_run(artifact, param);
}

/* The setting with the short name that an artifact has for it; NULL if there is none. */
static const tr_param *find_setting(const char *key) {
    if (!strcmp(key, "chart"))
        key = "scene";
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_params[i].users & TR_FOR_ARTIFACT &&
            !strcmp(strchr(tr_params[i].name, '.') + 1, key))
            return &tr_params[i];
    return NULL;
}

/* ---- paths ---- */

/* What is wrong with a path below the output folder, or NULL. */
static const char *find_fault(const char *path) {
    if (!*path)
        return "a path such as images/error.svg";
    if (*path == '/')
        return "a path below the output folder, without a / at its beginning";
    if (strlen(path) > 1024)
        return "a path of at most 1024 bytes";
    for (const char *at = path; *at; at = g_utf8_next_char(at))
        if (*at == '\\' || g_unichar_iscntrl(g_utf8_get_char(at)))
            return "a path without backslashes and control characters";
    const char *fault = NULL;
    char **parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part && !fault; part++) {
        if (!**part)
            fault = "a path without an empty part";
        else if (!strcmp(*part, ".") || !strcmp(*part, ".."))
            fault = "a path below the output folder, without . and ..";
        else if (strlen(*part) > 255)
            fault = "a path whose parts have at most 255 bytes";
        else if (g_str_has_prefix(*part, ".trainreel-"))
            fault = "another name: those are the program's own";
    }
    if (!fault &&
        (!g_ascii_strcasecmp(parts[0], "manifest.json") ||
         !g_ascii_strcasecmp(parts[0], "SHA256SUMS") || !g_ascii_strcasecmp(parts[0], TR_PAGE)))
        fault = "another name: the program writes a file of this one";
    g_strfreev(parts);
    return fault;
}

static bool check_path(tr_plan_reader *reader, tr_place place) {
    const char *path = tr_place_text(place);
    const char *fault =
        path && g_utf8_validate(path, -1, NULL) ? find_fault(path) : "a path in UTF-8";
    if (fault)
        tr_refuse_value(reader, place, fault);
    return !fault;
}

static bool find_kind(tr_plan_reader *reader, const tr_yaml_node *key, tr_plan_artifact *artifact) {
    GString *wanted = g_string_new("a name that ends with ");
    bool is_found = false;
    for (size_t i = 0; !is_found && i < G_N_ELEMENTS(kinds); i++) {
        const char *before = i == 0 ? "" : i + 1 < G_N_ELEMENTS(kinds) ? ", " : " or ";
        g_string_append_printf(wanted, "%s%s", before, kinds[i].ending);
        is_found = has_ending(key->text, kinds[i].ending);
        artifact->kind = kinds[i].kind;
        artifact->format = kinds[i].format;
    }
    if (!is_found)
        tr_refuse_value(reader, (tr_place){.node = key}, wanted->str);
    g_string_free(wanted, TRUE);
    return is_found;
}

/* Two names of which one is the other, or a folder in it. Some file systems do not tell case. */
static bool are_in_the_way(const char *a, const char *b) {
    size_t length = MIN(strlen(a), strlen(b));
    const char *rest = strlen(a) > length ? a + length : b + length;
    return !g_ascii_strncasecmp(a, b, length) && (!*rest || *rest == '/');
}

/* A path that is to be written, and where it stands in the plan. */
typedef struct written {
    const char *path;
    tr_place place;
} written;

static void check_paths(tr_plan_reader *reader, const GArray *paths) {
    for (guint i = 0; i < paths->len; i++)
        for (guint k = 0; k < i; k++) {
            const written *one = &g_array_index(paths, written, i);
            const written *other = &g_array_index(paths, written, k);
            if (are_in_the_way(one->path, other->path)) {
                tr_refuse(reader, one->place,
                          "found \"%.60s\", which is in the way of \"%.60s\"; wanted another path",
                          one->path, other->path);
                break;
            }
        }
}

/* ---- fields ---- */

typedef struct raw_artifact {
    const tr_yaml_node *key;
    const tr_yaml_node *value;
    tr_plan_artifact *artifact;
    tr_place poster; /* where it was set; neither a node nor a change if it was not */
    tr_place captions;
    tr_place pace;
    const tr_yaml_node *scene;
} raw_artifact;

/* What does not go with a comparison, and why; false where there is no such reason. */
static bool explain_comparison(tr_plan_reader *reader, tr_place place, const char *key) {
    static const char *const reasons[][2] = {
        {"every", "frames, because a comparison has so many in all, spread over what its runs are "
                  "aligned by"},
        {"iteration", "no such key, because a comparison's chart shows the last states"},
        {"layout", "no such key, because the error stands below a comparison's panels"},
        {"run", "no such key, because compare says which runs are shown"},
        {"vary", "no such change, because the plan says what varies"},
        {"compare", "no such change, because the plan says what is compared"}};
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (!strcmp(key, reasons[i][0])) {
            tr_refuse(reader, place, "found the key \"%s\"; wanted %s", key, reasons[i][1]);
            return true;
        }
    return false;
}

static void refuse_field(tr_plan_reader *reader, tr_place place, const char *key,
                         const tr_plan_artifact *artifact) {
    const char *known[64] = {artifact->comparison ? "compare" : "run", "poster", "captions"};
    size_t n_known = tr_plan_has_poster(artifact) ? 3 : 1;
    const char *kind = artifact->comparison ? "a comparison" : describe_kind(artifact);
    for (size_t i = 0; i < tr_n_params && n_known < G_N_ELEMENTS(known); i++)
        if (tr_plan_artifact_has(artifact, &tr_params[i]))
            known[n_known++] = strchr(tr_params[i].name, '.') + 1;
    if (artifact->comparison && explain_comparison(reader, place, key))
        return;
    const tr_param *param = find_setting(key);
    bool is_of_others = !artifact->comparison && param && is_of_comparisons(param);
    if (!strcmp(key, "vary") || !strcmp(key, "compare") || is_of_others) {
        tr_refuse(reader, place,
                  "found the key \"%.60s\"; wanted it only beside compare, in the plan", key);
        return;
    }
    if (param || !strcmp(key, "poster") || !strcmp(key, "captions")) {
        tr_refuse(reader, place,
                  "found the key \"%.60s\"; wanted a setting of %s, which has none "
                  "such",
                  key, describe_kind(artifact));
        return;
    }
    char *what = g_strdup_printf("a setting of %s", kind);
    tr_refuse_key(reader, place, key, what, known, n_known);
    g_free(what);
}

/* The path of a file that comes along with a video, and has this ending; null for none. */
static void read_companion(tr_plan_reader *reader, char **path, const char *ending,
                           tr_place place) {
    const char *text = tr_place_text(place);
    g_free(*path);
    *path = NULL;
    if (text && !place.change && !place.node->quoted &&
        (!strcmp(text, "null") || !strcmp(text, "~")))
        return;
    if (!check_path(reader, place))
        return;
    if (has_ending(text, ending)) {
        *path = g_strdup(text);
        return;
    }
    char *wanted = g_strdup_printf("a name that ends with %s, or null for none", ending);
    tr_refuse_value(reader, place, wanted);
    g_free(wanted);
}

/* Unless the plan says something else, captions are beside the video. Of several videos that differ in
 * their ending only, which show the same, the first one brings them along. */
static void choose_captions(const tr_plan *plan, raw_artifact *raw) {
    tr_plan_artifact *artifact = raw->artifact;
    if (!tr_plan_has_poster(artifact) || raw->captions.node || raw->captions.change)
        return;
    size_t length = strlen(artifact->path) - strlen(tr_plan_ending(artifact));
    char *path = g_strdup_printf("%.*s.vtt", (int)length, artifact->path);
    for (const tr_plan_artifact *other = plan->artifacts; other != artifact; other++)
        if (!g_strcmp0(other->captions, path)) {
            g_free(path);
            return;
        }
    artifact->captions = path;
    raw->captions = (tr_place){.node = raw->key};
}

/* Keys that say what is shown, which are read before the others. */
static bool is_of_runs(const char *key) {
    return !strcmp(key, "run") || !strcmp(key, "compare") || !strcmp(key, "vary");
}

/* Any other key and its value; `at` is where the key stands, and is the value's place on the command line. */
static void read_field(tr_plan_reader *reader, raw_artifact *raw, const char *key, tr_place at,
                       tr_place value) {
    tr_plan_artifact *artifact = raw->artifact;
    const tr_param *param = find_setting(key);
    bool is_scene = param && !strcmp(param->name, "picture.scene");
    if (!strcmp(key, "poster") && tr_plan_has_poster(artifact)) {
        raw->poster = value;
        read_companion(reader, &artifact->poster, ".png", value);
    } else if (!strcmp(key, "captions") && tr_plan_has_poster(artifact)) {
        raw->captions = value;
        read_companion(reader, &artifact->captions, ".vtt", value);
    } else if (!param || !tr_plan_artifact_has(artifact, param)) {
        refuse_field(reader, at, key, artifact);
    } else {
        if (is_scene && at.node && raw->scene)
            tr_refuse(reader, at,
                      "found both \"chart\" and \"scene\", which are one setting; "
                      "wanted one of them");
        raw->scene = is_scene && at.node ? at.node : raw->scene;
        raw->pace = !strcmp(param->name, "record.pace") ? value : raw->pace;
        tr_read_value(reader, artifact->settings, param, value);
    }
}

/* Frames are as the run has them, as far as the artifact says nothing else. */
static bool inherit_frames(tr_plan_reader *reader, tr_plan_artifact *artifact) {
    if (artifact->run == TR_NO_RUN || artifact->comparison)
        return true;
    const tr_settings *run = reader->plan->runs[artifact->run].settings;
    tr_status status = TR_OK;
    tr_diag diag = {0};
    for (size_t i = 0; run && !status && i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        if (!g_str_has_prefix(param->name, "record.") || !has_for_one_run(artifact, param))
            continue;
        char *text = tr_settings_get(run, param);
        status = tr_settings_set(artifact->settings, param, text, &diag);
        g_free(text);
    }
    if (status)
        tr_refuse_status(reader, status, &diag);
    return !status;
}

static bool is_for(tr_change *change, const tr_plan_artifact *artifact, char **key) {
    char *prefix = g_strdup_printf("artifacts.%s.", artifact->path);
    bool matches = !change->param && (tr_change_key(change, prefix, key) ||
                                      tr_change_key(change, "artifacts.*.", key));
    g_free(prefix);
    return matches;
}

/* What the command line changes in this artifact. For all artifacts it changes those that have such a
 * setting. */
static void apply_changes(tr_plan_reader *reader, raw_artifact *raw) {
    for (size_t i = 0; i < reader->n_changes; i++) {
        tr_change *change = &reader->changes[i];
        char *key = NULL;
        tr_place place = {.change = change};
        if (!is_for(change, raw->artifact, &key))
            continue;
        const tr_param *param = find_setting(key);
        bool for_all = g_str_has_prefix(change->text, "artifacts.*.");
        if (!for_all || (param && tr_plan_artifact_has(raw->artifact, param))) {
            change->is_used = true;
            if (strcmp(key, "run") != 0 || raw->artifact->comparison) /* it is read already */
                read_field(reader, raw, key, place, place);
        }
        g_free(key);
    }
}

/* A change of the run comes first, because frames are inherited from it. */
static void read_run_name(tr_plan_reader *reader, raw_artifact *raw) {
    tr_plan_artifact *artifact = raw->artifact;
    const tr_yaml_node *run = tr_yaml_get(raw->value, "run");
    tr_place place = {.node = run};
    if (tr_yaml_get(raw->value, "compare")) {
        tr_read_comparison(reader, artifact, raw->value);
        return;
    }
    if (tr_yaml_get(raw->value, "vary"))
        tr_refuse(reader, (tr_place){.node = tr_yaml_get(raw->value, "vary")},
                  "found vary without compare; wanted compare: NAME beside it");
    for (size_t i = 0; i < reader->n_changes; i++) {
        char *key = NULL;
        if (is_for(&reader->changes[i], artifact, &key) && !strcmp(key, "run"))
            place = (tr_place){.change = &reader->changes[i]};
        g_free(key);
    }
    if (place.node || place.change)
        artifact->run = tr_find_run(reader, place);
    else
        tr_refuse(reader, (tr_place){.node = raw->key},
                  "found an artifact without a run; wanted run: NAME, or compare: NAME");
}

static void read_artifact(tr_plan_reader *reader, raw_artifact *raw) {
    tr_plan_artifact *artifact = raw->artifact;
    tr_diag diag = {0};
    if (!tr_is_map(reader, raw->value, "an artifact, as in {run: NAME}"))
        return;
    tr_status status = tr_settings_create(&artifact->settings, &diag);
    if (status) {
        tr_refuse_status(reader, status, &diag);
        return;
    }
    read_run_name(reader, raw);
    if (artifact->comparison) /* as the command compare has it: losses differ by decades */
        artifact->settings->error_scale = TR_SCALE_LOG;
    if (!inherit_frames(reader, artifact))
        return;
    for (size_t i = 0; i < raw->value->count; i++)
        if (!is_of_runs(raw->value->keys[i]->text))
            read_field(reader, raw, raw->value->keys[i]->text,
                       (tr_place){.node = raw->value->keys[i]},
                       (tr_place){.node = raw->value->values[i]});
    apply_changes(reader, raw);
    if (artifact->comparison)
        tr_finish_comparison(reader, artifact, raw->pace);
    choose_captions(reader->plan, raw);
    tr_settings_resolve(artifact->settings);
}

static void check_changes(tr_plan_reader *reader) {
    for (size_t i = 0; i < reader->n_changes; i++) {
        tr_change *change = &reader->changes[i];
        if (!change->param && !change->is_used && g_str_has_prefix(change->text, "artifacts."))
            tr_refuse(reader, (tr_place){.change = change},
                      "there is no such artifact or setting; wanted artifacts.PATH.SETTING=VALUE "
                      "as in artifacts.%.60s.size=800x600",
                      reader->plan->n_artifacts ? reader->plan->artifacts[0].path : "a/b.png");
    }
}

void tr_read_artifacts(tr_plan_reader *reader, const tr_yaml_node *node) {
    tr_plan *plan = reader->plan;
    if (!tr_is_map(reader, node, "artifacts, as in {images/error.svg: {run: NAME, chart: error}}"))
        return;
    if (node->count < 1 || node->count > TR_PLAN_MOST_ARTIFACTS) {
        tr_refuse(reader, (tr_place){.node = node}, "found %zu artifacts; wanted 1 to %d",
                  node->count, TR_PLAN_MOST_ARTIFACTS);
        return;
    }
    GArray *paths = g_array_new(FALSE, FALSE, sizeof(written));
    plan->artifacts = g_new0(tr_plan_artifact, node->count);
    for (size_t i = 0; i < node->count; i++) {
        const tr_yaml_node *key = node->keys[i];
        tr_plan_artifact *artifact = &plan->artifacts[plan->n_artifacts];
        raw_artifact raw = {.key = key, .value = node->values[i], .artifact = artifact};
        if (!check_path(reader, (tr_place){.node = key}) || !find_kind(reader, key, artifact))
            continue;
        plan->n_artifacts++;
        artifact->path = g_strdup(key->text);
        artifact->run = TR_NO_RUN;
        artifact->line = key->line;
        artifact->column = key->column;
        read_artifact(reader, &raw);
        g_array_append_val(paths, ((written){artifact->path, {.node = key}}));
        if (artifact->poster)
            g_array_append_val(paths, ((written){artifact->poster, raw.poster}));
        if (artifact->captions)
            g_array_append_val(paths, ((written){artifact->captions, raw.captions}));
    }
    check_paths(reader, paths);
    check_changes(reader);
    g_array_free(paths, TRUE);
}
