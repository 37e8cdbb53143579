/* What the readers of the several kinds of sources share. */
#ifndef TR_PLAN_IMPORT_KINDS_H
#define TR_PLAN_IMPORT_KINDS_H

#include "csv_reader.h"
#include "import.h"
#include "import_files.h"
#include "tensors.h"

#include <stdint.h>

/* The numbers that a state has besides its parameters, in the order of tr_import_columns. */
typedef enum tr_import_column {
    TR_IMPORT_ITERATION,
    TR_IMPORT_EPOCH,
    TR_IMPORT_SAMPLES_SEEN,
    TR_IMPORT_BATCH_SIZE,
    TR_IMPORT_LOSS,
    TR_IMPORT_N_COLUMNS
} tr_import_column;

/* "iteration", "epoch", … */
extern const char *const tr_import_columns[TR_IMPORT_N_COLUMNS];

/* One kind of source. */
typedef struct tr_import_reader tr_import_reader;

struct tr_import {
    tr_import_options options;
    tr_import_files files;
    const tr_import_reader *reader;
    void *context; /* the reader's */
    tr_network *network;
    const char *framework;

    /* the state that is put together, and the one before */
    double columns[TR_IMPORT_N_COLUMNS]; /* NaN where unknown */
    float *params;                       /* [n_params] */
    uint64_t n_states;
    uint64_t last_iteration;
    uint64_t last_samples;

    tr_step_fn step; /* while it runs */
    void *step_context;
    tr_diag *diag;
};

struct tr_import_reader {
    tr_import_kind kind;
    /* Opens the files and makes the network. */
    tr_status (*open)(tr_import *import, tr_diag *diag);
    /* Puts every state together and calls tr_import_emit() for it. */
    tr_status (*run)(tr_import *import);
    void (*close)(tr_import *import);
};

extern const tr_import_reader tr_import_text_reader;
extern const tr_import_reader tr_import_npy_reader;
extern const tr_import_reader tr_import_safetensors_reader;
extern const tr_import_reader tr_import_keras_reader;

/* Why a value cannot be that column's: NULL if it can, or what is wanted, such as "a whole number". NaN
 * stands for a value that is missing. */
const char *tr_import_check(tr_import_column column, double value);

/* Why a value cannot be a parameter, as above. */
const char *tr_import_check_param(double value);

/* Hands the state in import->columns and import->params on, after filling in what is unknown. `where` is
 * the place that messages name. TR_ERROR_INPUT where it does not come after the one before, or what the step
 * returned. */
tr_status tr_import_emit(tr_import *import, const char *where);

/* Makes the network of layers that files have, and checks them against the model of the options. `name` is
 * the file's, for messages. TR_ERROR_INPUT, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_import_network_of(tr_import *import, const tr_dense_layers *layers,
                               const tr_tensors *tensors, const char *name, tr_diag *diag);

/* Makes the network of the options' model where a file has only a number of parameters: its inputs follow
 * from that unless there is a dataset. TR_ERROR_INPUT, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_import_network_for(tr_import *import, size_t n_params, const char *name,
                                tr_diag *diag);

#endif
