#include "svg.h"

#include "diag.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ATTRIBUTE " d=\""
#define SURFACE_NAME " id=\"surface"

enum { DECIMALS = 2 };

static bool begins_with(const char *text, const char *end, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - text) >= length && !memcmp(text, word, length);
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Appends the number at `at`, rounded half up in its decimal digits. Returns where it ends. */
static const char *append_rounded(GString *out, const char *at, const char *end) {
    const char *start = at;
    int64_t value = 0;
    int decimals = 0;
    bool negative = at < end && *at == '-';
    at += negative;
    while (at < end && is_digit(*at) && value < INT64_C(1000000000000))
        value = 10 * value + (*at++ - '0');
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at); at++)
            if (decimals <= DECIMALS) {
                value = 10 * value + (*at - '0');
                decimals++;
            }
    if (decimals <= DECIMALS) {
        g_string_append_len(out, start, at - start);
        return at;
    }
    value = (value + 5) / 10;
    if (negative && value)
        g_string_append_c(out, '-');
    g_string_append_printf(out, "%" G_GINT64_FORMAT, value / 100);
    if (value % 100)
        g_string_append_printf(out, value % 10 ? ".%02d" : ".%d",
                               (int)(value % 10 ? value % 100 : value % 100 / 10));
    return at;
}

/* Appends the path up to its closing quote. Returns where that is. */
static const char *append_path(GString *out, const char *at, const char *end) {
    while (at < end && *at != '"') {
        if (is_digit(*at) || *at == '-')
            at = append_rounded(out, at, end);
        else
            g_string_append_c(out, *at++);
    }
    return at;
}

static void append_title(GString *out, const char *title) {
    char *escaped = g_markup_escape_text(title, -1);
    g_string_append_printf(out, "\n<title>%s</title>", escaped);
    g_free(escaped);
}

tr_status tr_svg_tidy(uint8_t **bytes, size_t *n_bytes, const char *title, tr_diag *diag) {
    const char *at = (const char *)*bytes;
    const char *end = at + *n_bytes;
    bool in_header = false;
    GString *out = g_string_sized_new(*n_bytes);
    while (at < end) {
        if (begins_with(at, end, PATH_ATTRIBUTE)) {
            g_string_append(out, PATH_ATTRIBUTE);
            at = append_path(out, at + strlen(PATH_ATTRIBUTE), end);
            continue;
        }
        if (begins_with(at, end, SURFACE_NAME)) {
            const char *quote =
                memchr(at + strlen(SURFACE_NAME), '"', (size_t)(end - at) - strlen(SURFACE_NAME));
            at = quote ? quote + 1 : end;
            continue;
        }
        in_header |= begins_with(at, end, "<svg ");
        g_string_append_c(out, *at);
        if (in_header && *at == '>') {
            in_header = false;
            if (*title)
                append_title(out, title);
        }
        at++;
    }
    uint8_t *tidy = malloc(out->len ? out->len : 1);
    if (tidy) {
        memcpy(tidy, out->str, out->len);
        free(*bytes);
        *bytes = tidy;
        *n_bytes = out->len;
    }
    g_string_free(out, TRUE);
    return tidy ? TR_OK : tr_fail_memory(diag, "the SVG");
}
