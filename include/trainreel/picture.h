/** @file
 * How snapshots are drawn.
 *
 * Threads: the functions only read what they are given, and are safe from any number of threads.
 */
#ifndef TRAINREEL_PICTURE_H
#define TRAINREEL_PICTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <trainreel/export.h>

TR_BEGIN_DECLS

/** How several panels share a picture. */
typedef enum tr_layout {
    TR_LAYOUT_ROW,   /**< side by side */
    TR_LAYOUT_COLUMN /**< one below the other */
} tr_layout;

/** How things look. The contrast with the background is at least 4.5:1 for text and 3:1 for lines. */
typedef enum tr_theme_kind {
    TR_THEME_POST, /**< the post's white grid */
    TR_THEME_LIGHT,
    TR_THEME_DARK,
    TR_THEME_COLORBLIND /**< told apart with protanopia, deuteranopia and tritanopia */
} tr_theme_kind;

/** A scale of an axis. */
typedef enum tr_scale { TR_SCALE_LINEAR, TR_SCALE_LOG } tr_scale;

/** A colour 0xRRGGBB, or TR_COLOR_OF_THEME. */
typedef int32_t tr_color;
enum { TR_COLOR_OF_THEME = -1 };

/**
 * The picture of a frame or a chart: its size, what it shows, and its texts, which are UTF-8 in any
 * script that an installed font has, on one line each. "" leaves a text out; NULL stands for what the
 * scene has there by itself. All of it is borrowed by what takes a picture, for the call.
 */
typedef struct tr_picture {
    int width;  /**< pixels at scale 1, 64 to 7680 */
    int height; /**< pixels at scale 1, 64 to 4320 */
    /** 1 to 8: pixels per pixel, for dense screens; the layout stays the same. With it the frame has
     * at most 7680x4320 pixels */
    int scale;
    /** What is shown: a panel, or up to 4 joined by "+", such as "fit+error".
     *  - "fit": the data and the prediction, for one output and one or two inputs. Data over one
     *    input is a line where it is smooth, and dots where it is noisy or its x does not rise; with
     *    two inputs, the prediction is a field of colours, and there is no legend
     *  - "data": the data alone, as above
     *  - "error": the loss of every batch up to the snapshot
     *  - "weights": every parameter up to the snapshot
     *  - "landscape": contours of the loss on all data over two parameters, and the path so far; with
     *    more parameters, over the first two principal components of the path
     *  - "network": layers, units and weights; "neuron": the parts of a single neuron */
    const char *scene;
    tr_layout layout;          /**< of several panels */
    tr_theme_kind theme;       /**< how it looks */
    tr_color background;       /**< in the place of the theme's, as are the next four */
    tr_color grid_color;       /**< of the grid */
    tr_color text_color;       /**< of titles, labels and ticks */
    tr_color data_color;       /**< of the data, and of what is low in a field of colours */
    tr_color prediction_color; /**< of the prediction, and of what is high */
    /** {iteration}, {epoch} and {samples} stand for those numbers, {{ and }} for braces */
    const char *title;
    const char *x_label;          /**< of the first panel's x axis */
    const char *y_label;          /**< of the first panel's y axis */
    const char *data_label;       /**< in the legend */
    const char *prediction_label; /**< in the legend */
    tr_scale error_scale;         /**< of the y axis of "error" */
    /** whether "error" also shows the loss on all data: of the first and the last snapshot, and of one
     * for each pixel of its width between them */
    bool full_loss;
} tr_picture;

/** The post's picture: 400x300, "fit", "iteration: {iteration}", "data" and "prediction". */
TR_API tr_picture tr_picture_default(void);

/** Whether the scene shows more of a run than the snapshot at hand, so that the run must be recorded
 * before anything is drawn. */
TR_API bool tr_picture_needs_recording(const tr_picture *picture);

TR_END_DECLS

#endif
