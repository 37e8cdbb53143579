/* Trains one of three nets as train_numpy.py does, and prints the time of an iteration, and the
 * last loss, as JSON:
 *
 *   bench_train neuron|1-60-1|1-10-10-1 [--epochs N] */
#include <trainreel/trainreel.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N_POINTS = 200, BATCH_SIZE = 128, MOST_PARAMS = 1024 };

typedef struct bench_net {
    const char *name;
    tr_layer layers[3];
    size_t n_layers;
} bench_net;

static const bench_net nets[] = {
    {"neuron", {{.n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL}}, 1},
    {"1-60-1", {{.n_units = 60, .activation = TR_ACTIVATION_RELU}, {.n_units = 1}}, 2},
    {"1-10-10-1",
     {{.n_units = 10, .activation = TR_ACTIVATION_RELU},
      {.n_units = 10, .activation = TR_ACTIVATION_RELU},
      {.n_units = 1}},
     3},
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The loss of the last batch is kept, so that nothing can be left out. */
static tr_status keep_loss(const tr_snapshot *snapshot, void *loss) {
    *(float *)loss = snapshot->loss;
    return TR_OK;
}

static tr_status measure(const bench_net *net, uint64_t epochs, tr_diag *diag) {
    tr_dataset *dataset = NULL;
    tr_network *network = NULL;
    tr_random random;
    float params[MOST_PARAMS];
    float loss = 0;
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.batch_size = BATCH_SIZE;
    options.epochs = epochs;
    tr_random_seed(&random, 0);
    const tr_data_kind kind = net->n_layers == 1 ? TR_DATA_BILINEAR : TR_DATA_SINE;
    const double noise = kind == TR_DATA_SINE ? 0.2 : 0;
    tr_status status = tr_dataset_create_kind(&dataset, kind, N_POINTS, noise, &random, diag);
    if (!status)
        status = tr_network_create(&network, 1, net->layers, net->n_layers, diag);
    if (!status) {
        tr_network_init_params(network, &random, params);
        double start = now();
        status = tr_fit(network, params, dataset, &options, &random, keep_loss, &loss, diag);
        double seconds = now() - start;
        printf("{\"iteration_us\": %.17g, \"loss\": %.9g}\n",
               1e6 * seconds / (double)tr_fit_iterations(&options, N_POINTS), (double)loss);
    }
    tr_network_destroy(&network);
    tr_dataset_destroy(&dataset);
    return status;
}

int main(int argc, char **argv) {
    tr_diag diag = {0};
    const bool has_epochs = argc == 4 && strcmp(argv[2], "--epochs") == 0;
    const long epochs = has_epochs ? strtol(argv[3], NULL, 10) : 2000;
    for (size_t i = 0; (argc == 2 || has_epochs) && epochs > 0 && i < sizeof nets / sizeof *nets;
         i++) {
        if (strcmp(argv[1], nets[i].name) != 0)
            continue;
        if (!measure(&nets[i], (uint64_t)epochs, &diag))
            return 0;
        fprintf(stderr, "bench_train: %s\n", diag.text);
        return 1;
    }
    fprintf(stderr, "usage: bench_train neuron|1-60-1|1-10-10-1 [--epochs N]\n");
    return 2;
}
