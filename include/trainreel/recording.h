/** @file
 * A recording: all snapshots of a run, to be read again in any order.
 *
 * Some are in a temporary file, for the time that a process needs them. Others are in a file on disk,
 * with all that is needed to draw them: the net, the data and the loss. Both kinds are read by the
 * same functions.
 *
 * The file is HDF5, of schema 1:
 *
 *     /iteration     u64 [n]   updates so far; rising; 0 is the initial state
 *     /epoch         u64 [n]   passes that were complete before
 *     /samples_seen  u64 [n]   samples used by all updates so far
 *     /batch_size    u32 [n]   samples of the iteration's batch; 0 for the initial state
 *     /loss          f32 [n]   of the iteration's batch, before its update; NaN where unknown, as for
 *                              the initial state
 *     /params/layer_0/weights  f32 [n, n_inputs, n_units]   after the update, from the first layer on
 *     /params/layer_0/bias     f32 [n, n_units]
 *     /data/x        f64 [n_samples, n_inputs]    what the net is trained on; may be missing, with /data/y
 *     /data/y        f64 [n_samples, n_outputs]
 *     /ended         u8 [1]    0 while it is written, 1 once it is complete
 *
 * Each group /params/layer_I has the attributes `kind`, which is "dense", and `activation`, such as
 * "relu" or "leaky_relu(0.1)". The root has `trainreel_schema` = 1, the texts `framework`, `loss` and
 * `optimizer` ("" where unknown), and the numbers `learning_rate` (NaN where unknown) and `seed` (-1
 * where unknown). All datasets have fletcher32 checksums, those along time have no upper limit, and
 * integers are compressed by shuffle and deflate. It is written in the latest file format with SWMR (one
 * writer, any number of readers at the same time) and flushed at least once a second, so it can be
 * read while it grows, and also after its writer was killed. As many snapshots count as all datasets
 * have.
 */
#ifndef TRAINREEL_RECORDING_H
#define TRAINREEL_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>
#include <trainreel/trainer.h>

TR_BEGIN_DECLS

/** Snapshots on disk: the memory that a recording takes does not grow with it. */
typedef struct tr_recording tr_recording;

/** What a recording on disk says of where it comes from. */
typedef struct tr_recording_info {
    const char *framework; /**< what trained: "trainreel", "torch", "keras"; "" where unknown */
    const char *optimizer; /**< "sgd", "adam", "rmsprop", "adagrad" or another; "" where unknown */
    double learning_rate;  /**< NaN where unknown */
    int64_t seed;          /**< -1 where unknown */
} tr_recording_info;

/**
 * Creates an empty recording of snapshots with `n_params` parameters each, in a temporary file without
 * a name, which is gone when the process is.
 *
 * @param[out] recording owned by the caller; free it with tr_recording_destroy().
 * @return TR_OK, TR_ERROR_MEMORY, TR_ERROR_OUTPUT (no room for temporary files).
 */
TR_API TR_MUST_CHECK tr_status tr_recording_create(tr_recording **recording, size_t n_params,
                                                   tr_diag *diag);

/**
 * Creates a recording on disk, to be appended to and finished.
 *
 * It is begun under a temporary name in the folder of `path`, and gets its own name with what is then
 * flushed a quarter of a second later, or when it is finished: a run that fails at once leaves the
 * file that was there before. A thread of the recording writes, so that appending is one copy.
 *
 * @param path where; an older file there is replaced, and not looked at
 * @param network what the parameters are of; copied, like all that follow
 * @param dataset what it is trained on; may be NULL
 * @param loss what training minimises; NULL where unknown
 * @param info NULL where nothing is known
 * @param[out] recording owned by the caller; free it with tr_recording_destroy().
 * @return TR_OK, TR_ERROR_ARGUMENT (a dataset that does not go with the net), TR_ERROR_MEMORY,
 *         TR_ERROR_OUTPUT, TR_ERROR_SYSTEM (the HDF5 library is missing, no thread).
 */
TR_API TR_MUST_CHECK tr_status tr_recording_create_file(
    tr_recording **recording, const char *path, const tr_network *network,
    const tr_dataset *dataset, const tr_loss *loss, const tr_recording_info *info, tr_diag *diag);

/**
 * Opens a recording on disk for reading, also one that is still being written. The file is never
 * changed, and need not be writable.
 *
 * @param[out] recording owned by the caller; free it with tr_recording_destroy().
 * @return TR_OK; TR_ERROR_INPUT where it cannot be read or is no sound recording, with "FILE: DATASET:
 *         what is wrong"; TR_ERROR_MEMORY; TR_ERROR_SYSTEM (the HDF5 library is missing).
 *
 * Several recordings may be used from several threads.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_open(tr_recording **recording, const char *path,
                                                 tr_diag *diag);

/** Frees the recording and sets the pointer to NULL. NULL is fine. One on disk that was not finished
 * keeps what was appended, and says that it has not ended; if it had no name yet nothing is left. */
TR_API void tr_recording_destroy(tr_recording **recording);

/**
 * Appends a snapshot, whose iteration must be above the one before. By one thread at a time, and while
 * nobody reads. One on disk, where a thread writes, may report the failure of an earlier snapshot.
 *
 * @return TR_OK, TR_ERROR_ARGUMENT (another number of parameters, an iteration out of order, a
 *         recording that was opened or finished), TR_ERROR_OUTPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_append(tr_recording *recording,
                                                   const tr_snapshot *snapshot, tr_diag *diag);

/**
 * Brings all that was appended to the disk, where readers see it; by the thread that appends. Not needed:
 * it happens by itself at least once a second. Does nothing for a temporary recording.
 *
 * @return TR_OK, TR_ERROR_OUTPUT, TR_ERROR_MEMORY, TR_ERROR_ARGUMENT (as above).
 */
TR_API TR_MUST_CHECK tr_status tr_recording_flush(tr_recording *recording, tr_diag *diag);

/**
 * Completes a recording on disk: nothing can be appended any more, and `/ended` says so. It can then be
 * read like one that was opened. Does nothing for a temporary recording.
 *
 * @return TR_OK, or the first failure of writing: TR_ERROR_OUTPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_finish(tr_recording *recording, tr_diag *diag);

/**
 * Looks again at a recording that was opened, which may have grown. While nobody else uses it.
 *
 * @return TR_OK, TR_ERROR_INPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_recording_refresh(tr_recording *recording, tr_diag *diag);

/** Whether a recording that was opened is complete, as of opening or refreshing it. A writer that was
 * killed leaves one that never is. True for any other that nothing can be appended to. */
TR_API bool tr_recording_has_ended(const tr_recording *recording);

/** The net of a recording on disk; NULL for a temporary one. Borrowed. How it was initialised is not
 * recorded: its layers say TR_INIT_GLOROT_UNIFORM. */
TR_API const tr_network *tr_recording_network(const tr_recording *recording);

/** The data of a recording on disk; NULL where there is none. Borrowed. */
TR_API const tr_dataset *tr_recording_dataset(const tr_recording *recording);

/** What training minimised; NULL where unknown, and for a temporary recording. Borrowed. */
TR_API const tr_loss *tr_recording_loss(const tr_recording *recording);

/** Where a recording on disk comes from; NULL for a temporary one. Borrowed, with its texts. */
TR_API const tr_recording_info *tr_recording_info_of(const tr_recording *recording);

/** Number of snapshots. */
TR_API uint64_t tr_recording_n_snapshots(const tr_recording *recording);

/** Number of parameters of each. */
TR_API size_t tr_recording_n_params(const tr_recording *recording);

/**
 * Reads `count` snapshots from number `first` on, counted from 0. Safe from any number of threads.
 *
 * @param[out] snapshots `count` of them, whose params point into `params`
 * @param[out] params row-major [count, n_params], owned by the caller; NULL where they are not wanted:
 *             then snapshots have none, and of a recording on disk they are not read
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
 * The same without parameters: those of the snapshots are NULL, and not read.
 *
 * @return as tr_recording_replay().
 */
TR_API TR_MUST_CHECK tr_status tr_recording_replay_losses(const tr_recording *recording,
                                                          tr_step_fn visit, void *context,
                                                          tr_diag *diag);

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
