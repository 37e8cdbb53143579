#include "pass.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

enum {
    LANES = 8, /* partial sums of a reduction: part of the numbers' definition, not a tuning knob */
    ROW_FLOATS = 16 /* rows start on a cache line */
};

tr_status tr_check_shapes(const tr_network *network, const tr_dataset *dataset, tr_diag *diag) {
    size_t n_inputs = tr_network_n_inputs(network);
    size_t n_outputs = tr_network_n_outputs(network);
    if (dataset->n_inputs == n_inputs && dataset->n_outputs == n_outputs)
        return TR_OK;
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "the net has %zu inputs and %zu outputs, but the data %zu and %zu", n_inputs,
                   n_outputs, dataset->n_inputs, dataset->n_outputs);
}

void tr_columns_from_rows(float *columns, const double *rows, size_t n_samples, size_t n_columns) {
    for (size_t column = 0; column < n_columns; column++)
        for (size_t s = 0; s < n_samples; s++)
            columns[column * n_samples + s] = (float)rows[s * n_columns + column];
}

struct tr_pass {
    const tr_network *network;
    size_t stride; /* floats per row */
    float *input;
    float *target;
    float *difference; /* output - target */
    float **z;         /* per layer: weighted sums, [n_units][stride] */
    float **output;    /* per layer: activations, [n_units][stride] */
    float *delta;      /* dL/dz of the layer at hand, and of the one before it */
    float *delta_before;
    double *sums; /* one per sample */
};

static size_t widest_layer(const tr_network *network) {
    size_t widest = 0;
    for (size_t i = 0; i < tr_network_n_layers(network); i++) {
        size_t n_units = tr_network_layer(network, i)->n_units;
        widest = n_units > widest ? n_units : widest;
    }
    return widest;
}

tr_status tr_pass_create(tr_pass **out, const tr_network *network, size_t capacity, bool trains,
                         tr_diag *diag) {
    *out = NULL;
    tr_pass *pass = tr_alloc_array(1, sizeof *pass);
    if (!pass)
        return tr_fail_memory(diag, "evaluating the net");
    size_t n_layers = tr_network_n_layers(network);
    size_t n_outputs = tr_network_n_outputs(network);
    size_t row = (capacity + ROW_FLOATS - 1) / ROW_FLOATS * ROW_FLOATS;
    size_t row_bytes = row * sizeof(float);
    pass->network = network;
    pass->stride = row;
    pass->input = tr_alloc_aligned(tr_network_n_inputs(network), row_bytes);
    pass->target = tr_alloc_aligned(n_outputs, row_bytes);
    pass->difference = tr_alloc_aligned(n_outputs, row_bytes);
    pass->sums = tr_alloc_aligned(row, sizeof *pass->sums);
    pass->z = tr_alloc_array(n_layers, sizeof *pass->z);
    pass->output = tr_alloc_array(n_layers, sizeof *pass->output);
    bool complete =
        pass->input && pass->target && pass->difference && pass->sums && pass->z && pass->output;
    for (size_t i = 0; complete && i < n_layers; i++) {
        size_t n_units = tr_network_layer(network, i)->n_units;
        pass->z[i] = tr_alloc_aligned(n_units, row_bytes);
        pass->output[i] = tr_alloc_aligned(n_units, row_bytes);
        complete = pass->z[i] && pass->output[i];
    }
    if (complete && trains) {
        pass->delta = tr_alloc_aligned(widest_layer(network), row_bytes);
        pass->delta_before = tr_alloc_aligned(widest_layer(network), row_bytes);
        complete = pass->delta && pass->delta_before;
    }
    if (!complete) {
        tr_pass_destroy(&pass);
        return tr_fail_memory(diag, "evaluating the net");
    }
    *out = pass;
    return TR_OK;
}

void tr_pass_destroy(tr_pass **handle) {
    tr_pass *pass = *handle;
    if (!pass)
        return;
    for (size_t i = 0; i < tr_network_n_layers(pass->network); i++) {
        if (pass->z)
            free(pass->z[i]);
        if (pass->output)
            free(pass->output[i]);
    }
    free(pass->input);
    free(pass->target);
    free(pass->difference);
    free(pass->sums);
    free(pass->z);
    free(pass->output);
    free(pass->delta);
    free(pass->delta_before);
    free(pass);
    *handle = NULL;
}

float *tr_pass_input(tr_pass *pass, size_t input) {
    return pass->input + input * pass->stride;
}

float *tr_pass_target(tr_pass *pass, size_t output) {
    return pass->target + output * pass->stride;
}

const float *tr_pass_output(const tr_pass *pass, size_t output) {
    return pass->output[tr_network_n_layers(pass->network) - 1] + output * pass->stride;
}

/* sums[s] = the sum over rows k of weights[k * step] * rows[k][s], in the order of k. */
static void weighted_rows(double *restrict sums, const float *restrict rows, size_t stride,
                          const float *restrict weights, size_t step, size_t n_rows,
                          size_t n_samples) {
    for (size_t s = 0; s < n_samples; s++)
        sums[s] = 0;
    for (size_t k = 0; k < n_rows; k++) {
        const double weight = weights[k * step];
        const float *restrict row = rows + k * stride;
        for (size_t s = 0; s < n_samples; s++)
            sums[s] += weight * (double)row[s];
    }
}

/* Sum of a[s] * b[s], as LANES interleaved partial sums that are then added pairwise. */
static double dot(const float *restrict a, const float *restrict b, size_t n_samples) {
    double lanes[LANES] = {0};
    size_t whole = n_samples / LANES * LANES;
    for (size_t s = 0; s < whole; s += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)a[s + (size_t)lane] * (double)b[s + (size_t)lane];
    for (size_t s = whole; s < n_samples; s++)
        lanes[s - whole] += (double)a[s] * (double)b[s];
    for (int width = LANES / 2; width; width /= 2)
        for (int lane = 0; lane < width; lane++)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

static double sum(const float *restrict a, size_t n_samples) {
    double lanes[LANES] = {0};
    size_t whole = n_samples / LANES * LANES;
    for (size_t s = 0; s < whole; s += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)a[s + (size_t)lane];
    for (size_t s = whole; s < n_samples; s++)
        lanes[s - whole] += (double)a[s];
    for (int width = LANES / 2; width; width /= 2)
        for (int lane = 0; lane < width; lane++)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

static void activate(tr_activation activation, const float *restrict z, float *restrict output,
                     size_t n_samples) {
    switch (activation) {
    case TR_ACTIVATION_LINEAR:
        for (size_t s = 0; s < n_samples; s++)
            output[s] = z[s];
        break;
    case TR_ACTIVATION_RELU:
        /* max(z, 0), written as Theano did, so that NaN stays NaN and is noticed */
        for (size_t s = 0; s < n_samples; s++)
            output[s] = 0.5f * (z[s] + fabsf(z[s]));
        break;
    default:
        break;
    }
}

/* delta[s] *= activation'(z[s]) */
static void multiply_derivative(tr_activation activation, const float *restrict z,
                                float *restrict delta, size_t n_samples) {
    switch (activation) {
    case TR_ACTIVATION_LINEAR:
        break;
    case TR_ACTIVATION_RELU:
        for (size_t s = 0; s < n_samples; s++)
            delta[s] *= 0.5f * ((float)(z[s] > 0) + (float)(z[s] >= 0));
        break;
    default:
        break;
    }
}

void tr_pass_forward(tr_pass *pass, const float *params, size_t n_samples) {
    const float *rows = pass->input;
    for (size_t i = 0; i < tr_network_n_layers(pass->network); i++) {
        const tr_layer_view *layer = tr_network_layer(pass->network, i);
        for (size_t unit = 0; unit < layer->n_units; unit++) {
            float *restrict z = pass->z[i] + unit * pass->stride;
            const double *restrict sums = pass->sums;
            const float bias = params[layer->bias + unit];
            weighted_rows(pass->sums, rows, pass->stride, params + layer->weights + unit,
                          layer->n_units, layer->n_inputs, n_samples);
            for (size_t s = 0; s < n_samples; s++)
                z[s] = (float)sums[s] + bias;
            activate(layer->activation, z, pass->output[i] + unit * pass->stride, n_samples);
        }
        rows = pass->output[i];
    }
}

double tr_pass_squared_error(tr_pass *pass, size_t n_samples) {
    double total = 0;
    for (size_t unit = 0; unit < tr_network_n_outputs(pass->network); unit++) {
        const float *restrict output = tr_pass_output(pass, unit);
        const float *restrict target = tr_pass_target(pass, unit);
        float *restrict difference = pass->difference + unit * pass->stride;
        for (size_t s = 0; s < n_samples; s++)
            difference[s] = output[s] - target[s];
        total += dot(difference, difference, n_samples);
    }
    return total;
}

void tr_pass_backward(tr_pass *pass, const float *params, size_t n_samples, float *gradient) {
    size_t stride = pass->stride;
    size_t n_layers = tr_network_n_layers(pass->network);
    size_t n_outputs = tr_network_n_outputs(pass->network);
    const float scale = (float)(2.0 / ((double)n_samples * (double)n_outputs));
    for (size_t unit = 0; unit < n_outputs; unit++)
        for (size_t s = 0; s < n_samples; s++)
            pass->delta[unit * stride + s] = scale * pass->difference[unit * stride + s];

    for (size_t i = n_layers; i-- > 0;) {
        const tr_layer_view *layer = tr_network_layer(pass->network, i);
        const float *rows = i ? pass->output[i - 1] : pass->input;
        for (size_t unit = 0; unit < layer->n_units; unit++) {
            float *delta = pass->delta + unit * stride;
            multiply_derivative(layer->activation, pass->z[i] + unit * stride, delta, n_samples);
            for (size_t k = 0; k < layer->n_inputs; k++)
                gradient[layer->weights + k * layer->n_units + unit] =
                    (float)dot(rows + k * stride, delta, n_samples);
            gradient[layer->bias + unit] = (float)sum(delta, n_samples);
        }
        if (i == 0)
            break;
        for (size_t k = 0; k < layer->n_inputs; k++) {
            float *restrict before = pass->delta_before + k * stride;
            const double *restrict sums = pass->sums;
            weighted_rows(pass->sums, pass->delta, stride,
                          params + layer->weights + k * layer->n_units, 1, layer->n_units,
                          n_samples);
            for (size_t s = 0; s < n_samples; s++)
                before[s] = (float)sums[s];
        }
        float *swapped = pass->delta;
        pass->delta = pass->delta_before;
        pass->delta_before = swapped;
    }
}
