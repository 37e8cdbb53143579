/* Recordings that are written to disk. The thread that trains appends to a queue of blocks, and a thread
 * of the recording writes them.
 *
 * What is compressed: integers, which count and shrink to a thirtieth, and the data. Loss and parameters
 * would only shrink to 30 to 80 % at a third of the speed; and where they are left alone, all their
 * chunks have one size, so that a chunk which is not full yet is written again in its place at every
 * flush. One of another size gets another place, and in a file that others are reading the space of the
 * former is lost: a slow training would make a large file. */
#include "alloc.h"
#include "block_queue.h"
#include "diag.h"
#include "format.h"
#include "integer_chunk.h"
#include "names.h"
#include "output.h"
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FLUSH_MILLISECONDS = 250,
    CHUNK_ROWS = TR_INTEGER_CHUNK_ROWS, /* and of losses; of the others at most */
    CHUNK_BYTES = 1 << 14,              /* of parameters, unless a snapshot's are more */
    MOST_CHUNK_BYTES = 1 << 20,         /* where they are split */
    CACHE_SLOTS = 13,                   /* few chunks are looked at at once */
    MOST_TEXT_BYTES = 1000
};

typedef struct file_writer {
    tr_recording base;
    char *path;
    tr_output *output; /* while the file has its temporary name */
    int descriptor;    /* to sync it */
    hid_t file;
    hid_t ended; /* the dataset */
    size_t n_recorded;
    tr_recorded *recorded;
    tr_integer_chunk *chunks[TR_N_INTEGERS]; /* the newest of each dataset of integers */
    float *gathered;                         /* a part of the parameters of a block's snapshots */
    uint64_t n_written;
    tr_block_queue *queue;
    pthread_t thread;
    bool has_thread;
} file_writer;

static tr_status fail(const file_writer *own, const char *what, tr_diag *diag) {
    return tr_hdf5_fail(diag, TR_ERROR_OUTPUT, own->path, what);
}

static tr_status fail_with_errno(const file_writer *own, const char *what, tr_diag *diag) {
    return tr_fail(diag, TR_ERROR_OUTPUT, "%.100s: %s: %s", own->path, what, strerror(errno));
}

/* ---- creating the file ---- */

static bool write_attribute(const tr_hdf5 *h5, hid_t object, const char *name, hid_t file_type,
                            hid_t memory_type, const void *value) {
    hid_t space = h5->H5Screate(H5S_SCALAR);
    hid_t attribute =
        space < 0 ? -1 : h5->H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && h5->H5Awrite(attribute, memory_type, value) >= 0;
    if (attribute >= 0)
        h5->H5Aclose(attribute);
    if (space >= 0)
        h5->H5Sclose(space);
    return done;
}

/* As bytes of their number: HDF5 keeps strings of any length where no checksum is. */
static bool write_text(const tr_hdf5 *h5, hid_t object, const char *name, const char *text) {
    hid_t type = h5->H5Tcopy(TR_HDF5_ID(h5, H5T_C_S1_g));
    bool done = type >= 0 && h5->H5Tset_size(type, strlen(text) + 1) >= 0 &&
                h5->H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 &&
                h5->H5Tset_cset(type, H5T_CSET_UTF8) >= 0 &&
                write_attribute(h5, object, name, type, type, text);
    if (type >= 0)
        h5->H5Tclose(type);
    return done;
}

static tr_status write_root(file_writer *own, const tr_hdf5 *h5, tr_diag *diag) {
    const tr_recording_info *info = &own->base.info;
    const int64_t schema = TR_RECORDING_SCHEMA;
    const char *loss = own->base.knows_loss ? tr_loss_names[own->base.loss] : "";
    hid_t integer = TR_HDF5_ID(h5, H5T_STD_I64LE_g), in_memory = TR_HDF5_ID(h5, H5T_NATIVE_INT64_g);
    bool done = write_attribute(h5, own->file, "trainreel_schema", integer, in_memory, &schema) &&
                write_text(h5, own->file, "framework", info->framework) &&
                write_text(h5, own->file, "loss", loss) &&
                write_text(h5, own->file, "optimizer", info->optimizer) &&
                write_attribute(h5, own->file, "learning_rate", TR_HDF5_ID(h5, H5T_IEEE_F64LE_g),
                                TR_HDF5_ID(h5, H5T_NATIVE_DOUBLE_g), &info->learning_rate) &&
                write_attribute(h5, own->file, "seed", integer, in_memory, &info->seed);
    return done ? TR_OK : fail(own, "cannot write", diag);
}

/* Properties of a dataset with a checksum, and compressed if `deflated`. */
static hid_t make_properties(const tr_hdf5 *h5, int rank, const hsize_t *chunk, bool deflated) {
    hid_t properties = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_DATASET_CREATE_ID_g));
    bool done = properties >= 0 && h5->H5Pset_chunk(properties, rank, chunk) >= 0 &&
                h5->H5Pset_obj_track_times(properties, false) >= 0;
    if (done && deflated)
        done = h5->H5Pset_shuffle(properties) >= 0 && h5->H5Pset_deflate(properties, 1) >= 0;
    /* last, so that a damaged chunk is found out before it is decompressed */
    if (done && h5->H5Pset_fletcher32(properties) >= 0)
        return properties;
    if (properties >= 0)
        h5->H5Pclose(properties);
    return -1;
}

/* `size` is that of a value in bytes. */
static hid_t create_dataset(const tr_hdf5 *h5, hid_t file, const char *name, hid_t type,
                            size_t size, int rank, const hsize_t *extent, const hsize_t *most,
                            const hsize_t *chunk, bool deflated) {
    size_t bytes = size;
    for (int i = 0; i < rank; i++)
        bytes *= (size_t)chunk[i];
    hid_t dataset = -1;
    hid_t space = h5->H5Screate_simple(rank, extent, most);
    hid_t properties = make_properties(h5, rank, chunk, deflated);
    hid_t access = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_DATASET_ACCESS_ID_g));
    if (space >= 0 && properties >= 0 && access >= 0 &&
        h5->H5Pset_chunk_cache(access, CACHE_SLOTS, 2 * bytes, 1) >= 0)
        dataset = h5->H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, access);
    if (access >= 0)
        h5->H5Pclose(access);
    if (properties >= 0)
        h5->H5Pclose(properties);
    if (space >= 0)
        h5->H5Sclose(space);
    return dataset;
}

/* All powers of two along time, like the blocks, so that a full block is so many full chunks. */
static void choose_chunk(const tr_recorded *recorded, hsize_t *chunk) {
    chunk[0] = CHUNK_ROWS;
    chunk[1] = recorded->shape[1];
    chunk[2] = recorded->shape[2];
    if (recorded->rank == 1)
        return;
    while (chunk[0] > 1 && chunk[0] * recorded->n_values * sizeof(float) > CHUNK_BYTES)
        chunk[0] /= 2;
    while (chunk[0] * chunk[1] * chunk[2] * sizeof(float) > MOST_CHUNK_BYTES) {
        int longer = chunk[1] > 1 ? 1 : 2;
        chunk[longer] = (chunk[longer] + 1) / 2;
    }
}

static tr_status create_recorded(file_writer *own, const tr_hdf5 *h5, tr_recorded *recorded,
                                 tr_diag *diag) {
    hsize_t chunk[TR_RECORDED_RANK];
    hsize_t extent[TR_RECORDED_RANK] = {0, recorded->shape[1], recorded->shape[2]};
    hsize_t most[TR_RECORDED_RANK] = {H5S_UNLIMITED, recorded->shape[1], recorded->shape[2]};
    size_t index = (size_t)(recorded - own->recorded);
    bool is_integer = index < TR_N_INTEGERS;
    hid_t type = TR_HDF5_ID(h5, H5T_IEEE_F32LE_g);
    if (is_integer)
        type = index == TR_BATCH_SIZE ? TR_HDF5_ID(h5, H5T_STD_U32LE_g)
                                      : TR_HDF5_ID(h5, H5T_STD_U64LE_g);
    choose_chunk(recorded, chunk);
    recorded->dataset =
        create_dataset(h5, own->file, recorded->name, type, tr_recorded_value_size(h5, recorded),
                       recorded->rank, extent, most, chunk, is_integer);
    return recorded->dataset < 0 ? fail(own, recorded->name, diag) : TR_OK;
}

static hid_t create_group(const tr_hdf5 *h5, hid_t file, const char *name) {
    hid_t properties = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_GROUP_CREATE_ID_g));
    hid_t group = -1;
    if (properties >= 0 && h5->H5Pset_obj_track_times(properties, false) >= 0)
        group = h5->H5Gcreate2(file, name, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (properties >= 0)
        h5->H5Pclose(properties);
    return group;
}

static tr_status create_layer(file_writer *own, const tr_hdf5 *h5, size_t index, tr_diag *diag) {
    const tr_layer_view *layer = tr_network_layer(own->base.network, index);
    tr_recorded *parts = own->recorded + TR_N_COLUMNS + 2 * index;
    char name[TR_RECORDED_NAME_SIZE], activation[TR_ACTIVATION_TEXT_SIZE];
    tr_describe_layer(h5, index, layer, parts);
    tr_status status = tr_activation_format(layer->activation, layer->alpha, activation, diag);
    if (status)
        return status;
    snprintf(name, sizeof name, "/params/layer_%zu", index);
    hid_t group = create_group(h5, own->file, name);
    bool done = group >= 0 && write_text(h5, group, "kind", "dense") &&
                write_text(h5, group, "activation", activation);
    if (group >= 0)
        h5->H5Gclose(group);
    if (!done)
        return fail(own, name, diag);
    status = create_recorded(own, h5, &parts[0], diag);
    return status ? status : create_recorded(own, h5, &parts[1], diag);
}

/* A dataset that is complete when it is made. Compressed, it is in chunks of up to MOST_CHUNK_BYTES. */
static tr_status write_data(file_writer *own, const tr_hdf5 *h5, const char *name, size_t n_samples,
                            size_t n_values, const double *values, tr_diag *diag) {
    const hsize_t extent[2] = {n_samples, n_values};
    hsize_t chunk[2] = {n_samples, n_values};
    while (chunk[0] * chunk[1] * sizeof *values > MOST_CHUNK_BYTES) {
        int longer = chunk[0] > 1 ? 0 : 1;
        chunk[longer] = (chunk[longer] + 1) / 2;
    }
    hid_t dataset = create_dataset(h5, own->file, name, TR_HDF5_ID(h5, H5T_IEEE_F64LE_g),
                                   sizeof *values, 2, extent, extent, chunk, true);
    bool done = dataset >= 0 && h5->H5Dwrite(dataset, TR_HDF5_ID(h5, H5T_NATIVE_DOUBLE_g), H5S_ALL,
                                             H5S_ALL, H5P_DEFAULT, values) >= 0;
    if (dataset >= 0)
        h5->H5Dclose(dataset);
    return done ? TR_OK : fail(own, name, diag);
}

static bool write_ended(file_writer *own, const tr_hdf5 *h5, uint8_t has_ended) {
    return own->ended >= 0 && h5->H5Dwrite(own->ended, TR_HDF5_ID(h5, H5T_NATIVE_UINT8_g), H5S_ALL,
                                           H5S_ALL, H5P_DEFAULT, &has_ended) >= 0;
}

static tr_status create_groups(file_writer *own, const tr_hdf5 *h5, tr_diag *diag) {
    hid_t params = create_group(h5, own->file, "/params");
    hid_t data = own->base.dataset ? create_group(h5, own->file, "/data") : -1;
    bool done = params >= 0 && (data >= 0 || !own->base.dataset);
    if (params >= 0)
        h5->H5Gclose(params);
    if (data >= 0)
        h5->H5Gclose(data);
    return done ? TR_OK : fail(own, "cannot write", diag);
}

static tr_status create_contents(file_writer *own, const tr_hdf5 *h5, tr_diag *diag) {
    const tr_dataset *dataset = own->base.dataset;
    const hsize_t one = 1;
    tr_status status = write_root(own, h5, diag);
    if (!status)
        status = create_groups(own, h5, diag);
    tr_describe_columns(h5, own->recorded);
    for (int i = 0; !status && i < TR_N_COLUMNS; i++)
        status = create_recorded(own, h5, &own->recorded[i], diag);
    for (size_t i = 0; !status && i < tr_network_n_layers(own->base.network); i++)
        status = create_layer(own, h5, i, diag);
    if (!status && dataset)
        status =
            write_data(own, h5, "/data/x", dataset->n_samples, dataset->n_inputs, dataset->x, diag);
    if (!status && dataset)
        status = write_data(own, h5, "/data/y", dataset->n_samples, dataset->n_outputs, dataset->y,
                            diag);
    if (status)
        return status;
    own->ended = create_dataset(h5, own->file, "/ended", TR_HDF5_ID(h5, H5T_STD_U8LE_g), 1, 1, &one,
                                &one, &one, false);
    return write_ended(own, h5, 0) ? TR_OK : fail(own, "/ended", diag);
}

/* Version 1.10 is the first that has SWMR, and what every library reads that can read it. */
static hid_t create_hdf5(const tr_hdf5 *h5, const char *path) {
    hid_t file = -1;
    hid_t creation = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_FILE_CREATE_ID_g));
    hid_t access = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_FILE_ACCESS_ID_g));
    if (creation >= 0 && access >= 0 && h5->H5Pset_obj_track_times(creation, false) >= 0 &&
        h5->H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        (!h5->set_file_locking || h5->set_file_locking(access, false, true) >= 0))
        file = h5->H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    if (creation >= 0)
        h5->H5Pclose(creation);
    if (access >= 0)
        h5->H5Pclose(access);
    return file;
}

static tr_status create_file(file_writer *own, tr_diag *diag) {
    const tr_hdf5 *h5;
    tr_status status = tr_hdf5_enter(&h5, diag);
    if (status)
        return status;
    own->file = create_hdf5(h5, tr_output_temporary_path(own->output));
    status = own->file < 0 ? fail(own, "cannot write", diag) : create_contents(own, h5, diag);
    if (!status &&
        (h5->H5Fstart_swmr_write(own->file) < 0 || h5->H5Fflush(own->file, H5F_SCOPE_LOCAL) < 0))
        status = fail(own, "cannot write", diag);
    tr_hdf5_leave();
    return status;
}

/* ---- the thread that writes ---- */

static bool extend(const tr_hdf5 *h5, const tr_recorded *recorded, uint64_t n_snapshots) {
    const hsize_t extent[TR_RECORDED_RANK] = {n_snapshots, recorded->shape[1], recorded->shape[2]};
    return h5->H5Dset_extent(recorded->dataset, extent) >= 0;
}

/* The chunk with snapshot `end` - 1, which is the last of its dataset then. */
static bool write_chunk(file_writer *own, const tr_hdf5 *h5, size_t index, uint64_t end) {
    const tr_recorded *recorded = &own->recorded[index];
    const hsize_t first = (end - 1) / CHUNK_ROWS * CHUNK_ROWS;
    size_t size;
    const void *bytes = tr_integer_chunk_pack(own->chunks[index], &size);
    return extend(h5, recorded, end) &&
           h5->H5Dwrite_chunk(recorded->dataset, H5P_DEFAULT, 0, &first, size, bytes) >= 0;
}

/* A chunk is written when it is full, and at a flush. */
static tr_status write_integers(file_writer *own, const tr_hdf5 *h5, size_t index,
                                const tr_rows *rows, bool flush, tr_diag *diag) {
    static const size_t members[TR_N_INTEGERS] = {
        offsetof(tr_row, iteration), offsetof(tr_row, epoch), offsetof(tr_row, samples_seen),
        offsetof(tr_row, batch_size)};
    uint64_t end = own->n_written;
    bool done = true;
    for (size_t i = 0, count; done && i < rows->count; i += count) {
        size_t row = (size_t)(end % CHUNK_ROWS);
        size_t room = CHUNK_ROWS - row;
        count = rows->count - i < room ? rows->count - i : room;
        tr_integer_chunk_set(own->chunks[index], row, (const char *)&rows->rows[i] + members[index],
                             sizeof *rows->rows, count);
        end += count;
        done = count < room || write_chunk(own, h5, index, end);
    }
    if (done && flush && end % CHUNK_ROWS)
        done = write_chunk(own, h5, index, end);
    return done ? TR_OK : fail(own, own->recorded[index].name, diag);
}

/* One after the other. */
static const float *gather(file_writer *own, const tr_recorded *recorded, const tr_rows *rows) {
    float *at = own->gathered;
    if (recorded == &own->recorded[TR_BATCH_LOSS]) {
        for (size_t i = 0; i < rows->count; i++)
            at[i] = rows->rows[i].loss;
        return at;
    }
    const float *values = rows->params + recorded->offset;
    if (rows->count == 1)
        return values;
    for (size_t i = 0; i < rows->count; i++, values += own->base.n_params)
        for (size_t j = 0; j < recorded->n_values; j++)
            *at++ = values[j];
    return own->gathered;
}

/* The space in memory has the shape of that in the file: of others HDF5 looks at every value. */
static tr_status write_floats(file_writer *own, const tr_hdf5 *h5, const tr_recorded *recorded,
                              const tr_rows *rows, tr_diag *diag) {
    uint64_t end = own->n_written + rows->count;
    const hsize_t shape[TR_RECORDED_RANK] = {rows->count, recorded->shape[1], recorded->shape[2]};
    hid_t in_file = tr_select_snapshots(h5, recorded, end, own->n_written, rows->count);
    hid_t in_memory = h5->H5Screate_simple(recorded->rank, shape, NULL);
    bool done = in_file >= 0 && in_memory >= 0 && extend(h5, recorded, end) &&
                h5->H5Dwrite(recorded->dataset, recorded->memory_type, in_memory, in_file,
                             H5P_DEFAULT, gather(own, recorded, rows)) >= 0;
    tr_status status = done ? TR_OK : fail(own, recorded->name, diag);
    if (in_file >= 0)
        h5->H5Sclose(in_file);
    if (in_memory >= 0)
        h5->H5Sclose(in_memory);
    return status;
}

/* Lets the disk work while the net is trained, so that there is little left to wait for at the end. */
static void start_sync(const file_writer *own) {
#ifdef __linux__
    (void)sync_file_range(own->descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)own;
#endif
}

static tr_status write_rows(file_writer *own, const tr_rows *rows, bool flush, tr_diag *diag) {
    const tr_hdf5 *h5;
    tr_status status = tr_hdf5_enter(&h5, diag);
    if (status)
        return status;
    for (size_t i = 0; !status && i < TR_N_INTEGERS; i++)
        status = write_integers(own, h5, i, rows, flush, diag);
    for (size_t i = TR_N_INTEGERS; !status && rows->count && i < own->n_recorded; i++)
        status = write_floats(own, h5, &own->recorded[i], rows, diag);
    if (!status)
        own->n_written += rows->count;
    if (!status && flush && h5->H5Fflush(own->file, H5F_SCOPE_LOCAL) < 0)
        status = fail(own, "cannot write", diag);
    tr_hdf5_leave();
    if (!status && flush)
        start_sync(own);
    return status;
}

/* From now on readers find it. Not before there is something to read. */
static tr_status publish(file_writer *own, tr_diag *diag) {
    return own->output && own->n_written ? tr_output_publish(&own->output, diag) : TR_OK;
}

static void *work(void *context) {
    file_writer *own = context;
    tr_diag diag = {0};
    tr_flush_wish wish;
    do {
        tr_rows rows;
        wish = tr_block_queue_take(own->queue, FLUSH_MILLISECONDS, &rows);
        tr_status status = write_rows(own, &rows, wish != TR_FLUSH_LATER, &diag);
        if (!status && wish == TR_FLUSH_NOW)
            status = publish(own, &diag);
        if (status) {
            tr_block_queue_fail(own->queue, status, &diag);
            return NULL;
        }
        if (wish != TR_FLUSH_LATER)
            tr_block_queue_flushed(own->queue);
    } while (wish != TR_FLUSH_LAST);
    return NULL;
}

/* ---- what recordings do ---- */

static tr_status append(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag) {
    file_writer *own = (file_writer *)(void *)recording;
    if (!own->has_thread)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "%.100s: the recording is finished", own->path);
    return tr_block_queue_push(own->queue, snapshot, diag);
}

static tr_status flush(tr_recording *recording, tr_diag *diag) {
    file_writer *own = (file_writer *)(void *)recording;
    return own->has_thread ? tr_block_queue_flush(own->queue, diag) : TR_OK;
}

static void end_thread(file_writer *own) {
    if (!own->has_thread)
        return;
    tr_block_queue_end(own->queue);
    pthread_join(own->thread, NULL);
    own->has_thread = false;
}

static tr_status close_file(file_writer *own, bool has_ended, tr_diag *diag) {
    const tr_hdf5 *h5;
    tr_status status = own->file < 0 ? TR_OK : tr_hdf5_enter(&h5, diag);
    if (own->file < 0 || status)
        return status;
    /* Everything else is on disk before it says that it has ended: the library writes in any order. */
    if (has_ended && (h5->H5Fflush(own->file, H5F_SCOPE_LOCAL) < 0 || !write_ended(own, h5, 1)))
        status = fail(own, "/ended", diag);
    tr_close_recorded(h5, own->recorded, own->n_recorded);
    if (own->ended >= 0)
        h5->H5Dclose(own->ended);
    if (h5->H5Fclose(own->file) < 0 && !status)
        status = fail(own, "cannot write", diag);
    own->file = own->ended = -1;
    tr_hdf5_leave();
    return status;
}

static tr_status finish(tr_recording *recording, tr_diag *diag) {
    file_writer *own = (file_writer *)(void *)recording;
    if (own->file < 0)
        return TR_OK;
    end_thread(own);
    tr_status status = tr_block_queue_status(own->queue, diag);
    tr_status closed = close_file(own, !status, status ? NULL : diag);
    if (!status)
        status = closed;
    if (!status && own->output)
        status = tr_output_commit(&own->output, diag);
    else if (!status && fsync(own->descriptor))
        status = fail_with_errno(own, "cannot sync", diag);
    recording->has_ended = !status;
    return status;
}

static void destroy(tr_recording *recording) {
    file_writer *own = (file_writer *)(void *)recording;
    end_thread(own);
    (void)close_file(own, false, NULL);
    tr_output_discard(&own->output);
    if (own->descriptor >= 0)
        close(own->descriptor);
    tr_block_queue_destroy(&own->queue);
    tr_recording_clear(recording);
    for (size_t i = 0; i < TR_N_INTEGERS; i++)
        tr_integer_chunk_destroy(&own->chunks[i]);
    free(own->recorded);
    free(own->gathered);
    free(own->path);
    free(own);
}

static const tr_recording_kind kind = {
    .destroy = destroy, .append = append, .flush = flush, .finish = finish};

/* ---- creating it ---- */

static tr_status copy_network(file_writer *own, const tr_network *network, tr_diag *diag) {
    size_t n_layers = tr_network_n_layers(network);
    tr_layer *layers = tr_alloc_array(n_layers, sizeof *layers);
    if (!layers)
        return tr_fail_memory(diag, "a recording");
    for (size_t i = 0; i < n_layers; i++) {
        const tr_layer_view *view = tr_network_layer(network, i);
        layers[i] = (tr_layer){
            .n_units = view->n_units, .activation = view->activation, .alpha = view->alpha};
    }
    tr_status status =
        tr_network_create(&own->base.network, tr_network_n_inputs(network), layers, n_layers, diag);
    free(layers);
    return status;
}

static tr_status copy_dataset(file_writer *own, const tr_dataset *dataset, tr_diag *diag) {
    const tr_network *network = own->base.network;
    if (dataset->n_inputs != tr_network_n_inputs(network) ||
        dataset->n_outputs != tr_network_n_outputs(network))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the data has %zu inputs and %zu outputs, but the net %zu and %zu",
                       dataset->n_inputs, dataset->n_outputs, tr_network_n_inputs(network),
                       tr_network_n_outputs(network));
    tr_status status = tr_dataset_create(&own->base.dataset, dataset->n_samples, dataset->n_inputs,
                                         dataset->n_outputs, diag);
    if (status)
        return status;
    memcpy(own->base.dataset->x, dataset->x,
           dataset->n_samples * dataset->n_inputs * sizeof *dataset->x);
    memcpy(own->base.dataset->y, dataset->y,
           dataset->n_samples * dataset->n_outputs * sizeof *dataset->y);
    return TR_OK;
}

static tr_status copy_info(file_writer *own, const tr_recording_info *info, tr_diag *diag) {
    const tr_recording_info unknown = {
        .framework = "", .optimizer = "", .learning_rate = NAN, .seed = -1};
    if (!info)
        info = &unknown;
    if (strlen(info->framework) > MOST_TEXT_BYTES || strlen(info->optimizer) > MOST_TEXT_BYTES)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the name of a framework or optimizer has up to %d bytes", MOST_TEXT_BYTES);
    own->base.has_info = true;
    own->base.info = (tr_recording_info){.framework = strdup(info->framework),
                                         .optimizer = strdup(info->optimizer),
                                         .learning_rate = info->learning_rate,
                                         .seed = info->seed};
    return own->base.info.framework && own->base.info.optimizer
               ? TR_OK
               : tr_fail_memory(diag, "a recording");
}

/* Parts of a block's parameters, one at a time. */
static float *alloc_gathered(const tr_network *network) {
    size_t most = 0;
    for (size_t i = 0; i < tr_network_n_layers(network); i++) {
        const tr_layer_view *layer = tr_network_layer(network, i);
        size_t n_weights = layer->n_inputs * layer->n_units;
        most = n_weights > most ? n_weights : most;
    }
    size_t rows = tr_block_rows(tr_network_n_params(network));
    return tr_alloc_array(rows > 1 ? rows * most : 1, sizeof(float));
}

static tr_status create_chunks(file_writer *own, tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < TR_N_INTEGERS; i++)
        status = tr_integer_chunk_create(
            &own->chunks[i], i == TR_BATCH_SIZE ? sizeof(uint32_t) : sizeof(uint64_t), diag);
    return status;
}

static tr_status open_output(file_writer *own, tr_diag *diag) {
    tr_status status = tr_output_create(&own->output, own->path, false, diag);
    if (!status)
        status = create_file(own, diag);
    if (status)
        return status;
    own->descriptor = open(tr_output_temporary_path(own->output), O_RDONLY | O_CLOEXEC);
    return own->descriptor < 0 ? fail_with_errno(own, "cannot write", diag) : TR_OK;
}

static tr_status start(file_writer *own, tr_diag *diag) {
    tr_status status = tr_block_queue_create(&own->queue, own->base.n_params, diag);
    if (!status)
        status = create_chunks(own, diag);
    if (!status)
        status = open_output(own, diag);
    if (status)
        return status;
    if (pthread_create(&own->thread, NULL, work, own))
        return tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left for a recording");
    own->has_thread = true;
    return TR_OK;
}

tr_status tr_recording_create_file(tr_recording **out, const char *path, const tr_network *network,
                                   const tr_dataset *dataset, const tr_loss *loss,
                                   const tr_recording_info *info, tr_diag *diag) {
    *out = NULL;
    file_writer *own = tr_alloc_array(1, sizeof *own);
    if (!own)
        return tr_fail_memory(diag, "a recording");
    own->base.kind = &kind;
    own->base.n_params = tr_network_n_params(network);
    own->base.knows_loss = loss != NULL;
    own->base.loss = loss ? *loss : TR_LOSS_MEAN_SQUARED_ERROR;
    own->descriptor = -1;
    own->file = own->ended = -1;
    own->n_recorded = tr_n_recorded(tr_network_n_layers(network));
    own->recorded = tr_alloc_array(own->n_recorded, sizeof *own->recorded);
    own->gathered = alloc_gathered(network);
    own->path = strdup(path);
    tr_status status = own->recorded && own->gathered && own->path
                           ? copy_network(own, network, diag)
                           : tr_fail_memory(diag, "a recording");
    if (!status && dataset)
        status = copy_dataset(own, dataset, diag);
    if (!status)
        status = copy_info(own, info, diag);
    if (!status)
        status = start(own, diag);
    if (status)
        destroy(&own->base);
    else
        *out = &own->base;
    return status;
}
