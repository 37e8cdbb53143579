/* The part of a rendering that is the same for one run and for several. */
#ifndef TR_RENDER_JOB_H
#define TR_RENDER_JOB_H

#include "scene.h"
#include "schedule.h"
#include "timeline.h"

#include <trainreel/render.h>

/* Checks what does not depend on what is rendered. TR_ERROR_ARGUMENT. */
tr_status tr_job_check(const tr_render_options *options, tr_diag *diag);

/* What is rendered, all of it borrowed. */
typedef struct tr_job {
    const tr_source
        *source;     /* of states of the scene; its network, dataset and loss are not used */
    size_t n_params; /* of such a state */
    const tr_scene *scene;
    const tr_schedule *schedule; /* over what the source counts as iterations */
    const tr_narrator *narrator; /* tells what the states are */
} tr_job;

/* Renders a scene as tr_render() does; the options' picture and pace are not used. */
tr_status tr_job_render(const tr_job *job, const tr_render_options *options, tr_report *report,
                        tr_diag *diag);

/* The same for the rendering of one run, with its network and dataset. TR_ERROR_ARGUMENT. */
tr_status tr_render_check(const tr_source *source, const tr_render_options *options, tr_diag *diag);

#endif
