#include "support.h"

#include "curves.h"

#include <math.h>

static tr_curves init(size_t n_params, uint64_t n_snapshots, uint64_t first, uint64_t last) {
    tr_diag diag = {0};
    tr_curves curves;
    assert_ok(tr_curves_init(&curves, n_params, n_snapshots, first, last, &diag), diag);
    return curves;
}

static void add(tr_curves *curves, uint64_t iteration, const float *params) {
    tr_curves_add(curves, &(tr_snapshot){.iteration = iteration, .params = params});
}

static void a_short_run_keeps_every_value(void **state) {
    (void)state;
    tr_curves curves = init(2, 3, 0, 20);
    add(&curves, 0, (const float[]){1, -2});
    add(&curves, 10, (const float[]){3, NAN});
    add(&curves, 20, (const float[]){INFINITY, 5});
    tr_curves_finish(&curves);
    assert_int_equal(curves.n_curves, 2);
    assert_int_equal(curves.n_points, 3);
    assert_int_equal(curves.iterations[1], 10);
    assert_true(tr_curves_values(&curves, 0)[1] == 3 && isnan(tr_curves_values(&curves, 0)[2]));
    assert_true(isnan(tr_curves_values(&curves, 1)[1]) && tr_curves_values(&curves, 1)[2] == 5);
    assert_true(curves.lowest == -2 && curves.highest == 5);
    tr_curves_clear(&curves);
}

static double lowest_between(const tr_curves *curves, size_t curve, uint64_t from, uint64_t to,
                             int sign) {
    double lowest = INFINITY;
    for (size_t i = 0; i < curves->n_points; i++)
        if (curves->iterations[i] >= from && curves->iterations[i] <= to)
            lowest = fmin(lowest, sign * (double)tr_curves_values(curves, curve)[i]);
    return lowest;
}

/* Single peaks, each of one iteration of a million, are all there and where they were. */
static void a_long_run_loses_no_peak(void **state) {
    (void)state;
    enum { N = 1000000, EVERY = 7919 };
    tr_curves curves = init(2, N, 5, N + 4);
    for (uint64_t i = 0; i < N; i++) {
        float peak = i % EVERY ? 0 : 1 + (float)(i / EVERY);
        add(&curves, i + 5, (const float[]){peak, -peak});
    }
    tr_curves_finish(&curves);
    assert_in_range(curves.n_points, 2 * TR_CURVE_SPANS, TR_MAX_CURVE_POINTS);
    for (size_t i = 1; i < curves.n_points; i++)
        assert_true(curves.iterations[i] >= curves.iterations[i - 1]);
    assert_int_equal(curves.iterations[0], 5);
    assert_int_equal(curves.iterations[curves.n_points - 1], N + 4);
    for (uint64_t peak = 0; peak * EVERY < N; peak++) {
        uint64_t at = peak * EVERY + 5;
        uint64_t span = N / TR_CURVE_SPANS + 1;
        uint64_t from = at > span ? at - span : 0;
        assert_true(lowest_between(&curves, 0, from, at + span, -1) == -1 - (double)peak);
        assert_true(lowest_between(&curves, 1, from, at + span, 1) == -1 - (double)peak);
    }
    tr_curves_clear(&curves);
}

/* Within a span the extremes stand in the order in which they were. */
static void extremes_keep_their_order(void **state) {
    (void)state;
    enum { N = TR_CURVE_SPANS * 10 };
    tr_curves curves = init(2, N, 0, N - 1);
    for (uint64_t i = 0; i < N; i++) {
        float value = i % 10 == 3 ? 1 : i % 10 == 6 ? -1 : 0;
        add(&curves, i, (const float[]){value, -value});
    }
    tr_curves_finish(&curves);
    assert_int_equal(curves.n_points, TR_MAX_CURVE_POINTS);
    const float *up = tr_curves_values(&curves, 0), *down = tr_curves_values(&curves, 1);
    for (size_t i = 0; i < curves.n_points; i += 4) {
        assert_true(up[i] == 0 && up[i + 1] == 1 && up[i + 2] == -1 && up[i + 3] == 0);
        assert_true(down[i] == 0 && down[i + 1] == -1 && down[i + 2] == 1 && down[i + 3] == 0);
    }
    tr_curves_clear(&curves);
}

static void a_long_run_of_nothing_finite_has_a_range(void **state) {
    (void)state;
    enum { N = 3 * TR_MAX_CURVE_POINTS };
    tr_curves curves = init(1, N, 0, N - 1);
    for (uint64_t i = 0; i < N; i++)
        add(&curves, i, (const float[]){i % 2 ? NAN : INFINITY});
    tr_curves_finish(&curves);
    assert_true(curves.lowest == 0 && curves.highest == 0);
    for (size_t i = 0; i < curves.n_points; i++)
        assert_true(isnan(tr_curves_values(&curves, 0)[i]));
    tr_curves_clear(&curves);
}

static void many_parameters_are_chosen_evenly(void **state) {
    (void)state;
    enum { N = 2500 };
    float params[N];
    for (int i = 0; i < N; i++)
        params[i] = (float)i;
    tr_curves curves = init(N, 1, 0, 0);
    add(&curves, 0, params);
    tr_curves_finish(&curves);
    assert_int_equal(curves.n_curves, TR_MAX_CURVES);
    assert_int_equal(curves.params[0], 0);
    for (size_t i = 1; i < curves.n_curves; i++) {
        assert_in_range(curves.params[i] - curves.params[i - 1], 2, 3);
        assert_true(tr_curves_values(&curves, i)[0] == (float)curves.params[i]);
    }
    tr_curves_clear(&curves);
}

static void more_snapshots_than_announced_are_left_out(void **state) {
    (void)state;
    tr_curves curves = init(1, 2, 0, 1);
    for (uint64_t i = 0; i < 5; i++)
        add(&curves, i, (const float[]){0});
    tr_curves_finish(&curves);
    assert_int_equal(curves.n_points, 2);
    tr_curves_clear(&curves);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_run_keeps_every_value),
        cmocka_unit_test(a_long_run_loses_no_peak),
        cmocka_unit_test(extremes_keep_their_order),
        cmocka_unit_test(a_long_run_of_nothing_finite_has_a_range),
        cmocka_unit_test(many_parameters_are_chosen_evenly),
        cmocka_unit_test(more_snapshots_than_announced_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
