/* The summary of a comparison: a CSV line of numbers for every run. */
#ifndef TR_PLAN_SUMMARY_H
#define TR_PLAN_SUMMARY_H

#include "build.h"

#include <glib.h>

/* An iteration that never came. */
#define TR_NEVER UINT64_MAX

/* What became of a run. The loss on all data is that after an iteration, and that of the initial state
 * comes first; the loss of a batch is that before its update. */
typedef struct tr_run_summary {
    uint64_t n_iterations; /* recorded */
    double final_full_loss;
    uint64_t
        first_below[TR_MOST_LEVELS]; /* the iteration at which the loss on all data was first below
                                             that level, or TR_NEVER */
    uint64_t n_loss_rises; /* iterations whose batch's loss was above that of the one before */
    uint64_t
        n_full_loss_rises; /* iterations after which the loss on all data was above that before */
    uint64_t diverged_at;  /* 0 if it did not */
    double seconds; /* of a processor, for training and recording it; NaN if it was not trained */
} tr_run_summary;

/* Goes once through the recording; sets all but the last two. `is_stopping` ends it with
 * TR_ERROR_CANCELLED. TR_ERROR_INPUT, TR_ERROR_MEMORY. */
tr_status tr_summarize(tr_run_summary *summary, const tr_source *source,
                       const tr_recording *recording, const char *levels,
                       bool (*is_stopping)(const void *context), const void *context,
                       tr_diag *diag);

/* The line of names: label, the settings that vary, iterations, final_full_loss, below_0.1…, loss_rises,
 * full_loss_rises, diverged_at, and seconds where the settings ask for them. */
void tr_summary_append_names(GString *text, const tr_plan_artifact *artifact);
/* The line of run `index` of the comparison; a number that there is not is empty. */
void tr_summary_append_line(GString *text, const tr_plan_artifact *artifact, size_t index,
                            const tr_run_summary *summary);

/* A summary that was read again. */
typedef struct tr_summary {
    size_t n_lines; /* without that of the names */
    char **names;   /* ends with NULL */
    char ***lines;  /* as many fields as names each; ends with NULL */
} tr_summary;

/* Reads what tr_summary_append_… wrote. TR_ERROR_INPUT where it is something else. */
tr_status tr_summary_parse(tr_summary **summary, const char *text, tr_diag *diag);
/* The same from the file of an artifact in a build's folder. False, and NULL, where the artifact is no
 * summary, or it is not there, or cannot be read. */
bool tr_summary_read(tr_summary **summary, const char *folder, const tr_plan_artifact *artifact,
                     const tr_built *built);
void tr_summary_destroy(tr_summary **summary);

/* What is above a column where people read the summary; NULL where it is left out: the label says what
 * varies, and hardly any run diverges. And a field of the column there. Both are freed with g_free(). */
char *tr_summary_heading(const tr_summary *summary, size_t column);
char *tr_summary_cell(const tr_summary *summary, size_t line, size_t column);

/* The table for a terminal, which the caller frees with g_free(). */
char *tr_summary_format(const tr_summary *summary);

#endif
