#include "plotter.h"

#include "alloc.h"
#include "canvas.h"
#include "diag.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>

struct tr_plotter {
    tr_view *view;
    tr_canvas *canvas;
};

tr_status tr_plotter_create(tr_plotter **out, const tr_scene *scene, tr_diag *diag) {
    *out = NULL;
    tr_plotter *plotter = tr_alloc_array(1, sizeof *plotter);
    if (!plotter)
        return tr_fail_memory(diag, "the picture");
    int width, height;
    tr_picture_pixels(&scene->picture, &width, &height);
    tr_status status = tr_view_create(&plotter->view, scene, width, height, false, diag);
    if (!status)
        status = tr_canvas_create(&plotter->canvas, width, height, diag);
    if (!status)
        status =
            tr_view_draw_background(plotter->view, tr_canvas_background(plotter->canvas), diag);
    /* A title that cannot be drawn is found out now, not after the training. */
    if (!status && plotter->view->title)
        status = tr_counter_prepare(plotter->view->title, plotter->canvas, &(tr_snapshot){0}, diag);
    if (status)
        tr_plotter_destroy(&plotter);
    *out = plotter;
    return status;
}

void tr_plotter_destroy(tr_plotter **handle) {
    tr_plotter *plotter = *handle;
    if (!plotter)
        return;
    tr_canvas_destroy(&plotter->canvas);
    tr_view_destroy(&plotter->view);
    free(plotter);
    *handle = NULL;
}

/* Brings the background up to date for the snapshot. */
static tr_status update(tr_plotter *plotter, const tr_snapshot *snapshot, tr_diag *diag) {
    tr_view *view = plotter->view;
    tr_status status = TR_OK;
    if (view->title) {
        const tr_snapshot numbers = tr_view_numbers(view, snapshot);
        status = tr_counter_prepare(view->title, plotter->canvas, &numbers, diag);
    }
    return status ? status : tr_view_update(view, plotter->canvas, snapshot, diag);
}

tr_status tr_plotter_draw(tr_plotter *plotter, const tr_snapshot *snapshot, tr_frame *frame,
                          tr_diag *diag) {
    tr_canvas *canvas = plotter->canvas;
    tr_status status = update(plotter, snapshot, diag);
    if (status)
        return status;
    tr_canvas_begin(canvas);
    const tr_panel_target target = {tr_canvas_frame(canvas), canvas};
    status = tr_view_draw(plotter->view, &target, snapshot, diag);
    if (status)
        return status;
    if (plotter->view->title)
        tr_counter_draw(plotter->view->title, canvas);
    return tr_canvas_end(canvas, frame, diag);
}

const char *tr_plot_versions(void) {
    static _Thread_local char versions[64];
    snprintf(versions, sizeof versions, "Cairo %s, Pango %s", cairo_version_string(),
             pango_version_string());
    return versions;
}
