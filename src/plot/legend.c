#include "legend.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

#define OPACITY 0.8 /* of its background, so that grid and lines do not cross its text */

struct tr_legend {
    double x; /* of the rectangle that holds it, in whole pixels */
    double y;
    double width;
    double height;
    double size;       /* of the text */
    double handle;     /* width of a mark */
    double line_width; /* of a mark */
    tr_color background;
    tr_color text_color;
    bool still;
    int n_rows;
    struct {
        PangoLayout *label;
        tr_color color;
        tr_legend_mark mark;
    } rows[TR_MAX_LEGEND_ROWS];
    cairo_surface_t *overlay; /* what is drawn over the lines; NULL for a still */
    cairo_surface_t *under;   /* the background without it */
    bool lifted;              /* while something is drawn behind it */
};

static tr_status add_rows(tr_legend *legend, tr_text *text, const tr_legend_row *rows, int n_rows,
                          double *widest, tr_diag *diag) {
    *widest = 0;
    for (int i = 0; i < n_rows; i++) {
        PangoLayout *label;
        tr_status status = tr_text_layout(text, rows[i].label, legend->size, &label, diag);
        if (status)
            return status;
        if (!*rows[i].label) {
            g_object_unref(label);
            continue;
        }
        *widest = fmax(*widest, tr_text_width(label));
        legend->rows[legend->n_rows].label = label;
        legend->rows[legend->n_rows].color = rows[i].color;
        legend->rows[legend->n_rows++].mark = rows[i].mark;
    }
    return TR_OK;
}

tr_status tr_legend_create(tr_legend **out, const tr_panel_setting *setting, const tr_axes *axes,
                           tr_legend_corner corner, const tr_legend_row *rows, int n_rows,
                           tr_diag *diag) {
    double size = setting->style.label_size;
    double widest;
    *out = NULL;
    tr_legend *legend = tr_alloc_array(1, sizeof *legend);
    if (!legend)
        return tr_fail_memory(diag, "the legend");
    legend->size = size;
    legend->handle = 2.1 * size;
    legend->line_width = setting->style.line_width;
    legend->background = setting->source->theme.background;
    legend->text_color = setting->source->theme.text;
    legend->still = setting->still;
    tr_status status = add_rows(legend, setting->text, rows, n_rows, &widest, diag);
    if (!status) {
        legend->width = ceil(legend->handle + 0.7 * size + widest) + 1;
        legend->height = ceil(legend->n_rows * 1.5 * size) + 1;
        tr_legend_move(legend, axes, corner);
    }
    bool fits = legend->x >= axes->left && legend->x + legend->width <= axes->right &&
                legend->height <= 0.7 * (axes->bottom - axes->top);
    if (status || !legend->n_rows || !fits)
        tr_legend_destroy(&legend);
    *out = legend;
    return status;
}

void tr_legend_move(tr_legend *legend, const tr_axes *axes, tr_legend_corner corner) {
    bool left = corner == TR_CORNER_TOP_LEFT || corner == TR_CORNER_BOTTOM_LEFT;
    bool top = corner == TR_CORNER_TOP_LEFT || corner == TR_CORNER_TOP_RIGHT;
    double size = legend->size;
    legend->x =
        left ? ceil(axes->left + 0.9 * size) : floor(axes->right - 0.9 * size - legend->width);
    legend->y =
        top ? ceil(axes->top + 0.5 * size) : floor(axes->bottom - 0.5 * size - legend->height);
}

bool tr_legend_covers(const tr_legend *legend, double x, double y) {
    return x >= legend->x && x < legend->x + legend->width && y >= legend->y &&
           y < legend->y + legend->height;
}

void tr_legend_destroy(tr_legend **handle) {
    tr_legend *legend = *handle;
    if (!legend)
        return;
    for (int i = 0; i < legend->n_rows; i++)
        g_object_unref(legend->rows[i].label);
    cairo_surface_destroy(legend->overlay);
    cairo_surface_destroy(legend->under);
    free(legend);
    *handle = NULL;
}

static void draw_mark(cairo_t *cr, const tr_legend *legend, int row, double y) {
    tr_set_color(cr, legend->rows[row].color);
    if (legend->rows[row].mark == TR_MARK_DOT) {
        cairo_arc(cr, legend->handle / 2, y, 1.3 * legend->line_width, 0, 2 * G_PI);
        cairo_fill(cr);
    } else {
        cairo_set_line_width(cr, legend->line_width);
        cairo_move_to(cr, 0, y);
        cairo_line_to(cr, legend->handle, y);
        cairo_stroke(cr);
    }
}

/* The legend with its upper left corner at the origin. */
static void draw(cairo_t *cr, const tr_legend *legend) {
    double size = legend->size;
    double baseline = round(1.05 * size);
    tr_set_color(cr, legend->background);
    cairo_paint_with_alpha(cr, OPACITY);
    for (int i = 0; i < legend->n_rows; i++) {
        draw_mark(cr, legend, i, baseline - 0.35 * size);
        tr_set_color(cr, legend->text_color);
        tr_text_draw(cr, legend->rows[i].label, legend->handle + 0.7 * size, baseline);
        baseline += round(1.5 * size);
    }
}

/* Draws the legend, or what is under it, in its place. */
static void draw_layer(const tr_legend *legend, cairo_surface_t *layer, cairo_t *cr) {
    cairo_set_source_surface(cr, layer, legend->x, legend->y);
    cairo_rectangle(cr, legend->x, legend->y, legend->width, legend->height);
    cairo_fill(cr);
}

tr_status tr_legend_draw_background(tr_legend *legend, cairo_t *cr, tr_diag *diag) {
    if (!legend || legend->still)
        return TR_OK;
    int width = (int)legend->width;
    int height = (int)legend->height;
    legend->overlay = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    legend->under = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *under = cairo_create(legend->under);
    cairo_set_source_surface(under, cairo_get_target(cr), -legend->x, -legend->y);
    cairo_paint(under);
    cairo_t *overlay = cairo_create(legend->overlay);
    draw(overlay, legend);
    tr_status status = TR_OK;
    if (cairo_status(under) || cairo_status(overlay))
        status = tr_fail_memory(diag, "the legend");
    cairo_destroy(under);
    cairo_destroy(overlay);
    if (!status)
        draw_layer(legend, legend->overlay, cr);
    return status;
}

void tr_legend_uncover(const tr_legend *legend, cairo_t *cr) {
    if (legend && legend->under)
        draw_layer(legend, legend->under, cr);
}

void tr_legend_cover(const tr_legend *legend, cairo_t *cr) {
    if (!legend)
        return;
    if (legend->overlay) {
        draw_layer(legend, legend->overlay, cr);
        return;
    }
    cairo_save(cr);
    cairo_translate(cr, legend->x, legend->y);
    cairo_rectangle(cr, 0, 0, legend->width, legend->height);
    cairo_clip(cr);
    draw(cr, legend);
    cairo_restore(cr);
}

void tr_legend_lift(tr_legend *legend, const tr_panel_target *target) {
    if (!legend || !target->canvas)
        return;
    legend->lifted =
        tr_canvas_is_touched(target->canvas, legend->x, legend->y, legend->width, legend->height);
    if (legend->lifted) {
        tr_canvas_touch(target->canvas, legend->x, legend->y, legend->width, legend->height);
        tr_legend_uncover(legend, target->cr);
    }
}

void tr_legend_lower(tr_legend *legend, const tr_panel_target *target) {
    if (legend && (legend->lifted || !target->canvas))
        tr_legend_cover(legend, target->cr);
}
