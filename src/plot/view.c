#include "view.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>

static const char *choose_title(const tr_scene *scene, bool still) {
    if (scene->picture.title)
        return scene->picture.title;
    return still && scene->n_panels == 1 ? scene->panels[0]->still_title : "iteration: {iteration}";
}

/* Gives every panel its rectangle: all have the same size, below the title. */
static tr_status create_panels(tr_view *view, const tr_style *style, int width, int height,
                               double title_height, bool still, tr_diag *diag) {
    const tr_scene *scene = view->scene;
    const tr_picture *picture = &scene->picture;
    bool row = picture->layout == TR_LAYOUT_ROW;
    int columns = row ? scene->n_panels : 1;
    int rows = row ? 1 : scene->n_panels;
    double gap = 2 * style->padding;
    tr_panel_setting setting = {.source = &scene->source,
                                .text = view->text,
                                .style = *style,
                                .x = style->padding,
                                .y = style->padding / 2 + title_height,
                                .width = width - 2 * style->padding,
                                .height = height - 1.5 * style->padding - title_height,
                                .still = still};
    setting.width = (setting.width - (columns - 1) * gap) / columns;
    setting.height = (setting.height - (rows - 1) * gap) / rows;
    tr_status status = TR_OK;
    for (int i = 0; !status && i < scene->n_panels; i++) {
        setting.shared = scene->shared[i];
        setting.x_label = i == 0 ? picture->x_label : NULL;
        setting.y_label = i == 0 ? picture->y_label : NULL;
        status = scene->panels[i]->create(&view->panels[i], &setting, diag);
        if (!status)
            view->panels[i]->ops = scene->panels[i];
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
    for (int i = 0; i < view->scene->n_panels; i++) {
        const tr_axes *axes = view->panels[i]->axes;
        if (axes) {
            top = fmax(top, axes->top);
            left = fmax(left, axes->left);
            bottom = fmin(bottom, axes->bottom);
            right = fmin(right, axes->right);
        }
    }
    for (int i = 0; i < view->scene->n_panels; i++) {
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

static tr_status create_title(tr_view *view, const char *title, const tr_style *style, int width,
                              tr_diag *diag) {
    const tr_theme *theme = &view->scene->source.theme;
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
    return tr_counter_create(&view->title, view->text, title, &place, diag);
}

tr_status tr_view_create(tr_view **out, const tr_scene *scene, int width, int height, bool still,
                         tr_diag *diag) {
    *out = NULL;
    tr_view *view = tr_alloc_array(1, sizeof *view);
    if (!view)
        return tr_fail_memory(diag, "the picture");
    view->scene = scene;
    bool row = scene->picture.layout == TR_LAYOUT_ROW;
    tr_style style = tr_style_for(row ? width / scene->n_panels : width,
                                  row ? height : height / scene->n_panels);
    const char *title = choose_title(scene, still);
    double title_height = *title ? ceil(1.35 * style.title_size) : 0;
    tr_status status = tr_text_create(&view->text, diag);
    if (!status)
        status = create_panels(view, &style, width, height, title_height, still, diag);
    if (!status)
        align_axes(view);
    if (!status && *title)
        status = create_title(view, title, &style, width, diag);
    if (status)
        tr_view_destroy(&view);
    *out = view;
    return status;
}

void tr_view_destroy(tr_view **handle) {
    tr_view *view = *handle;
    if (!view)
        return;
    for (int i = 0; i < view->scene->n_panels; i++)
        view->scene->panels[i]->destroy(view->panels[i]);
    tr_counter_destroy(&view->title);
    tr_text_destroy(&view->text);
    free(view);
    *handle = NULL;
}

tr_status tr_view_draw_background(tr_view *view, cairo_t *cr, tr_diag *diag) {
    tr_set_color(cr, view->scene->source.theme.background);
    cairo_paint(cr);
    tr_status status = TR_OK;
    for (int i = 0; !status && i < view->scene->n_panels; i++)
        status = view->panels[i]->ops->draw_background(view->panels[i], cr, diag);
    return status;
}

tr_status tr_view_draw(tr_view *view, const tr_panel_target *target, const tr_snapshot *snapshot,
                       tr_diag *diag) {
    tr_status status = TR_OK;
    for (int i = 0; !status && i < view->scene->n_panels; i++)
        status = view->panels[i]->ops->draw(view->panels[i], target, snapshot, diag);
    return status;
}
