/* Bytes that grow at their end. */
#ifndef TR_ENCODE_BUFFER_H
#define TR_ENCODE_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/status.h>

/* Zeroed at first; the owner frees `data`. */
typedef struct tr_buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
} tr_buffer;

/* Makes room for `more` bytes beyond the size. TR_ERROR_MEMORY, without a text. */
static inline tr_status tr_buffer_reserve(tr_buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->size)
        return TR_OK;
    if (more > SIZE_MAX / 4 || buffer->size > SIZE_MAX / 4)
        return TR_ERROR_MEMORY;
    size_t capacity = 2 * (buffer->size + more);
    uint8_t *data = realloc(buffer->data, capacity);
    if (!data)
        return TR_ERROR_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return TR_OK;
}

/* These are for room that was reserved. */
static inline void tr_buffer_put(tr_buffer *buffer, unsigned byte) {
    buffer->data[buffer->size++] = (uint8_t)byte;
}

static inline void tr_buffer_put_all(tr_buffer *buffer, const void *data, size_t size) {
    if (size)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

#endif
