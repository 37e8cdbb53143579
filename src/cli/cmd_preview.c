#include "cli.h"
#include "live.h"
#include "load_plan.h"
#include "plan_runs.h"
#include "run.h"
#include "server.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SECONDS 2.0 /* that viewers have for the last update */
#define POLL_SECONDS 0.1

static const tr_help help = {
    .command = "preview",
    .usage = "[PLAN] [OPTION…]",
    .description =
        "Trains a net and serves a page on which one watches it: the newest state and the\n"
        "error so far, as they come. The page's address is printed; it can be reached from\n"
        "this machine only. The training is not held up by those who watch, and the program\n"
        "ends with it. With a PLAN, which is a file or the name of a built-in one, one of\n"
        "its runs is trained, by default the first.\n",
    .examples =
        "  trainreel preview --data sine --model 60:relu,1 --optimizer adam --epochs 20000\n"
        "  trainreel preview post.yaml --run full-batch --wait\n"
        "  trainreel preview --scene network --model 5:tanh,1 --epochs 100000 --port 8080\n"};

typedef struct preview_flags {
    char *run;
    int port;
    gboolean waits;
    char **sets;
} preview_flags;

/* The run that is watched. */
typedef struct subject {
    tr_run *run;        /* that of the next or after it */
    tr_plan_runs *runs; /* of a plan */
    tr_run *own_run;    /* of the command line */
    char *name;
} subject;

static void destroy_subject(subject *s) {
    tr_plan_runs_destroy(&s->runs);
    tr_run_destroy(&s->own_run);
    g_free(s->name);
}

/* The number of the run with that name, or of the first one without; complains where there is none. */
static bool find_run(const tr_plan *plan, const char *name, size_t *index) {
    const char *names[TR_PLAN_MOST_RUNS];
    for (*index = 0; *index < plan->n_runs; ++*index) {
        names[*index] = plan->runs[*index].name;
        if (!name || !strcmp(names[*index], name))
            return true;
    }
    const char *nearest = tr_nearest_name(name, names, plan->n_runs);
    tr_complain(help.command, "--run: there is no run \"%s\" in %s%s%s%s", name, plan->source,
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    return false;
}

static int take_from_plan(subject *s, const char *path, const GArray *given,
                          const preview_flags *flags) {
    tr_plan *plan;
    tr_diag diag = {0};
    size_t index;
    int exit_code = tr_load_plan(help.command, path, given, flags->sets, &plan);
    if (exit_code)
        return exit_code;
    if (!find_run(plan, flags->run, &index)) {
        exit_code = EXIT_USAGE;
    } else {
        tr_status status = tr_plan_runs_create(&s->runs, plan, index, tr_interruption(), &diag);
        if (status)
            exit_code = tr_report_failure(help.command, status, &diag);
        else
            s->run = tr_plan_runs_wanted(s->runs);
        s->name = g_strdup_printf("%s: %s", plan->source, plan->runs[index].name);
    }
    tr_plan_destroy(&plan);
    return exit_code;
}

static int take_from_settings(subject *s, const tr_settings *settings, const preview_flags *flags) {
    tr_diag diag = {0};
    if (flags->run || flags->sets) {
        tr_complain(help.command, "--%s is for a plan, which was not given",
                    flags->run ? "run" : "set");
        return EXIT_USAGE;
    }
    tr_status status = tr_run_create(&s->own_run, settings, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    s->run = s->own_run;
    s->run->training.options.cancel = tr_interruption();
    s->name = g_strdup("Training");
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
            pictures[i].title = tr_picture_default().title;
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

static char *describe_end(const tr_source *source, tr_status status, const tr_diag *diag) {
    if (!status)
        return g_strdup_printf("The training has ended after %" G_GUINT64_FORMAT " iterations.",
                               (guint64)source->n_iterations);
    if (status == TR_ERROR_CANCELLED)
        return g_strdup("The training was interrupted.");
    return g_strdup_printf("The training has failed: %s.",
                           diag->text[0] ? diag->text : tr_status_name(status));
}

/* Trains while the page is there, and shows how it ended to those who still watch. */
static tr_status watch(tr_live *live, const tr_server *server, const tr_source *source,
                       const preview_flags *flags, tr_diag *diag) {
    printf("%s\n", tr_server_address(server));
    fflush(stdout);
    while (flags->waits && !tr_is_interrupted() && !tr_live_wait_for_viewer(live, POLL_SECONDS))
        continue;
    tr_status status = source->run(source->context, tr_live_step, live, diag);
    if (!status)
        status = tr_live_status(live, diag);
    char *end = describe_end(source, status, diag);
    tr_live_end(live, end);
    tr_live_dismiss(live, LAST_SECONDS);
    if (!status)
        printf("%s\n", end);
    g_free(end);
    return status;
}

static int preview(const subject *s, const tr_settings *settings, const GArray *given,
                   const preview_flags *flags) {
    tr_live *live = NULL;
    tr_server *server = NULL;
    tr_picture pictures[TR_N_LOOKS];
    tr_diag diag = {0};
    const tr_source source = tr_training_source(&s->run->training);
    const tr_snapshot initial = {
        .loss = NAN, .n_params = tr_network_n_params(s->run->network), .params = s->run->params};
    tr_status status = choose_pictures(s, settings, given, pictures, &diag);
    if (!status)
        status = tr_live_create(&live, &source, pictures, &initial, &diag);
    if (!status)
        status = tr_server_create(&server, live, flags->port, s->name, &diag);
    if (!status)
        status = watch(live, server, &source, flags, &diag);
    tr_server_destroy(&server);
    tr_live_destroy(&live);
    return status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
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
    tr_catch_signals();
    exit_code = arguments->n_values
                    ? take_from_plan(&s, arguments->values[0], arguments->given, flags)
                    : take_from_settings(&s, settings, flags);
    if (!exit_code)
        exit_code = preview(&s, settings, arguments->given, flags);
    destroy_subject(&s);
    return exit_code;
}

int tr_cmd_preview(int argc, char **argv) {
    preview_flags flags = {0};
    const GOptionEntry entries[] = {
        {"run", 0, 0, G_OPTION_ARG_STRING, &flags.run, "the run of the plan [its first]", "NAME"},
        TR_SET_FLAG(&flags.sets),
        {"port", 0, 0, G_OPTION_ARG_INT, &flags.port,
         "where the page is served, 0 for any port that is free [0]", "N"},
        {"wait", 0, 0, G_OPTION_ARG_NONE, &flags.waits, "begin to train when the page is opened",
         NULL},
        {0}};
    tr_diag diag = {0};
    tr_settings *settings;
    tr_status status = tr_settings_create(&settings, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    tr_arguments arguments = {
        .wanted = "a plan", .n_most = 1, .given = g_array_new(FALSE, FALSE, sizeof(tr_given))};
    int exit_code = run(argc, argv, entries, &flags, settings, &arguments);
    g_free(arguments.values);
    g_array_unref(arguments.given);
    g_strfreev(flags.sets);
    g_free(flags.run);
    tr_settings_destroy(&settings);
    return exit_code;
}
