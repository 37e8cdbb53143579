/* A text file with a line for every frame: the SHA-256 of its pixels as R, G, B bytes row by row,
 * and its number. It tells whether a picture changed without asking an encoder. */
#include "alloc.h"
#include "diag.h"
#include "sink.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_SIZE = 96 };

typedef struct checksum_segment {
    tr_segment base; /* its bytes are the length of the lines */
    char lines[TR_SEGMENT_FRAMES * LINE_SIZE];
} checksum_segment;

typedef struct checksum_worker {
    tr_sink_worker base;
    uint8_t *row;
} checksum_worker;

static tr_status open_output(tr_sink *sink, const char *path, const tr_video *video,
                             tr_diag *diag) {
    (void)video;
    return tr_output_create(&sink->output, path, false, diag);
}

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    checksum_worker *worker = (checksum_worker *)base;
    worker->row = tr_alloc_array((size_t)base->sink->width, 3);
    return worker->row ? TR_OK : tr_fail_memory(diag, "the checksums");
}

static void close_worker(tr_sink_worker *base) {
    free(((checksum_worker *)base)->row);
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    (void)diag;
    checksum_worker *worker = (checksum_worker *)base;
    checksum_segment *segment = (checksum_segment *)base->segment;
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (int row = 0; row < frame->height; row++) {
        tr_frame_copy_rgb_row(frame, row, worker->row);
        g_checksum_update(checksum, worker->row, 3 * frame->width);
    }
    int length = snprintf(segment->lines + segment->base.bytes, LINE_SIZE, "%s  %06llu\n",
                          g_checksum_get_string(checksum),
                          (unsigned long long)(segment->base.first_frame + segment->base.n_frames));
    g_checksum_free(checksum);
    segment->base.bytes += (uint64_t)length;
    return TR_OK;
}

static tr_status append(tr_sink *sink, tr_segment *segment, tr_diag *diag) {
    return tr_output_write(sink->output, ((checksum_segment *)segment)->lines, segment->bytes,
                           diag);
}

const tr_sink_ops tr_checksum_sink_ops = {.sink_size = sizeof(tr_sink),
                                          .worker_size = sizeof(checksum_worker),
                                          .segment_size = sizeof(checksum_segment),
                                          .open = open_output,
                                          .open_worker = open_worker,
                                          .close_worker = close_worker,
                                          .add_frame = add_frame,
                                          .append = append};
