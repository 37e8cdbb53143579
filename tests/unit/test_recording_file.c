#include "support.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
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

/* Every block of the wide net is one snapshot, long before a chunk of integers is full. */
static void a_flush_is_for_blocks_that_were_written_before(void **state) {
    const struct timespec until_they_are = {.tv_nsec = 100000000};
    tr_diag diag = {0};
    (void)state;
    tr_recording *recording = create(path_of("run.h5"), &wide);
    append(recording, 0, 3);
    nanosleep(&until_they_are, NULL);
    assert_ok(tr_recording_flush(recording, &diag), diag);
    tr_recording *reader = open_recording(path_of("run.h5"));
    assert_int_equal(tr_recording_n_snapshots(reader), 3);
    check_read(reader, 0, 3, true);
    tr_recording_destroy(&reader);
    tr_recording_destroy(&recording);
}

/* ---- damaged files ---- */

typedef struct content {
    size_t size;
    unsigned char *bytes;
} content;

static content read_content(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    content c = {.size = (size_t)info.st_size, .bytes = malloc((size_t)info.st_size)};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(c.bytes, 1, c.size, file), c.size);
    fclose(file);
    return c;
}

static void write_file(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static bool same_networks(const tr_network *a, const tr_network *b) {
    bool same = tr_network_n_layers(a) == tr_network_n_layers(b) &&
                tr_network_n_inputs(a) == tr_network_n_inputs(b);
    for (size_t i = 0; same && i < tr_network_n_layers(a); i++) {
        const tr_layer_view *x = tr_network_layer(a, i), *y = tr_network_layer(b, i);
        same = x->n_units == y->n_units && x->activation == y->activation && x->alpha == y->alpha;
    }
    return same;
}

static bool same_data(const tr_dataset *a, const tr_dataset *b) {
    return a && b && a->n_samples == b->n_samples && a->n_inputs == b->n_inputs &&
           a->n_outputs == b->n_outputs &&
           !memcmp(a->x, b->x, a->n_samples * a->n_inputs * sizeof *a->x) &&
           !memcmp(a->y, b->y, a->n_samples * a->n_outputs * sizeof *a->y);
}

typedef struct reading {
    uint64_t next;
} reading;

static tr_status compare_next(const tr_snapshot *snapshot, void *context) {
    reading *r = context;
    float params[64];
    const tr_snapshot expected = snapshot_at(r->next++, params, snapshot->n_params);
    assert_int_equal(snapshot->iteration, expected.iteration);
    assert_int_equal(snapshot->samples_seen, expected.samples_seen);
    assert_memory_equal(&snapshot->loss, &expected.loss, sizeof expected.loss);
    assert_memory_equal(snapshot->params, params, snapshot->n_params * sizeof *params);
    return TR_OK;
}

/* A damaged recording has the same in it, or says what is wrong with the file. Returns which. */
static bool check_damaged(const char *path, const tr_recording *expected) {
    tr_diag diag = {0};
    reading r = {0};
    tr_recording *recording;
    tr_status status = tr_recording_open(&recording, path, &diag);
    if (!status) {
        status = tr_recording_replay(recording, compare_next, &r, &diag);
        if (!status) {
            const tr_recording_info *a = tr_recording_info_of(recording);
            const tr_recording_info *b = tr_recording_info_of(expected);
            assert_int_equal(r.next, tr_recording_n_snapshots(expected));
            assert_true(
                same_networks(tr_recording_network(recording), tr_recording_network(expected)));
            assert_true(same_data(tr_recording_dataset(recording), tr_recording_dataset(expected)));
            assert_true(tr_recording_has_ended(recording));
            assert_int_equal(*tr_recording_loss(recording), *tr_recording_loss(expected));
            assert_string_equal(a->framework, b->framework);
            assert_string_equal(a->optimizer, b->optimizer);
            assert_true(a->learning_rate == b->learning_rate && a->seed == b->seed);
        }
    }
    if (status) {
        assert_int_equal(status, TR_ERROR_INPUT);
        assert_text_contains(diag.text, path);
        assert_null(strchr(diag.text, '\n'));
    }
    tr_recording_destroy(&recording);
    return !status;
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525 + 1013904223; /* Numerical Recipes' */
    return *state >> 8;
}

static void a_wrong_byte_is_found_or_makes_no_difference(void **state) {
    (void)state;
    uint32_t random = 1;
    int n_same = 0;
    char good[600];
    snprintf(good, sizeof good, "%s", path_of("good.h5"));
    make(good, &deep, 40);
    const content c = read_content(good);
    tr_recording *expected = open_recording(good);
    for (int i = 0; i < 1000; i++) {
        size_t at = next_random(&random) % c.size;
        unsigned char was = c.bytes[at];
        c.bytes[at] ^= (unsigned char)(1 + next_random(&random) % 255);
        write_file(path_of("bad.h5"), c.bytes, c.size);
        n_same += check_damaged(path_of("bad.h5"), expected);
        c.bytes[at] = was;
    }
    assert_true(n_same < 1000);
    /* all that is read when a file is opened is in its first part, where the chunks are not */
    for (size_t at = 0; at < 3000 && at < c.size; at += 3) {
        c.bytes[at] ^= 0xff;
        write_file(path_of("bad.h5"), c.bytes, c.size);
        (void)check_damaged(path_of("bad.h5"), expected);
        c.bytes[at] ^= 0xff;
    }
    tr_recording_destroy(&expected);
    free(c.bytes);
}

static void a_truncated_file_is_refused(void **state) {
    (void)state;
    char good[600];
    snprintf(good, sizeof good, "%s", path_of("good.h5"));
    make(good, &neuron, 200);
    const content c = read_content(good);
    tr_recording *expected = open_recording(good);
    for (size_t i = 0; i < 60; i++) {
        size_t size = i < 50 ? i * c.size / 50 : c.size - 1 - (i - 50) * 100;
        write_file(path_of("bad.h5"), c.bytes, size);
        assert_false(check_damaged(path_of("bad.h5"), expected));
    }
    /* a clear word where it is clear */
    tr_diag diag = {0};
    tr_recording *recording;
    write_file(path_of("bad.h5"), c.bytes, c.size / 2);
    assert_int_equal(tr_recording_open(&recording, path_of("bad.h5"), &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "is truncated");
    tr_recording_destroy(&expected);
    free(c.bytes);
}

/* ---- files that grow ---- */

/* How fast a process appends. */
typedef struct pace {
    uint64_t burst;    /* so many snapshots at once */
    long microseconds; /* and then a pause */
} pace;

/* What a process that writes tells the others. */
enum { TICK_MILLISECONDS = 10, SECOND_TICKS = 100, MOST_TICKS = 1000 };

typedef struct shared {
    double start; /* of writing, in seconds of the clock */
    _Atomic uint64_t n_appended;
    _Atomic uint64_t n_at_tick[MOST_TICKS]; /* that were appended by then; 0 where none was since */
} shared;

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void pause_for(long microseconds) {
    const struct timespec time = {.tv_sec = microseconds / 1000000,
                                  .tv_nsec = microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

static size_t tick_of(const shared *all, double time) {
    double tick = (time - all->start) * 1000 / TICK_MILLISECONDS;
    return tick < MOST_TICKS ? (size_t)tick : MOST_TICKS - 1;
}

static shared *make_shared(void) {
    shared *all =
        mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(all != MAP_FAILED);
    all->start = seconds();
    return all;
}

/* In a process of its own, because HDF5 does not read a file in the process that writes it. */
static pid_t start_writer(const char *path, const made_net *net, uint64_t count, pace speed,
                          shared *all) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child)
        return child;
    float params[64];
    tr_diag diag = {0};
    tr_recording *recording = create(path, net);
    size_t n_params = tr_recording_n_params(recording);
    for (uint64_t i = 0; i < count; i++) {
        const tr_snapshot snapshot = snapshot_at(i, params, n_params);
        if (tr_recording_append(recording, &snapshot, &diag))
            _exit(1);
        atomic_store(&all->n_appended, i + 1);
        if ((i + 1) % speed.burst == 0) {
            atomic_store(&all->n_at_tick[tick_of(all, seconds())], i + 1);
            pause_for(speed.microseconds);
        }
    }
    tr_status status = tr_recording_finish(recording, &diag);
    tr_recording_destroy(&recording);
    _exit(status ? 1 : 0);
}

/* How many snapshots the file of a writer that was killed then must have. */
static uint64_t least_of(const shared *all, double killed) {
    size_t tick = tick_of(all, killed);
    while (tick > SECOND_TICKS)
        if (all->n_at_tick[--tick - SECOND_TICKS])
            return all->n_at_tick[tick - SECOND_TICKS];
    return 0;
}

static void check_killed(const char *path, uint64_t least, uint64_t most) {
    if (access(path, F_OK)) {
        assert_int_equal(least, 0);
        return;
    }
    tr_diag diag = {0};
    reading r = {0};
    const content before = read_content(path);
    tr_recording *recording = open_recording(path);
    uint64_t found = tr_recording_n_snapshots(recording);
    assert_false(tr_recording_has_ended(recording));
    if (found < 1 || found < least || found > most)
        fail_msg("found %llu snapshots; wanted %llu to %llu", (unsigned long long)found,
                 (unsigned long long)least, (unsigned long long)most);
    assert_ok(tr_recording_replay(recording, compare_next, &r, &diag), diag);
    assert_int_equal(r.next, found);
    tr_recording_destroy(&recording);
    /* opening it changes nothing */
    const content after = read_content(path);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.bytes, after.bytes, before.size);
    free(before.bytes);
    free(after.bytes);
}

enum { AT_ONCE = 5 };

/* Five writers at once, each of which is killed within two seconds. */
static void kill_writers(uint32_t *random) {
    static const pace paces[AT_ONCE] = {{500, 1000}, {1, 20}, {1, 1000}, {1, 100000}, {1, 300000}};
    shared *all[AT_ONCE];
    pid_t children[AT_ONCE];
    char paths[AT_ONCE][600];
    double kills[AT_ONCE];
    int first = (int)(next_random(random) % AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        all[i] = make_shared();
        snprintf(paths[i], sizeof paths[i], "%s/%d.h5", folder, i);
        unlink(paths[i]);
        children[i] = start_writer(paths[i], (first + i) % 2 ? &deep : &neuron, UINT64_C(1) << 40,
                                   paces[(first + i) % AT_ONCE], all[i]);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        int status;
        pause_for((long)(next_random(random) % 400000));
        kills[i] = seconds();
        assert_int_equal(kill(children[i], SIGKILL), 0);
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFSIGNALED(status));
    }
    for (int i = 0; i < AT_ONCE; i++) {
        check_killed(paths[i], least_of(all[i], kills[i]), all[i]->n_appended + 1);
        assert_int_equal(munmap(all[i], sizeof *all[i]), 0);
    }
}

static void a_killed_writer_leaves_all_but_the_last_second(void **state) {
    (void)state;
    enum { N_KILLS = 50 };
    uint32_t random = 7;
    for (int i = 0; i < N_KILLS; i += AT_ONCE)
        kill_writers(&random);
}

static void a_recording_is_read_while_it_grows(void **state) {
    (void)state;
    static const pace paces[] = {{500, 1000}, {1, 2000}};
    for (size_t i = 0; i < 2; i++) {
        uint64_t count = i ? 600 : 600000;
        tr_diag diag = {0};
        int status;
        int n_refreshed = 0;
        uint64_t before = 0;
        shared *all = make_shared();
        char path[600];
        snprintf(path, sizeof path, "%s", path_of(i ? "slow.h5" : "fast.h5"));
        pid_t child = start_writer(path, &neuron, count, paces[i], all);
        for (double start = seconds(); access(path, F_OK) && seconds() < start + 20;)
            pause_for(1000);
        tr_recording *recording = open_recording(path);
        while (!tr_recording_has_ended(recording)) {
            uint64_t n_snapshots = tr_recording_n_snapshots(recording);
            assert_true(n_snapshots >= before);
            check_read(recording, before, (size_t)(n_snapshots - before), true);
            n_refreshed += n_snapshots > before;
            before = n_snapshots;
            assert_ok(tr_recording_refresh(recording, &diag), diag);
        }
        assert_int_equal(tr_recording_n_snapshots(recording), count);
        assert_true(n_refreshed >= 2);
        check_read(recording, 0, (size_t)count, true);
        assert_ok(tr_recording_refresh(recording, &diag), diag);
        tr_recording_destroy(&recording);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(munmap(all, sizeof *all), 0);
    }
}

/* ---- threads ---- */

typedef struct thread_job {
    char path[600];
    const tr_recording *common;
    bool done;
} thread_job;

/* Asserts belong to the main thread. */
static void *write_and_read(void *context) {
    thread_job *job = context;
    tr_diag diag = {0};
    tr_layer layer = {.n_units = 1};
    tr_network *network = NULL;
    tr_recording *recording = NULL;
    tr_snapshot snapshots[100];
    float params[200];
    tr_status status = tr_network_create(&network, 1, &layer, 1, &diag);
    if (!status)
        status = tr_recording_create_file(&recording, job->path, network, NULL, NULL, NULL, &diag);
    for (uint64_t i = 0; !status && i < 20000; i++) {
        const tr_snapshot snapshot = snapshot_at(i, params, 2);
        status = tr_recording_append(recording, &snapshot, &diag);
    }
    if (!status)
        status = tr_recording_flush(recording, &diag);
    if (!status)
        status = tr_recording_finish(recording, &diag);
    tr_recording_destroy(&recording);
    if (!status)
        status = tr_recording_open(&recording, job->path, &diag);
    for (uint64_t first = 0; !status && first < 20000; first += 1000) {
        uint64_t index = 0;
        status = tr_recording_read(recording, first, 100, snapshots, params, &diag);
        if (!status)
            status = tr_recording_find(job->common, 3 * first, &index, &diag);
        if (!status)
            status = tr_recording_read(job->common, index, 100, snapshots, params, &diag);
        if (!status && (index != first || snapshots[99].iteration != 3 * (first + 99)))
            status = TR_ERROR_INPUT;
    }
    job->done = !status;
    tr_recording_destroy(&recording);
    tr_network_destroy(&network);
    return NULL;
}

static void several_threads_use_several_recordings(void **state) {
    (void)state;
    enum { N_THREADS = 4 };
    pthread_t threads[N_THREADS];
    thread_job jobs[N_THREADS] = {0};
    make(path_of("common.h5"), &neuron, 25000);
    tr_recording *common = open_recording(path_of("common.h5"));
    for (int i = 0; i < N_THREADS; i++) {
        jobs[i].common = common;
        snprintf(jobs[i].path, sizeof jobs[i].path, "%s/%d.h5", folder, i);
        assert_int_equal(pthread_create(&threads[i], NULL, write_and_read, &jobs[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(jobs[i].done);
    }
    tr_recording_destroy(&common);
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
        cmocka_unit_test_setup_teardown(a_flush_is_for_blocks_that_were_written_before, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(a_wrong_byte_is_found_or_makes_no_difference, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(a_truncated_file_is_refused, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(a_killed_writer_leaves_all_but_the_last_second, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(a_recording_is_read_while_it_grows, make_folder,
                                        remove_made_folder),
        cmocka_unit_test_setup_teardown(several_threads_use_several_recordings, make_folder,
                                        remove_made_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
