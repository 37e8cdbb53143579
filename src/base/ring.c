/* A single-producer, single-consumer ring after Lamport ("Specifying concurrent program modules",
 * 1983): the producer alone advances `head`, so neither end needs a lock to see whether it may go
 * on. Dropping the oldest is the one thing that both ends do to `tail`, so `tail` carries a bit that
 * says "the consumer is copying this one", and both change it by compare-and-swap.
 *
 * An end that has to wait announces it, looks again, and sleeps on a condition variable; the other
 * end looks at the announcement after each step. Both sides use sequentially consistent accesses
 * there, so one of them sees the other (Dekker's argument) and no wake-up is lost. */
#include <trainreel/ring.h>

#include "alloc.h"
#include "diag.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64 };
#define READING UINT64_C(1) /* low bit of tail; the index is above it */

struct tr_ring {
    /* written by the producer */
    alignas(CACHE_LINE) atomic_uint_least64_t head;
    atomic_uint_least64_t dropped;
    /* written by the consumer, and by a producer that drops */
    alignas(CACHE_LINE) atomic_uint_least64_t tail;
    /* written rarely */
    alignas(CACHE_LINE) atomic_bool producer_waits;
    atomic_bool consumer_waits;
    atomic_bool finished;
    atomic_bool closed;
    atomic_bool cancelled;
    tr_status final_status; /* these two are set before `finished` */
    tr_diag final_diag;
    pthread_mutex_t mutex;
    pthread_cond_t space;
    pthread_cond_t data;
    /* constant */
    size_t capacity;
    size_t n_params;
    tr_ring_policy policy;
    tr_snapshot *slots;
    float *params;
};

tr_status tr_ring_create(tr_ring **out, size_t capacity, size_t n_params, tr_ring_policy policy,
                         tr_diag *diag) {
    *out = NULL;
    if (capacity < 1 || capacity > (size_t)1 << 24)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a ring's capacity is 1 to 16777216 snapshots, not %zu", capacity);
    if (n_params > SIZE_MAX / capacity)
        return tr_fail_memory(diag, "the ring");
    tr_ring *ring = tr_alloc_aligned(1, sizeof *ring);
    if (!ring)
        return tr_fail_memory(diag, "the ring");
    ring->capacity = capacity;
    ring->n_params = n_params;
    ring->policy = policy;
    ring->slots = tr_alloc_array(capacity, sizeof *ring->slots);
    ring->params = tr_alloc_aligned(capacity * n_params, sizeof *ring->params);
    if (!ring->slots || !ring->params) {
        free(ring->slots);
        free(ring->params);
        free(ring);
        return tr_fail_memory(diag, "the ring");
    }
    /* On the systems we run on these only fail for want of memory. */
    if (pthread_mutex_init(&ring->mutex, NULL) || pthread_cond_init(&ring->space, NULL) ||
        pthread_cond_init(&ring->data, NULL)) {
        free(ring->slots);
        free(ring->params);
        free(ring);
        return tr_fail(diag, TR_ERROR_SYSTEM, "the system has no lock left for the ring");
    }
    *out = ring;
    return TR_OK;
}

void tr_ring_destroy(tr_ring **handle) {
    tr_ring *ring = *handle;
    if (!ring)
        return;
    pthread_cond_destroy(&ring->data);
    pthread_cond_destroy(&ring->space);
    pthread_mutex_destroy(&ring->mutex);
    free(ring->params);
    free(ring->slots);
    free(ring);
    *handle = NULL;
}

/* After a step of one end: wake the other one if it said that it waits. */
static void wake(tr_ring *ring, atomic_bool *waits, pthread_cond_t *condition) {
    if (!atomic_load(waits))
        return;
    pthread_mutex_lock(&ring->mutex);
    pthread_cond_signal(condition);
    pthread_mutex_unlock(&ring->mutex);
}

static bool must_wait_for_space(tr_ring *ring) {
    uint64_t tail = atomic_load(&ring->tail);
    bool full = atomic_load(&ring->head) - (tail >> 1) == ring->capacity;
    bool droppable = ring->policy == TR_RING_DROP_OLDEST && !(tail & READING);
    return full && !droppable && !atomic_load(&ring->closed) && !atomic_load(&ring->cancelled);
}

static bool must_wait_for_data(tr_ring *ring) {
    return atomic_load(&ring->head) == atomic_load(&ring->tail) >> 1 &&
           !atomic_load(&ring->finished) && !atomic_load(&ring->cancelled);
}

static void wait_while(tr_ring *ring, bool (*condition_holds)(tr_ring *), atomic_bool *waits,
                       pthread_cond_t *condition) {
    pthread_mutex_lock(&ring->mutex);
    atomic_store(waits, true);
    while (condition_holds(ring))
        pthread_cond_wait(condition, &ring->mutex);
    atomic_store(waits, false);
    pthread_mutex_unlock(&ring->mutex);
}

tr_status tr_ring_push(tr_ring *ring, const tr_snapshot *snapshot) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (;;) {
        if (atomic_load_explicit(&ring->cancelled, memory_order_acquire))
            return TR_ERROR_CANCELLED;
        if (atomic_load_explicit(&ring->closed, memory_order_acquire))
            return TR_END;
        uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (head - (tail >> 1) < ring->capacity)
            break;
        if (ring->policy == TR_RING_DROP_OLDEST && !(tail & READING)) {
            if (!atomic_compare_exchange_strong(&ring->tail, &tail, tail + 2))
                continue;
            atomic_fetch_add_explicit(&ring->dropped, 1, memory_order_relaxed);
            break;
        }
        wait_while(ring, must_wait_for_space, &ring->producer_waits, &ring->space);
    }
    size_t slot = (size_t)(head % ring->capacity);
    float *params = ring->params + slot * ring->n_params;
    ring->slots[slot] = *snapshot;
    ring->slots[slot].n_params = ring->n_params;
    if (ring->n_params)
        memcpy(params, snapshot->params, ring->n_params * sizeof *params);
    atomic_store(&ring->head, head + 1);
    wake(ring, &ring->consumer_waits, &ring->data);
    return TR_OK;
}

tr_status tr_ring_pop(tr_ring *ring, tr_snapshot *snapshot, float *params, tr_diag *diag) {
    for (;;) {
        if (atomic_load_explicit(&ring->cancelled, memory_order_acquire))
            return tr_fail(diag, TR_ERROR_CANCELLED, "cancelled");
        /* `finished` before `head`: what was pushed before the end must not be missed. */
        bool finished = atomic_load_explicit(&ring->finished, memory_order_acquire);
        uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (head == tail >> 1) {
            if (finished) {
                if (ring->final_status != TR_END)
                    tr_diag_adopt(diag, &ring->final_diag);
                return ring->final_status;
            }
            wait_while(ring, must_wait_for_data, &ring->consumer_waits, &ring->data);
            continue;
        }
        if (!atomic_compare_exchange_strong(&ring->tail, &tail, tail | READING))
            continue; /* the producer has just dropped this one */
        size_t slot = (size_t)((tail >> 1) % ring->capacity);
        *snapshot = ring->slots[slot];
        snapshot->params = params;
        if (ring->n_params)
            memcpy(params, ring->params + slot * ring->n_params, ring->n_params * sizeof *params);
        atomic_store(&ring->tail, tail + 2);
        wake(ring, &ring->producer_waits, &ring->space);
        return TR_OK;
    }
}

static void raise_flag(tr_ring *ring, atomic_bool *flag) {
    pthread_mutex_lock(&ring->mutex);
    atomic_store(flag, true);
    pthread_cond_broadcast(&ring->space);
    pthread_cond_broadcast(&ring->data);
    pthread_mutex_unlock(&ring->mutex);
}

void tr_ring_finish(tr_ring *ring, tr_status status, const tr_diag *diag) {
    if (atomic_load(&ring->finished))
        return;
    ring->final_status = status == TR_OK ? TR_END : status;
    if (diag)
        ring->final_diag = *diag;
    raise_flag(ring, &ring->finished);
}

void tr_ring_close(tr_ring *ring) {
    raise_flag(ring, &ring->closed);
}

void tr_ring_cancel(tr_ring *ring) {
    raise_flag(ring, &ring->cancelled);
}

uint64_t tr_ring_dropped(const tr_ring *ring) {
    return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}
