/* What to paste into a page or a post to show a video or a picture there. */
#ifndef TR_PLAN_EMBED_H
#define TR_PLAN_EMBED_H

#include <stdbool.h>
#include <stddef.h>
#include <trainreel/probe.h>

/* In the order of the setting embed.for. */
typedef enum tr_embed_target {
    TR_EMBED_PELICAN, /* the video tag of Pelican's plugin liquid_tags */
    TR_EMBED_HTML,
    TR_EMBED_MARKDOWN, /* for renderers that leave out HTML which plays something */
    TR_EMBED_HUGO,
    TR_EMBED_JEKYLL,
    TR_EMBED_JSON /* all that is known, for a program */
} tr_embed_target;

typedef struct tr_embed_options {
    const char *video_path; /* how URLs of videos and captions begin, and those of pictures */
    const char *image_path;
    const char *poster; /* a file; "" for none, NULL for the one that is found */
    int scale;          /* pixels of the file for each of the page's */
    const char *alt;    /* what is to be seen, in words; NULL for the file's name */
    bool autoplay;      /* again and again, for those who do not mind motion */
    /* called with a remark that is no error; may be NULL */
    void (*note)(const char *text);
} tr_embed_options;

enum { TR_EMBED_MOST_SOURCES = 3 };

typedef struct tr_embed_source {
    tr_media media;
    char *url;
} tr_embed_source;

typedef struct tr_embed {
    tr_embed_options options; /* borrowed texts */
    char *file;               /* as it was given */
    tr_media media;           /* what is in it */
    int width;                /* in the page */
    int height;
    char *url;
    char *poster_url;   /* NULL if there is none */
    char *captions_url; /* NULL if there are none */
    char *alt;          /* valid UTF-8 */
    size_t n_sources; /* of a video: the file, and what is beside it in other formats; best first */
    tr_embed_source sources[TR_EMBED_MOST_SOURCES];
} tr_embed;

/* Looks at the file and at what is beside it. The options' texts are borrowed. TR_ERROR_INPUT for a file
 * that is not there or not what it should be, TR_ERROR_ARGUMENT for options that do not fit,
 * TR_ERROR_ENCODER, TR_ERROR_MEMORY. */
tr_status tr_embed_create(tr_embed **embed, const char *file, const tr_embed_options *options,
                          tr_diag *diag);
void tr_embed_destroy(tr_embed **embed);

/* The text with a line break at its end, which the caller frees with g_free(). TR_ERROR_ARGUMENT for
 * what this target does not take. */
tr_status tr_embed_format(const tr_embed *embed, tr_embed_target target, char **text,
                          tr_diag *diag);

/* The URL of a file of that name, to be freed with g_free(): bytes that mean something in a URL, in HTML
 * or in a tag are percent-encoded. */
char *tr_embed_url(const char *path, const char *name);

/* The tag for Pelican, without a line break, to be freed with g_free(). The poster may be NULL. */
char *tr_embed_pelican_tag(const char *video_url, int width, int height, const char *poster_url);

#endif
