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

/* ---- a run that was recorded ---- */

/* What makes no difference to a recording, as an option or as a plan has it. */
static tr_status refuse_setting(const tr_settings *settings, const tr_param *param, tr_diag *diag) {
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "%s%s makes no difference to the recording %.100s, of which nothing is trained",
                   param->option ? "--" : "", param->option ? param->option : param->name,
                   settings->recording);
}

static tr_status check_given(const tr_settings *settings, tr_diag *diag) {
    if (settings->given_training)
        return refuse_setting(settings, settings->given_training, diag);
    /* which draws data, too */
    if ((settings->given & TR_GIVEN_SEED) && !(settings->given & TR_GIVEN_DATA))
        return refuse_setting(settings, tr_param_by_name("train.seed"), diag);
    return TR_OK;
}

static tr_status check_layer(const tr_settings *settings, size_t index, const tr_layer_view *given,
                             const tr_layer_view *recorded, tr_diag *diag) {
    if (given->n_units != recorded->n_units)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%.100s: /params/layer_%zu: has %zu unit%s, but %zu in the model that was "
                       "given",
                       settings->recording, index, recorded->n_units,
                       recorded->n_units > 1 ? "s" : "", given->n_units);
    if (given->activation != recorded->activation || given->alpha != recorded->alpha)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%.100s: /params/layer_%zu: has another activation than the model that was "
                       "given",
                       settings->recording, index);
    return TR_OK;
}

static tr_status check_network(const tr_run *run, const tr_settings *settings, tr_diag *diag) {
    size_t n_layers = tr_network_n_layers(run->network);
    tr_network *given;
    if (n_layers != settings->layers.count)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%.100s: /params: has %zu layer%s, but %zu in the model that was given",
                       settings->recording, n_layers, n_layers > 1 ? "s" : "",
                       settings->layers.count);
    tr_status status = tr_network_create(&given, tr_network_n_inputs(run->network),
                                         settings->layers.items, settings->layers.count, diag);
    for (size_t i = 0; !status && i < n_layers; i++)
        status = check_layer(settings, i, tr_network_layer(given, i),
                             tr_network_layer(run->network, i), diag);
    tr_network_destroy(&given);
    return status;
}

static bool are_same(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* Data that was given is that of the recording, or fits its net where it has none. */
static tr_status check_data(const tr_run *run, const tr_settings *settings, tr_diag *diag) {
    const tr_dataset *given = run->dataset;
    const tr_dataset *recorded = tr_recording_dataset(run->recording);
    size_t n_inputs = tr_network_n_inputs(run->network);
    size_t n_outputs = tr_network_n_outputs(run->network);
    size_t n_samples = given->n_samples;
    if (given->n_inputs != n_inputs || given->n_outputs != n_outputs)
        return tr_fail(
            diag, TR_ERROR_ARGUMENT,
            "%.100s: /params: has %zu inputs and %zu outputs, but %zu and %zu in the data "
            "that was given",
            settings->recording, n_inputs, n_outputs, given->n_inputs, given->n_outputs);
    if (!recorded)
        return TR_OK;
    const char *differs = NULL;
    if (n_samples != recorded->n_samples || !are_same(given->x, recorded->x, n_samples * n_inputs))
        differs = "x";
    else if (!are_same(given->y, recorded->y, n_samples * n_outputs))
        differs = "y";
    return differs ? tr_fail(diag, TR_ERROR_ARGUMENT,
                             "%.100s: /data/%s: differs from the data that was given, which is not "
                             "needed",
                             settings->recording, differs)
                   : TR_OK;
}

/* The recording's data, unless there is some given or another run's. */
static tr_status choose_data(tr_run *run, const tr_settings *settings, const tr_dataset *dataset,
                             tr_diag *diag) {
    tr_status status = TR_OK;
    run->dataset = dataset;
    if (!dataset && (settings->given & TR_GIVEN_DATA)) {
        status = tr_run_create_dataset(&run->own_dataset, settings, &run->random, diag);
        run->dataset = run->own_dataset;
    }
    if (!status && run->dataset)
        status = check_data(run, settings, diag);
    if (!status && !run->dataset)
        run->dataset = tr_recording_dataset(run->recording);
    if (!status && !run->dataset)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%.100s: /data/x: is missing; give the data, as with --data or "
                         "--data-file",
                         settings->recording);
    return status;
}

static tr_status choose_loss(tr_run *run, const tr_settings *settings, tr_diag *diag) {
    const tr_loss *recorded = tr_recording_loss(run->recording);
    run->training.options.loss = recorded ? *recorded : (tr_loss)settings->loss;
    if (recorded && (settings->given & TR_GIVEN_LOSS) && *recorded != (tr_loss)settings->loss)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%.100s: /: attribute loss: differs from the loss that was given",
                       settings->recording);
    return TR_OK;
}

static tr_status read_last(tr_run *run, const tr_settings *settings, tr_diag *diag) {
    uint64_t n_snapshots = tr_recording_n_snapshots(run->recording);
    tr_snapshot last;
    if (!n_snapshots)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: /iteration: there is no snapshot yet",
                       settings->recording);
    run->params = tr_alloc_aligned(tr_network_n_params(run->network), sizeof *run->params);
    if (!run->params)
        return tr_fail_memory(diag, "the run");
    return tr_recording_read(run->recording, n_snapshots - 1, 1, &last, run->params, diag);
}

/* All but the data. */
static tr_status open_recorded(tr_run *run, const tr_settings *settings, tr_diag *diag) {
    tr_status status = check_given(settings, diag);
    if (!status)
        status = tr_recording_open(&run->recording, settings->recording, diag);
    if (status)
        return status;
    run->network = tr_recording_network(run->recording);
    status = read_last(run, settings, diag);
    if (!status && (settings->given & TR_GIVEN_MODEL))
        status = check_network(run, settings, diag);
    if (!status)
        status = choose_loss(run, settings, diag);
    run->training.network = run->network;
    return status;
}

tr_source tr_run_source(tr_run *run) {
    const tr_source recorded = {
        .network = run->network, .dataset = run->dataset, .loss = run->training.options.loss};
    return run->recording ? tr_recording_source(run->recording, &recorded)
                          : tr_training_source(&run->training);
}

/* ---- a run that is trained ---- */

static tr_status make(tr_run *run, const tr_settings *settings, const tr_dataset *dataset,
                      tr_diag *diag) {
    tr_status status =
        dataset ? TR_OK : tr_run_create_dataset(&run->own_dataset, settings, &run->random, diag);
    run->dataset = dataset ? dataset : run->own_dataset;
    if (!status)
        status = tr_network_create(&run->own_network, run->dataset->n_inputs,
                                   settings->layers.items, settings->layers.count, diag);
    run->network = run->own_network;
    if (!status) {
        run->params = tr_alloc_aligned(tr_network_n_params(run->network), sizeof *run->params);
        if (!run->params)
            status = tr_fail_memory(diag, "the run");
    }
    if (status)
        return status;
    tr_network_init_params(run->network, &run->random, run->params);
    run->training = (tr_training){.network = run->network,
                                  .dataset = run->dataset,
                                  .options = fit_options_from(settings),
                                  .params = run->params,
                                  .random = &run->random};
    return TR_OK;
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
    tr_status status = *settings->recording ? open_recorded(run, settings, diag)
                                            : make(run, settings, dataset, diag);
    if (!status && *settings->recording) {
        status = choose_data(run, settings, dataset, diag);
        run->training.dataset = run->dataset;
    }
    if (status)
        tr_run_destroy(&run);
    *out = run;
    return status;
}

tr_status tr_run_open_net(tr_run **out, const tr_settings *settings, tr_diag *diag) {
    *out = NULL;
    tr_run *run = tr_alloc_array(1, sizeof *run);
    if (!run)
        return tr_fail_memory(diag, "the run");
    tr_status status = open_recorded(run, settings, diag);
    if (status)
        tr_run_destroy(&run);
    *out = run;
    return status;
}

void tr_run_destroy(tr_run **handle) {
    tr_run *run = *handle;
    if (!run)
        return;
    tr_dataset_destroy(&run->own_dataset);
    tr_network_destroy(&run->own_network);
    tr_recording_destroy(&run->recording);
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

tr_status tr_check_iteration(const tr_settings *settings, const tr_source *source, tr_diag *diag) {
    if (settings->iteration < 0 || (uint64_t)settings->iteration <= source->n_iterations)
        return TR_OK;
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "iteration %lld is wanted of a run that ends with iteration %llu",
                   (long long)settings->iteration, (unsigned long long)source->n_iterations);
}

tr_status tr_run_check_picture(tr_run *run, const tr_settings *settings, tr_diag *diag) {
    const tr_picture picture = tr_picture_from(settings);
    const tr_source source = tr_run_source(run);
    tr_status status = tr_picture_check(&picture, run->network, run->dataset, diag);
    return status ? status : tr_check_iteration(settings, &source, diag);
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
