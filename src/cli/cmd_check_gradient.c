#include "cli.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/trainer.h>

static const tr_help help = {
    .command = "check-gradient",
    .usage = "[OPTION…]",
    .description =
        "Trains a net, and compares the gradient that training would follow next, which\n"
        "backpropagation computes in float32 on all data, with central differences of the\n"
        "loss in double precision, for every parameter; with --epochs 0 before training.\n"
        "Errors are relative to what the derivative is made of. Where an activation or\n"
        "the loss has a kink within the difference there is no derivative, and the\n"
        "parameter does not count. Ends with 1 if an error is above 0.00001, which a\n"
        "wrong formula exceeds by far, or if no parameter counts.\n",
    .examples = "  trainreel check-gradient --data sine --model 5:tanh,1\n"
                "  trainreel check-gradient --data xor --model 4:elu,1 --epochs 0\n"};

static tr_gradient_verdict judge(const tr_gradient_check *checks, size_t count) {
    tr_gradient_verdict result = {0};
    for (size_t p = 0; p < count; p++) {
        if (checks[p].at_kink) {
            result.n_kinks++;
            continue;
        }
        result.n_compared++;
        if (!(checks[p].relative_error <= result.largest_error)) { /* NaN too */
            result.largest_error = checks[p].relative_error;
            result.worst = p;
        }
    }
    result.right = result.n_compared > 0 && result.largest_error <= TR_GRADIENT_TOLERANCE;
    return result;
}

static int name_width(const tr_network *network) {
    int width = (int)strlen("parameter");
    for (size_t p = 0; p < tr_network_n_params(network); p++) {
        char name[64];
        tr_network_param_name(network, p, name, sizeof name);
        width = MAX(width, (int)strlen(name));
    }
    return width;
}

static void print_table(const tr_network *network, const tr_gradient_check *checks,
                        const tr_gradient_verdict *result) {
    const size_t n_params = tr_network_n_params(network);
    const int width = name_width(network);
    char name[64];
    printf("%-*s  backpropagated  central difference  relative error\n", width, "parameter");
    for (size_t p = 0; p < n_params; p++) {
        tr_network_param_name(network, p, name, sizeof name);
        printf("%-*s  %14.7g  %18.7g  ", width, name, checks[p].backpropagated,
               checks[p].central_difference);
        if (checks[p].at_kink)
            printf("%14s\n", "at a kink");
        else
            printf("%14.1e\n", checks[p].relative_error);
    }
    printf("%zu parameters after %llu iterations, %zu at a kink", n_params,
           (unsigned long long)result->n_iterations, result->n_kinks);
    if (result->n_compared == 0) {
        printf(": nothing could be compared\n");
        return;
    }
    tr_network_param_name(network, result->worst, name, sizeof name);
    printf("; the largest relative error is %.1e, of %s: the gradient is %s\n",
           result->largest_error, name, result->right ? "right" : "wrong");
}

static tr_status note_iteration(const tr_snapshot *snapshot, void *n_iterations) {
    *(uint64_t *)n_iterations = snapshot->iteration;
    return TR_OK;
}

static int check(const tr_settings *settings, bool json) {
    tr_diag diag = {0};
    tr_run *run;
    tr_catch_signals();
    tr_status status = tr_run_create(&run, settings, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    const size_t n_params = tr_network_n_params(run->network);
    uint64_t n_iterations = 0;
    run->training.options.cancel = tr_interruption();
    status = tr_fit(run->network, run->params, run->dataset, &run->training.options, &run->random,
                    note_iteration, &n_iterations, &diag);
    tr_gradient_check *checks = g_try_new0(tr_gradient_check, n_params);
    if (!status)
        status =
            checks ? tr_check_gradient(run->network, run->params, run->dataset,
                                       run->training.options.loss, tr_interruption(), checks, &diag)
                   : TR_ERROR_MEMORY;
    tr_release_pipe_signal();
    int exit_code = EXIT_DONE;
    if (status) {
        exit_code = tr_report_failure(help.command, status, &diag);
    } else {
        tr_gradient_verdict result = judge(checks, n_params);
        result.n_iterations = n_iterations;
        char *text = json ? tr_gradient_to_json(run->network, checks, &result) : NULL;
        if (text)
            puts(text);
        else if (json)
            exit_code = tr_report_failure(help.command, TR_ERROR_MEMORY, &diag);
        else
            print_table(run->network, checks, &result);
        free(text);
        if (!exit_code && !result.right)
            exit_code = EXIT_WORK;
    }
    g_free(checks);
    tr_run_destroy(&run);
    return exit_code;
}

int tr_cmd_check_gradient(int argc, char **argv, tr_settings *settings) {
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print the table as one JSON object", NULL}, {0}};
    int exit_code;
    tr_parse_options(argc, argv, &help, TR_FOR_CHECK_GRADIENT, entries, settings, &exit_code);
    if (exit_code < 0)
        exit_code = check(settings, json);
    return exit_code;
}
