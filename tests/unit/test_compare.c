/* Comparisons as files: videos, charts, progress and what a failure leaves. */
#include "compared.h"
#include "scratch.h"

#include <pthread.h>

static compared_runs nets; /* one of which diverges */

static int set_up(void **state) {
    create_compared_nets(&nets, 20);
    return set_up_scratch(state);
}

static int tear_down(void **state) {
    destroy_compared_runs(&nets);
    return tear_down_scratch(state);
}

static tr_render_options options_for(const char *name) {
    tr_render_options options = tr_render_options_default();
    options.folder = scratch;
    options.name = name;
    options.formats = TR_IN_SET(TR_FORMAT_CHECKSUMS);
    options.picture.scene = "fit+error";
    options.picture.width = 320;
    options.picture.height = 240;
    options.n_frames = 25;
    return options;
}

static void compare(const tr_comparison *comparison, const tr_render_options *options,
                    tr_report *report) {
    tr_diag diag = {0};
    assert_ok(tr_compare(comparison, options, report, &diag), diag);
}

static void a_comparison_is_a_video_with_a_poster_and_captions(void **state) {
    (void)state;
    struct stat info;
    tr_report report;
    tr_render_options options = options_for("compare");
    options.formats = TR_IN_SET(TR_FORMAT_MP4);
    options.hold = 0.2;
    compare(&nets.comparison, &options, &report);
    assert_int_equal(report.n_frames, 25 + 6);
    assert_int_equal(report.n_iterations, 4000); /* samples */
    assert_int_equal(report.n_params, 0);
    assert_null(report.initial_params);
    assert_null(report.trained_params);
    assert_true(report.final_loss == 0);
    assert_int_equal(report.n_artifacts, 3); /* with captions */
    assert_string_equal(report.artifacts[0].path, in_scratch("compare.mp4"));
    assert_string_equal(report.artifacts[1].path, in_scratch("compare_start.png"));
    assert_string_equal(report.artifacts[2].path, in_scratch("compare.vtt"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(stat(report.artifacts[i].path, &info), 0);
        assert_int_equal(report.artifacts[i].bytes, info.st_size);
        assert_int_equal(report.artifacts[i].width, i < 2 ? 320 : 0);
    }
    tr_report_destroy(&report);
}

static void the_bytes_do_not_depend_on_the_number_of_workers(void **state) {
    (void)state;
    char *first = NULL;
    size_t first_size = 0;
    static const int jobs[] = {1, 2, 5};
    for (int i = 0; i < 3; i++) {
        tr_report report;
        size_t size;
        tr_render_options options = options_for("jobs");
        options.n_frames = 600; /* more than two segments */
        options.jobs = jobs[i];
        compare(&nets.comparison, &options, &report);
        assert_int_equal(report.n_frames, 600);
        tr_report_destroy(&report);
        char *lines = read_file(in_scratch("jobs.sha256"), &size);
        if (i == 0) {
            first = lines;
            first_size = size;
            continue;
        }
        assert_int_equal(size, first_size);
        assert_memory_equal(lines, first, size);
        free(lines);
    }
    free(first);
}

static void there_are_as_many_frames_as_asked_for_or_as_there_are_positions(void **state) {
    (void)state;
    static const struct {
        tr_pace pace;
        tr_align align;
        uint64_t wanted;
        uint64_t n_frames;
    } cases[] = {
        {TR_PACE_STEP, TR_ALIGN_SAMPLES, 2, 2},  {TR_PACE_STEP, TR_ALIGN_SAMPLES, 101, 101},
        {TR_PACE_STEP, TR_ALIGN_EPOCH, 101, 21}, {TR_PACE_STEP, TR_ALIGN_ITERATION, 7, 7},
        {TR_PACE_LOG, TR_ALIGN_SAMPLES, 50, 50}, {TR_PACE_LOG, TR_ALIGN_EPOCH, 500, 21}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_report report;
        tr_comparison comparison = nets.comparison;
        tr_render_options options = options_for("frames");
        options.formats = TR_IN_SET(TR_FORMAT_NONE);
        options.pace = cases[i].pace;
        options.n_frames = cases[i].wanted;
        options.every = 0; /* not used */
        comparison.align = cases[i].align;
        compare(&comparison, &options, &report);
        assert_int_equal(report.n_frames, cases[i].n_frames);
        tr_report_destroy(&report);
    }
}

static void assert_refused(const tr_comparison *comparison, const tr_render_options *options,
                           const char *part) {
    tr_diag diag = {0};
    tr_report report;
    assert_int_equal(tr_compare(comparison, options, &report, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, part);
    assert_int_equal(report.n_artifacts, 0);
    assert_null(report.artifacts[0].path);
}

static void wrong_settings_are_refused(void **state) {
    (void)state;
    const tr_render_options right = options_for("wrong");
    tr_render_options options = right;
    options.pace = TR_PACE_ADAPTIVE;
    assert_refused(&nets.comparison, &options, "even or logarithmic");
    options = right;
    options.n_frames = 1;
    assert_refused(&nets.comparison, &options, "number of frames is 2 to");
    options = right;
    options.jobs = -1;
    assert_refused(&nets.comparison, &options, "number of jobs");
    options = right;
    options.hold = -1;
    assert_refused(&nets.comparison, &options, "held for 0 to");
    options = right;
    options.name = "a/b";
    assert_refused(&nets.comparison, &options, "not a file name");
    options = right;
    options.picture.scene = "fit+weights";
    assert_refused(&nets.comparison, &options, "cannot be compared");
    tr_comparison none = nets.comparison;
    none.n_runs = 0;
    assert_refused(&none, &right, "1 to 64 runs");
}

/* ---- progress ---- */

typedef struct watched {
    int calls;
    tr_progress last;
    int stop_at;
} watched;

static tr_status watch(const tr_progress *progress, void *context) {
    watched *seen = context;
    seen->calls++;
    seen->last = *progress;
    return seen->calls == seen->stop_at ? TR_ERROR_CANCELLED : TR_OK;
}

static void progress_counts_frames(void **state) {
    (void)state;
    tr_report report;
    watched seen = {0};
    tr_render_options options = options_for("progress");
    options.progress = watch;
    options.progress_context = &seen;
    compare(&nets.comparison, &options, &report);
    assert_true(seen.calls >= 1);
    assert_int_equal(seen.last.frames, 25);
    assert_int_equal(seen.last.n_frames, 25);
    assert_int_equal(seen.last.iterations, seen.last.n_iterations);
    tr_report_destroy(&report);
}

static void a_comparison_that_is_stopped_leaves_nothing(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_report report;
    watched seen = {.stop_at = 1};
    tr_render_options options = options_for("stopped");
    options.progress = watch;
    options.progress_context = &seen;
    assert_int_equal(tr_compare(&nets.comparison, &options, &report, &diag), TR_ERROR_CANCELLED);
    assert_int_equal(access(in_scratch("stopped.sha256"), F_OK), -1);
    assert_null(report.artifacts[0].path);
}

/* ---- charts ---- */

static void a_chart_shows_the_last_states(void **state) {
    (void)state;
    static const struct {
        tr_chart_format format;
        const char *name;
        const char *begin;
    } kinds[] = {{TR_CHART_PNG, "chart.png", "\x89PNG"},
                 {TR_CHART_SVG, "chart.svg", "<?xml"},
                 {TR_CHART_PDF, "chart.pdf", "%PDF"}};
    static const char *const scenes[] = {"fit+error", "error", "weights"};
    for (size_t s = 0; s < 3; s++)
        for (size_t i = 0; i < 3; i++) {
            tr_diag diag = {0};
            tr_artifact artifact;
            size_t size;
            tr_picture picture = tr_picture_default();
            picture.scene = scenes[s];
            picture.width = 600;
            picture.height = 450;
            assert_ok(tr_compare_chart(&nets.comparison, &picture, kinds[i].format,
                                       in_scratch(kinds[i].name), &artifact, &diag),
                      diag);
            char *bytes = read_file(artifact.path, &size);
            assert_int_equal(artifact.bytes, size);
            assert_memory_equal(bytes, kinds[i].begin, strlen(kinds[i].begin));
            if (kinds[i].format == TR_CHART_SVG)
                assert_text_contains(bytes, s == 1 ? "training error" : "samples seen: 4000");
            free(bytes);
            free(artifact.path);
        }
}

static void a_chart_that_fails_leaves_nothing(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_artifact artifact;
    tr_picture picture = tr_picture_default();
    tr_comparison none = nets.comparison;
    none.n_runs = 65;
    assert_int_equal(
        tr_compare_chart(&none, &picture, TR_CHART_PNG, in_scratch("none.png"), &artifact, &diag),
        TR_ERROR_ARGUMENT);
    assert_null(artifact.path);
    assert_int_equal(access(in_scratch("none.png"), F_OK), -1);
    diag = (tr_diag){0};
    assert_int_equal(tr_compare_chart(&nets.comparison, &picture, TR_CHART_PNG,
                                      in_scratch("no/such/folder/x.png"), &artifact, &diag),
                     TR_ERROR_OUTPUT);
    assert_null(artifact.path);
}

/* ---- threads ---- */

typedef struct worker {
    pthread_t thread;
    tr_render_options options;
    char name[32];
    tr_report report;
    tr_status status;
    tr_diag diag;
} worker;

static void *run_worker(void *context) {
    worker *own = context;
    own->status = tr_compare(&nets.comparison, &own->options, &own->report, &own->diag);
    return NULL;
}

static void recordings_may_be_compared_on_several_threads_at_once(void **state) {
    (void)state;
    worker workers[3];
    for (int i = 0; i < 3; i++) {
        snprintf(workers[i].name, sizeof workers[i].name, "thread%d", i);
        workers[i].options = options_for(workers[i].name);
        workers[i].options.jobs = 2;
        workers[i].diag = (tr_diag){0};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]), 0);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(workers[i].thread, NULL);
    char *first = NULL;
    for (int i = 0; i < 3; i++) {
        size_t size;
        assert_ok(workers[i].status, workers[i].diag);
        char *lines = read_file(workers[i].report.artifacts[0].path, &size);
        tr_report_destroy(&workers[i].report);
        if (i == 0) {
            first = lines;
        } else {
            assert_string_equal(lines, first);
            free(lines);
        }
    }
    free(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comparison_is_a_video_with_a_poster_and_captions),
        cmocka_unit_test(the_bytes_do_not_depend_on_the_number_of_workers),
        cmocka_unit_test(there_are_as_many_frames_as_asked_for_or_as_there_are_positions),
        cmocka_unit_test(wrong_settings_are_refused),
        cmocka_unit_test(progress_counts_frames),
        cmocka_unit_test(a_comparison_that_is_stopped_leaves_nothing),
        cmocka_unit_test(a_chart_shows_the_last_states),
        cmocka_unit_test(a_chart_that_fails_leaves_nothing),
        cmocka_unit_test(recordings_may_be_compared_on_several_threads_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
