/* What the commands share that look at a recording while it is written. */
#ifndef TR_CLI_FOLLOWING_H
#define TR_CLI_FOLLOWING_H

#include "run.h"

#include <glib.h>
#include <stdbool.h>

#define TR_PATIENCE_SECONDS 60.0

/* The flag that says how long nothing has to be added to a recording until its writer is taken to be gone. */
#define TR_PATIENCE_FLAG(seconds)                                                                  \
    {                                                                                              \
        "patience", 0, 0, G_OPTION_ARG_DOUBLE, seconds,                                            \
            "after how long without a new state the writer of a recording that has not ended is "  \
            "taken to be gone [60]",                                                               \
            "SECONDS"                                                                              \
    }

/* Complains and returns the exit code where the seconds are none; -1 otherwise. */
int tr_check_patience(const char *command, double seconds);

/* tr_run_create() for a recording whose writer may just have started: what cannot be read yet is tried again
 * for some seconds. */
tr_status tr_run_create_followed(tr_run **run, const tr_settings *settings, tr_diag *diag);

/* Whether a file begins as HDF5 does, which recordings are; or, if that is not NULL, as something else. */
bool tr_has_hdf5_signature(const char *path, bool *is_something_else);

/* Whether a file is a recording, by its name or its first bytes; otherwise it may be a plan. */
bool tr_is_recording(const char *path);

#endif
