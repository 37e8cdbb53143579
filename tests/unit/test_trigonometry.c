#include "support.h"

#include "trigonometry.h"

#include <float.h>
#include <math.h>

/* In units of the last place of the double next to the exact value. */
static double error_of(double value, long double exact) {
    double unit = nextafter(fabs(value), INFINITY) - fabs(value);
    return fabs((double)(((long double)value - exact) / (long double)unit));
}

static void error_is_below_a_unit_in_the_last_place(void **state) {
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip(); /* there is nothing more exact to compare with */
    for (int i = -200000; i <= 200000; i++) {
        /* small angles, all quarters, and the doubles next to multiples of pi / 2 */
        const double angles[] = {i * 1e-9, i * 0.000123456789, i % 600 * 1.5707963267948966};
        for (size_t k = 0; k < 3; k++) {
            assert_true(error_of(tr_sin(angles[k]), sinl((long double)angles[k])) < 0.85);
            assert_true(error_of(tr_cos(angles[k]), cosl((long double)angles[k])) < 0.85);
        }
    }
}

static void special_angles_are_exact(void **state) {
    (void)state;
    assert_true(tr_sin(0) == 0 && !signbit(tr_sin(0)));
    assert_true(tr_cos(0) == 1);
    assert_true(tr_sin(1.5707963267948966) == 1);
    assert_true(tr_cos(1.5707963267948966) == 6.123233995736766e-17);
    assert_true(tr_sin(3.141592653589793) == 1.2246467991473532e-16);
    assert_true(tr_cos(3.141592653589793) == -1);
    assert_true(tr_sin(6.283185307179586) == -2.4492935982947064e-16);
    assert_true(tr_sin(-0.5) == -tr_sin(0.5));
    assert_true(tr_cos(-0.5) == tr_cos(0.5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_is_below_a_unit_in_the_last_place),
        cmocka_unit_test(special_angles_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
