#include "cli.h"
#include "destination.h"
#include "points.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "predict",
    .usage = "[RECORDING] --x POINTS|--input FILE [OPTION…]",
    .description =
        "Trains a net and evaluates it at given points. Writes a CSV line for each: the\n"
        "point, and what the trained net predicts (with --epochs 0 the initial net).\n"
        "Numbers have the digits that bring float32 back exactly. RECORDING is a file of\n"
        "trainreel record, whose last state is then evaluated instead of training.\n",
    .examples = "  trainreel predict --x 0.5,1.5\n"
                "  trainreel predict run.h5 --x 0.5,1.5\n"
                "  trainreel predict --data circles --model 8:tanh,1:sigmoid --x '0,0; 1,0'\n"
                "  trainreel predict --data sine --model 60:relu,1 --x 1,2,3 -o points.csv\n"};

typedef struct predict_flags {
    char *x;
    char *input;
    char *output;
    gboolean json;
} predict_flags;

/* Appends "name1,name2" for several values, and "name" for one. */
static void append_names(GString *csv, const char *name, size_t count) {
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(csv, "%s%s", csv->len ? "," : "", name);
        if (count > 1)
            g_string_append_printf(csv, "%zu", i + 1);
    }
}

static void append_number(GString *csv, double value, int digits) {
    char number[G_ASCII_DTOSTR_BUF_SIZE], format[8];
    g_snprintf(format, sizeof format, "%%.%dg", digits);
    g_string_append(csv, g_ascii_formatd(number, sizeof number, format, value));
}

/* With the digits that bring it back, which for what people write are 15 at most. */
static void append_double(GString *csv, double value) {
    const size_t start = csv->len;
    for (int digits = 15; digits <= 17; digits++) {
        g_string_truncate(csv, start);
        append_number(csv, value, digits);
        if (g_ascii_strtod(csv->str + start, NULL) == value)
            break;
    }
}

/* The table, which the caller frees. */
static GString *make_table(const tr_dataset *points, const float *predictions) {
    GString *csv = g_string_new(NULL);
    append_names(csv, "x", points->n_inputs);
    append_names(csv, "prediction", points->n_outputs);
    for (size_t s = 0; s < points->n_samples; s++) {
        for (size_t i = 0; i < points->n_inputs; i++) {
            g_string_append_c(csv, i ? ',' : '\n');
            append_double(csv, points->x[s * points->n_inputs + i]);
        }
        for (size_t i = 0; i < points->n_outputs; i++) {
            g_string_append_c(csv, ',');
            append_number(csv, (double)predictions[s * points->n_outputs + i], 9);
        }
    }
    g_string_append_c(csv, '\n');
    return csv;
}

/* The same as JSON; NULL without memory. */
static GString *make_json(const tr_dataset *points, const float *predictions) {
    char *text = tr_predictions_to_json(points, predictions);
    GString *json = text ? g_string_new(text) : NULL;
    if (json)
        g_string_append_c(json, '\n');
    free(text);
    return json;
}

static tr_status get_points(tr_dataset **points, const tr_run *run, const tr_settings *settings,
                            const predict_flags *flags, tr_diag *diag) {
    size_t n_inputs = tr_network_n_inputs(run->network);
    size_t n_outputs = tr_network_n_outputs(run->network);
    if (flags->x)
        return tr_points_parse(points, flags->x, n_inputs, n_outputs, diag);
    return tr_points_read(points, flags->input, settings, n_inputs, n_outputs, diag);
}

static tr_status spare_inputs(const tr_settings *settings, const predict_flags *flags,
                              tr_diag *diag) {
    const char *const inputs[] = {flags->input, settings->data_file, settings->recording};
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < G_N_ELEMENTS(inputs); i++)
        status = tr_output_spare(flags->output, inputs[i], diag);
    return status;
}

static tr_status predict(const tr_settings *settings, const predict_flags *flags, tr_diag *diag) {
    tr_run *run;
    tr_dataset *points = NULL;
    tr_evaluator *evaluator = NULL;
    float *predictions = NULL;
    tr_destination to = {0};
    tr_catch_signals();
    tr_status status = spare_inputs(settings, flags, diag);
    if (status)
        return status;
    status = *settings->recording ? tr_run_open_net(&run, settings, diag)
                                  : tr_run_create(&run, settings, NULL, diag);
    if (!status)
        status = get_points(&points, run, settings, flags, diag);
    if (!status)
        status = tr_destination_open(&to, flags->output, diag);
    if (!status && !run->recording) {
        run->training.options.cancel = tr_interruption();
        status = tr_fit(run->network, run->params, run->dataset, &run->training.options,
                        &run->random, NULL, NULL, diag);
    }
    if (!status)
        status = tr_evaluator_create(&evaluator, run->network, points, diag);
    if (!status) {
        predictions = g_try_new(float, points->n_samples * points->n_outputs);
        status = predictions ? TR_OK : TR_ERROR_MEMORY;
    }
    if (!status) {
        tr_evaluator_predict(evaluator, run->params, predictions);
        GString *text =
            flags->json ? make_json(points, predictions) : make_table(points, predictions);
        status = text ? tr_destination_write(text->str, text->len, &to, diag) : TR_ERROR_MEMORY;
        if (text)
            g_string_free(text, TRUE);
    }
    status = tr_destination_close(&to, status, diag);
    g_free(predictions);
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&points);
    tr_run_destroy(&run);
    return status;
}

int tr_cmd_predict(int argc, char **argv, tr_settings *settings) {
    predict_flags flags = {0};
    const GOptionEntry entries[] = {
        {"x", 'x', 0, G_OPTION_ARG_STRING, &flags.x,
         "the points: 0.5,1.5 for one input; with more, points are separated by semicolons",
         "POINTS"},
        {"input", 'i', 0, G_OPTION_ARG_FILENAME, &flags.input,
         "CSV file with the points, of which --x-columns chooses columns; - for the standard input",
         "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &flags.output,
         "file to write, which appears when it is complete [the standard output]", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &flags.json, "write one JSON object instead of CSV",
         NULL},
        {0}};
    tr_diag diag = {0};
    tr_status status = TR_OK;
    int exit_code;
    tr_arguments arguments = {.wanted = "a recording", .n_most = 1};
    tr_parse_command_line(argc, argv, &help, TR_FOR_PREDICT, entries, settings, &arguments,
                          &exit_code);
    if (exit_code < 0 && arguments.n_values)
        status = tr_take_recording(settings, arguments.values[0], &diag);
    if (status)
        exit_code = tr_report_failure(help.command, status, &diag);
    if (exit_code < 0 && !flags.x == !flags.input) {
        tr_complain(help.command, "one of --x POINTS and --input FILE is wanted");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0) {
        status = predict(settings, &flags, &diag);
        exit_code = status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
    }
    g_free(arguments.values);
    g_free(flags.x);
    g_free(flags.input);
    g_free(flags.output);
    return exit_code;
}
