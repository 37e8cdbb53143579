/* A panel: one of the things that a scene shows, in a rectangle of its own.
 *
 * Every kind of panel is a file panel_NAME.c with a table of functions, listed in panel.c. What
 * becomes of a panel, in this order:
 *
 *   check             once, before anything is trained: whether it can show such a net and such data
 *   prepare           once, with the recording: what all threads share, and nobody changes any more
 *   unite             once, if several runs have such a panel: gives them the same limits
 *   complete          once: what there is left to prepare
 *   create            per thread: lays out its axes in its rectangle
 *                     (then the axes of the panels of a row or column are aligned)
 *   draw_background   per thread, once: what all frames share
 *   update_background per frame, before the frame begins: brings the canvas' background up to date;
 *                     for what only ever grows, such as a curve. Never for a still
 *   draw              per frame: the rest
 *   destroy, release
 *
 * What a frame shows depends on the snapshot alone, whatever was drawn before it. */
#ifndef TR_PLOT_PANEL_H
#define TR_PLOT_PANEL_H

#include "axes.h"
#include "canvas.h"
#include "joint.h"
#include "text.h"
#include "theme.h"

#include <stdbool.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/recording.h>
#include <trainreel/snapshot.h>

/* A run that a scene shows. It never changes, and outlives all panels. */
typedef struct tr_panel_source {
    const tr_picture *picture;
    tr_theme theme; /* the picture's, with its own colours */
    const tr_network *network;
    const tr_dataset *dataset;
    tr_loss loss;
    const tr_recording *recording; /* not NULL if a panel of the scene needs it */
    /* of several runs in one picture; otherwise these are 0 */
    const tr_joint *joint;
    const char *label;
    uint64_t diverged_at; /* iteration; 0 if the run did not diverge */
    tr_color color;       /* that tells it from the others */
} tr_panel_source;

/* Where a panel is put; borrowed for the call, except for what it points to. */
typedef struct tr_panel_setting {
    const tr_panel_source *source;
    const void *shared; /* what prepare made */
    tr_text *text;
    tr_style style; /* for the panel's size */
    double x;       /* of the rectangle, in pixels; not always whole ones */
    double y;
    double width;
    double height;
    const char *x_label; /* "" for none; NULL for what the panel has there by itself */
    const char *y_label;
    bool still; /* a chart rather than frames of a video: more labels, and no canvas */
    /* in a grid of panels with the same axes, which has labels at its left and lower edges only, and
     * one legend: what this panel leaves out */
    bool no_x_ticks;
    bool no_y_ticks;
    bool no_legend;
} tr_panel_setting;

/* What to draw on. */
typedef struct tr_panel_target {
    cairo_t *cr;       /* of pixels, an SVG or a PDF; in pixel coordinates */
    tr_canvas *canvas; /* what `cr` belongs to, to be told with tr_canvas_touch before anything is
                          drawn; NULL for a still */
} tr_panel_target;

typedef struct tr_panel_ops tr_panel_ops;

/* What all kinds have in common; the first member of each kind's own struct. */
typedef struct tr_panel {
    const tr_panel_ops *ops; /* set by who created it */
    /* Its axes, if it has any, set by create. They are moved a little before draw_background, so
     * that they are in line with those of other panels; pixels are to be computed after that. */
    tr_axes *axes;
} tr_panel;

struct tr_panel_ops {
    bool needs_recording;
    const char *still_title; /* of a chart that shows nothing else; fields as in tr_picture.title */

    /* TR_ERROR_ARGUMENT with a text that says what the panel can show; there is no recording yet.
     * NULL if it can show everything. */
    tr_status (*check)(const tr_panel_source *source, tr_diag *diag);

    /* Both NULL if nothing is shared. The size is that of the panel in pixels, about, here and in
     * complete. *shared is NULL on failure; release takes NULL. */
    tr_status (*prepare)(void **shared, const tr_panel_source *source, double width, double height,
                         tr_diag *diag);
    void (*release)(void *shared);
    /* Gives what was prepared for several runs the same limits; false if they keep their own. NULL
     * if they have none. */
    bool (*unite)(void *const *shared, size_t n_runs);
    /* NULL if there is nothing left. */
    tr_status (*complete)(void *shared, const tr_panel_source *source, double width, double height,
                          tr_diag *diag);

    /* *panel is NULL on failure; destroy takes NULL. */
    tr_status (*create)(tr_panel **panel, const tr_panel_setting *setting, tr_diag *diag);
    void (*destroy)(tr_panel *panel);

    tr_status (*draw_background)(tr_panel *panel, cairo_t *cr, tr_diag *diag);
    /* NULL if the background never changes. It draws on tr_canvas_background(canvas), and says where
     * with tr_canvas_background_changed. */
    tr_status (*update_background)(tr_panel *panel, tr_canvas *canvas, const tr_snapshot *snapshot,
                                   tr_diag *diag);
    tr_status (*draw)(tr_panel *panel, const tr_panel_target *target, const tr_snapshot *snapshot,
                      tr_diag *diag);

    /* The kind that shows several runs at once, in the place of this one; NULL if there is none. Its
     * functions, but for check, get the first run as their source, and joint states. */
    const tr_panel_ops *joint;
    bool shows_all; /* it is such a kind */
};

/* A kind of panel, by the name that a scene has for it. */
typedef struct tr_panel_kind {
    const char *name;
    const tr_panel_ops *ops;
} tr_panel_kind;

extern const tr_panel_kind tr_panel_kinds[]; /* up to one without a name */

extern const tr_panel_ops tr_panel_fit;
extern const tr_panel_ops tr_panel_overlay; /* "fit" of several runs */
extern const tr_panel_ops tr_panel_losses;  /* "error" of several runs */
extern const tr_panel_ops tr_panel_data;
extern const tr_panel_ops tr_panel_error;
extern const tr_panel_ops tr_panel_weights;
extern const tr_panel_ops tr_panel_landscape;
extern const tr_panel_ops tr_panel_network;
extern const tr_panel_ops tr_panel_neuron;

/* tr_canvas_touch and tr_canvas_touch_line for a target that may have no canvas. */
static inline void tr_panel_touch(const tr_panel_target *target, double x, double y, double width,
                                  double height) {
    if (target->canvas)
        tr_canvas_touch(target->canvas, x, y, width, height);
}

static inline void tr_panel_touch_line(const tr_panel_target *target, double x0, double y0,
                                       double x1, double y1, double margin) {
    if (target->canvas)
        tr_canvas_touch_line(target->canvas, x0, y0, x1, y1, margin);
}

#endif
