#include "theme.h"

#include <math.h>

const tr_theme tr_theme_post = {
    .background = 0xFFFFFF,
    .grid = 0xCCCCCC,
    .text = 0x262626,
    .data = 0x4C72B0,
    .prediction = 0x55A868,
};

tr_style tr_style_for(int width, int height) {
    double factor = fmin(width / 400.0, height / 300.0);
    return (tr_style){.title_size = fmax(14.5 * factor, 8),
                      .label_size = fmax(12 * factor, 7.5),
                      .smallest_text = 6,
                      .line_width = fmax(2 * factor, 1.2),
                      .grid_width = fmax(round(factor), 1),
                      .padding = fmax(7 * factor, 2),
                      .gap = fmax(5 * factor, 2)};
}

void tr_set_color(cairo_t *cr, tr_color color) {
    cairo_set_source_rgb(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                         (color & 0xFF) / 255.0);
}
