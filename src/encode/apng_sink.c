/* Animated PNG: the first frame of each segment as a whole, and of the others the part that changed, in
 * which what did not is transparent. FFmpeg compresses the pictures; what is around them is written
 * here, because the numbers of the chunks go on from one segment to the next. Source: PNG
 * specification, third edition, W3C, 11.3.4 (fcTL, fdAT and acTL). */
#include "alloc.h"
#include "av.h"
#include "box.h"
#include "buffer.h"
#include "diag.h"
#include "readback.h"
#include "sink.h"

#include <stdio.h>

enum {
    SIGNATURE_SIZE = 8,
    CHUNK_FRAME = 12, /* length, type and checksum */
    HEADER_SIZE = 13,
    CONTROL_SIZE = 8,
    FRAME_CONTROL_SIZE = 26
};

typedef struct apng_sink {
    tr_sink base;
    const tr_av *av;
    int frames_per_second;
    uint32_t n_chunks; /* that have a number */
    uint32_t checksums[256];
    tr_buffer chunk;
} apng_sink;

typedef struct apng_worker {
    tr_sink_worker base;
    AVCodecContext *encoder; /* for pictures of the size of `picture` */
    AVFrame *picture;
    AVPacket *packet;
    uint32_t *previous; /* 0xRRGGBB */
} apng_worker;

/* What is shown until the next one. */
typedef struct part {
    tr_box box;
    unsigned n_frames;
    size_t offset; /* of its compressed pixels in the segment */
    size_t size;
} part;

typedef struct apng_segment {
    tr_segment base;
    size_t n_parts;
    part parts[TR_SEGMENT_FRAMES];
    tr_buffer pixels;
} apng_segment;

/* ---- the workers ---- */

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    apng_worker *worker = (apng_worker *)base;
    const tr_av *av = ((apng_sink *)base->sink)->av;
    worker->packet = av->av_packet_alloc();
    worker->previous =
        tr_alloc_array((size_t)base->sink->width * (size_t)base->sink->height, sizeof(uint32_t));
    return worker->packet && worker->previous ? TR_OK : tr_fail_memory(diag, "the encoder");
}

static void close_encoder(const tr_av *av, apng_worker *worker) {
    av->avcodec_free_context(&worker->encoder);
    av->av_frame_free(&worker->picture);
}

static void close_worker(tr_sink_worker *base) {
    apng_worker *worker = (apng_worker *)base;
    const tr_av *av = ((apng_sink *)base->sink)->av;
    close_encoder(av, worker);
    av->av_packet_free(&worker->packet);
    free(worker->previous);
}

static void clear_segment(tr_segment *base) {
    free(((apng_segment *)base)->pixels.data);
}

static tr_status find_encoder(const tr_av *av, const AVCodec **codec, tr_diag *diag) {
    *codec = av->avcodec_find_encoder_by_name("png");
    return *codec ? TR_OK : tr_fail(diag, TR_ERROR_ENCODER, "this FFmpeg has no PNG encoder");
}

static tr_status open_encoder(const tr_av *av, apng_worker *worker, int width, int height,
                              tr_diag *diag) {
    const AVCodec *codec;
    if (worker->encoder && worker->encoder->width == width && worker->encoder->height == height)
        return TR_OK;
    close_encoder(av, worker);
    tr_status status = find_encoder(av, &codec, diag);
    if (status)
        return status;
    worker->encoder = av->avcodec_alloc_context3(codec);
    worker->picture = av->av_frame_alloc();
    if (!worker->encoder || !worker->picture)
        return tr_fail_memory(diag, "the encoder");
    worker->encoder->width = worker->picture->width = width;
    worker->encoder->height = worker->picture->height = height;
    worker->encoder->pix_fmt = AV_PIX_FMT_RGBA;
    worker->picture->format = AV_PIX_FMT_RGBA;
    worker->encoder->time_base = (AVRational){1, 1};
    worker->encoder->thread_count = 1;
    worker->encoder->compression_level = 6; /* 9 takes much longer for little */
    int error = av->avcodec_open2(worker->encoder, codec, NULL);
    if (error >= 0)
        error = av->av_frame_get_buffer(worker->picture, 0);
    return error < 0 ? tr_av_fail(av, diag, error, "cannot open the PNG encoder") : TR_OK;
}

/* Copies a box of the frame to the picture and to what is shown; with nothing but zeros where that stays
 * as it is, if anything may. */
static void copy_box(const tr_frame *frame, const tr_box *box, bool may_stay, apng_worker *worker) {
    for (int y = box->top; y < box->bottom; y++) {
        const uint32_t *row =
            (const uint32_t *)(const void *)(frame->pixels + y * frame->stride) + box->left;
        uint32_t *shown = worker->previous + (size_t)y * (size_t)frame->width + box->left;
        uint8_t *rgba = worker->picture->data[0] + (y - box->top) * worker->picture->linesize[0];
        for (int x = 0; x < box->right - box->left; x++, rgba += 4) {
            uint32_t color = row[x] & 0xFFFFFF;
            bool stays = may_stay && shown[x] == color;
            rgba[0] = stays ? 0 : (uint8_t)(color >> 16);
            rgba[1] = stays ? 0 : (uint8_t)(color >> 8);
            rgba[2] = stays ? 0 : (uint8_t)color;
            rgba[3] = stays ? 0 : 255;
            shown[x] = color;
        }
    }
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Takes the compressed pixels out of a PNG file. */
static tr_status take_pixels(const AVPacket *packet, tr_buffer *pixels, tr_diag *diag) {
    size_t size = (size_t)packet->size, at = SIGNATURE_SIZE;
    if (tr_buffer_reserve(pixels, size))
        return tr_fail_memory(diag, "a segment");
    while (at + CHUNK_FRAME <= size) {
        size_t length = get_u32(packet->data + at);
        if (length > size - at - CHUNK_FRAME)
            break;
        if (!memcmp(packet->data + at + 4, "IDAT", 4))
            tr_buffer_put_all(pixels, packet->data + at + 8, length);
        at += CHUNK_FRAME + length;
    }
    return at == size ? TR_OK : tr_fail(diag, TR_ERROR_ENCODER, "the encoder made no valid PNG");
}

static tr_status encode(const tr_av *av, apng_worker *worker, apng_segment *segment,
                        tr_diag *diag) {
    int error = av->avcodec_send_frame(worker->encoder, worker->picture);
    if (error >= 0)
        error = av->avcodec_receive_packet(worker->encoder, worker->packet);
    if (error < 0)
        return tr_av_fail(av, diag, error, "cannot encode a frame");
    part *new = &segment->parts[segment->n_parts];
    new->offset = segment->pixels.size;
    tr_status status = take_pixels(worker->packet, &segment->pixels, diag);
    new->size = segment->pixels.size - new->offset;
    av->av_packet_unref(worker->packet);
    if (!status)
        segment->n_parts++;
    return status;
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    apng_worker *worker = (apng_worker *)base;
    apng_segment *segment = (apng_segment *)base->segment;
    const tr_av *av = ((apng_sink *)base->sink)->av;
    if (segment->base.n_frames == TR_SEGMENT_FRAMES)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a segment has at most %d frames",
                       TR_SEGMENT_FRAMES);
    bool is_first = segment->n_parts == 0;
    tr_box box = {0, 0, frame->width, frame->height};
    if (!is_first)
        box = tr_box_of_changes(frame, worker->previous);
    if (tr_box_is_empty(&box)) {
        segment->parts[segment->n_parts - 1].n_frames++;
        return TR_OK;
    }
    tr_status status = open_encoder(av, worker, box.right - box.left, box.bottom - box.top, diag);
    if (status)
        return status;
    int error = av->av_frame_make_writable(worker->picture);
    if (error < 0)
        return tr_av_fail(av, diag, error, "cannot prepare a frame");
    copy_box(frame, &box, !is_first, worker);
    segment->parts[segment->n_parts] = (part){.box = box, .n_frames = 1};
    return encode(av, worker, segment, diag);
}

/* ---- the file ---- */

static void make_checksums(apng_sink *sink) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t checksum = i;
        for (int bit = 0; bit < 8; bit++)
            checksum = checksum & 1 ? checksum >> 1 ^ UINT32_C(0xEDB88320) : checksum >> 1;
        sink->checksums[i] = checksum;
    }
}

static void put_u32(tr_buffer *buffer, uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        tr_buffer_put(buffer, number >> shift & 255);
}

static tr_status begin_chunk(apng_sink *sink, const char *type, size_t size, tr_diag *diag) {
    sink->chunk.size = 0;
    if (size >= UINT32_C(1) << 31 || tr_buffer_reserve(&sink->chunk, size + CHUNK_FRAME))
        return tr_fail_memory(diag, "the animation");
    put_u32(&sink->chunk, (uint32_t)size);
    tr_buffer_put_all(&sink->chunk, type, 4);
    return TR_OK;
}

static void end_chunk(apng_sink *sink) {
    uint32_t checksum = UINT32_MAX;
    for (size_t i = 4; i < sink->chunk.size; i++)
        checksum = checksum >> 8 ^ sink->checksums[(checksum ^ sink->chunk.data[i]) & 255];
    put_u32(&sink->chunk, ~checksum);
}

static tr_status write_chunk(apng_sink *sink, tr_diag *diag) {
    end_chunk(sink);
    sink->base.bytes += sink->chunk.size;
    return tr_output_write(sink->base.output, sink->chunk.data, sink->chunk.size, diag);
}

/* How many pictures there are, and that they are repeated for ever. */
static tr_status make_control(apng_sink *sink, tr_diag *diag) {
    tr_status status = begin_chunk(sink, "acTL", CONTROL_SIZE, diag);
    if (status)
        return status;
    put_u32(&sink->chunk, (uint32_t)sink->base.n_pictures);
    put_u32(&sink->chunk, 0);
    return TR_OK;
}

static tr_status write_header(apng_sink *sink, tr_diag *diag) {
    static const uint8_t signature[SIGNATURE_SIZE] = "\x89PNG\r\n\x1A\n";
    tr_status status = tr_output_write(sink->base.output, signature, sizeof signature, diag);
    sink->base.bytes = sizeof signature;
    if (!status)
        status = begin_chunk(sink, "IHDR", HEADER_SIZE, diag);
    if (status)
        return status;
    put_u32(&sink->chunk, (uint32_t)sink->base.width);
    put_u32(&sink->chunk, (uint32_t)sink->base.height);
    tr_buffer_put_all(&sink->chunk, "\x08\x06\0\0", 5); /* 8 bits, RGBA; with the NUL */
    status = write_chunk(sink, diag);
    if (!status)
        status = make_control(sink, diag); /* the number of pictures comes at the end */
    return status ? status : write_chunk(sink, diag);
}

static tr_status write_frame_control(apng_sink *sink, const part *p, tr_diag *diag) {
    tr_status status = begin_chunk(sink, "fcTL", FRAME_CONTROL_SIZE, diag);
    if (status)
        return status;
    put_u32(&sink->chunk, sink->n_chunks++);
    put_u32(&sink->chunk, (uint32_t)(p->box.right - p->box.left));
    put_u32(&sink->chunk, (uint32_t)(p->box.bottom - p->box.top));
    put_u32(&sink->chunk, (uint32_t)p->box.left);
    put_u32(&sink->chunk, (uint32_t)p->box.top);
    put_u32(&sink->chunk, (uint32_t)p->n_frames << 16 | (uint32_t)sink->frames_per_second);
    tr_buffer_put(&sink->chunk, 0); /* it stays */
    tr_buffer_put(&sink->chunk, 1); /* over what was there before */
    return write_chunk(sink, diag);
}

static tr_status write_part(apng_sink *sink, const part *p, const uint8_t *pixels, tr_diag *diag) {
    bool is_first = sink->n_chunks == 0; /* which programs show that know no animation */
    tr_status status = write_frame_control(sink, p, diag);
    if (!status)
        status = begin_chunk(sink, is_first ? "IDAT" : "fdAT", p->size + (is_first ? 0 : 4), diag);
    if (status)
        return status;
    if (!is_first)
        put_u32(&sink->chunk, sink->n_chunks++);
    tr_buffer_put_all(&sink->chunk, pixels, p->size);
    sink->base.n_pictures++;
    return write_chunk(sink, diag);
}

static tr_status append(tr_sink *base, tr_segment *base_segment, tr_diag *diag) {
    apng_sink *sink = (apng_sink *)base;
    const apng_segment *segment = (apng_segment *)base_segment;
    tr_status status = base->n_pictures ? TR_OK : write_header(sink, diag);
    for (size_t i = 0; !status && i < segment->n_parts; i++)
        status = write_part(sink, &segment->parts[i],
                            segment->pixels.data + segment->parts[i].offset, diag);
    return status;
}

static tr_status finish(tr_sink *base, tr_diag *diag) {
    apng_sink *sink = (apng_sink *)base;
    if (!base->n_pictures)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no frame to make an animation of");
    tr_status status = begin_chunk(sink, "IEND", 0, diag);
    if (!status)
        status = write_chunk(sink, diag);
    if (!status)
        status = make_control(sink, diag);
    if (status)
        return status;
    end_chunk(sink);
    status = tr_output_write_at(base->output, SIGNATURE_SIZE + CHUNK_FRAME + HEADER_SIZE,
                                sink->chunk.data, sink->chunk.size, diag);
    const tr_expected expected = {.codec = AV_CODEC_ID_APNG,
                                  .width = base->width,
                                  .height = base->height,
                                  .n_streams = 1,
                                  .n_packets = base->n_pictures,
                                  .seconds = (double)base->n_frames / sink->frames_per_second,
                                  .tolerance = 0.5 / sink->frames_per_second};
    return status ? status : tr_read_back(base->output, &expected, diag);
}

static tr_status open_sink(tr_sink *base, const char *path, const tr_video *video, tr_diag *diag) {
    apng_sink *sink = (apng_sink *)base;
    const AVCodec *codec;
    sink->frames_per_second = video->frames_per_second;
    make_checksums(sink);
    tr_status status = tr_av_load_codecs(&sink->av, diag);
    if (!status)
        status = find_encoder(sink->av, &codec, diag);
    return status ? status : tr_output_create(&base->output, path, false, diag);
}

static tr_status prepare(tr_sink *sink, tr_diag *diag) {
    (void)sink;
    const tr_av *av;
    return tr_av_load(&av, diag);
}

static void close_sink(tr_sink *base) {
    free(((apng_sink *)base)->chunk.data);
}

const tr_sink_ops tr_apng_sink_ops = {.sink_size = sizeof(apng_sink),
                                      .worker_size = sizeof(apng_worker),
                                      .segment_size = sizeof(apng_segment),
                                      .open = open_sink,
                                      .prepare = prepare,
                                      .close = close_sink,
                                      .open_worker = open_worker,
                                      .close_worker = close_worker,
                                      .add_frame = add_frame,
                                      .clear_segment = clear_segment,
                                      .append = append,
                                      .finish = finish};
