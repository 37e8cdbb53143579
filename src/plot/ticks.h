/* Ticks at round numbers. */
#ifndef TR_PLOT_TICKS_H
#define TR_PLOT_TICKS_H

#include <stddef.h>

enum { TR_MAX_INTERVALS = 10, TR_TICK_LABEL_SIZE = 32 };

typedef struct tr_ticks {
    int count; /* 2 to TR_MAX_INTERVALS + 1 */
    double values[TR_MAX_INTERVALS + 1];
    char labels[TR_MAX_INTERVALS + 1][TR_TICK_LABEL_SIZE]; /* UTF-8, all with as many decimals */
} tr_ticks;

/* The smallest step out of 1, 2 and 5 times a power of ten with which at most `max_intervals` (1 to
 * TR_MAX_INTERVALS) steps cover [low, high]. A range on both sides of 0 has at least two. The first
 * and last tick are where the axis ends. A range without extent, or one that is not finite, is
 * widened. */
void tr_ticks_choose(tr_ticks *ticks, double low, double high, int max_intervals);

#endif
