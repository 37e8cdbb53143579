#include "sink.h"

#include "diag.h"

#include <stdbool.h>
#include <string.h>

tr_video tr_video_default(void) {
    return (tr_video){
        .frames_per_second = 30, .crf = 21, .preset = "plot", .profile = TR_PROFILE_MAIN};
}

static bool is_known_preset(const char *preset) {
    static const char *const presets[] = {"plot",   "ultrafast", "superfast", "veryfast", "faster",
                                          "fast",   "medium",    "slow",      "slower",   "veryslow"};
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (preset && !strcmp(preset, presets[i]))
            return true;
    return false;
}

tr_status tr_sink_check(tr_format format, int width, int height, const tr_video *video,
                        tr_diag *diag) {
    if (format != TR_FORMAT_MP4)
        return TR_OK;
    if (width % 2 || height % 2)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "an MP4 video has an even width and height, not %dx%d; %dx%d would do", width,
                       height, width + width % 2, height + height % 2);
    if (video->frames_per_second < 1 || video->frames_per_second > 240)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a video has 1 to 240 frames per second, not %d",
                       video->frames_per_second);
    if (!(video->crf >= 1 && video->crf <= 51))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the crf is 1 to 51, not %g", video->crf);
    if (!is_known_preset(video->preset))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the preset is \"plot\" or one of x264's, not \"%.40s\"",
                       video->preset ? video->preset : "");
    return TR_OK;
}

tr_status tr_sink_create(tr_sink **sink, tr_format format, const char *path, int width, int height,
                         const tr_video *video, tr_diag *diag) {
    *sink = NULL;
    tr_status status = tr_sink_check(format, width, height, video, diag);
    if (status)
        return status;
    switch (format) {
    case TR_FORMAT_MP4:
        return tr_video_sink_create(sink, path, width, height, video, diag);
    case TR_FORMAT_PNG:
        return tr_png_sink_create(sink, path, width, height, diag);
    case TR_FORMAT_CHECKSUMS:
        return tr_checksum_sink_create(sink, path, width, height, diag);
    case TR_FORMAT_NONE:
        return tr_null_sink_create(sink, width, height, diag);
    }
    return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no format number %d", (int)format);
}

void tr_sink_destroy(tr_sink **sink) {
    if (*sink)
        (*sink)->ops->destroy(*sink);
    *sink = NULL;
}
