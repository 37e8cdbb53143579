#include "ticks.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* Like printf("%.*f"), but with a point in every locale and with a real minus sign. */
static void format_label(char *label, double value, int decimals) {
    char format[8];
    char number[TR_TICK_LABEL_SIZE - 2];
    if (decimals > 9 || fabs(value) >= 1e7)
        strcpy(format, "%.4g");
    else
        g_snprintf(format, sizeof format, "%%.%df", decimals);
    g_ascii_formatd(number, sizeof number, format, fabs(value));
    g_snprintf(label, TR_TICK_LABEL_SIZE, "%s%s", value < 0 ? "\u2212" : "", number);
}

void tr_ticks_choose(tr_ticks *ticks, double low, double high, int max_intervals) {
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
    if (low < 0 && high > 0 && max_intervals < 2)
        max_intervals = 2; /* 0 is a multiple of every step */
    int exponent = (int)floor(log10((high - low) / max_intervals)) - 1;
    for (int i = 0;; i++) {
        double multiple = multiples[i % 3];
        int power = exponent + i / 3;
        double step = multiple * pow(10, power);
        double first = floor((low + slack) / step);
        double last = ceil((high - slack) / step);
        if (last - first > max_intervals)
            continue;
        ticks->count = (int)(last - first) + 1;
        for (int tick = 0; tick < ticks->count; tick++) {
            /* n / 10 is the double nearest to that decimal number; n * 0.1 is not always */
            double n = (first + tick) * multiple;
            ticks->values[tick] = power < 0 ? n / pow(10, -power) : n * pow(10, power);
            format_label(ticks->labels[tick], ticks->values[tick], power < 0 ? -power : 0);
        }
        return;
    }
}
