#include "series.h"

#include "alloc.h"
#include "bisect.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS_PER_SPAN = 4 };

tr_status tr_series_init(tr_series *series, uint64_t last_iteration, size_t n_spans,
                         tr_diag *diag) {
    *series =
        (tr_series){.points = tr_alloc_array(n_spans, POINTS_PER_SPAN * sizeof *series->points),
                    .lowest = INFINITY,
                    .highest = -INFINITY,
                    .lowest_positive = INFINITY,
                    .last_iteration = last_iteration,
                    .n_spans = n_spans};
    return series->points ? TR_OK : tr_fail_memory(diag, "a curve");
}

void tr_series_clear(tr_series *series) {
    free(series->points);
    *series = (tr_series){0};
}

/* Of values at the same iteration, the last is kept. */
static void keep(tr_series *series, tr_series_point point) {
    if (series->n_points && series->points[series->n_points - 1].iteration >= point.iteration)
        series->n_points--;
    series->points[series->n_points++] = point;
}

void tr_series_finish(tr_series *series) {
    if (!series->is_in_span)
        return;
    bool low_first = series->low.iteration < series->high.iteration;
    keep(series, series->first);
    keep(series, low_first ? series->low : series->high);
    keep(series, low_first ? series->high : series->low);
    keep(series, series->last);
    series->lowest = fmin(series->lowest, series->low.value);
    series->highest = fmax(series->highest, series->high.value);
    series->is_in_span = false;
    series->span_end = 0;
}

size_t tr_series_span(const tr_series *series, uint64_t iteration) {
    double n_spans = (double)series->n_spans;
    double span = (double)iteration * n_spans / ((double)series->last_iteration + 1);
    return span < n_spans ? (size_t)span : series->n_spans - 1;
}

uint64_t tr_series_span_end(const tr_series *series, size_t span) {
    if (span + 1 >= series->n_spans)
        return UINT64_MAX;
    double width = ((double)series->last_iteration + 1) / (double)series->n_spans;
    uint64_t end = (uint64_t)((double)(span + 1) * width);
    while (end > 0 && tr_series_span(series, end - 1) > span)
        end--;
    while (tr_series_span(series, end) <= span)
        end++;
    return end;
}

void tr_series_begin_span(tr_series *series, tr_series_point point) {
    tr_series_finish(series);
    series->is_in_span = true;
    series->span_end = tr_series_span_end(series, tr_series_span(series, point.iteration));
    series->first = series->low = series->high = series->last = point;
}

size_t tr_series_points_up_to(const tr_series *series, uint64_t iteration) {
    return tr_count_up_to(series->points, series->n_points, sizeof *series->points, iteration);
}
