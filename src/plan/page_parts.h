/* What the parts of the page are made of. */
#ifndef TR_PLAN_PAGE_PARTS_H
#define TR_PLAN_PAGE_PARTS_H

#include "page.h"

#include <glib.h>

/* A page that is being written; everything but `out` and `defaults` is the caller's of tr_page_text(). */
typedef struct tr_page {
    GString *out;
    const tr_store *store;
    const tr_plan *plan;
    const tr_build_report *report;
    size_t n_inline_bytes;
    tr_settings *defaults; /* NULL without memory: then all settings are shown */
} tr_page;

/* ---- text ---- */

/* Adds HTML as it is. */
void tr_page_add(tr_page *p, const char *html);

/* Adds text, whatever is in it. */
void tr_page_add_escaped(tr_page *p, const char *text);

/* Adds text between two pieces of HTML. */
void tr_page_add_element(tr_page *p, const char *opening, const char *text, const char *closing);

/* The address of a file below the folder. */
void tr_page_add_address(tr_page *p, const char *path);
void tr_page_add_link(tr_page *p, const char *path, const char *text);

/* Paragraphs, one for each line. */
void tr_page_add_paragraphs(tr_page *p, const char *text);

/* ---- what is said of artifacts ---- */

/* What a setting is called in texts: "batch size". For the caller to free with g_free(), as the caption is. */
char *tr_page_name_variation(const tr_variation *variation);

/* The caption: the title, if it is the same all the time, or else what is shown of which run. */
char *tr_page_caption(const tr_page *p, const tr_plan_artifact *artifact);
void tr_page_add_caption(tr_page *p, const tr_plan_artifact *artifact);

/* "62.2 kB" */
void tr_page_append_bytes(GString *out, uint64_t bytes);

/* A line of facts, with a link to the file. */
void tr_page_add_facts(tr_page *p, const char *path, const tr_built_file *file);

/* Why there is no file, without what is only true of this machine, such as its paths. */
void tr_page_add_missing(tr_page *p, const tr_plan_artifact *artifact, const tr_built *built);

/* Whether the plan has artifacts of that kind. */
bool tr_page_has_kind(const tr_page *p, tr_plan_kind kind);

/* ---- sections, each with its heading; nothing where there is nothing to show ---- */

void tr_page_add_videos(tr_page *p);
void tr_page_add_charts(tr_page *p);
void tr_page_add_tables(tr_page *p);
void tr_page_add_settings(tr_page *p);
void tr_page_add_checksums(tr_page *p);

#endif
