#include "block_queue.h"

#include "alloc.h"
#include "diag.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Waking the consumer takes the producer as long as some thousand snapshots; and a block is what it has
 * left while the consumer has no processor. */
enum { N_BLOCKS = 3, BLOCK_BYTES = 1 << 21, MOST_ROWS = 1 << 15 };

#ifdef __APPLE__
enum { CLOCK = CLOCK_REALTIME }; /* conditions know no other there */
#else
enum { CLOCK = CLOCK_MONOTONIC };
#endif

typedef struct block {
    tr_row *rows;
    float *params;       /* [capacity, n_params] */
    atomic_size_t count; /* snapshots that are complete */
} block;

struct tr_block_queue {
    size_t capacity; /* of each block */
    size_t n_params;
    block blocks[N_BLOCKS];
    block *filling; /* the producer's own, as is the next: the block at the head */
    size_t fill;
    atomic_bool has_failed;

    pthread_mutex_t mutex; /* guards all that follows */
    pthread_cond_t data;
    pthread_cond_t space;
    pthread_cond_t flushed;
    uint64_t head; /* counts the blocks that were begun */
    uint64_t tail; /* the block that is being taken, and of that so many snapshots */
    size_t taken;
    bool has_unflushed;
    double last_flush; /* seconds on the clock */
    uint64_t flush_wanted;
    uint64_t flush_taken; /* of those, what the take at hand is for */
    uint64_t flush_done;
    bool has_ended;
    tr_status status;
    tr_diag diag;
};

static double now(void) {
    struct timespec time;
    clock_gettime((clockid_t)CLOCK, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

size_t tr_block_rows(size_t n_params) {
    size_t bytes = sizeof(tr_row) + n_params * sizeof(float);
    size_t rows = MOST_ROWS;
    while (rows > 1 && rows * bytes > BLOCK_BYTES)
        rows /= 2;
    return rows;
}

static void free_block(block *b) {
    free(b->rows);
    free(b->params);
}

static bool create_block(block *b, size_t rows, size_t n_params) {
    b->rows = tr_alloc_array(rows, sizeof *b->rows);
    b->params = tr_alloc_array(n_params, rows * sizeof *b->params);
    return b->rows && b->params;
}

static bool create_locks(tr_block_queue *queue) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return false;
#ifndef __APPLE__
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    bool done =
        !pthread_mutex_init(&queue->mutex, NULL) && !pthread_cond_init(&queue->data, &attributes) &&
        !pthread_cond_init(&queue->space, NULL) && !pthread_cond_init(&queue->flushed, NULL);
    pthread_condattr_destroy(&attributes);
    return done;
}

tr_status tr_block_queue_create(tr_block_queue **out, size_t n_params, tr_diag *diag) {
    *out = NULL;
    tr_block_queue *queue = tr_alloc_array(1, sizeof *queue);
    if (!queue)
        return tr_fail_memory(diag, "a recording");
    queue->capacity = tr_block_rows(n_params);
    queue->n_params = n_params;
    queue->filling = queue->blocks;
    queue->last_flush = now();
    bool complete = true;
    for (int i = 0; i < N_BLOCKS; i++)
        complete = create_block(&queue->blocks[i], queue->capacity, n_params) && complete;
    /* On the systems we run on these only fail for want of memory. */
    if (!complete || !create_locks(queue)) {
        for (int i = 0; i < N_BLOCKS; i++)
            free_block(&queue->blocks[i]);
        free(queue);
        return tr_fail_memory(diag, "a recording");
    }
    *out = queue;
    return TR_OK;
}

void tr_block_queue_destroy(tr_block_queue **handle) {
    tr_block_queue *queue = *handle;
    if (!queue)
        return;
    pthread_cond_destroy(&queue->data);
    pthread_cond_destroy(&queue->space);
    pthread_cond_destroy(&queue->flushed);
    pthread_mutex_destroy(&queue->mutex);
    for (int i = 0; i < N_BLOCKS; i++)
        free_block(&queue->blocks[i]);
    free(queue);
    *handle = NULL;
}

/* ---- the producer ---- */

tr_status tr_block_queue_status(tr_block_queue *queue, tr_diag *diag) {
    pthread_mutex_lock(&queue->mutex);
    tr_status status = queue->status;
    if (status)
        tr_diag_adopt(diag, &queue->diag);
    pthread_mutex_unlock(&queue->mutex);
    return status;
}

/* Hands the full block over and begins the next one, once there is one. */
static void begin_block(tr_block_queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    while (queue->head + 1 - queue->tail >= N_BLOCKS && !queue->status)
        pthread_cond_wait(&queue->space, &queue->mutex);
    if (!queue->status) {
        queue->head++;
        queue->fill = 0;
        queue->filling = &queue->blocks[queue->head % N_BLOCKS];
        atomic_store(&queue->filling->count, 0);
    }
    pthread_mutex_unlock(&queue->mutex);
    /* not before, or the consumer would wake up only to wait for the mutex */
    pthread_cond_signal(&queue->data);
}

tr_status tr_block_queue_push(tr_block_queue *queue, const tr_snapshot *snapshot, tr_diag *diag) {
    if (queue->fill == queue->capacity)
        begin_block(queue);
    if (atomic_load_explicit(&queue->has_failed, memory_order_relaxed))
        return tr_block_queue_status(queue, diag);
    const block *b = queue->filling;
    b->rows[queue->fill] = (tr_row){.iteration = snapshot->iteration,
                                    .epoch = snapshot->epoch,
                                    .samples_seen = snapshot->samples_seen,
                                    .batch_size = snapshot->batch_size,
                                    .loss = snapshot->loss};
    if (queue->n_params)
        memcpy(b->params + queue->fill * queue->n_params, snapshot->params,
               queue->n_params * sizeof *b->params);
    queue->fill++;
    atomic_store_explicit(&queue->filling->count, queue->fill, memory_order_release);
    return TR_OK;
}

tr_status tr_block_queue_flush(tr_block_queue *queue, tr_diag *diag) {
    pthread_mutex_lock(&queue->mutex);
    uint64_t wanted = ++queue->flush_wanted;
    pthread_cond_signal(&queue->data);
    while (queue->flush_done < wanted && !queue->status)
        pthread_cond_wait(&queue->flushed, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);
    return tr_block_queue_status(queue, diag);
}

void tr_block_queue_end(tr_block_queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    queue->has_ended = true;
    pthread_cond_signal(&queue->data);
    pthread_mutex_unlock(&queue->mutex);
}

/* ---- the consumer ---- */

/* What is in the block at the tail and not taken yet. */
static size_t count_waiting(tr_block_queue *queue) {
    block *b = &queue->blocks[queue->tail % N_BLOCKS];
    return atomic_load_explicit(&b->count, memory_order_acquire) - queue->taken;
}

/* Whether there is something to do, and what. `*wish` is for when what waits is taken. */
static bool is_due(tr_block_queue *queue, int milliseconds, tr_flush_wish *wish) {
    bool is_newest = queue->tail == queue->head;
    size_t n_waiting = count_waiting(queue);
    bool is_full = queue->taken + n_waiting == queue->capacity;
    bool is_late = now() >= queue->last_flush + 1e-3 * milliseconds;
    bool has_some = n_waiting || queue->has_unflushed;
    *wish = is_late && has_some ? TR_FLUSH_NOW : TR_FLUSH_LATER;
    if (is_newest && queue->flush_wanted > queue->flush_done)
        *wish = TR_FLUSH_NOW;
    if (is_newest && queue->has_ended)
        *wish = TR_FLUSH_LAST;
    return *wish != TR_FLUSH_LATER || (is_full && n_waiting);
}

static void wait_for_data(tr_block_queue *queue, int milliseconds) {
    double until = queue->last_flush + 1e-3 * milliseconds;
    double start = now();
    if (until <= start)
        until = start + 1e-3 * milliseconds;
    struct timespec deadline = {.tv_sec = (time_t)until};
    deadline.tv_nsec = (long)((until - (double)deadline.tv_sec) * 1e9);
    pthread_cond_timedwait(&queue->data, &queue->mutex, &deadline);
}

tr_flush_wish tr_block_queue_take(tr_block_queue *queue, int milliseconds, tr_rows *rows) {
    tr_flush_wish wish;
    pthread_mutex_lock(&queue->mutex);
    for (;;) {
        if (queue->taken == queue->capacity && queue->tail < queue->head) {
            queue->tail++;
            queue->taken = 0;
            pthread_cond_signal(&queue->space);
        }
        if (is_due(queue, milliseconds, &wish))
            break;
        wait_for_data(queue, milliseconds);
    }
    const block *b = &queue->blocks[queue->tail % N_BLOCKS];
    *rows = (tr_rows){.count = count_waiting(queue),
                      .rows = b->rows + queue->taken,
                      .params = b->params + queue->taken * queue->n_params};
    queue->taken += rows->count;
    queue->has_unflushed = queue->has_unflushed || rows->count;
    queue->flush_taken = queue->tail == queue->head ? queue->flush_wanted : queue->flush_done;
    pthread_mutex_unlock(&queue->mutex);
    return wish;
}

void tr_block_queue_flushed(tr_block_queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    queue->last_flush = now();
    queue->has_unflushed = false;
    queue->flush_done = queue->flush_taken;
    pthread_cond_broadcast(&queue->flushed);
    pthread_mutex_unlock(&queue->mutex);
}

void tr_block_queue_fail(tr_block_queue *queue, tr_status status, const tr_diag *diag) {
    pthread_mutex_lock(&queue->mutex);
    queue->status = status;
    queue->diag = *diag;
    atomic_store(&queue->has_failed, true);
    pthread_cond_broadcast(&queue->space);
    pthread_cond_broadcast(&queue->flushed);
    pthread_mutex_unlock(&queue->mutex);
}
