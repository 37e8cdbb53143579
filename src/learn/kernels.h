/* The inner loops of training, compiled once for each instruction set, with the same results.
 *
 * Values are kept unit by unit: a layer's are rows of TR_BLOCK samples, so every inner loop runs
 * over samples, whatever the shape of the layer. Inputs, activations and deltas (derivatives of the
 * loss by a unit's weighted sum) are float32 numbers held in doubles, because sums are in double
 * precision and converting again and again costs more than the memory. `n` is a number of samples,
 * a multiple of TR_LANES and at most TR_BLOCK. */
#ifndef TR_LEARN_KERNELS_H
#define TR_LEARN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/network.h>

enum {
    /* Partial sums of a reduction over samples, which are then added pairwise, and samples in a
     * block; sums over more samples are added block by block. Both are part of the numbers'
     * definition. The rows of a small net's block stay in the first cache or two. */
    TR_LANES = 8,
    TR_BLOCK = 128,
    /* words in the state of MT19937 */
    TR_TWISTER_WORDS = 624
};

/* A layer of units, its weights [n_inputs, n_units] as doubles. */
typedef struct tr_dense {
    size_t n_inputs;
    size_t n_units;
    const double *weights;
    const float *bias;
} tr_dense;

/* The last layer's outputs and their derivatives, NULL where no deltas are wanted; the targets, the rows
 * for the deltas, in which softmax has left logarithms, and room for one row. */
typedef struct tr_loss_rows {
    size_t n_outputs;
    const double *outputs;
    const float *slopes;
    const double *targets;
    double *deltas;
    double *terms;
} tr_loss_rows;

/* A relu unit with one input, the columns of its data as float32 numbers, and the scale of its
 * deltas. */
typedef struct tr_relu_unit {
    float weight;
    float bias;
    float scale;
    const double *x;
    const double *targets;
} tr_relu_unit;

/* What an optimizer's formula is made of; see tr_optimizer. */
typedef struct tr_update {
    size_t n_params;
    float rate;
    float momentum;
    bool nesterov;
    float beta_1;
    float beta_2;
    float keep; /* of the accumulated square, and the share of the new one that is added */
    float add;
    float epsilon;
    float *first;  /* velocities, mean gradients or accumulated squares */
    float *second; /* mean squared gradients */
} tr_update;

typedef struct tr_kernels {
    /* to[unit][s] = (the sum over k of weights[k][unit] * from[k][s], in the order of k, as
     * float32) + bias[unit]. */
    void (*dense_sums)(const tr_dense *dense, const double *from, double *to, size_t n);

    /* The same with max(…, 0) of it; slopes, if they are not NULL, receive the derivative, which is
     * 0.5 at 0. */
    void (*dense_relu)(const tr_dense *dense, const double *from, double *to, float *slopes,
                       size_t n);

    /* The deltas of the layer before: to[k][s] = (the sum over units of weights[k][unit] *
     * deltas[unit][s], in order, as float32) * slopes[k][s]. */
    void (*dense_deltas)(const tr_dense *dense, const double *deltas, const float *slopes,
                         double *to, size_t n);

    /* gradient[k * n_units + unit] += the sum over s of inputs[k][s] * deltas[unit][s], in TR_LANES
     * partial sums. One more row of inputs, which is all ones, belongs to the bias. */
    void (*dense_gradient)(const tr_dense *dense, const double *inputs, const double *deltas,
                           double *gradient, size_t n);

    /* Puts activations in the place of the float32 weighted sums in `rows`, and the derivatives
     * into `slopes`; does nothing for softmax. */
    void (*activate)(const tr_layer_view *layer, double *rows, float *slopes, size_t n);

    /* The same for softmax, with the logarithms of the activations instead. */
    void (*softmax)(size_t n_units, double *rows, double *logarithms, size_t n);

    /* The sum of the loss over the first `n_samples` of `n`. Fills in the deltas, if they are wanted,
     * times `scale`, with 0 beyond `n_samples`. */
    double (*sum_loss)(tr_loss loss, const tr_loss_rows *rows, float scale, size_t n_samples,
                       size_t n);

    /* The sum of the squared errors of relu(weight * x + bias) over `n_samples`, any number up to
     * TR_BLOCK: what dense_relu and sum_loss make of it, without rows between them. */
    double (*sum_relu_errors)(float weight, float bias, const float *x, const float *targets,
                              size_t n_samples);

    /* What dense_relu, sum_loss and dense_gradient make of that unit for the samples that `order`
     * lists, at most TR_BLOCK: returns the sum of the loss, and adds to the gradient. */
    double (*learn_relu_unit)(const tr_relu_unit *unit, const uint32_t *order, size_t n_samples,
                              double gradient[2]);

    /* Parameters as doubles; a gradient as float32, which starts from 0 again. */
    void (*widen)(double *wide, const float *values, size_t n_params);
    void (*take)(float *values, double *wide, size_t n_params);

    void (*descend)(const tr_update *update, float *params, const float *gradient);
    void (*descend_with_momentum)(const tr_update *update, float *params, const float *gradient);
    void (*descend_adam)(const tr_update *update, float *params, const float *gradient);
    void (*descend_scaled)(const tr_update *update, float *params, const float *gradient);

    /* MT19937: the next TR_TWISTER_WORDS words of the state, and the output for `count` of them. */
    void (*twist)(uint32_t *key);
    void (*temper)(uint32_t *words, const uint32_t *key, int count);
} tr_kernels;

/* The fastest that this processor has. */
const tr_kernels *tr_kernels_get(void);

extern const tr_kernels tr_kernels_generic;
#ifdef TR_HAS_AVX2
extern const tr_kernels tr_kernels_avx2;
#endif

#endif
