#include "build.h"
#include "load_plan.h"

#include <stdio.h>
#include <string.h>

static const tr_help help = {
    .command = "plan",
    .usage = "check|show|list [PLAN] [OPTION…]",
    .description =
        "A plan is a YAML file with runs and the videos, charts and tables that are made\n"
        "of them; trainreel build makes them. PLAN is a file, or one of the plans that\n"
        "the program brings along.\n"
        "\n"
        "  trainreel plan check PLAN   whether it can be built, or what is wrong in it\n"
        "  trainreel plan show PLAN    the whole plan, with every default, as YAML\n"
        "  trainreel plan list         the plans that the program brings along\n",
    .examples = "  trainreel plan list\n"
                "  trainreel plan show first-steps > my-plan.yaml\n"
                "  trainreel plan check first-steps --set 'runs.*.train.epochs=100'\n"};

static void complain_of(const char *text, void *context) {
    (void)context;
    tr_complain(help.command, "%s", text);
}

static int check(const tr_plan *plan) {
    tr_diag diag = {0};
    tr_status status = tr_plan_check(plan, complain_of, NULL, &diag);
    if (status)
        return tr_exit_code(status);
    size_t n_files = plan->n_artifacts;
    for (size_t i = 0; i < plan->n_artifacts; i++)
        n_files += (plan->artifacts[i].poster ? 1u : 0) + (plan->artifacts[i].captions ? 1u : 0);
    size_t n_varied = plan->n_runs - plan->n_written;
    printf("%s: %zu run%s", plan->source, plan->n_written, plan->n_written == 1 ? "" : "s");
    if (n_varied)
        printf(" and %zu varied one%s", n_varied, n_varied == 1 ? "" : "s");
    printf(", %zu file%s\n", n_files, n_files == 1 ? "" : "s");
    return EXIT_DONE;
}

static int show(const tr_plan *plan) {
    char *text = tr_plan_show(plan);
    fputs(text, stdout);
    g_free(text);
    return EXIT_DONE;
}

static int list(void) {
    for (size_t i = 0; i < tr_n_built_in_plans; i++) {
        tr_plan *plan;
        int exit_code = tr_load_plan(help.command, tr_built_in_plans[i].name, NULL, NULL, &plan);
        if (exit_code)
            return exit_code;
        printf("%-12s  %s\n", plan->source, plan->title);
        tr_plan_destroy(&plan);
    }
    return EXIT_DONE;
}

static int run(const tr_arguments *arguments, char **sets) {
    static const char *const names[] = {"check", "show", "list"};
    const char *name = arguments->values[0];
    bool lists = !strcmp(name, "list");
    if (!lists && strcmp(name, "check") != 0 && strcmp(name, "show") != 0) {
        const char *nearest = tr_nearest_name(name, names, G_N_ELEMENTS(names));
        tr_complain(help.command, "\"%s\" is not one of check, show, list%s%s%s", name,
                    nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                    nearest ? "\"?" : "");
        return EXIT_USAGE;
    }
    if (lists != (arguments->n_values == 1)) {
        tr_complain(help.command, lists ? "list takes no plan (trainreel plan --help)"
                                        : "a plan is missing (trainreel plan --help)");
        return EXIT_USAGE;
    }
    if (lists)
        return list();
    tr_plan *plan;
    int exit_code = tr_load_plan(help.command, arguments->values[1], NULL, sets, &plan);
    if (!exit_code)
        exit_code = strcmp(name, "show") ? check(plan) : show(plan);
    tr_plan_destroy(&plan);
    return exit_code;
}

int tr_cmd_plan(int argc, char **argv, tr_settings *settings) {
    char **sets = NULL;
    const GOptionEntry entries[] = {TR_SET_FLAG(&sets), {0}};
    tr_arguments arguments = {.wanted = "check, show or list", .n_least = 1, .n_most = 2};
    int exit_code;
    tr_parse_command_line(argc, argv, &help, 0, entries, settings, &arguments, &exit_code);
    if (exit_code < 0)
        exit_code = run(&arguments, sets);
    g_free(arguments.values);
    g_strfreev(sets);
    return exit_code;
}
