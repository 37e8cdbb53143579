#include "support.h"

#include "path.h"

#include <math.h>

static tr_path init(double x_unit, double y_unit, double tolerance) {
    tr_diag diag = {0};
    tr_path path;
    assert_ok(tr_path_init(&path, x_unit, y_unit, tolerance, &diag), diag);
    return path;
}

static void steps_within_the_tolerance_are_left_out(void **state) {
    (void)state;
    tr_path path = init(1, 10, 0.5);
    for (int i = 0; i <= 100; i++)
        tr_path_add(&path, (uint64_t)i, i * 0.1, 0);
    assert_in_range(path.n_points, 17, 18);
    size_t before = path.n_points;
    tr_path_add(&path, 101, path.points[before - 1].x, 4.9); /* less than half a unit up */
    assert_int_equal(path.n_points, before);
    tr_path_add(&path, 102, path.points[before - 1].x, 5.1);
    assert_int_equal(path.n_points, before + 1);
    tr_path_clear(&path);
}

static void what_is_not_finite_is_left_out(void **state) {
    (void)state;
    tr_path path = init(1, 1, 0.5);
    tr_path_add(&path, 0, NAN, 0);
    assert_int_equal(path.n_points, 0);
    tr_path_add(&path, 1, 1, 2);
    tr_path_add(&path, 2, INFINITY, 2);
    tr_path_add(&path, 3, 1, -INFINITY);
    tr_path_add(&path, 4, 5, 2);
    assert_int_equal(path.n_points, 2);
    assert_true(path.points[0].x == 1 && path.points[1].x == 5);
    tr_path_clear(&path);
}

/* However long a run jumps about, the path stays bounded, and no point is far from it. */
static void a_path_of_any_length_is_bounded(void **state) {
    (void)state;
    enum { N = 300000 };
    tr_path path = init(1, 1, 0.5);
    tr_random random;
    tr_random_seed(&random, 3);
    double x = 0, y = 0;
    for (uint64_t i = 0; i < N; i++) {
        x += tr_random_normal(&random, 0, 3);
        y += tr_random_normal(&random, 0, 3);
        tr_path_add(&path, i, x, y);
        assert_in_range(path.n_points, 1, TR_MAX_PATH_POINTS - 1);
    }
    assert_in_range(path.n_points, 200, TR_MAX_PATH_POINTS - 1);
    for (size_t i = 1; i < path.n_points; i++) {
        assert_true(path.points[i].iteration > path.points[i - 1].iteration);
        assert_true(hypot(path.points[i].x - path.points[i - 1].x,
                          path.points[i].y - path.points[i - 1].y) > path.tolerance);
    }
    tr_path_clear(&path);
}

static void points_are_counted_by_iteration(void **state) {
    (void)state;
    tr_path path = init(1, 1, 0.5);
    assert_int_equal(tr_path_points_up_to(&path, 5), 0);
    for (uint64_t i = 0; i < 10; i++)
        tr_path_add(&path, 10 * i, (double)i, 0);
    assert_int_equal(tr_path_points_up_to(&path, 0), 1);
    assert_int_equal(tr_path_points_up_to(&path, 9), 1);
    assert_int_equal(tr_path_points_up_to(&path, 10), 2);
    assert_int_equal(tr_path_points_up_to(&path, 90), 10);
    assert_int_equal(tr_path_points_up_to(&path, UINT64_MAX), 10);
    tr_path_clear(&path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_within_the_tolerance_are_left_out),
        cmocka_unit_test(what_is_not_finite_is_left_out),
        cmocka_unit_test(a_path_of_any_length_is_bounded),
        cmocka_unit_test(points_are_counted_by_iteration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
