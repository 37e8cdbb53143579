#include "canvas.h"

#include "alloc.h"
#include "blend.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tr_canvas {
    int width;
    int height;
    int tile_columns;
    int tile_rows;
    cairo_surface_t *background_surface;
    cairo_surface_t *frame_surface;
    cairo_t *background;
    cairo_t *frame;
    uint8_t *touched; /* by this frame; these have one byte per tile */
    uint8_t *stale;   /* tiles of the background that the frame has not got yet */
    uint8_t *changed;
    uint8_t *coverage; /* one byte per pixel: scratch space of tr_stroke */
};

tr_status tr_canvas_create(tr_canvas **out, int width, int height, tr_diag *diag) {
    *out = NULL;
    tr_canvas *canvas = tr_alloc_array(1, sizeof *canvas);
    if (!canvas)
        return tr_fail_memory(diag, "the picture");
    canvas->width = width;
    canvas->height = height;
    canvas->tile_columns = (width + TR_TILE - 1) / TR_TILE;
    canvas->tile_rows = (height + TR_TILE - 1) / TR_TILE;
    size_t n_tiles = (size_t)canvas->tile_columns * (size_t)canvas->tile_rows;
    canvas->touched = tr_alloc_array(n_tiles, 1);
    canvas->stale = tr_alloc_array(n_tiles, 1);
    canvas->changed = tr_alloc_array(n_tiles, 1);
    canvas->coverage = tr_alloc_array((size_t)width, (size_t)height);
    canvas->background_surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    canvas->frame_surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    canvas->background = cairo_create(canvas->background_surface);
    canvas->frame = cairo_create(canvas->frame_surface);
    if (!canvas->touched || !canvas->stale || !canvas->changed || !canvas->coverage ||
        cairo_status(canvas->background) || cairo_status(canvas->frame)) {
        tr_canvas_destroy(&canvas);
        return tr_fail_memory(diag, "the picture");
    }
    memset(canvas->stale, 1, n_tiles);
    *out = canvas;
    return TR_OK;
}

void tr_canvas_destroy(tr_canvas **handle) {
    tr_canvas *canvas = *handle;
    if (!canvas)
        return;
    cairo_destroy(canvas->background);
    cairo_destroy(canvas->frame);
    cairo_surface_destroy(canvas->background_surface);
    cairo_surface_destroy(canvas->frame_surface);
    free(canvas->touched);
    free(canvas->stale);
    free(canvas->changed);
    free(canvas->coverage);
    free(canvas);
    *handle = NULL;
}

cairo_t *tr_canvas_background(tr_canvas *canvas) {
    return canvas->background;
}

cairo_t *tr_canvas_frame(tr_canvas *canvas) {
    return canvas->frame;
}

static int clamp_tile(double pixel, int n_tiles) {
    double tile = floor(pixel / TR_TILE);
    return tile < 0 ? 0 : tile >= n_tiles ? n_tiles - 1 : (int)tile;
}

static void mark(tr_canvas *canvas, uint8_t *tiles, double x, double y, double width,
                 double height) {
    if (x + width < 0 || y + height < 0 || x >= canvas->width || y >= canvas->height)
        return;
    int left = clamp_tile(x, canvas->tile_columns);
    int right = clamp_tile(x + width, canvas->tile_columns);
    int top = clamp_tile(y, canvas->tile_rows);
    int bottom = clamp_tile(y + height, canvas->tile_rows);
    for (int row = top; row <= bottom; row++)
        memset(tiles + row * canvas->tile_columns + left, 1, (size_t)(right - left + 1));
}

void tr_canvas_background_changed(tr_canvas *canvas, double x, double y, double width,
                                  double height) {
    mark(canvas, canvas->stale, x, y, width, height);
}

void tr_canvas_touch(tr_canvas *canvas, double x, double y, double width, double height) {
    mark(canvas, canvas->touched, x, y, width, height);
}

void tr_canvas_touch_line(tr_canvas *canvas, double x0, double y0, double x1, double y1,
                          double margin) {
    double left = fmin(x0, x1);
    double right = fmax(x0, x1);
    double slope = right > left ? (y1 - y0) / (x1 - x0) : 0;
    int first = clamp_tile(left - margin, canvas->tile_columns);
    int last = clamp_tile(right + margin, canvas->tile_columns);
    for (int column = first; column <= last; column++) {
        /* the part of the line that comes within the margin of this column of tiles */
        double from = fmax(left, column * TR_TILE - margin);
        double to = fmin(right, (column + 1) * TR_TILE + margin);
        double y_from = right > left ? y0 + (from - x0) * slope : y0;
        double y_to = right > left ? y0 + (to - x0) * slope : y1;
        mark(canvas, canvas->touched, column * TR_TILE, fmin(y_from, y_to) - margin, 0,
             fabs(y_to - y_from) + 2 * margin);
    }
}

bool tr_canvas_is_touched(const tr_canvas *canvas, double x, double y, double width,
                          double height) {
    int left = clamp_tile(x, canvas->tile_columns);
    int right = clamp_tile(x + width, canvas->tile_columns);
    int top = clamp_tile(y, canvas->tile_rows);
    int bottom = clamp_tile(y + height, canvas->tile_rows);
    for (int row = top; row <= bottom; row++)
        if (memchr(canvas->touched + row * canvas->tile_columns + left, 1,
                   (size_t)(right - left + 1)))
            return true;
    return false;
}

/* Copies tiles `first` up to, not including, `last` of a row of tiles from the background. */
static void restore(tr_canvas *canvas, int row, int first, int last) {
    const uint8_t *from = cairo_image_surface_get_data(canvas->background_surface);
    uint8_t *to = cairo_image_surface_get_data(canvas->frame_surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(canvas->frame_surface);
    int right = last * TR_TILE < canvas->width ? last * TR_TILE : canvas->width;
    int bottom = (row + 1) * TR_TILE < canvas->height ? (row + 1) * TR_TILE : canvas->height;
    size_t bytes = (size_t)(right - first * TR_TILE) * sizeof(uint32_t);
    for (int y = row * TR_TILE; y < bottom; y++) {
        size_t offset = (size_t)y * stride + (size_t)first * TR_TILE * sizeof(uint32_t);
        memcpy(to + offset, from + offset, bytes);
    }
}

void tr_canvas_begin(tr_canvas *canvas) {
    size_t n_tiles = (size_t)canvas->tile_columns * (size_t)canvas->tile_rows;
    cairo_surface_flush(canvas->background_surface);
    cairo_surface_flush(canvas->frame_surface);
    for (size_t tile = 0; tile < n_tiles; tile++)
        canvas->changed[tile] = canvas->touched[tile] | canvas->stale[tile];
    for (int row = 0; row < canvas->tile_rows; row++) {
        const uint8_t *changed = canvas->changed + row * canvas->tile_columns;
        const uint8_t *end = changed + canvas->tile_columns;
        const uint8_t *first = changed;
        while (first < end && (first = memchr(first, 1, (size_t)(end - first)))) {
            const uint8_t *last = memchr(first, 0, (size_t)(end - first));
            last = last ? last : end;
            restore(canvas, row, (int)(first - changed), (int)(last - changed));
            first = last;
        }
    }
    cairo_surface_mark_dirty(canvas->frame_surface);
    memset(canvas->touched, 0, n_tiles);
    memset(canvas->stale, 0, n_tiles);
}

void tr_canvas_blend(tr_canvas *canvas, const uint8_t *mask, int mask_width, int mask_height, int x,
                     int y, uint32_t color) {
    cairo_surface_flush(canvas->frame_surface);
    uint8_t *pixels = cairo_image_surface_get_data(canvas->frame_surface);
    ptrdiff_t stride = cairo_image_surface_get_stride(canvas->frame_surface);
    for (int row = 0; row < mask_height; row++) {
        if (y + row < 0 || y + row >= canvas->height)
            continue;
        uint32_t *line = (uint32_t *)(void *)(pixels + (y + row) * stride);
        for (int column = 0; column < mask_width; column++) {
            uint32_t alpha = mask[row * mask_width + column];
            if (!alpha || x + column < 0 || x + column >= canvas->width)
                continue;
            line[x + column] = tr_blend(color, line[x + column], alpha);
        }
    }
    cairo_surface_mark_dirty_rectangle(canvas->frame_surface, x, y, mask_width, mask_height);
}

void tr_canvas_stroke(tr_canvas *canvas, tr_pixel_box clip, const tr_line_piece *pieces,
                      size_t n_pieces, double line_width, uint32_t color) {
    ptrdiff_t stride;
    uint8_t *pixels = tr_canvas_pixels(canvas, &stride);
    const tr_stroke_target target = {
        .pixels = (uint32_t *)(void *)pixels,
        .pixel_stride = (size_t)stride / sizeof(uint32_t),
        .coverage = canvas->coverage,
        .coverage_stride = (size_t)canvas->width,
        .clip = {.left = clip.left > 0 ? clip.left : 0,
                 .top = clip.top > 0 ? clip.top : 0,
                 .right = clip.right < canvas->width ? clip.right : canvas->width,
                 .bottom = clip.bottom < canvas->height ? clip.bottom : canvas->height}};
    tr_stroke(&target, pieces, n_pieces, line_width, color);
    tr_canvas_pixels_changed(canvas);
}

uint8_t *tr_canvas_pixels(tr_canvas *canvas, ptrdiff_t *stride) {
    cairo_surface_flush(canvas->frame_surface);
    *stride = cairo_image_surface_get_stride(canvas->frame_surface);
    return cairo_image_surface_get_data(canvas->frame_surface);
}

void tr_canvas_pixels_changed(tr_canvas *canvas) {
    cairo_surface_mark_dirty(canvas->frame_surface);
}

tr_status tr_canvas_end(tr_canvas *canvas, tr_frame *frame, tr_diag *diag) {
    cairo_status_t failure = cairo_status(canvas->frame);
    if (!failure)
        failure = cairo_status(canvas->background);
    if (failure)
        return tr_fail(diag, failure == CAIRO_STATUS_NO_MEMORY ? TR_ERROR_MEMORY : TR_ERROR_SYSTEM,
                       "Cairo cannot draw: %s", cairo_status_to_string(failure));
    cairo_surface_flush(canvas->frame_surface);
    size_t n_tiles = (size_t)canvas->tile_columns * (size_t)canvas->tile_rows;
    for (size_t tile = 0; tile < n_tiles; tile++)
        canvas->changed[tile] |= canvas->touched[tile];
    *frame = (tr_frame){.width = canvas->width,
                        .height = canvas->height,
                        .stride = cairo_image_surface_get_stride(canvas->frame_surface),
                        .pixels = cairo_image_surface_get_data(canvas->frame_surface),
                        .tile_columns = canvas->tile_columns,
                        .tile_rows = canvas->tile_rows,
                        .changed = canvas->changed};
    return TR_OK;
}
