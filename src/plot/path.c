#include "path.h"

#include "alloc.h"
#include "bisect.h"
#include "diag.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

tr_status tr_path_init(tr_path *path, double x_unit, double y_unit, double tolerance,
                       tr_diag *diag) {
    *path = (tr_path){.points = tr_alloc_array(TR_MAX_PATH_POINTS, sizeof *path->points),
                      .x_unit = x_unit,
                      .y_unit = y_unit,
                      .tolerance = tolerance};
    return path->points ? TR_OK : tr_fail_memory(diag, "the path of the training");
}

void tr_path_clear(tr_path *path) {
    free(path->points);
    *path = (tr_path){0};
}

static bool is_apart(const tr_path *path, const tr_path_point *from, const tr_path_point *to) {
    double x = (to->x - from->x) / path->x_unit;
    double y = (to->y - from->y) / path->y_unit;
    return x * x + y * y > path->tolerance * path->tolerance;
}

static void thin_out(tr_path *path) {
    size_t kept = 1;
    path->tolerance *= 2;
    for (size_t i = 1; i < path->n_points; i++)
        if (is_apart(path, &path->points[kept - 1], &path->points[i]))
            path->points[kept++] = path->points[i];
    path->n_points = kept;
}

void tr_path_add(tr_path *path, uint64_t iteration, double x, double y) {
    const tr_path_point point = {iteration, x, y};
    if (!isfinite(x) || !isfinite(y))
        return;
    if (path->n_points && !is_apart(path, &path->points[path->n_points - 1], &point))
        return;
    path->points[path->n_points++] = point;
    while (path->n_points == TR_MAX_PATH_POINTS)
        thin_out(path);
}

size_t tr_path_points_up_to(const tr_path *path, uint64_t iteration) {
    return tr_count_up_to(path->points, path->n_points, sizeof *path->points, iteration);
}
