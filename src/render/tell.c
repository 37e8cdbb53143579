#include "tell.h"

#include "alloc.h"
#include "diag.h"
#include "joint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_TOLD = 5 }; /* runs, before only the best and the worst are */

static const double most_products = 1e8; /* of parameters and samples, for a caption */

/* What the loss of a run is found with. */
typedef struct told_run {
    tr_evaluator *evaluator;
    float *params;
} told_run;

struct tr_teller {
    const tr_comparison *comparison;
    bool tells_errors;
    told_run runs[TR_MOST_COMPARED];
};

static tr_status create_run(told_run *told, const tr_compared_run *run, tr_diag *diag) {
    told->params = tr_alloc_array(tr_recording_n_params(run->recording), sizeof *told->params);
    if (!told->params)
        return tr_fail_memory(diag, "captions");
    return tr_evaluator_create(&told->evaluator, run->source->network, run->source->dataset, diag);
}

tr_status tr_teller_create(tr_teller **out, const tr_comparison *comparison, tr_diag *diag) {
    double products = 0;
    *out = NULL;
    tr_teller *teller = tr_alloc_array(1, sizeof *teller);
    if (!teller)
        return tr_fail_memory(diag, "captions");
    teller->comparison = comparison;
    for (size_t i = 0; i < comparison->n_runs; i++)
        products += (double)tr_recording_n_params(comparison->runs[i].recording) *
                    (double)comparison->runs[i].source->dataset->n_samples;
    teller->tells_errors = products <= most_products;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && teller->tells_errors && i < comparison->n_runs; i++)
        status = create_run(&teller->runs[i], &comparison->runs[i], diag);
    if (status)
        tr_teller_destroy(&teller);
    *out = teller;
    return status;
}

void tr_teller_destroy(tr_teller **handle) {
    tr_teller *teller = *handle;
    if (!teller)
        return;
    for (size_t i = 0; i < TR_MOST_COMPARED; i++) {
        tr_evaluator_destroy(&teller->runs[i].evaluator);
        free(teller->runs[i].params);
    }
    free(teller);
    *handle = NULL;
}

/* Reads the parameters of a run's last snapshot up to `position`; whether that worked. */
static bool read_params(const tr_teller *teller, size_t run, uint64_t position) {
    const tr_recording *recording = teller->comparison->runs[run].recording;
    float *params = teller->runs[run].params;
    uint64_t low = 0;
    uint64_t high = tr_recording_n_snapshots(recording); /* too late, while `low` is not or is 0 */
    tr_snapshot state;
    tr_diag diag = {0};
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (tr_recording_read(recording, middle, 1, &state, params, &diag))
            return false;
        if (tr_align_position(teller->comparison->align, &state) <= position)
            low = middle;
        else
            high = middle;
    }
    return !tr_recording_read(recording, low, 1, &state, params, &diag);
}

/* The loss of each run on all data; NAN where there is none. */
static void find_losses(const tr_teller *teller, uint64_t position, double *losses) {
    const tr_comparison *comparison = teller->comparison;
    for (size_t i = 0; i < comparison->n_runs; i++) {
        losses[i] = NAN;
        if (teller->tells_errors && read_params(teller, i, position))
            losses[i] =
                (double)tr_evaluator_loss(teller->runs[i].evaluator,
                                          comparison->runs[i].source->loss, teller->runs[i].params);
    }
}

static void tell(const tr_teller *teller, size_t run, double loss, const char *before,
                 FILE *stream) {
    char error[32];
    fprintf(stream, "%s %s (%s)", before, tr_format_briefly(loss, error, sizeof error),
            teller->comparison->runs[run].label);
}

/* Of many runs, tells the one with the lowest and the one with the highest loss. */
static void tell_extremes(const tr_teller *teller, const double *losses, FILE *stream) {
    size_t low = SIZE_MAX, high = SIZE_MAX;
    for (size_t i = 0; i < teller->comparison->n_runs; i++) {
        if (!isfinite(losses[i]))
            continue;
        low = low == SIZE_MAX || losses[i] < losses[low] ? i : low;
        high = high == SIZE_MAX || losses[i] > losses[high] ? i : high;
    }
    if (low != SIZE_MAX)
        tell(teller, low, losses[low], ", error", stream);
    if (high != low)
        tell(teller, high, losses[high], " to", stream);
}

static void tell_all(const tr_teller *teller, const double *losses, FILE *stream) {
    const char *before = ", error";
    for (size_t i = 0; i < teller->comparison->n_runs; i++) {
        if (!isfinite(losses[i]))
            continue;
        tell(teller, i, losses[i], before, stream);
        before = ",";
    }
}

static char *describe_runs(const tr_snapshot *state, void *context) {
    const tr_teller *teller = context;
    const tr_comparison *comparison = teller->comparison;
    double losses[TR_MOST_COMPARED];
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fprintf(stream, "%s %" PRIu64, tr_align_label(comparison->align), state->iteration);
    if (state->iteration == 0) {
        fputs(", before training", stream);
    } else {
        find_losses(teller, state->iteration, losses);
        if (comparison->n_runs > MOST_TOLD)
            tell_extremes(teller, losses, stream);
        else
            tell_all(teller, losses, stream);
    }
    if (fclose(stream)) {
        free(text);
        return NULL;
    }
    return text;
}

static double position_of(const tr_snapshot *state, void *context) {
    (void)context;
    return (double)state->iteration;
}

tr_narrator tr_teller_narrator(tr_teller *teller) {
    return (tr_narrator){.describe = describe_runs,
                         .unit = tr_align_label(teller->comparison->align),
                         .position = position_of,
                         .context = teller};
}
