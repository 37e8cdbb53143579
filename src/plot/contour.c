#include "contour.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

/* Heights below this share of the highest one get no level of their own. */
#define SMALLEST_SHARE 1e-4

enum { FEWEST_LEVELS = 5, LONGEST_STRAIGHT = 64 /* points that one line may stand for */ };

/* The grid with a border of nodes around it that are above every level, so that all outlines close.
 * Node (i, j) of it is node (i - 1, j - 1) of the grid; cell (i, j) is the square of the nodes from
 * (i, j) to (i + 1, j + 1). */
typedef struct field {
    const double *heights;
    int columns;
    int rows;
    double level;
} field;

typedef struct cell {
    int i;
    int j;
} cell;

static double height_at(const field *f, int i, int j) {
    if (i < 1 || j < 1 || i > f->columns || j > f->rows)
        return INFINITY;
    double height = f->heights[(size_t)(j - 1) * (size_t)f->columns + (size_t)(i - 1)];
    return isfinite(height) ? height : INFINITY;
}

/* Corners of a cell, counterclockwise; edge e joins the corners e and e + 1. */
static const int corner_i[4] = {0, 1, 1, 0};
static const int corner_j[4] = {0, 0, 1, 1};
/* The cell on the other side of each edge. */
static const int next_i[4] = {0, 1, 0, -1};
static const int next_j[4] = {-1, 0, 1, 0};

static double corner_height(const field *f, cell at, int corner) {
    return height_at(f, at.i + corner_i[corner % 4], at.j + corner_j[corner % 4]);
}

static bool is_below(const field *f, cell at, int corner) {
    return corner_height(f, at, corner) < f->level;
}

/* An outline comes in through an edge with its first corner below the level and its second one not,
 * and leaves through one where it is the other way round. */
static int edge_out(const field *f, cell at, int edge_in) {
    bool facing = is_below(f, at, edge_in + 2);
    if (facing && !is_below(f, at, edge_in + 3)) {
        double mean = 0;
        for (int corner = 0; corner < 4; corner++)
            mean += corner_height(f, at, corner) / 4;
        return mean < f->level ? (edge_in + 1) % 4 : (edge_in + 3) % 4;
    }
    if (facing)
        return (edge_in + 1) % 4;
    return is_below(f, at, edge_in + 3) ? (edge_in + 2) % 4 : (edge_in + 3) % 4;
}

static double clamp(double value, int highest) {
    return value < 0 ? 0 : value > highest ? highest : value;
}

/* Where the level is reached on an edge whose first corner is below it. From the nodes around the grid
 * that is the grid's border. */
static tr_point crossing(const field *f, cell at, int edge) {
    int to = (edge + 1) % 4;
    double below = corner_height(f, at, edge);
    double above = corner_height(f, at, to);
    double share = isfinite(above) ? (f->level - below) / (above - below) : 0;
    double x = at.i - 1 + corner_i[edge] + share * (corner_i[to] - corner_i[edge]);
    double y = at.j - 1 + corner_j[edge] + share * (corner_j[to] - corner_j[edge]);
    return (tr_point){clamp(x, f->columns - 1), clamp(y, f->rows - 1)};
}

bool tr_contour_on_border(tr_point from, tr_point to, int columns, int rows) {
    double right = columns - 1;
    double top = rows - 1;
    return (from.x == 0 && to.x == 0) || (from.x == right && to.x == right) ||
           (from.y == 0 && to.y == 0) || (from.y == top && to.y == top);
}

/* Along the border only the corners matter. */
static void add_point(const field *f, tr_contour *contour, size_t begin, tr_point point) {
    tr_point *points = contour->points;
    size_t count = contour->n_points;
    if (count > begin && points[count - 1].x == point.x && points[count - 1].y == point.y)
        return;
    if (count > begin + 1) {
        tr_point before = points[count - 2];
        tr_point last = points[count - 1];
        bool straight = (before.x == point.x && last.x == point.x) ||
                        (before.y == point.y && last.y == point.y);
        if (straight && tr_contour_on_border(before, point, f->columns, f->rows)) {
            points[count - 1] = point;
            return;
        }
    }
    points[contour->n_points++] = point;
}

/* Follows the outline that comes into the cell from below it. */
static void trace_loop(const field *f, cell start, unsigned char *seen, tr_contour *contour) {
    size_t begin = contour->n_points;
    cell at = start;
    int edge = 0;
    do {
        if (edge == 0)
            seen[(size_t)at.j * (size_t)(f->columns + 1) + (size_t)at.i] = 1;
        add_point(f, contour, begin, crossing(f, at, edge));
        int out = edge_out(f, at, edge);
        at = (cell){at.i + next_i[out], at.j + next_j[out]};
        edge = (out + 2) % 4;
    } while (at.i != start.i || at.j != start.j || edge != 0);
    if (contour->n_points - begin < 3)
        contour->n_points = begin; /* a single node in a corner of the grid has no area */
    else
        contour->ends[contour->n_loops++] = contour->n_points;
}

tr_status tr_contour_trace(tr_contour *contour, const double *heights, int columns, int rows,
                           double level, tr_diag *diag) {
    const field f = {heights, columns, rows, level};
    size_t n_cells = (size_t)(columns + 1) * (size_t)(rows + 1);
    unsigned char *seen = tr_alloc_array(n_cells, 1);
    *contour = (tr_contour){.points = tr_alloc_array(2 * n_cells, sizeof *contour->points),
                            .ends = tr_alloc_array(n_cells, sizeof *contour->ends)};
    if (!seen || !contour->points || !contour->ends) {
        free(seen);
        return tr_fail_memory(diag, "contours");
    }
    /* Every loop goes up through the lower edge of some cell. */
    for (int j = 0; j <= rows; j++)
        for (int i = 0; i <= columns; i++) {
            cell at = {i, j};
            if (!seen[(size_t)j * (size_t)(columns + 1) + (size_t)i] && is_below(&f, at, 0) &&
                !is_below(&f, at, 1))
                trace_loop(&f, at, seen, contour);
        }
    free(seen);
    tr_point *points = realloc(contour->points, (contour->n_points + 1) * sizeof *points);
    contour->points = points ? points : contour->points;
    size_t *ends = realloc(contour->ends, (contour->n_loops + 1) * sizeof *ends);
    contour->ends = ends ? ends : contour->ends;
    return TR_OK;
}

void tr_contour_clear(tr_contour *contour) {
    free(contour->points);
    free(contour->ends);
    *contour = (tr_contour){0};
}

/* Whether all points between these two are close to the line from one to the other. */
static bool is_straight(const tr_point *points, size_t from, size_t to, double tolerance) {
    double x = points[to].x - points[from].x;
    double y = points[to].y - points[from].y;
    double length = sqrt(x * x + y * y);
    for (size_t i = from + 1; i < to; i++) {
        double dx = points[i].x - points[from].x;
        double dy = points[i].y - points[from].y;
        double along = dx * x + dy * y;
        if (fabs(dx * y - dy * x) > tolerance * length || along < 0 || along > length * length)
            return false;
    }
    return true;
}

/* Simplifies points `begin` to `end` to where `kept` points are already. The first and the last stay. */
static size_t simplify_loop(tr_point *points, size_t begin, size_t end, size_t kept, int columns,
                            int rows, double tolerance) {
    size_t from = begin;
    points[kept++] = points[begin];
    while (from + 1 < end) {
        size_t to = from + 1;
        while (to + 1 < end && to - from < LONGEST_STRAIGHT &&
               tr_contour_on_border(points[to - 1], points[to], columns, rows) ==
                   tr_contour_on_border(points[to], points[to + 1], columns, rows) &&
               is_straight(points, from, to + 1, tolerance))
            to++;
        points[kept++] = points[to];
        from = to;
    }
    return kept;
}

void tr_contour_simplify(tr_contour *contour, int columns, int rows, double tolerance) {
    size_t kept = 0;
    for (size_t loop = 0, begin = 0; loop < contour->n_loops; loop++) {
        size_t end = contour->ends[loop];
        kept = simplify_loop(contour->points, begin, end, kept, columns, rows, tolerance);
        contour->ends[loop] = kept;
        begin = end;
    }
    contour->n_points = kept;
}

/* A power of ten without a library's pow(), whose last bit differs; exact up to 1e22. */
static double power_of_ten(int exponent) {
    double power = 1;
    for (int i = 0; i < abs(exponent); i++)
        power *= 10;
    return exponent < 0 ? 1 / power : power;
}

/* multiple * 10^exponent, rounded once where that is possible. */
static double decimal(double multiple, int exponent) {
    return exponent < 0 ? multiple / power_of_ten(-exponent) : multiple * power_of_ten(exponent);
}

/* The largest exponent with 10^exponent <= value, for a value above 0. */
static int decade_below(double value) {
    int exponent = 0;
    while (exponent < 308 && power_of_ten(exponent + 1) <= value)
        exponent++;
    while (exponent > -308 && power_of_ten(exponent) > value)
        exponent--;
    return exponent;
}

/* Levels at `multiples` of every `stride`-th power of ten; as many as there are, though only the first
 * TR_MAX_LEVELS of them are written. */
static int levels_in_decades(double lowest, double highest, const double *multiples,
                             int n_multiples, int stride, double *levels) {
    int count = 0;
    int first = decade_below(lowest);
    int last = decade_below(highest);
    for (int exponent = first; exponent <= last; exponent++) {
        if (exponent % stride)
            continue;
        for (int i = 0; i < n_multiples; i++) {
            double level = decimal(multiples[i], exponent);
            if (level <= lowest || level >= highest)
                continue;
            if (count < TR_MAX_LEVELS)
                levels[count] = level;
            count++;
        }
    }
    return count;
}

static int geometric_levels(double lowest, double highest, double *levels) {
    static const struct {
        int stride;
        int n_multiples;
        double multiples[10];
    } series[] = {{1, 10, {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}},
                  {1, 6, {1, 1.5, 2, 3, 5, 7}},
                  {1, 3, {1, 2, 5}},
                  {1, 2, {1, 3}},
                  {1, 1, {1}}};
    for (size_t i = 0; i < sizeof series / sizeof *series; i++) {
        int count = levels_in_decades(lowest, highest, series[i].multiples, series[i].n_multiples,
                                      series[i].stride, levels);
        if (count <= TR_MAX_LEVELS)
            return count;
    }
    return 0;
}

static int even_levels(double lowest, double highest, double *levels) {
    static const double multiples[] = {1, 2, 5};
    double range = highest - lowest;
    /* what labels could not tell apart has no levels */
    if (!isfinite(range) || range < 1e-290 || range < 1e-9 * fmax(fabs(lowest), fabs(highest)))
        return 0;
    int exponent = decade_below(range) - 1;
    for (int i = 0;; i++) {
        double multiple = multiples[i % 3];
        int power = exponent + i / 3;
        double step = decimal(multiple, power);
        double first = floor(lowest / step) + 1;
        double last = ceil(highest / step) - 1;
        if (!(last - first < TR_MAX_LEVELS))
            continue;
        int count = 0;
        for (double n = first; n <= last; n++) {
            double level = decimal(n * multiple, power);
            if (level > lowest && level < highest)
                levels[count++] = level;
        }
        return count;
    }
}

int tr_contour_levels(double lowest, double highest, double levels[TR_MAX_LEVELS]) {
    if (!isfinite(lowest) || !isfinite(highest) || lowest >= highest)
        return 0;
    if (lowest >= 0) {
        double from = fmax(lowest, SMALLEST_SHARE * highest);
        int count = from > 0 ? geometric_levels(from, highest, levels) : 0;
        if (count >= FEWEST_LEVELS)
            return count;
    }
    return even_levels(lowest, highest, levels);
}
