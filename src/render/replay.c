#include "replay.h"

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
    tr_source source = *original;
    source.n_iterations = tr_recording_last_iteration(recording);
    source.run = replay;
    source.context = (void *)(uintptr_t)recording; /* which replay only reads */
    return source;
}
