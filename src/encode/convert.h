/* RGB to the YUV that a video has: BT.709, limited range, 4:2:0, in integers, so that every machine
 * gets the same. */
#ifndef TR_ENCODE_CONVERT_H
#define TR_ENCODE_CONVERT_H

#include "frame.h"

typedef struct tr_planes {
    uint8_t *y;
    uint8_t *cb;
    uint8_t *cr;
    ptrdiff_t y_stride;
    ptrdiff_t c_stride; /* of both chroma planes */
} tr_planes;

/* Converts the changed tiles of the frame; the planes keep the others from the frame before. The
 * frame's width and height are even.
 *
 * Source: ITU-R BT.709-6, 3.2 to 3.4: Y = 0.2126 R + 0.7152 G + 0.0722 B, Cb = (B - Y) / 1.8556,
 * Cr = (R - Y) / 1.5748, Y to 16 … 235, Cb and Cr to 16 … 240. A chroma sample is the mean of four
 * pixels. */
void tr_convert_changed(const tr_frame *frame, const tr_planes *planes);

#endif
