#include "build.h"
#include "load_plan.h"
#include "make.h"
#include "print.h"
#include "summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_help help = {
    .command = "build",
    .usage = "PLAN [OPTION…]",
    .description =
        "Makes all that a plan describes: trains every run once, and makes the videos,\n"
        "charts and tables of them side by side. PLAN is a YAML file, or one of the plans\n"
        "that trainreel plan list shows. Beside the files it writes index.html, a page\n"
        "that shows them all, manifest.json, with all settings and a checksum of every\n"
        "file, and SHA256SUMS for sha256sum -c. What is there already and would be the\n"
        "same again is left as it is. The options for\n"
        "data, model, training and frames are for plans with one run, and win over it.\n",
    .examples = "  trainreel build first-steps\n"
                "  trainreel build first-steps -j 1 --out public --json\n"
                "  trainreel build first-steps --set runs.neuron.train.epochs=100\n"
                "  trainreel build tiny-nets --set 'runs.*.train.epochs=50'\n"};

typedef struct build_view {
    tr_progress_view progress;
    const tr_make_flags *flags;
} build_view;

static tr_status show_progress(const tr_build_progress *progress, void *context) {
    build_view *view = context;
    if (tr_is_interrupted())
        return TR_ERROR_CANCELLED;
    tr_progress_view_show_build(&view->progress, progress);
    return TR_OK;
}

static void note(const char *text, void *context) {
    const build_view *view = context;
    if (view->flags->verbose)
        fprintf(stderr, "%s\n", text);
}

static void print_file(const char *folder, const char *path, const tr_built *built,
                       const tr_built_file *file) {
    if (built->outcome != TR_MADE && built->outcome != TR_UNCHANGED)
        return;
    char *whole = g_build_filename(folder, path, NULL);
    const tr_artifact facts = {.path = whole,
                               .bytes = file->bytes,
                               .width = file->width,
                               .height = file->height,
                               .n_frames = file->n_frames,
                               .seconds = file->seconds};
    if (built->outcome == TR_MADE)
        tr_print_artifact(&facts);
    else
        printf("%s: unchanged\n", whole);
    g_free(whole);
}

/* The summary of a comparison as a table; nothing where it is not there or cannot be read. */
static void print_summary(const char *folder, const tr_plan_artifact *artifact,
                          const tr_built *built) {
    tr_summary *summary;
    if (!tr_summary_read(&summary, folder, artifact, built))
        return;
    char *table = tr_summary_format(summary);
    fputs(table, stdout);
    g_free(table);
    tr_summary_destroy(&summary);
}

static void print_report(const tr_plan *plan, const tr_build_report *report, const char *folder) {
    for (size_t i = 0; i < report->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        const tr_built *built = &report->artifacts[i];
        print_file(folder, artifact->path, built, &built->file);
        if (artifact->poster)
            print_file(folder, artifact->poster, built, &built->poster);
        if (artifact->captions)
            print_file(folder, artifact->captions, built, &built->captions);
    }
    print_file(folder, "index.html", &report->page, &report->page.file);
    for (size_t i = 0; i < report->n_artifacts; i++)
        print_summary(folder, &plan->artifacts[i], &report->artifacts[i]);
}

/* Whether both failed for the sake of the same run. */
static bool have_same_cause(const tr_built *a, const tr_built *b) {
    return a->failed_run && b->failed_run && !strcmp(a->failed_run, b->failed_run);
}

/* How the artifact failed; for a run that others failed with, one line that names the first of them. */
static void complain_of(const char *command, const tr_plan *plan, const tr_build_report *report,
                        const char *folder, size_t index) {
    enum { MOST_NAMED = 3 };
    const tr_built *built = &report->artifacts[index];
    size_t count = 0;
    GString *paths = g_string_new(NULL);
    for (size_t i = 0; i < report->n_artifacts; i++) {
        if (i != index && !have_same_cause(&report->artifacts[i], built))
            continue;
        char *path = g_build_filename(folder, plan->artifacts[i].path, NULL);
        if (count++ < MOST_NAMED)
            g_string_append_printf(paths, ", %s", path);
        g_free(path);
    }
    if (count > MOST_NAMED)
        g_string_append_printf(paths, " and %zu more", count - MOST_NAMED);
    if (count > 1)
        tr_complain(command, "%s; not made:%s", built->failed_run, paths->str + 1);
    else
        tr_complain(command, "%s", built->message);
    g_string_free(paths, TRUE);
}

/* What went wrong, each thing once; returns the exit code. */
static int complain(const char *command, const tr_plan *plan, tr_status status,
                    const tr_build_report *report, const char *folder, const tr_diag *diag) {
    for (size_t i = 0; i < report->n_artifacts; i++) {
        bool is_told = report->artifacts[i].outcome != TR_FAILED;
        for (size_t k = 0; k < i && !is_told; k++)
            is_told = have_same_cause(&report->artifacts[k], &report->artifacts[i]);
        if (!is_told)
            complain_of(command, plan, report, folder, i);
    }
    if (status == TR_ERROR_CANCELLED)
        tr_complain(command, "interrupted; %zu of %zu artifacts are made",
                    report->n_made + report->n_unchanged, report->n_artifacts);
    else if (status && (diag->text[0] || !report->n_failed))
        tr_complain(command, "%s", diag->text[0] ? diag->text : tr_status_name(status));
    return tr_exit_code(status);
}

int tr_make(const char *command, const tr_plan *plan, const tr_settings *settings,
            const tr_make_flags *flags, tr_progress_style style) {
    build_view view = {.progress = tr_progress_view_create(style), .flags = flags};
    const tr_build_options options = {.folder = settings->folder,
                                      .jobs = (int)settings->jobs,
                                      .force = flags->force,
                                      .progress = show_progress,
                                      .note = note,
                                      .context = &view};
    tr_build_report report;
    tr_diag diag = {0};
    if (flags->verbose)
        fprintf(stderr, "trainreel %s with %s\n", tr_version(), tr_library_versions());
    tr_catch_signals();
    tr_status status = tr_build(plan, &options, &report, &diag);
    tr_progress_view_end(&view.progress);
    tr_release_pipe_signal();
    int exit_code = complain(command, plan, status, &report, options.folder, &diag);
    if (flags->json) {
        char *json = tr_build_report_to_json(plan, &report, settings->folder);
        if (json)
            puts(json);
        else
            exit_code = tr_report_failure(command, TR_ERROR_MEMORY, &(tr_diag){0});
        free(json);
    } else if (!flags->quiet) {
        print_report(plan, &report, settings->folder);
    }
    if (flags->verbose)
        fprintf(stderr, "%.2f s\n", report.seconds);
    tr_build_report_destroy(&report);
    return exit_code;
}

typedef struct build_flags {
    tr_make_flags make;
    char **sets;
} build_flags;

void tr_choose_page(tr_plan *plan, const tr_settings *settings, const GArray *given) {
    for (guint i = 0; i < given->len; i++)
        if (!strcmp(g_array_index(given, tr_given, i).param->name, "output.page"))
            plan->has_page = settings->page;
}

static int run(int argc, char **argv, const GOptionEntry *entries, const build_flags *flags,
               tr_settings *settings, tr_arguments *arguments) {
    int exit_code;
    tr_progress_style style;
    tr_parse_command_line(argc, argv, &help, TR_FOR_BUILD, entries, settings, arguments,
                          &exit_code);
    if (exit_code < 0)
        exit_code =
            tr_choose_progress(help.command, flags->make.progress, flags->make.quiet, &style);
    if (exit_code >= 0)
        return exit_code;
    tr_plan *plan;
    exit_code =
        tr_load_plan(help.command, arguments->values[0], arguments->given, flags->sets, &plan);
    if (!exit_code) {
        tr_choose_page(plan, settings, arguments->given);
        exit_code = tr_make(help.command, plan, settings, &flags->make, style);
    }
    tr_plan_destroy(&plan);
    return exit_code;
}

int tr_cmd_build(int argc, char **argv, tr_settings *settings) {
    build_flags flags = {0};
    const GOptionEntry entries[] = {TR_SET_FLAG(&flags.sets),
                                    TR_FORCE_FLAG(&flags.make.force),
                                    TR_PROGRESS_FLAG(&flags.make.progress),
                                    TR_QUIET_FLAG(&flags.make.quiet),
                                    TR_VERBOSE_FLAG(&flags.make.verbose),
                                    TR_JSON_FLAG(&flags.make.json),
                                    {0}};
    tr_arguments arguments = {.wanted = "a plan",
                              .n_least = 1,
                              .n_most = 1,
                              .given = g_array_new(FALSE, FALSE, sizeof(tr_given))};
    int exit_code = run(argc, argv, entries, &flags, settings, &arguments);
    g_free(arguments.values);
    g_array_unref(arguments.given);
    g_strfreev(flags.sets);
    g_free(flags.make.progress);
    return exit_code;
}
