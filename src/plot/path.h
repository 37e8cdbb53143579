/* The way of a point through a plane, thinned while it is read, so that a run of any length takes a
 * bounded amount of memory. */
#ifndef TR_PLOT_PATH_H
#define TR_PLOT_PATH_H

#include "polyline.h"

#include <stdint.h>
#include <trainreel/status.h>

enum { TR_MAX_PATH_POINTS = 4096 };

typedef struct tr_path_point {
    uint64_t iteration;
    double x;
    double y;
} tr_path_point;

/* Holds the first point, and every one that is further than `tolerance` from the one held before it. */
typedef struct tr_path {
    tr_path_point *points;
    size_t n_points;
    double x_unit; /* distances are measured in these */
    double y_unit;
    double tolerance;
} tr_path;

/* An empty path. The units are above 0; the tolerance doubles whenever the path has grown to
 * TR_MAX_PATH_POINTS. TR_ERROR_MEMORY; the path is to be cleared in any case. */
tr_status tr_path_init(tr_path *path, double x_unit, double y_unit, double tolerance,
                       tr_diag *diag);
void tr_path_clear(tr_path *path);

/* Takes the next point; one that is not finite is left out. */
void tr_path_add(tr_path *path, uint64_t iteration, double x, double y);

/* How many points there are up to that iteration, itself included. */
size_t tr_path_points_up_to(const tr_path *path, uint64_t iteration);

#endif
