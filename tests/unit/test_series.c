#include "support.h"

#include "series.h"

#include <math.h>

enum { N_SPANS = 100 };

static void create(tr_series *series, uint64_t last_iteration) {
    tr_diag diag = {0};
    assert_ok(tr_series_init(series, last_iteration, N_SPANS, &diag), diag);
}

static void assert_rising(const tr_series *series) {
    for (size_t i = 1; i < series->n_points; i++)
        assert_true(series->points[i].iteration > series->points[i - 1].iteration);
}

static void few_values_are_all_kept(void **state) {
    (void)state;
    tr_series series;
    create(&series, 99);
    for (uint64_t i = 0; i < 100; i++)
        tr_series_add(&series, i, (double)(i * 37 % 100));
    tr_series_finish(&series);
    assert_int_equal(series.n_points, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(series.points[i].iteration, i);
        assert_true(series.points[i].value == (double)(i * 37 % 100));
    }
    tr_series_clear(&series);
}

/* Every extreme of every span is there, at its own iteration, however long the run is. */
static void no_peak_is_lost(void **state) {
    (void)state;
    enum { N = 1000000 };
    tr_series series;
    tr_random random;
    double *values = malloc(N * sizeof *values);
    assert_non_null(values);
    create(&series, N - 1);
    tr_random_seed(&random, 3);
    for (int i = 0; i < N; i++) {
        values[i] = tr_random_normal(&random, 5, 1);
        if (tr_random_interval(&random, 99999) == 0)
            values[i] = 1000 + i; /* a peak of a single iteration */
        tr_series_add(&series, (uint64_t)i, values[i]);
    }
    tr_series_finish(&series);
    assert_in_range(series.n_points, 2 * N_SPANS, 4 * N_SPANS);
    assert_rising(&series);
    size_t at = 0;
    for (int span = 0; span < N_SPANS; span++) {
        double low = INFINITY, high = -INFINITY, kept_low = INFINITY, kept_high = -INFINITY;
        int first = span * (N / N_SPANS), end = (span + 1) * (N / N_SPANS);
        for (int i = first; i < end; i++) {
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
        assert_int_equal(series.points[at].iteration, first);
        for (; at < series.n_points && series.points[at].iteration < (uint64_t)end; at++) {
            assert_true(series.points[at].value == values[series.points[at].iteration]);
            kept_low = fmin(kept_low, series.points[at].value);
            kept_high = fmax(kept_high, series.points[at].value);
        }
        assert_int_equal(series.points[at - 1].iteration, end - 1);
        assert_true(kept_low == low && kept_high == high);
    }
    free(values);
    tr_series_clear(&series);
}

/* As of several snapshots in the same epoch. */
static void of_values_at_the_same_iteration_the_last_one_is_kept(void **state) {
    (void)state;
    tr_series series;
    create(&series, 9);
    static const double values[] = {5, 9, 1, 7};
    for (uint64_t i = 0; i < 10; i++)
        for (int k = 0; k < 4; k++)
            tr_series_add(&series, i, values[k] + 10 * (double)i);
    tr_series_finish(&series);
    assert_int_equal(series.n_points, 10);
    assert_rising(&series);
    for (size_t i = 0; i < 10; i++)
        assert_true(series.points[i].value == 7 + 10 * (double)i);
    tr_series_clear(&series);
}

static void values_that_are_not_finite_are_left_out(void **state) {
    (void)state;
    tr_series series;
    create(&series, 10);
    tr_series_add(&series, 0, NAN);
    tr_series_add(&series, 1, INFINITY);
    tr_series_finish(&series);
    assert_int_equal(series.n_points, 0);
    assert_true(series.lowest > series.highest);
    tr_series_add(&series, 2, -1);
    tr_series_add(&series, 3, 0);
    tr_series_add(&series, 4, 0.25);
    tr_series_finish(&series);
    assert_int_equal(series.n_points, 3);
    assert_true(series.lowest == -1 && series.highest == 0.25 && series.lowest_positive == 0.25);
    tr_series_clear(&series);
}

static void points_are_counted_up_to_an_iteration(void **state) {
    (void)state;
    tr_series series;
    create(&series, 100);
    assert_int_equal(tr_series_points_up_to(&series, 50), 0);
    for (uint64_t i = 10; i <= 100; i += 10)
        tr_series_add(&series, i, 1);
    tr_series_finish(&series);
    assert_int_equal(tr_series_points_up_to(&series, 0), 0);
    assert_int_equal(tr_series_points_up_to(&series, 9), 0);
    assert_int_equal(tr_series_points_up_to(&series, 10), 1);
    assert_int_equal(tr_series_points_up_to(&series, 55), 5);
    assert_int_equal(tr_series_points_up_to(&series, UINT64_MAX), 10);
    tr_series_clear(&series);
}

/* Iterations beyond what was announced, and as large as they get, stay in the last span. */
static void iterations_may_be_larger_than_announced(void **state) {
    (void)state;
    tr_series series;
    create(&series, 5);
    for (uint64_t i = 0; i < 1000; i++)
        tr_series_add(&series, UINT64_MAX / 1000 * i, (double)i);
    tr_series_finish(&series);
    assert_in_range(series.n_points, 2, 4 * N_SPANS);
    assert_rising(&series);
    tr_series_clear(&series);
}

/* For spans of several iterations, of one, and of less than one. */
static void a_span_ends_where_a_later_one_begins(void **state) {
    (void)state;
    const uint64_t lasts[] = {0, 5, 98, 99, 100, 399999, UINT64_C(1) << 40};
    for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
        tr_series series;
        create(&series, lasts[i]);
        for (size_t span = 0; span + 1 < N_SPANS; span++) {
            uint64_t end = tr_series_span_end(&series, span);
            assert_true(tr_series_span(&series, end) > span);
            assert_true(end == 0 || tr_series_span(&series, end - 1) <= span);
        }
        assert_true(tr_series_span_end(&series, N_SPANS - 1) == UINT64_MAX);
        tr_series_clear(&series);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_values_are_all_kept),
        cmocka_unit_test(no_peak_is_lost),
        cmocka_unit_test(of_values_at_the_same_iteration_the_last_one_is_kept),
        cmocka_unit_test(values_that_are_not_finite_are_left_out),
        cmocka_unit_test(points_are_counted_up_to_an_iteration),
        cmocka_unit_test(a_span_ends_where_a_later_one_begins),
        cmocka_unit_test(iterations_may_be_larger_than_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
