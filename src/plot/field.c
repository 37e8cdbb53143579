#include "field.h"

#include "alloc.h"
#include "contour.h"
#include "diag.h"
#include "lines.h"

#include <math.h>
#include <stdlib.h>

#define LINE_WIDTH 0.75    /* of the line half way, in line widths */
#define LARGEST_HEIGHT 4   /* of the colours; beyond it the prediction is cut off */
#define FURTHEST_VALUE 1e6 /* of the line half way */

enum {
    SMALLEST_CELL = 6, /* pixels */
    MAX_CELLS = 10000,
    HEIGHT_BITS = 20, /* of an interpolated height of 1 */
    COLOR_BITS = 8,   /* colours between a height of -1 and of 1 */
    N_COLORS = (1 << COLOR_BITS) + 1,
    STRENGTH = 11, /* of the strongest colour, out of WHOLE; so samples of it stand out */
    WHOLE = 20
};

struct tr_field {
    const tr_panel_setting *setting;
    const tr_axes *axes;
    const tr_samples *samples;
    int left; /* of what is coloured, in pixels */
    int top;
    int width;
    int height;
    int cell; /* pixels */
    int columns;
    int rows;
    tr_evaluator *evaluator;
    tr_dataset *corners;
    float *prediction; /* row-major [rows, columns], as are the next two */
    double *heights;   /* -1 for the lowest target, 1 for the highest */
    int32_t *levels;   /* heights, such that a cell's weights add up to HEIGHT_BITS */
    int32_t *row;      /* [columns], levels between two rows */
    int32_t *line;     /* of pixels: levels, and then numbers of colours */
    uint32_t colors[N_COLORS];
    cairo_surface_t *dots; /* the samples; NULL for a still */
};

static void choose_cells(tr_field *field) {
    const tr_axes *axes = field->axes;
    field->left = (int)floor(axes->left);
    field->top = (int)floor(axes->top);
    field->width = (int)floor(axes->right) - field->left + 1;
    field->height = (int)floor(axes->bottom) - field->top + 1;
    double area = (double)field->width * field->height;
    field->cell = (int)fmax(SMALLEST_CELL, ceil(sqrt(area / MAX_CELLS)));
    field->columns = (field->width + field->cell - 2) / field->cell + 1;
    field->rows = (field->height + field->cell - 2) / field->cell + 1;
}

/* Corners are in the middle of pixels. */
static tr_status create_corners(tr_field *field, tr_diag *diag) {
    const tr_axes *axes = field->axes;
    size_t count = (size_t)field->columns * (size_t)field->rows;
    tr_status status = tr_dataset_create(&field->corners, count, 2, 1, diag);
    if (status)
        return status;
    double x_step = (axes->x_high - axes->x_low) / (axes->right - axes->left);
    double y_step = (axes->y_high - axes->y_low) / (axes->bottom - axes->top);
    for (int row = 0; row < field->rows; row++)
        for (int column = 0; column < field->columns; column++) {
            double x = field->left + 0.5 + column * field->cell;
            double y = field->top + 0.5 + row * field->cell;
            double *corner = field->corners->x + 2 * (row * field->columns + column);
            corner[0] = axes->x_low + (x - axes->left) * x_step;
            corner[1] = axes->y_low + (axes->bottom - y) * y_step;
        }
    field->prediction = tr_alloc_array(count, sizeof *field->prediction);
    field->heights = tr_alloc_array(count, sizeof *field->heights);
    field->levels = tr_alloc_array(count, sizeof *field->levels);
    field->row = tr_alloc_array((size_t)field->columns, sizeof *field->row);
    /* up to the last corner, which may be beyond the last pixel */
    field->line =
        tr_alloc_array((size_t)(field->columns - 1) * (size_t)field->cell + 1, sizeof *field->line);
    if (!field->prediction || !field->heights || !field->levels || !field->row || !field->line)
        return tr_fail_memory(diag, "drawing the prediction");
    return tr_evaluator_create(&field->evaluator, field->setting->source->network, field->corners,
                               diag);
}

static void mix_colors(tr_field *field) {
    const tr_theme *theme = &field->setting->source->theme;
    const int half = N_COLORS / 2;
    for (int i = 0; i < N_COLORS; i++) {
        tr_color to = i < half ? theme->data : theme->prediction;
        field->colors[i] =
            (uint32_t)tr_mix_colors(theme->background, to, abs(i - half) * STRENGTH, half * WHOLE);
    }
}

/* Draws the samples once, to be laid over every frame. */
static tr_status draw_dots(tr_field *field, tr_diag *diag) {
    int margin = (int)tr_samples_margin(&field->setting->style) + 1;
    field->dots = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, field->width + 2 * margin,
                                             field->height + 2 * margin);
    cairo_surface_set_device_offset(field->dots, margin - field->left, margin - field->top);
    cairo_t *cr = cairo_create(field->dots);
    tr_status status = tr_samples_draw(field->samples, field->axes, &field->setting->style,
                                       &field->setting->source->theme, cr, diag);
    if (!status && cairo_status(cr))
        status = tr_fail_memory(diag, "drawing the data");
    cairo_destroy(cr);
    return status;
}

tr_status tr_field_create(tr_field **out, const tr_panel_setting *setting, const tr_axes *axes,
                          const tr_samples *samples, tr_diag *diag) {
    *out = NULL;
    tr_field *field = tr_alloc_array(1, sizeof *field);
    if (!field)
        return tr_fail_memory(diag, "drawing the prediction");
    field->setting = setting;
    field->axes = axes;
    field->samples = samples;
    choose_cells(field);
    mix_colors(field);
    tr_status status = create_corners(field, diag);
    if (!status && !setting->still)
        status = draw_dots(field, diag);
    if (status)
        tr_field_destroy(&field);
    *out = field;
    return status;
}

void tr_field_destroy(tr_field **handle) {
    tr_field *field = *handle;
    if (!field)
        return;
    tr_evaluator_destroy(&field->evaluator);
    tr_dataset_destroy(&field->corners);
    free(field->prediction);
    free(field->heights);
    free(field->levels);
    free(field->row);
    free(field->line);
    cairo_surface_destroy(field->dots);
    free(field);
    *handle = NULL;
}

/* A prediction that is not a number counts as half way. */
static void evaluate(tr_field *field, const float *params) {
    const tr_samples *samples = field->samples;
    int count = field->columns * field->rows;
    double middle = (samples->target_low + samples->target_high) / 2;
    double half = (samples->target_high - samples->target_low) / 2;
    double unit = (double)(1 << HEIGHT_BITS) / (field->cell * field->cell);
    half = half > 0 ? half : 1;
    tr_evaluator_predict(field->evaluator, params, field->prediction);
    for (int i = 0; i < count; i++) {
        double height = ((double)field->prediction[i] - middle) / half;
        if (isnan(height))
            height = 0;
        field->heights[i] = fmin(fmax(height, -FURTHEST_VALUE), FURTHEST_VALUE);
        height = fmin(fmax(height, -LARGEST_HEIGHT), LARGEST_HEIGHT);
        field->levels[i] = (int32_t)floor(height * unit + 0.5);
    }
}

/* Levels of a line of pixels: interpolated between the rows of corners above and below it, and then
 * between columns. */
static void interpolate_line(tr_field *field, int y, int32_t *restrict line) {
    const int cell = field->cell;
    const int columns = field->columns;
    const int part = y % cell;
    int32_t *restrict row = field->row;
    const int32_t *above = field->levels + y / cell * columns;
    /* the last line of pixels may be that of the last corners, with nothing below it */
    const int32_t *below = part ? above + columns : above;
    for (int column = 0; column < columns; column++)
        row[column] = above[column] * (cell - part) + below[column] * part;
    for (int column = 0; column + 1 < columns; column++) {
        int32_t *cell_line = line + column * cell;
        int32_t level = row[column] * cell;
        int32_t step = row[column + 1] - row[column];
        for (int x = 0; x < cell; x++, level += step)
            cell_line[x] = level;
    }
    line[(columns - 1) * cell] = row[columns - 1] * cell;
}

/* Colours all pixels, of which the upper left one goes to `pixels`. */
static void color_pixels(tr_field *field, uint8_t *pixels, ptrdiff_t stride) {
    const int shift = HEIGHT_BITS + 1 - COLOR_BITS;
    const int width = field->width;
    const uint32_t *colors = field->colors;
    int32_t *restrict line = field->line;
    for (int y = 0; y < field->height; y++) {
        uint32_t *restrict to = (uint32_t *)(void *)(pixels + y * stride);
        interpolate_line(field, y, line);
        for (int x = 0; x < width; x++) {
            int32_t color = (line[x] + (1 << HEIGHT_BITS) + (1 << (shift - 1))) >> shift;
            color = color < 0 ? 0 : color;
            line[x] = color < N_COLORS ? color : N_COLORS - 1;
        }
        for (int x = 0; x < width; x++)
            to[x] = colors[line[x]];
    }
}

/* The line where the prediction is half way between the lowest and the highest target. */
static tr_status stroke_middle(tr_field *field, cairo_t *cr, tr_diag *diag) {
    tr_contour contour = {0};
    tr_status status =
        tr_contour_trace(&contour, field->heights, field->columns, field->rows, 0, diag);
    cairo_save(cr);
    tr_axes_clip(field->axes, 0, cr);
    cairo_set_line_width(cr, LINE_WIDTH * field->setting->style.line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    tr_set_color(cr, field->setting->source->theme.text);
    cairo_new_path(cr);
    for (size_t loop = 0, first = 0; !status && loop < contour.n_loops; loop++) {
        size_t end = contour.ends[loop];
        bool joined = false;
        for (size_t i = first; i < end; i++) {
            tr_point from = contour.points[i];
            tr_point to = contour.points[i + 1 < end ? i + 1 : first];
            bool visible = !tr_contour_on_border(from, to, field->columns, field->rows);
            if (visible && !joined)
                cairo_move_to(cr, field->left + 0.5 + from.x * field->cell,
                              field->top + 0.5 + from.y * field->cell);
            if (visible)
                cairo_line_to(cr, field->left + 0.5 + to.x * field->cell,
                              field->top + 0.5 + to.y * field->cell);
            joined = visible;
        }
        first = end;
    }
    cairo_stroke(cr);
    cairo_restore(cr);
    tr_contour_clear(&contour);
    return status;
}

/* Colours a picture of its own, for what may have no pixels. */
static tr_status paint_colors(tr_field *field, cairo_t *cr, tr_diag *diag) {
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, field->width, field->height);
    tr_status status = TR_OK;
    if (cairo_surface_status(image)) {
        status = tr_fail_memory(diag, "drawing the prediction");
    } else {
        color_pixels(field, cairo_image_surface_get_data(image),
                     cairo_image_surface_get_stride(image));
        cairo_surface_mark_dirty(image);
        cairo_set_source_surface(cr, image, field->left, field->top);
        cairo_rectangle(cr, field->left, field->top, field->width, field->height);
        cairo_fill(cr);
    }
    cairo_surface_destroy(image);
    return status;
}

tr_status tr_field_draw(tr_field *field, const tr_panel_target *target, const float *params,
                        tr_diag *diag) {
    tr_status status = TR_OK;
    evaluate(field, params);
    if (!target->canvas) {
        status = paint_colors(field, target->cr, diag);
        if (!status)
            status = stroke_middle(field, target->cr, diag);
        if (!status)
            status = tr_samples_draw(field->samples, field->axes, &field->setting->style,
                                     &field->setting->source->theme, target->cr, diag);
        return status;
    }
    double margin = tr_samples_margin(&field->setting->style) + 1;
    tr_canvas_touch(target->canvas, field->left - margin, field->top - margin,
                    field->width + 2 * margin, field->height + 2 * margin);
    ptrdiff_t stride;
    uint8_t *pixels = tr_canvas_pixels(target->canvas, &stride);
    color_pixels(field, pixels + field->top * stride + field->left * (int)sizeof(uint32_t), stride);
    tr_canvas_pixels_changed(target->canvas);
    status = stroke_middle(field, target->cr, diag);
    cairo_set_source_surface(target->cr, field->dots, 0, 0);
    cairo_paint(target->cr);
    return status;
}
