/* cmocka asserts only on the main thread, so the other threads leave what they saw in a struct. */
#include "scratch.h"

#include <pthread.h>

/* One who trains and records, on a thread of its own. */
typedef struct writer {
    post_run run;
    const char *path;
    uint64_t n_iterations;
    bool finishes; /* otherwise it is gone without a word */
    pthread_t thread;
    tr_recording *recording;
    tr_status status;
    tr_diag diag;
} writer;

static void *record(void *context) {
    writer *w = context;
    float params[2] = {0.5f, 0.25f};
    for (uint64_t i = 1; !w->status && i <= w->n_iterations; i++) {
        params[0] += 0.001f;
        const tr_snapshot snapshot = {.iteration = i,
                                      .batch_size = 200,
                                      .samples_seen = 200 * i,
                                      .loss = 1 / (float)i,
                                      .n_params = 2,
                                      .params = params};
        w->status = tr_recording_append(w->recording, &snapshot, &w->diag);
        if (i % 100 == 0)
            usleep(20000);
        if (!w->status && i % 200 == 0)
            w->status = tr_recording_flush(w->recording, &w->diag);
    }
    if (!w->status)
        w->status = w->finishes ? tr_recording_finish(w->recording, &w->diag)
                                : tr_recording_flush(w->recording, &w->diag);
    return NULL;
}

/* With the initial state on disk, so that the file can be opened. */
static void start_writer(writer *w, const char *name) {
    const tr_loss loss = TR_LOSS_MEAN_SQUARED_ERROR;
    create_post_run(&w->run, 0);
    w->path = in_scratch(name);
    assert_ok(tr_recording_create_file(&w->recording, w->path, w->run.network, w->run.dataset,
                                       &loss, NULL, &w->diag),
              w->diag);
    const float params[2] = {0.5f, 0.25f};
    const tr_snapshot initial = {.n_params = 2, .params = params};
    assert_ok(tr_recording_append(w->recording, &initial, &w->diag), w->diag);
    assert_ok(tr_recording_flush(w->recording, &w->diag), w->diag);
    assert_int_equal(pthread_create(&w->thread, NULL, record, w), 0);
}

static void end_writer(writer *w) {
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    assert_ok(w->status, w->diag);
    tr_recording_destroy(&w->recording);
    destroy_post_run(&w->run);
}

static tr_render_options options_for(const char *name, const char *scene) {
    tr_render_options options = tr_render_options_default();
    options.folder = scratch;
    options.name = name;
    options.every = 7;
    options.picture.scene = scene;
    return options;
}

static void assert_same_video(const char *first, const char *second) {
    size_t size, other_size;
    char *data = read_file(in_scratch(first), &size);
    char *other = read_file(in_scratch(second), &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(data, other, size);
    free(data);
    free(other);
}

/* Renders while the writer writes, and again afterwards. */
static void follow_and_compare(const char *scene, bool finishes) {
    writer w = {.n_iterations = 1500, .finishes = finishes};
    tr_recording *recording;
    tr_report report;
    tr_diag diag = {0};
    start_writer(&w, "run.h5");
    assert_ok(tr_recording_open(&recording, w.path, &diag), diag);
    assert_false(tr_recording_has_ended(recording));
    assert_true(tr_recording_n_snapshots(recording) < 1500);
    tr_following following = {.recording = recording, .patience = finishes ? 60 : 0.5};
    tr_source source = tr_following_source(&following, NULL);
    tr_render_options options = options_for("followed", scene);
    assert_ok(tr_render(&source, &options, &report, &diag), diag);
    assert_int_equal(report.n_iterations, 1500);
    assert_int_equal(following.is_abandoned, !finishes);
    assert_int_equal(tr_recording_has_ended(recording), finishes);
    tr_report_destroy(&report);
    tr_recording_destroy(&recording);
    end_writer(&w);
    assert_ok(tr_recording_open(&recording, in_scratch("run.h5"), &diag), diag);
    source = tr_recording_source(recording, NULL);
    options.name = "afterwards";
    assert_ok(tr_render(&source, &options, &report, &diag), diag);
    tr_report_destroy(&report);
    tr_recording_destroy(&recording);
    assert_same_video("followed.mp4", "afterwards.mp4");
    assert_same_video("followed_start.png", "afterwards_start.png");
}

static void a_growing_recording_is_rendered_as_it_is_afterwards(void **state) {
    (void)state;
    follow_and_compare("fit", true);
    follow_and_compare("fit+error", true); /* which waits for the end */
}

static void a_writer_that_is_gone_is_waited_for_in_vain_and_all_is_rendered(void **state) {
    (void)state;
    follow_and_compare("fit", false);
}

static void a_recording_that_has_ended_needs_no_patience(void **state) {
    (void)state;
    writer w = {.n_iterations = 300, .finishes = true};
    tr_recording *recording;
    tr_report report;
    tr_diag diag = {0};
    start_writer(&w, "run.h5");
    end_writer(&w);
    assert_ok(tr_recording_open(&recording, in_scratch("run.h5"), &diag), diag);
    tr_following following = {.recording = recording, .patience = 1e9};
    const tr_source source = tr_following_source(&following, NULL);
    const tr_render_options options = options_for("a", "fit");
    assert_ok(tr_render(&source, &options, &report, &diag), diag);
    assert_int_equal(report.n_iterations, 300);
    assert_false(following.is_abandoned);
    tr_report_destroy(&report);
    tr_recording_destroy(&recording);
}

static void *cancel_soon(void *cancel) {
    usleep(200000);
    tr_cancel_request(cancel);
    return NULL;
}

static void waiting_can_be_cancelled(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "error"};
    for (int i = 0; i < 2; i++) {
        writer w = {.n_iterations = 10};
        tr_recording *recording;
        tr_report report;
        pthread_t thread;
        tr_cancel cancel = {0};
        tr_diag diag = {0};
        start_writer(&w, "run.h5");
        assert_ok(tr_recording_open(&recording, w.path, &diag), diag);
        tr_following following = {.recording = recording, .patience = 1e9, .cancel = &cancel};
        const tr_source source = tr_following_source(&following, NULL);
        tr_render_options options = options_for("a", scenes[i]);
        options.cancel = &cancel;
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
        assert_int_equal(tr_render(&source, &options, &report, &diag), TR_ERROR_CANCELLED);
        assert_int_equal(pthread_join(thread, NULL), 0);
        tr_recording_destroy(&recording);
        end_writer(&w);
        assert_int_equal(count_entries(scratch), 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_growing_recording_is_rendered_as_it_is_afterwards,
                                        set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(
            a_writer_that_is_gone_is_waited_for_in_vain_and_all_is_rendered, set_up_scratch,
            tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_recording_that_has_ended_needs_no_patience,
                                        set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(waiting_can_be_cancelled, set_up_scratch,
                                        tear_down_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
