/** @file
 * A snapshot: the state of a run after one iteration.
 */
#ifndef TRAINREEL_SNAPSHOT_H
#define TRAINREEL_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/export.h>

TR_BEGIN_DECLS

/**
 * State after `iteration` updates; iteration 0 is the initial state, where `batch_size` is 0 and
 * `loss` is NaN, because nothing was measured yet.
 *
 * `params` is the flat parameter vector that tr_network lays out. Who passes a snapshot keeps
 * owning `params`; who receives one may read it until it returns.
 */
typedef struct tr_snapshot {
    uint64_t iteration;    /**< updates so far */
    uint64_t epoch;        /**< passes that were complete before this iteration, from 0 */
    uint64_t samples_seen; /**< samples used by all updates so far */
    uint32_t batch_size;   /**< samples of this iteration's batch */
    float loss;            /**< of this iteration's batch, before its update, as Keras logs it */
    size_t n_params;       /**< length of `params` */
    const float *params;   /**< after the update */
} tr_snapshot;

TR_END_DECLS

#endif
