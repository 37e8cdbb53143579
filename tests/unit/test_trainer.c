#include "support.h"

#include <math.h>

/* Compares every step with a line of a reference file. */
typedef struct reference_run {
    FILE *file;
    bool has_epoch;     /* iteration,epoch,batch_len,loss,w,b instead of iter,loss,len,w,b */
    bool every_line;    /* the file has all iterations */
    double param_error; /* largest seen so far */
    double loss_error;
    uint64_t n_compared;
    unsigned long next; /* the line that was read last */
    double loss, w, b;
    unsigned long batch_size;
} reference_run;

static bool read_line(reference_run *reference) {
    unsigned long epoch;
    if (reference->has_epoch)
        return fscanf(reference->file, "%lu,%lu,%lu,%lf,%lf,%lf", &reference->next, &epoch,
                      &reference->batch_size, &reference->loss, &reference->w, &reference->b) == 6;
    return fscanf(reference->file, "%lu,%lf,%lu,%lf,%lf", &reference->next, &reference->loss,
                  &reference->batch_size, &reference->w, &reference->b) == 5;
}

static tr_status compare(const tr_snapshot *snapshot, void *context) {
    reference_run *reference = context;
    if (snapshot->iteration == 0)
        return TR_OK;
    if (reference->every_line || snapshot->iteration > reference->next) {
        if (!read_line(reference))
            return TR_OK; /* n_compared tells */
    }
    if (snapshot->iteration != reference->next)
        return TR_OK;
    assert_int_equal(snapshot->batch_size, reference->batch_size);
    reference->param_error =
        fmax(reference->param_error, fmax(fabs((double)snapshot->params[0] - reference->w),
                                          fabs((double)snapshot->params[1] - reference->b)));
    reference->loss_error =
        fmax(reference->loss_error, fabs((double)snapshot->loss - reference->loss));
    reference->n_compared++;
    return TR_OK;
}

static void open_reference(reference_run *reference, const char *path) {
    char header[128];
    reference->file = fopen(path, "r");
    assert_non_null(reference->file);
    assert_non_null(fgets(header, sizeof header, reference->file));
}

static void the_posts_run_is_keras_number_for_number(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    reference_run reference = {.every_line = true};
    open_reference(&reference, TEST_DATA "/keras032_neuron_bs128.csv");
    char text[32];
    snprintf(text, sizeof text, "%.2f, %.2f", (double)run.params[0], (double)run.params[1]);
    assert_string_equal(text, "0.09, 0.00");
    const tr_fit_options options = {.batch_size = 128, .epochs = 2000, .learning_rate = 0.01};
    assert_int_equal(tr_fit_iterations(&options, 200), 4000);
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, compare,
                     &reference, &diag),
              diag);
    assert_int_equal(reference.n_compared, 4000);
    if (reference.param_error > 1e-6 || reference.loss_error > 1e-7)
        fail_msg("off by %g and %g", reference.param_error, reference.loss_error);
    snprintf(text, sizeof text, "%.2f, %.2f", (double)run.params[0], (double)run.params[1]);
    assert_string_equal(text, "1.69, -1.54");
    /* what NumPy's generator has come to; see rng_vectors.txt, run A */
    assert_int_equal(run.random.position, 222);
    assert_true(run.random.has_gauss);
    assert_int_equal(run.random.key[0], 2435083209u);
    fclose(reference.file);
    destroy_post_run(&run);
}

static void batch_size_32_follows_the_float64_run(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    reference_run reference = {.has_epoch = true};
    open_reference(&reference, TEST_DATA "/neuron_bs032_f64.csv");
    const tr_fit_options options = {.batch_size = 32, .epochs = 2000, .learning_rate = 0.01};
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, compare,
                     &reference, &diag),
              diag);
    assert_int_equal(reference.n_compared, 300);
    /* float32 against float64: not exact, but no drift either */
    if (reference.param_error > 5e-6 || reference.loss_error > 5e-6)
        fail_msg("off by %g and %g", reference.param_error, reference.loss_error);
    fclose(reference.file);
    destroy_post_run(&run);
}

typedef struct step_count {
    uint64_t count;
    uint64_t stop_at;
    tr_status stop_with;
    tr_snapshot last;
} step_count;

static tr_status count_steps(const tr_snapshot *snapshot, void *context) {
    step_count *steps = context;
    assert_int_equal(snapshot->iteration, steps->count);
    if (snapshot->iteration == 0) {
        assert_true(isnan(snapshot->loss));
        assert_int_equal(snapshot->batch_size, 0);
        assert_int_equal(snapshot->samples_seen, 0);
    }
    steps->count++;
    steps->last = *snapshot;
    return snapshot->iteration == steps->stop_at ? steps->stop_with : TR_OK;
}

static void steps_count_epochs_and_samples(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    const tr_fit_options options = {.batch_size = 48, .epochs = 3, .learning_rate = 0.01};
    step_count steps = {.stop_at = UINT64_MAX};
    assert_int_equal(tr_fit_iterations(&options, 200), 15);
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, count_steps,
                     &steps, &diag),
              diag);
    assert_int_equal(steps.count, 16);
    assert_int_equal(steps.last.epoch, 2);
    assert_int_equal(steps.last.batch_size, 200 - 4 * 48);
    assert_int_equal(steps.last.samples_seen, 600);
    destroy_post_run(&run);
}

static void a_step_can_stop_the_training(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    const tr_fit_options options = {.batch_size = 128, .epochs = 100, .learning_rate = 0.01};
    step_count steps = {.stop_at = 5, .stop_with = TR_END};
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, count_steps,
                     &steps, &diag),
              diag);
    assert_int_equal(steps.count, 6);
    steps = (step_count){.stop_at = 0, .stop_with = TR_ERROR_OUTPUT};
    assert_int_equal(tr_fit(run.network, run.params, run.dataset, &options, &run.random,
                            count_steps, &steps, &diag),
                     TR_ERROR_OUTPUT);
    assert_int_equal(steps.count, 1);
    destroy_post_run(&run);
}

static tr_status request_at_5(const tr_snapshot *snapshot, void *cancel) {
    if (snapshot->iteration == 5)
        tr_cancel_request(cancel);
    return snapshot->iteration > 5 ? TR_ERROR_SYSTEM : TR_OK;
}

static void a_request_cancels_the_training(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_cancel cancel = {0};
    post_run run;
    create_post_run(&run, 0);
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.cancel = &cancel;
    assert_int_equal(tr_fit(run.network, run.params, run.dataset, &options, &run.random,
                            request_at_5, &cancel, &diag),
                     TR_ERROR_CANCELLED);
    assert_string_equal(diag.text, "cancelled");
    destroy_post_run(&run);
}

static void a_batch_may_be_larger_than_the_data(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run, same;
    create_post_run(&run, 0);
    create_post_run(&same, 0);
    tr_fit_options options = {.batch_size = 5000, .epochs = 10, .learning_rate = 0.01};
    step_count steps = {.stop_at = UINT64_MAX};
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, count_steps,
                     &steps, &diag),
              diag);
    assert_int_equal(steps.last.batch_size, 200);
    options.batch_size = 200;
    assert_ok(
        tr_fit(same.network, same.params, same.dataset, &options, &same.random, NULL, NULL, &diag),
        diag);
    assert_memory_equal(run.params, same.params, sizeof run.params);
    destroy_post_run(&run);
    destroy_post_run(&same);
}

static void no_epoch_leaves_the_initial_state(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    const float initial = run.params[0];
    const tr_fit_options options = {.batch_size = 128, .epochs = 0, .learning_rate = 0.01};
    step_count steps = {.stop_at = UINT64_MAX};
    assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random, count_steps,
                     &steps, &diag),
              diag);
    assert_int_equal(steps.count, 1);
    assert_true(run.params[0] == initial);
    destroy_post_run(&run);
}

static void divergence_names_iteration_and_learning_rate(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    /* without the ReLU, under which a neuron dies before it runs away */
    const tr_layer linear = {
        .n_units = 1, .activation = TR_ACTIVATION_LINEAR, .init = TR_INIT_NORMAL};
    tr_network_destroy(&run.network);
    assert_ok(tr_network_create(&run.network, 1, &linear, 1, &diag), diag);
    const tr_fit_options options = {.batch_size = 200, .epochs = 5000, .learning_rate = 5};
    step_count steps = {.stop_at = UINT64_MAX};
    assert_int_equal(tr_fit(run.network, run.params, run.dataset, &options, &run.random,
                            count_steps, &steps, &diag),
                     TR_ERROR_DIVERGED);
    char expected[64];
    snprintf(expected, sizeof expected, "iteration %llu (learning rate 5)",
             (unsigned long long)steps.count);
    assert_text_contains(diag.text, expected);
    assert_in_range(steps.count, 5, 100);
    destroy_post_run(&run);
}

static void a_last_update_out_of_range_is_divergence_too(void **state) {
    (void)state;
    tr_diag diag = {0};
    post_run run;
    create_post_run(&run, 0);
    const tr_fit_options options = {.batch_size = 200, .epochs = 1, .learning_rate = 1e39};
    assert_int_equal(
        tr_fit(run.network, run.params, run.dataset, &options, &run.random, NULL, NULL, &diag),
        TR_ERROR_DIVERGED);
    assert_text_contains(diag.text, "a parameter is not finite at iteration 1");
    destroy_post_run(&run);
}

static void impossible_options_are_refused(void **state) {
    (void)state;
    post_run run;
    create_post_run(&run, 0);
    const tr_optimizer adam = TR_OPTIMIZER_ADAM, rmsprop = TR_OPTIMIZER_RMSPROP;
    const struct {
        tr_fit_options options;
        const char *text;
    } wrong[] = {
        {{.batch_size = 0}, "the batch size is at least 1"},
        {{.batch_size = 1, .learning_rate = NAN}, "the learning rate is a number from 0, not nan"},
        {{.batch_size = 1, .learning_rate = INFINITY}, "the learning rate"},
        {{.batch_size = 1, .learning_rate = -1}, "the learning rate"},
        {{.batch_size = 1, .momentum = 1.5}, "the momentum is a number from 0 to 1, not 1.5"},
        {{.batch_size = 1, .momentum = -0.1}, "the momentum"},
        {{.batch_size = 1, .decay = -1}, "the decay is a number from 0, not -1"},
        {{.batch_size = 1, .decay = INFINITY}, "the decay"},
        {{.batch_size = 1, .optimizer = adam, .beta_1 = 1}, "beta_1 is a number from 0 to below 1"},
        {{.batch_size = 1, .optimizer = adam, .beta_2 = 0.99999999}, "beta_2"}, /* 1 as float32 */
        {{.batch_size = 1, .optimizer = adam, .beta_2 = NAN}, "beta_2"},
        {{.batch_size = 1, .optimizer = adam}, "epsilon is a number above 0, not 0"},
        {{.batch_size = 1, .optimizer = rmsprop, .rho = 2}, "rho is a number from 0 to 1, not 2"},
        {{.batch_size = 1, .optimizer = rmsprop, .epsilon = 1e-60}, "epsilon"},
        {{.batch_size = 1, .optimizer = TR_OPTIMIZER_ADAGRAD, .epsilon = -1}, "epsilon"},
        {{.batch_size = 1, .optimizer = (tr_optimizer)9}, "no optimizer with the number 9"},
        {{.batch_size = 1, .loss = (tr_loss)9}, "no loss with the number 9"},
        {{.batch_size = 1, .loss = TR_LOSS_BINARY_CROSSENTROPY},
         "binary_crossentropy wants sigmoid as the last layer's activation"},
        {{.batch_size = 1, .loss = TR_LOSS_CATEGORICAL_CROSSENTROPY},
         "categorical_crossentropy wants softmax as the last layer's activation"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tr_diag diag = {0};
        assert_int_equal(tr_fit(run.network, run.params, run.dataset, &wrong[i].options,
                                &run.random, NULL, NULL, &diag),
                         TR_ERROR_ARGUMENT);
        assert_text_contains(diag.text, wrong[i].text);
    }
    destroy_post_run(&run);
}

/* Tries to train a layer of `n_units` on two samples with these targets. */
static tr_status fit_targets(tr_activation activation, size_t n_units, tr_loss loss,
                             const double *targets, tr_diag *diag) {
    tr_network *network;
    tr_dataset *dataset;
    tr_random random;
    float params[16] = {0};
    const tr_layer layer = {.n_units = n_units, .activation = activation};
    const tr_fit_options options = {
        .batch_size = 2, .epochs = 1, .learning_rate = 0.01, .loss = loss};
    assert_ok(tr_network_create(&network, 1, &layer, 1, diag), *diag);
    assert_ok(tr_dataset_create(&dataset, 2, 1, n_units, diag), *diag);
    memcpy(dataset->y, targets, 2 * n_units * sizeof *targets);
    tr_random_seed(&random, 0);
    tr_status status = tr_fit(network, params, dataset, &options, &random, NULL, NULL, diag);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
    return status;
}

static void targets_must_be_what_the_loss_takes(void **state) {
    (void)state;
    const tr_loss binary = TR_LOSS_BINARY_CROSSENTROPY;
    const tr_loss categorical = TR_LOSS_CATEGORICAL_CROSSENTROPY;
    const struct {
        tr_activation activation;
        size_t n_units;
        tr_loss loss;
        double targets[4];
        const char *text;
    } cases[] = {
        {TR_ACTIVATION_SIGMOID, 1, binary, {0, 1}, NULL},
        {TR_ACTIVATION_SIGMOID, 2, binary, {0.25, 1, 0.5, 1}, NULL},
        {TR_ACTIVATION_SIGMOID, 1, binary, {0, 1.5}, "from 0 to 1, but one of sample 2 is 1.5"},
        {TR_ACTIVATION_SIGMOID, 1, binary, {-1, 1}, "from 0 to 1, but one of sample 1 is -1"},
        {TR_ACTIVATION_SIGMOID, 1, binary, {NAN, 1}, "one of sample 1 is nan"},
        {TR_ACTIVATION_SOFTMAX, 2, categorical, {0, 1, 0.25, 0.75}, NULL},
        {TR_ACTIVATION_SOFTMAX, 2, categorical, {0, 1, 2, -1}, "one of sample 2 is 2"},
        {TR_ACTIVATION_SOFTMAX, 2, categorical, {0, 1, 1, 1}, "those of sample 2 add up to 2"},
        {TR_ACTIVATION_SOFTMAX, 2, TR_LOSS_MEAN_SQUARED_ERROR, {0}, "softmax goes with the loss"},
        {TR_ACTIVATION_TANH, 1, binary, {0}, "binary_crossentropy wants sigmoid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_diag diag = {0};
        const tr_status status = fit_targets(cases[i].activation, cases[i].n_units, cases[i].loss,
                                             cases[i].targets, &diag);
        assert_int_equal(status, cases[i].text ? TR_ERROR_ARGUMENT : TR_OK);
        assert_text_contains(diag.text, cases[i].text ? cases[i].text : "");
    }
}

static void defaults_of_optimizers_are_keras(void **state) {
    (void)state;
    const struct {
        tr_optimizer optimizer;
        double learning_rate, epsilon;
    } expected[] = {{TR_OPTIMIZER_SGD, 0.01, 1e-6},
                    {TR_OPTIMIZER_ADAM, 0.001, 1e-8},
                    {TR_OPTIMIZER_RMSPROP, 0.001, 1e-6},
                    {TR_OPTIMIZER_ADAGRAD, 0.01, 1e-6}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const tr_fit_options options = tr_fit_options_default(expected[i].optimizer);
        assert_true(options.learning_rate == expected[i].learning_rate);
        assert_true(options.epsilon == expected[i].epsilon);
        assert_true(options.beta_1 == 0.9 && options.beta_2 == 0.999 && options.rho == 0.9);
        assert_true(options.momentum == 0 && options.decay == 0 && !options.nesterov);
    }
}

#ifdef COUNTS_ALLOCATIONS
/* The linker sends all calls here; see CMakeLists.txt. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static size_t n_allocations;

void *__wrap_malloc(size_t size) {
    n_allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    n_allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    n_allocations++;
    return __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    n_allocations++;
    return __real_aligned_alloc(alignment, size);
}

static tr_status note_allocations(const tr_snapshot *snapshot, void *context) {
    size_t *counts = context;
    counts[snapshot->iteration > 0] = n_allocations;
    return TR_OK;
}

static void the_loop_allocates_nothing(void **state) {
    (void)state;
    tr_diag diag = {0};
    for (int optimizer = TR_OPTIMIZER_SGD; optimizer <= TR_OPTIMIZER_ADAGRAD; optimizer++) {
        post_run run;
        create_post_run(&run, 0);
        tr_fit_options options = tr_fit_options_default((tr_optimizer)optimizer);
        options.momentum = 0.5;
        size_t before = n_allocations, counts[2] = {0};
        assert_ok(tr_fit(run.network, run.params, run.dataset, &options, &run.random,
                         note_allocations, counts, &diag),
                  diag);
        assert_true(counts[0] > before); /* they are counted */
        assert_int_equal(counts[1], counts[0]);
        assert_int_equal(n_allocations, counts[0]);
        destroy_post_run(&run);
    }
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_posts_run_is_keras_number_for_number),
        cmocka_unit_test(batch_size_32_follows_the_float64_run),
        cmocka_unit_test(steps_count_epochs_and_samples),
        cmocka_unit_test(a_step_can_stop_the_training),
        cmocka_unit_test(a_request_cancels_the_training),
        cmocka_unit_test(a_batch_may_be_larger_than_the_data),
        cmocka_unit_test(no_epoch_leaves_the_initial_state),
        cmocka_unit_test(divergence_names_iteration_and_learning_rate),
        cmocka_unit_test(a_last_update_out_of_range_is_divergence_too),
        cmocka_unit_test(impossible_options_are_refused),
        cmocka_unit_test(targets_must_be_what_the_loss_takes),
        cmocka_unit_test(defaults_of_optimizers_are_keras),
#ifdef COUNTS_ALLOCATIONS
        cmocka_unit_test(the_loop_allocates_nothing),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
