/* A still in memory, as a file. */
#include "chart.h"
#include "diag.h"

#include <trainreel/render.h>

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
    if (!status)
        status = tr_chart_encode(&still, format, diag);
    if (!status) {
        *bytes = still.bytes;
        *n_bytes = still.n_bytes;
        still.bytes = NULL;
    }
    tr_still_destroy(&still);
    tr_scene_destroy(&scene);
    return status;
}
