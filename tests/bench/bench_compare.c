/* What the films of `trainreel compare` cost beside their encoding:
 *
 *   bench_compare draw FOLDER        draws the frames of both films, and writes them as they are encoded
 *   bench_compare encode FOLDER -j N encodes those with N workers, and does nothing else
 *
 * The whole of the second, but for the seconds that it reads the frames for, is what the whole of the
 * program is measured against: both start a process and load the libraries that encode. */
#include "alloc.h"
#include "av.h"
#include "codec.h"
#include "convert.h"
#include "diag.h"
#include "joint.h"
#include "plan.h"
#include "plotter.h"
#include "run.h"
#include "schedule.h"
#include "sink.h"
#include "system.h"
#include "walk.h"

#include <trainreel/trainreel.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_FILMS = 2, N_RUNS = 5, MOST_SEGMENTS = 64, MOST_WORKERS = 16 };

/* As the plan has them, whose first artifacts they are. */
static const char *const films[N_FILMS] = {"compare", "overlay"};

static void write_path(char *path, size_t size, const char *folder, int film) {
    snprintf(path, size, "%s/%s.yuv", folder, films[film]);
}

/* What the program is told, and its own defaults. */
static tr_status compose(tr_plan **plan, tr_diag *diag) {
    const tr_override given[] = {{.param = tr_param_by_name("picture.scene"), .text = "fit+error"},
                                 {.param = tr_param_by_name("picture.error_scale"), .text = "log"}};
    char *const batch_sizes[] = {"1", "8", "32", "128", "200", NULL};
    const tr_value_list list = {.param = tr_param_by_name("train.batch_size"),
                                .option = "batch-size",
                                .values = batch_sizes};
    return tr_plan_compose(plan, given, sizeof given / sizeof *given, &list, 1, diag);
}

/* ---- drawing ---- */

typedef struct bench_runs {
    const tr_plan *plan;
    tr_run *runs[N_RUNS];
    tr_source sources[N_RUNS];
    tr_recording *recordings[N_RUNS];
    tr_compared_run compared[N_RUNS];
} bench_runs;

typedef struct appending {
    tr_recording *recording;
    tr_diag *diag;
} appending;

static tr_status append(const tr_snapshot *snapshot, void *context) {
    const appending *to = context;
    return tr_recording_append(to->recording, snapshot, to->diag);
}

static tr_status train(bench_runs *all, size_t i, tr_diag *diag) {
    const tr_plan_comparison *comparison = all->plan->artifacts[0].comparison;
    tr_settings *settings;
    tr_status status =
        tr_plan_run_settings(all->plan, &all->plan->runs[comparison->runs[i]], &settings, diag);
    if (status)
        return status;
    status = tr_run_create(&all->runs[i], settings, NULL, diag);
    tr_settings_destroy(&settings);
    if (status)
        return status;
    all->sources[i] = tr_run_source(all->runs[i]);
    status =
        tr_recording_create(&all->recordings[i], tr_network_n_params(all->runs[i]->network), diag);
    appending to = {.recording = all->recordings[i], .diag = diag};
    if (!status)
        status = all->sources[i].run(all->sources[i].context, append, &to, diag);
    all->compared[i] = (tr_compared_run){.label = comparison->labels[i],
                                         .source = &all->sources[i],
                                         .recording = all->recordings[i]};
    return status;
}

static void destroy_runs(bench_runs *all) {
    for (size_t i = 0; i < N_RUNS; i++) {
        tr_recording_destroy(&all->recordings[i]);
        tr_run_destroy(&all->runs[i]);
    }
}

typedef struct drawing {
    tr_plotter *plotter;
    uint8_t *picture; /* the planes, one after the other */
    size_t bytes;
    FILE *file;
    tr_diag *diag;
} drawing;

static tr_status draw_frame(const tr_snapshot *snapshot, void *context) {
    drawing *d = context;
    tr_frame frame;
    tr_status status = tr_plotter_draw(d->plotter, snapshot, &frame, d->diag);
    if (status)
        return status;
    size_t pixels = (size_t)frame.width * (size_t)frame.height;
    if (!d->picture)
        d->picture = tr_alloc_array(d->bytes = pixels * 3 / 2, 1);
    if (!d->picture)
        return tr_fail_memory(d->diag, "a frame");
    const tr_planes planes = {.y = d->picture,
                              .cb = d->picture + pixels,
                              .cr = d->picture + pixels / 4 * 5,
                              .y_stride = frame.width,
                              .c_stride = frame.width / 2};
    tr_convert_changed(&frame, &planes);
    return fwrite(d->picture, 1, d->bytes, d->file) == d->bytes
               ? TR_OK
               : tr_fail(d->diag, TR_ERROR_OUTPUT, "a film cannot be written");
}

static tr_status draw_states(const tr_scene *scene, const tr_settings *settings, FILE *file,
                             tr_diag *diag) {
    const tr_joint *joint = tr_scene_joint(scene);
    const tr_schedule_options pace = {.pace = (tr_pace)settings->pace,
                                      .n_frames = (uint64_t)settings->frames,
                                      .n_iterations = joint->last};
    drawing d = {.file = file, .diag = diag};
    tr_schedule *schedule = NULL;
    tr_walk *walk = NULL;
    tr_status status = tr_schedule_create(&schedule, &pace, diag);
    if (!status)
        status = tr_walk_create(&walk, joint, schedule, diag);
    if (!status)
        status = tr_plotter_create(&d.plotter, scene, diag);
    if (!status)
        status = tr_walk_run(walk, draw_frame, &d, diag);
    tr_plotter_destroy(&d.plotter);
    tr_walk_destroy(&walk);
    tr_schedule_destroy(&schedule);
    free(d.picture);
    return status;
}

static tr_status draw_film(const bench_runs *all, int film, const char *folder, tr_diag *diag) {
    const tr_settings *settings = all->plan->artifacts[film].settings;
    const tr_picture picture = tr_picture_from(settings);
    const tr_comparison comparison = {.n_runs = N_RUNS,
                                      .runs = all->compared,
                                      .align = (tr_align)settings->align,
                                      .arrangement = (tr_arrangement)settings->arrangement};
    char path[4096];
    tr_scene *scene = NULL;
    write_path(path, sizeof path, folder, film);
    FILE *file = fopen(path, "wb");
    if (!file)
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s: %s", path, strerror(errno));
    tr_status status = tr_scene_create_compared(&scene, &comparison, &picture, diag);
    if (!status)
        status = draw_states(scene, settings, file, diag);
    if (fclose(file) && !status)
        status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot be written", path);
    tr_scene_destroy(&scene);
    return status;
}

static tr_status run_draw(const tr_plan *plan, const char *folder, tr_diag *diag) {
    bench_runs all = {.plan = plan};
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < N_RUNS; i++)
        status = train(&all, i, diag);
    for (int i = 0; !status && i < N_FILMS; i++)
        status = draw_film(&all, i, folder, diag);
    destroy_runs(&all);
    return status;
}

/* ---- encoding ---- */

/* A segment of a film, in memory. */
typedef struct segment {
    int width;
    int height;
    uint8_t *frames;
    size_t n_frames;
} segment;

typedef struct encoding {
    const tr_av *av;
    tr_video video;
    size_t n_segments;
    segment segments[MOST_SEGMENTS];
    atomic_size_t next;
    atomic_uint_least64_t bytes;
} encoding;

typedef struct worker {
    encoding *encoding;
    tr_status status;
    tr_diag diag;
} worker;

static size_t frame_bytes(const segment *film) {
    return (size_t)film->width * (size_t)film->height * 3 / 2;
}

static tr_status read_film(encoding *e, const char *path, int width, int height, tr_diag *diag) {
    FILE *file = fopen(path, "rb");
    size_t count = TR_SEGMENT_FRAMES;
    if (!file)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: %s", path, strerror(errno));
    while (count == TR_SEGMENT_FRAMES && e->n_segments < MOST_SEGMENTS) {
        segment *next = &e->segments[e->n_segments++];
        *next = (segment){.width = width, .height = height};
        next->frames = malloc(TR_SEGMENT_FRAMES * frame_bytes(next));
        count = next->frames ? fread(next->frames, frame_bytes(next), TR_SEGMENT_FRAMES, file) : 0;
        next->n_frames = count;
    }
    fclose(file);
    return TR_OK;
}

/* Gives the encoder a frame, or with NULL the end, and counts the bytes that it has ready. */
static int encode_frame(encoding *e, AVCodecContext *encoder, AVPacket *packet,
                        const AVFrame *frame) {
    int error = e->av->avcodec_send_frame(encoder, frame);
    while (error >= 0) {
        error = e->av->avcodec_receive_packet(encoder, packet);
        if (error < 0)
            break;
        atomic_fetch_add(&e->bytes, (uint64_t)packet->size);
        e->av->av_packet_unref(packet);
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

/* The frame is not copied: as it is not reference-counted, the encoder does that. */
static int encode_frames(encoding *e, const segment *film, AVCodecContext *encoder,
                         AVPacket *packet, AVFrame *frame) {
    size_t pixels = (size_t)film->width * (size_t)film->height;
    int error = 0;
    frame->width = film->width;
    frame->height = film->height;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->linesize[0] = film->width;
    frame->linesize[1] = frame->linesize[2] = film->width / 2;
    for (size_t i = 0; error >= 0 && i < film->n_frames; i++) {
        uint8_t *at = film->frames + i * frame_bytes(film);
        frame->data[0] = at;
        frame->data[1] = at + pixels;
        frame->data[2] = at + pixels / 4 * 5;
        frame->pts = (int64_t)i;
        error = encode_frame(e, encoder, packet, frame);
    }
    return error < 0 ? error : encode_frame(e, encoder, packet, NULL);
}

/* With an encoder of its own, as the video sink makes them. */
static tr_status encode_segment(encoding *e, const segment *film, tr_diag *diag) {
    AVCodecContext *encoder = NULL;
    AVPacket *packet = e->av->av_packet_alloc();
    AVFrame *frame = e->av->av_frame_alloc();
    tr_status status = packet && frame ? tr_codec_open(e->av, &tr_codec_h264, &encoder, film->width,
                                                       film->height, &e->video, diag)
                                       : tr_fail_memory(diag, "a frame");
    int error = status ? 0 : encode_frames(e, film, encoder, packet, frame);
    if (error < 0)
        status = tr_av_fail(e->av, diag, error, "cannot encode a frame");
    e->av->avcodec_free_context(&encoder);
    e->av->av_frame_free(&frame);
    e->av->av_packet_free(&packet);
    return status;
}

static void *work(void *context) {
    worker *self = context;
    encoding *e = self->encoding;
    for (size_t i; !self->status && (i = atomic_fetch_add(&e->next, 1)) < e->n_segments;)
        self->status = encode_segment(e, &e->segments[i], &self->diag);
    return NULL;
}

static tr_status run_workers(encoding *e, size_t n_workers, tr_diag *diag) {
    worker workers[MOST_WORKERS] = {0};
    pthread_t threads[MOST_WORKERS];
    size_t n_started = 0;
    tr_status status = TR_OK;
    for (; !status && n_started < n_workers; n_started += !status) {
        workers[n_started].encoding = e;
        if (pthread_create(&threads[n_started], NULL, work, &workers[n_started]))
            status = tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left");
    }
    for (size_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].status && !status) {
            status = workers[i].status;
            tr_diag_adopt(diag, &workers[i].diag);
        }
    }
    return status;
}

static tr_status run_encode(const tr_plan *plan, const char *folder, size_t n_workers,
                            tr_diag *diag) {
    encoding e = {.video = tr_render_options_from(plan->artifacts[0].settings).video};
    tr_status status = TR_OK;
    double start = tr_seconds();
    for (int i = 0; !status && i < N_FILMS; i++) {
        const tr_picture picture = tr_picture_from(plan->artifacts[i].settings);
        char path[4096];
        int width, height;
        tr_picture_pixels(&picture, &width, &height);
        write_path(path, sizeof path, folder, i);
        status = read_film(&e, path, width, height, diag);
    }
    double reading = tr_seconds() - start;
    if (!status)
        status = tr_av_load(&e.av, diag);
    if (!status)
        status = run_workers(&e, n_workers, diag);
    if (!status)
        printf("{\"bytes\": %llu, \"reading_seconds\": %.6f}\n",
               (unsigned long long)atomic_load(&e.bytes), reading);
    for (size_t i = 0; i < e.n_segments; i++)
        free(e.segments[i].frames);
    return status;
}

int main(int argc, char **argv) {
    tr_diag diag = {0};
    tr_plan *plan = NULL;
    long n_workers = argc == 5 && !strcmp(argv[3], "-j") ? strtol(argv[4], NULL, 10) : 0;
    bool draws = argc == 3 && !strcmp(argv[1], "draw");
    bool encodes = n_workers >= 1 && n_workers <= MOST_WORKERS && !strcmp(argv[1], "encode");
    if (!draws && !encodes) {
        fprintf(stderr,
                "Usage: bench_compare draw FOLDER\n"
                "       bench_compare encode FOLDER -j 1-%d\n",
                MOST_WORKERS);
        return 2;
    }
    tr_status status = compose(&plan, &diag);
    if (!status)
        status = draws ? run_draw(plan, argv[2], &diag)
                       : run_encode(plan, argv[2], (size_t)n_workers, &diag);
    tr_plan_destroy(&plan);
    if (status)
        fprintf(stderr, "bench_compare: %s\n", diag.text[0] ? diag.text : tr_status_name(status));
    return status ? 1 : 0;
}
