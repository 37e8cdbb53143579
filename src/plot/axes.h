/* A rectangle with ticks, grid and labels, and the way from data to pixels. */
#ifndef TR_PLOT_AXES_H
#define TR_PLOT_AXES_H

#include "polyline.h"
#include "text.h"
#include "theme.h"
#include "ticks.h"

#include <stdbool.h>

typedef struct tr_axes {
    /* pixel coordinates of the first and last grid lines: centres of pixels, so they are sharp */
    double left;
    double right;
    double top;
    double bottom;
    tr_ticks x_ticks;
    tr_ticks y_ticks;
    double x_low; /* where the axes end */
    double x_high;
    double y_low;
    double y_high;
    bool y_log; /* then y_low and y_high are logarithms, to base 10 */
} tr_axes;

typedef struct tr_axes_content {
    double x_low; /* what the data covers; the axes end at the ticks around it */
    double x_high;
    double y_low;
    double y_high;
    const char *x_label; /* "" for none */
    const char *y_label;
    bool x_exact;    /* the axis ends with the data instead */
    bool y_exact;    /* not with y_log */
    bool y_log;      /* the y axis is logarithmic */
    bool no_grid;    /* for what fills the axes */
    bool no_x_ticks; /* no labels at the ticks, and no room for them */
    bool no_y_ticks;
} tr_axes_content;

/* Chooses ticks and margins for axes that fill the rectangle (x, y, width, height) with their labels.
 * TR_ERROR_ARGUMENT if nothing would be left to draw on. */
tr_status tr_axes_lay_out(tr_axes *axes, tr_text *text, const tr_style *style,
                          const tr_axes_content *content, double x, double y, double width,
                          double height, tr_diag *diag);

/* Grid, tick labels and axis labels. */
tr_status tr_axes_draw(const tr_axes *axes, tr_text *text, const tr_style *style,
                       const tr_theme *theme, const tr_axes_content *content, cairo_t *cr,
                       tr_diag *diag);

/* Of a y that a logarithmic axis does not have, a pixel far below it. */
tr_point tr_axes_to_pixel(const tr_axes *axes, double x, double y);

#endif
