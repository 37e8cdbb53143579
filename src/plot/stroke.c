#include "stroke.h"

#include "blend.h"

#include <math.h>
#include <stdbool.h>

/* A piece, in the coordinates along the line and across it. */
typedef struct stroke_leg {
    tr_point start;
    double x_unit; /* the direction, of length 1 */
    double y_unit;
    double x_per_unit; /* 1 / x_unit, and */
    double x_per_distance;
    double length;
    double reach;     /* how far from the middle of the line the centre of a pixel may be */
    bool joins_start; /* another leg is there: a round join rather than a butt cap */
    bool joins_end;
    tr_pixel_box box; /* that it is in */
} stroke_leg;

static double clamp(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

/* The first pixel, from `low` on, whose centre is not before `position`, but at most `high`; `low` for
 * what is not a number. Neither is negative, and ceil() would be a call. */
static int first_center(double position, int low, int high) {
    double edge = position - 0.5;
    if (!(edge > low))
        return low;
    if (edge >= high)
        return high;
    int pixel = (int)edge;
    return pixel + (edge > pixel);
}

static bool is_joined(const tr_line_piece *before, const tr_line_piece *after) {
    return before->to.x == after->from.x && before->to.y == after->from.y;
}

static stroke_leg find_leg(const tr_line_piece *pieces, size_t n_pieces, size_t i,
                           double line_width, const tr_pixel_box *clip) {
    const tr_line_piece *piece = &pieces[i];
    const tr_point from = tr_point_snap(piece->from);
    const tr_point to = tr_point_snap(piece->to);
    double x = to.x - from.x;
    double y = to.y - from.y;
    double length = sqrt(x * x + y * y);
    double reach = line_width / 2 + 0.5;
    return (stroke_leg){
        .start = from,
        .x_unit = x / length,
        .y_unit = y / length,
        .x_per_unit = length / x,
        .x_per_distance = -length / y,
        .length = length,
        .reach = reach,
        .joins_start = i > 0 && is_joined(&pieces[i - 1], piece),
        .joins_end = i + 1 < n_pieces && is_joined(piece, &pieces[i + 1]),
        .box = {.left = first_center(fmin(from.x, to.x) - reach, clip->left, clip->right),
                .top = first_center(fmin(from.y, to.y) - reach, clip->top, clip->bottom),
                .right = first_center(fmax(from.x, to.x) + reach, clip->left, clip->right),
                .bottom = first_center(fmax(from.y, to.y) + reach, clip->top, clip->bottom)}};
}

/* The pixels of a row where what is `value + x * slope` is between `low` and `high`, with the run that
 * is 1 / slope: the first, and the one after the last. */
static int find_pixels(const stroke_leg *leg, double value, double run, double low, double high,
                       int *end) {
    double left = ((run > 0 ? low : high) - value) * run;
    double right = ((run > 0 ? high : low) - value) * run;
    if (isinf(run)) { /* all or none */
        left = value >= low && value <= high ? -INFINITY : INFINITY;
        right = INFINITY;
    }
    *end = first_center(right, leg->box.left, leg->box.right);
    return first_center(left, leg->box.left, leg->box.right);
}

/* The part of a pixel that the leg covers, from 0 to 1, of one near an end. */
static double measure_coverage(const stroke_leg *leg, double position, double distance) {
    double coverage = clamp(leg->reach - fabs(distance), 0, 1);
    double beyond = position - leg->length;
    if (position < 0.5 && !leg->joins_start)
        coverage *= clamp(position + 0.5, 0, 1);
    else if (position < 0 && leg->joins_start)
        coverage = clamp(leg->reach - sqrt(position * position + distance * distance), 0, 1);
    if (beyond > -0.5 && !leg->joins_end)
        coverage *= clamp(0.5 - beyond, 0, 1);
    else if (beyond > 0 && leg->joins_end)
        coverage = clamp(leg->reach - sqrt(beyond * beyond + distance * distance), 0, 1);
    return coverage;
}

/* Pixels that two legs cover get the larger coverage, as these overlap at joins. */
static void cover_ends(const stroke_leg *leg, uint8_t *row, int first, int end, double y) {
    for (int pixel = first; pixel < end; pixel++) {
        double x = pixel + 0.5 - leg->start.x;
        double part = measure_coverage(leg, x * leg->x_unit + y * leg->y_unit,
                                       y * leg->x_unit - x * leg->y_unit);
        uint8_t covered = (uint8_t)(part * 255 + 0.5);
        row[pixel] = covered > row[pixel] ? covered : row[pixel];
    }
}

/* Likewise where the ends do not matter. */
static void cover_body(const stroke_leg *leg, uint8_t *row, int first, int end, double y) {
    double x = first + 0.5 - leg->start.x;
    float distance = (float)(y * leg->x_unit - x * leg->y_unit);
    float step = (float)-leg->y_unit;
    float reach = (float)leg->reach;
    uint8_t *at = row + first;
    for (int i = 0; i < end - first; i++) {
        float part = reach - fabsf(distance + (float)i * step);
        part = part < 0 ? 0 : part;
        part = part > 1 ? 1 : part;
        uint8_t covered = (uint8_t)(int)(part * 255 + 0.5F);
        at[i] = covered > at[i] ? covered : at[i];
    }
}

typedef void (*visit_fn)(const stroke_leg *leg, const tr_stroke_target *target, int row, int first,
                         int end, uint32_t color);

/* The pixels of a row that are so far from the ends of the leg that these do not matter. */
static int find_body(const stroke_leg *leg, double y, int first, int end, int *body_end) {
    double at_left = y * leg->y_unit - leg->start.x * leg->x_unit;
    double from = at_left + (first + 0.5) * leg->x_unit;
    double to = at_left + (end - 0.5) * leg->x_unit;
    double high = leg->length - 0.5;
    *body_end = end;
    if (from >= 0.5 && from <= high && to >= 0.5 && to <= high)
        return first;
    if (leg->length <= 1)
        return end;
    int body = find_pixels(leg, at_left, leg->x_per_unit, 0.5, high, body_end);
    body = body > first ? body : first;
    *body_end = *body_end < end ? *body_end : end;
    return body < *body_end ? body : (*body_end = end);
}

static void cover_row(const stroke_leg *leg, const tr_stroke_target *target, int row, int first,
                      int end, uint32_t color) {
    (void)color;
    uint8_t *coverage = target->coverage + (size_t)row * target->coverage_stride;
    double y = row + 0.5 - leg->start.y;
    int body_end;
    int body = find_body(leg, y, first, end, &body_end);
    if (first < body)
        cover_ends(leg, coverage, first, body, y);
    if (body < body_end)
        cover_body(leg, coverage, body, body_end, y);
    if (body_end < end)
        cover_ends(leg, coverage, body_end, end, y);
}

static void paint_row(const stroke_leg *leg, const tr_stroke_target *target, int row, int first,
                      int end, uint32_t color) {
    (void)leg;
    uint8_t *coverage = target->coverage + (size_t)row * target->coverage_stride;
    uint32_t *pixels = target->pixels + (size_t)row * target->pixel_stride;
    for (int i = first; i < end; i++)
        pixels[i] = tr_blend(color, pixels[i], coverage[i]);
    for (int i = first; i < end; i++)
        coverage[i] = 0;
}

static void visit_rows(const tr_stroke_target *target, const tr_line_piece *pieces, size_t n_pieces,
                       double line_width, uint32_t color, visit_fn visit) {
    for (size_t i = 0; i < n_pieces; i++) {
        const stroke_leg leg = find_leg(pieces, n_pieces, i, line_width, &target->clip);
        for (int row = leg.box.top; row < leg.box.bottom; row++) {
            double at_left = (row + 0.5 - leg.start.y) * leg.x_unit + leg.start.x * leg.y_unit;
            int end;
            int first = find_pixels(&leg, at_left, leg.x_per_distance, -leg.reach, leg.reach, &end);
            if (first < end)
                visit(&leg, target, row, first, end, color);
        }
    }
}

void tr_stroke(const tr_stroke_target *target, const tr_line_piece *pieces, size_t n_pieces,
               double line_width, uint32_t color) {
    visit_rows(target, pieces, n_pieces, line_width, color, cover_row);
    visit_rows(target, pieces, n_pieces, line_width, color, paint_row);
}
