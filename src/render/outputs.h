/* The files of a rendering. */
#ifndef TR_RENDER_OUTPUTS_H
#define TR_RENDER_OUTPUTS_H

#include "output.h"
#include "sink.h"
#include "timeline.h"

#include <trainreel/render.h>

typedef struct tr_outputs {
    const tr_render_options *options;
    tr_report *report;
    tr_sink *sink; /* which the workers use: it hands each frame to all the files' sinks */
    size_t n_files;
    tr_sink *files[TR_N_FORMATS];
    tr_output *poster; /* NULL if there is none, as are the next two */
    tr_output *captions;
    tr_timeline *timeline;
    tr_frame first; /* with pixels of its own, until it is the poster */
    uint8_t *first_pixels;
} tr_outputs;

/* What can be known of the settings before anything is loaded or written. TR_ERROR_ARGUMENT. */
tr_status tr_outputs_check(const tr_render_options *options, tr_diag *diag);

/* Opens the files under temporary names, and loads the libraries that encode. The options, the
 * narrator's context and the report, which gets the paths, are borrowed. `outputs` is zeroed before;
 * it is to be discarded in any case. */
tr_status tr_outputs_open(tr_outputs *outputs, const tr_render_options *options,
                          const tr_narrator *narrator, tr_report *report, tr_diag *diag);

/* Takes the state of the next frame, as tr_timeline_add() does. */
tr_status tr_outputs_take_state(tr_outputs *outputs, const tr_snapshot *state, bool is_held,
                                tr_diag *diag);

/* Takes a copy of the first frame for the poster, on any thread. */
tr_status tr_outputs_take_first(tr_outputs *outputs, const tr_frame *frame, tr_diag *diag);

/* Writes the poster, once its frame has been taken and if that was not done yet. Compressing it takes
 * as long as drawing dozens of frames, so that it is not for a worker to do. */
tr_status tr_outputs_write_poster(tr_outputs *outputs, tr_diag *diag);

/* After the last segment: completes and checks the files, then gives them their names. */
tr_status tr_outputs_close(tr_outputs *outputs, tr_diag *diag);

/* Removes what did not get its name. */
void tr_outputs_discard(tr_outputs *outputs);

#endif
