#include "cli.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <trainreel/trainreel.h>

const tr_command tr_commands[] = {
    {"render", "train a neuron and write the video of its training", tr_cmd_render},
    {"train", "train a neuron and write its weights after every iteration as CSV", tr_cmd_train},
};
const size_t tr_n_commands = sizeof tr_commands / sizeof *tr_commands;

static volatile sig_atomic_t interrupted;
static struct sigaction pipe_action; /* what the program was started with */

static void note_signal(int number) {
    (void)number;
    interrupted = 1;
}

void tr_catch_signals(void) {
    /* SA_RESETHAND: a second Ctrl-C ends a program that does not get around to stopping. */
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &pipe_action);
}

void tr_release_pipe_signal(void) {
    sigaction(SIGPIPE, &pipe_action, NULL);
}

bool tr_is_interrupted(void) {
    return interrupted;
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

int tr_report_failure(const char *command, tr_status status, const tr_diag *diag) {
    const char *text = diag->text[0] ? diag->text : tr_status_name(status);
    if (status == TR_ERROR_CANCELLED)
        text = "interrupted; nothing was written";
    fprintf(stderr, "trainreel %s: %s\n", command, text);
    return tr_exit_code(status);
}

static void print_usage(FILE *stream) {
    fprintf(stream, "trainreel turns the training of a neural net into a video.\n\n"
                    "Usage: trainreel COMMAND [OPTION…]\n\nCommands:\n");
    for (size_t i = 0; i < tr_n_commands; i++)
        fprintf(stream, "  %-10s %s\n", tr_commands[i].name, tr_commands[i].summary);
    fprintf(stream,
            "\n"
            "  trainreel COMMAND --help   all about a command\n"
            "  trainreel --version        this version and those of its libraries\n"
            "\n%s",
            tr_exit_code_help);
}

static int complain(const char *name) {
    const char *names[8];
    for (size_t i = 0; i < tr_n_commands; i++)
        names[i] = tr_commands[i].name;
    const char *nearest = tr_nearest_name(name, names, tr_n_commands);
    fprintf(stderr, "trainreel: there is no command \"%s\"", name);
    if (nearest)
        fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, " (trainreel --help lists them)\n");
    return EXIT_USAGE;
}

/* Output that could not be written is a failure even where it was the last thing to do. */
static int close_stdout(int exit_code) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    if (exit_code == EXIT_DONE) {
        fprintf(stderr, "trainreel: cannot write to the standard output\n");
        exit_code = EXIT_OUTPUT;
    }
    return exit_code;
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(name, "--version")) {
        printf("trainreel %s\n%s\n", tr_version(), tr_library_versions());
        return EXIT_DONE;
    }
    for (size_t i = 0; i < tr_n_commands; i++)
        if (!strcmp(name, tr_commands[i].name))
            return tr_commands[i].run(argc - 1, argv + 1);
    return complain(name);
}

int main(int argc, char **argv) {
    setlocale(LC_CTYPE, "");
    /* A write beyond a file size limit shall fail and be reported instead of killing the program,
     * which would leave temporary files. */
    signal(SIGXFSZ, SIG_IGN);
    return close_stdout(run(argc, argv));
}
