#include "gif.h"

enum {
    MOST_CODES = 4096,
    MOST_BITS = 12,
    BLOCK = 255, /* bytes of a data block */
    DELAY_AT = 4 /* in a graphic control extension */
};

static void put_word(tr_buffer *file, unsigned word) {
    tr_buffer_put(file, word & 255);
    tr_buffer_put(file, word >> 8 & 255);
}

tr_status tr_gif_put_header(tr_buffer *file, int width, int height, const uint32_t *colors,
                            size_t n_colors, int table_bits) {
    static const char loop[] = "\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0";
    tr_status status = tr_buffer_reserve(file, 64 + ((size_t)3 << table_bits));
    if (status)
        return status;
    tr_buffer_put_all(file, "GIF89a", 6);
    put_word(file, (unsigned)width);
    put_word(file, (unsigned)height);
    tr_buffer_put(file, 0xF0 | (unsigned)(table_bits - 1)); /* there is a table, of 8-bit colours */
    tr_buffer_put(file, 0);                                 /* background */
    tr_buffer_put(file, 0);                                 /* square pixels */
    for (size_t i = 0; i < (size_t)1 << table_bits; i++)
        for (int shift = 16; shift >= 0; shift -= 8)
            tr_buffer_put(file, i < n_colors ? colors[i] >> shift & 255 : 0);
    tr_buffer_put_all(file, loop, sizeof loop); /* with the NUL, which ends it */
    return TR_OK;
}

/* ---- LZW ---- */

/* Codes of `bits` bits, the lowest first, in blocks that begin with their length. */
typedef struct code_writer {
    tr_buffer *file;
    size_t block; /* where the current one begins */
    uint32_t pending;
    int n_pending;
    int bits;
    unsigned next; /* the code that is given next */
} code_writer;

static void put_code_byte(code_writer *w, unsigned byte) {
    if (w->file->size - w->block == BLOCK + 1) {
        w->file->data[w->block] = BLOCK;
        w->block = w->file->size;
        tr_buffer_put(w->file, 0);
    }
    tr_buffer_put(w->file, byte);
}

static void put_code(code_writer *w, unsigned code) {
    w->pending |= code << w->n_pending;
    w->n_pending += w->bits;
    for (; w->n_pending >= 8; w->n_pending -= 8) {
        put_code_byte(w, w->pending & 255);
        w->pending >>= 8;
    }
    if (w->next >= 1u << w->bits && w->bits < MOST_BITS)
        w->bits++;
}

static void end_codes(code_writer *w) {
    if (w->n_pending)
        put_code_byte(w, w->pending & 255);
    w->file->data[w->block] = (uint8_t)(w->file->size - w->block - 1);
    if (w->file->size - w->block > 1)
        tr_buffer_put(w->file, 0);
}

static void forget(tr_lzw *lzw) {
    lzw->generation = (lzw->generation + 1) % MOST_CODES;
    if (lzw->generation)
        return;
    memset(lzw->keys, 0, sizeof lzw->keys);
    lzw->generation = 1;
}

/* The slot of a code that is followed by an index, or the one where it would be. */
static size_t find_slot(const tr_lzw *lzw, unsigned code, unsigned index) {
    uint32_t key = lzw->generation << 20 | code << 8 | index;
    size_t slot = key * UINT32_C(2654435761) >> 19;
    while (lzw->keys[slot] >> 20 == lzw->generation && lzw->keys[slot] != key)
        slot = (slot + 1) % 8192;
    return slot;
}

static void compress(code_writer *w, tr_lzw *lzw, const uint8_t *indexes, size_t count,
                     int index_bits) {
    unsigned clear = 1u << index_bits;
    unsigned code = indexes[0];
    w->bits = index_bits + 1;
    w->next = clear + 2;
    forget(lzw);
    put_code(w, clear);
    for (size_t i = 1; i < count; i++) {
        size_t slot = find_slot(lzw, code, indexes[i]);
        if (lzw->keys[slot] >> 20 == lzw->generation) {
            code = lzw->codes[slot];
            continue;
        }
        put_code(w, code);
        if (w->next < MOST_CODES - 1) {
            lzw->keys[slot] = lzw->generation << 20 | code << 8 | indexes[i];
            lzw->codes[slot] = (uint16_t)w->next++;
        } else {
            put_code(w, clear);
            w->bits = index_bits + 1;
            w->next = clear + 2;
            forget(lzw);
        }
        code = indexes[i];
    }
    put_code(w, code);
    put_code(w, clear + 1);
    end_codes(w);
}

tr_status tr_gif_put_image(tr_buffer *file, tr_lzw *lzw, const tr_box *box, const uint8_t *indexes,
                           int table_bits, unsigned transparent) {
    int width = box->right - box->left, height = box->bottom - box->top;
    int index_bits = table_bits < 2 ? 2 : table_bits;
    size_t count = (size_t)width * (size_t)height;
    /* at worst a code of 12 bits for each index, and one more for each that clears */
    tr_status status = tr_buffer_reserve(file, 64 + 2 * count);
    if (status)
        return status;
    tr_buffer_put_all(file, "\x21\xF9\x04\x05", 4); /* the next one is drawn over it; transparent */
    put_word(file, 0);                              /* the delay */
    tr_buffer_put(file, transparent);
    tr_buffer_put(file, 0);
    tr_buffer_put(file, 0x2C);
    put_word(file, (unsigned)box->left);
    put_word(file, (unsigned)box->top);
    put_word(file, (unsigned)width);
    put_word(file, (unsigned)height);
    tr_buffer_put(file, 0);
    tr_buffer_put(file, (unsigned)index_bits);
    code_writer w = {.file = file, .block = file->size};
    tr_buffer_put(file, 0);
    compress(&w, lzw, indexes, count, index_bits);
    return TR_OK;
}

void tr_gif_set_delay(uint8_t *image, unsigned delay) {
    image[DELAY_AT] = (uint8_t)(delay & 255);
    image[DELAY_AT + 1] = (uint8_t)(delay >> 8);
}

tr_status tr_gif_put_end(tr_buffer *file) {
    tr_status status = tr_buffer_reserve(file, 1);
    if (!status)
        tr_buffer_put(file, 0x3B);
    return status;
}
