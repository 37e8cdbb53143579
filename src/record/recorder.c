#include "recorder.h"

#include "alloc.h"
#include "diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct tr_recorder {
    tr_ring *ring;
    const tr_schedule *schedule;
    uint64_t next; /* the iteration from which on a snapshot is to be recorded */
    /* The newest snapshot that was not recorded: a run does not say in advance which is its last. */
    bool has_skipped;
    tr_snapshot skipped;
    float *params;
    size_t n_params; /* that `params` holds */
};

tr_status tr_recorder_create(tr_recorder **out, tr_ring *ring, const tr_schedule *schedule,
                             tr_diag *diag) {
    *out = NULL;
    tr_recorder *recorder = tr_alloc_array(1, sizeof *recorder);
    if (!recorder)
        return tr_fail_memory(diag, "recording");
    recorder->ring = ring;
    recorder->schedule = schedule;
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
    if (snapshot->iteration >= recorder->next) {
        recorder->has_skipped = false;
        recorder->next = tr_schedule_next(recorder->schedule, snapshot->iteration + 1);
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
