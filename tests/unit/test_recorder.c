#include "support.h"

#include "recorder.h"

static tr_schedule *create_steps(uint64_t every) {
    tr_diag diag = {0};
    tr_schedule *schedule;
    const tr_schedule_options options = {.pace = TR_PACE_STEP, .every = every};
    assert_ok(tr_schedule_create(&schedule, &options, &diag), diag);
    return schedule;
}

/* Feeds iterations 0 to `last` and checks that just the `expected` ones were recorded. */
static void check(uint64_t last, uint64_t every, const uint64_t *expected, size_t n_expected) {
    tr_diag diag = {0};
    tr_ring *ring;
    tr_recorder *recorder;
    assert_ok(tr_ring_create(&ring, 64, 1, TR_RING_BLOCK, &diag), diag);
    tr_schedule *schedule = create_steps(every);
    assert_ok(tr_recorder_create(&recorder, ring, schedule, &diag), diag);
    for (uint64_t i = 0; i <= last; i++) {
        float param = (float)i;
        const tr_snapshot snapshot = {.iteration = i, .n_params = 1, .params = &param};
        assert_ok(tr_recorder_step(&snapshot, recorder), diag);
    }
    tr_recorder_finish(recorder, TR_OK, &diag);
    assert_int_equal(tr_schedule_n_frames(schedule, last), n_expected);
    tr_snapshot snapshot;
    float param;
    for (size_t i = 0; i < n_expected; i++) {
        assert_ok(tr_ring_pop(ring, &snapshot, &param, &diag), diag);
        assert_int_equal(snapshot.iteration, expected[i]);
        assert_true(param == (float)expected[i]);
    }
    assert_int_equal(tr_ring_pop(ring, &snapshot, &param, &diag), TR_END);
    tr_recorder_destroy(&recorder);
    assert_null(recorder);
    tr_schedule_destroy(&schedule);
    tr_ring_destroy(&ring);
}

static void first_every_nth_and_last_are_recorded(void **state) {
    (void)state;
    check(10, 5, (uint64_t[]){0, 5, 10}, 3);
    check(12, 5, (uint64_t[]){0, 5, 10, 12}, 4);
    check(3, 5, (uint64_t[]){0, 3}, 2);
    check(0, 5, (uint64_t[]){0}, 1);
    check(2, 1, (uint64_t[]){0, 1, 2}, 3);
}

static void a_failed_run_has_no_last_state(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_ring *ring;
    tr_recorder *recorder;
    float param = 1;
    tr_schedule *schedule = create_steps(10);
    assert_ok(tr_ring_create(&ring, 4, 1, TR_RING_BLOCK, &diag), diag);
    assert_ok(tr_recorder_create(&recorder, ring, schedule, &diag), diag);
    const tr_snapshot initial = {.n_params = 1, .params = &param};
    assert_ok(tr_recorder_step(&initial, recorder), diag);
    const tr_snapshot skipped = {.iteration = 3, .n_params = 1, .params = &param};
    assert_ok(tr_recorder_step(&skipped, recorder), diag);
    snprintf(diag.text, sizeof diag.text, "it went wrong");
    tr_recorder_finish(recorder, TR_ERROR_DIVERGED, &diag);
    diag.text[0] = '\0';
    tr_snapshot snapshot;
    assert_ok(tr_ring_pop(ring, &snapshot, &param, &diag), diag);
    assert_int_equal(snapshot.iteration, 0);
    assert_int_equal(tr_ring_pop(ring, &snapshot, &param, &diag), TR_ERROR_DIVERGED);
    assert_string_equal(diag.text, "it went wrong");
    tr_recorder_destroy(&recorder);
    tr_schedule_destroy(&schedule);
    tr_ring_destroy(&ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_every_nth_and_last_are_recorded),
        cmocka_unit_test(a_failed_run_has_no_last_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
