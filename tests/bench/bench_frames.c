/* Measures the two halves of a rendering one by one, which the program itself runs into each other:
 *
 *   bench_frames split     time to draw and convert a frame, and time to encode one
 *   bench_frames encode    time to encode frames that are already drawn and in memory
 *   bench_frames yuv FILE  no times; the converted frames, to compare videos with
 *
 * The frames are those of `trainreel render --every K`, as far as the first N of them go. */
#include "alloc.h"
#include "av.h"
#include "codec.h"
#include "convert.h"
#include "diag.h"
#include "median.h"
#include "plotter.h"
#include "sink.h"
#include "system.h"

#include <trainreel/trainreel.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_POINTS = 200, BATCH_SIZE = 128, MOST_FRAMES = 100000, MOST_REPETITIONS = 1000 };

typedef struct bench_options {
    const char *mode;
    const char *path; /* of the mode yuv */
    size_t n_frames;
    uint64_t every;
    size_t n_repetitions; /* of the mode split */
    tr_profile profile;
} bench_options;

/* A run, and its frames. */
typedef struct bench_film {
    tr_dataset *dataset;
    tr_network *network;
    tr_scene *scene;
    tr_plotter *plotter;
    uint64_t every;
    size_t n_states; /* recorded so far */
    size_t n_frames; /* wanted */
    size_t n_params;
    tr_snapshot *states; /* [n_frames] */
    float *params;       /* [n_frames][n_params], of the states */

    const tr_av *av;
    tr_video video;
    int width;
    int height;
    AVFrame *picture; /* drawn into, as the video sink does: only what changes is converted */
    AVFrame **frames; /* [n_frames], all of them drawn; NULL until then */
} bench_film;

/* ---- the run ---- */

static tr_status record(const tr_snapshot *snapshot, void *context) {
    bench_film *film = context;
    if (snapshot->iteration % film->every)
        return TR_OK;
    float *params = film->params + film->n_states * film->n_params;
    memcpy(params, snapshot->params, film->n_params * sizeof *params);
    film->states[film->n_states] = *snapshot;
    film->states[film->n_states].params = params;
    return ++film->n_states == film->n_frames ? TR_END : TR_OK;
}

/* The post's neuron, until there are as many states as frames are wanted. */
static tr_status train(bench_film *film, tr_diag *diag) {
    float params[2];
    tr_random random;
    const tr_fit_options fit = {
        .batch_size = BATCH_SIZE, .epochs = film->n_frames * film->every, .learning_rate = 0.01};
    tr_random_seed(&random, 0);
    tr_network_init_params(film->network, &random, params);
    return tr_fit(film->network, params, film->dataset, &fit, &random, record, film, diag);
}

static tr_status create_run(bench_film *film, tr_diag *diag) {
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    tr_status status = tr_dataset_create_bilinear(&film->dataset, N_POINTS, diag);
    if (!status)
        status = tr_network_create(&film->network, 1, &neuron, 1, diag);
    if (status)
        return status;
    film->n_params = tr_network_n_params(film->network);
    film->states = tr_alloc_array(film->n_frames, sizeof *film->states);
    film->params = tr_alloc_array(film->n_frames * film->n_params, sizeof *film->params);
    if (!film->states || !film->params)
        return tr_fail_memory(diag, "the states");
    return train(film, diag);
}

/* ---- drawing ---- */

static AVFrame *create_picture(const bench_film *film) {
    AVFrame *picture = film->av->av_frame_alloc();
    if (!picture)
        return NULL;
    picture->width = film->width;
    picture->height = film->height;
    picture->format = AV_PIX_FMT_YUV420P;
    if (film->av->av_frame_get_buffer(picture, 0) < 0)
        film->av->av_frame_free(&picture);
    return picture;
}

static tr_status create_film(bench_film *film, const bench_options *options, tr_diag *diag) {
    film->n_frames = options->n_frames;
    film->every = options->every;
    film->video = tr_video_default();
    film->video.profile = options->profile;
    const tr_picture picture = tr_picture_default();
    tr_picture_pixels(&picture, &film->width, &film->height);
    tr_status status = create_run(film, diag);
    if (!status)
        status = tr_av_load(&film->av, diag);
    if (!status)
        status = tr_scene_create(&film->scene, &picture, film->network, film->dataset,
                                 TR_LOSS_MEAN_SQUARED_ERROR, NULL, diag);
    if (!status)
        status = tr_plotter_create(&film->plotter, film->scene, diag);
    if (!status && !(film->picture = create_picture(film)))
        status = tr_fail_memory(diag, "a frame");
    return status;
}

static void destroy_film(bench_film *film) {
    for (size_t i = 0; film->frames && i < film->n_frames; i++)
        film->av->av_frame_free(&film->frames[i]);
    free(film->frames);
    if (film->picture)
        film->av->av_frame_free(&film->picture);
    tr_plotter_destroy(&film->plotter);
    tr_scene_destroy(&film->scene);
    tr_network_destroy(&film->network);
    tr_dataset_destroy(&film->dataset);
    free(film->states);
    free(film->params);
}

/* Draws the next frame into film->picture; frames come in order, or start again from the first. */
static tr_status draw_frame(bench_film *film, size_t index, tr_diag *diag) {
    tr_frame frame;
    tr_status status = tr_plotter_draw(film->plotter, &film->states[index], &frame, diag);
    if (status)
        return status;
    const tr_planes planes = {.y = film->picture->data[0],
                              .cb = film->picture->data[1],
                              .cr = film->picture->data[2],
                              .y_stride = film->picture->linesize[0],
                              .c_stride = film->picture->linesize[1]};
    tr_convert_changed(&frame, &planes);
    return TR_OK;
}

static int plane_width(const bench_film *film, int plane) {
    return plane ? film->width / 2 : film->width;
}

static int plane_height(const bench_film *film, int plane) {
    return plane ? film->height / 2 : film->height;
}

static const uint8_t *plane_row(const AVFrame *picture, int plane, int row) {
    return picture->data[plane] + (ptrdiff_t)row * picture->linesize[plane];
}

static AVFrame *copy_picture(const bench_film *film) {
    AVFrame *copy = create_picture(film);
    for (int plane = 0; copy && plane < 3; plane++)
        for (int row = 0; row < plane_height(film, plane); row++)
            memcpy(copy->data[plane] + (ptrdiff_t)row * copy->linesize[plane],
                   plane_row(film->picture, plane, row), (size_t)plane_width(film, plane));
    return copy;
}

/* All frames in memory, so that encoding them can be measured alone. */
static tr_status draw_all(bench_film *film, tr_diag *diag) {
    film->frames = tr_alloc_array(film->n_frames, sizeof *film->frames);
    if (!film->frames)
        return tr_fail_memory(diag, "the frames");
    for (size_t i = 0; i < film->n_frames; i++) {
        tr_status status = draw_frame(film, i, diag);
        if (status)
            return status;
        film->frames[i] = copy_picture(film);
        if (!film->frames[i])
            return tr_fail_memory(diag, "the frames");
        film->frames[i]->pts = (int64_t)(i % TR_SEGMENT_FRAMES);
    }
    return TR_OK;
}

/* ---- encoding ---- */

static size_t segment_end(const bench_film *film, size_t first) {
    size_t left = film->n_frames - first;
    return first + (left < TR_SEGMENT_FRAMES ? left : TR_SEGMENT_FRAMES);
}

/* Gives the encoder a frame, or with NULL the end, and counts the bytes that it has ready. */
static int encode_frame(const tr_av *av, AVCodecContext *encoder, AVPacket *packet,
                        const AVFrame *frame, uint64_t *bytes) {
    int error = av->avcodec_send_frame(encoder, frame);
    while (error >= 0) {
        error = av->avcodec_receive_packet(encoder, packet);
        if (error < 0)
            break;
        *bytes += (uint64_t)packet->size;
        av->av_packet_unref(packet);
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

/* A segment with an encoder of its own, as the video sink makes them. */
static tr_status encode_segment(const bench_film *film, size_t first, uint64_t *bytes,
                                tr_diag *diag) {
    const tr_av *av = film->av;
    AVCodecContext *encoder = NULL;
    AVPacket *packet = av->av_packet_alloc();
    if (!packet)
        return tr_fail_memory(diag, "a packet");
    tr_status status =
        tr_codec_open(av, &tr_codec_h264, &encoder, film->width, film->height, &film->video, diag);
    if (!status) {
        int error = 0;
        for (size_t i = first; error >= 0 && i < segment_end(film, first); i++)
            error = encode_frame(av, encoder, packet, film->frames[i], bytes);
        if (error >= 0)
            error = encode_frame(av, encoder, packet, NULL, bytes);
        if (error < 0)
            status = tr_av_fail(av, diag, error, "cannot encode a frame");
    }
    av->avcodec_free_context(&encoder);
    av->av_packet_free(&packet);
    return status;
}

/* ---- the modes ---- */

/* Seconds of drawing and of encoding all frames, segment by segment in turn, so that what slows the
 * machine for a while slows both. */
static tr_status time_halves(bench_film *film, double *draw, double *encode, tr_diag *diag) {
    *draw = *encode = 0;
    for (size_t first = 0; first < film->n_frames; first = segment_end(film, first)) {
        uint64_t bytes = 0;
        double start = tr_seconds();
        for (size_t i = first; i < segment_end(film, first); i++) {
            tr_status status = draw_frame(film, i, diag);
            if (status)
                return status;
        }
        double drawn = tr_seconds();
        tr_status status = encode_segment(film, first, &bytes, diag);
        if (status)
            return status;
        *draw += drawn - start;
        *encode += tr_seconds() - drawn;
    }
    return TR_OK;
}

static tr_status run_split(bench_film *film, const bench_options *options, tr_diag *diag) {
    size_t count = options->n_repetitions;
    double *draw = tr_alloc_array(count, sizeof *draw);
    double *encode = tr_alloc_array(count, sizeof *encode);
    tr_status status =
        draw && encode ? draw_all(film, diag) : tr_fail_memory(diag, "the measurements");
    for (size_t i = 0; !status && i < count; i++)
        status = time_halves(film, &draw[i], &encode[i], diag);
    if (!status) {
        double scale = 1e6 / (double)film->n_frames;
        printf("{\"frames\": %zu, \"repetitions\": %zu, \"draw_us\": %.3f, \"encode_us\": %.3f}\n",
               film->n_frames, count, scale * median(draw, count), scale * median(encode, count));
    }
    free(draw);
    free(encode);
    return status;
}

static tr_status run_encode(bench_film *film, tr_diag *diag) {
    uint64_t bytes = 0;
    tr_status status = draw_all(film, diag);
    double start = tr_seconds();
    for (size_t first = 0; !status && first < film->n_frames; first = segment_end(film, first))
        status = encode_segment(film, first, &bytes, diag);
    if (!status)
        printf("{\"frames\": %zu, \"seconds\": %.6f, \"bytes\": %llu}\n", film->n_frames,
               tr_seconds() - start, (unsigned long long)bytes);
    return status;
}

static tr_status run_yuv(bench_film *film, const char *path, tr_diag *diag) {
    FILE *file = fopen(path, "wb");
    if (!file)
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s: %s", path, strerror(errno));
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < film->n_frames; i++) {
        status = draw_frame(film, i, diag);
        for (int plane = 0; !status && plane < 3; plane++)
            for (int row = 0; row < plane_height(film, plane); row++)
                fwrite(plane_row(film->picture, plane, row), 1, (size_t)plane_width(film, plane),
                       file);
    }
    bool failed = ferror(file);
    failed |= fclose(file) != 0;
    if (!status && failed)
        status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot be written", path);
    return status;
}

/* ---- the command line ---- */

static bool parse_count(const char *text, unsigned long highest, unsigned long *count) {
    char *end;
    errno = 0;
    *count = strtoul(text, &end, 10);
    return !errno && *text >= '0' && *text <= '9' && !*end && *count >= 1 && *count <= highest;
}

static bool parse_option(const char *name, const char *value, bench_options *options) {
    unsigned long count;
    if (!strcmp(name, "--profile")) {
        options->profile = strcmp(value, "baseline") ? TR_PROFILE_MAIN : TR_PROFILE_BASELINE;
        return !strcmp(value, "baseline") || !strcmp(value, "main");
    }
    if (!strcmp(name, "--frames") && parse_count(value, MOST_FRAMES, &count)) {
        options->n_frames = count;
        return true;
    }
    if (!strcmp(name, "--every") && parse_count(value, MOST_FRAMES, &count)) {
        options->every = count;
        return true;
    }
    if (!strcmp(name, "--repetitions") && parse_count(value, MOST_REPETITIONS, &count)) {
        options->n_repetitions = count;
        return true;
    }
    return false;
}

static bool parse(int argc, char **argv, bench_options *options) {
    if (argc < 2)
        return false;
    int next = 1;
    options->mode = argv[next++];
    if (!strcmp(options->mode, "yuv")) {
        if (next == argc)
            return false;
        options->path = argv[next++];
    } else if (strcmp(options->mode, "split") && strcmp(options->mode, "encode")) {
        return false;
    }
    for (; next + 1 < argc; next += 2)
        if (!parse_option(argv[next], argv[next + 1], options))
            return false;
    return next == argc;
}

int main(int argc, char **argv) {
    bench_options options = {
        .n_frames = 1001, .every = 4, .n_repetitions = 5, .profile = tr_video_default().profile};
    if (!parse(argc, argv, &options)) {
        fprintf(stderr, "Usage: bench_frames split|encode|yuv FILE [--frames N] [--every K] "
                        "[--repetitions N] [--profile main|baseline]\n");
        return 2;
    }
    bench_film film = {0};
    tr_diag diag = {0};
    tr_status status = create_film(&film, &options, &diag);
    if (!status && options.path)
        status = run_yuv(&film, options.path, &diag);
    else if (!status && !strcmp(options.mode, "split"))
        status = run_split(&film, &options, &diag);
    else if (!status)
        status = run_encode(&film, &diag);
    destroy_film(&film);
    if (!status && (fflush(stdout) || ferror(stdout)))
        status = tr_fail(&diag, TR_ERROR_OUTPUT, "cannot write to the standard output");
    if (status)
        fprintf(stderr, "bench_frames: %s\n", diag.text[0] ? diag.text : tr_status_name(status));
    return status ? 1 : 0;
}
