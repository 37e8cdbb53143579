/* An output folder that nothing leaves: files are made in a hidden folder inside it, and then renamed
 * to where they belong. On the way there every link is looked at, and one that leads out is refused. */
#ifndef TR_PLAN_STORE_H
#define TR_PLAN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

typedef struct tr_store tr_store;
typedef struct tr_stage tr_stage;

enum { TR_CHECKSUM_SIZE = 65 }; /* a SHA-256 in hexadecimal digits, as a C string */

/* Makes the folder if it is not there. TR_ERROR_OUTPUT, TR_ERROR_MEMORY. */
tr_status tr_store_open(tr_store **store, const char *folder, tr_diag *diag);
void tr_store_close(tr_store **store);

/* All that follow take paths below the folder that tr_plan_read would take, and are safe from any number
 * of threads. Messages begin with the folder and the path. */

/* Makes the folders on the way to a file, and checks that it may be written there: no link leads out,
 * nothing but a file that may be written is in its place. TR_ERROR_OUTPUT. */
tr_status tr_store_prepare(const tr_store *store, const char *path, tr_diag *diag);

/* The SHA-256 and the size of a file. TR_ERROR_INPUT where there is none, or it is behind a link that
 * leads out. */
tr_status tr_store_checksum(const tr_store *store, const char *path,
                            char checksum[TR_CHECKSUM_SIZE], uint64_t *bytes, tr_diag *diag);

/* The content of a small file, with a NUL after it, for the caller to free with g_free(). TR_ERROR_INPUT
 * where there is none, or it is larger than `most`. */
tr_status tr_store_read(const tr_store *store, const char *path, size_t most, char **data,
                        size_t *size, tr_diag *diag);

/* A whole file. When it returns, the file survives a power cut, and so do the names that were given to
 * others before. TR_ERROR_OUTPUT. */
tr_status tr_store_write(const tr_store *store, const char *path, const void *data, size_t size,
                         tr_diag *diag);

/* A whole file from a C string; one that has these bytes already is left alone, which `changed` tells, if
 * it is not NULL. TR_ERROR_OUTPUT. */
tr_status tr_store_update(const tr_store *store, const char *path, const char *text, bool *changed,
                          tr_diag *diag);

/* A new hidden folder in the folder. TR_ERROR_OUTPUT, TR_ERROR_MEMORY. */
tr_status tr_stage_create(tr_stage **stage, const tr_store *store, tr_diag *diag);
/* Its path, borrowed. */
const char *tr_stage_path(const tr_stage *stage);
/* The SHA-256 and the size of a file in it. */
tr_status tr_stage_checksum(const tr_stage *stage, const char *name,
                            char checksum[TR_CHECKSUM_SIZE], uint64_t *bytes, tr_diag *diag);
/* Gives a file in it the path where it belongs, which a power cut may still undo, to what was there
 * before: syncing the folder for each of many files takes longer than making them. TR_ERROR_OUTPUT. */
tr_status tr_stage_publish(const tr_stage *stage, const char *name, const char *path,
                           tr_diag *diag);
/* Removes the folder and what is left in it. */
void tr_stage_destroy(tr_stage **stage);

/* The SHA-256 of any file. TR_ERROR_INPUT. */
tr_status tr_file_checksum(const char *path, char checksum[TR_CHECKSUM_SIZE], tr_diag *diag);

#endif
