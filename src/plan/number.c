#include "params.h"

#include <glib.h>
#include <math.h>

enum {
    MOST_DIGITS = 17, /* which bring every double back */
    MOST_PLAIN = 7    /* characters that are read at a glance without an exponent */
};

/* Digits with a point behind `n_whole` of them, which may be more or fewer than there are. */
static void append_decimal(GString *out, const char *digits, int n_digits, int n_whole) {
    if (n_whole <= 0)
        g_string_append(out, "0.");
    for (int i = n_whole; i < 0; i++)
        g_string_append_c(out, '0');
    for (int i = 0; i < MAX(n_digits, n_whole); i++) {
        if (i && i == n_whole)
            g_string_append_c(out, '.');
        g_string_append_c(out, i < n_digits ? digits[i] : '0');
    }
}

static void append_scientific(GString *out, const char *digits, int n_digits, int exponent) {
    g_string_append_c(out, *digits);
    if (n_digits > 1)
        g_string_append_c(out, '.');
    g_string_append_len(out, digits + 1, n_digits - 1);
    g_string_append_printf(out, "e%d", exponent);
}

/* The fewest digits that bring a number back, which are those of digits[0].digits[1]… * 10^exponent; returns
 * how many. */
static int find_digits(double number, char digits[MOST_DIGITS], int *exponent) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    int count = 0;
    do {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%de", count++);
        g_ascii_formatd(text, sizeof text, format, number);
    } while (count < MOST_DIGITS && g_ascii_strtod(text, NULL) != number);
    const char *c = text;
    for (int i = 0; *c != 'e'; c++)
        if (g_ascii_isdigit(*c) && i < count)
            digits[i++] = *c;
    *exponent = (int)g_ascii_strtoll(c + 1, NULL, 10);
    return count;
}

char *tr_format_number(double number) {
    if (!isfinite(number))
        return g_strdup(isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
    char digits[MOST_DIGITS];
    int exponent;
    int count = find_digits(number, digits, &exponent);
    GString *plain = g_string_new(NULL), *scientific = g_string_new(NULL);
    append_decimal(plain, digits, count, exponent + 1);
    append_scientific(scientific, digits, count, exponent);
    bool is_plain = plain->len <= MOST_PLAIN || plain->len <= scientific->len;
    char *text =
        g_strconcat(signbit(number) ? "-" : "", (is_plain ? plain : scientific)->str, NULL);
    g_string_free(plain, TRUE);
    g_string_free(scientific, TRUE);
    return text;
}
