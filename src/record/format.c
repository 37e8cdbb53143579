#include "format.h"

#include <stdint.h>
#include <stdio.h>

size_t tr_n_recorded(size_t n_layers) {
    return TR_N_COLUMNS + 2 * n_layers;
}

static tr_recorded describe(hid_t memory_type, int rank, hsize_t rows, hsize_t columns) {
    return (tr_recorded){.dataset = -1,
                         .memory_type = memory_type,
                         .rank = rank,
                         .shape = {0, rows, columns},
                         .n_values = (size_t)(rows * columns)};
}

void tr_describe_columns(const tr_hdf5 *h5, tr_recorded *columns) {
    static const char *const names[TR_N_COLUMNS] = {"/iteration", "/epoch", "/samples_seen",
                                                    "/batch_size", "/loss"};
    for (int i = 0; i < TR_N_COLUMNS; i++) {
        hid_t type = TR_HDF5_ID(h5, H5T_NATIVE_UINT64_g);
        if (i == TR_BATCH_SIZE)
            type = TR_HDF5_ID(h5, H5T_NATIVE_UINT32_g);
        if (i == TR_BATCH_LOSS)
            type = TR_HDF5_ID(h5, H5T_NATIVE_FLOAT_g);
        columns[i] = describe(type, 1, 1, 1);
        snprintf(columns[i].name, sizeof columns[i].name, "%s", names[i]);
    }
}

void tr_describe_layer(const tr_hdf5 *h5, size_t index, const tr_layer_view *layer,
                       tr_recorded parts[2]) {
    hid_t type = TR_HDF5_ID(h5, H5T_NATIVE_FLOAT_g);
    parts[0] = describe(type, 3, layer->n_inputs, layer->n_units);
    parts[1] = describe(type, 2, layer->n_units, 1);
    parts[0].offset = layer->weights;
    parts[1].offset = layer->bias;
    snprintf(parts[0].name, sizeof parts[0].name, "/params/layer_%zu/weights", index);
    snprintf(parts[1].name, sizeof parts[1].name, "/params/layer_%zu/bias", index);
}

size_t tr_recorded_value_size(const tr_hdf5 *h5, const tr_recorded *recorded) {
    return recorded->memory_type == TR_HDF5_ID(h5, H5T_NATIVE_UINT64_g) ? sizeof(uint64_t)
                                                                        : sizeof(uint32_t);
}

void tr_close_recorded(const tr_hdf5 *h5, tr_recorded *all, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (all[i].dataset > 0)
            h5->H5Dclose(all[i].dataset);
        all[i].dataset = -1;
    }
}

hid_t tr_select_snapshots(const tr_hdf5 *h5, const tr_recorded *recorded, uint64_t n_snapshots,
                          uint64_t first, size_t count) {
    hsize_t extent[TR_RECORDED_RANK] = {n_snapshots, recorded->shape[1], recorded->shape[2]};
    hsize_t start[TR_RECORDED_RANK] = {first, 0, 0};
    hsize_t block[TR_RECORDED_RANK] = {count, recorded->shape[1], recorded->shape[2]};
    hid_t space = h5->H5Screate_simple(recorded->rank, extent, NULL);
    if (space < 0)
        return space;
    if (h5->H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, block, NULL) < 0) {
        h5->H5Sclose(space);
        return -1;
    }
    return space;
}

hid_t tr_make_memory_space(const tr_hdf5 *h5, size_t count) {
    const hsize_t size = count;
    return h5->H5Screate_simple(1, &size, NULL);
}
