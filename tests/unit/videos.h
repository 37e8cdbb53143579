/* Videos that tests read back with FFmpeg's libraries. */
#ifndef TR_TESTS_VIDEOS_H
#define TR_TESTS_VIDEOS_H

#include "convert.h"
#include "support.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>

typedef struct opened_video {
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *decoder;
} opened_video;

static inline void open_video(opened_video *video, const char *path) {
    *video = (opened_video){0};
    assert_int_equal(avformat_open_input(&video->format, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(video->format, NULL) >= 0);
    assert_int_equal(video->format->nb_streams, 1);
    video->stream = video->format->streams[0];
    const AVCodec *codec = avcodec_find_decoder(video->stream->codecpar->codec_id);
    video->decoder = avcodec_alloc_context3(codec);
    assert_non_null(video->decoder);
    assert_true(avcodec_parameters_to_context(video->decoder, video->stream->codecpar) >= 0);
    assert_int_equal(avcodec_open2(video->decoder, codec, NULL), 0);
}

static inline void close_video(opened_video *video) {
    avcodec_free_context(&video->decoder);
    avformat_close_input(&video->format);
}

static inline double squared_error(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b,
                                   ptrdiff_t b_stride, int width, int height) {
    double total = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double difference = (double)a[y * a_stride + x] - (double)b[y * b_stride + x];
            total += difference * difference;
        }
    return total;
}

/* Peak signal-to-noise ratio of a decoded picture, over all samples. */
static inline double picture_psnr(const AVFrame *picture, const tr_planes *drawn) {
    int width = picture->width, height = picture->height;
    double n_samples = width * height * 1.5;
    double total = squared_error(picture->data[0], picture->linesize[0], drawn->y, drawn->y_stride,
                                 width, height);
    total += squared_error(picture->data[1], picture->linesize[1], drawn->cb, drawn->c_stride,
                           width / 2, height / 2);
    total += squared_error(picture->data[2], picture->linesize[2], drawn->cr, drawn->c_stride,
                           width / 2, height / 2);
    return total > 0 ? 10 * log10(255.0 * 255.0 * n_samples / total) : INFINITY;
}

#endif
