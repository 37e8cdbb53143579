/** @file
 * Checking gradients against central differences.
 */
#ifndef TRAINREEL_GRADIENT_H
#define TRAINREEL_GRADIENT_H

#include <stdbool.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** The gradient of the loss by one parameter, twice. */
typedef struct tr_gradient_check {
    double backpropagated; /**< in float32, as training has it */
    /** (L(p + h) - L(p - h)) / 2h, evaluated in double precision with h = 1e-5 max(1, |p|) */
    double difference;
    /** |backpropagated - difference|, relative to the larger of both or, where that is more, to a
     * thousandth of the largest derivative by any parameter */
    double relative_error;
    /** a unit, or a difference from a target, changes its sign between p - h and p + h: where the loss
     * has a kink the two need not agree */
    bool at_kink;
} tr_gradient_check;

/**
 * Compares the gradient that backpropagation gives for the mean loss on the whole dataset with central
 * differences.
 *
 * @param params tr_network_n_params() floats
 * @param[out] checks one for each parameter, owned by the caller
 * @return TR_OK, TR_ERROR_ARGUMENT (shapes, a loss that does not fit the last layer or the targets),
 *         TR_ERROR_MEMORY. Safe from any number of threads.
 */
TR_API TR_MUST_CHECK tr_status tr_gradient_check_all(const tr_network *network,
                                                     const tr_dataset *dataset, tr_loss loss,
                                                     const float *params, tr_gradient_check *checks,
                                                     tr_diag *diag);

TR_END_DECLS

#endif
