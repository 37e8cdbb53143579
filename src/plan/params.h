/* The parameter table: every setting once. The command-line options, the help pages, the JSON report
 * and everything else that lists settings are made from it; adding a setting is adding a row. */
#ifndef TR_PLAN_PARAMS_H
#define TR_PLAN_PARAMS_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

typedef struct tr_size {
    int width;
    int height;
} tr_size;

/* The values of all settings. Texts belong to it. */
typedef struct tr_settings {
    int data_kind;
    int64_t points;
    int64_t batch_size;
    int64_t epochs;
    double learning_rate;
    int64_t seed;
    int64_t every;
    tr_size size;
    int64_t scale;
    char *title;
    char *x_label;
    char *y_label;
    char *data_label;
    char *prediction_label;
    int64_t frames_per_second;
    double crf;
    int preset;
    int profile;
    int format;
    char *folder;
    char *name;
    int64_t jobs;
} tr_settings;

typedef enum tr_param_type {
    TR_PARAM_INTEGER, /* int64_t */
    TR_PARAM_NUMBER,  /* double */
    TR_PARAM_SIZE,    /* tr_size, written 400x300 */
    TR_PARAM_CHOICE,  /* int, an index of `choices` */
    TR_PARAM_TEXT     /* char *, one line of UTF-8 */
} tr_param_type;

/* Which commands have a setting; the bits are or-ed. */
enum { TR_FOR_TRAIN = 1, TR_FOR_RENDER = 2 };

typedef struct tr_param {
    const char *name;   /* "train.batch_size", as a plan has it */
    const char *option; /* "batch-size", as the command line has it */
    char short_option;  /* 'j', or 0 */
    unsigned commands;
    tr_param_type type;
    const char *initial; /* the default, as text */
    double low;          /* range of a number, or of both sides of a size; included */
    double high;
    const char *const *choices; /* ends with NULL */
    const char *value;          /* what the help calls the value */
    const char *help;
    size_t offset; /* of the value in tr_settings */
} tr_param;

/* A heading of the help page, and the part of the names before the dot that goes under it. */
typedef struct tr_param_group {
    const char *prefix;
    const char *title;
} tr_param_group;

extern const tr_param tr_params[];
extern const size_t tr_n_params;
extern const tr_param_group tr_param_groups[];
extern const size_t tr_n_param_groups;

/* All defaults. TR_ERROR_MEMORY. */
tr_status tr_settings_create(tr_settings **settings, tr_diag *diag);
void tr_settings_destroy(tr_settings **settings);

/* Sets a value from its text. TR_ERROR_ARGUMENT says what was found and what would be right. */
tr_status tr_settings_set(tr_settings *settings, const tr_param *param, const char *text,
                          tr_diag *diag);

/* The setting with that option, without dashes; NULL if there is none. */
const tr_param *tr_param_by_option(const char *option);

/* Out of `count` names the one that is most like `name`, or NULL if none is much like it. */
const char *tr_nearest_name(const char *name, const char *const *names, size_t count);

#endif
