/* Videos: H.264 in MP4, VP9 and AV1 in WebM. Each segment is encoded on its own; the muxer puts them one
 * after another, which it may because each starts with a key frame and all have the same parameter
 * sets. */
#include "alloc.h"
#include "av.h"
#include "codec.h"
#include "convert.h"
#include "diag.h"
#include "readback.h"
#include "sink.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What differs between the formats. Either container has its index first, so that playing can begin
 * with the first bytes. */
typedef struct video_kind {
    const tr_codec *codec;
    const char *muxer;
    const char *option;
    const char *value;
} video_kind;

static const video_kind mp4_kind = {&tr_codec_h264, "mp4", "movflags", "+faststart+write_colr"};
static const video_kind webm_kind = {&tr_codec_vp9, "webm", "cues_to_front", "1"};
static const video_kind av1_kind = {&tr_codec_av1, "webm", "cues_to_front", "1"};

typedef struct video_sink {
    tr_sink base;
    const tr_av *av;
    const video_kind *kind;
    tr_video video;
    char preset[16];
    char *url;              /* of the temporary file */
    AVFormatContext *muxer; /* once the first segment is here */
    bool header_written;
} video_sink;

typedef struct video_worker {
    tr_sink_worker base;
    AVFrame *picture;        /* holds the frame before, of which only some tiles change */
    AVCodecContext *encoder; /* of the segment at hand */
    AVBSFContext *filter;
    AVPacket *packet;
} video_worker;

typedef struct video_segment {
    tr_segment base;
    const tr_av *av;
    int reorder_delay; /* frames by which decoding runs ahead of showing */
    AVCodecParameters *parameters;
    AVPacket **packets; /* in decoding order */
    size_t n_packets;
    size_t capacity;
} video_segment;

static void clear_segment(tr_segment *base) {
    video_segment *segment = (video_segment *)base;
    for (size_t i = 0; i < segment->n_packets; i++)
        segment->av->av_packet_free(&segment->packets[i]);
    free(segment->packets);
    if (segment->av)
        segment->av->avcodec_parameters_free(&segment->parameters);
}

static void close_worker(tr_sink_worker *base) {
    video_worker *worker = (video_worker *)base;
    const tr_av *av = ((video_sink *)base->sink)->av;
    av->avcodec_free_context(&worker->encoder);
    av->av_bsf_free(&worker->filter);
    av->av_packet_free(&worker->packet);
    av->av_frame_free(&worker->picture);
}

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    video_worker *worker = (video_worker *)base;
    const tr_av *av = ((video_sink *)base->sink)->av;
    worker->packet = av->av_packet_alloc();
    worker->picture = av->av_frame_alloc();
    if (!worker->packet || !worker->picture)
        return tr_fail_memory(diag, "the encoder");
    worker->picture->width = base->sink->width;
    worker->picture->height = base->sink->height;
    worker->picture->format = AV_PIX_FMT_YUV420P;
    if (av->av_frame_get_buffer(worker->picture, 0) < 0)
        return tr_fail_memory(diag, "the encoder");
    return TR_OK;
}

static tr_status open_filter(const video_sink *sink, video_worker *worker, tr_diag *diag) {
    const tr_av *av = sink->av;
    const tr_codec *codec = sink->kind->codec;
    const AVBitStreamFilter *kind = av->av_bsf_get_by_name(codec->filter);
    if (!kind)
        return tr_fail(diag, TR_ERROR_ENCODER, "this FFmpeg has no bitstream filter %s",
                       codec->filter);
    int error = av->av_bsf_alloc(kind, &worker->filter);
    if (error >= 0)
        error = av->avcodec_parameters_from_context(worker->filter->par_in, worker->encoder);
    if (error >= 0 && codec->filter_option)
        error =
            av->av_opt_set(worker->filter->priv_data, codec->filter_option, codec->filter_value, 0);
    if (error >= 0) {
        worker->filter->time_base_in = worker->encoder->time_base;
        error = av->av_bsf_init(worker->filter);
    }
    return error < 0 ? tr_av_fail(av, diag, error, "cannot set up the bitstream filter") : TR_OK;
}

static tr_status begin_segment(tr_sink_worker *base, tr_diag *diag) {
    video_worker *worker = (video_worker *)base;
    video_segment *segment = (video_segment *)base->segment;
    const video_sink *sink = (video_sink *)base->sink;
    segment->av = sink->av;
    tr_status status = tr_codec_open(sink->av, sink->kind->codec, &worker->encoder,
                                     base->sink->width, base->sink->height, &sink->video, diag);
    if (!status)
        status = open_filter(sink, worker, diag);
    if (status)
        return status;
    segment->reorder_delay = worker->encoder->has_b_frames;
    segment->capacity = TR_SEGMENT_FRAMES;
    segment->packets = tr_alloc_array(segment->capacity, sizeof(AVPacket *));
    segment->parameters = sink->av->avcodec_parameters_alloc();
    if (!segment->packets || !segment->parameters)
        return tr_fail_memory(diag, "a segment");
    int error = sink->av->avcodec_parameters_copy(segment->parameters, worker->filter->par_out);
    return error < 0 ? tr_av_fail(sink->av, diag, error, "cannot set up a segment") : TR_OK;
}

/* Moves what the filter has ready to the segment. */
static tr_status collect(const tr_av *av, video_worker *worker, tr_diag *diag) {
    video_segment *segment = (video_segment *)worker->base.segment;
    for (;;) {
        AVPacket *packet = av->av_packet_alloc();
        if (!packet)
            return tr_fail_memory(diag, "a segment");
        int error = av->av_bsf_receive_packet(worker->filter, packet);
        if (error < 0) {
            av->av_packet_free(&packet);
            if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
                return TR_OK;
            return tr_av_fail(av, diag, error, "cannot filter the video");
        }
        if (segment->n_packets == segment->capacity) {
            av->av_packet_free(&packet);
            return tr_fail(diag, TR_ERROR_ENCODER, "the encoder made more packets than frames");
        }
        segment->packets[segment->n_packets++] = packet;
    }
}

/* Gives the encoder a picture, or with NULL the end, and collects what it has ready. */
static tr_status encode(const tr_av *av, video_worker *worker, const AVFrame *picture,
                        tr_diag *diag) {
    int error = av->avcodec_send_frame(worker->encoder, picture);
    while (error >= 0) {
        error = av->avcodec_receive_packet(worker->encoder, worker->packet);
        if (error < 0)
            break;
        error = av->av_bsf_send_packet(worker->filter, worker->packet);
        tr_status status = error < 0 ? TR_OK : collect(av, worker, diag);
        if (status)
            return status;
    }
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
        return TR_OK;
    return tr_av_fail(av, diag, error, "cannot encode a frame");
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    video_worker *worker = (video_worker *)base;
    const tr_av *av = ((video_sink *)base->sink)->av;
    AVFrame *picture = worker->picture;
    int error = av->av_frame_make_writable(picture);
    if (error < 0)
        return tr_av_fail(av, diag, error, "cannot prepare a frame");
    const tr_planes planes = {.y = picture->data[0],
                              .cb = picture->data[1],
                              .cr = picture->data[2],
                              .y_stride = picture->linesize[0],
                              .c_stride = picture->linesize[1]};
    tr_convert_changed(frame, &planes);
    picture->pts = (int64_t)base->segment->n_frames;
    return encode(av, worker, picture, diag);
}

static tr_status end_segment(tr_sink_worker *base, tr_diag *diag) {
    video_worker *worker = (video_worker *)base;
    const tr_av *av = ((video_sink *)base->sink)->av;
    tr_status status = encode(av, worker, NULL, diag);
    if (!status) {
        int error = av->av_bsf_send_packet(worker->filter, NULL);
        status = error < 0 ? tr_av_fail(av, diag, error, "cannot finish a segment")
                           : collect(av, worker, diag);
    }
    const video_segment *segment = (video_segment *)base->segment;
    if (!status && segment->n_packets != segment->base.n_frames)
        status = tr_fail(diag, TR_ERROR_ENCODER, "the encoder made %zu packets of %llu frames",
                         segment->n_packets, (unsigned long long)segment->base.n_frames);
    if (status)
        return status;
    av->avcodec_free_context(&worker->encoder);
    av->av_bsf_free(&worker->filter);
    return TR_OK;
}

static tr_status fail(const video_sink *sink, tr_diag *diag, int error) {
    return tr_av_fail(sink->av, diag, error, tr_output_path(sink->base.output));
}

/* What a decoder needs before the first packet. Some encoders tell it with that packet only. */
static const uint8_t *find_header(const video_segment *segment, size_t *size) {
    *size = (size_t)segment->parameters->extradata_size;
    if (*size || !segment->n_packets)
        return segment->parameters->extradata;
    const AVPacket *packet = segment->packets[0];
    for (int i = 0; i < packet->side_data_elems; i++)
        if (packet->side_data[i].type == AV_PKT_DATA_NEW_EXTRADATA) {
            *size = packet->side_data[i].size;
            return packet->side_data[i].data;
        }
    return NULL;
}

/* Copies what the encoder told of the video to the stream. Returns FFmpeg's error. */
static int describe_stream(const tr_av *av, const video_segment *segment, AVStream *stream) {
    size_t size;
    const uint8_t *header = find_header(segment, &size);
    AVCodecParameters *parameters = stream->codecpar;
    int error = av->avcodec_parameters_copy(parameters, segment->parameters);
    if (error < 0)
        return error;
    parameters->codec_tag = 0;
    if (parameters->extradata_size || !size)
        return 0;
    parameters->extradata = av->av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!parameters->extradata)
        return AVERROR(ENOMEM);
    memcpy(parameters->extradata, header, size);
    parameters->extradata_size = (int)size;
    return 0;
}

static tr_status write_header(video_sink *sink, const video_segment *first, tr_diag *diag) {
    const tr_av *av;
    AVDictionary *options = NULL;
    tr_status status = tr_av_load(&av, diag);
    if (status)
        return status;
    int error =
        av->avformat_alloc_output_context2(&sink->muxer, NULL, sink->kind->muxer, sink->url);
    if (error < 0)
        return fail(sink, diag, error);
    sink->muxer->flags |= AVFMT_FLAG_BITEXACT; /* no version, no time of day */
    AVStream *stream = av->avformat_new_stream(sink->muxer, NULL);
    if (!stream)
        return tr_fail_memory(diag, "the video");
    stream->time_base = (AVRational){1, sink->video.frames_per_second};
    stream->avg_frame_rate = (AVRational){sink->video.frames_per_second, 1};
    error = describe_stream(av, first, stream);
    if (error >= 0)
        error = av->avio_open(&sink->muxer->pb, sink->url, AVIO_FLAG_WRITE);
    if (error >= 0)
        error = av->av_dict_set(&options, sink->kind->option, sink->kind->value, 0);
    if (error >= 0)
        error = av->avformat_write_header(sink->muxer, &options);
    av->av_dict_free(&options);
    if (error < 0)
        return fail(sink, diag, error);
    sink->header_written = true;
    return TR_OK;
}

static bool has_same_header(const video_segment *segment, const AVCodecParameters *parameters) {
    size_t size;
    const uint8_t *header = find_header(segment, &size);
    return size == (size_t)parameters->extradata_size &&
           (!size || !memcmp(header, parameters->extradata, size));
}

static tr_status write_packets(video_sink *sink, video_segment *segment, tr_diag *diag) {
    const AVStream *stream = sink->muxer->streams[0];
    const AVRational frame = {1, sink->video.frames_per_second};
    for (size_t i = 0; i < segment->n_packets; i++) {
        AVPacket *packet = segment->packets[i];
        /* The frame rate is constant, so the decoding times are known without asking the encoder,
         * and go on evenly from one segment to the next. */
        packet->pts += (int64_t)segment->base.first_frame;
        packet->dts = (int64_t)(segment->base.first_frame + i) - segment->reorder_delay;
        packet->duration = 1;
        packet->stream_index = 0;
        sink->av->av_packet_rescale_ts(packet, frame, stream->time_base);
        int error = sink->av->av_write_frame(sink->muxer, packet);
        if (error >= 0 && sink->muxer->pb->error < 0)
            error = sink->muxer->pb->error;
        if (error < 0)
            return fail(sink, diag, error);
        sink->av->av_packet_unref(packet);
    }
    return TR_OK;
}

static tr_status append(tr_sink *base, tr_segment *base_segment, tr_diag *diag) {
    video_sink *sink = (video_sink *)base;
    video_segment *segment = (video_segment *)base_segment;
    tr_status status = sink->muxer ? TR_OK : write_header(sink, segment, diag);
    if (!status && !has_same_header(segment, sink->muxer->streams[0]->codecpar))
        status = tr_fail(diag, TR_ERROR_ENCODER, "the encoder changed its parameters in between");
    return status ? status : write_packets(sink, segment, diag);
}

/* Closes the file; the first error of writing, if any, comes back. */
static int close_file(video_sink *sink) {
    AVIOContext *file = sink->muxer->pb;
    sink->av->avio_flush(file);
    int error = file->error;
    int closed = sink->av->avio_closep(&sink->muxer->pb);
    return error < 0 ? error : closed;
}

/* Chapters begin in whole milliseconds, which is what the file has, and not before their frame. */
static AVChapter *new_chapter(const video_sink *sink, size_t index) {
    const tr_av *av = sink->av;
    const tr_chapter *wanted = &sink->base.chapters[index];
    bool is_last = index + 1 == sink->base.n_chapters;
    uint64_t rate = (uint64_t)sink->video.frames_per_second;
    uint64_t end = is_last ? sink->base.n_frames : wanted[1].first_frame;
    AVChapter *chapter = av->av_mallocz(sizeof *chapter);
    if (!chapter)
        return NULL;
    chapter->id = (int64_t)index + 1;
    chapter->time_base = (AVRational){1, 1000};
    chapter->start = (int64_t)((wanted->first_frame * 1000 + rate - 1) / rate);
    /* the last one does not make the video longer */
    chapter->end = (int64_t)((end * 1000 + (is_last ? 0 : rate - 1)) / rate);
    if (av->av_dict_set(&chapter->metadata, "title", wanted->title, 0) < 0)
        av->av_freep(&chapter);
    return chapter;
}

/* The muxer writes what it has of them with its trailer, and frees them. WebM would have them in its
 * header, before it is known how the run goes. */
static tr_status add_chapters(video_sink *sink, tr_diag *diag) {
    AVFormatContext *muxer = sink->muxer;
    if (!sink->base.n_chapters || sink->base.format != TR_FORMAT_MP4)
        return TR_OK;
    muxer->chapters = sink->av->av_mallocz(sink->base.n_chapters * sizeof(AVChapter *));
    if (!muxer->chapters)
        return tr_fail_memory(diag, "chapters");
    for (size_t i = 0; i < sink->base.n_chapters; i++) {
        muxer->chapters[i] = new_chapter(sink, i);
        if (!muxer->chapters[i])
            return tr_fail_memory(diag, "chapters");
        muxer->nb_chapters++;
    }
    return TR_OK;
}

static tr_status check_file(const video_sink *sink, tr_diag *diag) {
    /* after the video MP4 has the names of the chapters as another stream */
    bool is_mp4 = sink->base.format == TR_FORMAT_MP4;
    size_t n_chapters = is_mp4 ? sink->base.n_chapters : 0;
    double frames_per_second = sink->video.frames_per_second;
    const tr_expected expected = {.codec = sink->kind->codec->id,
                                  .width = sink->base.width,
                                  .height = sink->base.height,
                                  .n_packets = sink->base.n_frames,
                                  .tells_number = is_mp4,
                                  .n_streams = n_chapters ? 2 : 1,
                                  .n_chapters = n_chapters,
                                  .seconds = (double)sink->base.n_frames / frames_per_second,
                                  .tolerance = 0.5 / frames_per_second};
    return tr_read_back(sink->base.output, &expected, diag);
}

static tr_status finish(tr_sink *base, tr_diag *diag) {
    video_sink *sink = (video_sink *)base;
    if (!sink->header_written)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no frame to make a video of");
    tr_status status = add_chapters(sink, diag);
    if (status)
        return status;
    int error = sink->av->av_write_trailer(sink->muxer);
    int close_error = close_file(sink);
    if (error >= 0)
        error = close_error;
    if (error < 0)
        return fail(sink, diag, error);
    base->bytes = tr_output_size(base->output);
    return check_file(sink, diag);
}

static void close_sink(tr_sink *base) {
    video_sink *sink = (video_sink *)base;
    if (sink->muxer) {
        if (sink->muxer->pb)
            sink->av->avio_closep(&sink->muxer->pb);
        sink->av->avformat_free_context(sink->muxer);
    }
    free(sink->url);
}

static tr_status open_sink(tr_sink *base, const char *path, const tr_video *video, tr_diag *diag) {
    video_sink *sink = (video_sink *)base;
    sink->kind = base->format == TR_FORMAT_MP4    ? &mp4_kind
                 : base->format == TR_FORMAT_WEBM ? &webm_kind
                                                  : &av1_kind;
    sink->video = *video;
    snprintf(sink->preset, sizeof sink->preset, "%s", video->preset);
    sink->video.preset = sink->preset;
    tr_status status = tr_av_load_codecs(&sink->av, diag);
    if (!status)
        status = tr_output_create(&base->output, path, false, diag);
    if (!status) {
        sink->url = tr_output_url(base->output);
        if (!sink->url)
            status = tr_fail_memory(diag, "the video");
    }
    /* A missing encoder is found out now, not after the training. */
    const AVCodec *codec;
    return status ? status : tr_codec_find(sink->av, sink->kind->codec, &codec, diag);
}

static tr_status prepare(tr_sink *sink, tr_diag *diag) {
    (void)sink;
    const tr_av *av;
    return tr_av_load(&av, diag);
}

const tr_sink_ops tr_video_sink_ops = {.sink_size = sizeof(video_sink),
                                       .worker_size = sizeof(video_worker),
                                       .segment_size = sizeof(video_segment),
                                       .open = open_sink,
                                       .prepare = prepare,
                                       .close = close_sink,
                                       .open_worker = open_worker,
                                       .close_worker = close_worker,
                                       .begin_segment = begin_segment,
                                       .add_frame = add_frame,
                                       .end_segment = end_segment,
                                       .clear_segment = clear_segment,
                                       .append = append,
                                       .finish = finish};
