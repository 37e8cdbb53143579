#include "landscape.h"

#include "alloc.h"
#include "diag.h"
#include "replay.h"
#include "surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 0.25         /* around the path, in its extents */
#define NARROWEST 0.3       /* extent of a side, in that of the other */
#define PATH_TOLERANCE 0.35 /* pixels, as is the next */
#define OUTLINE_TOLERANCE 0.07

enum {
    NODES = 61, /* in each direction, that the loss is evaluated at */
    FINENESS = (TR_LANDSCAPE_NODES - 1) / (NODES - 1),
    MOST_SAMPLES = 2000,
    FEWEST_SAMPLES = 16,
    MOST_ROW_VALUES = 1 << 24 /* of the snapshots that principal components are found from */
};

static const double most_products = 1e9; /* of parameters and samples, in all evaluations */

typedef struct reader {
    tr_landscape *landscape;
    double x_low;
    double x_high;
    double y_low;
    double y_high;
} reader;

static bool is_planar(const tr_landscape *landscape) {
    return landscape->n_params == 2;
}

tr_point tr_landscape_locate(const tr_landscape *landscape, const float *params) {
    double along[2];
    if (is_planar(landscape))
        return (tr_point){(double)params[0], (double)params[1]};
    tr_principal_project(&landscape->components, landscape->origin, params, along);
    return (tr_point){along[0], along[1]};
}

static tr_point from_share(const tr_landscape *landscape, double x, double y) {
    return (tr_point){landscape->x_low + x * (landscape->x_high - landscape->x_low),
                      landscape->y_low + y * (landscape->y_high - landscape->y_low)};
}

tr_point tr_landscape_from_grid(const tr_landscape *landscape, tr_point point) {
    return from_share(landscape, point.x / (TR_LANDSCAPE_NODES - 1),
                      point.y / (TR_LANDSCAPE_NODES - 1));
}

static bool are_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* ---- the plane ---- */

/* Reads evenly chosen snapshots, the first and the last among them; those with a parameter that is not
 * finite are left out. */
static tr_status read_rows(const tr_recording *recording, size_t n_params, float *rows,
                           size_t wanted, size_t *n_rows, tr_diag *diag) {
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    *n_rows = 0;
    for (size_t i = 0; i < wanted; i++) {
        double share = wanted > 1 ? (double)i / (double)(wanted - 1) : 0;
        uint64_t index =
            i + 1 == wanted ? n_snapshots - 1 : (uint64_t)(share * (double)(n_snapshots - 1));
        float *row = rows + *n_rows * n_params;
        tr_snapshot snapshot;
        tr_status status = tr_recording_read(recording, index, 1, &snapshot, row, diag);
        if (status)
            return status;
        *n_rows += are_finite(row, n_params);
    }
    return TR_OK;
}

static tr_status find_plane(tr_landscape *landscape, const tr_recording *recording, tr_diag *diag) {
    size_t n_params = landscape->n_params;
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    size_t wanted = MOST_ROW_VALUES / n_params;
    wanted = wanted < 2 ? 2 : wanted > TR_MAX_PRINCIPAL_ROWS ? TR_MAX_PRINCIPAL_ROWS : wanted;
    wanted = n_snapshots < wanted ? (size_t)n_snapshots : wanted;
    size_t n_rows = 0;
    float *rows = tr_alloc_array(n_params, wanted * sizeof *rows);
    if (!rows)
        return tr_fail_memory(diag, "principal components");
    tr_status status = read_rows(recording, n_params, rows, wanted, &n_rows, diag);
    if (!status && n_rows == 0) {
        memset(rows, 0, n_params * sizeof *rows);
        n_rows = 1;
    }
    if (!status) {
        memcpy(landscape->origin, rows + (n_rows - 1) * n_params, n_params * sizeof *rows);
        status = tr_principal_find(&landscape->components, rows, n_rows, n_params, diag);
    }
    free(rows);
    return status;
}

/* ---- the path ---- */

static tr_status measure_path(const tr_snapshot *snapshot, void *context) {
    reader *r = context;
    tr_point at = tr_landscape_locate(r->landscape, snapshot->params);
    if (!isfinite(at.x) || !isfinite(at.y))
        return TR_OK;
    r->x_low = fmin(r->x_low, at.x);
    r->x_high = fmax(r->x_high, at.x);
    r->y_low = fmin(r->y_low, at.y);
    r->y_high = fmax(r->y_high, at.y);
    return TR_OK;
}

static tr_status add_to_path(const tr_snapshot *snapshot, void *context) {
    reader *r = context;
    tr_point at = tr_landscape_locate(r->landscape, snapshot->params);
    tr_path_add(&r->landscape->path, snapshot->iteration, at.x, at.y);
    return TR_OK;
}

/* Widens a side to at least `extent`, and so that float32 has enough values in it, and adds the
 * margins. */
static void widen(double *low, double *high, double extent) {
    double middle = *low + (*high - *low) / 2;
    extent = fmax(extent, 1e-4 * fmax(fabs(*low), fabs(*high)));
    double half = fmax(*high - *low, extent) * (0.5 + MARGIN);
    *low = middle - half;
    *high = middle + half;
}

/* The part of the plane that the path takes, with margins; where it does not move, one around it. */
static void choose_part(tr_landscape *landscape, const reader *r) {
    double x_extent = r->x_high - r->x_low;
    double y_extent = r->y_high - r->y_low;
    double smallest = NARROWEST * fmax(x_extent, y_extent);
    if (!(x_extent >= 0 && isfinite(x_extent + y_extent))) {
        landscape->x_low = landscape->y_low = -1;
        landscape->x_high = landscape->y_high = 1;
        return;
    }
    if (smallest == 0)
        smallest = fmax(1, fmax(fabs(r->x_low), fabs(r->y_low)));
    landscape->x_low = r->x_low;
    landscape->x_high = r->x_high;
    landscape->y_low = r->y_low;
    landscape->y_high = r->y_high;
    widen(&landscape->x_low, &landscape->x_high, smallest);
    widen(&landscape->y_low, &landscape->y_high, smallest);
}

static tr_status measure(tr_landscape *landscape, const tr_recording *recording, tr_diag *diag) {
    reader r = {.landscape = landscape,
                .x_low = INFINITY,
                .x_high = -INFINITY,
                .y_low = INFINITY,
                .y_high = -INFINITY};
    tr_status status = tr_replay(recording, landscape->n_params, measure_path, &r, diag);
    if (!status)
        choose_part(landscape, &r);
    return status;
}

static tr_status read_path(tr_landscape *landscape, const tr_recording *recording, double width,
                           double height, tr_diag *diag) {
    reader r = {.landscape = landscape};
    double x_unit = (landscape->x_high - landscape->x_low) / width;
    double y_unit = (landscape->y_high - landscape->y_low) / height;
    tr_status status = tr_path_init(&landscape->path, x_unit, y_unit, PATH_TOLERANCE, diag);
    if (!status)
        status = tr_replay(recording, landscape->n_params, add_to_path, &r, diag);
    return status;
}

/* ---- the loss ---- */

/* Evenly chosen samples. */
static tr_status choose_samples(tr_dataset **chosen, const tr_dataset *all, size_t n_params,
                                tr_diag *diag) {
    double affordable = most_products / ((double)NODES * NODES * (double)n_params);
    double most = fmax(fmin(affordable, MOST_SAMPLES), FEWEST_SAMPLES);
    size_t count = all->n_samples < (size_t)most ? all->n_samples : (size_t)most;
    tr_status status = tr_dataset_create(chosen, count, all->n_inputs, all->n_outputs, diag);
    for (size_t i = 0; !status && i < count; i++) {
        size_t from = (size_t)((uint64_t)i * all->n_samples / count);
        memcpy((*chosen)->x + i * all->n_inputs, all->x + from * all->n_inputs,
               all->n_inputs * sizeof *all->x);
        memcpy((*chosen)->y + i * all->n_outputs, all->y + from * all->n_outputs,
               all->n_outputs * sizeof *all->y);
    }
    return status;
}

static void set_params(const tr_landscape *landscape, tr_point at, float *params) {
    if (is_planar(landscape)) {
        params[0] = (float)at.x;
        params[1] = (float)at.y;
        return;
    }
    const tr_principal *components = &landscape->components;
    for (size_t i = 0; i < landscape->n_params; i++)
        params[i] = (float)((double)landscape->origin[i] + at.x * components->directions[0][i] +
                            at.y * components->directions[1][i]);
}

static tr_status evaluate_loss(const tr_landscape *landscape, const tr_panel_source *source,
                               double *heights, tr_diag *diag) {
    tr_dataset *dataset = NULL;
    tr_evaluator *evaluator = NULL;
    float *params = tr_alloc_array(landscape->n_params, sizeof *params);
    tr_status status = params ? TR_OK : tr_fail_memory(diag, "the landscape");
    if (!status)
        status = choose_samples(&dataset, source->dataset, landscape->n_params, diag);
    if (!status)
        status = tr_evaluator_create(&evaluator, source->network, dataset, diag);
    for (int j = 0; !status && j < NODES; j++)
        for (int i = 0; i < NODES; i++) {
            set_params(landscape, from_share(landscape, i / (NODES - 1.0), j / (NODES - 1.0)),
                       params);
            heights[j * NODES + i] = (double)tr_evaluator_loss(evaluator, source->loss, params);
        }
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&dataset);
    free(params);
    return status;
}

/* No loss is below 0, though what is interpolated between two of them may be. */
static void find_range(double *heights, size_t count, double *lowest, double *highest) {
    *lowest = INFINITY;
    *highest = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        heights[i] = heights[i] < 0 ? 0 : heights[i];
        if (isfinite(heights[i])) {
            *lowest = fmin(*lowest, heights[i]);
            *highest = fmax(*highest, heights[i]);
        }
    }
}

static tr_status trace_levels(tr_landscape *landscape, const double *evaluated, double width,
                              double height, tr_diag *diag) {
    enum { FINE = TR_LANDSCAPE_NODES };
    double lowest, highest;
    double tolerance = OUTLINE_TOLERANCE * (FINE - 1) / fmax(width, height);
    double *heights = tr_alloc_array((size_t)FINE * FINE, sizeof *heights);
    if (!heights)
        return tr_fail_memory(diag, "the landscape");
    tr_status status = tr_surface_refine(evaluated, NODES, NODES, FINENESS, heights, diag);
    if (!status) {
        find_range(heights, (size_t)FINE * FINE, &lowest, &highest);
        landscape->n_levels = tr_contour_levels(lowest, highest, landscape->levels);
    }
    for (int i = 0; !status && i < landscape->n_levels; i++) {
        status = tr_contour_trace(&landscape->regions[i], heights, FINE, FINE, landscape->levels[i],
                                  diag);
        if (!status)
            tr_contour_simplify(&landscape->regions[i], FINE, FINE, tolerance);
    }
    free(heights);
    return status;
}

static tr_status find_part(tr_landscape *landscape, const tr_recording *recording, tr_diag *diag) {
    landscape->origin = tr_alloc_array(landscape->n_params, sizeof *landscape->origin);
    if (!landscape->origin)
        return tr_fail_memory(diag, "the landscape");
    tr_status status = is_planar(landscape) ? TR_OK : find_plane(landscape, recording, diag);
    return status ? status : measure(landscape, recording, diag);
}

tr_status tr_landscape_create(tr_landscape **out, const tr_panel_source *source, tr_diag *diag) {
    uint64_t last;
    *out = NULL;
    tr_status status = tr_replay_last_iteration(source->recording, &last, diag);
    if (status)
        return status; /* such as an empty recording */
    tr_landscape *landscape = tr_alloc_array(1, sizeof *landscape);
    if (!landscape)
        return tr_fail_memory(diag, "the landscape");
    landscape->n_params = tr_network_n_params(source->network);
    landscape->diverged = source->diverged_at;
    status = find_part(landscape, source->recording, diag);
    if (status)
        tr_landscape_destroy(&landscape);
    *out = landscape;
    return status;
}

bool tr_landscape_unite(tr_landscape *const *landscapes, size_t count) {
    bool all_diverged = true;
    tr_landscape part = {
        .x_low = INFINITY, .x_high = -INFINITY, .y_low = INFINITY, .y_high = -INFINITY};
    for (size_t i = 0; i < count; i++) {
        if (!is_planar(landscapes[i]))
            return false;
        all_diverged = all_diverged && landscapes[i]->diverged;
    }
    for (size_t i = 0; i < count; i++) {
        const tr_landscape *landscape = landscapes[i];
        if (landscape->diverged && !all_diverged)
            continue; /* its path would be all that is seen */
        part.x_low = fmin(part.x_low, landscape->x_low);
        part.x_high = fmax(part.x_high, landscape->x_high);
        part.y_low = fmin(part.y_low, landscape->y_low);
        part.y_high = fmax(part.y_high, landscape->y_high);
    }
    for (size_t i = 0; i < count; i++) {
        landscapes[i]->x_low = part.x_low;
        landscapes[i]->x_high = part.x_high;
        landscapes[i]->y_low = part.y_low;
        landscapes[i]->y_high = part.y_high;
    }
    return true;
}

tr_status tr_landscape_complete(tr_landscape *landscape, const tr_panel_source *source,
                                double width, double height, tr_diag *diag) {
    double *heights = tr_alloc_array((size_t)NODES * NODES, sizeof *heights);
    tr_status status = heights ? TR_OK : tr_fail_memory(diag, "the landscape");
    if (!status)
        status = read_path(landscape, source->recording, width, height, diag);
    if (!status)
        status = evaluate_loss(landscape, source, heights, diag);
    if (!status)
        status = trace_levels(landscape, heights, width, height, diag);
    free(heights);
    return status;
}

void tr_landscape_destroy(tr_landscape **handle) {
    tr_landscape *landscape = *handle;
    if (!landscape)
        return;
    for (int i = 0; i < TR_MAX_LEVELS; i++)
        tr_contour_clear(&landscape->regions[i]);
    tr_path_clear(&landscape->path);
    tr_principal_clear(&landscape->components);
    free(landscape->origin);
    free(landscape);
    *handle = NULL;
}
