/* Recordings on disk that are read, maybe while they grow. All that HDF5 does is done under its mutex, so
 * any number of threads may read. */
#include "alloc.h"
#include "diag.h"
#include "format.h"
#include "hdf5_input.h"
#include "names.h"
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_LAYERS = 4096,
    MOST_NAME_BYTES = 256,
    MOST_UNSEEN_PARAMS = 1 << 24, /* of a net of which there is no snapshot */
    PART_VALUES = 1 << 18,        /* that are read at once */
    INDEX_ROWS = 4096,            /* of iterations that are kept in memory */
    CHECKED_ROWS = 1 << 20,       /* of iterations that are looked at when a file is opened */
    ATTEMPTS = 20,                /* to read what is being written */
    ATTEMPT_NANOSECONDS = 5000000
};
static const uint64_t most_snapshots = UINT64_C(1) << 48;
static const uint64_t most_values = UINT64_C(1)
                                    << 31; /* of a layer, as tr_network_create() has it */

typedef struct file_reader {
    tr_recording base;
    char *path;
    tr_hdf5_input input;
    bool is_live; /* it may grow */
    hid_t ended;  /* the dataset */
    size_t n_recorded;
    tr_recorded *recorded;
    /* iterations of the snapshots from `index_first` on: guarded by HDF5's mutex, and no part of what a
     * recording is */
    uint64_t *index;
    uint64_t index_first;
    size_t index_count;
} file_reader;

static tr_status refuse(const file_reader *own, tr_diag *diag, const char *name, const char *what) {
    return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: %s", own->path, name, what);
}

/* ---- reading; under the mutex ---- */

static tr_status read_once(const file_reader *own, const tr_recorded *recorded, uint64_t first,
                           size_t count, void *values, tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    hsize_t extent[TR_RECORDED_RANK];
    tr_status status = tr_hdf5_input_extent(&own->input, recorded->name, recorded->dataset,
                                            recorded->rank, extent, diag);
    if (status)
        return status;
    hid_t in_file = tr_select_snapshots(h5, recorded, extent[0], first, count);
    hid_t in_memory = tr_make_memory_space(h5, count * recorded->n_values);
    bool done = in_file >= 0 && in_memory >= 0 &&
                h5->H5Dread(recorded->dataset, recorded->memory_type, in_memory, in_file,
                            H5P_DEFAULT, values) >= 0;
    if (!done)
        status = tr_hdf5_fail(diag, TR_ERROR_INPUT, own->path, recorded->name);
    if (in_file >= 0)
        h5->H5Sclose(in_file);
    if (in_memory >= 0)
        h5->H5Sclose(in_memory);
    return status;
}

/* A chunk that is just being written has the wrong checksum for a moment. */
static tr_status read_values(const file_reader *own, const tr_recorded *recorded, uint64_t first,
                             size_t count, void *values, tr_diag *diag) {
    const struct timespec pause = {.tv_nsec = ATTEMPT_NANOSECONDS};
    int n_attempts = own->is_live && !own->base.has_ended ? ATTEMPTS : 1;
    tr_diag failure = {0};
    tr_status status = TR_ERROR_INPUT;
    for (int i = 0; status && i < n_attempts; i++) {
        if (i) {
            nanosleep(&pause, NULL);
            own->input.h5->H5Drefresh(recorded->dataset);
        }
        failure = (tr_diag){0};
        status = read_once(own, recorded, first, count, values, &failure);
    }
    if (status)
        tr_diag_adopt(diag, &failure);
    return status;
}

/* The numbers of the snapshots but their parameters, through `values`, which holds `count` of any. */
static tr_status read_columns(const file_reader *own, uint64_t first, size_t count, void *values,
                              tr_snapshot *snapshots, tr_diag *diag) {
    const uint64_t *integers = values;
    const uint32_t *sizes = values;
    const float *losses = values;
    tr_status status = TR_OK;
    for (int column = 0; !status && column < TR_N_COLUMNS; column++) {
        status = read_values(own, &own->recorded[column], first, count, values, diag);
        for (size_t i = 0; !status && i < count; i++) {
            tr_snapshot *snapshot = &snapshots[i];
            if (column == TR_ITERATION)
                snapshot->iteration = integers[i];
            else if (column == TR_EPOCH)
                snapshot->epoch = integers[i];
            else if (column == TR_SAMPLES_SEEN)
                snapshot->samples_seen = integers[i];
            else if (column == TR_BATCH_SIZE)
                snapshot->batch_size = sizes[i];
            else
                snapshot->loss = losses[i];
        }
    }
    return status;
}

static tr_status check_columns(const file_reader *own, uint64_t first, size_t count,
                               const tr_snapshot *snapshots, tr_diag *diag) {
    for (size_t i = 0; i < count; i++) {
        if (i && snapshots[i].iteration <= snapshots[i - 1].iteration)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%.100s: /iteration: snapshot %llu: found %llu after %llu; wanted a "
                           "larger number",
                           own->path, (unsigned long long)(first + i),
                           (unsigned long long)snapshots[i].iteration,
                           (unsigned long long)snapshots[i - 1].iteration);
        if (isinf(snapshots[i].loss))
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%.100s: /loss: snapshot %llu: found an infinite number", own->path,
                           (unsigned long long)(first + i));
    }
    return TR_OK;
}

static bool are_finite(const float *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite &= isfinite(values[i]) != 0;
    return finite;
}

/* A part of the parameters, through `values` if there are several snapshots. */
static tr_status read_part(const file_reader *own, const tr_recorded *part, uint64_t first,
                           size_t count, float *values, float *params, tr_diag *diag) {
    size_t n_params = own->base.n_params;
    float *to = count == 1 ? params + part->offset : values;
    tr_status status = read_values(own, part, first, count, to, diag);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        const float *from = to + i * part->n_values;
        if (!are_finite(from, part->n_values))
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%.100s: %s: snapshot %llu: found a number that is not finite",
                           own->path, part->name, (unsigned long long)(first + i));
        if (count > 1)
            memcpy(params + i * n_params + part->offset, from, part->n_values * sizeof *values);
    }
    return TR_OK;
}

/* Values that one snapshot has at most of a dataset. */
static size_t most_values_of(const file_reader *own) {
    size_t most = 1;
    for (size_t i = 0; i < own->n_recorded; i++)
        most = own->recorded[i].n_values > most ? own->recorded[i].n_values : most;
    return most;
}

static tr_status read_block(const file_reader *own, uint64_t first, size_t count, void *values,
                            tr_snapshot *snapshots, float *params, tr_diag *diag) {
    size_t n_params = own->base.n_params;
    tr_status status = read_columns(own, first, count, values, snapshots, diag);
    if (!status)
        status = check_columns(own, first, count, snapshots, diag);
    for (size_t i = TR_N_COLUMNS; !status && params && i < own->n_recorded; i++)
        status = read_part(own, &own->recorded[i], first, count, values, params, diag);
    for (size_t i = 0; i < count; i++) {
        snapshots[i].n_params = params ? n_params : 0;
        snapshots[i].params = params ? params + i * n_params : NULL;
    }
    return status;
}

/* ---- what recordings do ---- */

static tr_status read_snapshots(const tr_recording *recording, uint64_t first, size_t count,
                                tr_snapshot *snapshots, float *params, tr_diag *diag) {
    const file_reader *own = (const file_reader *)(const void *)recording;
    size_t most = most_values_of(own);
    size_t block = 1; /* a power of two, as chunks have them */
    while (block < count && 2 * block * most <= PART_VALUES)
        block *= 2;
    /* a single snapshot's parameters are read to where they belong */
    uint64_t *values = tr_alloc_array(block == 1 ? 1 : block * most, sizeof *values);
    if (!values)
        return tr_fail_memory(diag, "reading the recording");
    tr_status status = TR_OK;
    for (size_t done = 0; !status && done < count; done += block) {
        size_t n = count - done < block ? count - done : block;
        const tr_hdf5 *h5;
        status = tr_hdf5_enter(&h5, diag);
        if (status)
            break;
        status = read_block(own, first + done, n, values, snapshots + done,
                            params ? params + done * recording->n_params : NULL, diag);
        tr_hdf5_leave();
    }
    free(values);
    return status;
}

/* Has the iterations of that snapshot and those after it in the index. */
static tr_status read_index(file_reader *own, uint64_t first, tr_diag *diag) {
    uint64_t left = own->base.n_snapshots - first;
    own->index_count = 0;
    own->index_first = first;
    size_t count = left < INDEX_ROWS ? (size_t)left : INDEX_ROWS;
    tr_status status =
        read_values(own, &own->recorded[TR_ITERATION], first, count, own->index, diag);
    if (!status)
        own->index_count = count;
    return status;
}

/* Whether the snapshot that is looked for is one of those in the index. */
static bool index_has(const file_reader *own, uint64_t iteration) {
    size_t count = own->index_count;
    bool is_last = own->index_first + count == own->base.n_snapshots;
    return count && (own->index[0] <= iteration || own->index_first == 0) &&
           (own->index[count - 1] > iteration || is_last);
}

/* Bisects, first by what the index can hold at once. */
static tr_status find_block(file_reader *own, uint64_t iteration, tr_diag *diag) {
    uint64_t low = 0;
    uint64_t high = (own->base.n_snapshots + INDEX_ROWS - 1) / INDEX_ROWS;
    tr_status status = TR_OK;
    while (!status && high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t found;
        status =
            read_values(own, &own->recorded[TR_ITERATION], middle * INDEX_ROWS, 1, &found, diag);
        if (found <= iteration)
            low = middle;
        else
            high = middle;
    }
    return status ? status : read_index(own, low * INDEX_ROWS, diag);
}

static tr_status find_under_mutex(file_reader *own, uint64_t iteration, uint64_t *index,
                                  tr_diag *diag) {
    tr_status status = TR_OK;
    uint64_t next = own->index_first + own->index_count;
    /* most look for one after the other */
    if (!index_has(own, iteration) && own->index_count && next < own->base.n_snapshots &&
        own->index[own->index_count - 1] <= iteration)
        status = read_index(own, next, diag);
    if (!status && !index_has(own, iteration))
        status = find_block(own, iteration, diag);
    if (status)
        return status;
    size_t low = 0, high = own->index_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (own->index[middle] <= iteration)
            low = middle;
        else
            high = middle;
    }
    *index = own->index_first + low;
    return TR_OK;
}

static tr_status find(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                      tr_diag *diag) {
    file_reader *own = (file_reader *)(uintptr_t)recording; /* whose index may change */
    const tr_hdf5 *h5;
    tr_status status = tr_hdf5_enter(&h5, diag);
    if (status)
        return status;
    status = find_under_mutex(own, iteration, index, diag);
    tr_hdf5_leave();
    return status;
}

static void destroy(tr_recording *recording) {
    file_reader *own = (file_reader *)(void *)recording;
    const tr_hdf5 *h5;
    if (own->input.file >= 0 && !tr_hdf5_enter(&h5, NULL)) {
        if (own->recorded)
            tr_close_recorded(h5, own->recorded, own->n_recorded);
        if (own->ended >= 0)
            h5->H5Dclose(own->ended);
        tr_hdf5_input_close(&own->input);
        tr_hdf5_leave();
    }
    tr_recording_clear(recording);
    free(own->recorded);
    free(own->index);
    free(own->path);
    free(own);
}

/* ---- how long it is ---- */

static tr_status read_ended(file_reader *own, tr_diag *diag) {
    uint8_t ended;
    const tr_hdf5 *h5 = own->input.h5;
    if (h5->H5Dread(own->ended, TR_HDF5_ID(h5, H5T_NATIVE_UINT8_g), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                    &ended) < 0)
        return tr_hdf5_fail(diag, TR_ERROR_INPUT, own->path, "/ended");
    if (ended > 1)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: /ended: found %d; wanted 0 or 1", own->path,
                       ended);
    own->base.has_ended = ended == 1;
    return TR_OK;
}

/* As many snapshots as all datasets have. */
static tr_status count_snapshots(file_reader *own, tr_diag *diag) {
    uint64_t count = UINT64_MAX;
    for (size_t i = 0; i < own->n_recorded; i++) {
        const tr_recorded *recorded = &own->recorded[i];
        hsize_t extent[TR_RECORDED_RANK];
        tr_status status = tr_hdf5_input_extent(&own->input, recorded->name, recorded->dataset,
                                                recorded->rank, extent, diag);
        if (status)
            return status;
        count = extent[0] < count ? extent[0] : count;
    }
    if (count > most_snapshots)
        return refuse(own, diag, "/iteration", "found too many snapshots");
    if (!count && own->base.n_params > MOST_UNSEEN_PARAMS)
        return refuse(own, diag, "/params", "found no snapshot of so large a net");
    own->base.n_snapshots = count;
    return TR_OK;
}

static tr_status check_room(const file_reader *own, tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < own->n_recorded; i++) {
        const tr_recorded *recorded = &own->recorded[i];
        size_t bytes = recorded->n_values * tr_recorded_value_size(own->input.h5, recorded);
        /* both factors were checked: 2^48 snapshots would only be of nets with 2^14 parameters */
        if (own->base.n_snapshots > UINT64_MAX / bytes)
            status = refuse(own, diag, recorded->name, "is too large");
        else
            status = tr_hdf5_input_check_room(&own->input, recorded->name, recorded->dataset,
                                              own->base.n_snapshots * bytes, diag);
    }
    return status;
}

/* That iterations rise; in a long recording only near its end, and then whatever is read of it. */
static tr_status check_iterations(file_reader *own, tr_diag *diag) {
    uint64_t n_snapshots = own->base.n_snapshots;
    uint64_t first = n_snapshots > CHECKED_ROWS ? n_snapshots - INDEX_ROWS : 0;
    uint64_t newest = 0;
    for (; first < n_snapshots; first += own->index_count) {
        tr_status status = read_index(own, first, diag);
        if (status)
            return status;
        for (size_t i = 0; i < own->index_count; i++) {
            if ((first + i) && (i || newest) && own->index[i] <= newest)
                return tr_fail(diag, TR_ERROR_INPUT,
                               "%.100s: /iteration: snapshot %llu: found %llu after %llu; wanted "
                               "a larger number",
                               own->path, (unsigned long long)(first + i),
                               (unsigned long long)own->index[i], (unsigned long long)newest);
            newest = own->index[i];
        }
    }
    own->base.newest_iteration = newest;
    return TR_OK;
}

/* Makes the library look at the lengths again. */
static tr_status refresh_recorded(file_reader *own, tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    bool done = true;
    for (size_t i = 0; done && i < own->n_recorded; i++)
        done = h5->H5Drefresh(own->recorded[i].dataset) >= 0;
    return done ? TR_OK : tr_hdf5_fail(diag, TR_ERROR_INPUT, own->path, "cannot be read again");
}

static tr_status measure(file_reader *own, tr_diag *diag) {
    /* in this order: what has ended does not grow any more, so lengths that are read after that are the
     * last ones */
    tr_status status = read_ended(own, diag);
    if (!status && own->is_live)
        status = refresh_recorded(own, diag);
    if (!status)
        status = count_snapshots(own, diag);
    if (!status)
        status = check_room(own, diag);
    if (!status)
        status = check_iterations(own, diag);
    return status;
}

static tr_status refresh(tr_recording *recording, tr_diag *diag) {
    file_reader *own = (file_reader *)(void *)recording;
    const tr_hdf5 *h5;
    if (!own->is_live || recording->has_ended)
        return TR_OK;
    tr_status status = tr_hdf5_enter(&h5, diag);
    if (status)
        return status;
    bool done = h5->H5Drefresh(own->ended) >= 0;
    status = done ? measure(own, diag)
                  : tr_hdf5_fail(diag, TR_ERROR_INPUT, own->path, "cannot be read again");
    tr_hdf5_leave();
    return status;
}

static const tr_recording_kind kind = {
    .destroy = destroy, .refresh = refresh, .read = read_snapshots, .find = find};

/* ---- what it is of ---- */

static tr_status read_texts(file_reader *own, hid_t root, tr_diag *diag) {
    char loss[MOST_NAME_BYTES] = "", framework[MOST_NAME_BYTES] = "",
         optimizer[MOST_NAME_BYTES] = "";
    bool found;
    const tr_hdf5_input *input = &own->input;
    tr_status status =
        tr_hdf5_input_text(input, "/", root, "loss", loss, sizeof loss, &found, diag);
    if (!status)
        status = tr_hdf5_input_text(input, "/", root, "framework", framework, sizeof framework,
                                    &found, diag);
    if (!status)
        status = tr_hdf5_input_text(input, "/", root, "optimizer", optimizer, sizeof optimizer,
                                    &found, diag);
    if (status)
        return status;
    own->base.knows_loss = *loss != '\0';
    if (*loss && !tr_loss_parse(loss, &own->base.loss))
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: /: attribute loss: found \"%.40s\"; wanted one such as %s, or \"\"",
                       own->path, loss, tr_loss_names[0]);
    own->base.has_info = true;
    own->base.info.framework = strdup(framework);
    own->base.info.optimizer = strdup(optimizer);
    return own->base.info.framework && own->base.info.optimizer
               ? TR_OK
               : tr_fail_memory(diag, "a recording");
}

static tr_status read_root(file_reader *own, tr_diag *diag) {
    tr_recording_info *info = &own->base.info;
    int64_t schema = 0;
    uint64_t n_links;
    bool found;
    hid_t root;
    const tr_hdf5_input *input = &own->input;
    tr_status status = tr_hdf5_input_open_group(input, "/", &root, &n_links, diag);
    if (status)
        return status;
    status = tr_hdf5_input_integer(input, "/", root, "trainreel_schema", &schema, &found, diag);
    if (!status && !found)
        status = refuse(own, diag, "/", "is not a recording: it has no attribute trainreel_schema");
    else if (!status && schema != TR_RECORDING_SCHEMA)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%.100s: /: attribute trainreel_schema: found %lld; wanted %d, which is "
                         "all that this version knows",
                         own->path, (long long)schema, TR_RECORDING_SCHEMA);
    info->learning_rate = NAN;
    info->seed = -1;
    if (!status)
        status = read_texts(own, root, diag);
    if (!status)
        status = tr_hdf5_input_number(input, "/", root, "learning_rate", &info->learning_rate,
                                      &found, diag);
    if (!status)
        status = tr_hdf5_input_integer(input, "/", root, "seed", &info->seed, &found, diag);
    input->h5->H5Gclose(root);
    return status;
}

static tr_status read_layer_attributes(const file_reader *own, const char *name, tr_layer *layer,
                                       tr_diag *diag) {
    const tr_hdf5_input *input = &own->input;
    char dense[MOST_NAME_BYTES] = "", activation[MOST_NAME_BYTES] = "";
    tr_diag wanted = {0};
    uint64_t n_links;
    bool found;
    hid_t group;
    tr_status status = tr_hdf5_input_open_group(input, name, &group, &n_links, diag);
    if (status)
        return status;
    status = tr_hdf5_input_text(input, name, group, "kind", dense, sizeof dense, &found, diag);
    if (!status)
        status = tr_hdf5_input_text(input, name, group, "activation", activation, sizeof activation,
                                    &found, diag);
    input->h5->H5Gclose(group);
    if (status)
        return status;
    if (strcmp(dense, "dense") != 0)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: %s: attribute kind: found \"%.40s\"; wanted \"dense\"", own->path,
                       name, dense);
    status = tr_activation_parse(activation, &layer->activation, &layer->alpha, &wanted);
    if (status)
        tr_fail(diag, status, "%.60s: %s: attribute activation: found \"%.24s\"; wanted %s",
                own->path, name, activation, wanted.text);
    return status;
}

static tr_status open_recorded(const file_reader *own, tr_recorded *recorded, hsize_t *extent,
                               tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    tr_wanted_dataset wanted = {.name = recorded->name,
                                .little_endian = TR_HDF5_ID(h5, H5T_STD_U64LE_g),
                                .big_endian = TR_HDF5_ID(h5, H5T_STD_U64BE_g),
                                .type = "64-bit unsigned integers",
                                .rank = recorded->rank};
    if (recorded->memory_type == TR_HDF5_ID(h5, H5T_NATIVE_UINT32_g)) {
        wanted.little_endian = TR_HDF5_ID(h5, H5T_STD_U32LE_g);
        wanted.big_endian = TR_HDF5_ID(h5, H5T_STD_U32BE_g);
        wanted.type = "32-bit unsigned integers";
    } else if (recorded->memory_type == TR_HDF5_ID(h5, H5T_NATIVE_FLOAT_g)) {
        wanted.little_endian = TR_HDF5_ID(h5, H5T_IEEE_F32LE_g);
        wanted.big_endian = TR_HDF5_ID(h5, H5T_IEEE_F32BE_g);
        wanted.type = "32-bit floating-point numbers";
    }
    return tr_hdf5_input_open_dataset(&own->input, &wanted, &recorded->dataset, extent, diag);
}

/* Opens weights and bias, whose shapes say how many units and inputs there are. */
static tr_status open_layer(file_reader *own, size_t index, size_t *n_inputs, tr_layer *layer,
                            tr_diag *diag) {
    tr_recorded *parts = own->recorded + TR_N_COLUMNS + 2 * index;
    const tr_layer_view unknown = {.n_inputs = 1, .n_units = 1};
    hsize_t weights[TR_RECORDED_RANK], bias[TR_RECORDED_RANK];
    char name[TR_RECORDED_NAME_SIZE];
    snprintf(name, sizeof name, "/params/layer_%zu", index);
    tr_describe_layer(own->input.h5, index, &unknown, parts);
    tr_status status = read_layer_attributes(own, name, layer, diag);
    if (!status)
        status = open_recorded(own, &parts[0], weights, diag);
    if (!status)
        status = open_recorded(own, &parts[1], bias, diag);
    if (status)
        return status;
    if (weights[1] < 1 || weights[2] < 1 || weights[1] > most_values || weights[2] > most_values ||
        weights[1] * weights[2] > most_values)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: %s: found %llu inputs and %llu units; wanted up to 2^31 weights",
                       own->path, parts[0].name, (unsigned long long)weights[1],
                       (unsigned long long)weights[2]);
    if (bias[1] != weights[2])
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: found %llu units, but weights has %llu",
                       own->path, parts[1].name, (unsigned long long)bias[1],
                       (unsigned long long)weights[2]);
    if (index && weights[1] != *n_inputs)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: %s: found %llu inputs, but layer_%zu has %zu units", own->path,
                       parts[0].name, (unsigned long long)weights[1], index - 1, *n_inputs);
    layer->n_units = (size_t)weights[2];
    *n_inputs = (size_t)weights[1];
    return TR_OK;
}

static tr_status count_layers(const file_reader *own, size_t *count, tr_diag *diag) {
    const tr_hdf5_input *input = &own->input;
    uint64_t n_links = 0;
    bool found;
    hid_t group;
    tr_status status = tr_hdf5_input_has(input, "/params", &found, diag);
    if (!status && !found)
        status = refuse(own, diag, "/params", "is missing");
    if (!status)
        status = tr_hdf5_input_open_group(input, "/params", &group, &n_links, diag);
    if (status)
        return status;
    input->h5->H5Gclose(group);
    if (n_links < 1 || n_links > MOST_LAYERS)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: /params: found %llu layers; wanted 1 to %d",
                       own->path, (unsigned long long)n_links, MOST_LAYERS);
    for (size_t i = 0; !status && i < n_links; i++) {
        char name[TR_RECORDED_NAME_SIZE];
        snprintf(name, sizeof name, "/params/layer_%zu", i);
        status = tr_hdf5_input_has(input, name, &found, diag);
        if (!status && !found)
            status = refuse(own, diag, name, "is missing, or /params has something else in it");
    }
    *count = (size_t)n_links;
    return status;
}

/* Opens the parts of all layers, and makes the net of their shapes. */
static tr_status open_layers(file_reader *own, size_t n_layers, tr_diag *diag) {
    tr_diag reason = {0};
    size_t n_inputs_first = 0, n_inputs = 0;
    tr_layer *layers = tr_alloc_array(n_layers, sizeof *layers);
    tr_status status = layers ? TR_OK : tr_fail_memory(diag, "a recording");
    for (size_t i = 0; !status && i < n_layers; i++) {
        status = open_layer(own, i, &n_inputs, &layers[i], diag);
        if (!i)
            n_inputs_first = n_inputs;
        n_inputs = layers[i].n_units;
    }
    if (!status) {
        status = tr_network_create(&own->base.network, n_inputs_first, layers, n_layers, &reason);
        if (status == TR_ERROR_ARGUMENT)
            status = TR_ERROR_INPUT;
        if (status)
            tr_fail(diag, status, "%.100s: /params: %s", own->path, reason.text);
    }
    free(layers);
    for (size_t i = 0; !status && i < n_layers; i++) {
        tr_recorded *parts = own->recorded + TR_N_COLUMNS + 2 * i;
        const hid_t datasets[2] = {parts[0].dataset, parts[1].dataset};
        tr_describe_layer(own->input.h5, i, tr_network_layer(own->base.network, i), parts);
        parts[0].dataset = datasets[0];
        parts[1].dataset = datasets[1];
    }
    return status;
}

/* Numbers that training, which has float32, could hold. */
static tr_status check_data(const file_reader *own, const char *name, const double *values,
                            size_t count, tr_diag *diag) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite((float)values[i]))
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%.100s: %s: found a number that is not finite, or too large for "
                           "float32",
                           own->path, name);
    return TR_OK;
}

static tr_status open_data(const file_reader *own, const char *name, hid_t *dataset,
                           hsize_t *extent, tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    const tr_wanted_dataset wanted = {.name = name,
                                      .little_endian = TR_HDF5_ID(h5, H5T_IEEE_F64LE_g),
                                      .big_endian = TR_HDF5_ID(h5, H5T_IEEE_F64BE_g),
                                      .type = "64-bit floating-point numbers",
                                      .rank = 2};
    return tr_hdf5_input_open_dataset(&own->input, &wanted, dataset, extent, diag);
}

static tr_status check_data_shapes(const file_reader *own, const hsize_t *x, const hsize_t *y,
                                   tr_diag *diag) {
    size_t n_inputs = tr_network_n_inputs(own->base.network);
    size_t n_outputs = tr_network_n_outputs(own->base.network);
    if (x[0] < 1 || x[0] > UINT32_MAX)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: /data/x: found %llu samples; wanted 1 to %u",
                       own->path, (unsigned long long)x[0], UINT32_MAX);
    if (y[0] != x[0])
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: /data/y: found %llu samples, but x has %llu",
                       own->path, (unsigned long long)y[0], (unsigned long long)x[0]);
    if (x[1] != n_inputs)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: /data/x: found %llu inputs, but layer_0 has %zu", own->path,
                       (unsigned long long)x[1], n_inputs);
    if (y[1] != n_outputs)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: /data/y: found %llu outputs, but the last layer has %zu units",
                       own->path, (unsigned long long)y[1], n_outputs);
    return TR_OK;
}

static tr_status read_data_values(const file_reader *own, const char *name, hid_t dataset,
                                  double *values, size_t count, tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    if (h5->H5Dread(dataset, TR_HDF5_ID(h5, H5T_NATIVE_DOUBLE_g), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                    values) < 0)
        return tr_hdf5_fail(diag, TR_ERROR_INPUT, own->path, name);
    return check_data(own, name, values, count, diag);
}

/* `datasets` are those of x and y. */
static tr_status read_opened_data(file_reader *own, const hid_t datasets[2], const hsize_t *x,
                                  const hsize_t *y, tr_diag *diag) {
    tr_status status = check_data_shapes(own, x, y, diag);
    /* samples and values are less than 2^32 and 2^31: the product is less than 2^63 */
    if (!status && (x[0] * x[1] > UINT64_MAX / 16 || y[0] * y[1] > UINT64_MAX / 16))
        status = refuse(own, diag, "/data/x", "is too large");
    if (!status)
        status = tr_hdf5_input_check_room(&own->input, "/data/x", datasets[0],
                                          x[0] * x[1] * sizeof(double), diag);
    if (!status)
        status = tr_hdf5_input_check_room(&own->input, "/data/y", datasets[1],
                                          y[0] * y[1] * sizeof(double), diag);
    if (!status)
        status =
            tr_dataset_create(&own->base.dataset, (size_t)x[0], (size_t)x[1], (size_t)y[1], diag);
    if (!status)
        status = read_data_values(own, "/data/x", datasets[0], own->base.dataset->x,
                                  (size_t)(x[0] * x[1]), diag);
    if (!status)
        status = read_data_values(own, "/data/y", datasets[1], own->base.dataset->y,
                                  (size_t)(y[0] * y[1]), diag);
    return status;
}

static tr_status read_data(file_reader *own, tr_diag *diag) {
    bool has_x, has_y;
    hid_t datasets[2] = {-1, -1};
    hsize_t x[2], y[2];
    tr_status status = tr_hdf5_input_has(&own->input, "/data/x", &has_x, diag);
    if (!status)
        status = tr_hdf5_input_has(&own->input, "/data/y", &has_y, diag);
    if (status || (!has_x && !has_y))
        return status;
    status = open_data(own, "/data/x", &datasets[0], x, diag);
    if (!status)
        status = open_data(own, "/data/y", &datasets[1], y, diag);
    if (!status)
        status = read_opened_data(own, datasets, x, y, diag);
    for (int i = 0; i < 2; i++)
        if (datasets[i] >= 0)
            own->input.h5->H5Dclose(datasets[i]);
    return status;
}

static tr_status open_ended(file_reader *own, tr_diag *diag) {
    const tr_hdf5 *h5 = own->input.h5;
    hsize_t extent[1];
    const tr_wanted_dataset wanted = {.name = "/ended",
                                      .little_endian = TR_HDF5_ID(h5, H5T_STD_U8LE_g),
                                      .big_endian = TR_HDF5_ID(h5, H5T_STD_U8BE_g),
                                      .type = "an 8-bit unsigned integer",
                                      .rank = 1};
    tr_status status = tr_hdf5_input_open_dataset(&own->input, &wanted, &own->ended, extent, diag);
    if (!status && extent[0] != 1)
        status = tr_fail(diag, TR_ERROR_INPUT, "%.100s: /ended: found %llu numbers; wanted 1",
                         own->path, (unsigned long long)extent[0]);
    return status;
}

static tr_status open_contents(file_reader *own, tr_diag *diag) {
    size_t n_layers = 0;
    tr_status status = read_root(own, diag);
    if (!status)
        status = count_layers(own, &n_layers, diag);
    if (status)
        return status;
    own->recorded = tr_alloc_array(tr_n_recorded(n_layers), sizeof *own->recorded);
    if (!own->recorded)
        return tr_fail_memory(diag, "a recording");
    own->n_recorded = tr_n_recorded(n_layers);
    tr_describe_columns(own->input.h5, own->recorded);
    for (int i = 0; !status && i < TR_N_COLUMNS; i++) {
        hsize_t extent[TR_RECORDED_RANK];
        status = open_recorded(own, &own->recorded[i], extent, diag);
    }
    if (!status)
        status = open_layers(own, n_layers, diag);
    if (!status)
        status = open_ended(own, diag);
    if (status)
        return status;
    own->base.n_params = tr_network_n_params(own->base.network);
    status = measure(own, diag);
    return status ? status : read_data(own, diag);
}

/* Opens the file in a way that waits for nobody. */
static tr_status open_descriptor(const file_reader *own, int *descriptor, tr_diag *diag) {
    struct stat info;
    *descriptor = open(own->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0 || fstat(*descriptor, &info))
        return tr_fail(diag, TR_ERROR_INPUT, "%.200s: %s", own->path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return tr_fail(diag, TR_ERROR_INPUT, "%.200s: is not a regular file", own->path);
    return TR_OK;
}

static tr_status open_recording(file_reader *own, tr_diag *diag) {
    int descriptor;
    tr_status status = open_descriptor(own, &descriptor, diag);
    if (!status)
        status = tr_hdf5_enter(&own->input.h5, diag);
    if (!status) {
        status = tr_hdf5_input_open(&own->input, descriptor, &own->is_live, diag);
        if (!status)
            status = open_contents(own, diag);
        tr_hdf5_leave();
    }
    if (descriptor >= 0)
        close(descriptor);
    return status;
}

tr_status tr_recording_open(tr_recording **out, const char *path, tr_diag *diag) {
    *out = NULL;
    file_reader *own = tr_alloc_array(1, sizeof *own);
    if (!own)
        return tr_fail_memory(diag, "a recording");
    own->base.kind = &kind;
    own->input.file = own->ended = -1;
    own->path = strdup(path);
    own->input.path = own->path;
    own->index = tr_alloc_array(INDEX_ROWS, sizeof *own->index);
    tr_status status =
        own->path && own->index ? open_recording(own, diag) : tr_fail_memory(diag, "a recording");
    if (status)
        destroy(&own->base);
    else
        *out = &own->base;
    return status;
}
