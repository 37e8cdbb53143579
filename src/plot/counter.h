/* A line of text with numbers that change from frame to frame, such as "iteration: 1050".
 *
 * The text around the numbers goes to the canvas' background and is shaped again only when a number
 * gets another digit; the digits of each frame are blended from masks that were drawn once. */
#ifndef TR_PLOT_COUNTER_H
#define TR_PLOT_COUNTER_H

#include "canvas.h"
#include "text.h"
#include "theme.h"

#include <trainreel/snapshot.h>

typedef struct tr_counter tr_counter;

typedef struct tr_counter_place {
    double center;   /* x that the line is centred on */
    double baseline; /* y */
    double width;    /* the line is made smaller until it fits */
    double size;     /* pixels an em */
    double smallest_size;
    tr_color color;
    tr_color background;
} tr_counter_place;

/* `format` holds {iteration}, {epoch} and {samples} where those numbers go; {{ and }} stand for
 * braces. TR_ERROR_ARGUMENT for any other braces. `text` is borrowed. */
tr_status tr_counter_create(tr_counter **counter, tr_text *text, const char *format,
                            const tr_counter_place *place, tr_diag *diag);
void tr_counter_destroy(tr_counter **counter);

/* Before tr_canvas_begin: brings the background up to date for the numbers of `snapshot`. */
tr_status tr_counter_prepare(tr_counter *counter, tr_canvas *canvas, const tr_snapshot *snapshot,
                             tr_diag *diag);
/* After tr_canvas_begin: draws the digits. */
void tr_counter_draw(tr_counter *counter, tr_canvas *canvas);

/* Draws the whole line at once, where there is no canvas. */
tr_status tr_counter_draw_still(tr_counter *counter, cairo_t *cr, const tr_snapshot *snapshot,
                                tr_diag *diag);

/* The line that was drawn last, with its numbers. */
const char *tr_counter_line(const tr_counter *counter);

#endif
