#include "sink.h"

#include "alloc.h"
#include "av.h"
#include "diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

tr_video tr_video_default(void) {
    return (tr_video){
        .frames_per_second = 30, .crf = 21, .preset = "plot", .profile = TR_PROFILE_MAIN};
}

static bool is_known_preset(const char *preset) {
    static const char *const presets[] = {"plot", "ultrafast", "superfast", "veryfast", "faster",
                                          "fast", "medium",    "slow",      "slower",   "veryslow"};
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (preset && !strcmp(preset, presets[i]))
            return true;
    return false;
}

typedef struct format_facts {
    const char *ending;
    const char *kind;
    const tr_sink_ops *ops;
    bool plays;
    bool is_coded; /* in 4:2:0, with a quality that can be chosen */
} format_facts;

static const format_facts formats[TR_N_FORMATS] = {
    [TR_FORMAT_MP4] = {".mp4", "video", &tr_video_sink_ops, .plays = true, .is_coded = true},
    [TR_FORMAT_PNG] = {"", "frames", &tr_png_sink_ops},
    [TR_FORMAT_CHECKSUMS] = {".sha256", "checksums", &tr_checksum_sink_ops},
    [TR_FORMAT_NONE] = {"", "nothing", &tr_null_sink_ops},
    [TR_FORMAT_WEBM] = {".webm", "video", &tr_video_sink_ops, .plays = true, .is_coded = true},
    [TR_FORMAT_AV1] = {".av1.webm", "video", &tr_video_sink_ops, .plays = true, .is_coded = true},
    [TR_FORMAT_GIF] = {".gif", "video", &tr_gif_sink_ops, .plays = true},
    [TR_FORMAT_APNG] = {".apng", "video", &tr_apng_sink_ops, .plays = true},
};

const char *tr_format_ending(tr_format format) {
    return formats[format].ending;
}

const char *tr_format_kind(tr_format format) {
    return formats[format].kind;
}

bool tr_format_plays(tr_format format) {
    return formats[format].plays;
}

bool tr_format_has_poster(tr_format format) {
    return formats[format].is_coded;
}

tr_status tr_sink_check(tr_format format, int width, int height, const tr_video *video,
                        tr_diag *diag) {
    if ((unsigned)format >= TR_N_FORMATS)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no format number %d", (int)format);
    if (!formats[format].plays)
        return TR_OK;
    if (video->frames_per_second < 1 || video->frames_per_second > 240)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a video has 1 to 240 frames per second, not %d",
                       video->frames_per_second);
    if (!formats[format].is_coded)
        return TR_OK;
    if (width % 2 || height % 2)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a video has an even width and height, not %dx%d; %dx%d would do", width,
                       height, width + width % 2, height + height % 2);
    if (!(video->crf >= 1 && video->crf <= 51))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the crf is 1 to 51, not %g", video->crf);
    if (format == TR_FORMAT_MP4 && !is_known_preset(video->preset))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the preset is \"plot\" or one of x264's, not \"%.40s\"",
                       video->preset ? video->preset : "");
    return TR_OK;
}

tr_status tr_sink_create(tr_sink **out, tr_format format, const char *path, int width, int height,
                         const tr_video *video, tr_diag *diag) {
    *out = NULL;
    tr_status status = tr_sink_check(format, width, height, video, diag);
    if (status)
        return status;
    const tr_sink_ops *ops = formats[format].ops;
    tr_sink *sink = tr_alloc_array(1, ops->sink_size);
    if (!sink)
        return tr_fail_memory(diag, "the output");
    *sink = (tr_sink){.ops = ops, .format = format, .width = width, .height = height};
    if (ops->open)
        status = ops->open(sink, path, video, diag);
    if (status)
        tr_sink_destroy(&sink);
    *out = sink;
    return status;
}

void tr_sink_load(void) {
    const tr_av *av;
    (void)!tr_av_load(&av, NULL);
}

tr_status tr_sink_prepare(tr_sink *sink, tr_diag *diag) {
    return sink->ops->prepare ? sink->ops->prepare(sink, diag) : TR_OK;
}

void tr_sink_destroy(tr_sink **handle) {
    tr_sink *sink = *handle;
    if (!sink)
        return;
    if (sink->ops->close)
        sink->ops->close(sink);
    tr_output_discard(&sink->output);
    free(sink);
    *handle = NULL;
}

tr_status tr_sink_worker_create(tr_sink_worker **out, tr_sink *sink, tr_diag *diag) {
    tr_sink_worker *worker = tr_alloc_array(1, sink->ops->worker_size);
    *out = NULL;
    if (!worker)
        return tr_fail_memory(diag, "a worker");
    worker->sink = sink;
    tr_status status = sink->ops->open_worker ? sink->ops->open_worker(worker, diag) : TR_OK;
    if (status)
        tr_sink_worker_destroy(&worker);
    *out = worker;
    return status;
}

void tr_sink_worker_destroy(tr_sink_worker **handle) {
    tr_sink_worker *worker = *handle;
    if (!worker)
        return;
    tr_segment_destroy(&worker->segment, worker->sink);
    if (worker->sink->ops->close_worker)
        worker->sink->ops->close_worker(worker);
    free(worker);
    *handle = NULL;
}

tr_status tr_sink_begin_segment(tr_sink_worker *worker, uint64_t first_frame, tr_diag *diag) {
    const tr_sink_ops *ops = worker->sink->ops;
    worker->segment = tr_alloc_array(1, ops->segment_size);
    if (!worker->segment)
        return tr_fail_memory(diag, "a segment");
    worker->segment->first_frame = first_frame;
    return ops->begin_segment ? ops->begin_segment(worker, diag) : TR_OK;
}

tr_status tr_sink_add_frame(tr_sink_worker *worker, const tr_frame *frame, tr_diag *diag) {
    const tr_sink_ops *ops = worker->sink->ops;
    tr_status status = ops->add_frame ? ops->add_frame(worker, frame, diag) : TR_OK;
    if (!status)
        worker->segment->n_frames++;
    return status;
}

tr_status tr_sink_end_segment(tr_sink_worker *worker, tr_segment **segment, tr_diag *diag) {
    const tr_sink_ops *ops = worker->sink->ops;
    *segment = NULL;
    tr_status status = ops->end_segment ? ops->end_segment(worker, diag) : TR_OK;
    if (status)
        return status;
    *segment = worker->segment;
    worker->segment = NULL;
    return TR_OK;
}

tr_status tr_sink_append(tr_sink *sink, tr_segment **segment, tr_diag *diag) {
    tr_status status = sink->ops->append ? sink->ops->append(sink, *segment, diag) : TR_OK;
    sink->n_frames += (*segment)->n_frames;
    sink->bytes += (*segment)->bytes;
    tr_segment_destroy(segment, sink);
    return status;
}

void tr_segment_destroy(tr_segment **segment, const tr_sink *sink) {
    if (*segment && sink->ops->clear_segment)
        sink->ops->clear_segment(*segment);
    free(*segment);
    *segment = NULL;
}

tr_status tr_sink_finish(tr_sink *sink, tr_diag *diag) {
    return sink->ops->finish ? sink->ops->finish(sink, diag) : TR_OK;
}

tr_status tr_sink_commit(tr_sink *sink, tr_diag *diag) {
    return sink->output ? tr_output_commit(&sink->output, diag) : TR_OK;
}
