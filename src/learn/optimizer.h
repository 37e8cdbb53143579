/* How parameters follow the gradient, as Keras 0.3.2 has it; see tr_optimizer. */
#ifndef TR_LEARN_OPTIMIZER_H
#define TR_LEARN_OPTIMIZER_H

#include <trainreel/trainer.h>

/* TR_ERROR_ARGUMENT, with a text, where a setting that the optimizer has is out of its range. */
tr_status tr_optimizer_check(const tr_fit_options *options, tr_diag *diag);

typedef struct tr_optimizer_state tr_optimizer_state;

/* The state before the first update of `n_params` parameters. */
tr_status tr_optimizer_create(tr_optimizer_state **state, const tr_fit_options *options,
                              size_t n_params, tr_diag *diag);
void tr_optimizer_destroy(tr_optimizer_state **state);

/* Updates the parameters. Allocates nothing. */
void tr_optimizer_update(tr_optimizer_state *state, float *params, const float *gradient);

#endif
