#include "support.h"

#include "principal.h"

#include <math.h>

static tr_principal find(const float *rows, size_t n_rows, size_t n_values) {
    tr_diag diag = {0};
    tr_principal principal;
    assert_ok(tr_principal_find(&principal, rows, n_rows, n_values, &diag), diag);
    return principal;
}

static void assert_orthonormal(const tr_principal *principal) {
    double products[3] = {0};
    for (size_t i = 0; i < principal->n_values; i++) {
        double a = principal->directions[0][i], b = principal->directions[1][i];
        products[0] += a * a;
        products[1] += b * b;
        products[2] += a * b;
    }
    assert_true(fabs(products[0] - 1) < 1e-12);
    assert_true(fabs(products[1] - 1) < 1e-12);
    assert_true(fabs(products[2]) < 1e-12);
}

/* Computed with numpy.linalg.svd of the centred rows; the signs as the header has them. */
static void components_are_those_of_numpy(void **state) {
    (void)state;
    const float rows[] = {0, 1, 2, 1, 0, 1, 3, 2, 2, 4, 5, 1, 7, 6, 0};
    const double first[] = {0.7193502031, 0.6739907979, -0.1681418736};
    const double second[] = {0.5826517193, -0.7172226359, -0.3822416311};
    tr_principal principal = find(rows, 5, 3);
    assert_orthonormal(&principal);
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(principal.directions[0][i] - first[i]) < 1e-9);
        assert_true(fabs(principal.directions[1][i] - second[i]) < 1e-9);
    }
    assert_true(fabs(principal.shares[0] - 0.9395424696) < 1e-9);
    assert_true(fabs(principal.shares[1] - 0.0434099124) < 1e-9);
    tr_principal_clear(&principal);
}

/* Two directions with known variances in 50 dimensions, and the way training went along them. */
static void known_directions_are_found(void **state) {
    (void)state;
    enum { ROWS = 128, VALUES = 50 };
    static float rows[ROWS * VALUES];
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < VALUES; k++) {
            double t = (double)i / (ROWS - 1);
            double along = 10 * t, across = 4 * t * t;
            rows[i * VALUES + k] = (float)(k == 7 ? 3 - along : k == 30 ? across : k);
        }
    tr_principal principal = find(rows, ROWS, VALUES);
    assert_orthonormal(&principal);
    assert_true(principal.directions[0][7] < -0.9);
    assert_true(principal.directions[0][30] > 0.3);
    assert_true(fabs(principal.shares[0] + principal.shares[1] - 1) < 1e-9);
    double start[2], end[2];
    const float *last = rows + (ROWS - 1) * VALUES;
    tr_principal_project(&principal, last, rows, start);
    tr_principal_project(&principal, last, last, end);
    assert_true(end[0] == 0 && end[1] == 0);
    assert_true(start[0] < 0 && fabs(hypot(start[0], start[1]) - hypot(10, 4)) < 1e-4);
    tr_principal_clear(&principal);
}

static void a_straight_path_has_one_component_and_any_other(void **state) {
    (void)state;
    const float rows[] = {1, 0, 0, 2, 0, 2, 3, 0, 4, 4, 0, 6};
    tr_principal principal = find(rows, 4, 3);
    assert_orthonormal(&principal);
    assert_true(fabs(principal.shares[0] - 1) < 1e-12);
    assert_true(principal.shares[1] == 0);
    assert_true(fabs(principal.directions[0][2] - 2 / sqrt(5)) < 1e-12);
    assert_true(principal.directions[1][1] == 1);
    tr_principal_clear(&principal);
}

static void what_does_not_move_has_directions_too(void **state) {
    (void)state;
    const float rows[] = {5, 5, 5, 5, 5, 5};
    for (size_t n_rows = 1; n_rows <= 2; n_rows++) {
        tr_principal principal = find(rows, n_rows, 3);
        assert_orthonormal(&principal);
        assert_true(principal.shares[0] == 0 && principal.shares[1] == 0);
        tr_principal_clear(&principal);
    }
}

/* A closed path ends where it began; its sign comes from its largest value. */
static void the_sign_of_a_closed_path_is_that_of_its_largest_value(void **state) {
    (void)state;
    const float rows[] = {0, 0, -3, 1, -3, 1, 0, 0};
    tr_principal principal = find(rows, 4, 2);
    assert_orthonormal(&principal);
    assert_true(principal.directions[0][0] > 0.9);
    tr_principal_clear(&principal);
}

static void huge_and_tiny_values_stay_finite(void **state) {
    (void)state;
    const float huge[] = {3e38F, -3e38F, 0, 3e38F, -3e38F, -3e38F};
    const float tiny[] = {1e-40F, 0, 0, 2e-40F, 3e-40F, 0};
    tr_principal principal = find(huge, 3, 2);
    assert_orthonormal(&principal);
    assert_true(principal.shares[0] > 0.5 && principal.shares[0] <= 1);
    tr_principal_clear(&principal);
    principal = find(tiny, 3, 2);
    assert_orthonormal(&principal);
    tr_principal_clear(&principal);
}

static void random_clouds_give_falling_shares(void **state) {
    (void)state;
    enum { ROWS = 40, VALUES = 9 };
    float rows[ROWS * VALUES];
    tr_random random;
    tr_random_seed(&random, 9);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < ROWS * VALUES; i++)
            rows[i] = (float)tr_random_normal(&random, 1, i % VALUES == round % VALUES ? 5 : 1);
        tr_principal principal = find(rows, ROWS, VALUES);
        assert_orthonormal(&principal);
        assert_true(principal.shares[0] > 0.5 && principal.shares[0] > principal.shares[1]);
        assert_true(principal.shares[1] > 0 && principal.shares[0] + principal.shares[1] <= 1);
        assert_true(fabs(principal.directions[0][round % VALUES]) > 0.9);
        tr_principal_clear(&principal);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_are_those_of_numpy),
        cmocka_unit_test(known_directions_are_found),
        cmocka_unit_test(a_straight_path_has_one_component_and_any_other),
        cmocka_unit_test(what_does_not_move_has_directions_too),
        cmocka_unit_test(the_sign_of_a_closed_path_is_that_of_its_largest_value),
        cmocka_unit_test(huge_and_tiny_values_stay_finite),
        cmocka_unit_test(random_clouds_give_falling_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
