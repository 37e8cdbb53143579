/* Several runs laid out in one picture: a grid with a panel for each run, or one panel for all of them,
 * and below it what they have in common. */
#include "alloc.h"
#include "diag.h"
#include "samples.h"
#include "view.h"

#include <math.h>
#include <stdlib.h>

#define UPPER_SHARE 0.64      /* of the picture's height, where there is a panel below */
#define TITLE_SHARE 0.9       /* sizes of text beside panels, see choose_style */
#define JOINT_SHARE 0.72      /* and in those that show all runs */
#define TITLE_OVER_NAMES 1.15 /* sizes of the picture's title and of those of its panels */
#define ROOMY_WIDTH 200 /* pixels of a panel that text need not be so small for, as it would be */
#define ROOMY_HEIGHT 110
#define NAME_HEIGHT 1.35 /* ems, as is the next */
#define LEGEND_HEIGHT 1.7

typedef struct rectangle {
    double x;
    double y;
    double width;
    double height;
} rectangle;

/* A grid of panels whose axes have the same size. */
typedef struct panel_grid {
    rectangle area; /* with the labels at its edges */
    size_t columns;
    size_t rows;
    tr_style style;
    double name_height; /* above each panel */
    double left;        /* that labels take beside the axes */
    double bottom;
    double x_gap; /* between the axes of two panels */
    double y_gap; /* likewise, without the name */
    bool shared;  /* the axes are the same, and have labels at the edges of the grid only */
} panel_grid;

/* Lets text be no smaller than it has room for. */
static void keep_legible(tr_style *style, double width, double height) {
    if (width >= ROOMY_WIDTH && height >= ROOMY_HEIGHT) {
        style->label_size = fmax(style->label_size, 9);
        style->title_size = fmax(style->title_size, 10.5);
    }
}

/* ---- how many columns ---- */

/* Chooses the grid whose panels are the largest, as the shape of the post's picture has it, and which
 * leaves little of the area empty. */
static void choose_columns(panel_grid *grid, size_t n_panels) {
    double best = 0;
    for (size_t columns = n_panels; columns >= 1; columns--) {
        size_t rows = (n_panels + columns - 1) / columns;
        double width = grid->area.width / (double)columns;
        double height = grid->area.height / (double)rows;
        double used = (double)n_panels / (double)(columns * rows);
        double score = fmin(width / 400, height / 300) * used;
        if (score > best * (1 + 1e-9)) {
            best = score;
            grid->columns = columns;
            grid->rows = rows;
        }
    }
    double width = grid->area.width / (double)grid->columns;
    double height = grid->area.height / (double)grid->rows;
    grid->style = tr_style_for((int)width, (int)height);
    keep_legible(&grid->style, width, height);
}

/* ---- panels ---- */

/* Finds the room that labels take, by laying out a panel that has all of them. */
static tr_status measure_margins(tr_view *view, panel_grid *grid, bool still, tr_diag *diag) {
    const tr_picture *picture = &view->scene->picture;
    tr_panel_setting setting = {
        .style = grid->style,
        .width = grid->area.width / (double)grid->columns + 4 * grid->style.label_size,
        .height = grid->area.height / (double)grid->rows + 4 * grid->style.label_size,
        .x_label = picture->x_label,
        .y_label = picture->y_label,
        .still = still,
        .no_legend = true};
    tr_status status = tr_view_add_panel(view, 0, &setting, diag);
    if (status)
        return status;
    const tr_axes *axes = view->panels[0]->axes;
    double right = 0;
    grid->shared = axes && view->scene->has_same_axes;
    if (grid->shared) {
        grid->left = axes->left;
        grid->bottom = setting.height - axes->bottom;
        right = setting.width - axes->right;
    }
    view->scene->panels[0].ops->destroy(view->panels[0]);
    view->panels[0] = NULL;
    /* half of the first tick's label reaches into the gap */
    grid->x_gap = fmax(1.5 * grid->style.padding,
                       fmin(right, 1.5 * grid->style.label_size) + 0.8 * grid->style.label_size);
    grid->y_gap = fmax(1.2 * grid->style.padding, 0.6 * grid->style.label_size);
    return TR_OK;
}

/* Number of the panel below, or SIZE_MAX. */
static size_t panel_below(const panel_grid *grid, size_t panel, size_t n_panels) {
    return panel + grid->columns < n_panels ? panel + grid->columns : SIZE_MAX;
}

/* The rectangle of a panel, with its labels but without its name. */
static rectangle panel_box(const panel_grid *grid, size_t panel, size_t n_panels) {
    double columns = (double)grid->columns;
    double rows = (double)grid->rows;
    double column = (double)(panel % grid->columns);
    double row = (double)(panel / grid->columns);
    double width = (grid->area.width - grid->left - (columns - 1) * grid->x_gap) / columns;
    double height = (grid->area.height - grid->bottom - (rows - 1) * grid->y_gap) / rows;
    rectangle box = {.x = grid->area.x + grid->left + column * (width + grid->x_gap),
                     .y = grid->area.y + grid->name_height + row * (height + grid->y_gap),
                     .width = width,
                     .height = height - grid->name_height};
    if (column == 0) {
        box.x -= grid->left;
        box.width += grid->left;
    }
    if (panel_below(grid, panel, n_panels) == SIZE_MAX)
        box.height += grid->bottom;
    return box;
}

static tr_status create_cells(tr_view *view, const panel_grid *grid, bool still, tr_diag *diag) {
    const tr_picture *picture = &view->scene->picture;
    size_t n_runs = view->scene->n_runs;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < n_runs; i++) {
        const rectangle box = panel_box(grid, i, n_runs);
        tr_panel_setting setting = {.style = grid->style,
                                    .x = box.x,
                                    .y = box.y,
                                    .width = box.width,
                                    .height = box.height,
                                    .still = still,
                                    .no_legend = true,
                                    .no_x_ticks =
                                        grid->shared && panel_below(grid, i, n_runs) != SIZE_MAX,
                                    .no_y_ticks = grid->shared && i % grid->columns != 0};
        setting.x_label = setting.no_x_ticks ? "" : picture->x_label;
        setting.y_label = setting.no_y_ticks ? "" : picture->y_label;
        status = tr_view_add_panel(view, i, &setting, diag);
    }
    return status;
}

/* Where the axes of a column end at the right, or those of a row begin at the top. */
static double edge_of(const tr_view *view, const panel_grid *grid, size_t panel, bool column) {
    double edge = column ? INFINITY : -INFINITY;
    for (size_t i = 0; i < view->scene->n_runs; i++) {
        const tr_axes *axes = view->panels[i]->axes;
        if (column && i % grid->columns == panel % grid->columns)
            edge = fmin(edge, axes->right);
        if (!column && i / grid->columns == panel / grid->columns)
            edge = fmax(edge, axes->top);
    }
    return edge;
}

/* Gives all axes the same size and the same ticks, in line with each other. */
static void align_cells(tr_view *view, const panel_grid *grid) {
    size_t n_runs = view->scene->n_runs;
    double rights[TR_MOST_COMPARED], tops[TR_MOST_COMPARED];
    double width = INFINITY, height = INFINITY;
    for (size_t i = 0; i < n_runs; i++) {
        const tr_axes *axes = view->panels[i]->axes;
        rights[i] = edge_of(view, grid, i, true);
        tops[i] = edge_of(view, grid, i, false);
        width = fmin(width, rights[i] - axes->left);
        height = fmin(height, axes->bottom - tops[i]);
    }
    for (size_t i = 0; i < n_runs; i++) {
        tr_axes *axes = view->panels[i]->axes;
        *axes = *view->panels[0]->axes;
        axes->right = rights[i];
        axes->left = rights[i] - width;
        axes->top = tops[i];
        axes->bottom = tops[i] + height;
    }
}

/* ---- titles ---- */

/* The name above a panel, and the note in it. */
static tr_status add_titles(tr_view *view, const panel_grid *grid, size_t panel, tr_diag *diag) {
    const tr_style *style = &grid->style;
    const rectangle box = panel_box(grid, panel, view->scene->n_runs);
    const tr_axes *axes = view->panels[panel]->axes;
    double left = axes ? axes->left : box.x;
    double right = axes ? axes->right : box.x + box.width;
    double bottom = axes ? axes->bottom : box.y + box.height;
    double baseline = floor((axes ? axes->top : box.y) - 0.45 * style->title_size);
    double width = right - left + fmin(grid->x_gap, 2 * style->padding);
    tr_status status = tr_panel_titles_add_name(view->titles, panel, style, (left + right) / 2,
                                                baseline, width, diag);
    if (!status && view->scene->runs[panel].diverged_at)
        status =
            tr_panel_titles_add_note(view->titles, panel, style, left, bottom, right - left, diag);
    return status;
}

static bool shows_prediction(const tr_scene *scene) {
    return scene->panels[0].ops == &tr_panel_fit && scene->runs[0].dataset->n_inputs == 1;
}

/* Fills the area with a panel for each run, below a legend. */
static tr_status lay_out_grid(tr_view *view, rectangle area, bool still, tr_diag *diag) {
    const tr_scene *scene = view->scene;
    const tr_picture *picture = &scene->picture;
    panel_grid grid = {.area = area};
    choose_columns(&grid, scene->n_runs);
    bool legend = shows_prediction(scene) && (*picture->data_label || *picture->prediction_label);
    double legend_height = legend ? ceil(LEGEND_HEIGHT * grid.style.label_size) : 0;
    grid.area.y += legend_height;
    grid.area.height -= legend_height;
    grid.name_height = ceil(NAME_HEIGHT * grid.style.title_size);
    tr_status status = measure_margins(view, &grid, still, diag);
    if (!status)
        status = create_cells(view, &grid, still, diag);
    if (!status && grid.shared)
        align_cells(view, &grid);
    for (size_t i = 0; !status && i < scene->n_runs; i++)
        status = add_titles(view, &grid, i, diag);
    if (!status && legend)
        status = tr_panel_titles_add_legend(
            view->titles, &grid.style, ((const tr_samples *)scene->panels[0].shared)->as_line,
            area.x + area.width / 2, floor(area.y + 1.1 * grid.style.label_size), area.width, diag);
    return status;
}

/* ---- the whole picture ---- */

static const char *choose_title(const tr_scene *scene, bool still) {
    if (scene->picture.title)
        return scene->picture.title;
    if (still && scene->n_panels == 1 && scene->panels[0].ops == &tr_panel_losses)
        return scene->panels[0].ops->still_title;
    return tr_align_title(scene->joint.align);
}

/* Fills the area with a panel that shows all runs. */
static tr_status lay_out_all(tr_view *view, size_t panel, const tr_style *style, rectangle area,
                             bool still, tr_diag *diag) {
    const tr_picture *picture = &view->scene->picture;
    tr_panel_setting setting = {.style = *style,
                                .x = area.x,
                                .y = area.y,
                                .width = area.width,
                                .height = area.height,
                                .x_label = panel == 0 ? picture->x_label : NULL,
                                .y_label = panel == 0 ? picture->y_label : NULL,
                                .still = still,
                                .no_legend = panel > 0};
    keep_legible(&setting.style, area.width, area.height);
    return tr_view_add_panel(view, panel, &setting, diag);
}

/* A style between that of a panel as large as the picture and that of one among many; `share` is 1 for
 * what stands out. */
static tr_style choose_style(const tr_scene *scene, int width, int height, double share) {
    double n_panels = (double)scene->n_panels;
    double factor = fmin(width / 400.0, height / 300.0);
    if (n_panels > 1)
        factor *= share * pow(n_panels, -0.25);
    return tr_style_for((int)(400 * factor), (int)(300 * factor));
}

/* Lets the title of the picture be larger than those of its panels. */
static void keep_title_largest(tr_style *style, const tr_scene *scene, int width, int height) {
    panel_grid grid = {.area = {0, 0, width, height}};
    choose_columns(&grid, scene->n_runs);
    style->title_size = fmax(style->title_size, TITLE_OVER_NAMES * grid.style.title_size);
}

tr_status tr_view_lay_out_joint(tr_view *view, int width, int height, bool still, tr_diag *diag) {
    const tr_scene *scene = view->scene;
    tr_style style = choose_style(scene, width, height, TITLE_SHARE);
    const tr_style joint_style = choose_style(scene, width, height, JOINT_SHARE);
    bool has_grid = scene->panels[0].run != TR_ALL_RUNS;
    size_t last = scene->n_panels - 1;
    bool has_lower = last > 0 && scene->panels[last].run == TR_ALL_RUNS;
    if (has_grid)
        keep_title_largest(&style, scene, width, has_lower ? (int)(UPPER_SHARE * height) : height);
    const char *title = choose_title(scene, still);
    double above = style.padding / 2 + (*title ? ceil(1.35 * style.title_size) : 0);
    rectangle area = {style.padding, above, width - 2 * style.padding,
                      height - above - style.padding};
    rectangle lower = area;
    if (has_lower) {
        area.height = floor(UPPER_SHARE * area.height);
        lower.y += area.height + style.padding;
        lower.height -= area.height + style.padding;
    }
    tr_status status =
        tr_panel_titles_create(&view->titles, &scene->joint, view->text, still, diag);
    if (!status)
        status = has_grid ? lay_out_grid(view, area, still, diag)
                          : lay_out_all(view, 0, &joint_style, area, still, diag);
    if (!status && has_lower)
        status = lay_out_all(view, last, &joint_style, lower, still, diag);
    return status ? status : tr_view_add_title(view, title, &style, width, diag);
}
