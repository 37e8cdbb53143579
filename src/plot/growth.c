#include "growth.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

struct tr_growth {
    const tr_growth_ops *ops;
    void *context;
    tr_legend *legend;
    double left; /* of what the curves may be drawn on, in whole pixels */
    double top;
    double width;
    double height;
    cairo_surface_t *clean; /* that part of the background without curves; NULL for a still */
    int n_settled;          /* columns of tiles from the picture's left edge that are in the
                               background for good */
};

tr_status tr_growth_create(tr_growth **out, const tr_growth_ops *ops, void *context,
                           const tr_axes *axes, double margin, tr_legend *legend, cairo_t *cr,
                           bool still, tr_diag *diag) {
    *out = NULL;
    tr_growth *growth = tr_alloc_array(1, sizeof *growth);
    if (!growth)
        return tr_fail_memory(diag, "a curve");
    growth->ops = ops;
    growth->context = context;
    growth->legend = legend;
    growth->left = floor(axes->left - margin);
    growth->top = floor(axes->top - margin);
    growth->width = ceil(axes->right + margin) - growth->left;
    growth->height = ceil(axes->bottom + margin) - growth->top;
    growth->n_settled = (int)floor(growth->left / TR_TILE);
    *out = growth;
    if (still)
        return TR_OK;
    growth->clean =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)growth->width, (int)growth->height);
    cairo_t *copy = cairo_create(growth->clean);
    cairo_set_source_surface(copy, cairo_get_target(cr), -growth->left, -growth->top);
    cairo_paint(copy);
    tr_status status = cairo_status(copy) ? tr_fail_memory(diag, "a curve") : TR_OK;
    cairo_destroy(copy);
    if (status)
        tr_growth_destroy(out);
    return status;
}

void tr_growth_destroy(tr_growth **handle) {
    tr_growth *growth = *handle;
    if (!growth)
        return;
    cairo_surface_destroy(growth->clean);
    free(growth);
    *handle = NULL;
}

static void clip(const tr_growth *growth, cairo_t *cr, double left, double right) {
    double from = fmax(left, growth->left);
    double to = fmin(right, growth->left + growth->width);
    cairo_rectangle(cr, from, growth->top, fmax(to - from, 0), growth->height);
    cairo_clip(cr);
}

/* The column that x is in, or the first or the one after the last. */
static int to_column(const tr_growth *growth, double x) {
    double right = growth->left + growth->width + TR_TILE;
    return (int)floor(fmin(fmax(x, growth->left), right) / TR_TILE);
}

/* Draws the curves in a column of tiles. */
static void draw_column(const tr_growth *growth, cairo_t *cr, const tr_snapshot *snapshot,
                        int column) {
    double left = column * TR_TILE;
    double right = left + TR_TILE;
    cairo_save(cr);
    clip(growth, cr, left, right);
    tr_legend_uncover(growth->legend, cr);
    growth->ops->stroke(growth->context, cr, snapshot, left, right);
    tr_legend_cover(growth->legend, cr);
    cairo_restore(cr);
}

/* The part of a column that the curves take; the legend is drawn anew where they go behind it. */
static bool measure_column(const tr_growth *growth, const tr_snapshot *snapshot, int column,
                           double *top, double *bottom) {
    double left = column * TR_TILE;
    if (!growth->ops->measure(growth->context, snapshot, left, left + TR_TILE, top, bottom))
        return false;
    *top = fmax(*top, growth->top);
    *bottom = fmin(*bottom, growth->top + growth->height);
    return *bottom >= *top;
}

/* Takes the curves out of the background again, from column `first` on. */
static void restore(const tr_growth *growth, tr_canvas *canvas, int first) {
    cairo_t *cr = tr_canvas_background(canvas);
    double left = first * TR_TILE;
    double right = growth->n_settled * TR_TILE;
    cairo_save(cr);
    clip(growth, cr, left, right);
    cairo_set_source_surface(cr, growth->clean, growth->left, growth->top);
    cairo_paint(cr);
    cairo_restore(cr);
    tr_canvas_background_changed(canvas, left, growth->top, right - left - 1, growth->height);
}

void tr_growth_update_background(tr_growth *growth, tr_canvas *canvas,
                                 const tr_snapshot *snapshot) {
    double settled, head, top, bottom;
    growth->ops->reach(growth->context, snapshot, &settled, &head);
    int n_settled = to_column(growth, settled);
    if (n_settled < growth->n_settled) {
        restore(growth, canvas, n_settled);
        growth->n_settled = n_settled;
    }
    for (; growth->n_settled < n_settled; growth->n_settled++) {
        int column = growth->n_settled;
        if (!measure_column(growth, snapshot, column, &top, &bottom))
            continue;
        draw_column(growth, tr_canvas_background(canvas), snapshot, column);
        tr_canvas_background_changed(canvas, column * TR_TILE, top, TR_TILE - 1, bottom - top);
    }
}

void tr_growth_draw(tr_growth *growth, const tr_panel_target *target, const tr_snapshot *snapshot) {
    double settled, head, top, bottom;
    if (!target->canvas) {
        double right = growth->left + growth->width;
        cairo_save(target->cr);
        clip(growth, target->cr, growth->left, right);
        growth->ops->stroke(growth->context, target->cr, snapshot, growth->left, right);
        cairo_restore(target->cr);
        tr_legend_cover(growth->legend, target->cr);
        return;
    }
    growth->ops->reach(growth->context, snapshot, &settled, &head);
    int last = to_column(growth, head);
    for (int column = growth->n_settled; column <= last; column++)
        if (measure_column(growth, snapshot, column, &top, &bottom))
            tr_canvas_touch(target->canvas, column * TR_TILE, top, TR_TILE - 1, bottom - top);
    for (int column = growth->n_settled; column <= last; column++)
        if (measure_column(growth, snapshot, column, &top, &bottom))
            draw_column(growth, target->cr, snapshot, column);
}
