/* A scene drawn once: as pixels, as an SVG or as a PDF. */
#include "diag.h"
#include "svg.h"
#include "view.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_PER_PIXEL 0.75 /* a PDF's unit is 1/72 inch, a pixel of CSS is 1/96 */

/* A file in memory that Cairo writes piece by piece. */
typedef struct buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
} buffer;

static cairo_status_t append(void *closure, const unsigned char *data, unsigned int length) {
    buffer *file = closure;
    if (length > file->capacity - file->size) {
        size_t capacity = file->size + length;
        capacity += capacity / 2;
        uint8_t *bytes = realloc(file->bytes, capacity);
        if (!bytes)
            return CAIRO_STATUS_NO_MEMORY;
        file->bytes = bytes;
        file->capacity = capacity;
    }
    memcpy(file->bytes + file->size, data, length);
    file->size += length;
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *create_surface(tr_still_kind kind, const tr_still *still, buffer *file) {
    cairo_surface_t *surface = NULL;
    switch (kind) {
    case TR_STILL_PIXELS:
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, still->width, still->height);
        break;
    case TR_STILL_SVG:
        surface = cairo_svg_surface_create_for_stream(append, file, still->width, still->height);
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
        break;
    case TR_STILL_PDF:
        surface = cairo_pdf_surface_create_for_stream(append, file, still->width * POINTS_PER_PIXEL,
                                                      still->height * POINTS_PER_PIXEL);
        /* Cairo would write the time of day. */
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                       "1970-01-01T00:00:00Z");
        break;
    }
    return surface;
}

static tr_status draw(tr_view *view, cairo_t *cr, const tr_snapshot *snapshot, tr_diag *diag) {
    const tr_panel_target target = {cr, NULL};
    tr_status status = tr_view_draw_background(view, cr, diag);
    if (!status)
        status = tr_view_draw(view, &target, snapshot, diag);
    if (!status && view->title) {
        const tr_snapshot numbers = tr_view_numbers(view, snapshot);
        status = tr_counter_draw_still(view->title, cr, &numbers, diag);
    }
    return status;
}

/* Takes the pixels, which then belong to the still. */
static tr_status take_pixels(tr_still *still, cairo_surface_t *surface, tr_diag *diag) {
    int columns = (still->width + TR_TILE - 1) / TR_TILE;
    int rows = (still->height + TR_TILE - 1) / TR_TILE;
    size_t n_tiles = (size_t)columns * (size_t)rows;
    uint8_t *changed = malloc(n_tiles);
    if (!changed)
        return tr_fail_memory(diag, "the picture");
    memset(changed, 1, n_tiles);
    still->owned = cairo_surface_reference(surface);
    still->frame = (tr_frame){.width = still->width,
                              .height = still->height,
                              .stride = cairo_image_surface_get_stride(surface),
                              .pixels = cairo_image_surface_get_data(surface),
                              .tile_columns = columns,
                              .tile_rows = rows,
                              .changed = changed};
    return TR_OK;
}

static tr_status finish(tr_still *still, tr_still_kind kind, cairo_surface_t *surface, buffer *file,
                        tr_diag *diag) {
    if (kind == TR_STILL_PIXELS)
        cairo_surface_flush(surface);
    else
        cairo_surface_finish(surface);
    cairo_status_t failure = cairo_surface_status(surface);
    if (failure)
        return tr_fail(diag, failure == CAIRO_STATUS_NO_MEMORY ? TR_ERROR_MEMORY : TR_ERROR_SYSTEM,
                       "Cairo cannot draw: %s", cairo_status_to_string(failure));
    if (kind == TR_STILL_PIXELS)
        return take_pixels(still, surface, diag);
    still->bytes = file->bytes;
    still->n_bytes = file->size;
    *file = (buffer){0};
    return TR_OK;
}

tr_status tr_scene_draw_still(const tr_scene *scene, const tr_snapshot *snapshot,
                              tr_still_kind kind, tr_still *still, tr_diag *diag) {
    buffer file = {0};
    tr_view *view;
    *still = (tr_still){.width = scene->picture.width, .height = scene->picture.height};
    if (kind == TR_STILL_PIXELS)
        tr_picture_pixels(&scene->picture, &still->width, &still->height);
    tr_status status = tr_view_create(&view, scene, still->width, still->height, true, diag);
    if (!status) {
        cairo_surface_t *surface = create_surface(kind, still, &file);
        cairo_t *cr = cairo_create(surface);
        if (kind == TR_STILL_PDF)
            cairo_scale(cr, POINTS_PER_PIXEL, POINTS_PER_PIXEL);
        status = draw(view, cr, snapshot, diag);
        cairo_destroy(cr);
        if (!status)
            status = finish(still, kind, surface, &file, diag);
        if (!status && kind == TR_STILL_SVG)
            status = tr_svg_tidy(&still->bytes, &still->n_bytes,
                                 view->title ? tr_counter_line(view->title) : "", diag);
        if (kind != TR_STILL_PIXELS)
            cairo_surface_finish(surface); /* before what it writes to goes */
        cairo_surface_destroy(surface);
        free(file.bytes);
    }
    tr_view_destroy(&view);
    if (status)
        tr_still_destroy(still);
    return status;
}

void tr_still_destroy(tr_still *still) {
    cairo_surface_destroy(still->owned);
    free((void *)(uintptr_t)still->frame.changed);
    free(still->bytes);
    *still = (tr_still){0};
}
