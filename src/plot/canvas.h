/* A frame that is drawn again and again over the same background. Only the tiles that something was
 * drawn on are restored, and only they are reported as changed. */
#ifndef TR_PLOT_CANVAS_H
#define TR_PLOT_CANVAS_H

#include "frame.h"
#include "stroke.h"

#include <cairo.h>
#include <stdbool.h>
#include <trainreel/status.h>

typedef struct tr_canvas tr_canvas;

tr_status tr_canvas_create(tr_canvas **canvas, int width, int height, tr_diag *diag);
void tr_canvas_destroy(tr_canvas **canvas);

/* What every frame starts from. After drawing on it, say where with tr_canvas_background_changed. */
cairo_t *tr_canvas_background(tr_canvas *canvas);
void tr_canvas_background_changed(tr_canvas *canvas, double x, double y, double width,
                                  double height);

/* Starts a frame: undoes what the frame before had drawn. */
void tr_canvas_begin(tr_canvas *canvas);
/* For drawing on the frame, after saying where with tr_canvas_touch. */
cairo_t *tr_canvas_frame(tr_canvas *canvas);
/* Everything within `margin` of the line from (x0, y0) to (x1, y1) will be drawn on. */
void tr_canvas_touch_line(tr_canvas *canvas, double x0, double y0, double x1, double y1,
                          double margin);
void tr_canvas_touch(tr_canvas *canvas, double x, double y, double width, double height);
/* Whether this frame has touched any tile of that rectangle. */
bool tr_canvas_is_touched(const tr_canvas *canvas, double x, double y, double width, double height);
/* Blends `color` (0xRRGGBB) over the frame through an alpha mask whose upper left pixel goes to
 * (x, y); what lies outside the frame is left out. */
void tr_canvas_blend(tr_canvas *canvas, const uint8_t *mask, int mask_width, int mask_height, int x,
                     int y, uint32_t color);
/* Draws a line on the frame, within `clip`; see tr_stroke. */
void tr_canvas_stroke(tr_canvas *canvas, tr_pixel_box clip, const tr_line_piece *pieces,
                      size_t n_pieces, double line_width, uint32_t color);
/* The pixels of the frame, 0xXXRRGGBB in native order, for drawing without Cairo; then say so. */
uint8_t *tr_canvas_pixels(tr_canvas *canvas, ptrdiff_t *stride);
void tr_canvas_pixels_changed(tr_canvas *canvas);
/* The finished frame; TR_ERROR_MEMORY if Cairo failed since the frame began. */
tr_status tr_canvas_end(tr_canvas *canvas, tr_frame *frame, tr_diag *diag);

#endif
