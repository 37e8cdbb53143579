#include <trainreel/trainer.h>

#include "alloc.h"
#include "diag.h"
#include "loss.h"
#include "optimizer.h"
#include "pass.h"

#include <math.h>
#include <stdlib.h>

typedef struct training {
    const tr_network *network;
    const tr_kernels *kernels;
    const tr_dataset *dataset;
    float *params;
    float *gradient;
    uint32_t *order; /* the samples of an epoch, shuffled again and again in place */
    double *x;       /* [n_inputs][n_samples]: the data as float32 numbers */
    double *y;       /* [n_outputs][n_samples] */
    tr_pass *pass;
    const tr_layer_view
        *relu_unit; /* that the net is, with the mean squared error; NULL otherwise */
    tr_optimizer_state *optimizer;
    tr_loss loss;
    float learning_rate;
} training;

uint64_t tr_fit_iterations(const tr_fit_options *options, size_t n_samples) {
    uint64_t per_epoch = n_samples / options->batch_size + (n_samples % options->batch_size != 0);
    if (per_epoch && options->epochs > UINT64_MAX / per_epoch)
        return UINT64_MAX;
    return per_epoch * options->epochs;
}

tr_fit_options tr_fit_options_default(tr_optimizer optimizer) {
    bool small_steps = optimizer == TR_OPTIMIZER_ADAM || optimizer == TR_OPTIMIZER_RMSPROP;
    return (tr_fit_options){.batch_size = 128,
                            .epochs = 100,
                            .learning_rate = small_steps ? 0.001 : 0.01,
                            .optimizer = optimizer,
                            .beta_1 = 0.9,
                            .beta_2 = 0.999,
                            .rho = 0.9,
                            .epsilon = optimizer == TR_OPTIMIZER_ADAM ? 1e-8 : 1e-6};
}

static tr_status check(const tr_network *network, const tr_dataset *dataset,
                       const tr_fit_options *options, tr_diag *diag) {
    tr_status status = tr_check_shapes(network, dataset, diag);
    if (status)
        return status;
    if (options->batch_size < 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the batch size is at least 1");
    status = tr_optimizer_check(options, diag);
    return status ? status : tr_check_targets(network, dataset, options->loss, diag);
}

static void gather(double *restrict row, const double *restrict column,
                   const uint32_t *restrict order, size_t n) {
    for (size_t s = 0; s < n; s++)
        row[s] = column[order[s]];
}

/* The sum of the loss over the samples that `order` lists, at most TR_BLOCK; adds their share of
 * the gradient. */
static double learn_block(training *fit, const uint32_t *order, size_t n, size_t batch_size) {
    size_t n_samples = fit->dataset->n_samples;
    for (size_t input = 0; input < fit->dataset->n_inputs; input++)
        gather(tr_pass_input(fit->pass, input), fit->x + input * n_samples, order, n);
    for (size_t output = 0; output < fit->dataset->n_outputs; output++)
        gather(tr_pass_target(fit->pass, output), fit->y + output * n_samples, order, n);
    tr_pass_forward(fit->pass, n);
    double total = tr_pass_loss(fit->pass, fit->loss, n, batch_size);
    tr_pass_backward(fit->pass, n);
    return total;
}

static size_t block_length(size_t batch_size, size_t first) {
    size_t left = batch_size - first;
    return left < TR_BLOCK ? left : TR_BLOCK;
}

/* Leaves the gradient as well. */
static double learn_unit(training *fit, const uint32_t *order, size_t batch_size) {
    const tr_layer_view *layer = fit->relu_unit;
    const tr_relu_unit unit = {.weight = fit->params[layer->weights],
                               .bias = fit->params[layer->bias],
                               .scale = tr_loss_scale(fit->loss, batch_size, 1),
                               .x = fit->x,
                               .targets = fit->y};
    double gradient[2] = {0};
    double total = 0;
    for (size_t first = 0; first < batch_size; first += TR_BLOCK)
        total += fit->kernels->learn_relu_unit(&unit, order + first,
                                               block_length(batch_size, first), gradient);
    fit->gradient[layer->weights] = (float)gradient[0];
    fit->gradient[layer->bias] = (float)gradient[1];
    return total;
}

static double learn_batch(training *fit, const uint32_t *order, size_t batch_size) {
    double total = 0;
    tr_pass_set_params(fit->pass, fit->params);
    for (size_t first = 0; first < batch_size; first += TR_BLOCK)
        total += learn_block(fit, order + first, block_length(batch_size, first), batch_size);
    tr_pass_take_gradient(fit->pass, fit->gradient);
    return total;
}

/* One iteration on the samples that `order` lists; returns the batch's loss before the update. */
static float update(training *fit, const uint32_t *order, size_t batch_size) {
    double total =
        fit->relu_unit ? learn_unit(fit, order, batch_size) : learn_batch(fit, order, batch_size);
    tr_optimizer_update(fit->optimizer, fit->params, fit->gradient);
    return (float)(total / tr_loss_divisor(fit->loss, batch_size, fit->dataset->n_outputs));
}

static tr_status diverged(const training *fit, const char *what, uint64_t iteration,
                          tr_diag *diag) {
    return tr_fail(diag, TR_ERROR_DIVERGED,
                   "training diverged: %s at iteration %llu (learning rate %g); "
                   "a smaller learning rate may help",
                   what, (unsigned long long)iteration, (double)fit->learning_rate);
}

static tr_status run(training *fit, const tr_fit_options *options, tr_random *random,
                     tr_step_fn step, void *context, tr_diag *diag) {
    size_t n_samples = fit->dataset->n_samples;
    size_t n_params = tr_network_n_params(fit->network);
    tr_snapshot snapshot = {.loss = NAN, .n_params = n_params, .params = fit->params};
    tr_status status = step ? step(&snapshot, context) : TR_OK;
    for (uint64_t epoch = 0; !status && epoch < options->epochs; epoch++) {
        tr_random_shuffle(random, fit->order, n_samples);
        for (size_t first = 0; !status && first < n_samples; first += snapshot.batch_size) {
            if (tr_cancel_is_requested(options->cancel))
                return tr_fail(diag, TR_ERROR_CANCELLED, "cancelled");
            size_t left = n_samples - first;
            size_t n = left < options->batch_size ? left : options->batch_size;
            snapshot.iteration++;
            snapshot.epoch = epoch;
            snapshot.batch_size = (uint32_t)n;
            snapshot.samples_seen += n;
            snapshot.loss = update(fit, fit->order + first, n);
            if (!isfinite(snapshot.loss))
                return diverged(fit, "the loss is not finite", snapshot.iteration, diag);
            if (step)
                status = step(&snapshot, context);
        }
    }
    for (size_t p = 0; !status && p < n_params; p++)
        if (!isfinite(fit->params[p]))
            return diverged(fit, "a parameter is not finite", snapshot.iteration, diag);
    return status == TR_END ? TR_OK : status;
}

tr_status tr_fit(const tr_network *network, float *params, const tr_dataset *dataset,
                 const tr_fit_options *options, tr_random *random, tr_step_fn step, void *context,
                 tr_diag *diag) {
    tr_status status = check(network, dataset, options, diag);
    if (status)
        return status;
    size_t n_samples = dataset->n_samples;
    size_t n_params = tr_network_n_params(network);
    training fit = {.network = network,
                    .dataset = dataset,
                    .params = params,
                    .kernels = tr_kernels_get(),
                    .loss = options->loss,
                    .learning_rate = (float)options->learning_rate};
    if (tr_network_is_relu_unit(network) && options->loss == TR_LOSS_MEAN_SQUARED_ERROR)
        fit.relu_unit = tr_network_layer(network, 0);
    fit.gradient = tr_alloc_aligned(n_params, sizeof *fit.gradient);
    fit.order = tr_alloc_array(n_samples, sizeof *fit.order);
    fit.x = tr_alloc_aligned(n_samples * dataset->n_inputs, sizeof *fit.x);
    fit.y = tr_alloc_aligned(n_samples * dataset->n_outputs, sizeof *fit.y);
    if (!fit.gradient || !fit.order || !fit.x || !fit.y)
        status = tr_fail_memory(diag, "training");
    if (!status)
        status = tr_pass_create(&fit.pass, network, true, diag);
    if (!status)
        status = tr_optimizer_create(&fit.optimizer, options, n_params, diag);
    if (!status) {
        tr_columns_from_rows(fit.x, dataset->x, n_samples, dataset->n_inputs);
        tr_columns_from_rows(fit.y, dataset->y, n_samples, dataset->n_outputs);
        for (size_t s = 0; s < n_samples; s++)
            fit.order[s] = (uint32_t)s;
        status = run(&fit, options, random, step, context, diag);
    }
    tr_optimizer_destroy(&fit.optimizer);
    tr_pass_destroy(&fit.pass);
    free(fit.gradient);
    free(fit.order);
    free(fit.x);
    free(fit.y);
    return status;
}
