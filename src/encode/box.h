/* A part of a picture. */
#ifndef TR_ENCODE_BOX_H
#define TR_ENCODE_BOX_H

#include "frame.h"

#include <stdbool.h>

/* Pixels from left to right - 1 and from top to bottom - 1. */
typedef struct tr_box {
    int left;
    int top;
    int right;
    int bottom;
} tr_box;

/* Empty, and ready to be extended. */
static inline tr_box tr_box_of_nothing(void) {
    return (tr_box){INT32_MAX, INT32_MAX, 0, 0};
}

static inline bool tr_box_is_empty(const tr_box *box) {
    return box->right <= box->left;
}

static inline void tr_box_extend(tr_box *box, int left, int top, int right, int bottom) {
    box->left = left < box->left ? left : box->left;
    box->top = top < box->top ? top : box->top;
    box->right = right > box->right ? right : box->right;
    box->bottom = bottom > box->bottom ? bottom : box->bottom;
}

/* Whether something in a row of the frame may differ from the one that its plotter drew before. */
static inline bool tr_row_may_have_changed(const tr_frame *frame, int row) {
    const uint8_t *tiles = frame->changed + row / TR_TILE * frame->tile_columns;
    for (int column = 0; column < frame->tile_columns; column++)
        if (tiles[column])
            return true;
    return false;
}

/* The box around the pixels that differ from `previous`, 0xRRGGBB row by row, which is the frame that
 * the same plotter drew before. */
static inline tr_box tr_box_of_changes(const tr_frame *frame, const uint32_t *previous) {
    tr_box box = tr_box_of_nothing();
    for (int y = 0; y < frame->height; y++) {
        if (!tr_row_may_have_changed(frame, y))
            continue;
        const uint32_t *row = (const uint32_t *)(const void *)(frame->pixels + y * frame->stride);
        const uint32_t *before = previous + (size_t)y * (size_t)frame->width;
        for (int x = 0; x < frame->width; x++)
            if ((row[x] & 0xFFFFFF) != before[x])
                tr_box_extend(&box, x, y, x + 1, y + 1);
    }
    return box;
}

#endif
