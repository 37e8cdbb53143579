#include "support.h"

#include "elementary.h"

#include <math.h>

/* The worst of many arguments: the error relative to what the C library says, in units of half the
 * distance of float32 numbers, and how often rounding to float32 gives another number. */
typedef struct accuracy {
    double worst;
    unsigned long n_different;
    unsigned long n;
} accuracy;

static void compare(accuracy *result, double got, double expected) {
    const float nearest = (float)expected;
    const double half_ulp =
        0.5 * ((double)nextafterf(fabsf(nearest), INFINITY) - (double)fabsf(nearest));
    result->worst = fmax(result->worst, fabs(got - expected) / half_ulp);
    result->n_different += (float)got != nearest;
    result->n++;
}

static void check(const accuracy *result) {
    if (!(result->worst < 1e-4) || (double)result->n_different > 1e-4 * (double)result->n)
        fail_msg("off by %g of half an ulp, %lu of %lu numbers differ", result->worst,
                 result->n_different, result->n);
}

/* Calls `visit` with float32 numbers of all magnitudes up to `largest`, of both signs. */
static void visit_floats(float largest, void (*visit)(double, void *), void *context) {
    uint32_t bits, end;
    memcpy(&end, &largest, sizeof end);
    for (bits = 0; bits <= end; bits += 1021) { /* a prime, so that no digit repeats */
        float x;
        memcpy(&x, &bits, sizeof x);
        visit((double)x, context);
        visit(-(double)x, context);
    }
}

/* Below the smallest normal float32 there are no half ulps to speak of. */
static bool is_normal(double value) {
    return fabs(value) >= (double)1.17549435e-38f;
}

static void compare_exp(double x, void *result) {
    if (is_normal(exp(x)))
        compare(result, tr_exp(x), exp(x));
}

static void compare_expm1(double x, void *result) {
    if (is_normal(x))
        compare(result, tr_expm1(x), expm1(x));
}

static void compare_log(double x, void *result) {
    if (x > 0 && is_normal(x) && x != 1)
        compare(result, tr_log(x), log(x));
}

static void compare_log1p(double x, void *result) {
    if (x > 0 && is_normal(x))
        compare(result, tr_log1p(x), log1p(x));
}

static void compare_tanh(double x, void *result) {
    const double slope = 1 / (cosh(x) * cosh(x));
    if (is_normal(x))
        compare(result, tr_tanh(x).value, tanh(x));
    if (is_normal(slope))
        compare(result, tr_tanh(x).slope, slope);
}

static void compare_sigmoid(double x, void *result) {
    const double expected = 1 / (1 + exp(-x));
    if (!is_normal(expected))
        return;
    compare(result, tr_sigmoid(x).value, expected);
    if (is_normal(expected / (1 + exp(x))))
        compare(result, tr_sigmoid(x).slope, expected / (1 + exp(x)));
}

static void compare_softplus(double x, void *result) {
    const double expected = x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
    if (!is_normal(expected))
        return;
    compare(result, tr_softplus(x).value, expected);
    compare(result, tr_softplus(x).slope, 1 / (1 + exp(-x)));
}

static void all_agree_with_the_c_library(void **state) {
    (void)state;
    const struct {
        void (*visit)(double, void *);
        float largest;
    } functions[] = {{compare_exp, 88.7f},     {compare_expm1, 88.7f}, {compare_log, 3e38f},
                     {compare_log1p, 1},       {compare_tanh, 80},     {compare_sigmoid, 300},
                     {compare_softplus, 3e38f}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        accuracy result = {0};
        visit_floats(functions[i].largest, functions[i].visit, &result);
        assert_true(result.n > 1000000);
        check(&result);
    }
}

static void special_values_are_kept(void **state) {
    (void)state;
    assert_true(tr_exp(0) == 1);
    assert_true(tr_expm1(0) == 0);
    assert_true(tr_log(1) == 0);
    assert_true(tr_log1p(0) == 0);
    assert_true(tr_tanh(0).value == 0 && tr_tanh(0).slope == 1);
    assert_true(tr_sigmoid(0).value == 0.5 && tr_sigmoid(0).slope == 0.25);
    assert_true((float)tr_exp(-INFINITY) == 0);
    assert_true(isinf((float)tr_exp(INFINITY)));
    assert_true(tr_tanh(INFINITY).value == 1 && tr_tanh(-INFINITY).value == -1);
    assert_true(tr_sigmoid(INFINITY).value == 1 && (float)tr_sigmoid(-INFINITY).value == 0);
    assert_true(isinf(tr_softplus(INFINITY).value));
    assert_true((float)tr_softplus(-INFINITY).value == 0);
}

static void nan_stays_nan(void **state) {
    (void)state;
    assert_true(isnan(tr_exp(NAN)));
    assert_true(isnan(tr_expm1(NAN)));
    assert_true(isnan(tr_log(NAN)));
    assert_true(isnan(tr_log1p(NAN)));
    assert_true(isnan(tr_tanh(NAN).value));
    assert_true(isnan(tr_sigmoid(NAN).value));
    assert_true(isnan(tr_softplus(NAN).value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_agree_with_the_c_library),
        cmocka_unit_test(special_values_are_kept),
        cmocka_unit_test(nan_stays_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
