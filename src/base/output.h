/* A file that appears under its name only when it is complete.
 *
 * It is written under a temporary name in the same folder, and committing syncs and renames it. What
 * stood under the name before stays untouched until then, whatever happens. */
#ifndef TR_BASE_OUTPUT_H
#define TR_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

typedef struct tr_output tr_output;

/* Makes the folder `path` and those above it. TR_ERROR_OUTPUT where one cannot be made. */
tr_status tr_make_folders(const char *path, tr_diag *diag);

/* Makes those that lead to the file `path`. */
tr_status tr_make_folders_to(const char *path, tr_diag *diag);

/* TR_ERROR_ARGUMENT where the file to be written is one that is read, `input`, and would take its place.
 * NULL and what is not there are no such files. */
tr_status tr_output_spare(const char *path, const char *input, tr_diag *diag);

/* Opens the temporary file for `path`, whose folder must exist. A symbolic link is followed. An
 * existing device or pipe is written to directly if `may_be_device`, and refused otherwise.
 * TR_ERROR_OUTPUT, TR_ERROR_MEMORY; TR_ERROR_CANCELLED where a signal came while a pipe was waiting
 * for its reader, which writing may return as well. */
tr_status tr_output_create(tr_output **output, const char *path, bool may_be_device, tr_diag *diag);

/* The same for a folder of files: the temporary folder is there, and committing puts it in the place
 * of an older one, which must contain nothing but files for which `is_ours` says so. */
tr_status tr_output_create_folder(tr_output **output, const char *path,
                                  bool (*is_ours)(const char *name), tr_diag *diag);

/* The path that was asked for, and the one to write to until it is committed; both borrowed. */
const char *tr_output_path(const tr_output *output);
const char *tr_output_temporary_path(const tr_output *output);

/* Appends to the file; not for a folder. */
tr_status tr_output_write(tr_output *output, const void *data, size_t size, tr_diag *diag);

/* Writes a whole file into the folder; for a folder only, by any number of threads. */
tr_status tr_output_write_file(const tr_output *output, const char *name, const void *data,
                               size_t size, tr_diag *diag);

/* Begins the file again. TR_ERROR_OUTPUT. */
tr_status tr_output_restart(tr_output *output, tr_diag *diag);

/* Writes over what is in the file already, at `offset`. TR_ERROR_OUTPUT. */
tr_status tr_output_write_at(tr_output *output, uint64_t offset, const void *data, size_t size,
                             tr_diag *diag);

/* Opens a file without a name beside this one, for what has to wait, to be read and written; it is gone
 * when the caller closes it. TR_ERROR_OUTPUT, TR_ERROR_MEMORY. */
tr_status tr_output_open_spill(const tr_output *output, int *descriptor, tr_diag *diag);

/* Bytes written so far to the file; 0 for a folder or where it cannot be told. */
uint64_t tr_output_size(const tr_output *output);

/* Brings what is written to the disk, so that what still fails fails before anything is renamed. To
 * be called where several outputs are committed together; nothing may be written after it. */
tr_status tr_output_sync(tr_output *output, tr_diag *diag);

/* Syncs and renames, and frees the output in any case. */
tr_status tr_output_commit(tr_output **output, tr_diag *diag);

/* Renames a file that goes on being written by other means, without syncing it, which could take long,
 * and frees the output in any case. */
tr_status tr_output_publish(tr_output **output, tr_diag *diag);

/* Removes the temporary file or folder. NULL is fine. */
void tr_output_discard(tr_output **output);

#endif
