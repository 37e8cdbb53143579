#include "plots.h"

#include "panel.h"

#include <locale.h>
#include <math.h>

static recorded_run post;  /* the post's, of 300 iterations */
static recorded_run plane; /* with two inputs */

static int set_up(void **state) {
    (void)state;
    create_recorded_post_run(&post, 150);
    create_recorded_plane_run(&plane, 20);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    destroy_recorded_run(&post);
    destroy_recorded_run(&plane);
    return 0;
}

static tr_picture picture_of(const char *scene) {
    tr_picture picture = tr_picture_default();
    picture.scene = scene;
    return picture;
}

/* ---- what a scene is ---- */

static void assert_refused(const tr_picture *picture, const char *part) {
    tr_diag diag = {0};
    tr_scene *scene;
    assert_int_equal(tr_scene_create(&scene, picture, post.network, post.dataset,
                                     TR_LOSS_MEAN_SQUARED_ERROR, post.recording, &diag),
                     TR_ERROR_ARGUMENT);
    assert_null(scene);
    assert_text_contains(diag.text, part);
    assert_false(strlen(diag.text) >= sizeof diag.text - 1); /* the whole sentence fits */
}

static void unknown_panels_are_refused_with_those_there_are(void **state) {
    (void)state;
    static const char *const scenes[] = {
        "",    "fits",     "fit+",       "+fit", "fit++error",
        "Fit", "fit+eror", "fit, error", "fit ", "a very long name of a panel that is not there"};
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        const tr_picture picture = picture_of(scenes[i]);
        for (const tr_panel_kind *kind = tr_panel_kinds; kind->name; kind++)
            assert_refused(&picture, kind->name);
    }
    tr_picture picture = picture_of("fit+eror");
    assert_refused(&picture, "no panel \"eror\"");
    picture = picture_of("fit+fit+fit+fit+fit");
    assert_refused(&picture, "more than 4 panels");
}

static void impossible_looks_are_refused(void **state) {
    (void)state;
    tr_picture picture = tr_picture_default();
    picture.theme = (tr_theme_kind)4;
    assert_refused(&picture, "theme");
    picture = tr_picture_default();
    picture.layout = (tr_layout)2;
    assert_refused(&picture, "layout");
    picture = tr_picture_default();
    picture.grid_color = 0x1000000;
    assert_refused(&picture, "colour");
    picture.grid_color = -2;
    assert_refused(&picture, "colour");
}

static void texts_of_a_recorded_scene_are_checked_before_it_is_recorded(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_picture picture = picture_of("fit+error");
    picture.title = "{loss}";
    assert_int_equal(tr_picture_check(&picture, post.network, post.dataset, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "{iteration}, {epoch} and {samples}");
    diag = (tr_diag){0};
    picture.title = NULL;
    picture.y_label = "\U0010FFFD";
    assert_int_equal(tr_picture_check(&picture, post.network, post.dataset, &diag), TR_ERROR_FONT);
    assert_text_contains(diag.text, "U+10FFFD");
}

static void a_recording_is_needed_for_what_shows_a_whole_run(void **state) {
    (void)state;
    tr_picture picture = picture_of("fit");
    assert_false(tr_picture_needs_recording(&picture));
    picture = picture_of("data+fit");
    assert_false(tr_picture_needs_recording(&picture));
    picture = picture_of("fit+error");
    assert_true(tr_picture_needs_recording(&picture));
    tr_diag diag = {0};
    tr_scene *scene;
    assert_int_equal(tr_scene_create(&scene, &picture, post.network, post.dataset,
                                     TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "needs a recorded run");
    picture = picture_of(NULL); /* by itself, a picture shows the fit */
    assert_false(tr_picture_needs_recording(&picture));
    assert_ok(tr_scene_create(&scene, &picture, post.network, post.dataset,
                              TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag),
              diag);
    tr_scene_destroy(&scene);
}

static void the_picture_may_go_once_the_scene_is_there(void **state) {
    (void)state;
    tr_picture picture = picture_of("fit");
    picture.title = "the same";
    picture.x_label = "across";
    tr_scene *scene = create_scene(&post, &picture);
    tr_snapshot snapshot = read_snapshot(&post, 10);
    tr_still expected = draw_still(scene, &snapshot, TR_STILL_SVG);
    tr_scene_destroy(&scene);
    char *texts[] = {strdup("fit"), strdup("the same"), strdup("across"), strdup("data")};
    picture.scene = texts[0];
    picture.title = texts[1];
    picture.x_label = texts[2];
    picture.data_label = texts[3];
    scene = create_scene(&post, &picture);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        memset(texts[i], 'x', strlen(texts[i]));
        free(texts[i]);
    }
    tr_still still = draw_still(scene, &snapshot, TR_STILL_SVG);
    assert_int_equal(still.n_bytes, expected.n_bytes);
    assert_memory_equal(still.bytes, expected.bytes, still.n_bytes);
    tr_still_destroy(&still);
    tr_still_destroy(&expected);
    tr_scene_destroy(&scene);
}

/* ---- frames of every scene ---- */

typedef struct scene_case {
    const char *scene;
    bool is_plane;
    tr_layout layout;
    int width;
    int height;
    int scale;
    tr_scale error_scale;
    bool full_loss;
} scene_case;

static const scene_case cases[] = {
    {"error", false, TR_LAYOUT_ROW, 400, 300, 1, TR_SCALE_LINEAR, false},
    {"error", false, TR_LAYOUT_ROW, 400, 300, 1, TR_SCALE_LOG, true},
    {"error", true, TR_LAYOUT_ROW, 160, 120, 1, TR_SCALE_LOG, true},
    {"fit+error", false, TR_LAYOUT_ROW, 801, 300, 1, TR_SCALE_LINEAR, true},
    {"error+fit", false, TR_LAYOUT_COLUMN, 407, 611, 1, TR_SCALE_LOG, false},
    {"fit", true, TR_LAYOUT_ROW, 400, 300, 1, TR_SCALE_LINEAR, false},
    {"fit", true, TR_LAYOUT_ROW, 130, 97, 3, TR_SCALE_LINEAR, false},
    {"data+error+fit+weights", true, TR_LAYOUT_ROW, 1200, 250, 1, TR_SCALE_LINEAR, true},
};
enum { N_CASES = sizeof cases / sizeof *cases };

static const recorded_run *run_of(const scene_case *scene) {
    return scene->is_plane ? &plane : &post;
}

static tr_picture picture_of_case(const scene_case *scene) {
    tr_picture picture = picture_of(scene->scene);
    picture.layout = scene->layout;
    picture.width = scene->width;
    picture.height = scene->height;
    picture.scale = scene->scale;
    picture.error_scale = scene->error_scale;
    picture.full_loss = scene->full_loss;
    return picture;
}

static uint8_t *draw_frame(const recorded_run *run, const test_film *film, uint64_t index,
                           tr_frame *frame, size_t *size) {
    tr_diag diag = {0};
    tr_snapshot snapshot = read_snapshot(run, index);
    assert_ok(tr_plotter_draw(film->plotter, &snapshot, frame, &diag), diag);
    return copy_frame(frame, size);
}

/* Forwards a little, forwards a lot, and backwards. */
static uint64_t choose_snapshot(const recorded_run *run, tr_random *random, uint64_t before) {
    switch (tr_random_interval(random, 2)) {
    case 0:
        return before + 1 < run->n_snapshots ? before + 1 : 0;
    case 1:
        return tr_random_interval(random, (uint32_t)run->n_snapshots - 1);
    default:
        return before + (run->n_snapshots - before) / 4;
    }
}

/* Else a video would depend on which worker drew which segment. */
static void frames_do_not_depend_on_those_before(void **state) {
    (void)state;
    for (int c = 0; c < N_CASES; c++) {
        const recorded_run *run = run_of(&cases[c]);
        const tr_picture picture = picture_of_case(&cases[c]);
        test_film used = create_recorded_film(run, &picture);
        tr_random random;
        tr_random_seed(&random, (uint32_t)c);
        uint64_t index = 0;
        for (int i = 0; i < 16; i++) {
            tr_frame frame;
            size_t size;
            uint8_t *late = draw_frame(run, &used, index, &frame, &size);
            test_film fresh = create_recorded_film(run, &picture);
            uint8_t *first = draw_frame(run, &fresh, index, &frame, &size);
            if (memcmp(late, first, size) != 0)
                fail_msg("scene %d (%s) differs at snapshot %d", c, cases[c].scene, (int)index);
            free(late);
            free(first);
            destroy_film(&fresh);
            index = choose_snapshot(run, &random, index);
        }
        destroy_film(&used);
    }
}

static void what_is_not_reported_as_changed_is_the_same(void **state) {
    (void)state;
    for (int c = 0; c < N_CASES; c++) {
        const recorded_run *run = run_of(&cases[c]);
        const tr_picture picture = picture_of_case(&cases[c]);
        test_film film = create_recorded_film(run, &picture);
        tr_random random;
        tr_random_seed(&random, (uint32_t)c);
        tr_frame frame;
        size_t size;
        uint64_t index = 0;
        uint8_t *before = draw_frame(run, &film, index, &frame, &size);
        for (int i = 0; i < 40; i++) {
            index = choose_snapshot(run, &random, index);
            uint8_t *now = draw_frame(run, &film, index, &frame, &size);
            for (int y = 0; y < frame.height; y++)
                for (int x = 0; x < frame.width; x++) {
                    size_t at = ((size_t)y * (size_t)frame.width + (size_t)x) * 3;
                    if (memcmp(before + at, now + at, 3) != 0 &&
                        !frame.changed[y / TR_TILE * frame.tile_columns + x / TR_TILE])
                        fail_msg("scene %d (%s) changed at (%d, %d) in secret", c, cases[c].scene,
                                 x, y);
                }
            free(before);
            before = now;
        }
        free(before);
        destroy_film(&film);
    }
}

/* A growing curve costs its end only, not all that was drawn so far. */
static void a_growing_curve_changes_few_tiles(void **state) {
    (void)state;
    tr_picture picture = picture_of("error");
    picture.full_loss = true;
    test_film film = create_recorded_film(&post, &picture);
    tr_frame frame;
    size_t size;
    free(draw_frame(&post, &film, 0, &frame, &size));
    for (uint64_t index = 1; index < post.n_snapshots; index++) {
        free(draw_frame(&post, &film, index, &frame, &size));
        int n_changed = 0;
        for (int tile = 0; tile < frame.tile_columns * frame.tile_rows; tile++)
            n_changed += frame.changed[tile];
        /* two columns of the curve, twice those where it has come from, and the title */
        assert_in_range(n_changed, 1, 60);
    }
    destroy_film(&film);
}

static void the_curve_ends_at_the_snapshot(void **state) {
    (void)state;
    const tr_picture picture = picture_of("error");
    test_film film = create_recorded_film(&post, &picture);
    int before = 0;
    for (uint64_t index = 0; index < post.n_snapshots; index += 30) {
        tr_frame frame;
        size_t size;
        int last = 0;
        free(draw_frame(&post, &film, index, &frame, &size));
        for (int x = 0; x < frame.width; x++)
            for (int y = 0; y < frame.height; y++)
                if (frame_pixel(&frame, x, y) == 0x4C72B0)
                    last = x;
        if (index > 0)
            assert_in_range(last, before + 20, before + 60); /* 30 of 300 iterations */
        before = index ? last : 46;
    }
    assert_in_range(before, 370, 390);
    destroy_film(&film);
}

/* In a row, axes begin and end at the same heights, whichever of them have labels. */
static void axes_of_a_row_are_in_line(void **state) {
    (void)state;
    tr_picture picture = picture_of("fit+error");
    picture.width = 800;
    test_film film = create_recorded_film(&post, &picture);
    tr_frame frame;
    size_t size;
    int ends[2][2] = {{0}};
    free(draw_frame(&post, &film, 0, &frame, &size));
    for (int side = 0; side < 2; side++)
        for (int y = frame.height - 1; y >= 0; y--) {
            int count = 0;
            for (int x = 400 * side; x < 400 * side + 400; x++)
                count += frame_pixel(&frame, x, y) == 0xCCCCCC;
            if (count > 120) { /* the data hides a part */
                ends[side][1] = ends[side][1] ? ends[side][1] : y;
                ends[side][0] = y;
            }
        }
    assert_in_range(ends[0][0], 20, 60);
    assert_in_range(ends[0][1], 240, 290);
    assert_int_equal(ends[0][0], ends[1][0]);
    assert_int_equal(ends[0][1], ends[1][1]);
    destroy_film(&film);
}

static void predictions_of_a_plane_may_be_anything(void **state) {
    (void)state;
    static const float values[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-45f, 0};
    const tr_picture picture = picture_of("fit");
    test_film film = create_recorded_film(&plane, &picture);
    size_t n_params = tr_network_n_params(plane.network);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        tr_diag diag = {0};
        tr_frame frame;
        for (size_t p = 0; p < n_params; p++)
            plane.params[p] = values[i];
        const tr_snapshot snapshot = {.n_params = n_params, .params = plane.params};
        assert_ok(tr_plotter_draw(film.plotter, &snapshot, &frame, &diag), diag);
        assert_true(count_frame_color(&frame, 0x4C72B0) > 100); /* the samples are still there */
        assert_true(count_frame_color(&frame, 0x55A868) > 100);
    }
    destroy_film(&film);
}

/* ---- errors of all kinds ---- */

/* A recording of these losses, for the post's net. */
static recorded_run record_losses(const float *losses, size_t count, uint64_t step) {
    tr_diag diag = {0};
    recorded_run run = {0};
    create_recorded_post_run(&run, 0);
    tr_recording_destroy(&run.recording);
    assert_ok(tr_recording_create(&run.recording, 2, &diag), diag);
    for (size_t i = 0; i < count; i++) {
        const tr_snapshot snapshot = {
            .iteration = i * step, .loss = losses[i], .n_params = 2, .params = run.params};
        assert_ok(tr_recording_append(run.recording, &snapshot, &diag), diag);
    }
    run.n_snapshots = count;
    return run;
}

static void any_losses_can_be_drawn(void **state) {
    (void)state;
    static const float losses[][6] = {
        {NAN, 0, 0, 0, 0, 0},          {NAN, 1, 0, 1e-30f, 0, 1},    {NAN, 1, 1, 1, 1, 1},
        {NAN, 1e-45f, 3e38f, 1, 0, 5}, {NAN, NAN, NAN, NAN, NAN, 1}, {NAN, -1, -2, 3, INFINITY, 2},
        {NAN, 3e38f, -3e38f, 0, 1, 2},
    };
    static const uint64_t steps[] = {1, 1000000007, UINT64_MAX / 8};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        for (size_t count = 1; count <= 6; count += 5)
            for (int setting = 0; setting < 6; setting++) {
                recorded_run run = record_losses(losses[i], count, steps[setting / 2]);
                tr_picture picture = picture_of("error");
                picture.full_loss = setting % 2;
                picture.error_scale = setting % 2 ? TR_SCALE_LOG : TR_SCALE_LINEAR;
                test_film film = create_recorded_film(&run, &picture);
                for (uint64_t index = 0; index < count; index++) {
                    tr_frame frame;
                    size_t size;
                    free(draw_frame(&run, &film, index, &frame, &size));
                }
                tr_snapshot snapshot = read_snapshot(&run, count - 1);
                tr_still still = draw_still(film.scene, &snapshot, TR_STILL_SVG);
                assert_true(still.n_bytes > 1000);
                tr_still_destroy(&still);
                destroy_film(&film);
                destroy_recorded_run(&run);
            }
}

/* As in a recording that was made elsewhere, without losses. */
static void losses_that_nobody_knows_are_not_drawn(void **state) {
    (void)state;
    static const float losses[] = {NAN, NAN, NAN};
    recorded_run run = record_losses(losses, 3, 1);
    tr_picture picture = picture_of("error");
    for (int full_loss = 0; full_loss < 2; full_loss++) {
        tr_scene *scene;
        tr_diag diag = {0};
        picture.full_loss = full_loss;
        tr_status status = tr_scene_create(&scene, &picture, run.network, run.dataset,
                                           TR_LOSS_MEAN_SQUARED_ERROR, run.recording, &diag);
        assert_int_equal(status, full_loss ? TR_OK : TR_ERROR_ARGUMENT);
        if (!full_loss)
            assert_non_null(strstr(diag.text, "--full-loss yes"));
        tr_scene_destroy(&scene);
    }
    destroy_recorded_run(&run);
}

/* The one iteration in a hundred thousand that a thinner would lose first. */
static void a_peak_of_a_long_run_is_drawn_in_a_small_file(void **state) {
    (void)state;
    enum { N = 100000, PEAK = 61803 };
    float *losses = malloc(N * sizeof *losses);
    assert_non_null(losses);
    tr_random random;
    tr_random_seed(&random, 2);
    for (int i = 0; i < N; i++)
        losses[i] = (float)tr_random_uniform(&random, 0.1, 0.2);
    losses[PEAK] = 1;
    recorded_run run = record_losses(losses, N, 1);
    const tr_picture picture = picture_of("error");
    tr_scene *scene = create_scene(&run, &picture);
    tr_snapshot snapshot = read_snapshot(&run, N - 1);
    tr_still still = draw_still(scene, &snapshot, TR_STILL_PIXELS);
    int n_high = 0;
    for (int y = 0; y < 120; y++) /* above a loss of 0.6 */
        for (int x = 0; x < 400; x++) {
            uint32_t pixel = frame_pixel(&still.frame, x, y);
            bool is_blue = (pixel & 0xFF) > (pixel >> 16) + 24;
            if (is_blue)
                assert_in_range(x, 245, 260);
            n_high += is_blue;
        }
    assert_in_range(n_high, 60, 400);
    tr_still_destroy(&still);
    still = draw_still(scene, &snapshot, TR_STILL_SVG);
    assert_in_range(still.n_bytes, 10000, 100000);
    tr_still_destroy(&still);
    tr_scene_destroy(&scene);
    destroy_recorded_run(&run);
    free(losses);
}

/* ---- stills ---- */

static void stills_have_the_size_of_their_picture(void **state) {
    (void)state;
    tr_picture picture = picture_of("fit");
    picture.width = 320;
    picture.height = 200;
    picture.scale = 3;
    tr_scene *scene = create_scene(&post, &picture);
    tr_snapshot snapshot = read_snapshot(&post, 300);
    tr_still still = draw_still(scene, &snapshot, TR_STILL_PIXELS);
    assert_int_equal(still.width, 960);
    assert_int_equal(still.frame.width, 960);
    assert_int_equal(still.frame.height, 600);
    assert_null(still.bytes);
    assert_true(count_frame_color(&still.frame, 0x55A868) > 100);
    tr_still_destroy(&still);
    still = draw_still(scene, &snapshot, TR_STILL_SVG);
    assert_int_equal(still.width, 320);
    assert_int_equal(still.height, 200);
    char *svg = strndup((const char *)still.bytes, still.n_bytes);
    assert_text_contains(svg, "width=\"320px\" height=\"200px\" viewBox=\"0 0 320 200\"");
    assert_null(strstr(svg, "<text"));
    assert_null(strstr(svg, "<title"));
    free(svg);
    tr_still_destroy(&still);
    still = draw_still(scene, &snapshot, TR_STILL_PDF);
    assert_memory_equal(still.bytes, "%PDF-", 5);
    assert_non_null(memmem(still.bytes, still.n_bytes, "240 150", 7)); /* points */
    assert_non_null(memmem(still.bytes, still.n_bytes, "19700101000000", 14));
    tr_still_destroy(&still);
    assert_null(still.bytes);
    tr_scene_destroy(&scene);
}

/* Neither the time, nor the locale, nor what was drawn before shows in the bytes. */
static void stills_always_have_the_same_bytes(void **state) {
    (void)state;
    for (int c = 0; c < N_CASES; c++) {
        const recorded_run *run = run_of(&cases[c]);
        const tr_picture picture = picture_of_case(&cases[c]);
        for (int kind = TR_STILL_SVG; kind <= TR_STILL_PDF; kind++) {
            tr_still stills[2];
            for (int i = 0; i < 2; i++) {
                if (i)
                    setlocale(LC_ALL, "de_DE.UTF-8");
                tr_scene *scene = create_scene(run, &picture);
                tr_snapshot snapshot = read_snapshot(run, run->n_snapshots / 2);
                tr_still other = draw_still(scene, &snapshot, TR_STILL_PIXELS);
                stills[i] = draw_still(scene, &snapshot, (tr_still_kind)kind);
                tr_still_destroy(&other);
                tr_scene_destroy(&scene);
                setlocale(LC_ALL, "C");
            }
            assert_int_equal(stills[0].n_bytes, stills[1].n_bytes);
            assert_memory_equal(stills[0].bytes, stills[1].bytes, stills[0].n_bytes);
            tr_still_destroy(&stills[0]);
            tr_still_destroy(&stills[1]);
        }
    }
}

static void assert_title(const char *scene, const char *title, const char *expected) {
    tr_picture picture = picture_of(scene);
    picture.title = title;
    tr_scene *made = create_scene(&post, &picture);
    tr_snapshot snapshot = read_snapshot(&post, 42);
    tr_still still = draw_still(made, &snapshot, TR_STILL_SVG);
    char *svg = strndup((const char *)still.bytes, still.n_bytes);
    if (expected)
        assert_text_contains(svg, expected);
    else
        assert_null(strstr(svg, "<title>"));
    free(svg);
    tr_still_destroy(&still);
    tr_scene_destroy(&made);
}

static void stills_have_titles_of_their_own(void **state) {
    (void)state;
    assert_title("error", NULL, "<title>training error</title>");
    assert_title("fit", NULL, NULL);
    assert_title("data", NULL, NULL);
    assert_title("fit+error", NULL, "<title>iteration: 42</title>");
    assert_title("error", "", NULL);
    assert_title("data", "ridiculously simple data", "<title>ridiculously simple data</title>");
    assert_title("fit", "{epoch} < {iteration}", "<title>20 &lt; 42</title>");
}

/* A frame and a chart are the same drawing; here they get the same texts as well. */
static void a_still_looks_like_a_frame(void **state) {
    (void)state;
    for (int c = 0; c < N_CASES; c++) {
        const recorded_run *run = run_of(&cases[c]);
        tr_picture picture = picture_of_case(&cases[c]);
        if (strchr(cases[c].scene, '+'))
            continue; /* panels that are not the first have labels that frames have not */
        picture.title = "{iteration}";
        picture.x_label = picture.y_label = "";
        test_film film = create_recorded_film(run, &picture);
        tr_frame frame;
        size_t size, still_size;
        uint64_t index = run->n_snapshots / 2;
        uint8_t *moving = draw_frame(run, &film, index, &frame, &size);
        tr_snapshot snapshot = read_snapshot(run, index);
        tr_still still = draw_still(film.scene, &snapshot, TR_STILL_PIXELS);
        uint8_t *standing = copy_frame(&still.frame, &still_size);
        double total = 0;
        assert_int_equal(size, still_size);
        for (size_t i = 0; i < size; i++)
            total += abs(moving[i] - standing[i]);
        if (total / (double)size > 0.25)
            fail_msg("scene %d (%s) differs by %g", c, cases[c].scene, total / (double)size);
        free(moving);
        free(standing);
        tr_still_destroy(&still);
        destroy_film(&film);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_panels_are_refused_with_those_there_are),
        cmocka_unit_test(impossible_looks_are_refused),
        cmocka_unit_test(texts_of_a_recorded_scene_are_checked_before_it_is_recorded),
        cmocka_unit_test(a_recording_is_needed_for_what_shows_a_whole_run),
        cmocka_unit_test(the_picture_may_go_once_the_scene_is_there),
        cmocka_unit_test(frames_do_not_depend_on_those_before),
        cmocka_unit_test(what_is_not_reported_as_changed_is_the_same),
        cmocka_unit_test(a_growing_curve_changes_few_tiles),
        cmocka_unit_test(the_curve_ends_at_the_snapshot),
        cmocka_unit_test(axes_of_a_row_are_in_line),
        cmocka_unit_test(predictions_of_a_plane_may_be_anything),
        cmocka_unit_test(any_losses_can_be_drawn),
        cmocka_unit_test(losses_that_nobody_knows_are_not_drawn),
        cmocka_unit_test(a_peak_of_a_long_run_is_drawn_in_a_small_file),
        cmocka_unit_test(stills_have_the_size_of_their_picture),
        cmocka_unit_test(stills_always_have_the_same_bytes),
        cmocka_unit_test(stills_have_titles_of_their_own),
        cmocka_unit_test(a_still_looks_like_a_frame),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
