#include "polyline.h"

#include <math.h>
#include <stdbool.h>

tr_point tr_point_snap(tr_point point) {
    return (tr_point){floor(point.x * 256 + 0.5) / 256, floor(point.y * 256 + 0.5) / 256};
}

/* From a kept point, the slopes of all lines that pass within the tolerance of every point since form
 * an interval. As long as the next point lies in it, everything before the next point may go. */
size_t tr_polyline_simplify(tr_point *points, size_t count, double tolerance) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(points[i].y))
            return count;
    if (count < 3)
        return count;
    size_t kept = 1; /* points[kept - 1] is where the current straight piece begins */
    double lowest = -INFINITY;
    double highest = INFINITY;
    for (size_t i = 1; i < count; i++) {
        tr_point start = points[kept - 1];
        double run = points[i].x - start.x;
        double slope = (points[i].y - start.y) / run;
        if (slope < lowest || slope > highest) {
            points[kept++] = points[i - 1];
            start = points[i - 1];
            run = points[i].x - start.x;
            lowest = -INFINITY;
            highest = INFINITY;
        }
        /* comparisons, as fmax and fmin are calls; of two points at one place no slope counts */
        double low = (points[i].y - tolerance - start.y) / run;
        double high = (points[i].y + tolerance - start.y) / run;
        lowest = low > lowest ? low : lowest;
        highest = high < highest ? high : highest;
    }
    points[kept++] = points[count - 1];
    return kept;
}

size_t tr_polyline_find(const tr_point *points, size_t count, double x) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points[middle].x < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t tr_polyline_select(const tr_point *points, size_t count, size_t shown, double left,
                          double right, size_t *first) {
    size_t end = tr_polyline_find(points, count, right) + 1;
    *first = tr_polyline_find(points, count, left);
    *first -= *first > 0;
    end = end < shown ? end : shown;
    return end > *first ? end - *first : 0;
}

static bool clip(tr_point *from, tr_point *to, double top, double bottom) {
    double rise = to->y - from->y;
    double begin = 0;
    double end = 1;
    if (rise == 0)
        return from->y >= top && from->y <= bottom;
    double at_top = (top - from->y) / rise;
    double at_bottom = (bottom - from->y) / rise;
    begin = fmax(begin, fmin(at_top, at_bottom));
    end = fmin(end, fmax(at_top, at_bottom));
    if (begin >= end)
        return false;
    tr_point origin = *from;
    double run = to->x - origin.x;
    if (end < 1)
        *to = (tr_point){origin.x + end * run, fmin(fmax(origin.y + end * rise, top), bottom)};
    if (begin > 0)
        *from =
            (tr_point){origin.x + begin * run, fmin(fmax(origin.y + begin * rise, top), bottom)};
    return true;
}

size_t tr_polyline_clip(const tr_point *points, size_t count, double top, double bottom,
                        tr_line_piece *pieces) {
    size_t n_pieces = 0;
    for (size_t i = 1; i < count; i++) {
        tr_line_piece piece = {points[i - 1], points[i]};
        if (isfinite(piece.from.y) && isfinite(piece.to.y) &&
            clip(&piece.from, &piece.to, top, bottom))
            pieces[n_pieces++] = piece;
    }
    return n_pieces;
}
