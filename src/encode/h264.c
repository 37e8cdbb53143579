#include "h264.h"

#include "diag.h"
#include "sink.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* For what differs between plots: thin lines on a still background. Found by measuring size and time
 * at equal PSNR; scripts/bench compares them with x264's own presets.
 *
 * What stays is paid for once: so the first picture of a segment is coded well (ipratio), and what
 * moves is coded roughly where no other picture is predicted from it (pbratio). That does what
 * x264's lookahead does for such pictures, in two thirds of the time and half the memory: with a
 * constant quantiser (qp) there is no lookahead, and no second, smaller copy of each frame. */
#define PLOT_BASE_PRESET "veryfast"
#define PLOT_OPTIONS                                                                               \
    ":weightp=0:no-deblock=1:ref=3:mixed-refs=1:subme=2:me=dia:trellis=1:ipratio=2.5"
/* Colours would suffer from so coarse a quantiser before anything else does. */
#define PLOT_OPTIONS_WITH_B_FRAMES ":bframes=12:b-adapt=0:pbratio=2.2:chroma-qp-offset=-5"

enum {
    PLOT_QP_ABOVE_CRF = 3, /* so that the same crf looks as good as in x264's presets */
    HIGHEST_QP = 51
};

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
        [TR_PROFILE_BASELINE] = ":chroma-qp-offset=-3",
        [TR_PROFILE_MAIN] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=0",
        /* without it the stream would be in main */
        [TR_PROFILE_HIGH] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=1",
    };
    int length = snprintf(options, size, "cpu-independent=1:scenecut=0");
    if (strcmp(video->preset, "plot"))
        return;
    long qp = lround(video->crf) + PLOT_QP_ABOVE_CRF;
    snprintf(options + length, size - (size_t)length, "%s%s:qp=%ld", PLOT_OPTIONS,
             of_profile[video->profile], qp < HIGHEST_QP ? qp : HIGHEST_QP);
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

tr_status tr_h264_find(const tr_av *av, const AVCodec **codec, tr_diag *diag) {
    *codec = av->avcodec_find_encoder_by_name("libx264");
    if (!*codec)
        return tr_fail(diag, TR_ERROR_ENCODER,
                       "this FFmpeg has no H.264 encoder libx264 (Debian's has it)");
    return TR_OK;
}

tr_status tr_h264_open(const tr_av *av, AVCodecContext **out, int width, int height,
                       const tr_video *video, tr_diag *diag) {
    *out = NULL;
    const AVCodec *codec;
    tr_status status = tr_h264_find(av, &codec, diag);
    if (status)
        return status;
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
    status = set_options(av, encoder, video, diag);
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
