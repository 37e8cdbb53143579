/* Compares nets, losses, initialisers and optimizers with what scripts/reference-values has
 * computed. */
#include "support.h"

#include <math.h>

/* ---- the files ---- */

typedef struct record {
    char run[64];
    unsigned long iteration;
    double values[5]; /* loss, first and last parameter, sum, sum weighted by 1 / n, 2 / n … 1 */
} record;

enum { MOST_RECORDS = 1000 };

typedef struct records {
    size_t count;
    record items[MOST_RECORDS];
} records;

static FILE *open_data(const char *name) {
    char path[512], header[128];
    snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(header, sizeof header, file));
    return file;
}

static int read_records(void **state) {
    records *all = calloc(1, sizeof *all);
    assert_non_null(all);
    FILE *file = open_data("training_f64.csv");
    for (record *at = all->items; all->count < MOST_RECORDS; at++, all->count++) {
        double *v = at->values;
        if (fscanf(file, " %63[^,],%lu,%lf,%lf,%lf,%lf,%lf", at->run, &at->iteration, &v[0], &v[1],
                   &v[2], &v[3], &v[4]) != 7)
            break;
    }
    assert_true(feof(file));
    fclose(file);
    *state = all;
    return 0;
}

static int free_records(void **state) {
    free(*state);
    return 0;
}

/* ---- the same data ---- */

static tr_dataset *create_dataset(size_t n_samples, size_t n_inputs, size_t n_outputs) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create(&dataset, n_samples, n_inputs, n_outputs, &diag), diag);
    return dataset;
}

static tr_dataset *create_kind(tr_data_kind kind, double noise, tr_random *random) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create_kind(&dataset, kind, 200, noise, random, &diag), diag);
    return dataset;
}

static tr_dataset *create_bilinear(tr_random *random) {
    return create_kind(TR_DATA_BILINEAR, 0, random);
}

static tr_dataset *create_sine(tr_random *random) {
    return create_kind(TR_DATA_SINE, 0.2, random);
}

static tr_dataset *create_plane(tr_random *random) {
    tr_dataset *dataset = create_dataset(61, 2, 3);
    for (size_t i = 0; i < 61 * 2; i++)
        dataset->x[i] = tr_random_uniform(random, -1, 1);
    for (size_t s = 0; s < 61; s++) {
        const double *x = dataset->x + s * 2;
        double *y = dataset->y + s * 3;
        y[0] = x[0] > 0;
        y[1] = x[0] * x[1] < 0;
        y[2] = 0.5 + x[1] / 2;
    }
    return dataset;
}

static tr_dataset *create_sectors(tr_random *random) {
    tr_dataset *dataset = create_dataset(61, 2, 3);
    for (size_t i = 0; i < 61 * 2; i++)
        dataset->x[i] = tr_random_uniform(random, -1, 1);
    for (size_t s = 0; s < 61; s++) {
        const double *x = dataset->x + s * 2;
        dataset->y[s * 3 + (x[0] < -0.3 ? 0 : x[1] < 0 ? 1 : 2)] = 1;
    }
    return dataset;
}

/* ---- the same training ---- */

typedef struct comparison {
    const record *next;
    const record *end;
    double worst; /* error relative to the value, or absolute where that is below 1 */
} comparison;

static tr_status compare(const tr_snapshot *snapshot, void *context) {
    comparison *with = context;
    if (with->next == with->end || snapshot->iteration != with->next->iteration)
        return TR_OK;
    double sum = 0, ramp = 0;
    for (size_t i = 0; i < snapshot->n_params; i++) {
        sum += (double)snapshot->params[i];
        ramp += (double)(i + 1) / (double)snapshot->n_params * (double)snapshot->params[i];
    }
    const double values[] = {(double)snapshot->loss, (double)snapshot->params[0],
                             (double)snapshot->params[snapshot->n_params - 1], sum, ramp};
    for (int i = 0; i < 5; i++) {
        const double expected = with->next->values[i];
        const double error = fabs(values[i] - expected) / fmax(1, fabs(expected));
        if (!(error <= with->worst)) /* NaN as well */
            with->worst = error;
    }
    return ++with->next == with->end ? TR_END : TR_OK;
}

/* The records of a run, which stand together. */
static comparison find_run(const records *all, const char *run) {
    comparison found = {.end = all->items + all->count};
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].run, run) != 0)
            continue;
        if (!found.next)
            found.next = &all->items[i];
        found.end = &all->items[i] + 1;
    }
    if (!found.next || found.end - found.next != 8)
        fail_msg("%s is not in the file with 8 iterations", run);
    return found;
}

/* Trains and compares. A float32 number is off by 6e-8, and 200 iterations add that up: to 3e-7 for
 * a neuron and 4e-6 for the nets, as measured; a wrong formula is off by 1e-3 and more. */
static void check_run(const records *all, const char *run, tr_dataset *(*create)(tr_random *),
                      const tr_layer *layers, size_t n_layers, const tr_fit_options *options,
                      double tolerance) {
    tr_diag diag = {0};
    tr_network *network;
    tr_random random;
    float params[256];
    comparison with = find_run(all, run);
    tr_random_seed(&random, 0);
    tr_dataset *dataset = create(&random);
    assert_ok(tr_network_create(&network, dataset->n_inputs, layers, n_layers, &diag), diag);
    tr_network_init_params(network, &random, params);
    assert_ok(tr_fit(network, params, dataset, options, &random, compare, &with, &diag), diag);
    assert_ptr_equal(with.next, with.end);
    if (!(with.worst < tolerance))
        fail_msg("%s: off by %g", run, with.worst);
    tr_network_destroy(&network);
    tr_dataset_destroy(&dataset);
}

static void optimizers_follow_float64(void **state) {
    const struct {
        const char *name;
        tr_optimizer optimizer;
        tr_fit_options changed; /* where it is not 0 */
    } optimizers[] = {
        {"sgd", TR_OPTIMIZER_SGD, {0}},
        {"sgd momentum", TR_OPTIMIZER_SGD, {.learning_rate = 0.002, .momentum = 0.9}},
        {"sgd nesterov",
         TR_OPTIMIZER_SGD,
         {.learning_rate = 0.002, .momentum = 0.9, .nesterov = true}},
        {"sgd decay", TR_OPTIMIZER_SGD, {.learning_rate = 0.005, .momentum = 0.5, .decay = 0.01}},
        {"adam", TR_OPTIMIZER_ADAM, {0}},
        {"adam betas",
         TR_OPTIMIZER_ADAM,
         {.learning_rate = 0.01, .beta_1 = 0.5, .beta_2 = 0.99, .epsilon = 1e-4}},
        {"rmsprop", TR_OPTIMIZER_RMSPROP, {0}},
        {"rmsprop rho",
         TR_OPTIMIZER_RMSPROP,
         {.learning_rate = 0.003, .rho = 0.5, .epsilon = 1e-4}},
        {"adagrad", TR_OPTIMIZER_ADAGRAD, {0}},
    };
    const tr_layer neuron = {.n_units = 1, .activation = TR_ACTIVATION_RELU};
    const tr_layer net[] = {{.n_units = 10, .activation = TR_ACTIVATION_RELU},
                            {.n_units = 10, .activation = TR_ACTIVATION_RELU},
                            {.n_units = 1}};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        const tr_fit_options *changed = &optimizers[i].changed;
        tr_fit_options options = tr_fit_options_default(optimizers[i].optimizer);
        options.learning_rate =
            changed->learning_rate > 0 ? changed->learning_rate : options.learning_rate;
        options.momentum = changed->momentum;
        options.nesterov = changed->nesterov;
        options.decay = changed->decay;
        options.beta_1 = changed->beta_1 > 0 ? changed->beta_1 : options.beta_1;
        options.beta_2 = changed->beta_2 > 0 ? changed->beta_2 : options.beta_2;
        options.rho = changed->rho > 0 ? changed->rho : options.rho;
        options.epsilon = changed->epsilon > 0 ? changed->epsilon : options.epsilon;
        /* One parameter's first gradients are 5e-7 and less, the noise of float32. Adam follows the
         * sign of a gradient, and this one's by as much as the others'. */
        const double tolerance = strcmp(optimizers[i].name, "adam") == 0 ? 1e-4 : 1e-5;
        char run[64];
        snprintf(run, sizeof run, "neuron %s", optimizers[i].name);
        check_run(*state, run, create_bilinear, &neuron, 1, &options, 1e-6);
        snprintf(run, sizeof run, "1-10-10-1 %s", optimizers[i].name);
        check_run(*state, run, create_sine, net, 3, &options, tolerance);
    }
}

static void activations_follow_float64(void **state) {
    const struct {
        const char *name;
        tr_activation activation;
        double alpha;
    } activations[] = {
        {"linear", TR_ACTIVATION_LINEAR, 0},
        {"relu", TR_ACTIVATION_RELU, 0},
        {"tanh", TR_ACTIVATION_TANH, 0},
        {"sigmoid", TR_ACTIVATION_SIGMOID, 0},
        {"leaky_relu", TR_ACTIVATION_LEAKY_RELU, 0},
        {"leaky_relu(0.01)", TR_ACTIVATION_LEAKY_RELU, 0.01},
        {"elu", TR_ACTIVATION_ELU, 0},
        {"elu(0.5)", TR_ACTIVATION_ELU, 0.5},
        {"softplus", TR_ACTIVATION_SOFTPLUS, 0},
    };
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.learning_rate = 0.02;
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++) {
        const tr_layer layers[] = {
            {.n_units = 5, .activation = activations[i].activation, .alpha = activations[i].alpha},
            {.n_units = 1}};
        char run[64];
        snprintf(run, sizeof run, "1-5-1 %s", activations[i].name);
        check_run(*state, run, create_sine, layers, 2, &options, 1e-5);
    }
}

static void losses_follow_float64(void **state) {
    const struct {
        const char *name;
        tr_loss loss;
        tr_dataset *(*create)(tr_random *);
        tr_activation last;
    } losses[] = {
        {"mean_squared_error", TR_LOSS_MEAN_SQUARED_ERROR, create_plane, TR_ACTIVATION_LINEAR},
        {"mean_absolute_error", TR_LOSS_MEAN_ABSOLUTE_ERROR, create_plane, TR_ACTIVATION_SOFTPLUS},
        {"binary_crossentropy", TR_LOSS_BINARY_CROSSENTROPY, create_plane, TR_ACTIVATION_SIGMOID},
        {"categorical_crossentropy", TR_LOSS_CATEGORICAL_CROSSENTROPY, create_sectors,
         TR_ACTIVATION_SOFTMAX},
    };
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.learning_rate = 0.1;
    options.batch_size = 16;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        const tr_layer layers[] = {{.n_units = 4, .activation = TR_ACTIVATION_TANH},
                                   {.n_units = 3, .activation = losses[i].last}};
        char run[64];
        snprintf(run, sizeof run, "2-4-3 %s", losses[i].name);
        options.loss = losses[i].loss;
        check_run(*state, run, losses[i].create, layers, 2, &options, 1e-5);
    }
}

static void initialisers_are_numpys_numbers(void **state) {
    (void)state;
    const struct {
        const char *name;
        tr_init init;
        double scale;
    } inits[] = {{"glorot_uniform", TR_INIT_GLOROT_UNIFORM, 0},
                 {"normal", TR_INIT_NORMAL, 0},
                 {"normal(2)", TR_INIT_NORMAL, 2},
                 {"uniform", TR_INIT_UNIFORM, 0},
                 {"uniform(2)", TR_INIT_UNIFORM, 2},
                 {"glorot_normal", TR_INIT_GLOROT_NORMAL, 0},
                 {"he_normal", TR_INIT_HE_NORMAL, 0},
                 {"he_uniform", TR_INIT_HE_UNIFORM, 0},
                 {"zeros", TR_INIT_ZEROS, 0},
                 {"constant(0.1)", TR_INIT_CONSTANT, 0.1}};
    tr_diag diag = {0};
    FILE *file = open_data("initialisers.csv");
    for (size_t i = 0; i < sizeof inits / sizeof *inits; i++) {
        const tr_layer layer = {.n_units = 4, .init = inits[i].init, .scale = inits[i].scale};
        tr_network *network;
        tr_random random;
        float params[16];
        assert_ok(tr_network_create(&network, 3, &layer, 1, &diag), diag);
        tr_random_seed(&random, 0);
        tr_network_init_params(network, &random, params);
        for (unsigned k = 0; k < 12; k++) {
            char name[32];
            unsigned index;
            float weight;
            assert_int_equal(fscanf(file, " %31[^,],%u,%f", name, &index, &weight), 3);
            assert_string_equal(name, inits[i].name);
            assert_int_equal(index, k);
            assert_true(params[k] == weight);
        }
        for (int k = 12; k < 16; k++)
            assert_true(params[k] == 0);
        tr_network_destroy(&network);
    }
    assert_int_equal(fgetc(file), '\n');
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimizers_follow_float64),
        cmocka_unit_test(activations_follow_float64),
        cmocka_unit_test(losses_follow_float64),
        cmocka_unit_test(initialisers_are_numpys_numbers),
    };
    return cmocka_run_group_tests(tests, read_records, free_records);
}
