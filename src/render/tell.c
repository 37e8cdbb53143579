#include "tell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_NAMED = 8 }; /* runs; more would cover the picture */

static void tell_position(FILE *out, const tr_joint *joint, uint64_t position) {
    static const char *const forms[] = {[TR_ALIGN_SAMPLES] = "%llu samples seen",
                                        [TR_ALIGN_EPOCH] = "epoch %llu",
                                        [TR_ALIGN_ITERATION] = "iteration %llu"};
    fprintf(out, forms[joint->align], (unsigned long long)position);
    if (position == 0)
        fputs(", before training", out);
}

static void tell_run(FILE *out, const tr_joint *joint, size_t run, const tr_snapshot *snapshot) {
    const tr_snapshot state = tr_joint_unpack(joint, run, snapshot);
    uint64_t diverged_at = tr_joint_diverged_at(joint, run, &state);
    char error[32];
    fprintf(out, "; %s: ", tr_joint_label(joint, run));
    if (diverged_at)
        fprintf(out, "diverged at iteration %llu", (unsigned long long)diverged_at);
    else if (*tr_format_briefly((double)state.loss, error, sizeof error))
        fprintf(out, "error %s", error);
    else
        fputs("before training", out);
}

/* The runs with the lowest and the highest error, and how many have none any more. */
static void tell_range(FILE *out, const tr_joint *joint, const tr_snapshot *snapshot) {
    const char *lowest = NULL, *highest = NULL;
    double least = INFINITY, most = -INFINITY;
    size_t n_diverged = 0;
    char low[32], high[32];
    for (size_t i = 0; i < joint->n_runs; i++) {
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        double loss = (double)state.loss;
        bool has_diverged = tr_joint_diverged_at(joint, i, &state) > 0;
        n_diverged += has_diverged;
        if (has_diverged || !isfinite(loss))
            continue;
        if (loss < least)
            lowest = tr_joint_label(joint, i);
        if (loss > most)
            highest = tr_joint_label(joint, i);
        least = fmin(least, loss);
        most = fmax(most, loss);
    }
    if (lowest && highest)
        fprintf(out, "; errors from %s (%s) to %s (%s)", tr_format_briefly(least, low, sizeof low),
                lowest, tr_format_briefly(most, high, sizeof high), highest);
    if (n_diverged)
        fprintf(out, "; %zu of %zu runs diverged", n_diverged, joint->n_runs);
}

static char *describe(const tr_snapshot *snapshot, void *context) {
    const tr_joint *joint = context;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    tell_position(out, joint, snapshot->iteration);
    if (snapshot->iteration > 0 && joint->n_runs > MOST_NAMED)
        tell_range(out, joint, snapshot);
    else if (snapshot->iteration > 0)
        for (size_t i = 0; i < joint->n_runs; i++)
            tell_run(out, joint, i, snapshot);
    if (fclose(out)) {
        free(text);
        return NULL;
    }
    return text;
}

static double position(const tr_snapshot *snapshot, void *context) {
    (void)context;
    return (double)snapshot->iteration;
}

tr_narrator tr_joint_narrator(const tr_joint *joint) {
    static const char *const units[] = {[TR_ALIGN_SAMPLES] = "sample",
                                        [TR_ALIGN_EPOCH] = "epoch",
                                        [TR_ALIGN_ITERATION] = "iteration"};
    return (tr_narrator){.describe = describe,
                         .unit = units[joint->align],
                         .position = position,
                         .context = (void *)(uintptr_t)joint};
}
