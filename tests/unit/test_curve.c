#include "support.h"

#include "curve.h"

#include <math.h>

static tr_curve curve;

static void add(uint64_t iteration, float loss) {
    const tr_snapshot snapshot = {.iteration = iteration, .loss = loss, .n_params = 7};
    tr_curve_add(&curve, &snapshot);
}

/* Every loss is 0.5 but those of a peak, a dip and a gap; however long it gets, these are kept. */
static void no_peak_is_lost_however_long_it_gets(void **state) {
    (void)state;
    const uint64_t count = 1000003, peak = 12347, dip = 700001;
    float highest = 0, lowest = 1;
    curve = (tr_curve){0};
    for (uint64_t i = 0; i < count; i++) {
        bool gap = i == 0 || (i > 1000 && i < 1010);
        add(i, i == peak ? 9.0f : i == dip ? 0.125f : gap ? NAN : 0.5f);
        assert_true(curve.count <= TR_CURVE_POINTS);
    }
    assert_true(curve.count > TR_CURVE_POINTS / 4);
    assert_int_equal(curve.points[0].iteration, 0);
    assert_int_equal(curve.points[curve.count - 1].iteration, count - 1);
    for (size_t i = 1; i < curve.count; i++) {
        assert_true(curve.points[i].iteration > curve.points[i - 1].iteration);
        highest = fmaxf(highest, curve.points[i].loss);
        lowest = fminf(lowest, curve.points[i].loss);
    }
    assert_true(highest == 9.0f);
    assert_true(lowest == 0.125f);
}

static void losses_that_are_none_are_thinned_as_well(void **state) {
    (void)state;
    curve = (tr_curve){0};
    for (uint64_t i = 0; i < 100000; i++)
        add(i, NAN);
    assert_true(curve.count <= TR_CURVE_POINTS);
    for (size_t i = 1; i < curve.count; i++)
        assert_true(curve.points[i].iteration > curve.points[i - 1].iteration);
}

static void what_does_not_follow_is_left_out(void **state) {
    (void)state;
    curve = (tr_curve){0};
    add(5, 1);
    add(5, 2);
    add(4, 3);
    assert_int_equal(curve.count, 1);
    assert_true(curve.points[0].loss == 1);
}

static void it_becomes_a_recording_without_parameters(void **state) {
    (void)state;
    tr_recording *recording;
    tr_snapshot last;
    tr_diag diag = {0};
    curve = (tr_curve){0};
    for (uint64_t i = 0; i < 3; i++)
        add(10 * i, (float)i);
    assert_ok(tr_curve_record(&curve, &recording, &diag), diag);
    assert_int_equal(tr_recording_n_snapshots(recording), 3);
    assert_int_equal(tr_recording_n_params(recording), 0);
    assert_ok(tr_recording_read(recording, 2, 1, &last, NULL, &diag), diag);
    assert_int_equal(last.iteration, 20);
    assert_true(last.loss == 2);
    tr_recording_destroy(&recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_peak_is_lost_however_long_it_gets),
        cmocka_unit_test(losses_that_are_none_are_thinned_as_well),
        cmocka_unit_test(what_does_not_follow_is_left_out),
        cmocka_unit_test(it_becomes_a_recording_without_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
