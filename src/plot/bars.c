#include "bars.h"

#include "blend.h"

#include <math.h>
#include <stdint.h>

/* What two ranges have in common, if they have. */
static double overlap(double low, double high, double other_low, double other_high) {
    double from = low > other_low ? low : other_low;
    double to = high < other_high ? high : other_high;
    return to > from ? to - from : 0;
}

/* A column of pixels from row `top` up to `bottom`, which these bars are in. */
static void fill_column(uint32_t *pixels, size_t stride, int column, int top, int bottom,
                        const tr_bar *bars, size_t n_bars, uint32_t color) {
    for (int row = top; row < bottom; row++) {
        uint32_t *pixel = &pixels[(size_t)row * stride + (size_t)column];
        double covered = 0;
        for (size_t i = 0; i < n_bars; i++)
            covered += overlap(bars[i].left, bars[i].right, column, column + 1) *
                       overlap(bars[i].top, bars[i].bottom, row, row + 1);
        *pixel = tr_blend(color, *pixel, (uint32_t)(covered * 255 + 0.5));
    }
}

void tr_bars_fill(cairo_t *cr, const tr_bar *bars, size_t n_bars, tr_color color) {
    cairo_surface_t *surface = cairo_get_target(cr);
    double left, top, right, bottom;
    cairo_clip_extents(cr, &left, &top, &right, &bottom);
    cairo_surface_flush(surface);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface) / sizeof *pixels;
    size_t first = 0;
    for (int column = (int)left; column < (int)right; column++) {
        while (first < n_bars && bars[first].right <= column)
            first++;
        size_t end = first;
        double highest = bottom, lowest = top; /* edges of the bars in this column */
        for (; end < n_bars && bars[end].left < column + 1; end++) {
            highest = bars[end].top < highest ? bars[end].top : highest;
            lowest = bars[end].bottom > lowest ? bars[end].bottom : lowest;
        }
        if (end > first)
            fill_column(pixels, stride, column, (int)floor(fmax(highest, top)),
                        (int)ceil(fmin(lowest, bottom)), bars + first, end - first,
                        (uint32_t)color);
    }
    cairo_surface_mark_dirty(surface);
}
