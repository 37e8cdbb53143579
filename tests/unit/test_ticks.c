#include "support.h"

#include "ticks.h"

#include <math.h>

static void assert_joined(const tr_ticks *ticks, const char *expected) {
    char text[512] = "";
    for (int i = 0; i < ticks->count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, ticks->labels[i]);
    }
    assert_string_equal(text, expected);
}

static void assert_labels(double low, double high, int max_intervals, const char *expected) {
    tr_ticks ticks;
    tr_ticks_choose(&ticks, low, high, max_intervals);
    assert_joined(&ticks, expected);
}

static void assert_labels_inside(double low, double high, int max_intervals, const char *expected) {
    tr_ticks ticks;
    tr_ticks_choose_inside(&ticks, low, high, max_intervals);
    assert_joined(&ticks, expected);
}

static void assert_log_labels(double low, double high, int max_intervals, const char *expected) {
    tr_ticks ticks;
    tr_ticks_choose_log(&ticks, low, high, max_intervals);
    assert_joined(&ticks, expected);
}

static void ticks_are_round(void **state) {
    (void)state;
    assert_labels(0, 2, 5, "0.0 0.5 1.0 1.5 2.0");
    assert_labels(0, 1.9899497487437185, 5, "0.0 0.5 1.0 1.5 2.0");
    assert_labels(0, 2, 2, "0 1 2");
    assert_labels(0, 2, 1, "0 2");
    assert_labels(0, 4000, 5, "0 1000 2000 3000 4000");
    assert_labels(0, 0.3, 5, "0.0 0.1 0.2 0.3");
    assert_labels(-1, 1, 5, "\u22121.0 \u22120.5 0.0 0.5 1.0");
    assert_labels(0.0012, 0.0037, 5, "0.001 0.002 0.003 0.004");
    assert_labels(1e8, 3e8, 5,
                  "10\u2078 1.5\u00b710\u2078 2\u00b710\u2078 2.5\u00b710\u2078 "
                  "3\u00b710\u2078");
    assert_labels(0, 1e7, 2, "0 5\u00b710\u2076 10\u2077"); /* all in one style */
    assert_labels(-2e-11, 0, 2, "\u22122\u00b710\u207b\u00b9\u00b9 \u221210\u207b\u00b9\u00b9 0");
}

static void ticks_may_be_asked_for_inside_a_range_only(void **state) {
    (void)state;
    assert_labels_inside(0, 4100, 5, "0 1000 2000 3000 4000");
    assert_labels_inside(0, 4000, 5, "0 1000 2000 3000 4000");
    assert_labels_inside(0, 4000, 8, "0 500 1000 1500 2000 2500 3000 3500 4000");
    assert_labels_inside(0, 4100, 2, "0 2000 4000");
    assert_labels_inside(1.5, 3.7, 5, "1.5 2.0 2.5 3.0 3.5");
    assert_labels_inside(0, 1, 1, "0 1");
}

static void logarithmic_ticks_are_powers_of_ten(void **state) {
    (void)state;
    assert_log_labels(0.003, 0.53, 5, "10\u207b\u00b3 10\u207b\u00b2 10\u207b\u00b9 10\u2070");
    assert_log_labels(1e-3, 1, 3, "10\u207b\u00b3 10\u207b\u00b2 10\u207b\u00b9 10\u2070");
    assert_log_labels(1e-3, 1, 2, "10\u207b\u2074 10\u207b\u00b2 10\u2070");
    assert_log_labels(0.15, 0.57, 5,
                      "10\u207b\u00b9 2\u00b710\u207b\u00b9 5\u00b710\u207b\u00b9 10\u2070");
    assert_log_labels(0.15, 0.57, 2, "10\u207b\u00b9 10\u2070");
    assert_log_labels(0.2, 0.5, 5, "2\u00b710\u207b\u00b9 5\u00b710\u207b\u00b9");
    assert_log_labels(1, 1, 5, "10\u2070 2\u00b710\u2070");
    assert_log_labels(3, 30, 4,
                      "2\u00b710\u2070 5\u00b710\u2070 10\u00b9 2\u00b710\u00b9 5\u00b710\u00b9");
    assert_log_labels(0, 5, 5, "10\u2070 2\u00b710\u2070");
    assert_log_labels(NAN, INFINITY, 5, "10\u2070 2\u00b710\u2070");
    assert_log_labels(1e-38, 1e38, 1, "10\u207b\u00b3\u2078 10\u00b3\u2078");
}

static void logarithmic_ticks_cover_any_range(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 9);
    for (int i = 0; i < 20000; i++) {
        double low = pow(10, tr_random_uniform(&random, -45, 38));
        double high = low * pow(10, tr_random_uniform(&random, 0, i % 2 ? 3 : 38));
        int max_intervals = 1 + (int)tr_random_interval(&random, TR_MAX_INTERVALS - 1);
        tr_ticks ticks;
        tr_ticks_choose_log(&ticks, low, high, max_intervals);
        assert_in_range(ticks.count, 2, max_intervals + 1);
        assert_true(ticks.values[0] > 0 && ticks.values[0] <= low * (1 + 1e-8));
        assert_true(ticks.values[ticks.count - 1] >= high * (1 - 1e-8));
        for (int t = 1; t < ticks.count; t++)
            assert_true(ticks.values[t] > ticks.values[t - 1]);
    }
}

static void the_logarithm_is_right(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 8);
    for (int power = -300; power <= 300; power++)
        assert_true(fabs(tr_log10(pow(10, power)) - power) <= 1e-13);
    for (int i = 0; i < 100000; i++) {
        double value =
            ldexp(tr_random_uniform(&random, 0.5, 1), (int)tr_random_interval(&random, 200) - 100);
        assert_true(fabs(tr_log10(value) - log10(value)) <= 1e-15 * fmax(1, fabs(log10(value))));
    }
}

static void ticks_cover_any_range(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 5);
    for (int i = 0; i < 20000; i++) {
        double scale = pow(10, tr_random_uniform(&random, -30, 30));
        double low = tr_random_normal(&random, 0, scale);
        double high = low + fabs(tr_random_normal(&random, 0, scale));
        int max_intervals = 1 + (int)tr_random_interval(&random, TR_MAX_INTERVALS - 1);
        tr_ticks ticks;
        tr_ticks_choose(&ticks, low, high, max_intervals);
        double slack = (high - low) * 1e-6;
        int most = low < 0 && high > 0 && max_intervals < 2 ? 2 : max_intervals;
        assert_in_range(ticks.count, 2, most + 1);
        assert_true(ticks.values[0] <= low + slack);
        if (!(ticks.values[ticks.count - 1] >= high - slack))
            fail_msg("%.17g to %.17g end at %.17g", low, high, ticks.values[ticks.count - 1]);
        for (int t = 1; t < ticks.count; t++)
            assert_true(ticks.values[t] > ticks.values[t - 1]);
    }
}

static void hopeless_ranges_are_widened(void **state) {
    (void)state;
    const double ranges[][2] = {{0, 0},        {3, 3},          {-1e-300, -1e-300},  {NAN, 1},
                                {0, INFINITY}, {-1e308, 1e308}, {1e15, 1e15 + 0.125}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        tr_ticks ticks;
        tr_ticks_choose(&ticks, ranges[i][0], ranges[i][1], 5);
        assert_in_range(ticks.count, 2, 6);
        assert_true(ticks.values[ticks.count - 1] > ticks.values[0]);
        assert_true(isfinite(ticks.values[0]) && isfinite(ticks.values[ticks.count - 1]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round),
        cmocka_unit_test(ticks_may_be_asked_for_inside_a_range_only),
        cmocka_unit_test(logarithmic_ticks_are_powers_of_ten),
        cmocka_unit_test(logarithmic_ticks_cover_any_range),
        cmocka_unit_test(the_logarithm_is_right),
        cmocka_unit_test(ticks_cover_any_range),
        cmocka_unit_test(hopeless_ranges_are_widened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
