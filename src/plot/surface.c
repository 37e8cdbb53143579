#include "surface.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* A row or a column of a grid. */
typedef struct line {
    const double *values;
    ptrdiff_t stride;
    int count;
} line;

static double value_at(const line *from, int i) {
    if (i < 0)
        return 3 * value_at(from, 0) - 3 * value_at(from, 1) + value_at(from, 2);
    if (i >= from->count)
        return 3 * value_at(from, from->count - 1) - 3 * value_at(from, from->count - 2) +
               value_at(from, from->count - 3);
    return from->values[i * from->stride];
}

/* Between values i and i + 1, at `t` from 0 to below 1. */
static double interpolate(const line *from, int i, double t) {
    double before = value_at(from, i - 1);
    double left = value_at(from, i);
    double right = value_at(from, i + 1);
    double after = value_at(from, i + 2);
    if (t == 0)
        return left;
    if (!isfinite(left) || !isfinite(right))
        return INFINITY;
    if (!isfinite(before) || !isfinite(after))
        return left + t * (right - left);
    double linear = right - before;
    double square = 2 * before - 5 * left + 4 * right - after;
    double cubic = 3 * (left - right) + after - before;
    return left + t * (linear + t * (square + t * cubic)) / 2;
}

static void refine_line(const line *from, int factor, double *to, ptrdiff_t stride) {
    for (int i = 0; i + 1 < from->count; i++)
        for (int k = 0; k < factor; k++)
            to[(i * factor + k) * stride] = interpolate(from, i, (double)k / factor);
    to[(from->count - 1) * factor * stride] = value_at(from, from->count - 1);
}

tr_status tr_surface_refine(const double *heights, int columns, int rows, int factor, double *fine,
                            tr_diag *diag) {
    int fine_columns = (columns - 1) * factor + 1;
    double *wide = tr_alloc_array((size_t)rows, (size_t)fine_columns * sizeof *wide);
    if (!wide)
        return tr_fail_memory(diag, "contours");
    for (int j = 0; j < rows; j++) {
        const line row = {heights + (ptrdiff_t)j * columns, 1, columns};
        refine_line(&row, factor, wide + (ptrdiff_t)j * fine_columns, 1);
    }
    for (int i = 0; i < fine_columns; i++) {
        const line column = {wide + i, fine_columns, rows};
        refine_line(&column, factor, fine + i, fine_columns);
    }
    free(wide);
    return TR_OK;
}
