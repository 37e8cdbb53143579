/* Text as filled outlines: shaped by Pango, placed without rounding, so that neither hinting nor the
 * glyph positions of a particular Cairo version show in the pixels. */
#ifndef TR_PLOT_TEXT_H
#define TR_PLOT_TEXT_H

#include <cairo.h>
#include <pango/pangocairo.h>
#include <trainreel/status.h>

typedef struct tr_text tr_text;

/* Finds DejaVu Sans; TR_ERROR_FONT where it is not installed. Each text belongs to one thread. */
tr_status tr_text_create(tr_text **text, tr_diag *diag);
void tr_text_destroy(tr_text **text);

/* A layout of one line at `size` pixels an em; the caller unrefs it. TR_ERROR_ARGUMENT where the
 * string is not UTF-8, TR_ERROR_FONT where no installed font has one of its characters. */
tr_status tr_text_layout(tr_text *text, const char *string, double size, PangoLayout **layout,
                         tr_diag *diag);

/* A layout no wider than `width`: at `*size` or, where it does not fit, at the size that does, which
 * then is in `*size`. TR_ERROR_ARGUMENT below `smallest`, naming the text by `what`. */
tr_status tr_text_fit(tr_text *text, const char *string, const char *what, double *size,
                      double smallest, double width, PangoLayout **layout, tr_diag *diag);

double tr_text_width(PangoLayout *layout);
double tr_text_ascent(PangoLayout *layout);
double tr_text_height(PangoLayout *layout);

/* Height of a digit of that size: what a label is centred by. */
tr_status tr_text_digit_height(tr_text *text, double size, double *height, tr_diag *diag);

/* Fills the layout in the current colour with the left end of its baseline at (x, y). */
void tr_text_draw(cairo_t *cr, PangoLayout *layout, double x, double y);

#endif
