/* The losses of several runs over what they are aligned by, thinned to what a picture can show. */
#ifndef TR_PLOT_LOSS_CURVES_H
#define TR_PLOT_LOSS_CURVES_H

#include "panel.h"
#include "series.h"

/* The losses of a run. The series are over its samples seen or, where runs are aligned by iterations,
 * over these. */
typedef struct tr_loss_curve {
    double unit;     /* of the series' positions, that make one of what the runs are aligned by */
    double n_epochs; /* that the run has begun */
    uint64_t end;    /* the position of its last state in the series */
    /* The loss on all data; or of batches, the mean of so many as follow each other within a few
     * pixels, or of a whole pass over the data where that is hardly wider, weighted by their sizes. */
    tr_series line;
    tr_series batches; /* each of them; empty with the loss on all data */
    bool is_dense;     /* there are several batches to a span, on the mean */
    double jitter;     /* how far it is from one point of the batches to the next, on the mean */
} tr_loss_curve;

typedef struct tr_loss_curves {
    size_t n_runs;
    tr_loss_curve *curves;
    size_t *by_jitter; /* numbers of the curves, from the largest to the smallest */
    double lowest;     /* of the lines, but for those of diverged runs */
    double highest;
    double lowest_positive; /* INFINITY if there is none */
} tr_loss_curves;

/* Reads the runs for axes of about `width` pixels. TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_loss_curves_create(tr_loss_curves **curves, const tr_joint *joint, double width,
                                bool on_all_data, tr_diag *diag);
void tr_loss_curves_destroy(tr_loss_curves **curves);

/* The last position in the series that a frame at `position` of what the runs are aligned by shows. */
uint64_t tr_loss_curve_shown(const tr_loss_curve *curve, const tr_joint *joint, uint64_t position);

#endif
