#include "png.h"

#include "alloc.h"
#include "av.h"
#include "diag.h"

#include <stdlib.h>

struct tr_png {
    const tr_av *av;
    AVCodecContext *encoder;
    AVFrame *picture;
    AVPacket *packet;
};

static tr_status open_encoder(tr_png *png, int width, int height, tr_diag *diag) {
    const tr_av *av = png->av;
    const AVCodec *codec = av->avcodec_find_encoder_by_name("png");
    if (!codec)
        return tr_fail(diag, TR_ERROR_ENCODER, "this FFmpeg has no PNG encoder");
    png->encoder = av->avcodec_alloc_context3(codec);
    png->picture = av->av_frame_alloc();
    png->packet = av->av_packet_alloc();
    if (!png->encoder || !png->picture || !png->packet)
        return tr_fail_memory(diag, "a PNG");
    png->encoder->width = width;
    png->encoder->height = height;
    png->encoder->pix_fmt = AV_PIX_FMT_RGB24;
    png->encoder->time_base = (AVRational){1, 1};
    png->encoder->thread_count = 1;
    png->encoder->compression_level = 6; /* 9 takes seven times as long for a tenth less */
    int error = av->avcodec_open2(png->encoder, codec, NULL);
    if (error >= 0) {
        png->picture->width = width;
        png->picture->height = height;
        png->picture->format = AV_PIX_FMT_RGB24;
        error = av->av_frame_get_buffer(png->picture, 0);
    }
    return error < 0 ? tr_av_fail(av, diag, error, "cannot open the PNG encoder") : TR_OK;
}

tr_status tr_png_create(tr_png **out, int width, int height, tr_diag *diag) {
    *out = NULL;
    tr_png *png = tr_alloc_array(1, sizeof *png);
    if (!png)
        return tr_fail_memory(diag, "a PNG");
    tr_status status = tr_av_load_codecs(&png->av, diag);
    if (!status)
        status = open_encoder(png, width, height, diag);
    if (status)
        tr_png_destroy(&png);
    *out = png;
    return status;
}

void tr_png_destroy(tr_png **handle) {
    tr_png *png = *handle;
    if (!png)
        return;
    if (png->av) {
        png->av->av_packet_free(&png->packet);
        png->av->av_frame_free(&png->picture);
        png->av->avcodec_free_context(&png->encoder);
    }
    free(png);
    *handle = NULL;
}

tr_status tr_png_encode(tr_png *png, const tr_frame *frame, const uint8_t **data, size_t *size,
                        tr_diag *diag) {
    const tr_av *av = png->av;
    int error = av->av_frame_make_writable(png->picture);
    if (error < 0)
        return tr_av_fail(av, diag, error, "cannot prepare a PNG");
    for (int row = 0; row < frame->height; row++)
        tr_frame_copy_rgb_row(frame, row, png->picture->data[0] + row * png->picture->linesize[0]);
    av->av_packet_unref(png->packet);
    error = av->avcodec_send_frame(png->encoder, png->picture);
    if (error >= 0)
        error = av->avcodec_receive_packet(png->encoder, png->packet);
    if (error < 0)
        return tr_av_fail(av, diag, error, "cannot encode a PNG");
    *data = png->packet->data;
    *size = (size_t)png->packet->size;
    return TR_OK;
}
