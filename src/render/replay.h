/* Sources that this folder makes. */
#ifndef TR_RENDER_REPLAY_H
#define TR_RENDER_REPLAY_H

#include <trainreel/render.h>

/* The recording that `source` repeats; NULL if it is no tr_recording_source(). */
const tr_recording *tr_source_recording(const tr_source *source);

#endif
