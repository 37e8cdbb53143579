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

static void defaults_are_keras(void **state) {
    (void)state;
    const tr_layer layers[] = {
        {.n_units = 1, .activation = TR_ACTIVATION_LEAKY_RELU, .init = TR_INIT_NORMAL},
        {.n_units = 1, .activation = TR_ACTIVATION_ELU, .init = TR_INIT_UNIFORM},
        {.n_units = 1, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.01},
        {.n_units = 1,
         .activation = TR_ACTIVATION_ELU,
         .alpha = 2,
         .init = TR_INIT_NORMAL,
         .scale = 3},
        {.n_units = 1, .activation = TR_ACTIVATION_RELU, .alpha = 7, .scale = 7}};
    const struct {
        double alpha, scale;
    } expected[] = {{0.3, 0.05}, {1, 0.05}, {0.01, 0}, {2, 3}, {0, 0}};
    tr_network *network = create_network(1, layers, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(tr_network_layer(network, i)->alpha == expected[i].alpha);
        assert_true(tr_network_layer(network, i)->scale == expected[i].scale);
    }
    tr_network_destroy(&network);
}

static void impossible_nets_are_refused(void **state) {
    (void)state;
    tr_network *network;
    const tr_layer huge = {.n_units = (size_t)1 << 30};
    const struct {
        tr_layer layers[2];
        size_t n_layers;
        const char *text;
    } wrong[] = {
        {{{.n_units = 0}}, 1, "layer 1 has no units"},
        {{huge, huge}, 2, "layer 2 makes the net larger"},
        {{{.n_units = 1, .activation = TR_ACTIVATION_SOFTMAX}, {.n_units = 1}},
         2,
         "layer 1 is softmax, which only the last can be"},
        {{{.n_units = 1, .activation = (tr_activation)99}}, 1, "layer 1 has no known activation"},
        {{{.n_units = 1, .init = (tr_init)99}}, 1, "layer 1 has no known activation or init"},
        {{{.n_units = 1}, {.n_units = 1, .activation = TR_ACTIVATION_ELU, .alpha = -1}},
         2,
         "layer 2: alpha is a number from 0 to 100, not -1"},
        {{{.n_units = 1, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = NAN}}, 1, "not nan"},
        {{{.n_units = 1, .init = TR_INIT_NORMAL, .scale = -0.1}},
         1,
         "the initialiser's number is one from 0 to 1e+06, not -0.1"},
        {{{.n_units = 1, .init = TR_INIT_UNIFORM, .scale = INFINITY}}, 1, "not inf"},
        {{{.n_units = 1, .init = TR_INIT_CONSTANT, .scale = 2e6}}, 1, "from -1e+06 to 1e+06"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tr_diag diag = {0};
        assert_int_equal(tr_network_create(&network, 1, wrong[i].layers, wrong[i].n_layers, &diag),
                         TR_ERROR_ARGUMENT);
        assert_text_contains(diag.text, wrong[i].text);
        assert_null(network);
    }
    assert_int_equal(tr_network_create(&network, 0, &huge, 1, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_network_create(&network, 1, &huge, 0, NULL), TR_ERROR_ARGUMENT);
}

/* A net of several layers with parameters and data that are anything but symmetric. */
typedef struct deep_net {
    tr_network *network;
    tr_dataset *dataset;
    float params[3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2];
} deep_net;

enum { DEEP_SAMPLES = 1500 }; /* more than one block */

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

static tr_status keep_loss(const tr_snapshot *snapshot, void *loss) {
    *(float *)loss = snapshot->loss;
    return TR_OK;
}

static void evaluator_has_the_losses_that_training_has(void **state) {
    (void)state;
    const struct {
        tr_loss loss;
        tr_activation last;
    } kinds[] = {{TR_LOSS_MEAN_SQUARED_ERROR, TR_ACTIVATION_LINEAR},
                 {TR_LOSS_MEAN_ABSOLUTE_ERROR, TR_ACTIVATION_SOFTPLUS},
                 {TR_LOSS_BINARY_CROSSENTROPY, TR_ACTIVATION_SIGMOID},
                 {TR_LOSS_CATEGORICAL_CROSSENTROPY, TR_ACTIVATION_SOFTMAX}};
    tr_diag diag = {0};
    deep_net deep;
    create_deep(&deep);
    for (size_t s = 0; s < DEEP_SAMPLES; s++) {
        deep.dataset->y[s * 2] = (double)(s % 3 == 0);
        deep.dataset->y[s * 2 + 1] = (double)(s % 3 != 0);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const tr_layer layer = {.n_units = 2, .activation = kinds[i].last};
        const tr_fit_options options = {
            .batch_size = DEEP_SAMPLES, .epochs = 1, .loss = kinds[i].loss};
        tr_network *network = create_network(3, &layer, 1);
        tr_evaluator *evaluator;
        tr_random random;
        float params[] = {0.5f, -1, 2, 0.25f, -0.75f, 1, 0.1f, -0.1f}, loss;
        assert_ok(tr_evaluator_create(&evaluator, network, deep.dataset, &diag), diag);
        tr_random_seed(&random, 0);
        assert_ok(tr_fit(network, params, deep.dataset, &options, &random, keep_loss, &loss, &diag),
                  diag);
        const float evaluated = tr_evaluator_loss(evaluator, kinds[i].loss, params);
        /* the order of the samples is another */
        assert_true(fabsf(evaluated - loss) <= 1e-6f * loss);
        const tr_loss unfit =
            i == 3 ? TR_LOSS_MEAN_SQUARED_ERROR : TR_LOSS_CATEGORICAL_CROSSENTROPY;
        assert_true(isnan(tr_evaluator_loss(evaluator, unfit, params)));
        tr_evaluator_destroy(&evaluator);
        tr_network_destroy(&network);
    }
    destroy_deep(&deep);
}

/* Predictions and losses are those of the formulas where naive ones overflow. */
static void large_sums_are_no_trouble(void **state) {
    (void)state;
    tr_diag diag = {0};
    const tr_layer layer = {.n_units = 3, .activation = TR_ACTIVATION_SOFTMAX};
    tr_network *network = create_network(1, &layer, 1);
    tr_dataset *dataset;
    tr_evaluator *evaluator;
    assert_ok(tr_dataset_create(&dataset, 1, 1, 3, &diag), diag);
    dataset->x[0] = 1;
    dataset->y[2] = 1;
    assert_ok(tr_evaluator_create(&evaluator, network, dataset, &diag), diag);
    const float params[] = {1000, 999, -1000, 0, 0, 0};
    float y[3];
    tr_evaluator_predict(evaluator, params, y);
    assert_true(fabs((double)y[0] - 1 / (1 + exp(-1))) < 1e-7);
    assert_true(fabs((double)y[1] - 1 / (1 + exp(1))) < 1e-7);
    assert_true(y[2] == 0);
    const float loss = tr_evaluator_loss(evaluator, TR_LOSS_CATEGORICAL_CROSSENTROPY, params);
    assert_true(fabs((double)loss - (2000 + log1p(exp(-1)))) < 1e-3);
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

static void gradient_agrees_with_the_formula(void **state) {
    (void)state;
    enum { N = 37 }; /* no multiple of the lanes of a sum */
    tr_diag diag = {0};
    deep_net deep;
    create_deep(&deep);
    tr_pass *pass;
    assert_ok(tr_pass_create(&pass, deep.network, true, &diag), diag);
    for (size_t s = 0; s < N; s++) {
        for (size_t k = 0; k < 3; k++)
            tr_pass_input(pass, k)[s] = (double)(float)deep.dataset->x[s * 3 + k];
        for (size_t u = 0; u < 2; u++)
            tr_pass_target(pass, u)[s] = (double)(float)deep.dataset->y[s * 2 + u];
    }
    float gradient[sizeof deep.params / sizeof(float)];
    tr_pass_set_params(pass, deep.params);
    tr_pass_forward(pass, N);
    tr_pass_loss(pass, TR_LOSS_MEAN_SQUARED_ERROR, N, N);
    tr_pass_backward(pass, N);
    tr_pass_take_gradient(pass, gradient);
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

/* The gradient of a single neuron with the parameters 0 and 0, on x = 3 and y = `target`. */
static void neuron_gradient_at_zero(tr_activation activation, double alpha, tr_loss loss,
                                    double target, float *gradient) {
    tr_diag diag = {0};
    const tr_layer neuron = {.n_units = 1, .activation = activation, .alpha = alpha};
    tr_network *network = create_network(1, &neuron, 1);
    tr_pass *pass;
    assert_ok(tr_pass_create(&pass, network, true, &diag), diag);
    const float params[] = {0, 0};
    tr_pass_input(pass, 0)[0] = 3;
    tr_pass_target(pass, 0)[0] = target;
    tr_pass_set_params(pass, params);
    tr_pass_forward(pass, 1);
    assert_true(tr_pass_loss(pass, loss, 1, 1) == fabs(target));
    tr_pass_backward(pass, 1);
    tr_pass_take_gradient(pass, gradient);
    tr_pass_destroy(&pass);
    tr_network_destroy(&network);
}

static void derivatives_at_kinks_are_the_mean_of_both_sides(void **state) {
    (void)state;
    float gradient[2];
    neuron_gradient_at_zero(TR_ACTIVATION_RELU, 0, TR_LOSS_MEAN_SQUARED_ERROR, 1, gradient);
    assert_true(gradient[0] == 2 * (0 - 1) * 0.5f * 3);
    assert_true(gradient[1] == 2 * (0 - 1) * 0.5f);
    neuron_gradient_at_zero(TR_ACTIVATION_LEAKY_RELU, 0.25, TR_LOSS_MEAN_SQUARED_ERROR, 1,
                            gradient);
    assert_true(gradient[1] == 2 * (0 - 1) * 0.625f);
    neuron_gradient_at_zero(TR_ACTIVATION_ELU, 0.5, TR_LOSS_MEAN_SQUARED_ERROR, 1, gradient);
    assert_true(gradient[1] == 2 * (0 - 1) * 0.75f);
    neuron_gradient_at_zero(TR_ACTIVATION_LINEAR, 0, TR_LOSS_MEAN_ABSOLUTE_ERROR, 0, gradient);
    assert_true(gradient[1] == 0);
    neuron_gradient_at_zero(TR_ACTIVATION_LINEAR, 0, TR_LOSS_MEAN_ABSOLUTE_ERROR, 1, gradient);
    assert_true(gradient[1] == -1);
}

/* What the kernels for nets of any shape make of a relu unit, for rows of up to TR_BLOCK samples. */
static double learn_by_rows(const tr_kernels *kernels, const tr_relu_unit *unit,
                            const uint32_t *order, size_t n_samples, double gradient[2]) {
    static double x[2 * TR_BLOCK], y[TR_BLOCK], outputs[TR_BLOCK], deltas[TR_BLOCK];
    static double terms[TR_BLOCK];
    static float slopes[TR_BLOCK];
    const double weight = (double)unit->weight;
    const size_t n = tr_pass_padded(n_samples);
    const tr_dense dense = {.n_inputs = 1, .n_units = 1, .weights = &weight, .bias = &unit->bias};
    const tr_loss_rows rows = {.n_outputs = 1,
                               .outputs = outputs,
                               .slopes = slopes,
                               .targets = y,
                               .deltas = deltas,
                               .terms = terms};
    for (size_t s = 0; s < n; s++) {
        x[s] = unit->x[order[s < n_samples ? s : n_samples - 1]];
        y[s] = unit->targets[order[s < n_samples ? s : n_samples - 1]];
        x[TR_BLOCK + s] = 1;
    }
    kernels->dense_relu(&dense, x, outputs, slopes, n);
    double loss = kernels->sum_loss(TR_LOSS_MEAN_SQUARED_ERROR, &rows, unit->scale, n_samples, n);
    kernels->dense_gradient(&dense, x, deltas, gradient, n);
    return loss;
}

static void assert_same_bits(const double *a, const double *b, size_t count) {
    assert_memory_equal(a, b, count * sizeof *a);
}

/* Of every number of samples, and of numbers of every size, also where float32 ends. */
static void a_relu_unit_has_the_numbers_of_any_net(void **state) {
    (void)state;
    static double x[TR_BLOCK], y[TR_BLOCK];
    static float narrow_x[TR_BLOCK], narrow_y[TR_BLOCK];
    static uint32_t order[TR_BLOCK];
    const tr_kernels *const all[] = {tr_kernels_get(), &tr_kernels_generic};
    tr_random random;
    tr_random_seed(&random, 5);
    for (size_t round = 0; round < 4 * TR_BLOCK; round++) {
        const size_t n = round % TR_BLOCK + 1;
        const int spread = (int)(round / TR_BLOCK) * 20; /* x down to 2^-120: squares vanish */
        for (size_t s = 0; s < n; s++) {
            narrow_x[s] = (float)ldexp(tr_random_normal(&random, 0, 1), -2 * spread);
            narrow_y[s] = (float)ldexp(tr_random_normal(&random, 0, 1), -spread);
            x[s] = (double)narrow_x[s];
            y[s] = (double)narrow_y[s];
            order[s] = (uint32_t)s;
        }
        const tr_relu_unit unit = {.weight = (float)tr_random_normal(&random, 0, 1),
                                   .bias = round % 3 ? (float)ldexp(0.3, -spread) : 0,
                                   .scale = 2 / (float)n,
                                   .x = x,
                                   .targets = y};
        for (size_t i = 0; i < 2; i++) {
            double gradient[2] = {0}, expected_gradient[2] = {0};
            double expected = learn_by_rows(all[i], &unit, order, n, expected_gradient);
            double learnt = all[i]->learn_relu_unit(&unit, order, n, gradient);
            double alone = all[i]->sum_relu_errors(unit.weight, unit.bias, narrow_x, narrow_y, n);
            assert_same_bits(&learnt, &expected, 1);
            assert_same_bits(&alone, &expected, 1);
            assert_same_bits(gradient, expected_gradient, 2);
        }
    }
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
        cmocka_unit_test(defaults_are_keras),
        cmocka_unit_test(impossible_nets_are_refused),
        cmocka_unit_test(evaluator_agrees_with_the_formula),
        cmocka_unit_test(evaluator_has_the_losses_that_training_has),
        cmocka_unit_test(large_sums_are_no_trouble),
        cmocka_unit_test(gradient_agrees_with_the_formula),
        cmocka_unit_test(derivatives_at_kinks_are_the_mean_of_both_sides),
        cmocka_unit_test(a_relu_unit_has_the_numbers_of_any_net),
        cmocka_unit_test(shapes_that_differ_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
