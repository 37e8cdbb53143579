/* A plan: runs, and the files that are made of them. Read from YAML against the parameter table. */
#ifndef TR_PLAN_PLAN_H
#define TR_PLAN_PLAN_H

#include "params.h"

#include <stdbool.h>
#include <trainreel/compare.h>
#include <trainreel/video.h>

enum {
    TR_PLAN_MOST_RUNS = 256,
    TR_PLAN_MOST_VARIED = 1024, /* that follow from comparisons */
    TR_PLAN_MOST_ARTIFACTS = 1024
};

/* No run. */
#define TR_NO_RUN SIZE_MAX

/* A training, or a recording of one. Where it has another run's data, the settings data.… are the defaults; where it goes on
 * with another run's random numbers, so is the seed. */
typedef struct tr_plan_run {
    char *name;
    tr_settings *settings; /* resolved */
    size_t data_from;      /* the run whose data it has, or TR_NO_RUN */
    size_t seed_from;   /* the run after which it goes on with the random numbers, or TR_NO_RUN */
    bool file_is_given; /* data.file is from the command line, so not relative to the plan */
    bool recording_is_given; /* the same for recording.file */
    size_t line;             /* in the file */
    size_t column;
} tr_plan_run;

/* A setting of a run, and the values that it has in turn. */
typedef struct tr_variation {
    const tr_param *param;
    size_t n_values;
    char **values; /* as tr_settings_get has them; all different */
} tr_variation;

enum { TR_MOST_VARIATIONS = 2 };

/* Runs that an artifact compares: runs of the plan, or one with some of its settings varied. */
typedef struct tr_plan_comparison {
    size_t base;         /* the run whose settings vary, or TR_NO_RUN */
    size_t n_variations; /* with two there is a run for each combination */
    tr_variation variations[TR_MOST_VARIATIONS];
    size_t n_runs; /* 1 to TR_MOST_COMPARED */
    size_t *runs;  /* of combinations, the last setting changes first */
    char **labels; /* such as "batch size 8" */
} tr_plan_comparison;

typedef enum tr_plan_kind {
    TR_PLAN_VIDEO,     /* .mp4, .webm, .av1.webm, .gif, .apng */
    TR_PLAN_CHART,     /* .png, .svg, .pdf */
    TR_PLAN_TABLE,     /* .csv: what `trainreel train` writes, or the summary of a comparison */
    TR_PLAN_CHECKSUMS, /* .sha256 */
} tr_plan_kind;

typedef struct tr_plan_artifact {
    char *path; /* below the output folder; no "..", no link is looked at here */
    tr_plan_kind kind;
    tr_format format; /* of a video; TR_FORMAT_CHECKSUMS of checksums */
    char *poster;     /* of a video, or NULL, as are the captions */
    char *captions;
    size_t run;                     /* the first of a comparison */
    tr_plan_comparison *comparison; /* NULL where there is one run */
    bool is_optional;      /* it is left out where it cannot be drawn, as tr_plan_prepare does */
    tr_settings *settings; /* those for which tr_plan_artifact_has says so */
    size_t line;
    size_t column;
} tr_plan_artifact;

typedef struct tr_plan {
    char *source; /* the file, or the name of a built-in plan; NULL where it is made of options */
    char *folder; /* of the file, to which data.file is relative */
    char *title;  /* or NULL, as is the description */
    char *description; /* may have several lines */
    bool has_page;     /* whether index.html is wanted */
    size_t
        n_written; /* runs that stand in the plan: the first of those below. The others are varied
                         for comparisons */
    size_t n_runs;
    tr_plan_run *runs;
    size_t n_artifacts;
    tr_plan_artifact *artifacts;
} tr_plan;

/* A setting that wins over the plan's. */
typedef struct tr_override {
    const tr_param *param; /* of the only run; NULL where `text` says which */
    const char *text; /* the value, or "runs.NAME.train.batch_size=64", "runs.*.…", "artifacts.
                              PATH.theme=dark", "artifacts.*.…" */
} tr_override;

/* Called for every error in a plan, as "FILE:LINE:COLUMN: found …; wanted …". */
typedef void (*tr_plan_error_fn)(const char *text, void *context);

/* Values of a setting that are compared, as an option has them. */
typedef struct tr_value_list {
    const tr_param *param;
    const char *option;  /* what messages call it, such as "--batch-size" */
    char *const *values; /* ends with NULL */
} tr_value_list;

/* The plan of a comparison: one run with the given settings, of which those in `lists` vary, and
 * compare.mp4, overlay.mp4, error.svg, error.png and summary.csv of it. All texts are borrowed.
 *
 * TR_ERROR_ARGUMENT with a text that begins with the option; TR_ERROR_MEMORY. */
tr_status tr_plan_compose(tr_plan **plan, const tr_override *given, size_t n_given,
                          const tr_value_list *lists, size_t n_lists, tr_diag *diag);

/* Reads the built-in plan of that name, or else the file.
 *
 * TR_ERROR_INPUT where the plan cannot be read or is wrong; TR_ERROR_ARGUMENT where an override is;
 * TR_ERROR_MEMORY. `diag` has the first error, and `report`, which may be NULL, is called for all. */
tr_status tr_plan_read(tr_plan **plan, const char *name, const tr_override *overrides,
                       size_t n_overrides, tr_plan_error_fn report, void *context, tr_diag *diag);

/* The same from a text. `name` is what messages call it; files are relative to its folder. */
tr_status tr_plan_parse(tr_plan **plan, const char *name, const char *text, size_t size,
                        const tr_override *overrides, size_t n_overrides, tr_plan_error_fn report,
                        void *context, tr_diag *diag);

void tr_plan_destroy(tr_plan **plan);
/* Frees what an artifact owns. */
void tr_plan_artifact_clear(tr_plan_artifact *artifact);

/* The runs that an artifact shows, borrowed, and how many there are. */
const size_t *tr_plan_artifact_runs(const tr_plan_artifact *artifact, size_t *count);

/* The ending of its path, with the dot, that says what it is. */
const char *tr_plan_ending(const tr_plan_artifact *artifact);

/* Whether it can have a poster, and captions. */
bool tr_plan_has_poster(const tr_plan_artifact *artifact);

/* Whether it has a setting. */
bool tr_plan_artifact_has(const tr_plan_artifact *artifact, const tr_param *param);
/* What can be compared with different values: all of a run's training, net and data, but not what refers to
 * other runs. */
bool tr_plan_can_vary(const tr_param *param);

/* Value number `index` of what varies as a reader is shown it, in UTF-8 and without what goes without
 * saying: "2:relu,1", "mean squared error", and of files not the folder that all are in. To be freed with
 * g_free(). */
char *tr_plan_show_value(const tr_variation *variation, size_t index);

/* The run's data file as a path from here, in a string that the caller frees with g_free(). */
char *tr_plan_data_path(const tr_plan *plan, const tr_plan_run *run);

/* The same for its recording. */
char *tr_plan_recording_path(const tr_plan *plan, const tr_plan_run *run);

/* A copy of the run's settings with those paths. TR_ERROR_MEMORY. */
tr_status tr_plan_run_settings(const tr_plan *plan, const tr_plan_run *run, tr_settings **settings,
                               tr_diag *diag);

/* The plan as YAML with every default, which reads back to the same plan; the caller frees it with
 * g_free(). */
char *tr_plan_show(const tr_plan *plan);

/* ---- the plans that the program brings along ---- */

typedef struct tr_built_in_plan {
    const char *name;
    const char *text;
    size_t size;
} tr_built_in_plan;

extern const tr_built_in_plan tr_built_in_plans[];
extern const size_t tr_n_built_in_plans;

/* NULL if there is none of that name. */
const tr_built_in_plan *tr_built_in_plan_by_name(const char *name);

#endif
