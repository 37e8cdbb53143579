/* Runs to be compared, recorded once. */
#ifndef TR_TESTS_COMPARED_H
#define TR_TESTS_COMPARED_H

#include "support.h"

enum { MOST_TEST_RUNS = TR_MOST_COMPARED + 1 };

/* What the runs differ in. */
typedef struct compared_setting {
    uint32_t batch_size;
    double learning_rate;
} compared_setting;

/* Nets with a hidden layer, or the post's neuron, that learn the same data. */
typedef struct compared_runs {
    tr_dataset *dataset;
    size_t n_runs;
    tr_network *networks[MOST_TEST_RUNS];
    tr_recording *recordings[MOST_TEST_RUNS];
    tr_source sources[MOST_TEST_RUNS];
    char labels[MOST_TEST_RUNS][64];
    tr_compared_run runs[MOST_TEST_RUNS];
    tr_comparison comparison;
} compared_runs;

static inline tr_status append_to_recording(const tr_snapshot *snapshot, void *recording) {
    tr_diag diag = {0};
    return tr_recording_append(recording, snapshot, &diag);
}

/* Trains and records one more run; if it diverges, up to there. */
static inline void add_compared_run(compared_runs *all, const tr_layer *layers, size_t n_layers,
                                    compared_setting setting, uint64_t epochs) {
    tr_diag diag = {0};
    size_t i = all->n_runs++;
    tr_random random;
    tr_network *network;
    tr_random_seed(&random, 4);
    assert_ok(tr_network_create(&network, all->dataset->n_inputs, layers, n_layers, &diag), diag);
    size_t n_params = tr_network_n_params(network);
    float *params = calloc(n_params, sizeof *params);
    assert_non_null(params);
    tr_network_init_params(network, &random, params);
    tr_training training = {.network = network,
                            .dataset = all->dataset,
                            .options = {.batch_size = setting.batch_size,
                                        .epochs = epochs,
                                        .learning_rate = setting.learning_rate},
                            .params = params,
                            .random = &random};
    tr_source source = tr_training_source(&training);
    assert_ok(tr_recording_create(&all->recordings[i], n_params, &diag), diag);
    tr_status status = source.run(source.context, append_to_recording, all->recordings[i], &diag);
    assert_true(status == TR_OK || status == TR_ERROR_DIVERGED);
    free(params);
    all->networks[i] = network;
    all->sources[i] = tr_recording_source(all->recordings[i], &source);
    snprintf(all->labels[i], sizeof all->labels[i], "batch size %u", (unsigned)setting.batch_size);
    all->runs[i] = (tr_compared_run){
        .label = all->labels[i], .source = &all->sources[i], .recording = all->recordings[i]};
    if (status)
        all->runs[i].diverged_at = tr_recording_last_iteration(all->recordings[i]) + 1;
}

static inline void finish_compared_runs(compared_runs *all) {
    all->comparison = (tr_comparison){.n_runs = all->n_runs, .runs = all->runs};
}

/* The post's neuron with these batch sizes. */
static inline void create_compared_neurons(compared_runs *all, const uint32_t *batch_sizes,
                                           size_t n_runs, uint64_t epochs) {
    tr_diag diag = {0};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    *all = (compared_runs){0};
    assert_ok(tr_dataset_create_bilinear(&all->dataset, 200, &diag), diag);
    for (size_t i = 0; i < n_runs; i++)
        add_compared_run(all, &neuron, 1, (compared_setting){batch_sizes[i], 0.01}, epochs);
    finish_compared_runs(all);
}

/* Four nets with a hidden layer on a noisy sine, the third of which diverges after a few iterations. */
static inline void create_compared_nets(compared_runs *all, uint64_t epochs) {
    tr_diag diag = {0};
    tr_random random;
    const tr_layer layers[] = {{.n_units = 8, .activation = TR_ACTIVATION_TANH},
                               {.n_units = 1, .activation = TR_ACTIVATION_LINEAR}};
    const compared_setting settings[] = {{8, 0.05}, {32, 0.05}, {32, 300}, {128, 0.05}};
    *all = (compared_runs){0};
    tr_random_seed(&random, 3);
    assert_ok(tr_dataset_create_kind(&all->dataset, TR_DATA_SINE, 200, 0.2, &random, &diag), diag);
    for (size_t i = 0; i < 4; i++)
        add_compared_run(all, layers, 2, settings[i], epochs);
    finish_compared_runs(all);
    assert_true(all->runs[2].diverged_at > 1);
}

static inline void destroy_compared_runs(compared_runs *all) {
    for (size_t i = 0; i < all->n_runs; i++) {
        tr_recording_destroy(&all->recordings[i]);
        tr_network_destroy(&all->networks[i]);
    }
    tr_dataset_destroy(&all->dataset);
}

#endif
