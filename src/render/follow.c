/* A recording that still grows, as a source. */
#include "diag.h"
#include "recording.h"
#include "system.h"

#include <time.h>
#include <trainreel/render.h>

enum { LOOK_MILLISECONDS = 50 }; /* between two looks at a recording that has not grown */

tr_status tr_following_wait(tr_following *following, uint64_t n_seen, tr_diag *diag) {
    tr_recording *recording = following->recording;
    const double deadline = tr_seconds() + following->patience;
    following->is_abandoned = false;
    while (tr_recording_n_snapshots(recording) <= n_seen) {
        /* What was written before the end was seen may have been looked for before it came, so there is
         * one more look after that. */
        bool had_ended = tr_recording_has_ended(recording);
        following->is_abandoned = !had_ended && tr_seconds() >= deadline;
        if (following->is_abandoned)
            return TR_END;
        if (tr_cancel_is_requested(following->cancel))
            return tr_fail(diag, TR_ERROR_CANCELLED, "cancelled");
        if (!had_ended)
            nanosleep(&(struct timespec){.tv_nsec = LOOK_MILLISECONDS * 1000000L}, NULL);
        tr_status status = tr_recording_refresh(recording, diag);
        if (status)
            return status;
        if (had_ended && tr_recording_n_snapshots(recording) <= n_seen)
            return TR_END;
    }
    return TR_OK;
}

static tr_status follow(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_following *following = context;
    const tr_recording *recording = following->recording;
    uint64_t n_seen = 0;
    tr_status status = TR_OK;
    while (!status) {
        status = tr_recording_replay_from(recording, n_seen, true, step, step_context, diag);
        n_seen = tr_recording_n_snapshots(recording);
        if (!status)
            status = tr_following_wait(following, n_seen, diag);
    }
    return status == TR_END ? TR_OK : status;
}

tr_source tr_following_source(tr_following *following, const tr_source *original) {
    tr_source source = tr_recording_source(following->recording, original);
    source.n_iterations = 0;
    source.run = follow;
    source.context = following;
    return source;
}
