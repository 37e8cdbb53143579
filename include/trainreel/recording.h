/** @file
 * A recording: all snapshots of a run, to be read again in any order.
 */
#ifndef TRAINREEL_RECORDING_H
#define TRAINREEL_RECORDING_H

#include <trainreel/snapshot.h>
#include <trainreel/status.h>
#include <trainreel/trainer.h>

TR_BEGIN_DECLS

/** Snapshots in a temporary file without a name, which is gone when the process is: the memory that a
 * recording takes does not grow with it. */
typedef struct tr_recording tr_recording;

/**
 * Creates an empty recording of snapshots with `n_params` parameters each.
 *
 * @param[out] recording owned by the caller; free it with tr_recording_destroy().
 * @return TR_OK, TR_ERROR_MEMORY, TR_ERROR_OUTPUT (no room for temporary files).
 */
TR_API TR_MUST_CHECK tr_status tr_recording_create(tr_recording **recording, size_t n_params,
                                                   tr_diag *diag);

/** Frees the recording and sets the pointer to NULL. NULL is fine. */
TR_API void tr_recording_destroy(tr_recording **recording);

/**
 * Appends a snapshot, whose iteration must be above the one before. By one thread at a time, and while
 * nobody reads.
 *
 * @return TR_OK, TR_ERROR_ARGUMENT (another number of parameters, an iteration out of order),
 *         TR_ERROR_OUTPUT.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_append(tr_recording *recording,
                                                   const tr_snapshot *snapshot, tr_diag *diag);

/** Number of snapshots. */
TR_API uint64_t tr_recording_n_snapshots(const tr_recording *recording);

/** Number of parameters of each. */
TR_API size_t tr_recording_n_params(const tr_recording *recording);

/**
 * Reads `count` snapshots from number `first` on, counted from 0. Safe from any number of threads.
 *
 * @param[out] snapshots `count` of them, whose params point into `params`
 * @param[out] params row-major [count, n_params], owned by the caller
 * @return TR_OK, TR_ERROR_ARGUMENT (there are not so many), TR_ERROR_INPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_read(const tr_recording *recording, uint64_t first,
                                                 size_t count, tr_snapshot *snapshots,
                                                 float *params, tr_diag *diag);

/** The iteration of the last snapshot; 0 for an empty recording. */
TR_API uint64_t tr_recording_last_iteration(const tr_recording *recording);

/**
 * Calls `visit` for every snapshot in order, reading a bounded number at a time. Safe from any number
 * of threads.
 *
 * @return TR_OK, TR_ERROR_MEMORY, TR_ERROR_INPUT, or the first of what `visit` returned that is not
 *         TR_OK.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_replay(const tr_recording *recording, tr_step_fn visit,
                                                   void *context, tr_diag *diag);

/**
 * Finds the last snapshot whose iteration is at most `iteration`; 0 if there is none. Safe from any
 * number of threads.
 *
 * @return TR_OK, TR_ERROR_ARGUMENT (an empty recording), TR_ERROR_INPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_find(const tr_recording *recording, uint64_t iteration,
                                                 uint64_t *index, tr_diag *diag);

TR_END_DECLS

#endif
