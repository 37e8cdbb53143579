/* A rendering of what is pushed: tr_render() on a thread of its own, whose source pops a ring. */
#include <trainreel/render.h>

#include "alloc.h"
#include "diag.h"
#include "job.h"

#include <pthread.h>
#include <stdlib.h>
#include <trainreel/ring.h>

enum { PUSHED_SNAPSHOTS = 64 };

struct tr_rendering {
    tr_source source;
    tr_render_options options;
    tr_ring *ring;
    float *params; /* of the snapshot that was popped */
    /* What the one who pushes has done. */
    bool has_pushed;
    uint64_t newest; /* iteration that was pushed */
    bool is_running; /* the thread is not joined yet */
    bool is_finished;
    pthread_t thread;
    /* These are the thread's until it has closed the ring. */
    tr_report report;
    tr_status status;
    tr_diag diag;
};

static tr_status take_pushed(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_rendering *rendering = context;
    tr_status status = TR_OK;
    while (!status) {
        tr_snapshot snapshot;
        status = tr_ring_pop(rendering->ring, &snapshot, rendering->params, diag);
        if (status == TR_END)
            return TR_OK;
        if (!status)
            status = step(&snapshot, step_context);
    }
    return status;
}

static void *render(void *context) {
    tr_rendering *rendering = context;
    rendering->status =
        tr_render(&rendering->source, &rendering->options, &rendering->report, &rendering->diag);
    tr_ring_close(rendering->ring);
    return NULL;
}

static void join(tr_rendering *rendering) {
    pthread_join(rendering->thread, NULL);
    rendering->is_running = false;
}

/* How the thread ended; it is joined. */
static tr_status outcome(const tr_rendering *rendering, tr_diag *diag) {
    if (rendering->status)
        tr_diag_adopt(diag, &rendering->diag);
    return rendering->status;
}

tr_status tr_rendering_create(tr_rendering **out, const tr_source *run,
                              const tr_render_options *options, tr_diag *diag) {
    *out = NULL;
    tr_status status = tr_render_check(run, options, diag);
    if (status)
        return status;
    size_t n_params = tr_network_n_params(run->network);
    tr_rendering *rendering = tr_alloc_array(1, sizeof *rendering);
    if (!rendering)
        return tr_fail_memory(diag, "a rendering");
    rendering->source = *run;
    rendering->source.run = take_pushed;
    rendering->source.context = rendering;
    rendering->options = *options;
    rendering->params = tr_alloc_array(n_params, sizeof *rendering->params);
    if (!rendering->params)
        status = tr_fail_memory(diag, "a rendering");
    if (!status)
        status = tr_ring_create(&rendering->ring, PUSHED_SNAPSHOTS, n_params, TR_RING_BLOCK, diag);
    if (!status && pthread_create(&rendering->thread, NULL, render, rendering))
        status = tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left for the rendering");
    rendering->is_running = !status;
    if (status)
        tr_rendering_destroy(&rendering);
    *out = rendering;
    return status;
}

static tr_status check_snapshot(const tr_rendering *rendering, const tr_snapshot *snapshot,
                                tr_diag *diag) {
    size_t n_params = tr_network_n_params(rendering->source.network);
    if (snapshot->n_params != n_params)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a snapshot has %zu parameters, but the net has %zu", snapshot->n_params,
                       n_params);
    if (rendering->has_pushed && snapshot->iteration <= rendering->newest)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a snapshot of iteration %llu follows %llu",
                       (unsigned long long)snapshot->iteration,
                       (unsigned long long)rendering->newest);
    return TR_OK;
}

tr_status tr_rendering_push(tr_rendering *rendering, const tr_snapshot *snapshot, tr_diag *diag) {
    if (rendering->is_finished)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a snapshot comes after the rendering's end");
    tr_status status = check_snapshot(rendering, snapshot, diag);
    if (status)
        return status;
    if (rendering->is_running && !tr_ring_push(rendering->ring, snapshot)) {
        rendering->has_pushed = true;
        rendering->newest = snapshot->iteration;
        return TR_OK;
    }
    if (rendering->is_running)
        join(rendering); /* it has closed the ring, because it failed */
    return outcome(rendering, diag);
}

tr_status tr_rendering_finish(tr_rendering *rendering, tr_report *report, tr_diag *diag) {
    *report = (tr_report){0};
    if (rendering->is_finished)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the rendering was finished before");
    rendering->is_finished = true;
    if (rendering->is_running) {
        tr_ring_finish(rendering->ring, TR_OK, NULL);
        join(rendering);
    }
    *report = rendering->report; /* empty where it failed */
    rendering->report = (tr_report){0};
    return outcome(rendering, diag);
}

void tr_rendering_destroy(tr_rendering **handle) {
    tr_rendering *rendering = *handle;
    if (!rendering)
        return;
    if (rendering->is_running) {
        tr_ring_cancel(rendering->ring);
        join(rendering);
    }
    tr_report_destroy(&rendering->report);
    tr_ring_destroy(&rendering->ring);
    free(rendering->params);
    free(rendering);
    *handle = NULL;
}
