/* A recording that still grows, as a source. */
#include "alloc.h"
#include "diag.h"
#include "system.h"

#include <stdlib.h>
#include <time.h>
#include <trainreel/render.h>

/* Of the recording, in memory at once. */
enum { BLOCK_PARAMS = 1 << 18, BLOCK_SNAPSHOTS = 4096 };
enum { LOOK_MILLISECONDS = 50 }; /* between two looks at a recording that has not grown */

typedef struct snapshot_block {
    size_t capacity;
    tr_snapshot *snapshots;
    float *params;
} snapshot_block;

static tr_status create_block(snapshot_block *block, size_t n_params, tr_diag *diag) {
    size_t capacity = BLOCK_PARAMS / (n_params ? n_params : 1);
    block->capacity = capacity < 1 ? 1 : capacity > BLOCK_SNAPSHOTS ? BLOCK_SNAPSHOTS : capacity;
    block->snapshots = tr_alloc_array(block->capacity, sizeof *block->snapshots);
    block->params = tr_alloc_array(n_params, block->capacity * sizeof *block->params);
    return block->snapshots && block->params ? TR_OK
                                             : tr_fail_memory(diag, "reading the recording");
}

/* Steps through what is there from snapshot *next on. */
static tr_status catch_up(const tr_recording *recording, const snapshot_block *block,
                          uint64_t *next, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_status status = TR_OK;
    while (!status && *next < tr_recording_n_snapshots(recording)) {
        uint64_t left = tr_recording_n_snapshots(recording) - *next;
        size_t count = left < block->capacity ? (size_t)left : block->capacity;
        status = tr_recording_read(recording, *next, count, block->snapshots, block->params, diag);
        for (size_t i = 0; !status && i < count; i++)
            status = step(&block->snapshots[i], step_context);
        *next += count;
    }
    return status;
}

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
    snapshot_block block = {0};
    uint64_t next = 0;
    tr_status status = create_block(&block, tr_recording_n_params(following->recording), diag);
    while (!status) {
        status = catch_up(following->recording, &block, &next, step, step_context, diag);
        if (!status)
            status = tr_following_wait(following, next, diag);
    }
    free(block.snapshots);
    free(block.params);
    return status == TR_END ? TR_OK : status;
}

tr_source tr_following_source(tr_following *following, const tr_source *original) {
    tr_source source = tr_recording_source(following->recording, original);
    source.n_iterations = 0;
    source.run = follow;
    source.context = following;
    return source;
}
