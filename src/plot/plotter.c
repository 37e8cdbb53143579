/* The scene "fit": the data and what the net predicts for it. */
#include "plotter.h"

#include "alloc.h"
#include "axes.h"
#include "canvas.h"
#include "counter.h"
#include "diag.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEGEND_OPACITY 0.8 /* of its background, so that grid and lines do not cross its text */
/* A point this close to the line through its neighbours is left out. */
#define COLLINEAR_PIXELS 0.05

enum { MIN_POINTS = 200, MAX_POINTS = 4096 }; /* that a prediction is drawn through */

typedef struct legend {
    double x; /* of the rectangle that holds it, in whole pixels */
    double y;
    double width;
    double height;
    cairo_surface_t *overlay; /* what is drawn over the lines; NULL where it does not fit */
    cairo_surface_t *under;   /* the background without it */
} legend;

struct tr_plotter {
    tr_text *text;
    tr_canvas *canvas;
    tr_counter *counter;
    const tr_theme *theme;
    tr_style style;
    tr_axes axes;
    legend legend;
    tr_evaluator *evaluator;
    size_t n_points;
    const double *grid; /* x of the points, in data units; part of grid_data */
    tr_dataset *grid_data;
    float *prediction;
    tr_point *points;
    tr_line_piece *pieces;
};

tr_picture tr_picture_default(void) {
    return (tr_picture){.width = 400,
                        .height = 300,
                        .scale = 1,
                        .scene = "fit",
                        .background = TR_COLOR_OF_THEME,
                        .grid_color = TR_COLOR_OF_THEME,
                        .text_color = TR_COLOR_OF_THEME,
                        .data_color = TR_COLOR_OF_THEME,
                        .prediction_color = TR_COLOR_OF_THEME,
                        .data_label = "data",
                        .prediction_label = "prediction"};
}

bool tr_picture_needs_recording(const tr_picture *picture) {
    (void)picture;
    return false;
}

void tr_picture_pixels(const tr_picture *picture, int *width, int *height) {
    *width = picture->width * picture->scale;
    *height = picture->height * picture->scale;
}

tr_status tr_picture_check(const tr_picture *picture, const tr_network *network,
                           const tr_dataset *dataset, tr_diag *diag) {
    const tr_picture *p = picture;
    if (p->width < TR_SMALLEST_PICTURE || p->width > TR_LARGEST_WIDTH ||
        p->height < TR_SMALLEST_PICTURE || p->height > TR_LARGEST_HEIGHT)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a picture is 64x64 to %dx%d pixels, not %dx%d",
                       TR_LARGEST_WIDTH, TR_LARGEST_HEIGHT, p->width, p->height);
    if (p->scale < 1 || p->scale > 8 || p->width * p->scale > TR_LARGEST_WIDTH ||
        p->height * p->scale > TR_LARGEST_HEIGHT)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%dx%d at scale %d is more than %dx%d pixels, or the scale is not 1 to 8",
                       p->width, p->height, p->scale, TR_LARGEST_WIDTH, TR_LARGEST_HEIGHT);
    if (tr_network_n_inputs(network) != 1 || tr_network_n_outputs(network) != 1 ||
        dataset->n_inputs != 1 || dataset->n_outputs != 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the scene \"fit\" shows nets and data with one input and one output");
    return TR_OK;
}

static void find_range(const double *values, size_t count, double *low, double *high) {
    *low = *high = values[0];
    for (size_t i = 1; i < count; i++) {
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
    }
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

/* The line through `points` (pixels), within the axes and half its width around them, so that a line
 * along an edge keeps its width. */
static size_t prepare_line(const tr_plotter *plotter, tr_point *points, size_t count,
                           tr_line_piece *pieces) {
    double margin = plotter->style.line_width / 2;
    count = tr_polyline_simplify(points, count, COLLINEAR_PIXELS);
    return tr_polyline_clip(points, count, plotter->axes.top - margin,
                            plotter->axes.bottom + margin, pieces);
}

static void stroke_line(const tr_plotter *plotter, cairo_t *cr, tr_color color,
                        const tr_line_piece *pieces, size_t n_pieces) {
    const tr_axes *axes = &plotter->axes;
    double margin = plotter->style.line_width / 2;
    cairo_save(cr);
    cairo_rectangle(cr, floor(axes->left - margin), floor(axes->top - margin),
                    ceil(axes->right + margin) - floor(axes->left - margin),
                    ceil(axes->bottom + margin) - floor(axes->top - margin));
    cairo_clip(cr);
    cairo_set_line_width(cr, plotter->style.line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    tr_set_color(cr, color);
    trace(cr, pieces, n_pieces);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static int by_x(const void *a, const void *b) {
    const tr_point *first = a;
    const tr_point *second = b;
    return (first->x > second->x) - (first->x < second->x);
}

static tr_status draw_data(tr_plotter *plotter, const tr_dataset *dataset, tr_diag *diag) {
    size_t count = dataset->n_samples;
    tr_point *points = tr_alloc_array(count, sizeof *points);
    tr_line_piece *pieces = tr_alloc_array(count, sizeof *pieces);
    if (!points || !pieces) {
        free(points);
        free(pieces);
        return tr_fail_memory(diag, "drawing the data");
    }
    for (size_t i = 0; i < count; i++)
        points[i] = tr_axes_to_pixel(&plotter->axes, dataset->x[i], dataset->y[i]);
    qsort(points, count, sizeof *points, by_x);
    size_t n_pieces = prepare_line(plotter, points, count, pieces);
    stroke_line(plotter, tr_canvas_background(plotter->canvas), plotter->theme->data, pieces,
                n_pieces);
    free(points);
    free(pieces);
    return TR_OK;
}

static void draw_legend_row(cairo_t *cr, const tr_plotter *plotter, PangoLayout *label, double y,
                            double handle, tr_color color) {
    double size = plotter->style.label_size;
    cairo_set_line_width(cr, plotter->style.line_width);
    tr_set_color(cr, color);
    cairo_move_to(cr, 0, y - 0.35 * size);
    cairo_line_to(cr, handle, y - 0.35 * size);
    cairo_stroke(cr);
    tr_set_color(cr, plotter->theme->text);
    tr_text_draw(cr, label, handle + 0.7 * size, y);
}

/* Copies the part of the background that the legend will cover. */
static cairo_surface_t *copy_background(const tr_plotter *plotter) {
    const legend *place = &plotter->legend;
    cairo_surface_t *copy =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)place->width, (int)place->height);
    cairo_t *cr = cairo_create(copy);
    cairo_set_source_surface(cr, cairo_get_target(tr_canvas_background(plotter->canvas)), -place->x,
                             -place->y);
    cairo_paint(cr);
    cairo_destroy(cr);
    return copy;
}

/* Lays out the legend in the upper left corner of the axes and draws its overlay. A picture that is
 * too small for it has none. */
static tr_status create_legend(tr_plotter *plotter, const char *data_label,
                               const char *prediction_label, tr_diag *diag) {
    legend *place = &plotter->legend;
    const tr_axes *axes = &plotter->axes;
    double size = plotter->style.label_size;
    const char *labels[] = {data_label, prediction_label};
    const tr_color colors[] = {plotter->theme->data, plotter->theme->prediction};
    PangoLayout *layouts[2] = {NULL, NULL};
    double handle = 2.1 * size;
    double line = 1.5 * size;
    double widest = 0;
    int n_rows = 0;
    tr_status status = TR_OK;
    for (int i = 0; !status && i < 2; i++) {
        status = tr_text_layout(plotter->text, labels[i], size, &layouts[i], diag);
        if (!status && *labels[i]) {
            widest = fmax(widest, tr_text_width(layouts[i]));
            n_rows++;
        }
    }
    place->x = ceil(axes->left + 0.9 * size);
    place->y = ceil(axes->top + 0.5 * size);
    place->width = ceil(handle + 0.7 * size + widest) + 1;
    place->height = ceil(n_rows * line) + 1;
    bool fits =
        place->x + place->width <= axes->right && place->height <= 0.7 * (axes->bottom - axes->top);
    if (!status && n_rows && fits) {
        place->overlay =
            cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)place->width, (int)place->height);
        place->under = copy_background(plotter);
        cairo_t *cr = cairo_create(place->overlay);
        tr_set_color(cr, plotter->theme->background);
        cairo_paint_with_alpha(cr, LEGEND_OPACITY);
        double baseline = round(1.05 * size);
        for (int i = 0; i < 2; i++)
            if (*labels[i]) {
                draw_legend_row(cr, plotter, layouts[i], baseline, handle, colors[i]);
                baseline += round(line);
            }
        if (cairo_status(cr))
            status = tr_fail_memory(diag, "the legend");
        cairo_destroy(cr);
    }
    for (int i = 0; i < 2; i++)
        if (layouts[i])
            g_object_unref(layouts[i]);
    return status;
}

/* Draws the legend, or what is under it, in its place. */
static void draw_legend(const tr_plotter *plotter, cairo_surface_t *layer, cairo_t *cr) {
    const legend *place = &plotter->legend;
    cairo_set_source_surface(cr, layer, place->x, place->y);
    cairo_rectangle(cr, place->x, place->y, place->width, place->height);
    cairo_fill(cr);
}

static tr_status draw_background(tr_plotter *plotter, const tr_picture *picture,
                                 const tr_dataset *dataset, tr_diag *diag) {
    const tr_style *style = &plotter->style;
    const char *title = picture->title ? picture->title : "iteration: {iteration}";
    int width, height;
    tr_picture_pixels(picture, &width, &height);
    cairo_t *cr = tr_canvas_background(plotter->canvas);
    tr_set_color(cr, plotter->theme->background);
    cairo_paint(cr);

    tr_axes_content content = {.x_label = picture->x_label ? picture->x_label : "",
                               .y_label = picture->y_label ? picture->y_label : ""};
    find_range(dataset->x, dataset->n_samples, &content.x_low, &content.x_high);
    find_range(dataset->y, dataset->n_samples, &content.y_low, &content.y_high);
    double title_height = *title ? ceil(1.35 * style->title_size) : 0;
    tr_status status =
        tr_axes_lay_out(&plotter->axes, plotter->text, style, &content, style->padding,
                        style->padding / 2 + title_height, width - 2 * style->padding,
                        height - 1.5 * style->padding - title_height, diag);
    if (!status)
        status =
            tr_axes_draw(&plotter->axes, plotter->text, style, plotter->theme, &content, cr, diag);
    if (!status)
        status = draw_data(plotter, dataset, diag);
    if (!status)
        status = create_legend(plotter, picture->data_label, picture->prediction_label, diag);
    if (!status && plotter->legend.overlay)
        draw_legend(plotter, plotter->legend.overlay, cr);
    if (status || !*title)
        return status;
    const tr_counter_place place = {
        .center = (plotter->axes.left + plotter->axes.right) / 2,
        .baseline = floor(style->padding / 2 + style->title_size),
        .width = 2 * fmin((plotter->axes.left + plotter->axes.right) / 2,
                          width - (plotter->axes.left + plotter->axes.right) / 2) -
                 4,
        .size = style->title_size,
        .smallest_size = fmin(style->smallest_text, style->title_size * 0.6),
        .color = plotter->theme->text,
        .background = plotter->theme->background};
    status = tr_counter_create(&plotter->counter, plotter->text, title, &place, diag);
    /* A title that cannot be drawn is found out now, not after the training. */
    if (!status)
        status = tr_counter_prepare(plotter->counter, plotter->canvas, &(tr_snapshot){0}, diag);
    return status;
}

/* Where the prediction is evaluated: evenly over the axis, as densely as pixels ask for, and at least
 * as the post's 200 points. */
static tr_status create_grid(tr_plotter *plotter, const tr_network *network, tr_diag *diag) {
    const tr_axes *axes = &plotter->axes;
    double pixels = axes->right - axes->left;
    double wanted = fmin(fmax(pixels / 2, MIN_POINTS), MAX_POINTS);
    size_t count = (size_t)wanted;
    double low = axes->x_ticks.values[0];
    double high = axes->x_ticks.values[axes->x_ticks.count - 1];
    tr_status status = tr_dataset_create(&plotter->grid_data, count, 1, 1, diag);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        plotter->grid_data->x[i] = low + (high - low) * (double)i / (double)(count - 1);
    plotter->grid = plotter->grid_data->x;
    plotter->n_points = count;
    plotter->prediction = tr_alloc_array(count, sizeof *plotter->prediction);
    plotter->points = tr_alloc_array(count, sizeof *plotter->points);
    plotter->pieces = tr_alloc_array(count, sizeof *plotter->pieces);
    if (!plotter->prediction || !plotter->points || !plotter->pieces)
        return tr_fail_memory(diag, "drawing the prediction");
    return tr_evaluator_create(&plotter->evaluator, network, plotter->grid_data, diag);
}

tr_status tr_plotter_create(tr_plotter **out, const tr_picture *picture, const tr_network *network,
                            const tr_dataset *dataset, tr_diag *diag) {
    *out = NULL;
    tr_status status = tr_picture_check(picture, network, dataset, diag);
    if (status)
        return status;
    tr_plotter *plotter = tr_alloc_array(1, sizeof *plotter);
    if (!plotter)
        return tr_fail_memory(diag, "the picture");
    int width, height;
    tr_picture_pixels(picture, &width, &height);
    plotter->theme = &tr_theme_post;
    plotter->style = tr_style_for(width, height);
    status = tr_text_create(&plotter->text, diag);
    if (!status)
        status = tr_canvas_create(&plotter->canvas, width, height, diag);
    if (!status)
        status = draw_background(plotter, picture, dataset, diag);
    if (!status)
        status = create_grid(plotter, network, diag);
    if (status)
        tr_plotter_destroy(&plotter);
    *out = plotter;
    return status;
}

void tr_plotter_destroy(tr_plotter **handle) {
    tr_plotter *plotter = *handle;
    if (!plotter)
        return;
    tr_evaluator_destroy(&plotter->evaluator);
    tr_dataset_destroy(&plotter->grid_data);
    free(plotter->prediction);
    free(plotter->points);
    free(plotter->pieces);
    cairo_surface_destroy(plotter->legend.overlay);
    cairo_surface_destroy(plotter->legend.under);
    tr_counter_destroy(&plotter->counter);
    tr_canvas_destroy(&plotter->canvas);
    tr_text_destroy(&plotter->text);
    free(plotter);
    *handle = NULL;
}

static void draw_prediction(tr_plotter *plotter, const float *params) {
    tr_canvas *canvas = plotter->canvas;
    tr_evaluator_predict(plotter->evaluator, params, plotter->prediction);
    for (size_t i = 0; i < plotter->n_points; i++)
        plotter->points[i] =
            tr_axes_to_pixel(&plotter->axes, plotter->grid[i], (double)plotter->prediction[i]);
    size_t n_pieces = prepare_line(plotter, plotter->points, plotter->n_points, plotter->pieces);
    for (size_t i = 0; i < n_pieces; i++) {
        const tr_line_piece *piece = &plotter->pieces[i];
        tr_canvas_touch_line(canvas, piece->from.x, piece->from.y, piece->to.x, piece->to.y,
                             plotter->style.line_width / 2 + 1);
    }
    cairo_t *cr = tr_canvas_frame(canvas);
    const legend *place = &plotter->legend;
    /* The legend is part of the background, and is drawn anew only where the line may go behind it. */
    bool behind_legend = place->overlay && tr_canvas_is_touched(canvas, place->x, place->y,
                                                                place->width, place->height);
    if (behind_legend) {
        tr_canvas_touch(canvas, place->x, place->y, place->width, place->height);
        draw_legend(plotter, place->under, cr);
    }
    stroke_line(plotter, cr, plotter->theme->prediction, plotter->pieces, n_pieces);
    if (behind_legend)
        draw_legend(plotter, place->overlay, cr);
}

tr_status tr_plotter_draw(tr_plotter *plotter, const tr_snapshot *snapshot, tr_frame *frame,
                          tr_diag *diag) {
    tr_status status = TR_OK;
    if (plotter->counter)
        status = tr_counter_prepare(plotter->counter, plotter->canvas, snapshot, diag);
    if (status)
        return status;
    tr_canvas_begin(plotter->canvas);
    draw_prediction(plotter, snapshot->params);
    if (plotter->counter)
        tr_counter_draw(plotter->counter, plotter->canvas);
    return tr_canvas_end(plotter->canvas, frame, diag);
}

const char *tr_plot_versions(void) {
    static _Thread_local char versions[64];
    snprintf(versions, sizeof versions, "Cairo %s, Pango %s", cairo_version_string(),
             pango_version_string());
    return versions;
}
