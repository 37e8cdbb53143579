/* A drawn picture, as the plotter hands it to a sink. */
#ifndef TR_BASE_FRAME_H
#define TR_BASE_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { TR_TILE = 16 }; /* pixels; a macroblock, and a multiple of the chroma subsampling */

/* Pixels are 0xXXRRGGBB in native order, `stride` bytes a row. `changed` has one byte per tile of
 * TR_TILE x TR_TILE pixels, row by row, non-zero where the tile may differ from the frame that the
 * same plotter drew before (everywhere for its first frame). All of it is borrowed from the plotter
 * until it draws again. */
typedef struct tr_frame {
    int width;
    int height;
    ptrdiff_t stride;
    const uint8_t *pixels;
    int tile_columns;
    int tile_rows;
    const uint8_t *changed;
} tr_frame;

/* Writes a row as bytes R, G, B for each pixel. */
static inline void tr_frame_copy_rgb_row(const tr_frame *frame, int row, uint8_t *rgb) {
    const uint32_t *pixels = (const uint32_t *)(const void *)(frame->pixels + row * frame->stride);
    for (int x = 0; x < frame->width; x++) {
        *rgb++ = (uint8_t)(pixels[x] >> 16);
        *rgb++ = (uint8_t)(pixels[x] >> 8);
        *rgb++ = (uint8_t)pixels[x];
    }
}

#endif
