/** @file
 * Training a net: Keras' fit(), number for number.
 *
 * Threads: any number of trainings may run at once, each with parameters and a generator of its own.
 */
#ifndef TRAINREEL_TRAINER_H
#define TRAINREEL_TRAINER_H

#include <stdbool.h>
#include <trainreel/cancel.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/random.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** How parameters p follow the gradient g; t counts updates from 1. The formulas are those of Keras
 * 0.3.2. With decay, learning_rate stands for learning_rate / (1 + decay (t - 1)). */
typedef enum tr_optimizer {
    /** v = momentum v - learning_rate g; p += v, or with Nesterov p += momentum v - learning_rate g
     * (Sutskever et al., "On the importance of initialization and momentum in deep learning",
     * 2013) */
    TR_OPTIMIZER_SGD,
    /** m = beta_1 m + (1 - beta_1) g; v = beta_2 v + (1 - beta_2) g^2; p -= learning_rate
     * sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon) (Kingma and Ba, 2015) */
    TR_OPTIMIZER_ADAM,
    /** a = rho a + (1 - rho) g^2; p -= learning_rate g / sqrt(a + epsilon) (Tieleman and Hinton,
     * 2012) */
    TR_OPTIMIZER_RMSPROP,
    /** a += g^2; p -= learning_rate g / sqrt(a + epsilon) (Duchi et al., 2011) */
    TR_OPTIMIZER_ADAGRAD
} tr_optimizer;

/** How to train. All zeros but the first two and the learning rate is plain gradient descent on the
 * mean squared error. */
typedef struct tr_fit_options {
    size_t batch_size; /**< samples per iteration, at least 1; the last batch of an epoch is shorter
                            when the samples do not divide evenly */
    uint64_t epochs;   /**< passes over the data */
    double learning_rate;    /**< used as float32, like all that follow */
    tr_loss loss;            /**< what is minimised */
    tr_optimizer optimizer;  /**< how parameters follow the gradient */
    double momentum;         /**< of SGD, 0 to 1 */
    bool nesterov;           /**< of SGD */
    double decay;            /**< from 0; of SGD only, as in Keras 0.3.2 */
    double beta_1;           /**< of Adam, from 0 to below 1 */
    double beta_2;           /**< of Adam, from 0 to below 1 */
    double rho;              /**< of RMSprop, 0 to 1 */
    double epsilon;          /**< of Adam, RMSprop and Adagrad, above 0 */
    const tr_cancel *cancel; /**< asked before every iteration; may be NULL */
} tr_fit_options;

/** Keras 0.3.2's defaults for an optimizer: batch size 128, learning rate 0.01 for SGD and Adagrad
 * and 0.001 for Adam and RMSprop, momentum 0, betas 0.9 and 0.999, rho 0.9, epsilon 1e-8 for Adam
 * and 1e-6 for the others; the loss is the mean squared error and there are 100 epochs. */
TR_API tr_fit_options tr_fit_options_default(tr_optimizer optimizer);

/**
 * Called with the initial state (iteration 0) and after every iteration, on the thread that trains.
 *
 * @param snapshot borrowed for the call
 * @return TR_OK to go on, TR_END to stop training here without an error, or an error, which is then
 *         what training returns.
 */
typedef tr_status (*tr_step_fn)(const tr_snapshot *snapshot, void *context);

/** How many iterations these options make: ceil(n_samples / batch_size) for every epoch. */
TR_API uint64_t tr_fit_iterations(const tr_fit_options *options, size_t n_samples);

/**
 * Trains as Keras 0.3.2's fit(): one index array that every epoch shuffles again in place,
 * consecutive batches, an update of the optimizer for each.
 *
 * Parameters and activations are float32; sums are accumulated in double precision in one fixed
 * order, so the result does not depend on the machine. The loop allocates nothing.
 *
 * @param[in,out] params tr_network_n_params() floats
 * @param[in,out] random what shuffles; left in the state that NumPy's would have
 * @param step may be NULL
 * @return TR_OK, TR_ERROR_ARGUMENT (shapes, settings, a loss that does not fit the last layer or
 *         the targets), TR_ERROR_MEMORY, TR_ERROR_DIVERGED (a loss that is not finite; the text
 *         names iteration and learning rate), TR_ERROR_CANCELLED (by the options' `cancel`), or what
 *         `step` returned.
 */
TR_API TR_MUST_CHECK tr_status tr_fit(const tr_network *network, float *params,
                                      const tr_dataset *dataset, const tr_fit_options *options,
                                      tr_random *random, tr_step_fn step, void *context,
                                      tr_diag *diag);

/** What backpropagation and central differences say about the derivative of the loss by one
 * parameter p; see tr_check_gradient(). */
typedef struct tr_gradient_check {
    double backpropagated;     /**< as training computes it: float32 */
    double central_difference; /**< (loss(p + h) - loss(p - h)) / 2 h, in double precision */
    double
        relative_error; /**< the difference of both, divided by the size of what they are made of */
    bool at_kink;       /**< there is no derivative to compare with: see there */
} tr_gradient_check;

/** A relative error that float32 explains; a wrong formula is off by much more. */
#define TR_GRADIENT_TOLERANCE 1e-5

/**
 * Compares the gradient of the loss on all data, as training computes it, with central differences
 * in double precision, which are computed by code of their own.
 *
 * What errors are relative to: where predictions come close to targets, float32 cannot tell their
 * difference well, and the gradient, which is made of such differences, is off by as much. So the
 * error is divided by what the gradient would be if they added up: for the mean squared error, the
 * mean of 2 (|prediction| + |target|) |d prediction / dp|.
 *
 * `at_kink` is set where between p - h and p + h, or within float32's precision of there, an
 * activation or the loss has a kink (relu, leaky_relu and elu at 0, the mean absolute error at 0,
 * the clipping of binary_crossentropy); those errors mean nothing.
 *
 * @param params tr_network_n_params() floats
 * @param cancel looked at before every parameter; may be NULL
 * @param[out] checks tr_network_n_params() of them, owned by the caller
 * @return TR_OK, TR_ERROR_ARGUMENT (shapes, a loss that does not fit the net or the data, a net so
 *         large that it would take hours: the square of its parameters times the samples is above
 *         1e12), TR_ERROR_MEMORY, TR_ERROR_CANCELLED. Whether the errors are small is for the caller
 *         to see.
 */
TR_API TR_MUST_CHECK tr_status tr_check_gradient(const tr_network *network, const float *params,
                                                 const tr_dataset *dataset, tr_loss loss,
                                                 const tr_cancel *cancel, tr_gradient_check *checks,
                                                 tr_diag *diag);

TR_END_DECLS

#endif
