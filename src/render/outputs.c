#include "outputs.h"

#include "diag.h"
#include "png.h"
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *output_path(const tr_render_options *options, const char *ending) {
    size_t size = strlen(options->folder) + strlen(options->name) + strlen(ending) + 2;
    char *path = malloc(size);
    if (path) {
        size_t length = strlen(options->folder);
        bool slash = length && options->folder[length - 1] == '/';
        snprintf(path, size, "%s%s%s%s", options->folder, slash ? "" : "/", options->name, ending);
    }
    return path;
}

static const char *ending_of(tr_format format) {
    switch (format) {
    case TR_FORMAT_MP4:
        return ".mp4";
    case TR_FORMAT_CHECKSUMS:
        return ".sha256";
    case TR_FORMAT_PNG:
    case TR_FORMAT_NONE:
        return "";
    }
    return "";
}

static const char *kind_of(tr_format format) {
    switch (format) {
    case TR_FORMAT_MP4:
        return "video";
    case TR_FORMAT_PNG:
        return "frames";
    case TR_FORMAT_CHECKSUMS:
        return "checksums";
    case TR_FORMAT_NONE:
        return "nothing";
    }
    return "nothing";
}

tr_status tr_outputs_check(const tr_render_options *options, tr_diag *diag) {
    const char *name = options->name;
    int width, height;
    if (!*options->folder)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the output folder has no name");
    if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the name \"%.80s\" is not a file name: it must not be empty or hold a /",
                       name);
    tr_picture_pixels(&options->picture, &width, &height);
    return tr_sink_check(options->format, width, height, &options->video, diag);
}

/* Opens a file that comes along with a video. */
static tr_status open_companion(tr_output **output, tr_artifact *artifact,
                                const tr_render_options *options, const char *ending,
                                tr_diag *diag) {
    artifact->path = output_path(options, ending);
    return artifact->path ? tr_output_create(output, artifact->path, false, diag)
                          : tr_fail_memory(diag, "a path");
}

tr_status tr_outputs_open(tr_outputs *outputs, const tr_render_options *options,
                          const tr_narrator *narrator, tr_report *report, tr_diag *diag) {
    int width, height;
    outputs->options = options;
    outputs->report = report;
    tr_picture_pixels(&options->picture, &width, &height);
    bool writes = options->format != TR_FORMAT_NONE;
    tr_artifact *artifact = &report->artifacts[0];
    tr_status status = writes ? tr_make_folders(options->folder, diag) : TR_OK;
    if (status)
        return status;
    artifact->path = output_path(options, ending_of(options->format));
    if (!artifact->path)
        return tr_fail_memory(diag, "a path");
    if (options->format == TR_FORMAT_MP4) {
        status =
            open_companion(&outputs->poster, &report->artifacts[1], options, "_start.png", diag);
        if (!status)
            status =
                open_companion(&outputs->captions, &report->artifacts[2], options, ".vtt", diag);
        if (!status)
            status = tr_timeline_create(&outputs->timeline, narrator,
                                        options->video.frames_per_second, outputs->captions, diag);
    }
    if (!status)
        status = tr_sink_create(&outputs->sink, options->format, artifact->path, width, height,
                                &options->video, diag);
    return status;
}

tr_status tr_outputs_take_first(tr_outputs *outputs, const tr_frame *frame, tr_diag *diag) {
    if (!outputs->poster)
        return TR_OK;
    tr_png *png;
    const uint8_t *data;
    size_t size;
    tr_status status = tr_png_create(&png, frame->width, frame->height, diag);
    if (!status)
        status = tr_png_encode(png, frame, &data, &size, diag);
    if (!status)
        status = tr_output_write(outputs->poster, data, size, diag);
    tr_png_destroy(&png);
    return status;
}

tr_status tr_outputs_take_state(tr_outputs *outputs, const tr_snapshot *state, bool is_held,
                                tr_diag *diag) {
    return outputs->timeline ? tr_timeline_add(outputs->timeline, state, is_held, diag) : TR_OK;
}

/* Writes what is left of the captions, and gives the video its chapters. */
static tr_status finish_timeline(tr_outputs *outputs, tr_diag *diag) {
    tr_sink *sink = outputs->sink;
    if (!outputs->timeline)
        return TR_OK;
    sink->chapters = tr_timeline_chapters(outputs->timeline, &sink->n_chapters);
    return tr_timeline_finish(outputs->timeline, diag);
}

/* Gives all files their names; the video comes last. */
static tr_status commit(tr_outputs *outputs, tr_diag *diag) {
    tr_status status = TR_OK;
    if (outputs->poster) {
        status = tr_output_sync(outputs->sink->output, diag);
        if (!status)
            status = tr_output_sync(outputs->captions, diag);
        if (!status)
            status = tr_output_commit(&outputs->poster, diag);
        if (!status)
            status = tr_output_commit(&outputs->captions, diag);
    }
    return status ? status : tr_sink_commit(outputs->sink, diag);
}

tr_status tr_outputs_close(tr_outputs *outputs, tr_diag *diag) {
    const tr_render_options *options = outputs->options;
    tr_report *report = outputs->report;
    const tr_sink *sink = outputs->sink;
    tr_status status = finish_timeline(outputs, diag);
    if (!status)
        status = tr_sink_finish(outputs->sink, diag);
    if (status)
        return status;
    bool plays = options->format == TR_FORMAT_MP4;
    report->n_frames = sink->n_frames;
    report->artifacts[0] = (tr_artifact){
        .path = report->artifacts[0].path,
        .kind = kind_of(options->format),
        .bytes = sink->bytes,
        .width = sink->width,
        .height = sink->height,
        .n_frames = sink->n_frames,
        .seconds = plays ? (double)sink->n_frames / options->video.frames_per_second : 0};
    report->n_artifacts = options->format == TR_FORMAT_NONE ? 0 : 1;
    if (outputs->poster) {
        report->artifacts[1] = (tr_artifact){.path = report->artifacts[1].path,
                                             .kind = "poster",
                                             .bytes = tr_output_size(outputs->poster),
                                             .width = sink->width,
                                             .height = sink->height,
                                             .n_frames = 1};
        report->artifacts[2] = (tr_artifact){.path = report->artifacts[2].path,
                                             .kind = "captions",
                                             .bytes = tr_output_size(outputs->captions)};
        report->n_artifacts = 3;
    }
    return commit(outputs, diag);
}

void tr_outputs_discard(tr_outputs *outputs) {
    tr_timeline_destroy(&outputs->timeline);
    tr_output_discard(&outputs->captions);
    tr_output_discard(&outputs->poster);
    tr_sink_destroy(&outputs->sink);
}
