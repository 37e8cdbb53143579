#include "replay.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 1 << 18 }; /* of parameters, read at a time */

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
    const tr_recording *recording = context;
    size_t n_params = tr_recording_n_params(recording);
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    size_t capacity = BLOCK_BYTES / sizeof(float) / (n_params ? n_params : 1);
    capacity = capacity < 1 ? 1 : capacity;
    tr_snapshot *snapshots = tr_alloc_array(capacity, sizeof *snapshots);
    float *params = tr_alloc_array(capacity * n_params, sizeof *params);
    tr_status status = TR_OK;
    if (!snapshots || !params)
        status = tr_fail_memory(diag, "reading a recording");
    for (uint64_t first = 0; !status && first < n_snapshots; first += capacity) {
        uint64_t left = n_snapshots - first;
        size_t n = left < capacity ? (size_t)left : capacity;
        status = tr_recording_read(recording, first, n, snapshots, params, diag);
        for (size_t i = 0; !status && i < n; i++)
            status = step(&snapshots[i], step_context);
    }
    free(snapshots);
    free(params);
    return status == TR_END ? TR_OK : status;
}

const tr_recording *tr_source_recording(const tr_source *source) {
    return source->run == replay ? source->context : NULL;
}

tr_source tr_recording_source(const tr_recording *recording, const tr_source *original) {
    tr_source source = *original;
    uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    tr_snapshot last = {0};
    float *params = tr_alloc_array(tr_recording_n_params(recording), sizeof *params);
    if (n_snapshots && params &&
        !tr_recording_read(recording, n_snapshots - 1, 1, &last, params, NULL))
        source.n_iterations = last.iteration;
    free(params);
    source.run = replay;
    source.context = (void *)(uintptr_t)recording; /* which replay only reads */
    return source;
}
