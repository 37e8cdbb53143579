/* Numbers out of the bytes of a file, whatever the machine's own order. */
#ifndef TR_PLAN_BYTES_H
#define TR_PLAN_BYTES_H

#include "csv_reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

/* An open file of which any part may be read. */
typedef struct tr_bytes {
    char name[TR_CSV_NAME_SIZE]; /* for messages */
    int descriptor;
    uint64_t size;
} tr_bytes;

/* A regular file, to be closed in any case. TR_ERROR_INPUT. */
tr_status tr_bytes_open(tr_bytes *bytes, const char *path, tr_diag *diag);
void tr_bytes_close(tr_bytes *bytes);

/* Reads `size` bytes from `offset` on. TR_ERROR_INPUT where they are not there. */
tr_status tr_bytes_read(const tr_bytes *bytes, uint64_t offset, void *data, size_t size,
                        tr_diag *diag);

/* How numbers are stored. */
typedef enum tr_number_kind {
    TR_NUMBER_UNSIGNED,
    TR_NUMBER_SIGNED,
    TR_NUMBER_FLOAT,   /* IEEE 754 of 2, 4 or 8 bytes */
    TR_NUMBER_BFLOAT16 /* the upper half of a float32 */
} tr_number_kind;

typedef struct tr_number_type {
    tr_number_kind kind;
    size_t size; /* bytes, 1 to 8 */
    bool big_endian;
} tr_number_type;

/* The number at `data`. */
double tr_number_at(const uint8_t *data, tr_number_type type);

#endif
