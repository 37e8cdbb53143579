#include "support.h"

#include "stroke.h"

#include <cairo.h>
#include <math.h>

enum { WIDTH = 120, HEIGHT = 90, MOST_PIECES = 40 };

static const tr_pixel_box everything = {0, 0, WIDTH, HEIGHT};

/* ---- both ways of drawing, black on white ---- */

static uint32_t pixels[WIDTH * HEIGHT];
static uint8_t coverage[WIDTH * HEIGHT];

static void stroke(const tr_line_piece *pieces, size_t n_pieces, double line_width,
                   tr_pixel_box clip) {
    const tr_stroke_target target = {.pixels = pixels,
                                     .pixel_stride = WIDTH,
                                     .coverage = coverage,
                                     .coverage_stride = WIDTH,
                                     .clip = clip};
    memset(pixels, 0xFF, sizeof pixels);
    tr_stroke(&target, pieces, n_pieces, line_width, 0);
    for (size_t i = 0; i < sizeof coverage; i++)
        assert_int_equal(coverage[i], 0);
}

static uint8_t drawn(int x, int y) {
    return (uint8_t)(255 - (pixels[y * WIDTH + x] & 0xFF));
}

static cairo_surface_t *stroke_with_cairo(const tr_line_piece *pieces, size_t n_pieces,
                                          double line_width) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < n_pieces; i++) {
        if (i == 0 || pieces[i - 1].to.x != pieces[i].from.x)
            cairo_move_to(cr, pieces[i].from.x, pieces[i].from.y);
        cairo_line_to(cr, pieces[i].to.x, pieces[i].to.y);
    }
    cairo_stroke(cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    return surface;
}

/* No pixel differs by more than `most` of 255, and those that are drawn on by `mean` on average. */
static void check_like_cairo(const tr_line_piece *pieces, size_t n_pieces, double line_width,
                             int most, double mean) {
    cairo_surface_t *surface = stroke_with_cairo(pieces, n_pieces, line_width);
    const uint8_t *data = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    double total = 0, count = 0;
    stroke(pieces, n_pieces, line_width, everything);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint32_t wanted;
            memcpy(&wanted, data + (size_t)y * stride + (size_t)x * 4, sizeof wanted);
            int difference = abs((int)drawn(x, y) - (255 - (int)(wanted & 0xFF)));
            if (difference > most)
                fail_msg("(%d, %d) differs by %d", x, y, difference);
            total += difference;
            count += drawn(x, y) || (wanted & 0xFF) != 0xFF;
        }
    cairo_surface_destroy(surface);
    if (total > mean * count)
        fail_msg("pixels differ by %.1f on average", total / count);
}

/* ---- tests ---- */

static void single_lines_look_as_cairo_draws_them(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 5);
    for (int round = 0; round < 300; round++) {
        double width = 1 + tr_random_interval(&random, 300) / 100.0;
        double x = tr_random_interval(&random, 1000) / 10.0;
        const tr_line_piece piece = {{x, tr_random_interval(&random, 900) / 10.0},
                                     {x + 2 + tr_random_interval(&random, 400) / 10.0,
                                      tr_random_interval(&random, 900) / 10.0}};
        check_like_cairo(&piece, 1, width, 40, 10);
    }
}

static void level_and_upright_lines_are_exact(void **state) {
    (void)state;
    const tr_line_piece level = {{10, 20.25}, {50, 20.25}};
    stroke(&level, 1, 2, everything);
    assert_int_equal(drawn(30, 18), 0);
    assert_int_equal(drawn(30, 19), 191);
    assert_int_equal(drawn(30, 20), 255);
    assert_int_equal(drawn(30, 21), 64);
    assert_int_equal(drawn(9, 20), 0);
    assert_int_equal(drawn(10, 20), 255);
    assert_int_equal(drawn(49, 20), 255);
    assert_int_equal(drawn(50, 20), 0);
    const tr_line_piece upright = {{30.5, 60}, {30.5, 20}};
    stroke(&upright, 1, 1, everything);
    assert_int_equal(drawn(29, 40), 0);
    assert_int_equal(drawn(30, 40), 255);
    assert_int_equal(drawn(31, 40), 0);
    assert_int_equal(drawn(30, 19), 0);
    assert_int_equal(drawn(30, 20), 255);
    assert_int_equal(drawn(30, 59), 255);
    assert_int_equal(drawn(30, 60), 0);
}

static void joined_lines_look_as_cairo_draws_them(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 6);
    for (int round = 0; round < 100; round++) {
        tr_line_piece pieces[MOST_PIECES];
        tr_point at = {5, 45};
        size_t count = 0;
        while (at.x < WIDTH - 20) {
            tr_point next = {at.x + 4 + tr_random_interval(&random, 100) / 10.0,
                             at.y - 10 + tr_random_interval(&random, 200) / 10.0};
            pieces[count++] = (tr_line_piece){at, next};
            at = next;
        }
        check_like_cairo(pieces, count, 1 + tr_random_interval(&random, 200) / 100.0, 80, 10);
    }
}

static void lines_that_are_not_joined_keep_their_ends(void **state) {
    (void)state;
    const tr_line_piece pieces[] = {{{10, 30.5}, {40, 30.5}}, {{41, 30.5}, {80, 30.5}}};
    stroke(pieces, 2, 1, everything);
    assert_int_equal(drawn(39, 30), 255);
    assert_int_equal(drawn(40, 30), 0);
    assert_int_equal(drawn(41, 30), 255);
}

static void nothing_is_drawn_outside_the_clip(void **state) {
    (void)state;
    const tr_pixel_box clip = {40, 30, 60, 50};
    const tr_line_piece pieces[] = {{{-500, -300}, {300, 400}}, {{0, 40}, {200, 41}}};
    size_t inside = 0;
    stroke(pieces, 2, 3, clip);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool is_inside = x >= clip.left && x < clip.right && y >= clip.top && y < clip.bottom;
            inside += is_inside && drawn(x, y);
            assert_true(is_inside || !drawn(x, y));
        }
    assert_in_range(inside, 60, 400);
}

static void points_and_numbers_that_are_none_draw_nothing(void **state) {
    (void)state;
    const tr_line_piece pieces[] = {{{20, 20}, {20, 20}},
                                    {{NAN, 10}, {30, 20}},
                                    {{10, 10}, {30, INFINITY}},
                                    {{1e9, 3}, {2e9, 7}}};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        stroke(&pieces[i], 1, 2, everything);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                assert_int_equal(drawn(x, y), 0);
    }
}

static void the_last_bits_of_a_position_do_not_count(void **state) {
    (void)state;
    static uint32_t before[WIDTH * HEIGHT];
    tr_random random;
    tr_random_seed(&random, 7);
    for (int round = 0; round < 100; round++) {
        tr_line_piece piece = {{tr_random_interval(&random, 25600) / 256.0, 20},
                               {100, tr_random_interval(&random, 20000) / 256.0}};
        stroke(&piece, 1, 2, everything);
        memcpy(before, pixels, sizeof before);
        piece.from.x += 1e-4;
        piece.to.y -= 1e-4;
        stroke(&piece, 1, 2, everything);
        assert_memory_equal(before, pixels, sizeof before);
    }
}

static void colours_are_mixed_to_the_nearest(void **state) {
    (void)state;
    const tr_line_piece piece = {{0, 10.25}, {WIDTH, 10.25}};
    const tr_stroke_target target = {.pixels = pixels,
                                     .pixel_stride = WIDTH,
                                     .coverage = coverage,
                                     .coverage_stride = WIDTH,
                                     .clip = everything};
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = 0x204060;
    tr_stroke(&target, &piece, 1, 1, 0xE08010);
    /* three quarters, and one */
    assert_int_equal(pixels[10 * WIDTH + 50], 0xB07024);
    assert_int_equal(pixels[9 * WIDTH + 50], 0x50504C);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_lines_look_as_cairo_draws_them),
        cmocka_unit_test(level_and_upright_lines_are_exact),
        cmocka_unit_test(joined_lines_look_as_cairo_draws_them),
        cmocka_unit_test(lines_that_are_not_joined_keep_their_ends),
        cmocka_unit_test(nothing_is_drawn_outside_the_clip),
        cmocka_unit_test(points_and_numbers_that_are_none_draw_nothing),
        cmocka_unit_test(the_last_bits_of_a_position_do_not_count),
        cmocka_unit_test(colours_are_mixed_to_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
