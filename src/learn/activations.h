/* Kernels of activations. Only for kernels_table.h. */
#ifndef TR_LEARN_ACTIVATIONS_H
#define TR_LEARN_ACTIVATIONS_H

#include "elementary.h"

/* Above 0 the identity, below `below`; NaN stays NaN and is noticed. */
TR_INLINE double bent(double z, double below) {
    return z > 0 ? z : below;
}

/* Its derivative, which is `below` below 0. */
TR_INLINE float slope_of_bent(double z, double below, float at_zero) {
    const float not_above = z < 0 ? (float)below : at_zero;
    return z > 0 ? 1 : not_above;
}

TR_INLINE void relu(double *restrict row, float *restrict slope, size_t n) {
    for (size_t s = 0; s < n; s++) {
        const double z = row[s];
        row[s] = z < 0 ? 0 : z;
        slope[s] = slope_of_bent(z, 0, 0.5f);
    }
}

TR_INLINE void leaky_relu(float alpha, double *restrict row, float *restrict slope, size_t n) {
    for (size_t s = 0; s < n; s++) {
        const double z = row[s];
        row[s] = bent(z, tr_rounded((double)alpha * z));
        slope[s] = slope_of_bent(z, (double)alpha, 0.5f * (1 + alpha));
    }
}

TR_INLINE void elu(float alpha, double *restrict row, float *restrict slope, size_t n) {
    for (size_t s = 0; s < n; s++) {
        const double z = row[s];
        const double expm1 = tr_expm1(z > 0 ? 0 : z);
        row[s] = bent(z, tr_rounded((double)alpha * expm1));
        slope[s] = slope_of_bent(z, (double)alpha * (expm1 + 1), 0.5f * (1 + alpha));
    }
}

TR_INLINE void smooth(tr_value_slope (*function)(double), double *restrict row,
                      float *restrict slope, size_t n) {
    for (size_t s = 0; s < n; s++) {
        const tr_value_slope result = function(row[s]);
        row[s] = tr_rounded(result.value);
        slope[s] = (float)result.slope;
    }
}

static void activate(const tr_layer_view *layer, double *rows, float *slopes, size_t n) {
    const float alpha = (float)layer->alpha;
    for (size_t unit = 0; unit < layer->n_units; unit++) {
        double *restrict row = rows + unit * TR_BLOCK;
        float *restrict slope = slopes + unit * TR_BLOCK;
        switch (layer->activation) {
        case TR_ACTIVATION_LINEAR:
            for (size_t s = 0; s < n; s++)
                slope[s] = 1;
            break;
        case TR_ACTIVATION_RELU:
            relu(row, slope, n);
            break;
        case TR_ACTIVATION_TANH:
            smooth(tr_tanh, row, slope, n);
            break;
        case TR_ACTIVATION_SIGMOID:
            smooth(tr_sigmoid, row, slope, n);
            break;
        case TR_ACTIVATION_LEAKY_RELU:
            leaky_relu(alpha, row, slope, n);
            break;
        case TR_ACTIVATION_ELU:
            elu(alpha, row, slope, n);
            break;
        case TR_ACTIVATION_SOFTPLUS:
            smooth(tr_softplus, row, slope, n);
            break;
        case TR_ACTIVATION_SOFTMAX:
            break;
        }
    }
}

/* exp(z) / sum of exp(z), with the largest z taken off all of them, so that none overflows. The
 * logarithm z - log(sum of exp(z)) is finite where the activation itself is 0. */
static void softmax(size_t n_units, double *rows, double *logarithms, size_t n) {
    double largest[TR_BLOCK];
    double sums[TR_BLOCK];
    for (size_t s = 0; s < n; s++) {
        largest[s] = rows[s];
        sums[s] = 0;
    }
    for (size_t unit = 1; unit < n_units; unit++)
        for (size_t s = 0; s < n; s++) {
            const double z = rows[unit * TR_BLOCK + s];
            largest[s] = z > largest[s] ? z : largest[s];
        }
    for (size_t unit = 0; unit < n_units; unit++)
        for (size_t s = 0; s < n; s++)
            sums[s] += tr_exp(rows[unit * TR_BLOCK + s] - largest[s]);
    for (size_t s = 0; s < n; s++)
        largest[s] += tr_log(sums[s]);
    for (size_t unit = 0; unit < n_units; unit++) {
        double *restrict row = rows + unit * TR_BLOCK;
        double *restrict logarithm = logarithms + unit * TR_BLOCK;
        for (size_t s = 0; s < n; s++) {
            logarithm[s] = row[s] - largest[s];
            row[s] = tr_rounded(tr_exp(logarithm[s]));
        }
    }
}

#endif
