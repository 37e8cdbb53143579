#include "cli.h"
#include "output.h"
#include "print.h"
#include "progress.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "chart",
    .usage = "KIND [RECORDING] [OPTION…]",
    .description =
        "Trains a net and draws a chart of it: a picture as PNG, SVG or PDF. KIND is\n"
        "\n"
        "  data        the samples alone\n"
        "  fit         the data and the net's prediction\n"
        "  error       the loss of every iteration's batch\n"
        "  weights     the parameters over the iterations\n"
        "  landscape   contours of the loss on all data, and the way that training took\n"
        "  network     layers, units and weights\n"
        "  neuron      the parts of a single neuron\n"
        "\n"
        "or up to four of them, as in fit+error. RECORDING is a file of trainreel record,\n"
        "which is drawn instead of training.\n",
    .examples = "  trainreel chart error\n"
                "  trainreel chart data --title \"ridiculously simple data\" -o data.pdf\n"
                "  trainreel chart error run.h5 --error-scale log\n"
                "  trainreel chart fit --iteration 50 --theme dark -o fit.png\n"};

typedef struct chart_flags {
    char *path;
    gboolean quiet;
} chart_flags;

static tr_status find_format(const char *path, tr_chart_format *format, tr_diag *diag) {
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    for (int i = 0; i < 3; i++)
        if (g_str_has_suffix(path, endings[i])) {
            *format = (tr_chart_format)i;
            return TR_OK;
        }
    snprintf(diag->text, sizeof diag->text,
             "--output: \"%.100s\" does not end with .png, .svg or .pdf", path);
    return TR_ERROR_ARGUMENT;
}

static tr_status draw_training(const tr_settings *settings, tr_run *run, const char *path,
                               tr_chart_format format, tr_artifact *artifact, tr_diag *diag) {
    tr_source source = tr_training_source(&run->training);
    tr_picture picture = tr_picture_from(settings);
    tr_recording *recording;
    uint64_t iteration = settings->iteration < 0 ? UINT64_MAX : (uint64_t)settings->iteration;
    if (!strcmp(settings->scene, "data"))
        run->training.options.epochs = 0; /* nothing of the training is shown */
    run->training.options.cancel = tr_interruption();
    tr_status status = tr_record(&source, &recording, diag);
    if (status)
        return status;
    status = tr_chart(&source, recording, iteration, &picture, format, path, artifact, diag);
    tr_recording_destroy(&recording);
    return status;
}

static tr_status draw(const tr_settings *settings, tr_run *run, const char *path,
                      tr_chart_format format, tr_artifact *artifact, tr_diag *diag) {
    uint64_t iteration = settings->iteration < 0 ? UINT64_MAX : (uint64_t)settings->iteration;
    tr_picture picture = tr_picture_from(settings);
    if (!run->recording)
        return draw_training(settings, run, path, format, artifact, diag);
    tr_source source = tr_run_source(run);
    return tr_chart(&source, run->recording, iteration, &picture, format, path, artifact, diag);
}

static int chart(const tr_settings *settings, const chart_flags *flags) {
    tr_diag diag = {0};
    tr_artifact artifact = {0};
    tr_chart_format format = TR_CHART_SVG;
    tr_run *run = NULL;
    char *path =
        flags->path ? g_strdup(flags->path) : g_strdup_printf("out/%s.svg", settings->scene);
    tr_status status = find_format(path, &format, &diag);
    if (!status)
        status = tr_run_create(&run, settings, NULL, &diag);
    if (!status)
        status = tr_run_check_picture(run, settings, &diag);
    if (!status)
        status = tr_make_folders_to(path, &diag);
    tr_catch_signals();
    if (!status)
        status = draw(settings, run, path, format, &artifact, &diag);
    tr_release_pipe_signal();
    if (!status && !flags->quiet)
        tr_print_artifact(&artifact);
    free(artifact.path);
    tr_run_destroy(&run);
    g_free(path);
    return status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
}

int tr_cmd_chart(int argc, char **argv, tr_settings *settings) {
    chart_flags flags = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &flags.path,
         "file to write, which ends with .png, .svg or .pdf [out/KIND.svg]", "FILE"},
        TR_QUIET_FLAG(&flags.quiet),
        {0}};
    tr_arguments arguments = {.wanted = "the kind of the chart", .n_least = 1, .n_most = 2};
    tr_diag diag = {0};
    tr_status status = TR_OK;
    int exit_code;
    tr_parse_command_line(argc, argv, &help, TR_FOR_CHART, entries, settings, &arguments,
                          &exit_code);
    if (exit_code < 0)
        status = tr_settings_set(settings, tr_param_by_name("picture.scene"), arguments.values[0],
                                 &diag);
    if (exit_code < 0 && !status && arguments.n_values > 1)
        status = tr_take_recording(settings, arguments.values[1], &diag);
    if (status)
        exit_code = tr_report_failure(help.command, status, &diag);
    else if (exit_code < 0)
        exit_code = chart(settings, &flags);
    g_free(arguments.values);
    g_free(flags.path);
    return exit_code;
}
