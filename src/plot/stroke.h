/* Draws lines into pixels. It does what cairo_stroke would with butt caps and round joins, several
 * times as fast for a line of few pieces: the coverage of a pixel is computed from the distance of its
 * centre, not counted in a grid within it. */
#ifndef TR_PLOT_STROKE_H
#define TR_PLOT_STROKE_H

#include "polyline.h"

#include <stddef.h>
#include <stdint.h>

/* Whole pixels; `right` and `bottom` are the first that do not belong to it. */
typedef struct tr_pixel_box {
    int left;
    int top;
    int right;
    int bottom;
} tr_pixel_box;

typedef struct tr_stroke_target {
    uint32_t *pixels; /* 0xXXRRGGBB in native order */
    size_t pixel_stride;
    uint8_t *coverage; /* scratch space for as many pixels, 0 before and after a call */
    size_t coverage_stride;
    tr_pixel_box clip; /* within the pixels */
} tr_stroke_target;

/* The line through `pieces` in `color` (0xRRGGBB); where a piece begins at the end of the one before,
 * both are joined. `line_width` is at least 1. */
void tr_stroke(const tr_stroke_target *target, const tr_line_piece *pieces, size_t n_pieces,
               double line_width, uint32_t color);

#endif
