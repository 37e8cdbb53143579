/* The panel "landscape": contours of the loss, and the path that training took, as far as the snapshot
 * at hand. */
#include "alloc.h"
#include "diag.h"
#include "landscape.h"
#include "lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LEVEL_LABEL_SIZE 0.8 /* of the labels of the axes */
#define PATH_CASING 2.2 /* width of the path with its outline, in line widths, as is the next */
#define DOT_RADIUS 1.9

#define TICKS_ROOM 3.5 /* that an axis is shorter than the panel, in ems */

enum {
    NAME_SIZE = 64,
    N_NAMES = 3,         /* to choose from; the last is none */
    PIECE_POINTS = 128,  /* of the path, that are stroked at once */
    STRONGEST_TINT = 30, /* per cent of the data's colour */
    OUTLINE_TINT = 60
};

typedef struct landscape_panel {
    tr_panel panel;
    tr_panel_setting setting;
    const tr_landscape *landscape;
    tr_axes axes;
    tr_axes_content content;
    char x_label[NAME_SIZE];
    char y_label[NAME_SIZE];
} landscape_panel;

static tr_status prepare_landscape(void **shared, const tr_panel_source *source, double width,
                                   double height, tr_diag *diag) {
    tr_landscape *landscape;
    (void)width, (void)height;
    tr_status status = tr_landscape_create(&landscape, source, diag);
    *shared = landscape;
    return status;
}

static bool unite_landscapes(void *const *shared, size_t n_runs) {
    tr_landscape *landscapes[TR_MOST_COMPARED];
    for (size_t i = 0; i < n_runs; i++)
        landscapes[i] = shared[i];
    return tr_landscape_unite(landscapes, n_runs);
}

static tr_status complete_landscape(void *shared, const tr_panel_source *source, double width,
                                    double height, tr_diag *diag) {
    return tr_landscape_complete(shared, source, width, height, diag);
}

static void release_landscape(void *shared) {
    tr_landscape *landscape = shared;
    tr_landscape_destroy(&landscape);
}

static void destroy_landscape(tr_panel *panel) {
    free(panel);
}

/* The names of an axis, from the longest to the shortest. */
static void write_name(const landscape_panel *panel, int axis, int choice, char name[NAME_SIZE]) {
    const tr_landscape *landscape = panel->landscape;
    int share = (int)(100 * landscape->components.shares[axis] + 0.5);
    if (choice == N_NAMES - 1)
        *name = '\0';
    else if (landscape->n_params == 2)
        tr_network_param_name(panel->setting.source->network, (size_t)axis, name, NAME_SIZE);
    else
        snprintf(name, NAME_SIZE, choice == 0 ? "principal component %d (%d %%)" : "PC %d (%d %%)",
                 axis + 1, share);
}

/* Chooses the longest name that fits beside an axis of a panel that is so long. */
static tr_status name_axis(const landscape_panel *panel, int axis, double length,
                           char name[NAME_SIZE], tr_diag *diag) {
    for (int choice = 0; choice < N_NAMES; choice++) {
        PangoLayout *layout;
        write_name(panel, axis, choice, name);
        tr_status status = tr_text_layout(panel->setting.text, name,
                                          panel->setting.style.label_size, &layout, diag);
        if (status)
            return status;
        bool fits = tr_text_width(layout) <= length - TICKS_ROOM * panel->setting.style.label_size;
        g_object_unref(layout);
        if (fits)
            break;
    }
    return TR_OK;
}

static tr_status create_landscape(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    landscape_panel *panel = tr_alloc_array(1, sizeof *panel);
    if (!panel)
        return tr_fail_memory(diag, "the landscape");
    const tr_landscape *landscape = setting->shared;
    panel->setting = *setting;
    panel->landscape = landscape;
    panel->panel.axes = &panel->axes;
    tr_status status = name_axis(panel, 0, setting->width, panel->x_label, diag);
    if (!status)
        status = name_axis(panel, 1, setting->height, panel->y_label, diag);
    panel->content =
        (tr_axes_content){.x_low = landscape->x_low,
                          .x_high = landscape->x_high,
                          .y_low = landscape->y_low,
                          .y_high = landscape->y_high,
                          .no_x_ticks = setting->no_x_ticks,
                          .no_y_ticks = setting->no_y_ticks,
                          .x_exact = true,
                          .y_exact = true,
                          .x_label = setting->x_label ? setting->x_label : panel->x_label,
                          .y_label = setting->y_label ? setting->y_label : panel->y_label};
    if (!status)
        status = tr_axes_lay_out(&panel->axes, setting->text, &setting->style, &panel->content,
                                 setting->x, setting->y, setting->width, setting->height, diag);
    if (status)
        destroy_landscape(&panel->panel);
    else
        *out = &panel->panel;
    return status;
}

static tr_point to_pixel(const landscape_panel *panel, tr_point grid) {
    tr_point at = tr_landscape_from_grid(panel->landscape, grid);
    return tr_axes_to_pixel(&panel->axes, at.x, at.y);
}

static void fill_region(const landscape_panel *panel, cairo_t *cr, const tr_contour *region) {
    cairo_new_path(cr);
    for (size_t loop = 0, i = 0; loop < region->n_loops; loop++) {
        cairo_new_sub_path(cr);
        for (; i < region->ends[loop]; i++) {
            tr_point at = to_pixel(panel, region->points[i]);
            cairo_line_to(cr, at.x, at.y);
        }
        cairo_close_path(cr);
    }
    cairo_fill(cr);
}

static void stroke_region(const landscape_panel *panel, cairo_t *cr, const tr_contour *region) {
    cairo_new_path(cr);
    for (size_t loop = 0, begin = 0; loop < region->n_loops; begin = region->ends[loop++]) {
        bool joined = false;
        size_t count = region->ends[loop] - begin;
        for (size_t i = 0; i < count; i++) {
            tr_point from = region->points[begin + i];
            tr_point to = region->points[begin + (i + 1) % count];
            if (tr_contour_on_border(from, to, TR_LANDSCAPE_NODES, TR_LANDSCAPE_NODES)) {
                joined = false;
                continue;
            }
            tr_point begin_at = to_pixel(panel, from), end_at = to_pixel(panel, to);
            if (!joined)
                cairo_move_to(cr, begin_at.x, begin_at.y);
            cairo_line_to(cr, end_at.x, end_at.y);
            joined = true;
        }
    }
    cairo_stroke(cr);
}

/* Of the band just above a level, or below the lowest one with -1: the more of the data's colour, the
 * lower the loss. */
static tr_color band_color(const landscape_panel *panel, int level) {
    const tr_theme *theme = &panel->setting.source->theme;
    int n_levels = panel->landscape->n_levels;
    int steps = n_levels - 1 - level;
    return tr_mix_colors(theme->background, theme->data, STRONGEST_TINT * steps,
                         100 * (n_levels + !n_levels));
}

static void clip_to_axes(const landscape_panel *panel, cairo_t *cr) {
    const tr_axes *axes = &panel->axes;
    cairo_rectangle(cr, axes->left, axes->top, axes->right - axes->left, axes->bottom - axes->top);
    cairo_clip(cr);
}

static void draw_bands(const landscape_panel *panel, cairo_t *cr) {
    cairo_save(cr);
    clip_to_axes(panel, cr);
    for (int i = panel->landscape->n_levels - 1; i >= 0; i--) {
        tr_set_color(cr, band_color(panel, i - 1));
        fill_region(panel, cr, &panel->landscape->regions[i]);
    }
    cairo_restore(cr);
}

static void draw_outlines(const landscape_panel *panel, cairo_t *cr) {
    const tr_theme *theme = &panel->setting.source->theme;
    cairo_save(cr);
    clip_to_axes(panel, cr);
    tr_set_color(cr, tr_mix_colors(theme->background, theme->data, OUTLINE_TINT, 100));
    cairo_set_line_width(cr, fmax(panel->setting.style.line_width * 0.4, 0.7));
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < panel->landscape->n_levels; i++)
        stroke_region(panel, cr, &panel->landscape->regions[i]);
    cairo_restore(cr);
}

/* ---- labels of the levels, and the start ---- */

/* A rectangle that something is written in. */
typedef struct label_box {
    double x; /* its middle */
    double y;
    double width;
    double height;
} label_box;

/* What labels must keep away from. */
typedef struct obstacles {
    tr_point *path; /* pixels, a few apart */
    size_t n_path;
    label_box boxes[TR_MAX_LEVELS + 1];
    int n_boxes;
} obstacles;

static tr_point path_pixel(const landscape_panel *panel, size_t i) {
    const tr_path_point *point = &panel->landscape->path.points[i];
    return tr_axes_to_pixel(&panel->axes, point->x, point->y);
}

static tr_status find_obstacles(const landscape_panel *panel, obstacles *in_the_way,
                                tr_diag *diag) {
    size_t n_points = panel->landscape->path.n_points;
    double apart = panel->setting.style.label_size / 3;
    *in_the_way = (obstacles){.path = tr_alloc_array(n_points, sizeof *in_the_way->path)};
    if (!in_the_way->path)
        return tr_fail_memory(diag, "the landscape");
    for (size_t i = 0; i < n_points; i++) {
        tr_point at = path_pixel(panel, i);
        const tr_point *last = in_the_way->path + in_the_way->n_path - 1;
        if (in_the_way->n_path == 0 || hypot(at.x - last->x, at.y - last->y) >= apart)
            in_the_way->path[in_the_way->n_path++] = at;
    }
    return TR_OK;
}

/* Pixels between a point and a box, 0 within it. */
static double distance_to_box(tr_point point, const label_box *box) {
    double x = fmax(fabs(point.x - box->x) - box->width / 2, 0);
    double y = fmax(fabs(point.y - box->y) - box->height / 2, 0);
    return sqrt(x * x + y * y);
}

/* How much room there is around a box: the least distance to the path, to other labels and, within
 * limits, to the axes; negative where it would lie on one of them. */
static double clearance(const landscape_panel *panel, const obstacles *in_the_way,
                        const label_box *box) {
    const tr_axes *axes = &panel->axes;
    double size = panel->setting.style.label_size;
    double room = fmin(fmin(box->x - axes->left, axes->right - box->x) - box->width / 2,
                       fmin(box->y - axes->top, axes->bottom - box->y) - box->height / 2);
    room = fmin(room - 0.3 * size, 2 * size);
    for (int i = 0; i < in_the_way->n_boxes; i++) {
        const label_box *other = &in_the_way->boxes[i];
        double x = fabs(box->x - other->x) - (box->width + other->width) / 2;
        double y = fabs(box->y - other->y) - (box->height + other->height) / 2;
        room = fmin(room, fmax(x, y) - 0.5 * size);
    }
    for (size_t i = 0; room >= 0 && i < in_the_way->n_path; i++)
        room = fmin(room, distance_to_box(in_the_way->path[i], box) - 0.6 * size);
    return room;
}

/* Moves the box to the place between two points with most room, if that is more than `*best`. */
static bool try_places(const landscape_panel *panel, const obstacles *in_the_way, tr_point from,
                       tr_point to, label_box *box, double *best) {
    double step = panel->setting.style.label_size / 2;
    double length = hypot(to.x - from.x, to.y - from.y);
    label_box tried = *box;
    bool found = false;
    for (double along = length < step ? length / 2 : step / 2; along < length; along += step) {
        tried.x = from.x + along / length * (to.x - from.x);
        tried.y = from.y + along / length * (to.y - from.y);
        double room = clearance(panel, in_the_way, &tried);
        if (room > *best) {
            *best = room;
            *box = tried;
            found = true;
        }
    }
    return found;
}

/* The place on a level's outline with most room for its label. */
static bool find_place(const landscape_panel *panel, const obstacles *in_the_way,
                       const tr_contour *region, label_box *box) {
    double best = 0;
    bool found = false;
    for (size_t loop = 0, begin = 0; loop < region->n_loops; begin = region->ends[loop++]) {
        for (size_t i = begin + 1; i < region->ends[loop]; i++) {
            tr_point from = region->points[i - 1];
            tr_point to = region->points[i];
            if (!tr_contour_on_border(from, to, TR_LANDSCAPE_NODES, TR_LANDSCAPE_NODES))
                found |= try_places(panel, in_the_way, to_pixel(panel, from), to_pixel(panel, to),
                                    box, &best);
        }
    }
    return found;
}

/* Writes centred on a box, on a halo of what is behind it. */
static void write_in_box(const landscape_panel *panel, cairo_t *cr, PangoLayout *layout,
                         const label_box *box, double size, tr_color behind) {
    double x = box->x - tr_text_width(layout) / 2;
    double y = box->y + 0.36 * size;
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    pango_cairo_layout_line_path(cr, pango_layout_get_line_readonly(layout, 0));
    tr_set_color(cr, behind);
    cairo_set_line_width(cr, 0.28 * size);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
    tr_set_color(cr, panel->setting.source->theme.text);
    tr_text_draw(cr, layout, x, y);
}

static tr_status draw_level_label(const landscape_panel *panel, cairo_t *cr, int level,
                                  obstacles *in_the_way, tr_diag *diag) {
    const tr_landscape *landscape = panel->landscape;
    double size = LEVEL_LABEL_SIZE * panel->setting.style.label_size;
    char label[NAME_SIZE];
    PangoLayout *layout;
    g_ascii_formatd(label, sizeof label, "%.6g", landscape->levels[level]);
    tr_status status = tr_text_layout(panel->setting.text, label, size, &layout, diag);
    if (status)
        return status;
    label_box box = {.width = tr_text_width(layout), .height = size};
    if (find_place(panel, in_the_way, &landscape->regions[level], &box)) {
        in_the_way->boxes[in_the_way->n_boxes++] = box;
        write_in_box(panel, cr, layout, &box, size, band_color(panel, level));
    }
    g_object_unref(layout);
    return TR_OK;
}

/* Writes "start" on the side of the start where there is most room. */
static tr_status draw_start_label(const landscape_panel *panel, cairo_t *cr, obstacles *in_the_way,
                                  tr_diag *diag) {
    double size = panel->setting.style.label_size;
    double beside = 2.2 * panel->setting.style.line_width + 0.4 * size;
    PangoLayout *layout;
    if (in_the_way->n_path < 2)
        return TR_OK;
    tr_status status = tr_text_layout(panel->setting.text, "start", size, &layout, diag);
    if (status)
        return status;
    tr_point start = in_the_way->path[0];
    label_box box = {.width = tr_text_width(layout), .height = size};
    double x = beside + box.width / 2;
    double y = beside + box.height / 2;
    const tr_point sides[] = {{-x, 0}, {x, 0}, {0, -y}, {0, y}};
    double best = -1;
    for (int i = 0; i < 4; i++) {
        label_box tried = {start.x + sides[i].x, start.y + sides[i].y, box.width, box.height};
        double room = clearance(panel, in_the_way, &tried);
        if (room > best) {
            best = room;
            box = tried;
        }
    }
    if (best >= 0) {
        in_the_way->boxes[in_the_way->n_boxes++] = box;
        write_in_box(panel, cr, layout, &box, size, panel->setting.source->theme.background);
    }
    g_object_unref(layout);
    return TR_OK;
}

static tr_status draw_labels(const landscape_panel *panel, cairo_t *cr, tr_diag *diag) {
    obstacles in_the_way;
    tr_status status = find_obstacles(panel, &in_the_way, diag);
    if (!status)
        status = draw_start_label(panel, cr, &in_the_way, diag);
    for (int i = 0; !status && i < panel->landscape->n_levels; i++)
        status = draw_level_label(panel, cr, i, &in_the_way, diag);
    free(in_the_way.path);
    return status;
}

static tr_status draw_landscape_background(tr_panel *handle, cairo_t *cr, tr_diag *diag) {
    landscape_panel *panel = (landscape_panel *)handle;
    const tr_panel_setting *setting = &panel->setting;
    draw_bands(panel, cr);
    tr_status status = tr_axes_draw(&panel->axes, setting->text, &setting->style,
                                    &setting->source->theme, &panel->content, cr, diag);
    draw_outlines(panel, cr);
    if (!status)
        status = draw_labels(panel, cr, diag);
    return status;
}

/* ---- the path ---- */

/* Strokes the path through the first `count` points and to `now`, piece by piece: Cairo takes much
 * longer over one long path that crosses itself than over its pieces. */
static void stroke_path(const landscape_panel *panel, cairo_t *cr, size_t count, tr_point now) {
    cairo_new_path(cr);
    for (size_t i = 0; i < count; i++) {
        tr_point at = path_pixel(panel, i);
        cairo_line_to(cr, at.x, at.y);
        if (i % PIECE_POINTS == PIECE_POINTS - 1) {
            cairo_stroke(cr);
            cairo_move_to(cr, at.x, at.y);
        }
    }
    cairo_line_to(cr, now.x, now.y);
    cairo_stroke(cr);
}

static void touch_path(const landscape_panel *panel, const tr_panel_target *target, size_t count,
                       tr_point now) {
    double margin = PATH_CASING * panel->setting.style.line_width / 2 + 1;
    tr_point last = count ? path_pixel(panel, 0) : now;
    for (size_t i = 1; i <= count; i++) {
        tr_point at = i < count ? path_pixel(panel, i) : now;
        tr_panel_touch_line(target, last.x, last.y, at.x, at.y, margin);
        last = at;
    }
}

/* The path up to the snapshot, whose place is `now`. */
static void draw_path(const landscape_panel *panel, const tr_panel_target *target,
                      const tr_snapshot *snapshot, tr_point now) {
    const tr_theme *theme = &panel->setting.source->theme;
    double line_width = panel->setting.style.line_width;
    size_t count = tr_path_points_up_to(&panel->landscape->path, snapshot->iteration);
    touch_path(panel, target, count, now);
    cairo_set_line_join(target->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(target->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(target->cr, PATH_CASING * line_width);
    tr_set_color(target->cr, theme->background);
    stroke_path(panel, target->cr, count, now);
    cairo_set_line_width(target->cr, line_width);
    tr_set_color(target->cr, theme->prediction);
    stroke_path(panel, target->cr, count, now);
}

static void draw_dot(const landscape_panel *panel, const tr_panel_target *target, tr_point at,
                     tr_color inside, tr_color outside) {
    double line = panel->setting.style.line_width;
    double radius = DOT_RADIUS * line;
    tr_panel_touch(target, at.x - radius - line, at.y - radius - line, 2 * (radius + line),
                   2 * (radius + line));
    cairo_new_path(target->cr);
    cairo_arc(target->cr, at.x, at.y, radius, 0, 2 * G_PI);
    tr_set_color(target->cr, inside);
    cairo_fill_preserve(target->cr);
    tr_set_color(target->cr, outside);
    cairo_set_line_width(target->cr, 0.8 * line);
    cairo_stroke(target->cr);
}

static tr_status draw_landscape(tr_panel *handle, const tr_panel_target *target,
                                const tr_snapshot *snapshot, tr_diag *diag) {
    const landscape_panel *panel = (const landscape_panel *)handle;
    const tr_theme *theme = &panel->setting.source->theme;
    double line = panel->setting.style.line_width;
    tr_point at = tr_landscape_locate(panel->landscape, snapshot->params);
    (void)diag;
    if (!isfinite(at.x) || !isfinite(at.y))
        return TR_OK;
    tr_point now = tr_axes_to_pixel(&panel->axes, at.x, at.y);
    cairo_save(target->cr);
    tr_axes_clip(&panel->axes, DOT_RADIUS * line + line, target->cr);
    draw_path(panel, target, snapshot, now);
    if (panel->landscape->path.n_points)
        draw_dot(panel, target, path_pixel(panel, 0), theme->background, theme->prediction);
    draw_dot(panel, target, now, theme->prediction, theme->background);
    cairo_restore(target->cr);
    return TR_OK;
}

const tr_panel_ops tr_panel_landscape = {
    .needs_recording = true,
    .still_title = "error on all data",
    .prepare = prepare_landscape,
    .release = release_landscape,
    .unite = unite_landscapes,
    .complete = complete_landscape,
    .create = create_landscape,
    .destroy = destroy_landscape,
    .draw_background = draw_landscape_background,
    .draw = draw_landscape,
};
