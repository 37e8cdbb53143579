/* Scenes of several runs. */
#include "alloc.h"
#include "diag.h"
#include "view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static tr_status check_runs(const tr_comparison *comparison, tr_diag *diag) {
    if (comparison->n_runs < 1 || comparison->n_runs > TR_MOST_COMPARED)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a comparison has 1 to %d runs, so that their panels can be told apart, "
                       "not %zu",
                       TR_MOST_COMPARED, comparison->n_runs);
    if (comparison->align > TR_ALIGN_ITERATION || comparison->arrangement > TR_ARRANGE_OVERLAY)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no such alignment or arrangement");
    for (size_t i = 0; i < comparison->n_runs; i++) {
        const tr_compared_run *run = &comparison->runs[i];
        if (!run->label || !run->source || !run->source->network || !run->source->dataset)
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "run %zu of the comparison has no label, net or data", i + 1);
        if (strpbrk(run->label, "\n\r"))
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "the label of run %zu of the comparison is longer than a line", i + 1);
    }
    return TR_OK;
}

static tr_status fail_scene(const char *scene, tr_diag *diag) {
    return tr_fail(diag, TR_ERROR_ARGUMENT,
                   "the scene \"%.40s\" cannot be compared: it is a panel of one run such as "
                   "\"fit\", \"error\", or both joined as in \"fit+error\"",
                   scene);
}

/* Finds the panels; *lower is NULL if there is one only. */
static tr_status parse(const tr_comparison *comparison, const tr_picture *picture,
                       const tr_panel_ops **upper, const tr_panel_ops **lower, tr_diag *diag) {
    const tr_panel_ops *panels[TR_MAX_PANELS];
    size_t n_panels;
    const char *scene = picture->scene ? picture->scene : "fit";
    tr_status status = tr_scene_parse(scene, panels, &n_panels, diag);
    if (status)
        return status;
    bool overlaid = comparison->arrangement == TR_ARRANGE_OVERLAY;
    bool has_error = panels[n_panels - 1] == &tr_panel_error;
    if (n_panels > 2 || (n_panels == 2 && (!has_error || panels[0] == &tr_panel_error)))
        return fail_scene(scene, diag);
    if (overlaid && !panels[0]->joint)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "an overlay shows the scene \"fit\", \"error\" or \"fit+error\", not "
                       "\"%.40s\"",
                       scene);
    bool joint = overlaid || panels[0] == &tr_panel_error;
    *upper = joint ? panels[0]->joint : panels[0];
    *lower = n_panels == 2 ? tr_panel_error.joint : NULL;
    return TR_OK;
}

static tr_panel_source describe_run(const tr_comparison *comparison, size_t run,
                                    const tr_picture *picture, const tr_theme *theme) {
    const tr_compared_run *compared = &comparison->runs[run];
    return (tr_panel_source){.picture = picture,
                             .theme = *theme,
                             .network = compared->source->network,
                             .dataset = compared->source->dataset,
                             .loss = compared->source->loss,
                             .recording = compared->recording,
                             .label = compared->label,
                             .diverged_at = compared->diverged_at,
                             .color = tr_theme_run_color(theme, run, comparison->n_runs)};
}

/* Whether the panels can show each of the runs. */
static tr_status check_panels(const tr_comparison *comparison, const tr_picture *picture,
                              const tr_panel_ops *upper, const tr_panel_ops *lower, tr_diag *diag) {
    const tr_panel_ops *const panels[] = {upper, lower};
    const tr_theme theme = tr_theme_of(picture);
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < comparison->n_runs; i++) {
        const tr_panel_source source = describe_run(comparison, i, picture, &theme);
        for (int p = 0; !status && p < 2; p++)
            if (panels[p] && panels[p]->check)
                status = panels[p]->check(&source, diag);
    }
    return status;
}

/* Everything but whether there is room, and which panels there are. */
static tr_status check(const tr_comparison *comparison, const tr_picture *picture,
                       const tr_panel_ops **upper, const tr_panel_ops **lower, tr_diag *diag) {
    const char *labels[TR_MOST_COMPARED];
    tr_status status = check_runs(comparison, diag);
    if (!status)
        status = tr_picture_check_looks(picture, diag);
    if (!status)
        status = parse(comparison, picture, upper, lower, diag);
    if (!status)
        status = check_panels(comparison, picture, *upper, *lower, diag);
    if (status)
        return status;
    for (size_t i = 0; i < comparison->n_runs; i++)
        labels[i] = comparison->runs[i].label;
    return tr_picture_check_texts(picture, labels, comparison->n_runs, diag);
}

/* ---- the scene ---- */

static tr_status check_recordings(const tr_comparison *comparison, tr_diag *diag) {
    for (size_t i = 0; i < comparison->n_runs; i++) {
        const tr_compared_run *run = &comparison->runs[i];
        size_t n_params = tr_network_n_params(run->source->network);
        if (!run->recording || !tr_recording_n_snapshots(run->recording))
            return tr_fail(diag, TR_ERROR_ARGUMENT, "the run \"%.80s\" has not been recorded",
                           run->label);
        if (tr_recording_n_params(run->recording) != n_params)
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "the recording of \"%.80s\" is of a net with %zu parameters, not %zu",
                           run->label, tr_recording_n_params(run->recording), n_params);
    }
    return TR_OK;
}

/* Where the parameters of each run begin. */
static tr_status place_params(tr_joint *joint, tr_diag *diag) {
    for (size_t i = 0; i < joint->n_runs; i++) {
        size_t n_params = tr_network_n_params(joint->runs[i].network);
        if (n_params > SIZE_MAX / 64 - joint->firsts[i])
            return tr_fail_memory(diag, "the states of all runs");
        joint->firsts[i + 1] = joint->firsts[i] + n_params;
    }
    return TR_OK;
}

static tr_status find_last(tr_joint *joint, tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < joint->n_runs; i++) {
        const tr_recording *recording = joint->runs[i].recording;
        tr_snapshot state;
        status = tr_recording_read(recording, tr_recording_n_snapshots(recording) - 1, 1, &state,
                                   NULL, diag);
        if (!status && tr_align_position(joint->align, &state) > joint->last)
            joint->last = tr_align_position(joint->align, &state);
    }
    return status;
}

static tr_status copy_runs(tr_scene *scene, const tr_comparison *comparison, tr_diag *diag) {
    scene->labels = tr_alloc_array(scene->n_runs, sizeof(char *));
    if (!scene->labels)
        return tr_fail_memory(diag, "the labels");
    for (size_t i = 0; i < scene->n_runs; i++) {
        scene->runs[i] = describe_run(comparison, i, &scene->picture, &scene->theme);
        scene->runs[i].joint = &scene->joint;
        scene->labels[i] = strdup(comparison->runs[i].label);
        if (!scene->labels[i])
            return tr_fail_memory(diag, "the labels");
        scene->runs[i].label = scene->labels[i];
    }
    scene->joint =
        (tr_joint){.n_runs = scene->n_runs,
                   .runs = scene->runs,
                   .align = comparison->align,
                   .has_joint_panel = scene->panels[scene->n_panels - 1].run == TR_ALL_RUNS};
    return TR_OK;
}

/* Where there is also a panel that shows all runs, a run's prediction has its colour in both. */
static void color_predictions(tr_scene *scene) {
    if (!scene->joint.has_joint_panel || scene->panels[0].ops != &tr_panel_fit)
        return;
    for (size_t i = 0; i < scene->n_runs; i++) {
        tr_panel_source *run = &scene->runs[i];
        if (run->dataset->n_inputs == 1) {
            run->theme.data = tr_theme_joint_data(&scene->theme, &scene->picture);
            run->theme.prediction = run->color;
        }
    }
}

/* About the size that a panel has in the picture. */
static void panel_size(const tr_scene *scene, const tr_scene_panel *panel, double *width,
                       double *height) {
    int whole_width, whole_height;
    tr_picture_pixels(&scene->picture, &whole_width, &whole_height);
    double side = panel->run == TR_ALL_RUNS ? 1 : sqrt((double)scene->n_runs);
    *width = whole_width / side;
    *height = whole_height / side;
}

static tr_status prepare_panels(tr_scene *scene, tr_diag *diag) {
    void *shared[TR_MOST_COMPARED];
    size_t n_each = 0;
    double width, height;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < scene->n_panels; i++) {
        tr_scene_panel *panel = &scene->panels[i];
        panel_size(scene, panel, &width, &height);
        if (panel->ops->prepare)
            status = panel->ops->prepare(&panel->shared, tr_scene_panel_run(scene, i), width,
                                         height, diag);
        if (panel->run != TR_ALL_RUNS)
            shared[n_each++] = panel->shared;
    }
    if (!status && n_each && scene->panels[0].ops->unite)
        scene->has_same_axes = scene->panels[0].ops->unite(shared, n_each);
    for (size_t i = 0; !status && i < scene->n_panels; i++) {
        tr_scene_panel *panel = &scene->panels[i];
        panel_size(scene, panel, &width, &height);
        if (panel->ops->complete)
            status = panel->ops->complete(panel->shared, tr_scene_panel_run(scene, i), width,
                                          height, diag);
    }
    return status;
}

static void place_panels(tr_scene *scene, const tr_panel_ops *upper, const tr_panel_ops *lower) {
    for (size_t i = 0; i < scene->n_panels - (lower != NULL); i++)
        scene->panels[i] =
            (tr_scene_panel){.ops = upper, .run = upper->shows_all ? TR_ALL_RUNS : i};
    if (lower)
        scene->panels[scene->n_panels - 1] = (tr_scene_panel){.ops = lower, .run = TR_ALL_RUNS};
}

/* A scene whose panels are not prepared. */
static tr_status create_scene(tr_scene **scene, const tr_comparison *comparison,
                              const tr_picture *picture, const tr_panel_ops *upper,
                              const tr_panel_ops *lower, tr_diag *diag) {
    size_t n_upper = upper->shows_all ? 1 : comparison->n_runs;
    tr_status status =
        tr_scene_allocate(scene, picture, comparison->n_runs, n_upper + (lower != NULL), diag);
    if (status)
        return status;
    place_panels(*scene, upper, lower);
    status = copy_runs(*scene, comparison, diag);
    if (!status)
        status = place_params(&(*scene)->joint, diag);
    if (status)
        tr_scene_destroy(scene);
    else
        color_predictions(*scene);
    return status;
}

tr_status tr_scene_create_compared(tr_scene **out, const tr_comparison *comparison,
                                   const tr_picture *picture, tr_diag *diag) {
    const tr_panel_ops *upper = NULL, *lower = NULL;
    tr_scene *scene = NULL;
    *out = NULL;
    tr_status status = check(comparison, picture, &upper, &lower, diag);
    if (!status)
        status = check_recordings(comparison, diag);
    if (!status)
        status = create_scene(&scene, comparison, picture, upper, lower, diag);
    if (!status)
        status = find_last(&scene->joint, diag);
    if (!status)
        status = prepare_panels(scene, diag);
    if (status)
        tr_scene_destroy(&scene);
    *out = scene;
    return status;
}

/* ---- whether there is room ---- */

/* A panel that has axes in the place of one that cannot be drawn before the runs are recorded. */
typedef struct stand_in {
    tr_panel panel;
    tr_panel_setting setting;
    tr_axes axes;
    tr_axes_content content;
} stand_in;

static void destroy_stand_in(tr_panel *panel) {
    free(panel);
}

static tr_status create_stand_in(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    stand_in *stand = tr_alloc_array(1, sizeof *stand);
    if (!stand)
        return tr_fail_memory(diag, "the picture");
    stand->setting = *setting;
    stand->panel.axes = &stand->axes;
    stand->content = (tr_axes_content){.x_high = 400000,
                                       .y_high = 0.25,
                                       .x_exact = true,
                                       .x_label = setting->x_label ? setting->x_label : "iteration",
                                       .y_label = setting->y_label ? setting->y_label : "weight",
                                       .no_x_ticks = setting->no_x_ticks,
                                       .no_y_ticks = setting->no_y_ticks};
    tr_status status =
        tr_axes_lay_out(&stand->axes, setting->text, &setting->style, &stand->content, setting->x,
                        setting->y, setting->width, setting->height, diag);
    if (status)
        free(stand);
    else
        *out = &stand->panel;
    return status;
}

static tr_status draw_stand_in(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    const stand_in *stand = (const stand_in *)panel;
    const tr_panel_setting *setting = &stand->setting;
    return tr_axes_draw(&stand->axes, setting->text, &setting->style, &setting->source->theme,
                        &stand->content, cr, diag);
}

static bool unite_stand_ins(void *const *shared, size_t n_runs) {
    (void)shared, (void)n_runs;
    return true;
}

static const tr_panel_ops stand_in_ops = {.create = create_stand_in,
                                          .destroy = destroy_stand_in,
                                          .draw_background = draw_stand_in,
                                          .unite = unite_stand_ins};

/* Draws on hardly anything, to find out whether all texts fit. */
static tr_status try_to_draw(tr_view *view, tr_diag *diag) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t *cr = cairo_create(surface);
    tr_status status = tr_view_draw_background(view, cr, diag);
    if (!status && view->title)
        status = tr_counter_draw_still(view->title, cr, &(tr_snapshot){0}, diag);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return status;
}

static tr_status try_layout(const tr_comparison *comparison, const tr_picture *picture,
                            const tr_panel_ops *upper, const tr_panel_ops *lower, tr_diag *diag) {
    int width, height;
    tr_scene *scene;
    tr_view *view = NULL;
    tr_status status = create_scene(&scene, comparison, picture, upper, lower, diag);
    if (status)
        return status;
    for (size_t i = 0; i < scene->n_panels; i++)
        if (scene->panels[i].ops->needs_recording)
            scene->panels[i].ops = &stand_in_ops;
    status = prepare_panels(scene, diag);
    tr_picture_pixels(picture, &width, &height);
    if (!status)
        status = tr_view_create(&view, scene, width, height, false, diag);
    if (!status)
        status = try_to_draw(view, diag);
    tr_view_destroy(&view);
    tr_scene_destroy(&scene);
    return status;
}

tr_status tr_comparison_check(const tr_comparison *comparison, const tr_picture *picture,
                              tr_diag *diag) {
    const tr_panel_ops *upper = NULL, *lower = NULL;
    tr_status status = check(comparison, picture, &upper, &lower, diag);
    return status ? status : try_layout(comparison, picture, upper, lower, diag);
}
