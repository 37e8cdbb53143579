#include "support.h"

static void bilinear_is_numpys(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create_bilinear(&dataset, 200, &diag), diag);
    assert_int_equal(dataset->n_samples, 200);
    assert_int_equal(dataset->n_inputs, 1);
    assert_int_equal(dataset->n_outputs, 1);
    /* the last line of rng_vectors.txt */
    assert_true(dataset->x[0] == 0);
    assert_true(dataset->x[1] == 0.010050251256281407);
    assert_true(dataset->x[100] == 1.0050251256281406);
    assert_true(dataset->x[199] == 2.0);
    for (int i = 0; i < 101; i++)
        assert_true(dataset->y[i] == 0);
    assert_true(dataset->y[101] == 0.020100502512562814);
    assert_true(dataset->y[199] == 1.9899497487437185);
    tr_dataset_destroy(&dataset);
    assert_null(dataset);
    tr_dataset_destroy(&dataset);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_int_equal(tr_dataset_create_bilinear(&dataset, 1, &diag), TR_ERROR_ARGUMENT);
    assert_null(dataset);
    assert_text_contains(diag.text, "at least 2 samples, not 1");
    assert_int_equal(tr_dataset_create(&dataset, 0, 1, 1, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_dataset_create(&dataset, 1, 0, 1, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_dataset_create(&dataset, 1, 1, 0, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_dataset_create(&dataset, 1000, SIZE_MAX / 10, 1, NULL), TR_ERROR_MEMORY);
    /* the first text stays */
    assert_text_contains(diag.text, "not 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bilinear_is_numpys),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
