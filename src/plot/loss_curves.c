#include "loss_curves.h"

#include "alloc.h"
#include "diag.h"
#include "full_loss.h"

#include <math.h>
#include <stdlib.h>

enum { MEAN_PIXELS = 3, MIN_SPANS = 64 };

/* Means are of whole passes over the data where a pass is not wider than so many of their spans: half a
 * pass has other samples than the next, and spans that now and then hold a whole one would beat. */
enum { WIDEST_PASS = 4 };

/* How many times its first value a diverged run shows, if all do. */
#define DIVERGED_GROWTH 2

/* ---- reading a run ---- */

/* The batches that are being averaged. */
typedef struct batch_reader {
    const tr_joint *joint;
    tr_loss_curve *curve;
    bool in_passes;      /* a window ends with a pass */
    uint64_t window_end; /* the first position that is not in the window of these */
    uint64_t latest_end; /* likewise, whatever pass it is of */
    uint64_t epoch;      /* of the last of them */
    double total;
    double weight;
    uint64_t position; /* of the last of them */
} batch_reader;

static uint64_t position_of(const tr_joint *joint, const tr_snapshot *state) {
    return joint->align == TR_ALIGN_ITERATION ? state->iteration : state->samples_seen;
}

static void end_window(batch_reader *reader) {
    if (reader->weight > 0)
        tr_series_add(&reader->curve->line, reader->position, reader->total / reader->weight);
    reader->total = reader->weight = 0;
}

static tr_status add_batch(const tr_snapshot *state, void *context) {
    batch_reader *reader = context;
    if (!isfinite(state->loss))
        return TR_OK;
    uint64_t position = position_of(reader->joint, state);
    bool in_pass = reader->in_passes && state->epoch == reader->epoch;
    if (position >= (in_pass ? reader->latest_end : reader->window_end)) {
        const tr_series *line = &reader->curve->line;
        size_t span = tr_series_span(line, position);
        end_window(reader);
        reader->window_end = tr_series_span_end(line, span);
        reader->latest_end = tr_series_span_end(line, span + WIDEST_PASS);
    }
    reader->epoch = state->epoch;
    double weight = state->batch_size ? state->batch_size : 1;
    reader->position = position;
    reader->total += weight * (double)state->loss;
    reader->weight += weight;
    tr_series_add(&reader->curve->batches, position, (double)state->loss);
    return TR_OK;
}

static tr_status read_batches(tr_loss_curve *curve, const tr_joint *joint, size_t run,
                              uint64_t last, size_t n_spans, tr_diag *diag) {
    batch_reader reader = {.joint = joint, .curve = curve};
    tr_status status = tr_series_init(&curve->line, last, n_spans / MEAN_PIXELS, diag);
    reader.in_passes =
        !status && (double)tr_series_span(&curve->line, curve->end) < WIDEST_PASS * curve->n_epochs;
    if (!status)
        status = tr_series_init(&curve->batches, last, n_spans, diag);
    if (!status)
        status = tr_recording_replay_losses(joint->runs[run].recording, add_batch, &reader, diag);
    if (!status)
        end_window(&reader);
    return status;
}

/* Evaluates the loss on all data at the first and the last state, and at no more than one for each
 * span between them. */
static tr_status evaluate(tr_loss_curve *curve, const tr_joint *joint, size_t run, uint64_t last,
                          size_t n_spans, tr_diag *diag) {
    const tr_panel_source *source = &joint->runs[run];
    uint64_t n_snapshots = tr_recording_n_snapshots(source->recording);
    double spans = ceil((double)n_spans * (double)curve->end / fmax((double)last, 1));
    uint64_t count = fmin(spans, (double)n_spans) + 1 < (double)n_snapshots
                         ? (uint64_t)fmin(spans, (double)n_spans) + 1
                         : n_snapshots;
    count = count < 2 && n_snapshots > 1 ? 2 : count;
    tr_status status = tr_series_init(&curve->line, last, n_spans, diag);
    if (!status)
        status =
            tr_add_full_loss(&curve->line, source, count, joint->align != TR_ALIGN_ITERATION, diag);
    return status;
}

/* Finds where the run ends, and how many of the series' positions make one of the axis. A pass over the
 * data is so many samples as it has; if a recording tells otherwise, so many as it says. */
static tr_status measure(tr_loss_curve *curve, const tr_joint *joint, size_t run, tr_diag *diag) {
    const tr_panel_source *source = &joint->runs[run];
    tr_snapshot state;
    tr_status status = tr_recording_read(
        source->recording, tr_recording_n_snapshots(source->recording) - 1, 1, &state, NULL, diag);
    if (status)
        return status;
    curve->end = position_of(joint, &state);
    curve->unit = 1;
    curve->n_epochs = (double)tr_align_position(TR_ALIGN_EPOCH, &state);
    if (joint->align == TR_ALIGN_EPOCH) {
        double epochs = curve->n_epochs;
        double samples = (double)state.samples_seen;
        double all = (double)source->dataset->n_samples;
        bool fits = samples <= epochs * all && samples > (epochs - 1) * all;
        curve->unit = fits || samples <= 0 || epochs <= 0 ? all : samples / epochs;
    }
    return TR_OK;
}

static double measure_jitter(const tr_series *series) {
    double total = 0;
    for (size_t i = 1; i < series->n_points; i++)
        total += fabs(series->points[i].value - series->points[i - 1].value);
    return series->n_points > 1 ? total / (double)(series->n_points - 1) : 0;
}

static tr_status read_run(tr_loss_curve *curve, const tr_joint *joint, size_t run, size_t n_spans,
                          bool on_all_data, tr_diag *diag) {
    tr_status status = measure(curve, joint, run, diag);
    if (status)
        return status;
    uint64_t last = (uint64_t)ceil((double)joint->last * curve->unit);
    last = last > curve->end ? last : curve->end;
    status = on_all_data ? evaluate(curve, joint, run, last, n_spans, diag)
                         : read_batches(curve, joint, run, last, n_spans, diag);
    if (!status) {
        tr_series_finish(&curve->line);
        tr_series_finish(&curve->batches);
        curve->jitter = measure_jitter(&curve->batches);
        curve->is_dense =
            curve->batches.n_points >= 2 * (tr_series_span(&curve->batches, curve->end) + 1);
    }
    return status;
}

/* ---- all runs ---- */

/* The highest value of a run that counts for the axis; -INFINITY if none does. What a run does that
 * diverges would be all that is seen, so that it counts only if all do, and then at its beginning. */
static double highest_of(const tr_loss_curves *curves, const tr_joint *joint, size_t run,
                         bool all_diverged) {
    const tr_series *line = &curves->curves[run].line;
    if (!joint->runs[run].diverged_at || !line->n_points)
        return line->highest;
    return all_diverged ? fmin(line->highest, DIVERGED_GROWTH * fabs(line->points[0].value))
                        : -INFINITY;
}

static void find_range(tr_loss_curves *curves, const tr_joint *joint) {
    bool all_diverged = true;
    curves->lowest = curves->lowest_positive = INFINITY;
    curves->highest = -INFINITY;
    for (size_t i = 0; i < curves->n_runs; i++)
        all_diverged = all_diverged && joint->runs[i].diverged_at;
    for (size_t i = 0; i < curves->n_runs; i++) {
        const tr_series *line = &curves->curves[i].line;
        curves->highest = fmax(curves->highest, highest_of(curves, joint, i, all_diverged));
        if (all_diverged || !joint->runs[i].diverged_at) {
            curves->lowest = fmin(curves->lowest, line->lowest);
            curves->lowest_positive = fmin(curves->lowest_positive, line->lowest_positive);
        }
    }
}

/* By insertion: there are few, and those with the same jitter stay in order. */
static void sort_by_jitter(tr_loss_curves *curves) {
    for (size_t i = 0; i < curves->n_runs; i++) {
        size_t at = i;
        for (;
             at > 0 && curves->curves[curves->by_jitter[at - 1]].jitter < curves->curves[i].jitter;
             at--)
            curves->by_jitter[at] = curves->by_jitter[at - 1];
        curves->by_jitter[at] = i;
    }
}

tr_status tr_loss_curves_create(tr_loss_curves **out, const tr_joint *joint, double width,
                                bool on_all_data, tr_diag *diag) {
    size_t n_spans = (size_t)fmax(width, MIN_SPANS);
    *out = NULL;
    tr_loss_curves *curves = tr_alloc_array(1, sizeof *curves);
    if (!curves)
        return tr_fail_memory(diag, "the loss");
    curves->curves = tr_alloc_array(joint->n_runs, sizeof *curves->curves);
    curves->by_jitter = tr_alloc_array(joint->n_runs, sizeof *curves->by_jitter);
    tr_status status = TR_OK;
    if (!curves->curves || !curves->by_jitter)
        status = tr_fail_memory(diag, "the loss");
    else
        curves->n_runs = joint->n_runs;
    for (size_t i = 0; !status && i < joint->n_runs; i++)
        status = read_run(&curves->curves[i], joint, i, n_spans, on_all_data, diag);
    if (status) {
        tr_loss_curves_destroy(&curves);
        return status;
    }
    find_range(curves, joint);
    sort_by_jitter(curves);
    *out = curves;
    return TR_OK;
}

void tr_loss_curves_destroy(tr_loss_curves **handle) {
    tr_loss_curves *curves = *handle;
    if (!curves)
        return;
    for (size_t i = 0; i < curves->n_runs; i++) {
        tr_series_clear(&curves->curves[i].line);
        tr_series_clear(&curves->curves[i].batches);
    }
    free(curves->curves);
    free(curves->by_jitter);
    free(curves);
    *handle = NULL;
}

uint64_t tr_loss_curve_shown(const tr_loss_curve *curve, const tr_joint *joint, uint64_t position) {
    if (position >= joint->last)
        return UINT64_MAX;
    double shown = (double)position * curve->unit;
    return shown < 1.8e19 ? (uint64_t)shown : UINT64_MAX;
}
