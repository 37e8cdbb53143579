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

tr_status tr_run_create_followed(tr_run **run, const tr_settings *settings, tr_diag *diag) {
    const gint64 until = g_get_monotonic_time() + (gint64)(START_SECONDS * G_USEC_PER_SEC);
    for (;;) {
        tr_status status = tr_run_create(run, settings, NULL, diag);
        if (status != TR_ERROR_INPUT || g_get_monotonic_time() >= until)
            return status;
        *diag = (tr_diag){0};
        if (tr_is_interrupted())
            return TR_ERROR_CANCELLED;
        g_usleep(RETRY_MICROSECONDS);
    }
}

bool tr_is_recording(const char *path) {
    static const char signature[] = "\x89HDF\r\n\x1a\n";
    char start[sizeof signature - 1];
    if (g_str_has_suffix(path, ".h5") || g_str_has_suffix(path, ".hdf5"))
        return true;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool is_one = fread(start, 1, sizeof start, file) == sizeof start &&
                  !memcmp(start, signature, sizeof start);
    fclose(file);
    return is_one;
}
