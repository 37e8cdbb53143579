#include "support.h"

#include <math.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_LAYERS = 4 };

typedef struct made_net {
    size_t n_inputs;
    size_t n_layers;
    tr_layer layers[MOST_LAYERS];
} made_net;

static const made_net neuron = {1, 1, {{.n_units = 1, .activation = TR_ACTIVATION_RELU}}};
static const made_net deep = {2,
                              3,
                              {{.n_units = 5, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.1},
                               {.n_units = 3, .activation = TR_ACTIVATION_TANH},
                               {.n_units = 2, .activation = TR_ACTIVATION_SOFTMAX}}};
/* more than a block has room for, and a chunk */
static const made_net wide = {700, 1, {{.n_units = 500}}};

static char folder[256];

static int make_folder(void **state) {
    (void)state;
    make_scratch(folder, sizeof folder);
    return 0;
}

static int remove_made_folder(void **state) {
    (void)state;
    remove_scratch(folder);
    return 0;
}

/* The same string until the next call. */
static const char *path_of(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static tr_network *make_network(const made_net *net) {
    tr_diag diag = {0};
    tr_network *network;
    assert_ok(tr_network_create(&network, net->n_inputs, net->layers, net->n_layers, &diag), diag);
    return network;
}

/* Snapshots of every third iteration, whose numbers follow from it. */
static tr_snapshot snapshot_at(uint64_t index, float *params, size_t n_params) {
    for (size_t p = 0; p < n_params; p++)
        params[p] = (float)(index % 100000) + (float)(p % 8) / 8;
    return (tr_snapshot){.iteration = 3 * index,
                         .epoch = index / 2,
                         .samples_seen = 7 * index,
                         .batch_size = index ? 9 : 0,
                         .loss = index ? 1 / (float)index : NAN,
                         .n_params = n_params,
                         .params = params};
}

static void append(tr_recording *recording, uint64_t first, uint64_t count) {
    tr_diag diag = {0};
    size_t n_params = tr_recording_n_params(recording);
    float *params = malloc(n_params * sizeof *params);
    for (uint64_t i = first; i < first + count; i++) {
        const tr_snapshot snapshot = snapshot_at(i, params, n_params);
        assert_ok(tr_recording_append(recording, &snapshot, &diag), diag);
    }
    free(params);
}

static tr_recording *create(const char *path, const made_net *net) {
    tr_diag diag = {0};
    const tr_loss loss = TR_LOSS_CATEGORICAL_CROSSENTROPY;
    const tr_recording_info info = {
        .framework = "trainreel", .optimizer = "adam", .learning_rate = 0.01, .seed = 7};
    tr_network *network = make_network(net);
    tr_recording *recording;
    tr_dataset *dataset = NULL;
    size_t n_outputs = net->layers[net->n_layers - 1].n_units;
    assert_ok(tr_dataset_create(&dataset, 10, net->n_inputs, n_outputs, &diag), diag);
    for (size_t i = 0; i < 10 * net->n_inputs; i++)
        dataset->x[i] = 0.1 * (double)i;
    dataset->y[3] = 1;
    assert_ok(tr_recording_create_file(&recording, path, network, dataset, &loss, &info, &diag),
              diag);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
    return recording;
}

static tr_recording *open_recording(const char *path) {
    tr_diag diag = {0};
    tr_recording *recording;
    assert_ok(tr_recording_open(&recording, path, &diag), diag);
    return recording;
}

static void make(const char *path, const made_net *net, uint64_t count) {
    tr_diag diag = {0};
    tr_recording *recording = create(path, net);
    append(recording, 0, count);
    assert_int_equal(tr_recording_n_snapshots(recording), count);
    assert_ok(tr_recording_finish(recording, &diag), diag);
    assert_true(tr_recording_has_ended(recording));
    tr_recording_destroy(&recording);
}

static void check_read(const tr_recording *recording, uint64_t first, size_t count,
                       bool with_params) {
    tr_diag diag = {0};
    size_t n_params = tr_recording_n_params(recording);
    tr_snapshot *snapshots = calloc(count + 1, sizeof *snapshots);
    float *params = calloc(count * n_params + 1, sizeof *params);
    float *expected_params = malloc(n_params * sizeof *expected_params);
    assert_ok(
        tr_recording_read(recording, first, count, snapshots, with_params ? params : NULL, &diag),
        diag);
    for (size_t i = 0; i < count; i++) {
        const tr_snapshot expected = snapshot_at(first + i, expected_params, n_params);
        assert_int_equal(snapshots[i].iteration, expected.iteration);
        assert_int_equal(snapshots[i].epoch, expected.epoch);
        assert_int_equal(snapshots[i].samples_seen, expected.samples_seen);
        assert_int_equal(snapshots[i].batch_size, expected.batch_size);
        assert_memory_equal(&snapshots[i].loss, &expected.loss, sizeof expected.loss);
        assert_ptr_equal(snapshots[i].params, with_params ? params + i * n_params : NULL);
        if (with_params)
            assert_memory_equal(snapshots[i].params, expected_params, n_params * sizeof *params);
    }
    free(expected_params);
    free(params);
    free(snapshots);
}

static void what_was_written_is_read_in_any_order(void **state) {
    (void)state;
    const struct {
        const made_net *net;
        uint64_t count;
    } cases[] = {{&neuron, 1}, {&neuron, 5}, {&neuron, 100000}, {&deep, 9000}, {&wide, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t count = cases[i].count;
        make(path_of("run.h5"), cases[i].net, count);
        tr_recording *recording = open_recording(path_of("run.h5"));
        assert_int_equal(tr_recording_n_snapshots(recording), count);
        assert_int_equal(tr_recording_last_iteration(recording), 3 * (count - 1));
        assert_true(tr_recording_has_ended(recording));
        check_read(recording, 0, (size_t)count, true);
        check_read(recording, count - 1, 1, true);
        check_read(recording, count / 2, (size_t)(count / 3), true);
        check_read(recording, count / 2, (size_t)(count / 3), false);
        check_read(recording, count, 0, true);
        tr_recording_destroy(&recording);
        assert_null(recording);
    }
    assert_int_equal(count_entries(folder), 1);
}

static void net_data_and_info_come_back(void **state) {
    (void)state;
    make(path_of("run.h5"), &deep, 3);
    tr_recording *recording = open_recording(path_of("run.h5"));
    const tr_network *network = tr_recording_network(recording);
    assert_int_equal(tr_network_n_layers(network), 3);
    assert_int_equal(tr_network_n_inputs(network), 2);
    for (size_t i = 0; i < 3; i++) {
        const tr_layer_view *layer = tr_network_layer(network, i);
        assert_int_equal(layer->n_units, deep.layers[i].n_units);
        assert_int_equal(layer->activation, deep.layers[i].activation);
        if (!i)
            assert_true(layer->alpha == 0.1);
    }
    const tr_dataset *dataset = tr_recording_dataset(recording);
    assert_int_equal(dataset->n_samples, 10);
    for (size_t i = 0; i < 20; i++) {
        assert_true(dataset->x[i] == 0.1 * (double)i);
        assert_true(dataset->y[i] == (i == 3));
    }
    assert_int_equal(*tr_recording_loss(recording), TR_LOSS_CATEGORICAL_CROSSENTROPY);
    const tr_recording_info *info = tr_recording_info_of(recording);
    assert_string_equal(info->framework, "trainreel");
    assert_string_equal(info->optimizer, "adam");
    assert_true(info->learning_rate == 0.01);
    assert_int_equal(info->seed, 7);
    tr_recording_destroy(&recording);
}

static void what_is_unknown_stays_unknown(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network = make_network(&neuron);
    tr_recording *recording;
    assert_ok(
        tr_recording_create_file(&recording, path_of("run.h5"), network, NULL, NULL, NULL, &diag),
        diag);
    append(recording, 0, 1);
    assert_ok(tr_recording_finish(recording, &diag), diag);
    tr_recording_destroy(&recording);
    recording = open_recording(path_of("run.h5"));
    const tr_recording_info *info = tr_recording_info_of(recording);
    assert_null(tr_recording_dataset(recording));
    assert_null(tr_recording_loss(recording));
    assert_string_equal(info->framework, "");
    assert_string_equal(info->optimizer, "");
    assert_true(isnan(info->learning_rate));
    assert_int_equal(info->seed, -1);
    tr_recording_destroy(&recording);
    tr_network_destroy(&network);
}

static void snapshots_are_found_by_iteration(void **state) {
    (void)state;
    tr_diag diag = {0};
    make(path_of("run.h5"), &neuron, 50000);
    tr_recording *recording = open_recording(path_of("run.h5"));
    const uint64_t wanted[] = {0, 1,      2,      3,      75000,      75001, 12288, 12287,
                               4, 149996, 149997, 149998, UINT64_MAX, 24576, 24580, 0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        uint64_t index;
        uint64_t expected = wanted[i] / 3 < 49999 ? wanted[i] / 3 : 49999;
        assert_ok(tr_recording_find(recording, wanted[i], &index, &diag), diag);
        assert_int_equal(index, expected);
    }
    for (uint64_t i = 0; i < 50000; i += 50) {
        uint64_t index;
        assert_ok(tr_recording_find(recording, 3 * i + 2, &index, &diag), diag);
        assert_int_equal(index, i);
    }
    tr_recording_destroy(&recording);
}

static void what_is_not_there_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_snapshot snapshots[2];
    float params[4] = {0};
    make(path_of("run.h5"), &neuron, 5);
    tr_recording *recording = open_recording(path_of("run.h5"));
    assert_int_equal(tr_recording_read(recording, 4, 2, snapshots, params, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "only 5 snapshots");
    const tr_snapshot next = {.iteration = 100, .n_params = 2, .params = params};
    assert_int_equal(tr_recording_append(recording, &next, NULL), TR_ERROR_ARGUMENT);
    assert_ok(tr_recording_flush(recording, &diag), diag);
    assert_ok(tr_recording_finish(recording, &diag), diag);
    tr_recording_destroy(&recording);

    recording = create(path_of("new.h5"), &neuron);
    diag = (tr_diag){0};
    assert_int_equal(tr_recording_read(recording, 0, 0, snapshots, params, &diag),
                     TR_ERROR_ARGUMENT);
    uint64_t index;
    assert_int_equal(tr_recording_find(recording, 0, &index, NULL), TR_ERROR_ARGUMENT);
    append(recording, 0, 2);
    const tr_snapshot again = {.iteration = 3, .n_params = 2, .params = params};
    assert_int_equal(tr_recording_append(recording, &again, NULL), TR_ERROR_ARGUMENT);
    const tr_snapshot other = {.iteration = 10, .n_params = 3, .params = params};
    assert_int_equal(tr_recording_append(recording, &other, NULL), TR_ERROR_ARGUMENT);
    diag = (tr_diag){0};
    assert_ok(tr_recording_finish(recording, &diag), diag);
    assert_int_equal(tr_recording_append(recording, &next, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "is finished");
    tr_recording_destroy(&recording);
}

static void data_of_another_shape_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network = make_network(&neuron);
    tr_dataset *dataset;
    tr_recording *recording;
    assert_ok(tr_dataset_create(&dataset, 10, 2, 1, &diag), diag);
    assert_int_equal(tr_recording_create_file(&recording, path_of("run.h5"), network, dataset, NULL,
                                              NULL, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "2 inputs and 1 outputs, but the net 1 and 1");
    assert_int_equal(count_entries(folder), 0);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static void an_older_file_stays_until_there_is_something_new(void **state) {
    (void)state;
    tr_diag diag = {0};
    write_text(path_of("run.h5"), "older");
    tr_recording *recording = create(path_of("run.h5"), &neuron);
    assert_int_equal(count_entries(folder), 2);
    tr_recording_destroy(&recording); /* a run that failed at once */
    assert_int_equal(count_entries(folder), 1);
    assert_int_equal(tr_recording_open(&recording, path_of("run.h5"), &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "is not an HDF5 file");

    diag = (tr_diag){0};
    recording = create(path_of("run.h5"), &neuron);
    append(recording, 0, 3);
    assert_ok(tr_recording_flush(recording, &diag), diag);
    assert_int_equal(count_entries(folder), 1);
    append(recording, 3, 2);
    tr_recording_destroy(&recording); /* not finished */
    recording = open_recording(path_of("run.h5"));
    assert_int_equal(tr_recording_n_snapshots(recording), 5);
    assert_false(tr_recording_has_ended(recording));
    check_read(recording, 0, 5, true);
    tr_recording_destroy(&recording);
}

/* Runs `inner` in another process, as HDF5 does not read in the one that writes. */
static void in_another_process(void (*inner)(void)) {
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        inner();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read_in_any_order, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(net_data_and_info_come_back, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(what_is_unknown_stays_unknown, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(snapshots_are_found_by_iteration, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_refused, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(data_of_another_shape_is_refused, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(an_older_file_stays_until_there_is_something_new,
                                        make_folder, remove_made_folder),
    };
    (void)in_another_process;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
