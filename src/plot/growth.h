/* Curves that grow to the right from frame to frame.
 *
 * What no later frame changes any more is drawn into the canvas' background, one column of tiles after
 * the other, so that each frame draws the end of the curves only. A column is always drawn as a whole,
 * clipped to itself, from what lies near it: so its pixels do not depend on what was drawn before. */
#ifndef TR_PLOT_GROWTH_H
#define TR_PLOT_GROWTH_H

#include "legend.h"
#include "panel.h"

/* The curves; `context` is what tr_growth_create was given. Pixels are those of the picture. */
typedef struct tr_growth_ops {
    /* Left of the first, nothing changes after this snapshot; right of the second nothing is drawn
     * yet. */
    void (*reach)(void *context, const tr_snapshot *snapshot, double *settled, double *head);
    /* Whether anything is drawn between `left` and `right`, and from which to which y. */
    bool (*measure)(void *context, const tr_snapshot *snapshot, double left, double right,
                    double *top, double *bottom);
    /* Strokes what is visible between `left` and `right`, to which `cr` is clipped. Up to what is
     * settled, it must not depend on the snapshot. */
    void (*stroke)(void *context, cairo_t *cr, const tr_snapshot *snapshot, double left,
                   double right);
} tr_growth_ops;

typedef struct tr_growth tr_growth;

/* Once, after the background with the legend was drawn: curves that stay within `margin` of the axes.
 * The legend may be NULL; it is drawn over them, and borrowed like the rest. */
tr_status tr_growth_create(tr_growth **growth, const tr_growth_ops *ops, void *context,
                           const tr_axes *axes, double margin, tr_legend *legend, cairo_t *cr,
                           bool still, tr_diag *diag);
void tr_growth_destroy(tr_growth **growth);

/* For the panel's functions of the same names. */
void tr_growth_update_background(tr_growth *growth, tr_canvas *canvas, const tr_snapshot *snapshot);
void tr_growth_draw(tr_growth *growth, const tr_panel_target *target, const tr_snapshot *snapshot);

#endif
