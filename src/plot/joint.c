#include "joint.h"

#include "panel.h"

#include <string.h>

/* What a snapshot says beside its parameters, in the place of so many of them. */
typedef struct state_header {
    uint64_t iteration;
    uint64_t epoch;
    uint64_t samples_seen;
    uint32_t batch_size;
    float loss;
} state_header;

enum { HEADER_PARAMS = sizeof(state_header) / sizeof(float) };

const tr_recording *tr_joint_recording(const tr_joint *joint, size_t run) {
    return joint->runs[run].recording;
}

uint64_t tr_align_position(tr_align align, const tr_snapshot *state) {
    switch (align) {
    case TR_ALIGN_SAMPLES:
        return state->samples_seen;
    case TR_ALIGN_EPOCH: /* the initial state has no part of any */
        return state->epoch + (state->samples_seen > 0 || state->iteration > 0);
    case TR_ALIGN_ITERATION:
        break;
    }
    return state->iteration;
}

const char *tr_align_label(tr_align align) {
    static const char *const labels[] = {[TR_ALIGN_SAMPLES] = "samples seen",
                                         [TR_ALIGN_EPOCH] = "epoch",
                                         [TR_ALIGN_ITERATION] = "iteration"};
    return labels[align];
}

const char *tr_align_title(tr_align align) {
    static const char *const titles[] = {[TR_ALIGN_SAMPLES] = "samples seen: {samples}",
                                         [TR_ALIGN_EPOCH] = "epoch: {epoch}",
                                         [TR_ALIGN_ITERATION] = "iteration: {iteration}"};
    return titles[align];
}

size_t tr_joint_n_params(const tr_joint *joint) {
    return joint->firsts[joint->n_runs] + joint->n_runs * HEADER_PARAMS;
}

void tr_joint_pack(const tr_joint *joint, size_t run, const tr_snapshot *state, float *params) {
    const state_header header = {.iteration = state->iteration,
                                 .epoch = state->epoch,
                                 .samples_seen = state->samples_seen,
                                 .batch_size = state->batch_size,
                                 .loss = state->loss};
    float *headers = params + joint->firsts[joint->n_runs];
    memcpy(params + joint->firsts[run], state->params, state->n_params * sizeof *state->params);
    memcpy(headers + run * HEADER_PARAMS, &header, sizeof header);
}

tr_snapshot tr_joint_unpack(const tr_joint *joint, size_t run, const tr_snapshot *snapshot) {
    state_header header;
    const float *headers = snapshot->params + joint->firsts[joint->n_runs];
    memcpy(&header, headers + run * HEADER_PARAMS, sizeof header);
    return (tr_snapshot){.iteration = header.iteration,
                         .epoch = header.epoch,
                         .samples_seen = header.samples_seen,
                         .batch_size = header.batch_size,
                         .loss = header.loss,
                         .n_params = tr_network_n_params(joint->runs[run].network),
                         .params = snapshot->params + joint->firsts[run]};
}

tr_snapshot tr_joint_numbers(const tr_joint *joint, const tr_snapshot *snapshot) {
    tr_snapshot numbers = {0};
    for (size_t i = 0; i < joint->n_runs; i++) {
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        if (state.iteration > numbers.iteration)
            numbers.iteration = state.iteration;
        if (state.epoch > numbers.epoch)
            numbers.epoch = state.epoch;
        if (state.samples_seen > numbers.samples_seen)
            numbers.samples_seen = state.samples_seen;
    }
    uint64_t *aligned[] = {[TR_ALIGN_SAMPLES] = &numbers.samples_seen,
                           [TR_ALIGN_EPOCH] = &numbers.epoch,
                           [TR_ALIGN_ITERATION] = &numbers.iteration};
    *aligned[joint->align] = snapshot->iteration;
    return numbers;
}

bool tr_joint_has_diverged(const tr_panel_source *run, const tr_snapshot *state) {
    return run->diverged_at && state->iteration >= tr_recording_last_iteration(run->recording);
}

const char *tr_joint_label(const tr_joint *joint, size_t run) {
    return joint->runs[run].label;
}

uint64_t tr_joint_diverged_at(const tr_joint *joint, size_t run, const tr_snapshot *state) {
    const tr_panel_source *source = &joint->runs[run];
    return tr_joint_has_diverged(source, state) ? source->diverged_at : 0;
}
