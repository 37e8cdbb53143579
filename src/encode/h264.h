/* One segment of H.264: an encoder that is opened, fed and drained. */
#ifndef TR_ENCODE_H264_H
#define TR_ENCODE_H264_H

#include "av.h"

#include <trainreel/video.h>

/* TR_ERROR_ENCODER where libx264 is missing. */
tr_status tr_h264_find(const tr_av *av, const AVCodec **codec, tr_diag *diag);

/* Opens libx264 for `width` x `height` pixels, 8-bit 4:2:0, in a time base of one frame. It takes one
 * thread, makes one closed GOP of up to TR_SEGMENT_FRAMES frames, and gives the same bytes on every
 * machine. The caller frees it with avcodec_free_context. */
tr_status tr_h264_open(const tr_av *av, AVCodecContext **encoder, int width, int height,
                       const tr_video *video, tr_diag *diag);

#endif
