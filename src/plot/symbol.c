#include "symbol.h"

#include <stdbool.h>
#include <string.h>

#define SUBSCRIPT_SIZE 0.68
#define SUBSCRIPT_DROP 0.2 /* both in ems of the text */

enum { PART_SIZE = 128 };

/* Takes the next piece of the string, which begins as a subscript or not. Returns where it ends. */
static const char *next_part(const char *string, bool *subscript, char part[PART_SIZE]) {
    const char *from = string;
    const char *to = string + strcspn(string, "_");
    const char *after = to;
    *subscript = *string == '_';
    if (*subscript) {
        bool braces = string[1] == '{' && strchr(string, '}');
        from = string + (braces ? 2 : 1);
        to = braces ? strchr(string, '}') : *from ? g_utf8_next_char(from) : from;
        after = to + braces;
    }
    size_t length = (size_t)(to - from);
    length = length < PART_SIZE ? length : PART_SIZE - 1;
    memcpy(part, from, length);
    part[length] = '\0';
    return after;
}

tr_status tr_symbol_create(tr_symbol *symbol, tr_text *text, const char *string, double size,
                           tr_diag *diag) {
    *symbol = (tr_symbol){0};
    while (*string && symbol->n_parts < TR_MAX_SYMBOL_PARTS) {
        bool subscript;
        char part[PART_SIZE];
        PangoLayout *layout;
        string = next_part(string, &subscript, part);
        tr_status status =
            tr_text_layout(text, part, subscript ? SUBSCRIPT_SIZE * size : size, &layout, diag);
        if (status)
            return status;
        symbol->parts[symbol->n_parts].layout = layout;
        symbol->parts[symbol->n_parts].x = symbol->width;
        symbol->parts[symbol->n_parts++].drop = subscript ? SUBSCRIPT_DROP * size : 0;
        symbol->width += tr_text_width(layout);
    }
    return TR_OK;
}

void tr_symbol_clear(tr_symbol *symbol) {
    for (int i = 0; i < symbol->n_parts; i++)
        g_object_unref(symbol->parts[i].layout);
    *symbol = (tr_symbol){0};
}

void tr_symbol_draw(const tr_symbol *symbol, cairo_t *cr, double x, double y) {
    for (int i = 0; i < symbol->n_parts; i++)
        tr_text_draw(cr, symbol->parts[i].layout, x + symbol->parts[i].x,
                     y + symbol->parts[i].drop);
}

const char *tr_activation_name(tr_activation activation) {
    static const char *const names[] = {
        [TR_ACTIVATION_LINEAR] = "linear",
        [TR_ACTIVATION_RELU] = "relu",
        [TR_ACTIVATION_TANH] = "tanh",
        [TR_ACTIVATION_SIGMOID] = "sigmoid",
        [TR_ACTIVATION_LEAKY_RELU] = "leaky relu",
        [TR_ACTIVATION_ELU] = "elu",
        [TR_ACTIVATION_SOFTPLUS] = "softplus",
        [TR_ACTIVATION_SOFTMAX] = "softmax",
    };
    return names[activation];
}
