#include "cli.h"
#include "embed.h"
#include "following.h"
#include "print.h"
#include "progress.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARAMS_SHOWN = 8 };

static const tr_help help = {
    .command = "render",
    .usage = "[RECORDING] [OPTION…]",
    .description =
        "Trains a net the way Keras does, number for number, by default a single ReLU\n"
        "neuron, draws its prediction beside the data as it learns, and writes\n"
        "OUT/NAME.mp4, the poster OUT/NAME_start.png, which is the first frame, and the\n"
        "captions OUT/NAME.vtt. The same options give the same bytes on every machine.\n"
        "\n"
        "RECORDING is a file of trainreel record or import, or of a recorder for another\n"
        "framework: it is drawn instead, and nothing is trained. What is given of the\n"
        "data and the model must then be what was recorded; a recording without data\n"
        "needs it. With --follow it is drawn while it is still written, until its\n"
        "writer ends or is gone; the files are the same as afterwards. What shows the\n"
        "whole run waits for that end.\n",
    .examples = "  trainreel render\n"
                "  trainreel render --batch-size 200 --name full-batch\n"
                "  trainreel render --size 1280x720 --fps 60 --every 10 --title \"{iteration}\"\n"
                "  trainreel render run.h5 --theme dark\n"
                "  trainreel render --follow run.h5\n"
                "  trainreel render --profile baseline --out public/videos\n"};

typedef struct render_flags {
    char *progress;
    gboolean quiet;
    gboolean verbose;
    gboolean json;
    gboolean follows;
    double patience; /* seconds */
} render_flags;

static tr_status show_progress(const tr_progress *progress, void *view) {
    tr_progress_view_show(view, progress);
    return TR_OK;
}

/* The line for Pelican's liquid tag, which wants the sizes at scale 1 before the poster. NULL where
 * there is no MP4, or without memory. */
static char *embed_line(const tr_settings *settings) {
    if (!(settings->formats & TR_IN_SET(TR_FORMAT_MP4)))
        return NULL;
    char *video = g_strconcat(settings->name, ".mp4", NULL);
    char *poster = g_strconcat(settings->name, "_start.png", NULL);
    char *video_url = tr_embed_url(settings->video_path, video);
    char *poster_url = tr_embed_url(settings->image_path, poster);
    char *line =
        tr_embed_pelican_tag(video_url, settings->size.width, settings->size.height, poster_url);
    g_free(poster_url);
    g_free(video_url);
    g_free(poster);
    g_free(video);
    return line;
}

static void print_params(const float *params, size_t n_params) {
    for (size_t i = 0; i < n_params; i++)
        printf("%s%.2f", i ? ", " : "", (double)params[i]);
}

static void print_report(const tr_report *report, const char *embed) {
    for (size_t i = 0; i < report->n_artifacts; i++)
        tr_print_artifact(&report->artifacts[i]);
    if (report->n_artifacts == 0)
        printf("%llu frames drawn, nothing written\n", (unsigned long long)report->n_frames);
    if (report->n_params <= MOST_PARAMS_SHOWN) {
        printf("initial weights: ");
        print_params(report->initial_params, report->n_params);
        printf("\ntrained weights: ");
        print_params(report->trained_params, report->n_params);
        printf(" (after %llu iterations)\n", (unsigned long long)report->n_iterations);
    }
    if (embed)
        printf("embed with Pelican: %s\n", embed);
}

static int write_report(const tr_report *report, const tr_run *run, const tr_settings *settings,
                        const render_flags *flags) {
    char *embed = embed_line(settings);
    int exit_code = EXIT_DONE;
    if (flags->json) {
        char *json = tr_report_to_json(report, run->network, settings, embed);
        if (json)
            puts(json);
        else
            exit_code = tr_report_failure(help.command, TR_ERROR_MEMORY, &(tr_diag){0});
        free(json);
    } else if (!flags->quiet) {
        print_report(report, embed);
    }
    g_free(embed);
    return exit_code;
}

static void print_verbose(const tr_settings *settings, tr_run *run) {
    fprintf(stderr, "trainreel %s with %s\n", tr_version(), tr_library_versions());
    fprintf(stderr, "%zu samples, %llu iterations, ", run->dataset->n_samples,
            (unsigned long long)tr_run_source(run).n_iterations);
    if (settings->pace == TR_PACE_STEP)
        fprintf(stderr, "a frame every %lld\n", (long long)settings->every);
    else
        fprintf(stderr, "%lld frames in all\n", (long long)settings->frames);
}

static int render(const tr_settings *settings, const render_flags *flags,
                  tr_progress_style progress_style) {
    tr_diag diag = {0};
    tr_run *run;
    tr_report report = {0};
    tr_catch_signals();
    tr_status status = flags->follows ? tr_run_create_followed(&run, settings, &diag)
                                      : tr_run_create(&run, settings, NULL, &diag);
    if (status)
        return tr_report_failure(help.command, status, &diag);
    if (flags->verbose)
        print_verbose(settings, run);
    tr_progress_view view = tr_progress_view_create(progress_style);
    tr_render_options options = tr_render_options_from(settings);
    options.progress = show_progress;
    options.progress_context = &view;
    options.cancel = tr_interruption();
    tr_source source = tr_run_source(run);
    tr_following following = {
        .recording = run->recording, .patience = flags->patience, .cancel = tr_interruption()};
    if (flags->follows && !tr_recording_has_ended(run->recording))
        source = tr_following_source(&following, &source);
    status = tr_render(&source, &options, &report, &diag);
    tr_progress_view_end(&view);
    if (!status && following.is_abandoned && !flags->quiet)
        tr_complain(help.command, "%s: nothing was added for %g s; its writer is taken to be gone",
                    settings->recording, flags->patience);
    tr_release_pipe_signal();
    int exit_code = status ? tr_report_failure(help.command, status, &diag)
                           : write_report(&report, run, settings, flags);
    if (!status && flags->verbose)
        fprintf(stderr, "%.2f s\n", report.seconds);
    tr_report_destroy(&report);
    tr_run_destroy(&run);
    return exit_code;
}

static int check_following(const tr_settings *settings, const render_flags *flags) {
    int exit_code = tr_check_patience(help.command, flags->patience);
    if (exit_code >= 0)
        return exit_code;
    if (flags->follows && !*settings->recording)
        tr_complain(help.command, "--follow is for a recording, which was not given");
    else if (flags->patience != TR_PATIENCE_SECONDS && !flags->follows)
        tr_complain(help.command, "--patience makes no difference without --follow");
    else
        return -1;
    return EXIT_USAGE;
}

int tr_cmd_render(int argc, char **argv, tr_settings *settings) {
    render_flags flags = {.patience = TR_PATIENCE_SECONDS};
    const GOptionEntry entries[] = {TR_PROGRESS_FLAG(&flags.progress),
                                    TR_QUIET_FLAG(&flags.quiet),
                                    TR_VERBOSE_FLAG(&flags.verbose),
                                    TR_JSON_FLAG(&flags.json),
                                    {"follow", 0, 0, G_OPTION_ARG_NONE, &flags.follows,
                                     "draw a recording while it is still written", NULL},
                                    TR_PATIENCE_FLAG(&flags.patience),
                                    {0}};
    tr_arguments arguments = {.wanted = "a recording", .n_most = 1};
    tr_diag diag = {0};
    tr_status status = TR_OK;
    int exit_code;
    tr_progress_style style = TR_PROGRESS_AUTO;
    tr_parse_command_line(argc, argv, &help, TR_FOR_RENDER, entries, settings, &arguments,
                          &exit_code);
    if (exit_code < 0 && arguments.n_values)
        status = tr_take_recording(settings, arguments.values[0], &diag);
    if (status)
        exit_code = tr_report_failure(help.command, status, &diag);
    if (exit_code < 0)
        exit_code = tr_choose_progress(help.command, flags.progress, flags.quiet, &style);
    if (exit_code < 0)
        exit_code = check_following(settings, &flags);
    if (exit_code < 0)
        exit_code = render(settings, &flags, style);
    g_free(arguments.values);
    g_free(flags.progress);
    return exit_code;
}
