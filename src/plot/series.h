/* A number over the iterations of a run, thinned while it is read to what a picture can show.
 *
 * The iterations are divided into spans. Of each span the first, the lowest, the highest and the last
 * value are kept, at the iterations where they were: with spans no wider than a pixel these draw the
 * same line as all values do, and no peak is lost (Jugel et al., "M4: A Visualization-Oriented Time
 * Series Data Aggregation", 2014). */
#ifndef TR_PLOT_SERIES_H
#define TR_PLOT_SERIES_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

typedef struct tr_series_point {
    uint64_t iteration;
    double value;
} tr_series_point;

typedef struct tr_series {
    size_t n_points;
    tr_series_point *points; /* by rising iteration */
    double lowest;           /* of all values; INFINITY and -INFINITY where there are none */
    double highest;
    double lowest_positive; /* INFINITY where there is none */

    uint64_t last_iteration;
    size_t n_spans;
    bool is_in_span;   /* values of one are being read, of which the next four are */
    uint64_t span_end; /* the first iteration of the next one; 0 if none is being read */
    tr_series_point first;
    tr_series_point low;
    tr_series_point high;
    tr_series_point last;
} tr_series;

/* An empty series over iterations 0 to `last_iteration`. TR_ERROR_MEMORY; it is to be cleared in any
 * case. */
tr_status tr_series_init(tr_series *series, uint64_t last_iteration, size_t n_spans, tr_diag *diag);
void tr_series_clear(tr_series *series);

/* Begins the span of a value, with it, and ends the one before. */
void tr_series_begin_span(tr_series *series, tr_series_point point);

/* Takes the next value, by rising iteration, and after the last one what is left of its span. A value
 * that is not finite is left out, as are at last all but the last one of the same iteration. Inline, as
 * every iteration of a run goes through it. */
static inline void tr_series_add(tr_series *series, uint64_t iteration, double value) {
    const tr_series_point point = {iteration, value};
    if (!isfinite(value))
        return;
    if (value > 0 && value < series->lowest_positive)
        series->lowest_positive = value;
    if (iteration >= series->span_end) {
        tr_series_begin_span(series, point);
        return;
    }
    if (value < series->low.value)
        series->low = point;
    if (value > series->high.value)
        series->high = point;
    series->last = point;
}
void tr_series_finish(tr_series *series);

/* The number of the span that an iteration is in. */
size_t tr_series_span(const tr_series *series, uint64_t iteration);

/* The first iteration that is in a later one; UINT64_MAX of the last. */
uint64_t tr_series_span_end(const tr_series *series, size_t span);

/* How many points there are up to that iteration, itself included. */
size_t tr_series_points_up_to(const tr_series *series, uint64_t iteration);

#endif
