#include "pass.h"

#include "alloc.h"
#include "diag.h"
#include "loss.h"

#include <stdlib.h>

tr_status tr_check_shapes(const tr_network *network, const tr_dataset *dataset, tr_diag *diag) {
    size_t n_inputs = tr_network_n_inputs(network);
    size_t n_outputs = tr_network_n_outputs(network);
    if (dataset->n_inputs == n_inputs && dataset->n_outputs == n_outputs)
        return TR_OK;
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "the net has %zu inputs and %zu outputs, but the data %zu and %zu", n_inputs,
                   n_outputs, dataset->n_inputs, dataset->n_outputs);
}

void tr_columns_from_rows(double *columns, const double *rows, size_t n_samples, size_t n_columns) {
    for (size_t column = 0; column < n_columns; column++)
        for (size_t s = 0; s < n_samples; s++)
            columns[column * n_samples + s] = (double)(float)rows[s * n_columns + column];
}

struct tr_pass {
    const tr_network *network;
    const tr_kernels *kernels;
    bool trains;
    const float *params;
    double *weights; /* the parameters, widened */
    double *input;   /* as the next, with one more row that is all ones */
    double *target;
    double **output; /* per layer: activations */
    float **slope;   /* per layer: their derivatives; one for all unless it trains */
    double **delta;  /* per layer: derivatives of the loss by weighted sums; else the last's only */
    double *terms;   /* a row */
    double *gradient;
};

static size_t widest_layer(const tr_network *network) {
    size_t widest = 0;
    for (size_t i = 0; i < tr_network_n_layers(network); i++) {
        size_t n_units = tr_network_layer(network, i)->n_units;
        widest = n_units > widest ? n_units : widest;
    }
    return widest;
}

static double *alloc_rows(size_t n_rows) {
    return tr_alloc_aligned(n_rows, TR_BLOCK * sizeof(double));
}

/* And one more, which is all ones. */
static double *alloc_inputs(size_t n_rows) {
    double *rows = alloc_rows(n_rows + 1);
    for (size_t s = 0; rows && s < TR_BLOCK; s++)
        rows[n_rows * TR_BLOCK + s] = 1;
    return rows;
}

static float *alloc_slopes(size_t n_rows) {
    return tr_alloc_aligned(n_rows, TR_BLOCK * sizeof(float));
}

/* Whether all memory could be had. */
static bool alloc_layers(tr_pass *pass) {
    const size_t n_layers = tr_network_n_layers(pass->network);
    pass->output = tr_alloc_array(n_layers, sizeof *pass->output);
    pass->slope = tr_alloc_array(n_layers, sizeof *pass->slope);
    pass->delta = tr_alloc_array(n_layers, sizeof *pass->delta);
    bool complete = pass->output && pass->slope && pass->delta;
    for (size_t i = 0; complete && i < n_layers; i++) {
        const size_t n_units = tr_network_layer(pass->network, i)->n_units;
        const bool needs_delta = pass->trains || i + 1 == n_layers;
        pass->output[i] = alloc_inputs(n_units);
        pass->delta[i] = needs_delta ? alloc_rows(n_units) : NULL;
        if (pass->trains)
            pass->slope[i] = alloc_slopes(n_units);
        else
            pass->slope[i] = i ? pass->slope[0] : alloc_slopes(widest_layer(pass->network));
        complete = pass->output[i] && pass->slope[i] && (pass->delta[i] || !needs_delta);
    }
    return complete;
}

tr_status tr_pass_create(tr_pass **out, const tr_network *network, bool trains, tr_diag *diag) {
    *out = NULL;
    tr_pass *pass = tr_alloc_array(1, sizeof *pass);
    if (!pass)
        return tr_fail_memory(diag, "evaluating the net");
    pass->network = network;
    pass->kernels = tr_kernels_get();
    pass->trains = trains;
    pass->weights = tr_alloc_aligned(tr_network_n_params(network), sizeof *pass->weights);
    pass->input = alloc_inputs(tr_network_n_inputs(network));
    pass->target = alloc_rows(tr_network_n_outputs(network));
    pass->terms = alloc_rows(1);
    if (trains)
        pass->gradient = tr_alloc_aligned(tr_network_n_params(network), sizeof *pass->gradient);
    if (!alloc_layers(pass) || !pass->weights || !pass->input || !pass->target || !pass->terms ||
        (trains && !pass->gradient)) {
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
        if (pass->output)
            free(pass->output[i]);
        if (pass->slope && (pass->trains || i == 0))
            free(pass->slope[i]);
        if (pass->delta)
            free(pass->delta[i]);
    }
    free(pass->weights);
    free(pass->input);
    free(pass->target);
    free(pass->output);
    free(pass->slope);
    free(pass->delta);
    free(pass->terms);
    free(pass->gradient);
    free(pass);
    *handle = NULL;
}

void tr_pass_set_params(tr_pass *pass, const float *params) {
    pass->params = params;
    pass->kernels->widen(pass->weights, params, tr_network_n_params(pass->network));
}

double *tr_pass_input(tr_pass *pass, size_t input) {
    return pass->input + input * TR_BLOCK;
}

double *tr_pass_target(tr_pass *pass, size_t output) {
    return pass->target + output * TR_BLOCK;
}

const double *tr_pass_output(const tr_pass *pass, size_t output) {
    return pass->output[tr_network_n_layers(pass->network) - 1] + output * TR_BLOCK;
}

/* What is evaluated beyond the block's samples is the last one again: it cannot overflow where that
 * does not. */
static void pad(double *rows, size_t n_rows, size_t n_samples) {
    for (size_t i = 0; i < n_rows; i++)
        for (size_t s = n_samples; s < tr_pass_padded(n_samples); s++)
            rows[i * TR_BLOCK + s] = rows[i * TR_BLOCK + n_samples - 1];
}

static tr_dense dense(const tr_pass *pass, const tr_layer_view *layer) {
    return (tr_dense){.n_inputs = layer->n_inputs,
                      .n_units = layer->n_units,
                      .weights = pass->weights + layer->weights,
                      .bias = pass->params + layer->bias};
}

/* `rows` are the inputs. */
static void forward(tr_pass *pass, const double *rows, bool has_slopes, size_t n) {
    for (size_t i = 0; i < tr_network_n_layers(pass->network); i++) {
        const tr_layer_view *layer = tr_network_layer(pass->network, i);
        const tr_dense here = dense(pass, layer);
        if (layer->activation == TR_ACTIVATION_RELU) {
            pass->kernels->dense_relu(&here, rows, pass->output[i],
                                      has_slopes ? pass->slope[i] : NULL, n);
        } else {
            pass->kernels->dense_sums(&here, rows, pass->output[i], n);
            if (layer->activation == TR_ACTIVATION_SOFTMAX)
                pass->kernels->softmax(layer->n_units, pass->output[i], pass->delta[i], n);
            else
                pass->kernels->activate(layer, pass->output[i], pass->slope[i], n);
        }
        rows = pass->output[i];
    }
}

void tr_pass_forward(tr_pass *pass, size_t n_samples) {
    pad(pass->input, tr_network_n_inputs(pass->network), n_samples);
    forward(pass, pass->input, true, tr_pass_padded(n_samples));
}

void tr_pass_evaluate(tr_pass *pass, const double *inputs, size_t n_samples) {
    forward(pass, inputs, false, tr_pass_padded(n_samples));
}

double tr_pass_loss_alone(tr_pass *pass, tr_loss loss, const double *targets, size_t n_samples) {
    const size_t last = tr_network_n_layers(pass->network) - 1;
    const tr_loss_rows rows = {.n_outputs = tr_network_n_outputs(pass->network),
                               .outputs = pass->output[last],
                               .targets = targets,
                               .deltas = pass->delta[last],
                               .terms = pass->terms};
    return pass->kernels->sum_loss(loss, &rows, 1, n_samples, tr_pass_padded(n_samples));
}

double tr_pass_loss(tr_pass *pass, tr_loss loss, size_t n_samples, size_t batch_size) {
    const size_t last = tr_network_n_layers(pass->network) - 1;
    const tr_loss_rows rows = {.n_outputs = tr_network_n_outputs(pass->network),
                               .outputs = pass->output[last],
                               .slopes = pass->slope[last],
                               .targets = pass->target,
                               .deltas = pass->delta[last],
                               .terms = pass->terms};
    const float scale = tr_loss_scale(loss, batch_size, rows.n_outputs);
    pad(pass->target, rows.n_outputs, n_samples);
    return pass->kernels->sum_loss(loss, &rows, scale, n_samples, tr_pass_padded(n_samples));
}

void tr_pass_backward(tr_pass *pass, size_t n_samples) {
    const size_t n = tr_pass_padded(n_samples);
    for (size_t i = tr_network_n_layers(pass->network); i-- > 0;) {
        const tr_layer_view *layer = tr_network_layer(pass->network, i);
        const tr_dense here = dense(pass, layer);
        pass->kernels->dense_gradient(&here, i ? pass->output[i - 1] : pass->input, pass->delta[i],
                                      pass->gradient + layer->weights, n);
        if (i > 0)
            pass->kernels->dense_deltas(&here, pass->delta[i], pass->slope[i - 1],
                                        pass->delta[i - 1], n);
    }
}

void tr_pass_take_gradient(tr_pass *pass, float *gradient) {
    pass->kernels->take(gradient, pass->gradient, tr_network_n_params(pass->network));
}
