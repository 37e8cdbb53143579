/* Shows how far a rendering or a build is, on stderr. */
#ifndef TR_CLI_PROGRESS_H
#define TR_CLI_PROGRESS_H

#include "build.h"

#include <stdbool.h>
#include <trainreel/render.h>

/* The flags of commands that show their progress and report what they made. */
#define TR_PROGRESS_FLAG(name)                                                                     \
    {                                                                                              \
        "progress", 0, 0, G_OPTION_ARG_STRING, name,                                               \
            "how to show the progress: auto (a bar on a terminal, otherwise a line now and "       \
            "then), "                                                                              \
            "plain, json or none [auto]",                                                          \
            "STYLE"                                                                                \
    }
#define TR_QUIET_FLAG(flag)                                                                        \
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, flag, "print nothing but errors", NULL }
#define TR_VERBOSE_FLAG(flag)                                                                      \
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, flag, "also print versions, sizes and times", NULL }
#define TR_JSON_FLAG(flag)                                                                         \
    {                                                                                              \
        "json", 0, 0, G_OPTION_ARG_NONE, flag,                                                     \
            "print what was written as one JSON object on the standard output", NULL               \
    }

typedef enum tr_progress_style {
    TR_PROGRESS_AUTO, /* a bar on a terminal, lines elsewhere */
    TR_PROGRESS_PLAIN,
    TR_PROGRESS_JSON,
    TR_PROGRESS_NONE
} tr_progress_style;

typedef struct tr_progress_view {
    tr_progress_style style;
    bool bar; /* decided for AUTO */
    bool color;
    bool utf8;
    bool has_frames; /* otherwise only the training is shown; true unless it is changed */
    bool shown;      /* a bar stands on the terminal's last line */
    double next;     /* seconds at which to show something again */
} tr_progress_view;

/* The style that --progress names, which may be NULL. Complains and returns the exit code where it names
 * none, and -1 otherwise. */
int tr_choose_progress(const char *command, const char *name, bool quiet, tr_progress_style *style);

tr_progress_view tr_progress_view_create(tr_progress_style style);
void tr_progress_view_show(tr_progress_view *view, const tr_progress *progress);
/* The same for a build of several artifacts. */
void tr_progress_view_show_build(tr_progress_view *view, const tr_build_progress *progress);
/* Removes the bar. */
void tr_progress_view_end(tr_progress_view *view);

#endif
