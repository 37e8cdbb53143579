/* What the tests with references share. */
#ifndef TR_TESTS_GOLDEN_H
#define TR_TESTS_GOLDEN_H

#include "support.h"

#include <cairo.h>

static char scratch[256];
static const char *kept; /* the folder of TRAINREEL_GOLDEN */

static inline int set_up(void **state) {
    (void)state;
    if (kept)
        snprintf(scratch, sizeof scratch, "%s", kept);
    else
        make_scratch(scratch, sizeof scratch);
    return 0;
}

static inline int tear_down(void **state) {
    (void)state;
    if (!kept)
        remove_scratch(scratch);
    return 0;
}

static inline char *path_in(const char *folder, const char *name) {
    static char paths[2][512];
    static int next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline char *read_in(const char *folder, const char *name, size_t *size) {
    return read_file(path_in(folder, name), size);
}

static inline cairo_surface_t *open_png(const char *folder, const char *name) {
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path_in(folder, name));
    if (cairo_surface_status(surface))
        fail_msg("%s: %s", name, cairo_status_to_string(cairo_surface_status(surface)));
    return surface;
}

/* To the eye the same: on the mean hardly off at all, and nowhere by much for more than a few
 * pixels. */
static inline void compare_png(const char *drawn_name, const char *expected_name) {
    cairo_surface_t *drawn = open_png(scratch, drawn_name);
    cairo_surface_t *expected = open_png(TEST_GOLDEN, expected_name);
    int width = cairo_image_surface_get_width(expected);
    int height = cairo_image_surface_get_height(expected);
    assert_int_equal(cairo_image_surface_get_width(drawn), width);
    assert_int_equal(cairo_image_surface_get_height(drawn), height);
    const unsigned char *a = cairo_image_surface_get_data(drawn);
    const unsigned char *b = cairo_image_surface_get_data(expected);
    int stride = cairo_image_surface_get_stride(drawn);
    double total = 0;
    int n_off = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++) {
                int difference = abs(a[y * stride + x * 4 + c] - b[y * stride + x * 4 + c]);
                total += difference;
                n_off += difference > 64;
            }
    total /= (double)width * height * 3;
    if (total > 0.25 || n_off > width * height / 2000)
        fail_msg("%s is off by %g on the mean, and %d samples by much", drawn_name, total, n_off);
    cairo_surface_destroy(drawn);
    cairo_surface_destroy(expected);
}

/* Compares lists of a checksum and a name for each frame. */
static inline void compare_checksums(const char *drawn_name, const char *expected_name) {
    size_t size, expected_size;
    char *lines = read_in(scratch, drawn_name, &size);
    char *expected = read_in(TEST_GOLDEN, expected_name, &expected_size);
    assert_int_equal(size, expected_size);
    int n_different = 0;
    for (size_t at = 0; at < size; at += 73)
        n_different += memcmp(lines + at, expected + at, 73) != 0;
    if (n_different)
        fail_msg("%d of %zu frames of %s differ (drawn with %s)", n_different, size / 73,
                 expected_name, tr_library_versions());
    free(lines);
    free(expected);
}

#endif
