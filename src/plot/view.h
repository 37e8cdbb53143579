/* The panels of a scene laid out under their title: what frames and stills have in common. */
#ifndef TR_PLOT_VIEW_H
#define TR_PLOT_VIEW_H

#include "counter.h"
#include "panel.h"
#include "scene.h"

enum { TR_MAX_PANELS = 4 };

struct tr_scene {
    tr_panel_source source;
    tr_picture picture; /* with copies of its texts */
    char *texts[6];     /* what they are copied to */
    int n_panels;
    const tr_panel_ops *panels[TR_MAX_PANELS];
    void *shared[TR_MAX_PANELS]; /* what they prepared */
};

/* A view belongs to one thread. */
typedef struct tr_view {
    const tr_scene *scene;
    tr_text *text;
    tr_panel *panels[TR_MAX_PANELS];
    tr_counter *title; /* NULL if there is none */
} tr_view;

/* Lays the scene out in width x height pixels, as a still or for frames. */
tr_status tr_view_create(tr_view **view, const tr_scene *scene, int width, int height, bool still,
                         tr_diag *diag);
void tr_view_destroy(tr_view **view);

/* Once: everything that does not depend on the snapshot, but for the title. */
tr_status tr_view_draw_background(tr_view *view, cairo_t *cr, tr_diag *diag);

/* What the panels show of the snapshot. */
tr_status tr_view_draw(tr_view *view, const tr_panel_target *target, const tr_snapshot *snapshot,
                       tr_diag *diag);

#endif
