/* How the samples of a dataset are drawn.
 *
 * With one input, they are a line if x rises from each to the next and y is smooth, and dots otherwise.
 * It is smooth if at most a quarter of the inner samples turn: are above both neighbours or below both,
 * by more than 0.5 % of the range of y. Noise makes two thirds of them turn, whatever its distribution.
 *
 * With two inputs, they are dots in the plane of both, coloured by y: the data's colour for the lowest,
 * the prediction's for the highest, and mixtures of both between them. */
#ifndef TR_PLOT_SAMPLES_H
#define TR_PLOT_SAMPLES_H

#include "axes.h"
#include "panel.h"

typedef struct tr_samples {
    const tr_dataset *dataset;
    bool as_line;
    double x_low; /* of the first input */
    double x_high;
    double y_low; /* of the second input or, where there is only one, of the output */
    double y_high;
    double target_low; /* of the output */
    double target_high;
} tr_samples;

/* TR_ERROR_ARGUMENT unless data and net have one output, and one input or two; `name` is the panel's. */
tr_status tr_samples_check(const tr_panel_source *source, const char *name, tr_diag *diag);

/* `dataset` is borrowed. */
void tr_samples_describe(tr_samples *samples, const tr_dataset *dataset);

/* For the panel's functions of the same names: what is shared is a tr_samples, to be freed. */
tr_status tr_samples_prepare(void **shared, const tr_panel_source *source, double width,
                             double height, tr_diag *diag);
bool tr_samples_unite(void *const *shared, size_t n_runs);

/* Lays out axes that have room for the samples, with the labels that the setting has, or else a and b
 * as the post called them, or with two inputs a₁ and a₂, if `labelled`. */
tr_status tr_samples_lay_out(const tr_samples *samples, const tr_panel_setting *setting,
                             bool labelled, tr_axes *axes, tr_axes_content *content, tr_diag *diag);

/* How many pixels around the axes dots may take. */
double tr_samples_margin(const tr_style *style);

tr_status tr_samples_draw(const tr_samples *samples, const tr_axes *axes, const tr_style *style,
                          const tr_theme *theme, cairo_t *cr, tr_diag *diag);

#endif
