#include "scratch.h"

#include "schedule.h"

#include <math.h>
#include <pthread.h>

/* The post's training, of that many epochs. */
typedef struct render_job {
    post_run run;
    tr_training training;
    tr_source source;
    tr_render_options options;
    tr_report report;
    tr_status status;
    tr_diag diag;
} render_job;

static void prepare(render_job *job, uint64_t epochs, const char *name) {
    *job = (render_job){0};
    create_post_run(&job->run, 0);
    job->training = post_training(&job->run, epochs);
    job->source = tr_training_source(&job->training);
    job->options = tr_render_options_default();
    job->options.folder = scratch;
    job->options.name = name;
}

static void *run_job(void *context) {
    render_job *job = context;
    job->status = tr_render(&job->source, &job->options, &job->report, &job->diag);
    return NULL;
}

static void finish(render_job *job) {
    tr_report_destroy(&job->report);
    destroy_post_run(&job->run);
}

static void the_posts_video_is_reported(void **state) {
    (void)state;
    render_job job;
    struct stat info;
    prepare(&job, 2000, "neuron");
    run_job(&job);
    assert_ok(job.status, job.diag);
    assert_int_equal(job.report.n_artifacts, 3);
    assert_string_equal(job.report.artifacts[2].path, in_scratch("neuron.vtt"));
    assert_string_equal(job.report.artifacts[2].kind, "captions");
    assert_int_equal(stat(in_scratch("neuron.vtt"), &info), 0);
    assert_int_equal(job.report.artifacts[2].bytes, info.st_size);
    assert_string_equal(job.report.artifacts[0].path, in_scratch("neuron.mp4"));
    assert_string_equal(job.report.artifacts[0].kind, "video");
    assert_int_equal(job.report.artifacts[0].n_frames, 81);
    assert_true(fabs(job.report.artifacts[0].seconds - 2.7) < 1e-9);
    assert_string_equal(job.report.artifacts[1].path, in_scratch("neuron_start.png"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stat(job.report.artifacts[i].path, &info), 0);
        assert_int_equal(job.report.artifacts[i].bytes, info.st_size);
        assert_int_equal(job.report.artifacts[i].width, 400);
        assert_int_equal(job.report.artifacts[i].height, 300);
    }
    assert_int_equal(job.report.n_iterations, 4000);
    assert_int_equal(job.report.n_params, 2);
    char text[64];
    snprintf(text, sizeof text, "%.2f %.2f %.2f %.2f", (double)job.report.initial_params[0],
             (double)job.report.initial_params[1], (double)job.report.trained_params[0],
             (double)job.report.trained_params[1]);
    assert_string_equal(text, "0.09 0.00 1.69 -1.54");
    assert_int_equal(count_entries(scratch), 3);
    finish(&job);
}

static char *render_small(tr_render_options options, const tr_recording *recording,
                          uint64_t n_frames, size_t *size) {
    render_job job;
    prepare(&job, 500, "small");
    options.folder = job.options.folder;
    options.name = job.options.name;
    options.formats = TR_IN_SET(TR_FORMAT_CHECKSUMS);
    options.picture.width = 160;
    options.picture.height = 120;
    job.options = options;
    if (recording)
        job.source = tr_recording_source(recording, &job.source);
    run_job(&job);
    assert_ok(job.status, job.diag);
    assert_int_equal(job.report.n_frames, n_frames);
    assert_int_equal(job.report.n_iterations, 1000);
    finish(&job);
    return read_file(in_scratch("small.sha256"), size);
}

static void a_recording_is_rendered_as_the_run_itself(void **state) {
    (void)state;
    render_job job;
    tr_recording *recording;
    prepare(&job, 500, "unused");
    assert_ok(tr_record(&job.source, &recording, &job.diag), job.diag);
    assert_int_equal(tr_recording_n_snapshots(recording), 1001);
    static const tr_pace paces[] = {TR_PACE_STEP, TR_PACE_LOG, TR_PACE_ADAPTIVE};
    static const char *const scenes[] = {"fit", "fit", "error+fit"};
    for (int i = 0; i < 3; i++) {
        tr_render_options options = tr_render_options_default();
        size_t size, again_size;
        options.pace = paces[i];
        options.n_frames = 21;
        options.picture.scene = scenes[i];
        uint64_t n_frames = 21;
        if (paces[i] == TR_PACE_ADAPTIVE) {
            tr_schedule *schedule;
            const tr_schedule_options choose = {.pace = TR_PACE_ADAPTIVE,
                                                .n_frames = 21,
                                                .n_iterations = 1000,
                                                .recording = recording,
                                                .network = job.run.network,
                                                .dataset = job.run.dataset};
            assert_ok(tr_schedule_create(&schedule, &choose, &job.diag), job.diag);
            n_frames = tr_schedule_n_frames(schedule, 1000);
            tr_schedule_destroy(&schedule);
        }
        char *direct = render_small(options, NULL, n_frames, &size);
        char *again = render_small(options, recording, n_frames, &again_size);
        assert_int_equal(size, again_size);
        assert_memory_equal(direct, again, size);
        free(direct);
        free(again);
    }
    tr_recording_destroy(&recording);
    finish(&job);
}

static void the_last_frame_is_held(void **state) {
    (void)state;
    tr_render_options options = tr_render_options_default();
    size_t size, held_size;
    char *plain = render_small(options, NULL, 21, &size);
    options.hold = 10;
    char *held = render_small(options, NULL, 321, &held_size);
    assert_memory_equal(plain, held, size);
    size_t line = size / 21;
    assert_int_equal(held_size, 321 * line);
    for (size_t frame = 21; frame < 321; frame++)
        assert_memory_equal(held + frame * line, held + 20 * line, 64);
    free(plain);
    free(held);
}

static void impossible_paces_and_holds_are_refused(void **state) {
    (void)state;
    render_job job;
    prepare(&job, 10, "a");
    job.options.hold = -1;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_ARGUMENT);
    assert_text_contains(job.diag.text, "held for 0 to 3600 seconds");
    finish(&job);
    prepare(&job, 10, "a");
    job.options.pace = TR_PACE_LOG;
    job.options.n_frames = 1;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_ARGUMENT);
    assert_text_contains(job.diag.text, "the number of frames is 2 to");
    finish(&job);
}

static void a_run_that_fails_while_it_is_recorded_leaves_nothing(void **state) {
    (void)state;
    render_job job;
    prepare(&job, 100, "a");
    job.options.pace = TR_PACE_ADAPTIVE;
    job.training.options.learning_rate = 1e30;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_DIVERGED);
    assert_text_contains(job.diag.text, "iteration");
    assert_int_equal(count_entries(scratch), 0);
    finish(&job);
}

static void charts_are_written_in_three_formats(void **state) {
    (void)state;
    static const char *const names[] = {"a.png", "a.svg", "a.pdf"};
    static const char *const starts[] = {"\x89PNG", "<?xml", "%PDF"};
    render_job job;
    tr_recording *recording;
    prepare(&job, 100, "unused");
    assert_ok(tr_record(&job.source, &recording, &job.diag), job.diag);
    tr_picture picture = tr_picture_default();
    picture.scene = "error";
    for (int i = 0; i < 3; i++) {
        tr_artifact artifact;
        size_t size;
        assert_ok(tr_chart(&job.source, recording, 200, &picture, (tr_chart_format)i,
                           in_scratch(names[i]), &artifact, &job.diag),
                  job.diag);
        assert_string_equal(artifact.kind, "chart");
        char *bytes = read_file(artifact.path, &size);
        assert_int_equal(size, artifact.bytes);
        assert_memory_equal(bytes, starts[i], strlen(starts[i]));
        free(bytes);
        free(artifact.path);
    }
    tr_artifact none;
    assert_int_equal(tr_chart(&job.source, recording, 200, &picture, TR_CHART_SVG,
                              in_scratch("no/such/folder.svg"), &none, &job.diag),
                     TR_ERROR_OUTPUT);
    assert_null(none.path);
    assert_int_equal(count_entries(scratch), 3);
    tr_recording_destroy(&recording);
    finish(&job);
}

static void what_is_drawn_in_memory_is_the_chart(void **state) {
    (void)state;
    static const char *const names[] = {"a.png", "a.svg", "a.pdf"};
    render_job job;
    tr_recording *recording;
    prepare(&job, 10, "unused");
    assert_ok(tr_record(&job.source, &recording, &job.diag), job.diag);
    float params[2];
    tr_snapshot last;
    assert_ok(tr_recording_read(recording, 20, 1, &last, params, &job.diag), job.diag);
    tr_picture picture = tr_picture_default();
    picture.scene = "fit+error";
    for (int i = 0; i < 3; i++) {
        tr_artifact artifact;
        unsigned char *bytes;
        size_t n_bytes, size;
        assert_ok(tr_chart(&job.source, recording, UINT64_MAX, &picture, (tr_chart_format)i,
                           in_scratch(names[i]), &artifact, &job.diag),
                  job.diag);
        assert_ok(tr_draw(&job.source, recording, &last, &picture, (tr_chart_format)i, &bytes,
                          &n_bytes, &job.diag),
                  job.diag);
        char *file = read_file(in_scratch(names[i]), &size);
        assert_int_equal(size, n_bytes);
        assert_memory_equal(file, bytes, size);
        free(file);
        free(bytes);
        free(artifact.path);
    }
    unsigned char *none;
    size_t n_none;
    assert_int_equal(
        tr_draw(&job.source, NULL, &last, &picture, TR_CHART_PNG, &none, &n_none, &job.diag),
        TR_ERROR_ARGUMENT);
    assert_text_contains(job.diag.text, "needs a recorded run");
    assert_null(none);
    job.diag = (tr_diag){0};
    last.n_params = 1;
    assert_int_equal(
        tr_draw(&job.source, recording, &last, &picture, TR_CHART_PNG, &none, &n_none, &job.diag),
        TR_ERROR_ARGUMENT);
    assert_string_equal(job.diag.text, "a snapshot has 1 parameters, but the net has 2");
    tr_recording_destroy(&recording);
    finish(&job);
}

static void the_bytes_do_not_depend_on_the_jobs(void **state) {
    (void)state;
    static const int jobs[] = {1, 2, 7};
    char *first = NULL;
    size_t first_size = 0;
    for (int i = 0; i < 3; i++) {
        render_job job;
        prepare(&job, 500, "a");
        job.options.every = 1;
        job.options.jobs = jobs[i];
        job.options.picture.width = 160;
        job.options.picture.height = 120;
        run_job(&job);
        assert_ok(job.status, job.diag);
        assert_int_equal(job.report.n_frames, 1001);
        size_t size;
        char *data = read_file(in_scratch("a.mp4"), &size);
        if (i == 0) {
            first = data;
            first_size = size;
        } else {
            assert_int_equal(size, first_size);
            assert_memory_equal(data, first, size);
            free(data);
        }
        finish(&job);
    }
    free(first);
}

static void the_last_state_has_a_frame(void **state) {
    (void)state;
    render_job job;
    prepare(&job, 100, "a");
    job.options.every = 60;
    job.options.formats = TR_IN_SET(TR_FORMAT_NONE);
    run_job(&job);
    assert_ok(job.status, job.diag);
    assert_int_equal(job.report.n_frames, 200 / 60 + 2);
    assert_int_equal(job.report.n_iterations, 200);
    assert_int_equal(job.report.n_artifacts, 0);
    assert_int_equal(count_entries(scratch), 0);
    finish(&job);
}

static void renderings_side_by_side_do_not_disturb_each_other(void **state) {
    (void)state;
    render_job jobs[3];
    pthread_t threads[3];
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        prepare(&jobs[i], 200, names[i]);
        jobs[i].options.every = 1;
        jobs[i].options.jobs = 2;
        assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    size_t size, other_size;
    for (int i = 0; i < 3; i++)
        assert_ok(jobs[i].status, jobs[i].diag);
    char *data = read_file(in_scratch("a.mp4"), &size);
    char *other = read_file(in_scratch("c.mp4"), &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(data, other, size);
    free(data);
    free(other);
    for (int i = 0; i < 3; i++)
        finish(&jobs[i]);
}

/* A source of one's own, which fails at an iteration. */
typedef struct own_loop {
    uint64_t n_iterations;
    uint64_t fail_at;
    size_t n_params;
} own_loop;

static tr_status run_own_loop(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    const own_loop *loop = context;
    for (uint64_t i = 0; i <= loop->n_iterations; i++) {
        float params[2] = {0.001f * (float)i, 0};
        if (i == loop->fail_at) {
            snprintf(diag->text, sizeof diag->text, "the reader of the run gave up");
            return TR_ERROR_INPUT;
        }
        const tr_snapshot snapshot = {.iteration = i, .n_params = loop->n_params, .params = params};
        tr_status status = step(&snapshot, step_context);
        if (status)
            return status;
    }
    return TR_OK;
}

static void a_loop_of_ones_own_is_rendered(void **state) {
    (void)state;
    render_job job;
    own_loop loop = {.n_iterations = 500, .fail_at = UINT64_MAX, .n_params = 2};
    prepare(&job, 0, "own");
    job.source.run = run_own_loop;
    job.source.context = &loop;
    job.source.n_iterations = 0; /* it does not say how long it is */
    job.options.every = 1;
    run_job(&job);
    assert_ok(job.status, job.diag);
    assert_int_equal(job.report.n_frames, 501);
    finish(&job);
}

static void write_older_files(void) {
    static const char *const names[] = {"a.mp4", "a_start.png", "a.vtt"};
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(in_scratch(names[i]), "w");
        assert_non_null(file);
        fputs("older", file);
        fclose(file);
    }
}

/* Nothing but the older files is there, as they were. */
static void assert_older_files(void) {
    static const char *const names[] = {"a.mp4", "a_start.png", "a.vtt"};
    assert_int_equal(count_entries(scratch), 3);
    for (int i = 0; i < 3; i++) {
        size_t size;
        char *text = read_file(in_scratch(names[i]), &size);
        assert_string_equal(text, "older");
        free(text);
    }
}

static void a_source_that_fails_leaves_the_older_files(void **state) {
    (void)state;
    static const uint64_t moments[] = {0, 1, 300, 900};
    write_older_files();
    for (int i = 0; i < 4; i++) {
        render_job job;
        own_loop loop = {.n_iterations = 1000, .fail_at = moments[i], .n_params = 2};
        prepare(&job, 0, "a");
        job.source.run = run_own_loop;
        job.source.context = &loop;
        job.options.every = 1;
        run_job(&job);
        assert_int_equal(job.status, TR_ERROR_INPUT);
        assert_string_equal(job.diag.text, "the reader of the run gave up");
        assert_null(job.report.initial_params);
        assert_older_files();
        finish(&job);
    }
}

static void a_snapshot_of_another_net_is_refused(void **state) {
    (void)state;
    render_job job;
    own_loop loop = {.n_iterations = 10, .fail_at = UINT64_MAX, .n_params = 1};
    prepare(&job, 0, "a");
    job.source.run = run_own_loop;
    job.source.context = &loop;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_ARGUMENT);
    assert_text_contains(job.diag.text, "1 parameters");
    assert_int_equal(count_entries(scratch), 0);
    finish(&job);
}

static void divergence_reaches_the_caller(void **state) {
    (void)state;
    render_job job;
    write_older_files();
    prepare(&job, 2000, "a");
    job.training.options.learning_rate = 1e30;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_DIVERGED);
    assert_text_contains(job.diag.text, "iteration");
    assert_older_files();
    finish(&job);
}

static tr_status stop_soon(const tr_progress *progress, void *context) {
    uint64_t *calls = context;
    ++*calls;
    return progress->frames > 50 ? TR_ERROR_CANCELLED : TR_OK;
}

static void the_progress_function_can_cancel(void **state) {
    (void)state;
    render_job job;
    uint64_t calls = 0;
    write_older_files();
    prepare(&job, 50000, "a");
    job.options.every = 1;
    job.options.progress = stop_soon;
    job.options.progress_context = &calls;
    run_job(&job);
    assert_int_equal(job.status, TR_ERROR_CANCELLED);
    assert_true(calls > 0);
    assert_older_files();
    finish(&job);
}

typedef struct seen_progress {
    tr_progress last;
    bool fell;
} seen_progress;

static tr_status watch(const tr_progress *progress, void *context) {
    seen_progress *seen = context;
    seen->fell |= progress->frames < seen->last.frames ||
                  progress->iterations < seen->last.iterations ||
                  progress->seconds < seen->last.seconds;
    seen->last = *progress;
    return TR_OK;
}

static void progress_ends_complete(void **state) {
    (void)state;
    render_job job;
    seen_progress seen = {0};
    prepare(&job, 400, "a");
    job.options.every = 1;
    job.options.progress = watch;
    job.options.progress_context = &seen;
    run_job(&job);
    assert_ok(job.status, job.diag);
    assert_false(seen.fell);
    assert_int_equal(seen.last.n_frames, 801);
    assert_int_equal(seen.last.frames, 801);
    assert_int_equal(seen.last.iterations, 800);
    assert_int_equal(seen.last.n_iterations, 800);
    finish(&job);
}

static void assert_refused(const render_job *wrong, tr_status expected, const char *part) {
    render_job job = *wrong;
    run_job(&job);
    assert_int_equal(job.status, expected);
    assert_text_contains(job.diag.text, part);
    assert_int_equal(job.report.n_artifacts, 0);
    assert_int_equal(count_entries(scratch), 0);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    render_job job, wrong;
    prepare(&job, 10, "a");
    wrong = job;
    wrong.options.name = "../a";
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "not a file name");
    wrong.options.name = "";
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "not a file name");
    wrong = job;
    wrong.options.folder = "";
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "folder");
    wrong = job;
    wrong.options.every = 0;
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "every 0");
    wrong = job;
    wrong.options.jobs = 257;
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "257");
    wrong = job;
    wrong.options.picture.width = 401;
    assert_refused(&wrong, TR_ERROR_ARGUMENT, "402x300");
    wrong = job;
    wrong.options.picture.title = "\U0010FFFD";
    assert_refused(&wrong, TR_ERROR_FONT, "U+10FFFD");
    wrong = job;
    wrong.options.folder = "/dev/null/x";
    assert_refused(&wrong, TR_ERROR_OUTPUT, "/dev/null");
    finish(&job);
}

static void a_folder_in_the_way_is_an_error(void **state) {
    (void)state;
    static const char *const names[] = {"a.mp4", "a_start.png", "a.vtt"};
    for (int i = 0; i < 3; i++) {
        render_job job;
        assert_int_equal(mkdir(in_scratch(names[i]), 0777), 0);
        prepare(&job, 10, "a");
        run_job(&job);
        assert_int_equal(job.status, TR_ERROR_OUTPUT);
        assert_text_contains(job.diag.text, names[i]);
        assert_text_contains(job.diag.text, "is a folder");
        assert_int_equal(count_entries(scratch), 1);
        assert_int_equal(rmdir(in_scratch(names[i])), 0);
        finish(&job);
    }
}

static void a_single_frame_is_a_video(void **state) {
    (void)state;
    for (int profile = 0; profile < 3; profile++) {
        render_job job;
        prepare(&job, 0, "a");
        job.options.video.profile = (tr_profile)profile;
        run_job(&job);
        assert_ok(job.status, job.diag);
        assert_int_equal(job.report.n_frames, 1);
        finish(&job);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_posts_video_is_reported, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_recording_is_rendered_as_the_run_itself, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_last_frame_is_held, set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(impossible_paces_and_holds_are_refused, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_run_that_fails_while_it_is_recorded_leaves_nothing,
                                        set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(charts_are_written_in_three_formats, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(what_is_drawn_in_memory_is_the_chart, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_bytes_do_not_depend_on_the_jobs, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_last_state_has_a_frame, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(renderings_side_by_side_do_not_disturb_each_other,
                                        set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_loop_of_ones_own_is_rendered, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_source_that_fails_leaves_the_older_files, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_snapshot_of_another_net_is_refused, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(divergence_reaches_the_caller, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_progress_function_can_cancel, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(progress_ends_complete, set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(wrong_options_are_refused, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_folder_in_the_way_is_an_error, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_single_frame_is_a_video, set_up_scratch,
                                        tear_down_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
