#include "support.h"

#include "contour.h"

#include <math.h>

static tr_contour trace(const double *heights, int columns, int rows, double level) {
    tr_diag diag = {0};
    tr_contour contour;
    assert_ok(tr_contour_trace(&contour, heights, columns, rows, level, &diag), diag);
    return contour;
}

static double loop_area(const tr_contour *contour, size_t loop) {
    double area = 0;
    size_t begin = loop ? contour->ends[loop - 1] : 0;
    size_t count = contour->ends[loop] - begin;
    for (size_t i = 0; i < count; i++) {
        tr_point from = contour->points[begin + i];
        tr_point to = contour->points[begin + (i + 1) % count];
        area += (from.x * to.y - to.x * from.y) / 2;
    }
    return area;
}

/* Of the whole region: holes count negative because they turn the other way. */
static double area_of(const tr_contour *contour) {
    double area = 0;
    for (size_t i = 0; i < contour->n_loops; i++)
        area += loop_area(contour, i);
    return area;
}

static void a_single_low_node_is_a_diamond(void **state) {
    (void)state;
    const double heights[] = {1, 1, 1, 1, 0, 1, 1, 1, 1};
    tr_contour contour = trace(heights, 3, 3, 0.25);
    assert_int_equal(contour.n_loops, 1);
    assert_int_equal(contour.n_points, 4);
    for (int i = 0; i < 4; i++)
        assert_true(fabs(contour.points[i].x - 1) + fabs(contour.points[i].y - 1) == 0.25);
    assert_true(fabs(area_of(&contour) - 0.125) < 1e-12);
    tr_contour_clear(&contour);
}

static void a_hole_turns_the_other_way(void **state) {
    (void)state;
    const double heights[] = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    tr_contour contour = trace(heights, 3, 3, 0.5);
    assert_int_equal(contour.n_loops, 2);
    assert_true(fabs(area_of(&contour) - 3.5) < 1e-12);
    tr_contour_clear(&contour);
}

static void a_low_field_is_outlined_by_its_four_corners(void **state) {
    (void)state;
    const double heights[12] = {0};
    tr_contour contour = trace(heights, 4, 3, 1);
    assert_int_equal(contour.n_loops, 1);
    assert_in_range(contour.n_points, 4, 5); /* and where the walk began */
    assert_true(area_of(&contour) == 6);
    for (size_t i = 0; i < contour.n_points; i++)
        assert_true(tr_contour_on_border(contour.points[i],
                                         contour.points[(i + 1) % contour.n_points], 4, 3));
    tr_contour_clear(&contour);
}

static void a_high_field_has_no_outline(void **state) {
    (void)state;
    const double heights[] = {1, 2, NAN, INFINITY, 1, 1};
    tr_contour contour = trace(heights, 3, 2, 1);
    assert_int_equal(contour.n_loops, 0);
    assert_int_equal(contour.n_points, 0);
    tr_contour_clear(&contour);
}

static void outlines_of_a_cone_are_circles(void **state) {
    (void)state;
    enum { N = 61 };
    double heights[N * N];
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++)
            heights[j * N + i] = hypot(i - 30.2, j - 29.7);
    tr_contour contour = trace(heights, N, N, 20);
    assert_int_equal(contour.n_loops, 1);
    for (size_t i = 0; i < contour.n_points; i++)
        assert_true(fabs(hypot(contour.points[i].x - 30.2, contour.points[i].y - 29.7) - 20) <
                    0.02);
    assert_true(fabs(area_of(&contour) - 3.14159265 * 400) < 5);
    tr_contour_clear(&contour);
}

/* Whether facing low corners are joined is decided by the mean, and the same from either side. */
static void saddles_follow_the_mean(void **state) {
    (void)state;
    const double joined[] = {0, 1, 1, 0};
    const double mirrored[] = {1, 0, 0, 1};
    for (int i = 0; i < 2; i++) {
        const double *heights = i ? mirrored : joined;
        tr_contour contour = trace(heights, 2, 2, 0.6);
        assert_int_equal(contour.n_loops, 1);
        assert_true(fabs(area_of(&contour) - (1 - 0.4 * 0.4)) < 1e-12);
        tr_contour_clear(&contour);
        contour = trace(heights, 2, 2, 0.4);
        assert_int_equal(contour.n_loops, 2);
        assert_true(fabs(area_of(&contour) - 0.4 * 0.4) < 1e-12);
        tr_contour_clear(&contour);
    }
}

static void what_is_not_finite_is_above_every_level(void **state) {
    (void)state;
    const double heights[] = {0, 0, 0, 0, NAN, 0, 0, 0, INFINITY, 0, 0, 0};
    tr_contour contour = trace(heights, 3, 4, 0.5);
    assert_true(area_of(&contour) > 2 && area_of(&contour) < 6);
    for (size_t i = 0; i < contour.n_points; i++)
        assert_true(isfinite(contour.points[i].x) && isfinite(contour.points[i].y));
    tr_contour_clear(&contour);
}

/* Every outline closes, stays in the grid, and the regions of rising levels grow. */
static void random_fields_give_nested_regions(void **state) {
    (void)state;
    enum { C = 17, R = 12 };
    tr_random random;
    tr_random_seed(&random, 5);
    for (int round = 0; round < 200; round++) {
        double heights[C * R];
        for (int i = 0; i < C * R; i++)
            heights[i] = (double)tr_random_interval(&random, 10);
        double before = 0;
        for (double level = 0; level <= 11; level += 0.5) {
            tr_contour contour = trace(heights, C, R, level);
            double area = area_of(&contour);
            assert_true(area >= before - 1e-9);
            assert_true(area <= (C - 1) * (R - 1) + 1e-9);
            for (size_t i = 0; i < contour.n_points; i++) {
                assert_true(contour.points[i].x >= 0 && contour.points[i].x <= C - 1);
                assert_true(contour.points[i].y >= 0 && contour.points[i].y <= R - 1);
            }
            before = area;
            tr_contour_clear(&contour);
        }
        assert_true(fabs(before - (C - 1) * (R - 1)) < 1e-9);
    }
}

/* The area of the region hardly changes, and what runs along the border still does. */
static void outlines_keep_their_shape_with_fewer_points(void **state) {
    (void)state;
    enum { N = 61 };
    double heights[N * N];
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++)
            heights[j * N + i] = hypot(i - 30.2, j - 50);
    tr_contour contour = trace(heights, N, N, 20);
    double area = area_of(&contour);
    size_t before = contour.n_points;
    tr_contour_simplify(&contour, N, N, 0.05);
    assert_int_equal(contour.n_loops, 1);
    assert_int_equal(contour.ends[0], contour.n_points);
    assert_true(contour.n_points < before / 2);
    assert_true(fabs(area_of(&contour) - area) < 5);
    double along_border = 0;
    for (size_t i = 0; i < contour.n_points; i++) {
        tr_point from = contour.points[i];
        tr_point to = contour.points[(i + 1) % contour.n_points];
        if (tr_contour_on_border(from, to, N, N))
            along_border += fabs(to.x - from.x);
    }
    assert_true(fabs(along_border - 2 * sqrt(400 - 100)) < 0.1);
    tr_contour_clear(&contour);
}

static void nothing_to_simplify_is_left_alone(void **state) {
    (void)state;
    const double heights[] = {1, 1, 1, 1, 0, 1, 1, 1, 1};
    tr_contour contour = trace(heights, 3, 3, 0.25);
    tr_contour_simplify(&contour, 3, 3, 0.05);
    assert_int_equal(contour.n_points, 4);
    tr_contour_clear(&contour);
    contour = trace(heights, 3, 3, -1);
    tr_contour_simplify(&contour, 3, 3, 0.05);
    assert_int_equal(contour.n_points, 0);
    tr_contour_clear(&contour);
}

static void assert_levels(double lowest, double highest, int count, const double *expected) {
    double levels[TR_MAX_LEVELS];
    int n_levels = tr_contour_levels(lowest, highest, levels);
    if (n_levels != count)
        fail_msg("%g to %g has %d levels, not %d", lowest, highest, n_levels, count);
    for (int i = 0; i < count; i++)
        if (levels[i] != expected[i])
            fail_msg("level %d of %g to %g is %.17g", i, lowest, highest, levels[i]);
}

static void levels_are_round_and_their_ratios_even(void **state) {
    (void)state;
    assert_levels(0.04, 3.1, 12,
                  (const double[]){0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3});
    assert_levels(0.001, 12, 12,
                  (const double[]){0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10});
    assert_levels(0, 0.6, 12,
                  (const double[]){0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                   0.1, 0.2, 0.5});
}

static void levels_of_nearly_even_ground_have_even_steps(void **state) {
    (void)state;
    assert_levels(1, 1.1, 9,
                  (const double[]){1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09});
    assert_levels(-1, 1, 9, (const double[]){-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8});
}

static void even_ground_has_no_levels(void **state) {
    (void)state;
    assert_levels(1, 1, 0, NULL);
    assert_levels(0, 0, 0, NULL);
    assert_levels(2, 1, 0, NULL);
    assert_levels(NAN, 1, 0, NULL);
    assert_levels(0, INFINITY, 0, NULL);
    assert_levels(1e300, 1e300 * (1 + 1e-12), 0, NULL);
}

static void levels_of_any_range_rise_within_it(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 6);
    for (int round = 0; round < 3000; round++) {
        double levels[TR_MAX_LEVELS];
        double lowest =
            ldexp(tr_random_double(&random) + 0.5, (int)tr_random_interval(&random, 1000) - 500);
        double highest = lowest * (1 + ldexp(1, (int)tr_random_interval(&random, 60) - 20));
        int count = tr_contour_levels(lowest, highest, levels);
        assert_in_range(count, 3, TR_MAX_LEVELS);
        for (int i = 0; i < count; i++)
            assert_true(levels[i] > (i ? levels[i - 1] : lowest) && levels[i] < highest);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_low_node_is_a_diamond),
        cmocka_unit_test(a_hole_turns_the_other_way),
        cmocka_unit_test(a_low_field_is_outlined_by_its_four_corners),
        cmocka_unit_test(a_high_field_has_no_outline),
        cmocka_unit_test(outlines_of_a_cone_are_circles),
        cmocka_unit_test(saddles_follow_the_mean),
        cmocka_unit_test(what_is_not_finite_is_above_every_level),
        cmocka_unit_test(random_fields_give_nested_regions),
        cmocka_unit_test(outlines_keep_their_shape_with_fewer_points),
        cmocka_unit_test(nothing_to_simplify_is_left_alone),
        cmocka_unit_test(levels_are_round_and_their_ratios_even),
        cmocka_unit_test(levels_of_nearly_even_ground_have_even_steps),
        cmocka_unit_test(even_ground_has_no_levels),
        cmocka_unit_test(levels_of_any_range_rise_within_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
