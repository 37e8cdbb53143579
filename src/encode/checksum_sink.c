/* A text file with a line for every frame: the SHA-256 of its pixels as R, G, B bytes row by row, and
 * its number. It tells whether a picture changed without asking an encoder. */
#include "alloc.h"
#include "diag.h"
#include "output.h"
#include "sink.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 96 };

typedef struct checksum_sink {
    tr_sink base;
    tr_output *output;
    uint64_t bytes;
    uint64_t n_frames;
} checksum_sink;

typedef struct checksum_segment {
    tr_segment base;
    size_t length;
    char lines[TR_SEGMENT_FRAMES * LINE_SIZE];
} checksum_segment;

typedef struct checksum_worker {
    tr_sink_worker base;
    checksum_segment *segment;
    uint64_t next_frame;
    uint8_t *row;
} checksum_worker;

static void destroy_segment(tr_segment *segment) {
    free(segment);
}

static void destroy_worker(tr_sink_worker *base) {
    checksum_worker *worker = (checksum_worker *)base;
    free(worker->segment);
    free(worker->row);
    free(worker);
}

static tr_status create_worker(tr_sink *sink, tr_sink_worker **out, tr_diag *diag) {
    checksum_worker *worker = tr_alloc_array(1, sizeof *worker);
    if (!worker)
        return tr_fail_memory(diag, "the checksums");
    worker->base.sink = sink;
    worker->row = tr_alloc_array((size_t)sink->width, 3);
    if (!worker->row) {
        destroy_worker(&worker->base);
        return tr_fail_memory(diag, "the checksums");
    }
    *out = &worker->base;
    return TR_OK;
}

static tr_status begin_segment(tr_sink_worker *base, uint64_t first_frame, tr_diag *diag) {
    checksum_worker *worker = (checksum_worker *)base;
    worker->next_frame = first_frame;
    worker->segment = tr_alloc_array(1, sizeof *worker->segment);
    return worker->segment ? TR_OK : tr_fail_memory(diag, "a segment");
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    (void)diag;
    checksum_worker *worker = (checksum_worker *)base;
    checksum_segment *segment = worker->segment;
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (int row = 0; row < frame->height; row++) {
        tr_frame_copy_rgb_row(frame, row, worker->row);
        g_checksum_update(checksum, worker->row, 3 * frame->width);
    }
    int length = snprintf(segment->lines + segment->length, LINE_SIZE, "%s  %06llu\n",
                          g_checksum_get_string(checksum), (unsigned long long)worker->next_frame);
    g_checksum_free(checksum);
    segment->length += (size_t)length;
    segment->base.n_frames++;
    worker->next_frame++;
    return TR_OK;
}

static tr_status end_segment(tr_sink_worker *base, tr_segment **segment, tr_diag *diag) {
    (void)diag;
    checksum_worker *worker = (checksum_worker *)base;
    *segment = &worker->segment->base;
    worker->segment = NULL;
    return TR_OK;
}

static tr_status append(tr_sink *base, tr_segment *base_segment, tr_diag *diag) {
    checksum_sink *sink = (checksum_sink *)base;
    checksum_segment *segment = (checksum_segment *)base_segment;
    tr_status status = tr_output_write(sink->output, segment->lines, segment->length, diag);
    sink->bytes += segment->length;
    sink->n_frames += segment->base.n_frames;
    destroy_segment(base_segment);
    return status;
}

static tr_status finish(tr_sink *base, tr_sink_result *result, tr_diag *diag) {
    (void)diag;
    checksum_sink *sink = (checksum_sink *)base;
    *result = (tr_sink_result){.bytes = sink->bytes, .n_frames = sink->n_frames};
    return TR_OK;
}

static tr_status commit(tr_sink *base, tr_diag *diag) {
    return tr_output_commit(&((checksum_sink *)base)->output, diag);
}

static void destroy(tr_sink *base) {
    tr_output_discard(&((checksum_sink *)base)->output);
    free(base);
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

tr_status tr_checksum_sink_create(tr_sink **out, const char *path, int width, int height,
                                  tr_diag *diag) {
    *out = NULL;
    checksum_sink *sink = tr_alloc_array(1, sizeof *sink);
    if (!sink)
        return tr_fail_memory(diag, "the checksums");
    sink->base = (tr_sink){.ops = &ops, .width = width, .height = height};
    tr_status status = tr_output_create(&sink->output, path, false, diag);
    if (status)
        destroy(&sink->base);
    else
        *out = &sink->base;
    return status;
}
