#include "support.h"

#include <math.h>

enum { N_SAMPLES = 139, MOST_PARAMS = 256 }; /* two blocks, the second of which is not full */

/* Inputs around 0, and targets that the loss takes. */
static tr_dataset *create_dataset(size_t n_inputs, size_t n_outputs, tr_loss loss,
                                  tr_random *random) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create(&dataset, N_SAMPLES, n_inputs, n_outputs, &diag), diag);
    for (size_t i = 0; i < N_SAMPLES * n_inputs; i++)
        dataset->x[i] = tr_random_normal(random, 0, 1);
    for (size_t s = 0; s < N_SAMPLES; s++)
        for (size_t i = 0; i < n_outputs; i++) {
            double *target = &dataset->y[s * n_outputs + i];
            if (loss == TR_LOSS_CATEGORICAL_CROSSENTROPY)
                *target = s % n_outputs == i;
            else if (loss == TR_LOSS_BINARY_CROSSENTROPY)
                *target = tr_random_double(random);
            else
                *target = tr_random_normal(random, 0, 1);
        }
    return dataset;
}

/* Parameters that are anything but symmetric. */
static void draw_params(const tr_network *network, tr_random *random, float *params) {
    for (size_t i = 0; i < tr_network_n_params(network); i++)
        params[i] = (float)tr_random_normal(random, 0.1, 0.6);
}

/* Checks a net on data of its own, with as many parameters compared as come to lie away from kinks.
 * Returns how many those are. */
static size_t check_net_once(size_t n_inputs, const tr_layer *layers, size_t n_layers, tr_loss loss,
                             uint32_t seed, const char *what) {
    tr_diag diag = {0};
    tr_network *network;
    tr_random random;
    float params[MOST_PARAMS];
    tr_gradient_check checks[MOST_PARAMS];
    size_t n_compared = 0;
    assert_ok(tr_network_create(&network, n_inputs, layers, n_layers, &diag), diag);
    assert_in_range(tr_network_n_params(network), 1, MOST_PARAMS);
    tr_random_seed(&random, seed);
    tr_dataset *dataset = create_dataset(n_inputs, tr_network_n_outputs(network), loss, &random);
    draw_params(network, &random, params);
    assert_ok(tr_check_gradient(network, params, dataset, loss, NULL, checks, &diag), diag);
    for (size_t i = 0; i < tr_network_n_params(network); i++) {
        char name[64];
        tr_network_param_name(network, i, name, sizeof name);
        if (checks[i].at_kink)
            continue;
        n_compared++;
        if (!(checks[i].relative_error < TR_GRADIENT_TOLERANCE))
            fail_msg("%s, %s: %g instead of %g (relative error %g)", what, name,
                     checks[i].backpropagated, checks[i].central_difference,
                     checks[i].relative_error);
    }
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
    return n_compared;
}

/* Often a sample happens to lie so close to a kink that most parameters cannot be compared; but
 * hardly with all data. Returns how many could be with the best. */
static size_t check_net(size_t n_inputs, const tr_layer *layers, size_t n_layers, tr_loss loss,
                        const char *what) {
    size_t most = 0;
    for (uint32_t seed = 0; seed < 3; seed++) {
        const size_t n = check_net_once(n_inputs, layers, n_layers, loss, seed, what);
        most = n > most ? n : most;
    }
    return most;
}

static void every_activation_with_every_loss(void **state) {
    (void)state;
    for (int activation = 0; activation < TR_ACTIVATION_SOFTMAX; activation++)
        for (int loss = 0; loss <= TR_LOSS_CATEGORICAL_CROSSENTROPY; loss++) {
            /* as a hidden layer, and where the loss allows it as the last one */
            tr_activation last = (tr_activation)activation;
            if (loss == TR_LOSS_BINARY_CROSSENTROPY)
                last = TR_ACTIVATION_SIGMOID;
            if (loss == TR_LOSS_CATEGORICAL_CROSSENTROPY)
                last = TR_ACTIVATION_SOFTMAX;
            const tr_layer layers[] = {{.n_units = 7, .activation = (tr_activation)activation},
                                       {.n_units = 5, .activation = (tr_activation)activation},
                                       {.n_units = 3, .activation = last}};
            char what[64];
            snprintf(what, sizeof what, "activation %d, loss %d", activation, loss);
            const size_t n_params = 4 * 7 + 7 + 7 * 5 + 5 + 5 * 3 + 3;
            const size_t n_compared = check_net(4, layers, 3, (tr_loss)loss, what);
            assert_in_range(n_compared, n_params * 9 / 10, n_params);
        }
}

static void nets_of_every_shape(void **state) {
    (void)state;
    const tr_loss loss = TR_LOSS_MEAN_SQUARED_ERROR;
    for (size_t n_units = 1; n_units <= 9; n_units++)
        for (size_t n_inputs = 1; n_inputs <= 5; n_inputs += 2)
            for (size_t n_outputs = 1; n_outputs <= 5; n_outputs += 2) {
                const tr_layer layers[] = {
                    {.n_units = n_units, .activation = TR_ACTIVATION_TANH},
                    {.n_units = n_outputs, .activation = TR_ACTIVATION_SOFTPLUS}};
                const size_t n_compared = check_net(n_inputs, layers, 2, loss, "two layers");
                assert_int_equal(n_compared, (n_inputs + 1) * n_units + (n_units + 1) * n_outputs);
            }
    const tr_layer neuron = {.n_units = 1, .activation = TR_ACTIVATION_SIGMOID};
    assert_int_equal(check_net(1, &neuron, 1, loss, "a neuron"), 2);
    tr_layer layers[8];
    for (size_t i = 0; i < 8; i++)
        layers[i] = (tr_layer){.n_units = 3, .activation = TR_ACTIVATION_ELU, .alpha = 1};
    assert_int_equal(check_net(3, layers, 8, loss, "eight layers"), 8 * 12);
}

static void alpha_counts(void **state) {
    (void)state;
    const tr_layer layers[] = {
        {.n_units = 6, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.01},
        {.n_units = 6, .activation = TR_ACTIVATION_ELU, .alpha = 2.5},
        {.n_units = 1}};
    assert_in_range(check_net(2, layers, 3, TR_LOSS_MEAN_SQUARED_ERROR, "alpha"), 50, 67);
}

/* A neuron whose weighted sum is 0 for the only sample, so that there is no derivative. */
static void kinks_are_told(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network;
    tr_dataset *dataset;
    tr_gradient_check checks[2];
    const tr_layer neuron = {.n_units = 1, .activation = TR_ACTIVATION_RELU};
    assert_ok(tr_network_create(&network, 1, &neuron, 1, &diag), diag);
    assert_ok(tr_dataset_create(&dataset, 1, 1, 1, &diag), diag);
    dataset->x[0] = 1;
    dataset->y[0] = 1;
    const float at_zero[] = {0.5f, -0.5f}, close[] = {0.5f, -0.500001f}, above[] = {0.5f, 0.5f};
    assert_ok(tr_check_gradient(network, at_zero, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL, checks,
                                &diag),
              diag);
    assert_true(checks[0].at_kink && checks[1].at_kink);
    assert_ok(
        tr_check_gradient(network, close, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL, checks, &diag),
        diag);
    assert_true(checks[0].at_kink && checks[1].at_kink);
    assert_ok(
        tr_check_gradient(network, above, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL, checks, &diag),
        diag);
    assert_false(checks[0].at_kink || checks[1].at_kink);
    /* the prediction is the target */
    assert_ok(tr_check_gradient(network, above, dataset, TR_LOSS_MEAN_ABSOLUTE_ERROR, NULL, checks,
                                &diag),
              diag);
    assert_true(checks[0].at_kink && checks[1].at_kink);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

/* Where predictions are all but targets, float32 still passes. */
static void a_trained_net_passes_too(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    tr_gradient_check checks[2];
    create_post_run(&run, 0);
    const tr_fit_options options = {.batch_size = 128, .epochs = 20000, .learning_rate = 0.01};
    assert_ok(
        tr_fit(run.network, run.params, run.dataset, &options, &run.random, NULL, NULL, &diag),
        diag);
    assert_ok(tr_check_gradient(run.network, run.params, run.dataset, TR_LOSS_MEAN_SQUARED_ERROR,
                                NULL, checks, &diag),
              diag);
    for (int i = 0; i < 2; i++) {
        assert_true(fabs(checks[i].central_difference) < 1e-4);
        assert_true(checks[i].at_kink || checks[i].relative_error < TR_GRADIENT_TOLERANCE);
    }
    destroy_post_run(&run);
}

static void checking_can_be_cancelled(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network;
    tr_dataset *dataset;
    tr_gradient_check checks[2] = {{0}};
    tr_cancel cancel = {0};
    const float params[] = {1, 1};
    const tr_layer layer = {.n_units = 1};
    assert_ok(tr_network_create(&network, 1, &layer, 1, &diag), diag);
    assert_ok(tr_dataset_create(&dataset, 100, 1, 1, &diag), diag);
    assert_ok(tr_check_gradient(network, params, dataset, TR_LOSS_MEAN_SQUARED_ERROR, &cancel,
                                checks, &diag),
              diag);
    tr_cancel_request(&cancel);
    assert_int_equal(tr_check_gradient(network, params, dataset, TR_LOSS_MEAN_SQUARED_ERROR,
                                       &cancel, checks, &diag),
                     TR_ERROR_CANCELLED);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

static void what_cannot_be_checked_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network;
    tr_dataset *dataset;
    tr_gradient_check check;
    const float param = 0;
    const tr_layer large[] = {{.n_units = 70000}, {.n_units = 1}};
    assert_ok(tr_network_create(&network, 1, large, 2, &diag), diag);
    assert_ok(tr_dataset_create(&dataset, 100, 1, 1, &diag), diag);
    assert_int_equal(tr_check_gradient(network, &param, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL,
                                       &check, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "210001 parameters on 100 samples would take hours");
    diag.text[0] = '\0';
    assert_int_equal(tr_check_gradient(network, &param, dataset, TR_LOSS_BINARY_CROSSENTROPY, NULL,
                                       &check, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "binary_crossentropy wants sigmoid");
    tr_dataset_destroy(&dataset);
    assert_ok(tr_dataset_create(&dataset, 100, 2, 1, &diag), diag);
    assert_int_equal(
        tr_check_gradient(network, &param, dataset, TR_LOSS_MEAN_SQUARED_ERROR, NULL, &check, NULL),
        TR_ERROR_ARGUMENT);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_with_every_loss),
        cmocka_unit_test(nets_of_every_shape),
        cmocka_unit_test(alpha_counts),
        cmocka_unit_test(kinks_are_told),
        cmocka_unit_test(a_trained_net_passes_too),
        cmocka_unit_test(checking_can_be_cancelled),
        cmocka_unit_test(what_cannot_be_checked_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
