/* What changes from one frame to the next, pixel by pixel and run-length coded, so that frames can wait
 * in a file until the last one is drawn.
 *
 * Row by row, as if the picture were one long row, there are tokens: a number n, 7 bits to a byte, the
 * lowest first; n / 2 pixels stay as they are if n is even, and take the colour of the three bytes that
 * follow, R, G and B, if it is odd. */
#ifndef TR_ENCODE_CHANGES_H
#define TR_ENCODE_CHANGES_H

#include "box.h"
#include "buffer.h"
#include "frame.h"
#include "palette.h"

/* How often a pixel of a frame that is coded as a whole counts as one of its colour: most of them stay
 * for long, as the background does, and would otherwise count less than what comes and goes. */
enum { TR_WHOLE_FRAME_WEIGHT = 240 };

/* Makes the token list of frames. */
typedef struct tr_changes {
    int width;
    int height;
    uint32_t *previous; /* 0xRRGGBB, of the frame before */
    bool has_previous;
    tr_buffer tokens; /* of the frame at hand */
} tr_changes;

/* TR_ERROR_MEMORY. To be closed in any case. */
tr_status tr_changes_open(tr_changes *changes, int width, int height, tr_diag *diag);
void tr_changes_close(tr_changes *changes);

/* The next frame is coded as a whole. */
void tr_changes_restart(tr_changes *changes);

/* Codes a frame as the difference to the one before, of which it was drawn by the same plotter, and
 * counts the colours of its changed pixels. TR_ERROR_MEMORY. */
tr_status tr_changes_code(tr_changes *changes, const tr_frame *frame, tr_histogram *histogram,
                          tr_diag *diag);

/* Applies tokens to `width` x `height` pixels 0xRRGGBB and finds the box within which they may have
 * changed. False where they are not what tr_changes_code() made. */
bool tr_changes_apply(const uint8_t *tokens, size_t size, uint32_t *pixels, int width, int height,
                      tr_box *changed);

#endif
