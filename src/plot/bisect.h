/* Finding a place among points by rising iteration. */
#ifndef TR_PLOT_BISECT_H
#define TR_PLOT_BISECT_H

#include <stddef.h>
#include <stdint.h>

/* How many of the points, of `size` bytes each, which begin with their iteration, come up to that iteration,
 * itself included. */
static inline size_t tr_count_up_to(const void *points, size_t n_points, size_t size,
                                    uint64_t iteration) {
    const char *bytes = points;
    size_t low = 0;
    size_t high = n_points;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (*(const uint64_t *)(const void *)(bytes + middle * size) <= iteration)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
