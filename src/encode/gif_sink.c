/* GIF: one palette for the whole clip, and of each frame only what changed.
 *
 * The palette is known only when all frames are drawn. Until then the workers keep what changes from
 * frame to frame in a file without a name, so a clip needs no more memory than a frame. Then the file
 * is made, by one thread: if there is a limit for its size, with ever fewer colours, then fewer frames,
 * then a smaller picture, until it is kept. */
#include "av.h"
#include "changes.h"
#include "diag.h"
#include "gif_film.h"
#include "readback.h"
#include "sink.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

typedef struct gif_sink {
    tr_sink base;
    tr_video video;
    int spill; /* -1 where there is none */
    atomic_uint_least64_t spill_size;
    tr_histogram *histogram;
    tr_spilled *frames;
    size_t capacity;
} gif_sink;

typedef struct gif_worker {
    tr_sink_worker base;
    tr_changes changes;
} gif_worker;

typedef struct gif_segment {
    tr_segment base;
    tr_histogram *histogram;
    tr_spilled frames[TR_SEGMENT_FRAMES];
} gif_segment;

static tr_status open_sink(tr_sink *base, const char *path, const tr_video *video, tr_diag *diag) {
    gif_sink *sink = (gif_sink *)base;
    sink->video = *video;
    sink->spill = -1;
    tr_status status = tr_output_create(&base->output, path, false, diag);
    if (!status)
        status = tr_output_open_spill(base->output, &sink->spill, diag);
    return status ? status : tr_histogram_create(&sink->histogram, diag);
}

static tr_status prepare(tr_sink *sink, tr_diag *diag) {
    (void)sink;
    const tr_av *av;
    return tr_av_load(&av, diag);
}

static void close_sink(tr_sink *base) {
    gif_sink *sink = (gif_sink *)base;
    if (sink->spill >= 0)
        close(sink->spill);
    tr_histogram_destroy(&sink->histogram);
    free(sink->frames);
}

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    return tr_changes_open(&((gif_worker *)base)->changes, base->sink->width, base->sink->height,
                           diag);
}

static void close_worker(tr_sink_worker *base) {
    tr_changes_close(&((gif_worker *)base)->changes);
}

static tr_status begin_segment(tr_sink_worker *base, tr_diag *diag) {
    tr_changes_restart(&((gif_worker *)base)->changes);
    return tr_histogram_create(&((gif_segment *)base->segment)->histogram, diag);
}

static void clear_segment(tr_segment *base) {
    tr_histogram_destroy(&((gif_segment *)base)->histogram);
}

/* Writes to a place of the file that no other worker has. */
static tr_status spill(gif_sink *sink, const tr_buffer *tokens, tr_spilled *frame, tr_diag *diag) {
    frame->offset = atomic_fetch_add(&sink->spill_size, tokens->size);
    frame->size = tokens->size;
    for (size_t done = 0; done < tokens->size;) {
        ssize_t written = pwrite(sink->spill, tokens->data + done, tokens->size - done,
                                 (off_t)(frame->offset + done));
        if (written < 0 && errno != EINTR)
            return tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot keep its frames until the end: %s",
                           tr_output_path(sink->base.output), strerror(errno));
        done += written > 0 ? (size_t)written : 0;
    }
    return TR_OK;
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    gif_worker *worker = (gif_worker *)base;
    gif_segment *segment = (gif_segment *)base->segment;
    if (segment->base.n_frames == TR_SEGMENT_FRAMES)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a segment has at most %d frames",
                       TR_SEGMENT_FRAMES);
    tr_status status = tr_changes_code(&worker->changes, frame, segment->histogram, diag);
    return status ? status
                  : spill((gif_sink *)base->sink, &worker->changes.tokens,
                          &segment->frames[segment->base.n_frames], diag);
}

static tr_status append(tr_sink *base, tr_segment *base_segment, tr_diag *diag) {
    gif_sink *sink = (gif_sink *)base;
    gif_segment *segment = (gif_segment *)base_segment;
    size_t n_frames = (size_t)base->n_frames;
    if (sink->capacity - n_frames < TR_SEGMENT_FRAMES) {
        size_t capacity = 2 * sink->capacity + TR_SEGMENT_FRAMES;
        tr_spilled *frames = realloc(sink->frames, capacity * sizeof *frames);
        if (!frames)
            return tr_fail_memory(diag, "the frames");
        sink->frames = frames;
        sink->capacity = capacity;
    }
    memcpy(sink->frames + n_frames, segment->frames,
           (size_t)segment->base.n_frames * sizeof *sink->frames);
    tr_histogram_merge(sink->histogram, segment->histogram);
    return TR_OK;
}

/* ---- the file ---- */

/* What is tried, one after the other, to keep a limit. */
static const tr_gif_economy economies[] = {
    {255, 1, 1, 1}, {127, 1, 1, 1}, {63, 1, 1, 1}, {31, 1, 1, 1}, {31, 2, 1, 1},
    {31, 3, 1, 1},  {31, 4, 1, 1},  {31, 6, 1, 1}, {31, 8, 1, 1}, {31, 8, 3, 4},
    {31, 8, 1, 2},  {31, 8, 1, 3},  {31, 8, 1, 4}};
enum { N_ECONOMIES = sizeof economies / sizeof *economies };

static tr_status make_file(gif_sink *sink, tr_gif_result *result, tr_diag *diag) {
    const tr_gif_film film = {.output = sink->base.output,
                              .spill = sink->spill,
                              .frames = sink->frames,
                              .n_frames = (size_t)sink->base.n_frames,
                              .width = sink->base.width,
                              .height = sink->base.height,
                              .frames_per_second = sink->video.frames_per_second};
    uint64_t limit = sink->video.gif_size ? sink->video.gif_size : UINT64_MAX;
    int n_economies = sink->video.gif_size ? N_ECONOMIES : 1;
    for (int i = 0; i < n_economies; i++) {
        tr_status status = tr_gif_write(&film, sink->histogram, &economies[i], limit, result, diag);
        if (status || result->bytes <= limit)
            return status;
    }
    tr_status status =
        tr_gif_write(&film, sink->histogram, &economies[N_ECONOMIES - 1], UINT64_MAX, result, diag);
    return status
               ? status
               : tr_fail(diag, TR_ERROR_ENCODER,
                         "%s: has %llu bytes even with few colours, few frames and a small "
                         "picture, and %llu are allowed; fewer frames or a smaller size would help",
                         tr_output_path(sink->base.output), (unsigned long long)result->bytes,
                         (unsigned long long)limit);
}

static tr_status finish(tr_sink *base, tr_diag *diag) {
    gif_sink *sink = (gif_sink *)base;
    tr_gif_result result;
    if (!base->n_frames)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no frame to make a GIF of");
    tr_status status = make_file(sink, &result, diag);
    if (status)
        return status;
    base->width = result.width;
    base->height = result.height;
    base->bytes = result.bytes;
    base->n_pictures = result.n_pictures;
    const tr_expected expected = {.codec = AV_CODEC_ID_GIF,
                                  .width = result.width,
                                  .height = result.height,
                                  .n_streams = 1,
                                  .n_packets = result.n_pictures,
                                  .seconds = result.seconds,
                                  .tolerance = 0.005};
    return tr_read_back(base->output, &expected, diag);
}

const tr_sink_ops tr_gif_sink_ops = {.sink_size = sizeof(gif_sink),
                                     .worker_size = sizeof(gif_worker),
                                     .segment_size = sizeof(gif_segment),
                                     .open = open_sink,
                                     .prepare = prepare,
                                     .close = close_sink,
                                     .open_worker = open_worker,
                                     .close_worker = close_worker,
                                     .begin_segment = begin_segment,
                                     .add_frame = add_frame,
                                     .clear_segment = clear_segment,
                                     .append = append,
                                     .finish = finish};
