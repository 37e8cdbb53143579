#include "support.h"

#include <cairo.h>

static char scratch[256];

static int set_up(void **state) {
    (void)state;
    make_scratch(scratch, sizeof scratch);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    remove_scratch(scratch);
    return 0;
}

/* Renders the post's video as that format into the scratch folder. */
static void render(tr_format format) {
    tr_diag diag = {0};
    post_run run;
    tr_report report;
    create_post_run(&run, 0);
    tr_training training = {.network = run.network,
                            .dataset = run.dataset,
                            .options = {.batch_size = 128, .epochs = 2000, .learning_rate = 0.01},
                            .params = run.params,
                            .random = &run.random};
    tr_source source = tr_training_source(&training);
    tr_render_options options = tr_render_options_default();
    options.folder = scratch;
    options.format = format;
    assert_ok(tr_render(&source, &options, &report, &diag), diag);
    assert_int_equal(report.n_frames, 81);
    tr_report_destroy(&report);
    destroy_post_run(&run);
}

static char *read_in(const char *folder, const char *name, size_t *size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return read_file(path, size);
}

static void all_frames_have_their_checksums(void **state) {
    (void)state;
    size_t size, expected_size;
    render(TR_FORMAT_CHECKSUMS);
    char *lines = read_in(scratch, "neuron.sha256", &size);
    char *expected = read_in(TEST_GOLDEN, "neuron_frames.sha256", &expected_size);
    assert_int_equal(size, expected_size);
    int n_different = 0;
    for (size_t at = 0; at < size; at += 73)
        n_different += memcmp(lines + at, expected + at, 73) != 0;
    if (n_different)
        fail_msg("%d of 81 frames differ (drawn with %s)", n_different, tr_library_versions());
    free(lines);
    free(expected);
}

static cairo_surface_t *open_png(const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(surface), 400);
    assert_int_equal(cairo_image_surface_get_height(surface), 300);
    return surface;
}

/* To the eye the same: on the mean hardly off at all, and nowhere by much for more than a few
 * pixels. */
static void compare_png(const char *drawn_name, const char *expected_name) {
    cairo_surface_t *drawn = open_png(scratch, drawn_name);
    cairo_surface_t *expected = open_png(TEST_GOLDEN, expected_name);
    const unsigned char *a = cairo_image_surface_get_data(drawn);
    const unsigned char *b = cairo_image_surface_get_data(expected);
    int stride = cairo_image_surface_get_stride(drawn);
    double total = 0;
    int n_off = 0;
    for (int y = 0; y < 300; y++)
        for (int x = 0; x < 400; x++)
            for (int c = 0; c < 3; c++) {
                int difference = abs(a[y * stride + x * 4 + c] - b[y * stride + x * 4 + c]);
                total += difference;
                n_off += difference > 64;
            }
    if (total / (400 * 300 * 3) > 0.25 || n_off > 60)
        fail_msg("%s is off by %g on the mean, and %d samples by much", drawn_name,
                 total / (400 * 300 * 3), n_off);
    cairo_surface_destroy(drawn);
    cairo_surface_destroy(expected);
}

static void first_and_last_frame_look_as_they_should(void **state) {
    (void)state;
    render(TR_FORMAT_PNG);
    compare_png("neuron/frame_000000.png", "neuron_000000.png");
    compare_png("neuron/frame_000080.png", "neuron_000080.png");
}

static void the_poster_is_the_first_frame(void **state) {
    (void)state;
    size_t size, frame_size;
    render(TR_FORMAT_MP4);
    render(TR_FORMAT_PNG);
    char *poster = read_in(scratch, "neuron_start.png", &size);
    char *frame = read_in(scratch, "neuron/frame_000000.png", &frame_size);
    assert_int_equal(size, frame_size);
    assert_memory_equal(poster, frame, size);
    free(poster);
    free(frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_frames_have_their_checksums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(first_and_last_frame_look_as_they_should, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_poster_is_the_first_frame, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
