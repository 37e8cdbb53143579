/* A frame as the bytes of a PNG file. */
#ifndef TR_ENCODE_PNG_H
#define TR_ENCODE_PNG_H

#include "frame.h"

#include <trainreel/status.h>

typedef struct tr_png tr_png;

/* An encoder for frames of that size. TR_ERROR_ENCODER, TR_ERROR_MEMORY. */
tr_status tr_png_create(tr_png **png, int width, int height, tr_diag *diag);
void tr_png_destroy(tr_png **png);

/* `data` is borrowed until the next call. */
tr_status tr_png_encode(tr_png *png, const tr_frame *frame, const uint8_t **data, size_t *size,
                        tr_diag *diag);

#endif
