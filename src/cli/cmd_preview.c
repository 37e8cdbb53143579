#include "cli.h"
#include "following.h"
#include "live.h"
#include "load_plan.h"
#include "run.h"
#include "server.h"
#include "training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SECONDS 2.0 /* that viewers have for the last update */
#define POLL_SECONDS 0.1

static const tr_help help = {
    .command = "preview",
    .usage = "[RECORDING|PLAN] [OPTION…]",
    .description =
        "Trains a net and serves a page on which one watches it: the newest state and\n"
        "the error so far, as they come. The address of the page is printed; only this\n"
        "machine can reach it. Those who watch do not hold the training up, and the\n"
        "program ends with it. With a PLAN, which is a file or the name of a built-in\n"
        "one, it is a run of that which is trained. A RECORDING, which ends in .h5 or is\n"
        "HDF5, is shown as it grows, until its writer ends or is gone; nothing is trained\n"
        "then. The state is shown by --scene fit, data, network or neuron; the other\n"
        "panels need the whole run.\n",
    .examples = "  trainreel preview --data sine --model 60:relu,1 --optimizer adam\n"
                "  trainreel preview first-steps --run full-batch\n"
                "  trainreel preview --scene network --model 5:tanh,1 --theme dark\n"};

typedef struct preview_flags {
    char *run;
    int port;
    gboolean waits;
    double patience; /* seconds */
    char **sets;
} preview_flags;

/* The run that is watched. */
typedef struct subject {
    tr_run *run; /* that of the next or after it */
    tr_plan *plan;
    tr_plan_training *training;
    tr_run *own_run; /* of the command line */
    char *name;
} subject;

static void destroy_subject(subject *s) {
    tr_plan_training_destroy(&s->training);
    tr_plan_destroy(&s->plan);
    tr_run_destroy(&s->own_run);
    g_free(s->name);
}

/* For the runs that come before. */
static tr_status go_on(const tr_snapshot *snapshot, void *context) {
    (void)snapshot;
    (void)context;
    return tr_is_interrupted() ? TR_ERROR_CANCELLED : TR_OK;
}

static int take_from_plan(subject *s, const char *path, const GArray *given,
                          const preview_flags *flags) {
    tr_diag diag = {0};
    size_t index;
    int exit_code = tr_load_plan(help.command, path, given, flags->sets, &s->plan);
    if (exit_code)
        return exit_code;
    if (!tr_choose_run(help.command, s->plan, flags->run, &index))
        return EXIT_USAGE;
    tr_status status = tr_plan_training_create(&s->training, s->plan, index, go_on, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    s->run = tr_plan_training_run(s->training);
    s->run->training.options.cancel = tr_interruption();
    s->name = g_strdup_printf("%s: %s", s->plan->source, s->plan->runs[index].name);
    return EXIT_DONE;
}

/* Of the command line, or from the recording that the settings name. */
static int take_from_settings(subject *s, const tr_settings *settings, const preview_flags *flags) {
    tr_diag diag = {0};
    bool is_recorded = *settings->recording != '\0';
    if (flags->run || flags->sets) {
        tr_complain(help.command, "--%s is for a plan, which was not given",
                    flags->run ? "run" : "set");
        return EXIT_USAGE;
    }
    tr_status status = is_recorded ? tr_run_create_followed(&s->own_run, settings, &diag)
                                   : tr_run_create(&s->own_run, settings, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    s->run = s->own_run;
    s->run->training.options.cancel = tr_interruption();
    s->name = g_strdup(is_recorded ? settings->recording : "Training");
    return EXIT_DONE;
}

/* The picture in both looks: that of the settings, and with a dark theme unless one was chosen. */
static tr_status choose_pictures(const subject *s, const tr_settings *settings, const GArray *given,
                                 tr_picture pictures[TR_N_LOOKS], tr_diag *diag) {
    bool is_chosen = false;
    for (guint i = 0; i < given->len; i++)
        is_chosen =
            is_chosen || !g_strcmp0(g_array_index(given, tr_given, i).param->option, "theme");
    for (int i = 0; i < TR_N_LOOKS; i++) {
        pictures[i] = tr_picture_from(settings);
        if (!pictures[i].title) /* as in a video */
            pictures[i].title = "iteration: {iteration}";
    }
    if (!is_chosen)
        pictures[TR_LOOK_DARK].theme = TR_THEME_DARK;
    if (tr_picture_needs_recording(&pictures[0])) {
        snprintf(diag->text, sizeof diag->text,
                 "--scene: \"%.80s\" shows a whole run; while it goes on there are fit, data, "
                 "network and neuron, beside the error",
                 settings->scene);
        return TR_ERROR_ARGUMENT;
    }
    return tr_run_check_picture(s->run, settings, diag);
}

/* ---- what is watched ---- */

enum { LOSSES_AT_ONCE = 4096 };

/* Adds the losses from snapshot *next on, and shows the last state. */
static tr_status show_more(tr_live *live, const tr_recording *recording, uint64_t *next,
                           tr_snapshot *snapshots, float *params, tr_diag *diag) {
    const uint64_t n_snapshots = tr_recording_n_snapshots(recording);
    tr_status status = TR_OK;
    while (!status && *next < n_snapshots) {
        size_t count = (size_t)MIN(n_snapshots - *next, LOSSES_AT_ONCE);
        status = tr_recording_read(recording, *next, count, snapshots, NULL, diag);
        if (!status)
            tr_live_add(live, snapshots, count);
        *next += count;
    }
    if (!status)
        status = tr_recording_read(recording, n_snapshots - 1, 1, snapshots, params, diag);
    if (!status)
        tr_live_show(live, snapshots);
    return status;
}

static tr_status show_recording(tr_live *live, tr_following *following, tr_diag *diag) {
    tr_snapshot *snapshots = g_new(tr_snapshot, LOSSES_AT_ONCE);
    float *params = g_new(float, tr_recording_n_params(following->recording));
    uint64_t next = 0;
    tr_status status = TR_OK;
    while (!status) {
        status = show_more(live, following->recording, &next, snapshots, params, diag);
        if (!status)
            status = tr_live_status(live, diag);
        if (!status)
            status = tr_following_wait(following, next, diag);
    }
    g_free(snapshots);
    g_free(params);
    return status == TR_END ? TR_OK : status;
}

static char *describe_end(tr_run *run, const tr_following *following, tr_status status,
                          const tr_diag *diag) {
    const char *what = run->recording ? "recording" : "training";
    if (status == TR_ERROR_CANCELLED)
        return g_strdup(run->recording ? "The preview was interrupted."
                                       : "The training was interrupted.");
    if (status)
        return g_strdup_printf("The %s has failed: %s.", what,
                               diag->text[0] ? diag->text : tr_status_name(status));
    guint64 n_iterations = tr_run_source(run).n_iterations;
    if (following->is_abandoned)
        return g_strdup_printf("Nothing was added to the recording for %g seconds; its writer is "
                               "taken to be gone, after %" G_GUINT64_FORMAT " iterations.",
                               following->patience, n_iterations);
    return g_strdup_printf("The %s has ended after %" G_GUINT64_FORMAT " iterations.", what,
                           n_iterations);
}

/* Trains, or reads the recording, while the page is there, and shows how it ended to those who still watch. */
static tr_status watch(tr_run *run, tr_live *live, const tr_server *server,
                       const preview_flags *flags, tr_diag *diag) {
    tr_following following = {
        .recording = run->recording, .patience = flags->patience, .cancel = tr_interruption()};
    const tr_source source = tr_run_source(run);
    /* of a recording that has ended nothing would be seen */
    bool waits = flags->waits || (run->recording && tr_recording_has_ended(run->recording));
    printf("%s\n", tr_server_address(server));
    fflush(stdout);
    while (waits && !tr_is_interrupted() && !tr_live_wait_for_viewer(live, POLL_SECONDS))
        continue;
    tr_status status = run->recording ? show_recording(live, &following, diag)
                                      : source.run(source.context, tr_live_step, live, diag);
    if (!status)
        status = tr_live_status(live, diag);
    char *end = describe_end(run, &following, status, diag);
    tr_live_end(live, end);
    tr_live_dismiss(live, LAST_SECONDS);
    if (!status)
        printf("%s\n", end);
    g_free(end);
    return status;
}

/* The state to begin with, whose parameters are the run's: of a recording the last one. */
static tr_status read_initial(tr_run *run, tr_snapshot *initial, tr_diag *diag) {
    *initial = (tr_snapshot){
        .loss = NAN, .n_params = tr_network_n_params(run->network), .params = run->params};
    if (!run->recording)
        return TR_OK;
    return tr_recording_read(run->recording, 0, 1, initial, run->params, diag);
}

static int preview(const subject *s, const tr_settings *settings, const GArray *given,
                   const preview_flags *flags) {
    tr_live *live = NULL;
    tr_server *server = NULL;
    tr_picture pictures[TR_N_LOOKS];
    tr_snapshot initial;
    tr_diag diag = {0};
    tr_source source = tr_run_source(s->run);
    if (s->run->recording)
        source.n_iterations = 0; /* there may be more to come */
    tr_status status = choose_pictures(s, settings, given, pictures, &diag);
    if (!status)
        status = read_initial(s->run, &initial, &diag);
    if (!status)
        status = tr_live_create(&live, &source, pictures, &initial, &diag);
    if (!status)
        status = tr_server_create(&server, live, flags->port, s->name, &diag);
    if (!status)
        status = watch(s->run, live, server, flags, &diag);
    tr_server_destroy(&server);
    tr_live_destroy(&live);
    return status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
}

static int take(subject *s, const tr_arguments *arguments, tr_settings *settings,
                const preview_flags *flags) {
    tr_diag diag = {0};
    const char *argument = arguments->n_values ? arguments->values[0] : NULL;
    if (argument && !tr_is_recording(argument))
        return take_from_plan(s, argument, arguments->given, flags);
    tr_status status = tr_take_recording(settings, argument, &diag);
    return status ? tr_report_failure(help.command, status, &diag)
                  : take_from_settings(s, settings, flags);
}

static int run(int argc, char **argv, const GOptionEntry *entries, preview_flags *flags,
               tr_settings *settings, tr_arguments *arguments) {
    int exit_code;
    subject s = {0};
    tr_parse_command_line(argc, argv, &help, TR_FOR_PREVIEW, entries, settings, arguments,
                          &exit_code);
    if (exit_code >= 0)
        return exit_code;
    if (flags->port < 0 || flags->port > 65535) {
        tr_complain(help.command, "--port: \"%d\" is not a whole number from 0 to 65535",
                    flags->port);
        return EXIT_USAGE;
    }
    exit_code = tr_check_patience(help.command, flags->patience);
    if (exit_code >= 0)
        return exit_code;
    tr_catch_signals();
    exit_code = take(&s, arguments, settings, flags);
    if (!exit_code)
        exit_code = preview(&s, settings, arguments->given, flags);
    destroy_subject(&s);
    return exit_code;
}

int tr_cmd_preview(int argc, char **argv, tr_settings *settings) {
    preview_flags flags = {.patience = TR_PATIENCE_SECONDS};
    const GOptionEntry entries[] = {
        {"run", 0, 0, G_OPTION_ARG_STRING, &flags.run, "the run of the plan, where it has several",
         "NAME"},
        TR_SET_FLAG(&flags.sets),
        {"port", 0, 0, G_OPTION_ARG_INT, &flags.port,
         "where the page is served, 0 for any port that is free [0]", "N"},
        {"wait", 0, 0, G_OPTION_ARG_NONE, &flags.waits,
         "begin when the page is opened, as a recording that has ended always does", NULL},
        TR_PATIENCE_FLAG(&flags.patience),
        {0}};
    tr_arguments arguments = {.wanted = "a recording or a plan",
                              .n_most = 1,
                              .given = g_array_new(FALSE, FALSE, sizeof(tr_given))};
    int exit_code = run(argc, argv, entries, &flags, settings, &arguments);
    g_free(arguments.values);
    g_array_unref(arguments.given);
    g_strfreev(flags.sets);
    g_free(flags.run);
    return exit_code;
}
