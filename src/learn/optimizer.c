#include "optimizer.h"

#include "alloc.h"
#include "diag.h"
#include "kernels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

struct tr_optimizer_state {
    tr_optimizer kind;
    const tr_kernels *kernels;
    tr_update update;
    float learning_rate;
    float decay;
    uint64_t n_updates;
    double beta_1_power; /* beta_1^t */
    double beta_2_power;
};

/* Ranges are those of the float32 numbers that are used. */
static tr_status check_share(const char *name, double value, bool may_be_one, tr_diag *diag) {
    if (value >= 0 && ((float)value < 1 || (may_be_one && value <= 1)))
        return TR_OK;
    return tr_fail(diag, TR_ERROR_ARGUMENT, "%s is a number from 0 to %s1, not %g", name,
                   may_be_one ? "" : "below ", value);
}

static tr_status check_epsilon(double value, tr_diag *diag) {
    if ((float)value > 0 && isfinite(value))
        return TR_OK;
    return tr_fail(diag, TR_ERROR_ARGUMENT, "epsilon is a number above 0, not %g", value);
}

tr_status tr_optimizer_check(const tr_fit_options *options, tr_diag *diag) {
    if (!isfinite(options->learning_rate) || options->learning_rate < 0)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the learning rate is a number from 0, not %g",
                       options->learning_rate);
    tr_status status = TR_OK;
    switch (options->optimizer) {
    case TR_OPTIMIZER_SGD:
        if (!isfinite(options->decay) || options->decay < 0)
            return tr_fail(diag, TR_ERROR_ARGUMENT, "the decay is a number from 0, not %g",
                           options->decay);
        return check_share("the momentum", options->momentum, true, diag);
    case TR_OPTIMIZER_ADAM:
        status = check_share("beta_1", options->beta_1, false, diag);
        if (!status)
            status = check_share("beta_2", options->beta_2, false, diag);
        return status ? status : check_epsilon(options->epsilon, diag);
    case TR_OPTIMIZER_RMSPROP:
        status = check_share("rho", options->rho, true, diag);
        return status ? status : check_epsilon(options->epsilon, diag);
    case TR_OPTIMIZER_ADAGRAD:
        return check_epsilon(options->epsilon, diag);
    }
    return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no optimizer with the number %d",
                   (int)options->optimizer);
}

tr_status tr_optimizer_create(tr_optimizer_state **out, const tr_fit_options *options,
                              size_t n_params, tr_diag *diag) {
    *out = NULL;
    tr_optimizer_state *state = tr_alloc_array(1, sizeof *state);
    if (!state)
        return tr_fail_memory(diag, "training");
    const bool is_rmsprop = options->optimizer == TR_OPTIMIZER_RMSPROP;
    const float rho = (float)options->rho;
    *state = (tr_optimizer_state){.kind = options->optimizer,
                                  .kernels = tr_kernels_get(),
                                  .update = {.n_params = n_params,
                                             .rate = (float)options->learning_rate,
                                             .momentum = (float)options->momentum,
                                             .nesterov = options->nesterov,
                                             .beta_1 = (float)options->beta_1,
                                             .beta_2 = (float)options->beta_2,
                                             .keep = is_rmsprop ? rho : 1,
                                             .add = is_rmsprop ? 1 - rho : 1,
                                             .epsilon = (float)options->epsilon},
                                  .learning_rate = (float)options->learning_rate,
                                  .decay = (float)options->decay,
                                  .beta_1_power = 1,
                                  .beta_2_power = 1};
    tr_update *update = &state->update;
    const bool has_second = state->kind == TR_OPTIMIZER_ADAM;
    const bool has_first = state->kind != TR_OPTIMIZER_SGD || update->momentum > 0;
    if (has_first)
        update->first = tr_alloc_aligned(n_params, sizeof *update->first);
    if (has_second)
        update->second = tr_alloc_aligned(n_params, sizeof *update->second);
    if ((has_first && !update->first) || (has_second && !update->second)) {
        tr_optimizer_destroy(&state);
        return tr_fail_memory(diag, "training");
    }
    *out = state;
    return TR_OK;
}

void tr_optimizer_destroy(tr_optimizer_state **handle) {
    tr_optimizer_state *state = *handle;
    if (!state)
        return;
    free(state->update.first);
    free(state->update.second);
    free(state);
    *handle = NULL;
}

/* The learning rates of the update at hand. */
static float sgd_rate(const tr_optimizer_state *state) {
    const float slowdown = 1 + state->decay * (float)state->n_updates;
    return state->learning_rate * (1 / slowdown);
}

static float adam_rate(tr_optimizer_state *state) {
    state->beta_1_power *= (double)state->update.beta_1;
    state->beta_2_power *= (double)state->update.beta_2;
    return (float)((double)state->learning_rate * sqrt(1 - state->beta_2_power) /
                   (1 - state->beta_1_power));
}

void tr_optimizer_update(tr_optimizer_state *state, float *params, const float *gradient) {
    switch (state->kind) {
    case TR_OPTIMIZER_SGD:
        state->update.rate = sgd_rate(state);
        if (state->update.first)
            state->kernels->descend_with_momentum(&state->update, params, gradient);
        else
            state->kernels->descend(&state->update, params, gradient);
        break;
    case TR_OPTIMIZER_ADAM:
        state->update.rate = adam_rate(state);
        state->kernels->descend_adam(&state->update, params, gradient);
        break;
    case TR_OPTIMIZER_RMSPROP:
    case TR_OPTIMIZER_ADAGRAD:
        state->kernels->descend_scaled(&state->update, params, gradient);
        break;
    }
    state->n_updates++;
}
