/* Command-line options and help pages, made from the parameter table and read with GOption. */
#include "cli.h"
#include "needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 28, HELP_WIDTH = 79 };

const char tr_exit_code_help[] =
    "Exit codes:\n"
    "  0    done\n"
    "  1    the work failed: training diverged, no encoder, no font, no memory\n"
    "  2    wrong usage: an option or value is wrong, or they do not go together\n"
    "  3    an input file is missing or malformed\n"
    "  4    an output could not be written\n"
    "  130  interrupted (Ctrl-C or a signal)\n"
    "Whatever fails, nothing half-written is left, and older files stay as they were.\n";

/* Prints `text` from column `column`, broken at spaces. The line so far is `used` columns long. */
static void print_wrapped(const char *text, int column, int used) {
    if (used >= column) {
        putchar('\n');
        used = 0;
    }
    while (*text) {
        const char *end = strchr(text, ' ');
        int length = (int)(end ? end - text : (ptrdiff_t)strlen(text));
        if (used > column && used + 1 + length > HELP_WIDTH) {
            putchar('\n');
            used = 0;
        }
        if (used < column)
            used += printf("%*s", column - used, "");
        else if (used > column)
            used += printf(" ");
        used += printf("%.*s", length, text);
        text += length + (end != NULL);
    }
    putchar('\n');
}

static void print_option(char short_option, const char *option, const char *value,
                         const char *help) {
    int used = printf("  ");
    if (short_option)
        used += printf("-%c, ", short_option);
    used += printf("--%s%s%s", option, value ? " " : "", value ? value : "");
    print_wrapped(help, HELP_COLUMN, used);
}

static const char *find_default(const tr_help *page, const tr_param *param) {
    for (const tr_default *other = page->defaults; other && other->name; other++)
        if (!strcmp(other->name, param->name))
            return other->text;
    return param->initial;
}

static bool takes_list(unsigned command_bit, const tr_param *param) {
    return command_bit == TR_FOR_COMPARE && param->users & TR_TAKES_LIST;
}

static void print_param(const tr_help *page, unsigned command_bit, const tr_param *param) {
    char help[1024];
    const char *initial = find_default(page, param);
    int length = snprintf(help, sizeof help, "%s", param->help);
    if (initial && *initial)
        length += snprintf(help + length, sizeof help - (size_t)length, " [%s]", initial);
    if (param->choices && param->choices[1]) {
        snprintf(help + length, sizeof help - (size_t)length, " (%s of",
                 param->type == TR_PARAM_CHOICES ? "one or more" : "one");
        for (int i = 0; param->choices[i]; i++) {
            length = (int)strlen(help);
            snprintf(help + length, sizeof help - (size_t)length, "%s %s", i ? "," : "",
                     param->choices[i]);
        }
        length = (int)strlen(help);
        snprintf(help + length, sizeof help - (size_t)length, ")");
    }
    const char *value = takes_list(command_bit, param) ? "LIST" : param->value;
    print_option(param->short_option, param->option, value, help);
}

static void print_help(const tr_help *help, unsigned command_bit, const GOptionEntry *flags) {
    printf("Usage: trainreel %s %s\n\n%s\n", help->command, help->usage, help->description);
    for (size_t group = 0; group < tr_n_param_groups; group++) {
        const tr_param_group *heading = &tr_param_groups[group];
        bool printed = false;
        for (size_t i = 0; i < tr_n_params; i++) {
            const tr_param *param = &tr_params[i];
            if (!(param->users & command_bit) ||
                strncmp(param->name, heading->prefix, strlen(heading->prefix)) != 0)
                continue;
            if (!printed)
                printf("%s:\n", heading->title);
            printed = true;
            print_param(help, command_bit, param);
        }
        if (printed)
            putchar('\n');
    }
    printf("This command:\n");
    for (const GOptionEntry *flag = flags; flag->long_name; flag++)
        print_option(flag->short_name, flag->long_name, flag->arg_description, flag->description);
    print_option('h', "help", NULL, "show this page");
    printf("\nExamples:\n%s\n%s", help->examples, tr_exit_code_help);
}

/* Where the values of options go. */
typedef struct target {
    tr_settings *settings;
    GArray *given;     /* or NULL */
    GPtrArray *params; /* of the options that are given */
    unsigned command_bit;
} target;

static void clear_given(void *given) {
    g_free((char *)((tr_given *)given)->text);
}

/* Of a list, every value is one; the last of them stays. */
static tr_status set_value(const target *to, const tr_param *param, const char *text,
                           tr_diag *diag) {
    if (!takes_list(to->command_bit, param) || !strchr(text, ','))
        return tr_settings_set(to->settings, param, text, diag);
    char **values = g_strsplit(text, ",", -1);
    tr_status status = TR_OK;
    for (char **value = values; !status && *value; value++)
        status = tr_settings_set(to->settings, param, *value, diag);
    g_strfreev(values);
    return status;
}

static gboolean set_option(const gchar *name, const gchar *value, gpointer context,
                           GError **error) {
    tr_diag diag = {0};
    target *to = context;
    const tr_param *param = tr_param_by_option(name + strspn(name, "-"));
    if (!set_value(to, param, value, &diag)) {
        tr_settings_note(to->settings, param);
        g_ptr_array_add(to->params, (gpointer)param);
        tr_given given = {.param = param, .text = NULL};
        if (to->given) {
            given.text = g_strdup(value);
            g_array_append_val(to->given, given);
        }
        return TRUE;
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", name, diag.text);
    return FALSE;
}

/* The table's rows for this command, then the flags, then --help; ends with an empty entry. */
static GOptionEntry *make_entries(unsigned command_bit, const GOptionEntry *flags,
                                  gboolean *wants_help) {
    size_t n_flags = 0;
    while (flags[n_flags].long_name)
        n_flags++;
    GOptionEntry *entries = g_new0(GOptionEntry, tr_n_params + n_flags + 2);
    GOptionEntry *entry = entries;
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_params[i].users & command_bit)
            *entry++ = (GOptionEntry){.long_name = tr_params[i].option,
                                      .short_name = tr_params[i].short_option,
                                      /* as bytes: which of them must be UTF-8 the table knows */
                                      .flags = G_OPTION_FLAG_FILENAME,
                                      .arg = G_OPTION_ARG_CALLBACK,
                                      .arg_data = (gpointer)set_option};
    for (size_t i = 0; i < n_flags; i++)
        *entry++ = flags[i];
    *entry = (GOptionEntry){
        .long_name = "help", .short_name = 'h', .arg = G_OPTION_ARG_NONE, .arg_data = wants_help};
    return entries;
}

static void complain(const tr_help *help, const GError *error, const GOptionEntry *entries) {
    const char *nearest = NULL;
    const char *unknown = strstr(error->message, "--");
    if (error->code == G_OPTION_ERROR_UNKNOWN_OPTION && unknown) {
        GPtrArray *names = g_ptr_array_new();
        for (const GOptionEntry *entry = entries; entry->long_name; entry++)
            g_ptr_array_add(names, (gpointer)entry->long_name);
        nearest = tr_nearest_name(unknown + 2, (const char *const *)names->pdata, names->len);
        g_ptr_array_free(names, TRUE);
    }
    tr_complain(help->command, "%s%s%s%s (trainreel %s --help lists the options)", error->message,
                nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "",
                help->command);
}

/* GOption takes no value that is attached to a short option, as in -j4. Returns argv with it apart;
 * the new texts are added to `owned`. */
static char **split_short_options(int *argc, char **argv, const GOptionEntry *entries,
                                  GPtrArray *owned) {
    char **result = g_new0(char *, 2 * (size_t)*argc + 1);
    int count = 0;
    bool options = true;
    for (int i = 0; i < *argc; i++) {
        const char *argument = argv[i];
        const GOptionEntry *entry = entries;
        options = options && strcmp(argument, "--") != 0;
        while (entry->long_name && entry->short_name != argument[1])
            entry++;
        bool attached = options && argument[0] == '-' && argument[1] && argument[2] &&
                        entry->long_name && entry->arg != G_OPTION_ARG_NONE;
        if (attached) {
            result[count++] = g_strndup(argument, 2);
            g_ptr_array_add(owned, result[count - 1]);
        }
        result[count++] = argv[i] + (attached ? 2 : 0);
    }
    *argc = count;
    return result;
}

/* GOption ignores the value in --quiet=no. */
static const GOptionEntry *find_flag_with_value(int argc, char **argv,
                                                const GOptionEntry *entries) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (const GOptionEntry *entry = entries; entry->long_name; entry++) {
            size_t length = strlen(entry->long_name);
            if (entry->arg == G_OPTION_ARG_NONE && !strncmp(argv[i], "--", 2) &&
                !strncmp(argv[i] + 2, entry->long_name, length) && argv[i][2 + length] == '=')
                return entry;
        }
    return NULL;
}

/* What is left after the options: the program's name, and the arguments. */
static void take_arguments(int argc, char **argv, const tr_help *help, tr_arguments *arguments,
                           int *exit_code) {
    size_t count = (size_t)argc - 1;
    if (count &&
        !strcmp(argv[1], "--")) { /* GOption leaves it where an argument is like an option */
        argv++;
        count--;
    }
    if (count > arguments->n_most)
        tr_complain(help->command, "there is nothing to do with \"%s\" (trainreel %s --help)",
                    argv[arguments->n_most + 1], help->command);
    else if (count < arguments->n_least)
        tr_complain(help->command, "%s is missing (trainreel %s --help)", arguments->wanted,
                    help->command);
    if (count > arguments->n_most || count < arguments->n_least) {
        *exit_code = EXIT_USAGE;
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!*argv[i + 1]) {
            tr_complain(help->command, "found an empty argument%s%s (trainreel %s --help)",
                        i ? "" : "; wanted ", i ? "" : arguments->wanted, help->command);
            *exit_code = EXIT_USAGE;
            return;
        }
    arguments->values = g_new0(char *, count + 1);
    arguments->n_values = count;
    for (size_t i = 0; i < count; i++)
        arguments->values[i] = argv[i + 1];
}

/* Options that would be ignored are refused; with a plan they are not all of the settings. */
static int check_needs(const tr_help *help, const target *to, const tr_arguments *arguments) {
    const unsigned of_plans = TR_FOR_BUILD | TR_FOR_COMPARE;
    const unsigned of_plans_too = TR_FOR_RECORD | TR_FOR_PREVIEW;
    tr_diag diag = {0};
    if (to->command_bit & of_plans || (to->command_bit & of_plans_too && arguments->n_values))
        return -1;
    for (guint i = 0; i < to->params->len; i++)
        if (tr_check_need(to->settings, g_ptr_array_index(to->params, i), &diag))
            return tr_report_failure(help->command, TR_ERROR_ARGUMENT, &diag);
    return -1;
}

void tr_parse_command_line(int argc, char **argv, const tr_help *help, unsigned command_bit,
                           const GOptionEntry *flags, tr_settings *settings,
                           tr_arguments *arguments, int *exit_code) {
    gboolean wants_help = FALSE;
    GError *error = NULL;
    GOptionEntry *entries = make_entries(command_bit, flags, &wants_help);
    GOptionContext *context = g_option_context_new(NULL);
    target to = {.settings = settings,
                 .given = arguments->given,
                 .params = g_ptr_array_new(),
                 .command_bit = command_bit};
    GOptionGroup *group = g_option_group_new("main", "", "", &to, NULL);
    g_option_group_add_entries(group, entries);
    g_option_context_set_main_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    if (to.given)
        g_array_set_clear_func(to.given, clear_given);
    GPtrArray *owned = g_ptr_array_new_with_free_func(g_free);
    char **split = split_short_options(&argc, argv, entries, owned);
    argv = split;
    const GOptionEntry *flag = find_flag_with_value(argc, argv, entries);
    *exit_code = -1;
    if (flag) {
        tr_complain(help->command, "--%s takes no value (trainreel %s --help lists the options)",
                    flag->long_name, help->command);
        *exit_code = EXIT_USAGE;
    } else if (!g_option_context_parse(context, &argc, &argv, &error)) {
        complain(help, error, entries);
        g_error_free(error);
        *exit_code = EXIT_USAGE;
    } else if (wants_help) {
        print_help(help, command_bit, flags);
        *exit_code = EXIT_DONE;
    } else {
        take_arguments(argc, argv, help, arguments, exit_code);
        tr_settings_resolve(settings);
        if (*exit_code < 0)
            *exit_code = check_needs(help, &to, arguments);
    }
    g_ptr_array_free(to.params, TRUE);
    g_option_context_free(context);
    g_ptr_array_free(owned, TRUE);
    g_free(split);
    g_free(entries);
}

void tr_parse_options(int argc, char **argv, const tr_help *help, unsigned command_bit,
                      const GOptionEntry *flags, tr_settings *settings, int *exit_code) {
    tr_arguments none = {.n_most = 0};
    tr_parse_command_line(argc, argv, help, command_bit, flags, settings, &none, exit_code);
    g_free(none.values);
}

tr_status tr_take_recording(tr_settings *settings, const char *path, tr_diag *diag) {
    if (!path)
        return TR_OK;
    if (!*path) {
        snprintf(diag->text, sizeof diag->text, "the name of a recording is wanted");
        return TR_ERROR_ARGUMENT;
    }
    return tr_settings_set(settings, tr_param_by_name("recording.file"), path, diag);
}
