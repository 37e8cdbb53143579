/* Vectors of doubles, those of GCC and clang, as wide as the instruction set at hand has them.
 *
 * Neither they nor the instruction set change a result: every operation is IEEE 754's on each
 * element, the order of all sums is written down, and the compiler must not fuse a multiplication
 * with an addition (-ffp-contract=off). */
#ifndef TR_LEARN_VECTORS_H
#define TR_LEARN_VECTORS_H

#include "kernels.h"

#include <string.h>

/* For all that kernels are made of, so that it is compiled as they are. */
#define TR_INLINE static inline __attribute__((always_inline))

/* gcc keeps small arrays in registers only where it has unrolled the loops over them. */
#if defined(__GNUC__) && !defined(__clang__)
#define TR_UNROLL _Pragma("GCC unroll 8")
#else
#define TR_UNROLL
#endif

enum {
#ifdef __AVX__
    TR_VECTOR_DOUBLES = 4,
#else
    TR_VECTOR_DOUBLES = 2,
#endif
    TR_VECTORS = TR_LANES / TR_VECTOR_DOUBLES
};

typedef double tr_vector __attribute__((vector_size(TR_VECTOR_DOUBLES * sizeof(double))));

/* Values of TR_LANES samples. */
typedef struct tr_lanes {
    tr_vector v[TR_VECTORS];
} tr_lanes;

TR_INLINE void tr_clear_lanes(tr_lanes *lanes) {
    TR_UNROLL
    for (int i = 0; i < TR_VECTORS; i++)
        lanes->v[i] = (tr_vector){0};
}

TR_INLINE void tr_load_lanes(tr_lanes *lanes, const double *values) {
    TR_UNROLL
    for (int i = 0; i < TR_VECTORS; i++)
        memcpy(&lanes->v[i], values + i * TR_VECTOR_DOUBLES, sizeof lanes->v[i]);
}

TR_INLINE void tr_store_lanes(double *values, const tr_lanes *lanes) {
    TR_UNROLL
    for (int i = 0; i < TR_VECTORS; i++)
        memcpy(values + i * TR_VECTOR_DOUBLES, &lanes->v[i], sizeof lanes->v[i]);
}

/* The sum of all lanes: 0 + 4, 1 + 5 …, then 0 + 2, 1 + 3, then 0 + 1. */
TR_INLINE double tr_sum_lanes(const tr_lanes *lanes) {
    double sums[TR_LANES / 2];
    TR_UNROLL
    for (int i = 0; i < TR_VECTORS / 2; i++) {
        const tr_vector halves = lanes->v[i] + lanes->v[i + TR_VECTORS / 2];
        memcpy(sums + i * TR_VECTOR_DOUBLES, &halves, sizeof halves);
    }
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

/* As float32. */
TR_INLINE double tr_rounded(double value) {
    return (double)(float)value;
}

#endif
