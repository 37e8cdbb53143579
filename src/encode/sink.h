/* Where frames go.
 *
 * A sink is one output. Each worker has a sink worker of its own, with which it turns one segment of
 * frames after another into a tr_segment, independently of all others; the sink then takes the
 * segments in order. So what a sink writes does not depend on how many workers there were. */
#ifndef TR_ENCODE_SINK_H
#define TR_ENCODE_SINK_H

#include "frame.h"
#include "output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>
#include <trainreel/video.h>

enum { TR_SEGMENT_FRAMES = 240 }; /* part of the output's definition: a segment is one GOP */

typedef struct tr_sink tr_sink;
typedef struct tr_sink_worker tr_sink_worker;
typedef struct tr_segment tr_segment;

/* A part of a video that players offer to jump to; it goes on to the next one. */
typedef struct tr_chapter {
    uint64_t first_frame;
    const char *title;
} tr_chapter;

/* What the kinds of sinks have in common; those with more start with it. */
struct tr_sink {
    const struct tr_sink_ops *ops;
    tr_format format;
    int width; /* of the frames; once it is finished, of the file's pictures */
    int height;
    tr_output *output; /* NULL where nothing is written */
    uint64_t bytes;    /* of all its files, once it is finished */
    uint64_t n_frames; /* appended so far */
    /* in the file, once it is finished, where that is another number: what does not change may be one
     * picture; 0 otherwise */
    uint64_t n_pictures;
    /* may be set before it is finished, and are borrowed until then */
    const tr_chapter *chapters;
    size_t n_chapters;
};

struct tr_sink_worker {
    tr_sink *sink;
    tr_segment *segment; /* the one at hand, or NULL */
};

struct tr_segment {
    uint64_t first_frame;
    uint64_t n_frames;
    uint64_t bytes; /* that it adds to the sink's */
};

/* What a kind of sink does besides. Workers and segments come and go zeroed; functions that
 * a kind does not need are NULL. */
typedef struct tr_sink_ops {
    size_t sink_size;
    size_t worker_size;
    size_t segment_size;
    /* Opens the output; the sizes and settings are checked. `close` is called also if it failed. */
    tr_status (*open)(tr_sink *sink, const char *path, const tr_video *video, tr_diag *diag);
    tr_status (*prepare)(tr_sink *sink, tr_diag *diag);
    void (*close)(tr_sink *sink);
    tr_status (*open_worker)(tr_sink_worker *worker, tr_diag *diag);
    void (*close_worker)(tr_sink_worker *worker); /* also after open_worker failed */
    tr_status (*begin_segment)(tr_sink_worker *worker, tr_diag *diag);
    tr_status (*add_frame)(tr_sink_worker *worker, const tr_frame *frame, tr_diag *diag);
    tr_status (*end_segment)(tr_sink_worker *worker, tr_diag *diag);
    void (*clear_segment)(tr_segment *segment); /* also after begin_segment failed */
    tr_status (*append)(tr_sink *sink, tr_segment *segment, tr_diag *diag);
    tr_status (*finish)(tr_sink *sink, tr_diag *diag);
} tr_sink_ops;

/* `path` is the file, or for PNG the folder, that is to be written; its folder must exist. For
 * TR_FORMAT_NONE it is not used. TR_ERROR_ARGUMENT (a size or setting the format cannot have),
 * TR_ERROR_OUTPUT, TR_ERROR_ENCODER, TR_ERROR_MEMORY. */
tr_status tr_sink_create(tr_sink **sink, tr_format format, const char *path, int width, int height,
                         const tr_video *video, tr_diag *diag);
/* Loads the libraries that sinks need, which they would otherwise do themselves; on any thread. What fails
 * is told by them. */
void tr_sink_load(void);
/* Gets ready for the first segment, which would otherwise wait for that; workers may be at it. May be
 * called again. */
tr_status tr_sink_prepare(tr_sink *sink, tr_diag *diag);
/* Also removes what was not committed. */
void tr_sink_destroy(tr_sink **sink);

/* A worker and its segments belong to one thread. All its frames come from one plotter. */
tr_status tr_sink_worker_create(tr_sink_worker **worker, tr_sink *sink, tr_diag *diag);
void tr_sink_worker_destroy(tr_sink_worker **worker);
tr_status tr_sink_begin_segment(tr_sink_worker *worker, uint64_t first_frame, tr_diag *diag);
/* Consumes the frame, even on failure. */
tr_status tr_sink_add_frame(tr_sink_worker *worker, const tr_frame *frame, tr_diag *diag);
tr_status tr_sink_end_segment(tr_sink_worker *worker, tr_segment **segment, tr_diag *diag);

/* By one thread at a time, in the order of the segments; consumes the segment, even on failure. */
tr_status tr_sink_append(tr_sink *sink, tr_segment **segment, tr_diag *diag);
/* Frees a segment that will not be appended. */
void tr_segment_destroy(tr_segment **segment, const tr_sink *sink);
/* A sink whose frames go to each of `n_sinks` others, drawn once; finishing it finishes them all. They
 * are borrowed, and stay to be committed and destroyed one by one. All have the same size.
 * TR_ERROR_MEMORY. */
tr_status tr_tee_create(tr_sink **tee, tr_sink *const *sinks, size_t n_sinks, tr_diag *diag);

/* After the last segment: completes the output and checks it, still under its temporary name. */
tr_status tr_sink_finish(tr_sink *sink, tr_diag *diag);
/* Gives the output its name. */
tr_status tr_sink_commit(tr_sink *sink, tr_diag *diag);

/* What follows the name of a file of this format, such as ".mp4". */
const char *tr_format_ending(tr_format format);
/* What it is called in reports: "video", "frames", "checksums" or "nothing". */
const char *tr_format_kind(tr_format format);
/* Whether a player shows it, one frame after the other. */
bool tr_format_plays(tr_format format);
/* Whether a page shows something in its place until it plays. */
bool tr_format_has_poster(tr_format format);

/* What can be known of a format's settings before anything is loaded or written. */
tr_status tr_sink_check(tr_format format, int width, int height, const tr_video *video,
                        tr_diag *diag);

/* Versions of the libraries that encode, as "libavcodec 59.37.100, libavformat 59.27.100", or why they
 * cannot be loaded. Good until the thread calls again. */
const char *tr_encode_versions(void);

/* The kinds of sinks, for tr_sink_create. */
extern const tr_sink_ops tr_video_sink_ops;
extern const tr_sink_ops tr_gif_sink_ops;
extern const tr_sink_ops tr_apng_sink_ops;
extern const tr_sink_ops tr_png_sink_ops;
extern const tr_sink_ops tr_checksum_sink_ops;
extern const tr_sink_ops tr_null_sink_ops;

#endif
