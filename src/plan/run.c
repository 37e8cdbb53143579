#include "run.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

tr_status tr_run_create(tr_run **out, const tr_settings *settings, tr_diag *diag) {
    *out = NULL;
    tr_run *run = tr_alloc_array(1, sizeof *run);
    if (!run)
        return tr_fail_memory(diag, "the run");
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_status status = tr_dataset_create_bilinear(&run->dataset, (size_t)settings->points, diag);
    if (!status)
        status = tr_network_create(&run->network, 1, &neuron, 1, diag);
    if (!status) {
        run->params = tr_alloc_aligned(tr_network_n_params(run->network), sizeof *run->params);
        if (!run->params)
            status = tr_fail_memory(diag, "the run");
    }
    if (status) {
        tr_run_destroy(&run);
        return status;
    }
    tr_random_seed(&run->random, (uint32_t)settings->seed);
    tr_network_init_params(run->network, &run->random, run->params);
    run->training = (tr_training){.network = run->network,
                                  .dataset = run->dataset,
                                  .options = {.batch_size = (size_t)settings->batch_size,
                                              .epochs = (uint64_t)settings->epochs,
                                              .learning_rate = settings->learning_rate},
                                  .params = run->params,
                                  .random = &run->random};
    *out = run;
    return TR_OK;
}

void tr_run_destroy(tr_run **handle) {
    tr_run *run = *handle;
    if (!run)
        return;
    tr_dataset_destroy(&run->dataset);
    tr_network_destroy(&run->network);
    free(run->params);
    free(run);
    *handle = NULL;
}

tr_render_options tr_render_options_from(const tr_settings *settings) {
    const char *const *presets = tr_param_by_option("preset")->choices;
    return (tr_render_options){.folder = settings->folder,
                               .name = settings->name,
                               .format = (tr_format)settings->format,
                               .picture = {.width = settings->size.width,
                                           .height = settings->size.height,
                                           .scale = (int)settings->scale,
                                           .title = settings->title,
                                           .x_label = settings->x_label,
                                           .y_label = settings->y_label,
                                           .data_label = settings->data_label,
                                           .prediction_label = settings->prediction_label},
                               .video = {.frames_per_second = (int)settings->frames_per_second,
                                         .crf = settings->crf,
                                         .preset = presets[settings->preset],
                                         .profile = (tr_profile)settings->profile},
                               .every = (uint64_t)settings->every,
                               .jobs = (int)settings->jobs};
}
