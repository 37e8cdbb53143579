#include "support.h"

#include "layers.h"
#include "plan.h"
#include "yaml_tree.h"

#include <glib.h>

#define ENDINGS                                                                                    \
    "a name that ends with .mp4, .av1.webm, .webm, .gif, .apng, .png, .svg, .pdf, .csv or .sha256"

/* A plan of which the tests change something. */
#define RUNS "runs:\n  a: {train: {epochs: 3}}\n"
#define ARTIFACTS "artifacts:\n  x.svg: {run: a}\n"

static tr_plan *parse_with(const char *text, const tr_override *overrides, size_t n_overrides) {
    tr_diag diag = {0};
    tr_plan *plan;
    assert_ok(tr_plan_parse(&plan, "folder/p.yaml", text, strlen(text), overrides, n_overrides,
                            NULL, NULL, &diag),
              diag);
    return plan;
}

static tr_plan *parse(const char *text) {
    return parse_with(text, NULL, 0);
}

static void collect(const char *text, void *context) {
    g_string_append_printf(context, "%s\n", text);
}

/* The plan is refused with these lines, and the first of them is the message. */
static void assert_refused_with(const char *text, const tr_override *overrides, size_t n_overrides,
                                tr_status status, const char *lines) {
    tr_diag diag = {0};
    tr_plan *plan;
    GString *all = g_string_new(NULL);
    assert_int_equal(tr_plan_parse(&plan, "p.yaml", text, strlen(text), overrides, n_overrides,
                                   collect, all, &diag),
                     status);
    assert_null(plan);
    assert_string_equal(all->str, lines);
    size_t length = MIN(strcspn(lines, "\n"), sizeof diag.text - 1);
    assert_int_equal(strlen(diag.text), length);
    assert_memory_equal(diag.text, lines, length);
    g_string_free(all, TRUE);
}

static void assert_refused(const char *text, const char *lines) {
    assert_refused_with(text, NULL, 0, TR_ERROR_INPUT, lines);
}

/* A setting of run a. */
static void assert_run_refused(const char *line, const char *lines) {
    char *text = g_strdup_printf("runs:\n  a:\n%s\n" ARTIFACTS, line);
    assert_refused(text, lines);
    g_free(text);
}

/* A setting of an artifact. */
static void assert_artifact_refused(const char *line, const char *lines) {
    char *text = g_strdup_printf(RUNS "artifacts:\n%s\n", line);
    assert_refused(text, lines);
    g_free(text);
}

/* ---- what is taken ---- */

static void a_plan_says_what_it_makes(void **state) {
    (void)state;
    tr_plan *plan =
        parse("title: A plan\n"
              "description: |\n  Of two\n  lines\n"
              "runs:\n"
              "  neuron:\n"
              "    data: {kind: sine, points: 50}\n"
              "    model: [{units: 3, activation: elu(0.5)}, {units: 1}]\n"
              "    train: {optimizer: adam, batch_size: 10, seed: 7}\n"
              "    record: {every: 9}\n"
              "  other:\n"
              "    model: 60:relu,1\n"
              "artifacts:\n"
              "  v/a.mp4: {run: neuron, fps: 25, size: 640x480, poster: i/a.png, "
              "title: 'no: 1'}\n"
              "  i/b.svg: {run: other, chart: error, error_scale: log, full_loss: yes,\n"
              "            background: \"#010203\"}\n"
              "  c.sha256: {run: neuron, every: 3, scene: fit+error}\n"
              "  c.csv: {run: other}\n");
    assert_string_equal(plan->title, "A plan");
    assert_string_equal(plan->description, "Of two\nlines\n");
    assert_string_equal(plan->folder, "folder");
    assert_int_equal(plan->n_runs, 2);
    const tr_settings *neuron = plan->runs[0].settings;
    assert_int_equal(neuron->data_kind, TR_DATA_SINE);
    assert_true(neuron->noise == 0.2);
    assert_true(neuron->learning_rate == 0.001);
    assert_int_equal(neuron->layers.count, 2);
    assert_true(neuron->layers.items[0].alpha == 0.5);
    assert_int_equal(neuron->seed, 7);
    assert_int_equal(plan->runs[1].settings->layers.items[0].n_units, 60);
    assert_int_equal(plan->n_artifacts, 4);
    const tr_plan_artifact *video = &plan->artifacts[0];
    assert_int_equal(video->kind, TR_PLAN_VIDEO);
    assert_int_equal(video->settings->every, 9); /* the run's */
    assert_int_equal(video->settings->frames_per_second, 25);
    assert_string_equal(video->poster, "i/a.png");
    assert_string_equal(video->captions, "v/a.vtt");
    assert_string_equal(video->settings->title, "no: 1");
    const tr_plan_artifact *chart = &plan->artifacts[1];
    assert_int_equal(chart->kind, TR_PLAN_CHART);
    assert_int_equal(chart->run, 1);
    assert_string_equal(chart->settings->scene, "error");
    assert_int_equal(chart->settings->background, 0x010203);
    assert_null(chart->settings->title);
    assert_int_equal(plan->artifacts[2].kind, TR_PLAN_CHECKSUMS);
    assert_int_equal(plan->artifacts[2].settings->every, 3);
    assert_int_equal(plan->artifacts[3].kind, TR_PLAN_TABLE);
    assert_int_equal(chart->line, 15);
    assert_int_equal(chart->column, 3);
    tr_plan_destroy(&plan);
    assert_null(plan);
}

static void a_run_that_extends_another_changes_what_it_names(void **state) {
    (void)state;
    tr_plan *plan = parse("runs:\n"
                          "  c: {extends: b, train: {optimizer: adam}, model: '1'}\n"
                          "  b: {extends: a, train: {batch_size: 200, seed_from: a}}\n"
                          "  a: {model: '2,1', train: {epochs: 3, seed: 5}, data: {points: 9}}\n"
                          "  d: {extends: b, train: {seed: 6}}\n" ARTIFACTS);
    const tr_plan_run *a = &plan->runs[2], *b = &plan->runs[1], *c = &plan->runs[0];
    assert_int_equal(a->settings->seed, 5);
    assert_int_equal(a->seed_from, TR_NO_RUN);
    assert_int_equal(b->settings->epochs, 3);
    assert_int_equal(b->settings->batch_size, 200);
    assert_int_equal(b->seed_from, 2);
    assert_int_equal(b->settings->seed, 0); /* as if there were none */
    assert_int_equal(b->settings->layers.count, 2);
    assert_int_equal(c->settings->layers.count, 1);
    assert_int_equal(c->settings->batch_size, 200);
    assert_true(c->settings->learning_rate == 0.001); /* adam's own, for a names none */
    assert_int_equal(c->seed_from, 2);
    assert_int_equal(plan->runs[3].seed_from, TR_NO_RUN);
    assert_int_equal(plan->runs[3].settings->seed, 6);
    tr_plan_destroy(&plan);
}

static void data_of_another_run_takes_the_place_of_all_data_settings(void **state) {
    (void)state;
    tr_plan *plan = parse("runs:\n"
                          "  a: {data: {kind: sine, points: 9}}\n"
                          "  b: {extends: a, data: {from: a}}\n"
                          "  c: {extends: b, data: {kind: linear}}\n"
                          "  d: {data: {file: d.csv, header: no}}\n"
                          "  e: {extends: d, data: {kind: step}}\n" ARTIFACTS);
    assert_int_equal(plan->runs[1].data_from, 0);
    assert_int_equal(plan->runs[1].settings->points, 200);
    assert_int_equal(plan->runs[2].data_from, TR_NO_RUN);
    assert_int_equal(plan->runs[2].settings->data_kind, TR_DATA_LINEAR);
    assert_int_equal(plan->runs[3].settings->data_kind, TR_DATA_CSV);
    char *path = tr_plan_data_path(plan, &plan->runs[3]);
    assert_string_equal(path, "folder/d.csv");
    g_free(path);
    assert_int_equal(plan->runs[4].settings->data_kind, TR_DATA_STEP);
    assert_string_equal(plan->runs[4].settings->data_file, "");
    tr_plan_destroy(&plan);
}

/* Every value of every setting that differs, as text. */
static char *describe(const tr_plan *plan) {
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < plan->n_runs; i++) {
        const tr_plan_run *run = &plan->runs[i];
        g_string_append_printf(text, "run %s %zu %zu\n", run->name, run->data_from, run->seed_from);
        for (size_t k = 0; k < tr_n_params; k++) {
            char *value = tr_settings_get(run->settings, &tr_params[k]);
            g_string_append_printf(text, "%s=%s\n", tr_params[k].name, value ? value : "NULL");
            g_free(value);
        }
    }
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        g_string_append_printf(text, "artifact %s %s %s %zu %d\n", artifact->path,
                               artifact->poster ? artifact->poster : "",
                               artifact->captions ? artifact->captions : "", artifact->run,
                               (int)artifact->kind);
        for (size_t k = 0; k < tr_n_params; k++) {
            char *value = tr_settings_get(artifact->settings, &tr_params[k]);
            g_string_append_printf(text, "%s=%s\n", tr_params[k].name, value ? value : "NULL");
            g_free(value);
        }
    }
    g_string_append_printf(text, "%s %s\n", plan->title ? plan->title : "",
                           plan->description ? plan->description : "");
    return g_string_free(text, FALSE);
}

static void assert_comes_back(const tr_plan *plan) {
    tr_diag diag = {0};
    tr_plan *again;
    char *shown = tr_plan_show(plan);
    assert_ok(tr_plan_parse(&again, "again.yaml", shown, strlen(shown), NULL, 0, NULL, NULL, &diag),
              diag);
    char *shown_again = tr_plan_show(again);
    char *expected = describe(plan);
    char *found = describe(again);
    assert_string_equal(shown, shown_again);
    assert_string_equal(found, expected);
    g_free(shown);
    g_free(shown_again);
    g_free(expected);
    g_free(found);
    tr_plan_destroy(&again);
}

static void a_plan_that_is_shown_reads_back_to_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < tr_n_built_in_plans; i++) {
        tr_diag diag = {0};
        tr_plan *plan;
        assert_ok(tr_plan_read(&plan, tr_built_in_plans[i].name, NULL, 0, NULL, NULL, &diag), diag);
        assert_comes_back(plan);
        assert_non_null(plan->title);
        tr_plan_destroy(&plan);
    }
    tr_plan *plan = parse(
        "title: \"odd \\\"quotes\\\" and \\\\ and: {braces} # é\"\n"
        "description: |\n  two\n  lines\n"
        "runs:\n"
        "  a: {data: {file: \"a b.csv\", x: \"1,2\", y: a}, model: [{units: 3, activation: "
        "leaky_relu(0.12345678901234567), init: normal(1e-7)}, {units: 1, init: constant(-0.5)}]}\n"
        "  b: {data: {from: a}, train: {seed_from: a, learning_rate: 0.30000000000000004}}\n"
        "  ünï: {data: {kind: spirals, noise: 1e-3}, record: {pace: adaptive, frames: 77}}\n"
        "artifacts:\n"
        "  'a #1: x.mp4': {run: b, title: 'it''s \\ {epoch}', hold: 1.5}\n"
        "  true.csv: {run: ünï}\n"
        "  \"no.pdf\": {run: ünï, scene: landscape, iteration: 5, x_label: \"\", y_label: "
        "\"null\",\n"
        "     text_color: '#ffffff'}\n");
    assert_comes_back(plan);
    tr_plan_destroy(&plan);
}

/* ---- what is refused, and where ---- */

static void plans_without_the_shape_of_one_are_refused(void **state) {
    (void)state;
    assert_refused("- a\n", "p.yaml:1:1: found a list; wanted a plan, as in {runs: …, artifacts: "
                            "…}\n");
    assert_refused("text\n", "p.yaml:1:1: found \"text\"; wanted a plan, as in {runs: …, "
                             "artifacts: …}\n");
    assert_refused("{}\n", "p.yaml:1:1: found a plan without runs; wanted runs: …\n"
                           "p.yaml:1:1: found a plan without artifacts; wanted artifacts: …\n");
    assert_refused(RUNS, "p.yaml:1:1: found a plan without artifacts; wanted artifacts: …\n");
    assert_refused("runs: {}\n"
                   "artifacts: {}\n",
                   "p.yaml:1:7: found 0 runs; wanted 1 to 256\n"
                   "p.yaml:2:12: found 0 artifacts; wanted 1 to 1024\n");
    assert_refused("runs:\n" ARTIFACTS,
                   "p.yaml:1:6: found nothing; wanted runs, as in {NAME: {train: {epochs: 100}}}\n"
                   "p.yaml:3:16: found \"a\"; wanted the name of a run\n");
    assert_refused("run: 1\n" RUNS ARTIFACTS, "p.yaml:1:1: found the key \"run\"; wanted a part of "
                                              "a plan (did you mean \"runs\"?)\n");
    assert_refused("version: 1\n" RUNS ARTIFACTS,
                   "p.yaml:1:1: found the key \"version\"; wanted a part of a plan: title, "
                   "description, page, runs, artifacts\n");
    assert_refused("title: [a]\n" RUNS ARTIFACTS, "p.yaml:1:8: found a list; wanted one line of "
                                                  "text\n");
    assert_refused("title: \"a\\nb\"\n" RUNS ARTIFACTS,
                   "p.yaml:1:8: found \"a?b\"; wanted one line of text\n");
}

static void unknown_keys_are_refused_with_the_nearest(void **state) {
    (void)state;
    assert_run_refused("    trian: {}", "p.yaml:3:5: found the key \"trian\"; wanted a part of a "
                                        "run (did you mean \"train\"?)\n");
    assert_run_refused("    train: {batchsize: 3}",
                       "p.yaml:3:13: found the key \"batchsize\"; wanted a setting of train (did "
                       "you mean \"batch_size\"?)\n");
    assert_run_refused("    record: {zzzzz: 3}", "p.yaml:3:14: found the key \"zzzzz\"; wanted a "
                                                 "setting of record: pace, every, frames\n");
    assert_run_refused("    data: {seed: 3}",
                       "p.yaml:3:12: found the key \"seed\"; wanted a setting of data: kind, "
                       "points, noise, from, file, x, y, header\n");
    assert_run_refused("    model: [{units: 1, activatoin: relu}]",
                       "p.yaml:3:24: found the key \"activatoin\"; wanted a part of a layer (did "
                       "you mean \"activation\"?)\n");
    assert_artifact_refused(
        "  x.mp4: {run: a, sizee: 64x64}",
        "p.yaml:4:19: found the key \"sizee\"; wanted a setting of a video (did "
        "you mean \"size\"?)\n");
    assert_artifact_refused(
        "  x.svg: {run: a, fps: 3}",
        "p.yaml:4:19: found the key \"fps\"; wanted a setting of a chart, which "
        "has none such\n");
    assert_artifact_refused("  x.csv: {run: a, title: x}",
                            "p.yaml:4:19: found the key \"title\"; wanted a setting of a table, "
                            "which has none such\n");
    assert_artifact_refused(
        "  x.mp4: {run: a, iteration: 3}",
        "p.yaml:4:19: found the key \"iteration\"; wanted a setting of a video, "
        "which has none such\n");
    assert_artifact_refused("  x.svg: {run: a, poster: y.png}",
                            "p.yaml:4:19: found the key \"poster\"; wanted a setting of a chart, "
                            "which has none such\n");
    assert_artifact_refused("  x.svg: {run: a, chart: fit, scene: fit}",
                            "p.yaml:4:31: found both \"chart\" and \"scene\", which are one "
                            "setting; wanted one of them\n");
}

static void wrong_types_are_refused(void **state) {
    (void)state;
    static const char *const whole[] = {"300px", "1e3", "yes", "1.0",      "0x10", "1_000",
                                        "+3",    "-1",  "0",   "\303\251", "3 4"};
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++) {
        char *line = g_strdup_printf("    train: {batch_size: %s}", whole[i]);
        char *message =
            g_strdup_printf("p.yaml:3:25: found \"%s\"; wanted a whole number from 1 to "
                            "10000000\n",
                            whole[i]);
        assert_run_refused(line, message);
        g_free(line);
        g_free(message);
    }
    assert_run_refused("    train: {epochs: '3'}",
                       "p.yaml:3:21: found \"3\"; wanted a whole number "
                       "from 0 to 1000000000 without quotes\n");
    assert_run_refused("    train: {epochs: 0200}",
                       "p.yaml:3:21: found \"0200\"; wanted a whole number from 0 to 1000000000 "
                       "that does not begin with 0\n");
    assert_run_refused("    train: {epochs: }", "p.yaml:3:21: found nothing; wanted a whole number "
                                                "from 0 to 1000000000\n");
    assert_run_refused("    train: {epochs: ~}",
                       "p.yaml:3:21: found nothing; wanted a whole number "
                       "from 0 to 1000000000\n");
    assert_run_refused("    train: {momentum: yes}", "p.yaml:3:23: found \"yes\"; wanted a number "
                                                     "from 0 to 1\n");
    assert_run_refused("    train: {momentum: .inf}",
                       "p.yaml:3:23: found \".inf\"; wanted a number "
                       "from 0 to 1\n");
    assert_run_refused("    train: {momentum: \"0.5\"}", "p.yaml:3:23: found \"0.5\"; wanted a "
                                                         "number from 0 to 1 without quotes\n");
    assert_run_refused("    train: {momentum: 1.1}", "p.yaml:3:23: found \"1.1\"; wanted a number "
                                                     "from 0 to 1\n");
    assert_run_refused("    train: {nesterov: true}", "p.yaml:3:23: found \"true\"; wanted one of "
                                                      "no, yes\n");
    assert_run_refused("    train: {optimizer: [sgd]}",
                       "p.yaml:3:24: found a list; wanted one of sgd, adam, rmsprop, adagrad\n");
    assert_run_refused("    train: 3", "p.yaml:3:12: found \"3\"; wanted the settings of train, as "
                                       "in {KEY: VALUE}\n");
    assert_run_refused("    data: {file: {a: b}}", "p.yaml:3:18: found a map; wanted a path\n");
    assert_artifact_refused("  x.svg: {run: a, size: 300}",
                            "p.yaml:4:25: found \"300\"; wanted a "
                            "size such as 400x300, from 64x64 to 7680x4320\n");
    assert_artifact_refused("  x.svg: {run: a, title: [b]}",
                            "p.yaml:4:26: found a list; wanted one "
                            "line of text without control characters\n");
    assert_artifact_refused("  x.svg:\n    run: a\n    background: #ff0000",
                            "p.yaml:6:16: found nothing; wanted a colour such as \"#4C72B0\", in "
                            "quotes\n");
    assert_artifact_refused("  x.svg: {run: a, background: red}",
                            "p.yaml:4:31: found \"red\"; wanted a colour such as \"#4C72B0\", in "
                            "quotes\n");
    assert_artifact_refused("  x.svg: a", "p.yaml:4:10: found \"a\"; wanted an artifact, as in "
                                          "{run: NAME}\n");
    assert_refused("runs: {a: 3}\n" ARTIFACTS, "p.yaml:1:11: found \"3\"; wanted a run, as in "
                                               "{train: {epochs: 100}}\n");
}

static void wrong_layers_are_refused(void **state) {
    (void)state;
    assert_run_refused("    model: {units: 1}",
                       "p.yaml:3:12: found a map; wanted layers such as "
                       "[{units: 60, activation: relu}, {units: 1}] or 60:relu,1\n");
    assert_run_refused("    model: []", "p.yaml:3:12: found 0 layers; wanted 1 to 64\n");
    assert_run_refused("    model: [{activation: relu}]",
                       "p.yaml:3:13: found a layer without units; wanted one such as {units: 60, "
                       "activation: relu}\n");
    assert_run_refused("    model: [1]", "p.yaml:3:13: found \"1\"; wanted a layer such as {units: "
                                         "60, activation: relu}\n");
    assert_run_refused("    model: [{units: 0}]", "p.yaml:3:21: found \"0\"; wanted a number of "
                                                  "units from 1 to 65536\n");
    assert_run_refused("    model: [{units: '3'}]", "p.yaml:3:21: found \"3\"; wanted a whole "
                                                    "number, without quotes and zeros before it\n");
    assert_run_refused("    model: [{units: 3, activation: rely}]",
                       "p.yaml:3:36: found \"rely\"; wanted an activation: linear, relu, tanh, "
                       "sigmoid, leaky_relu, elu, softplus, softmax\n");
    assert_run_refused("    model: [{units: 3, init: normal(-1)}]",
                       "p.yaml:3:30: found \"normal(-1)\"; wanted an init: only normal and uniform "
                       "take a number above 0, and constant any, up to 1000000\n");
    assert_run_refused(
        "    model: 60:rely,1",
        "p.yaml:3:12: found \"60:rely,1\"; wanted layers such as 60:relu,1: \"rely\" "
        "is not an activation: linear, relu, tanh, sigmoid, leaky_relu, elu, "
        "softplus, softmax\n");
    assert_run_refused("    model: ",
                       "p.yaml:3:11: found nothing; wanted layers such as 60:relu,1: a "
                       "net has 1 to 64 layers, not 0\n");
}

static void names_of_runs_are_checked(void **state) {
    (void)state;
    assert_refused("runs: {a.b: {}}\nartifacts: {x.svg: {run: a.b}}\n",
                   "p.yaml:1:8: found the name \"a.b\"; wanted letters, digits, - and _, up to 64 "
                   "bytes\n");
    assert_run_refused("    extends: b", "p.yaml:3:14: found \"b\"; wanted the name of a run\n");
    assert_run_refused("    train: {seed_from: zzzz}", "p.yaml:3:24: found \"zzzz\"; wanted the "
                                                       "name of a run\n");
    assert_run_refused("    data: {from: zzzz}",
                       "p.yaml:3:18: found \"zzzz\"; wanted the name of a "
                       "run\n");
    assert_artifact_refused("  x.svg: {run: neuron}", "p.yaml:4:16: found \"neuron\"; wanted the "
                                                      "name of a run\n");
    assert_artifact_refused("  x.svg: {chart: fit}", "p.yaml:4:3: found an artifact without a run; "
                                                     "wanted run: NAME, or compare: NAME\n");
    assert_artifact_refused("  x.svg: {run: [a]}",
                            "p.yaml:4:16: found a list; wanted the name of a "
                            "run\n");
}

static void circles_are_refused(void **state) {
    (void)state;
    assert_refused("runs:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n" ARTIFACTS,
                   "p.yaml:4:16: found a circle: \"c\" extends \"a\", which extends it in turn; "
                   "wanted none\n");
    assert_run_refused("    extends: a", "p.yaml:3:14: found a circle: \"a\" extends \"a\", which "
                                         "extends it in turn; wanted none\n");
    assert_run_refused("    train: {seed_from: a}", "p.yaml:3:24: found a circle: \"a\" needs "
                                                    "\"a\", which needs it in turn; wanted none\n");
    assert_refused("runs:\n  a: {train: {seed_from: b}}\n  b: {data: {from: a}}\n" ARTIFACTS,
                   "p.yaml:3:20: found a circle: \"b\" needs \"a\", which needs it in turn; wanted "
                   "none\n");
}

static void settings_that_exclude_each_other_are_refused(void **state) {
    (void)state;
    assert_refused("runs:\n  a: {}\n  b: {data: {from: a, points: 3}}\n" ARTIFACTS,
                   "p.yaml:3:14: found the key \"from\" beside others; wanted it alone, or not at "
                   "all\n");
    assert_refused("runs:\n  a: {}\n  b: {train: {seed_from: a, seed: 3}}\n" ARTIFACTS,
                   "p.yaml:3:29: found \"seed\" beside \"seed_from\"; wanted one of them\n");
    assert_run_refused("    data: {kind: sine, file: a.csv}",
                       "p.yaml:3:24: found a file for data of kind sine; wanted kind: csv\n");
    assert_run_refused("    data: {kind: csv}",
                       "p.yaml:2:3: found data of kind csv without a file; "
                       "wanted data: {file: NAME}\n");
}

static void paths_do_not_leave_the_output_folder(void **state) {
    (void)state;
    static const char *const paths[][2] = {
        {"../x.svg", "a path below the output folder, without . and .."},
        {"a/../../x.svg", "a path below the output folder, without . and .."},
        {"./x.svg", "a path below the output folder, without . and .."},
        {"/x.svg", "a path below the output folder, without a / at its beginning"},
        {"a//x.svg", "a path without an empty part"},
        {"a/", "a path without an empty part"},
        {"a\\\\x.svg", "a path without backslashes and control characters"},
        {"a\\nx.svg", "a path without backslashes and control characters"},
        {"", "a path such as images/error.svg"},
        {"manifest.json", "another name: the program writes a file of this one"},
        {"sha256sums/x.svg", "another name: the program writes a file of this one"},
        {".trainreel-1-1.tmp/x.svg", "another name: those are the program's own"},
        {"x", ENDINGS},
        {"a/.svg", ENDINGS},
        {"x.SVG", ENDINGS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        char *line = g_strdup_printf("  \"%s\": {run: a}", paths[i][0]);
        char *shown = g_strcompress(paths[i][0]);
        g_strdelimit(shown, "\n", '?');
        char *message =
            g_strdup_printf("p.yaml:4:3: found \"%s\"; wanted %s\n", shown, paths[i][1]);
        assert_artifact_refused(line, message);
        g_free(line);
        g_free(shown);
        g_free(message);
    }
    assert_artifact_refused("  x.mp4: {run: a, poster: ../x.png}",
                            "p.yaml:4:27: found \"../x.png\"; wanted a path below the output "
                            "folder, without . and ..\n");
    assert_artifact_refused(
        "  x.mp4: {run: a, poster: x.jpg}",
        "p.yaml:4:27: found \"x.jpg\"; wanted a name that ends with .png, or null for none\n");
    assert_artifact_refused(
        "  x.mp4: {run: a, captions: x.srt}",
        "p.yaml:4:29: found \"x.srt\"; wanted a name that ends with .vtt, or null for none\n");
    assert_artifact_refused("  x.svg: {run: a, captions: x.vtt}",
                            "p.yaml:4:19: found the key \"captions\"; wanted a setting of a chart, "
                            "which has none such\n");
}

static void captions_are_beside_the_video_unless_the_plan_says_where(void **state) {
    (void)state;
    tr_plan *plan = parse(RUNS "artifacts:\n"
                               "  v/a.b.mp4: {run: a}\n"
                               "  b.mp4: {run: a, captions: null}\n"
                               "  c.mp4: {run: a, captions: texts/d.vtt}\n"
                               "  d.mp4: {run: a, captions: ~}\n"
                               "  d.svg: {run: a}\n");
    static const char *const expected[] = {"v/a.b.vtt", NULL, "texts/d.vtt", NULL, NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_int_equal(g_strcmp0(plan->artifacts[i].captions, expected[i]), 0);
    tr_plan_destroy(&plan);
}

static void paths_are_not_in_each_others_way(void **state) {
    (void)state;
    assert_artifact_refused("  x.mp4: {run: a, poster: y.png}\n  y.png: {run: a}",
                            "p.yaml:5:3: found \"y.png\", which is in the way of \"y.png\"; wanted "
                            "another path\n");
    assert_artifact_refused("  x.mp4: {run: a, poster: x.mp4/y.png}",
                            "p.yaml:4:27: found \"x.mp4/y.png\", which is in the way of \"x.mp4\"; "
                            "wanted another path\n");
    assert_artifact_refused("  a/x.png: {run: a}\n  A/X.png: {run: a}",
                            "p.yaml:5:3: found \"A/X.png\", which is in the way of \"a/x.png\"; "
                            "wanted another path\n");
    tr_plan *plan = parse(RUNS "artifacts:\n  a.png: {run: a}\n  a.pngx/b.png: {run: a}\n");
    tr_plan_destroy(&plan);
}

static void captions_are_not_in_the_way_either(void **state) {
    (void)state;
    assert_artifact_refused(
        "  x.mp4: {run: a}\n  y.mp4: {run: a, captions: x.vtt}",
        "p.yaml:5:29: found \"x.vtt\", which is in the way of \"x.vtt\"; wanted "
        "another path\n");
    assert_artifact_refused("  x.mp4: {run: a}\n  x.vtt/y.svg: {run: a}",
                            "p.yaml:5:3: found \"x.vtt/y.svg\", which is in the way of \"x.vtt\"; "
                            "wanted another path\n");
}

static void what_a_video_is_made_with_depends_on_its_format(void **state) {
    (void)state;
    tr_plan *plan = parse(RUNS "artifacts:\n"
                               "  a.mp4: {run: a, crf: 20, preset: fast, profile: high}\n"
                               "  b.webm: {run: a, crf: 20, poster: b.png}\n"
                               "  c.av1.webm: {run: a, fps: 10}\n"
                               "  d.gif: {run: a, fps: 10, gif_size: 500k}\n"
                               "  e.apng: {run: a, fps: 10, hold: 1}\n");
    static const tr_format formats[] = {TR_FORMAT_MP4, TR_FORMAT_WEBM, TR_FORMAT_AV1, TR_FORMAT_GIF,
                                        TR_FORMAT_APNG};
    assert_int_equal(plan->n_artifacts, 5);
    assert_int_equal(plan->artifacts[3].settings->gif_size, 500000);
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        assert_int_equal(plan->artifacts[i].kind, TR_PLAN_VIDEO);
        assert_int_equal(plan->artifacts[i].format, formats[i]);
    }
    assert_string_equal(tr_plan_ending(&plan->artifacts[1]), ".webm");
    assert_string_equal(tr_plan_ending(&plan->artifacts[2]), ".av1.webm");
    tr_plan_destroy(&plan);
    assert_artifact_refused("  x.webm: {run: a, preset: fast}",
                            "p.yaml:4:20: found the key \"preset\"; wanted a setting of a WebM "
                            "video, which has none such\n");
    assert_artifact_refused("  x.av1.webm: {run: a, profile: high}",
                            "p.yaml:4:24: found the key \"profile\"; wanted a setting of an AV1 "
                            "video, which has none such\n");
    assert_artifact_refused("  x.gif: {run: a, poster: x.png}",
                            "p.yaml:4:19: found the key \"poster\"; wanted a setting of a GIF, "
                            "which has none such\n");
    assert_artifact_refused("  x.apng: {run: a, crf: 3}",
                            "p.yaml:4:20: found the key \"crf\"; wanted a setting of an animated "
                            "PNG, which has none such\n");
    assert_artifact_refused("  x.mp4: {run: a, gif_size: 3}",
                            "p.yaml:4:19: found the key \"gif_size\"; wanted a setting of a "
                            "video, which has none such\n");
    assert_artifact_refused("  x.gif: {run: a, gif_size: 3K}",
                            "p.yaml:4:29: found \"3K\"; wanted a number of bytes such as 800, 500k "
                            "or 2M, up to 1000000M, or none\n");
    assert_artifact_refused("  .av1.webm: {run: a, profile: high}",
                            "p.yaml:4:23: found the key \"profile\"; wanted a setting of a WebM "
                            "video, which has none such\n");
}

static void every_error_is_reported(void **state) {
    (void)state;
    assert_refused("runs:\n  a: {train: {epochs: x, sead: 3}}\n  b: {extends: a, data: {points: "
                   "1}}\nartifacts:\n  x.tif: {run: a}\n  y.svg: {run: c, size: 1x1}\n",
                   "p.yaml:2:23: found \"x\"; wanted a whole number from 0 to 1000000000\n"
                   "p.yaml:2:26: found the key \"sead\"; wanted a setting of train (did you mean "
                   "\"seed\"?)\n"
                   "p.yaml:3:34: found \"1\"; wanted a whole number from 2 to 10000000\n"
                   "p.yaml:5:3: found \"x.tif\"; wanted " ENDINGS "\n"
                   "p.yaml:6:16: found \"c\"; wanted the name of a run\n"
                   "p.yaml:6:25: found \"1x1\"; wanted a size such as 400x300, from 64x64 to "
                   "7680x4320\n");
}

static void too_much_is_refused(void **state) {
    (void)state;
    GString *text = g_string_new("runs:\n");
    for (int i = 0; i <= TR_PLAN_MOST_RUNS; i++)
        g_string_append_printf(text, "  r%d: {}\n", i);
    g_string_append(text, "artifacts:\n");
    for (int i = 0; i <= TR_PLAN_MOST_ARTIFACTS; i++)
        g_string_append_printf(text, "  x%d.svg: {run: r0}\n", i);
    assert_refused(text->str, "p.yaml:2:3: found 257 runs; wanted 1 to 256\n"
                              "p.yaml:260:3: found 1025 artifacts; wanted 1 to 1024\n");
    g_string_free(text, TRUE);
}

/* ---- the command line ---- */

static void the_command_line_wins(void **state) {
    (void)state;
    const char *text = "runs:\n"
                       "  a: {train: {epochs: 3}}\n"
                       "  b: {extends: a, train: {seed_from: a}, data: {from: a}}\n"
                       "artifacts:\n"
                       "  images/a.b.svg: {run: a}\n"
                       "  x=y.mp4: {run: b}\n"
                       "  t.csv: {run: b}\n";
    const tr_override overrides[] = {{NULL, "runs.a.train.epochs=9"},
                                     {NULL, "runs.b.train.seed=4"},
                                     {NULL, "runs.b.data.points=20"},
                                     {NULL, "runs.*.model=3:tanh,1"},
                                     {NULL, "artifacts.images/a.b.svg.chart=error"},
                                     {NULL, "artifacts.x=y.mp4.poster=p.png"},
                                     {NULL, "artifacts.x=y.mp4.run=a"},
                                     {NULL, "artifacts.x=y.mp4.title=a = b"},
                                     {NULL, "artifacts.*.theme=dark"}};
    tr_plan *plan = parse_with(text, overrides, G_N_ELEMENTS(overrides));
    assert_int_equal(plan->runs[0].settings->epochs, 9);
    assert_int_equal(plan->runs[1].settings->epochs, 9); /* for it extends a */
    assert_int_equal(plan->runs[1].seed_from, TR_NO_RUN);
    assert_int_equal(plan->runs[1].settings->seed, 4);
    assert_int_equal(plan->runs[1].data_from, TR_NO_RUN);
    assert_int_equal(plan->runs[1].settings->points, 20);
    assert_int_equal(plan->runs[1].settings->layers.count, 2);
    assert_string_equal(plan->artifacts[0].settings->scene, "error");
    assert_int_equal(plan->artifacts[0].settings->theme, TR_THEME_DARK);
    assert_string_equal(plan->artifacts[1].poster, "p.png");
    assert_int_equal(plan->artifacts[1].run, 0);
    assert_string_equal(plan->artifacts[1].settings->title, "a = b");
    assert_int_equal(plan->artifacts[1].settings->theme, TR_THEME_DARK);
    tr_plan_destroy(&plan);
}

static void options_are_for_the_only_run(void **state) {
    (void)state;
    const tr_override overrides[] = {{tr_param_by_option("batch-size"), "64"},
                                     {tr_param_by_option("every"), "7"},
                                     {tr_param_by_option("data-file"), "here.csv"}};
    tr_plan *plan = parse_with("runs: {a: {record: {every: 3}}}\nartifacts: {x.mp4: {run: a}, "
                               "y.mp4: {run: a, every: 5}}\n",
                               overrides, 3);
    assert_int_equal(plan->runs[0].settings->batch_size, 64);
    assert_int_equal(plan->artifacts[0].settings->every, 7);
    assert_int_equal(plan->artifacts[1].settings->every, 5);
    char *path = tr_plan_data_path(plan, &plan->runs[0]);
    assert_string_equal(path, "here.csv"); /* not in the plan's folder */
    g_free(path);
    tr_plan_destroy(&plan);
    assert_refused_with("runs: {a: {}, b: {}}\n" ARTIFACTS, overrides, 1, TR_ERROR_ARGUMENT,
                        "--batch-size: the plan has 2 runs; wanted --set "
                        "runs.NAME.train.batch_size=VALUE, where NAME may be * for all\n");
}

static void wrong_changes_are_refused(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"train.epochs=3", "wanted runs.NAME.SETTING=VALUE or artifacts.PATH.SETTING=VALUE"},
        {"runs.a.train.epochs", "wanted runs.NAME.SETTING=VALUE or artifacts.PATH.SETTING=VALUE"},
        {"runs.b.train.epochs=3", "there is no such run; wanted runs.NAME.SETTING=VALUE as in "
                                  "runs.a.train.seed=1"},
        {"runs.a.train.epoch=3", "found \"train.epoch\"; wanted a setting of a run such as "
                                 "train.epochs"},
        {"runs.a.extends=b", "found \"extends\"; wanted a setting of a run such as "
                             "train.batch_size"},
        {"runs.a.train.epochs=x", "found \"x\"; wanted a whole number from 0 to 1000000000"},
        {"runs.a.train.epochs=", "found \"\"; wanted a whole number from 0 to 1000000000"},
        {"runs.a.train.seed_from=a", "found a circle: \"a\" needs \"a\", which needs it in turn; "
                                     "wanted none"},
        {"runs.a.data.from=x", "found \"x\"; wanted the name of a run"},
        {"runs.a.model=",
         "found \"\"; wanted layers such as 60:relu,1: a net has 1 to 64 layers, not 0"},
        {"artifacts.x.svg.fps=3", "found the key \"fps\"; wanted a setting of a chart, which has "
                                  "none such"},
        {"artifacts.y.svg.size=64x64", "there is no such artifact or setting; wanted "
                                       "artifacts.PATH.SETTING=VALUE as in artifacts.x.svg.size="
                                       "800x600"},
        {"artifacts.*.fps=3", "there is no such artifact or setting; wanted "
                              "artifacts.PATH.SETTING=VALUE as in artifacts.x.svg.size=800x600"},
        {"artifacts.x.svg.size=3", "found \"3\"; wanted a size such as 400x300, from 64x64 to "
                                   "7680x4320"},
        {"artifacts.x.svg.run=b", "found \"b\"; wanted the name of a run"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const tr_override override = {NULL, wrong[i][0]};
        char *message = g_strdup_printf("--set %s: %s\n", wrong[i][0], wrong[i][1]);
        assert_refused_with(RUNS ARTIFACTS, &override, 1, TR_ERROR_ARGUMENT, message);
        g_free(message);
    }
}

/* ---- files ---- */

static void plans_are_found_by_name_and_by_file(void **state) {
    (void)state;
    char folder[256];
    tr_diag diag = {0};
    tr_plan *plan;
    make_scratch(folder, sizeof folder);
    char *path = g_build_filename(folder, "p.yaml", NULL);
    assert_true(g_file_set_contents(path, RUNS ARTIFACTS, -1, NULL));
    assert_ok(tr_plan_read(&plan, path, NULL, 0, NULL, NULL, &diag), diag);
    assert_string_equal(plan->folder, folder);
    tr_plan_destroy(&plan);
    assert_int_equal(tr_plan_read(&plan, "first-step", NULL, 0, NULL, NULL, &diag), TR_ERROR_INPUT);
    assert_string_equal(diag.text,
                        "first-step: there is no such file or plan (did you mean first-steps?)");
    diag = (tr_diag){0};
    assert_int_equal(tr_plan_read(&plan, "nothing.yaml", NULL, 0, NULL, NULL, &diag),
                     TR_ERROR_INPUT);
    assert_text_contains(diag.text, "the built-in ones are batch-sizes, first-steps, tiny-nets");
    diag = (tr_diag){0};
    assert_int_equal(tr_plan_read(&plan, folder, NULL, 0, NULL, NULL, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "is a folder, but a plan is wanted");
    g_free(path);
    remove_scratch(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_says_what_it_makes),
        cmocka_unit_test(a_run_that_extends_another_changes_what_it_names),
        cmocka_unit_test(data_of_another_run_takes_the_place_of_all_data_settings),
        cmocka_unit_test(a_plan_that_is_shown_reads_back_to_the_same),
        cmocka_unit_test(plans_without_the_shape_of_one_are_refused),
        cmocka_unit_test(unknown_keys_are_refused_with_the_nearest),
        cmocka_unit_test(wrong_types_are_refused),
        cmocka_unit_test(wrong_layers_are_refused),
        cmocka_unit_test(names_of_runs_are_checked),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(settings_that_exclude_each_other_are_refused),
        cmocka_unit_test(paths_do_not_leave_the_output_folder),
        cmocka_unit_test(paths_are_not_in_each_others_way),
        cmocka_unit_test(captions_are_beside_the_video_unless_the_plan_says_where),
        cmocka_unit_test(captions_are_not_in_the_way_either),
        cmocka_unit_test(what_a_video_is_made_with_depends_on_its_format),
        cmocka_unit_test(every_error_is_reported),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(the_command_line_wins),
        cmocka_unit_test(options_are_for_the_only_run),
        cmocka_unit_test(wrong_changes_are_refused),
        cmocka_unit_test(plans_are_found_by_name_and_by_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
