#include "build.h"
#include "cli.h"
#include "make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tr_default defaults[] = {{"picture.scene", "fit+error"},
                                      {"picture.error_scale", "log"},
                                      {"summary.seconds", "yes"},
                                      {0}};

static const tr_help help = {
    .command = "compare",
    .usage = "[RECORDING…] [OPTION…]",
    .description =
        "Trains the same net several times with one setting varied, or two of them in all\n"
        "combinations, and shows the runs together. --batch-size, --learning-rate,\n"
        "--optimizer and --seed take a list of values, as in --batch-size 8,32,128; with\n"
        "--vary any setting of the data, the model and the training does. Where nothing\n"
        "varies, the batch sizes 1,8,32,128,200 are compared. Where RECORDINGs are named,\n"
        "those are, and nothing is trained. It writes below OUT:\n"
        "\n"
        "  compare.mp4    a panel for each run, all of which advance together; the poster\n"
        "                 is compare_start.png, and the captions compare.vtt\n"
        "  overlay.mp4    all predictions in one panel, overlay_start.png, overlay.vtt\n"
        "  error.svg      the error of every run, and error.png\n"
        "  summary.csv    numbers for every run, which are also printed as a table:\n"
        "                 iterations, the loss on all data, after how many iterations it\n"
        "                 fell below --levels, how often it rose, and how often that of\n"
        "                 the batch did, and seconds of a processor for the training\n"
        "\n"
        "and index.html, manifest.json and SHA256SUMS as trainreel build does. All files\n"
        "but the seconds of the summary are the same for any number of workers. A run\n"
        "that diverges keeps its place, with the iteration at which it did.\n",
    .examples = "  trainreel compare --epochs 50\n"
                "  trainreel compare --learning-rate 0.1,0.01 --epochs 100 --align iteration\n"
                "  trainreel compare --vary momentum=0,0.9 --batch-size 8,128 --epochs 50\n"
                "  trainreel compare --vary 'model=2:relu,1;8:tanh,1' --epochs 50 -j 1\n"
                "  trainreel compare run.h5 --align epoch\n",
    .defaults = defaults};

typedef struct compare_flags {
    tr_make_flags make;
    char **varied;
} compare_flags;

/* What is compared and with what: settings that are given, and lists of values. */
typedef struct request {
    GArray *given; /* of tr_override */
    GArray *lists; /* of tr_value_list */
} request;

static void clear_list(void *item) {
    tr_value_list *list = item;
    g_free((char *)list->option);
    g_strfreev((char **)list->values);
}

/* The list of that setting, or where there is none a new one. NULL where that would be too many. */
static tr_value_list *find_list(request *r, const tr_param *param) {
    for (guint i = 0; i < r->lists->len; i++)
        if (g_array_index(r->lists, tr_value_list, i).param == param)
            return &g_array_index(r->lists, tr_value_list, i);
    if (r->lists->len == TR_MOST_VARIATIONS)
        return NULL;
    g_array_append_val(r->lists, ((tr_value_list){.param = param}));
    return &g_array_index(r->lists, tr_value_list, r->lists->len - 1);
}

/* Takes the option and the values. */
static int add_list(request *r, const tr_param *param, char *option, char **values) {
    tr_value_list *list = find_list(r, param);
    if (!list) {
        tr_complain(help.command,
                    "%s: found a third setting that varies; wanted one, or two for a grid", option);
        g_free(option);
        g_strfreev(values);
        return EXIT_USAGE;
    }
    clear_list(list); /* the last one counts, as with other options */
    list->option = option;
    list->values = values;
    return -1;
}

static void refuse_variable(const char *name) {
    const char *names[2 * 64];
    size_t count = 0;
    for (size_t i = 0; i < tr_n_params && count + 2 <= G_N_ELEMENTS(names); i++)
        if (tr_plan_can_vary(&tr_params[i])) {
            names[count++] = tr_params[i].option;
            names[count++] = tr_params[i].name;
        }
    const char *nearest = tr_nearest_name(name, names, count);
    tr_complain(help.command,
                "--vary: found \"%.60s\"; wanted an option of the data, the model or the training, "
                "as in --vary momentum=0,0.9%s%s%s",
                name, nearest ? " (did you mean " : "", nearest ? nearest : "",
                nearest ? "?)" : "");
}

/* Values that may have commas in them have semicolons between them. */
static const char *separator_of(const tr_param *param) {
    bool has_commas = param->type == TR_PARAM_LAYERS || param->type == TR_PARAM_TEXT ||
                      param->type == TR_PARAM_PATH;
    return has_commas ? ";" : ",";
}

static const tr_param *find_variable(const char *name) {
    const tr_param *param = tr_param_by_name(name);
    if (!param && strlen(name) > 1) /* a letter is a short option */
        param = tr_param_by_option(name);
    return param && tr_plan_can_vary(param) ? param : NULL;
}

/* PARAMETER=LIST, where the parameter is an option without dashes, or its name in a plan. */
static int add_varied(request *r, const char *text) {
    size_t length = strcspn(text, "=");
    const char *list = text[length] ? text + length + 1 : "";
    char *name = g_strndup(text, length);
    const tr_param *param = find_variable(name);
    int exit_code = EXIT_USAGE;
    if (!param)
        refuse_variable(name);
    else if (!*list)
        tr_complain(help.command, "--vary: found \"%.60s\"; wanted %s=LIST", text, name);
    else
        exit_code = add_list(r, param, g_strdup_printf("--vary %s", name),
                             g_strsplit(list, separator_of(param), -1));
    g_free(name);
    return exit_code;
}

/* A single value takes the place of a list that came before. */
static void drop_list(request *r, const tr_param *param) {
    for (guint i = 0; i < r->lists->len; i++)
        if (g_array_index(r->lists, tr_value_list, i).param == param)
            g_array_remove_index(r->lists, i--);
}

/* The options, in their order: a list varies, and all else is given. */
static int sort_options(request *r, const GArray *given) {
    int exit_code = -1;
    for (guint i = 0; exit_code < 0 && i < given->len; i++) {
        const tr_given *option = &g_array_index(given, tr_given, i);
        const tr_override one = {.param = option->param, .text = option->text};
        if (option->param->users & TR_TAKES_LIST && strchr(option->text, ',')) {
            exit_code = add_list(r, option->param, g_strconcat("--", option->param->option, NULL),
                                 g_strsplit(option->text, ",", -1));
        } else {
            drop_list(r, option->param);
            g_array_append_val(r->given, one);
        }
    }
    return exit_code;
}

static bool is_given(const request *r, const tr_param *param) {
    for (guint i = 0; i < r->given->len; i++)
        if (g_array_index(r->given, tr_override, i).param == param)
            return true;
    return false;
}

/* The post's batch sizes, where nothing else varies. */
static int add_default_list(request *r) {
    const tr_param *batch_size = tr_param_by_name("train.batch_size");
    if (r->lists->len)
        return -1;
    if (is_given(r, batch_size)) {
        tr_complain(help.command, "--batch-size: found one value, which leaves nothing to compare; "
                                  "wanted several, as in 1,8,32,128,200");
        return EXIT_USAGE;
    }
    return add_list(r, batch_size, g_strdup("--batch-size"), g_strsplit("1,8,32,128,200", ",", -1));
}

static bool is_of_training(const tr_param *param) {
    return g_str_has_prefix(param->name, "train.") || g_str_has_prefix(param->name, "model.");
}

/* Recordings are what varies: nothing else can, and nothing is trained. */
static int add_recordings(request *r, char **values, size_t n_values) {
    char *wrong = r->lists->len ? g_strdup(g_array_index(r->lists, tr_value_list, 0).option) : NULL;
    for (guint i = 0; !wrong && i < r->given->len; i++) {
        const tr_param *param = g_array_index(r->given, tr_override, i).param;
        wrong = is_of_training(param) ? g_strconcat("--", param->option, NULL) : NULL;
    }
    if (wrong) {
        tr_complain(help.command,
                    "%s: found beside recordings, of which nothing is trained; wanted one of them",
                    wrong);
        g_free(wrong);
        return EXIT_USAGE;
    }
    char **copies = g_new0(char *, n_values + 1);
    for (size_t i = 0; i < n_values; i++)
        copies[i] = g_strdup(values[i]);
    return add_list(r, tr_param_by_name("recording.file"), g_strdup("RECORDING"), copies);
}

static int read_request(request *r, const tr_arguments *arguments, char **varied) {
    for (const tr_default *one = defaults; one->name; one++)
        g_array_append_val(
            r->given, ((tr_override){.param = tr_param_by_name(one->name), .text = one->text}));
    int exit_code = sort_options(r, arguments->given);
    for (char **text = varied; exit_code < 0 && text && *text; text++)
        exit_code = add_varied(r, *text);
    if (exit_code < 0 && arguments->n_values)
        return add_recordings(r, arguments->values, arguments->n_values);
    return exit_code < 0 ? add_default_list(r) : exit_code;
}

static void note(const char *text, void *context) {
    const tr_make_flags *flags = context;
    if (!flags->quiet && !flags->json)
        printf("%s\n", text);
}

static int compare(const request *r, const tr_settings *settings, const GArray *given,
                   compare_flags *flags, tr_progress_style style) {
    tr_plan *plan;
    tr_diag diag = {0};
    tr_status status =
        tr_plan_compose(&plan, (const tr_override *)(void *)r->given->data, r->given->len,
                        (const tr_value_list *)(void *)r->lists->data, r->lists->len, &diag);
    if (!status)
        status = tr_plan_prepare(plan, note, &flags->make, &diag);
    if (!status)
        tr_choose_page(plan, settings, given);
    int exit_code = status ? tr_report_failure(help.command, status, &diag)
                           : tr_make(help.command, plan, settings, &flags->make, style);
    tr_plan_destroy(&plan);
    return exit_code;
}

static int run(int argc, char **argv, const GOptionEntry *entries, compare_flags *flags,
               tr_settings *settings, tr_arguments *arguments) {
    int exit_code;
    tr_progress_style style;
    tr_parse_command_line(argc, argv, &help, TR_FOR_COMPARE, entries, settings, arguments,
                          &exit_code);
    if (exit_code < 0)
        exit_code =
            tr_choose_progress(help.command, flags->make.progress, flags->make.quiet, &style);
    if (exit_code >= 0)
        return exit_code;
    request r = {.given = g_array_new(FALSE, FALSE, sizeof(tr_override)),
                 .lists = g_array_new(FALSE, FALSE, sizeof(tr_value_list))};
    g_array_set_clear_func(r.lists, clear_list);
    exit_code = read_request(&r, arguments, flags->varied);
    if (exit_code < 0)
        exit_code = compare(&r, settings, arguments->given, flags, style);
    g_array_unref(r.given);
    g_array_unref(r.lists);
    return exit_code;
}

int tr_cmd_compare(int argc, char **argv, tr_settings *settings) {
    compare_flags flags = {0};
    const GOptionEntry entries[] = {
        {"vary", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &flags.varied,
         "an option of the data, the model or the training and its values, as in momentum=0,0.9; "
         "values with commas in them have a ; between them, as in 'model=1:relu;4:tanh,1'",
         "PARAMETER=LIST"},
        TR_FORCE_FLAG(&flags.make.force),
        TR_PROGRESS_FLAG(&flags.make.progress),
        TR_QUIET_FLAG(&flags.make.quiet),
        TR_VERBOSE_FLAG(&flags.make.verbose),
        TR_JSON_FLAG(&flags.make.json),
        {0}};
    tr_arguments arguments = {.wanted = "recordings",
                              .n_most = SIZE_MAX,
                              .given = g_array_new(FALSE, FALSE, sizeof(tr_given))};
    int exit_code = run(argc, argv, entries, &flags, settings, &arguments);
    g_free(arguments.values);
    g_array_unref(arguments.given);
    g_strfreev(flags.varied);
    g_free(flags.make.progress);
    return exit_code;
}
