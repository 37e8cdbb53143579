/* Stills as files. */
#ifndef TR_RENDER_CHART_H
#define TR_RENDER_CHART_H

#include "scene.h"

#include <trainreel/render.h>

/* Draws one state of a scene and writes it, as tr_chart() does. */
tr_status tr_chart_write(const tr_scene *scene, const tr_snapshot *state, tr_chart_format format,
                         const char *path, tr_artifact *artifact, tr_diag *diag);

/* Turns a still of pixels into the bytes of a PNG, as stills of other formats have theirs. */
tr_status tr_chart_encode(tr_still *still, tr_chart_format format, tr_diag *diag);

#endif
