/* Frames that go nowhere, for measuring what comes before an encoder. */
#include "alloc.h"
#include "diag.h"
#include "sink.h"

#include <stdlib.h>

typedef struct null_sink {
    tr_sink base;
    uint64_t n_frames;
} null_sink;

typedef struct null_worker {
    tr_sink_worker base;
    tr_segment *segment;
} null_worker;

static tr_status create_worker(tr_sink *sink, tr_sink_worker **out, tr_diag *diag) {
    null_worker *worker = tr_alloc_array(1, sizeof *worker);
    if (!worker)
        return tr_fail_memory(diag, "a worker");
    worker->base.sink = sink;
    *out = &worker->base;
    return TR_OK;
}

static void destroy_worker(tr_sink_worker *base) {
    free(((null_worker *)base)->segment);
    free(base);
}

static tr_status begin_segment(tr_sink_worker *base, uint64_t first_frame, tr_diag *diag) {
    (void)first_frame;
    null_worker *worker = (null_worker *)base;
    worker->segment = tr_alloc_array(1, sizeof *worker->segment);
    return worker->segment ? TR_OK : tr_fail_memory(diag, "a segment");
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    (void)frame;
    (void)diag;
    ((null_worker *)base)->segment->n_frames++;
    return TR_OK;
}

static tr_status end_segment(tr_sink_worker *base, tr_segment **segment, tr_diag *diag) {
    (void)diag;
    *segment = ((null_worker *)base)->segment;
    ((null_worker *)base)->segment = NULL;
    return TR_OK;
}

static void destroy_segment(tr_segment *segment) {
    free(segment);
}

static tr_status append(tr_sink *sink, tr_segment *segment, tr_diag *diag) {
    (void)diag;
    ((null_sink *)sink)->n_frames += segment->n_frames;
    destroy_segment(segment);
    return TR_OK;
}

static tr_status finish(tr_sink *sink, tr_sink_result *result, tr_diag *diag) {
    (void)diag;
    *result = (tr_sink_result){.n_frames = ((null_sink *)sink)->n_frames};
    return TR_OK;
}

static tr_status commit(tr_sink *sink, tr_diag *diag) {
    (void)sink;
    (void)diag;
    return TR_OK;
}

static void destroy(tr_sink *sink) {
    free(sink);
}

static const tr_sink_ops ops = {.create_worker = create_worker,
                                .destroy_worker = destroy_worker,
                                .begin_segment = begin_segment,
                                .add_frame = add_frame,
                                .end_segment = end_segment,
                                .append = append,
                                .destroy_segment = destroy_segment,
                                .finish = finish,
                                .commit = commit,
                                .destroy = destroy};

tr_status tr_null_sink_create(tr_sink **out, int width, int height, tr_diag *diag) {
    *out = NULL;
    null_sink *sink = tr_alloc_array(1, sizeof *sink);
    if (!sink)
        return tr_fail_memory(diag, "the output");
    sink->base = (tr_sink){.ops = &ops, .width = width, .height = height};
    *out = &sink->base;
    return TR_OK;
}
