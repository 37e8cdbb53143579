/* The plan of `trainreel compare`, made of options. */
#include "reader.h"

#include "diag.h"

#include <string.h>

/* What is made of the comparison. */
static const struct {
    const char *path;
    const char *poster;
    const char *captions;
    tr_plan_kind kind;
    const char *scene; /* NULL: the one that was asked for, or the default */
    tr_arrangement arrangement;
    bool is_optional;
} outcomes[] = {
    {"compare.mp4", "compare_start.png", "compare.vtt", TR_PLAN_VIDEO, NULL, TR_ARRANGE_GRID,
     false},
    {"overlay.mp4", "overlay_start.png", "overlay.vtt", TR_PLAN_VIDEO, "fit", TR_ARRANGE_OVERLAY,
     true},
    {"error.svg", NULL, NULL, TR_PLAN_CHART, "error", TR_ARRANGE_GRID, false},
    {"error.png", NULL, NULL, TR_PLAN_CHART, "error", TR_ARRANGE_GRID, false},
    {"summary.csv", NULL, NULL, TR_PLAN_TABLE, NULL, TR_ARRANGE_GRID, false},
};

/* The run whose settings vary, which has those that are given. */
static bool compose_run(tr_plan_reader *reader, const tr_override *given, size_t n_given) {
    tr_raw_run *raw = &reader->runs[0];
    tr_plan_run *run = &reader->plan->runs[0];
    tr_diag diag = {0};
    tr_status status = tr_settings_create(&raw->settings, &diag);
    for (size_t i = 0; !status && i < n_given; i++) {
        const tr_change change = {.param = given[i].param, .text = given[i].text};
        if (!tr_plan_can_vary(change.param))
            continue;
        status = tr_settings_set(raw->settings, change.param, change.text, &diag);
        if (!status)
            tr_settle(reader, raw, change.param, (tr_place){.change = &change});
    }
    if (status) {
        tr_refuse_status(reader, status, &diag);
        return false;
    }
    *run = (tr_plan_run){.name = g_strdup("base"),
                         .data_from = TR_NO_RUN,
                         .seed_from = TR_NO_RUN,
                         .file_is_given = true};
    return tr_resolve_run(reader, run, raw->settings);
}

/* `change` stands for the option in messages. */
static bool compose_variation(tr_plan_reader *reader, tr_variation *variation,
                              const tr_value_list *list) {
    guint count = g_strv_length((char **)list->values);
    tr_change *changes = g_new0(tr_change, count);
    tr_place *places = g_new0(tr_place, count);
    for (guint i = 0; i < count; i++) {
        changes[i] = (tr_change){.param = list->param,
                                 .text = list->values[i],
                                 .value = list->values[i],
                                 .option = list->option};
        places[i].change = &changes[i];
    }
    bool sound = tr_read_variation(reader, variation, list->param, places, count);
    g_free(places);
    g_free(changes);
    return sound;
}

static bool compose_comparison(tr_plan_reader *reader, tr_plan_artifact *artifact,
                               const tr_value_list *lists, size_t n_lists) {
    tr_plan_comparison *comparison = artifact->comparison = g_new0(tr_plan_comparison, 1);
    const tr_change change = {.param = lists[0].param, .text = "", .option = lists[0].option};
    for (size_t i = 0; i < n_lists; i++)
        if (!compose_variation(reader, &comparison->variations[comparison->n_variations++],
                               &lists[i]))
            return false;
    if (!tr_expand_comparison(reader, comparison, (tr_place){.change = &change}))
        return false;
    artifact->run = comparison->runs[0];
    return true;
}

static bool compose_settings(tr_plan_reader *reader, tr_plan_artifact *artifact, const char *scene,
                             tr_arrangement arrangement, const tr_override *given, size_t n_given) {
    tr_diag diag = {0};
    tr_change pace = {0};
    tr_status status = tr_settings_create(&artifact->settings, &diag);
    for (size_t i = 0; !status && i < n_given; i++) {
        const tr_param *param = given[i].param;
        if (!tr_plan_artifact_has(artifact, param))
            continue;
        if (!strcmp(param->name, "record.pace"))
            pace = (tr_change){.param = param, .text = given[i].text};
        status = tr_settings_set(artifact->settings, param, given[i].text, &diag);
    }
    if (!status && scene)
        status =
            tr_settings_set(artifact->settings, tr_param_by_name("picture.scene"), scene, &diag);
    if (status) {
        tr_refuse_status(reader, status, &diag);
        return false;
    }
    artifact->settings->arrangement = (int)arrangement;
    tr_finish_comparison(reader, artifact, (tr_place){.change = pace.param ? &pace : NULL});
    tr_settings_resolve(artifact->settings);
    return true;
}

static void compose_artifacts(tr_plan_reader *reader, const tr_override *given, size_t n_given,
                              const tr_value_list *lists, size_t n_lists) {
    tr_plan *plan = reader->plan;
    plan->artifacts = g_new0(tr_plan_artifact, G_N_ELEMENTS(outcomes));
    for (size_t i = 0; !reader->status && i < G_N_ELEMENTS(outcomes); i++) {
        tr_plan_artifact *artifact = &plan->artifacts[plan->n_artifacts++];
        artifact->path = g_strdup(outcomes[i].path);
        artifact->poster = g_strdup(outcomes[i].poster);
        artifact->captions = g_strdup(outcomes[i].captions);
        artifact->kind = outcomes[i].kind;
        artifact->is_optional = outcomes[i].is_optional;
        if (!compose_comparison(reader, artifact, lists, n_lists) ||
            !compose_settings(reader, artifact, outcomes[i].scene, outcomes[i].arrangement, given,
                              n_given))
            break;
    }
}

tr_status tr_plan_compose(tr_plan **out, const tr_override *given, size_t n_given,
                          const tr_value_list *lists, size_t n_lists, tr_diag *diag) {
    tr_plan *plan = g_new0(tr_plan, 1);
    tr_plan_reader reader = {.plan = plan, .diag = diag};
    plan->folder = g_strdup(".");
    plan->has_page = true;
    plan->runs = g_new0(tr_plan_run, 1);
    plan->n_runs = plan->n_written = 1;
    reader.runs = g_new0(tr_raw_run, 1);
    reader.n_runs = 1;
    if (compose_run(&reader, given, n_given))
        compose_artifacts(&reader, given, n_given, lists, n_lists);
    tr_close_reader(&reader);
    if (reader.status)
        tr_plan_destroy(&plan);
    *out = plan;
    return reader.status;
}
