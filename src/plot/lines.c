#include "lines.h"

#include "alloc.h"

#include <glib.h>
#include <math.h>

/* A point this close to the line through its neighbours is left out. */
#define COLLINEAR_PIXELS 0.05

tr_point *tr_series_to_pixels(const tr_series *series, const tr_axes *axes) {
    tr_point *points = tr_alloc_array(series->n_points, sizeof *points);
    for (size_t i = 0; points && i < series->n_points; i++)
        points[i] =
            tr_axes_to_pixel(axes, (double)series->points[i].iteration, series->points[i].value);
    return points;
}

size_t tr_line_prepare(const tr_axes *axes, double line_width, tr_point *points, size_t count,
                       tr_line_piece *pieces) {
    double margin = line_width / 2;
    count = tr_polyline_simplify(points, count, COLLINEAR_PIXELS);
    return tr_polyline_clip(points, count, axes->top - margin, axes->bottom + margin, pieces);
}

/* Lets the path of a line through `pieces` begin in `cr`. */
static void trace(cairo_t *cr, const tr_line_piece *pieces, size_t n_pieces) {
    cairo_new_path(cr);
    for (size_t i = 0; i < n_pieces; i++) {
        const tr_line_piece *piece = &pieces[i];
        if (i == 0 || pieces[i - 1].to.x != piece->from.x || pieces[i - 1].to.y != piece->from.y)
            cairo_move_to(cr, piece->from.x, piece->from.y);
        cairo_line_to(cr, piece->to.x, piece->to.y);
    }
}

tr_pixel_box tr_axes_box(const tr_axes *axes, double margin) {
    return (tr_pixel_box){.left = (int)floor(axes->left - margin),
                          .top = (int)floor(axes->top - margin),
                          .right = (int)ceil(axes->right + margin),
                          .bottom = (int)ceil(axes->bottom + margin)};
}

void tr_axes_clip(const tr_axes *axes, double margin, cairo_t *cr) {
    const tr_pixel_box box = tr_axes_box(axes, margin);
    cairo_rectangle(cr, box.left, box.top, box.right - box.left, box.bottom - box.top);
    cairo_clip(cr);
}

void tr_line_stroke(const tr_axes *axes, double line_width, cairo_t *cr, tr_color color,
                    const tr_line_piece *pieces, size_t n_pieces) {
    cairo_save(cr);
    tr_axes_clip(axes, line_width / 2, cr);
    cairo_set_line_width(cr, line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    tr_set_color(cr, color);
    trace(cr, pieces, n_pieces);
    cairo_stroke(cr);
    cairo_restore(cr);
}

void tr_draw_dot(cairo_t *cr, tr_point at, double radius) {
    cairo_new_path(cr);
    cairo_arc(cr, at.x, at.y, radius, 0, 2 * G_PI);
    cairo_fill(cr);
}
