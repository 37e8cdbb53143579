#include "integer_chunk.h"

#include "alloc.h"
#include "diag.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    N_ROWS = TR_INTEGER_CHUNK_ROWS,
    MOST_PLANES = 8,
    MOST_PACKED =
        2 * N_ROWS,   /* bytes of a plane; deflate adds a fifth at most, see deflateBound() */
    MOST_EXTRA = 64,  /* around the planes: header, last block and checksums */
    WINDOW_BITS = 12, /* a plane */
    MEMORY_LEVEL = 5
};

/* The bytes of one weight of all integers. */
typedef struct plane {
    uint8_t bytes[N_ROWS];
    uint8_t packed_bytes[N_ROWS]; /* of which the next is made, once there is any */
    uint8_t packed[MOST_PACKED];
    size_t packed_size;
    uLong adler; /* of `packed_bytes` */
} plane;

struct tr_integer_chunk {
    size_t n_planes;
    plane planes[MOST_PLANES];
    uint8_t result[MOST_PLANES * MOST_PACKED + MOST_EXTRA];
    z_stream stream;
};

tr_status tr_integer_chunk_create(tr_integer_chunk **out, size_t value_size, tr_diag *diag) {
    *out = NULL;
    tr_integer_chunk *chunk = tr_alloc_array(1, sizeof *chunk);
    if (!chunk)
        return tr_fail_memory(diag, "a recording");
    chunk->n_planes = value_size;
    /* without a header (negative bits of the window), for the planes become one stream */
    if (deflateInit2(&chunk->stream, 1, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY)) {
        free(chunk);
        return tr_fail_memory(diag, "a recording");
    }
    *out = chunk;
    return TR_OK;
}

void tr_integer_chunk_destroy(tr_integer_chunk **chunk) {
    if (*chunk)
        deflateEnd(&(*chunk)->stream);
    free(*chunk);
    *chunk = NULL;
}

void tr_integer_chunk_set(tr_integer_chunk *chunk, size_t row, const void *values, size_t stride,
                          size_t count) {
    const uint8_t *at = values;
    for (size_t p = 0; row == 0 && p < chunk->n_planes; p++)
        memset(chunk->planes[p].bytes + count, 0, N_ROWS - count);
    if (chunk->n_planes == sizeof(uint32_t))
        for (size_t i = row; i < row + count; i++, at += stride) {
            uint32_t value;
            memcpy(&value, at, sizeof value);
            for (size_t p = 0; p < sizeof value; p++)
                chunk->planes[p].bytes[i] = (uint8_t)(value >> 8 * p);
        }
    else
        for (size_t i = row; i < row + count; i++, at += stride) {
            uint64_t value;
            memcpy(&value, at, sizeof value);
            for (size_t p = 0; p < sizeof value; p++)
                chunk->planes[p].bytes[i] = (uint8_t)(value >> 8 * p);
        }
}

/* Up to a border of bytes, where the next can follow. */
static void pack_plane(z_stream *stream, plane *p) {
    if (p->packed_size && !memcmp(p->bytes, p->packed_bytes, N_ROWS))
        return;
    memcpy(p->packed_bytes, p->bytes, N_ROWS);
    deflateReset(stream);
    stream->next_in = p->packed_bytes;
    stream->avail_in = N_ROWS;
    stream->next_out = p->packed;
    stream->avail_out = MOST_PACKED;
    int result = deflate(stream, Z_SYNC_FLUSH);
    assert(result == Z_OK && stream->avail_out > 0);
    (void)result;
    p->packed_size = MOST_PACKED - stream->avail_out;
    p->adler = adler32(adler32(0, NULL, 0), p->packed_bytes, N_ROWS);
}

/* A sum in ones' complement, where only a sum of zeros is 0. */
static uint32_t fold(uint32_t sum) {
    return (sum & 0xffff) + (sum >> 16);
}

uint32_t tr_fletcher32(const uint8_t *bytes, size_t size) {
    uint32_t first = 0, second = 0;
    for (size_t i = 0; i < size; i += 2) {
        uint32_t low = i + 1 < size ? bytes[i + 1] : 0;
        first = fold(first + ((uint32_t)bytes[i] << 8 | low));
        second = fold(second + first);
    }
    return second << 16 | first;
}

/* The formats: RFC 1950 around blocks of RFC 1951, and the filter's checksum in little-endian order. */
const void *tr_integer_chunk_pack(tr_integer_chunk *chunk, size_t *size) {
    static const uint8_t header[] = {0x78, 0x01};
    static const uint8_t last_block[] = {0x03, 0x00}; /* which is empty */
    uint8_t *at = chunk->result;
    uLong adler = adler32(0, NULL, 0);
    memcpy(at, header, sizeof header);
    at += sizeof header;
    for (size_t i = 0; i < chunk->n_planes; i++) {
        plane *p = &chunk->planes[i];
        pack_plane(&chunk->stream, p);
        memcpy(at, p->packed, p->packed_size);
        at += p->packed_size;
        adler = adler32_combine(adler, p->adler, N_ROWS);
    }
    memcpy(at, last_block, sizeof last_block);
    at += sizeof last_block;
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(adler >> shift);
    uint32_t checksum = tr_fletcher32(chunk->result, (size_t)(at - chunk->result));
    for (int shift = 0; shift < 32; shift += 8)
        *at++ = (uint8_t)(checksum >> shift);
    *size = (size_t)(at - chunk->result);
    return chunk->result;
}
