#include "recorder.h"

#include "alloc.h"
#include "diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct tr_recorder {
    tr_ring *ring;
    uint64_t every;
    /* The newest snapshot that was not recorded: a run does not say in advance which is its last. */
    bool has_skipped;
    tr_snapshot skipped;
    float *params;
    size_t n_params; /* that `params` holds */
};

tr_status tr_recorder_create(tr_recorder **out, tr_ring *ring, uint64_t every, tr_diag *diag) {
    *out = NULL;
    if (every < 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "every 0th iteration cannot be recorded");
    tr_recorder *recorder = tr_alloc_array(1, sizeof *recorder);
    if (!recorder)
        return tr_fail_memory(diag, "recording");
    recorder->ring = ring;
    recorder->every = every;
    *out = recorder;
    return TR_OK;
}

void tr_recorder_destroy(tr_recorder **handle) {
    tr_recorder *recorder = *handle;
    if (!recorder)
        return;
    free(recorder->params);
    free(recorder);
    *handle = NULL;
}

tr_status tr_recorder_step(const tr_snapshot *snapshot, void *context) {
    tr_recorder *recorder = context;
    if (snapshot->iteration % recorder->every == 0) {
        recorder->has_skipped = false;
        return tr_ring_push(recorder->ring, snapshot);
    }
    if (snapshot->n_params > recorder->n_params) {
        free(recorder->params);
        recorder->n_params = 0;
        recorder->params = tr_alloc_aligned(snapshot->n_params, sizeof *recorder->params);
        if (!recorder->params)
            return TR_ERROR_MEMORY;
        recorder->n_params = snapshot->n_params;
    }
    memcpy(recorder->params, snapshot->params, snapshot->n_params * sizeof *recorder->params);
    recorder->skipped = *snapshot;
    recorder->skipped.params = recorder->params;
    recorder->has_skipped = true;
    return TR_OK;
}

void tr_recorder_finish(tr_recorder *recorder, tr_status status, const tr_diag *diag) {
    if (status == TR_OK && recorder->has_skipped)
        status = tr_ring_push(recorder->ring, &recorder->skipped);
    tr_ring_finish(recorder->ring, status, diag);
}

uint64_t tr_recorder_snapshots(uint64_t n_iterations, uint64_t every) {
    return n_iterations / every + 1 + (n_iterations % every != 0);
}
