/* The reader of plans: whatever the bytes, there is a plan that is shown and read back to the same one, or
 * lines of text that say what is wrong and where. The first line of the input is what --set has, unless it
 * is empty. */
#include "fuzz.h"

#include "plan.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char name[] = "folder/p.yaml";

static bool is_one_line(const char *text) {
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return false;
    return *text != '\0';
}

/* Every error names its place: the plan's, or that of the command line. */
static void check_error(const char *text, void *count) {
    FUZZ_CHECK(is_one_line(text));
    FUZZ_CHECK(g_str_has_prefix(text, name) || g_str_has_prefix(text, "--"));
    ++*(size_t *)count;
}

static void check_paths(const tr_plan *plan) {
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        const char *const paths[] = {artifact->path, artifact->poster};
        FUZZ_CHECK(artifact->run < plan->n_runs);
        for (size_t k = 0; k < 2 && paths[k]; k++) {
            FUZZ_CHECK(*paths[k] && *paths[k] != '/' && is_one_line(paths[k]));
            FUZZ_CHECK(!g_str_has_prefix(paths[k], "../") && !strstr(paths[k], "/../"));
        }
    }
}

static void check_comparison(const tr_plan *plan, const tr_plan_artifact *artifact) {
    const tr_plan_comparison *comparison = artifact->comparison;
    FUZZ_CHECK(comparison->n_runs >= 1 && comparison->n_runs <= TR_MOST_COMPARED);
    FUZZ_CHECK(comparison->n_variations <= TR_MOST_VARIATIONS);
    FUZZ_CHECK((comparison->base == TR_NO_RUN) == !comparison->n_variations);
    FUZZ_CHECK(artifact->run == comparison->runs[0]);
    for (size_t i = 0; i < comparison->n_runs; i++) {
        FUZZ_CHECK(comparison->runs[i] < plan->n_runs);
        FUZZ_CHECK(is_one_line(comparison->labels[i]));
        FUZZ_CHECK(g_utf8_validate(comparison->labels[i], -1, NULL));
    }
}

static void check_plan(const tr_plan *plan) {
    tr_diag diag = {0};
    tr_plan *again;
    FUZZ_CHECK(plan->n_runs && plan->n_artifacts);
    for (size_t i = 0; i < plan->n_runs; i++) {
        const tr_plan_run *run = &plan->runs[i];
        FUZZ_CHECK(run->settings && run->settings->layers.count);
        FUZZ_CHECK(run->data_from == TR_NO_RUN || run->data_from < plan->n_runs);
        FUZZ_CHECK(run->seed_from == TR_NO_RUN || run->seed_from < plan->n_runs);
    }
    FUZZ_CHECK(plan->n_written && plan->n_written <= plan->n_runs);
    for (size_t i = 0; i < plan->n_artifacts; i++)
        if (plan->artifacts[i].comparison)
            check_comparison(plan, &plan->artifacts[i]);
    check_paths(plan);
    char *shown = tr_plan_show(plan);
    tr_status status =
        tr_plan_parse(&again, name, shown, strlen(shown), NULL, 0, NULL, NULL, &diag);
    FUZZ_CHECK(!status);
    char *shown_again = tr_plan_show(again);
    FUZZ_CHECK(!strcmp(shown, shown_again));
    g_free(shown);
    g_free(shown_again);
    tr_plan_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tr_diag diag = {0};
    tr_plan *plan;
    size_t n_errors = 0;
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    size_t length = end ? (size_t)(end - data) : 0;
    char *set = g_strndup((const char *)data, length);
    const tr_override override = {.text = set};
    const char *text = (const char *)data + (end ? length + 1 : 0);
    tr_status status = tr_plan_parse(&plan, name, text, size - (end ? length + 1 : 0), &override,
                                     *set ? 1 : 0, check_error, &n_errors, &diag);
    FUZZ_CHECK(!status == (plan != NULL));
    FUZZ_CHECK(!status == (n_errors == 0));
    FUZZ_CHECK(!status || status == TR_ERROR_INPUT || status == TR_ERROR_ARGUMENT);
    if (plan)
        check_plan(plan);
    tr_plan_destroy(&plan);
    g_free(set);
    return 0;
}
