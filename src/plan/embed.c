/* Finding out what there is to embed; embed_text.c puts it into words. */
#include "embed.h"

#include "diag.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- URLs ---- */

/* What may stand in the beginning of a URL as it is: RFC 3986's characters, and the braces in which
 * generators of sites have names. */
static bool is_url_byte(char byte) {
    return g_ascii_isalnum(byte) || (byte && strchr("-._~:/?#[]@!$&*+,;=%{}", byte));
}

static tr_status check_path(const char *option, const char *path, tr_diag *diag) {
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at < 0x80 && !is_url_byte(*at) && !strchr("()", *at))
            return tr_fail(
                diag, TR_ERROR_ARGUMENT,
                "--%s: \"%.60s\" is not the beginning of a URL, such as /videos/; a space "
                "is %%20 there",
                option, path);
    const char *colon = strchr(path, ':'), *slash = strchr(path, '/');
    bool has_scheme = colon && (!slash || colon < slash);
    if (has_scheme && !g_str_has_prefix(path, "https://") && !g_str_has_prefix(path, "http://"))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "--%s: \"%.60s\" begins with another scheme than http and https", option,
                       path);
    return TR_OK;
}

char *tr_embed_url(const char *path, const char *name) {
    GString *url = g_string_new(NULL);
    for (const char *at = path; *at; at++)
        if (is_url_byte(*at))
            g_string_append_c(url, *at);
        else
            g_string_append_printf(url, "%%%02X", (unsigned)(unsigned char)*at);
    if (url->len && url->str[url->len - 1] != '/')
        g_string_append_c(url, '/');
    char *escaped = g_uri_escape_string(name, NULL, FALSE);
    g_string_append(url, escaped);
    g_free(escaped);
    return g_string_free(url, FALSE);
}

static char *url_of(const char *path, const char *file) {
    char *name = g_path_get_basename(file);
    char *url = tr_embed_url(path, name);
    g_free(name);
    return url;
}

/* ---- files ---- */

/* How the names of a kind of file end; a server tells its type by that. */
static const char *const endings[][3] = {[TR_CONTAINER_MP4] = {".mp4", ".m4v"},
                                         [TR_CONTAINER_WEBM] = {".webm"},
                                         [TR_CONTAINER_GIF] = {".gif"},
                                         [TR_CONTAINER_PNG] = {".png", ".apng"},
                                         [TR_CONTAINER_WEBP] = {".webp"}};

static bool has_ending(const char *file, const char *ending) {
    size_t length = strlen(file), end = strlen(ending);
    char *name = g_path_get_basename(file);
    bool matches =
        strlen(name) > end && length > end && !g_ascii_strcasecmp(file + length - end, ending);
    g_free(name);
    return matches;
}

static tr_status probe(const char *file, tr_media *media, tr_diag *diag) {
    tr_status status = tr_probe(file, media, diag);
    if (status)
        return status;
    const char *const *of_kind = endings[media->container];
    for (int i = 0; of_kind[i]; i++)
        if (has_ending(file, of_kind[i]))
            return TR_OK;
    return tr_fail(diag, TR_ERROR_INPUT,
                   "%.150s: is of the type %s; wanted a name that ends with %s, for browsers go by "
                   "that",
                   file, media->type, of_kind[0]);
}

static bool is_video(const tr_media *media) {
    return media->container == TR_CONTAINER_MP4 || media->container == TR_CONTAINER_WEBM;
}

/* The path without what tells the format, so that neuron.mp4 and neuron.av1.webm have the same. */
static char *stem_of(const char *file) {
    static const char *const known[] = {".av1.webm", ".webm", ".mp4", ".m4v",
                                        ".gif",      ".apng", ".png", ".webp"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (has_ending(file, known[i]))
            return g_strndup(file, strlen(file) - strlen(known[i]));
    return g_strdup(file);
}

static bool is_there(const char *path) {
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* ---- what is beside the file ---- */

/* Whether the file was written long enough before the other to be of an earlier rendering: formats that
 * are made together are complete within a moment of each other. */
static bool is_older(const char *file, const char *other) {
    enum { MOMENT_SECONDS = 2 };
    struct stat info, other_info;
    return !stat(file, &info) && !stat(other, &other_info) &&
           difftime(other_info.st_mtime, info.st_mtime) > MOMENT_SECONDS;
}

static void note_age(const tr_embed *embed, const char *file) {
    if (!embed->options.note || !is_older(file, embed->file))
        return;
    char *text = g_strdup_printf("%s: is older than %s; make it again if it shows another run",
                                 file, embed->file);
    embed->options.note(text);
    g_free(text);
}

/* The same video in another format has the same size and the same frames. */
static tr_status add_source(tr_embed *embed, const char *file, const tr_media *media,
                            tr_diag *diag) {
    const double most_seconds_apart = 0.1; /* containers round */
    if (media->width != embed->media.width || media->height != embed->media.height)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.80s: has %dx%d pixels, but %.80s, which should be the same video, has "
                       "%dx%d",
                       file, media->width, media->height, embed->file, embed->media.width,
                       embed->media.height);
    if (media->n_frames != embed->media.n_frames ||
        fabs(media->seconds - embed->media.seconds) > most_seconds_apart)
        return tr_fail(
            diag, TR_ERROR_INPUT,
            "%.80s: has %llu frames in %.2f s, but %.80s, which should be the same video, "
            "has %llu in %.2f s",
            file, (unsigned long long)media->n_frames, media->seconds, embed->file,
            (unsigned long long)embed->media.n_frames, embed->media.seconds);
    note_age(embed, file);
    embed->sources[embed->n_sources++] =
        (tr_embed_source){.media = *media, .url = url_of(embed->options.video_path, file)};
    return TR_OK;
}

/* Browsers take the first that they can play: the smallest files come first. */
static tr_status find_sources(tr_embed *embed, const char *stem, tr_diag *diag) {
    static const char *const in_order[] = {".av1.webm", ".webm", ".mp4"};
    bool is_listed = false;
    tr_status status = TR_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(in_order) && !status; i++) {
        char *file = g_strconcat(stem, in_order[i], NULL);
        tr_media media = embed->media;
        bool is_itself = !strcmp(file, embed->file);
        if (is_itself || is_there(file)) {
            status = is_itself ? TR_OK : probe(file, &media, diag);
            if (!status)
                status = add_source(embed, file, &media, diag);
        }
        is_listed = is_listed || is_itself;
        g_free(file);
    }
    if (!status && !is_listed) { /* neuron.MP4, after what there is of neuron.webm */
        while (embed->n_sources == TR_EMBED_MOST_SOURCES)
            g_free(embed->sources[--embed->n_sources].url);
        status = add_source(embed, embed->file, &embed->media, diag);
    }
    return status;
}

static tr_status take_poster(tr_embed *embed, const char *file, tr_diag *diag) {
    tr_media media;
    tr_status status = probe(file, &media, diag);
    if (!status && (is_video(&media) || media.n_frames > 1))
        status = tr_fail(diag, TR_ERROR_INPUT, "%.150s: moves, so it is no poster", file);
    if (!status)
        embed->poster_url = url_of(embed->options.image_path, file);
    return status;
}

/* The poster that render puts beside a video, or a plan into the folder for images. */
static tr_status find_poster(tr_embed *embed, const char *stem, tr_diag *diag) {
    if (embed->options.poster)
        return *embed->options.poster ? take_poster(embed, embed->options.poster, diag) : TR_OK;
    char *folder = g_path_get_dirname(stem), *name = g_path_get_basename(stem);
    char *poster_name = g_strconcat(name, "_start.png", NULL);
    char *places[] = {g_build_filename(folder, poster_name, NULL),
                      g_build_filename(folder, "..", "images", poster_name, NULL)};
    tr_status status = TR_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(places) && !status && !embed->poster_url; i++)
        if (is_there(places[i]))
            status = take_poster(embed, places[i], diag);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        g_free(places[i]);
    g_free(poster_name);
    g_free(folder);
    g_free(name);
    return status;
}

static tr_status find_captions(tr_embed *embed, const char *stem, tr_diag *diag) {
    char *file = g_strconcat(stem, ".vtt", NULL);
    char start[6] = "";
    tr_status status = TR_OK;
    if (is_there(file)) {
        FILE *stream = fopen(file, "rbe");
        bool is_captions = stream && fread(start, 1, sizeof start, stream) == sizeof start &&
                           !memcmp(start, "WEBVTT", sizeof start);
        if (stream)
            fclose(stream);
        if (is_captions)
            embed->captions_url = url_of(embed->options.video_path, file);
        else
            status = tr_fail(diag, TR_ERROR_INPUT, "%.150s: does not begin with WEBVTT", file);
    }
    g_free(file);
    return status;
}

static tr_status look_around(tr_embed *embed, tr_diag *diag) {
    const tr_embed_options *options = &embed->options;
    char *stem = stem_of(embed->file), *name = g_path_get_basename(stem);
    tr_status status = TR_OK;
    bool has_words = options->alt && (*options->alt || !is_video(&embed->media));
    embed->alt = has_words ? g_strdup(options->alt) : g_utf8_make_valid(name, -1);
    embed->url =
        url_of(is_video(&embed->media) ? options->video_path : options->image_path, embed->file);
    if (is_video(&embed->media))
        status = find_sources(embed, stem, diag);
    if (!status && embed->media.n_frames > 1)
        status = find_poster(embed, stem, diag);
    if (!status && is_video(&embed->media))
        status = find_captions(embed, stem, diag);
    g_free(name);
    g_free(stem);
    return status;
}

tr_status tr_embed_create(tr_embed **out, const char *file, const tr_embed_options *options,
                          tr_diag *diag) {
    *out = NULL;
    tr_status status = check_path("video-path", options->video_path, diag);
    if (!status)
        status = check_path("image-path", options->image_path, diag);
    if (status)
        return status;
    tr_embed *embed = g_new0(tr_embed, 1);
    embed->options = *options;
    embed->file = g_strdup(file);
    status = probe(file, &embed->media, diag);
    embed->width = embed->media.width / options->scale;
    embed->height = embed->media.height / options->scale;
    if (!status && (embed->width * options->scale != embed->media.width ||
                    embed->height * options->scale != embed->media.height))
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "--scale: %.150s has %dx%d pixels, which %d does not divide", file,
                         embed->media.width, embed->media.height, options->scale);
    if (!status && options->autoplay && !is_video(&embed->media))
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "--autoplay: %.150s is a picture; what moves in it moves by itself", file);
    if (!status)
        status = look_around(embed, diag);
    if (status)
        tr_embed_destroy(&embed);
    *out = embed;
    return status;
}

void tr_embed_destroy(tr_embed **handle) {
    tr_embed *embed = *handle;
    if (!embed)
        return;
    for (size_t i = 0; i < embed->n_sources; i++)
        g_free(embed->sources[i].url);
    g_free(embed->file);
    g_free(embed->url);
    g_free(embed->poster_url);
    g_free(embed->captions_url);
    g_free(embed->alt);
    g_free(embed);
    *handle = NULL;
}
