/* The panels of a scene laid out under their title: what frames and stills have in common. */
#ifndef TR_PLOT_VIEW_H
#define TR_PLOT_VIEW_H

#include "counter.h"
#include "panel.h"
#include "panel_titles.h"
#include "scene.h"

enum { TR_MAX_PANELS = 4 }; /* that a scene names */

#define TR_ALL_RUNS SIZE_MAX

/* A panel of a scene. */
typedef struct tr_scene_panel {
    const tr_panel_ops *ops;
    size_t run;   /* that it shows, or TR_ALL_RUNS */
    void *shared; /* what it prepared */
} tr_scene_panel;

/* Several runs have a panel each, one after the other, and then a panel for all of them; or one of
 * both. */
struct tr_scene {
    tr_picture picture; /* with copies of its texts */
    char *texts[6];     /* what they are copied to */
    tr_theme theme;
    size_t n_runs;
    tr_panel_source *runs;
    char **labels;  /* of the runs; NULL for a single run */
    tr_joint joint; /* of several runs */
    size_t n_panels;
    tr_scene_panel *panels;
    bool has_same_axes; /* the panels of the runs */
};

/* The run that a panel shows, or the first one if it shows all. */
static inline const tr_panel_source *tr_scene_panel_run(const tr_scene *scene, size_t panel) {
    size_t run = scene->panels[panel].run;
    return &scene->runs[run == TR_ALL_RUNS ? 0 : run];
}

/* A view belongs to one thread. */
typedef struct tr_view {
    const tr_scene *scene;
    tr_text *text;
    tr_panel **panels;
    tr_counter *title;       /* NULL if there is none */
    tr_panel_titles *titles; /* NULL for a single run */
} tr_view;

/* Lays the scene out in width x height pixels, as a still or for frames. */
tr_status tr_view_create(tr_view **view, const tr_scene *scene, int width, int height, bool still,
                         tr_diag *diag);
void tr_view_destroy(tr_view **view);

/* The numbers of the title. */
tr_snapshot tr_view_numbers(const tr_view *view, const tr_snapshot *snapshot);

/* Brings the background of the canvas up to date for the snapshot. */
tr_status tr_view_update(tr_view *view, tr_canvas *canvas, const tr_snapshot *snapshot,
                         tr_diag *diag);

/* Once: everything that does not depend on the snapshot, but for the title. */
tr_status tr_view_draw_background(tr_view *view, cairo_t *cr, tr_diag *diag);

/* What the panels show of the snapshot. */
tr_status tr_view_draw(tr_view *view, const tr_panel_target *target, const tr_snapshot *snapshot,
                       tr_diag *diag);

/* ---- what single runs and several share ---- */

/* Lays out a scene of several runs, see tr_view_create. */
tr_status tr_view_lay_out_joint(tr_view *view, int width, int height, bool still, tr_diag *diag);

/* Creates a panel of the scene in the rectangle of `setting`, filling in what the scene knows. */
tr_status tr_view_add_panel(tr_view *view, size_t panel, tr_panel_setting *setting, tr_diag *diag);

/* A title at the top, over the axes if they are the only ones; none for "". */
tr_status tr_view_add_title(tr_view *view, const char *title, const tr_style *style, int width,
                            tr_diag *diag);

/* Finds the panels that a scene names, at most TR_MAX_PANELS. */
tr_status tr_scene_parse(const char *name, const tr_panel_ops **panels, size_t *n_panels,
                         tr_diag *diag);

/* Whether size and looks are in range. */
tr_status tr_picture_check_looks(const tr_picture *picture, tr_diag *diag);

/* Whether the texts of the picture can be drawn, and these. */
tr_status tr_picture_check_texts(const tr_picture *picture, const char *const *texts,
                                 size_t n_texts, tr_diag *diag);

/* A scene of that picture with room for so many runs and panels. */
tr_status tr_scene_allocate(tr_scene **scene, const tr_picture *picture, size_t n_runs,
                            size_t n_panels, tr_diag *diag);

#endif
