/* Making one artifact of a plan: in a stage, where it is checked and described, and from where it gets its
 * place. */
#ifndef TR_PLAN_ARTIFACT_H
#define TR_PLAN_ARTIFACT_H

#include "build.h"

#include <trainreel/compare.h>

/* A run that an artifact shows; all pointers are borrowed. */
typedef struct tr_shown_run {
    const tr_source *source;
    const tr_recording *recording;
    uint64_t diverged_at; /* the iteration at which it did, or 0 */
    double seconds;       /* of a processor, for the training */
} tr_shown_run;

typedef struct tr_making {
    const tr_plan_artifact *artifact;
    const tr_shown_run *runs; /* those of the comparison in its order, or a single one */
    const tr_store *store;
    const char *folder; /* the store's, for messages */
    int n_jobs;         /* threads that may be used */
    tr_progress_fn progress;
    bool (*is_stopping)(const void *context);
    void *context; /* of both */
} tr_making;

/* Makes the artifact and what comes along with it, and fills in `built` but for the outcome.
 * TR_ERROR_CANCELLED where `progress` or `is_stopping` says so, and any failure of what draws and
 * writes; the text names the file by its place in the folder. */
tr_status tr_make_artifact(const tr_making *making, tr_built *built, tr_diag *diag);

#endif
