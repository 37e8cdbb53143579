#include "support.h"

#include "convert.h"

#include <math.h>

enum { WIDTH = 36, HEIGHT = 34 }; /* no multiples of a tile */

typedef struct picture {
    uint32_t pixels[WIDTH * HEIGHT];
    uint8_t changed[9];
    uint8_t y[WIDTH * HEIGHT];
    uint8_t cb[WIDTH * HEIGHT / 4];
    uint8_t cr[WIDTH * HEIGHT / 4];
} test_picture;

static void convert(test_picture *picture) {
    const tr_frame frame = {.width = WIDTH,
                            .height = HEIGHT,
                            .stride = WIDTH * 4,
                            .pixels = (const uint8_t *)picture->pixels,
                            .tile_columns = 3,
                            .tile_rows = 3,
                            .changed = picture->changed};
    const tr_planes planes = {.y = picture->y,
                              .cb = picture->cb,
                              .cr = picture->cr,
                              .y_stride = WIDTH,
                              .c_stride = WIDTH / 2};
    tr_convert_changed(&frame, &planes);
}

/* BT.709 as the recommendation writes it, in double precision. */
static void convert_plainly(double r, double g, double b, double *y, double *cb, double *cr) {
    double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    *y = 16 + 219 * luma / 255;
    *cb = 128 + 224 * ((b - luma) / 1.8556) / 255;
    *cr = 128 + 224 * ((r - luma) / 1.5748) / 255;
}

static void every_sample_is_the_rounded_formula(void **state) {
    (void)state;
    static test_picture picture;
    tr_random random;
    tr_random_seed(&random, 2);
    memset(picture.changed, 1, sizeof picture.changed);
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            picture.pixels[i] = tr_random_u32(&random); /* the upper byte means nothing */
        convert(&picture);
        for (int y = 0; y < HEIGHT; y += 2)
            for (int x = 0; x < WIDTH; x += 2) {
                double mean[3] = {0}, luma, cb, cr;
                for (int i = 0; i < 4; i++) {
                    int at = (y + i / 2) * WIDTH + x + i % 2;
                    uint32_t pixel = picture.pixels[at];
                    double rgb[] = {pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF};
                    convert_plainly(rgb[0], rgb[1], rgb[2], &luma, &cb, &cr);
                    assert_true(fabs(luma - picture.y[at]) <= 0.51);
                    for (int c = 0; c < 3; c++)
                        mean[c] += rgb[c] / 4;
                }
                convert_plainly(mean[0], mean[1], mean[2], &luma, &cb, &cr);
                int at = y / 2 * (WIDTH / 2) + x / 2;
                assert_true(fabs(cb - picture.cb[at]) <= 0.51);
                assert_true(fabs(cr - picture.cr[at]) <= 0.51);
            }
    }
}

static void greys_have_no_colour(void **state) {
    (void)state;
    static test_picture picture;
    memset(picture.changed, 1, sizeof picture.changed);
    for (uint32_t grey = 0; grey < 256; grey++) {
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            picture.pixels[i] = grey * 0x010101;
        convert(&picture);
        assert_int_equal(picture.cb[7], 128);
        assert_int_equal(picture.cr[7], 128);
        if (grey == 0)
            assert_int_equal(picture.y[9], 16);
        if (grey == 255)
            assert_int_equal(picture.y[9], 235);
    }
}

static void other_tiles_stay_as_they_were(void **state) {
    (void)state;
    static test_picture picture;
    memset(picture.pixels, 0xFF, sizeof picture.pixels);
    memset(picture.y, 1, sizeof picture.y);
    memset(picture.cb, 1, sizeof picture.cb);
    memset(picture.changed, 0, sizeof picture.changed);
    picture.changed[4] = 1;
    picture.changed[8] = 1;
    convert(&picture);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool changed = picture.changed[y / TR_TILE * 3 + x / TR_TILE];
            assert_int_equal(picture.y[y * WIDTH + x], changed ? 235 : 1);
            assert_int_equal(picture.cb[y / 2 * (WIDTH / 2) + x / 2], changed ? 128 : 1);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_the_rounded_formula),
        cmocka_unit_test(greys_have_no_colour),
        cmocka_unit_test(other_tiles_stay_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
