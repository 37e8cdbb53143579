/* Reading a plan with what the command line changes in it. */
#ifndef TR_CLI_LOAD_PLAN_H
#define TR_CLI_LOAD_PLAN_H

#include "cli.h"
#include "plan.h"

/* The flag --set of the commands that take a plan. */
#define TR_SET_FLAG(sets)                                                                          \
    {                                                                                              \
        "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, sets,                                            \
            "a setting that wins over the plan's, as in runs.NAME.train.epochs=100 or "            \
            "artifacts.PATH.theme=dark; a * in the place of NAME or PATH stands for all; may be "  \
            "given "                                                                               \
            "several times",                                                                       \
            "KEY=VALUE"                                                                            \
    }

/* Reads a plan by its name or file. `given` has the settings of tr_parse_command_line, of which those
 * of a run count, and may be NULL, as may `sets`, which ends with NULL. Complains of every error, and
 * returns the exit code. */
int tr_load_plan(const char *command, const char *name, const GArray *given, char **sets,
                 tr_plan **plan);

/* The run of the plan that is named, or the only one without a name; complains where there is none. */
bool tr_choose_run(const char *command, const tr_plan *plan, const char *name, size_t *index);

#endif
