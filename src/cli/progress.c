#include "progress.h"

#include "cli.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PLAIN_SECONDS 3.0 /* between two lines, where nobody watches a bar */
#define JSON_SECONDS 0.5

static bool find_style(const char *name, tr_progress_style *style) {
    static const char *const names[] = {"auto", "plain", "json", "none"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) {
            *style = (tr_progress_style)i;
            return true;
        }
    return false;
}

int tr_choose_progress(const char *command, const char *name, bool quiet,
                       tr_progress_style *style) {
    *style = quiet ? TR_PROGRESS_NONE : TR_PROGRESS_AUTO;
    if (!name || find_style(name, style))
        return -1;
    tr_complain(command, "--progress: \"%s\" is not one of auto, plain, json, none", name);
    return EXIT_USAGE;
}

tr_progress_view tr_progress_view_create(tr_progress_style style) {
    const char *terminal = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    bool dumb = !terminal || !strcmp(terminal, "dumb");
    tr_progress_view view = {.style = style, .has_frames = true};
    view.bar = style == TR_PROGRESS_AUTO && isatty(STDERR_FILENO) && !dumb;
    view.color = !no_color || !*no_color;
    view.utf8 = g_get_charset(NULL);
    view.next = style == TR_PROGRESS_JSON ? 0 : view.bar ? 0.2 : PLAIN_SECONDS;
    return view;
}

/* Drawing and encoding take nearly all of the time, and begin while the training still runs; where
 * there is nothing of them, the artifacts of a build count. -1 if nothing is known. */
static double share_done(const tr_progress_view *view, const tr_build_progress *progress) {
    const tr_progress *work = &progress->work;
    double share = -1;
    if (!view->has_frames && work->n_iterations)
        share = (double)work->iterations / (double)work->n_iterations;
    else if (work->n_frames)
        share = (double)work->frames / (double)work->n_frames;
    else if (progress->n_artifacts)
        share = (double)progress->artifacts / (double)progress->n_artifacts;
    return share > 1 ? 1 : share; /* a build's totals are estimated at first */
}

static void format_counts(const tr_progress_view *view, char *text, size_t size,
                          const tr_build_progress *progress) {
    const tr_progress *work = &progress->work;
    double rate = work->seconds > 0 ? (double)work->frames / work->seconds : 0;
    double share = share_done(view, progress);
    int length = 0;
    if (progress->n_artifacts)
        length =
            snprintf(text, size, "%zu/%zu artifacts, ", progress->artifacts, progress->n_artifacts);
    text += length;
    size -= (size_t)length;
    if (!view->has_frames)
        length = snprintf(text, size, "iteration %" PRIu64 "/%" PRIu64, work->iterations,
                          work->n_iterations);
    else if (work->n_iterations)
        length = snprintf(text, size,
                          "iteration %" PRIu64 "/%" PRIu64 ", frame %" PRIu64 "/%" PRIu64
                          ", %.0f frames/s",
                          work->iterations, work->n_iterations, work->frames, work->n_frames, rate);
    else
        length = snprintf(text, size, "iteration %" PRIu64 ", frame %" PRIu64 ", %.0f frames/s",
                          work->iterations, work->frames, rate);
    if (share > 0 && length > 0 && (size_t)length < size) {
        double left = work->seconds * (1 - share) / share;
        if (left < 60)
            snprintf(text + length, size - (size_t)length, ", %.0f s left", left);
        else
            snprintf(text + length, size - (size_t)length, ", %.0f min left", left / 60);
    }
}

static int terminal_columns(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static void show_bar(tr_progress_view *view, const tr_build_progress *progress) {
    char counts[200];
    char bar[256] = "";
    int columns = terminal_columns() - 1;
    double share = share_done(view, progress);
    format_counts(view, counts, sizeof counts, progress);
    int room = columns - (int)strlen(counts) - 3;
    int width = room < 40 ? room : 40;
    if (share >= 0 && width >= 5) {
        int full = (int)(share * width + 0.5);
        for (int i = 0; i < width; i++)
            strcat(bar, i < full ? (view->utf8 ? "━" : "#") : (view->utf8 ? "─" : "."));
        strcat(bar, "  ");
    }
    fprintf(stderr, "\r\033[K%s%s%s%.*s", view->color ? "\033[32m" : "", bar,
            view->color ? "\033[0m" : "", columns, counts);
    fflush(stderr);
    view->shown = true;
}

static void show_json(const tr_build_progress *progress) {
    const tr_progress *work = &progress->work;
    fputc('{', stderr);
    if (progress->n_artifacts)
        fprintf(stderr, "\"artifacts\":%zu,\"n_artifacts\":%zu,", progress->artifacts,
                progress->n_artifacts);
    fprintf(stderr,
            "\"iterations\":%" PRIu64 ",\"n_iterations\":%" PRIu64 ",\"frames\":%" PRIu64
            ",\"n_frames\":%" PRIu64 ",\"seconds\":%.3f}\n",
            work->iterations, work->n_iterations, work->frames, work->n_frames, work->seconds);
}

void tr_progress_view_show_build(tr_progress_view *view, const tr_build_progress *progress) {
    const tr_progress *work = &progress->work;
    bool complete = progress->n_artifacts ? progress->artifacts == progress->n_artifacts
                                          : work->n_frames && work->frames == work->n_frames;
    bool due = work->seconds >= view->next;
    if (view->style == TR_PROGRESS_NONE || !(due || (complete && view->style == TR_PROGRESS_JSON)))
        return;
    if (view->bar) {
        show_bar(view, progress);
        view->next = work->seconds;
    } else if (view->style == TR_PROGRESS_JSON) {
        show_json(progress);
        view->next = work->seconds + JSON_SECONDS;
    } else {
        char counts[200];
        format_counts(view, counts, sizeof counts, progress);
        fprintf(stderr, "%s\n", counts);
        view->next = work->seconds + PLAIN_SECONDS;
    }
}

void tr_progress_view_show(tr_progress_view *view, const tr_progress *progress) {
    const tr_build_progress rendering = {.work = *progress};
    tr_progress_view_show_build(view, &rendering);
}

void tr_progress_view_end(tr_progress_view *view) {
    if (view->shown) {
        fprintf(stderr, "\r\033[K");
        fflush(stderr);
    }
    view->shown = false;
}
