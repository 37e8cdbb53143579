/* The panels that show parameters: weights, landscape, network and neuron. */
#include "support.h"

#include "landscape.h"
#include "plotter.h"
#include "replay.h"
#include "scene.h"

#include <math.h>

/* A net, its data, and a recorded training. */
typedef struct test_run {
    tr_network *network;
    tr_dataset *dataset;
    tr_recording *recording;
    size_t n_params;
} test_run;

static tr_status record(const tr_snapshot *snapshot, void *recording) {
    return tr_recording_append(recording, snapshot, NULL);
}

/* A net with these numbers of inputs and units, of which the last layer is linear if there are
 * several, and 24 samples for it. */
static void create_net(test_run *run, const size_t *sizes, size_t n_layers) {
    tr_diag diag = {0};
    tr_layer layers[8] = {0};
    tr_random random;
    *run = (test_run){0};
    for (size_t i = 0; i < n_layers; i++)
        layers[i] = (tr_layer){
            .n_units = sizes[i + 1],
            .activation = i == 0 ? TR_ACTIVATION_RELU : TR_ACTIVATION_LINEAR,
        };
    assert_ok(tr_network_create(&run->network, sizes[0], layers, n_layers, &diag), diag);
    assert_ok(tr_dataset_create(&run->dataset, 24, sizes[0], sizes[n_layers], &diag), diag);
    tr_random_seed(&random, 2);
    for (size_t i = 0; i < 24 * sizes[0]; i++)
        run->dataset->x[i] = tr_random_uniform(&random, -1, 1);
    for (size_t i = 0; i < 24 * sizes[n_layers]; i++)
        run->dataset->y[i] = tr_random_uniform(&random, 0, 1);
    run->n_params = tr_network_n_params(run->network);
    assert_ok(tr_recording_create(&run->recording, run->n_params, &diag), diag);
}

static void train(test_run *run, uint64_t epochs) {
    tr_diag diag = {0};
    tr_random random;
    float *params = calloc(run->n_params, sizeof *params);
    assert_non_null(params);
    tr_random_seed(&random, 3);
    tr_network_init_params(run->network, &random, params);
    const tr_fit_options options = {.batch_size = 8, .epochs = epochs, .learning_rate = 0.1};
    assert_ok(tr_fit(run->network, params, run->dataset, &options, &random, record, run->recording,
                     &diag),
              diag);
    free(params);
}

static test_run create_run(const size_t *sizes, size_t n_layers, uint64_t epochs) {
    test_run run;
    create_net(&run, sizes, n_layers);
    train(&run, epochs);
    return run;
}

static void destroy_run(test_run *run) {
    tr_recording_destroy(&run->recording);
    tr_network_destroy(&run->network);
    tr_dataset_destroy(&run->dataset);
}

/* A recording of a single neuron with these w and b, row by row. */
static test_run create_recorded(const float *params, size_t n_snapshots) {
    tr_diag diag = {0};
    test_run run;
    create_net(&run, (const size_t[]){1, 1}, 1);
    for (size_t i = 0; i < n_snapshots; i++) {
        const tr_snapshot snapshot = {.iteration = i, .n_params = 2, .params = params + 2 * i};
        assert_ok(tr_recording_append(run.recording, &snapshot, &diag), diag);
    }
    return run;
}

static tr_status create_scene(tr_scene **scene, const test_run *run, const char *name, int width,
                              int height, int theme, tr_diag *diag) {
    tr_picture picture = tr_picture_default();
    picture.scene = name;
    picture.width = width;
    picture.height = height;
    picture.theme = (tr_theme_kind)theme;
    return tr_scene_create(scene, &picture, run->network, run->dataset, TR_LOSS_MEAN_SQUARED_ERROR,
                           run->recording, diag);
}

static void read_snapshot(const test_run *run, uint64_t index, tr_snapshot *snapshot,
                          float *params) {
    tr_diag diag = {0};
    assert_ok(tr_recording_read(run->recording, index, 1, snapshot, params, &diag), diag);
}

/* The pixels of a frame, which the caller frees. */
static uint8_t *draw(tr_plotter *plotter, const test_run *run, uint64_t index, tr_frame *frame) {
    tr_diag diag = {0};
    tr_snapshot snapshot;
    float *params = malloc(run->n_params * sizeof *params);
    assert_non_null(params);
    read_snapshot(run, index, &snapshot, params);
    assert_ok(tr_plotter_draw(plotter, &snapshot, frame, &diag), diag);
    uint8_t *pixels = malloc((size_t)frame->width * (size_t)frame->height * 3);
    assert_non_null(pixels);
    for (int y = 0; y < frame->height; y++)
        tr_frame_copy_rgb_row(frame, y, pixels + (size_t)y * (size_t)frame->width * 3);
    free(params);
    return pixels;
}

static const size_t neuron[] = {1, 1};
static const size_t tiny[] = {1, 2, 1};
static const size_t two_inputs[] = {2, 8, 1};
static const size_t wide[] = {1, 60, 1};
static const size_t deep[] = {1, 10, 10, 1};
static const size_t several[] = {7, 3, 12, 2};

static const struct {
    const size_t *sizes;
    size_t n_layers;
} nets[] = {{neuron, 1}, {tiny, 2}, {two_inputs, 2}, {wide, 2}, {deep, 3}, {several, 3}};

enum { N_NETS = sizeof nets / sizeof *nets };

static const char *const scenes[] = {"weights", "landscape", "network", "neuron",
                                     "weights+landscape"};

enum { N_SCENES = sizeof scenes / sizeof *scenes };

/* A frame shows its snapshot, whatever was drawn before it, and what is not reported as changed has
 * not changed. */
static void check_frames(const test_run *run, const char *name) {
    tr_diag diag = {0};
    tr_scene *scene;
    tr_plotter *used, *fresh;
    tr_frame frame;
    uint64_t last = tr_recording_n_snapshots(run->recording) - 1;
    const uint64_t order[] = {0, 1, 2, last / 3, last / 2, last, last - 1, 3, 0, last};
    uint8_t *before = NULL;
    assert_ok(create_scene(&scene, run, name, 320, 200, TR_THEME_POST, &diag), diag);
    assert_ok(tr_plotter_create(&used, scene, &diag), diag);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        assert_ok(tr_plotter_create(&fresh, scene, &diag), diag);
        uint8_t *expected = draw(fresh, run, order[i], &frame);
        uint8_t *pixels = draw(used, run, order[i], &frame);
        size_t row = (size_t)frame.width * 3;
        if (memcmp(pixels, expected, row * (size_t)frame.height) != 0)
            fail_msg("%s: frame %zu depends on the one before", name, i);
        for (int y = 0; before && y < frame.height; y++)
            for (int x = 0; x < frame.width; x++) {
                size_t at = (size_t)y * row + (size_t)x * 3;
                bool changed = frame.changed[y / TR_TILE * frame.tile_columns + x / TR_TILE];
                if (!changed && memcmp(pixels + at, before + at, 3) != 0)
                    fail_msg("%s: frame %zu changed at %d, %d", name, i, x, y);
            }
        free(before);
        before = pixels;
        free(expected);
        tr_plotter_destroy(&fresh);
    }
    free(before);
    tr_plotter_destroy(&used);
    tr_scene_destroy(&scene);
}

static void frames_depend_on_their_snapshot_alone(void **state) {
    (void)state;
    for (size_t net = 0; net < N_NETS; net++) {
        test_run run = create_run(nets[net].sizes, nets[net].n_layers, 12);
        for (size_t i = 0; i < N_SCENES; i++)
            check_frames(&run, scenes[i]);
        destroy_run(&run);
    }
}

static void any_net_fits_any_size_in_any_theme(void **state) {
    (void)state;
    const int sizes[][2] = {{64, 64}, {64, 300}, {300, 64}, {160, 120}, {634, 216}, {1500, 1000}};
    for (size_t net = 0; net < N_NETS; net++) {
        test_run run = create_run(nets[net].sizes, nets[net].n_layers, 4);
        for (size_t i = 0; i < N_SCENES - 1; i++)
            for (int size = 0; size < 6; size++) {
                tr_diag diag = {0};
                tr_scene *scene;
                tr_plotter *plotter;
                tr_frame frame;
                tr_status status = create_scene(&scene, &run, scenes[i], sizes[size][0],
                                                sizes[size][1], size % 4, &diag);
                if (!status)
                    status = tr_plotter_create(&plotter, scene, &diag);
                if (status)
                    fail_msg("%s of net %zu in %dx%d: %s", scenes[i], net, sizes[size][0],
                             sizes[size][1], diag.text);
                free(draw(plotter, &run, 5, &frame));
                tr_plotter_destroy(&plotter);
                tr_scene_destroy(&scene);
            }
        destroy_run(&run);
    }
}

static void stills_are_the_same_bytes_every_time(void **state) {
    (void)state;
    test_run run = create_run(deep, 3, 12);
    for (size_t i = 0; i < N_SCENES; i++)
        for (int kind = TR_STILL_SVG; kind <= TR_STILL_PDF; kind++) {
            tr_diag diag = {0};
            tr_still stills[2];
            for (int k = 0; k < 2; k++) {
                tr_scene *scene;
                tr_snapshot snapshot;
                float params[256];
                read_snapshot(&run, 20, &snapshot, params);
                assert_ok(create_scene(&scene, &run, scenes[i], 400, 300, TR_THEME_LIGHT, &diag),
                          diag);
                assert_ok(
                    tr_scene_draw_still(scene, &snapshot, (tr_still_kind)kind, &stills[k], &diag),
                    diag);
                tr_scene_destroy(&scene);
            }
            assert_int_equal(stills[0].n_bytes, stills[1].n_bytes);
            assert_memory_equal(stills[0].bytes, stills[1].bytes, stills[0].n_bytes);
            assert_in_range(stills[0].n_bytes, 5000, 600000);
            tr_still_destroy(&stills[0]);
            tr_still_destroy(&stills[1]);
        }
    destroy_run(&run);
}

/* A run that does not move, has one snapshot, goes along one axis, or becomes infinite. */
static void runs_without_much_of_a_path_are_drawn(void **state) {
    (void)state;
    const struct {
        float params[8];
        size_t n_snapshots;
    } runs[] = {
        {{0.5F, 0.25F}, 1},
        {{0, 0, 0, 0, 0, 0}, 3},
        {{1, 2, 1, 2, 1, 2}, 3},
        {{1, 2, 2, 2, 3, 2, 4, 2}, 4},
        {{0, 0, 1, 1, NAN, NAN, INFINITY, 1}, 4},
        {{NAN, NAN, NAN, NAN}, 2},
        {{0, 0, 1e30F, -1e30F, 3e38F, 3e38F}, 3},
        {{1e-42F, 0, 0, 1e-42F}, 2},
        {{1e8F, 1e8F, 1e8F + 8, 1e8F}, 2},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        test_run run = create_recorded(runs[i].params, runs[i].n_snapshots);
        for (size_t k = 0; k < N_SCENES; k++)
            for (uint64_t index = 0; index < runs[i].n_snapshots; index++) {
                tr_diag diag = {0};
                tr_scene *scene;
                tr_plotter *plotter;
                tr_frame frame;
                assert_ok(create_scene(&scene, &run, scenes[k], 300, 200, TR_THEME_DARK, &diag),
                          diag);
                assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
                free(draw(plotter, &run, index, &frame));
                tr_plotter_destroy(&plotter);
                tr_scene_destroy(&scene);
            }
        destroy_run(&run);
    }
}

static void an_empty_recording_is_refused(void **state) {
    (void)state;
    test_run run = create_recorded(NULL, 0);
    for (int i = 0; i < 2; i++) {
        tr_diag diag = {0};
        tr_scene *scene;
        assert_int_equal(create_scene(&scene, &run, scenes[i], 300, 200, TR_THEME_POST, &diag),
                         TR_ERROR_ARGUMENT);
        assert_null(scene);
        assert_text_contains(diag.text, "empty");
    }
    destroy_run(&run);
}

/* Pixels of a colour in columns `left` up to, not including, `right`. */
static int count_color(const uint8_t *pixels, const tr_frame *frame, uint32_t color, int left,
                       int right) {
    int count = 0;
    for (int y = 0; y < frame->height; y++)
        for (int x = left; x < right; x++) {
            const uint8_t *at = pixels + ((size_t)y * (size_t)frame->width + (size_t)x) * 3;
            count += ((uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]) == color;
        }
    return count;
}

/* Half way through the run, the curves have come half way. */
static void curves_grow_with_the_iterations(void **state) {
    (void)state;
    float params[202];
    for (int i = 0; i <= 100; i++) {
        params[2 * i] = 0.01F * (float)i;
        params[2 * i + 1] = -0.5F;
    }
    tr_diag diag = {0};
    tr_scene *scene;
    tr_plotter *plotter;
    tr_frame frame;
    test_run run = create_recorded(params, 101);
    assert_ok(create_scene(&scene, &run, "weights", 400, 300, TR_THEME_POST, &diag), diag);
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    uint8_t *first = draw(plotter, &run, 0, &frame);
    uint8_t *half = draw(plotter, &run, 50, &frame);
    uint8_t *whole = draw(plotter, &run, 100, &frame);
    assert_in_range(count_color(first, &frame, 0x4C72B0, 0, 400), 5, 60); /* the dot */
    assert_true(count_color(half, &frame, 0x55A868, 70, 180) > 100);
    assert_int_equal(count_color(half, &frame, 0x4C72B0, 240, 400), 0);
    assert_int_equal(count_color(half, &frame, 0x55A868, 240, 400), 0);
    assert_true(count_color(whole, &frame, 0x55A868, 240, 345) > 100);
    free(first);
    free(half);
    free(whole);
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
    destroy_run(&run);
}

/* The loss of a linear neuron is lowest where numpy.polyfit puts its line, and the lowest outlines
 * are around it. */
static void the_landscape_is_lowest_at_the_least_squares_fit(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_landscape *landscape;
    test_run run = {0};
    const tr_layer linear = {.n_units = 1};
    const float path[] = {0, 0, 1, 1, 2, 1.5F, 3, 0.5F};
    assert_ok(tr_network_create(&run.network, 1, &linear, 1, &diag), diag);
    assert_ok(tr_dataset_create(&run.dataset, 3, 1, 1, &diag), diag);
    memcpy(run.dataset->x, (const double[]){0, 1, 2}, 3 * sizeof(double));
    memcpy(run.dataset->y, (const double[]){1, 2, 5}, 3 * sizeof(double)); /* w = 2, b = 2 / 3 */
    assert_ok(tr_recording_create(&run.recording, 2, &diag), diag);
    for (size_t i = 0; i < 4; i++)
        assert_ok(tr_recording_append(
                      run.recording,
                      &(tr_snapshot){.iteration = i * 10, .n_params = 2, .params = path + 2 * i},
                      &diag),
                  diag);
    const tr_panel_source source = {.network = run.network,
                                    .dataset = run.dataset,
                                    .loss = TR_LOSS_MEAN_SQUARED_ERROR,
                                    .recording = run.recording};
    assert_ok(tr_landscape_create(&landscape, &source, &diag), diag);
    assert_ok(tr_landscape_complete(landscape, &source, 400, 300, &diag), diag);
    assert_true(fabs(landscape->x_low - -0.75) < 1e-6 && fabs(landscape->x_high - 3.75) < 1e-6);
    assert_true(fabs(landscape->y_low - -0.375) < 1e-6 && fabs(landscape->y_high - 1.875) < 1e-6);
    assert_int_equal(landscape->path.n_points, 4);
    assert_in_range(landscape->n_levels, 5, TR_MAX_LEVELS);
    const tr_contour *lowest = &landscape->regions[0];
    assert_int_equal(lowest->n_loops, 1);
    double x = 0, y = 0, x_low = INFINITY, x_high = -INFINITY;
    for (size_t i = 0; i < lowest->n_points; i++) {
        tr_point at = tr_landscape_from_grid(landscape, lowest->points[i]);
        double w = at.x, b = at.y;
        double loss = (pow(b - 1, 2) + pow(w + b - 2, 2) + pow(2 * w + b - 5, 2)) / 3;
        assert_true(fabs(loss - landscape->levels[0]) < 0.02 * landscape->levels[0]);
        x_low = fmin(x_low, w);
        x_high = fmax(x_high, w);
        x += at.x, y += at.y;
    }
    assert_true(x_low < 2 && x_high > 2);
    tr_point at = tr_landscape_locate(landscape, path + 4);
    assert_true(at.x == 2 && at.y == 1.5);
    tr_landscape_destroy(&landscape);
    destroy_run(&run);
}

/* With more parameters, the last snapshot is at the origin of the plane. */
static void the_plane_goes_through_the_final_parameters(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_landscape *landscape;
    tr_snapshot snapshot;
    float params[256];
    test_run run = create_run(deep, 3, 20);
    const tr_panel_source source = {.network = run.network,
                                    .dataset = run.dataset,
                                    .loss = TR_LOSS_MEAN_SQUARED_ERROR,
                                    .recording = run.recording};
    assert_ok(tr_landscape_create(&landscape, &source, &diag), diag);
    assert_ok(tr_landscape_complete(landscape, &source, 400, 300, &diag), diag);
    read_snapshot(&run, tr_recording_n_snapshots(run.recording) - 1, &snapshot, params);
    tr_point end = tr_landscape_locate(landscape, params);
    assert_true(end.x == 0 && end.y == 0);
    read_snapshot(&run, 0, &snapshot, params);
    tr_point start = tr_landscape_locate(landscape, params);
    assert_true(start.x < 0 && start.x > landscape->x_low);
    assert_true(landscape->components.shares[0] > landscape->components.shares[1]);
    tr_landscape_destroy(&landscape);
    destroy_run(&run);
}

static void many_samples_and_params_are_thinned_out(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_scene *scene;
    tr_plotter *plotter;
    tr_frame frame;
    const size_t large[] = {3, 250, 1};
    test_run run = create_run(large, 2, 1);
    tr_dataset_destroy(&run.dataset);
    assert_ok(tr_dataset_create(&run.dataset, 100000, 3, 1, &diag), diag);
    assert_true(run.n_params > 1000);
    assert_ok(create_scene(&scene, &run, "weights+landscape", 300, 200, TR_THEME_POST, &diag),
              diag);
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    free(draw(plotter, &run, 3, &frame));
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
    destroy_run(&run);
}

static void a_net_of_several_units_is_drawn_as_a_network(void **state) {
    (void)state;
    tr_diag diag = {0};
    test_run run = create_run(tiny, 2, 4);
    uint8_t *pixels[2];
    tr_frame frame;
    for (int i = 0; i < 2; i++) {
        tr_scene *scene;
        tr_plotter *plotter;
        assert_ok(create_scene(&scene, &run, i ? "neuron" : "network", 300, 200, 0, &diag), diag);
        assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
        pixels[i] = draw(plotter, &run, 3, &frame);
        tr_plotter_destroy(&plotter);
        tr_scene_destroy(&scene);
    }
    assert_memory_equal(pixels[0], pixels[1], (size_t)frame.width * (size_t)frame.height * 3);
    free(pixels[0]);
    free(pixels[1]);
    destroy_run(&run);
}

/* The colours of its lines are those of the signs of its weights. */
static void lines_have_the_colour_of_their_sign(void **state) {
    (void)state;
    tr_diag diag = {0};
    const float params[] = {1e6F, 0, -1e6F, 0};
    test_run run = create_recorded(params, 2);
    tr_scene *scene;
    tr_plotter *plotter;
    tr_frame frame;
    tr_picture picture = tr_picture_default();
    picture.scene = "network";
    picture.data_color = 0x102030;
    picture.prediction_color = 0xD0A000;
    assert_ok(tr_scene_create(&scene, &picture, run.network, run.dataset,
                              TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag),
              diag);
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    for (uint64_t i = 0; i < 2; i++) {
        uint8_t *pixels = draw(plotter, &run, i, &frame);
        assert_int_equal(count_color(pixels, &frame, 0x102030, 0, 400) > 500, i == 0);
        assert_int_equal(count_color(pixels, &frame, 0xD0A000, 0, 400) > 500, i == 1);
        free(pixels);
    }
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
    destroy_run(&run);
}

static void a_net_too_deep_for_its_picture_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_scene *scene;
    tr_plotter *plotter;
    test_run run = {0};
    tr_layer layers[60];
    for (int i = 0; i < 60; i++)
        layers[i] = (tr_layer){.n_units = 2};
    assert_ok(tr_network_create(&run.network, 1, layers, 60, &diag), diag);
    assert_ok(tr_dataset_create(&run.dataset, 2, 1, 2, &diag), diag);
    assert_ok(create_scene(&scene, &run, "network", 200, 200, 0, &diag), diag);
    assert_int_equal(tr_plotter_create(&plotter, scene, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "60 layers");
    tr_scene_destroy(&scene);
    destroy_run(&run);
}

static tr_status count_up(const tr_snapshot *snapshot, void *context) {
    uint64_t *expected = context;
    assert_int_equal(snapshot->iteration, *expected * 3);
    assert_true(snapshot->params[1] == (float)*expected);
    return ++*expected == 8000 ? TR_END : TR_OK;
}

static void a_recording_is_replayed_in_order_until_told_to_stop(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_recording *recording;
    uint64_t count = 0, last;
    assert_ok(tr_recording_create(&recording, 2, &diag), diag);
    for (uint64_t i = 0; i < 10000; i++) {
        const float params[] = {0, (float)i};
        const tr_snapshot snapshot = {.iteration = 3 * i, .n_params = 2, .params = params};
        assert_ok(tr_recording_append(recording, &snapshot, &diag), diag);
    }
    assert_int_equal(tr_replay(recording, 2, count_up, &count, &diag), TR_END);
    assert_int_equal(count, 8000);
    assert_ok(tr_replay_last_iteration(recording, &last, &diag), diag);
    assert_int_equal(last, 3 * 9999);
    assert_int_equal(tr_replay(recording, 3, count_up, &count, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "2 parameters, not 3");
    tr_recording_destroy(&recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_depend_on_their_snapshot_alone),
        cmocka_unit_test(any_net_fits_any_size_in_any_theme),
        cmocka_unit_test(stills_are_the_same_bytes_every_time),
        cmocka_unit_test(runs_without_much_of_a_path_are_drawn),
        cmocka_unit_test(an_empty_recording_is_refused),
        cmocka_unit_test(curves_grow_with_the_iterations),
        cmocka_unit_test(the_landscape_is_lowest_at_the_least_squares_fit),
        cmocka_unit_test(the_plane_goes_through_the_final_parameters),
        cmocka_unit_test(many_samples_and_params_are_thinned_out),
        cmocka_unit_test(a_net_of_several_units_is_drawn_as_a_network),
        cmocka_unit_test(lines_have_the_colour_of_their_sign),
        cmocka_unit_test(a_net_too_deep_for_its_picture_is_refused),
        cmocka_unit_test(a_recording_is_replayed_in_order_until_told_to_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
