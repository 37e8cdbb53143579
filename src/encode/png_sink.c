/* A folder of PNG files: frame_000000.png, frame_000001.png, … */
#include "av.h"
#include "png.h"
#include "sink.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 40 };

typedef struct png_worker {
    tr_sink_worker base;
    tr_png *png;
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

static tr_status open_output(tr_sink *sink, const char *path, const tr_video *video,
                             tr_diag *diag) {
    (void)video;
    /* All of it, so that an incomplete FFmpeg fails here as it does for a video. */
    const tr_av *av;
    tr_status status = tr_av_load(&av, diag);
    return status ? status : tr_output_create_folder(&sink->output, path, is_frame_name, diag);
}

static tr_status open_worker(tr_sink_worker *base, tr_diag *diag) {
    return tr_png_create(&((png_worker *)base)->png, base->sink->width, base->sink->height, diag);
}

static void close_worker(tr_sink_worker *base) {
    tr_png_destroy(&((png_worker *)base)->png);
}

static tr_status add_frame(tr_sink_worker *base, const tr_frame *frame, tr_diag *diag) {
    tr_segment *segment = base->segment;
    const uint8_t *data;
    size_t size;
    tr_status status = tr_png_encode(((png_worker *)base)->png, frame, &data, &size, diag);
    if (status)
        return status;
    char name[NAME_SIZE];
    format_name(name, segment->first_frame + segment->n_frames);
    segment->bytes += size;
    return tr_output_write_file(base->sink->output, name, data, size, diag);
}

const tr_sink_ops tr_png_sink_ops = {.sink_size = sizeof(tr_sink),
                                     .worker_size = sizeof(png_worker),
                                     .segment_size = sizeof(tr_segment),
                                     .open = open_output,
                                     .open_worker = open_worker,
                                     .close_worker = close_worker,
                                     .add_frame = add_frame};
