/* cmocka asserts only on the main thread, so the other threads leave what they saw in a struct. */
#include "scratch.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>

/* The post's training, whose step function pushes. */
typedef struct pushed_job {
    post_run run;
    tr_training training;
    tr_source source;
    tr_render_options options;
    tr_rendering *rendering;
    tr_report report;
    tr_cancel cancel;
    uint64_t cancel_at; /* iteration; 0 for never */
    uint64_t n_pushed;
    tr_status push_status;
    tr_status status;
    tr_diag diag;
} pushed_job;

static void prepare(pushed_job *job, uint64_t epochs, const char *name) {
    *job = (pushed_job){0};
    create_post_run(&job->run, 0);
    job->training = post_training(&job->run, epochs);
    job->source = tr_training_source(&job->training);
    job->options = tr_render_options_default();
    job->options.folder = scratch;
    job->options.name = name;
    job->options.every = 10;
    job->options.cancel = &job->cancel;
}

static tr_status push(const tr_snapshot *snapshot, void *context) {
    pushed_job *job = context;
    if (job->cancel_at && snapshot->iteration == job->cancel_at)
        tr_cancel_request(&job->cancel);
    job->push_status = tr_rendering_push(job->rendering, snapshot, &job->diag);
    job->n_pushed += !job->push_status;
    return job->push_status;
}

/* What a program with a loop of its own does. */
static void *run_job(void *context) {
    pushed_job *job = context;
    tr_source run = job->source;
    run.run = NULL;
    run.context = NULL;
    job->status = tr_rendering_create(&job->rendering, &run, &job->options, &job->diag);
    if (!job->status)
        job->status = job->source.run(job->source.context, push, job, &job->diag);
    if (!job->status)
        job->status = tr_rendering_finish(job->rendering, &job->report, &job->diag);
    return NULL;
}

static void finish(pushed_job *job) {
    tr_report_destroy(&job->report);
    tr_rendering_destroy(&job->rendering);
    assert_null(job->rendering);
    destroy_post_run(&job->run);
}

static char *read_made(const char *name, const char *ending, size_t *size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s", scratch, name, ending);
    return read_file(path, size);
}

static void assert_same_file(const char *first, const char *second, const char *ending) {
    size_t size, other_size;
    char *data = read_made(first, ending, &size);
    char *other = read_made(second, ending, &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(data, other, size);
    free(data);
    free(other);
}

/* The same by tr_render(). */
static void render_directly(const char *scene, const char *name) {
    pushed_job job;
    prepare(&job, 400, name);
    job.options.picture.scene = scene;
    assert_ok(tr_render(&job.source, &job.options, &job.report, &job.diag), job.diag);
    finish(&job);
}

static void what_is_pushed_is_rendered_as_the_training_itself(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "error"}; /* as it comes; recorded first */
    for (int i = 0; i < 2; i++) {
        pushed_job job;
        prepare(&job, 400, "pushed");
        job.options.picture.scene = scenes[i];
        run_job(&job);
        assert_ok(job.status, job.diag);
        assert_int_equal(job.n_pushed, 801);
        assert_int_equal(job.report.n_frames, 81);
        assert_int_equal(job.report.n_iterations, 800);
        assert_int_equal(job.report.n_artifacts, 3);
        finish(&job);
        render_directly(scenes[i], "direct");
        assert_same_file("pushed", "direct", ".mp4");
        assert_same_file("pushed", "direct", "_start.png");
    }
}

static void several_loops_do_not_disturb_each_other(void **state) {
    (void)state;
    enum { N_JOBS = 4 };
    static const char *const names[N_JOBS] = {"a", "b", "c", "d"};
    static pushed_job jobs[N_JOBS];
    pthread_t threads[N_JOBS];
    render_directly("fit", "direct");
    for (int i = 0; i < N_JOBS; i++) {
        prepare(&jobs[i], 400, names[i]);
        jobs[i].cancel_at = i == 3 ? 400 : 0; /* nor does one that stops */
    }
    for (int i = 0; i < N_JOBS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
    for (int i = 0; i < N_JOBS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < N_JOBS; i++) {
        assert_int_equal(jobs[i].status, i == 3 ? TR_ERROR_CANCELLED : TR_OK);
        finish(&jobs[i]);
        if (i < 3)
            assert_same_file(names[i], "direct", ".mp4");
    }
    assert_int_equal(count_entries(scratch), 12);
}

static void a_rendering_that_fails_ends_the_loop(void **state) {
    (void)state;
    pushed_job job;
    char path[512];
    prepare(&job, 1000000, "a");
    snprintf(path, sizeof path, "%s/file", scratch);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    job.options.folder = path; /* which is not a folder */
    run_job(&job);
    assert_int_equal(job.push_status, TR_ERROR_OUTPUT);
    assert_int_equal(job.status, TR_ERROR_OUTPUT);
    assert_text_contains(job.diag.text, path);
    assert_true(job.n_pushed < 1000000);
    /* and it stays failed */
    tr_diag diag = {0};
    const tr_snapshot next = {.iteration = UINT64_MAX, .n_params = 2, .params = job.run.params};
    assert_int_equal(tr_rendering_push(job.rendering, &next, &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, path);
    diag = (tr_diag){0};
    assert_int_equal(tr_rendering_finish(job.rendering, &job.report, &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, path);
    assert_null(job.report.initial_params);
    finish(&job);
    assert_int_equal(count_entries(scratch), 1);
}

static void wrong_snapshots_are_refused_and_do_no_harm(void **state) {
    (void)state;
    pushed_job job;
    const float params[3] = {0.5f, 0.25f, 0};
    tr_snapshot snapshot = {.iteration = 7, .n_params = 2, .params = params};
    prepare(&job, 0, "a");
    assert_ok(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag), job.diag);
    assert_ok(tr_rendering_push(job.rendering, &snapshot, &job.diag), job.diag);
    snapshot.iteration = 8;
    snapshot.n_params = 3;
    assert_int_equal(tr_rendering_push(job.rendering, &snapshot, &job.diag), TR_ERROR_ARGUMENT);
    assert_string_equal(job.diag.text, "a snapshot has 3 parameters, but the net has 2");
    job.diag = (tr_diag){0};
    snapshot.n_params = 2;
    for (uint64_t iteration = 6; iteration <= 7; iteration++) {
        job.diag = (tr_diag){0};
        snapshot.iteration = iteration;
        assert_int_equal(tr_rendering_push(job.rendering, &snapshot, &job.diag), TR_ERROR_ARGUMENT);
    }
    assert_string_equal(job.diag.text, "a snapshot of iteration 7 follows 7");
    snapshot.iteration = 8;
    job.diag = (tr_diag){0};
    assert_ok(tr_rendering_push(job.rendering, &snapshot, &job.diag), job.diag);
    assert_ok(tr_rendering_finish(job.rendering, &job.report, &job.diag), job.diag);
    assert_int_equal(job.report.n_frames, 2);
    assert_int_equal(job.report.n_iterations, 8);
    assert_int_equal(tr_rendering_push(job.rendering, &snapshot, &job.diag), TR_ERROR_ARGUMENT);
    tr_report second;
    assert_int_equal(tr_rendering_finish(job.rendering, &second, &job.diag), TR_ERROR_ARGUMENT);
    assert_int_equal(second.n_artifacts, 0);
    finish(&job);
    assert_int_equal(count_entries(scratch), 3);
}

static void wrong_options_are_refused_at_once(void **state) {
    (void)state;
    pushed_job job;
    prepare(&job, 0, "a/b");
    assert_int_equal(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(job.diag.text, "a/b");
    assert_null(job.rendering);
    finish(&job);
}

static void cancelling_ends_the_loop_and_leaves_nothing(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "error"};
    for (int i = 0; i < 2; i++) {
        pushed_job job;
        prepare(&job, 1000000, "a");
        job.options.picture.scene = scenes[i];
        job.cancel_at = 3000;
        run_job(&job);
        assert_int_equal(job.status, TR_ERROR_CANCELLED);
        assert_string_equal(job.diag.text, "cancelled");
        assert_true(job.n_pushed < 10000);
        finish(&job);
        assert_int_equal(count_entries(scratch), 0);
    }
}

static void *render_long(void *context) {
    pushed_job *job = context;
    job->status = tr_render(&job->source, &job->options, &job->report, &job->diag);
    return NULL;
}

static void another_thread_may_cancel_a_rendering(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "error"};
    for (int i = 0; i < 2; i++) {
        pushed_job job;
        pthread_t thread;
        prepare(&job, UINT32_MAX, "a");
        job.options.picture.scene = scenes[i];
        assert_int_equal(pthread_create(&thread, NULL, render_long, &job), 0);
        usleep(50000);
        tr_cancel_request(&job.cancel);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(job.status, TR_ERROR_CANCELLED);
        assert_string_equal(job.diag.text, "cancelled");
        finish(&job);
        assert_int_equal(count_entries(scratch), 0);
    }
}

static tr_cancel by_signal;

static void request_by_signal(int number) {
    (void)number;
    tr_cancel_request(&by_signal);
}

static void a_signal_handler_may_cancel_before_the_end(void **state) {
    (void)state;
    pushed_job job;
    const tr_snapshot initial = {.n_params = 2, .params = job.run.params};
    by_signal = (tr_cancel){0};
    prepare(&job, 0, "a");
    job.options.cancel = &by_signal;
    assert_ok(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag), job.diag);
    assert_ok(tr_rendering_push(job.rendering, &initial, &job.diag), job.diag);
    assert_false(tr_cancel_is_requested(&by_signal));
    void (*older)(int) = signal(SIGUSR1, request_by_signal);
    raise(SIGUSR1);
    signal(SIGUSR1, older);
    assert_true(tr_cancel_is_requested(&by_signal));
    assert_int_equal(tr_rendering_finish(job.rendering, &job.report, &job.diag),
                     TR_ERROR_CANCELLED);
    finish(&job);
    assert_int_equal(count_entries(scratch), 0);
}

static void destroying_ends_it_and_leaves_nothing(void **state) {
    (void)state;
    for (uint64_t n_pushed = 0; n_pushed < 1000; n_pushed = 10 * n_pushed + 1) {
        pushed_job job;
        prepare(&job, 0, "a");
        job.options.every = 1;
        assert_ok(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag),
                  job.diag);
        for (uint64_t i = 0; i < n_pushed; i++) {
            const tr_snapshot snapshot = {.iteration = i, .n_params = 2, .params = job.run.params};
            assert_ok(tr_rendering_push(job.rendering, &snapshot, &job.diag), job.diag);
        }
        finish(&job);
        assert_int_equal(count_entries(scratch), 0);
    }
}

static void a_loop_that_pushes_nothing_makes_no_file(void **state) {
    (void)state;
    static const char *const scenes[][2] = {{"fit", "no frame"}, {"error", "no snapshots"}};
    for (int i = 0; i < 2; i++) {
        pushed_job job;
        prepare(&job, 0, "a");
        job.options.picture.scene = scenes[i][0];
        assert_ok(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag),
                  job.diag);
        assert_int_equal(tr_rendering_finish(job.rendering, &job.report, &job.diag),
                         TR_ERROR_ARGUMENT);
        assert_text_contains(job.diag.text, scenes[i][1]);
        finish(&job);
        assert_int_equal(count_entries(scratch), 0);
    }
}

/* A net that diverges is worth watching too. */
static void weights_and_losses_that_are_not_finite_are_rendered(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "error", "weights", "landscape", "neuron"};
    const float wrong[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 15; i++) {
        pushed_job job;
        float params[2] = {0.5f, 0.25f};
        tr_snapshot snapshot = {.loss = NAN, .n_params = 2, .params = params};
        prepare(&job, 0, "a");
        job.options.picture.scene = scenes[i % 5];
        job.options.every = 1;
        assert_ok(tr_rendering_create(&job.rendering, &job.source, &job.options, &job.diag),
                  job.diag);
        for (snapshot.iteration = 0; snapshot.iteration < 4; snapshot.iteration++) {
            snapshot.loss = snapshot.iteration == 2 ? wrong[i / 5] : 0.5f;
            params[1] = snapshot.iteration == 3 ? wrong[i / 5] : 0.25f;
            assert_ok(tr_rendering_push(job.rendering, &snapshot, &job.diag), job.diag);
        }
        assert_ok(tr_rendering_finish(job.rendering, &job.report, &job.diag), job.diag);
        assert_int_equal(job.report.n_frames, 4);
        finish(&job);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_pushed_is_rendered_as_the_training_itself,
                                        set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(several_loops_do_not_disturb_each_other, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_rendering_that_fails_ends_the_loop, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(wrong_snapshots_are_refused_and_do_no_harm, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(wrong_options_are_refused_at_once, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(cancelling_ends_the_loop_and_leaves_nothing, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(another_thread_may_cancel_a_rendering, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_signal_handler_may_cancel_before_the_end, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(destroying_ends_it_and_leaves_nothing, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_loop_that_pushes_nothing_makes_no_file, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(weights_and_losses_that_are_not_finite_are_rendered,
                                        set_up_scratch, tear_down_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
