#include "av.h"
#include "codec_string.h"
#include "diag.h"
#include "probe_picture.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_PIXELS = 1 << 16, MOST_SECONDS = 1000000000 };

static tr_status fail(tr_diag *diag, const char *path, const char *what) {
    return tr_fail(diag, TR_ERROR_INPUT, "%.150s: %s", path, what);
}

static const char cut_off[] = "is cut off or damaged";

/* ---- the outermost structure, which shows whether something is missing ---- */

/* The boxes of an MP4 file end where the file ends, and there is a movie. */
static bool has_all_boxes(FILE *file, uint64_t size) {
    bool has_movie = false;
    uint64_t at = 0;
    while (at < size) {
        uint8_t head[16];
        size_t n_read = 8;
        if (fseeko(file, (off_t)at, SEEK_SET) || fread(head, 1, 8, file) != 8)
            return false;
        uint64_t length = 0;
        for (int i = 0; i < 4; i++)
            length = length << 8 | head[i];
        if (length == 0) /* to the end */
            length = size - at;
        if (length == 1) {
            n_read = 16;
            if (fread(head + 8, 1, 8, file) != 8)
                return false;
            length = 0;
            for (int i = 8; i < 16; i++)
                length = length << 8 | head[i];
        }
        if (length < n_read || length > size - at)
            return false;
        has_movie = has_movie || !memcmp(head + 4, "moov", 4);
        at += length;
    }
    return has_movie;
}

/* A number of EBML (RFC 8794, 4): its first byte tells how many follow. UINT64_MAX where the size is
 * not known; false at the end of the file. */
static bool read_ebml_size(FILE *file, uint64_t *value) {
    int first = getc(file);
    int count = 1;
    while (count <= 8 && !(first & 0x80 >> (count - 1)))
        count++;
    if (first == EOF || count > 8)
        return false;
    *value = (uint64_t)(first & (0x7f >> (count - 1)));
    bool is_unknown = *value == (uint64_t)(0x7f >> (count - 1));
    for (int i = 1; i < count; i++) {
        int next = getc(file);
        if (next == EOF)
            return false;
        is_unknown = is_unknown && next == 0xff;
        *value = *value << 8 | (uint64_t)next;
    }
    if (is_unknown)
        *value = UINT64_MAX;
    return true;
}

/* Of a WebM file the segment ends where the file ends, or later on another one begins. */
static bool has_whole_segment(FILE *file, uint64_t size, bool *is_webm) {
    static const uint8_t segment[4] = {0x18, 0x53, 0x80, 0x67};
    char header[256] = "";
    uint8_t id[4];
    uint64_t length;
    if (fseeko(file, 4, SEEK_SET) || !read_ebml_size(file, &length) || length > sizeof header ||
        fread(header, 1, length, file) != length)
        return false;
    *is_webm = memmem(header, length, "\x42\x82\x84webm", 7) != NULL;
    if (fread(id, 1, 4, file) != 4 || memcmp(id, segment, 4) != 0 || !read_ebml_size(file, &length))
        return false;
    off_t at = ftello(file);
    return at >= 0 && (length == UINT64_MAX || length <= size - (uint64_t)at);
}

/* ---- what libavformat knows of it ---- */

typedef struct video_facts {
    const AVStream *stream;
    uint64_t n_packets;
    double end; /* seconds at which the last packet ends */
    bool is_damaged;
} video_facts;

static double seconds_of(int64_t time, AVRational base) {
    return time == AV_NOPTS_VALUE ? 0 : (double)time * base.num / base.den;
}

/* The codec's string; that of VP9 is in the first packet, but its level depends on how many there are. */
static void name_codec(const tr_media *media, const AVCodecParameters *codec, const AVPacket *first,
                       double frames_per_second, char *name) {
    size_t size = codec->extradata_size > 0 ? (size_t)codec->extradata_size : 0;
    *name = '\0';
    if (codec->codec_id == AV_CODEC_ID_H264)
        tr_codec_string_h264(codec->extradata, size, name);
    else if (codec->codec_id == AV_CODEC_ID_AV1)
        tr_codec_string_av1(codec->extradata, size, name);
    else if (codec->codec_id == AV_CODEC_ID_VP9 && first->size > 0)
        tr_codec_string_vp9(first->data, (size_t)first->size, media->width, media->height,
                            frames_per_second, name);
    else if (codec->codec_id == AV_CODEC_ID_VP8)
        snprintf(name, TR_CODEC_STRING_SIZE, "vp8");
}

static void find_stream(const AVFormatContext *demuxer, video_facts *facts, bool *has_sound) {
    for (unsigned i = 0; i < demuxer->nb_streams; i++) {
        const AVStream *stream = demuxer->streams[i];
        AVCodecParameters *codec = stream->codecpar;
        if (codec->codec_type == AVMEDIA_TYPE_VIDEO && !facts->stream &&
            !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC))
            facts->stream = stream;
        *has_sound = *has_sound || codec->codec_type == AVMEDIA_TYPE_AUDIO;
    }
}

/* Reads all packets, and keeps the first one of the video. */
static void read_packets(const tr_av *av, AVFormatContext *demuxer, AVPacket *packet,
                         AVPacket *first, video_facts *facts) {
    int error;
    while ((error = av->av_read_frame(demuxer, packet)) >= 0) {
        if (packet->stream_index == facts->stream->index) {
            double end =
                seconds_of(packet->pts, facts->stream->time_base) +
                seconds_of(packet->duration > 0 ? packet->duration : 0, facts->stream->time_base);
            facts->end = end > facts->end ? end : facts->end;
            facts->is_damaged = facts->is_damaged || packet->flags & AV_PKT_FLAG_CORRUPT;
            if (facts->n_packets++ == 0) {
                av->av_packet_move_ref(first, packet);
                continue;
            }
        }
        av->av_packet_unref(packet);
    }
    facts->is_damaged = facts->is_damaged || error != AVERROR_EOF;
}

static bool take_facts(const AVFormatContext *demuxer, const video_facts *facts,
                       const AVPacket *first, tr_media *media) {
    const AVStream *stream = facts->stream;
    const AVCodecParameters *codec = stream->codecpar;
    double seconds = seconds_of(stream->duration, stream->time_base);
    if (!(seconds > 0))
        seconds = seconds_of(demuxer->duration, (AVRational){1, AV_TIME_BASE});
    if (!(seconds > 0))
        seconds = facts->end;
    bool is_all_there =
        media->container != TR_CONTAINER_MP4 || (uint64_t)stream->nb_frames == facts->n_packets;
    if (facts->is_damaged || !is_all_there || !facts->n_packets || codec->width < 1 ||
        codec->width > MOST_PIXELS || codec->height < 1 || codec->height > MOST_PIXELS ||
        !(seconds > 0 && seconds < MOST_SECONDS))
        return false;
    media->width = codec->width;
    media->height = codec->height;
    media->n_frames = facts->n_packets;
    media->seconds = seconds;
    if (!media->has_sound) /* then there would be two codecs to name */
        name_codec(media, codec, first, (double)facts->n_packets / seconds, media->codec);
    return true;
}

static tr_status read_video(const tr_av *av, AVFormatContext *demuxer, const char *path,
                            tr_media *media, tr_diag *diag) {
    video_facts facts = {0};
    find_stream(demuxer, &facts, &media->has_sound);
    if (!facts.stream)
        return fail(diag, path, "holds no video");
    AVPacket *packet = av->av_packet_alloc(), *first = av->av_packet_alloc();
    tr_status status = packet && first ? TR_OK : tr_fail_memory(diag, "reading a video");
    if (!status) {
        read_packets(av, demuxer, packet, first, &facts);
        if (!take_facts(demuxer, &facts, first, media))
            status = fail(diag, path, cut_off);
    }
    av->av_packet_free(&packet);
    av->av_packet_free(&first);
    return status;
}

/* Only this demuxer is used, and only this file is opened, whatever is in it. */
static tr_status open_demuxer(const tr_av *av, const char *path, const char *format,
                              AVFormatContext **demuxer, tr_diag *diag) {
    AVDictionary *options = NULL;
    char *url;
    if (asprintf(&url, "file:%s", path) < 0)
        return tr_fail_memory(diag, "a path");
    tr_status status = TR_OK;
    int error = av->av_dict_set(&options, "protocol_whitelist", "file", 0);
    if (error >= 0)
        error = av->avformat_open_input(demuxer, url, av->av_find_input_format(format), &options);
    if (error < 0)
        status = fail(diag, path, cut_off);
    av->av_dict_free(&options);
    free(url);
    return status;
}

static tr_status probe_video(const char *path, const char *format, tr_media *media, tr_diag *diag) {
    const tr_av *av;
    AVFormatContext *demuxer = NULL;
    tr_status status = tr_av_load(&av, diag);
    if (!status)
        status = open_demuxer(av, path, format, &demuxer, diag);
    if (!status)
        status = read_video(av, demuxer, path, media, diag);
    if (demuxer)
        av->avformat_close_input(&demuxer);
    return status;
}

/* ---- all kinds ---- */

static tr_status probe_mp4(FILE *file, const char *path, uint64_t size, tr_media *media,
                           tr_diag *diag) {
    media->type = "video/mp4";
    if (!has_all_boxes(file, size))
        return fail(diag, path, cut_off);
    return probe_video(path, "mp4", media, diag);
}

static tr_status probe_webm(FILE *file, const char *path, uint64_t size, tr_media *media,
                            tr_diag *diag) {
    bool is_webm = false;
    media->type = "video/webm";
    if (!has_whole_segment(file, size, &is_webm))
        return fail(diag, path, cut_off);
    if (!is_webm)
        return fail(diag, path, "is a Matroska file but no WebM, which browsers do not play");
    return probe_video(path, "webm", media, diag);
}

static tr_status probe_file(FILE *file, const char *path, uint64_t size, tr_media *media,
                            tr_diag *diag) {
    static const struct {
        const char *bytes;
        size_t at;
        size_t length;
        tr_container container;
        bool (*probe)(FILE *file, tr_media *media); /* of a picture */
    } kinds[] = {
        {"ftyp", 4, 4, TR_CONTAINER_MP4, NULL},
        {"\x1a\x45\xdf\xa3", 0, 4, TR_CONTAINER_WEBM, NULL},
        {"GIF8", 0, 4, TR_CONTAINER_GIF, tr_probe_gif},
        {"\x89PNG\r\n\x1a\n", 0, 8, TR_CONTAINER_PNG, tr_probe_png},
        {"WEBP", 8, 4, TR_CONTAINER_WEBP, tr_probe_webp},
    };
    enum { N_KINDS = sizeof kinds / sizeof *kinds };
    uint8_t start[12] = {0};
    size_t n_read = fread(start, 1, sizeof start, file), kind = 0;
    if (n_read < sizeof start && ferror(file))
        return fail(diag, path, strerror(errno));
    while (kind < N_KINDS &&
           memcmp(start + kinds[kind].at, kinds[kind].bytes, kinds[kind].length) != 0)
        kind++;
    if (kind == N_KINDS)
        return fail(diag, path, "is none of MP4, WebM, GIF, PNG and WebP");
    media->container = kinds[kind].container;
    if (media->container == TR_CONTAINER_MP4)
        return probe_mp4(file, path, size, media, diag);
    if (media->container == TR_CONTAINER_WEBM)
        return probe_webm(file, path, size, media, diag);
    rewind(file);
    return kinds[kind].probe(file, media) ? TR_OK : fail(diag, path, cut_off);
}

tr_status tr_probe(const char *path, tr_media *media, tr_diag *diag) {
    struct stat info;
    *media = (tr_media){0};
    if (stat(path, &info))
        return fail(diag, path, strerror(errno));
    if (!S_ISREG(info.st_mode)) /* reading a pipe could wait for ever */
        return fail(diag, path, "is not a file");
    FILE *file = fopen(path, "rbe");
    if (!file)
        return fail(diag, path, strerror(errno));
    tr_media found = {0};
    tr_status status = probe_file(file, path, (uint64_t)info.st_size, &found, diag);
    fclose(file);
    if (!status)
        *media = found;
    return status;
}
