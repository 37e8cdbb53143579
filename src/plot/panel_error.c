/* The panel "error": the loss of every batch over the iterations, as far as the snapshot at hand, in
 * axes that have room for the whole run. */
#include "alloc.h"
#include "diag.h"
#include "full_loss.h"
#include "growth.h"
#include "legend.h"
#include "lines.h"
#include "panel.h"
#include "series.h"

#include <math.h>
#include <stdlib.h>

enum { N_CURVES = 2, MIN_SPANS = 64 };

/* What all plotters share. The loss on all data is evaluated at the first and the last snapshot and at
 * no more than one per span between them. */
typedef struct error_data {
    uint64_t last_iteration;
    tr_series batch;
    tr_series full; /* empty unless the picture asks for it */
} error_data;

typedef struct error_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const error_data *data;
    tr_axes axes;
    tr_axes_content content;
    tr_legend *legend;
    tr_point *pixels[N_CURVES]; /* of the curves' points, once the axes are where they stay */
    tr_growth *growth;
} error_panel;

/* ---- reading the recording ---- */

static tr_status add_batch_loss(const tr_snapshot *snapshot, void *context) {
    tr_series_add(context, snapshot->iteration, (double)snapshot->loss);
    return TR_OK;
}

static void release_error(void *shared) {
    error_data *data = shared;
    if (!data)
        return;
    tr_series_clear(&data->batch);
    tr_series_clear(&data->full);
    free(data);
}

static tr_status read_run(error_data *data, const tr_panel_source *source, size_t n_spans,
                          tr_diag *diag) {
    bool on_all_data = source->picture->full_loss;
    uint64_t n_snapshots = tr_recording_n_snapshots(source->recording);
    if (!n_snapshots)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording has no snapshots");
    data->last_iteration = tr_recording_last_iteration(source->recording);
    tr_status status = tr_series_init(&data->batch, data->last_iteration, n_spans, diag);
    if (!status)
        status = tr_recording_replay_losses(source->recording, add_batch_loss, &data->batch, diag);
    tr_series_finish(&data->batch);
    if (!status && n_snapshots > 1 && !data->batch.n_points && !on_all_data)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "the loss of no batch is known; that on all data can be drawn "
                         "(--full-loss yes)");
    if (!status)
        status = tr_series_init(&data->full, data->last_iteration, on_all_data ? n_spans : 0, diag);
    if (!status && on_all_data)
        status = tr_add_full_loss(&data->full, source,
                                  n_snapshots <= n_spans ? n_snapshots : n_spans + 1, false, diag);
    tr_series_finish(&data->full);
    return status;
}

static tr_status prepare_error(void **shared, const tr_panel_source *source, double width,
                               double height, tr_diag *diag) {
    (void)height;
    *shared = NULL;
    error_data *data = tr_alloc_array(1, sizeof *data);
    if (!data)
        return tr_fail_memory(diag, "the error");
    tr_status status = read_run(data, source, (size_t)fmax(width, MIN_SPANS), diag);
    if (status)
        release_error(data);
    else
        *shared = data;
    return status;
}

/* ---- the panel ---- */

static void destroy_error(tr_panel *panel) {
    error_panel *error = (error_panel *)panel;
    if (!error)
        return;
    tr_growth_destroy(&error->growth);
    for (int curve = 0; curve < N_CURVES; curve++)
        free(error->pixels[curve]);
    tr_legend_destroy(&error->legend);
    free(error);
}

/* A linear axis begins at 0, a logarithmic one at the lowest value that it has. */
static void choose_range(error_panel *error) {
    const error_data *data = error->data;
    tr_axes_content *content = &error->content;
    double high = fmax(data->batch.highest, data->full.highest);
    double low = fmin(data->batch.lowest, data->full.lowest);
    double low_positive = fmin(data->batch.lowest_positive, data->full.lowest_positive);
    content->x_high = data->last_iteration ? (double)data->last_iteration : 1;
    content->x_exact = true;
    content->y_log = error->setting.source->picture->error_scale == TR_SCALE_LOG;
    if (content->y_log) {
        content->y_low = isfinite(low_positive) ? low_positive : 0.1;
        content->y_high = isfinite(low_positive) ? high : 1;
    } else {
        content->y_low = isfinite(low) ? fmin(low, 0) : 0;
        content->y_high = isfinite(high) ? fmax(high, content->y_low) : 1;
    }
}

static tr_status create_error(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    error_panel *error = tr_alloc_array(1, sizeof *error);
    if (!error)
        return tr_fail_memory(diag, "the error");
    error->setting = *setting;
    error->data = setting->shared;
    error->panel.axes = &error->axes;
    error->content.x_label = setting->x_label ? setting->x_label : "iteration";
    error->content.y_label = setting->y_label ? setting->y_label : "error";
    choose_range(error);
    tr_status status =
        tr_axes_lay_out(&error->axes, setting->text, &setting->style, &error->content, setting->x,
                        setting->y, setting->width, setting->height, diag);
    if (status) {
        destroy_error(&error->panel);
        return status;
    }
    *out = &error->panel;
    return TR_OK;
}

/* ---- the curves ---- */

static const tr_series *series_of(const error_panel *error, int curve) {
    return curve ? &error->data->full : &error->data->batch;
}

static tr_status create_pixels(error_panel *error, tr_diag *diag) {
    for (int curve = 0; curve < N_CURVES; curve++) {
        error->pixels[curve] = tr_series_to_pixels(series_of(error, curve), &error->axes);
        if (!error->pixels[curve])
            return tr_fail_memory(diag, "the error");
    }
    return TR_OK;
}

static size_t select_points(const error_panel *error, int curve, const tr_snapshot *snapshot,
                            double left, double right, size_t *first) {
    const tr_series *series = series_of(error, curve);
    double margin = error->setting.style.line_width;
    return tr_polyline_select(error->pixels[curve], series->n_points,
                              tr_series_points_up_to(series, snapshot->iteration), left - margin,
                              right + margin, first);
}

static void reach(void *context, const tr_snapshot *snapshot, double *settled, double *head) {
    const error_panel *error = context;
    double margin = 2 * error->setting.style.line_width;
    *settled = INFINITY;
    *head = tr_axes_to_pixel(&error->axes, (double)snapshot->iteration, 0).x + margin;
    for (int curve = 0; curve < N_CURVES; curve++) {
        const tr_series *series = series_of(error, curve);
        size_t shown = tr_series_points_up_to(series, snapshot->iteration);
        if (shown < series->n_points)
            *settled =
                fmin(*settled, shown ? error->pixels[curve][shown - 1].x - margin : -INFINITY);
    }
}

static bool measure(void *context, const tr_snapshot *snapshot, double left, double right,
                    double *top, double *bottom) {
    const error_panel *error = context;
    *top = INFINITY;
    *bottom = -INFINITY;
    for (int curve = 0; curve < N_CURVES; curve++) {
        size_t first;
        size_t count = select_points(error, curve, snapshot, left, right, &first);
        for (size_t i = first; i < first + count; i++) {
            double y = error->pixels[curve][i].y;
            *top = fmin(*top, y - error->setting.style.line_width);
            *bottom = fmax(*bottom, y + error->setting.style.line_width);
        }
    }
    return *bottom >= *top;
}

static void stroke(void *context, cairo_t *cr, const tr_snapshot *snapshot, double left,
                   double right) {
    const error_panel *error = context;
    const tr_theme *theme = &error->setting.source->theme;
    const tr_color colors[N_CURVES] = {theme->data, theme->lines[2]};
    cairo_set_line_width(cr, error->setting.style.line_width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int curve = 0; curve < N_CURVES; curve++) {
        const tr_point *pixels = error->pixels[curve];
        size_t first;
        size_t count = select_points(error, curve, snapshot, left, right, &first);
        cairo_new_path(cr);
        for (size_t i = first; i < first + count; i++)
            cairo_line_to(cr, pixels[i].x, pixels[i].y);
        tr_set_color(cr, colors[curve]);
        cairo_stroke(cr);
        if (count && series_of(error, curve)->n_points == 1) /* of which there is no line */
            tr_draw_dot(cr, pixels[0], error->setting.style.line_width);
    }
}

static const tr_growth_ops curves = {reach, measure, stroke};

/* ---- drawing ---- */

static tr_status draw_error_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    error_panel *error = (error_panel *)panel;
    const tr_panel_setting *setting = &error->setting;
    const tr_theme *theme = &setting->source->theme;
    const tr_legend_row rows[] = {
        {"of each batch", theme->data, TR_MARK_LINE},
        {"on all data", theme->lines[2], TR_MARK_LINE},
    };
    tr_status status = tr_axes_draw(&error->axes, setting->text, &setting->style, theme,
                                    &error->content, cr, diag);
    if (!status && setting->source->picture->full_loss)
        status = tr_legend_create(&error->legend, setting, &error->axes, TR_CORNER_TOP_RIGHT, rows,
                                  2, diag);
    if (!status)
        status = tr_legend_draw_background(error->legend, cr, diag);
    if (!status)
        status = create_pixels(error, diag);
    if (!status)
        status = tr_growth_create(&error->growth, &curves, error, &error->axes,
                                  setting->style.line_width / 2, error->legend, cr, setting->still,
                                  diag);
    return status;
}

static tr_status update_error_background(tr_panel *panel, tr_canvas *canvas,
                                         const tr_snapshot *snapshot, tr_diag *diag) {
    (void)diag;
    tr_growth_update_background(((error_panel *)panel)->growth, canvas, snapshot);
    return TR_OK;
}

static tr_status draw_error(tr_panel *panel, const tr_panel_target *target,
                            const tr_snapshot *snapshot, tr_diag *diag) {
    (void)diag;
    tr_growth_draw(((error_panel *)panel)->growth, target, snapshot);
    return TR_OK;
}

const tr_panel_ops tr_panel_error = {
    .needs_recording = true,
    .still_title = "training error",
    .prepare = prepare_error,
    .release = release_error,
    .create = create_error,
    .destroy = destroy_error,
    .draw_background = draw_error_background,
    .update_background = update_error_background,
    .draw = draw_error,
    .joint = &tr_panel_losses,
};
