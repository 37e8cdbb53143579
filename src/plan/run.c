#include "run.h"

#include "alloc.h"
#include "diag.h"
#include "scene.h"

#include <stdlib.h>

tr_status tr_run_create_dataset(tr_dataset **dataset, const tr_settings *settings,
                                tr_random *random, tr_diag *diag) {
    if (settings->data_kind != TR_DATA_CSV)
        return tr_dataset_create_kind(dataset, (tr_data_kind)settings->data_kind,
                                      (size_t)settings->points, settings->noise, random, diag);
    if (!*settings->data_file)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "data of kind csv needs a file (--data-file FILE)");
    const tr_csv_options options = {.header = (tr_csv_header)settings->csv_header,
                                    .x_columns = settings->x_columns,
                                    .y_columns = settings->y_columns};
    return tr_dataset_read_csv(dataset, settings->data_file, &options, diag);
}

static tr_fit_options fit_options_from(const tr_settings *settings) {
    return (tr_fit_options){.batch_size = (size_t)settings->batch_size,
                            .epochs = (uint64_t)settings->epochs,
                            .learning_rate = settings->learning_rate,
                            .loss = (tr_loss)settings->loss,
                            .optimizer = (tr_optimizer)settings->optimizer,
                            .momentum = settings->momentum,
                            .nesterov = settings->nesterov != 0,
                            .decay = settings->decay,
                            .beta_1 = settings->beta_1,
                            .beta_2 = settings->beta_2,
                            .rho = settings->rho,
                            .epsilon = settings->epsilon};
}

tr_status tr_run_create(tr_run **run, const tr_settings *settings, const tr_random *random,
                        tr_diag *diag) {
    return tr_run_create_on(run, settings, NULL, random, diag);
}

tr_status tr_run_create_on(tr_run **out, const tr_settings *settings, const tr_dataset *dataset,
                           const tr_random *random, tr_diag *diag) {
    *out = NULL;
    tr_run *run = tr_alloc_array(1, sizeof *run);
    if (!run)
        return tr_fail_memory(diag, "the run");
    if (random)
        run->random = *random;
    else
        tr_random_seed(&run->random, (uint32_t)settings->seed);
    tr_status status =
        dataset ? TR_OK : tr_run_create_dataset(&run->own_dataset, settings, &run->random, diag);
    run->dataset = dataset ? dataset : run->own_dataset;
    if (!status)
        status = tr_network_create(&run->network, run->dataset->n_inputs, settings->layers.items,
                                   settings->layers.count, diag);
    if (!status) {
        run->params = tr_alloc_aligned(tr_network_n_params(run->network), sizeof *run->params);
        if (!run->params)
            status = tr_fail_memory(diag, "the run");
    }
    if (status) {
        tr_run_destroy(&run);
        return status;
    }
    tr_network_init_params(run->network, &run->random, run->params);
    run->training = (tr_training){.network = run->network,
                                  .dataset = run->dataset,
                                  .options = fit_options_from(settings),
                                  .params = run->params,
                                  .random = &run->random};
    *out = run;
    return TR_OK;
}

void tr_run_destroy(tr_run **handle) {
    tr_run *run = *handle;
    if (!run)
        return;
    tr_dataset_destroy(&run->own_dataset);
    tr_network_destroy(&run->network);
    free(run->params);
    free(run);
    *handle = NULL;
}

tr_picture tr_picture_from(const tr_settings *settings) {
    return (tr_picture){.width = settings->size.width,
                        .height = settings->size.height,
                        .scale = (int)settings->scale,
                        .scene = settings->scene,
                        .layout = (tr_layout)settings->layout,
                        .theme = (tr_theme_kind)settings->theme,
                        .background = settings->background,
                        .grid_color = settings->grid_color,
                        .text_color = settings->text_color,
                        .data_color = settings->data_color,
                        .prediction_color = settings->prediction_color,
                        .title = settings->title,
                        .x_label = settings->x_label,
                        .y_label = settings->y_label,
                        .data_label = settings->data_label,
                        .prediction_label = settings->prediction_label,
                        .error_scale = (tr_scale)settings->error_scale,
                        .full_loss = settings->full_loss != 0};
}

tr_status tr_run_check_picture(const tr_run *run, const tr_settings *settings, tr_diag *diag) {
    const tr_picture picture = tr_picture_from(settings);
    return tr_picture_check(&picture, run->network, run->dataset, diag);
}

tr_render_options tr_render_options_from(const tr_settings *settings) {
    const char *const *presets = tr_param_by_option("preset")->choices;
    return (tr_render_options){.folder = settings->folder,
                               .name = settings->name,
                               .formats = settings->formats,
                               .picture = tr_picture_from(settings),
                               .video = {.frames_per_second = (int)settings->frames_per_second,
                                         .crf = settings->crf,
                                         .preset = presets[settings->preset],
                                         .profile = (tr_profile)settings->profile,
                                         .gif_size = (uint64_t)settings->gif_size},
                               .pace = (tr_pace)settings->pace,
                               .every = (uint64_t)settings->every,
                               .n_frames = (uint64_t)settings->frames,
                               .hold = settings->hold,
                               .jobs = (int)settings->jobs};
}
