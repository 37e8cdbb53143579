/* A line of text with subscripts, such as the names of inputs and weights. */
#ifndef TR_PLOT_SYMBOL_H
#define TR_PLOT_SYMBOL_H

#include "text.h"

#include <trainreel/network.h>

enum { TR_MAX_SYMBOL_PARTS = 16 };

typedef struct tr_symbol {
    int n_parts;
    struct {
        PangoLayout *layout;
        double x;
        double drop; /* below the baseline */
    } parts[TR_MAX_SYMBOL_PARTS];
    double width;
} tr_symbol;

/* Lays out a line at `size` pixels an em. In `string`, "_" makes the next character a subscript, and
 * "_{n+1}" what is between the braces; of more than TR_MAX_SYMBOL_PARTS pieces the rest is left out.
 * Returns what tr_text_layout() does; the symbol is to be cleared in any case. */
tr_status tr_symbol_create(tr_symbol *symbol, tr_text *text, const char *string, double size,
                           tr_diag *diag);
void tr_symbol_clear(tr_symbol *symbol);

/* Fills it in the current colour with the left end of its baseline at (x, y). */
void tr_symbol_draw(const tr_symbol *symbol, cairo_t *cr, double x, double y);

/* What an activation is called in pictures. */
const char *tr_activation_name(tr_activation activation);

#endif
