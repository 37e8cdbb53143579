#include "axes.h"

#include "diag.h"

#include <math.h>

enum { MOST_INTERVALS = 6 };

static double first_tick(const tr_ticks *ticks) {
    return ticks->values[0];
}

static double last_tick(const tr_ticks *ticks) {
    return ticks->values[ticks->count - 1];
}

static tr_status label_width(tr_text *text, const char *label, double size, double *width,
                             tr_diag *diag) {
    PangoLayout *layout;
    tr_status status = tr_text_layout(text, label, size, &layout, diag);
    if (!status) {
        *width = tr_text_width(layout);
        g_object_unref(layout);
    }
    return status;
}

static tr_status widest_label(tr_text *text, const tr_ticks *ticks, double size, double *widest,
                              tr_diag *diag) {
    *widest = 0;
    for (int i = 0; i < ticks->count; i++) {
        double width;
        tr_status status = label_width(text, ticks->labels[i], size, &width, diag);
        if (status)
            return status;
        *widest = fmax(*widest, width);
    }
    return TR_OK;
}

/* The pixel centre that grid lines of this width are drawn on without blur. */
static double snap(double position, double grid_width) {
    return fmod(grid_width, 2) == 0 ? round(position) : floor(position) + 0.5;
}

/* Chooses ticks, and where the axis ends: at the ticks around the data or, if `exact`, with the data. A
 * range that has not two ticks, or that ticks cannot divide, is always left to them. */
static void choose_ends(tr_ticks *ticks, double low, double high, bool exact, int intervals,
                        double *end_low, double *end_high) {
    double slack = 1e-6 * (high - low);
    if (exact) {
        tr_ticks_choose_inside(ticks, low, high, intervals);
        exact = ticks->count > 1 && first_tick(ticks) >= low - slack &&
                last_tick(ticks) <= high + slack;
    }
    if (!exact)
        tr_ticks_choose(ticks, low, high, intervals);
    *end_low = exact ? low : first_tick(ticks);
    *end_high = exact ? high : last_tick(ticks);
}

/* Ticks for a horizontal axis of `length` pixels whose labels do not run into each other. */
static tr_status choose_x_ticks(tr_axes *axes, tr_text *text, const tr_style *style,
                                const tr_axes_content *content, double length, double *widest,
                                tr_diag *diag) {
    for (int intervals = MOST_INTERVALS; intervals >= 1; intervals--) {
        choose_ends(&axes->x_ticks, content->x_low, content->x_high, content->x_exact, intervals,
                    &axes->x_low, &axes->x_high);
        tr_status status = widest_label(text, &axes->x_ticks, style->label_size, widest, diag);
        if (status)
            return status;
        double between = last_tick(&axes->x_ticks) - first_tick(&axes->x_ticks);
        if (content->x_exact)
            between *= length / (content->x_high - content->x_low);
        else
            between = length;
        if (*widest * 1.3 * (axes->x_ticks.count - 1) <= between)
            break;
    }
    return TR_OK;
}

static void choose_y_ticks(tr_axes *axes, const tr_axes_content *content, int intervals) {
    axes->y_log = content->y_log;
    if (content->y_log) {
        tr_ticks_choose_log(&axes->y_ticks, content->y_low, content->y_high, intervals);
        axes->y_low = tr_log10(first_tick(&axes->y_ticks));
        axes->y_high = tr_log10(last_tick(&axes->y_ticks));
    } else {
        choose_ends(&axes->y_ticks, content->y_low, content->y_high, content->y_exact, intervals,
                    &axes->y_low, &axes->y_high);
    }
}

tr_status tr_axes_lay_out(tr_axes *axes, tr_text *text, const tr_style *style,
                          const tr_axes_content *content, double x, double y, double width,
                          double height, tr_diag *diag) {
    double digit_height;
    tr_status status = tr_text_digit_height(text, style->label_size, &digit_height, diag);
    if (status)
        return status;
    double label_line = 1.3 * style->label_size;
    double below = content->no_x_ticks ? 0 : style->gap + label_line;
    below += *content->x_label ? label_line : 0;
    double above = digit_height / 2;

    int intervals = (int)((height - above - below) / (1.6 * digit_height));
    intervals = intervals < 1 ? 1 : intervals > MOST_INTERVALS ? MOST_INTERVALS : intervals;
    choose_y_ticks(axes, content, intervals);
    double y_labels, x_labels;
    double before = (content->no_y_ticks ? 0 : style->gap) + (*content->y_label ? label_line : 0);
    status = widest_label(text, &axes->y_ticks, style->label_size, &y_labels, diag);
    y_labels = content->no_y_ticks ? 0 : y_labels;
    if (!status)
        status =
            choose_x_ticks(axes, text, style, content, width - before - y_labels, &x_labels, diag);
    if (status)
        return status;

    axes->left = snap(x + before + y_labels, style->grid_width);
    x_labels = content->no_x_ticks ? 0 : x_labels;
    axes->right = snap(x + width - fmax(x_labels / 2, style->line_width), style->grid_width);
    axes->top = snap(y + above, style->grid_width);
    axes->bottom = snap(y + height - below, style->grid_width);
    if (axes->right - axes->left < 12 || axes->bottom - axes->top < 12)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the picture is too small for its axes and their labels");
    return TR_OK;
}

tr_point tr_axes_to_pixel(const tr_axes *axes, double x, double y) {
    if (axes->y_log)
        y = y > 0 && isfinite(y) ? tr_log10(y) : axes->y_low - 10 * (axes->y_high - axes->y_low);
    return (tr_point){axes->left + (x - axes->x_low) / (axes->x_high - axes->x_low) *
                                       (axes->right - axes->left),
                      axes->bottom - (y - axes->y_low) / (axes->y_high - axes->y_low) *
                                         (axes->bottom - axes->top)};
}

static tr_status draw_label(tr_text *text, const char *label, double size, double x, double y,
                            double align, cairo_t *cr, tr_diag *diag) {
    PangoLayout *layout;
    tr_status status = tr_text_layout(text, label, size, &layout, diag);
    if (status)
        return status;
    tr_text_draw(cr, layout, x - align * tr_text_width(layout), y);
    g_object_unref(layout);
    return TR_OK;
}

static tr_status draw_axis_label(tr_text *text, const char *label, const char *what,
                                 const tr_style *style, double length, double x, double y,
                                 double angle, cairo_t *cr, tr_diag *diag) {
    if (!*label)
        return TR_OK;
    double size = style->label_size;
    PangoLayout *layout;
    tr_status status =
        tr_text_fit(text, label, what, &size, style->smallest_text, length, &layout, diag);
    if (status)
        return status;
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle);
    tr_text_draw(cr, layout, -tr_text_width(layout) / 2, 0);
    cairo_restore(cr);
    g_object_unref(layout);
    return TR_OK;
}

static void draw_grid(const tr_axes *axes, const tr_style *style, const tr_theme *theme,
                      cairo_t *cr) {
    cairo_save(cr);
    cairo_set_line_width(cr, style->grid_width);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_SQUARE);
    tr_set_color(cr, theme->grid);
    for (int i = 0; i < axes->x_ticks.count; i++) {
        tr_point at = tr_axes_to_pixel(axes, axes->x_ticks.values[i], 1);
        cairo_move_to(cr, snap(at.x, style->grid_width), axes->top);
        cairo_line_to(cr, snap(at.x, style->grid_width), axes->bottom);
    }
    for (int i = 0; i < axes->y_ticks.count; i++) {
        tr_point at = tr_axes_to_pixel(axes, axes->x_low, axes->y_ticks.values[i]);
        cairo_move_to(cr, axes->left, snap(at.y, style->grid_width));
        cairo_line_to(cr, axes->right, snap(at.y, style->grid_width));
    }
    cairo_stroke(cr);
    cairo_restore(cr);
}

tr_status tr_axes_draw(const tr_axes *axes, tr_text *text, const tr_style *style,
                       const tr_theme *theme, const tr_axes_content *content, cairo_t *cr,
                       tr_diag *diag) {
    double size = style->label_size;
    double digit_height;
    tr_status status = tr_text_digit_height(text, size, &digit_height, diag);
    if (!content->no_grid)
        draw_grid(axes, style, theme, cr);
    tr_set_color(cr, theme->text);
    double baseline = axes->bottom + style->gap + size;
    double widest = 0;
    for (int i = 0; !status && !content->no_x_ticks && i < axes->x_ticks.count; i++) {
        tr_point at = tr_axes_to_pixel(axes, axes->x_ticks.values[i], 1);
        status = draw_label(text, axes->x_ticks.labels[i], size, at.x, baseline, 0.5, cr, diag);
    }
    for (int i = 0; !status && !content->no_y_ticks && i < axes->y_ticks.count; i++) {
        tr_point at = tr_axes_to_pixel(axes, axes->x_low, axes->y_ticks.values[i]);
        status = draw_label(text, axes->y_ticks.labels[i], size, axes->left - style->gap,
                            round(at.y + digit_height / 2), 1, cr, diag);
    }
    if (!status)
        status = widest_label(text, &axes->y_ticks, size, &widest, diag);
    if (!status)
        status =
            draw_axis_label(text, content->x_label, "x label", style, axes->right - axes->left,
                            (axes->left + axes->right) / 2, baseline + 1.3 * size, 0, cr, diag);
    if (!status)
        status = draw_axis_label(text, content->y_label, "y label", style, axes->bottom - axes->top,
                                 axes->left - style->gap - widest - 0.45 * size,
                                 (axes->top + axes->bottom) / 2, -G_PI / 2, cr, diag);
    return status;
}
