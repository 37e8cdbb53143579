/* Blocks of snapshots on their way from the thread that trains to the one that writes.
 *
 * The producer fills a block without a lock, and publishes each snapshot by counting it; so the consumer
 * can take what is in a block that is not full yet. Only where one block ends and the next begins do
 * both take a mutex. That keeps an append as cheap as the copy, which a ring of single snapshots, whose
 * ends look at each other at every step, does not. */
#ifndef TR_RECORD_BLOCK_QUEUE_H
#define TR_RECORD_BLOCK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>

typedef struct tr_block_queue tr_block_queue;

/* A snapshot but for its parameters. */
typedef struct tr_row {
    uint64_t iteration;
    uint64_t epoch;
    uint64_t samples_seen;
    uint32_t batch_size;
    float loss;
} tr_row;

typedef struct tr_rows {
    size_t count;
    const tr_row *rows;
    const float *params; /* row-major [count, n_params] */
} tr_rows;

/* What the consumer is to do with what it took. */
typedef enum tr_flush_wish {
    TR_FLUSH_LATER,
    TR_FLUSH_NOW, /* tr_block_queue_flushed() is to be called after it */
    TR_FLUSH_LAST /* the same, and there will be nothing more */
} tr_flush_wish;

/* Snapshots that a block holds at most for so many parameters: a power of two. */
size_t tr_block_rows(size_t n_params);

tr_status tr_block_queue_create(tr_block_queue **queue, size_t n_params, tr_diag *diag);
void tr_block_queue_destroy(tr_block_queue **queue);

/* ---- the producer ---- */

/* Waits while the consumer is far behind. Returns what the consumer failed with, if it did. */
tr_status tr_block_queue_push(tr_block_queue *queue, const tr_snapshot *snapshot, tr_diag *diag);
/* Waits until all that was pushed is flushed. */
tr_status tr_block_queue_flush(tr_block_queue *queue, tr_diag *diag);
/* Nothing more will be pushed. */
void tr_block_queue_end(tr_block_queue *queue);
/* What the consumer failed with, if it did. */
tr_status tr_block_queue_status(tr_block_queue *queue, tr_diag *diag);

/* ---- the consumer ---- */

/* Waits for a full block, for snapshots that were pushed `milliseconds` after the last flush, for a wish
 * to flush, or for the end; takes snapshots, maybe none. They stay until the next call. */
tr_flush_wish tr_block_queue_take(tr_block_queue *queue, int milliseconds, tr_rows *rows);
void tr_block_queue_flushed(tr_block_queue *queue);
/* The producer is told, and nothing is taken any more. */
void tr_block_queue_fail(tr_block_queue *queue, tr_status status, const tr_diag *diag);

#endif
