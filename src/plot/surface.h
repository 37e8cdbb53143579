/* A finer grid through the heights of a coarse one, so that outlines are smooth where heights are costly
 * to evaluate. */
#ifndef TR_PLOT_SURFACE_H
#define TR_PLOT_SURFACE_H

#include <trainreel/status.h>

/* Writes (columns - 1) * factor + 1 times (rows - 1) * factor + 1 heights, row by row, to `fine`; there
 * are at least 3 columns and rows. Between the given heights it is bicubic (Keys, "Cubic convolution
 * interpolation for digital image processing", 1981), which is exact for polynomials of degree 2, also
 * along the border; next to heights that are not finite it is linear, and between those it is
 * INFINITY. TR_ERROR_MEMORY. */
tr_status tr_surface_refine(const double *heights, int columns, int rows, int factor, double *fine,
                            tr_diag *diag);

#endif
