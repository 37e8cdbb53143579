#include "curves.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* What a parameter did within a span. */
typedef struct extent {
    float first;
    float lowest; /* NaN until a finite value was seen */
    float highest;
    float last;
    bool highest_first; /* whether it came before the lowest */
} extent;

struct tr_curve_span {
    bool whole; /* whether every snapshot is kept, because there are few */
    uint64_t run_first;
    double run_length;
    size_t index;
    size_t n_snapshots; /* of this span so far */
    uint64_t first;
    uint64_t last;
    extent *extents;
};

tr_status tr_curves_init(tr_curves *curves, size_t n_params, uint64_t n_snapshots,
                         uint64_t first_iteration, uint64_t last_iteration, tr_diag *diag) {
    size_t n_curves = n_params < TR_MAX_CURVES ? n_params : TR_MAX_CURVES;
    bool whole = n_snapshots <= TR_MAX_CURVE_POINTS;
    size_t capacity = whole ? (size_t)n_snapshots : TR_MAX_CURVE_POINTS;
    struct tr_curve_span *span = tr_alloc_array(1, sizeof *span);
    *curves = (tr_curves){.n_curves = n_curves,
                          .params = tr_alloc_array(n_curves, sizeof *curves->params),
                          .iterations = tr_alloc_array(capacity, sizeof *curves->iterations),
                          .values = tr_alloc_array(capacity, n_curves * sizeof *curves->values),
                          .capacity = capacity,
                          .lowest = INFINITY,
                          .highest = -INFINITY,
                          .span = span};
    if (span)
        span->extents = tr_alloc_array(n_curves, sizeof *span->extents);
    if (!span || !span->extents || !curves->params || !curves->iterations || !curves->values)
        return tr_fail_memory(diag, "the curves of the weights");
    span->whole = whole;
    span->run_first = first_iteration;
    span->run_length = (double)(last_iteration - first_iteration) + 1;
    for (size_t i = 0; i < n_curves; i++)
        curves->params[i] = (size_t)((uint64_t)i * n_params / n_curves);
    return TR_OK;
}

void tr_curves_clear(tr_curves *curves) {
    if (curves->span)
        free(curves->span->extents);
    free(curves->span);
    free(curves->params);
    free(curves->iterations);
    free(curves->values);
    *curves = (tr_curves){0};
}

static void add_point(tr_curves *curves, uint64_t iteration) {
    curves->iterations[curves->n_points++] = iteration;
}

static void extend(extent *reach, float value, bool is_first) {
    if (is_first)
        *reach = (extent){.first = value, .lowest = NAN, .highest = NAN};
    reach->last = value;
    if (!isfinite(value))
        return;
    if (isnan(reach->lowest)) {
        reach->lowest = reach->highest = value;
    } else if (value < reach->lowest) {
        reach->lowest = value;
        reach->highest_first = true;
    } else if (value > reach->highest) {
        reach->highest = value;
        reach->highest_first = false;
    }
}

/* Writes the span that was read as four points, and begins the next one. */
static void close_span(tr_curves *curves) {
    struct tr_curve_span *span = curves->span;
    if (!span->n_snapshots)
        return;
    size_t at = curves->n_points;
    for (size_t i = 0; i < curves->n_curves; i++) {
        const extent *reach = &span->extents[i];
        float *values = curves->values + i * curves->capacity + at;
        values[0] = isfinite(reach->first) ? reach->first : NAN;
        values[1] = reach->highest_first ? reach->highest : reach->lowest;
        values[2] = reach->highest_first ? reach->lowest : reach->highest;
        values[3] = isfinite(reach->last) ? reach->last : NAN;
    }
    uint64_t third = (span->last - span->first) / 3;
    add_point(curves, span->first);
    add_point(curves, span->first + third);
    add_point(curves, span->last - third);
    add_point(curves, span->last);
    span->n_snapshots = 0;
}

static size_t span_of(const struct tr_curve_span *span, uint64_t iteration) {
    double share = (double)(iteration - span->run_first) / span->run_length;
    size_t index = share < 1 ? (size_t)(share * TR_CURVE_SPANS) : TR_CURVE_SPANS - 1;
    return index > span->index ? index : span->index;
}

void tr_curves_add(tr_curves *curves, const tr_snapshot *snapshot) {
    struct tr_curve_span *span = curves->span;
    size_t index = span_of(span, snapshot->iteration);
    if (span->whole && curves->n_points == curves->capacity)
        return; /* more snapshots than were announced */
    if (!span->whole && index != span->index)
        close_span(curves);
    span->index = index;
    for (size_t i = 0; i < curves->n_curves; i++) {
        float value = snapshot->params[curves->params[i]];
        if (isfinite(value)) {
            curves->lowest = fmin(curves->lowest, (double)value);
            curves->highest = fmax(curves->highest, (double)value);
        }
        if (span->whole)
            curves->values[i * curves->capacity + curves->n_points] = isfinite(value) ? value : NAN;
        else
            extend(&span->extents[i], value, span->n_snapshots == 0);
    }
    if (span->whole) {
        add_point(curves, snapshot->iteration);
        return;
    }
    if (span->n_snapshots++ == 0)
        span->first = snapshot->iteration;
    span->last = snapshot->iteration;
}

void tr_curves_finish(tr_curves *curves) {
    close_span(curves);
    if (curves->lowest > curves->highest)
        curves->lowest = curves->highest = 0;
}
