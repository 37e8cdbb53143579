/* What is written on a picture of several runs beside its panels: the name of the run over each of them,
 * a note where it diverged, and one legend for all. */
#ifndef TR_PLOT_PANEL_TITLES_H
#define TR_PLOT_PANEL_TITLES_H

#include "panel.h"

typedef struct tr_panel_titles tr_panel_titles;

/* Room for the titles of so many runs. `joint` and `text` are borrowed. */
tr_status tr_panel_titles_create(tr_panel_titles **titles, const tr_joint *joint, tr_text *text,
                                 bool still, tr_diag *diag);
void tr_panel_titles_destroy(tr_panel_titles **titles);

/* Over the panel of a run, centred and at most `width` pixels wide, with the run's colour beside it if
 * all runs have a panel together. What is too long loses its middle. */
tr_status tr_panel_titles_add_name(tr_panel_titles *titles, size_t run, const tr_style *style,
                                   double center, double baseline, double width, tr_diag *diag);

/* In the lower left corner of a rectangle, once the run has diverged. */
tr_status tr_panel_titles_add_note(tr_panel_titles *titles, size_t run, const tr_style *style,
                                   double left, double bottom, double width, tr_diag *diag);

/* What data and prediction look like, side by side in one line; nothing if that is too long. */
tr_status tr_panel_titles_add_legend(tr_panel_titles *titles, const tr_style *style,
                                     bool data_as_line, double center, double baseline,
                                     double width, tr_diag *diag);

/* Names and legend, once. */
void tr_panel_titles_draw_background(const tr_panel_titles *titles, cairo_t *cr);

/* The notes. */
void tr_panel_titles_draw(const tr_panel_titles *titles, const tr_panel_target *target,
                          const tr_snapshot *snapshot);

#endif
