/* Kernels of losses. Only for kernels_table.h. */
#ifndef TR_LEARN_LOSSES_H
#define TR_LEARN_LOSSES_H

#include "elementary.h"

#include <math.h>

/* What binary_crossentropy clips predictions to, as float32: Keras' 1e-7 from 0 and 1. */
#define CLIP_LOW ((double)1e-7f)
#define CLIP_HIGH ((double)(float)(1 - 1e-7))

/* A sample's term of the loss, and its derivative by the weighted sum times the scale. */
typedef struct term {
    double loss;
    double delta;
} term;

/* Prediction, target, derivative of the activation, and logarithm of the prediction if it is a
 * softmax's. All but the last are float32 numbers, and so are the steps to the delta. */
typedef struct term_input {
    double p;
    double t;
    double slope;
    double logarithm;
} term_input;

TR_INLINE term squared_error(term_input in, double scale) {
    const double difference = tr_rounded(in.p - in.t);
    return (term){.loss = difference * difference,
                  .delta = tr_rounded(tr_rounded(scale * difference) * in.slope)};
}

/* The derivative of |p - t| is 0 where both are equal, as in Theano. */
TR_INLINE term absolute_error(term_input in, double scale) {
    const double not_above = in.p < in.t ? -scale : 0;
    return (term){.loss = fabs(tr_rounded(in.p - in.t)),
                  .delta = tr_rounded((in.p > in.t ? scale : not_above) * in.slope)};
}

/* With p the sigmoid of z, p' = p (1 - p) is what the loss's (p - t) / (p (1 - p)) is divided by. A
 * prediction that is clipped changes nothing. */
TR_INLINE term binary_crossentropy(term_input in, double scale) {
    const double not_low = in.p < CLIP_LOW ? CLIP_LOW : in.p;
    const double p = not_low > CLIP_HIGH ? CLIP_HIGH : not_low;
    const double delta = tr_rounded(scale * tr_rounded(in.p - in.t));
    return (term){.loss = -(in.t * tr_log(p)) - (1 - in.t) * tr_log(1 - p),
                  .delta = in.p == p ? delta : 0};
}

/* The delta is this where the targets add up to 1. */
TR_INLINE term categorical_crossentropy(term_input in, double scale) {
    return (term){.loss = -(in.t * in.logarithm),
                  .delta = tr_rounded(scale * tr_rounded(in.p - in.t))};
}

/* The sum of a row, in TR_LANES partial sums. */
TR_INLINE double sum_row(const double *row, size_t n) {
    tr_lanes sums;
    tr_clear_lanes(&sums);
    for (size_t s = 0; s < n; s += TR_LANES) {
        tr_lanes x;
        tr_load_lanes(&x, row + s);
        TR_UNROLL
        for (int i = 0; i < TR_VECTORS; i++)
            sums.v[i] += x.v[i];
    }
    return tr_sum_lanes(&sums);
}

/* Of one output, with its deltas or without. What is beyond the samples counts nothing. */
TR_INLINE double sum_terms(term (*function)(term_input, double), const bool has_deltas,
                           const tr_loss_rows *rows, size_t output, double scale, size_t n_samples,
                           size_t n) {
    const double *restrict p = rows->outputs + output * TR_BLOCK;
    const double *restrict t = rows->targets + output * TR_BLOCK;
    const float *restrict slopes = has_deltas ? rows->slopes + output * TR_BLOCK : NULL;
    double *restrict deltas = rows->deltas + output * TR_BLOCK;
    double *restrict losses = rows->terms;
    for (size_t s = 0; s < n; s++) {
        const term_input in = {.p = p[s],
                               .t = t[s],
                               .slope = has_deltas ? (double)slopes[s] : 0,
                               .logarithm = deltas[s]};
        const term out = function(in, scale);
        losses[s] = out.loss;
        if (has_deltas)
            deltas[s] = out.delta;
    }
    for (size_t s = n_samples; s < n; s++) {
        losses[s] = 0;
        if (has_deltas)
            deltas[s] = 0;
    }
    return sum_row(losses, n);
}

TR_INLINE double sum_outputs(tr_loss loss, const bool has_deltas, const tr_loss_rows *rows,
                             float scale, size_t n_samples, size_t n) {
    const double factor = (double)scale;
    double total = 0;
    for (size_t i = 0; i < rows->n_outputs; i++) {
        switch (loss) {
        case TR_LOSS_MEAN_SQUARED_ERROR:
            total += sum_terms(squared_error, has_deltas, rows, i, factor, n_samples, n);
            break;
        case TR_LOSS_MEAN_ABSOLUTE_ERROR:
            total += sum_terms(absolute_error, has_deltas, rows, i, factor, n_samples, n);
            break;
        case TR_LOSS_BINARY_CROSSENTROPY:
            total += sum_terms(binary_crossentropy, has_deltas, rows, i, factor, n_samples, n);
            break;
        case TR_LOSS_CATEGORICAL_CROSSENTROPY:
            total += sum_terms(categorical_crossentropy, has_deltas, rows, i, factor, n_samples, n);
            break;
        }
    }
    return total;
}

static double sum_loss(tr_loss loss, const tr_loss_rows *rows, float scale, size_t n_samples,
                       size_t n) {
    return rows->slopes ? sum_outputs(loss, true, rows, scale, n_samples, n)
                        : sum_outputs(loss, false, rows, scale, n_samples, n);
}

/* In single precision: a product or a difference of two float32 numbers that is made in double precision
 * and then rounded is the one that is rounded at once (Figueroa, "When is double rounding innocuous?",
 * SIGNUM Newsletter 30 (3), 1995). */
static double sum_relu_errors(float weight, float bias, const float *restrict x,
                              const float *restrict targets, size_t n_samples) {
    double squares[TR_BLOCK] __attribute__((aligned(32)));
    size_t n = n_samples;
    for (size_t s = 0; s < n_samples; s++) {
        const float product = weight * x[s];
        const float z = product + bias;
        const float difference = 0.5f * (z + fabsf(z)) - targets[s];
        squares[s] = (double)difference * (double)difference;
    }
    for (; n % TR_LANES; n++)
        squares[n] = 0;
    return sum_row(squares, n);
}

/* What a sample adds to the loss and to both parts of the gradient. */
TR_INLINE void learn_relu_sample(const tr_relu_unit *unit, float x, float target, double *square,
                                 double *slope, double *delta) {
    const float product = unit->weight * x;
    const float z = product + unit->bias;
    const float positive = z > 0 ? 0.5f : 0, not_negative = z >= 0 ? 0.5f : 0;
    const float difference = 0.5f * (z + fabsf(z)) - target;
    const float scaled = unit->scale * difference;
    const float descent = scaled * (positive + not_negative);
    *square = (double)difference * (double)difference;
    *slope = (double)x * (double)descent;
    *delta = (double)descent;
}

static double learn_relu_unit(const tr_relu_unit *unit, const uint32_t *order, size_t n_samples,
                              double gradient[2]) {
    float x[TR_BLOCK], targets[TR_BLOCK];
    double squares[TR_BLOCK], slopes[TR_BLOCK], deltas[TR_BLOCK]; /* slopes by the weight */
    size_t n = n_samples;
    if (n_samples == 1) { /* the same numbers, without the lanes that stay empty */
        learn_relu_sample(unit, (float)unit->x[*order], (float)unit->targets[*order], squares,
                          slopes, deltas);
        gradient[0] += *slopes;
        gradient[1] += *deltas;
        return *squares;
    }
    for (size_t s = 0; s < n_samples; s++) {
        x[s] = (float)unit->x[order[s]];
        targets[s] = (float)unit->targets[order[s]];
    }
    for (size_t s = 0; s < n_samples; s++)
        learn_relu_sample(unit, x[s], targets[s], &squares[s], &slopes[s], &deltas[s]);
    for (; n % TR_LANES; n++)
        squares[n] = slopes[n] = deltas[n] = 0;
    gradient[0] += sum_row(slopes, n);
    gradient[1] += sum_row(deltas, n);
    return sum_row(squares, n);
}

#endif
