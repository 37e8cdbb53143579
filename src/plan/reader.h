/* What the parts of the plan reader share. */
#ifndef TR_PLAN_READER_H
#define TR_PLAN_READER_H

#include "plan.h"
#include "yaml_tree.h"

#include <glib.h>

/* An override, taken apart. */
typedef struct tr_change {
    const tr_param *param; /* of the only run, or NULL */
    const char *text;
    const char *value;  /* within text */
    const char *option; /* that it comes from, where that is neither the setting's nor --set */
    bool is_used;
} tr_change;

/* Where a value comes from: the plan, or the command line. */
typedef struct tr_place {
    const tr_yaml_node *node;
    const tr_change *change; /* instead of the node */
} tr_place;

typedef struct tr_raw_run {
    const tr_yaml_node *key;
    const tr_yaml_node *value;
    tr_settings *settings; /* not resolved, for those that are made of it; NULL until it is read */
    tr_place data_from;    /* where these were set, maybe in a run that it extends */
    tr_place seed_from;
    tr_place training; /* of settings->given_training */
    tr_place seed;     /* of a seed that was set */
    bool file_is_given;
    bool recording_is_given;
    bool is_being_read;
    bool is_checked; /* by the search for cycles, as is the next */
    bool is_on_path;
} tr_raw_run;

typedef struct tr_plan_reader {
    tr_plan *plan;
    const char *name;
    tr_change *changes;
    size_t n_changes;
    tr_raw_run *runs;
    size_t n_runs;
    tr_plan_error_fn report;
    void *context;
    tr_status status; /* of the first error */
    tr_diag *diag;
} tr_plan_reader;

/* Notes an error in the plan, or on the command line: reading goes on, to find others. */
void tr_refuse(tr_plan_reader *reader, tr_place place, const char *format, ...) TR_PRINTF(3, 4);
/* "found …; wanted …", with what stands there. */
void tr_refuse_value(tr_plan_reader *reader, tr_place place, const char *wanted);
/* Notes a failure that has nothing to do with a place. */
void tr_refuse_status(tr_plan_reader *reader, tr_status status, const tr_diag *diag);

/* The text of a scalar or a change; NULL for a list or map. */
const char *tr_place_text(tr_place place);

/* Reads a value; false where it was refused. */
bool tr_read_value(tr_plan_reader *reader, tr_settings *settings, const tr_param *param,
                   tr_place place);
/* Reads layers: a list of maps, or the compact text. */
bool tr_read_layers(tr_plan_reader *reader, tr_settings *settings, tr_place place);
/* Reads a text for the caller to free with g_free(), NULL where it was refused. */
char *tr_read_text(tr_plan_reader *reader, tr_place place, const char *wanted, bool lines);
/* Whether the node is a map; refused where it is not. */
bool tr_is_map(tr_plan_reader *reader, const tr_yaml_node *node, const char *wanted);
/* Refuses a key, with the one that was meant if it is like one, and the known ones otherwise. */
void tr_refuse_key(tr_plan_reader *reader, tr_place place, const char *key, const char *what,
                   const char *const *known, size_t n_known);
/* The run that `place` names, or TR_NO_RUN where it was refused. */
size_t tr_find_run(tr_plan_reader *reader, tr_place place);

/* Gives a run of the plan, whose other fields are set, a copy of the settings, resolved. */
bool tr_resolve_run(tr_plan_reader *reader, tr_plan_run *run, const tr_settings *settings);
/* Settles what a value that was set excludes: it takes the place of what was there before. */
void tr_settle(tr_plan_reader *reader, tr_raw_run *run, const tr_param *param, tr_place place);

/* Values of a setting that is to vary; false where they were refused. */
bool tr_read_variation(tr_plan_reader *reader, tr_variation *variation, const tr_param *param,
                       const tr_place *places, size_t n_places);
/* Reads the keys `compare` and `vary` of an artifact. */
bool tr_read_comparison(tr_plan_reader *reader, tr_plan_artifact *artifact,
                        const tr_yaml_node *map);
/* Makes the runs of a comparison whose base and variations are known; `place` is where too many of them are
 * refused. */
bool tr_expand_comparison(tr_plan_reader *reader, tr_plan_comparison *comparison, tr_place place);
/* Refuses what comparisons lack, and gives a picture that has no size one that its panels need. */
void tr_finish_comparison(tr_plan_reader *reader, tr_plan_artifact *artifact, tr_place pace);
void tr_plan_comparison_destroy(tr_plan_comparison **comparison);

/* Frees what the reader owns, which is not the plan. */
void tr_close_reader(tr_plan_reader *reader);

/* The change of a setting's name and value that begins after `prefix`, as in KEY=VALUE: true and the key,
 * to be freed with g_free(), where the change's text begins so. */
bool tr_change_key(tr_change *change, const char *prefix, char **key);

/* Fills plan->runs, and plan->artifacts. */
void tr_read_runs(tr_plan_reader *reader, const tr_yaml_node *node);
void tr_read_artifacts(tr_plan_reader *reader, const tr_yaml_node *node);

#endif
