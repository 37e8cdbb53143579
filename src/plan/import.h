/* Runs that were recorded elsewhere: files of weights, arrays, tables. */
#ifndef TR_PLAN_IMPORT_H
#define TR_PLAN_IMPORT_H

#include "params.h"

#include <stdbool.h>
#include <trainreel/trainer.h>

/* What to import. */
typedef struct tr_import_options {
    char *const *sources; /* paths, patterns such as "run/w_*.npy", or "-" for the standard input */
    size_t n_sources;
    const char *output;          /* what is to be written, which must be none of the sources */
    const tr_settings *settings; /* resolved; the model, and how it was trained */
    const tr_dataset *dataset;   /* what it was trained on; NULL where that is unknown */
    bool has_model;              /* the settings say the model; otherwise the files must */
    bool has_loss;       /* the settings say the loss, which must go with the net and the data */
    bool has_batch_size; /* the settings say the batch size, for files that do not */
    const char *layer_order; /* names of the layers, separated by commas; NULL: as they are */
} tr_import_options;

typedef struct tr_import tr_import;

/* Opens the sources and finds the net. The options, with what they point to, are borrowed until it is
 * destroyed. TR_ERROR_INPUT for what is wrong in a file; TR_ERROR_ARGUMENT for what does not go with the
 * options; TR_ERROR_MEMORY; TR_ERROR_CANCELLED where a signal came while the standard input was waited
 * for. */
tr_status tr_import_create(tr_import **import, const tr_import_options *options, tr_diag *diag);
void tr_import_destroy(tr_import **import);

/* What the parameters are of; borrowed. */
const tr_network *tr_import_network(const tr_import *import);

/* What wrote the files: "keras", or "" where they do not say it. */
const char *tr_import_framework(const tr_import *import);

/* Calls `step` for every state, in order; once. `import` is a tr_import, so that this can be a tr_source's
 * run. TR_ERROR_INPUT, TR_ERROR_MEMORY, TR_ERROR_CANCELLED, or what `step` returned. */
tr_status tr_import_run(void *import, tr_step_fn step, void *context, tr_diag *diag);

#endif
