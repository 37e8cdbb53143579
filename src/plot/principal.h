/* The directions in which a cloud of points extends most: principal component analysis (Pearson, "On
 * lines and planes of closest fit to systems of points in space", 1901). */
#ifndef TR_PLOT_PRINCIPAL_H
#define TR_PLOT_PRINCIPAL_H

#include <stddef.h>
#include <trainreel/status.h>

enum { TR_MAX_PRINCIPAL_ROWS = 128 };

typedef struct tr_principal {
    size_t n_values;
    double *directions[2]; /* unit vectors of n_values, at right angles */
    double shares[2];      /* of the variance, 0 to 1; 0 for a direction in which nothing varies */
} tr_principal;

/* Finds the first two principal components of `rows`, row-major [n_rows, n_values], all finite, with 1 to
 * TR_MAX_PRINCIPAL_ROWS rows of at least 2 values.
 *
 * The sign of a direction is such that the last row lies further along it than the first one; where
 * they lie as far, such that its largest value is above 0. Where nothing varies, directions are chosen
 * along single values. Only + - * / and square roots in a fixed order: the same on every machine.
 * TR_ERROR_MEMORY; the result is to be cleared in any case. */
tr_status tr_principal_find(tr_principal *principal, const float *rows, size_t n_rows,
                            size_t n_values, tr_diag *diag);
void tr_principal_clear(tr_principal *principal);

/* How far `values` lies from `origin` along each of the directions. */
void tr_principal_project(const tr_principal *principal, const float *origin, const float *values,
                          double along[2]);

#endif
