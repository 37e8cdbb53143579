#include "embed.h"

#include "diag.h"
#include "json.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static bool is_video(const tr_embed *embed) {
    return embed->n_sources > 0;
}

/* ---- HTML ---- */

/* How URLs are written: as they are, or for Jekyll so that it puts a site's folder before them. */
typedef enum url_style { PLAIN_URL, JEKYLL_URL } url_style;

/* As character references, which neither HTML nor Markdown, nor a template language in either, takes for
 * anything but the character. */
static void append_referenced(GString *out, const char *text, const char *characters) {
    for (; *text; text++)
        if (strchr(characters, *text))
            g_string_append_printf(out, "&#%d;", *text);
        else
            g_string_append_c(out, *text);
}

/* Any text. */
static void append_escaped(GString *out, const char *text) {
    append_referenced(out, text, "&<>\"'{}`*_[]\\$|~");
}

static void append_url(GString *out, const char *name, const char *url, url_style style) {
    g_string_append_printf(out, " %s=\"", name);
    if (style == JEKYLL_URL && *url == '/' && url[1] != '/')
        g_string_append_printf(out, "{{ '%s' | relative_url }}", url);
    else
        append_referenced(out, url, "&'"); /* of which it has the others percent-encoded */
    g_string_append_c(out, '"');
}

static void append_text(GString *out, const char *name, const char *text) {
    g_string_append_printf(out, " %s=\"", name);
    append_escaped(out, text);
    g_string_append_c(out, '"');
}

static char *type_of(const tr_media *media) {
    return *media->codec ? g_strdup_printf("%s; codecs=\"%s\"", media->type, media->codec)
                         : g_strdup(media->type);
}

static void append_source(GString *out, const tr_embed_source *source, url_style style) {
    char *type = type_of(&source->media);
    g_string_append(out, "  <source");
    append_url(out, "src", source->url, style);
    g_string_append_printf(out, " type='%s'>\n", type); /* made of letters, digits and dots */
    g_free(type);
}

/* Without a script nothing moves until the reader asks for it, which is right for all. The script starts
 * the video for those who have not told their system that they prefer reduced motion. */
static const char autoplay_script[] =
    "<script>\n"
    "  (function (video) {\n"
    "    if (matchMedia(\"(prefers-reduced-motion: no-preference)\").matches)\n"
    "      video.play().catch(function () {});\n"
    "  })(document.currentScript.previousElementSibling);\n"
    "</script>\n";

static void append_video(GString *out, const tr_embed *embed, url_style style) {
    g_string_append_printf(out, "<video width=\"%d\" height=\"%d\" controls playsinline",
                           embed->width, embed->height);
    if (embed->options.autoplay)
        g_string_append(out, " muted loop");
    g_string_append(out, " preload=\"none\"");
    if (embed->poster_url)
        append_url(out, "poster", embed->poster_url, style);
    if (embed->options.alt && *embed->options.alt)
        append_text(out, "aria-label", embed->alt);
    g_string_append(out, ">\n");
    for (size_t i = 0; i < embed->n_sources; i++)
        append_source(out, &embed->sources[i], style);
    if (embed->captions_url) {
        g_string_append(out, "  <track kind=\"captions\"");
        append_url(out, "src", embed->captions_url, style);
        g_string_append(out, " srclang=\"en\" label=\"English\">\n");
    }
    g_string_append(out, "  <a");
    append_url(out, "href", embed->url, style);
    g_string_append_c(out, '>');
    append_escaped(out, embed->alt);
    g_string_append(out, "</a>\n</video>\n");
    if (embed->options.autoplay)
        g_string_append(out, autoplay_script);
}

static void append_image(GString *out, const tr_embed *embed, url_style style) {
    g_string_append(out, "<img");
    append_url(out, "src", embed->url, style);
    g_string_append_printf(out, " width=\"%d\" height=\"%d\"", embed->width, embed->height);
    append_text(out, "alt", embed->alt);
    g_string_append(out, ">");
}

/* Of what moves by itself a browser takes the first frame for those who prefer reduced motion. */
static void append_picture(GString *out, const tr_embed *embed, url_style style) {
    if (embed->poster_url) {
        g_string_append(out, "<picture>\n  <source media=\"(prefers-reduced-motion: reduce)\"");
        append_url(out, "srcset", embed->poster_url, style);
        g_string_append(out, ">\n  ");
    }
    append_image(out, embed, style);
    g_string_append(out, embed->poster_url ? "\n</picture>\n" : "\n");
}

static void append_html(GString *out, const tr_embed *embed, url_style style) {
    if (is_video(embed))
        append_video(out, embed, style);
    else
        append_picture(out, embed, style);
}

/* ---- the others ---- */

char *tr_embed_pelican_tag(const char *video_url, int width, int height, const char *poster_url) {
    /* The plugin takes exactly one space between the sizes, and the poster after them. */
    return g_strdup_printf("{%% video %s %d %d%s%s %%}", video_url, width, height,
                           poster_url ? " " : "", poster_url ? poster_url : "");
}

/* The plugin finds a path by its first /, or http, and the format by its ending in small letters. */
static tr_status check_for_pelican(const char *option, const char *url, tr_diag *diag) {
    if (url && *url != '/' && !g_str_has_prefix(url, "http"))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "--%s: Pelican's video tag takes paths that begin with / or http, not "
                       "\"%.100s\"",
                       option, url);
    return TR_OK;
}

static tr_status append_pelican(GString *out, const tr_embed *embed, tr_diag *diag) {
    if (!is_video(embed)) { /* a post in Markdown takes it */
        append_html(out, embed, PLAIN_URL);
        return TR_OK;
    }
    tr_status status = check_for_pelican("video-path", embed->url, diag);
    if (!status)
        status = check_for_pelican("image-path", embed->poster_url, diag);
    if (!status && embed->options.autoplay)
        status =
            tr_fail(diag, TR_ERROR_ARGUMENT,
                    "--autoplay: Pelican's video tag does not play by itself; --for html does");
    if (!status && !g_str_has_suffix(embed->url, ".mp4") && !g_str_has_suffix(embed->url, ".webm"))
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%.150s: Pelican's video tag takes names that end with .mp4 or .webm",
                         embed->file);
    if (status)
        return status;
    char *tag = tr_embed_pelican_tag(embed->url, embed->width, embed->height, embed->poster_url);
    g_string_append_printf(out, "%s\n", tag);
    g_free(tag);
    return TR_OK;
}

/* Many renderers leave out <video>, but all have links and pictures: the poster leads to the video. */
static void append_markdown(GString *out, const tr_embed *embed) {
    if (!is_video(embed)) {
        append_image(out, embed, PLAIN_URL);
        g_string_append_c(out, '\n');
        return;
    }
    g_string_append(out, embed->poster_url ? "[![" : "[");
    append_referenced(out, embed->alt, "&<>{}`*_[]\\$|~");
    if (embed->poster_url)
        g_string_append_printf(out, "](%s)", embed->poster_url);
    g_string_append_printf(out, "](%s)\n", embed->url);
}

/* For a parameter of a Hugo shortcode between backquotes, where all others stand for themselves. */
static void append_hugo_param(GString *out, const char *name, const char *text) {
    char *copy = g_strdup(text);
    g_string_append_printf(out, " %s=`%s`", name, g_strdelimit(copy, "`", '\''));
    g_free(copy);
}

/* Hugo leaves out HTML in a post unless a shortcode brings it in, and it has none for that itself. */
static void append_hugo(GString *out, const tr_embed *embed) {
    if (!is_video(embed)) {
        g_string_append(out, "{{< figure");
        append_hugo_param(out, "src", embed->url);
        append_hugo_param(out, "alt", embed->alt);
        g_string_append_printf(out, " width=\"%d\" height=\"%d\" >}}\n", embed->width,
                               embed->height);
        return;
    }
    g_string_append(out, "<!-- needs the file layouts/shortcodes/rawhtml.html with the line "
                         "{{ .Inner | safeHTML }} -->\n{{< rawhtml >}}\n");
    append_html(out, embed, PLAIN_URL);
    g_string_append(out, "{{< /rawhtml >}}\n");
}

static bool has_braces(const char *url) {
    return url && strpbrk(url, "{}");
}

/* {static} in a URL is for Pelican to replace in HTML; the other templates would take it for theirs. */
static tr_status check_braces(const tr_embed *embed, tr_embed_target target, tr_diag *diag) {
    bool is_template = target == TR_EMBED_HUGO || target == TR_EMBED_JEKYLL ||
                       (target == TR_EMBED_PELICAN && is_video(embed));
    if (is_template && (has_braces(embed->url) || has_braces(embed->poster_url)))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "--video-path, --image-path: braces would be taken for a template's own");
    return TR_OK;
}

/* ---- JSON ---- */

static json_t *describe_source(const tr_media *media, const char *url) {
    char *type = type_of(media);
    json_t *object = json_pack("{s:s, s:s, s:s}", "url", url, "type", type, "codec", media->codec);
    g_free(type);
    return object;
}

static const char *container_name(tr_container container) {
    static const char *const names[] = {[TR_CONTAINER_MP4] = "mp4",
                                        [TR_CONTAINER_WEBM] = "webm",
                                        [TR_CONTAINER_GIF] = "gif",
                                        [TR_CONTAINER_PNG] = "png",
                                        [TR_CONTAINER_WEBP] = "webp"};
    return names[container];
}

static tr_status append_json(GString *out, const tr_embed *embed, tr_diag *diag) {
    const tr_media *media = &embed->media;
    json_t *sources = json_array();
    for (size_t i = 0; i < embed->n_sources; i++)
        json_array_append_new(sources,
                              describe_source(&embed->sources[i].media, embed->sources[i].url));
    json_t *object = describe_source(media, embed->url);
    json_t *more = json_pack(
        "{s:o, s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:f, s:b, s:s?, s:s?, s:s, s:b, s:o}", "file",
        g_utf8_validate(embed->file, -1, NULL) ? json_string(embed->file) : json_null(),
        "container", container_name(media->container), "width", embed->width, "height",
        embed->height, "scale", embed->options.scale, "pixel_width", media->width, "pixel_height",
        media->height, "frames", (json_int_t)media->n_frames, "duration", media->seconds, "sound",
        media->has_sound, "poster", embed->poster_url, "captions", embed->captions_url, "alt",
        embed->alt, "autoplay", embed->options.autoplay, "sources", sources);
    json_object_update(object, more);
    json_decref(more);
    char *text = tr_json_text(object);
    if (!text)
        return tr_fail_memory(diag, "the description");
    g_string_append(out, text);
    free(text);
    return TR_OK;
}

tr_status tr_embed_format(const tr_embed *embed, tr_embed_target target, char **text,
                          tr_diag *diag) {
    *text = NULL;
    tr_status status = check_braces(embed, target, diag);
    if (status)
        return status;
    GString *out = g_string_new(NULL);
    switch (target) {
    case TR_EMBED_PELICAN:
        status = append_pelican(out, embed, diag);
        break;
    case TR_EMBED_HTML:
        append_html(out, embed, PLAIN_URL);
        break;
    case TR_EMBED_MARKDOWN:
        append_markdown(out, embed);
        break;
    case TR_EMBED_HUGO:
        append_hugo(out, embed);
        break;
    case TR_EMBED_JEKYLL:
        append_html(out, embed, JEKYLL_URL);
        break;
    case TR_EMBED_JSON:
        status = append_json(out, embed, diag);
        break;
    }
    *text = g_string_free(out, status != TR_OK);
    return status;
}
