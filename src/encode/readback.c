#include "readback.h"

#include "diag.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *tr_output_url(const tr_output *output) {
    /* "file:", lest a folder with a colon in its name be taken for a protocol */
    const char *temporary = tr_output_temporary_path(output);
    size_t size = strlen(temporary) + sizeof "file:";
    char *url = malloc(size);
    if (url)
        snprintf(url, size, "file:%s", temporary);
    return url;
}

/* What was found. */
typedef struct found {
    uint64_t n_packets;
    double seconds; /* of all packets */
} found;

static tr_status read_packets(const tr_av *av, AVFormatContext *demuxer, found *all,
                              tr_diag *diag) {
    AVPacket *packet = av->av_packet_alloc();
    if (!packet)
        return tr_fail_memory(diag, "reading back");
    while (av->av_read_frame(demuxer, packet) >= 0) {
        const AVStream *stream = demuxer->streams[packet->stream_index];
        if (packet->stream_index == 0 && !(packet->flags & AV_PKT_FLAG_CORRUPT)) {
            all->n_packets++;
            all->seconds +=
                (double)packet->duration * stream->time_base.num / stream->time_base.den;
        }
        av->av_packet_unref(packet);
    }
    av->av_packet_free(&packet);
    return TR_OK;
}

/* Not every container has a duration for each stream, or for the whole file. */
static double find_seconds(const AVFormatContext *demuxer, const found *all) {
    const AVStream *stream = demuxer->streams[0];
    if (stream->duration != AV_NOPTS_VALUE)
        return (double)stream->duration * stream->time_base.num / stream->time_base.den;
    if (demuxer->duration != AV_NOPTS_VALUE)
        return (double)demuxer->duration / AV_TIME_BASE;
    return all->seconds;
}

static bool is_as_expected(const AVFormatContext *demuxer, const found *all,
                           const tr_expected *expected) {
    if (demuxer->nb_streams != expected->n_streams || demuxer->nb_chapters != expected->n_chapters)
        return false;
    const AVStream *stream = demuxer->streams[0];
    return all->n_packets == expected->n_packets &&
           (!expected->tells_number || (uint64_t)stream->nb_frames == expected->n_packets) &&
           fabs(find_seconds(demuxer, all) - expected->seconds) < expected->tolerance &&
           stream->codecpar->codec_id == expected->codec &&
           stream->codecpar->width == expected->width &&
           stream->codecpar->height == expected->height;
}

tr_status tr_read_back(const tr_output *output, const tr_expected *expected, tr_diag *diag) {
    const tr_av *av;
    AVFormatContext *demuxer = NULL;
    found all = {0};
    tr_status status = tr_av_load(&av, diag);
    char *url = status ? NULL : tr_output_url(output);
    if (!status && !url)
        status = tr_fail_memory(diag, "reading back");
    if (!status) {
        int error = av->avformat_open_input(&demuxer, url, NULL, NULL);
        if (error < 0)
            status = tr_av_fail(av, diag, error, tr_output_path(output));
    }
    free(url);
    if (!status)
        status = read_packets(av, demuxer, &all, diag);
    if (!status && !is_as_expected(demuxer, &all, expected))
        status = tr_fail(diag, TR_ERROR_OUTPUT,
                         "%s: what was written does not read back as it should; the file system "
                         "may be at fault",
                         tr_output_path(output));
    if (demuxer)
        av->avformat_close_input(&demuxer);
    return status;
}
