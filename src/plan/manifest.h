/* manifest.json and SHA256SUMS: what a build made, and of what. */
#ifndef TR_PLAN_MANIFEST_H
#define TR_PLAN_MANIFEST_H

#include "build.h"

enum { TR_MANIFEST_SCHEMA = 1 };

/* An older manifest. It may be damaged or anybody's: only what it says of files that the plan has is
 * looked at, and believed only as far as the files agree. */
typedef struct tr_manifest tr_manifest;

/* The manifest of the folder; NULL if there is none that can be used, which `note` then tells. */
tr_manifest *tr_manifest_read(const tr_store *store, void (*note)(const char *text, void *context),
                              void *context);
void tr_manifest_destroy(tr_manifest **manifest);

/* Whether the file was made of these inputs and is still as it was; then `file` describes it, with an
 * alternative that is the caller's. */
bool tr_manifest_find(const tr_manifest *manifest, const tr_store *store, const char *path,
                      const char *kind, const char *inputs, tr_built_file *file);

/* The checksums of the files of a run; "" for those that it has not. */
typedef struct tr_run_checksums {
    char data[TR_CHECKSUM_SIZE];
    char recording[TR_CHECKSUM_SIZE];
} tr_run_checksums;

/* The checksums of what every run is made of: its settings, the content of its files, and the runs that
 * it depends on. */
void tr_manifest_run_inputs(const tr_plan *plan, const tr_run_checksums *checksums,
                            char (*run_inputs)[TR_CHECKSUM_SIZE]);

/* The checksum of what an artifact is made of: its settings, its run or those that it compares, and the
 * program's version. `run_inputs` has the checksums of all runs. */
void tr_manifest_inputs(const tr_plan_artifact *artifact,
                        const char (*run_inputs)[TR_CHECKSUM_SIZE], char inputs[TR_CHECKSUM_SIZE]);

/* Writes both files, as far as they change. TR_ERROR_OUTPUT, TR_ERROR_MEMORY. */
tr_status tr_manifest_write(const tr_store *store, const tr_plan *plan,
                            const tr_build_report *report, const tr_run_checksums *checksums,
                            tr_diag *diag);

#endif
