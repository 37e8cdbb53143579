/* What can be known of a rendering before it begins. */
#ifndef TR_RENDER_RENDER_CHECK_H
#define TR_RENDER_RENDER_CHECK_H

#include <trainreel/render.h>

/* Whether the options go together, and with the network and dataset of `source`. TR_ERROR_ARGUMENT. */
tr_status tr_render_check(const tr_source *source, const tr_render_options *options, tr_diag *diag);

#endif
