/* Kernels of dense layers. Only for kernels_table.h. */
#ifndef TR_LEARN_DENSE_H
#define TR_LEARN_DENSE_H

#include "vectors.h"

#include <math.h>

/* A tile is made at once, so that its sums do not wait for each other, and each value read serves
 * several of them: this many times TR_LANES sums, for which there are registers. */
#if defined(__AVX__) || defined(__aarch64__)
enum { TILE = 4 };
#else
enum { TILE = 2 };
#endif

/* Rows to be made of weighted sums of other rows. The weight of row `from` for row `to` is
 * weights[from * from_step + to * to_step]. */
typedef struct weighing {
    size_t n_from;
    size_t n_to;
    const double *weights;
    size_t from_step;
    size_t to_step;
    const double *restrict from;
    double *restrict to;
} weighing;

/* sums += weight * x */
TR_INLINE void add_weighted(tr_lanes *sums, double weight, const tr_lanes *x) {
    TR_UNROLL
    for (int i = 0; i < TR_VECTORS; i++)
        sums->v[i] += weight * x->v[i];
}

/* `n_rows` rows from `row` on, `n_blocks` times TR_LANES samples from `s` on; TILE in all. */
TR_INLINE void weigh_tile(const int n_rows, const int n_blocks, const weighing *w, size_t row,
                          size_t s) {
    tr_lanes sums[TILE];
    const double *weight = w->weights + row * w->to_step;
    const double *from = w->from + s;
    TR_UNROLL
    for (int i = 0; i < n_rows * n_blocks; i++)
        tr_clear_lanes(&sums[i]);
    for (size_t k = 0; k < w->n_from; k++) {
        TR_UNROLL
        for (int b = 0; b < n_blocks; b++) {
            tr_lanes x;
            tr_load_lanes(&x, from + b * TR_LANES);
            TR_UNROLL
            for (int i = 0; i < n_rows; i++)
                add_weighted(&sums[b * n_rows + i], weight[(size_t)i * w->to_step], &x);
        }
        weight += w->from_step;
        from += TR_BLOCK;
    }
    double *to = w->to + row * TR_BLOCK + s;
    TR_UNROLL
    for (int b = 0; b < n_blocks; b++) {
        TR_UNROLL
        for (int i = 0; i < n_rows; i++)
            tr_store_lanes(to + i * TR_BLOCK + b * TR_LANES, &sums[b * n_rows + i]);
    }
}

/* `n_rows` whole rows. */
TR_INLINE void weigh_rows(const int n_rows, const weighing *w, size_t row, size_t n) {
    const int n_blocks = TILE / n_rows;
    size_t s = 0;
    for (; s + (size_t)n_blocks * TR_LANES <= n; s += (size_t)n_blocks * TR_LANES)
        weigh_tile(n_rows, n_blocks, w, row, s);
    for (; s < n; s += TR_LANES)
        weigh_tile(n_rows, 1, w, row, s);
}

/* The rows from `row` on that are made together; returns how many. Sums of one product, which nets
 * with one input or output have, are left to who finishes them; see weighted(). */
TR_INLINE size_t weigh_some(const weighing *w, size_t row, size_t n) {
    const size_t left = w->n_to - row;
    if (w->n_from == 1)
        return 1;
    if (left >= TILE) {
        weigh_rows(TILE, w, row, n);
        return TILE;
    }
    if (TILE > 2 && left >= 2) {
        weigh_rows(2, w, row, n);
        return 2;
    }
    weigh_rows(1, w, row, n);
    return 1;
}

/* A weighted sum, from the row where it is or of one product, as float32. */
TR_INLINE float weighted(const bool is_product, double sum, double weight, double from) {
    return (float)(is_product ? weight * from : sum);
}

TR_INLINE void finish_sums(const bool is_product, const weighing *w, size_t row, float bias,
                           size_t n) {
    const double weight = w->weights[row * w->to_step];
    const double *restrict from = w->from;
    double *restrict to = w->to + row * TR_BLOCK;
    for (size_t s = 0; s < n; s++)
        to[s] = (double)(weighted(is_product, to[s], weight, from[s]) + bias);
}

TR_INLINE void finish_relu(const bool is_product, const bool has_slope, const weighing *w,
                           size_t row, float bias, float *restrict slope, size_t n) {
    const double weight = w->weights[row * w->to_step];
    const double *restrict from = w->from;
    double *restrict to = w->to + row * TR_BLOCK;
    for (size_t s = 0; s < n; s++) {
        const float z = weighted(is_product, to[s], weight, from[s]) + bias;
        const float positive = z > 0 ? 0.5f : 0, not_negative = z >= 0 ? 0.5f : 0;
        if (has_slope)
            slope[s] = positive + not_negative;
        to[s] = (double)(0.5f * (z + fabsf(z))); /* as Theano had it: NaN stays NaN */
    }
}

TR_INLINE void finish_deltas(const bool is_product, const weighing *w, size_t row,
                             const float *restrict slope, size_t n) {
    const double weight = w->weights[row * w->to_step];
    const double *restrict from = w->from;
    double *restrict to = w->to + row * TR_BLOCK;
    for (size_t s = 0; s < n; s++)
        to[s] = (double)(weighted(is_product, to[s], weight, from[s]) * slope[s]);
}

TR_INLINE weighing forward(const tr_dense *dense, const double *restrict from,
                           double *restrict to) {
    return (weighing){.n_from = dense->n_inputs,
                      .n_to = dense->n_units,
                      .weights = dense->weights,
                      .from_step = dense->n_units,
                      .to_step = 1,
                      .from = from,
                      .to = to};
}

static void dense_sums(const tr_dense *dense, const double *from, double *to, size_t n) {
    const weighing w = forward(dense, from, to);
    for (size_t row = 0, count; row < w.n_to; row += count) {
        count = weigh_some(&w, row, n);
        for (size_t i = row; i < row + count; i++) {
            if (w.n_from == 1)
                finish_sums(true, &w, i, dense->bias[i], n);
            else
                finish_sums(false, &w, i, dense->bias[i], n);
        }
    }
}

static void dense_relu(const tr_dense *dense, const double *from, double *to, float *slopes,
                       size_t n) {
    const weighing w = forward(dense, from, to);
    for (size_t row = 0, count; row < w.n_to; row += count) {
        count = weigh_some(&w, row, n);
        for (size_t i = row; i < row + count; i++) {
            float *slope = slopes ? slopes + i * TR_BLOCK : NULL;
            if (w.n_from == 1 && slope)
                finish_relu(true, true, &w, i, dense->bias[i], slope, n);
            else if (w.n_from == 1)
                finish_relu(true, false, &w, i, dense->bias[i], NULL, n);
            else if (slope)
                finish_relu(false, true, &w, i, dense->bias[i], slope, n);
            else
                finish_relu(false, false, &w, i, dense->bias[i], NULL, n);
        }
    }
}

static void dense_deltas(const tr_dense *dense, const double *deltas, const float *slopes,
                         double *to, size_t n) {
    const weighing w = {.n_from = dense->n_units,
                        .n_to = dense->n_inputs,
                        .weights = dense->weights,
                        .from_step = 1,
                        .to_step = dense->n_units,
                        .from = deltas,
                        .to = to};
    for (size_t row = 0, count; row < w.n_to; row += count) {
        count = weigh_some(&w, row, n);
        for (size_t i = row; i < row + count; i++) {
            if (w.n_from == 1)
                finish_deltas(true, &w, i, slopes + i * TR_BLOCK, n);
            else
                finish_deltas(false, &w, i, slopes + i * TR_BLOCK, n);
        }
    }
}

/* The products of `n_a` rows with `n_b` rows, at most TILE; those of a row with all others are
 * `step` apart from the next one's. */
TR_INLINE void multiply_tile(const int n_a, const int n_b, const double *restrict a,
                             const double *restrict b, double *restrict products, size_t step,
                             size_t n) {
    tr_lanes sums[TILE];
    TR_UNROLL
    for (int i = 0; i < n_a * n_b; i++)
        tr_clear_lanes(&sums[i]);
    for (size_t s = 0; s < n; s += TR_LANES) {
        TR_UNROLL
        for (int i = 0; i < n_a; i++) {
            tr_lanes x;
            tr_load_lanes(&x, a + i * TR_BLOCK + s);
            TR_UNROLL
            for (int j = 0; j < n_b; j++) {
                tr_lanes y;
                tr_load_lanes(&y, b + j * TR_BLOCK + s);
                TR_UNROLL
                for (int v = 0; v < TR_VECTORS; v++)
                    sums[i * n_b + j].v[v] += x.v[v] * y.v[v];
            }
        }
    }
    TR_UNROLL
    for (int i = 0; i < n_a; i++) {
        TR_UNROLL
        for (int j = 0; j < n_b; j++)
            products[(size_t)i * step + (size_t)j] += tr_sum_lanes(&sums[i * n_b + j]);
    }
}

/* The products of `n_a` rows with all units' deltas. */
TR_INLINE void multiply_rows(const int n_a, const double *restrict inputs,
                             const double *restrict deltas, double *restrict gradient,
                             size_t n_units, size_t n) {
    const int n_b = TILE / n_a;
    size_t unit = 0;
    for (; unit + (size_t)n_b <= n_units; unit += (size_t)n_b)
        multiply_tile(n_a, n_b, inputs, deltas + unit * TR_BLOCK, gradient + unit, n_units, n);
    for (; unit < n_units; unit++)
        multiply_tile(n_a, 1, inputs, deltas + unit * TR_BLOCK, gradient + unit, n_units, n);
}

static void dense_gradient(const tr_dense *dense, const double *inputs, const double *deltas,
                           double *gradient, size_t n) {
    const size_t n_rows = dense->n_inputs + 1, n_units = dense->n_units;
    size_t k = 0;
    for (; n_units == 1 && k + TILE <= n_rows; k += TILE)
        multiply_rows(TILE, inputs + k * TR_BLOCK, deltas, gradient + k, 1, n);
    for (; k + 2 <= n_rows; k += 2)
        multiply_rows(2, inputs + k * TR_BLOCK, deltas, gradient + k * n_units, n_units, n);
    if (k < n_rows)
        multiply_rows(1, inputs + k * TR_BLOCK, deltas, gradient + k * n_units, n_units, n);
}

#endif
