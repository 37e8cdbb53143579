/* Ticks at round numbers. */
#ifndef TR_PLOT_TICKS_H
#define TR_PLOT_TICKS_H

#include <stddef.h>

enum { TR_MAX_INTERVALS = 10, TR_TICK_LABEL_SIZE = 32 };

typedef struct tr_ticks {
    int count; /* 1 to TR_MAX_INTERVALS + 1 */
    double values[TR_MAX_INTERVALS + 1];
    char labels[TR_MAX_INTERVALS + 1][TR_TICK_LABEL_SIZE]; /* UTF-8, all in one style */
} tr_ticks;

/* The smallest step out of 1, 2 and 5 times a power of ten with which at most `max_intervals` (1 to
 * TR_MAX_INTERVALS) steps cover [low, high]. A range on both sides of 0 has at least two. The first
 * and last tick are where the axis ends. A range without extent, or one that is not finite, is
 * widened. */
void tr_ticks_choose(tr_ticks *ticks, double low, double high, int max_intervals);

/* The same for an axis that ends where the range does: only the ticks in it, which may be a single
 * one. */
void tr_ticks_choose_inside(tr_ticks *ticks, double low, double high, int max_intervals);

/* For a logarithmic axis: 1, 2 and 5 times powers of ten that cover [low, high]; where that would be
 * more than `max_intervals`, powers of ten alone, or every second of them, or third … A range that is
 * not above 0 counts as 1 to 1. */
void tr_ticks_choose_log(tr_ticks *ticks, double low, double high, int max_intervals);

/* The logarithm to base 10 of a finite value above 0: the same bits on every machine, while that of
 * the C library depends on its version. */
double tr_log10(double value);

#endif
