/* Choosing few colours out of many. */
#ifndef TR_ENCODE_PALETTE_H
#define TR_ENCODE_PALETTE_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

/* How often each colour is there. Where there are too many of them, similar ones are counted as one. */
typedef struct tr_histogram tr_histogram;

tr_status tr_histogram_create(tr_histogram **histogram, tr_diag *diag);
void tr_histogram_destroy(tr_histogram **histogram);
void tr_histogram_clear(tr_histogram *histogram);
/* `color` is 0xRRGGBB. */
void tr_histogram_add(tr_histogram *histogram, uint32_t color, uint64_t count);
/* What has been counted in `from` as well. The result does not depend on the order. */
void tr_histogram_merge(tr_histogram *histogram, const tr_histogram *from);

enum { TR_MOST_COLORS = 255 };

/* Colours, and which of them is nearest to one. */
typedef struct tr_palette {
    size_t n_colors;
    uint32_t colors[TR_MOST_COLORS]; /* 0xRRGGBB */
    uint32_t *cache;                 /* what was asked before */
} tr_palette;

/* At most `n_colors` colours, 2 to 255: all of the histogram if they are no more, and otherwise such
 * that they differ little from those of the histogram. TR_ERROR_MEMORY. To be closed in any case. */
tr_status tr_palette_open(tr_palette *palette, tr_histogram *histogram, size_t n_colors,
                          tr_diag *diag);
void tr_palette_close(tr_palette *palette);

/* The number of the nearest colour, the first one of several. */
uint8_t tr_palette_find(tr_palette *palette, uint32_t color);

#endif
