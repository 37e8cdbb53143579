/* Chunks of a dataset of integers, with the bytes that HDF5's filters shuffle, deflate and fletcher32 would
 * make of them, one after the other, so that HDF5 only has to write them.
 *
 * It is done here because HDF5 starts with new memory for each chunk, which took longer than all else
 * that recording does, and because chunks resemble each other. Shuffled, a chunk has the lowest bytes of
 * all its integers first, then the next bytes, and so on; and of integers that count, most of these
 * planes are the same in the next chunk. Each is deflated on its own, so that those are kept as they are. */
#ifndef TR_RECORD_INTEGER_CHUNK_H
#define TR_RECORD_INTEGER_CHUNK_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

enum { TR_INTEGER_CHUNK_ROWS = 4096 };

typedef struct tr_integer_chunk tr_integer_chunk;

/* Of integers of 4 or 8 bytes, all 0. Fails with TR_ERROR_MEMORY. */
tr_status tr_integer_chunk_create(tr_integer_chunk **chunk, size_t value_size, tr_diag *diag);
void tr_integer_chunk_destroy(tr_integer_chunk **chunk);

/* Sets the rows from `row` on to `count` values of type uint32_t or uint64_t, which are `stride` bytes from
 * each other. With row 0 a new chunk begins, all of whose other rows are 0. */
void tr_integer_chunk_set(tr_integer_chunk *chunk, size_t row, const void *values, size_t stride,
                          size_t count);

/* The chunk as it is in a file: little-endian, filtered. The bytes are the chunk's, until the next call. */
const void *tr_integer_chunk_pack(tr_integer_chunk *chunk, size_t *size);

/* As HDF5 has it: in words of two bytes, the first of which is the higher. */
uint32_t tr_fletcher32(const uint8_t *bytes, size_t size);

#endif
