#include "svg.h"

#include "diag.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ATTRIBUTE " d=\""

enum { DECIMALS = 2 };

/* What comes before the number of a surface. */
static const char *const numbered[] = {" id=\"surface", " id=\"image", "href=\"#surface",
                                       "href=\"#image"};

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

/* Appends the new number for Cairo's number at `at`: that of its first appearance. */
static const char *append_number(GString *out, const char *at, const char *end, GArray *numbers) {
    guint64 number = 0;
    guint index = 0;
    while (at < end && is_digit(*at))
        number = 10 * number + (guint64)(*at++ - '0');
    while (index < numbers->len && g_array_index(numbers, guint64, index) != number)
        index++;
    if (index == numbers->len)
        g_array_append_val(numbers, number);
    g_string_append_printf(out, "%u", index);
    return at;
}

static void append_title(GString *out, const char *title) {
    char *escaped = g_markup_escape_text(title, -1);
    g_string_append_printf(out, "\n<title>%s</title>", escaped);
    g_free(escaped);
}

/* Rewrites what begins at `at`, if that is to be rewritten; returns where it ends, or `at`. */
static const char *append_rewritten(GString *out, const char *at, const char *end,
                                    GArray *numbers) {
    if (begins_with(at, end, PATH_ATTRIBUTE)) {
        g_string_append(out, PATH_ATTRIBUTE);
        return append_path(out, at + strlen(PATH_ATTRIBUTE), end);
    }
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
        if (begins_with(at, end, numbered[i])) {
            g_string_append(out, numbered[i]);
            return append_number(out, at + strlen(numbered[i]), end, numbers);
        }
    return at;
}

tr_status tr_svg_tidy(uint8_t **bytes, size_t *n_bytes, const char *title, tr_diag *diag) {
    const char *at = (const char *)*bytes;
    const char *end = at + *n_bytes;
    bool in_header = false;
    GString *out = g_string_sized_new(*n_bytes);
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint64));
    while (at < end) {
        const char *next = *at == ' ' || *at == 'h' ? append_rewritten(out, at, end, numbers) : at;
        if (next > at) {
            at = next;
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
    g_array_free(numbers, TRUE);
    g_string_free(out, TRUE);
    return tidy ? TR_OK : tr_fail_memory(diag, "the SVG");
}
