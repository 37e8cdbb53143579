/* The error of a training so far, thinned so that it never has more than some thousand points: of four
 * neighbours the lowest and the highest stay, so that no peak is lost. */
#ifndef TR_CLI_CURVE_H
#define TR_CLI_CURVE_H

#include <stddef.h>
#include <trainreel/recording.h>

enum { TR_CURVE_POINTS = 4096 };

typedef struct tr_curve {
    size_t count;
    tr_snapshot points[TR_CURVE_POINTS]; /* by rising iteration, without parameters */
} tr_curve;

/* Takes the loss of a snapshot that is above the last one. */
void tr_curve_add(tr_curve *curve, const tr_snapshot *snapshot);

/* As a recording without parameters, which the caller destroys. As tr_recording_append(). */
tr_status tr_curve_record(const tr_curve *curve, tr_recording **recording, tr_diag *diag);

#endif
