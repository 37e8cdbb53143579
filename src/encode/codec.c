#include "codec.h"

#include "diag.h"
#include "sink.h"

#include <math.h>
#include <stdio.h>

enum { HIGHEST_CRF = 63 };

tr_status tr_codec_find(const tr_av *av, const tr_codec *codec, const AVCodec **found,
                        tr_diag *diag) {
    *found = av->avcodec_find_encoder_by_name(codec->encoder);
    if (!*found)
        return tr_fail(diag, TR_ERROR_ENCODER, "this FFmpeg has no %s encoder %s (Debian's has it)",
                       codec->name, codec->encoder);
    return TR_OK;
}

tr_status tr_codec_open(const tr_av *av, const tr_codec *codec, AVCodecContext **out, int width,
                        int height, const tr_video *video, tr_diag *diag) {
    *out = NULL;
    const AVCodec *found;
    tr_status status = tr_codec_find(av, codec, &found, diag);
    if (status)
        return status;
    AVCodecContext *encoder = av->avcodec_alloc_context3(found);
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
    int error = codec->set_options(av, encoder, video);
    if (error < 0)
        status = tr_av_fail(av, diag, error, "cannot set up the encoder");
    if (!status) {
        error = av->avcodec_open2(encoder, found, NULL);
        if (error < 0)
            status = tr_av_fail(av, diag, error, "cannot open the encoder");
    }
    if (status)
        av->avcodec_free_context(&encoder);
    *out = encoder;
    return status;
}

int tr_codec_set(const tr_av *av, AVCodecContext *encoder, double crf, const char *const *options) {
    char text[24];
    long factor = lround(crf);
    factor = factor < 1 ? 1 : factor > HIGHEST_CRF ? HIGHEST_CRF : factor;
    snprintf(text, sizeof text, "%ld", factor);
    encoder->bit_rate = 0; /* quality alone decides */
    encoder->keyint_min = encoder->gop_size;
    int error = av->av_opt_set(encoder->priv_data, "crf", text, 0);
    for (; error >= 0 && options[0]; options += 2)
        error = av->av_opt_set(encoder->priv_data, options[0], options[1], 0);
    return error;
}
