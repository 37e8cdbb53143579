/* The parameter table: every setting once. The command-line options, the help pages, the JSON report
 * and everything else that lists settings are made from it; adding a setting is adding a row. */
#ifndef TR_PLAN_PARAMS_H
#define TR_PLAN_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/status.h>

typedef struct tr_size {
    int width;
    int height;
} tr_size;

/* The layers of a net, in the order of the data's way. */
typedef struct tr_layer_list {
    size_t count;
    tr_layer *items;
} tr_layer_list;

/* What data.kind says for a CSV file, after the kinds that are made. */
enum { TR_DATA_CSV = TR_DATA_SPIRALS + 1 };

/* The values of all settings. Texts and layers belong to it. A number that is NaN, a size of 0x0 and a
 * text that is NULL were not set and have no default of their own; see tr_settings_resolve. */
typedef struct tr_settings {
    char *recording;
    int data_kind;
    int64_t points;
    double noise;
    char *data_from;
    char *data_file;
    char *x_columns;
    char *y_columns;
    int csv_header;
    tr_layer_list layers;
    int loss;
    int optimizer;
    double learning_rate;
    int64_t batch_size;
    int64_t epochs;
    int64_t seed;
    char *seed_from;
    double momentum;
    int nesterov;
    double decay;
    double beta_1;
    double beta_2;
    double rho;
    double epsilon;
    int pace;
    int64_t every;
    int64_t frames;
    char *scene;
    int layout;
    tr_size size;
    int64_t scale;
    int theme;
    tr_color background;
    tr_color grid_color;
    tr_color text_color;
    tr_color data_color;
    tr_color prediction_color;
    char *title;
    char *x_label;
    char *y_label;
    char *data_label;
    char *prediction_label;
    int error_scale;
    int full_loss;
    int64_t iteration;
    int align;
    int arrangement;
    char *levels;
    int seconds;
    int64_t frames_per_second;
    double hold;
    double crf;
    int preset;
    int profile;
    int64_t gif_size; /* bytes, 0 for any number */
    unsigned formats; /* bits of tr_format */
    char *folder;
    char *name;
    int page;
    int64_t jobs;
    int embed_for;
    char *video_path;
    char *image_path;
    char *poster;
    char *alt;
    /* what was set by somebody, which is what counts where there is a recording: TR_GIVEN_…, and the
     * first setting that only a training has; see tr_settings_note */
    unsigned given;
    const struct tr_param *given_training;
} tr_settings;

enum { TR_GIVEN_DATA = 1, TR_GIVEN_MODEL = 2, TR_GIVEN_LOSS = 4, TR_GIVEN_SEED = 8 };

typedef enum tr_param_type {
    TR_PARAM_INTEGER, /* int64_t */
    TR_PARAM_NUMBER,  /* double */
    TR_PARAM_SIZE,    /* tr_size, written 400x300 */
    TR_PARAM_CHOICE,  /* int, an index of `choices` */
    TR_PARAM_CHOICES, /* unsigned, a bit for each of `choices` that is in a list such as mp4,webm */
    TR_PARAM_BYTES,   /* int64_t, written 800, 500k, 2M, or none, which is 0 */
    TR_PARAM_TEXT,    /* char *, one line of UTF-8 */
    TR_PARAM_PATH,    /* char *, bytes as the file system has them */
    TR_PARAM_COLOR,   /* tr_color, written #RRGGBB, or "" for the theme's */
    TR_PARAM_LAYERS,  /* tr_layer_list, written 60:relu,1 */
    TR_PARAM_LEVELS   /* char *, different numbers above 0, written 0.1,0.01 */
} tr_param_type;

/* Who has a setting: commands, and the parts of a plan; the bits are or-ed. */
enum {
    TR_FOR_TRAIN = 1 << 0,
    TR_FOR_RENDER = 1 << 1,
    TR_FOR_CHART = 1 << 2,
    TR_FOR_COMPARE = 1 << 3,
    TR_FOR_PREDICT = 1 << 4,
    TR_FOR_CHECK_GRADIENT = 1 << 5,
    TR_FOR_BUILD = 1 << 6,
    TR_FOR_EMBED = 1 << 7,
    TR_FOR_RECORD = 1 << 8,
    TR_FOR_IMPORT = 1 << 9,
    TR_FOR_PREVIEW = 1 << 10,
    TR_FOR_RUN = 1 << 11,      /* a run in a plan */
    TR_FOR_ARTIFACT = 1 << 12, /* an artifact in a plan */
    TR_TAKES_LIST = 1 << 13    /* with TR_FOR_COMPARE: the values of a list are compared */
};

enum { TR_MOST_LEVELS = 8 };

typedef struct tr_param {
    const char *name;   /* "train.batch_size", as a plan has it */
    const char *option; /* "batch-size", as the command line has it; NULL: only in a plan */
    char short_option;  /* 'j', or 0 */
    unsigned users;     /* TR_FOR_… */
    tr_param_type type;
    const char *initial; /* the default, as text; NULL where there is none */
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

/* Notes that somebody set this setting. */
void tr_settings_note(tr_settings *settings, const tr_param *param);

/* Whether a setting counts for a run with these settings: all of them for a training, and for a recording
 * those of the data, the model and the training only where they were set. */
bool tr_settings_has(const tr_settings *settings, const tr_param *param);

/* Writes what a value of this setting is, such as "a whole number from 1 to 240". */
void tr_param_describe(const tr_param *param, char *text, size_t size);

/* Gives a value its default again. TR_ERROR_MEMORY. */
tr_status tr_settings_reset(tr_settings *settings, const tr_param *param, tr_diag *diag);

/* A copy that is independent of the first. TR_ERROR_MEMORY. */
tr_status tr_settings_copy(tr_settings **copy, const tr_settings *settings, tr_diag *diag);

/* Gives what was not set the values that follow from the others: Keras' learning rate and epsilon for the
 * optimizer, the noise of the data; and the size of a picture of one run. */
void tr_settings_resolve(tr_settings *settings);

/* The value as the text that tr_settings_set would take, in a string that the caller frees with
 * g_free(); NULL where it was not set. */
char *tr_settings_get(const tr_settings *settings, const tr_param *param);

/* The numbers of a TR_PARAM_LEVELS. Returns how many there are. */
size_t tr_levels_parse(const char *text, double levels[TR_MOST_LEVELS]);

/* The shortest text that brings the number back, such as "30", "0.00001", "1e9" or "2.5e-7", freed by the
 * caller with g_free(). An exponent is there only where the number would be long without. */
char *tr_format_number(double number);

/* The setting with that name, such as "train.batch_size"; NULL if there is none. */
const tr_param *tr_param_by_name(const char *name);

/* The setting with that option, without dashes; NULL if there is none. */
const tr_param *tr_param_by_option(const char *option);

/* Out of `count` names the one that is most like `name`, or NULL if none is much like it. */
const char *tr_nearest_name(const char *name, const char *const *names, size_t count);

#endif
