#include "cli.h"
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <trainreel/trainer.h>

static const tr_help help = {
    .command = "check-gradient",
    .usage = "[OPTION…]",
    .description =
        "Compares the gradient that training follows, which backpropagation computes in\n"
        "float32, with central differences of the loss on all data in double precision,\n"
        "for every parameter of a net before its training. Errors are relative to what\n"
        "the derivative is made of. Where an activation or the loss has a kink within the\n"
        "difference there is no derivative, and the parameter does not count. Ends with 1\n"
        "if an error is above 0.00001, which a wrong formula exceeds by far.\n",
    .examples = "  trainreel check-gradient --data sine --model 5:tanh,1\n"
                "  trainreel check-gradient --data xor --model 4:elu,1:sigmoid\n"};

typedef struct verdict {
    double largest_error;
    size_t n_kinks;
    bool good;
} verdict;

static verdict judge(const tr_gradient_check *checks, size_t count) {
    verdict result = {.good = true};
    for (size_t p = 0; p < count; p++) {
        result.n_kinks += checks[p].at_kink;
        if (checks[p].at_kink)
            continue;
        if (!(checks[p].relative_error <= result.largest_error))
            result.largest_error = checks[p].relative_error;
        result.good = result.good && checks[p].relative_error <= TR_GRADIENT_TOLERANCE;
    }
    return result;
}

static void print_table(const tr_network *network, const tr_gradient_check *checks,
                        const verdict *result) {
    size_t n_params = tr_network_n_params(network);
    printf("%-16s %15s %18s %15s\n", "parameter", "backpropagated", "central difference",
           "relative error");
    for (size_t p = 0; p < n_params; p++) {
        char name[64];
        tr_network_param_name(network, p, name, sizeof name);
        printf("%-16s %15.7g %18.7g ", name, checks[p].backpropagated,
               checks[p].central_difference);
        if (checks[p].at_kink)
            printf("%15s\n", "at a kink");
        else
            printf("%15.1e\n", checks[p].relative_error);
    }
    printf("%zu parameters, %zu at a kink; the largest relative error is %.1e: %s\n", n_params,
           result->n_kinks, result->largest_error,
           result->good ? "the gradient is right" : "the gradient is wrong");
}

static int check(const tr_settings *settings, bool json) {
    tr_diag diag = {0};
    tr_run *run;
    tr_status status = tr_run_create(&run, settings, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    size_t n_params = tr_network_n_params(run->network);
    tr_gradient_check *checks = g_try_new0(tr_gradient_check, n_params);
    status = checks ? tr_check_gradient(run->network, run->params, run->dataset,
                                        run->training.options.loss, checks, &diag)
                    : TR_ERROR_MEMORY;
    int exit_code = EXIT_DONE;
    if (status) {
        exit_code = tr_report_failure(help.command, status, &diag);
    } else {
        verdict result = judge(checks, n_params);
        char *text = json ? tr_gradient_to_json(run->network, checks, result.largest_error) : NULL;
        if (text)
            puts(text);
        else if (json)
            exit_code = tr_report_failure(help.command, TR_ERROR_MEMORY, &diag);
        else
            print_table(run->network, checks, &result);
        free(text);
        if (!exit_code && !result.good)
            exit_code = EXIT_WORK;
    }
    g_free(checks);
    tr_run_destroy(&run);
    return exit_code;
}

int tr_cmd_check_gradient(int argc, char **argv) {
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "print the table as one JSON object", NULL}, {0}};
    tr_diag diag = {0};
    tr_settings *settings;
    tr_status status = tr_settings_create(&settings, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    int exit_code;
    tr_parse_options(argc, argv, &help, TR_FOR_CHECK_GRADIENT, entries, settings, &exit_code);
    if (exit_code < 0)
        exit_code = check(settings, json);
    tr_settings_destroy(&settings);
    return exit_code;
}
