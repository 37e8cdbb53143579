#include "h264.h"

#include "diag.h"
#include "sink.h"

#include <stdio.h>
#include <string.h>

/* For what differs between plots: thin lines on a still background. Found by measuring size and time
 * at equal PSNR; scripts/bench compares them with x264's own presets. */
#define PLOT_BASE_PRESET "veryfast"
#define PLOT_OPTIONS ":ref=3:weightp=0:rc-lookahead=40:no-deblock=1:qcomp=0.5"
#define PLOT_OPTIONS_WITH_B_FRAMES                                                                 \
    ":bframes=16:b-adapt=0:subme=1:me=dia:trellis=0:chroma-qp-offset=-3"

static const char *profile_name(tr_profile profile) {
    switch (profile) {
    case TR_PROFILE_BASELINE:
        return "baseline";
    case TR_PROFILE_MAIN:
        return "main";
    case TR_PROFILE_HIGH:
        return "high";
    }
    return "main";
}

/* What libx264 gets besides preset, crf and profile. cpu-independent: without it machines with other
 * instruction sets write other bytes. scenecut=0: a segment is one GOP. */
static void write_options(char *options, size_t size, const tr_video *video) {
    static const char *const of_profile[] = {
        [TR_PROFILE_BASELINE] = ":subme=4:trellis=1", /* pays where there are no B frames */
        [TR_PROFILE_MAIN] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=0",
        /* without it the stream would be in main */
        [TR_PROFILE_HIGH] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=1",
    };
    bool plot = !strcmp(video->preset, "plot");
    snprintf(options, size, "cpu-independent=1:scenecut=0%s%s", plot ? PLOT_OPTIONS : "",
             plot ? of_profile[video->profile] : "");
}

static tr_status set_options(const tr_av *av, AVCodecContext *encoder, const tr_video *video,
                             tr_diag *diag) {
    char options[256];
    write_options(options, sizeof options, video);
    bool plot = !strcmp(video->preset, "plot");
    void *x264 = encoder->priv_data;
    int error = av->av_opt_set(x264, "preset", plot ? PLOT_BASE_PRESET : video->preset, 0);
    if (error >= 0)
        error = av->av_opt_set(x264, "x264-params", options, 0);
    if (error >= 0)
        error = av->av_opt_set_double(x264, "crf", video->crf, 0);
    if (error >= 0)
        error = av->av_opt_set(x264, "profile", profile_name(video->profile), 0);
    return error < 0 ? tr_av_fail(av, diag, error, "cannot set up the H.264 encoder") : TR_OK;
}

tr_status tr_h264_open(const tr_av *av, AVCodecContext **out, int width, int height,
                       const tr_video *video, tr_diag *diag) {
    *out = NULL;
    const AVCodec *codec = av->avcodec_find_encoder_by_name("libx264");
    if (!codec)
        return tr_fail(diag, TR_ERROR_ENCODER,
                       "this FFmpeg has no H.264 encoder libx264 (Debian's has it)");
    AVCodecContext *encoder = av->avcodec_alloc_context3(codec);
    if (!encoder)
        return tr_fail_memory(diag, "the encoder");
    encoder->width = width;
    encoder->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = (AVRational){1, video->frames_per_second};
    encoder->framerate = (AVRational){video->frames_per_second, 1};
    encoder->sample_aspect_ratio = (AVRational){1, 1};
    encoder->gop_size = TR_SEGMENT_FRAMES;
    encoder->thread_count = 1;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->flags = AV_CODEC_FLAG_GLOBAL_HEADER | (int)AV_CODEC_FLAG_CLOSED_GOP;
    tr_status status = set_options(av, encoder, video, diag);
    if (!status) {
        int error = av->avcodec_open2(encoder, codec, NULL);
        if (error < 0)
            status = tr_av_fail(av, diag, error, "cannot open the H.264 encoder");
    }
    if (status)
        av->avcodec_free_context(&encoder);
    *out = encoder;
    return status;
}
