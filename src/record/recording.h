/* What recordings of all kinds have in common, and the functions in which they differ. */
#ifndef TR_RECORD_RECORDING_H
#define TR_RECORD_RECORDING_H

#include <trainreel/recording.h>

/* Their arguments are checked: snapshots that are appended rise and have the right number of parameters,
 * and those that are read or looked for are there. NULL stands for what the kind cannot do. */
typedef struct tr_recording_kind {
    void (*destroy)(tr_recording *recording); /* all of it, also where creating it has failed */
    tr_status (*append)(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag);
    tr_status (*flush)(tr_recording *recording, tr_diag *diag);
    tr_status (*finish)(tr_recording *recording, tr_diag *diag);
    tr_status (*refresh)(tr_recording *recording, tr_diag *diag);
    tr_status (*read)(const tr_recording *recording, uint64_t first, size_t count,
                      tr_snapshot *snapshots, float *params, tr_diag *diag);
    /* the last snapshot whose iteration is at most `iteration`, or 0 */
    tr_status (*find)(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                      tr_diag *diag);
} tr_recording_kind;

/* The first member of every kind's own structure. */
struct tr_recording {
    const tr_recording_kind *kind;
    size_t n_params;
    uint64_t n_snapshots;
    uint64_t newest_iteration;
    bool has_ended;
    /* of those on disk, as are the next; the info's texts belong to the recording */
    tr_network *network;
    tr_dataset *dataset;
    bool knows_loss;
    tr_loss loss;
    bool has_info;
    tr_recording_info info;
};

/* What tr_recording_replay() does, from snapshot `first` on, with or without parameters. */
tr_status tr_recording_replay_from(const tr_recording *recording, uint64_t first, bool has_params,
                                   tr_step_fn visit, void *context, tr_diag *diag);

/* Frees what is declared above, but not the structure. */
void tr_recording_clear(tr_recording *recording);

#endif
