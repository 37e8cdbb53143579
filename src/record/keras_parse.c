#include "keras_parse.h"

#include "csv_reader.h"
#include "diag.h"
#include "hdf5_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_NAME_BYTES = 256,
    MOST_PATH_BYTES = 1024,
    MOST_CONFIG_BYTES = 1 << 22,
    MOST_LINKS = 4096,
    MOST_VALUES = 1 << 28 /* of one array */
};

/* One reading of a file. */
typedef struct keras_reading {
    tr_hdf5_input input;
    tr_tensors *tensors;
    tr_diag *diag;
} keras_reading;

static tr_status refuse(const keras_reading *own, const char *name, const char *what) {
    return tr_fail(own->diag, TR_ERROR_INPUT, "%.100s: %s: %s", own->input.path,
                   tr_csv_quote_text(name, strlen(name)).text, what);
}

/* ---- arrays ---- */

/* Opens an array of one or two dimensions of floats. */
static tr_status open_array(const keras_reading *own, const char *path, int rank, hid_t *dataset,
                            hsize_t *extent) {
    const tr_hdf5 *h5 = own->input.h5;
    const tr_wanted_dataset float32 = {path, TR_HDF5_ID(h5, H5T_IEEE_F32LE_g),
                                       TR_HDF5_ID(h5, H5T_IEEE_F32BE_g), "float32 or float64",
                                       rank};
    const tr_wanted_dataset float64 = {path, TR_HDF5_ID(h5, H5T_IEEE_F64LE_g),
                                       TR_HDF5_ID(h5, H5T_IEEE_F64BE_g), "float32 or float64",
                                       rank};
    tr_status status = tr_hdf5_input_open_dataset(&own->input, &float32, dataset, extent, NULL);
    return status ? tr_hdf5_input_open_dataset(&own->input, &float64, dataset, extent, own->diag)
                  : TR_OK;
}

/* Adds the dataset at `path` as the layer's kernel or bias. */
static tr_status read_array(const keras_reading *own, const char *path, const char *layer,
                            bool is_bias) {
    const tr_hdf5 *h5 = own->input.h5;
    hid_t dataset;
    hsize_t extent[2] = {1, 1};
    char name[MOST_NAME_BYTES + 8];
    tr_status status = open_array(own, path, is_bias ? 1 : 2, &dataset, extent);
    if (status)
        return status;
    bool is_empty = !extent[0] || !extent[1];
    if (is_empty || extent[0] > MOST_VALUES || extent[1] > MOST_VALUES / extent[0])
        status = refuse(own, path, is_empty ? "it is empty" : "it is too large");
    if (!status)
        status = tr_hdf5_input_check_room(&own->input, path, dataset,
                                          extent[0] * extent[1] * sizeof(float), own->diag);
    snprintf(name, sizeof name, "%s/%s", layer, is_bias ? "bias" : "kernel");
    const size_t dims[2] = {(size_t)extent[0], (size_t)extent[1]};
    tr_tensor *tensor = status ? NULL : tr_tensors_add(own->tensors, name, is_bias ? 1 : 2, dims);
    if (!status && !tensor)
        status = tr_fail_memory(own->diag, "the weights");
    if (!status && h5->H5Dread(dataset, TR_HDF5_ID(h5, H5T_NATIVE_FLOAT_g), H5S_ALL, H5S_ALL,
                               H5P_DEFAULT, tensor->values) < 0)
        status = tr_hdf5_fail(own->diag, TR_ERROR_INPUT, own->input.path, path);
    h5->H5Dclose(dataset);
    return status;
}

/* ---- Keras 1 and 2 ---- */

static tr_status open_group(const keras_reading *own, const char *path, hid_t *group,
                            uint64_t *n_links) {
    bool found = true;
    bool is_root = !strcmp(path, "/");
    *group = -1;
    tr_status status = is_root ? TR_OK : tr_hdf5_input_has(&own->input, path, &found, own->diag);
    if (!status && !found)
        status = refuse(own, path, "is missing");
    return status ? status : tr_hdf5_input_open_group(&own->input, path, group, n_links, own->diag);
}

static tr_status fail_arrays(const keras_reading *own, const char *path, size_t count) {
    return tr_fail(
        own->diag, TR_ERROR_INPUT,
        "%.100s: %s: has %zu arrays; only dense layers can be shown, with a kernel and a "
        "bias",
        own->input.path, tr_csv_quote_text(path, strlen(path)).text, count);
}

/* A layer whose group lists its arrays. */
static tr_status read_named_layer(const keras_reading *own, const char *root, const char *layer) {
    char path[MOST_PATH_BYTES];
    hid_t group;
    uint64_t n_links;
    bool found;
    char **names = NULL;
    size_t n_names = 0;
    snprintf(path, sizeof path, "%s/%s", root, layer);
    tr_status status = open_group(own, path, &group, &n_links);
    if (status)
        return status;
    status = tr_hdf5_input_texts(&own->input, path, group, "weight_names", MOST_NAME_BYTES, &names,
                                 &n_names, &found, own->diag);
    if (!status && !found)
        status = refuse(own, path, "has no attribute weight_names");
    if (!status && n_names > 2)
        status = fail_arrays(own, path, n_names);
    for (size_t i = 0; !status && i < n_names; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", root, layer, names[i]);
        status = read_array(own, path, layer, i == 1);
    }
    tr_hdf5_free_texts(names, n_names);
    own->input.h5->H5Gclose(group);
    return status;
}

/* The layers below `root`, which is "" or "/model_weights". */
static tr_status read_named_layers(const keras_reading *own, const char *root, bool *found) {
    hid_t group;
    uint64_t n_links;
    char **layers = NULL;
    size_t n_layers = 0;
    tr_status status = open_group(own, *root ? root : "/", &group, &n_links);
    if (status)
        return status;
    status = tr_hdf5_input_texts(&own->input, *root ? root : "/", group, "layer_names",
                                 MOST_NAME_BYTES, &layers, &n_layers, found, own->diag);
    for (size_t i = 0; !status && i < n_layers; i++)
        status = read_named_layer(own, root, layers[i]);
    tr_hdf5_free_texts(layers, n_layers);
    own->input.h5->H5Gclose(group);
    own->tensors->in_order = true;
    return status;
}

static tr_status read_config(const keras_reading *own) {
    hid_t group;
    uint64_t n_links;
    bool found;
    char **texts = NULL;
    size_t n_texts = 0;
    tr_status status = open_group(own, "/", &group, &n_links);
    if (status)
        return status;
    status = tr_hdf5_input_texts(&own->input, "/", group, "model_config", MOST_CONFIG_BYTES, &texts,
                                 &n_texts, &found, own->diag);
    if (!status && n_texts == 1) {
        own->tensors->config = texts[0];
        texts[0] = NULL;
    }
    tr_hdf5_free_texts(texts, n_texts);
    own->input.h5->H5Gclose(group);
    return status;
}

/* ---- Keras 0 ---- */

static tr_status read_numbered_layers(const keras_reading *own, bool *found) {
    hid_t group;
    uint64_t n_links;
    int64_t n_layers = 0;
    tr_status status = open_group(own, "/", &group, &n_links);
    if (status)
        return status;
    status =
        tr_hdf5_input_integer(&own->input, "/", group, "nb_layers", &n_layers, found, own->diag);
    own->input.h5->H5Gclose(group);
    if (!status && *found && (n_layers < 0 || n_layers > MOST_LINKS))
        status = refuse(own, "/", "its nb_layers is wrong");
    for (int64_t i = 0; !status && i < n_layers; i++) {
        char layer[32], path[64];
        int64_t n_params = 0;
        bool has_count;
        snprintf(layer, sizeof layer, "layer_%d", (int)i);
        snprintf(path, sizeof path, "/%s", layer);
        status = open_group(own, path, &group, &n_links);
        if (status)
            break;
        status = tr_hdf5_input_integer(&own->input, path, group, "nb_params", &n_params, &has_count,
                                       own->diag);
        own->input.h5->H5Gclose(group);
        if (!status && (n_params < 0 || n_params > 2))
            status = fail_arrays(own, path, (size_t)n_params);
        for (int64_t j = 0; !status && j < n_params; j++) {
            snprintf(path, sizeof path, "/%s/param_%d", layer, (int)j);
            status = read_array(own, path, layer, j == 1);
        }
    }
    own->tensors->in_order = true;
    return status;
}

/* ---- Keras 3 ---- */

static tr_status read_vars(const keras_reading *own, const char *root, const char *layer) {
    char path[MOST_PATH_BYTES];
    hid_t group;
    uint64_t n_links = 0;
    bool found;
    snprintf(path, sizeof path, "%s/%s/vars", root, layer);
    tr_status status = tr_hdf5_input_has(&own->input, path, &found, own->diag);
    if (status || !found)
        return status;
    status = tr_hdf5_input_open_group(&own->input, path, &group, &n_links, own->diag);
    if (status)
        return status;
    own->input.h5->H5Gclose(group);
    if (n_links > 2)
        return fail_arrays(own, path, (size_t)n_links);
    for (uint64_t i = 0; !status && i < n_links; i++) {
        snprintf(path, sizeof path, "%s/%s/vars/%d", root, layer, (int)i);
        status = read_array(own, path, layer, i == 1);
    }
    return status;
}

/* The layers below `root`, in any order. */
static tr_status read_var_layers(const keras_reading *own, const char *root, bool *found) {
    hid_t group;
    uint64_t n_links = 0;
    tr_status status = tr_hdf5_input_has(&own->input, root, found, own->diag);
    if (status || !*found)
        return status;
    status = tr_hdf5_input_open_group(&own->input, root, &group, &n_links, own->diag);
    if (status)
        return status;
    if (n_links > MOST_LINKS)
        status = refuse(own, root, "has too many layers");
    for (uint64_t i = 0; !status && i < n_links; i++) {
        char name[MOST_NAME_BYTES + 1];
        ssize_t length = own->input.h5->H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC,
                                                           i, name, sizeof name, H5P_DEFAULT);
        if (length < 0)
            status = tr_hdf5_fail(own->diag, TR_ERROR_INPUT, own->input.path, root);
        else if (length > MOST_NAME_BYTES)
            status = refuse(own, name, "its name is too long");
        else
            status = read_vars(own, root, name);
    }
    own->input.h5->H5Gclose(group);
    return status;
}

/* ---- the file ---- */

static tr_status check_no_recording(const keras_reading *own) {
    hid_t group;
    uint64_t n_links;
    bool found;
    int64_t schema;
    tr_status status = open_group(own, "/", &group, &n_links);
    if (status)
        return status;
    status = tr_hdf5_input_integer(&own->input, "/", group, "trainreel_schema", &schema, &found,
                                   own->diag);
    own->input.h5->H5Gclose(group);
    if (!status && found)
        status = tr_fail(own->diag, TR_ERROR_INPUT,
                         "%.100s: is a recording already, which needs no import", own->input.path);
    return status;
}

static tr_status read_file(const keras_reading *own) {
    bool found = false;
    bool has_model = false;
    tr_status status = check_no_recording(own);
    if (!status)
        status = read_named_layers(own, "", &found);
    if (!status && !found)
        status = tr_hdf5_input_has(&own->input, "/model_weights", &has_model, own->diag);
    if (!status && has_model) {
        status = read_named_layers(own, "/model_weights", &found);
        if (!status)
            status = read_config(own);
    }
    if (!status && !found)
        status = read_numbered_layers(own, &found);
    if (status || found)
        return status;
    own->tensors->in_order = false;
    status = read_var_layers(own, "/layers", &found);
    if (!status && !found)
        status = read_var_layers(own, "/_layer_checkpoint_dependencies", &found);
    if (!status && !found)
        status =
            tr_fail(own->diag, TR_ERROR_INPUT,
                    "%.100s: holds no weights of Keras; wanted what model.save_weights() writes",
                    own->input.path);
    return status;
}

tr_status tr_keras_weights_parse(const tr_hdf5 *h5, tr_tensors *tensors, const char *path,
                                 tr_diag *diag) {
    keras_reading own = {
        .input = {.h5 = h5, .path = path, .file = -1}, .tensors = tensors, .diag = diag};
    *tensors = (tr_tensors){0};
    tr_status status = tr_hdf5_input_open_any(&own.input, diag);
    if (!status)
        status = read_file(&own);
    tr_hdf5_input_close(&own.input);
    if (status)
        tr_tensors_clear(tensors);
    return status;
}
