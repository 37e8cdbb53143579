/* The loss over a plane through the space of the parameters, and the path that training took through
 * it.
 *
 * Of two parameters the plane is all there is. Of more it is the one through the final parameters along
 * the first two principal components of the path, as in Li et al., "Visualizing the Loss Landscape of
 * Neural Nets", 2018; what lies on the plane is the parameters' projection.
 *
 * The loss is evaluated at 61 x 61 points, and interpolated between them. That is on all data where there
 * are up to 2000 samples, and otherwise on 2000 evenly chosen ones; of a net with more than 130
 * parameters on 270000 divided by their number, but on 16 at least, so that it never takes long. */
#ifndef TR_PLOT_LANDSCAPE_H
#define TR_PLOT_LANDSCAPE_H

#include "contour.h"
#include "panel.h"
#include "path.h"
#include "principal.h"

enum { TR_LANDSCAPE_NODES = 241 /* of the grid of outlines, in each direction */ };

typedef struct tr_landscape {
    size_t n_params;
    float *origin;           /* the final parameters */
    tr_principal components; /* of more than two parameters */
    double x_low;            /* of the part of the plane that is shown */
    double x_high;
    double y_low;
    double y_high;
    bool diverged;
    tr_path path; /* of all iterations */
    int n_levels;
    double levels[TR_MAX_LEVELS];
    tr_contour
        regions[TR_MAX_LEVELS]; /* where the loss is below each level, in units of the grid */
} tr_landscape;

/* Finds the plane from the recording of `source`, and the part of it that is shown. TR_ERROR_ARGUMENT for
 * an empty recording, TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_landscape_create(tr_landscape **landscape, const tr_panel_source *source,
                              tr_diag *diag);
void tr_landscape_destroy(tr_landscape **landscape);

/* Lets the landscapes of several runs show the same part; false if their planes are not the same. */
bool tr_landscape_unite(tr_landscape *const *landscapes, size_t count);

/* Evaluates the loss on that part, and reads the path; width and height are those of the picture, in
 * pixels. TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_landscape_complete(tr_landscape *landscape, const tr_panel_source *source,
                                double width, double height, tr_diag *diag);

/* Where parameters lie on the plane. */
tr_point tr_landscape_locate(const tr_landscape *landscape, const float *params);

/* Where a point of an outline lies on the plane. */
tr_point tr_landscape_from_grid(const tr_landscape *landscape, tr_point point);

#endif
