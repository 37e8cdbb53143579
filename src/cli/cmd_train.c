#include "cli.h"
#include "output.h"
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "train",
    .usage = "[OPTION…]",
    .description =
        "Trains a single ReLU neuron the way Keras does, number for number, and writes a\n"
        "CSV line for every iteration, the initial state first:\n"
        "\n"
        "  iteration,epoch,batch_size,loss,full_loss,w,b\n"
        "\n"
        "loss is the mean squared error of the batch before the update, full_loss that of\n"
        "all data after it; w and b are the parameters after it. Numbers have the digits\n"
        "that bring float32 back exactly.\n",
    .examples = "  trainreel train -o neuron.csv\n"
                "  trainreel train --batch-size 200 --epochs 100 | tail -n 1\n"};

typedef struct csv_writer {
    tr_output *output; /* NULL for the standard output */
    const tr_network *network;
    tr_evaluator *evaluator;
    tr_loss loss;
    char buffer[1 << 16];
    size_t length;
    tr_diag diag;
} csv_writer;

static tr_status flush(csv_writer *csv) {
    tr_status status = TR_OK;
    if (csv->output) {
        status = tr_output_write(csv->output, csv->buffer, csv->length, &csv->diag);
    } else if (csv->length && (fwrite(csv->buffer, 1, csv->length, stdout) != csv->length ||
                               fflush(stdout) != 0)) {
        snprintf(csv->diag.text, sizeof csv->diag.text, "standard output: %s", strerror(errno));
        status = tr_is_interrupted() ? TR_ERROR_CANCELLED : TR_ERROR_OUTPUT;
    }
    csv->length = 0;
    return status;
}

/* Appends a short text, after making room for it. */
static tr_status append(csv_writer *csv, const char *text) {
    size_t length = strlen(text);
    if (csv->length + length > sizeof csv->buffer) {
        tr_status status = flush(csv);
        if (status)
            return status;
    }
    memcpy(csv->buffer + csv->length, text, length);
    csv->length += length;
    return TR_OK;
}

static tr_status write_header(csv_writer *csv) {
    tr_status status = append(csv, "iteration,epoch,batch_size,loss,full_loss");
    for (size_t i = 0; !status && i < tr_network_n_params(csv->network); i++) {
        char name[64] = ",";
        tr_network_param_name(csv->network, i, name + 1, sizeof name - 1);
        status = append(csv, name);
    }
    return status ? status : append(csv, "\n");
}

static tr_status write_line(const tr_snapshot *snapshot, void *context) {
    csv_writer *csv = context;
    char text[128];
    if (tr_is_interrupted())
        return TR_ERROR_CANCELLED;
    double full_loss = (double)tr_evaluator_loss(csv->evaluator, csv->loss, snapshot->params);
    if (snapshot->iteration == 0)
        snprintf(text, sizeof text, "0,0,,,%.9g", full_loss);
    else
        snprintf(text, sizeof text, "%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%.9g,%.9g",
                 snapshot->iteration, snapshot->epoch, snapshot->batch_size, (double)snapshot->loss,
                 full_loss);
    tr_status status = append(csv, text);
    for (size_t i = 0; !status && i < snapshot->n_params; i++) {
        snprintf(text, sizeof text, ",%.9g", (double)snapshot->params[i]);
        status = append(csv, text);
    }
    return status ? status : append(csv, "\n");
}

/* Writes to the file, or with NULL to the standard output. */
static tr_status train(const tr_settings *settings, const char *path, csv_writer *csv,
                       tr_diag *diag) {
    tr_run *run;
    tr_status status = tr_run_create(&run, settings, NULL, diag);
    if (!status && path)
        status = tr_output_create(&csv->output, path, true, diag);
    if (!status)
        status = tr_evaluator_create(&csv->evaluator, run->network, run->dataset, diag);
    if (!status) {
        csv->network = run->network;
        csv->loss = run->training.options.loss;
        status = write_header(csv);
    }
    if (!status)
        status = tr_fit(run->network, run->params, run->dataset, &run->training.options,
                        &run->random, write_line, csv, diag);
    if (!status)
        status = flush(csv);
    if (!status && csv->output)
        status = tr_output_commit(&csv->output, diag);
    if (!diag->text[0])
        *diag = csv->diag;
    tr_output_discard(&csv->output);
    tr_evaluator_destroy(&csv->evaluator);
    tr_run_destroy(&run);
    return status;
}

static int run_train(const tr_settings *settings, const char *path) {
    tr_diag diag = {0};
    csv_writer *csv = g_new0(csv_writer, 1);
    bool to_file = path && strcmp(path, "-") != 0;
    tr_catch_signals();
    if (!to_file)
        tr_release_pipe_signal();
    tr_status status = train(settings, to_file ? path : NULL, csv, &diag);
    g_free(csv);
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
