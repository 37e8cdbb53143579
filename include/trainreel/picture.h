/** @file
 * How a snapshot is drawn.
 */
#ifndef TRAINREEL_PICTURE_H
#define TRAINREEL_PICTURE_H

#include <trainreel/export.h>

TR_BEGIN_DECLS

/**
 * The picture of a frame: its size and its texts, which are UTF-8 in any script that an installed
 * font has, on one line each, and never NULL ("" leaves a text out).
 */
typedef struct tr_picture {
    int width;  /**< pixels at scale 1, 64 to 7680 */
    int height; /**< pixels at scale 1, 64 to 4320 */
    /** 1 to 8: pixels per pixel, for dense screens; the layout stays the same. With it the frame has
     * at most 7680x4320 pixels */
    int scale;
    /** {iteration}, {epoch} and {samples} stand for those numbers, {{ and }} for braces */
    const char *title;
    const char *x_label;
    const char *y_label;
    const char *data_label;       /**< in the legend */
    const char *prediction_label; /**< in the legend */
} tr_picture;

/** The post's picture: 400x300, "iteration: {iteration}", "data" and "prediction". */
TR_API tr_picture tr_picture_default(void);

TR_END_DECLS

#endif
