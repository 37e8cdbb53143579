#include <stdio.h>
#include <trainreel/trainreel.h>

int main(void) {
    tr_diag diag = {0};
    tr_dataset *dataset = NULL;
    tr_network *network = NULL;
    tr_report report = {0};
    tr_random random;
    float params[2];

    const tr_layer neuron = {.n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_status status = tr_dataset_create_bilinear(&dataset, 200, &diag);
    if (!status)
        status = tr_network_create(&network, 1, &neuron, 1, &diag);
    if (!status) {
        tr_random_seed(&random, 0);
        tr_network_init_params(network, &random, params);
        tr_training training = {.network = network, .dataset = dataset, .params = params,
                                .random = &random, .options = {.batch_size = 128, .epochs = 2000,
                                                               .learning_rate = 0.01}};
        tr_source source = tr_training_source(&training);
        tr_render_options options = tr_render_options_default();
        status = tr_render(&source, &options, &report, &diag);
    }
    if (status)
        fprintf(stderr, "%s\n", diag.text);
    else
        printf("%s: %.2f, %.2f\n", report.artifacts[0].path, params[0], params[1]);
    tr_report_destroy(&report);
    tr_network_destroy(&network);
    tr_dataset_destroy(&dataset);
    return status ? 1 : 0;
}
