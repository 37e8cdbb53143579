#include "page_parts.h"

#include <string.h>

/* Allows a style or script that has just this content. */
static void add_hash(tr_page *p, const char *content) {
    guint8 digest[32];
    gsize size = sizeof digest;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)content, (gssize)strlen(content));
    g_checksum_get_digest(sum, digest, &size);
    char *text = g_base64_encode(digest, size);
    g_string_append_printf(p->out, " 'sha256-%s'", text);
    g_free(text);
    g_checksum_free(sum);
}

#define GENERATOR "<meta name=\"generator\" content=\"trainreel\">"

bool tr_page_is_ours(const char *text) {
    return strstr(text, GENERATOR) != NULL;
}

static void add_head(tr_page *p, const char *title) {
    tr_page_add(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; "
                   "style-src");
    add_hash(p, tr_page_style);
    tr_page_add(p, "; script-src");
    add_hash(p, tr_page_script);
    tr_page_add(
        p,
        "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" GENERATOR
        "\n<link rel=\"icon\" href=\"data:,\">\n");
    tr_page_add_element(p, "<title>", title, "</title>\n");
    if (p->plan->description)
        tr_page_add_element(p, "<meta name=\"description\" content=\"", p->plan->description,
                            "\">\n");
    tr_page_add(p, "<style>");
    tr_page_add(p, tr_page_style);
    tr_page_add(p, "</style>\n</head>\n");
}

/* "Batch size: 1, 8, 32; momentum: 0, 0.9" */
static void append_variations(GString *out, const tr_plan_comparison *comparison) {
    for (size_t i = 0; i < comparison->n_variations; i++) {
        const tr_variation *variation = &comparison->variations[i];
        char *name = tr_page_name_variation(variation);
        g_string_append_printf(out, "%s%s: ", i ? "; " : "", name);
        for (size_t k = 0; k < variation->n_values; k++) {
            char *value = tr_plan_show_value(variation, k);
            g_string_append_printf(out, "%s%s", k ? ", " : "", value);
            g_free(value);
        }
        g_free(name);
    }
    *out->str = g_ascii_toupper(*out->str);
}

/* The plan's title, or else what it compares. */
static char *title_of(const tr_plan *plan) {
    const tr_plan_comparison *comparison = plan->artifacts[0].comparison;
    GString *out = g_string_new(plan->title);
    if (!out->len && comparison && comparison->n_variations)
        append_variations(out, comparison);
    if (!out->len)
        g_string_assign(out, comparison ? "Runs compared" : "Training, filmed");
    return g_string_free(out, FALSE);
}

char *tr_page_text(const tr_store *store, const tr_plan *plan, const tr_build_report *report) {
    tr_page p = {.out = g_string_new(NULL), .store = store, .plan = plan, .report = report};
    char *title = title_of(plan);
    if (tr_settings_create(&p.defaults, NULL))
        p.defaults = NULL;
    add_head(&p, title);
    tr_page_add_element(&p, "<body>\n<header>\n<h1>", title, "</h1>\n");
    g_free(title);
    if (plan->description)
        tr_page_add_paragraphs(&p, plan->description);
    tr_page_add(&p, "</header>\n<main>\n");
    tr_page_add_videos(&p);
    tr_page_add_charts(&p);
    tr_page_add_tables(&p);
    tr_page_add_settings(&p);
    tr_page_add_checksums(&p);
    tr_page_add(&p, "</main>\n<script>");
    tr_page_add(&p, tr_page_script);
    tr_page_add(&p, "</script>\n</body>\n</html>\n");
    tr_settings_destroy(&p.defaults);
    return g_string_free(p.out, FALSE);
}
