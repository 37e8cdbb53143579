#include "walk.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

/* Snapshots of each recording that are in memory; two are needed to tell which is the last one. */
enum { BLOCK_BYTES = 1 << 17, MOST_IN_BLOCK = 128, FEWEST_IN_BLOCK = 2 };

/* A place in a recording. */
typedef struct run_cursor {
    const tr_recording *recording;
    uint64_t n_snapshots;
    uint64_t end;   /* the position of the last snapshot */
    uint64_t first; /* snapshot of the block */
    size_t count;   /* that are in the block; at first 0 */
    size_t capacity;
    tr_snapshot *snapshots;
    float *params;
    size_t at; /* the snapshot of the block that was reached */
} run_cursor;

/* A snapshot, and the position that it has. */
typedef struct bound {
    uint64_t index;
    uint64_t position;
} bound;

struct tr_walk {
    const tr_joint *joint;
    const tr_schedule *schedule;
    run_cursor *cursors;
    float *params; /* of the joint state */
};

static tr_status create_cursor(run_cursor *cursor, const tr_recording *recording, tr_align align,
                               tr_diag *diag) {
    size_t n_params = tr_recording_n_params(recording);
    size_t bytes = sizeof(tr_snapshot) + n_params * sizeof(float);
    size_t capacity = bytes < BLOCK_BYTES ? BLOCK_BYTES / bytes : 1;
    cursor->recording = recording;
    cursor->n_snapshots = tr_recording_n_snapshots(recording);
    cursor->capacity = capacity < MOST_IN_BLOCK ? capacity : MOST_IN_BLOCK;
    if (cursor->capacity < FEWEST_IN_BLOCK)
        cursor->capacity = FEWEST_IN_BLOCK;
    cursor->snapshots = tr_alloc_array(cursor->capacity, sizeof *cursor->snapshots);
    cursor->params = tr_alloc_array(n_params, cursor->capacity * sizeof *cursor->params);
    if (!cursor->snapshots || !cursor->params)
        return tr_fail_memory(diag, "reading the recordings");
    tr_status status =
        tr_recording_read(recording, cursor->n_snapshots - 1, 1, cursor->snapshots, NULL, diag);
    cursor->end = tr_align_position(align, cursor->snapshots);
    return status;
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
        status = create_cursor(&walk->cursors[i], tr_joint_recording(joint, i), joint->align, diag);
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

/* Reads a block that has the snapshot and the one before it. */
static tr_status read_around(run_cursor *cursor, uint64_t index, tr_diag *diag) {
    cursor->first = index > 0 ? index - 1 : 0;
    uint64_t left = cursor->n_snapshots - cursor->first;
    cursor->count = left < cursor->capacity ? (size_t)left : cursor->capacity;
    return tr_recording_read(cursor->recording, cursor->first, cursor->count, cursor->snapshots,
                             cursor->params, diag);
}

/* Looks for the last snapshot at or before `position`, or the first one of all, in the block. If it is
 * elsewhere, one of the bounds moves to an end of the block. */
static bool find_in_block(run_cursor *cursor, tr_align align, uint64_t position, bound *low,
                          bound *high) {
    size_t below = 0; /* how many are at or before it */
    size_t above = cursor->count;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        if (tr_align_position(align, &cursor->snapshots[middle]) <= position)
            below = middle + 1;
        else
            above = middle;
    }
    bool is_last = cursor->first + below == cursor->n_snapshots;
    if (below > 0 && (below < cursor->count || is_last)) {
        cursor->at = below - 1;
        return true;
    }
    if (below == 0 && cursor->first == 0) {
        cursor->at = 0;
        return true;
    }
    size_t end = below > 0 ? below - 1 : 0;
    *(below > 0 ? low : high) =
        (bound){cursor->first + end, tr_align_position(align, &cursor->snapshots[end])};
    return false;
}

/* A snapshot after the lower bound, and before the upper one if there is any: where it would be if
 * positions were evenly spaced, as they mostly are, and every other time in the middle. */
static uint64_t guess(bound low, bound high, uint64_t position, bool is_even) {
    uint64_t most = high.index - low.index - 1;
    double share = 0.5;
    if (is_even && position > low.position && high.position > low.position)
        share = (double)(position - low.position) / (double)(high.position - low.position);
    double offset = share * (double)(high.index - low.index);
    uint64_t step = offset < (double)most ? (uint64_t)offset : most;
    return low.index + (step > 0 ? step : 1);
}

/* Goes on to the last snapshot at or before `position`, or the first one of all, and packs it. */
static tr_status advance(tr_walk *walk, size_t run, uint64_t position, tr_diag *diag) {
    run_cursor *cursor = &walk->cursors[run];
    tr_align align = walk->joint->align;
    bound low = {cursor->first + cursor->at, 0};
    bound high = {cursor->n_snapshots, cursor->end + 1};
    tr_status status = TR_OK;
    if (!cursor->count)
        status = read_around(cursor, 0, diag);
    else
        low.position = tr_align_position(align, &cursor->snapshots[cursor->at]);
    for (bool is_even = true; !status; is_even = !is_even) {
        if (find_in_block(cursor, align, position, &low, &high))
            break;
        status = low.index < high.index
                     ? read_around(cursor, guess(low, high, position, is_even), diag)
                     : tr_fail(diag, TR_ERROR_INPUT,
                               "the %s of the recording do not rise with its iterations",
                               align == TR_ALIGN_EPOCH ? "epochs" : "samples seen");
    }
    if (!status)
        tr_joint_pack(walk->joint, run, &cursor->snapshots[cursor->at], walk->params);
    return status;
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
