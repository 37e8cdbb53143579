/* Making what a plan describes, for the commands that do. */
#ifndef TR_CLI_MAKE_H
#define TR_CLI_MAKE_H

#include "plan.h"
#include "progress.h"

#include <glib.h>

#define TR_FORCE_FLAG(flag)                                                                        \
    { "force", 0, 0, G_OPTION_ARG_NONE, flag, "make again what is there and unchanged", NULL }

typedef struct tr_make_flags {
    char *progress;
    gboolean force;
    gboolean quiet;
    gboolean verbose;
    gboolean json;
} tr_make_flags;

/* What the options that were `given` say of the page wins over the plan. */
void tr_choose_page(tr_plan *plan, const tr_settings *settings, const GArray *given);

/* Builds the plan into the settings' folder, shows the progress, reports what was made and complains of
 * what was not. Returns the exit code. */
int tr_make(const char *command, const tr_plan *plan, const tr_settings *settings,
            const tr_make_flags *flags, tr_progress_style style);

#endif
