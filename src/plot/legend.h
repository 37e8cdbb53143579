/* A legend in a corner of axes: over what is drawn there, on a veil of background. */
#ifndef TR_PLOT_LEGEND_H
#define TR_PLOT_LEGEND_H

#include "panel.h"

enum { TR_MAX_LEGEND_ROWS = 8 };

typedef enum tr_legend_mark { TR_MARK_LINE, TR_MARK_DOT } tr_legend_mark;

typedef struct tr_legend_row {
    const char *label; /* a row with "" is left out */
    tr_color color;
    tr_legend_mark mark;
} tr_legend_row;

typedef enum tr_legend_corner {
    TR_CORNER_TOP_LEFT,
    TR_CORNER_TOP_RIGHT,
    TR_CORNER_BOTTOM_LEFT,
    TR_CORNER_BOTTOM_RIGHT
} tr_legend_corner;

typedef struct tr_legend tr_legend;

/* Lays out up to TR_MAX_LEGEND_ROWS rows within the axes. A picture that is too small for its legend
 * has none: *legend is then NULL, which all functions below take. */
tr_status tr_legend_create(tr_legend **legend, const tr_panel_setting *setting, const tr_axes *axes,
                           tr_legend_corner corner, const tr_legend_row *rows, int n_rows,
                           tr_diag *diag);
void tr_legend_destroy(tr_legend **legend);

/* Moves the legend to another corner, before it is drawn. */
void tr_legend_move(tr_legend *legend, const tr_axes *axes, tr_legend_corner corner);

/* Whether that pixel is behind the legend. */
bool tr_legend_covers(const tr_legend *legend, double x, double y);

/* Once, when the rest of the background is drawn: for frames, draws the legend on it. */
tr_status tr_legend_draw_background(tr_legend *legend, cairo_t *cr, tr_diag *diag);

/* The legend is part of the background, and is drawn anew only where something may go behind it. So
 * call this after touching the canvas and before drawing, and the other one after drawing. */
void tr_legend_lift(tr_legend *legend, const tr_panel_target *target);
void tr_legend_lower(tr_legend *legend, const tr_panel_target *target);

/* The same for who keeps track of what it touches itself: draws the background that is under the
 * legend, and draws the legend on what is there. */
void tr_legend_uncover(const tr_legend *legend, cairo_t *cr);
void tr_legend_cover(const tr_legend *legend, cairo_t *cr);

#endif
