/* What measurements have in common. */
#ifndef TR_BENCH_MEDIAN_H
#define TR_BENCH_MEDIAN_H

#include <stddef.h>
#include <stdlib.h>

static inline int compare_doubles(const void *a, const void *b) {
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

/* Sorts the values. */
static inline double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

#endif
