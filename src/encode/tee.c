/* One drawing of each frame for several sinks: the tee's worker holds a worker of each of them, and its
 * segments hold theirs. */
#include "alloc.h"
#include "diag.h"
#include "sink.h"

#include <stdlib.h>

typedef struct tee {
    tr_sink base;
    size_t n_sinks;
    tr_sink *const *sinks;
} tee;

typedef struct tee_worker {
    tr_sink_worker base;
    tr_sink_worker *workers[TR_N_FORMATS];
} tee_worker;

typedef struct tee_segment {
    tr_segment base;
    const tee *tee;
    tr_segment *segments[TR_N_FORMATS];
} tee_segment;

static tr_status prepare(tr_sink *base, tr_diag *diag) {
    const tee *self = (tee *)base;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_prepare(self->sinks[i], diag);
    return status;
}

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    const tee *self = (tee *)base->sink;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_worker_create(&((tee_worker *)base)->workers[i], self->sinks[i], diag);
    return status;
}

static void close_worker(tr_sink_worker *base) {
    const tee *self = (tee *)base->sink;
    for (size_t i = 0; i < self->n_sinks; i++)
        tr_sink_worker_destroy(&((tee_worker *)base)->workers[i]);
}

static tr_status begin_segment(tr_sink_worker *base, tr_diag *diag) {
    const tee *self = (tee *)base->sink;
    tr_status status = TR_OK;
    ((tee_segment *)base->segment)->tee = self;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_begin_segment(((tee_worker *)base)->workers[i], base->segment->first_frame,
                                       diag);
    return status;
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    const tee *self = (tee *)base->sink;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_add_frame(((tee_worker *)base)->workers[i], frame, diag);
    return status;
}

static tr_status end_segment(tr_sink_worker *base, tr_diag *diag) {
    const tee *self = (tee *)base->sink;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_end_segment(((tee_worker *)base)->workers[i],
                                     &((tee_segment *)base->segment)->segments[i], diag);
    return status;
}

static void clear_segment(tr_segment *base) {
    tee_segment *segment = (tee_segment *)base;
    for (size_t i = 0; segment->tee && i < segment->tee->n_sinks; i++)
        tr_segment_destroy(&segment->segments[i], segment->tee->sinks[i]);
}

static tr_status append(tr_sink *base, tr_segment *segment, tr_diag *diag) {
    const tee *self = (tee *)base;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_append(self->sinks[i], &((tee_segment *)segment)->segments[i], diag);
    return status;
}

static tr_status finish(tr_sink *base, tr_diag *diag) {
    const tee *self = (tee *)base;
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < self->n_sinks; i++)
        status = tr_sink_finish(self->sinks[i], diag);
    return status;
}

static const tr_sink_ops tee_ops = {.sink_size = sizeof(tee),
                                    .worker_size = sizeof(tee_worker),
                                    .segment_size = sizeof(tee_segment),
                                    .prepare = prepare,
                                    .open_worker = open_worker,
                                    .close_worker = close_worker,
                                    .begin_segment = begin_segment,
                                    .add_frame = add_frame,
                                    .end_segment = end_segment,
                                    .clear_segment = clear_segment,
                                    .append = append,
                                    .finish = finish};

tr_status tr_tee_create(tr_sink **out, tr_sink *const *sinks, size_t n_sinks, tr_diag *diag) {
    *out = NULL;
    if (n_sinks < 1 || n_sinks > TR_N_FORMATS)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "1 to %d outputs can be made at once, not %zu",
                       TR_N_FORMATS, n_sinks);
    tee *self = tr_alloc_array(1, sizeof *self);
    if (!self)
        return tr_fail_memory(diag, "the output");
    self->base = (tr_sink){.ops = &tee_ops, .width = sinks[0]->width, .height = sinks[0]->height};
    self->n_sinks = n_sinks;
    self->sinks = sinks;
    *out = &self->base;
    return TR_OK;
}
