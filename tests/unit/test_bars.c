#include "support.h"

#include "bars.h"

enum { WIDTH = 20, HEIGHT = 12 };

static cairo_surface_t *surface;
static cairo_t *cr;

static int set_up(void **state) {
    (void)state;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return 0;
}

/* How much of the pixel is black, of 255. */
static int drawn(int x, int y) {
    uint32_t pixel;
    const uint8_t *data = cairo_image_surface_get_data(surface);
    cairo_surface_flush(surface);
    memcpy(&pixel, data + y * cairo_image_surface_get_stride(surface) + x * 4, sizeof pixel);
    return 255 - (int)(pixel & 0xFF);
}

static void a_bar_covers_pixels_by_its_area(void **state) {
    (void)state;
    const tr_bar bar = {.left = 3.5, .right = 6, .top = 2.25, .bottom = 5.5};
    tr_bars_fill(cr, &bar, 1, 0);
    assert_int_equal(drawn(2, 3), 0);
    assert_int_equal(drawn(3, 3), 128);
    assert_int_equal(drawn(4, 1), 0);
    assert_int_equal(drawn(4, 2), 191);
    assert_int_equal(drawn(4, 4), 255);
    assert_int_equal(drawn(5, 5), 128);
    assert_int_equal(drawn(5, 6), 0);
    assert_int_equal(drawn(6, 3), 0);
    assert_int_equal(drawn(3, 5), 64);
}

static void bars_that_share_a_column_fill_it(void **state) {
    (void)state;
    const tr_bar bars[] = {{.left = 1, .right = 4.3, .top = 1, .bottom = 9},
                           {.left = 4.3, .right = 4.6, .top = 1, .bottom = 9},
                           {.left = 4.6, .right = 7, .top = 3, .bottom = 5}};
    tr_bars_fill(cr, bars, 3, 0);
    assert_int_equal(drawn(3, 7), 255);
    assert_int_equal(drawn(4, 4), 255);
    assert_int_equal(drawn(4, 7), 153);
    assert_int_equal(drawn(5, 4), 255);
    assert_int_equal(drawn(5, 7), 0);
}

static void nothing_is_filled_outside_the_clip(void **state) {
    (void)state;
    const tr_bar bars[] = {{.left = -40, .right = 8.5, .top = -1e5, .bottom = 1e5},
                           {.left = 8.5, .right = 400, .top = -1e5, .bottom = 1e5}};
    cairo_rectangle(cr, 4, 3, 8, 6);
    cairo_clip(cr);
    tr_bars_fill(cr, bars, 2, 0);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            assert_int_equal(drawn(x, y), x >= 4 && x < 12 && y >= 3 && y < 9 ? 255 : 0);
}

/* So that a curve may be drawn column by column. */
static void the_clip_does_not_change_what_is_in_it(void **state) {
    (void)state;
    tr_bar bars[30];
    int whole[WIDTH][HEIGHT];
    tr_random random;
    tr_random_seed(&random, 4);
    double x = 0.3;
    for (int i = 0; i < 30; i++) {
        double top = tr_random_interval(&random, 90) / 10.0;
        double right = x + 0.1 + tr_random_interval(&random, 100) / 100.0;
        bars[i] = (tr_bar){x, right, top, top + tr_random_interval(&random, 60) / 10.0};
        x = right;
    }
    tr_bars_fill(cr, bars, 30, 0);
    for (int column = 0; column < WIDTH; column++)
        for (int row = 0; row < HEIGHT; row++)
            whole[column][row] = drawn(column, row);
    cairo_paint(cr);
    for (int left = 0; left < WIDTH; left += 5) {
        cairo_save(cr);
        cairo_rectangle(cr, left, 0, 5, HEIGHT);
        cairo_clip(cr);
        tr_bars_fill(cr, bars, 30, 0);
        cairo_restore(cr);
    }
    for (int column = 0; column < WIDTH; column++)
        for (int row = 0; row < HEIGHT; row++)
            assert_int_equal(drawn(column, row), whole[column][row]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bar_covers_pixels_by_its_area, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bars_that_share_a_column_fill_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_filled_outside_the_clip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_clip_does_not_change_what_is_in_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
