/* Where a height that is known on a grid stays below a level: marching squares with linear
 * interpolation (Lorensen and Cline, "Marching Cubes", 1987, in two dimensions). */
#ifndef TR_PLOT_CONTOUR_H
#define TR_PLOT_CONTOUR_H

#include "polyline.h"

#include <stdbool.h>
#include <trainreel/status.h>

enum { TR_MAX_LEVELS = 12 };

/* The outlines of a region, one closed loop after another. Points are in units of the grid, x from 0
 * to columns - 1 and y from 0 to rows - 1; the region is to the left of its outline where y points
 * up. Where the region reaches the border of the grid its outline runs along the border. */
typedef struct tr_contour {
    size_t n_points;
    tr_point *points;
    size_t n_loops;
    size_t *ends; /* loop i ends before points[ends[i]] */
} tr_contour;

/* Outlines the region where the heights, row-major [rows, columns] with 2 to 1000 of each, are below
 * `level`. A height that is not finite is above every level. Where the two lower corners of a square
 * face each other, they are joined if the mean of the four corners is below the level.
 * TR_ERROR_MEMORY; the contour is to be cleared in any case. */
tr_status tr_contour_trace(tr_contour *contour, const double *heights, int columns, int rows,
                           double level, tr_diag *diag);
void tr_contour_clear(tr_contour *contour);

/* Whether a line between these points of an outline runs along the border: the region ends there only
 * because the grid does. */
bool tr_contour_on_border(tr_point from, tr_point to, int columns, int rows);

/* Leaves out points that are within `tolerance`, in units of the grid, of the outline without them. */
void tr_contour_simplify(tr_contour *contour, int columns, int rows, double tolerance);

/* Chooses up to TR_MAX_LEVELS round levels above `lowest` and below `highest`, rising. Their ratios are
 * about even, as is usual for a loss; where that gives too few because the heights hardly differ, or
 * one is below 0, their differences are. Of the lowest heights, those below a ten-thousandth of the
 * highest get none. Returns how many. */
int tr_contour_levels(double lowest, double highest, double levels[TR_MAX_LEVELS]);

#endif
