#include "support.h"

#include "plan.h"

#include <glib.h>

#define RUNS                                                                                       \
    "runs:\n  a: {train: {epochs: 3}}\n  b: {extends: a, train: {seed_from: a}}\n"                 \
    "  c: {data: {from: a}, train: {optimizer: adam, learning_rate: 0.5}}\n"

static tr_plan *parse(const char *text) {
    tr_diag diag = {0};
    tr_plan *plan;
    assert_ok(tr_plan_parse(&plan, "p.yaml", text, strlen(text), NULL, 0, NULL, NULL, &diag), diag);
    return plan;
}

/* A plan with these lines of artifacts. */
static tr_plan *parse_artifacts(const char *lines) {
    char *text = g_strdup_printf(RUNS "artifacts:\n%s\n", lines);
    tr_plan *plan = parse(text);
    g_free(text);
    return plan;
}

static void collect(const char *text, void *context) {
    g_string_append_printf(context, "%s\n", text);
}

/* Artifacts that are refused with these lines, where "@" stands for "p.yaml:6:". */
static void assert_refused_with(const char *artifacts, const char *set, tr_status status,
                                const char *expected) {
    tr_diag diag = {0};
    tr_plan *plan;
    GString *all = g_string_new(NULL);
    char *text = g_strdup_printf(RUNS "artifacts:\n%s\n", artifacts);
    char **parts = g_strsplit(expected, "@", -1);
    char *lines = g_strjoinv("p.yaml:6:", parts);
    const tr_override override = {.text = set};
    assert_int_equal(tr_plan_parse(&plan, "p.yaml", text, strlen(text), &override, set ? 1 : 0,
                                   collect, all, &diag),
                     status);
    assert_null(plan);
    assert_string_equal(all->str, lines);
    g_free(lines);
    g_strfreev(parts);
    g_free(text);
    g_string_free(all, TRUE);
}

static void assert_refused(const char *artifacts, const char *expected) {
    assert_refused_with(artifacts, NULL, TR_ERROR_INPUT, expected);
}

static const tr_settings *compared_settings(const tr_plan *plan, size_t index) {
    return plan->runs[plan->artifacts[0].comparison->runs[index]].settings;
}

/* ---- what is taken ---- */

static void a_setting_that_varies_makes_runs(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts(
        "  x.svg: {compare: a, vary: {train.batch_size: [1, 8, 200]}, chart: error}");
    const tr_plan_comparison *comparison = plan->artifacts[0].comparison;
    const int64_t sizes[] = {1, 8, 200};
    const char *const labels[] = {"batch size 1", "batch size 8", "batch size 200"};
    assert_int_equal(plan->n_written, 3);
    assert_int_equal(plan->n_runs, 6);
    assert_int_equal(comparison->base, 0);
    assert_int_equal(comparison->n_runs, 3);
    assert_int_equal(plan->artifacts[0].run, comparison->runs[0]);
    for (size_t i = 0; i < 3; i++) {
        const tr_settings *settings = compared_settings(plan, i);
        assert_int_equal(settings->batch_size, sizes[i]);
        assert_int_equal(settings->epochs, 3);
        assert_string_equal(comparison->labels[i], labels[i]);
    }
    assert_string_equal(plan->runs[comparison->runs[1]].name, "a, batch size 8");
    assert_int_equal(plan->runs[0].settings->batch_size, 128);
    assert_int_equal(plan->artifacts[0].settings->align, TR_ALIGN_SAMPLES);
    tr_plan_destroy(&plan);
}

static void two_settings_make_a_grid(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts(
        "  x.mp4: {compare: a, vary: {train.batch_size: [8, 32], train.learning_rate: [0.1, 1e-2, "
        "1]}}");
    const tr_plan_comparison *comparison = plan->artifacts[0].comparison;
    assert_int_equal(comparison->n_runs, 6);
    assert_string_equal(comparison->labels[0], "batch size 8, learning rate 0.1");
    assert_string_equal(comparison->labels[1], "batch size 8, learning rate 0.01");
    assert_string_equal(comparison->labels[5], "batch size 32, learning rate 1");
    for (size_t i = 0; i < 6; i++) {
        const double rates[] = {0.1, 0.01, 1};
        assert_int_equal(compared_settings(plan, i)->batch_size, i < 3 ? 8 : 32);
        assert_true(compared_settings(plan, i)->learning_rate == rates[i % 3]);
    }
    tr_plan_destroy(&plan);
}

static void labels_say_numbers_as_people_do(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts("  x.mp4: {compare: a, vary: {train.learning_rate: [1e+9, 3e1, "
                                    "0.1, 0.00001, 1e-7]}}");
    const char *const *labels = (const char *const *)plan->artifacts[0].comparison->labels;
    assert_string_equal(labels[0], "learning rate 1e9");
    assert_string_equal(labels[1], "learning rate 30");
    assert_string_equal(labels[2], "learning rate 0.1");
    assert_string_equal(labels[3], "learning rate 0.00001");
    assert_string_equal(labels[4], "learning rate 1e-7");
    tr_plan_destroy(&plan);
}

static void a_value_takes_the_place_of_what_it_excludes(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts("  x.svg: {compare: a, vary: {train.optimizer: [sgd, adam]}}");
    assert_true(compared_settings(plan, 0)->learning_rate == 0.01);
    assert_true(compared_settings(plan, 1)->learning_rate == 0.001); /* adam's, for a has none */
    assert_string_equal(plan->artifacts[0].comparison->labels[1], "adam");
    tr_plan_destroy(&plan);
    plan = parse_artifacts("  x.svg: {compare: c, vary: {train.optimizer: [sgd, adam]}}");
    assert_true(compared_settings(plan, 0)->learning_rate == 0.5);
    assert_int_equal(plan->runs[plan->artifacts[0].comparison->runs[0]].data_from, 0);
    tr_plan_destroy(&plan);
    plan = parse_artifacts("  x.svg: {compare: c, vary: {data.points: [9, 10]}}");
    assert_int_equal(plan->runs[plan->artifacts[0].comparison->runs[0]].data_from, TR_NO_RUN);
    tr_plan_destroy(&plan);
    plan = parse_artifacts("  x.svg: {compare: b, vary: {train.seed: [3, 4]}}\n"
                           "  y.svg: {compare: b, vary: {train.epochs: [4, 5]}}");
    assert_int_equal(plan->runs[plan->artifacts[0].comparison->runs[0]].seed_from, TR_NO_RUN);
    assert_int_equal(compared_settings(plan, 1)->seed, 4);
    assert_int_equal(plan->runs[plan->artifacts[1].comparison->runs[0]].seed_from, 0);
    tr_plan_destroy(&plan);
}

static void what_is_trained_the_same_way_is_one_run(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts(
        "  x.svg: {compare: a, vary: {train.batch_size: [8, 128]}}\n"
        "  y.mp4: {compare: a, vary: {train.batch_size: [128, 8, 9]}, align: epoch}\n"
        "  z.mp4: {compare: a, vary: {train.seed: [0, 1], train.batch_size: [8]}}\n"
        "  s.csv: {compare: c, vary: {train.batch_size: [8]}}");
    const tr_plan_comparison *x = plan->artifacts[0].comparison;
    const tr_plan_comparison *y = plan->artifacts[1].comparison;
    const tr_plan_comparison *z = plan->artifacts[2].comparison;
    assert_int_equal(x->runs[1], 0); /* the base has that batch size */
    assert_int_equal(y->runs[0], 0);
    assert_int_equal(y->runs[1], x->runs[0]);
    assert_int_equal(z->runs[0], x->runs[0]);
    assert_int_equal(plan->n_runs - plan->n_written, 4);
    assert_string_equal(y->labels[0], "batch size 128");
    tr_plan_destroy(&plan);
}

static void runs_of_the_plan_are_compared_by_name(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts("  x.mp4: {compare: [c, a], align: iteration, pace: log, "
                                    "frames: 7, arrangement: overlay, poster: x.png}");
    const tr_plan_artifact *artifact = &plan->artifacts[0];
    assert_int_equal(artifact->comparison->n_runs, 2);
    assert_int_equal(artifact->comparison->base, TR_NO_RUN);
    assert_int_equal(artifact->comparison->runs[0], 2);
    assert_string_equal(artifact->comparison->labels[1], "a");
    assert_int_equal(artifact->settings->align, TR_ALIGN_ITERATION);
    assert_int_equal(artifact->settings->arrangement, TR_ARRANGE_OVERLAY);
    assert_int_equal(artifact->settings->frames, 7);
    assert_int_equal(plan->n_runs, 3);
    tr_plan_destroy(&plan);
}

static void labels_are_short(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        {"model", "['1:relu:normal', '10:relu,1', '3:leaky_relu(0.2):zeros,1']",
         "1:relu:normal|10:relu,1|3:leaky_relu(0.2):zeros,1"},
        {"model.layers", "[[{units: 2, activation: tanh}, {units: 1}], '1']", "2:tanh,1|1:linear"},
        {"train.loss", "[mean_squared_error]", "mean squared error"},
        {"train.nesterov", "[no, yes]", "nesterov no|nesterov yes"},
        {"train.beta_1", "[0.5, 9e-1]", "beta 1 0.5|beta 1 0.9"},
        {"data.kind", "[sine]", "sine"},
        {"data.file", "[my_data.csv, \"t\\u00e4st, 1.csv\"]", "my_data.csv|t\u00e4st, 1.csv"},
        {"data.noise", "[0.30]", "noise 0.3"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *line =
            g_strdup_printf("  x.csv: {compare: a, vary: {%s: %s}}", cases[i][0], cases[i][1]);
        tr_plan *plan = parse_artifacts(line);
        char *labels = g_strjoinv("|", plan->artifacts[0].comparison->labels);
        assert_string_equal(labels, cases[i][2]);
        g_free(labels);
        g_free(line);
        tr_plan_destroy(&plan);
    }
}

static void sizes_follow_from_the_panels(void **state) {
    (void)state;
    for (int n = 1; n <= TR_MOST_COMPARED; n++) {
        GString *line = g_string_new("  x.mp4: {compare: a, vary: {train.seed: [0");
        for (int i = 1; i < n; i++)
            g_string_append_printf(line, ", %d", i);
        g_string_append(line, "]}}\n  y.mp4: {compare: [a, b], size: 700x500}");
        tr_plan *plan = parse_artifacts(line->str);
        tr_size size = plan->artifacts[0].settings->size;
        assert_int_equal(size.width % 2 + size.height % 2, 0);
        assert_in_range(size.width, 200, 1920);
        assert_in_range(size.height, 150, 1080);
        assert_true(size.width > size.height);
        assert_int_equal(plan->artifacts[1].settings->size.width, 700);
        g_string_free(line, TRUE);
        tr_plan_destroy(&plan);
    }
}

static void a_comparison_that_is_shown_reads_back_to_the_same(void **state) {
    (void)state;
    tr_plan *plan = parse_artifacts(
        "  x.svg: {compare: b, vary: {train.batch_size: [1, 8], model: ['2:relu,1', "
        "[{units: 1}]]}, chart: error}\n"
        "  y.mp4: {compare: [b, c], align: epoch, poster: p.png, scene: fit+error}\n"
        "  z.csv: {compare: a, vary: {train.optimizer: [adam, sgd]}, levels: '0.5,0.25', seconds: "
        "yes}\n"
        "  w.sha256: {compare: a, vary: {data.file: ['a \"b\".csv', b.csv]}}");
    char *shown = tr_plan_show(plan);
    tr_plan *again = parse(shown);
    char *shown_again = tr_plan_show(again);
    assert_string_equal(shown, shown_again);
    assert_int_equal(again->n_written, plan->n_written);
    assert_int_equal(again->n_runs, plan->n_runs);
    assert_text_contains(shown, "    compare: \"b\"\n    vary:\n      train.batch_size: [1, 8]\n");
    assert_text_contains(shown, "    compare: [\"b\", \"c\"]\n");
    assert_text_contains(shown, "      train.optimizer: [adam, sgd]\n");
    assert_text_contains(shown, "    levels: \"0.5,0.25\"\n    seconds: yes\n");
    assert_null(strstr(shown, "batch size")); /* varied runs are not shown */
    for (size_t i = 0; i < plan->n_artifacts; i++)
        for (size_t k = 0; k < plan->artifacts[i].comparison->n_runs; k++) {
            const tr_plan_comparison *one = plan->artifacts[i].comparison;
            const tr_plan_comparison *other = again->artifacts[i].comparison;
            assert_string_equal(one->labels[k], other->labels[k]);
            assert_string_equal(plan->runs[one->runs[k]].name, again->runs[other->runs[k]].name);
        }
    g_free(shown);
    g_free(shown_again);
    tr_plan_destroy(&again);
    tr_plan_destroy(&plan);
}

static void the_command_line_changes_the_base_and_the_picture(void **state) {
    (void)state;
    const char text[] = RUNS "artifacts:\n  x.mp4: {compare: a, vary: {train.seed: [1, 2]}}\n"
                             "  y.svg: {run: a}\n";
    const tr_override overrides[] = {{.text = "runs.a.train.epochs=9"},
                                     {.text = "artifacts.x.mp4.align=epoch"},
                                     {.text = "artifacts.*.frames=8"},
                                     {.text = "artifacts.*.iteration=5"}};
    tr_diag diag = {0};
    tr_plan *plan;
    assert_ok(tr_plan_parse(&plan, "p.yaml", text, strlen(text), overrides, 4, NULL, NULL, &diag),
              diag);
    assert_int_equal(compared_settings(plan, 1)->epochs, 9);
    assert_int_equal(plan->artifacts[0].settings->align, TR_ALIGN_EPOCH);
    assert_int_equal(plan->artifacts[0].settings->frames, 8);
    assert_int_equal(plan->artifacts[1].settings->iteration, 5);
    tr_plan_destroy(&plan);
}

/* ---- what is not ---- */

static void wrong_comparisons_are_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{compare: a}",
         "@20: found one run to compare; wanted vary: {train.batch_size: [8, 32]} beside it, or a "
         "list of runs\n"},
        {"{compare: nothing, vary: {train.seed: [1]}}",
         "@20: found \"nothing\"; wanted the name of a run\n"},
        {"{compare: [a, a]}", "@24: found \"a\" twice; wanted different runs\n"},
        {"{compare: []}", "@20: found an empty list; wanted names of runs\n"},
        {"{compare: [a, {}]}", "@24: found a map; wanted the name of a run\n"},
        {"{compare: {a: b}}", "@20: found a map; wanted the name of a run\n"},
        {"{compare: [a, b], vary: {train.seed: [1]}}",
         "@34: found vary beside a list of runs; wanted one of them\n"},
        {"{compare: a, run: a, vary: {train.seed: [1]}}",
         "@28: found both run and compare; wanted one of them\n"},
        {"{run: a, vary: {train.seed: [1]}}",
         "@25: found vary without compare; wanted compare: NAME beside it\n"},
        {"{compare: a, vary: [1]}",
         "@29: found a list; wanted settings and their values, as in {train.batch_size: [8, "
         "32]}\n"},
        {"{compare: a, vary: {}}", "@29: found 0 settings that vary; wanted 1, or 2 for a grid\n"},
        {"{compare: a, vary: {train.seed: [1], data.points: [2], train.epochs: [3]}}",
         "@29: found 3 settings that vary; wanted 1, or 2 for a grid\n"},
        {"{compare: a, vary: {train.seed: 1}}",
         "@42: found \"1\"; wanted a list of values, as in [8, 32]\n"},
        {"{compare: a, vary: {train.seed: []}}", "@42: found an empty list; wanted values\n"},
        {"{compare: a, vary: {train.batch_size: [8, 9, 8]}}",
         "@55: found \"8\" twice; wanted different values of train.batch_size\n"},
        {"{compare: a, vary: {train.learning_rate: [0.1, 1e-1]}}",
         "@57: found \"0.1\" twice; wanted different values of train.learning_rate\n"},
        {"{compare: a, vary: {train.batch_size: [8, 0, x]}}",
         "@52: found \"0\"; wanted a whole number from 1 to 10000000\n"
         "@55: found \"x\"; wanted a whole number from 1 to 10000000\n"},
        {"{compare: a, vary: {train.learning_rate: [null]}}",
         "@52: found nothing; wanted a number from 0 to 1e30\n"},
        {"{compare: a, vary: {model: [1x]}}",
         "@38: found \"1x\"; wanted layers such as 60:relu,1: \"1x\" is not a number of units from "
         "1 to 65536\n"},
        {"{compare: a, vary: {batch_size: [8]}}",
         "@30: found the key \"batch_size\"; wanted a setting of a run (did you mean "
         "\"train.batch_size\"?)\n"},
        {"{compare: a, vary: {train.batch_sise: [8]}}",
         "@30: found the key \"train.batch_sise\"; wanted a setting of a run that can vary (did "
         "you mean \"train.batch_size\"?)\n"},
        {"{compare: a, vary: {data.kind: [sine, csv]}}",
         "@29: found data of kind csv without a file; wanted another kind\n"},
        {"{compare: [a, b], every: 3}",
         "@28: found the key \"every\"; wanted frames, because a comparison has so many in all, "
         "spread over what its runs are aligned by\n"},
        {"{compare: [a, b], pace: adaptive}",
         "@34: found the pace \"adaptive\"; wanted step or log, because the frames of a comparison "
         "are spread over what its runs are aligned by, and not by how much one of them changes\n"},
        {"{compare: [a, b], align: time}",
         "@35: found \"time\"; wanted one of samples, epoch, iteration\n"},
        {"{compare: [a, b], aling: epoch}",
         "@28: found the key \"aling\"; wanted a setting of a comparison (did you mean "
         "\"align\"?)\n"},
        {"{run: a, align: epoch}",
         "@19: found the key \"align\"; wanted it only beside compare, in the plan\n"},
        {"{compare: [a, b], levels: '1'}",
         "@28: found the key \"levels\"; wanted a setting of a video, which has none such\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *line = g_strdup_printf("  x.mp4: %s", cases[i][0]);
        assert_refused(line, cases[i][1]);
        g_free(line);
    }
    assert_refused("  x.svg: {compare: [a, b], iteration: 3}",
                   "@28: found the key \"iteration\"; wanted no such key, because a comparison's "
                   "chart shows the last states\n");
    assert_refused("  x.csv: {compare: [a, b], levels: '1,1'}",
                   "@36: found \"1,1\"; wanted 1 to 8 different numbers above 0, such as "
                   "0.1,0.01\n");
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"data.from", "train.seed_from", "record.every"};
        char *line = g_strdup_printf("  x.csv: {compare: a, vary: {%s: [a]}}", names[i]);
        tr_diag diag = {0};
        tr_plan *plan;
        char *text = g_strdup_printf(RUNS "artifacts:\n%s\n", line);
        assert_int_equal(
            tr_plan_parse(&plan, "p.yaml", text, strlen(text), NULL, 0, NULL, NULL, &diag),
            TR_ERROR_INPUT);
        assert_text_contains(diag.text, "a setting of a run");
        g_free(line);
        g_free(text);
    }
}

static char *count_up(int first, int count) {
    GString *list = g_string_new(NULL);
    for (int i = 0; i < count; i++)
        g_string_append_printf(list, "%s%d", i ? ", " : "", first + i);
    return g_string_free(list, FALSE);
}

static void sixty_four_runs_are_compared_and_no_more(void **state) {
    (void)state;
    char *most = count_up(1, 64), *more = count_up(1, 65), *some = count_up(1, 13);
    char *line = g_strdup_printf("  x.csv: {compare: a, vary: {train.seed: [%s]}}", most);
    tr_plan *plan = parse_artifacts(line);
    assert_int_equal(plan->artifacts[0].comparison->n_runs, 64);
    tr_plan_destroy(&plan);
    g_free(line);
    line = g_strdup_printf("  x.csv: {compare: a, vary: {train.seed: [%s]}}", more);
    assert_refused(line, "@42: found 65 runs to compare; wanted at most 64, because more panels "
                         "cannot be told apart in a picture\n");
    g_free(line);
    line = g_strdup_printf(
        "  x.csv: {compare: a, vary: {train.seed: [%s], train.batch_size: [1, 2, 3, 4, 5]}}", some);
    assert_refused(line, "@29: found 65 runs to compare; wanted at most 64, because more panels "
                         "cannot be told apart in a picture\n");
    g_free(line);
    /* in all artifacts */
    GString *lines = g_string_new(NULL);
    for (int i = 0; i < 17; i++) {
        char *seeds = count_up(100 * i + 1, 64);
        g_string_append_printf(lines, "  x%d.csv: {compare: a, vary: {train.seed: [%s]}}\n", i,
                               seeds);
        g_free(seeds);
    }
    assert_refused(lines->str, "p.yaml:22:31: found more than 1024 varied runs in the plan; wanted "
                               "fewer\n");
    g_string_free(lines, TRUE);
    g_free(most);
    g_free(more);
    g_free(some);
}

static void changes_of_what_is_compared_are_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"artifacts.x.mp4.run=b", ": found the key \"run\"; wanted no such key, because compare "
                                  "says which runs are shown\n"},
        {"artifacts.x.mp4.compare=b",
         ": found the key \"compare\"; wanted no such change, because the plan says what is "
         "compared\n"},
        {"artifacts.x.mp4.vary=b",
         ": found the key \"vary\"; wanted no such change, because the plan says what varies\n"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *line = g_strdup_printf("--set %s%s", cases[i][0], cases[i][1]);
        assert_refused_with("  x.mp4: {compare: [a, b]}", cases[i][0], TR_ERROR_ARGUMENT, line);
        g_free(line);
    }
    assert_refused_with(
        "  x.mp4: {run: a}", "artifacts.x.mp4.compare=b", TR_ERROR_ARGUMENT,
        "--set artifacts.x.mp4.compare=b: found the key \"compare\"; wanted it only "
        "beside compare, in the plan\n");
}

/* ---- made of options ---- */

static char *const two_sizes[] = {(char *)"8", (char *)"32", NULL};

static void a_comparison_is_composed_of_options(void **state) {
    (void)state;
    const tr_override given[] = {{tr_param_by_option("epochs"), "7"},
                                 {tr_param_by_option("scene"), "fit"},
                                 {tr_param_by_option("theme"), "dark"},
                                 {tr_param_by_option("data-file"), "some.csv"},
                                 {tr_param_by_option("seconds"), "yes"}};
    const tr_value_list list = {tr_param_by_option("batch-size"), "--batch-size", two_sizes};
    tr_diag diag = {0};
    tr_plan *plan;
    assert_ok(tr_plan_compose(&plan, given, G_N_ELEMENTS(given), &list, 1, &diag), diag);
    static const char *const paths[] = {"compare.mp4", "overlay.mp4", "error.svg", "error.png",
                                        "summary.csv"};
    assert_int_equal(plan->n_artifacts, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(plan->artifacts[i].path, paths[i]);
        assert_int_equal(plan->artifacts[i].comparison->n_runs, 2);
        assert_int_equal(compared_settings(plan, 1)->batch_size, 32);
        assert_int_equal(compared_settings(plan, 1)->epochs, 7);
    }
    assert_int_equal(plan->n_runs - plan->n_written, 2);
    assert_string_equal(plan->artifacts[0].poster, "compare_start.png");
    assert_int_equal(plan->artifacts[1].settings->arrangement, TR_ARRANGE_OVERLAY);
    assert_string_equal(plan->artifacts[2].settings->scene, "error");
    assert_int_equal(plan->artifacts[3].settings->theme, TR_THEME_DARK);
    assert_int_equal(plan->artifacts[4].settings->seconds, 1);
    char *path = tr_plan_data_path(plan, &plan->runs[plan->artifacts[0].run]);
    assert_string_equal(path, "some.csv");
    g_free(path);
    tr_plan_destroy(&plan);
}

static void wrong_options_are_told_by_their_names(void **state) {
    (void)state;
    char *const twice[] = {(char *)"8", (char *)"8", NULL};
    char *const wrong[] = {(char *)"0", (char *)"2", NULL};
    char *numbers = count_up(1, 65);
    char **many = g_strsplit(numbers, ", ", -1);
    const struct {
        tr_value_list list;
        const char *text;
    } cases[] = {
        {{tr_param_by_option("batch-size"), "--batch-size", twice},
         "--batch-size: found \"8\" twice; wanted different values of train.batch_size"},
        {{tr_param_by_option("momentum"), "--vary momentum", wrong},
         "--vary momentum: found \"2\"; wanted a number from 0 to 1"},
        {{tr_param_by_option("seed"), "--seed", many},
         "--seed: found 65 runs to compare; wanted at most 64, because more panels cannot be told "
         "apart in a picture"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tr_diag diag = {0};
        tr_plan *plan;
        assert_int_equal(tr_plan_compose(&plan, NULL, 0, &cases[i].list, 1, &diag),
                         TR_ERROR_ARGUMENT);
        assert_null(plan);
        assert_string_equal(diag.text, cases[i].text);
    }
    g_strfreev(many);
    g_free(numbers);
    const tr_override pace = {tr_param_by_option("pace"), "adaptive"};
    const tr_value_list list = {tr_param_by_option("batch-size"), "--batch-size", two_sizes};
    tr_diag diag = {0};
    tr_plan *plan;
    assert_int_equal(tr_plan_compose(&plan, &pace, 1, &list, 1, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "--pace: found the pace \"adaptive\"; wanted step or log");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_setting_that_varies_makes_runs),
        cmocka_unit_test(two_settings_make_a_grid),
        cmocka_unit_test(labels_say_numbers_as_people_do),
        cmocka_unit_test(a_value_takes_the_place_of_what_it_excludes),
        cmocka_unit_test(what_is_trained_the_same_way_is_one_run),
        cmocka_unit_test(runs_of_the_plan_are_compared_by_name),
        cmocka_unit_test(labels_are_short),
        cmocka_unit_test(sizes_follow_from_the_panels),
        cmocka_unit_test(a_comparison_that_is_shown_reads_back_to_the_same),
        cmocka_unit_test(the_command_line_changes_the_base_and_the_picture),
        cmocka_unit_test(wrong_comparisons_are_refused),
        cmocka_unit_test(sixty_four_runs_are_compared_and_no_more),
        cmocka_unit_test(changes_of_what_is_compared_are_refused),
        cmocka_unit_test(a_comparison_is_composed_of_options),
        cmocka_unit_test(wrong_options_are_told_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
