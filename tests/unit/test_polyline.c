#include "support.h"

#include "polyline.h"

#include <math.h>

/* How far the line through `kept` is from the point, vertically. */
static double distance_to(const tr_point *kept, size_t n_kept, tr_point point) {
    for (size_t i = 1; i < n_kept; i++)
        if (point.x <= kept[i].x) {
            double share = (point.x - kept[i - 1].x) / (kept[i].x - kept[i - 1].x);
            return fabs(kept[i - 1].y + share * (kept[i].y - kept[i - 1].y) - point.y);
        }
    return INFINITY;
}

static void straight_lines_keep_their_ends(void **state) {
    (void)state;
    tr_point points[100];
    for (int i = 0; i < 100; i++)
        points[i] = (tr_point){i, 2.5 * i + 7};
    assert_int_equal(tr_polyline_simplify(points, 100, 0.05), 2);
    assert_true(points[0].x == 0 && points[1].x == 99);
}

static void a_kink_keeps_three_points(void **state) {
    (void)state;
    tr_point points[201];
    for (int i = 0; i <= 200; i++)
        points[i] = (tr_point){i, i < 80 ? 100 : 100 - (i - 80)};
    size_t kept = tr_polyline_simplify(points, 201, 0.05);
    assert_int_equal(kept, 3);
    assert_true(points[1].x == 80);
}

static void nothing_is_off_by_more_than_the_tolerance(void **state) {
    (void)state;
    enum { N = 400 };
    tr_random random;
    tr_random_seed(&random, 11);
    for (int round = 0; round < 200; round++) {
        tr_point points[N], kept[N];
        double y = 0, slope = 0;
        for (int i = 0; i < N; i++) {
            if (tr_random_interval(&random, 20) == 0)
                slope = tr_random_normal(&random, 0, 2);
            y += slope + tr_random_normal(&random, 0, 0.01);
            points[i] = (tr_point){i * 0.7, y};
        }
        memcpy(kept, points, sizeof kept);
        size_t n_kept = tr_polyline_simplify(kept, N, 0.05);
        assert_in_range(n_kept, 2, N);
        for (int i = 0; i < N; i++)
            assert_true(distance_to(kept, n_kept, points[i]) <= 0.0500001);
    }
}

static void the_points_of_a_part_have_a_neighbour_on_either_side(void **state) {
    (void)state;
    const tr_point points[] = {{0, 5}, {2, 6}, {2, 7}, {4, 8}, {9, 9}};
    size_t first;
    assert_int_equal(tr_polyline_find(points, 5, 2), 1);
    assert_int_equal(tr_polyline_find(points, 5, 2.5), 3);
    assert_int_equal(tr_polyline_find(points, 5, 10), 5);
    assert_int_equal(tr_polyline_find(points, 0, 1), 0);
    assert_int_equal(tr_polyline_select(points, 5, 5, 3, 5, &first), 3);
    assert_int_equal(first, 2);
    assert_int_equal(tr_polyline_select(points, 5, 5, -1, 1, &first), 2);
    assert_int_equal(first, 0);
    assert_int_equal(tr_polyline_select(points, 5, 5, 8, 20, &first), 2);
    assert_int_equal(first, 3);
    assert_int_equal(tr_polyline_select(points, 5, 3, 3, 5, &first), 1);
    assert_int_equal(tr_polyline_select(points, 5, 2, 3, 5, &first), 0);
}

static void clipping_cuts_at_the_edges(void **state) {
    (void)state;
    const tr_point points[] = {{0, -10}, {10, 10}, {20, 30}, {30, 10}};
    tr_line_piece pieces[3];
    assert_int_equal(tr_polyline_clip(points, 4, 0, 20, pieces), 3);
    assert_true(pieces[0].from.x == 5 && pieces[0].from.y == 0);
    assert_true(pieces[0].to.x == 10 && pieces[0].to.y == 10);
    assert_true(pieces[1].to.x == 15 && pieces[1].to.y == 20);
    assert_true(pieces[2].from.x == 25 && pieces[2].from.y == 20);
    const tr_point outside[] = {{0, -5}, {10, -5}, {20, 50}, {21, 60}};
    assert_int_equal(tr_polyline_clip(outside, 2, 0, 20, pieces), 0);
    assert_int_equal(tr_polyline_clip(outside + 2, 2, 0, 20, pieces), 0);
}

static void what_is_not_finite_interrupts_the_line(void **state) {
    (void)state;
    tr_point points[] = {{0, 1}, {1, 1}, {2, NAN}, {3, 1}, {4, 1}, {5, INFINITY}};
    tr_line_piece pieces[5];
    assert_int_equal(tr_polyline_simplify(points, 6, 0.05), 6);
    assert_int_equal(tr_polyline_clip(points, 6, 0, 20, pieces), 2);
    assert_true(pieces[0].to.x == 1 && pieces[1].from.x == 3);
}

static void huge_values_stay_within_the_edges(void **state) {
    (void)state;
    const tr_point points[] = {{0, -1e38}, {1, 1e38}, {2, -1e300}};
    tr_line_piece pieces[2];
    size_t n = tr_polyline_clip(points, 3, 0, 20, pieces);
    for (size_t i = 0; i < n; i++) {
        assert_true(pieces[i].from.y >= 0 && pieces[i].from.y <= 20);
        assert_true(pieces[i].to.y >= 0 && pieces[i].to.y <= 20);
        assert_true(pieces[i].from.x >= 0 && pieces[i].to.x <= 2);
    }
}

static void short_lines_stay(void **state) {
    (void)state;
    tr_point points[] = {{0, 1}, {1, 2}};
    assert_int_equal(tr_polyline_simplify(points, 0, 0.05), 0);
    assert_int_equal(tr_polyline_simplify(points, 1, 0.05), 1);
    assert_int_equal(tr_polyline_simplify(points, 2, 0.05), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_lines_keep_their_ends),
        cmocka_unit_test(a_kink_keeps_three_points),
        cmocka_unit_test(nothing_is_off_by_more_than_the_tolerance),
        cmocka_unit_test(the_points_of_a_part_have_a_neighbour_on_either_side),
        cmocka_unit_test(clipping_cuts_at_the_edges),
        cmocka_unit_test(what_is_not_finite_interrupts_the_line),
        cmocka_unit_test(huge_values_stay_within_the_edges),
        cmocka_unit_test(short_lines_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
