/* The files that a run is imported from: which there are, what they are, and in which order. */
#ifndef TR_PLAN_IMPORT_FILES_H
#define TR_PLAN_IMPORT_FILES_H

#include "csv_reader.h"

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

typedef enum tr_import_kind {
    TR_IMPORT_TEXT, /* CSV or JSON lines */
    TR_IMPORT_NPY,
    TR_IMPORT_SAFETENSORS,
    TR_IMPORT_KERAS /* HDF5 */
} tr_import_kind;

typedef struct tr_import_file {
    char *path;
    char name[TR_CSV_NAME_SIZE]; /* the path for messages */
    uint64_t iteration;          /* the number in its name, for a file that is one of a series */
} tr_import_file;

typedef struct tr_import_files {
    tr_import_kind kind;
    size_t count;
    tr_import_file *items;
} tr_import_files;

/* Finds the files that paths and patterns name. All are of one kind, which their content says. A series
 * (safetensors and HDF5) is ordered by the only number in the names that differs, the iteration.
 * TR_ERROR_INPUT for files that are missing, of several kinds, or of one that cannot be read safely;
 * TR_ERROR_ARGUMENT for several where one is wanted; TR_ERROR_MEMORY. */
tr_status tr_import_find_files(tr_import_files *files, char *const *sources, size_t n_sources,
                               tr_diag *diag);
void tr_import_clear_files(tr_import_files *files);

/* Where the last part of a path starts. */
const char *tr_import_base_name(const char *path);

#endif
