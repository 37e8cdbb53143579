/* The bytes of a GIF file. Source: GIF89a specification, CompuServe, 31 July 1990. */
#ifndef TR_ENCODE_GIF_H
#define TR_ENCODE_GIF_H

#include "buffer.h"
#include "changes.h"

enum { TR_GIF_LONGEST_DELAY = 65535 };

/* The state of LZW compression; some 50 kB. */
typedef struct tr_lzw {
    uint32_t keys[8192];
    uint16_t codes[8192];
    uint32_t generation; /* keys of others do not count */
} tr_lzw;

/* Header, colour table of 2^`table_bits` colours, of which `n_colors` are given, and the wish to be
 * repeated for ever. */
tr_status tr_gif_put_header(tr_buffer *file, int width, int height, const uint32_t *colors,
                            size_t n_colors, int table_bits);

/* A picture within `box`, of indexes row by row, over the one before, which shows through where an index
 * is `transparent`. */
tr_status tr_gif_put_image(tr_buffer *file, tr_lzw *lzw, const tr_box *box, const uint8_t *indexes,
                           int table_bits, unsigned transparent);

/* Sets for how many hundredths of a second the picture stays that begins at `image`. */
void tr_gif_set_delay(uint8_t *image, unsigned delay);

tr_status tr_gif_put_end(tr_buffer *file);

#endif
