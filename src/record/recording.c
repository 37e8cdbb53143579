#include <trainreel/recording.h>

#include "diag.h"

tr_status tr_recording_create(tr_recording **recording, size_t n_params, tr_diag *diag) {
    (void)n_params;
    *recording = NULL;
    return tr_fail(diag, TR_ERROR_SYSTEM, "runs are not recorded yet");
}

void tr_recording_destroy(tr_recording **recording) {
    *recording = NULL;
}

tr_status tr_recording_append(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag) {
    (void)recording, (void)snapshot;
    return tr_fail(diag, TR_ERROR_SYSTEM, "runs are not recorded yet");
}

uint64_t tr_recording_n_snapshots(const tr_recording *recording) {
    (void)recording;
    return 0;
}

size_t tr_recording_n_params(const tr_recording *recording) {
    (void)recording;
    return 0;
}

tr_status tr_recording_read(const tr_recording *recording, uint64_t first, size_t count,
                            tr_snapshot *snapshots, float *params, tr_diag *diag) {
    (void)recording, (void)first, (void)count, (void)snapshots, (void)params;
    return tr_fail(diag, TR_ERROR_SYSTEM, "runs are not recorded yet");
}

tr_status tr_recording_find(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                            tr_diag *diag) {
    (void)recording, (void)iteration, (void)index;
    return tr_fail(diag, TR_ERROR_SYSTEM, "runs are not recorded yet");
}
