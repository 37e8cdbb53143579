/* Against tests/data/rng_vectors.txt, which NumPy printed. */
#include "support.h"

#include <math.h>

static const uint32_t seeds[] = {0, 1, 2, 4294967295u};

/* The rest of the line of the vectors that starts with `prefix`. */
static char *find_line(const char *prefix) {
    static char line[1024];
    FILE *file = fopen(TEST_DATA "/rng_vectors.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, prefix, strlen(prefix))) {
            fclose(file);
            return line + strlen(prefix);
        }
    fclose(file);
    fail_msg("no line \"%s\"", prefix);
    return NULL;
}

static char *find_seed_line(uint32_t seed, const char *what) {
    char prefix[64];
    snprintf(prefix, sizeof prefix, "seed %u %s", (unsigned)seed, what);
    return find_line(prefix);
}

/* Reads numbers from `*at` and moves it behind them. */
static unsigned long next_integer(char **at) {
    char *start = *at;
    unsigned long value = strtoul(start, at, 10);
    assert_ptr_not_equal(start, *at);
    return value;
}

static double next_double(char **at) {
    char *start = *at;
    double value = strtod(start, at);
    assert_ptr_not_equal(start, *at);
    return value;
}

static void assert_same_double(double a, double b) {
    if (memcmp(&a, &b, sizeof a) != 0)
        fail_msg("%.17g is not %.17g", a, b);
}

static void words_and_doubles_are_numpys(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        tr_random random;
        tr_random_seed(&random, seeds[i]);
        char *at = find_seed_line(seeds[i], "mt_key_after_seed[0..3]");
        for (int k = 0; k < 4; k++)
            assert_int_equal(random.key[k], next_integer(&at));
        assert_int_equal(random.position, 624);
        at = find_seed_line(seeds[i], "u32 ");
        for (int k = 0; k < 5; k++)
            assert_int_equal(tr_random_u32(&random), next_integer(&at));
        at = find_seed_line(seeds[i], "random_sample");
        for (int k = 0; k < 5; k++)
            assert_same_double(tr_random_double(&random), next_double(&at));
    }
}

static void normals_are_numpys(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        tr_random random;
        tr_random_seed(&random, seeds[i]);
        char *at = find_seed_line(seeds[i], "standard_normal");
        for (int k = 0; k < 5; k++)
            assert_same_double(tr_random_normal(&random, 0, 1), next_double(&at));
        assert_true(random.has_gauss);
        tr_random_seed(&random, seeds[i]);
        assert_false(random.has_gauss);
        at = find_seed_line(seeds[i], "normal(0,0.05)");
        float rounded[2];
        for (int k = 0; k < 2; k++) {
            double value = tr_random_normal(&random, 0, 0.05);
            assert_same_double(value, next_double(&at));
            rounded[k] = (float)value;
        }
        at = strstr(at, "float32") + strlen("float32");
        for (int k = 0; k < 2; k++)
            assert_same_double((double)rounded[k], next_double(&at));
    }
}

static void uniforms_are_numpys(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        tr_random random;
        tr_random_seed(&random, seeds[i]);
        char *at = find_seed_line(seeds[i], "glorot(1,60) lim");
        double limit = next_double(&at);
        assert_same_double(sqrt(6.0 / 61), limit);
        at = strstr(at, "uniform") + strlen("uniform");
        for (int k = 0; k < 3; k++)
            assert_same_double(tr_random_uniform(&random, -limit, limit), next_double(&at));
    }
}

static void shuffles_accumulate_in_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        tr_random random;
        uint32_t order[10];
        for (uint32_t k = 0; k < 10; k++)
            order[k] = k;
        tr_random_seed(&random, seeds[i]);
        const char *const lines[] = {"shuffle(arange(10))", "shuffled again in place"};
        for (int pass = 0; pass < 2; pass++) {
            tr_random_shuffle(&random, order, 10);
            char *at = find_seed_line(seeds[i], lines[pass]);
            for (int k = 0; k < 10; k++)
                assert_int_equal(order[k], next_integer(&at));
            at = strstr(at, "words") + strlen("words");
            assert_int_equal(random.position, next_integer(&at));
        }
    }
}

/* The shuffles of a fit() on 200 samples, compared with the lines "run NAME epoch …" of the file. */
static void check_run(char name, tr_random *random, int n_epochs) {
    uint32_t order[200];
    for (uint32_t k = 0; k < 200; k++)
        order[k] = k;
    for (int epoch = 0; epoch < n_epochs; epoch++) {
        tr_random_shuffle(random, order, 200);
        if (epoch > 1 && epoch < n_epochs - 1)
            continue;
        if (name == 'C' && epoch != 0)
            continue; /* the file has only its first */
        char prefix[64];
        snprintf(prefix, sizeof prefix, "run %c epoch %d idx[0:10]", name, epoch);
        char *at = find_line(prefix);
        for (int k = 0; k < 10; k++)
            assert_int_equal(order[k], next_integer(&at));
        if (name == 'C')
            continue;
        at = strstr(at, "idx[126:130]") + strlen("idx[126:130]");
        for (int k = 126; k < 130; k++)
            assert_int_equal(order[k], next_integer(&at));
        at = strstr(at, "idx[195:200]") + strlen("idx[195:200]");
        for (int k = 195; k < 200; k++)
            assert_int_equal(order[k], next_integer(&at));
    }
    char prefix[64];
    snprintf(prefix, sizeof prefix, "run %c after: pos", name);
    char *at = find_line(prefix);
    assert_int_equal(random->position, next_integer(&at));
    at = strstr(at, "has_gauss") + strlen("has_gauss");
    assert_int_equal(random->has_gauss, next_integer(&at));
    at = strstr(at, "gauss") + strlen("gauss");
    assert_same_double(random->gauss, next_double(&at));
    if (name == 'C')
        return;
    at = strstr(at, "key[0..2]") + strlen("key[0..2]");
    for (int k = 0; k < 3; k++)
        assert_int_equal(random->key[k], next_integer(&at));
}

static void check_initial_weight(char name, tr_random *random) {
    char prefix[64];
    snprintf(prefix, sizeof prefix, "run %c init w0", name);
    char *at = find_line(prefix);
    at = strpbrk(at, "-0123456789");
    double value = tr_random_normal(random, 0, 0.05);
    assert_non_null(at);
    at = strstr(at, "float32") + strlen("float32");
    assert_same_double((double)(float)value, next_double(&at));
}

static void state_after_whole_runs_is_numpys(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 0);
    check_initial_weight('A', &random);
    check_run('A', &random, 2000);
    /* the second run goes on where the first one left: its weight is the kept half of the pair */
    check_initial_weight('B', &random);
    check_run('B', &random, 2000);
    tr_random_seed(&random, 2);
    check_initial_weight('C', &random);
    check_run('C', &random, 2000);
}

static void noise_of_the_sine_is_numpys(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 0);
    char *at = find_line("sine noise[0:3]");
    for (int k = 0; k < 3; k++)
        assert_same_double(tr_random_normal(&random, 0, 0.2), next_double(&at));
    for (int k = 3; k < 199; k++)
        tr_random_normal(&random, 0, 0.2);
    at = strstr(at, "noise[199]") + strlen("noise[199]");
    assert_same_double(tr_random_normal(&random, 0, 0.2), next_double(&at));
    assert_false(random.has_gauss);
    assert_int_equal(random.position, 516);
}

static void interval_stays_in_range(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 7);
    tr_random before = random;
    assert_int_equal(tr_random_interval(&random, 0), 0);
    assert_memory_equal(&before, &random, sizeof random);
    const uint32_t limits[] = {1, 2, 6, 255, 256, 1000003, UINT32_MAX};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        bool low = false, high = false;
        for (int k = 0; k < 2000; k++) {
            uint32_t value = tr_random_interval(&random, limits[i]);
            assert_true(value <= limits[i]);
            low |= value <= limits[i] / 2;
            high |= value > limits[i] / 2;
        }
        assert_true(low && high);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_doubles_are_numpys),
        cmocka_unit_test(normals_are_numpys),
        cmocka_unit_test(uniforms_are_numpys),
        cmocka_unit_test(shuffles_accumulate_in_place),
        cmocka_unit_test(state_after_whole_runs_is_numpys),
        cmocka_unit_test(noise_of_the_sine_is_numpys),
        cmocka_unit_test(interval_stays_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
