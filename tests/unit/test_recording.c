#include "support.h"

#include <math.h>

/* Snapshots of every third iteration, whose parameters follow from it. */
static tr_recording *create(size_t n_params, uint64_t count) {
    tr_diag diag = {0};
    tr_recording *recording;
    float *params = malloc((n_params ? n_params : 1) * sizeof *params);
    assert_ok(tr_recording_create(&recording, n_params, &diag), diag);
    for (uint64_t i = 0; i < count; i++) {
        for (size_t p = 0; p < n_params; p++)
            params[p] = (float)i + (float)p / 8;
        const tr_snapshot snapshot = {.iteration = 3 * i,
                                      .epoch = i / 2,
                                      .samples_seen = 7 * i,
                                      .batch_size = 9,
                                      .loss = i ? 1 / (float)i : NAN,
                                      .n_params = n_params,
                                      .params = params};
        assert_ok(tr_recording_append(recording, &snapshot, &diag), diag);
    }
    free(params);
    assert_int_equal(tr_recording_n_snapshots(recording), count);
    assert_int_equal(tr_recording_n_params(recording), n_params);
    return recording;
}

static void check_read(const tr_recording *recording, uint64_t first, size_t count) {
    tr_diag diag = {0};
    size_t n_params = tr_recording_n_params(recording);
    tr_snapshot *snapshots = calloc(count + 1, sizeof *snapshots);
    float *params = calloc(count * n_params + 1, sizeof *params);
    assert_ok(tr_recording_read(recording, first, count, snapshots, params, &diag), diag);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(snapshots[i].iteration, 3 * (first + i));
        assert_int_equal(snapshots[i].epoch, (first + i) / 2);
        assert_int_equal(snapshots[i].samples_seen, 7 * (first + i));
        assert_int_equal(snapshots[i].batch_size, 9);
        assert_ptr_equal(snapshots[i].params, params + i * n_params);
        for (size_t p = 0; p < n_params; p++)
            assert_true(params[i * n_params + p] == (float)(first + i) + (float)p / 8);
    }
    free(snapshots);
    free(params);
}

static void what_was_recorded_is_read_in_any_order(void **state) {
    (void)state;
    const struct {
        size_t n_params;
        uint64_t count;
    } cases[] = {{2, 10}, {2, 100000}, {0, 50000}, {181, 5000}, {400000, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t count = cases[i].count;
        tr_recording *recording = create(cases[i].n_params, count);
        check_read(recording, 0, count);
        check_read(recording, count - 3, 3);
        check_read(recording, count / 2, (size_t)(count / 3));
        check_read(recording, 0, 1);
        check_read(recording, count, 0);
        tr_recording_destroy(&recording);
        assert_null(recording);
    }
}

typedef struct losses_seen {
    uint64_t count;
    bool has_params;
    bool in_order;
} losses_seen;

static tr_status see_loss(const tr_snapshot *snapshot, void *context) {
    losses_seen *seen = context;
    float loss = seen->count ? 1 / (float)seen->count : NAN;
    bool same_loss = seen->count ? snapshot->loss == loss : isnan(snapshot->loss);
    seen->in_order = seen->in_order && snapshot->iteration == 3 * seen->count && same_loss;
    seen->has_params = seen->has_params || snapshot->params;
    return ++seen->count == 50000 ? TR_END : TR_OK;
}

static void losses_are_replayed_without_parameters(void **state) {
    (void)state;
    static const size_t n_params[] = {0, 2, 181, 40000};
    for (size_t i = 0; i < sizeof n_params / sizeof *n_params; i++) {
        tr_diag diag = {0};
        losses_seen seen = {.in_order = true};
        uint64_t count = n_params[i] < 100 ? 60000 : 100;
        tr_recording *recording = create(n_params[i], count);
        assert_int_equal(tr_recording_replay_losses(recording, see_loss, &seen, &diag),
                         count > 50000 ? TR_END : TR_OK);
        assert_int_equal(seen.count, count > 50000 ? 50000 : count);
        assert_true(seen.in_order);
        assert_false(seen.has_params);
        tr_recording_destroy(&recording);
    }
}

static void what_is_not_there_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_snapshot snapshots[2];
    float params[4] = {0};
    tr_recording *recording = create(2, 5);
    assert_int_equal(tr_recording_read(recording, 4, 2, snapshots, params, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "only 5 snapshots");
    assert_int_equal(tr_recording_read(recording, UINT64_MAX, 2, snapshots, params, NULL),
                     TR_ERROR_ARGUMENT);
    tr_snapshot again = {.iteration = 12, .n_params = 2, .params = params};
    assert_int_equal(tr_recording_append(recording, &again, NULL), TR_ERROR_ARGUMENT);
    again = (tr_snapshot){.iteration = 13, .n_params = 1, .params = params};
    assert_int_equal(tr_recording_append(recording, &again, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_recording_n_snapshots(recording), 5);
    tr_recording_destroy(&recording);
}

static void snapshots_are_found_by_iteration(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_recording *recording = create(2, 100000);
    const uint64_t wanted[] = {0, 1, 2, 3, 150000, 150001, 299997, 299998, UINT64_MAX};
    const uint64_t expected[] = {0, 0, 0, 1, 50000, 50000, 99999, 99999, 99999};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        uint64_t index;
        assert_ok(tr_recording_find(recording, wanted[i], &index, &diag), diag);
        assert_int_equal(index, expected[i]);
    }
    tr_recording_destroy(&recording);
    uint64_t index;
    recording = create(2, 0);
    assert_int_equal(tr_recording_find(recording, 0, &index, NULL), TR_ERROR_ARGUMENT);
    tr_recording_destroy(&recording);
}

static void no_room_for_the_file_is_said(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_recording *recording;
    const float params[2] = {0};
    assert_int_equal(setenv("TMPDIR", "/nonexistent-folder", 1), 0);
    assert_ok(tr_recording_create(&recording, 2, &diag), diag);
    tr_status status = TR_OK;
    for (uint64_t i = 0; !status && i < 1000000; i++)
        status = tr_recording_append(
            recording, &(tr_snapshot){.iteration = i, .n_params = 2, .params = params}, &diag);
    unsetenv("TMPDIR");
    assert_int_equal(status, TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, "/nonexistent-folder: no temporary file can be made");
    tr_recording_destroy(&recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_recorded_is_read_in_any_order),
        cmocka_unit_test(losses_are_replayed_without_parameters),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(snapshots_are_found_by_iteration),
        cmocka_unit_test(no_room_for_the_file_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
