/* Making what a plan describes. */
#ifndef TR_PLAN_BUILD_H
#define TR_PLAN_BUILD_H

#include "plan.h"
#include "store.h"

#include <trainreel/probe.h>
#include <trainreel/render.h>

typedef struct tr_build_progress {
    size_t artifacts; /* done, in one way or another */
    size_t n_artifacts;
    tr_progress work; /* of all runs and all frames */
} tr_build_progress;

typedef struct tr_build_options {
    const char *folder;
    /* threads that work, 0 for one per processor; the files do not depend on it. Where they leave a
     * processor, charts and tables are made on that, one at a time */
    int jobs;
    bool force;
    /* called about ten times a second on the caller's thread; all but TR_OK ends the build */
    tr_status (*progress)(const tr_build_progress *progress, void *context);
    /* called with a remark that is no error; may be NULL, as may the above */
    void (*note)(const char *text, void *context);
    void *context;
} tr_build_options;

typedef enum tr_outcome {
    TR_NOT_REACHED, /* for want of time: the build was ended */
    TR_MADE,
    TR_UNCHANGED, /* it is there, and would be the same again */
    TR_FAILED
} tr_outcome;

enum { TR_CODECS_SIZE = 64 };

/* A file, as the manifest describes it. */
typedef struct tr_built_file {
    char checksum[TR_CHECKSUM_SIZE];
    uint64_t bytes;
    int width; /* 0 for what has no size, as for the next three */
    int height;
    uint64_t n_frames;
    double seconds;
    char codecs[TR_CODECS_SIZE]; /* of a video, as browsers want it: "avc1.4D400C"; "" if unknown */
    uint64_t n_iterations;       /* of the run that a picture shows */
    char *alternative;           /* what a picture shows, in words, or NULL; the report's own */
} tr_built_file;

typedef struct tr_built {
    tr_outcome outcome;
    tr_status status;              /* of TR_FAILED */
    char *message;                 /* of TR_FAILED: what failed and why, as one line */
    char *failed_run;              /* of TR_FAILED for a run's sake: how that failed; else NULL */
    char inputs[TR_CHECKSUM_SIZE]; /* of all that the file depends on */
    tr_built_file file;
    tr_built_file poster;
    tr_built_file captions;
} tr_built;

/* Whether its file is in the folder. */
bool tr_is_there(const tr_built *built);

typedef struct tr_build_report {
    size_t n_artifacts; /* as many as the plan has, in its order */
    tr_built *artifacts;
    tr_built page; /* index.html; not reached where the plan wants none */
    size_t n_made;
    size_t n_unchanged;
    size_t n_failed;
    double seconds;
} tr_build_report;

/* Makes all artifacts of the plan that are not there already, index.html if the plan wants a page,
 * manifest.json and SHA256SUMS. An index.html that another program made is left alone, and is a failure.
 *
 * Returns the status of the first artifact that failed, in the plan's order; then `diag` is empty,
 * because the report says it all. TR_ERROR_CANCELLED where the build was ended; what was made until
 * then stays and is in the manifest. TR_ERROR_OUTPUT, TR_ERROR_MEMORY with a text where the folder,
 * the page or the manifest could not be written. The report is to be destroyed in any case. */
tr_status tr_build(const tr_plan *plan, const tr_build_options *options, tr_build_report *report,
                   tr_diag *diag);

/* Checks what reading a plan cannot: that its data can be read, its nets take it, and its pictures can
 * be drawn. Nothing is trained. Returns and reports errors as tr_plan_read() does. */
tr_status tr_plan_check(const tr_plan *plan, tr_plan_error_fn report, void *context, tr_diag *diag);

/* The same for a plan that was composed, as far as it takes no time: no picture is drawn. Only the first
 * error is told, and a picture that need not be there and cannot be drawn is taken out of the plan, which
 * `note` tells. */
tr_status tr_plan_prepare(tr_plan *plan, void (*note)(const char *text, void *context),
                          void *context, tr_diag *diag);

void tr_build_report_destroy(tr_build_report *report);

/* The report as one line of JSON for the caller to free; NULL without memory. */
char *tr_build_report_to_json(const tr_plan *plan, const tr_build_report *report,
                              const char *folder);

/* What a kind of artifact is called in the manifest and in reports. */
const char *tr_plan_kind_name(tr_plan_kind kind);

#endif
