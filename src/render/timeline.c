#include "timeline.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHAPTERS = 24 }; /* of the decades up to 2^64, and 0 */

/* A caption that is shown from its first frame until the next one's. */
typedef struct caption {
    uint64_t first_frame;
    char *text; /* NULL: there is no such cue */
} caption;

struct tr_timeline {
    tr_narrator narrator;
    uint64_t frames_per_second;
    tr_output *captions;
    uint64_t n_frames;
    tr_snapshot state;       /* the newest */
    uint64_t first_of_state; /* the first frame that shows it */
    /* The newest cue and the one before are not written yet: they may be too short to be read, or
     * become the one that tells how it ends. */
    caption before;
    caption newest;
    double next_decade;
    size_t n_chapters;
    tr_chapter chapters[MOST_CHAPTERS];
};

/* ---- words ---- */

char *tr_format_briefly(double number, char *text, size_t size) {
    char scientific[64];
    *text = '\0';
    if (!isfinite(number))
        return text;
    /* The digits are taken from where they are in any locale, whatever its decimal point is. */
    snprintf(scientific, sizeof scientific, "%.1e", fabs(number));
    const char *e = strchr(scientific, 'e');
    int first = scientific[0] - '0', second = e[-1] - '0';
    int exponent = atoi(e + 1);
    const char *sign = number < 0 ? "-" : "";
    if (number == 0) {
        snprintf(text, size, "0");
    } else if (exponent < -4 || exponent > 5) {
        if (second)
            snprintf(text, size, "%s%d.%de%d", sign, first, second, exponent);
        else
            snprintf(text, size, "%s%de%d", sign, first, exponent);
    } else if (exponent < 0) {
        int length = snprintf(text, size, "%s0.%.*s%d", sign, -exponent - 1, "000", first);
        if (second)
            snprintf(text + length, size - (size_t)length, "%d", second);
    } else if (exponent == 0) {
        int length = snprintf(text, size, "%s%d", sign, first);
        if (second)
            snprintf(text + length, size - (size_t)length, ".%d", second);
    } else {
        snprintf(text, size, "%s%d%d%.*s", sign, first, second, exponent - 1, "0000");
    }
    return text;
}

static char *describe_run(const tr_snapshot *state, void *context) {
    char error[32];
    char *text;
    int length;
    (void)context;
    tr_format_briefly((double)state->loss, error, sizeof error);
    if (state->iteration == 0)
        length = asprintf(&text, "iteration 0, before training");
    else if (*error)
        length = asprintf(&text, "iteration %llu, error %s", (unsigned long long)state->iteration,
                          error);
    else
        length = asprintf(&text, "iteration %llu", (unsigned long long)state->iteration);
    return length < 0 ? NULL : text;
}

static double count_iterations(const tr_snapshot *state, void *context) {
    (void)context;
    return (double)state->iteration;
}

const tr_narrator tr_run_narrator = {
    .describe = describe_run, .unit = "iteration", .position = count_iterations};

/* ---- captions ---- */

static tr_status write_text(tr_timeline *timeline, const char *text, tr_diag *diag) {
    return tr_output_write(timeline->captions, text, strlen(text), diag);
}

static void format_time(const tr_timeline *timeline, uint64_t frame, char *text, size_t size) {
    uint64_t rate = timeline->frames_per_second;
    uint64_t seconds = frame / rate;
    uint64_t milliseconds = (frame % rate * 1000 + rate / 2) / rate; /* below 1000 up to 500 fps */
    snprintf(text, size, "%02llu:%02llu:%02llu.%03llu", (unsigned long long)(seconds / 3600),
             (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60),
             (unsigned long long)milliseconds);
}

/* What means something in WebVTT is replaced by what stands for it. */
static tr_status write_escaped(tr_timeline *timeline, const char *text, tr_diag *diag) {
    tr_status status = TR_OK;
    while (!status && *text) {
        size_t length = strcspn(text, "&<>\n\r");
        const char *by = text[length] == '&'   ? "&amp;"
                         : text[length] == '<' ? "&lt;"
                         : text[length] == '>' ? "&gt;"
                         : text[length]        ? " "
                                               : "";
        status = tr_output_write(timeline->captions, text, length, diag);
        if (!status)
            status = write_text(timeline, by, diag);
        text += length + (text[length] != '\0');
    }
    return status;
}

/* Writes a cue, which is shown until `end`, and forgets it. In the first line of the picture it
 * covers the title, which says much the same, and neither the plot nor a player's controls. */
static tr_status write_cue(tr_timeline *timeline, caption *cue, uint64_t end, tr_diag *diag) {
    char from[32], to[32], times[96];
    format_time(timeline, cue->first_frame, from, sizeof from);
    format_time(timeline, end, to, sizeof to);
    snprintf(times, sizeof times, "\n%s --> %s line:0\n", from, to);
    tr_status status = write_text(timeline, times, diag);
    if (!status)
        status = write_escaped(timeline, cue->text, diag);
    if (!status)
        status = write_text(timeline, "\n", diag);
    free(cue->text);
    *cue = (caption){0};
    return status;
}

/* Whether so many frames are too short to read a caption: less than half a second. */
static bool is_short(const tr_timeline *timeline, uint64_t n_frames) {
    return n_frames < (timeline->frames_per_second + 1) / 2;
}

static char *describe(const tr_timeline *timeline) {
    return timeline->narrator.describe(&timeline->state, timeline->narrator.context);
}

/* A cue that begins at this frame; what is now known to be shown until it begins is written. */
static tr_status begin_cue(tr_timeline *timeline, tr_diag *diag) {
    tr_status status = TR_OK;
    if (timeline->before.text)
        status = write_cue(timeline, &timeline->before, timeline->newest.first_frame, diag);
    if (status)
        return status;
    timeline->before = timeline->newest;
    timeline->newest = (caption){.first_frame = timeline->n_frames, .text = describe(timeline)};
    return timeline->newest.text ? TR_OK : tr_fail_memory(diag, "captions");
}

/* The last cue tells how it ends: from where the last state comes, if it stays long enough, otherwise
 * for the last second or so. */
static uint64_t choose_last_cue(tr_timeline *timeline) {
    uint64_t n_frames = timeline->n_frames, last = timeline->first_of_state;
    caption *before = &timeline->before, *newest = &timeline->newest;
    if (is_short(timeline, n_frames - last)) /* nothing new would be seen of it */
        last = newest->first_frame;
    if (before->text && is_short(timeline, n_frames - last))
        last = before->first_frame;
    /* what would be left of the others has to be readable as well */
    if (last > newest->first_frame && is_short(timeline, last - newest->first_frame) &&
        before->text) {
        free(newest->text);
        *newest = (caption){0};
    }
    for (int i = 0; i < 2; i++) {
        caption *other = i ? before : newest;
        if (other->text && other->first_frame >= last) {
            free(other->text);
            *other = (caption){0};
        }
    }
    return last;
}

tr_status tr_timeline_finish(tr_timeline *timeline, tr_diag *diag) {
    if (!timeline->n_frames)
        return TR_OK;
    uint64_t last = choose_last_cue(timeline);
    caption end = {.first_frame = last};
    bool is_all = timeline->first_of_state == 0; /* it does not end, it never began */
    char *text = describe(timeline);
    if (text && asprintf(&end.text, "%s%s", is_all ? "" : "at the end: ", text) < 0)
        end.text = NULL;
    free(text);
    if (!end.text)
        return tr_fail_memory(diag, "captions");
    tr_status status = TR_OK;
    if (timeline->before.text)
        status = write_cue(timeline, &timeline->before,
                           timeline->newest.text ? timeline->newest.first_frame : last, diag);
    if (!status && timeline->newest.text)
        status = write_cue(timeline, &timeline->newest, last, diag);
    if (!status)
        status = write_cue(timeline, &end, timeline->n_frames, diag);
    free(end.text);
    return status;
}

/* ---- chapters ---- */

static tr_status add_chapter(tr_timeline *timeline, tr_diag *diag) {
    double position = timeline->narrator.position(&timeline->state, timeline->narrator.context);
    bool is_reached = false;
    double decade = 0;
    /* of decades that this frame reaches at once the largest one counts */
    while (position >= timeline->next_decade && timeline->next_decade < 1e20) {
        decade = timeline->next_decade;
        timeline->next_decade = decade > 0 ? 10 * decade : 1;
        is_reached = true;
    }
    if (!is_reached || timeline->n_chapters == MOST_CHAPTERS)
        return TR_OK;
    char *title;
    if (asprintf(&title, "%s %.0f", timeline->narrator.unit, decade) < 0)
        return tr_fail_memory(diag, "chapters");
    timeline->chapters[timeline->n_chapters++] =
        (tr_chapter){.first_frame = timeline->n_frames, .title = title};
    return TR_OK;
}

const tr_chapter *tr_timeline_chapters(const tr_timeline *timeline, size_t *count) {
    *count = timeline->n_chapters > 1 ? timeline->n_chapters : 0;
    return timeline->chapters;
}

/* ---- the whole ---- */

tr_status tr_timeline_create(tr_timeline **out, const tr_narrator *narrator, int frames_per_second,
                             tr_output *captions, tr_diag *diag) {
    *out = NULL;
    tr_timeline *timeline = tr_alloc_array(1, sizeof *timeline);
    if (!timeline)
        return tr_fail_memory(diag, "captions");
    timeline->narrator = *narrator;
    timeline->frames_per_second = (uint64_t)frames_per_second;
    timeline->captions = captions;
    tr_status status = write_text(timeline, "WEBVTT\n", diag);
    if (status)
        tr_timeline_destroy(&timeline);
    *out = timeline;
    return status;
}

void tr_timeline_destroy(tr_timeline **handle) {
    tr_timeline *timeline = *handle;
    if (!timeline)
        return;
    for (size_t i = 0; i < timeline->n_chapters; i++)
        free((char *)timeline->chapters[i].title);
    free(timeline->before.text);
    free(timeline->newest.text);
    free(timeline);
    *handle = NULL;
}

tr_status tr_timeline_add(tr_timeline *timeline, const tr_snapshot *state, bool is_held,
                          tr_diag *diag) {
    tr_status status = TR_OK;
    if (!is_held) {
        timeline->state = *state;
        timeline->first_of_state = timeline->n_frames;
        if (timeline->n_frames % timeline->frames_per_second == 0)
            status = begin_cue(timeline, diag);
        if (!status)
            status = add_chapter(timeline, diag);
    }
    timeline->n_frames++;
    return status;
}
