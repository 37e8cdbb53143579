#include "support.h"

#include "surface.h"

#include <math.h>

enum { COLUMNS = 9, ROWS = 6, FACTOR = 4, FINE_COLUMNS = 33, FINE_ROWS = 21, BAD = 2 * 9 + 4 };

static void refine(const double *heights, double *fine) {
    tr_diag diag = {0};
    assert_ok(tr_surface_refine(heights, COLUMNS, ROWS, FACTOR, fine, &diag), diag);
}

static double quadratic(double x, double y) {
    return 3 - x + 2 * y + 0.5 * x * x - 0.7 * x * y + 0.25 * y * y;
}

static void polynomials_of_degree_2_are_exact_everywhere(void **state) {
    (void)state;
    double heights[COLUMNS * ROWS], fine[FINE_COLUMNS * FINE_ROWS];
    for (int j = 0; j < ROWS; j++)
        for (int i = 0; i < COLUMNS; i++)
            heights[j * COLUMNS + i] = quadratic(i, j);
    refine(heights, fine);
    for (int j = 0; j < FINE_ROWS; j++)
        for (int i = 0; i < FINE_COLUMNS; i++)
            assert_true(fabs(fine[j * FINE_COLUMNS + i] -
                             quadratic((double)i / FACTOR, (double)j / FACTOR)) < 1e-12);
}

static void given_heights_are_kept(void **state) {
    (void)state;
    double heights[COLUMNS * ROWS], fine[FINE_COLUMNS * FINE_ROWS];
    tr_random random;
    tr_random_seed(&random, 8);
    for (int i = 0; i < COLUMNS * ROWS; i++)
        heights[i] = tr_random_normal(&random, 0, 1);
    refine(heights, fine);
    for (int j = 0; j < ROWS; j++)
        for (int i = 0; i < COLUMNS; i++)
            assert_true(fine[j * FACTOR * FINE_COLUMNS + i * FACTOR] == heights[j * COLUMNS + i]);
}

/* A height that is not finite takes with it what lies between it and its neighbours, and no more. */
static void what_is_not_finite_does_not_spread(void **state) {
    (void)state;
    double heights[COLUMNS * ROWS], fine[FINE_COLUMNS * FINE_ROWS];
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COLUMNS * ROWS; i++)
            heights[i] = 1;
        heights[BAD] = bad[round];
        refine(heights, fine);
        for (int j = 0; j < FINE_ROWS; j++)
            for (int i = 0; i < FINE_COLUMNS; i++) {
                bool near = abs(i - 4 * FACTOR) < FACTOR && abs(j - 2 * FACTOR) < FACTOR;
                if (near)
                    assert_true(!isfinite(fine[j * FINE_COLUMNS + i]));
                else
                    assert_true(fine[j * FINE_COLUMNS + i] == 1);
            }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polynomials_of_degree_2_are_exact_everywhere),
        cmocka_unit_test(given_heights_are_kept),
        cmocka_unit_test(what_is_not_finite_does_not_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
