#include "following.h"

#include "cli.h"

#include <stdio.h>
#include <string.h>

#define START_SECONDS 5.0
enum { RETRY_MICROSECONDS = 50000 };

int tr_check_patience(const char *command, double seconds) {
    if (seconds > 0 && seconds <= 1e9)
        return -1;
    tr_complain(command, "--patience: a number of seconds above 0 is wanted");
    return EXIT_USAGE;
}

bool tr_has_hdf5_signature(const char *path, bool *is_something_else) {
    static const char signature[] = "\x89HDF\r\n\x1a\n";
    char start[sizeof signature - 1];
    FILE *file = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? fopen(path, "rb") : NULL;
    bool is_long_enough = file && fread(start, 1, sizeof start, file) == sizeof start;
    bool has_signature = is_long_enough && !memcmp(start, signature, sizeof start);
    if (file)
        fclose(file);
    if (is_something_else)
        *is_something_else = is_long_enough && !has_signature;
    return has_signature;
}

tr_status tr_run_create_followed(tr_run **run, const tr_settings *settings, tr_diag *diag) {
    const gint64 until = g_get_monotonic_time() + (gint64)(START_SECONDS * G_USEC_PER_SEC);
    for (;;) {
        tr_status status = tr_run_create(run, settings, NULL, diag);
        bool is_something_else;
        tr_has_hdf5_signature(settings->recording, &is_something_else);
        if (status != TR_ERROR_INPUT || is_something_else || g_get_monotonic_time() >= until)
            return status;
        *diag = (tr_diag){0};
        if (tr_is_interrupted())
            return TR_ERROR_CANCELLED;
        g_usleep(RETRY_MICROSECONDS);
    }
}

bool tr_is_recording(const char *path) {
    return g_str_has_suffix(path, ".h5") || g_str_has_suffix(path, ".hdf5") ||
           tr_has_hdf5_signature(path, NULL);
}
