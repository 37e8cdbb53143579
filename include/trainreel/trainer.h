/** @file
 * Training a net: Keras' fit(), number for number.
 */
#ifndef TRAINREEL_TRAINER_H
#define TRAINREEL_TRAINER_H

#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/random.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** How to train. */
typedef struct tr_fit_options {
    size_t batch_size; /**< samples per iteration, at least 1; the last batch of an epoch is shorter
                            when the samples do not divide evenly */
    uint64_t epochs;   /**< passes over the data */
    double learning_rate; /**< used as float32 */
} tr_fit_options;

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
 * Trains with stochastic gradient descent on the mean squared error, as Keras 0.3.2's fit(): one
 * index array that every epoch shuffles again in place, consecutive batches,
 * p = p - learning_rate * dL/dp with L = mean((prediction - y)^2) over the batch.
 *
 * Parameters and activations are float32; sums are accumulated in double precision in one fixed
 * order, so the result does not depend on the machine. The loop allocates nothing.
 *
 * @param[in,out] params tr_network_n_params() floats
 * @param[in,out] random what shuffles; left in the state that NumPy's would have
 * @param step may be NULL
 * @return TR_OK, TR_ERROR_ARGUMENT (shapes, batch size, learning rate), TR_ERROR_MEMORY,
 *         TR_ERROR_DIVERGED (a loss that is not finite; the text names iteration and learning
 *         rate), or what `step` returned.
 */
TR_API TR_MUST_CHECK tr_status tr_fit(const tr_network *network, float *params,
                                      const tr_dataset *dataset, const tr_fit_options *options,
                                      tr_random *random, tr_step_fn step, void *context,
                                      tr_diag *diag);

TR_END_DECLS

#endif
