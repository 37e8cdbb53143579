#include "replay.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

/* Of a recording: what is in memory at once, and how far from one another snapshots are that are read
 * each for itself. */
enum { BLOCK_PARAMS = 1 << 18, BLOCK_SNAPSHOTS = 4096, FAR_BYTES = 1 << 14 };

static tr_status run_training(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    const tr_training *training = context;
    return tr_fit(training->network, training->params, training->dataset, &training->options,
                  training->random, step, step_context, diag);
}

tr_source tr_training_source(tr_training *training) {
    return (tr_source){.network = training->network,
                       .dataset = training->dataset,
                       .loss = training->options.loss,
                       .n_iterations =
                           tr_fit_iterations(&training->options, training->dataset->n_samples),
                       .run = run_training,
                       .context = training};
}

typedef struct append_context {
    tr_recording *recording;
    tr_diag *diag;
} append_context;

static tr_status append(const tr_snapshot *snapshot, void *context) {
    append_context *to = context;
    return tr_recording_append(to->recording, snapshot, to->diag);
}

tr_status tr_record(const tr_source *source, tr_recording **out, tr_diag *diag) {
    append_context to = {.diag = diag};
    *out = NULL;
    tr_status status =
        tr_recording_create(&to.recording, tr_network_n_params(source->network), diag);
    if (!status)
        status = source->run(source->context, append, &to, diag);
    if (status)
        tr_recording_destroy(&to.recording);
    *out = to.recording;
    return status;
}

static tr_status replay(void *context, tr_step_fn step, void *step_context, tr_diag *diag) {
    tr_status status = tr_recording_replay(context, step, step_context, diag);
    return status == TR_END ? TR_OK : status;
}

const tr_recording *tr_source_recording(const tr_source *source) {
    return source->run == replay ? source->context : NULL;
}

tr_source tr_recording_source(const tr_recording *recording, const tr_source *original) {
    tr_source source = {0};
    if (original)
        source = *original;
    else {
        const tr_loss *loss = tr_recording_loss(recording);
        source.network = tr_recording_network(recording);
        source.dataset = tr_recording_dataset(recording);
        source.loss = loss ? *loss : TR_LOSS_MEAN_SQUARED_ERROR;
    }
    source.n_iterations = tr_recording_last_iteration(recording);
    source.run = replay;
    source.context = (void *)(uintptr_t)recording; /* which replay only reads */
    return source;
}

/* ---- frames ---- */

/* Snapshots from `first` on. */
typedef struct snapshot_block {
    const tr_recording *recording;
    uint64_t first;
    size_t count;
    size_t capacity;
    size_t n_near; /* snapshots that are near enough to be read on the way */
    tr_snapshot *snapshots;
    float *params;
} snapshot_block;

static tr_status create_block(snapshot_block *block, const tr_recording *recording, tr_diag *diag) {
    size_t n_params = tr_recording_n_params(recording);
    size_t capacity = BLOCK_PARAMS / (n_params ? n_params : 1);
    capacity = capacity < 1 ? 1 : capacity > BLOCK_SNAPSHOTS ? BLOCK_SNAPSHOTS : capacity;
    *block =
        (snapshot_block){.recording = recording,
                         .capacity = capacity,
                         .n_near = FAR_BYTES / (sizeof(tr_snapshot) + n_params * sizeof(float)),
                         .snapshots = tr_alloc_array(capacity, sizeof(tr_snapshot)),
                         .params = tr_alloc_array(n_params, capacity * sizeof(float))};
    return block->snapshots && block->params ? TR_OK
                                             : tr_fail_memory(diag, "reading the recording");
}

/* Reads that snapshot, and those that are near after it. */
static tr_status take_snapshot(snapshot_block *block, uint64_t index, const tr_snapshot **snapshot,
                               tr_diag *diag) {
    tr_status status = TR_OK;
    if (index < block->first || index - block->first >= block->count) {
        uint64_t left = tr_recording_n_snapshots(block->recording) - index;
        bool is_near = index < block->first + block->count + block->n_near;
        size_t most = is_near ? block->capacity : 1;
        block->first = index;
        block->count = left < most ? (size_t)left : most;
        status = tr_recording_read(block->recording, index, block->count, block->snapshots,
                                   block->params, diag);
    }
    *snapshot = &block->snapshots[index - block->first];
    return status;
}

/* The snapshot after that one which gets the next frame; the last one if there is none. */
static tr_status find_next(const tr_recording *recording, const tr_schedule *schedule,
                           const tr_snapshot *snapshot, uint64_t *index, tr_diag *diag) {
    uint64_t wanted = tr_schedule_next(schedule, snapshot->iteration + 1);
    uint64_t before;
    if (wanted > tr_recording_last_iteration(recording)) {
        *index = tr_recording_n_snapshots(recording) - 1;
        return TR_OK;
    }
    tr_status status = tr_recording_find(recording, wanted - 1, &before, diag);
    /* a recording whose iterations do not rise must not lead back */
    *index = before + 1 > *index ? before + 1 : *index + 1;
    return status;
}

tr_status tr_replay_frames(const tr_recording *recording, const tr_schedule *schedule,
                           tr_step_fn step, void *context, tr_diag *diag) {
    snapshot_block block;
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    uint64_t index = 0;
    tr_status status = create_block(&block, recording, diag);
    while (!status && index < n_snapshots) {
        const tr_snapshot *snapshot;
        status = take_snapshot(&block, index, &snapshot, diag);
        if (!status)
            status = step(snapshot, context);
        if (status || index == n_snapshots - 1)
            break;
        status = find_next(recording, schedule, snapshot, &index, diag);
    }
    free(block.snapshots);
    free(block.params);
    return status == TR_END ? TR_OK : status;
}
