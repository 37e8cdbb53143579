#include "replay.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

enum { BLOCK_PARAMS = 1 << 18, BLOCK_SNAPSHOTS = 4096 };

static tr_status check(const tr_recording *recording, size_t n_params, tr_diag *diag) {
    if (tr_recording_n_snapshots(recording) == 0)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording is empty");
    if (tr_recording_n_params(recording) != n_params)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the recording is of a net with %zu parameters, not %zu",
                       tr_recording_n_params(recording), n_params);
    return TR_OK;
}

tr_status tr_replay(const tr_recording *recording, size_t n_params, tr_step_fn visit, void *context,
                    tr_diag *diag) {
    tr_status status = check(recording, n_params, diag);
    if (status)
        return status;
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    size_t block = BLOCK_PARAMS / n_params;
    block = block < 1 ? 1 : block > BLOCK_SNAPSHOTS ? BLOCK_SNAPSHOTS : block;
    tr_snapshot *snapshots = tr_alloc_array(block, sizeof *snapshots);
    float *params = tr_alloc_array(n_params, block * sizeof *params);
    if (!snapshots || !params)
        status = tr_fail_memory(diag, "reading the recording");
    for (uint64_t first = 0; !status && first < n_snapshots; first += block) {
        size_t count = n_snapshots - first < block ? (size_t)(n_snapshots - first) : block;
        status = tr_recording_read(recording, first, count, snapshots, params, diag);
        for (size_t i = 0; !status && i < count; i++)
            status = visit(&snapshots[i], context);
    }
    free(snapshots);
    free(params);
    return status;
}

tr_status tr_replay_last_iteration(const tr_recording *recording, uint64_t *iteration,
                                   tr_diag *diag) {
    tr_snapshot snapshot;
    size_t n_params = tr_recording_n_params(recording);
    tr_status status = check(recording, n_params, diag);
    if (status)
        return status;
    float *params = tr_alloc_array(n_params, sizeof *params);
    if (!params)
        return tr_fail_memory(diag, "reading the recording");
    status = tr_recording_read(recording, tr_recording_n_snapshots(recording) - 1, 1, &snapshot,
                               params, diag);
    if (!status)
        *iteration = snapshot.iteration;
    free(params);
    return status;
}
