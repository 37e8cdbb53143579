/* Lines within axes. */
#ifndef TR_PLOT_LINES_H
#define TR_PLOT_LINES_H

#include "axes.h"
#include "series.h"
#include "stroke.h"

/* The points of a series over iterations in pixels, which the caller frees; NULL if there is no memory. */
tr_point *tr_series_to_pixels(const tr_series *series, const tr_axes *axes);

/* The line through `points` (pixels, by rising x), within the axes and half its width around them, so
 * that a line along an edge keeps its width. Changes the points; `pieces` has room for as many. Returns
 * how many pieces there are. */
size_t tr_line_prepare(const tr_axes *axes, double line_width, tr_point *points, size_t count,
                       tr_line_piece *pieces);

void tr_line_stroke(const tr_axes *axes, double line_width, cairo_t *cr, tr_color color,
                    const tr_line_piece *pieces, size_t n_pieces);

/* The axes and `margin` around them, in whole pixels. */
tr_pixel_box tr_axes_box(const tr_axes *axes, double margin);

/* In the colour that is set. */
void tr_draw_dot(cairo_t *cr, tr_point at, double radius);

/* Lets nothing be drawn outside tr_axes_box. */
void tr_axes_clip(const tr_axes *axes, double margin, cairo_t *cr);

#endif
