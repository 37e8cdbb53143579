/* Where a command writes a table: a file that appears when it is complete, or the standard output. */
#ifndef TR_CLI_DESTINATION_H
#define TR_CLI_DESTINATION_H

#include "output.h"

#include <stdbool.h>

typedef struct tr_destination {
    tr_output *output; /* NULL for the standard output */
} tr_destination;

/* After tr_catch_signals(). NULL and "-" are the standard output. */
tr_status tr_destination_open(tr_destination *to, const char *path, tr_diag *diag);

/* Writes bytes; `context` is the destination. TR_ERROR_OUTPUT, TR_ERROR_CANCELLED. */
tr_status tr_destination_write(const void *data, size_t size, void *context, tr_diag *diag);

/* Completes the file if `status` is TR_OK, and removes it otherwise. Returns the first failure. */
tr_status tr_destination_close(tr_destination *to, tr_status status, tr_diag *diag);

#endif
