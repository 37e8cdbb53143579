/* What the subcommands share. */
#ifndef TR_CLI_CLI_H
#define TR_CLI_CLI_H

#include "params.h"

#include <glib.h>
#include <stdbool.h>
#include <trainreel/cancel.h>
#include <trainreel/status.h>

/* Exit codes, which the help pages and the README document. */
enum {
    EXIT_DONE = 0,
    EXIT_WORK = 1,   /* the work failed: divergence, encoder, font, memory */
    EXIT_USAGE = 2,  /* a wrong option, or settings that do not go together */
    EXIT_INPUT = 3,  /* an input file is missing or malformed */
    EXIT_OUTPUT = 4, /* an output could not be written */
    EXIT_INTERRUPTED = 130
};

typedef struct tr_command {
    const char *name;
    const char *summary; /* one line, for the list of commands */
    /* argv[0] is the command's name; `settings` has all defaults. Returns an exit code. */
    int (*run)(int argc, char **argv, tr_settings *settings);
} tr_command;

extern const tr_command tr_commands[];
extern const size_t tr_n_commands;

int tr_cmd_build(int argc, char **argv, tr_settings *settings);
int tr_cmd_chart(int argc, char **argv, tr_settings *settings);
int tr_cmd_check_gradient(int argc, char **argv, tr_settings *settings);
int tr_cmd_compare(int argc, char **argv, tr_settings *settings);
int tr_cmd_embed(int argc, char **argv, tr_settings *settings);
int tr_cmd_import(int argc, char **argv, tr_settings *settings);
int tr_cmd_plan(int argc, char **argv, tr_settings *settings);
int tr_cmd_predict(int argc, char **argv, tr_settings *settings);
int tr_cmd_preview(int argc, char **argv, tr_settings *settings);
int tr_cmd_record(int argc, char **argv, tr_settings *settings);
int tr_cmd_render(int argc, char **argv, tr_settings *settings);
int tr_cmd_train(int argc, char **argv, tr_settings *settings);

int tr_exit_code(tr_status status);

/* Prints "trainreel COMMAND: text" as one line on stderr, whatever bytes are in what it quotes;
 * `command` may be NULL. */
void tr_complain(const char *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Complains with the diag's text and returns the exit code for the status. */
int tr_report_failure(const char *command, tr_status status, const tr_diag *diag);

/* From here on Ctrl-C, SIGTERM and SIGHUP are noted, and SIGPIPE is ignored, instead of ending the
 * program, which would leave temporary files. */
void tr_catch_signals(void);
/* There are no temporary files (any more): `trainreel … | head` may end as other programs do then. */
void tr_release_pipe_signal(void);
bool tr_is_interrupted(void);
/* What a signal requests then; borrowed. */
const tr_cancel *tr_interruption(void);

/* ---- options.c ---- */

/* A default that is not the parameter table's. */
typedef struct tr_default {
    const char *name; /* of the setting */
    const char *text;
} tr_default;

/* A page for --help, around the options. */
typedef struct tr_help {
    const char *command;
    const char *usage;       /* after the command's name */
    const char *description; /* paragraphs */
    const char *examples;    /* indented lines */
    const tr_default
        *defaults; /* of this command; ends with an empty one. NULL if there are none */
} tr_help;

/* Reads the options of a command: those of the parameter table that are for `command_bit`, and
 * `flags`, which ends with an empty entry. Does --help. Leaves in *exit_code what to end with, or -1
 * to go on. */
void tr_parse_options(int argc, char **argv, const tr_help *help, unsigned command_bit,
                      const GOptionEntry *flags, tr_settings *settings, int *exit_code);

/* What else stands on the command line: arguments that are no options, and settings in the order in
 * which they were given. */
typedef struct tr_arguments {
    const char *wanted; /* what the arguments are, for a message, such as "PLAN" */
    size_t n_least;
    size_t n_most;
    char **values;   /* those of argv; free the array with g_free() */
    size_t n_values; /* n_least to n_most */
    GArray *given;   /* of tr_given; NULL if they are not wanted. Destroy it with g_array_unref() */
} tr_arguments;

typedef struct tr_given {
    const tr_param *param;
    const char
        *text; /* belongs to the array; of an option that takes a list, maybe several values with
                         commas between them */
} tr_given;

/* The same for a command with arguments. */
void tr_parse_command_line(int argc, char **argv, const tr_help *help, unsigned command_bit,
                           const GOptionEntry *flags, tr_settings *settings,
                           tr_arguments *arguments, int *exit_code);

/* An argument that names a recording: the settings are then of a run that is read from it. NULL for none.
 * TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_take_recording(tr_settings *settings, const char *path, tr_diag *diag);

/* The section on exit codes that all help pages end with. */
extern const char tr_exit_code_help[];

#endif
