#include "samples.h"

#include "alloc.h"
#include "diag.h"
#include "lines.h"

#include <math.h>
#include <stdlib.h>

#define DOT_RADIUS 1.1  /* line widths */
#define EDGE_WIDTH 0.6  /* line widths; around the dots of samples with two inputs */
#define TURN_SHARE 0.25 /* of the samples of a smooth line turn, at most */
#define TURN_SIZE 0.005 /* of the range of y; a smaller turn does not count */

#define PLANE_MARGIN 0.05 /* of the range of each input, on both sides */
#define EMPTY_SHARE                                                                                \
    0.05 /* of the range of x; an axis that would leave more empty ends with the data */

enum {
    N_SHADES = 32,         /* that dots of one colour to the other have */
    DOTS_PER_STROKE = 1024 /* with more in one path, Cairo gets slower by the dot */
};

tr_status tr_samples_check(const tr_panel_source *source, const char *name, tr_diag *diag) {
    const tr_dataset *dataset = source->dataset;
    size_t n_inputs = tr_network_n_inputs(source->network);
    size_t n_outputs = tr_network_n_outputs(source->network);
    if (dataset->n_inputs != n_inputs || dataset->n_outputs != n_outputs)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the net has %zu inputs and %zu outputs, but the data %zu and %zu", n_inputs,
                       n_outputs, dataset->n_inputs, dataset->n_outputs);
    if (n_inputs < 1 || n_inputs > 2 || n_outputs != 1)
        return tr_fail(
            diag, TR_ERROR_ARGUMENT,
            "the scene \"%s\" shows nets and data with one or two inputs and one output, "
            "not %zu and %zu",
            name, n_inputs, n_outputs);
    return TR_OK;
}

static void find_range(const double *values, size_t count, size_t stride, double *low,
                       double *high) {
    *low = *high = values[0];
    for (size_t i = 1; i < count; i++) {
        *low = fmin(*low, values[i * stride]);
        *high = fmax(*high, values[i * stride]);
    }
}

static bool is_smooth_line(const tr_samples *samples) {
    const tr_dataset *dataset = samples->dataset;
    double least = TURN_SIZE * (samples->y_high - samples->y_low);
    size_t n_turns = 0;
    for (size_t i = 1; i < dataset->n_samples; i++)
        if (!(dataset->x[i] > dataset->x[i - 1]))
            return false;
    for (size_t i = 1; i + 1 < dataset->n_samples; i++) {
        double before = dataset->y[i] - dataset->y[i - 1];
        double after = dataset->y[i] - dataset->y[i + 1];
        n_turns += (before > least && after > least) || (before < -least && after < -least);
    }
    return (double)n_turns <= TURN_SHARE * (double)dataset->n_samples;
}

void tr_samples_describe(tr_samples *samples, const tr_dataset *dataset) {
    size_t count = dataset->n_samples;
    *samples = (tr_samples){.dataset = dataset};
    find_range(dataset->x, count, dataset->n_inputs, &samples->x_low, &samples->x_high);
    find_range(dataset->y, count, 1, &samples->target_low, &samples->target_high);
    if (dataset->n_inputs == 2) {
        find_range(dataset->x + 1, count, 2, &samples->y_low, &samples->y_high);
    } else {
        samples->y_low = samples->target_low;
        samples->y_high = samples->target_high;
        samples->as_line = is_smooth_line(samples);
    }
}

tr_status tr_samples_prepare(void **shared, const tr_panel_source *source, double width,
                             double height, tr_diag *diag) {
    (void)width, (void)height;
    tr_samples *samples = tr_alloc_array(1, sizeof *samples);
    *shared = samples;
    if (!samples)
        return tr_fail_memory(diag, "the data");
    tr_samples_describe(samples, source->dataset);
    return TR_OK;
}

/* Extends the ranges of `to` to those of `from`. */
static void extend(tr_samples *to, const tr_samples *from) {
    to->x_low = fmin(to->x_low, from->x_low);
    to->x_high = fmax(to->x_high, from->x_high);
    to->y_low = fmin(to->y_low, from->y_low);
    to->y_high = fmax(to->y_high, from->y_high);
    to->target_low = fmin(to->target_low, from->target_low);
    to->target_high = fmax(to->target_high, from->target_high);
}

bool tr_samples_unite(void *const *shared, size_t n_runs) {
    tr_samples *first = shared[0];
    for (size_t i = 1; i < n_runs; i++)
        extend(first, shared[i]);
    for (size_t i = 1; i < n_runs; i++)
        extend(shared[i], first);
    return true;
}

static const char *choose_label(const char *label, const char *automatic, bool labelled) {
    return label ? label : labelled ? automatic : "";
}

/* Room around the samples of a plane; a range without extent is left to the ticks. */
static void widen(double *low, double *high, bool *exact) {
    double margin = PLANE_MARGIN * (*high - *low);
    *exact = margin > 0 && isfinite(margin);
    if (*exact) {
        *low -= margin;
        *high += margin;
    }
}

/* Whether ticks around the data would leave much of the axis empty. */
static bool leaves_much_empty(const tr_samples *samples, const tr_axes *axes) {
    double range = samples->x_high - samples->x_low;
    return isfinite(range) && range > 0 && axes->x_high - axes->x_low > (1 + EMPTY_SHARE) * range;
}

static tr_status lay_out(const tr_panel_setting *setting, tr_axes *axes,
                         const tr_axes_content *content, tr_diag *diag) {
    return tr_axes_lay_out(axes, setting->text, &setting->style, content, setting->x, setting->y,
                           setting->width, setting->height, diag);
}

tr_status tr_samples_lay_out(const tr_samples *samples, const tr_panel_setting *setting,
                             bool labelled, tr_axes *axes, tr_axes_content *content,
                             tr_diag *diag) {
    bool plane = samples->dataset->n_inputs == 2;
    *content = (tr_axes_content){
        .x_low = samples->x_low,
        .x_high = samples->x_high,
        .y_low = samples->y_low,
        .y_high = samples->y_high,
        .x_label = choose_label(setting->x_label, plane ? "a\u2081" : "a", labelled),
        .y_label = choose_label(setting->y_label, plane ? "a\u2082" : "b", labelled),
        .no_x_ticks = setting->no_x_ticks,
        .no_y_ticks = setting->no_y_ticks};
    if (plane) {
        widen(&content->x_low, &content->x_high, &content->x_exact);
        widen(&content->y_low, &content->y_high, &content->y_exact);
    }
    tr_status status = lay_out(setting, axes, content, diag);
    if (!status && !plane && leaves_much_empty(samples, axes)) {
        content->x_exact = true;
        status = lay_out(setting, axes, content, diag);
    }
    return status;
}

static tr_status draw_line(const tr_samples *samples, const tr_axes *axes, const tr_style *style,
                           const tr_theme *theme, cairo_t *cr, tr_diag *diag) {
    const tr_dataset *dataset = samples->dataset;
    size_t count = dataset->n_samples;
    tr_point *points = tr_alloc_array(count, sizeof *points);
    tr_line_piece *pieces = tr_alloc_array(count, sizeof *pieces);
    tr_status status = points && pieces ? TR_OK : tr_fail_memory(diag, "drawing the data");
    if (!status) {
        for (size_t i = 0; i < count; i++)
            points[i] = tr_axes_to_pixel(axes, dataset->x[i], dataset->y[i]);
        size_t n_pieces = tr_line_prepare(axes, style->line_width, points, count, pieces);
        tr_line_stroke(axes, style->line_width, cr, theme->data, pieces, n_pieces);
    }
    free(points);
    free(pieces);
    return status;
}

/* Where the dots are. Of those that are next to each other and on the same side of the middle of y, one
 * is kept: a million samples are no more dots than the picture can show. */
typedef struct dot_list {
    size_t count;
    tr_point *points;
    uint8_t *shades; /* 0 to N_SHADES - 1 */
} dot_list;

static int shade_of(const tr_samples *samples, size_t index) {
    double low = samples->target_low;
    double high = samples->target_high;
    double share = high > low ? (samples->dataset->y[index] - low) / (high - low) : 0;
    return share > 0 && share <= 1 ? (int)(share * (N_SHADES - 1) + 0.5) : 0;
}

static bool is_within(const tr_axes *axes, tr_point at) {
    return at.x >= axes->left - 1 && at.x <= axes->right + 1 && at.y >= axes->top - 1 &&
           at.y <= axes->bottom + 1;
}

static tr_status find_dots(const tr_samples *samples, const tr_axes *axes, double cell_size,
                           dot_list *dots, tr_diag *diag) {
    const tr_dataset *dataset = samples->dataset;
    bool plane = dataset->n_inputs == 2;
    size_t columns = (size_t)((axes->right - axes->left + 2) / cell_size) + 1;
    size_t rows = (size_t)((axes->bottom - axes->top + 2) / cell_size) + 1;
    uint8_t *taken = tr_alloc_array(columns * rows, 2); /* below the middle, and above it */
    dots->points = tr_alloc_array(dataset->n_samples, sizeof *dots->points);
    dots->shades = tr_alloc_array(dataset->n_samples, 1);
    if (!taken || !dots->points || !dots->shades) {
        free(taken);
        return tr_fail_memory(diag, "drawing the data");
    }
    for (size_t i = 0; i < dataset->n_samples; i++) {
        double y = plane ? dataset->x[2 * i + 1] : dataset->y[i];
        tr_point at = tr_axes_to_pixel(axes, dataset->x[i * dataset->n_inputs], y);
        if (!is_within(axes, at))
            continue;
        size_t column = (size_t)((at.x - axes->left + 1) / cell_size);
        size_t row = (size_t)((at.y - axes->top + 1) / cell_size);
        int shade = shade_of(samples, i);
        uint8_t *cell = &taken[2 * (row * columns + column) + (shade >= N_SHADES / 2)];
        if (!*cell) {
            *cell = 1;
            dots->points[dots->count] = at;
            dots->shades[dots->count++] = (uint8_t)shade;
        }
    }
    free(taken);
    return TR_OK;
}

/* A dot is a line without length, with round ends: the shortest way to say it in an SVG or PDF. */
static void add_dot(cairo_t *cr, tr_point at) {
    cairo_move_to(cr, at.x, at.y);
    cairo_line_to(cr, at.x, at.y);
}

static void draw_plain_dots(const dot_list *dots, double radius, tr_color color, cairo_t *cr) {
    tr_set_color(cr, color);
    cairo_set_line_width(cr, 2 * radius);
    for (size_t i = 0; i < dots->count; i++) {
        add_dot(cr, dots->points[i]);
        if ((i + 1) % DOTS_PER_STROKE == 0)
            cairo_stroke(cr);
    }
    cairo_stroke(cr);
}

/* Dots with an edge that tells them from each other and from a field of their own colour. */
static void draw_edged_dots(const dot_list *dots, double radius, double edge, const tr_theme *theme,
                            cairo_t *cr) {
    for (size_t i = 0; i < dots->count; i++) {
        add_dot(cr, dots->points[i]);
        tr_set_color(cr, theme->background);
        cairo_set_line_width(cr, 2 * (radius + edge));
        cairo_stroke(cr);
        add_dot(cr, dots->points[i]);
        tr_set_color(cr,
                     tr_mix_colors(theme->data, theme->prediction, dots->shades[i], N_SHADES - 1));
        cairo_set_line_width(cr, 2 * radius);
        cairo_stroke(cr);
    }
}

double tr_samples_margin(const tr_style *style) {
    return ceil((DOT_RADIUS + EDGE_WIDTH) * style->line_width);
}

tr_status tr_samples_draw(const tr_samples *samples, const tr_axes *axes, const tr_style *style,
                          const tr_theme *theme, cairo_t *cr, tr_diag *diag) {
    if (samples->as_line)
        return draw_line(samples, axes, style, theme, cr, diag);
    dot_list dots = {0};
    double radius = DOT_RADIUS * style->line_width;
    double edge = EDGE_WIDTH * style->line_width;
    bool plane = samples->dataset->n_inputs == 2;
    double cell = style->line_width * (plane ? 1 : 0.5);
    tr_status status = find_dots(samples, axes, cell, &dots, diag);
    if (!status) {
        cairo_save(cr);
        cairo_new_path(cr);
        tr_axes_clip(axes, tr_samples_margin(style), cr);
        cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
        if (plane)
            draw_edged_dots(&dots, radius, edge, theme, cr);
        else
            draw_plain_dots(&dots, radius, theme->data, cr);
        cairo_restore(cr);
    }
    free(dots.points);
    free(dots.shades);
    return status;
}
