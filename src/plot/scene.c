#include "scene.h"

#include "alloc.h"
#include "diag.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

tr_picture tr_picture_default(void) {
    return (tr_picture){.width = 400,
                        .height = 300,
                        .scale = 1,
                        .scene = "fit",
                        .background = TR_COLOR_OF_THEME,
                        .grid_color = TR_COLOR_OF_THEME,
                        .text_color = TR_COLOR_OF_THEME,
                        .data_color = TR_COLOR_OF_THEME,
                        .prediction_color = TR_COLOR_OF_THEME,
                        .data_label = "data",
                        .prediction_label = "prediction"};
}

void tr_picture_pixels(const tr_picture *picture, int *width, int *height) {
    *width = picture->width * picture->scale;
    *height = picture->height * picture->scale;
}

/* The next panel's name in a scene, and where the one after it begins; NULL at the end. */
static const char *next_name(const char *scene, size_t *length) {
    *length = strcspn(scene, "+");
    return scene[*length] ? scene + *length + 1 : NULL;
}

static const tr_panel_ops *find_kind(const char *name, size_t length) {
    for (const tr_panel_kind *kind = tr_panel_kinds; kind->name; kind++)
        if (strlen(kind->name) == length && !strncmp(kind->name, name, length))
            return kind->ops;
    return NULL;
}

static tr_status fail_unknown(const char *scene, const char *name, size_t length, tr_diag *diag) {
    char known[128] = "";
    for (const tr_panel_kind *kind = tr_panel_kinds; kind->name; kind++) {
        size_t used = strlen(known);
        const char *before = kind == tr_panel_kinds ? "" : kind[1].name ? ", " : " and ";
        snprintf(known + used, sizeof known - used, "%s%s", before, kind->name);
    }
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "the scene \"%.40s\" has no panel \"%.*s\": there are %s, up to %d of them "
                   "joined by +",
                   scene, length < 20 ? (int)length : 20, name, known, TR_MAX_PANELS);
}

tr_status tr_scene_parse(const char *scene, const tr_panel_ops **panels, size_t *n_panels,
                         tr_diag *diag) {
    *n_panels = 0;
    size_t length;
    scene = scene ? scene : "fit";
    for (const char *name = scene, *next; name; name = next) {
        next = next_name(name, &length);
        const tr_panel_ops *ops = find_kind(name, length);
        if (!ops)
            return fail_unknown(scene, name, length, diag);
        if (*n_panels == TR_MAX_PANELS)
            return tr_fail(diag, TR_ERROR_ARGUMENT, "the scene \"%.80s\" has more than %d panels",
                           scene, TR_MAX_PANELS);
        panels[(*n_panels)++] = ops;
    }
    return TR_OK;
}

bool tr_picture_needs_recording(const tr_picture *picture) {
    const tr_panel_ops *panels[TR_MAX_PANELS];
    size_t n_panels;
    bool needs = false;
    if (tr_scene_parse(picture->scene, panels, &n_panels, NULL))
        return false;
    for (size_t i = 0; i < n_panels; i++)
        needs |= panels[i]->needs_recording;
    return needs;
}

static tr_status check_looks(const tr_picture *picture, tr_diag *diag) {
    const tr_color colors[] = {picture->background, picture->grid_color, picture->text_color,
                               picture->data_color, picture->prediction_color};
    if (picture->layout > TR_LAYOUT_COLUMN || picture->theme > TR_THEME_COLORBLIND ||
        picture->error_scale > TR_SCALE_LOG)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "there is no such layout, theme or scale of the error axis");
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (colors[i] != TR_COLOR_OF_THEME && (colors[i] < 0 || colors[i] > 0xFFFFFF))
            return tr_fail(diag, TR_ERROR_ARGUMENT, "a colour is 0 to 0xFFFFFF, not %ld",
                           (long)colors[i]);
    return TR_OK;
}

static tr_status check_size(const tr_picture *p, tr_diag *diag) {
    if (p->width < TR_SMALLEST_PICTURE || p->width > TR_LARGEST_WIDTH ||
        p->height < TR_SMALLEST_PICTURE || p->height > TR_LARGEST_HEIGHT)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a picture is 64x64 to %dx%d pixels, not %dx%d",
                       TR_LARGEST_WIDTH, TR_LARGEST_HEIGHT, p->width, p->height);
    if (p->scale < 1 || p->scale > 8 || p->width * p->scale > TR_LARGEST_WIDTH ||
        p->height * p->scale > TR_LARGEST_HEIGHT)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%dx%d at scale %d is more than %dx%d pixels, or the scale is not 1 to 8",
                       p->width, p->height, p->scale, TR_LARGEST_WIDTH, TR_LARGEST_HEIGHT);
    return TR_OK;
}

tr_status tr_picture_check_looks(const tr_picture *picture, tr_diag *diag) {
    tr_status status = check_size(picture, diag);
    return status ? status : check_looks(picture, diag);
}

static tr_status check_panels(const tr_panel_source *source, const tr_panel_ops **panels,
                              size_t n_panels, tr_diag *diag) {
    for (size_t i = 0; i < n_panels; i++) {
        tr_status status = panels[i]->check ? panels[i]->check(source, diag) : TR_OK;
        if (status)
            return status;
    }
    return TR_OK;
}

static tr_status check_text(tr_text *text, const char *string, tr_diag *diag) {
    PangoLayout *layout = NULL;
    tr_status status = string ? tr_text_layout(text, string, 10, &layout, diag) : TR_OK;
    if (layout)
        g_object_unref(layout);
    return status;
}

tr_status tr_picture_check_texts(const tr_picture *picture, const char *const *texts,
                                 size_t n_texts, tr_diag *diag) {
    const char *const own[] = {picture->title, picture->x_label, picture->y_label,
                               picture->data_label, picture->prediction_label};
    tr_text *text;
    tr_status status = tr_text_create(&text, diag);
    for (size_t i = 0; !status && i < sizeof own / sizeof *own; i++)
        status = check_text(text, own[i], diag);
    for (size_t i = 0; !status && i < n_texts; i++)
        status = check_text(text, texts[i], diag);
    if (!status && picture->title) {
        tr_counter *counter;
        status = tr_counter_create(&counter, text, picture->title, &(tr_counter_place){0}, diag);
        tr_counter_destroy(&counter);
    }
    tr_text_destroy(&text);
    return status;
}

tr_status tr_picture_check(const tr_picture *picture, const tr_network *network,
                           const tr_dataset *dataset, tr_diag *diag) {
    const tr_panel_ops *panels[TR_MAX_PANELS];
    size_t n_panels;
    tr_status status = tr_picture_check_looks(picture, diag);
    if (!status && !dataset)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "the data that the net is trained on is wanted, but there is none");
    if (!status)
        status = tr_scene_parse(picture->scene, panels, &n_panels, diag);
    if (!status) {
        const tr_panel_source source = {.picture = picture,
                                        .theme = tr_theme_of(picture),
                                        .network = network,
                                        .dataset = dataset};
        status = check_panels(&source, panels, n_panels, diag);
    }
    /* Where there is nothing to record, the first plotter finds out just as early. */
    if (!status && tr_picture_needs_recording(picture))
        status = tr_picture_check_texts(picture, NULL, 0, diag);
    return status;
}

/* Copies the texts of the picture, so that the caller's may go. */
static tr_status copy_picture(tr_scene *scene, const tr_picture *picture, tr_diag *diag) {
    tr_picture *copy = &scene->picture;
    *copy = *picture;
    const char **texts[] = {&copy->scene,   &copy->title,      &copy->x_label,
                            &copy->y_label, &copy->data_label, &copy->prediction_label};
    copy->data_label = picture->data_label ? picture->data_label : "data";
    copy->prediction_label = picture->prediction_label ? picture->prediction_label : "prediction";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!*texts[i])
            continue;
        scene->texts[i] = strdup(*texts[i]);
        if (!scene->texts[i])
            return tr_fail_memory(diag, "the texts");
        *texts[i] = scene->texts[i];
    }
    return TR_OK;
}

static tr_status prepare_panels(tr_scene *scene, tr_diag *diag) {
    int width, height;
    tr_status status = TR_OK;
    tr_picture_pixels(&scene->picture, &width, &height);
    bool row = scene->picture.layout == TR_LAYOUT_ROW;
    double panel_width = row ? width / (double)scene->n_panels : width;
    double panel_height = row ? height : height / (double)scene->n_panels;
    for (size_t i = 0; !status && i < scene->n_panels; i++) {
        tr_scene_panel *panel = &scene->panels[i];
        const tr_panel_source *run = &scene->runs[0];
        if (panel->ops->prepare)
            status = panel->ops->prepare(&panel->shared, run, panel_width, panel_height, diag);
        if (!status && panel->ops->complete)
            status = panel->ops->complete(panel->shared, run, panel_width, panel_height, diag);
    }
    return status;
}

tr_status tr_scene_allocate(tr_scene **out, const tr_picture *picture, size_t n_runs,
                            size_t n_panels, tr_diag *diag) {
    *out = NULL;
    tr_scene *scene = tr_alloc_array(1, sizeof *scene);
    if (!scene)
        return tr_fail_memory(diag, "the scene");
    scene->theme = tr_theme_of(picture);
    scene->runs = tr_alloc_array(n_runs, sizeof *scene->runs);
    scene->panels = tr_alloc_array(n_panels, sizeof *scene->panels);
    tr_status status = TR_OK;
    if (!scene->runs || !scene->panels) {
        status = tr_fail_memory(diag, "the scene");
    } else {
        scene->n_runs = n_runs;
        scene->n_panels = n_panels;
        status = copy_picture(scene, picture, diag);
    }
    if (status)
        tr_scene_destroy(&scene);
    *out = scene;
    return status;
}

tr_status tr_scene_create(tr_scene **out, const tr_picture *picture, const tr_network *network,
                          const tr_dataset *dataset, tr_loss loss, const tr_recording *recording,
                          tr_diag *diag) {
    const tr_panel_ops *panels[TR_MAX_PANELS];
    size_t n_panels = 0;
    tr_scene *scene = NULL;
    *out = NULL;
    tr_status status = tr_picture_check(picture, network, dataset, diag);
    if (!status && !recording && tr_picture_needs_recording(picture))
        status = tr_fail(diag, TR_ERROR_ARGUMENT, "the scene \"%.80s\" needs a recorded run",
                         picture->scene);
    if (!status)
        status = tr_scene_parse(picture->scene, panels, &n_panels, diag);
    if (!status)
        status = tr_scene_allocate(&scene, picture, 1, n_panels, diag);
    if (status)
        return status;
    scene->runs[0] = (tr_panel_source){.picture = &scene->picture,
                                       .theme = scene->theme,
                                       .network = network,
                                       .dataset = dataset,
                                       .loss = loss,
                                       .recording = recording};
    for (size_t i = 0; i < n_panels; i++)
        scene->panels[i].ops = panels[i];
    status = prepare_panels(scene, diag);
    if (status)
        tr_scene_destroy(&scene);
    *out = scene;
    return status;
}

void tr_scene_destroy(tr_scene **handle) {
    tr_scene *scene = *handle;
    if (!scene)
        return;
    for (size_t i = 0; i < scene->n_panels; i++)
        if (scene->panels[i].ops && scene->panels[i].ops->release)
            scene->panels[i].ops->release(scene->panels[i].shared);
    for (size_t i = 0; i < sizeof scene->texts / sizeof *scene->texts; i++)
        free(scene->texts[i]);
    for (size_t i = 0; scene->labels && i < scene->n_runs; i++)
        free(scene->labels[i]);
    free(scene->labels);
    free(scene->panels);
    free(scene->runs);
    free(scene);
    *handle = NULL;
}

const tr_joint *tr_scene_joint(const tr_scene *scene) {
    return scene->runs[0].joint;
}
