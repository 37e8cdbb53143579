/* Where frames go.
 *
 * A sink is one output. Each worker has a sink worker of its own, with which it turns one segment of
 * frames after another into a tr_segment, independently of all others; the sink then takes the
 * segments in order. So what a sink writes does not depend on how many workers there were. */
#ifndef TR_ENCODE_SINK_H
#define TR_ENCODE_SINK_H

#include "frame.h"

#include <trainreel/status.h>
#include <trainreel/video.h>

enum { TR_SEGMENT_FRAMES = 240 }; /* part of the output's definition: a segment is one GOP */

typedef struct tr_sink tr_sink;
typedef struct tr_sink_worker tr_sink_worker;
typedef struct tr_segment tr_segment;

/* What a finished output is. */
typedef struct tr_sink_result {
    uint64_t bytes;    /* of all its files; 0 where nothing is written */
    uint64_t n_frames;
} tr_sink_result;

/* The functions of a kind of sink. A sink, sink worker or segment of its own starts with the struct
 * of that name below. */
typedef struct tr_sink_ops {
    /* Called by the worker's thread; so are the next four. */
    tr_status (*create_worker)(tr_sink *sink, tr_sink_worker **worker, tr_diag *diag);
    void (*destroy_worker)(tr_sink_worker *worker);
    tr_status (*begin_segment)(tr_sink_worker *worker, uint64_t first_frame, tr_diag *diag);
    /* Consumes the frame, even on failure. All frames of a worker come from one plotter. */
    tr_status (*add_frame)(tr_sink_worker *worker, const tr_frame *frame, tr_diag *diag);
    tr_status (*end_segment)(tr_sink_worker *worker, tr_segment **segment, tr_diag *diag);
    /* Called by one thread at a time, in the order of the segments; consumes the segment. */
    tr_status (*append)(tr_sink *sink, tr_segment *segment, tr_diag *diag);
    /* Frees a segment that will not be appended. */
    void (*destroy_segment)(tr_segment *segment);
    /* After the last segment: completes the output and checks it, still under its temporary name. */
    tr_status (*finish)(tr_sink *sink, tr_sink_result *result, tr_diag *diag);
    /* Gives it its name. */
    tr_status (*commit)(tr_sink *sink, tr_diag *diag);
    /* Removes what was not committed. */
    void (*destroy)(tr_sink *sink);
} tr_sink_ops;

struct tr_sink {
    const tr_sink_ops *ops;
    int width;
    int height;
};

struct tr_sink_worker {
    tr_sink *sink;
};

struct tr_segment {
    uint64_t n_frames;
};

/* `path` is the file, or for PNG the folder, that is to be written; its folder must exist. For
 * TR_FORMAT_NONE it is not used. TR_ERROR_ARGUMENT (a size or setting the format cannot have),
 * TR_ERROR_OUTPUT, TR_ERROR_ENCODER, TR_ERROR_MEMORY. */
tr_status tr_sink_create(tr_sink **sink, tr_format format, const char *path, int width, int height,
                         const tr_video *video, tr_diag *diag);
/* Also removes what was not committed. */
void tr_sink_destroy(tr_sink **sink);

/* What can be known of a format's settings before anything is loaded or written. */
tr_status tr_sink_check(tr_format format, int width, int height, const tr_video *video,
                        tr_diag *diag);

/* Versions of the libraries that encode, as "libavcodec 59.37.100, libavformat 59.27.100", or why they
 * cannot be loaded. Good until the thread calls again. */
const char *tr_encode_versions(void);

/* The kinds of sinks, for tr_sink_create. */
tr_status tr_video_sink_create(tr_sink **sink, const char *path, int width, int height,
                               const tr_video *video, tr_diag *diag);
tr_status tr_png_sink_create(tr_sink **sink, const char *path, int width, int height,
                             tr_diag *diag);
tr_status tr_checksum_sink_create(tr_sink **sink, const char *path, int width, int height,
                                  tr_diag *diag);
tr_status tr_null_sink_create(tr_sink **sink, int width, int height, tr_diag *diag);

#endif
