#include <trainreel/network.h>

#include "alloc.h"
#include "diag.h"
#include "loss.h"
#include "pass.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Keras' defaults */
#define LEAKY_RELU_ALPHA 0.3
#define ELU_ALPHA 1.0
#define INIT_SCALE 0.05

/* What is larger makes no sense, and overflows soon. */
#define LARGEST_ALPHA 100.0
#define LARGEST_SCALE 1e6

struct tr_network {
    size_t n_inputs;
    size_t n_layers;
    size_t n_params;
    tr_layer_view layers[];
};

static double alpha_of(const tr_layer *layer) {
    switch (layer->activation) {
    case TR_ACTIVATION_LEAKY_RELU:
        return layer->alpha != 0 ? layer->alpha : LEAKY_RELU_ALPHA;
    case TR_ACTIVATION_ELU:
        return layer->alpha != 0 ? layer->alpha : ELU_ALPHA;
    default:
        return 0;
    }
}

static double scale_of(const tr_layer *layer) {
    switch (layer->init) {
    case TR_INIT_NORMAL:
    case TR_INIT_UNIFORM:
        return layer->scale != 0 ? layer->scale : INIT_SCALE;
    case TR_INIT_CONSTANT:
        return layer->scale;
    default:
        return 0;
    }
}

static tr_status check_layer(const tr_layer *layer, size_t number, bool is_last, tr_diag *diag) {
    if ((int)layer->activation < 0 || layer->activation > TR_ACTIVATION_SOFTMAX ||
        (int)layer->init < 0 || layer->init > TR_INIT_CONSTANT)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "layer %zu has no known activation or initialiser",
                       number);
    if (layer->activation == TR_ACTIVATION_SOFTMAX && !is_last)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "layer %zu is softmax, which only the last can be",
                       number);
    const double alpha = alpha_of(layer);
    if (!(alpha >= 0 && alpha <= LARGEST_ALPHA))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "layer %zu: alpha is a number from 0 to %g, not %g",
                       number, LARGEST_ALPHA, alpha);
    const double scale = scale_of(layer);
    const double lowest = layer->init == TR_INIT_CONSTANT ? -LARGEST_SCALE : 0;
    if (!(scale >= lowest && scale <= LARGEST_SCALE))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "layer %zu: the initialiser's number is one from %g to %g, not %g", number,
                       lowest, LARGEST_SCALE, scale);
    return TR_OK;
}

static tr_status lay_out(tr_network *network, const tr_layer *layers, tr_diag *diag) {
    const size_t most = (size_t)1 << 31;
    size_t n_inputs = network->n_inputs;
    for (size_t i = 0; i < network->n_layers; i++) {
        size_t n_units = layers[i].n_units;
        tr_status status = check_layer(&layers[i], i + 1, i + 1 == network->n_layers, diag);
        if (status)
            return status;
        if (n_units < 1)
            return tr_fail(diag, TR_ERROR_ARGUMENT, "layer %zu has no units", i + 1);
        if (n_units > most || n_inputs + 1 > (most - network->n_params) / n_units)
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "layer %zu makes the net larger than 2^31 parameters", i + 1);
        network->layers[i] = (tr_layer_view){.n_inputs = n_inputs,
                                             .n_units = n_units,
                                             .activation = layers[i].activation,
                                             .init = layers[i].init,
                                             .alpha = alpha_of(&layers[i]),
                                             .scale = scale_of(&layers[i]),
                                             .weights = network->n_params,
                                             .bias = network->n_params + n_inputs * n_units};
        network->n_params += (n_inputs + 1) * n_units;
        n_inputs = n_units;
    }
    return TR_OK;
}

tr_status tr_network_create(tr_network **out, size_t n_inputs, const tr_layer *layers,
                            size_t n_layers, tr_diag *diag) {
    *out = NULL;
    if (n_inputs < 1 || n_inputs > (size_t)1 << 31 || n_layers < 1 || n_layers > 1024)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a net has an input and 1 to 1024 layers");
    tr_network *network = calloc(1, sizeof *network + n_layers * sizeof network->layers[0]);
    if (!network)
        return tr_fail_memory(diag, "the net");
    network->n_inputs = n_inputs;
    network->n_layers = n_layers;
    tr_status status = lay_out(network, layers, diag);
    if (status)
        tr_network_destroy(&network);
    *out = network;
    return status;
}

void tr_network_destroy(tr_network **network) {
    free(*network);
    *network = NULL;
}

size_t tr_network_n_inputs(const tr_network *network) {
    return network->n_inputs;
}

size_t tr_network_n_outputs(const tr_network *network) {
    return network->layers[network->n_layers - 1].n_units;
}

size_t tr_network_n_layers(const tr_network *network) {
    return network->n_layers;
}

size_t tr_network_n_params(const tr_network *network) {
    return network->n_params;
}

const tr_layer_view *tr_network_layer(const tr_network *network, size_t index) {
    return &network->layers[index];
}

void tr_network_param_name(const tr_network *network, size_t index, char *name, size_t size) {
    bool neuron = network->n_params == 2;
    size_t i = 0;
    while (i + 1 < network->n_layers && index >= network->layers[i + 1].weights)
        i++;
    const tr_layer_view *layer = &network->layers[i];
    if (index >= layer->bias) {
        if (neuron)
            snprintf(name, size, "b");
        else
            snprintf(name, size, "dense%zu.b.%zu", i + 1, index - layer->bias);
    } else {
        size_t offset = index - layer->weights;
        if (neuron)
            snprintf(name, size, "w");
        else
            snprintf(name, size, "dense%zu.w.%zu.%zu", i + 1, offset / layer->n_units,
                     offset % layer->n_units);
    }
}

static double draw_within(tr_random *random, double limit) {
    return tr_random_uniform(random, -limit, limit);
}

static double draw_weight(const tr_layer_view *layer, tr_random *random) {
    const double fan_in = (double)layer->n_inputs, fan_out = (double)layer->n_units;
    switch (layer->init) {
    case TR_INIT_GLOROT_UNIFORM:
        return draw_within(random, sqrt(6 / (fan_in + fan_out)));
    case TR_INIT_NORMAL:
        return tr_random_normal(random, 0, layer->scale);
    case TR_INIT_UNIFORM:
        return draw_within(random, layer->scale);
    case TR_INIT_GLOROT_NORMAL:
        return tr_random_normal(random, 0, sqrt(2 / (fan_in + fan_out)));
    case TR_INIT_HE_NORMAL:
        return tr_random_normal(random, 0, sqrt(2 / fan_in));
    case TR_INIT_HE_UNIFORM:
        return draw_within(random, sqrt(6 / fan_in));
    case TR_INIT_ZEROS:
        return 0;
    case TR_INIT_CONSTANT:
        return layer->scale;
    }
    return 0;
}

void tr_network_init_params(const tr_network *network, tr_random *random, float *params) {
    for (size_t i = 0; i < network->n_layers; i++) {
        const tr_layer_view *layer = &network->layers[i];
        for (size_t p = layer->weights; p < layer->bias; p++)
            params[p] = (float)draw_weight(layer, random);
        for (size_t unit = 0; unit < layer->n_units; unit++)
            params[layer->bias + unit] = 0;
    }
}

bool tr_network_is_relu_unit(const tr_network *network) {
    const tr_layer_view *layer = tr_network_layer(network, 0);
    return tr_network_n_layers(network) == 1 && layer->n_inputs == 1 && layer->n_units == 1 &&
           layer->activation == TR_ACTIVATION_RELU;
}

/* The data as float32 numbers, as kernels take them: block by block, and in each a row of TR_BLOCK
 * samples for every input and for every output. */
struct tr_evaluator {
    const tr_network *network;
    size_t n_samples;
    double *x; /* [n_blocks][n_inputs][TR_BLOCK] */
    double *y; /* [n_blocks][n_outputs][TR_BLOCK] */
    tr_pass *pass;
    /* of a net that is a single relu unit with one input, whose loss is asked for again and again;
     * NULL otherwise */
    float *unit_x; /* [n_samples] */
    float *unit_y;
};

static float *create_column(const double *values, size_t n_samples) {
    float *column = tr_alloc_aligned(n_samples, sizeof *column);
    for (size_t i = 0; column && i < n_samples; i++)
        column[i] = (float)values[i];
    return column;
}

/* Where no sample is left, the last one is repeated. */
static double *create_blocks(const double *values, size_t n_samples, size_t n_columns) {
    size_t n_blocks = (n_samples + TR_BLOCK - 1) / TR_BLOCK;
    double *blocks = tr_alloc_aligned(n_blocks * n_columns, TR_BLOCK * sizeof *blocks);
    for (size_t i = 0; blocks && i < n_blocks * TR_BLOCK; i++) {
        const double *sample = values + (i < n_samples ? i : n_samples - 1) * n_columns;
        double *block = blocks + i / TR_BLOCK * n_columns * TR_BLOCK;
        for (size_t column = 0; column < n_columns; column++)
            block[column * TR_BLOCK + i % TR_BLOCK] = (double)(float)sample[column];
    }
    return blocks;
}

tr_status tr_evaluator_create(tr_evaluator **out, const tr_network *network,
                              const tr_dataset *dataset, tr_diag *diag) {
    *out = NULL;
    size_t n_inputs = tr_network_n_inputs(network);
    size_t n_outputs = tr_network_n_outputs(network);
    size_t n_samples = dataset->n_samples;
    tr_status status = tr_check_shapes(network, dataset, diag);
    if (status)
        return status;
    tr_evaluator *evaluator = tr_alloc_array(1, sizeof *evaluator);
    if (!evaluator)
        return tr_fail_memory(diag, "evaluating the net");
    evaluator->network = network;
    evaluator->n_samples = n_samples;
    evaluator->x = create_blocks(dataset->x, n_samples, n_inputs);
    evaluator->y = create_blocks(dataset->y, n_samples, n_outputs);
    if (tr_network_is_relu_unit(network)) {
        evaluator->unit_x = create_column(dataset->x, n_samples);
        evaluator->unit_y = create_column(dataset->y, n_samples);
    }
    if (!evaluator->x || !evaluator->y || !evaluator->unit_x != !tr_network_is_relu_unit(network) ||
        !evaluator->unit_y != !tr_network_is_relu_unit(network))
        status = tr_fail_memory(diag, "evaluating the net");
    if (!status)
        status = tr_pass_create(&evaluator->pass, network, false, diag);
    if (status) {
        tr_evaluator_destroy(&evaluator);
        return status;
    }
    *out = evaluator;
    return TR_OK;
}

void tr_evaluator_destroy(tr_evaluator **handle) {
    tr_evaluator *evaluator = *handle;
    if (!evaluator)
        return;
    tr_pass_destroy(&evaluator->pass);
    free(evaluator->x);
    free(evaluator->y);
    free(evaluator->unit_x);
    free(evaluator->unit_y);
    free(evaluator);
    *handle = NULL;
}

/* Evaluates the block of samples that starts at `first`; returns its length. */
static size_t evaluate_block(tr_evaluator *evaluator, size_t first) {
    size_t left = evaluator->n_samples - first;
    size_t n = left < TR_BLOCK ? left : TR_BLOCK;
    tr_pass_evaluate(evaluator->pass,
                     evaluator->x + first * tr_network_n_inputs(evaluator->network), n);
    return n;
}

void tr_evaluator_predict(tr_evaluator *evaluator, const float *params, float *y) {
    size_t n_outputs = tr_network_n_outputs(evaluator->network);
    tr_pass_set_params(evaluator->pass, params);
    for (size_t first = 0, n; first < evaluator->n_samples; first += n) {
        n = evaluate_block(evaluator, first);
        for (size_t unit = 0; unit < n_outputs; unit++) {
            const double *output = tr_pass_output(evaluator->pass, unit);
            for (size_t s = 0; s < n; s++)
                y[(first + s) * n_outputs + unit] = (float)output[s];
        }
    }
}

/* Sums of blocks are added as elsewhere. */
static double sum_unit_errors(const tr_evaluator *evaluator, const float *params) {
    const tr_layer_view *unit = tr_network_layer(evaluator->network, 0);
    double total = 0;
    for (size_t first = 0; first < evaluator->n_samples; first += TR_BLOCK) {
        size_t left = evaluator->n_samples - first;
        total += tr_kernels_get()->sum_relu_errors(
            params[unit->weights], params[unit->bias], evaluator->unit_x + first,
            evaluator->unit_y + first, left < TR_BLOCK ? left : TR_BLOCK);
    }
    return total;
}

static double sum_loss(tr_evaluator *evaluator, tr_loss loss, const float *params) {
    size_t n_outputs = tr_network_n_outputs(evaluator->network);
    double total = 0;
    tr_pass_set_params(evaluator->pass, params);
    for (size_t first = 0, n; first < evaluator->n_samples; first += n) {
        n = evaluate_block(evaluator, first);
        total += tr_pass_loss_alone(evaluator->pass, loss, evaluator->y + first * n_outputs, n);
    }
    return total;
}

float tr_evaluator_loss(tr_evaluator *evaluator, tr_loss loss, const float *params) {
    size_t n_outputs = tr_network_n_outputs(evaluator->network);
    if (tr_check_loss(evaluator->network, loss, NULL))
        return NAN;
    double total = evaluator->unit_x && loss == TR_LOSS_MEAN_SQUARED_ERROR
                       ? sum_unit_errors(evaluator, params)
                       : sum_loss(evaluator, loss, params);
    return (float)(total / tr_loss_divisor(loss, evaluator->n_samples, n_outputs));
}
