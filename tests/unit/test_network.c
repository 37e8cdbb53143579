#include "support.h"

#include "pass.h"

#include <math.h>

static tr_network *create_network(size_t n_inputs, const tr_layer *layers, size_t n_layers) {
    tr_diag diag = {0};
    tr_network *network;
    assert_ok(tr_network_create(&network, n_inputs, layers, n_layers, &diag), diag);
    return network;
}

static void parameters_are_laid_out_flat(void **state) {
    (void)state;
    const tr_layer layers[] = {
        {.n_units = 3, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL},
        {.n_units = 2, .activation = TR_ACTIVATION_LINEAR, .init = TR_INIT_GLOROT_UNIFORM}};
    tr_network *network = create_network(4, layers, 2);
    assert_int_equal(tr_network_n_params(network), 4 * 3 + 3 + 3 * 2 + 2);
    assert_int_equal(tr_network_n_outputs(network), 2);
    const tr_layer_view *second = tr_network_layer(network, 1);
    assert_int_equal(second->n_inputs, 3);
    assert_int_equal(second->weights, 15);
    assert_int_equal(second->bias, 21);
    const struct {
        size_t index;
        const char *name;
    } names[] = {{0, "dense1.w.0.0"},  {5, "dense1.w.1.2"},  {12, "dense1.b.0"},
                 {15, "dense2.w.0.0"}, {20, "dense2.w.2.1"}, {22, "dense2.b.1"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[32];
        tr_network_param_name(network, names[i].index, name, sizeof name);
        assert_string_equal(name, names[i].name);
    }
    tr_network_destroy(&network);
    assert_null(network);
}

static void a_single_neuron_has_w_and_b(void **state) {
    (void)state;
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_network *network = create_network(1, &neuron, 1);
    char name[8];
    tr_network_param_name(network, 0, name, sizeof name);
    assert_string_equal(name, "w");
    tr_network_param_name(network, 1, name, sizeof name);
    assert_string_equal(name, "b");
    tr_network_destroy(&network);
}

static void initial_weights_are_keras(void **state) {
    (void)state;
    /* the first three of glorot(1, 60) with seed 0 in rng_vectors.txt */
    const double expected[] = {0.030618272690599524, 0.13497754042646887, 0.06445833259281591};
    const tr_layer layer = {
        .n_units = 60, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_GLOROT_UNIFORM};
    tr_network *network = create_network(1, &layer, 1);
    float params[120];
    tr_random random;
    tr_random_seed(&random, 0);
    tr_network_init_params(network, &random, params);
    for (int i = 0; i < 3; i++)
        assert_true(params[i] == (float)expected[i]);
    for (int i = 60; i < 120; i++)
        assert_true(params[i] == 0);
    assert_int_equal(random.position, 120); /* biases draw nothing */
    tr_network_destroy(&network);
}

static void impossible_nets_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network;
    const tr_layer none = {.n_units = 0, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    const tr_layer huge[] = {
        {.n_units = (size_t)1 << 30, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL},
        {.n_units = (size_t)1 << 30, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL}};
    assert_int_equal(tr_network_create(&network, 1, &none, 1, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "layer 1 has no units");
    assert_null(network);
    diag.text[0] = '\0';
    assert_int_equal(tr_network_create(&network, 1, huge, 2, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "layer 2");
    assert_int_equal(tr_network_create(&network, 0, huge, 1, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_network_create(&network, 1, huge, 0, NULL), TR_ERROR_ARGUMENT);
}

/* A net of several layers with parameters and data that are anything but symmetric. */
typedef struct deep_net {
    tr_network *network;
    tr_dataset *dataset;
    float params[3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2];
} deep_net;

enum { DEEP_SAMPLES = 1500 }; /* more than one of the evaluator's blocks */

static void create_deep(deep_net *deep) {
    tr_diag diag = {0};
    const tr_layer layers[] = {
        {.n_units = 5, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_GLOROT_UNIFORM},
        {.n_units = 4, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_GLOROT_UNIFORM},
        {.n_units = 2, .activation = TR_ACTIVATION_LINEAR, .init = TR_INIT_GLOROT_UNIFORM}};
    deep->network = create_network(3, layers, 3);
    assert_int_equal(tr_network_n_params(deep->network), sizeof deep->params / sizeof(float));
    assert_ok(tr_dataset_create(&deep->dataset, DEEP_SAMPLES, 3, 2, &diag), diag);
    tr_random random;
    tr_random_seed(&random, 3);
    for (size_t i = 0; i < tr_network_n_params(deep->network); i++)
        deep->params[i] = (float)tr_random_normal(&random, 0.1, 0.5);
    for (size_t i = 0; i < DEEP_SAMPLES * 3; i++)
        deep->dataset->x[i] = tr_random_normal(&random, 0, 1);
    for (size_t i = 0; i < DEEP_SAMPLES * 2; i++)
        deep->dataset->y[i] = tr_random_normal(&random, 0, 1);
}

static void destroy_deep(deep_net *deep) {
    tr_network_destroy(&deep->network);
    tr_dataset_destroy(&deep->dataset);
}

/* The net as one would write it down, all in double precision. */
static void predict_plainly(const deep_net *deep, const double *params, size_t sample, double *y) {
    double values[5], next[5];
    for (int i = 0; i < 3; i++)
        values[i] = deep->dataset->x[sample * 3 + (size_t)i];
    for (size_t l = 0; l < 3; l++) {
        const tr_layer_view *layer = tr_network_layer(deep->network, l);
        for (size_t u = 0; u < layer->n_units; u++) {
            double z = params[layer->bias + u];
            for (size_t k = 0; k < layer->n_inputs; k++)
                z += values[k] * params[layer->weights + k * layer->n_units + u];
            next[u] = layer->activation == TR_ACTIVATION_RELU && z < 0 ? 0 : z;
        }
        memcpy(values, next, sizeof values);
    }
    memcpy(y, values, 2 * sizeof *y);
}

static double loss_plainly(const deep_net *deep, const double *params, size_t n_samples) {
    double total = 0;
    for (size_t s = 0; s < n_samples; s++) {
        double y[2];
        predict_plainly(deep, params, s, y);
        for (size_t u = 0; u < 2; u++)
            total += pow(y[u] - deep->dataset->y[s * 2 + u], 2);
    }
    return total / (double)(n_samples * 2);
}

static void widen(const deep_net *deep, double *params) {
    for (size_t i = 0; i < sizeof deep->params / sizeof(float); i++)
        params[i] = (double)deep->params[i];
}

static void evaluator_agrees_with_the_formula(void **state) {
    (void)state;
    tr_diag diag = {0};
    deep_net deep;
    create_deep(&deep);
    double params[sizeof deep.params / sizeof(float)];
    widen(&deep, params);
    tr_evaluator *evaluator;
    assert_ok(tr_evaluator_create(&evaluator, deep.network, deep.dataset, &diag), diag);
    static float y[DEEP_SAMPLES * 2];
    tr_evaluator_predict(evaluator, deep.params, y);
    for (size_t s = 0; s < DEEP_SAMPLES; s++) {
        double expected[2];
        predict_plainly(&deep, params, s, expected);
        for (size_t u = 0; u < 2; u++)
            assert_true(fabs((double)y[s * 2 + u] - expected[u]) < 1e-5);
    }
    double loss = (double)tr_evaluator_loss(evaluator, TR_LOSS_MEAN_SQUARED_ERROR, deep.params);
    assert_true(fabs(loss - loss_plainly(&deep, params, DEEP_SAMPLES)) < 1e-5);
    tr_evaluator_destroy(&evaluator);
    assert_null(evaluator);
    destroy_deep(&deep);
}

static void gradient_agrees_with_central_differences(void **state) {
    (void)state;
    enum { N = 37 }; /* no multiple of the lanes of a sum */
    tr_diag diag = {0};
    deep_net deep;
    create_deep(&deep);
    tr_pass *pass;
    assert_ok(tr_pass_create(&pass, deep.network, N, true, &diag), diag);
    for (size_t s = 0; s < N; s++) {
        for (size_t k = 0; k < 3; k++)
            tr_pass_input(pass, k)[s] = (float)deep.dataset->x[s * 3 + k];
        for (size_t u = 0; u < 2; u++)
            tr_pass_target(pass, u)[s] = (float)deep.dataset->y[s * 2 + u];
    }
    float gradient[sizeof deep.params / sizeof(float)];
    tr_pass_forward(pass, deep.params, N);
    tr_pass_squared_error(pass, N);
    tr_pass_backward(pass, deep.params, N, gradient);
    double params[sizeof deep.params / sizeof(float)];
    widen(&deep, params);
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        const double h = 1e-6;
        double kept = params[i];
        params[i] = kept + h;
        double above = loss_plainly(&deep, params, N);
        params[i] = kept - h;
        double below = loss_plainly(&deep, params, N);
        params[i] = kept;
        double expected = (above - below) / (2 * h);
        if (fabs((double)gradient[i] - expected) > 1e-5 + 1e-4 * fabs(expected))
            fail_msg("parameter %zu: %g instead of %g", i, (double)gradient[i], expected);
    }
    tr_pass_destroy(&pass);
    destroy_deep(&deep);
}

static void derivative_of_relu_at_zero_is_a_half(void **state) {
    (void)state;
    tr_diag diag = {0};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_network *network = create_network(1, &neuron, 1);
    tr_pass *pass;
    assert_ok(tr_pass_create(&pass, network, 1, true, &diag), diag);
    const float params[] = {0, 0};
    float gradient[2];
    tr_pass_input(pass, 0)[0] = 3;
    tr_pass_target(pass, 0)[0] = 1;
    tr_pass_forward(pass, params, 1);
    assert_true(tr_pass_squared_error(pass, 1) == 1);
    tr_pass_backward(pass, params, 1, gradient);
    assert_true(gradient[0] == 2 * (0 - 1) * 0.5f * 3);
    assert_true(gradient[1] == 2 * (0 - 1) * 0.5f);
    tr_pass_destroy(&pass);
    tr_network_destroy(&network);
}

static void shapes_that_differ_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_network *network = create_network(2, &neuron, 1);
    tr_dataset *dataset;
    tr_evaluator *evaluator;
    assert_ok(tr_dataset_create_bilinear(&dataset, 10, &diag), diag);
    assert_int_equal(tr_evaluator_create(&evaluator, network, dataset, &diag), TR_ERROR_ARGUMENT);
    assert_null(evaluator);
    assert_text_contains(diag.text, "2 inputs");
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_laid_out_flat),
        cmocka_unit_test(a_single_neuron_has_w_and_b),
        cmocka_unit_test(initial_weights_are_keras),
        cmocka_unit_test(impossible_nets_are_refused),
        cmocka_unit_test(evaluator_agrees_with_the_formula),
        cmocka_unit_test(gradient_agrees_with_central_differences),
        cmocka_unit_test(derivative_of_relu_at_zero_is_a_half),
        cmocka_unit_test(shapes_that_differ_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
