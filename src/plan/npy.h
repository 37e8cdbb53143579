/* NumPy's .npy files: one array each (numpy.lib.format, versions 1 to 3). */
#ifndef TR_PLAN_NPY_H
#define TR_PLAN_NPY_H

#include "bytes.h"

enum { TR_NPY_MOST_DIMS = 3 };

typedef struct tr_npy {
    tr_bytes bytes;
    tr_number_type type;
    uint64_t data; /* where the values start */
    size_t n_dims; /* 1 to 3 */
    size_t dims[TR_NPY_MOST_DIMS];
    size_t row_length; /* values for each index of the first dimension */
} tr_npy;

/* Opens an array of numbers in C order; `path` is borrowed until it is closed, which is to be done in any
 * case. TR_ERROR_INPUT with "FILE: what is wrong". */
tr_status tr_npy_open(tr_npy *npy, const char *path, tr_diag *diag);
void tr_npy_close(tr_npy *npy);

/* Reads the row_length values of row `row`, below dims[0]. TR_ERROR_INPUT. */
tr_status tr_npy_read_row(const tr_npy *npy, size_t row, double *values, tr_diag *diag);

#endif
