#include "recording.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

enum { BLOCK_PARAMS = 1 << 18, BLOCK_SNAPSHOTS = 4096 };

void tr_recording_clear(tr_recording *recording) {
    tr_network_destroy(&recording->network);
    tr_dataset_destroy(&recording->dataset);
    free((char *)(uintptr_t)recording->info.framework);
    free((char *)(uintptr_t)recording->info.optimizer);
    recording->info = (tr_recording_info){0};
}

void tr_recording_destroy(tr_recording **handle) {
    tr_recording *recording = *handle;
    if (recording)
        recording->kind->destroy(recording);
    *handle = NULL;
}

tr_status tr_recording_append(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag) {
    if (!recording->kind->append)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a recording that was opened cannot be appended to");
    if (snapshot->n_params != recording->n_params)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a snapshot has %zu parameters, but the recording %zu", snapshot->n_params,
                       recording->n_params);
    if (recording->n_snapshots && snapshot->iteration <= recording->newest_iteration)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a snapshot of iteration %llu follows %llu",
                       (unsigned long long)snapshot->iteration,
                       (unsigned long long)recording->newest_iteration);
    tr_status status = recording->kind->append(recording, snapshot, diag);
    if (status)
        return status;
    recording->n_snapshots++;
    recording->newest_iteration = snapshot->iteration;
    return TR_OK;
}

tr_status tr_recording_flush(tr_recording *recording, tr_diag *diag) {
    return recording->kind->flush ? recording->kind->flush(recording, diag) : TR_OK;
}

tr_status tr_recording_finish(tr_recording *recording, tr_diag *diag) {
    return recording->kind->finish ? recording->kind->finish(recording, diag) : TR_OK;
}

tr_status tr_recording_refresh(tr_recording *recording, tr_diag *diag) {
    return recording->kind->refresh ? recording->kind->refresh(recording, diag) : TR_OK;
}

bool tr_recording_has_ended(const tr_recording *recording) {
    return recording->has_ended;
}

const tr_network *tr_recording_network(const tr_recording *recording) {
    return recording->network;
}

const tr_dataset *tr_recording_dataset(const tr_recording *recording) {
    return recording->dataset;
}

const tr_loss *tr_recording_loss(const tr_recording *recording) {
    return recording->knows_loss ? &recording->loss : NULL;
}

const tr_recording_info *tr_recording_info_of(const tr_recording *recording) {
    return recording->has_info ? &recording->info : NULL;
}

uint64_t tr_recording_n_snapshots(const tr_recording *recording) {
    return recording->n_snapshots;
}

size_t tr_recording_n_params(const tr_recording *recording) {
    return recording->n_params;
}

uint64_t tr_recording_last_iteration(const tr_recording *recording) {
    return recording->newest_iteration;
}

tr_status tr_recording_read(const tr_recording *recording, uint64_t first, size_t count,
                            tr_snapshot *snapshots, float *params, tr_diag *diag) {
    if (!recording->kind->read)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a recording that is being written is to be opened before it is read");
    if (first > recording->n_snapshots || count > recording->n_snapshots - first)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording has only %llu snapshots",
                       (unsigned long long)recording->n_snapshots);
    return count ? recording->kind->read(recording, first, count, snapshots, params, diag) : TR_OK;
}

tr_status tr_recording_find(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                            tr_diag *diag) {
    if (!recording->kind->find)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a recording that is being written is to be opened before it is read");
    if (!recording->n_snapshots)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording is empty");
    return recording->kind->find(recording, iteration, index, diag);
}

tr_status tr_recording_replay_from(const tr_recording *recording, uint64_t first, bool has_params,
                                   tr_step_fn visit, void *context, tr_diag *diag) {
    size_t n_params = has_params ? recording->n_params : 0;
    size_t block = BLOCK_PARAMS / (n_params ? n_params : 1);
    block = block < 1 ? 1 : block > BLOCK_SNAPSHOTS ? BLOCK_SNAPSHOTS : block;
    tr_snapshot *snapshots = tr_alloc_array(block, sizeof *snapshots);
    float *params = has_params ? tr_alloc_array(n_params, block * sizeof *params) : NULL;
    tr_status status = TR_OK;
    if (!snapshots || (has_params && !params))
        status = tr_fail_memory(diag, "reading the recording");
    for (; !status && first < recording->n_snapshots; first += block) {
        uint64_t left = recording->n_snapshots - first;
        size_t count = left < block ? (size_t)left : block;
        status = tr_recording_read(recording, first, count, snapshots, params, diag);
        for (size_t i = 0; !status && i < count; i++)
            status = visit(&snapshots[i], context);
    }
    free(snapshots);
    free(params);
    return status;
}

tr_status tr_recording_replay(const tr_recording *recording, tr_step_fn visit, void *context,
                              tr_diag *diag) {
    return tr_recording_replay_from(recording, 0, true, visit, context, diag);
}

tr_status tr_recording_replay_losses(const tr_recording *recording, tr_step_fn visit, void *context,
                                     tr_diag *diag) {
    return tr_recording_replay_from(recording, 0, false, visit, context, diag);
}
