/** @file
 * A net of dense layers, its parameters as one flat vector, and evaluating it.
 *
 * Threads: a net never changes, so any number of threads may use one; an evaluator and a generator
 * belong to one thread at a time.
 */
#ifndef TRAINREEL_NETWORK_H
#define TRAINREEL_NETWORK_H

#include <stddef.h>
#include <trainreel/dataset.h>
#include <trainreel/random.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** What a unit does with its weighted sum z. `alpha` is the layer's. Where there is a kink, at 0,
 * the derivative is the mean of those on both sides, as Theano had it. */
typedef enum tr_activation {
    TR_ACTIVATION_LINEAR,     /**< z */
    TR_ACTIVATION_RELU,       /**< max(z, 0); the derivative at 0 is 0.5 */
    TR_ACTIVATION_TANH,       /**< tanh(z) */
    TR_ACTIVATION_SIGMOID,    /**< 1 / (1 + exp(-z)) */
    TR_ACTIVATION_LEAKY_RELU, /**< z above 0, alpha z below; Keras' alpha is 0.3 */
    TR_ACTIVATION_ELU,        /**< z above 0, alpha (exp(z) - 1) below; Keras' alpha is 1 */
    TR_ACTIVATION_SOFTPLUS,   /**< log(1 + exp(z)) */
    TR_ACTIVATION_SOFTMAX     /**< exp(z) / sum of exp(z) over the layer's units; only for the last
                                   layer, with TR_LOSS_CATEGORICAL_CROSSENTROPY */
} tr_activation;

/** How initial weights are drawn, in double precision and then rounded to float32. `scale` is the
 * layer's; n_inputs is the fan-in and n_units the fan-out. */
typedef enum tr_init {
    TR_INIT_GLOROT_UNIFORM, /**< uniform within +-sqrt(6 / (n_inputs + n_units)) (Glorot and Bengio,
                                 "Understanding the difficulty of training deep feedforward neural
                                 networks", 2010); Keras' default */
    TR_INIT_NORMAL,        /**< normal with mean 0 and standard deviation `scale`; Keras' is 0.05 */
    TR_INIT_UNIFORM,       /**< uniform within +-`scale`; Keras' is 0.05 */
    TR_INIT_GLOROT_NORMAL, /**< normal with standard deviation sqrt(2 / (n_inputs + n_units)) */
    TR_INIT_HE_NORMAL,  /**< normal with standard deviation sqrt(2 / n_inputs) (He et al., "Delving
                                 deep into rectifiers", 2015) */
    TR_INIT_HE_UNIFORM, /**< uniform within +-sqrt(6 / n_inputs) */
    TR_INIT_ZEROS,      /**< 0, drawing nothing */
    TR_INIT_CONSTANT    /**< `scale`, drawing nothing */
} tr_init;

/** What training minimises: the mean of it over the batch. `t` is the target and `p` the
 * prediction; the first three are also means over the outputs. The derivative of |p - t| is 0 where
 * both are equal, as in Theano. */
typedef enum tr_loss {
    TR_LOSS_MEAN_SQUARED_ERROR,      /**< (p - t)^2 */
    TR_LOSS_MEAN_ABSOLUTE_ERROR,     /**< |p - t| */
    TR_LOSS_BINARY_CROSSENTROPY,     /**< -t log p - (1 - t) log(1 - p), p clipped to 1e-7 from 0
                                          and 1, beyond which the gradient is 0; the targets are
                                          from 0 to 1, and the predictions a sigmoid's */
    TR_LOSS_CATEGORICAL_CROSSENTROPY /**< minus the sum over outputs of t log p; the targets of a
                                          sample are from 0 to 1 and add up to 1, and the last layer
                                          is TR_ACTIVATION_SOFTMAX, with which the gradient is
                                          p - t */
} tr_loss;

/** A dense layer: output = activation(input * weights + bias). */
typedef struct tr_layer {
    size_t n_units;           /**< at least 1 */
    tr_activation activation; /**< of all its units */
    tr_init init;             /**< how its weights are drawn; biases are 0 */
    double alpha;             /**< of leaky_relu and elu: up to 100, 0 for Keras' */
    double scale; /**< of the initialisers normal and uniform: up to 1e6, 0 for Keras'; and of
                       constant: -1e6 to 1e6 */
} tr_layer;

/** Where a layer's parameters stand in the flat vector. */
typedef struct tr_layer_view {
    size_t n_inputs;          /**< values that each unit sees */
    size_t n_units;           /**< values that come out */
    tr_activation activation; /**< as in tr_layer, like the next */
    tr_init init;             /**< how its weights are drawn */
    double alpha;             /**< never 0 where the activation has one */
    double scale;             /**< never 0 for normal and uniform */
    size_t weights;           /**< offset of the weights, row-major [n_inputs, n_units] */
    size_t bias;              /**< offset of the bias, [n_units] */
} tr_layer_view;

/** The shape of a net. It never changes, so any number of threads may use one. */
typedef struct tr_network tr_network;

/**
 * Creates a net of `n_layers` dense layers, the first of which sees `n_inputs` values.
 *
 * @param layers copied
 * @param[out] network owned by the caller; free it with tr_network_destroy().
 * @return TR_OK, TR_ERROR_ARGUMENT (no layer, no unit, no input, more than 2^31 parameters, a
 *         number out of its range, softmax before the last layer) or TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_network_create(tr_network **network, size_t n_inputs,
                                                 const tr_layer *layers, size_t n_layers,
                                                 tr_diag *diag);

/** Frees the net and sets the pointer to NULL. NULL is fine. */
TR_API void tr_network_destroy(tr_network **network);

/** Number of values that a sample has going in. */
TR_API size_t tr_network_n_inputs(const tr_network *network);
/** Number of values that come out for a sample: units of the last layer. */
TR_API size_t tr_network_n_outputs(const tr_network *network);
/** Number of layers, at least 1. */
TR_API size_t tr_network_n_layers(const tr_network *network);

/** Length of the flat parameter vector: for each layer in order its weights, then its bias. */
TR_API size_t tr_network_n_params(const tr_network *network);

/** Layer `index`, counted from 0 and below tr_network_n_layers(); borrowed from the net. */
TR_API const tr_layer_view *tr_network_layer(const tr_network *network, size_t index);

/**
 * Writes the name of parameter `index` (below tr_network_n_params()) as a C string of at most
 * `size` bytes: "w" and "b" for a single neuron with one input, otherwise "dense1.w.0.2" (layer
 * from 1, then input and unit from 0) and "dense1.b.2".
 */
TR_API void tr_network_param_name(const tr_network *network, size_t index, char *name, size_t size);

/**
 * Draws initial parameters: layer by layer the weights in row-major order, while biases are 0 and
 * draw nothing, as Keras 0.3.2 does.
 *
 * @param[out] params tr_network_n_params() floats, owned by the caller
 */
TR_API void tr_network_init_params(const tr_network *network, tr_random *random, float *params);

/** A net evaluated on one dataset; it belongs to one thread at a time. */
typedef struct tr_evaluator tr_evaluator;

/**
 * Prepares evaluating `network` on the samples of `dataset`, which it copies as float32.
 *
 * @param network borrowed until the evaluator is destroyed
 * @param[out] evaluator owned by the caller; free it with tr_evaluator_destroy().
 * @return TR_OK, TR_ERROR_ARGUMENT (the shapes do not fit) or TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_evaluator_create(tr_evaluator **evaluator,
                                                   const tr_network *network,
                                                   const tr_dataset *dataset, tr_diag *diag);

/** Frees the evaluator and sets the pointer to NULL. NULL is fine. */
TR_API void tr_evaluator_destroy(tr_evaluator **evaluator);

/**
 * The net's output for every sample.
 *
 * @param params tr_network_n_params() floats
 * @param[out] y row-major [n_samples, n_outputs], owned by the caller
 */
TR_API void tr_evaluator_predict(tr_evaluator *evaluator, const float *params, float *y);

/** The loss on the whole dataset; NaN for one that does not go with the last layer. */
TR_API float tr_evaluator_loss(tr_evaluator *evaluator, tr_loss loss, const float *params);

TR_END_DECLS

#endif
