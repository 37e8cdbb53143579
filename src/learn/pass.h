/* Forward and backward passes of a net over blocks of samples, as in kernels.h. */
#ifndef TR_LEARN_PASS_H
#define TR_LEARN_PASS_H

#include "kernels.h"

#include <stdbool.h>
#include <trainreel/network.h>

/* TR_ERROR_ARGUMENT unless the samples have as many inputs and outputs as the net. */
tr_status tr_check_shapes(const tr_network *network, const tr_dataset *dataset, tr_diag *diag);

/* Whether the net is a single relu unit with one input, for which there are kernels of its own. */
bool tr_network_is_relu_unit(const tr_network *network);

/* Row-major [n_samples, n_columns] becomes columns of float32 numbers, [n_columns][n_samples]. */
void tr_columns_from_rows(double *columns, const double *rows, size_t n_samples, size_t n_columns);

typedef struct tr_pass tr_pass;

/* With `trains`, also what backward needs. */
tr_status tr_pass_create(tr_pass **pass, const tr_network *network, bool trains, tr_diag *diag);
void tr_pass_destroy(tr_pass **pass);

/* The parameters of what follows, borrowed until the next call. */
void tr_pass_set_params(tr_pass *pass, const float *params);

/* Rows of the block, for the caller to fill with that input or target of each of up to TR_BLOCK
 * samples. */
double *tr_pass_input(tr_pass *pass, size_t input);
double *tr_pass_target(tr_pass *pass, size_t output);

void tr_pass_forward(tr_pass *pass, size_t n_samples);
const double *tr_pass_output(const tr_pass *pass, size_t output);

/* The same for inputs that are rows of TR_BLOCK somewhere else, and whose last sample is repeated up to
 * a multiple of TR_LANES. Only the loss without deltas comes after it. */
void tr_pass_evaluate(tr_pass *pass, const double *inputs, size_t n_samples);

/* The sum of the loss over the samples of the block, which is part of a batch of `batch_size`.
 * After forward. */
double tr_pass_loss(tr_pass *pass, tr_loss loss, size_t n_samples, size_t batch_size);

/* The same without what backward needs, for targets like the inputs of evaluate. */
double tr_pass_loss_alone(tr_pass *pass, tr_loss loss, const double *targets, size_t n_samples);

/* The number of samples up to the next multiple of TR_LANES. */
static inline size_t tr_pass_padded(size_t n_samples) {
    return (n_samples + TR_LANES - 1) / TR_LANES * TR_LANES;
}

/* Adds the block's share of the gradient of the batch's mean loss. After loss. */
void tr_pass_backward(tr_pass *pass, size_t n_samples);

/* The gradient that has been added up, laid out as the parameters; it starts from 0 again. */
void tr_pass_take_gradient(tr_pass *pass, float *gradient);

#endif
