#include "cli.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/trainreel.h>
#include <unistd.h>

const tr_command tr_commands[] = {
    {"render", "train a net and write the video of its training", tr_cmd_render},
    {"chart", "train a net and draw its error, its fit, its weights …", tr_cmd_chart},
    {"compare", "train a net with several settings and show them side by side", tr_cmd_compare},
    {"record", "train a net and keep every state of it in a file", tr_cmd_record},
    {"build", "make all that a plan describes: videos, charts and tables", tr_cmd_build},
    {"plan", "check, show and list plans", tr_cmd_plan},
    {"preview", "train a net and watch it in a browser", tr_cmd_preview},
    {"embed", "print what to paste into a page or post to show a video", tr_cmd_embed},
    {"predict", "train a net and evaluate it at given points", tr_cmd_predict},
    {"check-gradient", "compare the gradient of a net with central differences",
     tr_cmd_check_gradient},
    {"train", "train a net and write its weights after every iteration as CSV", tr_cmd_train},
    {"import", "make a recording of weights that were saved elsewhere", tr_cmd_import},
};
const size_t tr_n_commands = sizeof tr_commands / sizeof *tr_commands;

static tr_cancel interruption;
static struct sigaction pipe_action; /* what the program was started with */

static void note_signal(int number) {
    (void)number;
    tr_cancel_request(&interruption);
}

void tr_catch_signals(void) {
    /* SA_RESETHAND: a second Ctrl-C ends a program that does not get around to stopping. */
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        struct sigaction older;
        sigaction(numbers[i], NULL, &older);
        if (older.sa_handler != SIG_IGN) /* as nohup has it */
            sigaction(numbers[i], &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &pipe_action);
}

void tr_release_pipe_signal(void) {
    sigaction(SIGPIPE, &pipe_action, NULL);
}

bool tr_is_interrupted(void) {
    return tr_cancel_is_requested(&interruption);
}

const tr_cancel *tr_interruption(void) {
    return &interruption;
}

int tr_exit_code(tr_status status) {
    switch (status) {
    case TR_OK:
    case TR_END:
        return EXIT_DONE;
    case TR_ERROR_ARGUMENT:
        return EXIT_USAGE;
    case TR_ERROR_INPUT:
        return EXIT_INPUT;
    case TR_ERROR_OUTPUT:
        return EXIT_OUTPUT;
    case TR_ERROR_CANCELLED:
        return EXIT_INTERRUPTED;
    case TR_ERROR_MEMORY:
    case TR_ERROR_DIVERGED:
    case TR_ERROR_ENCODER:
    case TR_ERROR_FONT:
    case TR_ERROR_SYSTEM:
        return EXIT_WORK;
    }
    return EXIT_WORK;
}

void tr_complain(const char *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *text = g_utf8_make_valid(raw, -1);
    /* A line break would make two messages of it, an escape sequence would command the terminal. */
    for (char *at = text; *at; at++)
        if (g_ascii_iscntrl(*at))
            *at = '?';
    fprintf(stderr, "trainreel%s%s: %s\n", command ? " " : "", command ? command : "", text);
    g_free(text);
    g_free(raw);
}

int tr_report_failure(const char *command, tr_status status, const tr_diag *diag) {
    const char *text = diag->text[0] ? diag->text : tr_status_name(status);
    if (status == TR_ERROR_CANCELLED)
        text = "interrupted; nothing was written";
    tr_complain(command, "%s", text);
    return tr_exit_code(status);
}

static void print_usage(FILE *stream) {
    fprintf(stream, "trainreel turns the training of a neural net into videos and charts.\n\n"
                    "Usage: trainreel COMMAND [OPTION…]\n\nCommands:\n");
    for (size_t i = 0; i < tr_n_commands; i++)
        fprintf(stream, "  %-14s  %s\n", tr_commands[i].name, tr_commands[i].summary);
    fprintf(stream,
            "\n"
            "  trainreel COMMAND --help   all about a command\n"
            "  trainreel --version        this version and those of its libraries\n"
            "\n%s",
            tr_exit_code_help);
}

static int complain_of_command(const char *name) {
    const char *names[G_N_ELEMENTS(tr_commands)];
    for (size_t i = 0; i < tr_n_commands; i++)
        names[i] = tr_commands[i].name;
    const char *nearest = tr_nearest_name(name, names, tr_n_commands);
    tr_complain(NULL, "there is no command \"%s\"%s%s%s (trainreel --help lists them)", name,
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    return EXIT_USAGE;
}

/* Output that could not be written is a failure even where it was the last thing to do. */
static int close_stdout(int exit_code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    if (exit_code == EXIT_DONE) {
        tr_complain(NULL, "cannot write to the standard output");
        exit_code = EXIT_OUTPUT;
    }
    return exit_code;
}

static int run_command(const tr_command *command, int argc, char **argv) {
    tr_diag diag = {0};
    tr_settings *settings;
    tr_status status = tr_settings_create(&settings, &diag);
    int exit_code = status ? tr_report_failure(command->name, status, &diag)
                           : command->run(argc, argv, settings);
    tr_settings_destroy(&settings);
    return exit_code;
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    bool asks = !strcmp(name, "help");
    if (asks && argc > 2) {
        name = argv[2]; /* trainreel help render */
        argc = 3;
        argv[2] = "--help";
    } else if (asks || !strcmp(name, "--help") || !strcmp(name, "-h")) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(name, "--version")) {
        printf("trainreel %s\n%s\n", tr_version(), tr_library_versions());
        return EXIT_DONE;
    }
    for (size_t i = 0; i < tr_n_commands; i++)
        if (!strcmp(name, tr_commands[i].name))
            return run_command(&tr_commands[i], argc - 1, argv + 1);
    return complain_of_command(name);
}

/* A file that is opened gets the number of a closed stream, and then what is meant for the stream.
 * Reading from /dev/null is possible, and writing to this fails as to a closed one. */
static void fill_closed_streams(void) {
    int descriptor;
    do
        descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    close(descriptor);
}

int main(int argc, char **argv) {
    fill_closed_streams();
    setlocale(LC_CTYPE, "");
    setenv("FC_LANG", "en", 1); /* no other language chooses other fonts, or is complained about */
    /* A write beyond a file size limit shall fail and be reported instead of killing the program,
     * which would leave temporary files. */
    signal(SIGXFSZ, SIG_IGN);
    return close_stdout(run(argc, argv));
}
