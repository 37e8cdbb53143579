/* A second way to the gradient, as independent of training as can be: in double precision, sample by
 * sample, with the formulas written out again. */
#include <trainreel/gradient.h>

#include "alloc.h"
#include "diag.h"
#include "loss.h"
#include "pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP 1e-5
#define CLIP 1e-7 /* of probabilities, as Keras has it */

typedef struct reference {
    const tr_network *network;
    const tr_dataset *dataset;
    tr_loss loss;
    double *params;
    double *values; /* of the layer at hand, and of the one before it */
    double *values_before;
    /* Sign of every z and every output minus target, sample by sample. */
    size_t n_signs;
    bool *signs;
} reference;

static double activate(const tr_layer_view *layer, double z) {
    switch (layer->activation) {
    case TR_ACTIVATION_LINEAR:
    case TR_ACTIVATION_SOFTMAX:
        return z;
    case TR_ACTIVATION_RELU:
        return z > 0 ? z : 0;
    case TR_ACTIVATION_TANH:
        return tanh(z);
    case TR_ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-z));
    case TR_ACTIVATION_LEAKY_RELU:
        return z > 0 ? z : layer->alpha * z;
    case TR_ACTIVATION_ELU:
        return z > 0 ? z : layer->alpha * expm1(z);
    case TR_ACTIVATION_SOFTPLUS:
        return fmax(z, 0) + log1p(exp(-fabs(z)));
    }
    return z;
}

static bool has_kink(tr_activation activation) {
    return activation == TR_ACTIVATION_RELU || activation == TR_ACTIVATION_LEAKY_RELU ||
           activation == TR_ACTIVATION_ELU;
}

static void soften_max(double *values, size_t count) {
    double largest = values[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        largest = fmax(largest, values[i]);
    for (size_t i = 0; i < count; i++)
        sum += values[i] = exp(values[i] - largest);
    for (size_t i = 0; i < count; i++)
        values[i] /= sum;
}

static void evaluate_layer(reference *net, const tr_layer_view *layer, size_t *sign) {
    for (size_t unit = 0; unit < layer->n_units; unit++) {
        double z = net->params[layer->bias + unit];
        for (size_t k = 0; k < layer->n_inputs; k++)
            z += net->values_before[k] * net->params[layer->weights + k * layer->n_units + unit];
        net->signs[(*sign)++] = has_kink(layer->activation) && z > 0;
        net->values[unit] = activate(layer, z);
    }
    if (layer->activation == TR_ACTIVATION_SOFTMAX)
        soften_max(net->values, layer->n_units);
}

static double output_loss(tr_loss loss, double p, double t) {
    double clipped = fmin(fmax(p, CLIP), 1 - CLIP);
    switch (loss) {
    case TR_LOSS_MEAN_SQUARED_ERROR:
        return (p - t) * (p - t);
    case TR_LOSS_MEAN_ABSOLUTE_ERROR:
        return fabs(p - t);
    case TR_LOSS_BINARY_CROSSENTROPY:
        return -t * log(clipped) - (1 - t) * log(1 - clipped);
    case TR_LOSS_CATEGORICAL_CROSSENTROPY:
        return -t * log(clipped);
    }
    return 0;
}

/* The mean loss on all samples with the parameters as they are; leaves the signs. */
static double evaluate(reference *net) {
    const tr_dataset *data = net->dataset;
    double total = 0;
    size_t sign = 0;
    for (size_t s = 0; s < data->n_samples; s++) {
        for (size_t i = 0; i < data->n_inputs; i++)
            net->values[i] = (double)(float)data->x[s * data->n_inputs + i];
        for (size_t i = 0; i < tr_network_n_layers(net->network); i++) {
            double *swapped = net->values_before;
            net->values_before = net->values;
            net->values = swapped;
            evaluate_layer(net, tr_network_layer(net->network, i), &sign);
        }
        for (size_t i = 0; i < data->n_outputs; i++) {
            double target = (double)(float)data->y[s * data->n_outputs + i];
            total += output_loss(net->loss, net->values[i], target);
            net->signs[sign++] =
                net->loss == TR_LOSS_MEAN_ABSOLUTE_ERROR && net->values[i] > target;
        }
    }
    return total / tr_loss_divisor(net->loss, data->n_samples, data->n_outputs);
}

static tr_status create_reference(reference *net, const float *params, tr_diag *diag) {
    size_t n_params = tr_network_n_params(net->network);
    size_t widest = net->dataset->n_inputs;
    size_t n_units = net->dataset->n_outputs;
    for (size_t i = 0; i < tr_network_n_layers(net->network); i++) {
        size_t units = tr_network_layer(net->network, i)->n_units;
        widest = units > widest ? units : widest;
        n_units += units;
    }
    if (n_units > SIZE_MAX / net->dataset->n_samples)
        return tr_fail_memory(diag, "checking the gradient");
    net->n_signs = n_units * net->dataset->n_samples;
    net->params = tr_alloc_array(n_params, sizeof *net->params);
    net->values = tr_alloc_array(widest, sizeof *net->values);
    net->values_before = tr_alloc_array(widest, sizeof *net->values_before);
    net->signs = tr_alloc_array(net->n_signs, sizeof *net->signs);
    if (!net->params || !net->values || !net->values_before || !net->signs)
        return tr_fail_memory(diag, "checking the gradient");
    for (size_t p = 0; p < n_params; p++)
        net->params[p] = (double)params[p];
    return TR_OK;
}

static void destroy_reference(reference *net) {
    free(net->params);
    free(net->values);
    free(net->values_before);
    free(net->signs);
}

static tr_status difference(reference *net, tr_gradient_check *checks, tr_diag *diag) {
    bool *signs_below = tr_alloc_array(net->n_signs, sizeof *signs_below);
    if (!signs_below)
        return tr_fail_memory(diag, "checking the gradient");
    for (size_t p = 0; p < tr_network_n_params(net->network); p++) {
        const double param = net->params[p];
        const double step = STEP * fmax(1, fabs(param));
        net->params[p] = param - step;
        const double below = evaluate(net);
        memcpy(signs_below, net->signs, net->n_signs * sizeof *signs_below);
        net->params[p] = param + step;
        const double above = evaluate(net);
        net->params[p] = param;
        checks[p].difference = (above - below) / (2 * step);
        checks[p].at_kink =
            memcmp(signs_below, net->signs, net->n_signs * sizeof *signs_below) != 0;
    }
    free(signs_below);
    return TR_OK;
}

static tr_status backpropagate(const tr_network *network, const tr_dataset *dataset, tr_loss loss,
                               const float *params, tr_gradient_check *checks, tr_diag *diag) {
    tr_pass *pass = NULL;
    size_t n_params = tr_network_n_params(network);
    float *gradient = tr_alloc_array(n_params, sizeof *gradient);
    tr_status status = gradient ? TR_OK : tr_fail_memory(diag, "checking the gradient");
    if (!status)
        status = tr_pass_create(&pass, network, true, diag);
    if (!status)
        tr_pass_set_params(pass, params);
    for (size_t first = 0; !status && first < dataset->n_samples; first += TR_BLOCK) {
        size_t left = dataset->n_samples - first;
        size_t n = left < TR_BLOCK ? left : TR_BLOCK;
        for (size_t i = 0; i < dataset->n_inputs; i++)
            for (size_t s = 0; s < n; s++)
                tr_pass_input(pass, i)[s] =
                    (double)(float)dataset->x[(first + s) * dataset->n_inputs + i];
        for (size_t i = 0; i < dataset->n_outputs; i++)
            for (size_t s = 0; s < n; s++)
                tr_pass_target(pass, i)[s] =
                    (double)(float)dataset->y[(first + s) * dataset->n_outputs + i];
        tr_pass_forward(pass, n);
        (void)tr_pass_loss(pass, loss, n, dataset->n_samples);
        tr_pass_backward(pass, n);
    }
    if (!status)
        tr_pass_take_gradient(pass, gradient);
    for (size_t p = 0; !status && p < n_params; p++)
        checks[p].backpropagated = (double)gradient[p];
    tr_pass_destroy(&pass);
    free(gradient);
    return status;
}

static void compare(tr_gradient_check *checks, size_t count) {
    double largest = 0;
    for (size_t p = 0; p < count; p++)
        largest = fmax(largest, fmax(fabs(checks[p].backpropagated), fabs(checks[p].difference)));
    for (size_t p = 0; p < count; p++) {
        tr_gradient_check *check = &checks[p];
        double scale = fmax(fabs(check->backpropagated), fabs(check->difference));
        scale = fmax(scale, largest / 1000);
        check->relative_error =
            scale > 0 ? fabs(check->backpropagated - check->difference) / scale : 0;
    }
}

tr_status tr_gradient_check_all(const tr_network *network, const tr_dataset *dataset, tr_loss loss,
                                const float *params, tr_gradient_check *checks, tr_diag *diag) {
    reference net = {.network = network, .dataset = dataset, .loss = loss};
    tr_status status = tr_check_shapes(network, dataset, diag);
    if (!status)
        status = tr_check_targets(network, dataset, loss, diag);
    if (!status)
        status = create_reference(&net, params, diag);
    if (!status)
        status = difference(&net, checks, diag);
    if (!status)
        status = backpropagate(network, dataset, loss, params, checks, diag);
    if (!status)
        compare(checks, tr_network_n_params(network));
    destroy_reference(&net);
    return status;
}
