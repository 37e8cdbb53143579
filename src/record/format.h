/* What the writer and the reader of recordings on disk share; <trainreel/recording.h> documents the
 * format, which is schema 1. */
#ifndef TR_RECORD_FORMAT_H
#define TR_RECORD_FORMAT_H

#include "hdf5_library.h"

#include <stddef.h>
#include <trainreel/network.h>

enum {
    TR_RECORDING_SCHEMA = 1,
    TR_RECORDED_NAME_SIZE = 48, /* bytes that hold the path of any dataset */
    TR_RECORDED_RANK = 3        /* the highest */
};

/* The datasets with one number for every snapshot; those of the layers come after them, weights and bias
 * in turn. */
enum {
    TR_ITERATION,
    TR_EPOCH,
    TR_SAMPLES_SEEN,
    TR_BATCH_SIZE,
    TR_N_INTEGERS,
    TR_BATCH_LOSS = TR_N_INTEGERS,
    TR_N_COLUMNS
};

/* A dataset that grows with time. */
typedef struct tr_recorded {
    char name[TR_RECORDED_NAME_SIZE];
    hid_t dataset; /* -1 while it is not open */
    hid_t memory_type;
    int rank;
    hsize_t shape[TR_RECORDED_RANK]; /* without the first, which is time */
    size_t n_values;                 /* that each snapshot has of it */
    size_t offset;                   /* of the first of them in the parameters */
} tr_recorded;

/* How many there are for a net. */
size_t tr_n_recorded(size_t n_layers);

/* Describes the columns, and the parts of a layer. */
void tr_describe_columns(const tr_hdf5 *h5, tr_recorded *columns);
void tr_describe_layer(const tr_hdf5 *h5, size_t index, const tr_layer_view *layer,
                       tr_recorded parts[2]);

/* Bytes of a value in memory, which are as many as in the file. */
size_t tr_recorded_value_size(const tr_hdf5 *h5, const tr_recorded *recorded);

/* Closes all that are open. */
void tr_close_recorded(const tr_hdf5 *h5, tr_recorded *all, size_t count);

/* The space of `count` snapshots from `first` on out of `n_snapshots`, to be closed by the caller;
 * negative on failure. */
hid_t tr_select_snapshots(const tr_hdf5 *h5, const tr_recorded *recorded, uint64_t n_snapshots,
                          uint64_t first, size_t count);

/* The space of `count` values one after the other. */
hid_t tr_make_memory_space(const tr_hdf5 *h5, size_t count);

#endif
