/* Bytes that grow at their end. */
#ifndef TR_ENCODE_BYTES_H
#define TR_ENCODE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/status.h>

/* Zeroed at first; the owner frees `data`. */
typedef struct tr_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
} tr_bytes;

/* Makes room for `more` bytes beyond the size. TR_ERROR_MEMORY, without a text. */
static inline tr_status tr_bytes_reserve(tr_bytes *bytes, size_t more) {
    if (more <= bytes->capacity - bytes->size)
        return TR_OK;
    if (more > SIZE_MAX / 4 || bytes->size > SIZE_MAX / 4)
        return TR_ERROR_MEMORY;
    size_t capacity = 2 * (bytes->size + more);
    uint8_t *data = realloc(bytes->data, capacity);
    if (!data)
        return TR_ERROR_MEMORY;
    bytes->data = data;
    bytes->capacity = capacity;
    return TR_OK;
}

/* These are for room that was reserved. */
static inline void tr_bytes_put(tr_bytes *bytes, unsigned byte) {
    bytes->data[bytes->size++] = (uint8_t)byte;
}

static inline void tr_bytes_put_all(tr_bytes *bytes, const void *data, size_t size) {
    if (size)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

#endif
