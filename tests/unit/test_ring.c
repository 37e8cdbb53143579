/* cmocka asserts only on the main thread, so the other threads leave what they saw in a struct. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { N_PARAMS = 5 };

/* Parameters that tell whether a snapshot was torn: each follows from the iteration. */
static float param_of(uint64_t iteration, size_t i) {
    return (float)(iteration % 100003) + (float)i * 0.25f;
}

static void fill(tr_snapshot *snapshot, float *params, uint64_t iteration) {
    for (size_t i = 0; i < N_PARAMS; i++)
        params[i] = param_of(iteration, i);
    *snapshot = (tr_snapshot){.iteration = iteration, .n_params = N_PARAMS, .params = params};
}

static bool is_whole(const tr_snapshot *snapshot) {
    for (size_t i = 0; i < N_PARAMS; i++)
        if (snapshot->params[i] != param_of(snapshot->iteration, i))
            return false;
    return true;
}

static void nap(long nanoseconds) {
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

typedef struct ring_end {
    tr_ring *ring;
    uint64_t count;      /* to push; pushed or popped in the end */
    uint64_t nap_every;  /* 0 for never */
    uint64_t give_up_at; /* 0 for never */
    tr_status finish_with;
    tr_status status;
    uint64_t last;
    bool in_order;
    bool whole;
    uint64_t seen;
    tr_diag diag;
} ring_end;

static void *produce(void *context) {
    ring_end *end = context;
    for (uint64_t i = 1; i <= end->count && !end->status; i++) {
        tr_snapshot snapshot;
        float params[N_PARAMS];
        fill(&snapshot, params, i);
        end->status = tr_ring_push(end->ring, &snapshot);
        end->seen += end->status == TR_OK;
        if (end->nap_every && i % end->nap_every == 0)
            nap(200000);
    }
    tr_diag diag = {0};
    if (end->finish_with)
        snprintf(diag.text, sizeof diag.text, "the producer failed");
    tr_ring_finish(end->ring, end->finish_with, &diag);
    return NULL;
}

static void *consume(void *context) {
    ring_end *end = context;
    end->in_order = end->whole = true;
    for (;;) {
        tr_snapshot snapshot;
        float params[N_PARAMS];
        end->status = tr_ring_pop(end->ring, &snapshot, params, &end->diag);
        if (end->status)
            return NULL;
        end->in_order &= snapshot.iteration > end->last;
        end->whole &= is_whole(&snapshot);
        end->last = snapshot.iteration;
        end->seen++;
        if (end->nap_every && end->seen % end->nap_every == 0)
            nap(200000);
        if (end->give_up_at && end->seen == end->give_up_at) {
            tr_ring_close(end->ring);
            return NULL;
        }
    }
}

/* Runs both ends on threads of their own. */
static void run(tr_ring_policy policy, size_t capacity, ring_end *producer, ring_end *consumer) {
    tr_diag diag = {0};
    pthread_t threads[2];
    assert_ok(tr_ring_create(&producer->ring, capacity, N_PARAMS, policy, &diag), diag);
    consumer->ring = producer->ring;
    assert_int_equal(pthread_create(&threads[0], NULL, produce, producer), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, consume, consumer), 0);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    assert_true(consumer->in_order);
    assert_true(consumer->whole);
}

static void check_nothing_lost(size_t capacity, uint64_t count, uint64_t producer_naps,
                               uint64_t consumer_naps) {
    ring_end producer = {.count = count, .nap_every = producer_naps};
    ring_end consumer = {.nap_every = consumer_naps};
    run(TR_RING_BLOCK, capacity, &producer, &consumer);
    assert_int_equal(producer.status, TR_OK);
    assert_int_equal(consumer.status, TR_END);
    assert_int_equal(consumer.seen, count);
    assert_int_equal(consumer.last, count);
    assert_int_equal(tr_ring_dropped(producer.ring), 0);
    tr_ring_destroy(&producer.ring);
    assert_null(producer.ring);
}

static void a_million_snapshots_arrive_in_order(void **state) {
    (void)state;
    check_nothing_lost(256, 1000000, 0, 0);
}

static void a_ring_of_one_works(void **state) {
    (void)state;
    check_nothing_lost(1, 20000, 0, 0);
}

static void a_slow_consumer_loses_nothing(void **state) {
    (void)state;
    check_nothing_lost(8, 3000, 0, 10);
}

static void a_slow_producer_is_waited_for(void **state) {
    (void)state;
    check_nothing_lost(8, 3000, 10, 0);
}

static void dropping_keeps_the_newest(void **state) {
    (void)state;
    ring_end producer = {.count = 200000};
    ring_end consumer = {.nap_every = 5};
    run(TR_RING_DROP_OLDEST, 16, &producer, &consumer);
    assert_int_equal(producer.status, TR_OK);
    assert_int_equal(consumer.status, TR_END);
    assert_int_equal(consumer.last, producer.count);
    assert_int_equal(consumer.seen + tr_ring_dropped(producer.ring), producer.count);
    assert_true(tr_ring_dropped(producer.ring) > 0);
    tr_ring_destroy(&producer.ring);
}

static void dropping_a_million_tears_nothing(void **state) {
    (void)state;
    ring_end producer = {.count = 1000000};
    ring_end consumer = {0};
    run(TR_RING_DROP_OLDEST, 2, &producer, &consumer);
    assert_int_equal(consumer.last, producer.count);
    assert_int_equal(consumer.seen + tr_ring_dropped(producer.ring), producer.count);
    tr_ring_destroy(&producer.ring);
}

static void a_consumer_that_gives_up_stops_the_producer(void **state) {
    (void)state;
    ring_end producer = {.count = UINT64_MAX};
    ring_end consumer = {.give_up_at = 100};
    run(TR_RING_BLOCK, 8, &producer, &consumer);
    assert_int_equal(producer.status, TR_END);
    assert_int_equal(consumer.seen, 100);
    assert_in_range(producer.seen, 100, 108);
    tr_ring_destroy(&producer.ring);
}

static void a_producer_that_fails_says_why(void **state) {
    (void)state;
    ring_end producer = {.count = 50, .finish_with = TR_ERROR_DIVERGED};
    ring_end consumer = {.nap_every = 7};
    run(TR_RING_BLOCK, 8, &producer, &consumer);
    assert_int_equal(consumer.seen, 50); /* what it had is not lost */
    assert_int_equal(consumer.status, TR_ERROR_DIVERGED);
    assert_string_equal(consumer.diag.text, "the producer failed");
    tr_ring_destroy(&producer.ring);
}

static void *cancel_soon(void *ring) {
    nap(20000000);
    tr_ring_cancel(ring);
    return NULL;
}

static void cancelling_wakes_a_waiting_consumer(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_ring *ring;
    pthread_t thread;
    tr_snapshot snapshot;
    float params[N_PARAMS];
    assert_ok(tr_ring_create(&ring, 4, N_PARAMS, TR_RING_BLOCK, &diag), diag);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, ring), 0);
    assert_int_equal(tr_ring_pop(ring, &snapshot, params, &diag), TR_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    tr_ring_destroy(&ring);
}

static void cancelling_wakes_a_waiting_producer(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_ring *ring;
    pthread_t thread;
    tr_snapshot snapshot;
    float params[N_PARAMS];
    assert_ok(tr_ring_create(&ring, 1, N_PARAMS, TR_RING_BLOCK, &diag), diag);
    fill(&snapshot, params, 1);
    assert_ok(tr_ring_push(ring, &snapshot), diag);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, ring), 0);
    assert_int_equal(tr_ring_push(ring, &snapshot), TR_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    assert_int_equal(tr_ring_pop(ring, &snapshot, params, NULL), TR_ERROR_CANCELLED);
    tr_ring_destroy(&ring);
}

static void impossible_rings_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_ring *ring;
    assert_int_equal(tr_ring_create(&ring, 0, 1, TR_RING_BLOCK, &diag), TR_ERROR_ARGUMENT);
    assert_null(ring);
    assert_int_equal(tr_ring_create(&ring, (size_t)1 << 25, 1, TR_RING_BLOCK, NULL),
                     TR_ERROR_ARGUMENT);
    assert_int_equal(tr_ring_create(&ring, 1000, SIZE_MAX / 100, TR_RING_BLOCK, NULL),
                     TR_ERROR_MEMORY);
    tr_ring_destroy(&ring);
}

static void a_net_without_parameters_is_no_special_case(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_ring *ring;
    tr_snapshot snapshot = {.iteration = 9};
    assert_ok(tr_ring_create(&ring, 2, 0, TR_RING_BLOCK, &diag), diag);
    assert_ok(tr_ring_push(ring, &snapshot), diag);
    snapshot.iteration = 0;
    assert_ok(tr_ring_pop(ring, &snapshot, NULL, &diag), diag);
    assert_int_equal(snapshot.iteration, 9);
    tr_ring_destroy(&ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_snapshots_arrive_in_order),
        cmocka_unit_test(a_ring_of_one_works),
        cmocka_unit_test(a_slow_consumer_loses_nothing),
        cmocka_unit_test(a_slow_producer_is_waited_for),
        cmocka_unit_test(dropping_keeps_the_newest),
        cmocka_unit_test(dropping_a_million_tears_nothing),
        cmocka_unit_test(a_consumer_that_gives_up_stops_the_producer),
        cmocka_unit_test(a_producer_that_fails_says_why),
        cmocka_unit_test(cancelling_wakes_a_waiting_consumer),
        cmocka_unit_test(cancelling_wakes_a_waiting_producer),
        cmocka_unit_test(impossible_rings_are_refused),
        cmocka_unit_test(a_net_without_parameters_is_no_special_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
