/* Trains the post's neuron in turns alone and while two viewers watch, and prints as JSON the times of an
 * iteration (medians), and how much longer the watched one takes, by the clock and by what the training's
 * thread needs of a processor, which tells the same where others have to share the processors:
 *
 *   bench_preview [TURNS]
 *
 * Viewers take every event that is painted, as the server's threads do for them. */
#include "live.h"
#include "median.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_POINTS = 200, EPOCHS = 400000, MOST_TURNS = 200, N_VIEWERS = 2 };

typedef struct duration {
    double clock;
    double processor;
} duration;

static double read_clock(clockid_t which) {
    struct timespec time;
    clock_gettime(which, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static duration now(void) {
    return (duration){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_THREAD_CPUTIME_ID)};
}

typedef struct viewer {
    tr_live *live;
    tr_look look;
    uint64_t n_events;
} viewer;

static void *view(void *context) {
    viewer *self = context;
    uint64_t seen = 0;
    bool is_last = false;
    tr_live_enter(self->live, self->look);
    while (!is_last) {
        GBytes *event = tr_live_next_event(self->live, self->look, 1, &seen, &is_last);
        if (event)
            g_bytes_unref(event);
        self->n_events += event != NULL;
    }
    tr_live_leave(self->live, self->look);
    return NULL;
}

/* Microseconds of an iteration; without `live` nobody watches. */
static duration train(const tr_network *network, const tr_dataset *dataset, tr_live *live,
                      tr_diag *diag) {
    float params[2];
    tr_random random;
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.epochs = EPOCHS;
    tr_random_seed(&random, 0);
    tr_network_init_params(network, &random, params);
    const duration start = now();
    tr_status status =
        tr_fit(network, params, dataset, &options, &random, live ? tr_live_step : NULL, live, diag);
    const duration end = now();
    const double share = status ? NAN : 1e6 / (double)tr_fit_iterations(&options, N_POINTS);
    return (duration){share * (end.clock - start.clock), share * (end.processor - start.processor)};
}

static duration train_watched(const tr_network *network, const tr_dataset *dataset,
                              uint64_t *n_events, tr_diag *diag) {
    float params[2] = {0};
    const tr_source run = {.network = network, .dataset = dataset};
    const tr_snapshot initial = {.loss = NAN, .n_params = 2, .params = params};
    const tr_picture pictures[TR_N_LOOKS] = {tr_picture_default(), tr_picture_default()};
    viewer viewers[N_VIEWERS];
    pthread_t threads[N_VIEWERS];
    tr_live *live;
    if (tr_live_create(&live, &run, pictures, &initial, diag))
        return (duration){NAN, NAN};
    for (int i = 0; i < N_VIEWERS; i++) {
        viewers[i] = (viewer){.live = live, .look = (tr_look)(i % TR_N_LOOKS)};
        if (pthread_create(&threads[i], NULL, view, &viewers[i]))
            abort();
    }
    duration result = train(network, dataset, live, diag);
    tr_live_end(live, "The training has ended.");
    for (int i = 0; i < N_VIEWERS; i++) {
        pthread_join(threads[i], NULL);
        *n_events += viewers[i].n_events;
    }
    tr_live_destroy(&live);
    return result;
}

int main(int argc, char **argv) {
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    static double alone_us[MOST_TURNS], watched_us[MOST_TURNS];
    static double clock_ratio[MOST_TURNS], processor_ratio[MOST_TURNS];
    int wanted = argc > 1 ? atoi(argv[1]) : 11;
    uint64_t n_events = 0;
    tr_diag diag = {0};
    tr_dataset *dataset = NULL;
    tr_network *network = NULL;
    size_t n_turns = wanted < 1 ? 1 : wanted > MOST_TURNS ? MOST_TURNS : (size_t)wanted;
    tr_status status = tr_dataset_create_bilinear(&dataset, N_POINTS, &diag);
    if (!status)
        status = tr_network_create(&network, 1, &neuron, 1, &diag);
    for (size_t i = 0; !status && i < n_turns; i++) {
        const duration alone = train(network, dataset, NULL, &diag);
        const duration watched = train_watched(network, dataset, &n_events, &diag);
        alone_us[i] = alone.clock;
        watched_us[i] = watched.clock;
        clock_ratio[i] = watched.clock / alone.clock;
        processor_ratio[i] = watched.processor / alone.processor;
    }
    tr_network_destroy(&network);
    tr_dataset_destroy(&dataset);
    if (diag.text[0]) {
        fprintf(stderr, "bench_preview: %s\n", diag.text);
        return 1;
    }
    printf("{\"alone_us\": %.6g, \"watched_us\": %.6g, \"clock_ratio\": %.6g, "
           "\"processor_ratio\": %.6g, \"events\": %llu}\n",
           median(alone_us, n_turns), median(watched_us, n_turns), median(clock_ratio, n_turns),
           median(processor_ratio, n_turns), (unsigned long long)n_events);
    return 0;
}
