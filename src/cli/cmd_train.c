#include "cli.h"
#include "destination.h"
#include "run.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "train",
    .usage = "[OPTION…]",
    .description =
        "Trains a net the way Keras does, number for number, and writes a CSV line for\n"
        "every iteration, the initial state first:\n"
        "\n"
        "  iteration,epoch,batch_size,loss,full_loss,w,b\n"
        "\n"
        "loss is that of the batch before the update, full_loss that of all data after\n"
        "it; w and b are the parameters after it, which in a larger net are called\n"
        "dense1.w.0.2 (layer, input, unit) and dense1.b.2. Numbers have the digits that\n"
        "bring float32 back exactly.\n",
    .examples = "  trainreel train -o neuron.csv\n"
                "  trainreel train --batch-size 200 --epochs 100 | tail -n 1\n"};

/* Writes to the file, or with NULL to the standard output. */
static tr_status train(const tr_settings *settings, const char *path, tr_diag *diag) {
    tr_destination to = {0};
    tr_table *table = NULL;
    tr_run *run;
    tr_catch_signals();
    tr_status status = tr_output_spare(path, settings->data_file, diag);
    if (status)
        return status;
    status = tr_run_create(&run, settings, NULL, diag);
    if (!status)
        status = tr_destination_open(&to, path, diag);
    if (!status)
        status = tr_table_create(&table, run->network, run->dataset, run->training.options.loss,
                                 tr_destination_write, &to, diag);
    if (!status) {
        run->training.options.cancel = tr_interruption();
        status = tr_fit(run->network, run->params, run->dataset, &run->training.options,
                        &run->random, tr_table_step, table, diag);
        tr_table_explain(table, diag);
    }
    if (!status)
        status = tr_table_finish(table, diag);
    status = tr_destination_close(&to, status, diag);
    tr_table_destroy(&table);
    tr_run_destroy(&run);
    return status;
}

int tr_cmd_train(int argc, char **argv, tr_settings *settings) {
    char *path = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &path,
         "file to write, which appears when it is complete [the standard output]", "FILE"},
        {0}};
    tr_diag diag = {0};
    tr_status status = TR_OK;
    int exit_code;
    tr_parse_options(argc, argv, &help, TR_FOR_TRAIN, entries, settings, &exit_code);
    if (exit_code < 0 && path && !*path) {
        tr_complain(help.command, "--output: the name of a file is wanted");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0)
        status = train(settings, path, &diag);
    if (exit_code < 0)
        exit_code = status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
    g_free(path);
    return exit_code;
}
