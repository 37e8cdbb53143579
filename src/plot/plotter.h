/* Draws the frames of a video, one snapshot each. */
#ifndef TR_PLOT_PLOTTER_H
#define TR_PLOT_PLOTTER_H

#include "frame.h"
#include "scene.h"

typedef struct tr_plotter tr_plotter;

/* Draws what all frames share. The scene is borrowed until the plotter is destroyed. A plotter and its
 * frames belong to one thread.
 * TR_ERROR_ARGUMENT (a size or text that does not fit), TR_ERROR_FONT, TR_ERROR_MEMORY. */
tr_status tr_plotter_create(tr_plotter **plotter, const tr_scene *scene, tr_diag *diag);
void tr_plotter_destroy(tr_plotter **plotter);

/* The frame stays valid until the next call. What it shows depends on the snapshot alone. */
tr_status tr_plotter_draw(tr_plotter *plotter, const tr_snapshot *snapshot, tr_frame *frame,
                          tr_diag *diag);

/* Versions of the libraries that draw, as "Cairo 1.16.0, Pango 1.50.12". */
const char *tr_plot_versions(void);

#endif
