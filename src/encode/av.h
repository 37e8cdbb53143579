/* FFmpeg's libraries, loaded when the first video or PNG is made.
 *
 * They bring more than a hundred shared libraries along, and linking those takes longer than a short
 * training. So nothing here is linked against them: `tr_av_load` opens the versions whose headers
 * this file was compiled with, and their functions are called through a table. What libavformat
 * brings along can come later, while the first frames are encoded. */
#ifndef TR_ENCODE_AV_H
#define TR_ENCODE_AV_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <trainreel/status.h>

#define TR_AVUTIL_FUNCTIONS(X)                                                                     \
    X(av_dict_free)                                                                                \
    X(av_dict_set)                                                                                 \
    X(av_frame_alloc)                                                                              \
    X(av_frame_free)                                                                               \
    X(av_frame_get_buffer)                                                                         \
    X(av_frame_make_writable)                                                                      \
    X(av_freep)                                                                                    \
    X(av_log_set_level)                                                                            \
    X(av_mallocz)                                                                                  \
    X(av_opt_set)                                                                                  \
    X(av_opt_set_double)                                                                           \
    X(av_strerror)

#define TR_AVCODEC_FUNCTIONS(X)                                                                    \
    X(av_bsf_alloc)                                                                                \
    X(av_bsf_free)                                                                                 \
    X(av_bsf_get_by_name)                                                                          \
    X(av_bsf_init)                                                                                 \
    X(av_bsf_receive_packet)                                                                       \
    X(av_bsf_send_packet)                                                                          \
    X(av_packet_alloc)                                                                             \
    X(av_packet_free)                                                                              \
    X(av_packet_move_ref)                                                                          \
    X(av_packet_rescale_ts)                                                                        \
    X(av_packet_unref)                                                                             \
    X(avcodec_alloc_context3)                                                                      \
    X(avcodec_find_encoder_by_name)                                                                \
    X(avcodec_free_context)                                                                        \
    X(avcodec_open2)                                                                               \
    X(avcodec_parameters_alloc)                                                                    \
    X(avcodec_parameters_copy)                                                                     \
    X(avcodec_parameters_free)                                                                     \
    X(avcodec_parameters_from_context)                                                             \
    X(avcodec_receive_packet)                                                                      \
    X(avcodec_send_frame)                                                                          \
    X(avcodec_version)

#define TR_AVFORMAT_FUNCTIONS(X)                                                                   \
    X(av_find_input_format)                                                                        \
    X(av_read_frame)                                                                               \
    X(av_write_frame)                                                                              \
    X(av_write_trailer)                                                                            \
    X(avformat_alloc_output_context2)                                                              \
    X(avformat_close_input)                                                                        \
    X(avformat_free_context)                                                                       \
    X(avformat_new_stream)                                                                         \
    X(avformat_open_input)                                                                         \
    X(avformat_version)                                                                            \
    X(avformat_write_header)                                                                       \
    X(avio_closep)                                                                                 \
    X(avio_flush)                                                                                  \
    X(avio_open)

typedef struct tr_av {
#define TR_AV_MEMBER(name) __typeof__(name) *name;
    TR_AVUTIL_FUNCTIONS(TR_AV_MEMBER)
    TR_AVCODEC_FUNCTIONS(TR_AV_MEMBER)
    TR_AVFORMAT_FUNCTIONS(TR_AV_MEMBER)
#undef TR_AV_MEMBER
} tr_av;

/* The table, loaded once per process and then kept. TR_ERROR_ENCODER where the libraries are not
 * installed in the version we were built for. Safe from any thread. */
tr_status tr_av_load(const tr_av **av, tr_diag *diag);
/* The same table, and sooner; but libavformat's functions are not to be called before tr_av_load. */
tr_status tr_av_load_codecs(const tr_av **av, tr_diag *diag);

/* Fails with FFmpeg's text for its error code, as "what: text". Input and output errors become
 * TR_ERROR_OUTPUT, no memory TR_ERROR_MEMORY, everything else TR_ERROR_ENCODER. */
tr_status tr_av_fail(const tr_av *av, tr_diag *diag, int error, const char *what);

#endif
