/* Forward and backward passes of a net over a block of samples.
 *
 * Values are kept unit by unit: a layer's activations are [n_units][stride], so every inner loop
 * runs over samples, whatever the shape of the layer, and the compiler can vectorise it without
 * changing the order of any sum. */
#ifndef TR_LEARN_PASS_H
#define TR_LEARN_PASS_H

#include <trainreel/network.h>

/* TR_ERROR_ARGUMENT unless the samples have as many inputs and outputs as the net. */
tr_status tr_check_shapes(const tr_network *network, const tr_dataset *dataset, tr_diag *diag);

/* Row-major [n_samples, n_columns] doubles become float32 columns, [n_columns][n_samples]. */
void tr_columns_from_rows(float *columns, const double *rows, size_t n_samples, size_t n_columns);

typedef struct tr_pass tr_pass;

/* For blocks of up to `capacity` samples. With `trains`, also what backward needs. */
tr_status tr_pass_create(tr_pass **pass, const tr_network *network, size_t capacity, bool trains,
                         tr_diag *diag);
void tr_pass_destroy(tr_pass **pass);

/* Row `input` of the block, for the caller to fill with that input of each sample. */
float *tr_pass_input(tr_pass *pass, size_t input);
/* Row `output` of the block's targets; only with `trains` or for tr_pass_squared_error. */
float *tr_pass_target(tr_pass *pass, size_t output);

void tr_pass_forward(tr_pass *pass, const float *params, size_t n_samples);
const float *tr_pass_output(const tr_pass *pass, size_t output);

/* Sum over samples and outputs of (output - target)^2; keeps the differences for backward. */
double tr_pass_squared_error(tr_pass *pass, size_t n_samples);

/* Gradient of the mean squared error, laid out as the parameters. After forward and squared_error
 * with the same parameters and samples. */
void tr_pass_backward(tr_pass *pass, const float *params, size_t n_samples, float *gradient);

#endif
