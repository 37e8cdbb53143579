/* Which states of a run get a frame. */
#ifndef TR_RECORD_SCHEDULE_H
#define TR_RECORD_SCHEDULE_H

#include <trainreel/recording.h>
#include <trainreel/render.h>

typedef struct tr_schedule tr_schedule;

/* What a schedule may depend on. */
typedef struct tr_schedule_options {
    tr_pace pace;
    uint64_t every;    /* of TR_PACE_STEP, at least 1; or 0 for n_frames that are evenly apart */
    uint64_t n_frames; /* of the other paces, at least 2 */
    uint64_t n_iterations; /* of the run; not needed with `every` */
    /* what TR_PACE_ADAPTIVE looks at; otherwise NULL. Borrowed for the call */
    const tr_recording *recording;
    const tr_network *network;
    const tr_dataset *dataset;
} tr_schedule_options;

/* TR_ERROR_ARGUMENT, TR_ERROR_MEMORY, and what reading the recording returns. */
tr_status tr_schedule_create(tr_schedule **schedule, const tr_schedule_options *options,
                             tr_diag *diag);
void tr_schedule_destroy(tr_schedule **schedule);

/* The first iteration from `iteration` on that gets a frame, not counting the last one of the run;
 * UINT64_MAX if there is none. Iteration 0 always gets one. */
uint64_t tr_schedule_next(const tr_schedule *schedule, uint64_t iteration);

/* How many frames that makes of a run of that many iterations. */
uint64_t tr_schedule_n_frames(const tr_schedule *schedule, uint64_t n_iterations);

#endif
