#include "ticks.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DECIMALS = 9 };

#define LONGEST_NUMBER 1e7 /* from here, and with more decimals, numbers are written with a power */

/* Appends ten to the power of `exponent`. */
static void append_power(char *label, int exponent) {
    static const char *const digits[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                         "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    char number[8];
    g_snprintf(number, sizeof number, "%d", exponent);
    g_strlcat(label, "10", TR_TICK_LABEL_SIZE);
    for (const char *at = number; *at; at++)
        g_strlcat(label, *at == '-' ? "\u207b" : digits[*at - '0'], TR_TICK_LABEL_SIZE);
}

/* Writes "2.5\u00b710\u2078". */
static void append_scientific(char *label, double value) {
    char number[32];
    g_ascii_formatd(number, sizeof number, "%.3e", value);
    char *power = strchr(number, 'e');
    char *end = power;
    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    int exponent = atoi(power + 1);
    *end = '\0';
    if (strcmp(number, "1")) {
        g_strlcat(label, number, TR_TICK_LABEL_SIZE);
        g_strlcat(label, "\u00b7", TR_TICK_LABEL_SIZE);
    }
    append_power(label, exponent);
}

/* Labels for all ticks in one style: like printf("%.*f"), but with a point in every locale and with a
 * real minus sign, or with powers of ten where that would be long. */
static void label_ticks(tr_ticks *ticks, int decimals) {
    double largest = fmax(fabs(ticks->values[0]), fabs(ticks->values[ticks->count - 1]));
    bool scientific = decimals > MOST_DECIMALS || largest >= LONGEST_NUMBER;
    for (int i = 0; i < ticks->count; i++) {
        double value = ticks->values[i];
        char *label = ticks->labels[i];
        char format[8], number[TR_TICK_LABEL_SIZE - 4];
        strcpy(label, value < 0 ? "\u2212" : "");
        if (scientific && value != 0) {
            append_scientific(label, fabs(value));
            continue;
        }
        g_snprintf(format, sizeof format, "%%.%df", scientific ? 0 : decimals);
        g_ascii_formatd(number, sizeof number, format, fabs(value));
        g_strlcat(label, number, TR_TICK_LABEL_SIZE);
    }
}

/* With `inside`, only the ticks that lie in the range. */
static void choose(tr_ticks *ticks, double low, double high, int max_intervals, bool inside) {
    static const double multiples[] = {1, 2, 5};
    const double largest = 1e300;
    if (!isfinite(low) || !isfinite(high) || fabs(low) > largest || fabs(high) > largest) {
        low = 0;
        high = 1;
    }
    /* a range that labels could not tell apart counts as no range */
    if (high - low <= fmax(fabs(low), fabs(high)) * 1e-9) {
        double half = low == 0 ? 0.5 : fabs(low) / 2;
        low -= half;
        high += half;
    }
    double slack = (high - low) * 1e-9; /* 2.0000000000000004 does not ask for another interval */
    if (!inside && low < 0 && high > 0 && max_intervals < 2)
        max_intervals = 2; /* 0 is a multiple of every step */
    int exponent = (int)floor(log10((high - low) / max_intervals)) - 1;
    for (int i = 0;; i++) {
        double multiple = multiples[i % 3];
        int power = exponent + i / 3;
        double step = multiple * pow(10, power);
        double first = inside ? ceil((low - slack) / step) : floor((low + slack) / step);
        double last = inside ? floor((high + slack) / step) : ceil((high - slack) / step);
        if (last - first > max_intervals)
            continue;
        ticks->count = (int)(last - first) + 1;
        for (int tick = 0; tick < ticks->count; tick++) {
            /* n / 10 is the double nearest to that decimal number; n * 0.1 is not always */
            double n = (first + tick) * multiple;
            ticks->values[tick] = power < 0 ? n / pow(10, -power) : n * pow(10, power);
        }
        label_ticks(ticks, power < 0 ? -power : 0);
        return;
    }
}

void tr_ticks_choose(tr_ticks *ticks, double low, double high, int max_intervals) {
    choose(ticks, low, high, max_intervals, false);
}

void tr_ticks_choose_inside(tr_ticks *ticks, double low, double high, int max_intervals) {
    choose(ticks, low, high, max_intervals, true);
}

/* Number `n` of 1, 2, 5, 10, 20, 50 …; those below 1 have negative numbers. */
static double round_number(int n) {
    static const double multiples[] = {1, 2, 5};
    int power = n >= 0 ? n / 3 : -((2 - n) / 3);
    double multiple = multiples[n - 3 * power];
    return power < 0 ? multiple / pow(10, -power) : multiple * pow(10, power);
}

/* Ticks at every `step`-th round number from `first` to `last`. */
static void choose_round(tr_ticks *ticks, int first, int last, int step) {
    ticks->count = 0;
    for (int n = first; n <= last; n += step) {
        ticks->values[ticks->count] = round_number(n);
        ticks->labels[ticks->count][0] = '\0';
        append_scientific(ticks->labels[ticks->count], ticks->values[ticks->count]);
        ticks->count++;
    }
}

void tr_ticks_choose_log(tr_ticks *ticks, double low, double high, int max_intervals) {
    if (!(low > 0) || !isfinite(high) || high < low)
        low = high = 1;
    const double slack = 1e-9; /* relative: 0.30000000000000004 does not ask for another interval */
    int first = 3 * (int)floor(tr_log10(low));
    while (round_number(first + 1) <= low * (1 + slack))
        first++;
    int last = first + 1;
    while (round_number(last) < high * (1 - slack))
        last++;
    if (last - first <= max_intervals) {
        choose_round(ticks, first, last, 1);
        return;
    }
    /* whole decades */
    int first_power = (int)floor(tr_log10(low) + slack);
    int last_power = (int)ceil(tr_log10(high) - slack);
    if (last_power == first_power)
        last_power++;
    int n_powers = last_power - first_power;
    int step = (n_powers + max_intervals - 1) / max_intervals;
    first_power = last_power - (n_powers + step - 1) / step * step;
    choose_round(ticks, 3 * first_power, 3 * last_power, 3 * step);
}

/* log(m) = 2 artanh((m - 1) / (m + 1)), by its power series; with m from sqrt(1/2) to sqrt(2) the
 * terms fall below double precision after a dozen. */
double tr_log10(double value) {
    int exponent;
    double mantissa = frexp(value, &exponent);
    if (mantissa < 0.70710678118654752) {
        mantissa *= 2;
        exponent--;
    }
    double z = (mantissa - 1) / (mantissa + 1);
    double sum = 0;
    for (int power = 25; power >= 1; power -= 2)
        sum = sum * z * z + 1.0 / power;
    return exponent * 0.30102999566398120 + 2 * z * sum * 0.43429448190325183;
}
