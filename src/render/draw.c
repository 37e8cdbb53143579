/* A still in memory, as a file. */
#include "diag.h"
#include "png.h"
#include "scene.h"

#include <stdlib.h>
#include <string.h>
#include <trainreel/render.h>

/* The pixels as a PNG, in the place of the other formats' bytes. */
static tr_status encode_png(tr_still *still, tr_diag *diag) {
    tr_png *png;
    const uint8_t *data;
    size_t size;
    tr_status status = tr_png_create(&png, still->frame.width, still->frame.height, diag);
    if (!status)
        status = tr_png_encode(png, &still->frame, &data, &size, diag);
    if (!status) {
        still->bytes = malloc(size ? size : 1);
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

tr_status tr_draw(const tr_source *source, const tr_recording *recording, const tr_snapshot *state,
                  const tr_picture *picture, tr_chart_format format, unsigned char **bytes,
                  size_t *n_bytes, tr_diag *diag) {
    static const tr_still_kind kinds[] = {[TR_CHART_PNG] = TR_STILL_PIXELS,
                                          [TR_CHART_SVG] = TR_STILL_SVG,
                                          [TR_CHART_PDF] = TR_STILL_PDF};
    size_t n_params = tr_network_n_params(source->network);
    tr_scene *scene = NULL;
    tr_still still = {0};
    *bytes = NULL;
    *n_bytes = 0;
    if (state->n_params != n_params)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a snapshot has %zu parameters, but the net has %zu", state->n_params,
                       n_params);
    tr_status status = tr_scene_create(&scene, picture, source->network, source->dataset,
                                       source->loss, recording, diag);
    if (!status)
        status = tr_scene_draw_still(scene, state, kinds[format], &still, diag);
    if (!status && format == TR_CHART_PNG)
        status = encode_png(&still, diag);
    if (!status) {
        *bytes = still.bytes;
        *n_bytes = still.n_bytes;
        still.bytes = NULL;
    }
    tr_still_destroy(&still);
    tr_scene_destroy(&scene);
    return status;
}
