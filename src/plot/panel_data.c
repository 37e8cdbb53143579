/* The panel "data": the samples alone. */
#include "alloc.h"
#include "diag.h"
#include "panel.h"
#include "samples.h"

#include <stdlib.h>

typedef struct data_panel {
    tr_panel panel;
    tr_panel_setting setting;
    tr_samples samples;
    tr_axes axes;
    tr_axes_content content;
} data_panel;

static tr_status check_data(const tr_panel_source *source, tr_diag *diag) {
    return tr_samples_check(source, "data", diag);
}

static void destroy_data(tr_panel *panel) {
    free(panel);
}

static tr_status create_data(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    data_panel *data = tr_alloc_array(1, sizeof *data);
    if (!data)
        return tr_fail_memory(diag, "the data");
    data->setting = *setting;
    data->panel.axes = &data->axes;
    data->samples = *(const tr_samples *)setting->shared;
    tr_status status =
        tr_samples_lay_out(&data->samples, setting, true, &data->axes, &data->content, diag);
    if (status)
        free(data);
    else
        *out = &data->panel;
    return status;
}

static tr_status draw_data_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    const data_panel *data = (const data_panel *)panel;
    const tr_panel_setting *setting = &data->setting;
    const tr_theme *theme = &setting->source->theme;
    tr_status status =
        tr_axes_draw(&data->axes, setting->text, &setting->style, theme, &data->content, cr, diag);
    if (!status)
        status = tr_samples_draw(&data->samples, &data->axes, &setting->style, theme, cr, diag);
    return status;
}

static tr_status draw_data(tr_panel *panel, const tr_panel_target *target,
                           const tr_snapshot *snapshot, tr_diag *diag) {
    (void)panel, (void)target, (void)snapshot, (void)diag;
    return TR_OK; /* it never changes */
}

const tr_panel_ops tr_panel_data = {
    .still_title = "",
    .check = check_data,
    .prepare = tr_samples_prepare,
    .release = free,
    .unite = tr_samples_unite,
    .create = create_data,
    .destroy = destroy_data,
    .draw_background = draw_data_background,
    .draw = draw_data,
};
