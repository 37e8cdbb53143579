/* One segment of a video: an encoder that is opened, fed and drained. */
#ifndef TR_ENCODE_CODEC_H
#define TR_ENCODE_CODEC_H

#include "av.h"

#include <trainreel/video.h>

/* How something is encoded. The encoder takes one thread, makes one closed group of pictures, and gives
 * the same bytes on every machine. */
typedef struct tr_codec {
    enum AVCodecID id;
    const char *encoder; /* its name in libavcodec */
    const char *name;    /* for messages */
    const char *filter;  /* the bitstream filter that its packets go through, and its option */
    const char *filter_option;
    const char *filter_value;
    /* Sets what is this encoder's own, before it is opened. Returns FFmpeg's error. */
    int (*set_options)(const tr_av *av, AVCodecContext *encoder, const tr_video *video);
} tr_codec;

extern const tr_codec tr_codec_h264;
extern const tr_codec tr_codec_vp9;
extern const tr_codec tr_codec_av1;

/* TR_ERROR_ENCODER where the encoder is missing. */
tr_status tr_codec_find(const tr_av *av, const tr_codec *codec, const AVCodec **found,
                        tr_diag *diag);

/* Opens an encoder for `width` x `height` pixels, 8-bit 4:2:0, in a time base of one frame, for up to
 * TR_SEGMENT_FRAMES frames. The caller frees it with avcodec_free_context. */
tr_status tr_codec_open(const tr_av *av, const tr_codec *codec, AVCodecContext **encoder, int width,
                        int height, const tr_video *video, tr_diag *diag);

/* For an encoder whose "crf" goes to 63: constant quality of that, rounded and within 1 to 63, one key
 * frame, and `options`, which are names and values by turns and end with NULL. Returns FFmpeg's error. */
int tr_codec_set(const tr_av *av, AVCodecContext *encoder, double crf, const char *const *options);

#endif
