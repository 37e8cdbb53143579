/* What changes in a video while it plays: captions as a WebVTT file, and chapters.
 *
 * The states of all frames are shown to it in their order. It writes a caption as soon as the one
 * after it is known, so that its memory does not grow with the video.
 *
 * WebVTT: https://www.w3.org/TR/webvtt1/ */
#ifndef TR_RENDER_TIMELINE_H
#define TR_RENDER_TIMELINE_H

#include "output.h"
#include "sink.h"

#include <stdbool.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>

/* How a state is put into words. A training counts iterations and names its error; what compares several
 * trainings names what they are aligned by, and each one's error. */
typedef struct tr_narrator {
    /* One line of UTF-8 for a caption, which the caller frees; NULL without memory. */
    char *(*describe)(const tr_snapshot *state, void *context);
    /* What chapters count, such as "iteration", and how far a state is in it; that never falls. */
    const char *unit;
    double (*position)(const tr_snapshot *state, void *context);
    void *context;
} tr_narrator;

/* "iteration 1050, error 0.04", where the error is that of the state's batch. */
extern const tr_narrator tr_run_narrator;

/* A number with two significant digits, as a reader likes it: 0.04, 1.3, 1200, 4.4e-7; "" where it is not
 * finite. Returns `text`. */
char *tr_format_briefly(double number, char *text, size_t size);

typedef struct tr_timeline tr_timeline;

/* Captions go to `captions`, which is borrowed, as is the narrator's context. TR_ERROR_MEMORY,
 * TR_ERROR_OUTPUT. */
tr_status tr_timeline_create(tr_timeline **timeline, const tr_narrator *narrator,
                             int frames_per_second, tr_output *captions, tr_diag *diag);
void tr_timeline_destroy(tr_timeline **timeline);

/* Takes the state of the next frame, whose parameters are borrowed until the next one comes or it is
 * finished; or where `is_held` one more frame of the state before. By one thread at a time.
 * TR_ERROR_MEMORY, TR_ERROR_OUTPUT. */
tr_status tr_timeline_add(tr_timeline *timeline, const tr_snapshot *state, bool is_held,
                          tr_diag *diag);

/* After the last frame: writes the captions that are left. */
tr_status tr_timeline_finish(tr_timeline *timeline, tr_diag *diag);

/* The chapters so far, borrowed: they begin where the position is 0, 1, 10, 100 …; none where there
 * would be only one. */
const tr_chapter *tr_timeline_chapters(const tr_timeline *timeline, size_t *count);

#endif
