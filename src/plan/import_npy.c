/* Arrays of NumPy with a row for every state, called as the datasets of a recording. */
#include "alloc.h"
#include "diag.h"
#include "import_kinds.h"
#include "npy.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What an array is. */
typedef struct npy_part {
    tr_npy npy;
    const tr_import_file *file;
    char name[32]; /* without .npy */
    int column;    /* of tr_import_column, or -1 for parameters */
    size_t offset; /* of the parameters */
} npy_part;

typedef struct npy_arrays {
    size_t count;
    npy_part *parts;
    double *row; /* of the longest */
} npy_arrays;

static tr_status fail_name(const tr_import_file *file, tr_diag *diag) {
    return tr_fail(
        diag, TR_ERROR_INPUT,
        "%s: unknown name; wanted params.npy, or layer_0.weights.npy, layer_0.bias.npy, …, "
        "and iteration, loss, batch_size, epoch or samples_seen.npy",
        file->name);
}

/* The layer of layer_N.weights and layer_N.bias, counted from 0; -1 for other names. */
static int layer_of(const char *name, bool *is_bias) {
    if (!g_str_has_prefix(name, "layer_"))
        return -1;
    size_t n_digits = strspn(name + 6, "0123456789");
    const char *part = name + 6 + n_digits;
    *is_bias = !strcmp(part, ".bias");
    bool is_plain = n_digits >= 1 && n_digits <= 2 && (name[6] != '0' || n_digits == 1);
    if (!is_plain || (!*is_bias && strcmp(part, ".weights") != 0))
        return -1;
    int layer = atoi(name + 6);
    return layer < TR_DENSE_MOST_LAYERS ? layer : -1;
}

/* Finds what an array is by the name of its file; `*is_bias` only tells for a layer's. */
static tr_status name_part(npy_part *part, bool *is_params, bool *is_bias, tr_diag *diag) {
    const char *base = tr_import_base_name(part->file->path);
    if (!g_str_has_suffix(base, ".npy") || strlen(base) >= sizeof part->name + 4)
        return fail_name(part->file, diag);
    g_strlcpy(part->name, base, strlen(base) - 3);
    part->column = -1;
    for (int i = 0; i < TR_IMPORT_N_COLUMNS; i++)
        if (!strcmp(part->name, tr_import_columns[i]))
            part->column = i;
    *is_params = !strcmp(part->name, "params");
    bool is_known = part->column >= 0 || *is_params || layer_of(part->name, is_bias) >= 0;
    return is_known ? TR_OK : fail_name(part->file, diag);
}

static tr_status open_part(npy_part *part, const tr_import_file *file, tr_diag *diag) {
    bool is_params = false, is_bias = false;
    part->file = file;
    tr_status status = tr_npy_open(&part->npy, file->path, diag);
    if (!status)
        status = name_part(part, &is_params, &is_bias, diag);
    if (status)
        return status;
    size_t n_dims = part->column >= 0 ? 1 : is_params || is_bias ? 2 : 3;
    if (part->npy.n_dims != n_dims)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: has %zu dimension%s; wanted %zu: [n%s]",
                       file->name, part->npy.n_dims, part->npy.n_dims == 1 ? "" : "s", n_dims,
                       n_dims == 1   ? ""
                       : n_dims == 3 ? ", n_inputs, n_units"
                       : is_params   ? ", n_params"
                                     : ", n_units");
    return TR_OK;
}

static npy_part *find_part(const npy_arrays *arrays, const char *name) {
    for (size_t i = 0; i < arrays->count; i++)
        if (!strcmp(arrays->parts[i].name, name))
            return &arrays->parts[i];
    return NULL;
}

/* As many rows in each, and each name once. */
static tr_status check_parts(const npy_arrays *arrays, tr_diag *diag) {
    const npy_part *first = &arrays->parts[0];
    for (size_t i = 1; i < arrays->count; i++) {
        const npy_part *part = &arrays->parts[i];
        if (find_part(arrays, part->name) != part)
            return tr_fail(diag, TR_ERROR_INPUT, "%s: there is another %s.npy", part->file->name,
                           part->name);
        if (part->npy.dims[0] != first->npy.dims[0])
            return tr_fail(diag, TR_ERROR_INPUT, "%s: has %zu rows, but %s.npy %zu",
                           part->file->name, part->npy.dims[0], first->name, first->npy.dims[0]);
    }
    return TR_OK;
}

/* The layers that the shapes of layer_N.weights and layer_N.bias say. */
static tr_status find_layers(const npy_arrays *arrays, tr_dense_layers *layers, tr_diag *diag) {
    size_t n_found = 0, offset = 0;
    layers->count = 0;
    for (;; layers->count++) {
        char name[32];
        g_snprintf(name, sizeof name, "layer_%zu.weights", layers->count);
        npy_part *weights = find_part(arrays, name);
        g_snprintf(name, sizeof name, "layer_%zu.bias", layers->count);
        npy_part *bias = find_part(arrays, name);
        if (!weights || !bias) {
            if (!weights && !bias)
                break;
            return tr_fail(diag, TR_ERROR_INPUT, "%s: its layer has no %s",
                           (weights ? weights : bias)->file->name, weights ? "bias" : "weights");
        }
        const size_t *dims = weights->npy.dims;
        tr_dense *layer = &layers->items[layers->count];
        *layer = (tr_dense){.name = weights->name,
                            .name_length = strlen(weights->name) - strlen(".weights"),
                            .n_inputs = dims[1],
                            .n_units = dims[2]};
        if (bias->npy.dims[1] != dims[2])
            return tr_fail(diag, TR_ERROR_INPUT, "%s: has %zu units, but the weights have %zu",
                           bias->file->name, bias->npy.dims[1], dims[2]);
        if (layers->count && dims[1] != layer[-1].n_units)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%s: has %zu inputs, but the layer before %zu units",
                           weights->file->name, dims[1], layer[-1].n_units);
        weights->offset = offset;
        bias->offset = offset + dims[1] * dims[2];
        offset = bias->offset + dims[2];
        n_found += 2;
    }
    for (size_t i = 0; i < arrays->count; i++)
        n_found -= arrays->parts[i].column < 0;
    return n_found == 0 ? TR_OK
                        : tr_fail(diag, TR_ERROR_INPUT,
                                  "%s: layers are missing; wanted all of layer_0 to layer_N",
                                  arrays->parts[0].file->name);
}

static tr_status find_network(tr_import *import, const npy_arrays *arrays, tr_diag *diag) {
    const npy_part *params = find_part(arrays, "params");
    const char *name = (params ? params : arrays->parts)->file->name;
    tr_dense_layers layers;
    const tr_tensors no_settings = {0};
    for (size_t i = 0; i < arrays->count; i++)
        if (params && &arrays->parts[i] != params && arrays->parts[i].column < 0)
            return tr_fail(diag, TR_ERROR_INPUT, "%s: wanted either params.npy or arrays of layers",
                           arrays->parts[i].file->name);
    if (params)
        return tr_import_network_for(import, params->npy.dims[1], name, diag);
    tr_status status = find_layers(arrays, &layers, diag);
    if (!status && !layers.count)
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: wanted params.npy as well", name);
    return status ? status : tr_import_network_of(import, &layers, &no_settings, name, diag);
}

static tr_status open_npy(tr_import *import, tr_diag *diag) {
    npy_arrays *arrays = tr_alloc_array(1, sizeof *arrays);
    import->context = arrays;
    if (arrays)
        arrays->parts = tr_alloc_array(import->files.count, sizeof *arrays->parts);
    if (!arrays || !arrays->parts)
        return tr_fail_memory(diag, "the arrays");
    tr_status status = TR_OK;
    size_t longest = 1;
    while (!status && arrays->count < import->files.count) {
        npy_part *part = &arrays->parts[arrays->count];
        part->npy.bytes.descriptor = -1;
        status = open_part(part, &import->files.items[arrays->count++], diag);
        longest = MAX(longest, part->npy.row_length);
    }
    if (!status)
        status = check_parts(arrays, diag);
    if (!status)
        status = find_network(import, arrays, diag);
    if (!status) {
        arrays->row = tr_alloc_array(longest, sizeof *arrays->row);
        status = arrays->row ? TR_OK : tr_fail_memory(diag, "the arrays");
    }
    return status;
}

static tr_status take_row(tr_import *import, const npy_part *part, size_t row, double *values) {
    tr_status status = tr_npy_read_row(&part->npy, row, values, import->diag);
    for (size_t i = 0; !status && i < part->npy.row_length; i++) {
        const char *wanted = part->column >= 0
                                 ? tr_import_check((tr_import_column)part->column, values[i])
                                 : tr_import_check_param(values[i]);
        if (wanted)
            status = tr_fail(import->diag, TR_ERROR_INPUT,
                             "%s: row %zu, value %zu (from 0): found %g; wanted %s",
                             part->file->name, row, i, values[i], wanted);
        else if (part->column >= 0)
            import->columns[part->column] = values[i];
        else
            import->params[part->offset + i] = (float)values[i];
    }
    return status;
}

static tr_status run_npy(tr_import *import) {
    const npy_arrays *arrays = import->context;
    const npy_part *iteration = find_part(arrays, "iteration");
    const char *name = (iteration ? iteration : arrays->parts)->file->name;
    size_t n_rows = arrays->parts[0].npy.dims[0];
    tr_status status = TR_OK;
    for (size_t row = 0; !status && row < n_rows; row++) {
        for (size_t i = 0; !status && i < arrays->count; i++)
            status = take_row(import, &arrays->parts[i], row, arrays->row);
        if (!status)
            status = tr_import_emit(import, name);
    }
    return status;
}

static void close_npy(tr_import *import) {
    npy_arrays *arrays = import->context;
    if (!arrays)
        return;
    for (size_t i = 0; i < arrays->count; i++)
        tr_npy_close(&arrays->parts[i].npy);
    free(arrays->parts);
    free(arrays->row);
    free(arrays);
}

const tr_import_reader tr_import_npy_reader = {TR_IMPORT_NPY, open_npy, run_npy, close_npy};
