#include "text.h"

#include "alloc.h"
#include "diag.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY "DejaVu Sans"

struct tr_text {
    PangoFontMap *font_map;
    PangoContext *context;
};

/* Font maps that no text uses. They are kept until the process ends: the next text finds its fonts
 * there without asking Fontconfig again, for which Pango starts two threads each time. A font map is
 * used by one thread at a time, as Pango wants it. */
enum { MOST_SPARE = 64 };
static PangoFontMap *spare_maps[MOST_SPARE];
static size_t n_spare;
static pthread_mutex_t spare_mutex = PTHREAD_MUTEX_INITIALIZER;

/* NULL if Pango was built without FreeType. */
static PangoFontMap *take_font_map(void) {
    PangoFontMap *font_map = NULL;
    pthread_mutex_lock(&spare_mutex);
    if (n_spare)
        font_map = spare_maps[--n_spare];
    pthread_mutex_unlock(&spare_mutex);
    return font_map ? font_map : pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
}

static void leave_font_map(PangoFontMap *font_map) {
    pthread_mutex_lock(&spare_mutex);
    bool is_kept = n_spare < MOST_SPARE;
    if (is_kept)
        spare_maps[n_spare++] = font_map;
    pthread_mutex_unlock(&spare_mutex);
    if (!is_kept)
        g_object_unref(font_map);
}

static tr_status check_font(tr_text *text, tr_diag *diag) {
    PangoFontDescription *wanted = pango_font_description_from_string(FAMILY);
    PangoFont *font = pango_context_load_font(text->context, wanted);
    pango_font_description_free(wanted);
    bool found = false;
    if (font) {
        PangoFontDescription *loaded = pango_font_describe(font);
        const char *family = pango_font_description_get_family(loaded);
        found = family && !strcmp(family, FAMILY);
        pango_font_description_free(loaded);
        g_object_unref(font);
    }
    if (!found)
        return tr_fail(diag, TR_ERROR_FONT,
                       "the font " FAMILY " is not installed (Debian: apt install "
                       "fonts-dejavu-core)");
    return TR_OK;
}

tr_status tr_text_create(tr_text **out, tr_diag *diag) {
    *out = NULL;
    tr_text *text = tr_alloc_array(1, sizeof *text);
    if (!text)
        return tr_fail_memory(diag, "text");
    text->font_map = take_font_map();
    if (!text->font_map) {
        free(text);
        return tr_fail(diag, TR_ERROR_FONT, "this Pango was built without FreeType fonts");
    }
    text->context = pango_font_map_create_context(text->font_map);
    pango_context_set_round_glyph_positions(text->context, FALSE);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(text->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(text->context, 96);
    pango_context_set_base_dir(text->context, PANGO_DIRECTION_LTR);
    pango_context_set_language(text->context, pango_language_from_string("en"));
    tr_status status = check_font(text, diag);
    if (status)
        tr_text_destroy(&text);
    *out = text;
    return status;
}

void tr_text_destroy(tr_text **handle) {
    tr_text *text = *handle;
    if (!text)
        return;
    g_object_unref(text->context);
    leave_font_map(text->font_map);
    free(text);
    *handle = NULL;
}

static PangoLayout *lay_out(tr_text *text, const char *string, int length, double size) {
    PangoLayout *layout = pango_layout_new(text->context);
    PangoFontDescription *font = pango_font_description_from_string(FAMILY);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, string, length);
    return layout;
}

/* The first character of `string` that no installed font has. */
static gunichar missing_character(tr_text *text, const char *string, double size) {
    for (const char *at = string; *at; at = g_utf8_next_char(at)) {
        int length = (int)(g_utf8_next_char(at) - at);
        PangoLayout *layout = lay_out(text, at, length, size);
        int unknown = pango_layout_get_unknown_glyphs_count(layout);
        g_object_unref(layout);
        if (unknown)
            return g_utf8_get_char(at);
    }
    return g_utf8_get_char(string);
}

tr_status tr_text_layout(tr_text *text, const char *string, double size, PangoLayout **out,
                         tr_diag *diag) {
    *out = NULL;
    if (!g_utf8_validate(string, -1, NULL))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a text to be drawn is not valid UTF-8");
    PangoLayout *layout = lay_out(text, string, -1, size);
    if (pango_layout_get_unknown_glyphs_count(layout)) {
        g_object_unref(layout);
        return tr_fail(diag, TR_ERROR_FONT,
                       "no installed font has the character U+%04X of \"%.80s\"",
                       (unsigned)missing_character(text, string, size), string);
    }
    *out = layout;
    return TR_OK;
}

tr_status tr_text_fit(tr_text *text, const char *string, const char *what, double *size,
                      double smallest, double width, PangoLayout **layout, tr_diag *diag) {
    tr_status status = tr_text_layout(text, string, *size, layout, diag);
    if (status || tr_text_width(*layout) <= width)
        return status;
    double fitting = *size * width / tr_text_width(*layout);
    g_object_unref(*layout);
    *layout = NULL;
    if (fitting < smallest)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the %s \"%.80s\" is too long for a picture of this size", what, string);
    *size = fitting;
    return tr_text_layout(text, string, fitting, layout, diag);
}

double tr_text_width(PangoLayout *layout) {
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    return (double)logical.width / PANGO_SCALE;
}

double tr_text_ascent(PangoLayout *layout) {
    return (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
}

double tr_text_height(PangoLayout *layout) {
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    return (double)logical.height / PANGO_SCALE;
}

tr_status tr_text_digit_height(tr_text *text, double size, double *height, tr_diag *diag) {
    PangoLayout *layout;
    tr_status status = tr_text_layout(text, "0", size, &layout, diag);
    if (status)
        return status;
    PangoRectangle ink;
    pango_layout_get_extents(layout, &ink, NULL);
    *height = (double)ink.height / PANGO_SCALE;
    g_object_unref(layout);
    return TR_OK;
}

void tr_text_draw(cairo_t *cr, PangoLayout *layout, double x, double y) {
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    pango_cairo_layout_line_path(cr, pango_layout_get_line_readonly(layout, 0));
    cairo_fill(cr);
}
