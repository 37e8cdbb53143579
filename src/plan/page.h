/* index.html: everything that a build made, on one page that needs no other program, and no network. */
#ifndef TR_PLAN_PAGE_H
#define TR_PLAN_PAGE_H

#include "build.h"

#define TR_PAGE "index.html"

/* The page for what is in the folder: videos with their posters, charts as inline SVG, short tables, what
 * is missing and why, the settings of the runs and the checksums. The text is for the caller to free with
 * g_free(). It depends on nothing but the plan, the files, and what the report says of them. */
char *tr_page_text(const tr_store *store, const tr_plan *plan, const tr_build_report *report);

/* Whether tr_page_text() made it. */
bool tr_page_is_ours(const char *text);

/* What goes into it: the files of src/plan/page. */
extern const char tr_page_style[];
extern const char tr_page_script[];

#endif
