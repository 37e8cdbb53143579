#include "import.h"

#include "alloc.h"
#include "diag.h"
#include "import_kinds.h"
#include "keras_config.h"
#include "loss.h"
#include "output.h"

#include <float.h>
#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const tr_import_columns[TR_IMPORT_N_COLUMNS] = {"iteration", "epoch", "samples_seen",
                                                            "batch_size", "loss"};

/* ---- the net ---- */

static tr_status make_network(tr_import *import, size_t n_inputs, const tr_layer *layers,
                              size_t n_layers, const char *name, tr_diag *diag) {
    const tr_dataset *dataset = import->options.dataset;
    if (dataset && dataset->n_inputs != n_inputs)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "%s: its layer 1 has %zu input%s, but the data %zu",
                       name, n_inputs, n_inputs == 1 ? "" : "s", dataset->n_inputs);
    if (dataset && dataset->n_outputs != layers[n_layers - 1].n_units)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%s: its layer %zu has %zu unit%s, but the data %zu outputs", name, n_layers,
                       layers[n_layers - 1].n_units, layers[n_layers - 1].n_units == 1 ? "" : "s",
                       dataset->n_outputs);
    tr_loss loss = (tr_loss)import->options.settings->loss;
    tr_status status = tr_network_create(&import->network, n_inputs, layers, n_layers, diag);
    if (!status && import->options.has_loss)
        status = dataset ? tr_check_targets(import->network, dataset, loss, diag)
                         : tr_check_loss(import->network, loss, diag);
    if (status)
        return status;
    import->params = tr_alloc_array(tr_network_n_params(import->network), sizeof *import->params);
    return import->params ? TR_OK : tr_fail_memory(diag, "the weights");
}

/* The text for --model that goes with the layers of a file. */
static tr_status ask_for_model(const tr_dense_layers *layers, const char *name, tr_diag *diag) {
    GString *model = g_string_new(NULL);
    for (size_t i = 0; i < layers->count; i++)
        g_string_append_printf(model, "%s%zu%s", i ? "," : "", layers->items[i].n_units,
                               i + 1 < layers->count ? ":relu" : "");
    tr_status status = tr_fail(diag, TR_ERROR_ARGUMENT,
                               "%s: does not say its activations; give the model, such as --model "
                               "%.80s",
                               name, model->str);
    g_string_free(model, TRUE);
    return status;
}

static tr_status check_model(const tr_import *import, const tr_dense_layers *layers,
                             const char *name, tr_diag *diag) {
    const tr_layer_list *model = &import->options.settings->layers;
    for (size_t i = 0; i < layers->count && i < model->count; i++) {
        const tr_dense *layer = &layers->items[i];
        size_t n_inputs = i ? model->items[i - 1].n_units : layer->n_inputs;
        if (layer->n_units != model->items[i].n_units || layer->n_inputs != n_inputs)
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "%s: layer %zu, %s, has weights [%zu, %zu], but in the model [%zu, %zu]",
                           name, i + 1, tr_csv_quote_text(layer->name, layer->name_length).text,
                           layer->n_inputs, layer->n_units, n_inputs, model->items[i].n_units);
    }
    if (layers->count != model->count)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "%s: has %zu layer%s, but the model %zu", name,
                       layers->count, layers->count == 1 ? "" : "s", model->count);
    return TR_OK;
}

/* The layers with the activations that the file tells. */
static tr_status layers_of_file(tr_layer *items, const tr_dense_layers *layers,
                                const tr_tensors *tensors, const char *name, tr_diag *diag) {
    size_t count;
    if (!tensors->config)
        return ask_for_model(layers, name, diag);
    tr_status status =
        tr_keras_config_layers(tensors->config, items, TR_DENSE_MOST_LAYERS, &count, name, diag);
    bool fits = count == layers->count;
    for (size_t i = 0; fits && i < count; i++)
        fits = items[i].n_units == layers->items[i].n_units;
    if (!status && !fits)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%s: model_config: describes other layers than the weights are of", name);
    return status;
}

tr_status tr_import_network_of(tr_import *import, const tr_dense_layers *layers,
                               const tr_tensors *tensors, const char *name, tr_diag *diag) {
    size_t n_inputs = layers->items[0].n_inputs;
    if (import->options.has_model) {
        const tr_layer_list *model = &import->options.settings->layers;
        tr_status status = check_model(import, layers, name, diag);
        return status ? status
                      : make_network(import, n_inputs, model->items, model->count, name, diag);
    }
    tr_layer items[TR_DENSE_MOST_LAYERS];
    tr_status status = layers_of_file(items, layers, tensors, name, diag);
    return status ? status : make_network(import, n_inputs, items, layers->count, name, diag);
}

/* How many parameters the model has besides the first layer's weights. */
static double count_other_params(const tr_layer_list *model) {
    double count = 0;
    for (size_t i = 0; i < model->count; i++) {
        double n_inputs = i ? (double)model->items[i - 1].n_units : 0;
        count += (n_inputs + 1) * (double)model->items[i].n_units;
    }
    return count;
}

tr_status tr_import_network_for(tr_import *import, size_t n_params, const char *name,
                                tr_diag *diag) {
    const tr_import_options *options = &import->options;
    const tr_layer_list *model = &options->settings->layers;
    if (!options->has_model)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%s: does not say the net; give it, such as --model 60:relu,1", name);
    double others = count_other_params(model);
    double n_units = (double)model->items[0].n_units;
    double n_inputs = options->dataset ? (double)options->dataset->n_inputs
                                       : floor(((double)n_params - others) / n_units);
    if (!(n_inputs >= 1) || n_inputs * n_units + others != (double)n_params) {
        char shape[64];
        if (options->dataset)
            g_snprintf(shape, sizeof shape, "%.0f", n_inputs * n_units + others);
        else
            g_snprintf(shape, sizeof shape, "%.0f, and %.0f for each input", others, n_units);
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%s: has %zu parameter%s in each state, but the model has %s", name,
                       n_params, n_params == 1 ? "" : "s", shape);
    }
    return make_network(import, (size_t)n_inputs, model->items, model->count, name, diag);
}

/* ---- states ---- */

const char *tr_import_check(tr_import_column column, double value) {
    const double largest = column == TR_IMPORT_BATCH_SIZE ? UINT32_MAX : 0x1p53;
    if (isnan(value))
        return NULL;
    if (column == TR_IMPORT_LOSS)
        return isfinite((float)value) ? NULL : "a finite float32, or nothing where it is unknown";
    return value >= 0 && value <= largest && floor(value) == value ? NULL
           : column == TR_IMPORT_BATCH_SIZE                        ? "a whole number below 2^32"
                                                                   : "a whole number up to 2^53";
}

const char *tr_import_check_param(double value) {
    return isfinite((float)value) ? NULL : "a finite float32";
}

/* Fills in what files do not say, as Keras' fit() would have it where the batch size is known: batches of
 * that size, the last of an epoch shorter. */
static void complete(const tr_import *import, tr_snapshot *state) {
    const double *columns = import->columns;
    const tr_dataset *dataset = import->options.dataset;
    uint64_t n_samples = dataset ? dataset->n_samples : UINT64_MAX;
    uint64_t batch_size =
        import->options.has_batch_size ? (uint64_t)import->options.settings->batch_size : 0;
    uint64_t length = 0; /* of the batch */
    uint64_t samples = import->last_samples;
    if (state->iteration > 0 && batch_size && dataset) {
        uint64_t n_batches = (n_samples + batch_size - 1) / batch_size;
        uint64_t epoch = (state->iteration - 1) / n_batches;
        uint64_t start = (state->iteration - 1) % n_batches * batch_size;
        length = n_samples - start < batch_size ? n_samples - start : batch_size;
        samples = epoch * n_samples + start + length;
    } else if (state->iteration > 0) {
        length = isnan(columns[TR_IMPORT_BATCH_SIZE]) ? batch_size
                                                      : (uint64_t)columns[TR_IMPORT_BATCH_SIZE];
        samples += length * (state->iteration - import->last_iteration);
    }
    state->batch_size = isnan(columns[TR_IMPORT_BATCH_SIZE])
                            ? (uint32_t)length
                            : (uint32_t)columns[TR_IMPORT_BATCH_SIZE];
    state->samples_seen = isnan(columns[TR_IMPORT_SAMPLES_SEEN])
                              ? samples
                              : (uint64_t)columns[TR_IMPORT_SAMPLES_SEEN];
    uint64_t before =
        state->samples_seen > state->batch_size ? state->samples_seen - state->batch_size : 0;
    state->epoch =
        isnan(columns[TR_IMPORT_EPOCH]) ? before / n_samples : (uint64_t)columns[TR_IMPORT_EPOCH];
}

tr_status tr_import_emit(tr_import *import, const char *where) {
    const double *columns = import->columns;
    bool is_first = import->n_states == 0;
    tr_snapshot state = {.loss = (float)columns[TR_IMPORT_LOSS],
                         .n_params = tr_network_n_params(import->network),
                         .params = import->params};
    state.iteration = !isnan(columns[TR_IMPORT_ITERATION]) ? (uint64_t)columns[TR_IMPORT_ITERATION]
                      : is_first                           ? 0
                                                           : import->last_iteration + 1;
    if (!is_first && state.iteration <= import->last_iteration)
        return tr_fail(import->diag, TR_ERROR_INPUT,
                       "%s: found iteration %" PRIu64 " after %" PRIu64 "; wanted a later one",
                       where, state.iteration, import->last_iteration);
    complete(import, &state);
    import->n_states++;
    import->last_iteration = state.iteration;
    import->last_samples = state.samples_seen;
    return import->step(&state, import->step_context);
}

/* ---- the whole ---- */

static const tr_import_reader *const readers[] = {&tr_import_text_reader, &tr_import_npy_reader,
                                                  &tr_import_safetensors_reader,
                                                  &tr_import_keras_reader};

tr_status tr_import_create(tr_import **out, const tr_import_options *options, tr_diag *diag) {
    *out = NULL;
    tr_import *import = tr_alloc_array(1, sizeof *import);
    if (!import)
        return tr_fail_memory(diag, "the import");
    import->options = *options;
    import->framework = "";
    tr_status status =
        tr_import_find_files(&import->files, options->sources, options->n_sources, diag);
    for (size_t i = 0; !status && i < import->files.count; i++)
        status = tr_output_spare(options->output, import->files.items[i].path, diag);
    for (size_t i = 0; !status && i < G_N_ELEMENTS(readers); i++)
        if (readers[i]->kind == import->files.kind)
            import->reader = readers[i];
    bool is_series =
        import->files.kind == TR_IMPORT_SAFETENSORS || import->files.kind == TR_IMPORT_KERAS;
    if (!status && options->layer_order && !is_series)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "%s: has no names of layers, whose order could be given",
                         import->files.items[0].name);
    if (!status)
        status = import->reader->open(import, diag);
    if (status)
        tr_import_destroy(&import);
    *out = import;
    return status;
}

void tr_import_destroy(tr_import **handle) {
    tr_import *import = *handle;
    if (!import)
        return;
    if (import->reader)
        import->reader->close(import);
    tr_import_clear_files(&import->files);
    tr_network_destroy(&import->network);
    free(import->params);
    free(import);
    *handle = NULL;
}

const tr_network *tr_import_network(const tr_import *import) {
    return import->network;
}

const char *tr_import_framework(const tr_import *import) {
    return import->framework;
}

tr_status tr_import_run(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_import *import = context;
    import->step = step;
    import->step_context = step_context;
    import->diag = diag;
    for (size_t i = 0; i < TR_IMPORT_N_COLUMNS; i++)
        import->columns[i] = NAN;
    tr_status status = import->reader->run(import);
    if (!status && !import->n_states)
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: has no states", import->files.items[0].name);
    return status;
}
