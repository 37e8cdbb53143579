#include "replay.h"

#include "diag.h"

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
    return status ? status : tr_recording_replay(recording, visit, context, diag);
}

tr_status tr_replay_last_iteration(const tr_recording *recording, uint64_t *iteration,
                                   tr_diag *diag) {
    *iteration = tr_recording_last_iteration(recording);
    return check(recording, tr_recording_n_params(recording), diag);
}
