#include "outputs.h"

#include "alloc.h"
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

static bool is_in(unsigned formats, tr_format format) {
    return (formats & TR_IN_SET(format)) != 0;
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
    if (!options->formats || options->formats >= TR_IN_SET(TR_N_FORMATS))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no such set of formats as 0x%x",
                       options->formats);
    if (is_in(options->formats, TR_FORMAT_NONE) && options->formats != TR_IN_SET(TR_FORMAT_NONE))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the format none cannot be had with others");
    tr_picture_pixels(&options->picture, &width, &height);
    tr_status status = TR_OK;
    for (tr_format format = 0; !status && format < TR_N_FORMATS; format++)
        if (is_in(options->formats, format))
            status = tr_sink_check(format, width, height, &options->video, diag);
    return status;
}

/* Opens a file that comes along with the videos, after those. */
static tr_status open_companion(tr_outputs *outputs, size_t index, const char *ending,
                                tr_output **output, tr_diag *diag) {
    tr_artifact *artifact = &outputs->report->artifacts[outputs->n_files + index];
    artifact->path = output_path(outputs->options, ending);
    return artifact->path ? tr_output_create(output, artifact->path, false, diag)
                          : tr_fail_memory(diag, "a path");
}

static tr_status open_companions(tr_outputs *outputs, const tr_narrator *narrator, tr_diag *diag) {
    tr_status status = open_companion(outputs, 0, "_start.png", &outputs->poster, diag);
    if (!status)
        status = open_companion(outputs, 1, ".vtt", &outputs->captions, diag);
    if (!status)
        status =
            tr_timeline_create(&outputs->timeline, narrator,
                               outputs->options->video.frames_per_second, outputs->captions, diag);
    return status;
}

static tr_status open_file(tr_outputs *outputs, tr_format format, tr_diag *diag) {
    const tr_render_options *options = outputs->options;
    tr_artifact *artifact = &outputs->report->artifacts[outputs->n_files];
    int width, height;
    tr_picture_pixels(&options->picture, &width, &height);
    artifact->path = output_path(options, tr_format_ending(format));
    if (!artifact->path)
        return tr_fail_memory(diag, "a path");
    tr_status status = tr_sink_create(&outputs->files[outputs->n_files], format, artifact->path,
                                      width, height, &options->video, diag);
    if (!status)
        outputs->n_files++;
    return status;
}

tr_status tr_outputs_open(tr_outputs *outputs, const tr_render_options *options,
                          const tr_narrator *narrator, tr_report *report, tr_diag *diag) {
    bool has_companions = false;
    outputs->options = options;
    outputs->report = report;
    bool writes = !is_in(options->formats, TR_FORMAT_NONE);
    tr_status status = writes ? tr_make_folders(options->folder, diag) : TR_OK;
    for (tr_format format = 0; !status && format < TR_N_FORMATS; format++)
        if (is_in(options->formats, format)) {
            status = open_file(outputs, format, diag);
            has_companions = has_companions || tr_format_has_poster(format);
        }
    if (!status && has_companions)
        status = open_companions(outputs, narrator, diag);
    return status ? status : tr_tee_create(&outputs->sink, outputs->files, outputs->n_files, diag);
}

tr_status tr_outputs_take_first(tr_outputs *outputs, const tr_frame *frame, tr_diag *diag) {
    size_t stride = (size_t)frame->stride;
    size_t height = (size_t)frame->height;
    if (!outputs->poster)
        return TR_OK;
    outputs->first_pixels = tr_alloc_array(height, stride);
    if (!outputs->first_pixels)
        return tr_fail_memory(diag, "the poster");
    memcpy(outputs->first_pixels, frame->pixels, height * stride);
    outputs->first = *frame;
    outputs->first.pixels = outputs->first_pixels;
    return TR_OK;
}

tr_status tr_outputs_write_poster(tr_outputs *outputs, tr_diag *diag) {
    if (!outputs->first_pixels)
        return TR_OK;
    tr_png *png;
    const uint8_t *data;
    size_t size;
    tr_status status = tr_png_create(&png, outputs->first.width, outputs->first.height, diag);
    if (!status)
        status = tr_png_encode(png, &outputs->first, &data, &size, diag);
    if (!status)
        status = tr_output_write(outputs->poster, data, size, diag);
    tr_png_destroy(&png);
    free(outputs->first_pixels);
    outputs->first_pixels = NULL;
    return status;
}

tr_status tr_outputs_take_state(tr_outputs *outputs, const tr_snapshot *state, bool is_held,
                                tr_diag *diag) {
    return outputs->timeline ? tr_timeline_add(outputs->timeline, state, is_held, diag) : TR_OK;
}

/* Writes what is left of the captions, and gives the videos their chapters. */
static tr_status finish_timeline(tr_outputs *outputs, tr_diag *diag) {
    size_t n_chapters;
    if (!outputs->timeline)
        return TR_OK;
    const tr_chapter *chapters = tr_timeline_chapters(outputs->timeline, &n_chapters);
    for (size_t i = 0; i < outputs->n_files; i++) {
        outputs->files[i]->chapters = chapters;
        outputs->files[i]->n_chapters = n_chapters;
    }
    return tr_timeline_finish(outputs->timeline, diag);
}

static void describe_file(const tr_sink *sink, int frames_per_second, tr_artifact *artifact) {
    *artifact = (tr_artifact){
        .path = artifact->path,
        .kind = tr_format_kind(sink->format),
        .bytes = sink->bytes,
        .width = sink->width,
        .height = sink->height,
        .n_frames = sink->n_pictures ? sink->n_pictures : sink->n_frames,
        .seconds = tr_format_plays(sink->format) ? (double)sink->n_frames / frames_per_second : 0};
}

static void describe_files(const tr_outputs *outputs) {
    tr_report *report = outputs->report;
    const tr_sink *sink = outputs->sink;
    report->n_frames = sink->n_frames;
    if (is_in(outputs->options->formats, TR_FORMAT_NONE))
        return;
    for (size_t i = 0; i < outputs->n_files; i++)
        describe_file(outputs->files[i], outputs->options->video.frames_per_second,
                      &report->artifacts[report->n_artifacts++]);
    if (!outputs->poster)
        return;
    tr_artifact *poster = &report->artifacts[report->n_artifacts++];
    *poster = (tr_artifact){.path = poster->path,
                            .kind = "poster",
                            .bytes = tr_output_size(outputs->poster),
                            .width = sink->width,
                            .height = sink->height,
                            .n_frames = 1};
    tr_artifact *captions = &report->artifacts[report->n_artifacts++];
    *captions = (tr_artifact){
        .path = captions->path, .kind = "captions", .bytes = tr_output_size(outputs->captions)};
}

/* Brings to the disk what goes together, so that what can still fail fails before the first of the
 * files gets its name. */
static tr_status sync_files(const tr_outputs *outputs, tr_diag *diag) {
    tr_status status = TR_OK;
    if (outputs->n_files == 1 && !outputs->poster)
        return TR_OK;
    for (size_t i = 0; !status && i < outputs->n_files; i++)
        if (outputs->files[i]->output)
            status = tr_output_sync(outputs->files[i]->output, diag);
    if (!status && outputs->poster)
        status = tr_output_sync(outputs->poster, diag);
    if (!status && outputs->captions)
        status = tr_output_sync(outputs->captions, diag);
    return status;
}

tr_status tr_outputs_close(tr_outputs *outputs, tr_diag *diag) {
    tr_status status = tr_outputs_write_poster(outputs, diag);
    if (!status)
        status = finish_timeline(outputs, diag);
    if (!status)
        status = tr_sink_finish(outputs->sink, diag);
    if (status)
        return status;
    describe_files(outputs);
    status = sync_files(outputs, diag);
    if (!status && outputs->poster)
        status = tr_output_commit(&outputs->poster, diag);
    if (!status && outputs->captions)
        status = tr_output_commit(&outputs->captions, diag);
    for (size_t i = 0; !status && i < outputs->n_files; i++)
        status = tr_sink_commit(outputs->files[i], diag);
    return status;
}

void tr_outputs_discard(tr_outputs *outputs) {
    free(outputs->first_pixels);
    outputs->first_pixels = NULL;
    tr_timeline_destroy(&outputs->timeline);
    tr_output_discard(&outputs->captions);
    tr_output_discard(&outputs->poster);
    tr_sink_destroy(&outputs->sink);
    for (size_t i = 0; i < outputs->n_files; i++)
        tr_sink_destroy(&outputs->files[i]);
}
