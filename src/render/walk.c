#include "walk.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 1 << 17, MOST_IN_BLOCK = 1024 }; /* of each recording that are in memory */

/* A place in a recording: `at` is the snapshot reached, and `next` the first one after it. */
typedef struct run_cursor {
    const tr_recording *recording;
    uint64_t n_snapshots;
    uint64_t first; /* snapshot of the block */
    size_t count;   /* that are in the block */
    size_t capacity;
    tr_snapshot *snapshots;
    float *params;
    uint64_t next;
} run_cursor;

struct tr_walk {
    const tr_joint *joint;
    const tr_schedule *schedule;
    run_cursor *cursors;
    float *params; /* of the joint state */
};

static tr_status create_cursor(run_cursor *cursor, const tr_recording *recording, tr_diag *diag) {
    size_t n_params = tr_recording_n_params(recording);
    size_t bytes = sizeof(tr_snapshot) + n_params * sizeof(float);
    size_t capacity = bytes < BLOCK_BYTES ? BLOCK_BYTES / bytes : 1;
    cursor->recording = recording;
    cursor->n_snapshots = tr_recording_n_snapshots(recording);
    cursor->capacity = capacity < MOST_IN_BLOCK ? capacity : MOST_IN_BLOCK;
    cursor->snapshots = tr_alloc_array(cursor->capacity, sizeof *cursor->snapshots);
    cursor->params = tr_alloc_array(n_params, cursor->capacity * sizeof *cursor->params);
    return cursor->snapshots && cursor->params ? TR_OK
                                               : tr_fail_memory(diag, "reading the recordings");
}

tr_status tr_walk_create(tr_walk **out, const tr_joint *joint, const tr_schedule *schedule,
                         tr_diag *diag) {
    *out = NULL;
    tr_walk *walk = tr_alloc_array(1, sizeof *walk);
    if (!walk)
        return tr_fail_memory(diag, "reading the recordings");
    walk->joint = joint;
    walk->schedule = schedule;
    walk->cursors = tr_alloc_array(joint->n_runs, sizeof *walk->cursors);
    walk->params = tr_alloc_array(tr_joint_n_params(joint), sizeof *walk->params);
    tr_status status =
        walk->cursors && walk->params ? TR_OK : tr_fail_memory(diag, "reading the recordings");
    for (size_t i = 0; !status && i < joint->n_runs; i++)
        status = create_cursor(&walk->cursors[i], tr_joint_recording(joint, i), diag);
    if (status)
        tr_walk_destroy(&walk);
    *out = walk;
    return status;
}

void tr_walk_destroy(tr_walk **handle) {
    tr_walk *walk = *handle;
    if (!walk)
        return;
    for (size_t i = 0; walk->cursors && i < walk->joint->n_runs; i++) {
        free(walk->cursors[i].snapshots);
        free(walk->cursors[i].params);
    }
    free(walk->cursors);
    free(walk->params);
    free(walk);
    *handle = NULL;
}

/* Reads the block that begins with that snapshot. */
static tr_status read_block(run_cursor *cursor, uint64_t first, tr_diag *diag) {
    uint64_t left = cursor->n_snapshots - first;
    cursor->first = first;
    cursor->count = left < cursor->capacity ? (size_t)left : cursor->capacity;
    return tr_recording_read(cursor->recording, first, cursor->count, cursor->snapshots,
                             cursor->params, diag);
}

/* Goes on to the last snapshot at or before `position`, or the first one of all, and packs it. */
static tr_status advance(tr_walk *walk, size_t run, uint64_t position, tr_diag *diag) {
    run_cursor *cursor = &walk->cursors[run];
    tr_align align = walk->joint->align;
    bool moved = false;
    while (cursor->next < cursor->n_snapshots) {
        uint64_t index = cursor->next - cursor->first;
        if (index == cursor->count) {
            /* what was reached in this block goes with it */
            if (moved)
                tr_joint_pack(walk->joint, run, &cursor->snapshots[index - 1], walk->params);
            moved = false;
            tr_status status = read_block(cursor, cursor->next, diag);
            if (status)
                return status;
            index = 0;
        }
        if (cursor->next > 0 && tr_align_position(align, &cursor->snapshots[index]) > position)
            break;
        cursor->next++;
        moved = true;
    }
    if (moved)
        tr_joint_pack(walk->joint, run, &cursor->snapshots[cursor->next - cursor->first - 1],
                      walk->params);
    return TR_OK;
}

static tr_status advance_all(tr_walk *walk, uint64_t position, tr_snapshot *state, tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < walk->joint->n_runs; i++)
        status = advance(walk, i, position, diag);
    *state = (tr_snapshot){
        .iteration = position, .n_params = tr_joint_n_params(walk->joint), .params = walk->params};
    return status;
}

tr_status tr_walk_run(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_walk *walk = context;
    uint64_t last = walk->joint->last;
    for (uint64_t position = 0;;) {
        tr_snapshot state;
        tr_status status = advance_all(walk, position, &state, diag);
        if (!status)
            status = step(&state, step_context);
        if (status || position == last)
            return status;
        position = tr_schedule_next(walk->schedule, position + 1);
        position = position < last ? position : last;
    }
}

tr_status tr_walk_to_end(tr_walk *walk, tr_snapshot *state, tr_diag *diag) {
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < walk->joint->n_runs; i++) {
        run_cursor *cursor = &walk->cursors[i];
        status = tr_recording_read(cursor->recording, cursor->n_snapshots - 1, 1, cursor->snapshots,
                                   cursor->params, diag);
        if (!status)
            tr_joint_pack(walk->joint, i, cursor->snapshots, walk->params);
    }
    *state = (tr_snapshot){.iteration = walk->joint->last,
                           .n_params = tr_joint_n_params(walk->joint),
                           .params = walk->params};
    return status;
}
