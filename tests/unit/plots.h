/* What the tests that draw share. */
#ifndef TR_TESTS_PLOTS_H
#define TR_TESTS_PLOTS_H

#include "support.h"

#include "plotter.h"

/* A plotter and the scene that it needs. */
typedef struct test_film {
    tr_scene *scene;
    tr_plotter *plotter;
} test_film;

/* Of a run that needs no recording. */
static inline test_film create_film(const post_run *run, const tr_picture *picture) {
    tr_diag diag = {0};
    test_film made;
    assert_ok(tr_scene_create(&made.scene, picture, run->network, run->dataset,
                              TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag),
              diag);
    assert_ok(tr_plotter_create(&made.plotter, made.scene, &diag), diag);
    return made;
}

static inline void destroy_film(test_film *film) {
    tr_plotter_destroy(&film->plotter);
    tr_scene_destroy(&film->scene);
    assert_null(film->plotter);
    assert_null(film->scene);
}

/* A run that is recorded. */
typedef struct recorded_run {
    tr_dataset *dataset;
    tr_network *network;
    tr_recording *recording;
    uint64_t n_snapshots;
    float *params; /* room for those of a snapshot */
} recorded_run;

static inline void record_run(recorded_run *run, const tr_fit_options *options, tr_random *random) {
    tr_diag diag = {0};
    run->params = calloc(tr_network_n_params(run->network), sizeof *run->params);
    assert_non_null(run->params);
    tr_network_init_params(run->network, random, run->params);
    tr_training training = {.network = run->network,
                            .dataset = run->dataset,
                            .options = *options,
                            .params = run->params,
                            .random = random};
    const tr_source source = tr_training_source(&training);
    assert_ok(tr_record(&source, &run->recording, &diag), diag);
    run->n_snapshots = tr_recording_n_snapshots(run->recording);
}

/* The post's run, of that many epochs of two iterations each. */
static inline void create_recorded_post_run(recorded_run *run, uint64_t epochs) {
    tr_diag diag = {0};
    tr_random random;
    const tr_fit_options options = {.batch_size = 128, .epochs = epochs, .learning_rate = 0.01};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    *run = (recorded_run){0};
    assert_ok(tr_dataset_create_bilinear(&run->dataset, 200, &diag), diag);
    assert_ok(tr_network_create(&run->network, 1, &neuron, 1, &diag), diag);
    tr_random_seed(&random, 0);
    record_run(run, &options, &random);
}

/* A net with two inputs that learns which of two circles a sample is on. */
static inline void create_recorded_plane_run(recorded_run *run, uint64_t epochs) {
    tr_diag diag = {0};
    tr_random random;
    const tr_fit_options options = {.batch_size = 32, .epochs = epochs, .learning_rate = 0.1};
    const tr_layer layers[] = {{.n_units = 8, .activation = TR_ACTIVATION_RELU},
                               {.n_units = 1, .activation = TR_ACTIVATION_LINEAR}};
    *run = (recorded_run){0};
    tr_random_seed(&random, 1);
    assert_ok(tr_dataset_create_kind(&run->dataset, TR_DATA_CIRCLES, 120, 0.08, &random, &diag),
              diag);
    assert_ok(tr_network_create(&run->network, 2, layers, 2, &diag), diag);
    record_run(run, &options, &random);
}

static inline void destroy_recorded_run(recorded_run *run) {
    free(run->params);
    tr_recording_destroy(&run->recording);
    tr_network_destroy(&run->network);
    tr_dataset_destroy(&run->dataset);
}

/* Snapshot number `index`; good until the next one is read. */
static inline tr_snapshot read_snapshot(const recorded_run *run, uint64_t index) {
    tr_diag diag = {0};
    tr_snapshot snapshot;
    assert_ok(tr_recording_read(run->recording, index, 1, &snapshot, run->params, &diag), diag);
    return snapshot;
}

static inline tr_scene *create_scene(const recorded_run *run, const tr_picture *picture) {
    tr_diag diag = {0};
    tr_scene *scene;
    assert_ok(tr_scene_create(&scene, picture, run->network, run->dataset,
                              TR_LOSS_MEAN_SQUARED_ERROR, run->recording, &diag),
              diag);
    return scene;
}

static inline test_film create_recorded_film(const recorded_run *run, const tr_picture *picture) {
    tr_diag diag = {0};
    test_film made = {.scene = create_scene(run, picture)};
    assert_ok(tr_plotter_create(&made.plotter, made.scene, &diag), diag);
    return made;
}

static inline tr_still draw_still(const tr_scene *scene, const tr_snapshot *snapshot,
                                  tr_still_kind kind) {
    tr_diag diag = {0};
    tr_still still;
    assert_ok(tr_scene_draw_still(scene, snapshot, kind, &still, &diag), diag);
    return still;
}

static inline uint32_t frame_pixel(const tr_frame *frame, int x, int y) {
    const uint32_t *row = (const uint32_t *)(const void *)(frame->pixels + y * frame->stride);
    return row[x] & 0xFFFFFF;
}

static inline int count_frame_color(const tr_frame *frame, uint32_t color) {
    int count = 0;
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            count += frame_pixel(frame, x, y) == color;
    return count;
}

static inline uint8_t *copy_frame(const tr_frame *frame, size_t *size) {
    *size = (size_t)frame->width * (size_t)frame->height * 3;
    uint8_t *copy = malloc(*size);
    assert_non_null(copy);
    for (int y = 0; y < frame->height; y++)
        tr_frame_copy_rgb_row(frame, y, copy + (size_t)y * (size_t)frame->width * 3);
    return copy;
}

#endif
