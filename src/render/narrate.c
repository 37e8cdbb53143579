#include "narrate.h"

#include "alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The loss of a run at that position: of its last snapshot up to there. NaN where there is none. */
static double find_loss(const tr_joint *joint, size_t run, uint64_t position) {
    const tr_recording *recording = tr_joint_recording(joint, run);
    uint64_t low = 0, high = tr_recording_n_snapshots(recording);
    float *params = tr_alloc_array(tr_recording_n_params(recording), sizeof *params);
    tr_snapshot state = {.loss = NAN};
    float loss = NAN;
    while (params && low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (tr_recording_read(recording, middle, 1, &state, params, NULL))
            break;
        if (tr_align_position(joint->align, &state) <= position) {
            loss = state.loss;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    free(params);
    return (double)loss;
}

/* The run whose loss is the lowest; the number of runs where nobody has one. */
static size_t find_lowest(const tr_joint *joint, uint64_t position, double *lowest) {
    size_t best = joint->n_runs;
    *lowest = INFINITY;
    for (size_t run = 0; run < joint->n_runs; run++) {
        double loss = find_loss(joint, run, position);
        if (loss < *lowest) {
            *lowest = loss;
            best = run;
        }
    }
    return best;
}

/* Snapshots are joint states without their parameters, so the recordings are asked. */
static char *describe(const tr_snapshot *state, void *context) {
    const tr_joint *joint = context;
    const char *unit = tr_align_label(joint->align);
    unsigned long long position = state->iteration;
    double lowest = NAN;
    char error[32], *text;
    int length;
    size_t best = joint->n_runs;
    if (position)
        best = find_lowest(joint, state->iteration, &lowest);
    tr_format_briefly(lowest, error, sizeof error);
    if (!position)
        length = asprintf(&text, "%s 0, before training", unit);
    else if (best < joint->n_runs)
        length = asprintf(&text, "%s %llu, lowest error %s (%s)", unit, position, error,
                          tr_joint_label(joint, best));
    else
        length = asprintf(&text, "%s %llu", unit, position);
    return length < 0 ? NULL : text;
}

static double take_position(const tr_snapshot *state, void *context) {
    (void)context;
    return (double)state->iteration;
}

tr_narrator tr_joint_narrator(const tr_joint *joint) {
    return (tr_narrator){.describe = describe,
                         .unit = tr_align_label(joint->align),
                         .position = take_position,
                         .context = (void *)(uintptr_t)joint}; /* which is only read */
}
