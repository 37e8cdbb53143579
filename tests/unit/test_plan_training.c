#include "support.h"

#include "training.h"

static void read_plan(tr_plan **plan, const char *text) {
    tr_diag diag = {0};
    assert_ok(tr_plan_parse(plan, "a.yaml", text, strlen(text), NULL, 0, NULL, NULL, &diag), diag);
}

static const char chain[] = "runs:\n"
                            "  first: {train: {epochs: 3, seed: 5}}\n"
                            "  second: {extends: first, train: {seed_from: first}}\n"
                            "  third:\n"
                            "    extends: first\n"
                            "    data: {from: second}\n"
                            "    train: {seed_from: first}\n"
                            "artifacts:\n"
                            "  a.csv: {run: first}\n";

/* The parameters and the generator after training `run`, which starts where `random` is. */
static void train_after(tr_random *random, float *params) {
    tr_diag diag = {0};
    post_run run;
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_SGD);
    options.epochs = 3;
    create_post_run(&run, 0);
    tr_network_init_params(run.network, random, params);
    assert_ok(tr_fit(run.network, params, run.dataset, &options, random, NULL, NULL, &diag), diag);
    destroy_post_run(&run);
}

static void runs_go_on_where_others_left(void **state) {
    (void)state;
    tr_plan *plan;
    tr_diag diag = {0};
    read_plan(&plan, chain);
    tr_random random;
    float params[2];
    tr_random_seed(&random, 5);
    train_after(&random, params); /* the first run, once, for both of the others */
    for (size_t i = 1; i < 3; i++) {
        tr_plan_training *training;
        tr_random expected = random;
        assert_ok(tr_plan_training_create(&training, plan, i, NULL, NULL, &diag), diag);
        tr_run *run = tr_plan_training_run(training);
        assert_int_equal(run->own_dataset == NULL, i == 2); /* it has the second's data */
        assert_ok(tr_fit(run->network, run->params, run->dataset, &run->training.options,
                         run->training.random, NULL, NULL, &diag),
                  diag);
        train_after(&expected, params);
        assert_memory_equal(run->params, params, sizeof params);
        tr_plan_training_destroy(&training);
        assert_null(training);
    }
    tr_plan_destroy(&plan);
}

static tr_status give_up(const tr_snapshot *snapshot, void *context) {
    (void)context;
    return snapshot->iteration == 2 ? TR_ERROR_CANCELLED : TR_OK;
}

static void trainings_that_are_needed_can_be_cancelled(void **state) {
    (void)state;
    tr_plan *plan;
    tr_plan_training *training;
    tr_diag diag = {0};
    read_plan(&plan, chain);
    assert_ok(tr_plan_training_create(&training, plan, 0, give_up, NULL, &diag), diag);
    tr_plan_training_destroy(&training);
    assert_int_equal(tr_plan_training_create(&training, plan, 1, give_up, NULL, &diag),
                     TR_ERROR_CANCELLED);
    assert_null(training);
    tr_plan_destroy(&plan);
}

static void data_that_is_missing_is_an_error(void **state) {
    (void)state;
    tr_plan *plan;
    tr_plan_training *training;
    tr_diag diag = {0};
    read_plan(&plan, "runs:\n  one: {data: {kind: csv, file: nothing.csv}}\n"
                     "artifacts:\n  a.csv: {run: one}\n");
    assert_int_equal(tr_plan_training_create(&training, plan, 0, NULL, NULL, &diag),
                     TR_ERROR_INPUT);
    assert_text_contains(diag.text, "nothing.csv");
    assert_null(training);
    tr_plan_destroy(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_go_on_where_others_left),
        cmocka_unit_test(trainings_that_are_needed_can_be_cancelled),
        cmocka_unit_test(data_that_is_missing_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
