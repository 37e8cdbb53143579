#include "schedule.h"

#include "alloc.h"
#include "diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_CANDIDATES = 10000, /* states that the adaptive pace chooses from */
    MOST_SAMPLES = 64,       /* at which it looks */
    BISECTIONS = 128         /* from the largest iteration down to the last bit of 1 */
};

struct tr_schedule {
    uint64_t every; /* 0: the list counts */
    size_t count;
    uint64_t *iterations; /* in ascending order */
};

/* Steps from 0 to `last` at a growing distance: the position is multiplied by `ratio` each time, and
 * goes on by at least 1. Writes them to `iterations` unless that is NULL, and returns how many there
 * are, or `most` + 1 if there are more. Multiplication only, which every machine rounds alike. */
static size_t lay_log_steps(double ratio, uint64_t last, size_t most, uint64_t *iterations) {
    size_t count = 0;
    double position = 1;
    for (uint64_t iteration = 0; count <= most; count++) {
        if (iterations && count < most)
            iterations[count] = iteration;
        if (iteration >= last)
            return count + 1;
        position = position * ratio;
        uint64_t next = position < 1.8e19 ? (uint64_t)position - 1 : last;
        iteration = next > iteration ? next : iteration + 1;
        iteration = iteration < last ? iteration : last;
    }
    return most + 1;
}

static void fill_log(tr_schedule *schedule, size_t n_frames, uint64_t last) {
    double low = 1;
    double high = (double)last + 2; /* makes two frames */
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = low + (high - low) / 2;
        if (lay_log_steps(middle, last, n_frames, NULL) > n_frames)
            low = middle;
        else
            high = middle;
    }
    schedule->count = lay_log_steps(high, last, n_frames, schedule->iterations);
}

/* From 0 to `last` at the same distance, give or take one. */
static void fill_even(tr_schedule *schedule, size_t n_frames, uint64_t last) {
    uint64_t n_steps = n_frames - 1 < last ? n_frames - 1 : last;
    schedule->count = (size_t)n_steps + 1;
    for (uint64_t i = 1; i <= n_steps; i++) /* no product exceeds 2^64 */
        schedule->iterations[i] = last / n_steps * i + last % n_steps * i / n_steps;
}

/* Predictions of the states to choose from, [n_candidates, n_values]. */
typedef struct candidates {
    size_t count;
    size_t n_values;
    uint64_t *iterations;
    float *values;
} candidates;

/* A few of the samples, evenly chosen. */
static tr_status choose_samples(tr_dataset **out, const tr_dataset *dataset, tr_diag *diag) {
    size_t count = dataset->n_samples < MOST_SAMPLES ? dataset->n_samples : MOST_SAMPLES;
    tr_status status = tr_dataset_create(out, count, dataset->n_inputs, dataset->n_outputs, diag);
    for (size_t i = 0; !status && i < count; i++)
        memcpy((*out)->x + i * dataset->n_inputs,
               dataset->x + i * dataset->n_samples / count * dataset->n_inputs,
               dataset->n_inputs * sizeof *dataset->x);
    return status;
}

static tr_status predict_candidates(candidates *all, const tr_schedule_options *options,
                                    tr_evaluator *evaluator, tr_diag *diag) {
    uint64_t n_snapshots = tr_recording_n_snapshots(options->recording);
    float *params = tr_alloc_array(tr_recording_n_params(options->recording), sizeof *params);
    tr_status status = params ? TR_OK : tr_fail_memory(diag, "choosing frames");
    for (size_t i = 0; !status && i < all->count; i++) {
        tr_snapshot snapshot;
        /* the first and the last one, and evenly between them; no product exceeds 2^64 */
        uint64_t index = all->count < 2
                             ? 0
                             : (n_snapshots - 1) / (all->count - 1) * i +
                                   (n_snapshots - 1) % (all->count - 1) * i / (all->count - 1);
        status = tr_recording_read(options->recording, index, 1, &snapshot, params, diag);
        if (status)
            break;
        all->iterations[i] = snapshot.iteration;
        tr_evaluator_predict(evaluator, params, all->values + i * all->n_values);
    }
    free(params);
    return status;
}

static tr_status create_candidates(candidates *all, const tr_schedule_options *options,
                                   tr_diag *diag) {
    tr_dataset *samples = NULL;
    tr_evaluator *evaluator = NULL;
    uint64_t n_snapshots = tr_recording_n_snapshots(options->recording);
    all->count = n_snapshots < MOST_CANDIDATES ? (size_t)n_snapshots : MOST_CANDIDATES;
    tr_status status = choose_samples(&samples, options->dataset, diag);
    if (!status)
        status = tr_evaluator_create(&evaluator, options->network, samples, diag);
    if (!status) {
        all->n_values = samples->n_samples * samples->n_outputs;
        all->iterations = tr_alloc_array(all->count, sizeof *all->iterations);
        all->values = tr_alloc_array(all->count * all->n_values, sizeof *all->values);
        if (!all->iterations || !all->values)
            status = tr_fail_memory(diag, "choosing frames");
    }
    if (!status)
        status = predict_candidates(all, options, evaluator, diag);
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&samples);
    return status;
}

/* Sum of squared differences of two states' predictions. */
static double change(const candidates *all, size_t a, size_t b) {
    const float *first = all->values + a * all->n_values;
    const float *second = all->values + b * all->n_values;
    double total = 0;
    for (size_t i = 0; i < all->n_values; i++) {
        double difference = (double)first[i] - (double)second[i];
        total += difference * difference;
    }
    return total;
}

/* The states that differ by at least `threshold` from the one taken before them, and the last one.
 * Writes their iterations unless `iterations` is NULL; returns how many there are, or `most` + 1. */
static size_t take_changes(const candidates *all, double threshold, size_t most,
                           uint64_t *iterations) {
    size_t count = 0;
    size_t taken = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool wanted = i == 0 || i + 1 == all->count || change(all, taken, i) >= threshold;
        if (!wanted)
            continue;
        if (count == most)
            return most + 1;
        if (iterations)
            iterations[count] = all->iterations[i];
        count++;
        taken = i;
    }
    return count;
}

static void fill_adaptive(tr_schedule *schedule, const candidates *all, size_t n_frames) {
    double low = 0;
    double high = 1e-12;
    while (take_changes(all, high, n_frames, NULL) > n_frames && high < 1e300)
        high *= 16;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = low + (high - low) / 2;
        if (take_changes(all, middle, n_frames, NULL) > n_frames)
            low = middle;
        else
            high = middle;
    }
    schedule->count = take_changes(all, high, n_frames, schedule->iterations);
}

static tr_status fill(tr_schedule *schedule, const tr_schedule_options *options, tr_diag *diag) {
    size_t n_frames = (size_t)options->n_frames;
    schedule->iterations = tr_alloc_array(n_frames, sizeof *schedule->iterations);
    if (!schedule->iterations)
        return tr_fail_memory(diag, "choosing frames");
    if (options->pace == TR_PACE_STEP) {
        fill_even(schedule, n_frames, options->n_iterations);
        return TR_OK;
    }
    if (options->pace == TR_PACE_LOG) {
        fill_log(schedule, n_frames, options->n_iterations);
        return TR_OK;
    }
    candidates all = {0};
    tr_status status = create_candidates(&all, options, diag);
    if (!status)
        fill_adaptive(schedule, &all, n_frames);
    free(all.iterations);
    free(all.values);
    return status;
}

tr_status tr_schedule_create(tr_schedule **out, const tr_schedule_options *options, tr_diag *diag) {
    *out = NULL;
    tr_schedule *schedule = tr_alloc_array(1, sizeof *schedule);
    if (!schedule)
        return tr_fail_memory(diag, "choosing frames");
    tr_status status = TR_OK;
    if (options->pace == TR_PACE_STEP && options->every)
        schedule->every = options->every;
    else if (options->n_frames < 2)
        status = tr_fail(diag, TR_ERROR_ARGUMENT, "a frame every 0 iterations cannot be drawn");
    else
        status = fill(schedule, options, diag);
    if (status)
        tr_schedule_destroy(&schedule);
    *out = schedule;
    return status;
}

void tr_schedule_destroy(tr_schedule **handle) {
    tr_schedule *schedule = *handle;
    if (!schedule)
        return;
    free(schedule->iterations);
    free(schedule);
    *handle = NULL;
}

uint64_t tr_schedule_next(const tr_schedule *schedule, uint64_t iteration) {
    if (schedule->every) {
        uint64_t rest = iteration % schedule->every;
        if (!rest)
            return iteration;
        uint64_t wait = schedule->every - rest;
        return iteration > UINT64_MAX - wait ? UINT64_MAX : iteration + wait;
    }
    size_t low = 0;
    size_t high = schedule->count; /* the answer is at `high` or before it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (schedule->iterations[middle] < iteration)
            low = middle + 1;
        else
            high = middle;
    }
    return low < schedule->count ? schedule->iterations[low] : UINT64_MAX;
}

uint64_t tr_schedule_n_frames(const tr_schedule *schedule, uint64_t n_iterations) {
    if (schedule->every)
        return n_iterations / schedule->every + 1 + (n_iterations % schedule->every != 0);
    return schedule->count;
}
