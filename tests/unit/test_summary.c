#include "support.h"

#include "summary.h"

#include <glib.h>
#include <math.h>

/* A net that predicts w x + b of one sample, x = 1 and y = 0, so that with b = 0 its loss is w^2. */
typedef struct one_sample {
    tr_dataset *dataset;
    tr_source source;
    tr_network *network;
    tr_recording *recording;
} one_sample;

static void create_one_sample(one_sample *s, const float (*states)[2], size_t n_states) {
    tr_diag diag = {0};
    const tr_layer layer = {.n_units = 1};
    assert_ok(tr_dataset_create(&s->dataset, 1, 1, 1, &diag), diag);
    s->dataset->x[0] = 1;
    s->dataset->y[0] = 0;
    assert_ok(tr_network_create(&s->network, 1, &layer, 1, &diag), diag);
    assert_ok(tr_recording_create(&s->recording, 2, &diag), diag);
    s->source = (tr_source){.network = s->network, .dataset = s->dataset};
    for (size_t i = 0; i < n_states; i++) {
        const float params[] = {states[i][0], 0};
        const tr_snapshot snapshot = {.iteration = i,
                                      .batch_size = i > 0,
                                      .samples_seen = i,
                                      .loss = i ? states[i][1] : NAN,
                                      .n_params = 2,
                                      .params = params};
        assert_ok(tr_recording_append(s->recording, &snapshot, &diag), diag);
    }
}

static void destroy_one_sample(one_sample *s) {
    tr_recording_destroy(&s->recording);
    tr_network_destroy(&s->network);
    tr_dataset_destroy(&s->dataset);
}

static tr_run_summary summarize(const one_sample *s, const char *levels) {
    tr_diag diag = {0};
    tr_run_summary summary;
    assert_ok(tr_summarize(&summary, &s->source, s->recording, levels, NULL, NULL, &diag), diag);
    return summary;
}

static void losses_are_counted(void **state) {
    (void)state;
    /* w after the iteration, and the loss of its batch before it */
    static const float states[][2] = {{2, 0},    {1, 4},     {3, 1},       {0.5f, 1.5f},
                                      {0.5f, 1}, {0.25f, 2}, {0.75f, 1.5f}};
    one_sample s;
    create_one_sample(&s, states, G_N_ELEMENTS(states));
    tr_run_summary summary = summarize(&s, "5,4,1,0.25,0.1,0.01");
    assert_int_equal(summary.n_iterations, 6);
    assert_true(summary.final_full_loss == 0.5625);
    assert_int_equal(summary.n_loss_rises, 2);      /* 1 to 1.5, 1 to 2 */
    assert_int_equal(summary.n_full_loss_rises, 2); /* w from 1 to 3, 0.25 to 0.75 */
    assert_int_equal(summary.first_below[0], 0);    /* the initial state */
    assert_int_equal(summary.first_below[1], 1);    /* 4 is not below 4 */
    assert_int_equal(summary.first_below[2], 3);
    assert_int_equal(summary.first_below[3], 5);
    assert_int_equal(summary.first_below[4], 5);
    assert_true(summary.first_below[5] == TR_NEVER);
    destroy_one_sample(&s);
}

static void what_is_not_finite_is_neither_above_nor_below(void **state) {
    (void)state;
    static const float states[][2] = {{1, 0}, {2, 1}, {1e30f, 3}, {NAN, 5}, {1, 2}};
    one_sample s;
    create_one_sample(&s, states, G_N_ELEMENTS(states));
    tr_run_summary summary = summarize(&s, "0.5");
    assert_int_equal(summary.n_full_loss_rises, 2); /* to 4, and beyond all numbers */
    assert_int_equal(summary.n_loss_rises, 2);
    assert_true(summary.first_below[0] == TR_NEVER);
    destroy_one_sample(&s);
    create_one_sample(&s, states, 4);
    summary = summarize(&s, "0.5");
    assert_true(isnan(summary.final_full_loss));
    destroy_one_sample(&s);
    create_one_sample(&s, states, 1); /* not trained at all */
    summary = summarize(&s, "2,1");
    assert_int_equal(summary.n_iterations + summary.n_loss_rises + summary.n_full_loss_rises, 0);
    assert_int_equal(summary.first_below[0], 0);
    assert_true(summary.first_below[1] == TR_NEVER);
    destroy_one_sample(&s);
}

static bool is_stopping(const void *context) {
    return context != NULL;
}

static void a_summary_can_be_ended(void **state) {
    (void)state;
    static const float states[][2] = {{1, 0}, {2, 1}};
    one_sample s;
    tr_diag diag = {0};
    tr_run_summary summary;
    create_one_sample(&s, states, 2);
    assert_int_equal(tr_summarize(&summary, &s.source, s.recording, "1", is_stopping, &s, &diag),
                     TR_ERROR_CANCELLED);
    destroy_one_sample(&s);
}

/* ---- text ---- */

static tr_plan *parse(const char *artifact) {
    tr_diag diag = {0};
    tr_plan *plan;
    char *text = g_strdup_printf("runs: {a: {}, b: {}}\nartifacts:\n  s.csv: %s\n", artifact);
    assert_ok(tr_plan_parse(&plan, "p.yaml", text, strlen(text), NULL, 0, NULL, NULL, &diag), diag);
    g_free(text);
    return plan;
}

static const tr_run_summary example = {.n_iterations = 4000,
                                       .final_full_loss = 0.0044,
                                       .first_below = {315, TR_NEVER, TR_NEVER},
                                       .n_loss_rises = 12,
                                       .n_full_loss_rises = 0,
                                       .seconds = 0.0625};

static void lines_have_the_settings_and_the_numbers(void **state) {
    (void)state;
    tr_plan *plan = parse("{compare: a, vary: {model: ['3:relu,1', '1'], train.batch_size: [8, "
                          "9]}, levels: '0.1,1e-3', seconds: yes}");
    GString *text = g_string_new(NULL);
    tr_run_summary other = example;
    other.diverged_at = 4001;
    other.final_full_loss = (double)INFINITY;
    other.seconds = (double)NAN; /* not trained here */
    tr_summary_append_names(text, &plan->artifacts[0]);
    tr_summary_append_line(text, &plan->artifacts[0], 1, &example);
    tr_summary_append_line(text, &plan->artifacts[0], 2, &other);
    assert_string_equal(
        text->str,
        "label,model.layers,train.batch_size,iterations,final_full_loss,below_0.1,below_1e-3,"
        "loss_rises,full_loss_rises,diverged_at,seconds\n"
        "\"3:relu,1, batch size 9\",\"3:relu:glorot_uniform,1:linear:glorot_uniform\",9,4000,"
        "0.0044,315,,12,0,,0.062\n"
        "\"1:linear, batch size 8\",1:linear:glorot_uniform,8,4000,inf,315,,12,0,4001,\n");
    g_string_free(text, TRUE);
    tr_plan_destroy(&plan);
    plan = parse("{compare: [a, b]}");
    text = g_string_new(NULL);
    other.final_full_loss = (double)-NAN;
    tr_summary_append_names(text, &plan->artifacts[0]);
    tr_summary_append_line(text, &plan->artifacts[0], 1, &other);
    assert_string_equal(text->str, "label,iterations,final_full_loss,below_0.1,below_0.01,"
                                   "below_0.001,loss_rises,full_loss_rises,diverged_at\n"
                                   "b,4000,nan,315,,,12,0,4001\n");
    g_string_free(text, TRUE);
    tr_plan_destroy(&plan);
}

static void a_summary_comes_back(void **state) {
    (void)state;
    const char text[] = "label,x.y,below_0.1\n\"a \"\"b\"\", c\",\"1,2\",\nd,3,4\n";
    tr_diag diag = {0};
    tr_summary *summary;
    assert_ok(tr_summary_parse(&summary, text, &diag), diag);
    assert_int_equal(summary->n_lines, 2);
    assert_string_equal(summary->names[2], "below_0.1");
    assert_string_equal(summary->lines[0][0], "a \"b\", c");
    assert_string_equal(summary->lines[0][1], "1,2");
    assert_string_equal(summary->lines[0][2], "");
    assert_string_equal(summary->lines[1][2], "4");
    tr_summary_destroy(&summary);
    assert_null(summary);
    static const char *const wrong[] = {
        "", "label", "x\n", "label,a\nb\n", "label\na,b\n", "label\n\"a\n", "label,a\nb,c"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_int_equal(tr_summary_parse(&summary, wrong[i], NULL), TR_ERROR_INPUT);
        assert_null(summary);
    }
}

static void a_table_has_columns(void **state) {
    (void)state;
    const char text[] = "label,train.batch_size,iterations,final_full_loss,below_0.1,loss_rises,"
                        "full_loss_rises,diverged_at,seconds\n"
                        "batch size 8,8,4000,0.00443511,315,12,0,,0.062\n"
                        "t\u00e4st,128,5,inf,,0,3,6,10.000\n";
    tr_diag diag = {0};
    tr_summary *summary;
    assert_ok(tr_summary_parse(&summary, text, &diag), diag);
    char *table = tr_summary_format(summary);
    assert_string_equal(
        table,
        "              iterations     loss  < 0.1  batch rose  loss rose  diverged at  seconds\n"
        "batch size 8        4000  0.00444    315          12          0            -    0.062\n"
        "t\u00e4st                   5      inf      -           0          3            6   "
        "10.000\n");
    g_free(table);
    g_free(summary->lines[1][7]);
    summary->lines[1][7] = g_strdup("");
    table = tr_summary_format(summary);
    assert_null(strstr(table, "diverged")); /* hardly ever */
    g_free(table);
    tr_summary_destroy(&summary);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_counted),
        cmocka_unit_test(what_is_not_finite_is_neither_above_nor_below),
        cmocka_unit_test(a_summary_can_be_ended),
        cmocka_unit_test(lines_have_the_settings_and_the_numbers),
        cmocka_unit_test(a_summary_comes_back),
        cmocka_unit_test(a_table_has_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
