/* The names of the runs in a joint panel, with their colours, beside its axes. */
#ifndef TR_PLOT_RUN_LEGEND_H
#define TR_PLOT_RUN_LEGEND_H

#include "panel.h"

enum { TR_RUN_NAME_SIZE = 192 };

typedef struct tr_run_legend tr_run_legend;

/* A run's label, and whether it diverged; UTF-8, cut short if it is longer than the room. */
void tr_run_name(const tr_panel_source *run, char name[TR_RUN_NAME_SIZE]);

/* Lays out a row for each run, and for the data first unless `data_label` is "". The more rows, the
 * smaller they are; then they stand in columns; and where there is still no room for all, some are
 * left out, evenly. Never takes more than 0.4 of the panel's width; NULL if there is no room for
 * anything. `setting` is borrowed for the call. */
tr_status tr_run_legend_create(tr_run_legend **legend, const tr_panel_setting *setting,
                               const char *data_label, tr_color data_color, bool data_as_line,
                               tr_diag *diag);
void tr_run_legend_destroy(tr_run_legend **legend);

/* Its width with the gap at its left, in pixels; 0 for NULL. */
double tr_run_legend_width(const tr_run_legend *legend);

/* With its upper left corner there. NULL is fine. */
void tr_run_legend_draw(const tr_run_legend *legend, cairo_t *cr, double x, double y);

#endif
