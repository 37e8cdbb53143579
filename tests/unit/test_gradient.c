#include "support.h"

#include <math.h>

/* float32 has 7 digits, of which sums over samples and layers lose some; a wrong formula is off by more
 * than the fourth. */
#define LARGEST_ERROR 2e-4

static tr_dataset *create_data(size_t n_outputs, tr_loss loss, tr_random *random) {
    tr_diag diag = {0};
    tr_dataset *data;
    assert_ok(tr_dataset_create(&data, 40, 2, n_outputs, &diag), diag);
    for (size_t i = 0; i < 80; i++)
        data->x[i] = tr_random_normal(random, 0, 1);
    for (size_t s = 0; s < 40; s++)
        for (size_t i = 0; i < n_outputs; i++)
            data->y[s * n_outputs + i] =
                loss == TR_LOSS_CATEGORICAL_CROSSENTROPY ? (double)(s % n_outputs == i)
                : loss == TR_LOSS_BINARY_CROSSENTROPY    ? (double)((s + i) % 2)
                                                         : tr_random_normal(random, 0, 1);
    return data;
}

/* Checks a net with that activation in two layers, and an output that goes with the loss. */
static void check(tr_activation activation, tr_loss loss) {
    tr_diag diag = {0};
    tr_random random;
    tr_network *network;
    tr_random_seed(&random, 7);
    tr_dataset *data = create_data(3, loss, &random);
    const tr_activation last = loss == TR_LOSS_CATEGORICAL_CROSSENTROPY ? TR_ACTIVATION_SOFTMAX
                               : loss == TR_LOSS_BINARY_CROSSENTROPY    ? TR_ACTIVATION_SIGMOID
                                                                        : activation;
    const tr_layer layers[] = {{.n_units = 5, .activation = activation},
                               {.n_units = 4, .activation = activation, .init = TR_INIT_HE_NORMAL},
                               {.n_units = 3, .activation = last}};
    assert_ok(tr_network_create(&network, 2, layers, 3, &diag), diag);
    size_t n_params = tr_network_n_params(network);
    float *params = calloc(n_params, sizeof *params);
    tr_gradient_check *checks = calloc(n_params, sizeof *checks);
    tr_network_init_params(network, &random, params);
    for (size_t p = 0; p < n_params; p++)
        params[p] += (float)tr_random_normal(&random, 0, 0.2); /* biases as well */
    assert_ok(tr_gradient_check_all(network, data, loss, params, checks, &diag), diag);
    size_t n_counted = 0;
    for (size_t p = 0; p < n_params; p++) {
        if (checks[p].at_kink)
            continue;
        n_counted++;
        if (!(checks[p].relative_error < LARGEST_ERROR))
            fail_msg("activation %d, loss %d, parameter %zu: %g is not %g", (int)activation,
                     (int)loss, p, checks[p].backpropagated, checks[p].difference);
    }
    assert_true(n_counted >= n_params * 9 / 10);
    free(params);
    free(checks);
    tr_network_destroy(&network);
    tr_dataset_destroy(&data);
}

static void every_activation_and_loss_has_its_gradient(void **state) {
    (void)state;
    for (int activation = 0; activation < TR_ACTIVATION_SOFTMAX; activation++)
        for (int loss = 0; loss <= TR_LOSS_CATEGORICAL_CROSSENTROPY; loss++)
            check((tr_activation)activation, (tr_loss)loss);
}

/* A derivative of 0.5 at 0, while the central difference is one half by symmetry. */
static void a_kink_is_noticed(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_network *network;
    tr_dataset *data;
    const tr_layer neuron = {.n_units = 1, .activation = TR_ACTIVATION_RELU};
    const float params[2] = {0, 0};
    tr_gradient_check checks[2];
    assert_ok(tr_network_create(&network, 1, &neuron, 1, &diag), diag);
    assert_ok(tr_dataset_create_bilinear(&data, 20, &diag), diag);
    assert_ok(
        tr_gradient_check_all(network, data, TR_LOSS_MEAN_SQUARED_ERROR, params, checks, &diag),
        diag);
    assert_true(checks[0].at_kink && checks[1].at_kink);
    tr_dataset_destroy(&data);
    tr_network_destroy(&network);
}

static void shapes_and_losses_must_fit(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    tr_gradient_check checks[2];
    create_post_run(&run, 0);
    assert_int_equal(tr_gradient_check_all(run.network, run.dataset, TR_LOSS_BINARY_CROSSENTROPY,
                                           run.params, checks, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "sigmoid");
    tr_dataset *data;
    tr_diag other = {0};
    assert_ok(tr_dataset_create(&data, 2, 2, 1, &diag), diag);
    assert_int_equal(tr_gradient_check_all(run.network, data, TR_LOSS_MEAN_SQUARED_ERROR,
                                           run.params, checks, &other),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(other.text, "inputs");
    tr_dataset_destroy(&data);
    destroy_post_run(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_and_loss_has_its_gradient),
        cmocka_unit_test(a_kink_is_noticed),
        cmocka_unit_test(shapes_and_losses_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
