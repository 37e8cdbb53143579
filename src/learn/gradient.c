/* Checking gradients against central differences, in double precision and with the C library's
 * functions, so that nothing of what is checked is used to check it. */
#include <trainreel/trainer.h>

#include "alloc.h"
#include "diag.h"
#include "loss.h"
#include "pass.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The step for a parameter is this times its size, or this where it is below 1: the error of a
 * central difference, about h^2, and that of double precision, about 1e-16 / h, are both small
 * then. */
#define STEP 1e-5

/* What float32 cannot tell from 0, relative to the sizes that it is the difference of. */
#define INDISTINCT 1e-6

#define MOST_OPERATIONS 1e12

/* What a net makes of one sample. */
typedef struct evaluation {
    double loss;     /* summed over the outputs */
    double *outputs; /* of the last layer; with a crossentropy, what goes into its activation */
    int8_t *sides;   /* of each kink: -1, 0 or 1, or 2 where float32 cannot tell */
} evaluation;

typedef struct checking {
    const tr_network *network;
    const tr_dataset *dataset;
    tr_loss loss;
    double *params;
    double *x; /* as float32, like training has them */
    double *y;
    double *values; /* of the layer at hand, and of the one before */
    double *before;
    size_t n_sides;
    evaluation here; /* at p, p + h and p - h */
    evaluation above;
    evaluation below;
} checking;

static int8_t side_of(double difference, double size) {
    if (difference != 0 && fabs(difference) < INDISTINCT * size)
        return 2;
    return (int8_t)((difference > 0) - (difference < 0));
}

static double activate(const tr_layer_view *layer, double z) {
    switch (layer->activation) {
    case TR_ACTIVATION_RELU:
        return fmax(z, 0);
    case TR_ACTIVATION_TANH:
        return tanh(z);
    case TR_ACTIVATION_SIGMOID:
        return 1 / (1 + exp(-z));
    case TR_ACTIVATION_LEAKY_RELU:
        return z > 0 ? z : (double)(float)layer->alpha * z;
    case TR_ACTIVATION_ELU:
        return z > 0 ? z : (double)(float)layer->alpha * expm1(z);
    case TR_ACTIVATION_SOFTPLUS:
        return fmax(z, 0) + log1p(exp(-fabs(z)));
    case TR_ACTIVATION_LINEAR:
    case TR_ACTIVATION_SOFTMAX: /* is part of its loss */
        break;
    }
    return z;
}

static bool has_kink(const tr_layer_view *layer) {
    return layer->activation == TR_ACTIVATION_RELU ||
           layer->activation == TR_ACTIVATION_LEAKY_RELU ||
           (layer->activation == TR_ACTIVATION_ELU && layer->alpha != 1);
}

/* The weighted sums of a layer for `before`, into `values`; returns the next free side. */
static int8_t *add_up(checking *check, const tr_layer_view *layer, int8_t *side) {
    for (size_t unit = 0; unit < layer->n_units; unit++) {
        double z = check->params[layer->bias + unit];
        double size = fabs(z);
        for (size_t k = 0; k < layer->n_inputs; k++) {
            double term =
                check->before[k] * check->params[layer->weights + k * layer->n_units + unit];
            z += term;
            size += fabs(term);
        }
        check->values[unit] = z;
        if (has_kink(layer))
            *side++ = side_of(z, size);
    }
    return side;
}

/* The loss of softmax(z), of which the largest z is taken off so that nothing overflows. */
static double categorical_crossentropy(const double *z, const double *targets, size_t n_outputs) {
    double largest = z[0], sum = 0, loss = 0;
    for (size_t i = 1; i < n_outputs; i++)
        largest = fmax(largest, z[i]);
    for (size_t i = 0; i < n_outputs; i++)
        sum += exp(z[i] - largest);
    for (size_t i = 0; i < n_outputs; i++)
        loss -= targets[i] * (z[i] - largest - log(sum));
    return loss;
}

/* The loss of one output, and its kink. */
static double loss_of(tr_loss loss, double output, double target, int8_t *side) {
    const double clip = 1e-7;
    switch (loss) {
    case TR_LOSS_MEAN_SQUARED_ERROR:
        return (output - target) * (output - target);
    case TR_LOSS_MEAN_ABSOLUTE_ERROR:
        *side = side_of(output - target, fabs(output) + fabs(target));
        return fabs(output - target);
    case TR_LOSS_BINARY_CROSSENTROPY: {
        const double p = fmin(fmax(output, clip), 1 - clip);
        *side = (int8_t)((output > 1 - clip) - (output < clip));
        /* the float32 numbers below 1 are 6e-8 apart */
        if (fabs(output - (1 - clip)) < clip || fabs(output - clip) < INDISTINCT * clip)
            *side = 2;
        return -target * log(p) - (1 - target) * log1p(-p);
    }
    case TR_LOSS_CATEGORICAL_CROSSENTROPY:
        break;
    }
    return 0;
}

static void evaluate(checking *check, size_t sample, evaluation *result) {
    const size_t n_layers = tr_network_n_layers(check->network);
    const size_t n_inputs = check->dataset->n_inputs, n_outputs = check->dataset->n_outputs;
    const double *targets = check->y + sample * n_outputs;
    int8_t *side = result->sides;
    memcpy(check->before, check->x + sample * n_inputs, n_inputs * sizeof *check->before);
    for (size_t i = 0; i < n_layers; i++) {
        const tr_layer_view *layer = tr_network_layer(check->network, i);
        side = add_up(check, layer, side);
        if (i + 1 == n_layers)
            memcpy(result->outputs, check->values, n_outputs * sizeof *result->outputs);
        for (size_t unit = 0; unit < layer->n_units; unit++)
            check->values[unit] = activate(layer, check->values[unit]);
        double *swapped = check->before;
        check->before = check->values;
        check->values = swapped;
    }
    if (check->loss == TR_LOSS_CATEGORICAL_CROSSENTROPY) {
        result->loss = categorical_crossentropy(check->before, targets, n_outputs);
        return;
    }
    result->loss = 0;
    for (size_t i = 0; i < n_outputs; i++)
        result->loss += loss_of(check->loss, check->before[i], targets[i], side++);
    if (check->loss != TR_LOSS_BINARY_CROSSENTROPY)
        memcpy(result->outputs, check->before, n_outputs * sizeof *result->outputs);
}

/* What an output's derivative is multiplied by, if prediction and target added up. */
static double largest_factor(tr_loss loss, double output, double target) {
    switch (loss) {
    case TR_LOSS_MEAN_SQUARED_ERROR:
        return 2 * (fabs(output) + fabs(target));
    case TR_LOSS_MEAN_ABSOLUTE_ERROR:
        return 1;
    case TR_LOSS_BINARY_CROSSENTROPY:
        return 1 / (1 + exp(-output)) + target;
    case TR_LOSS_CATEGORICAL_CROSSENTROPY:
        return 1 + target;
    }
    return 0;
}

/* Fills in all but the backpropagated part for parameter `index`; `*size` is what its error is
 * relative to. */
static void difference(checking *check, size_t index, tr_gradient_check *result, double *size) {
    const size_t n_samples = check->dataset->n_samples, n_outputs = check->dataset->n_outputs;
    const double divisor = tr_loss_divisor(check->loss, n_samples, n_outputs);
    const double p = check->params[index];
    const double h = STEP * fmax(1, fabs(p));
    const double step = (p + h) - (p - h); /* as it comes out */
    *result = (tr_gradient_check){0};
    *size = 0;
    for (size_t s = 0; s < n_samples; s++) {
        check->params[index] = p + h;
        evaluate(check, s, &check->above);
        check->params[index] = p - h;
        evaluate(check, s, &check->below);
        check->params[index] = p;
        evaluate(check, s, &check->here);
        result->central_difference += (check->above.loss - check->below.loss) / step / divisor;
        for (size_t i = 0; i < n_outputs; i++)
            *size +=
                fabs(check->above.outputs[i] - check->below.outputs[i]) / step / divisor *
                largest_factor(check->loss, check->here.outputs[i], check->y[s * n_outputs + i]);
        for (size_t i = 0; i < check->n_sides; i++)
            result->at_kink = result->at_kink || check->here.sides[i] == 2 ||
                              check->here.sides[i] != check->above.sides[i] ||
                              check->here.sides[i] != check->below.sides[i];
    }
}

/* The gradient of the loss on all data, as training computes it. */
static tr_status backpropagate(const checking *check, const float *params, float *gradient,
                               tr_diag *diag) {
    const tr_dataset *dataset = check->dataset;
    tr_pass *pass;
    tr_status status = tr_pass_create(&pass, check->network, true, diag);
    if (status)
        return status;
    tr_pass_set_params(pass, params);
    for (size_t first = 0; first < dataset->n_samples; first += TR_BLOCK) {
        const size_t left = dataset->n_samples - first;
        const size_t n = left < TR_BLOCK ? left : TR_BLOCK;
        for (size_t k = 0; k < dataset->n_inputs; k++)
            for (size_t s = 0; s < n; s++)
                tr_pass_input(pass, k)[s] = check->x[(first + s) * dataset->n_inputs + k];
        for (size_t i = 0; i < dataset->n_outputs; i++)
            for (size_t s = 0; s < n; s++)
                tr_pass_target(pass, i)[s] = check->y[(first + s) * dataset->n_outputs + i];
        tr_pass_forward(pass, n);
        tr_pass_loss(pass, check->loss, n, dataset->n_samples);
        tr_pass_backward(pass, n);
    }
    tr_pass_take_gradient(pass, gradient);
    tr_pass_destroy(&pass);
    return TR_OK;
}

/* The numbers as float32, in double precision; NULL without memory. */
static double *rounded(const double *values, size_t count) {
    double *copy = tr_alloc_array(count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = (double)(float)values[i];
    return copy;
}

static bool alloc_evaluation(const checking *check, evaluation *result) {
    result->outputs = tr_alloc_array(check->dataset->n_outputs, sizeof *result->outputs);
    result->sides = tr_alloc_array(check->n_sides, sizeof *result->sides);
    return result->outputs && result->sides;
}

/* Whether all memory could be had; what could is in `check` in any case. */
static bool alloc_checking(checking *check, const float *params) {
    const tr_dataset *dataset = check->dataset;
    const size_t n_params = tr_network_n_params(check->network);
    size_t widest = dataset->n_inputs;
    check->n_sides = dataset->n_outputs;
    for (size_t i = 0; i < tr_network_n_layers(check->network); i++) {
        const tr_layer_view *layer = tr_network_layer(check->network, i);
        widest = layer->n_units > widest ? layer->n_units : widest;
        check->n_sides += has_kink(layer) ? layer->n_units : 0;
    }
    check->params = tr_alloc_array(n_params, sizeof *check->params);
    check->x = rounded(dataset->x, dataset->n_samples * dataset->n_inputs);
    check->y = rounded(dataset->y, dataset->n_samples * dataset->n_outputs);
    check->values = tr_alloc_array(widest, sizeof *check->values);
    check->before = tr_alloc_array(widest, sizeof *check->before);
    const bool here = alloc_evaluation(check, &check->here);
    const bool above = alloc_evaluation(check, &check->above);
    const bool below = alloc_evaluation(check, &check->below);
    if (!check->params || !check->x || !check->y || !check->values || !check->before || !here ||
        !above || !below)
        return false;
    for (size_t i = 0; i < n_params; i++)
        check->params[i] = (double)params[i];
    return true;
}

static void free_checking(checking *check) {
    evaluation *evaluations[] = {&check->here, &check->above, &check->below};
    for (size_t i = 0; i < sizeof evaluations / sizeof *evaluations; i++) {
        free(evaluations[i]->outputs);
        free(evaluations[i]->sides);
    }
    free(check->params);
    free(check->x);
    free(check->y);
    free(check->values);
    free(check->before);
}

tr_status tr_check_gradient(const tr_network *network, const float *params,
                            const tr_dataset *dataset, tr_loss loss, const tr_cancel *cancel,
                            tr_gradient_check *checks, tr_diag *diag) {
    const size_t n_params = tr_network_n_params(network);
    tr_status status = tr_check_shapes(network, dataset, diag);
    if (!status)
        status = tr_check_targets(network, dataset, loss, diag);
    if (status)
        return status;
    if ((double)n_params * (double)n_params * (double)dataset->n_samples > MOST_OPERATIONS)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "checking %zu parameters on %zu samples would take hours: a smaller net or "
                       "fewer samples tell as much",
                       n_params, dataset->n_samples);
    checking check = {.network = network, .dataset = dataset, .loss = loss};
    float *gradient = tr_alloc_array(n_params, sizeof *gradient);
    if (!alloc_checking(&check, params) || !gradient)
        status = tr_fail_memory(diag, "checking the gradient");
    if (!status)
        status = backpropagate(&check, params, gradient, diag);
    for (size_t i = 0; !status && i < n_params; i++) {
        double size;
        if (tr_cancel_is_requested(cancel)) {
            status = TR_ERROR_CANCELLED;
            break;
        }
        difference(&check, i, &checks[i], &size);
        checks[i].backpropagated = (double)gradient[i];
        const double error = fabs(checks[i].backpropagated - checks[i].central_difference);
        checks[i].relative_error = error > 0 ? error / fmax(size, 1e-30) : 0;
    }
    free_checking(&check);
    free(gradient);
    return status;
}
