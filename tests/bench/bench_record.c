/* Trains the post's neuron in turns alone and with every iteration recorded in FILE, and prints medians as
 * JSON: how much longer the recorded one takes, from creating the file until it is finished and synced, by
 * the clock, by the processor time of all threads and by that of the thread that trains; and the
 * milliseconds of creating and finishing an empty one, which are part of that however short the training
 * is. The first of a process also loads the HDF5 library, before the first turn:
 *
 *   bench_record FILE [TURNS [EPOCHS]] */
#include "median.h"

#include <trainreel/trainreel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_POINTS = 200, MOST_TURNS = 200 };

typedef struct duration {
    double clock; /* seconds */
    double processors;
    double trainer; /* of a processor, by the thread that trains */
} duration;

static double read_clock(clockid_t which) {
    struct timespec time;
    clock_gettime(which, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static duration now(void) {
    return (duration){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_PROCESS_CPUTIME_ID),
                      read_clock(CLOCK_THREAD_CPUTIME_ID)};
}

static duration since(duration start) {
    const duration end = now();
    return (duration){end.clock - start.clock, end.processors - start.processors,
                      end.trainer - start.trainer};
}

typedef struct bench {
    const char *path;
    uint64_t epochs;
    tr_network *network;
    tr_dataset *dataset;
    tr_recording *recording; /* NULL while none is written */
    tr_diag diag;
} bench;

static tr_status append(const tr_snapshot *snapshot, void *context) {
    bench *b = context;
    return tr_recording_append(b->recording, snapshot, &b->diag);
}

static tr_status train(bench *b) {
    float params[2];
    tr_random random;
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.epochs = b->epochs;
    tr_random_seed(&random, 0);
    tr_network_init_params(b->network, &random, params);
    return tr_fit(b->network, params, b->dataset, &options, &random, b->recording ? append : NULL,
                  b, &b->diag);
}

static tr_status train_alone(bench *b, duration *taken) {
    const duration start = now();
    tr_status status = train(b);
    *taken = since(start);
    return status;
}

/* With no training the file has no snapshots either. */
static tr_status record(bench *b, bool trains, duration *taken) {
    const tr_loss loss = TR_LOSS_MEAN_SQUARED_ERROR;
    remove(b->path); /* freeing an older file takes time as well */
    const duration start = now();
    tr_status status = tr_recording_create_file(&b->recording, b->path, b->network, b->dataset,
                                                &loss, NULL, &b->diag);
    if (!status && trains)
        status = train(b);
    if (!status)
        status = tr_recording_finish(b->recording, &b->diag);
    *taken = since(start);
    tr_recording_destroy(&b->recording);
    return status;
}

static tr_status measure(bench *b, size_t n_turns) {
    static double alone_s[MOST_TURNS], recorded_s[MOST_TURNS], empty_ms[MOST_TURNS];
    static double clock_ratio[MOST_TURNS], processor_ratio[MOST_TURNS], trainer_ratio[MOST_TURNS];
    duration first, alone, recorded, empty;
    tr_status status = record(b, false, &first);
    for (size_t i = 0; !status && i < n_turns; i++) {
        status = train_alone(b, &alone);
        if (!status)
            status = record(b, true, &recorded);
        if (!status)
            status = record(b, false, &empty);
        alone_s[i] = alone.clock;
        recorded_s[i] = recorded.clock;
        empty_ms[i] = 1e3 * empty.clock;
        clock_ratio[i] = recorded.clock / alone.clock;
        processor_ratio[i] = recorded.processors / alone.processors;
        trainer_ratio[i] = recorded.trainer / alone.trainer;
    }
    if (!status)
        printf("{\"alone_s\": %.6g, \"recorded_s\": %.6g, \"clock_ratio\": %.6g, "
               "\"processor_ratio\": %.6g, \"trainer_ratio\": %.6g, \"first_ms\": %.6g, "
               "\"empty_ms\": %.6g}\n",
               median(alone_s, n_turns), median(recorded_s, n_turns), median(clock_ratio, n_turns),
               median(processor_ratio, n_turns), median(trainer_ratio, n_turns), 1e3 * first.clock,
               median(empty_ms, n_turns));
    return status;
}

int main(int argc, char **argv) {
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    int n_turns = argc > 2 ? atoi(argv[2]) : 5;
    long epochs = argc > 3 ? strtol(argv[3], NULL, 10) : 2000000;
    if (argc < 2 || argc > 4 || n_turns < 1 || n_turns > MOST_TURNS || epochs < 1) {
        fprintf(stderr, "usage: bench_record FILE [TURNS [EPOCHS]]\n");
        return 2;
    }
    bench b = {.path = argv[1], .epochs = (uint64_t)epochs};
    tr_status status = tr_dataset_create_bilinear(&b.dataset, N_POINTS, &b.diag);
    if (!status)
        status = tr_network_create(&b.network, 1, &neuron, 1, &b.diag);
    if (!status)
        status = measure(&b, (size_t)n_turns);
    tr_network_destroy(&b.network);
    tr_dataset_destroy(&b.dataset);
    if (status)
        fprintf(stderr, "bench_record: %s\n", b.diag.text);
    return status != TR_OK;
}
