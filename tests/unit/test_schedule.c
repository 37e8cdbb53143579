#include "support.h"

#include "schedule.h"

static tr_schedule *create(const tr_schedule_options *options) {
    tr_diag diag = {0};
    tr_schedule *schedule;
    assert_ok(tr_schedule_create(&schedule, options, &diag), diag);
    return schedule;
}

static void steps_are_even(void **state) {
    (void)state;
    tr_schedule *schedule = create(&(tr_schedule_options){.pace = TR_PACE_STEP, .every = 50});
    assert_int_equal(tr_schedule_next(schedule, 0), 0);
    assert_int_equal(tr_schedule_next(schedule, 1), 50);
    assert_int_equal(tr_schedule_next(schedule, 50), 50);
    assert_true(tr_schedule_next(schedule, UINT64_MAX) == UINT64_MAX);
    assert_int_equal(tr_schedule_n_frames(schedule, 4000), 81);
    assert_int_equal(tr_schedule_n_frames(schedule, 4001), 82);
    tr_schedule_destroy(&schedule);
    assert_null(schedule);
    tr_diag diag = {0};
    const tr_schedule_options none = {.pace = TR_PACE_STEP};
    assert_int_equal(tr_schedule_create(&schedule, &none, &diag), TR_ERROR_ARGUMENT);
    assert_null(schedule);
}

static void a_number_of_frames_is_evenly_apart(void **state) {
    (void)state;
    static const struct {
        uint64_t n_frames;
        uint64_t last;
        uint64_t count;
    } cases[] = {{150, 400000, 150}, {2, 7, 2},   {11, 10, 11},      {12, 10, 11},
                 {7, 100, 7},        {150, 0, 1}, {3, UINT64_MAX, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t last = cases[i].last, before = 0;
        tr_schedule *schedule = create(&(tr_schedule_options){
            .pace = TR_PACE_STEP, .n_frames = cases[i].n_frames, .n_iterations = last});
        assert_int_equal(tr_schedule_n_frames(schedule, last), cases[i].count);
        assert_int_equal(tr_schedule_next(schedule, 0), 0);
        for (uint64_t frame = 1; frame < cases[i].count; frame++) {
            uint64_t next = tr_schedule_next(schedule, before + 1);
            uint64_t step = last / (cases[i].count - 1);
            assert_true(next - before == step || next - before == step + 1);
            before = next;
        }
        assert_true(before == last);
        tr_schedule_destroy(&schedule);
    }
}

/* Checks that the list starts at 0, ends at `last`, and has steps that shrink before the last one by
 * no more than rounding to whole iterations makes them. Returns how many frames there are. */
static uint64_t check_log(uint64_t n_frames, uint64_t last) {
    tr_schedule *schedule = create(
        &(tr_schedule_options){.pace = TR_PACE_LOG, .n_frames = n_frames, .n_iterations = last});
    uint64_t count = 0, at = 0, before = 0, step_before = 0;
    for (uint64_t next = 0; next != UINT64_MAX; next = tr_schedule_next(schedule, at + 1)) {
        if (next != last && count > 1)
            assert_true(next - before + 1 >= step_before);
        step_before = count ? next - before : 0;
        before = at = next;
        count++;
    }
    assert_true(at == last);
    assert_int_equal(count, tr_schedule_n_frames(schedule, last));
    assert_true(count <= n_frames);
    tr_schedule_destroy(&schedule);
    return count;
}

static void log_steps_grow_from_the_first_to_the_last(void **state) {
    (void)state;
    assert_int_equal(check_log(150, 4000), 150);
    assert_int_equal(check_log(2, 4000), 2);
    assert_int_equal(check_log(3, 4000), 3);
    assert_int_equal(check_log(200, 10000000), 200);
    assert_true(check_log(1000, UINT64_C(1) << 62) >= 999);
    assert_int_equal(check_log(150, 0), 1);
    assert_int_equal(check_log(150, 1), 2);
    assert_int_equal(check_log(150, 100), 101); /* there are no more */
    assert_true(check_log(100, 100) >= 90);
}

static tr_recording *record_post(post_run *run, uint64_t epochs) {
    tr_diag diag = {0};
    tr_recording *recording;
    create_post_run(run, 0);
    tr_training training = post_training(run, epochs);
    tr_source source = tr_training_source(&training);
    assert_ok(tr_record(&source, &recording, &diag), diag);
    return recording;
}

static void adaptive_frames_change_as_much_from_each_to_the_next(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    tr_recording *recording = record_post(&run, 2000);
    tr_schedule *schedule = create(&(tr_schedule_options){.pace = TR_PACE_ADAPTIVE,
                                                          .n_frames = 50,
                                                          .n_iterations = 4000,
                                                          .recording = recording,
                                                          .network = run.network,
                                                          .dataset = run.dataset});
    uint64_t count = tr_schedule_n_frames(schedule, 4000);
    assert_true(count >= 45 && count <= 50);
    tr_evaluator *evaluator;
    assert_ok(tr_evaluator_create(&evaluator, run.network, run.dataset, &diag), diag);
    double smallest = 1e300, largest = 0;
    float before[200], now[200];
    uint64_t at = 0;
    for (uint64_t n = 0; n < count; n++) {
        tr_snapshot snapshot;
        float params[2];
        at = tr_schedule_next(schedule, n ? at + 1 : 0);
        assert_ok(tr_recording_read(recording, at, 1, &snapshot, params, &diag), diag);
        assert_int_equal(snapshot.iteration, at);
        tr_evaluator_predict(evaluator, params, now);
        double total = 0;
        for (int i = 0; i < 200; i++)
            total += ((double)now[i] - (double)before[i]) * ((double)now[i] - (double)before[i]);
        /* the first step cannot be smaller than an iteration, and the last one ends the run */
        if (n > 1 && n + 1 < count) {
            smallest = total < smallest ? total : smallest;
            largest = total > largest ? total : largest;
        }
        memcpy(before, now, sizeof now);
    }
    assert_int_equal(at, 4000);
    assert_true(largest < 6 * smallest); /* squares: 2.5 times, where a step would make it 1000 */
    tr_evaluator_destroy(&evaluator);
    tr_schedule_destroy(&schedule);
    tr_recording_destroy(&recording);
    destroy_post_run(&run);
}

static void a_run_that_stands_still_has_two_frames(void **state) {
    (void)state;
    post_run run;
    tr_diag diag = {0};
    tr_recording *recording;
    create_post_run(&run, 0);
    tr_training training = post_training(&run, 10);
    training.options.learning_rate = 0;
    tr_source source = tr_training_source(&training);
    assert_ok(tr_record(&source, &recording, &diag), diag);
    tr_schedule *schedule = create(&(tr_schedule_options){.pace = TR_PACE_ADAPTIVE,
                                                          .n_frames = 10,
                                                          .n_iterations = 20,
                                                          .recording = recording,
                                                          .network = run.network,
                                                          .dataset = run.dataset});
    assert_int_equal(tr_schedule_n_frames(schedule, 20), 2);
    assert_int_equal(tr_schedule_next(schedule, 1), 20);
    tr_schedule_destroy(&schedule);
    tr_recording_destroy(&recording);
    destroy_post_run(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_even),
        cmocka_unit_test(a_number_of_frames_is_evenly_apart),
        cmocka_unit_test(log_steps_grow_from_the_first_to_the_last),
        cmocka_unit_test(adaptive_frames_change_as_much_from_each_to_the_next),
        cmocka_unit_test(a_run_that_stands_still_has_two_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
