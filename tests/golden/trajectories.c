/* Trains small nets of every kind, and prints a checksum of the losses and parameters of all
 * iterations of each. Uses nothing of the C library that computes, as its numbers differ between
 * systems. */
#include <trainreel/trainreel.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_SAMPLES = 301, MOST_PARAMS = 512 };

typedef struct trajectory {
    const char *name;
    size_t n_inputs;
    tr_layer layers[4];
    size_t n_layers;
    tr_fit_options options;
} trajectory;

/* Sides of tiles, blocks of samples and vectors are met and missed. */
#define NEURON(kind) {{.n_units = 1, .activation = (kind)}}, 1
#define NET(kind)                                                                                  \
    {{.n_units = 7, .activation = (kind)}, {.n_units = 10, .activation = (kind)}, {.n_units = 2}}, 3
#define WIDE {{.n_units = 61, .activation = TR_ACTIVATION_RELU}, {.n_units = 1}}, 2
#define CLASSES(kind)                                                                              \
    {{.n_units = 5, .activation = TR_ACTIVATION_TANH}, {.n_units = 3, .activation = (kind)}}, 2
#define SGD(size) .batch_size = (size), .epochs = 20, .learning_rate = 0.05

static const trajectory trajectories[] = {
    {"neuron, relu", 1, NEURON(TR_ACTIVATION_RELU), {SGD(128)}},
    {"neuron, linear", 1, NEURON(TR_ACTIVATION_LINEAR), {SGD(72)}},
    {"wide", 1, WIDE, {SGD(200)}},
    {"linear", 2, NET(TR_ACTIVATION_LINEAR), {SGD(300)}},
    {"relu", 3, NET(TR_ACTIVATION_RELU), {SGD(129)}},
    {"tanh", 1, NET(TR_ACTIVATION_TANH), {SGD(64)}},
    {"sigmoid", 2, NET(TR_ACTIVATION_SIGMOID), {SGD(37)}},
    {"leaky_relu", 3, NET(TR_ACTIVATION_LEAKY_RELU), {SGD(33)}},
    {"elu", 4, NET(TR_ACTIVATION_ELU), {SGD(256)}},
    {"softplus", 5, NET(TR_ACTIVATION_SOFTPLUS), {SGD(301)}},
    {"mean_absolute_error",
     2,
     NET(TR_ACTIVATION_TANH),
     {SGD(50), .loss = TR_LOSS_MEAN_ABSOLUTE_ERROR}},
    {"binary_crossentropy",
     2,
     CLASSES(TR_ACTIVATION_SIGMOID),
     {SGD(50), .loss = TR_LOSS_BINARY_CROSSENTROPY}},
    {"categorical_crossentropy",
     2,
     CLASSES(TR_ACTIVATION_SOFTMAX),
     {SGD(50), .loss = TR_LOSS_CATEGORICAL_CROSSENTROPY}},
    {"momentum", 2, NET(TR_ACTIVATION_RELU), {SGD(50), .momentum = 0.5, .decay = 0.001}},
    {"nesterov", 2, NET(TR_ACTIVATION_RELU), {SGD(50), .momentum = 0.5, .nesterov = true}},
    {"adam",
     2,
     NET(TR_ACTIVATION_RELU),
     {SGD(50), .optimizer = TR_OPTIMIZER_ADAM, .beta_1 = 0.9, .beta_2 = 0.999, .epsilon = 1e-8}},
    {"rmsprop",
     2,
     NET(TR_ACTIVATION_RELU),
     {SGD(50), .optimizer = TR_OPTIMIZER_RMSPROP, .rho = 0.9, .epsilon = 1e-6}},
    {"adagrad",
     2,
     NET(TR_ACTIVATION_RELU),
     {SGD(50), .optimizer = TR_OPTIMIZER_ADAGRAD, .epsilon = 1e-6}},
};

/* FNV-1a */
static void add_bytes(uint64_t *checksum, const void *data, size_t size) {
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        *checksum = (*checksum ^ bytes[i]) * UINT64_C(1099511628211);
}

static tr_status add_snapshot(const tr_snapshot *snapshot, void *checksum) {
    if (snapshot->iteration > 0)
        add_bytes(checksum, &snapshot->loss, sizeof snapshot->loss);
    add_bytes(checksum, snapshot->params, snapshot->n_params * sizeof *snapshot->params);
    return TR_OK;
}

/* Inputs in [-2, 2); targets in [0, 1), or 1 for the class of the sample and 0 for the others. */
static void fill(tr_dataset *dataset, bool is_class, tr_random *random) {
    for (size_t i = 0; i < dataset->n_samples * dataset->n_inputs; i++)
        dataset->x[i] = tr_random_uniform(random, -2, 2);
    for (size_t s = 0; s < dataset->n_samples; s++) {
        const size_t class = tr_random_interval(random, (uint32_t)dataset->n_outputs - 1);
        for (size_t i = 0; i < dataset->n_outputs; i++)
            dataset->y[s * dataset->n_outputs + i] =
                is_class ? (double)(i == class) : tr_random_double(random);
    }
}

static tr_status run(const trajectory *of, tr_diag *diag) {
    tr_network *network = NULL;
    tr_dataset *dataset = NULL;
    tr_evaluator *evaluator = NULL;
    tr_random random;
    float params[MOST_PARAMS];
    uint64_t checksum = UINT64_C(14695981039346656037);
    tr_random_seed(&random, 1);
    tr_status status = tr_network_create(&network, of->n_inputs, of->layers, of->n_layers, diag);
    if (!status)
        status = tr_dataset_create(&dataset, N_SAMPLES, of->n_inputs, tr_network_n_outputs(network),
                                   diag);
    if (!status) {
        fill(dataset, of->options.loss == TR_LOSS_CATEGORICAL_CROSSENTROPY, &random);
        tr_network_init_params(network, &random, params);
        status =
            tr_fit(network, params, dataset, &of->options, &random, add_snapshot, &checksum, diag);
    }
    if (!status)
        status = tr_evaluator_create(&evaluator, network, dataset, diag);
    if (!status) {
        const float loss = tr_evaluator_loss(evaluator, of->options.loss, params);
        add_bytes(&checksum, &loss, sizeof loss);
        printf("%s %016" PRIx64 "\n", of->name, checksum);
    }
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
    return status;
}

int main(void) {
    tr_diag diag = {0};
    for (size_t i = 0; i < sizeof trajectories / sizeof *trajectories; i++)
        if (run(&trajectories[i], &diag)) {
            fprintf(stderr, "%s: %s\n", trajectories[i].name, diag.text);
            return EXIT_FAILURE;
        }
    return EXIT_SUCCESS;
}
