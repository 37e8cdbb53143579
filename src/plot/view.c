#include "view.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

static const char *choose_title(const tr_scene *scene, bool still) {
    if (scene->picture.title)
        return scene->picture.title;
    if (still && scene->n_panels == 1)
        return scene->panels[0].ops->still_title;
    return "iteration: {iteration}";
}

tr_status tr_view_add_panel(tr_view *view, size_t panel, tr_panel_setting *setting, tr_diag *diag) {
    const tr_scene_panel *shown = &view->scene->panels[panel];
    setting->text = view->text;
    setting->source = tr_scene_panel_run(view->scene, panel);
    setting->shared = shown->shared;
    tr_status status = shown->ops->create(&view->panels[panel], setting, diag);
    if (!status)
        view->panels[panel]->ops = shown->ops;
    return status;
}

/* Gives every panel its rectangle: all have the same size, below the title. */
static tr_status create_panels(tr_view *view, const tr_style *style, int width, int height,
                               double title_height, bool still, tr_diag *diag) {
    const tr_scene *scene = view->scene;
    const tr_picture *picture = &scene->picture;
    bool row = picture->layout == TR_LAYOUT_ROW;
    int n_panels = (int)scene->n_panels;
    int columns = row ? n_panels : 1;
    int rows = row ? 1 : n_panels;
    double gap = 2 * style->padding;
    tr_panel_setting setting = {.style = *style,
                                .x = style->padding,
                                .y = style->padding / 2 + title_height,
                                .width = width - 2 * style->padding,
                                .height = height - 1.5 * style->padding - title_height,
                                .still = still};
    setting.width = (setting.width - (columns - 1) * gap) / columns;
    setting.height = (setting.height - (rows - 1) * gap) / rows;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < scene->n_panels; i++) {
        setting.x_label = i == 0 ? picture->x_label : NULL;
        setting.y_label = i == 0 ? picture->y_label : NULL;
        status = tr_view_add_panel(view, i, &setting, diag);
        setting.x += row ? setting.width + gap : 0;
        setting.y += row ? 0 : setting.height + gap;
    }
    return status;
}

/* Moves the axes of a row to the same top and bottom, and those of a column to the same left and
 * right. */
static void align_axes(tr_view *view) {
    double top = 0, left = 0, bottom = INFINITY, right = INFINITY;
    bool row = view->scene->picture.layout == TR_LAYOUT_ROW;
    for (size_t i = 0; i < view->scene->n_panels; i++) {
        const tr_axes *axes = view->panels[i]->axes;
        if (axes) {
            top = fmax(top, axes->top);
            left = fmax(left, axes->left);
            bottom = fmin(bottom, axes->bottom);
            right = fmin(right, axes->right);
        }
    }
    for (size_t i = 0; i < view->scene->n_panels; i++) {
        tr_axes *axes = view->panels[i]->axes;
        if (axes && row) {
            axes->top = top;
            axes->bottom = bottom;
        } else if (axes) {
            axes->left = left;
            axes->right = right;
        }
    }
}

tr_status tr_view_add_title(tr_view *view, const char *title, const tr_style *style, int width,
                            tr_diag *diag) {
    const tr_theme *theme = &view->scene->theme;
    const tr_axes *axes = view->scene->n_panels == 1 ? view->panels[0]->axes : NULL;
    double center = axes ? (axes->left + axes->right) / 2 : width / 2.0;
    const tr_counter_place place = {.center = center,
                                    .baseline = floor(style->padding / 2 + style->title_size),
                                    .width = 2 * fmin(center, width - center) - 4,
                                    .size = style->title_size,
                                    .smallest_size =
                                        fmin(style->smallest_text, style->title_size * 0.6),
                                    .color = theme->text,
                                    .background = theme->background};
    return *title ? tr_counter_create(&view->title, view->text, title, &place, diag) : TR_OK;
}

/* Lays out the panels of a single run. */
static tr_status lay_out(tr_view *view, int width, int height, bool still, tr_diag *diag) {
    const tr_scene *scene = view->scene;
    bool row = scene->picture.layout == TR_LAYOUT_ROW;
    int n_panels = (int)scene->n_panels;
    tr_style style = tr_style_for(row ? width / n_panels : width, row ? height : height / n_panels);
    const char *title = choose_title(scene, still);
    double title_height = *title ? ceil(1.35 * style.title_size) : 0;
    tr_status status = create_panels(view, &style, width, height, title_height, still, diag);
    if (status)
        return status;
    align_axes(view);
    return tr_view_add_title(view, title, &style, width, diag);
}

tr_status tr_view_create(tr_view **out, const tr_scene *scene, int width, int height, bool still,
                         tr_diag *diag) {
    *out = NULL;
    tr_view *view = tr_alloc_array(1, sizeof *view);
    if (!view)
        return tr_fail_memory(diag, "the picture");
    view->scene = scene;
    view->panels = tr_alloc_array(scene->n_panels, sizeof(tr_panel *));
    tr_status status = view->panels ? TR_OK : tr_fail_memory(diag, "the picture");
    if (!status)
        status = tr_text_create(&view->text, diag);
    if (!status)
        status = tr_scene_joint(scene) ? tr_view_lay_out_joint(view, width, height, still, diag)
                                       : lay_out(view, width, height, still, diag);
    if (status)
        tr_view_destroy(&view);
    *out = view;
    return status;
}

void tr_view_destroy(tr_view **handle) {
    tr_view *view = *handle;
    if (!view)
        return;
    for (size_t i = 0; view->panels && i < view->scene->n_panels; i++)
        view->scene->panels[i].ops->destroy(view->panels[i]);
    free(view->panels);
    tr_panel_titles_destroy(&view->titles);
    tr_counter_destroy(&view->title);
    tr_text_destroy(&view->text);
    free(view);
    *handle = NULL;
}

tr_snapshot tr_view_numbers(const tr_view *view, const tr_snapshot *snapshot) {
    const tr_joint *joint = tr_scene_joint(view->scene);
    return joint ? tr_joint_numbers(joint, snapshot) : *snapshot;
}

/* The part of a state that a panel shows. */
static tr_snapshot state_of(const tr_scene *scene, size_t panel, const tr_snapshot *snapshot) {
    size_t run = scene->panels[panel].run;
    const tr_joint *joint = tr_scene_joint(scene);
    return joint && run != TR_ALL_RUNS ? tr_joint_unpack(joint, run, snapshot) : *snapshot;
}

tr_status tr_view_update(tr_view *view, tr_canvas *canvas, const tr_snapshot *snapshot,
                         tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < view->scene->n_panels; i++) {
        tr_panel *panel = view->panels[i];
        const tr_snapshot state = state_of(view->scene, i, snapshot);
        if (panel->ops->update_background)
            status = panel->ops->update_background(panel, canvas, &state, diag);
    }
    return status;
}

tr_status tr_view_draw_background(tr_view *view, cairo_t *cr, tr_diag *diag) {
    tr_set_color(cr, view->scene->theme.background);
    cairo_paint(cr);
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < view->scene->n_panels; i++)
        status = view->panels[i]->ops->draw_background(view->panels[i], cr, diag);
    if (!status && view->titles)
        tr_panel_titles_draw_background(view->titles, cr);
    return status;
}

tr_status tr_view_draw(tr_view *view, const tr_panel_target *target, const tr_snapshot *snapshot,
                       tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < view->scene->n_panels; i++) {
        const tr_snapshot state = state_of(view->scene, i, snapshot);
        status = view->panels[i]->ops->draw(view->panels[i], target, &state, diag);
    }
    if (!status && view->titles)
        tr_panel_titles_draw(view->titles, target, snapshot);
    return status;
}
