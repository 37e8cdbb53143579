/* Every parameter of a run over its iterations, reduced to what a picture can show.
 *
 * A long run is divided into TR_CURVE_SPANS spans of as many iterations; of each span a parameter keeps
 * its first, lowest, highest and last value, which draw the same pixels as all of them do (Jugel et
 * al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014). */
#ifndef TR_PLOT_CURVES_H
#define TR_PLOT_CURVES_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>

enum {
    TR_MAX_CURVES = 1000, /* of more parameters than this, so many evenly chosen ones */
    TR_CURVE_SPANS = 2048,
    TR_MAX_CURVE_POINTS = 4 * TR_CURVE_SPANS
};

typedef struct tr_curves {
    size_t n_curves;
    size_t *params; /* the parameter that each curve shows, rising */
    size_t n_points;
    uint64_t *iterations; /* of the points; they never fall */
    float *values;        /* [n_curves, capacity]; NaN where the parameter was not finite */
    size_t capacity;
    double lowest; /* of all values that are finite; 0 and 0 if there are none */
    double highest;
    struct tr_curve_span *span; /* what is being read */
} tr_curves;

/* Empty curves for a run of that many snapshots, whose first and last iteration are known.
 * TR_ERROR_MEMORY; the curves are to be cleared in any case. */
tr_status tr_curves_init(tr_curves *curves, size_t n_params, uint64_t n_snapshots,
                         uint64_t first_iteration, uint64_t last_iteration, tr_diag *diag);
void tr_curves_clear(tr_curves *curves);

/* Takes the next snapshot, and after the last one what is left of its span. */
void tr_curves_add(tr_curves *curves, const tr_snapshot *snapshot);
void tr_curves_finish(tr_curves *curves);

/* The values of a curve. */
static inline const float *tr_curves_values(const tr_curves *curves, size_t curve) {
    return curves->values + curve * curves->capacity;
}

#endif
