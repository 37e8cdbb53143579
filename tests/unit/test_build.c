#include "support.h"

#include "build.h"

#include <glib.h>
#include <jansson.h>
#include <sys/stat.h>

static const char small_plan[] =
    "runs:\n"
    "  neuron: {train: {epochs: 20}, record: {every: 10}}\n"
    "  next: {extends: neuron, train: {batch_size: 200, seed_from: neuron}}\n"
    "  dead: {train: {epochs: 0, seed: 2}}\n"
    "artifacts:\n"
    "  videos/neuron.mp4: {run: neuron, size: 128x96, poster: images/neuron.png}\n"
    "  images/fit.svg: {run: next, chart: fit, size: 128x96}\n"
    "  images/fit.png: {run: neuron, chart: fit, size: 128x96, iteration: 3}\n"
    "  images/fit.pdf: {run: dead, chart: fit, size: 128x96}\n"
    "  frames.sha256: {run: next, size: 128x96}\n"
    "  neuron.csv: {run: neuron}\n"
    "  next.csv: {run: next}\n"
    "  dead.csv: {run: dead}\n";
enum { N_ARTIFACTS = 8, N_FILES = 10 }; /* and the page */

typedef struct place {
    char folder[256];
    char *out;
} place;

static int make_place(void **state) {
    place *p = g_new0(place, 1);
    make_scratch(p->folder, sizeof p->folder);
    p->out = g_build_filename(p->folder, "out", NULL);
    *state = p;
    return 0;
}

static int remove_place(void **state) {
    place *p = *state;
    remove_scratch(p->folder);
    g_free(p->out);
    g_free(p);
    return 0;
}

static tr_plan *parse(const char *text) {
    tr_diag diag = {0};
    tr_plan *plan;
    assert_ok(tr_plan_parse(&plan, "p.yaml", text, strlen(text), NULL, 0, NULL, NULL, &diag), diag);
    return plan;
}

static tr_status build_into(const char *folder, const char *text, int jobs, bool force,
                            tr_build_report *report, tr_diag *diag) {
    tr_plan *plan = parse(text);
    const tr_build_options options = {.folder = folder, .jobs = jobs, .force = force};
    tr_status status = tr_build(plan, &options, report, diag);
    tr_plan_destroy(&plan);
    return status;
}

/* Builds, and asserts what came of the artifacts: a letter each, m(ade), u(nchanged), f(ailed), or -. */
static void assert_outcomes(const char *folder, const char *text, bool force, tr_status status,
                            const char *outcomes) {
    tr_diag diag = {0};
    tr_build_report report;
    tr_status found = build_into(folder, text, 2, force, &report, &diag);
    char letters[64] = "";
    for (size_t i = 0; i < report.n_artifacts; i++)
        letters[i] = "-muf"[report.artifacts[i].outcome];
    assert_string_equal(letters, outcomes);
    if (found != status)
        fail_msg("%s: %s", tr_status_name(found), diag.text);
    tr_build_report_destroy(&report);
}

static char *content_of(const char *folder, const char *path, size_t *size) {
    char *whole = g_build_filename(folder, path, NULL);
    char *content = read_file(whole, size);
    g_free(whole);
    return content;
}

static void write_to(const char *folder, const char *path, const char *text) {
    char *whole = g_build_filename(folder, path, NULL);
    assert_true(g_file_set_contents(whole, text, -1, NULL));
    g_free(whole);
}

static json_t *manifest_of(const char *folder) {
    size_t size;
    char *text = content_of(folder, "manifest.json", &size);
    json_t *root = json_loadb(text, size, 0, NULL);
    assert_non_null(root);
    free(text);
    return root;
}

/* The first weight of the first line of a table. */
static double first_weight(const char *folder, const char *path) {
    size_t size;
    char *text = content_of(folder, path, &size);
    char **lines = g_strsplit(text, "\n", 3);
    char **fields = g_strsplit(lines[1], ",", -1);
    double weight = g_ascii_strtod(fields[5], NULL);
    g_strfreev(fields);
    g_strfreev(lines);
    free(text);
    return weight;
}

static void all_artifacts_are_made_and_described(void **state) {
    const place *p = *state;
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmmmmmmm");
    json_t *root = manifest_of(p->out);
    json_t *files = json_object_get(root, "files");
    assert_int_equal(json_integer_value(json_object_get(root, "schema")), 1);
    assert_string_equal(json_string_value(json_object_get(root, "version")), tr_version());
    assert_int_equal(json_object_size(json_object_get(root, "runs")), 3);
    assert_int_equal(json_object_size(files), N_FILES + 1);
    GString *sums = g_string_new(NULL);
    const char *path;
    json_t *entry;
    json_object_foreach(files, path, entry) {
        size_t size;
        char *content = content_of(p->out, path, &size);
        char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)content, size);
        assert_string_equal(json_string_value(json_object_get(entry, "sha256")), sum);
        assert_int_equal(json_integer_value(json_object_get(entry, "bytes")), size);
        g_string_append_printf(sums, "%s  %s\n", sum, path);
        g_free(sum);
        free(content);
    }
    size_t size;
    char *found = content_of(p->out, "SHA256SUMS", &size);
    assert_string_equal(found, sums->str); /* a manifest that is read keeps its order: sorted */
    json_t *video = json_object_get(files, "videos/neuron.mp4");
    assert_string_equal(json_string_value(json_object_get(video, "kind")), "video");
    assert_int_equal(json_integer_value(json_object_get(video, "frames")), 5);
    assert_int_equal(json_integer_value(json_object_get(video, "width")), 128);
    json_t *settings = json_object_get(video, "settings");
    assert_int_equal(json_integer_value(json_object_get(settings, "record.every")), 10);
    assert_null(json_object_get(settings, "picture.iteration"));
    json_t *poster = json_object_get(files, "images/neuron.png");
    assert_string_equal(json_string_value(json_object_get(poster, "of")), "videos/neuron.mp4");
    json_t *captions = json_object_get(files, "videos/neuron.vtt");
    assert_string_equal(json_string_value(json_object_get(captions, "kind")), "captions");
    assert_string_equal(json_string_value(json_object_get(captions, "of")), "videos/neuron.mp4");
    assert_null(json_object_get(captions, "width"));
    assert_int_equal(count_entries(p->out), 9); /* two folders, four files, page, manifest, sums */
    free(found);
    g_string_free(sums, TRUE);
    json_decref(root);
}

static void runs_go_on_with_the_random_numbers_of_others(void **state) {
    const place *p = *state;
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmmmmmmm");
    /* the first and second number of the first pair, and seed 2: see rng_vectors.txt */
    assert_true((float)first_weight(p->out, "neuron.csv") == 0.08820261806249619f);
    assert_true((float)first_weight(p->out, "next.csv") == 0.02000785991549492f);
    assert_true((float)first_weight(p->out, "dead.csv") == -0.020837891846895218f);
}

static void runs_share_the_data_of_others(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    const char *text = "runs:\n"
                       "  a: {data: {kind: sine}, train: {epochs: 1}}\n"
                       "  b: {data: {from: a}, train: {epochs: 0, seed: 1}}\n"
                       "  c: {train: {epochs: 0, seed: 1}}\n"
                       "artifacts: {b.csv: {run: b}, c.csv: {run: c}}\n";
    assert_outcomes(p->out, text, false, TR_OK, "mm");
    /* nothing is drawn for the data of b, so it has the first weight that c has as well */
    assert_true(first_weight(p->out, "b.csv") == first_weight(p->out, "c.csv"));
    size_t size;
    char *b = content_of(p->out, "b.csv", &size);
    char *c = content_of(p->out, "c.csv", &size);
    assert_string_not_equal(b, c); /* but another loss */
    free(b);
    free(c);
    (void)diag;
}

static void the_number_of_jobs_changes_nothing(void **state) {
    const place *p = *state;
    char *other = g_build_filename(p->folder, "other", NULL);
    tr_diag diag = {0};
    tr_build_report report;
    assert_ok(build_into(p->out, small_plan, 1, false, &report, &diag), diag);
    tr_build_report_destroy(&report);
    assert_ok(build_into(other, small_plan, 7, false, &report, &diag), diag);
    assert_int_equal(report.n_made, N_ARTIFACTS);
    tr_build_report_destroy(&report);
    static const char *const files[] = {"manifest.json", "SHA256SUMS", "videos/neuron.mp4",
                                        "videos/neuron.vtt", "images/fit.pdf"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        size_t size, other_size;
        char *one = content_of(p->out, files[i], &size);
        char *two = content_of(other, files[i], &other_size);
        assert_int_equal(size, other_size);
        assert_memory_equal(one, two, size);
        free(one);
        free(two);
    }
    g_free(other);
}

static void what_is_unchanged_is_not_made_again(void **state) {
    const place *p = *state;
    size_t size;
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmmmmmmm");
    char *manifest = content_of(p->out, "manifest.json", &size);
    assert_outcomes(p->out, small_plan, false, TR_OK, "uuuuuuuu");
    char *again = content_of(p->out, "manifest.json", &size);
    assert_string_equal(manifest, again);
    /* captions that somebody changed, with the video that they are of */
    write_to(p->out, "videos/neuron.vtt", "WEBVTT\n");
    assert_outcomes(p->out, small_plan, false, TR_OK, "muuuuuuu");
    /* a chart that somebody changed, and a poster that is gone, with the video that it is of */
    write_to(p->out, "images/fit.svg", "changed");
    char *poster = g_build_filename(p->out, "images/neuron.png", NULL);
    assert_int_equal(unlink(poster), 0);
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmuuuuuu");
    assert_true(g_file_test(poster, G_FILE_TEST_EXISTS));
    assert_outcomes(p->out, small_plan, true, TR_OK, "mmmmmmmm");
    g_free(poster);
    free(again);
    again = content_of(p->out, "manifest.json", &size);
    assert_string_equal(manifest, again);
    free(manifest);
    free(again);
}

static char *replaced(const char *part, const char *by) {
    GString *text = g_string_new(small_plan);
    assert_true(g_string_replace(text, part, by, 1) == 1);
    return g_string_free(text, FALSE);
}

static void what_depends_on_a_change_is_made_again(void **state) {
    const place *p = *state;
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmmmmmmm");
    /* frames are nothing that charts and tables depend on */
    char *text = replaced("every: 10", "every: 5");
    assert_outcomes(p->out, text, false, TR_OK, "muuumuuu");
    g_free(text);
    assert_outcomes(p->out, small_plan, false, TR_OK, "muuumuuu");
    /* the run after whose random numbers another goes on */
    text = replaced("train: {epochs: 20}", "train: {epochs: 21}");
    assert_outcomes(p->out, text, false, TR_OK, "mmmummmu");
    g_free(text);
    text = replaced("iteration: 3", "iteration: 4");
    assert_outcomes(p->out, small_plan, false, TR_OK, "mmmummmu");
    assert_outcomes(p->out, text, false, TR_OK, "uumuuuuu");
    g_free(text);
}

static void the_content_of_a_data_file_counts(void **state) {
    const place *p = *state;
    char *data = g_build_filename(p->folder, "d.csv", NULL);
    char *text = g_strdup_printf("runs: {a: {data: {file: \"%s\"}, train: {epochs: 1}}}\n"
                                 "artifacts: {a.csv: {run: a}}\n",
                                 data);
    assert_true(g_file_set_contents(data, "x,y\n0,1\n1,2\n", -1, NULL));
    assert_outcomes(p->out, text, false, TR_OK, "m");
    assert_outcomes(p->out, text, false, TR_OK, "u");
    assert_true(g_file_set_contents(data, "x,y\n0,1\n1,3\n", -1, NULL));
    assert_outcomes(p->out, text, false, TR_OK, "m");
    assert_int_equal(unlink(data), 0);
    assert_outcomes(p->out, text, false, TR_ERROR_INPUT, "f");
    g_free(text);
    g_free(data);
}

static void a_failure_leaves_the_others(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    tr_build_report report;
    const char *text = "runs:\n"
                       "  good: {train: {epochs: 3}}\n"
                       "  bad: {train: {epochs: 3, learning_rate: 1e30}}\n"
                       "  after: {train: {epochs: 3, seed_from: bad}}\n"
                       "artifacts:\n"
                       "  good.csv: {run: good}\n"
                       "  a/bad.csv: {run: bad}\n"
                       "  after.csv: {run: after}\n"
                       "  scene.svg: {run: good, chart: nonsense}\n"
                       "  good.svg: {run: good, chart: fit}\n";
    assert_int_equal(mkdir(p->out, 0777), 0);
    write_to(p->out, "after.csv", "older");
    tr_status status = build_into(p->out, text, 2, false, &report, &diag);
    assert_int_equal(status, TR_ERROR_DIVERGED); /* the first in the plan's order */
    assert_string_equal(diag.text, "");
    assert_int_equal(report.n_made, 2);
    assert_int_equal(report.n_failed, 3);
    assert_int_equal(report.artifacts[2].status, TR_ERROR_DIVERGED);
    assert_int_equal(report.artifacts[3].status, TR_ERROR_ARGUMENT);
    char *prefix = g_strdup_printf("%s/a/bad.csv: run bad: training diverged", p->out);
    assert_true(g_str_has_prefix(report.artifacts[1].message, prefix));
    g_free(prefix);
    prefix = g_strdup_printf("%s/after.csv: run after: run bad: training diverged", p->out);
    assert_true(g_str_has_prefix(report.artifacts[2].message, prefix));
    g_free(prefix);
    tr_build_report_destroy(&report);
    size_t size;
    char *older = content_of(p->out, "after.csv", &size);
    assert_string_equal(older, "older");
    free(older);
    json_t *root = manifest_of(p->out);
    assert_int_equal(json_object_size(json_object_get(root, "files")), 3); /* with the page */
    json_decref(root);
    assert_outcomes(p->out, text, false, TR_ERROR_DIVERGED, "ufffu");
    assert_int_equal(count_entries(p->out), 6); /* no hidden folder */
}

/* The fields of a line of a table. */
static char **fields_of(const char *folder, const char *path, int line) {
    size_t size;
    char *text = content_of(folder, path, &size);
    char **lines = g_strsplit(text, "\n", -1);
    char **fields = g_strsplit(lines[line], ",", -1);
    g_strfreev(lines);
    free(text);
    return fields;
}

static void assert_field(const place *p, const char *path, int line, int field, const char *text) {
    char **fields = fields_of(p->out, path, line);
    assert_string_equal(fields[field], text);
    g_strfreev(fields);
}

static void a_run_that_diverges_keeps_its_place_in_a_comparison(void **state) {
    const place *p = *state;
    const char *text =
        "runs:\n"
        "  a: {train: {epochs: 3}}\n"
        "  bad: {train: {epochs: 3, learning_rate: 1e30}}\n"
        "  data: {data: {from: bad}, train: {epochs: 3}}\n"
        "  after: {train: {epochs: 3, seed_from: bad}}\n"
        "artifacts:\n"
        "  rates.csv: {compare: a, vary: {train.learning_rate: [0.01, 1e20, 0.1]}}\n"
        "  rates.svg: {compare: a, vary: {train.learning_rate: [0.01, 1e20, 0.1]}, chart: error}\n"
        "  rates.mp4: {compare: a, vary: {train.learning_rate: [1e20, 1e25]}, frames: 4}\n"
        "  bad.csv: {run: bad}\n"
        "  names.csv: {compare: [bad, data, a]}\n"
        "  after.csv: {compare: [a, after]}\n";
    tr_diag diag = {0};
    tr_build_report report;
    assert_int_equal(build_into(p->out, text, 2, false, &report, &diag), TR_ERROR_DIVERGED);
    const tr_outcome outcomes[] = {TR_MADE, TR_MADE, TR_MADE, TR_FAILED, TR_MADE, TR_FAILED};
    for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++)
        if (report.artifacts[i].outcome != outcomes[i])
            fail_msg("artifact %zu: %s", i, report.artifacts[i].message);
    char *prefix = g_strdup_printf("%s/bad.csv: run bad: training diverged", p->out);
    assert_true(g_str_has_prefix(report.artifacts[3].message, prefix));
    g_free(prefix);
    prefix = g_strdup_printf("%s/after.csv: run after: run bad: training diverged", p->out);
    assert_true(g_str_has_prefix(report.artifacts[5].message, prefix));
    g_free(prefix);
    tr_build_report_destroy(&report);
    /* label, varied, iterations, loss, 3 levels, 2 rises, diverged_at */
    assert_field(p, "rates.csv", 1, 2, "6");
    assert_field(p, "rates.csv", 1, 9, "");
    assert_field(p, "rates.csv", 2, 0, "learning rate 1e20");
    assert_field(p, "rates.csv", 2, 2, "1");
    assert_field(p, "rates.csv", 2, 9,
                 "2"); /* after an update the prediction is beyond all bounds */
    assert_field(p, "rates.csv", 3, 2, "6");
    assert_field(p, "names.csv", 1, 8, "2");
    assert_field(p, "names.csv", 2, 8, ""); /* who has its data is not concerned */
    assert_field(p, "names.csv", 2, 1, "6");
    assert_outcomes(p->out, text, false, TR_ERROR_DIVERGED, "uuufuf");
}

static const char compared_plan[] =
    "runs:\n"
    "  a: {train: {epochs: 20}}\n"
    "artifacts:\n"
    "  c.mp4: {compare: a, vary: {train.batch_size: [32, 128]}, frames: 5, poster: c.png, scene: "
    "fit+error}\n"
    "  o.mp4: {compare: a, vary: {train.batch_size: [32, 128]}, arrangement: overlay, pace: log, "
    "frames: 5}\n"
    "  e.svg: {compare: a, vary: {train.batch_size: [32, 128]}, chart: error}\n"
    "  f.png: {compare: a, vary: {train.batch_size: [32, 128]}, chart: fit}\n"
    "  c.sha256: {compare: a, vary: {train.batch_size: [32, 128]}, frames: 5, size: 200x150}\n"
    "  s.csv: {compare: a, vary: {train.batch_size: [32, 128]}}\n";

static void comparisons_are_made_and_described(void **state) {
    const place *p = *state;
    size_t size;
    assert_outcomes(p->out, compared_plan, false, TR_OK, "mmmmmm");
    json_t *root = manifest_of(p->out);
    json_t *files = json_object_get(root, "files");
    json_t *runs = json_object_get(root, "runs");
    assert_int_equal(json_object_size(files), 10);
    assert_int_equal(json_object_size(runs), 2); /* one of them is the base */
    assert_non_null(json_object_get(runs, "a, batch size 32"));
    static const char *const names[] = {"c.mp4", "c.png", "s.csv"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const json_t *compare = json_object_get(json_object_get(files, names[i]), "compare");
        const json_t *first = json_array_get(compare, 0);
        assert_int_equal(json_array_size(compare), 2);
        assert_string_equal(json_string_value(json_object_get(first, "run")), "a, batch size 32");
        assert_string_equal(json_string_value(json_object_get(first, "label")), "batch size 32");
    }
    const json_t *video = json_object_get(files, "c.mp4");
    assert_int_equal(json_integer_value(json_object_get(video, "frames")), 5);
    const json_t *settings = json_object_get(video, "settings");
    assert_string_equal(json_string_value(json_object_get(settings, "compare.align")), "samples");
    assert_null(json_object_get(settings, "record.every"));
    json_decref(root);
    char *checksums = content_of(p->out, "c.sha256", &size);
    char **lines = g_strsplit(checksums, "\n", -1);
    assert_int_equal(g_strv_length(lines), 6); /* and nothing behind the last one */
    g_strfreev(lines);
    free(checksums);
    assert_field(p, "s.csv", 0, 1, "train.batch_size");
    assert_field(p, "s.csv", 1, 2, "140");
    assert_field(p, "s.csv", 2, 2, "40");
}

static void what_a_comparison_depends_on_makes_it_again(void **state) {
    const place *p = *state;
    static const char *const changes[][3] = {
        {"epochs: 20", "epochs: 21", "mmmmmm"},
        {"frames: 5, poster", "frames: 6, poster", "muuuuu"},
        {"arrangement: overlay", "arrangement: overlay, align: epoch", "umuuuu"},
        {"chart: error", "chart: error, error_scale: linear", "uumuuu"},
        {"[32, 128]}}", "[128, 32]}}", "uuuuum"},
        {"[32, 128]}}", "[32, 128]}, levels: '0.1'}", "uuuuum"},
        {"{epochs: 20}", "{epochs: 20}, record: {every: 3, frames: 9}", "uuuuuu"}};
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        GString *text = g_string_new(compared_plan);
        assert_true(g_string_replace(text, changes[i][0], changes[i][1], 1) == 1);
        assert_outcomes(p->out, compared_plan, true, TR_OK, "mmmmmm");
        assert_outcomes(p->out, text->str, false, TR_OK, changes[i][2]);
        g_string_free(text, TRUE);
    }
}

static void the_number_of_jobs_changes_no_comparison(void **state) {
    const place *p = *state;
    char *other = g_build_filename(p->folder, "other", NULL);
    tr_diag diag = {0};
    tr_build_report report;
    assert_ok(build_into(p->out, compared_plan, 1, false, &report, &diag), diag);
    tr_build_report_destroy(&report);
    assert_ok(build_into(other, compared_plan, 5, false, &report, &diag), diag);
    tr_build_report_destroy(&report);
    size_t size, other_size;
    char *one = content_of(p->out, "SHA256SUMS", &size);
    char *two = content_of(other, "SHA256SUMS", &other_size);
    assert_string_equal(one, two);
    free(one);
    free(two);
    g_free(other);
}

static void seconds_are_in_a_summary_that_asks_for_them(void **state) {
    const place *p = *state;
    const char *text = "runs: {a: {train: {epochs: 3}}}\n"
                       "artifacts:\n"
                       "  s.csv: {compare: a, vary: {train.seed: [1, 2]}, seconds: yes}\n";
    assert_outcomes(p->out, text, false, TR_OK, "m");
    assert_field(p, "s.csv", 0, 10, "seconds");
    char **fields = fields_of(p->out, "s.csv", 2);
    double seconds = g_ascii_strtod(fields[10], NULL);
    assert_true(seconds >= 0 && seconds < 100);
    g_strfreev(fields);
    assert_outcomes(p->out, text, false, TR_OK, "u"); /* it is as it was left */
}

static void a_link_out_of_the_folder_is_a_failure(void **state) {
    const place *p = *state;
    char *outside = g_build_filename(p->folder, "outside", NULL);
    char *link = g_build_filename(p->out, "videos", NULL);
    char *manifest = g_build_filename(p->out, "manifest.json", NULL);
    assert_int_equal(mkdir(p->out, 0777), 0);
    assert_int_equal(mkdir(outside, 0777), 0);
    assert_int_equal(symlink("../outside", link), 0);
    assert_outcomes(p->out, small_plan, false, TR_ERROR_OUTPUT, "fmmmmmmm");
    assert_int_equal(count_entries(outside), 0);
    /* a manifest that leads out is neither read nor written */
    assert_int_equal(unlink(manifest), 0);
    assert_int_equal(symlink("../outside/manifest.json", manifest), 0);
    assert_outcomes(p->out, small_plan, false, TR_ERROR_OUTPUT, "fmmmmmmm");
    assert_int_equal(count_entries(outside), 0);
    g_free(outside);
    g_free(link);
    g_free(manifest);
}

static void a_damaged_manifest_is_as_good_as_none(void **state) {
    const place *p = *state;
    static const char *const damaged[] = {
        "",
        "{",
        "[]",
        "{\"schema\": 1}",
        "{\"schema\": 1, \"files\": []}",
        "{\"schema\": 2, \"files\": {}}",
        "{\"schema\": 1, \"files\": {\"neuron.csv\": 3, \"../../x\": {\"kind\": \"table\"}}}",
        "\xff\xfe"};
    const char *text = "runs: {a: {train: {epochs: 1}}}\nartifacts: {neuron.csv: {run: a}}\n";
    for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
        assert_outcomes(p->out, text, i > 0, TR_OK, "m");
        write_to(p->out, "manifest.json", damaged[i]);
        assert_outcomes(p->out, text, false, TR_OK, "m");
        assert_outcomes(p->out, text, false, TR_OK, "u");
    }
    /* right but for one value that cannot be */
    json_t *root = manifest_of(p->out);
    json_t *entry = json_object_get(json_object_get(root, "files"), "neuron.csv");
    json_object_set_new(entry, "width", json_integer(-1));
    char *lie = json_dumps(root, 0);
    write_to(p->out, "manifest.json", lie);
    assert_outcomes(p->out, text, false, TR_OK, "m");
    free(lie);
    json_decref(root);
}

static tr_status stop_at_once(const tr_build_progress *progress, void *context) {
    (void)progress;
    ++*(int *)context;
    return TR_ERROR_CANCELLED;
}

static void a_build_can_be_ended(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    tr_build_report report;
    int count = 0;
    tr_plan *plan = parse("runs: {a: {train: {epochs: 1000000000, batch_size: 1}}}\n"
                          "artifacts: {a.mp4: {run: a}, a.csv: {run: a}}\n");
    const tr_build_options options = {
        .folder = p->out, .jobs = 2, .progress = stop_at_once, .context = &count};
    assert_int_equal(tr_build(plan, &options, &report, &diag), TR_ERROR_CANCELLED);
    assert_int_equal(report.n_made + report.n_failed + report.n_unchanged, 0);
    assert_true(count > 0);
    assert_int_equal(count_entries(p->out), 0); /* nor a page that says so */
    tr_build_report_destroy(&report);
    tr_plan_destroy(&plan);
}

static tr_status watch(const tr_build_progress *progress, void *context) {
    tr_build_progress *last = context;
    assert_true(progress->artifacts >= last->artifacts);
    assert_true(progress->work.frames >= last->work.frames);
    *last = *progress;
    return TR_OK;
}

static void the_progress_ends_with_all(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    tr_build_report report;
    tr_build_progress last = {0};
    tr_plan *plan = parse(small_plan);
    const tr_build_options options = {.folder = p->out, .progress = watch, .context = &last};
    assert_ok(tr_build(plan, &options, &report, &diag), diag);
    assert_int_equal(last.artifacts, N_ARTIFACTS);
    assert_int_equal(last.n_artifacts, N_ARTIFACTS);
    assert_int_equal(last.work.iterations, 40 + 20);
    assert_int_equal(last.work.n_iterations, 40 + 20);
    assert_int_equal(last.work.frames, 5 + 3);
    assert_int_equal(last.work.n_frames, 5 + 3);
    char *json = tr_build_report_to_json(plan, &report, p->out);
    json_t *root = json_loads(json, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(root, "files")), N_FILES);
    assert_int_equal(json_integer_value(json_object_get(root, "made")), N_ARTIFACTS);
    json_decref(root);
    free(json);
    tr_build_report_destroy(&report);
    tr_plan_destroy(&plan);
}

static void collect(const char *text, void *context) {
    g_string_append_printf(context, "%s\n", text);
}

static void checking_finds_what_reading_cannot(void **state) {
    (void)state;
    tr_diag diag = {0};
    GString *all = g_string_new(NULL);
    tr_plan *plan = parse(small_plan);
    assert_ok(tr_plan_check(plan, collect, all, &diag), diag);
    assert_string_equal(all->str, "");
    tr_plan_destroy(&plan);
    plan = parse("runs:\n"
                 "  a: {}\n"
                 "  b: {data: {file: not-there.csv}}\n"
                 "  c: {data: {from: b}}\n"
                 "artifacts:\n"
                 "  odd.mp4: {run: a, size: 401x300}\n"
                 "  scene.svg: {run: a, chart: nonsense}\n"
                 "  title.svg: {run: a, title: \"{nope}\"}\n"
                 "  b.svg: {run: b, chart: fit}\n"
                 "  c.svg: {run: c, chart: fit}\n");
    assert_int_equal(tr_plan_check(plan, collect, all, &diag), TR_ERROR_INPUT);
    char **lines = g_strsplit(all->str, "\n", -1);
    assert_int_equal(g_strv_length(lines), 5);
    static const char *const expected[][2] = {{"p.yaml:3:3: ", "not-there.csv"},
                                              {"p.yaml:6:3: ", "even"},
                                              {"p.yaml:7:3: ", "nonsense"},
                                              {"p.yaml:8:3: ", "nope"}};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_true(g_str_has_prefix(lines[i], expected[i][0]));
        assert_text_contains(lines[i], expected[i][1]);
    }
    assert_string_equal(diag.text, lines[0]);
    g_strfreev(lines);
    tr_plan_destroy(&plan);
    g_string_free(all, TRUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_artifacts_are_made_and_described, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(runs_go_on_with_the_random_numbers_of_others, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(runs_share_the_data_of_others, make_place, remove_place),
        cmocka_unit_test_setup_teardown(the_number_of_jobs_changes_nothing, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(what_is_unchanged_is_not_made_again, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(what_depends_on_a_change_is_made_again, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(the_content_of_a_data_file_counts, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_failure_leaves_the_others, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_run_that_diverges_keeps_its_place_in_a_comparison,
                                        make_place, remove_place),
        cmocka_unit_test_setup_teardown(comparisons_are_made_and_described, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(what_a_comparison_depends_on_makes_it_again, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(the_number_of_jobs_changes_no_comparison, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(seconds_are_in_a_summary_that_asks_for_them, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_link_out_of_the_folder_is_a_failure, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_damaged_manifest_is_as_good_as_none, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_build_can_be_ended, make_place, remove_place),
        cmocka_unit_test_setup_teardown(the_progress_ends_with_all, make_place, remove_place),
        cmocka_unit_test(checking_finds_what_reading_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
