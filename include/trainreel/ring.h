/** @file
 * A bounded queue of snapshots between one thread that trains and one that draws.
 *
 * All memory is taken when the ring is created. Pushing and popping copy one snapshot, allocate
 * nothing, and take no lock unless they have to wait.
 */
#ifndef TRAINREEL_RING_H
#define TRAINREEL_RING_H

#include <trainreel/snapshot.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** What a push does when the ring is full. */
typedef enum tr_ring_policy {
    TR_RING_BLOCK,      /**< wait: nothing is lost (a video) */
    TR_RING_DROP_OLDEST /**< forget the oldest: the producer is not held up (a live view) */
} tr_ring_policy;

/** A ring: one thread pushes and finishes, one pops and closes, and any may cancel. */
typedef struct tr_ring tr_ring;

/**
 * Creates an empty ring for `capacity` snapshots (1 to 2^24) of `n_params` parameters each.
 *
 * @param[out] ring owned by the caller; free it with tr_ring_destroy().
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY or TR_ERROR_SYSTEM.
 */
TR_API TR_MUST_CHECK tr_status tr_ring_create(tr_ring **ring, size_t capacity, size_t n_params,
                                              tr_ring_policy policy, tr_diag *diag);

/** Frees the ring and sets the pointer to NULL. No thread may be in a call with it. NULL is fine. */
TR_API void tr_ring_destroy(tr_ring **ring);

/**
 * Appends a copy of `snapshot`, whose n_params must be the ring's. Producer only.
 *
 * When the ring is full, TR_RING_BLOCK waits for the consumer. TR_RING_DROP_OLDEST forgets the
 * oldest snapshot instead, and waits only if the consumer is just copying that one out.
 *
 * @return TR_OK, TR_END when the consumer closed its end, TR_ERROR_CANCELLED.
 */
TR_API TR_MUST_CHECK tr_status tr_ring_push(tr_ring *ring, const tr_snapshot *snapshot);

/**
 * Takes the oldest snapshot, waiting while the ring is empty. Consumer only.
 *
 * @param[out] snapshot its params point to `params`.
 * @param[out] params n_params floats, owned by the caller.
 * @return TR_OK, TR_END after the last snapshot of a finished run, TR_ERROR_CANCELLED, or the error
 *         with which the producer finished (with its text).
 */
TR_API TR_MUST_CHECK tr_status tr_ring_pop(tr_ring *ring, tr_snapshot *snapshot, float *params,
                                           tr_diag *diag);

/**
 * The producer has nothing more: the consumer gets what is left, then `status` (TR_OK becomes
 * TR_END) with the text of `diag`, which may be NULL. The first call counts. Producer only.
 */
TR_API void tr_ring_finish(tr_ring *ring, tr_status status, const tr_diag *diag);

/** The consumer wants no more: what is queued is forgotten and pushes return TR_END. */
TR_API void tr_ring_close(tr_ring *ring);

/** Wakes both ends and makes every further call return TR_ERROR_CANCELLED. Safe from any thread. */
TR_API void tr_ring_cancel(tr_ring *ring);

/** How many snapshots TR_RING_DROP_OLDEST has forgotten so far. Safe from any thread. */
TR_API uint64_t tr_ring_dropped(const tr_ring *ring);

TR_END_DECLS

#endif
