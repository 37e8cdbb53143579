#include "support.h"

#include "describe.h"

#include <glib.h>
#include <math.h>

/* A recording of `n_states` states of a net, and what it was made of. */
typedef struct recorded {
    tr_dataset *dataset;
    tr_network *network;
    tr_recording *recording;
    tr_source source;
} recorded;

static void make(recorded *r, const tr_layer *layers, size_t n_layers, size_t n_samples,
                 const double *x, const double *y, size_t n_inputs, size_t n_outputs) {
    tr_diag diag = {0};
    assert_ok(tr_dataset_create(&r->dataset, n_samples, n_inputs, n_outputs, &diag), diag);
    memcpy(r->dataset->x, x, n_samples * n_inputs * sizeof *x);
    memcpy(r->dataset->y, y, n_samples * n_outputs * sizeof *y);
    assert_ok(tr_network_create(&r->network, n_inputs, layers, n_layers, &diag), diag);
    assert_ok(tr_recording_create(&r->recording, tr_network_n_params(r->network), &diag), diag);
    r->source = (tr_source){.network = r->network, .dataset = r->dataset};
}

static void record(recorded *r, uint64_t iteration, float loss, const float *params) {
    tr_diag diag = {0};
    const tr_snapshot snapshot = {.iteration = iteration,
                                  .loss = loss,
                                  .n_params = tr_network_n_params(r->network),
                                  .params = params};
    assert_ok(tr_recording_append(r->recording, &snapshot, &diag), diag);
}

static void destroy(recorded *r) {
    tr_recording_destroy(&r->recording);
    tr_network_destroy(&r->network);
    tr_dataset_destroy(&r->dataset);
}

static void assert_described(const recorded *r, const char *scene, int64_t iteration, bool is_video,
                             const char *expected) {
    tr_diag diag = {0};
    tr_settings settings = {.scene = (char *)scene, .iteration = iteration};
    char *text;
    assert_ok(tr_describe_run(&text, &r->source, r->recording, &settings, is_video, &diag), diag);
    assert_string_equal(text, expected);
    g_free(text);
}

static const tr_layer line = {.n_units = 1};
static const double xs[] = {0, 1, 2, 3}, rising[] = {0, 1, 2, 3};

/* A line that turns from flat to the data's in three iterations. */
static void make_line(recorded *r) {
    static const float states[][2] = {{0, 0.5f}, {0.5f, 0.5f}, {0.75f, 0.25f}, {1, 0.0625f}};
    static const float losses[] = {NAN, 2, 0.25f, 0.5f};
    make(r, &line, 1, 4, xs, rising, 1, 1);
    for (size_t i = 0; i < 4; i++)
        record(r, i, losses[i], states[i]);
}

static void a_change_too_small_to_be_read_is_none(void **state) {
    (void)state;
    static const float states[][2] = {{0, 1}, {0, 1.0009765625f}, {0, 0.9990234375f}};
    for (size_t i = 1; i < 3; i++) {
        recorded r;
        make(&r, &line, 1, 4, xs, rising, 1, 1);
        record(&r, 0, NAN, states[0]);
        record(&r, 1, 2, states[i]);
        assert_described(
            &r, "fit", -1, true,
            "The prediction starts flat at 1 and ends flat at 1, 1 away from the data on average, "
            "and 2 at most, at x = 3. The error on all data stays near 1.5 in 1 iteration.");
        destroy(&r);
    }
}

static void a_fit_is_told_from_beginning_to_end(void **state) {
    (void)state;
    recorded r;
    make_line(&r);
    assert_described(&r, "fit", -1, true,
                     "The prediction starts flat at 0.5 and meets the data at the end: it is then "
                     "0.062 away from it on average, and 0.062 at most, at x = 0. The error on all "
                     "data falls from 2.2 to 0.0039 in 3 iterations.");
    assert_described(
        &r, "fit", 1, false,
        "The prediction is between 0.5 and 2, 0.5 away from the data on average, and 1 "
        "at most, at x = 3. The error on all data is 0.38.");
    destroy(&r);
}

static void errors_are_counted(void **state) {
    (void)state;
    recorded r;
    make_line(&r);
    assert_described(&r, "error", -1, false,
                     "The error of the batches goes from 2 to 0.5; it rises at 1 of 3 iterations.");
    assert_described(&r, "error", 2, false,
                     "The error of the batches goes from 2 to 0.25 and never rises.");
    assert_described(&r, "error", 0, false,
                     "There is no iteration yet whose error could be shown.");
    destroy(&r);
}

static void parameters_have_their_names(void **state) {
    (void)state;
    recorded r;
    make_line(&r);
    assert_described(&r, "weights", -1, false,
                     "The parameters go from w = 0, b = 0.5 to w = 1, b = 0.0625. The error on all "
                     "data is 0.0039.");
    assert_described(&r, "landscape", -1, true,
                     "Contours of the error over both parameters, and the path of the training on "
                     "them: the error falls from 2.2 to 0.0039 in 3 iterations.");
    assert_described(
        &r, "neuron", -1, false,
        "A neuron: each input is multiplied by a weight, the products and the bias are "
        "added, and the sum goes through linear. Here w = 1, b = 0.0625.");
    assert_described(&r, "data", -1, false, "4 samples over x from 0 to 3; y is from 0 to 3.");
    destroy(&r);
}

static void panels_follow_each_other(void **state) {
    (void)state;
    recorded r;
    make_line(&r);
    assert_described(
        &r, "data+error", -1, true,
        "4 samples over x from 0 to 3; y is from 0 to 3. The error of the batches goes "
        "from 2 to 0.5; it rises at 1 of 3 iterations. The error on all data falls from "
        "2.2 to 0.0039 in 3 iterations.");
    destroy(&r);
}

static void classes_are_counted(void **state) {
    (void)state;
    static const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 1};
    static const float first[] = {0, 0, 0}, last[] = {1, 1, 0};
    recorded r;
    make(&r, &line, 1, 4, x, y, 2, 1);
    record(&r, 0, NAN, first);
    record(&r, 7, 1, last);
    assert_described(&r, "fit", -1, true,
                     "The prediction puts 25\u00a0% of the samples on the right side of 0.5 at "
                     "first, and 100\u00a0% at the end. The error on all data falls from 0.75 to "
                     "0.25 in 7 iterations.");
    assert_described(&r, "data", -1, false, "4 samples with 2 inputs; y is from 0 to 1.");
    destroy(&r);
}

static void one_class_of_several_is_the_right_one(void **state) {
    (void)state;
    static const tr_layer softmax = {.n_units = 3, .activation = TR_ACTIVATION_SOFTMAX};
    static const double y[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1};
    static const float params[] = {0, 0, 0, 2, 1, 0};
    recorded r;
    make(&r, &softmax, 1, 4, xs, y, 1, 3);
    r.source.loss = TR_LOSS_CATEGORICAL_CROSSENTROPY;
    record(&r, 0, NAN, params);
    assert_described(
        &r, "fit", -1, true,
        "The prediction puts 25\u00a0% of the samples in the right class. The error on "
        "all data is 1.7.");
    assert_described(&r, "network", -1, false,
                     "A net with 1 input and a layer of 3 units (softmax). The 6 parameters are "
                     "between 0 and 2.");
    destroy(&r);
}

static void what_is_not_finite_is_said_to_be(void **state) {
    (void)state;
    static const float first[] = {1, 0}, last[] = {INFINITY, 0};
    static const float overflowing[] = {3e38f, 0};
    recorded r;
    make(&r, &line, 1, 4, xs, rising, 1, 1);
    record(&r, 0, NAN, first);
    record(&r, 1, 1, last);
    assert_described(
        &r, "fit", -1, true,
        "The prediction is not finite any more. The error on all data goes from 0 to a "
        "number that is not finite in 1 iteration.");
    destroy(&r);
    make(&r, &line, 1, 4, xs, rising, 1, 1);
    record(&r, 0, NAN, first);
    record(&r, 1, 1, overflowing);
    assert_described(&r, "landscape", -1, true,
                     "Contours of the error over both parameters, and the path of the training on "
                     "them: the error grows from 0 beyond all bounds in 1 iteration.");
    destroy(&r);
}

static void numbers_are_short(void **state) {
    (void)state;
    static const float states[][2] = {{-12345678, 0}, {-1e-7f, 1234.5f}};
    recorded r;
    make(&r, &line, 1, 4, xs, rising, 1, 1);
    record(&r, 0, NAN, states[0]);
    record(&r, 1000, 1, states[1]);
    assert_described(&r, "weights", 1000, false,
                     "The parameters go from w = \u221212345678, b = 0 to w = \u22121e\u22127, b = "
                     "1234. The error on all data is 1520290.");
    destroy(&r);
}

static void an_empty_recording_is_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_settings settings = {.scene = "fit", .iteration = -1};
    recorded r;
    char *text;
    make(&r, &line, 1, 4, xs, rising, 1, 1);
    assert_int_equal(tr_describe_run(&text, &r.source, r.recording, &settings, true, &diag),
                     TR_ERROR_ARGUMENT);
    assert_null(text);
    assert_true(*diag.text);
    destroy(&r);
}

static void every_compared_run_has_a_clause(void **state) {
    (void)state;
    tr_diag diag = {0};
    recorded a, b;
    char *text;
    make_line(&a);
    make_line(&b);
    const tr_compared_run runs[] = {
        {.label = "batch size 1", .source = &a.source, .recording = a.recording},
        {.label = "batch size 8", .source = &b.source, .recording = b.recording, .diverged_at = 4}};
    const tr_comparison comparison = {.n_runs = 2, .runs = runs, .align = TR_ALIGN_EPOCH};
    tr_settings settings = {.scene = "fit+error"};
    assert_ok(tr_describe_comparison(&text, &comparison, &settings, &diag), diag);
    assert_string_equal(text,
                        "2 runs side by side, aligned by epochs. The error on all data falls from "
                        "2.2 to 0.0039 in 3 iterations (batch size 1), to 0.0039 in 3 iterations "
                        "(batch size 8, diverged at iteration 4).");
    g_free(text);
    settings.scene = "error";
    assert_ok(tr_describe_comparison(&text, &comparison, &settings, &diag), diag);
    assert_true(
        g_str_has_prefix(text, "The errors of 2 runs in one panel, aligned by epochs. The error"));
    g_free(text);
    destroy(&a);
    destroy(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fit_is_told_from_beginning_to_end),
        cmocka_unit_test(a_change_too_small_to_be_read_is_none),
        cmocka_unit_test(errors_are_counted),
        cmocka_unit_test(parameters_have_their_names),
        cmocka_unit_test(panels_follow_each_other),
        cmocka_unit_test(classes_are_counted),
        cmocka_unit_test(one_class_of_several_is_the_right_one),
        cmocka_unit_test(what_is_not_finite_is_said_to_be),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(an_empty_recording_is_refused),
        cmocka_unit_test(every_compared_run_has_a_clause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
