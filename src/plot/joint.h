/* Several runs that are shown in one picture, and their states at one moment.
 *
 * The states of all runs travel as one: a snapshot whose iteration is the position that the runs are
 * aligned by, and whose params are all runs' parameters one after the other, followed by what else a
 * snapshot says of each run. So a ring, a recorder and a segment take them like those of a single run. */
#ifndef TR_PLOT_JOINT_H
#define TR_PLOT_JOINT_H

#include <trainreel/compare.h>

typedef struct tr_panel_source tr_panel_source; /* see panel.h */

typedef struct tr_joint {
    size_t n_runs;
    const tr_panel_source *runs;
    tr_align align;
    bool has_joint_panel; /* beside the panels of the runs */
    uint64_t last;        /* position of the last state of all; 0 without recordings */
    size_t firsts[TR_MOST_COMPARED + 1]; /* where each run's parameters begin, and end */
} tr_joint;

const tr_recording *tr_joint_recording(const tr_joint *joint, size_t run);

/* How far a run is in what the runs are aligned by: the iterations, the samples, or the epochs of which
 * at least a part is done. */
uint64_t tr_align_position(tr_align align, const tr_snapshot *state);

/* What the runs are aligned by, for a label, and as a title that counts it. */
const char *tr_align_label(tr_align align);
const char *tr_align_title(tr_align align);

/* Length of `params` of a joint state. */
size_t tr_joint_n_params(const tr_joint *joint);

/* Writes the state of a run into `params` of a joint state. */
void tr_joint_pack(const tr_joint *joint, size_t run, const tr_snapshot *state, float *params);

/* The state of a run, whose params point into those of `snapshot`. */
tr_snapshot tr_joint_unpack(const tr_joint *joint, size_t run, const tr_snapshot *snapshot);

/* The numbers for a title: what the runs are aligned by, and the largest of the rest. */
tr_snapshot tr_joint_numbers(const tr_joint *joint, const tr_snapshot *snapshot);

/* What a run is called; borrowed from the comparison. */
const char *tr_joint_label(const tr_joint *joint, size_t run);

/* The iteration at which the run, in this state, has diverged; 0 if it has not. */
uint64_t tr_joint_diverged_at(const tr_joint *joint, size_t run, const tr_snapshot *state);

/* Whether the run, in this state, has diverged. */
bool tr_joint_has_diverged(const tr_panel_source *run, const tr_snapshot *state);

#endif
