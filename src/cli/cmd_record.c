#include "cli.h"
#include "load_plan.h"
#include "output.h"
#include "progress.h"
#include "system.h"
#include "training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trainreel/recording.h>

static const tr_help help = {
    .command = "record",
    .usage = "[PLAN] -o FILE [OPTION…]",
    .description =
        "Trains a net and keeps every state of it in FILE, from which it can be drawn any\n"
        "number of times: trainreel render FILE, chart, predict, and runs in plans, as in\n"
        "{recording: FILE}. With a PLAN, it is a run of that which is trained; options\n"
        "win over a plan with one run.\n"
        "\n"
        "FILE can be read while it is written, and after its writer was killed, up to a\n"
        "second before. It gets its name with the first states, after a quarter of a\n"
        "second, and takes the place of an older file then. It is HDF5:\n"
        "\n"
        "  /iteration     u64 [n]  updates so far; 0 is the initial state\n"
        "  /epoch         u64 [n]  passes that were complete before\n"
        "  /samples_seen  u64 [n]  samples used by all updates so far\n"
        "  /batch_size    u32 [n]  samples of the iteration's batch\n"
        "  /loss          f32 [n]  of that batch, before the update; NaN where unknown\n"
        "  /params/layer_0/weights  f32 [n, n_inputs, n_units]  after the update\n"
        "  /params/layer_0/bias     f32 [n, n_units]            and so on for all layers\n"
        "  /data/x        f64 [n_samples, n_inputs]   what is learnt; may be missing\n"
        "  /data/y        f64 [n_samples, n_outputs]\n"
        "  /ended         u8 [1]   0 while it is written, 1 once it is complete\n"
        "\n"
        "  attributes of /: trainreel_schema (1), framework, loss and optimizer (\"\" where\n"
        "  unknown), learning_rate (NaN where unknown), seed (-1 where unknown)\n"
        "  attributes of /params/layer_0: kind (\"dense\"), activation, as in --model\n"
        "\n"
        "It is written in the latest format, with SWMR, and fletcher32 checksums on every\n"
        "dataset; n has no upper limit, and as many states count as all datasets have.\n"
        "A file that is still written, or whose writer was killed, is opened by h5py as\n"
        "h5py.File(FILE, swmr=True).\n",
    .examples = "  trainreel record -o run.h5\n"
                "  trainreel record --data sine --model 60:relu,1 -o sine.h5\n"
                "  trainreel record first-steps --run neuron -o neuron.h5\n"};

typedef struct record_flags {
    char *path;
    char *run;
    char **sets;
    char *progress;
    gboolean quiet;
} record_flags;

/* ---- steps ---- */

/* Looking at the clock takes as long as recording does, so it is not looked at in every iteration. */
enum { FEWEST_MICROSECONDS = 1000, MOST_MICROSECONDS = 20000, LONGEST_STRIDE = 1 << 16 };

typedef struct recorder {
    tr_recording *recording; /* NULL for a run that only comes before */
    uint64_t n_iterations;
    tr_progress_view view;
    double start; /* seconds */
    double last_look;
    unsigned stride; /* iterations from one look to the next */
    unsigned left;
    tr_diag *diag;
} recorder;

static tr_status look(recorder *r, uint64_t iteration) {
    double time = tr_seconds();
    double microseconds = 1e6 * (time - r->last_look);
    if (microseconds < FEWEST_MICROSECONDS && r->stride < LONGEST_STRIDE)
        r->stride *= 2;
    if (microseconds > MOST_MICROSECONDS && r->stride > 1)
        r->stride /= 2;
    r->last_look = time;
    r->left = r->stride;
    if (tr_is_interrupted())
        return TR_ERROR_CANCELLED;
    const tr_progress progress = {
        .iterations = iteration, .n_iterations = r->n_iterations, .seconds = time - r->start};
    if (r->recording)
        tr_progress_view_show(&r->view, &progress);
    return TR_OK;
}

static tr_status step(const tr_snapshot *snapshot, void *context) {
    recorder *r = context;
    if (--r->left == 0) {
        tr_status status = look(r, snapshot->iteration);
        if (status)
            return status;
    }
    return r->recording ? tr_recording_append(r->recording, snapshot, r->diag) : TR_OK;
}

/* ---- the recording ---- */

static tr_status create(recorder *r, const char *path, const tr_run *run,
                        const tr_settings *settings, bool knows_seed, tr_diag *diag) {
    const tr_param *optimizer = tr_param_by_name("train.optimizer");
    const tr_loss loss = run->training.options.loss;
    const tr_recording_info info = {.framework = "trainreel",
                                    .optimizer = optimizer->choices[settings->optimizer],
                                    .learning_rate = settings->learning_rate,
                                    .seed = knows_seed ? settings->seed : -1};
    tr_status status = tr_output_spare(path, settings->data_file, diag);
    if (!status)
        status = tr_make_folders_to(path, diag);
    return status ? status
                  : tr_recording_create_file(&r->recording, path, run->network, run->dataset, &loss,
                                             &info, diag);
}

/* What became of it. A recording that was cut short stays, with all that is sound. */
static tr_status end(recorder *r, const char *path, tr_status status, tr_diag *diag) {
    uint64_t n_snapshots = tr_recording_n_snapshots(r->recording);
    if (!status)
        return tr_recording_finish(r->recording, diag);
    if (status == TR_ERROR_OUTPUT || !n_snapshots || tr_recording_flush(r->recording, NULL))
        return status;
    tr_complain(help.command, "%s has the %llu states until then, and says that it has not ended",
                path, (unsigned long long)n_snapshots);
    return status;
}

static void print_report(const char *path, const tr_recording *recording) {
    struct stat info;
    double bytes = stat(path, &info) ? 0 : (double)info.st_size;
    printf("%s: %llu states of %zu parameters, ", path,
           (unsigned long long)tr_recording_n_snapshots(recording),
           tr_recording_n_params(recording));
    if (bytes < 1e6)
        printf("%.1f kB\n", bytes / 1e3);
    else
        printf("%.1f MB\n", bytes / 1e6);
}

static tr_status record(recorder *r, tr_run *run, const tr_settings *settings, bool knows_seed,
                        const record_flags *flags, tr_diag *diag) {
    r->n_iterations = tr_run_source(run).n_iterations;
    tr_status status = create(r, flags->path, run, settings, knows_seed, diag);
    if (!status) {
        status = tr_fit(run->network, run->params, run->dataset, &run->training.options,
                        &run->random, step, r, diag);
        tr_progress_view_end(&r->view);
        status = end(r, flags->path, status, diag);
    }
    if (!status && !flags->quiet)
        print_report(flags->path, r->recording);
    tr_recording_destroy(&r->recording);
    return status;
}

/* ---- the command ---- */

static int report(tr_status status, const tr_diag *diag) {
    if (status == TR_ERROR_CANCELLED) {
        tr_complain(help.command, "interrupted");
        return EXIT_INTERRUPTED;
    }
    return status ? tr_report_failure(help.command, status, diag) : EXIT_DONE;
}

static int record_options(recorder *r, const tr_settings *settings, const record_flags *flags) {
    tr_diag diag = {0};
    tr_run *run;
    r->diag = &diag;
    tr_status status = tr_run_create(&run, settings, NULL, &diag);
    if (!status)
        status = record(r, run, settings, true, flags, &diag);
    tr_run_destroy(&run);
    return report(status, &diag);
}

static int record_plan(recorder *r, const char *name, const tr_arguments *arguments,
                       const record_flags *flags) {
    tr_diag diag = {0};
    tr_plan *plan;
    tr_plan_training *training = NULL;
    size_t index;
    r->diag = &diag;
    int exit_code = tr_load_plan(help.command, name, arguments->given, flags->sets, &plan);
    if (exit_code)
        return exit_code;
    if (!tr_choose_run(help.command, plan, flags->run, &index)) {
        tr_plan_destroy(&plan);
        return EXIT_USAGE;
    }
    const tr_plan_run *run = &plan->runs[index];
    tr_status status = tr_plan_training_create(&training, plan, index, step, r, &diag);
    if (!status)
        status = record(r, tr_plan_training_run(training), run->settings,
                        run->seed_from == TR_NO_RUN, flags, &diag);
    tr_plan_training_destroy(&training);
    tr_plan_destroy(&plan);
    return report(status, &diag);
}

static int check_flags(const record_flags *flags, const tr_arguments *arguments) {
    bool has_plan = arguments->n_values > 0;
    if (!flags->path || !*flags->path)
        tr_complain(help.command, "-o FILE, the recording to write, is missing");
    else if (!strcmp(flags->path, "-"))
        tr_complain(help.command, "--output: a recording is a file, not the standard output");
    else if (!has_plan && (flags->run || flags->sets))
        tr_complain(help.command, "--%s is for a run of a plan, and there is none",
                    flags->run ? "run" : "set");
    else
        return -1;
    return EXIT_USAGE;
}

static int run(int argc, char **argv, const GOptionEntry *entries, record_flags *flags,
               tr_settings *settings, tr_arguments *arguments) {
    int exit_code;
    tr_progress_style style;
    tr_parse_command_line(argc, argv, &help, TR_FOR_RECORD, entries, settings, arguments,
                          &exit_code);
    if (exit_code < 0)
        exit_code = tr_choose_progress(help.command, flags->progress, flags->quiet, &style);
    if (exit_code < 0)
        exit_code = check_flags(flags, arguments);
    if (exit_code >= 0)
        return exit_code;
    recorder r = {.view = tr_progress_view_create(style), .stride = 1, .left = 1};
    r.view.has_frames = false;
    r.start = r.last_look = tr_seconds();
    tr_catch_signals();
    exit_code = arguments->n_values ? record_plan(&r, arguments->values[0], arguments, flags)
                                    : record_options(&r, settings, flags);
    tr_release_pipe_signal();
    return exit_code;
}

int tr_cmd_record(int argc, char **argv, tr_settings *settings) {
    record_flags flags = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &flags.path, "the recording to write", "FILE"},
        {"run", 0, 0, G_OPTION_ARG_STRING, &flags.run,
         "the run of the plan to record, where it has several", "NAME"},
        TR_SET_FLAG(&flags.sets),
        TR_PROGRESS_FLAG(&flags.progress),
        TR_QUIET_FLAG(&flags.quiet),
        {0}};
    tr_arguments arguments = {
        .wanted = "a plan", .n_most = 1, .given = g_array_new(FALSE, FALSE, sizeof(tr_given))};
    int exit_code = run(argc, argv, entries, &flags, settings, &arguments);
    g_free(arguments.values);
    g_array_unref(arguments.given);
    g_strfreev(flags.sets);
    g_free(flags.run);
    g_free(flags.progress);
    g_free(flags.path);
    return exit_code;
}
