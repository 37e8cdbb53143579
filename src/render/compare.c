/* Several recorded runs as a video or a chart. */
#include <trainreel/compare.h>

#include "chart.h"
#include "diag.h"
#include "job.h"
#include "joint.h"
#include "tell.h"
#include "walk.h"

#include <stdlib.h>

enum { MOST_FRAMES = 1 << 20 };

static tr_status check(const tr_render_options *options, tr_diag *diag) {
    if (options->pace != TR_PACE_STEP && options->pace != TR_PACE_LOG)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "several runs have frames at even or logarithmic steps only: they would ask "
                       "for different ones");
    if (options->n_frames < 2 || options->n_frames > MOST_FRAMES)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the number of frames is 2 to %d, not %llu",
                       MOST_FRAMES, (unsigned long long)options->n_frames);
    return tr_job_check(options, diag);
}

/* What the joint parameters are is nobody's concern. */
static void empty_report(tr_report *report) {
    free(report->initial_params);
    free(report->trained_params);
    report->initial_params = report->trained_params = NULL;
    report->n_params = 0;
    report->final_loss = 0;
}

static tr_status render(const tr_scene *scene, const tr_render_options *options, tr_report *report,
                        tr_diag *diag) {
    const tr_joint *joint = tr_scene_joint(scene);
    const tr_schedule_options pace = {
        .pace = options->pace, .n_frames = options->n_frames, .n_iterations = joint->last};
    const tr_narrator narrator = tr_joint_narrator(joint);
    tr_schedule *schedule = NULL;
    tr_walk *walk = NULL;
    tr_status status = tr_schedule_create(&schedule, &pace, diag);
    if (!status)
        status = tr_walk_create(&walk, joint, schedule, diag);
    const tr_source source = {.n_iterations = joint->last, .run = tr_walk_run, .context = walk};
    if (!status)
        status = tr_job_render(&(tr_job){.source = &source,
                                         .n_params = tr_joint_n_params(joint),
                                         .scene = scene,
                                         .schedule = schedule,
                                         .narrator = &narrator},
                               options, report, diag);
    tr_walk_destroy(&walk);
    tr_schedule_destroy(&schedule);
    if (!status)
        empty_report(report);
    return status;
}

tr_status tr_compare(const tr_comparison *comparison, const tr_render_options *options,
                     tr_report *report, tr_diag *diag) {
    tr_scene *scene = NULL;
    *report = (tr_report){0};
    tr_status status = check(options, diag);
    if (!status)
        status = tr_scene_create_compared(&scene, comparison, &options->picture, diag);
    if (!status)
        status = render(scene, options, report, diag);
    tr_scene_destroy(&scene);
    return status;
}

tr_status tr_compare_chart(const tr_comparison *comparison, const tr_picture *picture,
                           tr_chart_format format, const char *path, tr_artifact *artifact,
                           tr_diag *diag) {
    tr_scene *scene = NULL;
    tr_walk *walk = NULL;
    tr_snapshot state;
    *artifact = (tr_artifact){0};
    tr_status status = tr_scene_create_compared(&scene, comparison, picture, diag);
    if (!status)
        status = tr_walk_create(&walk, tr_scene_joint(scene), NULL, diag);
    if (!status)
        status = tr_walk_to_end(walk, &state, diag);
    if (!status)
        status = tr_chart_write(scene, &state, format, path, artifact, diag);
    tr_walk_destroy(&walk);
    tr_scene_destroy(&scene);
    return status;
}
