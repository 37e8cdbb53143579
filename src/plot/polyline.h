/* A line over increasing x, made as short as its pixels allow before Cairo strokes it. */
#ifndef TR_PLOT_POLYLINE_H
#define TR_PLOT_POLYLINE_H

#include <stddef.h>

typedef struct tr_point {
    double x;
    double y;
} tr_point;

/* To a 256th of a pixel, as Cairo does: so that a frame does not depend on the last bits of what it shows. */
tr_point tr_point_snap(tr_point point);

/* A piece of line that is to be drawn; consecutive ones that touch are joined. */
typedef struct tr_line_piece {
    tr_point from;
    tr_point to;
} tr_line_piece;

/* Drops points that stay within `tolerance` (vertically) of the line between those that are kept.
 * x must increase. A line with a y that is not finite stays as it is. Returns how many of the `count`
 * points are left, in place. */
size_t tr_polyline_simplify(tr_point *points, size_t count, double tolerance);

/* Number of the first of the points, whose x rises, that is not left of `x`. */
size_t tr_polyline_find(const tr_point *points, size_t count, double x);

/* The points that draw the part of a line between `left` and `right`, if only `shown` of all are there yet:
 * those in it, and one on either side. Returns how many, from number *first on. */
size_t tr_polyline_select(const tr_point *points, size_t count, size_t shown, double left,
                          double right, size_t *first);

/* Writes the pieces of the line through `points` that lie within top <= y <= bottom to `pieces`,
 * which holds count - 1; a line whose y is not finite is interrupted there. Returns the number of
 * pieces. */
size_t tr_polyline_clip(const tr_point *points, size_t count, double top, double bottom,
                        tr_line_piece *pieces);

#endif
