#include "support.h"

#include <math.h>

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

/* ---- kinds ---- */

static const char *const kind_names[] = {"bilinear", "sine",    "linear", "step",
                                         "xor",      "circles", "spirals"};
enum { N_KINDS = sizeof kind_names / sizeof *kind_names };

static tr_dataset *create_kind(tr_data_kind kind, size_t n_samples, double noise,
                               tr_random *random) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_create_kind(&dataset, kind, n_samples, noise, random, &diag), diag);
    assert_int_equal(dataset->n_samples, n_samples);
    assert_int_equal(dataset->n_outputs, 1);
    return dataset;
}

/* The library's sines and cosines and NumPy's may differ in the last bit. */
static void assert_same(tr_data_kind kind, double ours, double theirs) {
    bool is_round = kind == TR_DATA_SINE || kind == TR_DATA_CIRCLES || kind == TR_DATA_SPIRALS;
    double difference = ours > theirs ? ours - theirs : theirs - ours;
    if (!(difference <= (is_round ? 0x1p-52 : 0)) || (float)ours != (float)theirs)
        fail_msg("%s: %.17g is not %.17g", kind_names[kind], ours, theirs);
}

/* Line by line, with tests/data/data_kinds.csv, which scripts/reference-data wrote. */
static void all_kinds_are_numpys(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/data_kinds.csv", "r");
    char line[256], wanted[64];
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (int kind = 0; kind < N_KINDS; kind++)
        for (int noise = 0; noise < 2; noise++) {
            tr_random random;
            tr_random_seed(&random, 7);
            tr_dataset *dataset = create_kind((tr_data_kind)kind, 25, noise * 0.1, &random);
            int length =
                snprintf(wanted, sizeof wanted, "%s,%s,", kind_names[kind], noise ? "0.1" : "0.0");
            for (size_t i = 0; i < 25; i++) {
                assert_non_null(fgets(line, sizeof line, file));
                assert_memory_equal(line, wanted, (size_t)length);
                char *at = line + length - 1;
                for (size_t j = 0; j < dataset->n_inputs; j++)
                    assert_same((tr_data_kind)kind, dataset->x[i * dataset->n_inputs + j],
                                strtod(at + 1, &at));
                at += dataset->n_inputs == 1;
                assert_same((tr_data_kind)kind, dataset->y[i], strtod(at + 1, &at));
                assert_int_equal(*at, '\n');
            }
            tr_dataset_destroy(&dataset);
        }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

/* The lines "sine noise" and "sine y" of rng_vectors.txt. */
static void the_posts_sine_is_numpys(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 0);
    tr_dataset *dataset = create_kind(TR_DATA_SINE, 200, 0.2, &random);
    assert_int_equal(dataset->n_inputs, 1);
    assert_true(dataset->x[0] == 0);
    assert_true(dataset->x[199] == 6.283185307179586);
    assert_true(dataset->y[0] == 0.3528104691935328);
    assert_true(dataset->y[1] == 0.11159999143825519);
    assert_true(dataset->y[2] == 0.2588532281338215);
    assert_true(dataset->y[199] == 0.2673055898872782);
    assert_int_equal(random.position, 516);
    assert_false(random.has_gauss);
    tr_dataset_destroy(&dataset);
}

static void without_noise_only_inputs_are_drawn(void **state) {
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        tr_random random, before;
        tr_random_seed(&random, 1);
        before = random;
        tr_dataset *dataset = create_kind((tr_data_kind)kind, 10, 0, &random);
        tr_dataset_destroy(&dataset);
        if (kind == TR_DATA_XOR) {
            assert_int_equal(random.position, 40); /* two words a number */
            continue;
        }
        assert_memory_equal(&random, &before, sizeof random);
        dataset = create_kind((tr_data_kind)kind, 10, 0, NULL);
        tr_dataset_destroy(&dataset);
    }
}

static void two_classes_have_as_many_samples_or_one_more(void **state) {
    (void)state;
    for (int kind = TR_DATA_CIRCLES; kind <= TR_DATA_SPIRALS; kind++)
        for (size_t n = 2; n < 10; n++) {
            tr_dataset *dataset = create_kind((tr_data_kind)kind, n, 0, NULL);
            assert_int_equal(dataset->n_inputs, 2);
            for (size_t i = 0; i < n; i++) {
                assert_true(dataset->y[i] == (i >= n / 2));
                double x = dataset->x[2 * i], y = dataset->x[2 * i + 1];
                assert_true(x * x + y * y > 0.009 && x * x + y * y < 1.000001);
            }
            tr_dataset_destroy(&dataset);
        }
}

/* FNV-1a over the bytes of x and y, as little-endian machines have them. */
static uint64_t hash_dataset(const tr_dataset *dataset) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < dataset->n_samples * (dataset->n_inputs + 1); i++) {
        size_t n_x = dataset->n_samples * dataset->n_inputs;
        uint64_t bits;
        memcpy(&bits, i < n_x ? &dataset->x[i] : &dataset->y[i - n_x], sizeof bits);
        for (int shift = 0; shift < 64; shift += 8)
            hash = (hash ^ (bits >> shift & 0xff)) * UINT64_C(1099511628211);
    }
    return hash;
}

static void sines_and_cosines_have_the_same_bits_everywhere(void **state) {
    (void)state;
    const struct {
        tr_data_kind kind;
        uint64_t hash;
    } wanted[] = {{TR_DATA_SINE, UINT64_C(0x9f256f61bdd6bb83)},
                  {TR_DATA_CIRCLES, UINT64_C(0x135210149555fbf4)},
                  {TR_DATA_SPIRALS, UINT64_C(0x37e7872d3a48ff82)}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        tr_dataset *dataset = create_kind(wanted[i].kind, 1001, 0, NULL);
        if (hash_dataset(dataset) != wanted[i].hash)
            fail_msg("%s: the hash is 0x%llx", kind_names[wanted[i].kind],
                     (unsigned long long)hash_dataset(dataset));
        tr_dataset_destroy(&dataset);
    }
}

static void refuse(int kind, size_t n_samples, double noise, tr_random *random, const char *text) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_int_equal(
        tr_dataset_create_kind(&dataset, (tr_data_kind)kind, n_samples, noise, random, &diag),
        TR_ERROR_ARGUMENT);
    assert_null(dataset);
    assert_text_contains(diag.text, text);
}

static void data_that_cannot_be_made_is_refused(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 0);
    refuse(TR_DATA_SPIRALS + 1, 10, 0, &random, "no kind of data with the number 7");
    refuse(-1, 10, 0, &random, "no kind of data");
    refuse(TR_DATA_SINE, 1, 0, &random, "at least 2 samples, not 1");
    refuse(TR_DATA_SINE, (size_t)UINT32_MAX + 1, 0, &random, "4294967295 samples");
    refuse(TR_DATA_SINE, 10, -0.1, &random, "a finite number from 0, not -0.1");
    refuse(TR_DATA_SINE, 10, NAN, &random, "a finite number from 0");
    refuse(TR_DATA_SINE, 10, INFINITY, &random, "a finite number from 0");
    refuse(TR_DATA_SINE, 10, 0.1, NULL, "needs a generator");
    refuse(TR_DATA_XOR, 10, 0, NULL, "needs a generator");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bilinear_is_numpys),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(all_kinds_are_numpys),
        cmocka_unit_test(the_posts_sine_is_numpys),
        cmocka_unit_test(without_noise_only_inputs_are_drawn),
        cmocka_unit_test(two_classes_have_as_many_samples_or_one_more),
        cmocka_unit_test(sines_and_cosines_have_the_same_bits_everywhere),
        cmocka_unit_test(data_that_cannot_be_made_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
