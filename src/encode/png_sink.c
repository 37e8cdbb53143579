/* A folder of PNG files: frame_000000.png, frame_000001.png, … */
#include "alloc.h"
#include "diag.h"
#include "output.h"
#include "png.h"
#include "sink.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 40 };

typedef struct png_sink {
    tr_sink base;
    tr_output *output; /* the folder */
    atomic_uint_least64_t bytes;
    uint64_t n_frames;
} png_sink;

typedef struct png_worker {
    tr_sink_worker base;
    tr_png *png;
    tr_segment *segment;
    uint64_t next_frame;
} png_worker;

static void format_name(char *name, uint64_t frame) {
    snprintf(name, NAME_SIZE, "frame_%06llu.png", (unsigned long long)frame);
}

static bool is_frame_name(const char *name) {
    unsigned long long frame;
    char canonical[NAME_SIZE];
    if (sscanf(name, "frame_%llu", &frame) != 1)
        return false;
    format_name(canonical, frame);
    return !strcmp(name, canonical);
}

static void destroy_segment(tr_segment *segment) {
    free(segment);
}

static void destroy_worker(tr_sink_worker *base) {
    png_worker *worker = (png_worker *)base;
    tr_png_destroy(&worker->png);
    free(worker->segment);
    free(worker);
}

static tr_status create_worker(tr_sink *sink, tr_sink_worker **out, tr_diag *diag) {
    png_worker *worker = tr_alloc_array(1, sizeof *worker);
    if (!worker)
        return tr_fail_memory(diag, "the PNG files");
    worker->base.sink = sink;
    tr_status status = tr_png_create(&worker->png, sink->width, sink->height, diag);
    if (status)
        destroy_worker(&worker->base);
    else
        *out = &worker->base;
    return status;
}

static tr_status begin_segment(tr_sink_worker *base, uint64_t first_frame, tr_diag *diag) {
    png_worker *worker = (png_worker *)base;
    worker->next_frame = first_frame;
    worker->segment = tr_alloc_array(1, sizeof *worker->segment);
    return worker->segment ? TR_OK : tr_fail_memory(diag, "a segment");
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    png_worker *worker = (png_worker *)base;
    png_sink *sink = (png_sink *)base->sink;
    const uint8_t *data;
    size_t size;
    tr_status status = tr_png_encode(worker->png, frame, &data, &size, diag);
    char name[NAME_SIZE];
    format_name(name, worker->next_frame);
    if (!status)
        status = tr_output_write_file(sink->output, name, data, size, diag);
    if (status)
        return status;
    atomic_fetch_add(&sink->bytes, size);
    worker->next_frame++;
    worker->segment->n_frames++;
    return TR_OK;
}

static tr_status end_segment(tr_sink_worker *base, tr_segment **segment, tr_diag *diag) {
    (void)diag;
    *segment = ((png_worker *)base)->segment;
    ((png_worker *)base)->segment = NULL;
    return TR_OK;
}

static tr_status append(tr_sink *base, tr_segment *segment, tr_diag *diag) {
    (void)diag;
    ((png_sink *)base)->n_frames += segment->n_frames;
    destroy_segment(segment);
    return TR_OK;
}

static tr_status finish(tr_sink *base, tr_sink_result *result, tr_diag *diag) {
    (void)diag;
    png_sink *sink = (png_sink *)base;
    *result = (tr_sink_result){.bytes = atomic_load(&sink->bytes), .n_frames = sink->n_frames};
    return TR_OK;
}

static tr_status commit(tr_sink *base, tr_diag *diag) {
    return tr_output_commit(&((png_sink *)base)->output, diag);
}

static void destroy(tr_sink *base) {
    tr_output_discard(&((png_sink *)base)->output);
    free(base);
}

static const tr_sink_ops ops = {.create_worker = create_worker,
                                .destroy_worker = destroy_worker,
                                .begin_segment = begin_segment,
                                .add_frame = add_frame,
                                .end_segment = end_segment,
                                .append = append,
                                .destroy_segment = destroy_segment,
                                .finish = finish,
                                .commit = commit,
                                .destroy = destroy};

tr_status tr_png_sink_create(tr_sink **out, const char *path, int width, int height,
                             tr_diag *diag) {
    *out = NULL;
    png_sink *sink = tr_alloc_array(1, sizeof *sink);
    if (!sink)
        return tr_fail_memory(diag, "the PNG files");
    sink->base = (tr_sink){.ops = &ops, .width = width, .height = height};
    tr_status status = tr_output_create_folder(&sink->output, path, is_frame_name, diag);
    if (status)
        destroy(&sink->base);
    else
        *out = &sink->base;
    return status;
}
