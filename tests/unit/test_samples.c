#include "plots.h"

#include "samples.h"

#include <math.h>

static tr_samples describe(const tr_dataset *dataset) {
    tr_samples samples;
    tr_samples_describe(&samples, dataset);
    return samples;
}

static bool kind_is_line(tr_data_kind kind, size_t n_samples, double noise) {
    tr_diag diag = {0};
    tr_random random;
    tr_dataset *dataset;
    tr_random_seed(&random, 7);
    assert_ok(tr_dataset_create_kind(&dataset, kind, n_samples, noise, &random, &diag), diag);
    bool as_line = describe(dataset).as_line;
    tr_dataset_destroy(&dataset);
    return as_line;
}

static bool is_line(const double (*points)[2], size_t count) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create(&dataset, count, 1, 1, &diag), diag);
    for (size_t i = 0; i < count; i++) {
        dataset->x[i] = points[i][0];
        dataset->y[i] = points[i][1];
    }
    bool as_line = describe(dataset).as_line;
    tr_dataset_destroy(&dataset);
    return as_line;
}

static void smooth_data_is_a_line(void **state) {
    (void)state;
    static const size_t counts[] = {2, 3, 10, 200, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_true(kind_is_line(TR_DATA_BILINEAR, counts[i], 0));
        assert_true(kind_is_line(TR_DATA_LINEAR, counts[i], 0));
        assert_true(kind_is_line(TR_DATA_STEP, counts[i], 0));
        if (counts[i] != 3) /* of a sine, three samples are nothing but turns */
            assert_true(kind_is_line(TR_DATA_SINE, counts[i], 0));
    }
    assert_true(kind_is_line(TR_DATA_SINE, 200, 0.001)); /* nobody sees such noise */
    assert_true(is_line((const double[][2]){{1, 1}}, 1));
}

static void noisy_data_is_dots(void **state) {
    (void)state;
    assert_false(kind_is_line(TR_DATA_SINE, 200, 0.2)); /* the follow-up post's */
    assert_false(kind_is_line(TR_DATA_SINE, 50, 0.2));
    assert_false(kind_is_line(TR_DATA_SINE, 5000, 0.05));
    assert_false(kind_is_line(TR_DATA_BILINEAR, 200, 0.1));
    assert_false(kind_is_line(TR_DATA_LINEAR, 30, 1));
    assert_false(is_line((const double[][2]){{0, 1}, {1, 2}, {2, 1}, {3, 2}, {4, 1}}, 5));
}

static void data_whose_x_does_not_rise_is_dots(void **state) {
    (void)state;
    assert_true(is_line((const double[][2]){{0, 0}, {1, 1}, {2, 2}}, 3));
    assert_false(is_line((const double[][2]){{0, 0}, {2, 2}, {1, 1}}, 3));
    assert_false(is_line((const double[][2]){{0, 0}, {1, 1}, {1, 2}}, 3));
    assert_false(is_line((const double[][2]){{0, 0}, {NAN, 1}, {1, 2}}, 3));
}

static void ranges_of_a_plane_are_those_of_its_inputs(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create(&dataset, 3, 2, 1, &diag), diag);
    const double x[] = {-1, 10, 2, 30, 5, 20};
    const double y[] = {0.25, 7, -3};
    memcpy(dataset->x, x, sizeof x);
    memcpy(dataset->y, y, sizeof y);
    tr_samples samples = describe(dataset);
    assert_false(samples.as_line);
    assert_true(samples.x_low == -1 && samples.x_high == 5);
    assert_true(samples.y_low == 10 && samples.y_high == 30);
    assert_true(samples.target_low == -3 && samples.target_high == 7);
    tr_dataset_destroy(&dataset);
}

/* Draws `dataset` as a chart and returns the bytes of its SVG. */
static size_t svg_size(tr_dataset *dataset) {
    tr_diag diag = {0};
    tr_scene *scene;
    tr_network *network;
    tr_picture picture = tr_picture_default();
    const tr_layer layer = {.n_units = 1, .activation = TR_ACTIVATION_RELU};
    const float params[3] = {0};
    picture.scene = "data";
    assert_ok(tr_network_create(&network, dataset->n_inputs, &layer, 1, &diag), diag);
    assert_ok(tr_scene_create(&scene, &picture, network, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL,
                              &diag),
              diag);
    const tr_snapshot snapshot = {.params = params, .n_params = tr_network_n_params(network)};
    tr_still still = draw_still(scene, &snapshot, TR_STILL_SVG);
    size_t size = still.n_bytes;
    tr_still_destroy(&still);
    tr_scene_destroy(&scene);
    tr_network_destroy(&network);
    return size;
}

static void a_million_samples_are_no_more_dots_than_can_be_seen(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_random random;
    tr_dataset *dataset;
    tr_random_seed(&random, 7);
    for (size_t n_samples = 1000; n_samples <= 1000000; n_samples *= 1000) {
        assert_ok(tr_dataset_create_kind(&dataset, TR_DATA_SINE, n_samples, 0.2, &random, &diag),
                  diag);
        assert_in_range(svg_size(dataset), 20000, 1500000);
        tr_dataset_destroy(&dataset);
    }
}

/* A dataset that the library's user filled may hold anything; all that is asked for is no crash. */
static void samples_that_are_not_finite_are_left_out(void **state) {
    (void)state;
    static const double odd[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e-308, 0};
    enum { N_ODD = sizeof odd / sizeof *odd };
    tr_diag diag = {0};
    for (size_t n_inputs = 1; n_inputs <= 2; n_inputs++) {
        tr_dataset *dataset;
        assert_ok(tr_dataset_create(&dataset, N_ODD * N_ODD, n_inputs, 1, &diag), diag);
        for (size_t i = 0; i < N_ODD * N_ODD; i++) {
            for (size_t input = 0; input < n_inputs; input++)
                dataset->x[i * n_inputs + input] = odd[(i + input) % N_ODD];
            dataset->y[i] = odd[i / N_ODD];
        }
        assert_true(svg_size(dataset) > 1000);
        tr_dataset_destroy(&dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_data_is_a_line),
        cmocka_unit_test(noisy_data_is_dots),
        cmocka_unit_test(data_whose_x_does_not_rise_is_dots),
        cmocka_unit_test(ranges_of_a_plane_are_those_of_its_inputs),
        cmocka_unit_test(a_million_samples_are_no_more_dots_than_can_be_seen),
        cmocka_unit_test(samples_that_are_not_finite_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
