#include "support.h"

#include "canvas.h"

enum { WIDTH = 100, HEIGHT = 70 }; /* no multiples of a tile */

static uint32_t pixel_at(const tr_frame *frame, int x, int y) {
    const uint32_t *row = (const uint32_t *)(const void *)(frame->pixels + y * frame->stride);
    return row[x] & 0xFFFFFF;
}

static void fill(cairo_t *cr, double x, double y, double width, double height) {
    cairo_set_source_rgb(cr, 1, 0, 0);
    cairo_rectangle(cr, x, y, width, height);
    cairo_fill(cr);
}

static tr_canvas *create_white(void) {
    tr_diag diag = {0};
    tr_canvas *canvas;
    assert_ok(tr_canvas_create(&canvas, WIDTH, HEIGHT, &diag), diag);
    cairo_set_source_rgb(tr_canvas_background(canvas), 1, 1, 1);
    cairo_paint(tr_canvas_background(canvas));
    return canvas;
}

static int count_changed(const tr_frame *frame) {
    int count = 0;
    for (int i = 0; i < frame->tile_columns * frame->tile_rows; i++)
        count += frame->changed[i] != 0;
    return count;
}

static void only_touched_tiles_change(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_frame frame;
    tr_canvas *canvas = create_white();
    tr_canvas_begin(canvas);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(frame.tile_columns, 7);
    assert_int_equal(frame.tile_rows, 5);
    assert_int_equal(count_changed(&frame), 35); /* the first frame */
    assert_int_equal(pixel_at(&frame, WIDTH - 1, HEIGHT - 1), 0xFFFFFF);

    tr_canvas_begin(canvas);
    tr_canvas_touch(canvas, 20, 20, 4, 4);
    assert_true(tr_canvas_is_touched(canvas, 0, 0, 30, 30));
    assert_false(tr_canvas_is_touched(canvas, 40, 0, 30, 30));
    fill(tr_canvas_frame(canvas), 20, 20, 4, 4);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(count_changed(&frame), 1);
    assert_int_equal(pixel_at(&frame, 21, 21), 0xFF0000);

    tr_canvas_begin(canvas); /* nothing drawn: the square goes, and that is a change */
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(count_changed(&frame), 1);
    assert_int_equal(pixel_at(&frame, 21, 21), 0xFFFFFF);

    tr_canvas_begin(canvas);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(count_changed(&frame), 0);
    tr_canvas_destroy(&canvas);
    assert_null(canvas);
}

static void a_changed_background_reaches_the_frame(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_frame frame;
    tr_canvas *canvas = create_white();
    tr_canvas_begin(canvas);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    fill(tr_canvas_background(canvas), 90, 60, 10, 10);
    tr_canvas_background_changed(canvas, 90, 60, 10, 10);
    tr_canvas_begin(canvas);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(count_changed(&frame), 4);
    assert_int_equal(pixel_at(&frame, WIDTH - 1, HEIGHT - 1), 0xFF0000);
    tr_canvas_destroy(&canvas);
}

/* Draws random lines, saying where, and checks that undoing them leaves nothing behind. */
static void lines_stay_within_what_they_touch(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_frame frame;
    tr_canvas *canvas = create_white();
    tr_random random;
    tr_random_seed(&random, 1);
    for (int round = 0; round < 500; round++) {
        double x0 = tr_random_uniform(&random, -20, WIDTH + 20);
        double x1 = round % 10 ? tr_random_uniform(&random, -20, WIDTH + 20) : x0;
        double y0 = tr_random_uniform(&random, -20, HEIGHT + 20);
        double y1 = tr_random_uniform(&random, -20, HEIGHT + 20);
        tr_canvas_begin(canvas);
        tr_canvas_touch_line(canvas, x0, y0, x1, y1, 2.5);
        cairo_t *cr = tr_canvas_frame(canvas);
        cairo_set_source_rgb(cr, 0, 0, 1);
        cairo_set_line_width(cr, 3);
        cairo_move_to(cr, x0, y0);
        cairo_line_to(cr, x1, y1);
        cairo_stroke(cr);
        assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                if (pixel_at(&frame, x, y) != 0xFFFFFF)
                    assert_true(frame.changed[y / TR_TILE * frame.tile_columns + x / TR_TILE]);
        tr_canvas_begin(canvas);
        assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                assert_int_equal(pixel_at(&frame, x, y), 0xFFFFFF);
    }
    tr_canvas_destroy(&canvas);
}

static void masks_blend_and_are_cut_at_the_edges(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_frame frame;
    tr_canvas *canvas = create_white();
    const uint8_t mask[4] = {0, 255, 128, 255};
    tr_canvas_begin(canvas);
    tr_canvas_touch(canvas, 10, 10, 2, 2);
    tr_canvas_blend(canvas, mask, 2, 2, 10, 10, 0x204060);
    tr_canvas_blend(canvas, mask, 2, 2, WIDTH - 1, HEIGHT - 1, 0);
    tr_canvas_blend(canvas, mask, 2, 2, -1, -1, 0);
    assert_ok(tr_canvas_end(canvas, &frame, &diag), diag);
    assert_int_equal(pixel_at(&frame, 10, 10), 0xFFFFFF);
    assert_int_equal(pixel_at(&frame, 11, 10), 0x204060);
    assert_int_equal(pixel_at(&frame, 10, 11), 0x8F9FAF); /* 128/255 of the way, rounded */
    assert_int_equal(pixel_at(&frame, 0, 0), 0);
    assert_int_equal(pixel_at(&frame, WIDTH - 1, HEIGHT - 1), 0xFFFFFF);
    tr_canvas_destroy(&canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_touched_tiles_change),
        cmocka_unit_test(a_changed_background_reaches_the_frame),
        cmocka_unit_test(lines_stay_within_what_they_touch),
        cmocka_unit_test(masks_blend_and_are_cut_at_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
