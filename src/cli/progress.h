/* Shows how far a rendering is, on stderr. */
#ifndef TR_CLI_PROGRESS_H
#define TR_CLI_PROGRESS_H

#include <stdbool.h>
#include <trainreel/render.h>

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
    bool shown;  /* a bar stands on the terminal's last line */
    double next; /* seconds at which to show something again */
} tr_progress_view;

/* "auto", "plain", "json" or "none"; false for anything else. */
bool tr_progress_style_from(const char *name, tr_progress_style *style);

tr_progress_view tr_progress_view_create(tr_progress_style style);
void tr_progress_view_show(tr_progress_view *view, const tr_progress *progress);
/* Removes the bar. */
void tr_progress_view_end(tr_progress_view *view);

#endif
