#include "params.h"

#include "alloc.h"
#include "diag.h"
#include "layers.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/trainer.h>
#include <trainreel/video.h>

#define RUN                                                                                        \
    (TR_FOR_TRAIN | TR_FOR_RENDER | TR_FOR_CHART | TR_FOR_PREDICT | TR_FOR_CHECK_GRADIENT |        \
     TR_FOR_RUN | TR_FOR_BUILD | TR_FOR_RECORD | TR_FOR_COMPARE | TR_FOR_PREVIEW)
#define EVERY (TR_FOR_RENDER | TR_FOR_RUN | TR_FOR_BUILD | TR_FOR_ARTIFACT)
#define FRAMES (TR_FOR_RENDER | TR_FOR_RUN | TR_FOR_BUILD | TR_FOR_ARTIFACT | TR_FOR_COMPARE)
#define PICTURE (TR_FOR_RENDER | TR_FOR_CHART | TR_FOR_ARTIFACT | TR_FOR_COMPARE | TR_FOR_PREVIEW)
#define WRITTEN (TR_FOR_RENDER | TR_FOR_CHART | TR_FOR_ARTIFACT | TR_FOR_COMPARE)
#define PANELS (TR_FOR_RENDER | TR_FOR_CHART | TR_FOR_ARTIFACT | TR_FOR_PREVIEW)
#define SCENE (TR_FOR_RENDER | TR_FOR_ARTIFACT | TR_FOR_COMPARE | TR_FOR_PREVIEW)
#define CHART (TR_FOR_CHART | TR_FOR_ARTIFACT)
#define VIDEO (TR_FOR_RENDER | TR_FOR_ARTIFACT | TR_FOR_COMPARE)
#define COMPARISON (TR_FOR_COMPARE | TR_FOR_ARTIFACT)
#define AT(member) offsetof(tr_settings, member)

/* in the order of tr_data_kind, tr_csv_header, tr_loss, tr_optimizer, tr_pace, tr_layout,
 * tr_theme_kind, tr_scale, tr_align, tr_arrangement, tr_format, tr_profile, tr_embed_target */
static const char *const data_kinds[] = {"bilinear", "sine",    "linear", "step", "xor",
                                         "circles",  "spirals", "csv",    NULL};
static const char *const csv_headers[] = {"auto", "yes", "no", NULL};
static const char *const losses[] = {"mean_squared_error", "mean_absolute_error",
                                     "binary_crossentropy", "categorical_crossentropy", NULL};
static const char *const optimizers[] = {"sgd", "adam", "rmsprop", "adagrad", NULL};
static const char *const paces[] = {"step", "log", "adaptive", NULL};
static const char *const layouts[] = {"row", "column", NULL};
static const char *const themes[] = {"post", "light", "dark", "colorblind", NULL};
static const char *const scales[] = {"linear", "log", NULL};
static const char *const alignments[] = {"samples", "epoch", "iteration", NULL};
static const char *const arrangements[] = {"grid", "overlay", NULL};
static const char *const formats[] = {"mp4", "png", "checksums", "none", "webm",
                                      "av1", "gif", "apng",      NULL};
static const char *const profiles[] = {"baseline", "main", "high", NULL};
static const char *const embed_targets[] = {"pelican", "html", "markdown", "hugo",
                                            "jekyll",  "json", NULL};
static const char *const presets[] = {"plot",   "ultrafast", "superfast", "veryfast",
                                      "faster", "fast",      "medium",    "slow",
                                      "slower", "veryslow",  NULL};
static const char *const switches[] = {"no", "yes", NULL};

const tr_param_group tr_param_groups[] = {
    {"recording.", "Recording"}, {"data.", "Data"},       {"model.", "Model"},
    {"train.", "Training"},      {"record.", "Frames"},   {"compare.", "Comparison"},
    {"picture.", "Picture"},     {"video.", "Video"},     {"summary.", "Summary"},
    {"output.", "Output"},       {"embed.", "Embedding"},
};
const size_t tr_n_param_groups = sizeof tr_param_groups / sizeof *tr_param_groups;

/* name, option, short, users, type, default, low, high, choices, value, help, where */
const tr_param tr_params[] = {
    {"recording.file", NULL, 0, TR_FOR_RUN, TR_PARAM_PATH, "", 0, 0, NULL, "FILE",
     "the recording that the run is read from, instead of training it", AT(recording)},

    {"data.kind", "data", 0, RUN | TR_FOR_IMPORT, TR_PARAM_CHOICE, "bilinear", 0, 0, data_kinds,
     "KIND",
     "what the net learns; bilinear is 0 up to x = 1, then rises with slope 2; xor, circles and "
     "spirals have two inputs; csv is read from --data-file",
     AT(data_kind)},
    {"data.points", "points", 0, RUN | TR_FOR_IMPORT, TR_PARAM_INTEGER, "200", 2, 1e7, NULL, "N",
     "samples of data that is made", AT(points)},
    {"data.noise", "noise", 0, RUN | TR_FOR_IMPORT, TR_PARAM_NUMBER, NULL, 0, 1e30, NULL, "STD",
     "standard deviation of the noise that is added to the data [0.2 for sine, 0 for the others]",
     AT(noise)},
    {"data.from", NULL, 0, TR_FOR_RUN, TR_PARAM_TEXT, "", 0, 0, NULL, "RUN",
     "the run whose data this one has too, so that nothing is drawn for it again", AT(data_from)},
    {"data.file", "data-file", 0, RUN | TR_FOR_IMPORT, TR_PARAM_PATH, "", 0, 0, NULL, "FILE",
     "CSV file with the data; implies --data csv", AT(data_file)},
    {"data.x", "x-columns", 0, RUN | TR_FOR_IMPORT, TR_PARAM_TEXT, "", 0, 0, NULL, "LIST",
     "columns of the CSV file that are inputs: names, or numbers from 1 [all others]",
     AT(x_columns)},
    {"data.y", "y-columns", 0, RUN | TR_FOR_IMPORT, TR_PARAM_TEXT, "", 0, 0, NULL, "LIST",
     "columns of the CSV file that are outputs [the last one]", AT(y_columns)},
    {"data.header", "header", 0, RUN | TR_FOR_IMPORT, TR_PARAM_CHOICE, "auto", 0, 0, csv_headers,
     "WHICH", "whether the first line of the CSV file names its columns", AT(csv_header)},

    {"model.layers", "model", 0, RUN | TR_FOR_IMPORT, TR_PARAM_LAYERS, "1:relu:normal", 0, 0, NULL,
     "LAYERS",
     "dense layers, from the first to the last, as UNITS[:ACTIVATION[:INIT]],… such as 60:relu,1; "
     "the activation is linear (the default), relu, tanh, sigmoid, leaky_relu(ALPHA), elu(ALPHA), "
     "softplus or softmax, the init glorot_uniform (the default), glorot_normal, he_normal, "
     "he_uniform, normal(STD), uniform(LIMIT), zeros or constant(VALUE)",
     AT(layers)},

    {"train.loss", "loss", 0, RUN | TR_FOR_IMPORT, TR_PARAM_CHOICE, "mean_squared_error", 0, 0,
     losses, "NAME", "what training minimises", AT(loss)},
    {"train.optimizer", "optimizer", 0, RUN | TR_TAKES_LIST | TR_FOR_IMPORT, TR_PARAM_CHOICE, "sgd",
     0, 0, optimizers, "NAME", "how updates follow the gradient", AT(optimizer)},
    {"train.learning_rate", "learning-rate", 0, RUN | TR_TAKES_LIST | TR_FOR_IMPORT,
     TR_PARAM_NUMBER, NULL, 0, 1e30, NULL, "RATE",
     "how far each update goes [0.01 for sgd and adagrad, 0.001 for adam and rmsprop]",
     AT(learning_rate)},
    {"train.batch_size", "batch-size", 0, RUN | TR_TAKES_LIST | TR_FOR_IMPORT, TR_PARAM_INTEGER,
     "128", 1, 1e7, NULL, "N",
     "samples per iteration; the last batch of an epoch is shorter where they do not divide evenly",
     AT(batch_size)},
    {"train.epochs", "epochs", 0, RUN, TR_PARAM_INTEGER, "2000", 0, 1e9, NULL, "N",
     "passes over the data", AT(epochs)},
    {"train.seed", "seed", 0, RUN | TR_TAKES_LIST | TR_FOR_IMPORT, TR_PARAM_INTEGER, "0", 0,
     4294967295., NULL, "N", "seed of the random numbers, as in numpy.random.seed", AT(seed)},
    {"train.seed_from", NULL, 0, TR_FOR_RUN, TR_PARAM_TEXT, "", 0, 0, NULL, "RUN",
     "the run after which this one goes on with the same random numbers, instead of a seed",
     AT(seed_from)},
    {"train.momentum", "momentum", 0, RUN, TR_PARAM_NUMBER, "0", 0, 1, NULL, "SHARE",
     "of sgd: how much of its speed an update keeps", AT(momentum)},
    {"train.nesterov", "nesterov", 0, RUN, TR_PARAM_CHOICE, "no", 0, 0, switches, "YES|NO",
     "of sgd: whether the momentum is Nesterov's", AT(nesterov)},
    {"train.decay", "decay", 0, RUN, TR_PARAM_NUMBER, "0", 0, 1e30, NULL, "RATE",
     "of sgd: the learning rate is divided by 1 + RATE times the iterations so far", AT(decay)},
    {"train.beta_1", "beta-1", 0, RUN, TR_PARAM_NUMBER, "0.9", 0, 0.999999, NULL, "SHARE",
     "of adam: decay of the mean gradient", AT(beta_1)},
    {"train.beta_2", "beta-2", 0, RUN, TR_PARAM_NUMBER, "0.999", 0, 0.999999, NULL, "SHARE",
     "of adam: decay of the mean squared gradient", AT(beta_2)},
    {"train.rho", "rho", 0, RUN, TR_PARAM_NUMBER, "0.9", 0, 1, NULL, "SHARE",
     "of rmsprop: decay of the mean squared gradient", AT(rho)},
    {"train.epsilon", "epsilon", 0, RUN, TR_PARAM_NUMBER, NULL, 1e-30, 1, NULL, "NUMBER",
     "of adam, rmsprop and adagrad: what keeps them from dividing by 0 [1e-8 for adam, otherwise "
     "1e-6]",
     AT(epsilon)},

    {"record.pace", "pace", 0, FRAMES, TR_PARAM_CHOICE, "step", 0, 0, paces, "NAME",
     "which states get a frame: step, evenly; log, --frames in all, close together at first; "
     "adaptive, --frames in all, so that each changes as much, which comparisons do not have. The "
     "initial and the last state always have one",
     AT(pace)},
    {"record.every", "every", 0, EVERY, TR_PARAM_INTEGER, "50", 1, 1e12, NULL, "N",
     "iterations from one frame to the next", AT(every)},
    {"record.frames", "frames", 0, FRAMES, TR_PARAM_INTEGER, "150", 2, 1048576, NULL, "N",
     "frames in all, for the paces log and adaptive, and for comparisons", AT(frames)},

    {"compare.align", "align", 0, COMPARISON, TR_PARAM_CHOICE, "samples", 0, 0, alignments, "BY",
     "what is the same for all runs in a frame: samples seen, which is the fair one, because all "
     "have "
     "done the same work; epoch; or iteration, with which larger batches have seen more",
     AT(align)},
    {"compare.arrangement", NULL, 0, TR_FOR_ARTIFACT, TR_PARAM_CHOICE, "grid", 0, 0, arrangements,
     "NAME", "a panel for each run, or all of them overlaid in one", AT(arrangement)},

    {"picture.scene", "scene", 0, SCENE, TR_PARAM_TEXT, "fit", 0, 0, NULL, "PANELS",
     "what is shown: fit, error, landscape, network, weights, data or neuron, or up to four of "
     "them as in fit+error; a comparison shows one of them, with or without +error",
     AT(scene)},
    {"picture.layout", "layout", 0, PANELS, TR_PARAM_CHOICE, "row", 0, 0, layouts, "NAME",
     "whether several panels stand side by side or one below the other", AT(layout)},
    {"picture.size", "size", 0, PICTURE, TR_PARAM_SIZE, NULL, 64, 7680, NULL, "WxH",
     "width and height in pixels, 64x64 to 7680x4320, even for mp4; what is too small for a legend "
     "has none [400x300, and what the panels of a comparison need]",
     AT(size)},
    {"picture.scale", "scale", 0, WRITTEN | TR_FOR_EMBED, TR_PARAM_INTEGER, "1", 1, 8, NULL, "N",
     "for dense screens: N times the pixels with the same layout", AT(scale)},
    {"picture.theme", "theme", 0, PICTURE, TR_PARAM_CHOICE, "post", 0, 0, themes, "NAME",
     "how it looks", AT(theme)},
    {"picture.background", "background", 0, PICTURE, TR_PARAM_COLOR, "", 0, 0, NULL, "#RRGGBB",
     "colour of the background instead of the theme's", AT(background)},
    {"picture.grid_color", "grid-color", 0, PICTURE, TR_PARAM_COLOR, "", 0, 0, NULL, "#RRGGBB",
     "colour of the grid", AT(grid_color)},
    {"picture.text_color", "text-color", 0, PICTURE, TR_PARAM_COLOR, "", 0, 0, NULL, "#RRGGBB",
     "colour of texts", AT(text_color)},
    {"picture.data_color", "data-color", 0, PICTURE, TR_PARAM_COLOR, "", 0, 0, NULL, "#RRGGBB",
     "colour of the data", AT(data_color)},
    {"picture.prediction_color", "prediction-color", 0, PICTURE, TR_PARAM_COLOR, "", 0, 0, NULL,
     "#RRGGBB", "colour of the prediction", AT(prediction_color)},
    {"picture.title", "title", 0, PICTURE, TR_PARAM_TEXT, NULL, 0, 0, NULL, "TEXT",
     "title; {iteration}, {epoch} and {samples} stand for those numbers [\"iteration: "
     "{iteration}\" for videos]",
     AT(title)},
    {"picture.x_label", "x-label", 0, PICTURE, TR_PARAM_TEXT, NULL, 0, 0, NULL, "TEXT",
     "label of the x axis [by what is shown]", AT(x_label)},
    {"picture.y_label", "y-label", 0, PICTURE, TR_PARAM_TEXT, NULL, 0, 0, NULL, "TEXT",
     "label of the y axis [by what is shown]", AT(y_label)},
    {"picture.data_label", "data-label", 0, PICTURE, TR_PARAM_TEXT, "data", 0, 0, NULL, "TEXT",
     "what the legend calls the data", AT(data_label)},
    {"picture.prediction_label", "prediction-label", 0, PICTURE, TR_PARAM_TEXT, "prediction", 0, 0,
     NULL, "TEXT", "what the legend calls the prediction", AT(prediction_label)},
    {"picture.error_scale", "error-scale", 0, PICTURE, TR_PARAM_CHOICE, "linear", 0, 0, scales,
     "NAME", "scale of the error axis", AT(error_scale)},
    {"picture.full_loss", "full-loss", 0, WRITTEN, TR_PARAM_CHOICE, "no", 0, 0, switches, "YES|NO",
     "whether the error on all data is drawn over that of the batches", AT(full_loss)},
    {"picture.iteration", "iteration", 0, CHART, TR_PARAM_INTEGER, "-1", -1, 1e15, NULL, "N",
     "the state that a chart shows, -1 for the last one", AT(iteration)},

    {"video.fps", "fps", 0, VIDEO, TR_PARAM_INTEGER, "30", 1, 240, NULL, "N", "frames per second",
     AT(frames_per_second)},
    {"video.hold", "hold", 0, VIDEO, TR_PARAM_NUMBER, "0", 0, 3600, NULL, "SECONDS",
     "how long the last frame stays", AT(hold)},
    {"video.crf", "crf", 0, VIDEO, TR_PARAM_NUMBER, "21", 1, 51, NULL, "N",
     "quality of H.264, and about the same of VP9 and AV1: lower is better and larger", AT(crf)},
    {"video.preset", "preset", 0, VIDEO, TR_PARAM_CHOICE, "plot", 0, 0, presets, "NAME",
     "how hard x264 tries for mp4: plot is made for line plots, the others are its own",
     AT(preset)},
    {"video.profile", "profile", 0, VIDEO, TR_PARAM_CHOICE, "main", 0, 0, profiles, "NAME",
     "H.264 profile; baseline is what avc1.42E01E declares, and larger", AT(profile)},
    {"video.gif_size", "gif-size", 0, TR_FOR_RENDER | TR_FOR_ARTIFACT, TR_PARAM_BYTES, "none", 1,
     1e12, NULL, "BYTES",
     "the most bytes that a GIF may have, as in 500k or 2M; to keep that it gets fewer colours, "
     "then fewer frames, then a smaller picture",
     AT(gif_size)},

    {"summary.levels", "levels", 0, COMPARISON, TR_PARAM_LEVELS, "0.1,0.01,0.001", 0, 1e30, NULL,
     "LIST", "the summary says after how many iterations the loss on all data fell below these",
     AT(levels)},
    {"summary.seconds", "seconds", 0, COMPARISON, TR_PARAM_CHOICE, "no", 0, 0, switches, "YES|NO",
     "whether the summary has a column with the seconds of each training, which are never the same "
     "twice, so that neither is the file",
     AT(seconds)},

    {"output.format", "format", 0, TR_FOR_RENDER, TR_PARAM_CHOICES, "mp4", 0, 0, formats, "LIST",
     "what is made of the frames, as in mp4,webm; mp4: a video and its poster; webm: VP9; av1: "
     "AV1, "
     "in NAME.av1.webm; gif; apng: animated PNG; png: a folder of frames; checksums: a SHA-256 for "
     "every frame; none: nothing, for measuring",
     AT(formats)},
    {"output.folder", "out", 0, TR_FOR_RENDER | TR_FOR_BUILD | TR_FOR_COMPARE, TR_PARAM_PATH, "out",
     0, 0, NULL, "DIR", "folder for the files; it is made if it is not there", AT(folder)},
    {"output.name", "name", 0, TR_FOR_RENDER, TR_PARAM_TEXT, "neuron", 0, 0, NULL, "NAME",
     "file name without ending: NAME.mp4 and NAME_start.png", AT(name)},
    {"output.page", "page", 0, TR_FOR_BUILD | TR_FOR_COMPARE, TR_PARAM_CHOICE, "yes", 0, 0,
     switches, "YES|NO", "whether index.html shows all that is made; wins over the plan", AT(page)},
    {"output.jobs", "jobs", 'j', TR_FOR_RENDER | TR_FOR_BUILD | TR_FOR_COMPARE, TR_PARAM_INTEGER,
     "0", 0, 256, NULL, "N",
     "workers that draw and encode, 0 for one per processor; the files do not depend on it",
     AT(jobs)},

    {"embed.for", "for", 0, TR_FOR_EMBED, TR_PARAM_CHOICE, "html", 0, 0, embed_targets, "WHAT",
     "what the text is to be pasted into: pelican, the video tag of its plugin liquid_tags; html, "
     "any "
     "page; markdown, the poster as a link, which every renderer lets through; hugo and jekyll, "
     "posts of these; json, all facts for a program",
     AT(embed_for)},
    {"embed.video_path", "video-path", 0, TR_FOR_EMBED, TR_PARAM_TEXT, "/videos/", 0, 0, NULL,
     "URL", "where videos and captions will be", AT(video_path)},
    {"embed.image_path", "image-path", 0, TR_FOR_EMBED, TR_PARAM_TEXT, "/images/", 0, 0, NULL,
     "URL", "where posters and other pictures will be", AT(image_path)},
    {"embed.poster", "poster", 0, TR_FOR_EMBED, TR_PARAM_PATH, NULL, 0, 0, NULL, "FILE",
     "picture that is shown before the video plays; an empty name for none [NAME_start.png beside "
     "FILE, or in ../images]",
     AT(poster)},
    {"embed.alt", "alt", 0, TR_FOR_EMBED, TR_PARAM_TEXT, NULL, 0, 0, NULL, "TEXT",
     "what is to be seen, for those who do not see it [the name of FILE]", AT(alt)},
};
const size_t tr_n_params = sizeof tr_params / sizeof *tr_params;

static void *value_of(tr_settings *settings, const tr_param *param) {
    return (char *)settings + param->offset;
}

static const void *value_in(const tr_settings *settings, const tr_param *param) {
    return (const char *)settings + param->offset;
}

static bool is_text(const tr_param *param) {
    return param->type == TR_PARAM_TEXT || param->type == TR_PARAM_PATH ||
           param->type == TR_PARAM_LEVELS;
}

tr_status tr_settings_create(tr_settings **out, tr_diag *diag) {
    *out = NULL;
    tr_settings *settings = tr_alloc_array(1, sizeof *settings);
    if (!settings)
        return tr_fail_memory(diag, "the settings");
    for (size_t i = 0; i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        tr_status status = tr_settings_reset(settings, param, diag);
        if (status) {
            tr_settings_destroy(&settings);
            return status;
        }
    }
    *out = settings;
    return TR_OK;
}

tr_status tr_settings_reset(tr_settings *settings, const tr_param *param, tr_diag *diag) {
    if (param->initial)
        return tr_settings_set(settings, param, param->initial, diag);
    if (param->type == TR_PARAM_NUMBER)
        *(double *)value_of(settings, param) = NAN;
    if (param->type == TR_PARAM_SIZE)
        *(tr_size *)value_of(settings, param) = (tr_size){0};
    if (is_text(param)) {
        char **text = value_of(settings, param);
        free(*text);
        *text = NULL;
    }
    return TR_OK;
}

void tr_settings_note(tr_settings *settings, const tr_param *param) {
    if (g_str_has_prefix(param->name, "data."))
        settings->given |= TR_GIVEN_DATA;
    else if (g_str_has_prefix(param->name, "model."))
        settings->given |= TR_GIVEN_MODEL;
    else if (!strcmp(param->name, "train.loss"))
        settings->given |= TR_GIVEN_LOSS;
    else if (!strcmp(param->name, "train.seed"))
        settings->given |= TR_GIVEN_SEED;
    else if (g_str_has_prefix(param->name, "train.") && !settings->given_training)
        settings->given_training = param;
}

bool tr_settings_has(const tr_settings *settings, const tr_param *param) {
    unsigned given = settings->given;
    bool is_recorded = *settings->recording != '\0';
    if (!strcmp(param->name, "recording.file"))
        return is_recorded;
    if (!is_recorded)
        return true;
    if (g_str_has_prefix(param->name, "data."))
        return given & TR_GIVEN_DATA;
    if (g_str_has_prefix(param->name, "model."))
        return given & TR_GIVEN_MODEL;
    if (!strcmp(param->name, "train.loss"))
        return given & TR_GIVEN_LOSS;
    if (!strcmp(param->name, "train.seed"))
        return given & TR_GIVEN_SEED;
    return !g_str_has_prefix(param->name, "train.");
}

void tr_settings_destroy(tr_settings **settings) {
    if (!*settings)
        return;
    for (size_t i = 0; i < tr_n_params; i++)
        if (is_text(&tr_params[i]))
            free(*(char **)value_of(*settings, &tr_params[i]));
    free((*settings)->layers.items);
    free(*settings);
    *settings = NULL;
}

tr_status tr_settings_copy(tr_settings **out, const tr_settings *settings, tr_diag *diag) {
    tr_settings *copy = tr_alloc_array(1, sizeof *copy);
    *out = copy;
    if (!copy)
        return tr_fail_memory(diag, "the settings");
    *copy = *settings;
    bool complete = true;
    copy->layers.items = tr_alloc_array(settings->layers.count, sizeof *copy->layers.items);
    if (copy->layers.items)
        memcpy(copy->layers.items, settings->layers.items,
               settings->layers.count * sizeof *copy->layers.items);
    else
        complete = false;
    for (size_t i = 0; i < tr_n_params; i++) {
        char *const *text = value_in(settings, &tr_params[i]);
        if (!is_text(&tr_params[i]) || !*text)
            continue;
        char *duplicate = strdup(*text);
        *(char **)value_of(copy, &tr_params[i]) = duplicate;
        complete = complete && duplicate;
    }
    if (!complete) {
        tr_settings_destroy(out);
        return tr_fail_memory(diag, "the settings");
    }
    return TR_OK;
}

void tr_settings_resolve(tr_settings *settings) {
    tr_fit_options defaults = tr_fit_options_default((tr_optimizer)settings->optimizer);
    if (isnan(settings->learning_rate))
        settings->learning_rate = defaults.learning_rate;
    if (isnan(settings->epsilon))
        settings->epsilon = defaults.epsilon;
    if (isnan(settings->noise))
        settings->noise = settings->data_kind == TR_DATA_SINE ? 0.2 : 0;
    if (*settings->data_file)
        settings->data_kind = TR_DATA_CSV;
    if (!settings->size.width)
        settings->size = (tr_size){400, 300};
}

static void describe_choices(const tr_param *param, const char *before, char *text, size_t size) {
    g_strlcpy(text, before, size);
    for (int i = 0; param->choices[i]; i++) {
        g_strlcat(text, i ? ", " : "", size);
        g_strlcat(text, param->choices[i], size);
    }
}

static void describe_numbers(const tr_param *param, char *text, size_t size) {
    char *low = tr_format_number(param->low), *high = tr_format_number(param->high);
    snprintf(text, size, "a number from %s to %s", low, high);
    g_free(low);
    g_free(high);
}

void tr_param_describe(const tr_param *param, char *text, size_t size) {
    switch (param->type) {
    case TR_PARAM_INTEGER:
        snprintf(text, size, "a whole number from %.0f to %.0f", param->low, param->high);
        break;
    case TR_PARAM_NUMBER:
        describe_numbers(param, text, size);
        break;
    case TR_PARAM_SIZE:
        snprintf(text, size, "a size such as 400x300, from 64x64 to 7680x4320");
        break;
    case TR_PARAM_CHOICE:
        describe_choices(param, "one of ", text, size);
        break;
    case TR_PARAM_CHOICES:
        describe_choices(param, "one or more, with commas in between, of ", text, size);
        break;
    case TR_PARAM_BYTES:
        snprintf(text, size, "a number of bytes such as 800, 500k or 2M, up to %.0fM, or none",
                 param->high / 1e6);
        break;
    case TR_PARAM_TEXT:
        snprintf(text, size, "one line of text without control characters");
        break;
    case TR_PARAM_PATH:
        snprintf(text, size, "a path");
        break;
    case TR_PARAM_COLOR:
        snprintf(text, size, "a colour such as #4C72B0");
        break;
    case TR_PARAM_LAYERS:
        snprintf(text, size, "layers such as 60:relu,1");
        break;
    case TR_PARAM_LEVELS:
        snprintf(text, size, "1 to %d different numbers above 0, such as 0.1,0.01", TR_MOST_LEVELS);
        break;
    }
}

static tr_status refuse(const tr_param *param, const char *text, tr_diag *diag) {
    char wanted[200];
    tr_param_describe(param, wanted, sizeof wanted);
    return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.60s\" is not %s", text, wanted);
}

static tr_status set_integer(const tr_param *param, const char *text, int64_t *value,
                             tr_diag *diag) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    bool digits =
        *text && strspn(text + (*text == '-'), "0123456789") == strlen(text + (*text == '-'));
    if (!digits || *end || errno || (double)number < param->low || (double)number > param->high)
        return refuse(param, text, diag);
    *value = number;
    return TR_OK;
}

static tr_status set_number(const tr_param *param, const char *text, double *value, tr_diag *diag) {
    char *end;
    double number = g_ascii_strtod(text, &end);
    /* strtod would also take "nan", "inf", "0x10" and leading spaces */
    bool plain = *text && strspn(text, "0123456789.eE+-") == strlen(text);
    if (!plain || *end || !(number >= param->low && number <= param->high))
        return refuse(param, text, diag);
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
        return refuse(param, text, diag);
    *value = size;
    return TR_OK;
}

static tr_status set_choice(const tr_param *param, const char *text, int *value, tr_diag *diag) {
    for (int i = 0; param->choices[i]; i++)
        if (!strcmp(text, param->choices[i])) {
            *value = i;
            return TR_OK;
        }
    return refuse(param, text, diag);
}

static tr_status set_choices(const tr_param *param, const char *text, unsigned *value,
                             tr_diag *diag) {
    unsigned found = 0;
    for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        size_t length = strcspn(at, ",");
        int i = 0;
        while (param->choices[i] &&
               (strlen(param->choices[i]) != length || strncmp(param->choices[i], at, length) != 0))
            i++;
        if (!param->choices[i]) {
            char wanted[200];
            describe_choices(param, "one of ", wanted, sizeof wanted);
            return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.*s\" is not %s",
                           length < 60 ? (int)length : 60, at, wanted);
        }
        if (found & 1u << i)
            return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.60s\" names %s twice", text,
                           param->choices[i]);
        found |= 1u << i;
    }
    *value = found;
    return TR_OK;
}

/* k and M are thousands and millions, as in what is printed. */
static tr_status set_bytes(const tr_param *param, const char *text, int64_t *value, tr_diag *diag) {
    size_t n_digits = strspn(text, "0123456789");
    int64_t factor = !strcmp(text + n_digits, "")    ? 1
                     : !strcmp(text + n_digits, "k") ? 1000
                     : !strcmp(text + n_digits, "M") ? 1000000
                                                     : 0;
    if (!strcmp(text, "none")) {
        *value = 0;
        return TR_OK;
    }
    if (!n_digits || n_digits > 12 || !factor)
        return refuse(param, text, diag);
    int64_t bytes = strtoll(text, NULL, 10) * factor;
    if ((double)bytes < param->low || (double)bytes > param->high)
        return refuse(param, text, diag);
    *value = bytes;
    return TR_OK;
}

static tr_status check_text(const char *text, tr_diag *diag) {
    if (!g_utf8_validate(text, -1, NULL))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "this is not valid UTF-8");
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "the text must be one line without control characters");
    return TR_OK;
}

static tr_status set_text(const char *text, char **value, tr_diag *diag) {
    char *copy = strdup(text);
    if (!copy)
        return tr_fail_memory(diag, "the settings");
    free(*value);
    *value = copy;
    return TR_OK;
}

static tr_status set_color(const tr_param *param, const char *text, tr_color *value,
                           tr_diag *diag) {
    bool plain =
        text[0] == '#' && strlen(text) == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
    if (*text && !plain)
        return refuse(param, text, diag);
    *value = *text ? (tr_color)strtol(text + 1, NULL, 16) : TR_COLOR_OF_THEME;
    return TR_OK;
}

size_t tr_levels_parse(const char *text, double levels[TR_MOST_LEVELS]) {
    size_t count = 0;
    for (const char *at = text; at && count < TR_MOST_LEVELS; at = strchr(at, ',')) {
        at += *at == ',';
        levels[count++] = g_ascii_strtod(at, NULL);
    }
    return count;
}

static tr_status set_levels(const tr_param *param, const char *text, char **value, tr_diag *diag) {
    char **parts = g_strsplit(text, ",", -1);
    double levels[TR_MOST_LEVELS];
    guint count = g_strv_length(parts);
    bool sound = count >= 1 && count <= TR_MOST_LEVELS;
    for (guint i = 0; sound && i < count; i++) {
        sound = !set_number(param, parts[i], &levels[i], NULL) && levels[i] > 0;
        for (guint k = 0; k < i; k++)
            sound = sound && levels[k] != levels[i];
    }
    g_strfreev(parts);
    return sound ? set_text(text, value, diag) : refuse(param, text, diag);
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
    case TR_PARAM_CHOICES:
        return set_choices(param, text, value, diag);
    case TR_PARAM_BYTES:
        return set_bytes(param, text, value, diag);
    case TR_PARAM_TEXT: {
        tr_status status = check_text(text, diag);
        return status ? status : set_text(text, value, diag);
    }
    case TR_PARAM_PATH:
        return set_text(text, value, diag);
    case TR_PARAM_COLOR:
        return set_color(param, text, value, diag);
    case TR_PARAM_LAYERS:
        return tr_layers_parse(value, text, diag);
    case TR_PARAM_LEVELS:
        return set_levels(param, text, value, diag);
    }
    return TR_ERROR_ARGUMENT;
}

static char *get_bytes(int64_t bytes) {
    if (!bytes)
        return g_strdup("none");
    if (bytes % 1000000 == 0)
        return g_strdup_printf("%lldM", (long long)bytes / 1000000);
    if (bytes % 1000 == 0)
        return g_strdup_printf("%lldk", (long long)bytes / 1000);
    return g_strdup_printf("%lld", (long long)bytes);
}

char *tr_settings_get(const tr_settings *settings, const tr_param *param) {
    const void *value = value_in(settings, param);
    switch (param->type) {
    case TR_PARAM_INTEGER:
        return g_strdup_printf("%lld", (long long)*(const int64_t *)value);
    case TR_PARAM_NUMBER: {
        double number = *(const double *)value;
        return isnan(number) ? NULL : tr_format_number(number);
    }
    case TR_PARAM_SIZE: {
        const tr_size *size = value;
        return !size->width ? NULL : g_strdup_printf("%dx%d", size->width, size->height);
    }
    case TR_PARAM_CHOICE:
        return g_strdup(param->choices[*(const int *)value]);
    case TR_PARAM_CHOICES: {
        GString *list = g_string_new(NULL);
        for (int i = 0; param->choices[i]; i++)
            if (*(const unsigned *)value & 1u << i)
                g_string_append_printf(list, "%s%s", list->len ? "," : "", param->choices[i]);
        return g_string_free(list, FALSE);
    }
    case TR_PARAM_BYTES:
        return get_bytes(*(const int64_t *)value);
    case TR_PARAM_TEXT:
    case TR_PARAM_PATH:
    case TR_PARAM_LEVELS:
        return g_strdup(*(char *const *)value);
    case TR_PARAM_COLOR: {
        tr_color color = *(const tr_color *)value;
        return color == TR_COLOR_OF_THEME ? g_strdup("")
                                          : g_strdup_printf("#%06X", (unsigned)color);
    }
    case TR_PARAM_LAYERS:
        return tr_layers_format(value);
    }
    return NULL;
}

const tr_param *tr_param_by_name(const char *name) {
    for (size_t i = 0; i < tr_n_params; i++)
        if (!strcmp(tr_params[i].name, name))
            return &tr_params[i];
    return NULL;
}

const tr_param *tr_param_by_option(const char *option) {
    for (size_t i = 0; i < tr_n_params; i++)
        if (!g_strcmp0(tr_params[i].option, option) ||
            (option[0] == tr_params[i].short_option && option[0] && !option[1]))
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
    /* what shares less than half of its letters was not meant */
    size_t best = MIN(strlen(name) / 3 + 2, strlen(name) / 2 + 1);
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(name, names[i]);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
