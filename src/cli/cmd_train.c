#include "cli.h"
#include "output.h"
#include "run.h"
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "train",
    .usage = "[OPTION…]",
    .description = "Trains a net the way Keras does, number for number, by default a single ReLU\n"
                   "neuron, and writes a CSV line for every iteration, the initial state first:\n"
                   "\n"
                   "  iteration,epoch,batch_size,loss,full_loss,w,b\n"
                   "\n"
                   "loss is that of the batch before the update, full_loss that of all data after\n"
                   "it; then come all parameters after it, here w and b. Numbers have the digits\n"
                   "that bring float32 back exactly.\n",
    .examples = "  trainreel train -o neuron.csv\n"
                "  trainreel train --batch-size 200 --epochs 100 | tail -n 1\n"};

/* Where the table goes. */
typedef struct destination {
    tr_output *output; /* NULL for the standard output */
    tr_table *table;
} destination;

static tr_status write_bytes(const void *data, size_t size, void *context, tr_diag *diag) {
    destination *to = context;
    if (to->output)
        return tr_output_write(to->output, data, size, diag);
    if (fwrite(data, 1, size, stdout) == size && fflush(stdout) == 0)
        return TR_OK;
    snprintf(diag->text, sizeof diag->text, "standard output: %s", strerror(errno));
    return tr_is_interrupted() ? TR_ERROR_CANCELLED : TR_ERROR_OUTPUT;
}

static tr_status step(const tr_snapshot *snapshot, void *context) {
    destination *to = context;
    return tr_is_interrupted() ? TR_ERROR_CANCELLED : tr_table_step(snapshot, to->table);
}

/* Writes to the file, or with NULL to the standard output. */
static tr_status train(const tr_settings *settings, const char *path, tr_diag *diag) {
    destination to = {0};
    tr_run *run;
    tr_status status = tr_run_create(&run, settings, NULL, diag);
    if (!status && path)
        status = tr_output_create(&to.output, path, true, diag);
    if (!status)
        status = tr_table_create(&to.table, run->network, run->dataset, run->training.options.loss,
                                 write_bytes, &to, diag);
    if (!status) {
        status = tr_fit(run->network, run->params, run->dataset, &run->training.options,
                        &run->random, step, &to, diag);
        tr_table_explain(to.table, diag);
    }
    if (!status)
        status = tr_table_finish(to.table, diag);
    if (!status && to.output)
        status = tr_output_commit(&to.output, diag);
    tr_output_discard(&to.output);
    tr_table_destroy(&to.table);
    tr_run_destroy(&run);
    return status;
}

static int run_train(const tr_settings *settings, const char *path) {
    tr_diag diag = {0};
    bool to_file = path && strcmp(path, "-") != 0;
    tr_catch_signals();
    if (!to_file)
        tr_release_pipe_signal();
    tr_status status = train(settings, to_file ? path : NULL, &diag);
    return status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
}

int tr_cmd_train(int argc, char **argv) {
    char *path = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &path,
         "file to write, which appears when it is complete [the standard output]", "FILE"},
        {0}};
    tr_diag diag = {0};
    tr_settings *settings;
    tr_status status = tr_settings_create(&settings, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    int exit_code;
    tr_parse_options(argc, argv, &help, TR_FOR_TRAIN, entries, settings, &exit_code);
    if (exit_code < 0 && path && !*path) {
        tr_complain(help.command, "--output: the name of a file is wanted");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0)
        exit_code = run_train(settings, path);
    g_free(path);
    tr_settings_destroy(&settings);
    return exit_code;
}
