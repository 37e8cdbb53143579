#include "cli.h"
#include "import.h"
#include "output.h"
#include "progress.h"
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/recording.h>

static const tr_help help = {
    .command = "import",
    .usage = "SOURCE… -o FILE [OPTION…]",
    .description =
        "Makes a recording, of which trainreel can draw everything, of a training that\n"
        "went on elsewhere. What the SOURCEs are their content says:\n"
        "\n"
        "  Keras weights: one file for each state, of model.save_weights() or\n"
        "    model.save(), as model_000100.weights.h5 or model_000100.h5. The only\n"
        "    number that differs between the names is the iteration.\n"
        "  safetensors: one file for each state, called like those. NAME.weight is\n"
        "    PyTorch's [n_units, n_inputs], NAME.kernel Keras' [n_inputs, n_units].\n"
        "  NumPy arrays with a row for each state: params.npy [n, n_params] with all\n"
        "    parameters, layer by layer, weights [n_inputs, n_units] first, then the\n"
        "    bias; or layer_0.weights.npy [n, n_inputs, n_units], layer_0.bias.npy\n"
        "    [n, n_units], layer_1.weights.npy …; and where they are known iteration,\n"
        "    epoch, samples_seen, batch_size and loss.npy [n].\n"
        "  CSV with a header, or a JSON object in every line: iteration, epoch,\n"
        "    samples_seen, batch_size and loss, as far as they are there, and all other\n"
        "    columns as parameters, in the same order or called as trainreel train calls\n"
        "    them. In JSON they may also be one list, params. \"-\" is the standard\n"
        "    input.\n"
        "\n"
        "A SOURCE may be a pattern in quotes, such as 'run/model_*.h5'. --model says the\n"
        "net where the files do not: only model.save() of Keras 2 writes activations.\n"
        "The data is recorded if --data or --data-file is given; otherwise it has to be\n"
        "given when something is drawn. --loss, --optimizer, --learning-rate and --seed\n"
        "are recorded where they are given; --batch-size completes what files do not say.\n",
    .examples = "  trainreel import run.csv --model 1:relu -o run.h5\n"
                "  trainreel import - --model 1:relu --data bilinear -o run.h5 < run.csv\n"};

typedef struct import_flags {
    char *output;
    char *layer_order;
    gboolean quiet;
} import_flags;

/* Which settings were given. */
typedef struct import_given {
    bool data;
    bool model;
    bool loss;
    bool optimizer;
    bool learning_rate;
    bool batch_size;
    bool seed;
} import_given;

static import_given what_is_given(const GArray *list) {
    import_given given = {0};
    for (guint i = 0; i < list->len; i++) {
        const char *name = g_array_index(list, tr_given, i).param->name;
        given.data = given.data || g_str_has_prefix(name, "data.");
        given.model = given.model || !strcmp(name, "model.layers");
        given.loss = given.loss || !strcmp(name, "train.loss");
        given.optimizer = given.optimizer || !strcmp(name, "train.optimizer");
        given.learning_rate = given.learning_rate || !strcmp(name, "train.learning_rate");
        given.batch_size = given.batch_size || !strcmp(name, "train.batch_size");
        given.seed = given.seed || !strcmp(name, "train.seed");
    }
    return given;
}

/* ---- the recording ---- */

typedef struct import_sink {
    tr_recording *recording;
    tr_diag diag;
    uint64_t first; /* iteration */
    uint64_t last;
    uint64_t n_states;
} import_sink;

static tr_status append(const tr_snapshot *state, void *context) {
    import_sink *sink = context;
    if (tr_is_interrupted())
        return TR_ERROR_CANCELLED;
    if (!sink->n_states++)
        sink->first = state->iteration;
    sink->last = state->iteration;
    return tr_recording_append(sink->recording, state, &sink->diag);
}

static tr_status create_recording(tr_recording **recording, const char *path,
                                  const tr_import *import, const tr_settings *settings,
                                  const tr_dataset *dataset, const import_given *given,
                                  tr_diag *diag) {
    char *optimizer = tr_settings_get(settings, tr_param_by_name("train.optimizer"));
    const tr_loss loss = (tr_loss)settings->loss;
    const tr_recording_info info = {.framework = tr_import_framework(import),
                                    .optimizer = given->optimizer ? optimizer : "",
                                    .learning_rate =
                                        given->learning_rate ? settings->learning_rate : NAN,
                                    .seed = given->seed ? settings->seed : -1};
    tr_status status = tr_recording_create_file(recording, path, tr_import_network(import), dataset,
                                                given->loss ? &loss : NULL, &info, diag);
    g_free(optimizer);
    return status;
}

/* A failure to write names the file that was asked for, not that which would have become it. */
static void name_final_path(const char *temporary_path, const char *path, tr_diag *diag) {
    if (!g_str_has_prefix(diag->text, temporary_path))
        return;
    char *rest = g_strdup(diag->text + strlen(temporary_path));
    g_snprintf(diag->text, sizeof diag->text, "%.100s%s", path, rest);
    g_free(rest);
}

/* Writes all states. The recording gets its name when it is complete: one that is half-written would
 * have its own after a moment. */
static tr_status write_recording(tr_import *import, const char *path, const tr_settings *settings,
                                 const tr_dataset *dataset, const import_given *given,
                                 import_sink *sink, tr_diag *diag) {
    tr_output *output = NULL;
    tr_status status = tr_make_folders_to(path, diag);
    if (!status)
        status = tr_output_create(&output, path, false, diag);
    if (!status)
        status = create_recording(&sink->recording, tr_output_temporary_path(output), import,
                                  settings, dataset, given, diag);
    if (!status)
        status = tr_import_run(import, append, sink, diag);
    if (status && !diag->text[0])
        *diag = sink->diag;
    if (!status)
        status = tr_recording_finish(sink->recording, diag);
    tr_recording_destroy(&sink->recording);
    if (status && output)
        name_final_path(tr_output_temporary_path(output), path, diag);
    if (!status)
        status = tr_output_commit(&output, diag);
    tr_output_discard(&output);
    return status;
}

static tr_status run_import(const tr_settings *settings, const tr_arguments *arguments,
                            const import_flags *flags, import_sink *sink, tr_diag *diag) {
    const import_given given = what_is_given(arguments->given);
    tr_import_options options = {.sources = arguments->values,
                                 .n_sources = arguments->n_values,
                                 .output = flags->output,
                                 .settings = settings,
                                 .has_model = given.model,
                                 .has_loss = given.loss,
                                 .has_batch_size = given.batch_size,
                                 .layer_order = flags->layer_order};
    tr_dataset *dataset = NULL;
    tr_import *import = NULL;
    tr_random random;
    tr_random_seed(&random, (uint32_t)settings->seed);
    tr_catch_signals();
    tr_status status = tr_output_spare(flags->output, settings->data_file, diag);
    if (!status && given.data)
        status = tr_run_create_dataset(&dataset, settings, &random, diag);
    options.dataset = dataset;
    if (!status)
        status = tr_import_create(&import, &options, diag);
    if (!status)
        status = write_recording(import, flags->output, settings, dataset, &given, sink, diag);
    if (!status && !flags->quiet) {
        char *path = g_filename_display_name(flags->output);
        printf("%s: %llu states, iteration %llu to %llu, of %zu parameters\n", path,
               (unsigned long long)sink->n_states, (unsigned long long)sink->first,
               (unsigned long long)sink->last, tr_network_n_params(tr_import_network(import)));
        g_free(path);
    }
    tr_import_destroy(&import);
    tr_dataset_destroy(&dataset);
    return status;
}

/* What cannot be read twice. */
static bool reads_input_twice(const tr_settings *settings, const tr_arguments *arguments) {
    int count = !strcmp(settings->data_file, "-");
    for (size_t i = 0; i < arguments->n_values; i++)
        count += !strcmp(arguments->values[i], "-");
    return count > 1;
}

int tr_cmd_import(int argc, char **argv, tr_settings *settings) {
    import_flags flags = {0};
    const GOptionEntry entries[] = {{"output", 'o', 0, G_OPTION_ARG_FILENAME, &flags.output,
                                     "the recording, which appears when it is complete", "FILE"},
                                    {"layer-order", 0, 0, G_OPTION_ARG_STRING, &flags.layer_order,
                                     "names of the layers, from the first to the last, where those "
                                     "in the files sort otherwise: "
                                     "hidden,out",
                                     "NAMES"},
                                    TR_QUIET_FLAG(&flags.quiet),
                                    {0}};
    tr_diag diag = {0};
    tr_arguments arguments = {.wanted = "a SOURCE", .n_least = 1, .n_most = SIZE_MAX - 1};
    tr_status status = TR_OK;
    int exit_code;
    arguments.given = g_array_new(FALSE, FALSE, sizeof(tr_given));
    tr_parse_command_line(argc, argv, &help, TR_FOR_IMPORT, entries, settings, &arguments,
                          &exit_code);
    if (exit_code < 0 && (!flags.output || !*flags.output)) {
        tr_complain(help.command, "the name of the recording is wanted: -o run.h5");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0 && !strcmp(flags.output, "-")) {
        tr_complain(help.command, "--output: a recording is a file, not the standard output");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0 && reads_input_twice(settings, &arguments)) {
        tr_complain(help.command, "only one thing can be read from the standard input");
        exit_code = EXIT_USAGE;
    }
    if (exit_code < 0) {
        import_sink sink = {0};
        status = run_import(settings, &arguments, &flags, &sink, &diag);
        exit_code = status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
    }
    g_array_unref(arguments.given);
    g_free(arguments.values);
    g_free(flags.output);
    g_free(flags.layer_order);
    return exit_code;
}
