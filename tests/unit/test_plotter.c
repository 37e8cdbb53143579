#include "plots.h"

#include <math.h>

/* Pixels in which the channel at that bit is clearly stronger than red: thin lines are paler. */
static int count_tinted(const tr_frame *frame, int shift) {
    int count = 0;
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++) {
            uint32_t pixel = frame_pixel(frame, x, y);
            count += (int)(pixel >> shift & 0xFF) > (int)(pixel >> 16) + 24;
        }
    return count;
}

static void draw(const test_film *film, uint64_t iteration, float w, float b, tr_frame *frame) {
    tr_diag diag = {0};
    const float params[] = {w, b};
    const tr_snapshot snapshot = {.iteration = iteration, .n_params = 2, .params = params};
    assert_ok(tr_plotter_draw(film->plotter, &snapshot, frame, &diag), diag);
}

/* A frame shows its snapshot, whatever was drawn before: else a video would depend on which worker
 * drew which segment. */
static void a_frame_does_not_depend_on_the_one_before(void **state) {
    (void)state;
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    const tr_picture picture = tr_picture_default();
    test_film used = create_film(&run, &picture);
    tr_random random;
    tr_random_seed(&random, 4);
    for (int i = 0; i < 60; i++) {
        float w = (float)tr_random_normal(&random, 1, 1);
        float b = (float)tr_random_normal(&random, 0, 1);
        uint64_t iteration = tr_random_u32(&random) >> tr_random_interval(&random, 31);
        size_t size;
        draw(&used, iteration, w, b, &frame);
        uint8_t *drawn_late = copy_frame(&frame, &size);
        test_film fresh = create_film(&run, &picture);
        draw(&fresh, iteration, w, b, &frame);
        uint8_t *drawn_first = copy_frame(&frame, &size);
        assert_memory_equal(drawn_late, drawn_first, size);
        free(drawn_late);
        free(drawn_first);
        destroy_film(&fresh);
    }
    destroy_film(&used);
    destroy_post_run(&run);
}

static void what_is_not_reported_as_changed_is_the_same(void **state) {
    (void)state;
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    const tr_picture picture = tr_picture_default();
    test_film film = create_film(&run, &picture);
    size_t size;
    draw(&film, 0, 0.09f, 0, &frame);
    uint8_t *before = copy_frame(&frame, &size);
    for (int i = 1; i < 40; i++) {
        draw(&film, (uint64_t)(i * 37), 0.09f + 0.04f * (float)i, -0.038f * (float)i, &frame);
        uint8_t *now = copy_frame(&frame, &size);
        int n_changed = 0;
        for (int y = 0; y < frame.height; y++)
            for (int x = 0; x < frame.width; x++) {
                size_t at = ((size_t)y * (size_t)frame.width + (size_t)x) * 3;
                if (memcmp(before + at, now + at, 3) != 0)
                    assert_true(frame.changed[y / TR_TILE * frame.tile_columns + x / TR_TILE]);
            }
        for (int tile = 0; tile < frame.tile_columns * frame.tile_rows; tile++)
            n_changed += frame.changed[tile];
        assert_in_range(n_changed, 1, frame.tile_columns * frame.tile_rows / 3);
        free(before);
        before = now;
    }
    free(before);
    destroy_film(&film);
    destroy_post_run(&run);
}

static void colours_are_the_posts(void **state) {
    (void)state;
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    const tr_picture picture = tr_picture_default();
    test_film film = create_film(&run, &picture);
    draw(&film, 0, 0.5f, 0.7f, &frame);
    assert_true(count_frame_color(&frame, 0xFFFFFF) > 90000);
    assert_true(count_frame_color(&frame, 0x4C72B0) > 100);
    assert_true(count_frame_color(&frame, 0x55A868) > 100);
    assert_true(count_frame_color(&frame, 0xCCCCCC) > 1000);
    destroy_film(&film);
    destroy_post_run(&run);
}

static void predictions_that_are_not_finite_are_left_out(void **state) {
    (void)state;
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    tr_picture picture = tr_picture_default();
    picture.prediction_label = "";
    test_film film = create_film(&run, &picture);
    const float values[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        draw(&film, 1, values[i], values[i], &frame);
        assert_int_equal(count_frame_color(&frame, 0x55A868), 0);
    }
    draw(&film, 1, 3e38f, 3e38f, &frame);
    draw(&film, 1, 1e30f, -1e30f, &frame);
    draw(&film, 1, 1, 0, &frame);
    assert_true(count_frame_color(&frame, 0x55A868) > 100);
    destroy_film(&film);
    destroy_post_run(&run);
}

static void any_size_works(void **state) {
    (void)state;
    static const int sizes[][3] = {{64, 64, 1},   {64, 64, 8},     {65, 333, 1},    {1200, 64, 1},
                                   {64, 1200, 1}, {1920, 1080, 1}, {7680, 4320, 1}, {960, 540, 8}};
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        tr_picture picture = tr_picture_default();
        picture.width = sizes[i][0];
        picture.height = sizes[i][1];
        picture.scale = sizes[i][2];
        test_film film = create_film(&run, &picture);
        draw(&film, 123456789012, 1, 0, &frame);
        assert_int_equal(frame.width, sizes[i][0] * sizes[i][2]);
        assert_int_equal(frame.height, sizes[i][1] * sizes[i][2]);
        assert_true(count_tinted(&frame, 8) > 15); /* green: the prediction */
        assert_true(count_tinted(&frame, 0) > 15); /* blue: the data */
        destroy_film(&film);
    }
    destroy_post_run(&run);
}

static void assert_refused(const post_run *run, const tr_picture *picture, tr_status expected,
                           const char *part) {
    tr_diag diag = {0};
    test_film film = {0};
    tr_status status = tr_scene_create(&film.scene, picture, run->network, run->dataset,
                                       TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag);
    if (!status)
        status = tr_plotter_create(&film.plotter, film.scene, &diag);
    assert_int_equal(status, expected);
    destroy_film(&film);
    assert_text_contains(diag.text, part);
}

static void impossible_pictures_are_refused(void **state) {
    (void)state;
    post_run run;
    create_post_run(&run, 0);
    tr_picture picture = tr_picture_default();
    picture.width = 63;
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "63x300");
    picture = tr_picture_default();
    picture.scale = 9;
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "scale");
    picture.scale = 8;
    picture.width = 1000;
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "1000x300 at scale 8");
    picture = tr_picture_default();
    picture.title = "{loss}";
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "{iteration}, {epoch} and {samples}");
    picture.title = "a } b";
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "}");
    picture.title = "{iteration";
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "{iteration");
    picture.title = "\U0010FFFD";
    assert_refused(&run, &picture, TR_ERROR_FONT, "U+10FFFD");
    picture = tr_picture_default();
    picture.x_label = "\U0010FFFD";
    assert_refused(&run, &picture, TR_ERROR_FONT, "U+10FFFD");
    picture = tr_picture_default();
    picture.data_label = "\xff";
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "UTF-8");
    char title[240];
    memset(title, 'M', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    picture = tr_picture_default();
    picture.title = title;
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "too long");
    picture = tr_picture_default();
    picture.y_label = title;
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "y label");
    destroy_post_run(&run);
}

static void titles_may_hold_fields_and_braces_in_any_order(void **state) {
    (void)state;
    static const char *const titles[] = {"",
                                         "no numbers",
                                         "{iteration}",
                                         "{{{samples}}} of {epoch}, {iteration}",
                                         "\u05E9\u05DC\u05D5\u05DD {iteration} \u05D0",
                                         "Gr\u00F6\u00DFe {epoch} \u0434\u0430 {samples}"};
    post_run run;
    tr_frame frame;
    create_post_run(&run, 0);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        tr_picture picture = tr_picture_default();
        picture.title = titles[i];
        test_film film = create_film(&run, &picture);
        size_t size;
        draw(&film, 1111, 1, 0, &frame);
        uint8_t *ones = copy_frame(&frame, &size);
        draw(&film, 2222, 1, 0, &frame);
        uint8_t *twos = copy_frame(&frame, &size);
        bool differ = memcmp(ones, twos, size) != 0;
        assert_int_equal(differ, strstr(titles[i], "{iteration}") != NULL);
        free(ones);
        free(twos);
        destroy_film(&film);
    }
    destroy_post_run(&run);
}

static void nets_that_fit_cannot_show_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    tr_network_destroy(&run.network);
    const tr_layer layer = {.n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    assert_ok(tr_network_create(&run.network, 2, &layer, 1, &diag), diag);
    const tr_picture picture = tr_picture_default();
    assert_refused(&run, &picture, TR_ERROR_ARGUMENT,
                   "the net has 2 inputs and 1 outputs, but the data 1 and 1");
    destroy_post_run(&run);
    const size_t shapes[][2] = {{3, 1}, {1, 2}, {2, 2}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const tr_layer wide = {.n_units = shapes[i][1], .activation = TR_ACTIVATION_RELU};
        assert_ok(tr_network_create(&run.network, shapes[i][0], &wide, 1, &diag), diag);
        assert_ok(tr_dataset_create(&run.dataset, 4, shapes[i][0], shapes[i][1], &diag), diag);
        assert_refused(&run, &picture, TR_ERROR_ARGUMENT, "one or two inputs and one output");
        destroy_post_run(&run);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_does_not_depend_on_the_one_before),
        cmocka_unit_test(what_is_not_reported_as_changed_is_the_same),
        cmocka_unit_test(colours_are_the_posts),
        cmocka_unit_test(predictions_that_are_not_finite_are_left_out),
        cmocka_unit_test(any_size_works),
        cmocka_unit_test(impossible_pictures_are_refused),
        cmocka_unit_test(titles_may_hold_fields_and_braces_in_any_order),
        cmocka_unit_test(nets_that_fit_cannot_show_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
