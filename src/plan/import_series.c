/* Series of files with weights: safetensors and Keras' HDF5, one for each state. */
#include "diag.h"
#include "import_kinds.h"
#include "keras_weights.h"
#include "safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Reads all arrays of a file. */
typedef tr_status (*read_fn)(tr_tensors *tensors, const char *path, tr_diag *diag);

static tr_status read_layers(const tr_import *import, size_t index, read_fn read,
                             tr_tensors *tensors, tr_dense_layers *layers, tr_diag *diag) {
    const tr_import_file *file = &import->files.items[index];
    tr_status status = read(tensors, file->path, diag);
    return status ? status
                  : tr_dense_find(layers, tensors, import->options.layer_order, file->name, diag);
}

static tr_status open_series(tr_import *import, read_fn read, tr_diag *diag) {
    tr_tensors tensors = {0};
    tr_dense_layers layers;
    tr_status status = read_layers(import, 0, read, &tensors, &layers, diag);
    if (!status)
        status = tr_import_network_of(import, &layers, &tensors, import->files.items[0].name, diag);
    tr_tensors_clear(&tensors);
    return status;
}

/* All files must have the shapes of the first. */
static tr_status check_shapes(const tr_import *import, const tr_dense_layers *layers,
                              const tr_import_file *file) {
    size_t n_layers = tr_network_n_layers(import->network);
    if (layers->count != n_layers)
        return tr_fail(import->diag, TR_ERROR_INPUT, "%s: has %zu layers, but %s %zu", file->name,
                       layers->count, import->files.items[0].name, n_layers);
    for (size_t i = 0; i < n_layers; i++) {
        const tr_dense *found = &layers->items[i];
        const tr_layer_view *first = tr_network_layer(import->network, i);
        if (found->n_inputs != first->n_inputs || found->n_units != first->n_units)
            return tr_fail(import->diag, TR_ERROR_INPUT,
                           "%s: layer %zu, %s, has weights [%zu, %zu], but in %.60s [%zu, %zu]",
                           file->name, i + 1,
                           tr_csv_quote_text(found->name, found->name_length).text, found->n_inputs,
                           found->n_units, tr_import_base_name(import->files.items[0].path),
                           first->n_inputs, first->n_units);
    }
    return TR_OK;
}

static tr_status run_series(tr_import *import, read_fn read) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < import->files.count; i++) {
        const tr_import_file *file = &import->files.items[i];
        tr_tensors tensors = {0};
        tr_dense_layers layers;
        status = read_layers(import, i, read, &tensors, &layers, import->diag);
        if (!status)
            status = check_shapes(import, &layers, file);
        if (!status)
            status = tr_dense_copy(&layers, import->params, file->name, import->diag);
        if (!status) {
            import->columns[TR_IMPORT_ITERATION] = (double)file->iteration;
            status = tr_import_emit(import, file->name);
        }
        tr_tensors_clear(&tensors);
    }
    return status;
}

static void close_nothing(tr_import *import) {
    (void)import;
}

static tr_status open_safetensors(tr_import *import, tr_diag *diag) {
    return open_series(import, tr_safetensors_read, diag);
}

static tr_status run_safetensors(tr_import *import) {
    return run_series(import, tr_safetensors_read);
}

const tr_import_reader tr_import_safetensors_reader = {TR_IMPORT_SAFETENSORS, open_safetensors,
                                                       run_safetensors, close_nothing};

static tr_status open_keras(tr_import *import, tr_diag *diag) {
    import->framework = "keras";
    return open_series(import, tr_keras_weights_read, diag);
}

static tr_status run_keras(tr_import *import) {
    return run_series(import, tr_keras_weights_read);
}

const tr_import_reader tr_import_keras_reader = {TR_IMPORT_KERAS, open_keras, run_keras,
                                                 close_nothing};
