#include "params.h"

#include "alloc.h"
#include "diag.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH (TR_FOR_TRAIN | TR_FOR_RENDER)
#define AT(member) offsetof(tr_settings, member)

static const char *const data_kinds[] = {"bilinear", NULL};
/* in the order of tr_format, tr_profile */
static const char *const formats[] = {"mp4", "png", "checksums", "none", NULL};
static const char *const profiles[] = {"baseline", "main", "high", NULL};
static const char *const presets[] = {"plot",   "ultrafast", "superfast", "veryfast",
                                      "faster", "fast",      "medium",    "slow",
                                      "slower", "veryslow",  NULL};

const tr_param_group tr_param_groups[] = {
    {"data.", "Data"},       {"train.", "Training"}, {"record.", "Recording"},
    {"picture.", "Picture"}, {"video.", "Video"},    {"output.", "Output"},
};
const size_t tr_n_param_groups = sizeof tr_param_groups / sizeof *tr_param_groups;

/* name, option, short, commands, type, default, low, high, choices, value, help, where */
const tr_param tr_params[] = {
    {"data.kind", "data", 0, BOTH, TR_PARAM_CHOICE, "bilinear", 0, 0, data_kinds, "KIND",
     "what the net learns: 0 up to x = 1, then rising with slope 2", AT(data_kind)},
    {"data.points", "points", 0, BOTH, TR_PARAM_INTEGER, "200", 2, 1e7, NULL, "N",
     "samples, evenly spaced over x = 0 to 2", AT(points)},

    {"train.batch_size", "batch-size", 0, BOTH, TR_PARAM_INTEGER, "128", 1, 1e7, NULL, "N",
     "samples per iteration; the last batch of an epoch is shorter where they do not divide evenly",
     AT(batch_size)},
    {"train.epochs", "epochs", 0, BOTH, TR_PARAM_INTEGER, "2000", 0, 1e9, NULL, "N",
     "passes over the data", AT(epochs)},
    {"train.learning_rate", "learning-rate", 0, BOTH, TR_PARAM_NUMBER, "0.01", 0, 1e30, NULL,
     "RATE", "how far each update goes down the gradient", AT(learning_rate)},
    {"train.seed", "seed", 0, BOTH, TR_PARAM_INTEGER, "0", 0, 4294967295., NULL, "N",
     "seed of the random numbers, as in numpy.random.seed", AT(seed)},

    {"record.every", "every", 0, TR_FOR_RENDER, TR_PARAM_INTEGER, "50", 1, 1e12, NULL, "N",
     "a frame every N iterations; the initial and the last state always have one", AT(every)},

    {"picture.size", "size", 0, TR_FOR_RENDER, TR_PARAM_SIZE, "400x300", 64, 7680, NULL, "WxH",
     "width and height in pixels, 64x64 to 7680x4320, even for mp4; what is too small for a legend "
     "has none",
     AT(size)},
    {"picture.scale", "scale", 0, TR_FOR_RENDER, TR_PARAM_INTEGER, "1", 1, 8, NULL, "N",
     "for dense screens: N times the pixels with the same layout", AT(scale)},
    {"picture.title", "title", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "iteration: {iteration}", 0, 0,
     NULL, "TEXT", "title; {iteration}, {epoch} and {samples} stand for those numbers", AT(title)},
    {"picture.x_label", "x-label", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "", 0, 0, NULL, "TEXT",
     "label of the x axis", AT(x_label)},
    {"picture.y_label", "y-label", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "", 0, 0, NULL, "TEXT",
     "label of the y axis", AT(y_label)},
    {"picture.data_label", "data-label", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "data", 0, 0, NULL,
     "TEXT", "what the legend calls the data", AT(data_label)},
    {"picture.prediction_label", "prediction-label", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "prediction",
     0, 0, NULL, "TEXT", "what the legend calls the prediction", AT(prediction_label)},

    {"video.fps", "fps", 0, TR_FOR_RENDER, TR_PARAM_INTEGER, "30", 1, 240, NULL, "N",
     "frames per second", AT(frames_per_second)},
    {"video.crf", "crf", 0, TR_FOR_RENDER, TR_PARAM_NUMBER, "21", 1, 51, NULL, "N",
     "x264's quality: lower is better and larger", AT(crf)},
    {"video.preset", "preset", 0, TR_FOR_RENDER, TR_PARAM_CHOICE, "plot", 0, 0, presets, "NAME",
     "how hard the encoder tries: plot is made for line plots, the others are x264's", AT(preset)},
    {"video.profile", "profile", 0, TR_FOR_RENDER, TR_PARAM_CHOICE, "main", 0, 0, profiles, "NAME",
     "H.264 profile; baseline is what avc1.42E01E declares, and larger", AT(profile)},

    {"output.format", "format", 0, TR_FOR_RENDER, TR_PARAM_CHOICE, "mp4", 0, 0, formats, "NAME",
     "mp4: a video and its poster; png: a folder of frames; checksums: a SHA-256 for every frame; "
     "none: nothing, for measuring",
     AT(format)},
    {"output.folder", "out", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "out", 0, 0, NULL, "DIR",
     "folder for the files; it is made if it is not there", AT(folder)},
    {"output.name", "name", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "neuron", 0, 0, NULL, "NAME",
     "file name without ending: NAME.mp4 and NAME_start.png", AT(name)},
    {"output.jobs", "jobs", 'j', TR_FOR_RENDER, TR_PARAM_INTEGER, "0", 0, 256, NULL, "N",
     "workers that draw and encode, 0 for one per processor; the files do not depend on it",
     AT(jobs)},
};
const size_t tr_n_params = sizeof tr_params / sizeof *tr_params;

tr_status tr_settings_create(tr_settings **out, tr_diag *diag) {
    *out = NULL;
    tr_settings *settings = tr_alloc_array(1, sizeof *settings);
    if (!settings)
        return tr_fail_memory(diag, "the settings");
    for (size_t i = 0; i < tr_n_params; i++) {
        tr_status status = tr_settings_set(settings, &tr_params[i], tr_params[i].initial, diag);
        if (status) {
            tr_settings_destroy(&settings);
            return status;
        }
    }
    *out = settings;
    return TR_OK;
}

static void *value_of(tr_settings *settings, const tr_param *param) {
    return (char *)settings + param->offset;
}

void tr_settings_destroy(tr_settings **settings) {
    if (!*settings)
        return;
    for (size_t i = 0; i < tr_n_params; i++)
        if (tr_params[i].type == TR_PARAM_TEXT)
            free(*(char **)value_of(*settings, &tr_params[i]));
    free(*settings);
    *settings = NULL;
}

static tr_status set_integer(const tr_param *param, const char *text, int64_t *value,
                             tr_diag *diag) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    bool digits =
        *text && strspn(text + (*text == '-'), "0123456789") == strlen(text + (*text == '-'));
    if (!digits || *end || errno || (double)number < param->low || (double)number > param->high)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.60s\" is not a whole number from %.0f to %.0f",
                       text, param->low, param->high);
    *value = number;
    return TR_OK;
}

static tr_status set_number(const tr_param *param, const char *text, double *value, tr_diag *diag) {
    char *end;
    double number = g_ascii_strtod(text, &end);
    /* strtod would also take "nan", "inf", "0x10" and leading spaces */
    bool plain = *text && strspn(text, "0123456789.eE+-") == strlen(text);
    if (!plain || *end || !(number >= param->low && number <= param->high))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.60s\" is not a number from %g to %g", text,
                       param->low, param->high);
    *value = number;
    return TR_OK;
}

static tr_status set_size(const tr_param *param, const char *text, tr_size *value, tr_diag *diag) {
    char rest;
    tr_size size;
    bool plain = strspn(text, "0123456789x") == strlen(text) && strlen(text) < 12;
    if (!plain || sscanf(text, "%dx%d%c", &size.width, &size.height, &rest) != 2 ||
        size.width < param->low || size.width > param->high || size.height < param->low ||
        size.height > param->high)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "\"%.60s\" is not a size such as 400x300, from 64x64 to 7680x4320", text);
    *value = size;
    return TR_OK;
}

static tr_status set_choice(const tr_param *param, const char *text, int *value, tr_diag *diag) {
    char known[160] = "";
    for (int i = 0; param->choices[i]; i++) {
        if (!strcmp(text, param->choices[i])) {
            *value = i;
            return TR_OK;
        }
        size_t length = strlen(known);
        snprintf(known + length, sizeof known - length, "%s%s", i ? ", " : "", param->choices[i]);
    }
    return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.40s\" is not one of %s", text, known);
}

static tr_status set_text(const char *text, char **value, tr_diag *diag) {
    if (!g_utf8_validate(text, -1, NULL))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "this is not valid UTF-8");
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "the text must be one line without control characters");
    char *copy = strdup(text);
    if (!copy)
        return tr_fail_memory(diag, "the settings");
    free(*value);
    *value = copy;
    return TR_OK;
}

tr_status tr_settings_set(tr_settings *settings, const tr_param *param, const char *text,
                          tr_diag *diag) {
    void *value = value_of(settings, param);
    switch (param->type) {
    case TR_PARAM_INTEGER:
        return set_integer(param, text, value, diag);
    case TR_PARAM_NUMBER:
        return set_number(param, text, value, diag);
    case TR_PARAM_SIZE:
        return set_size(param, text, value, diag);
    case TR_PARAM_CHOICE:
        return set_choice(param, text, value, diag);
    case TR_PARAM_TEXT:
        return set_text(text, value, diag);
    }
    return TR_ERROR_ARGUMENT;
}

const tr_param *tr_param_by_option(const char *option) {
    for (size_t i = 0; i < tr_n_params; i++)
        if (!strcmp(tr_params[i].option, option) ||
            (option[0] == tr_params[i].short_option && !option[1]))
            return &tr_params[i];
    return NULL;
}

/* Levenshtein's distance, for names of up to 31 bytes. */
static size_t distance(const char *a, const char *b) {
    size_t row[32];
    size_t length = strlen(b);
    if (strlen(a) >= 32 || length >= 32)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t substitution = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            size_t insertion = MIN(row[j], row[j + 1]) + 1;
            row[j + 1] = MIN(substitution, insertion);
        }
    }
    return row[length];
}

const char *tr_nearest_name(const char *name, const char *const *names, size_t count) {
    const char *nearest = NULL;
    size_t best = strlen(name) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(name, names[i]);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
