/* A still of a recorded run as a file. */
#include "chart.h"

#include "alloc.h"
#include "diag.h"
#include "output.h"
#include "png.h"

#include <stdlib.h>
#include <string.h>
#include <trainreel/render.h>

tr_status tr_chart_encode(tr_still *still, tr_chart_format format, tr_diag *diag) {
    tr_png *png;
    const uint8_t *data;
    size_t size;
    if (format != TR_CHART_PNG)
        return TR_OK;
    tr_status status = tr_png_create(&png, still->frame.width, still->frame.height, diag);
    if (!status)
        status = tr_png_encode(png, &still->frame, &data, &size, diag);
    if (!status) {
        still->bytes = malloc(size);
        if (still->bytes) {
            memcpy(still->bytes, data, size);
            still->n_bytes = size;
        } else {
            status = tr_fail_memory(diag, "a picture");
        }
    }
    tr_png_destroy(&png);
    return status;
}

static tr_status read_state(const tr_recording *recording, uint64_t iteration, tr_snapshot *state,
                            float *params, tr_diag *diag) {
    uint64_t index;
    tr_status status = tr_recording_find(recording, iteration, &index, diag);
    return status ? status : tr_recording_read(recording, index, 1, state, params, diag);
}

static tr_status write(const tr_still *still, const char *path, tr_artifact *artifact,
                       tr_diag *diag) {
    tr_output *output = NULL;
    tr_status status = tr_output_create(&output, path, false, diag);
    if (!status)
        status = tr_output_write(output, still->bytes, still->n_bytes, diag);
    uint64_t bytes = status ? 0 : tr_output_size(output);
    char *copy = status ? NULL : strdup(path);
    if (!status && !copy)
        status = tr_fail_memory(diag, "a path");
    if (!status)
        status = tr_output_commit(&output, diag);
    if (!status)
        *artifact = (tr_artifact){.path = copy,
                                  .kind = "chart",
                                  .bytes = bytes,
                                  .width = still->width,
                                  .height = still->height,
                                  .n_frames = 1};
    else
        free(copy);
    tr_output_discard(&output);
    return status;
}

tr_status tr_chart_write(const tr_scene *scene, const tr_snapshot *state, tr_chart_format format,
                         const char *path, tr_artifact *artifact, tr_diag *diag) {
    static const tr_still_kind kinds[] = {[TR_CHART_PNG] = TR_STILL_PIXELS,
                                          [TR_CHART_SVG] = TR_STILL_SVG,
                                          [TR_CHART_PDF] = TR_STILL_PDF};
    tr_still still = {0};
    *artifact = (tr_artifact){0};
    tr_status status = tr_scene_draw_still(scene, state, kinds[format], &still, diag);
    if (!status)
        status = tr_chart_encode(&still, format, diag);
    if (!status)
        status = write(&still, path, artifact, diag);
    tr_still_destroy(&still);
    return status;
}

tr_status tr_chart(const tr_source *source, const tr_recording *recording, uint64_t iteration,
                   const tr_picture *picture, tr_chart_format format, const char *path,
                   tr_artifact *artifact, tr_diag *diag) {
    tr_scene *scene = NULL;
    tr_snapshot state;
    float *params = NULL;
    *artifact = (tr_artifact){0};
    size_t n_params = tr_network_n_params(source->network);
    tr_status status = tr_picture_check(picture, source->network, source->dataset, diag);
    if (!status && tr_recording_n_params(recording) != n_params)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "the recording is of a net with %zu parameters, not %zu",
                         tr_recording_n_params(recording), n_params);
    if (!status) {
        params = tr_alloc_array(n_params, sizeof *params);
        status = params ? TR_OK : tr_fail_memory(diag, "the chart");
    }
    if (!status)
        status = read_state(recording, iteration, &state, params, diag);
    if (!status)
        status = tr_scene_create(&scene, picture, source->network, source->dataset, source->loss,
                                 recording, diag);
    if (!status)
        status = tr_chart_write(scene, &state, format, path, artifact, diag);
    tr_scene_destroy(&scene);
    free(params);
    return status;
}
