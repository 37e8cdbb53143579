#include "palette.h"

#include "alloc.h"
#include "diag.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOT_BITS = 15,
    SLOTS = 1 << SLOT_BITS, /* twice as many as there may be entries */
    MOST_ENTRIES = SLOTS / 2,
    CACHE_BITS = 14,
    CACHE_SLOTS = 1 << CACHE_BITS,
    REFINEMENTS = 4
};

typedef struct entry {
    uint32_t color;
    uint64_t count; /* 0 where there is none */
} entry;

struct tr_histogram {
    int shift; /* low bits of each channel that are not told apart */
    size_t n_entries;
    entry entries[SLOTS];
    entry sorted[MOST_ENTRIES];
};

tr_status tr_histogram_create(tr_histogram **histogram, tr_diag *diag) {
    *histogram = tr_alloc_array(1, sizeof **histogram);
    return *histogram ? TR_OK : tr_fail_memory(diag, "the colours");
}

void tr_histogram_destroy(tr_histogram **histogram) {
    free(*histogram);
    *histogram = NULL;
}

void tr_histogram_clear(tr_histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
}

/* A whole number that is as good as random for another one. */
static uint32_t scatter(uint32_t color) {
    return color * UINT32_C(2654435761);
}

/* The colour that stands for all with the same high bits: those bits again in the place of the low
 * ones, so that black and white stay what they are. */
static uint32_t represent(uint32_t color, int shift) {
    uint32_t result = 0;
    for (int channel = 0; channel < 24; channel += 8) {
        uint32_t high = (color >> channel & 255) >> shift << shift;
        result |= (high | (shift ? high >> (8 - shift) : 0)) << channel;
    }
    return result;
}

/* The entry of a colour, or the empty one where it would be. */
static entry *find_entry(tr_histogram *histogram, uint32_t color) {
    uint32_t slot = scatter(color) >> (32 - SLOT_BITS);
    while (histogram->entries[slot].count && histogram->entries[slot].color != color)
        slot = (slot + 1) % SLOTS;
    return &histogram->entries[slot];
}

static int compare_colors(const void *a, const void *b) {
    const entry *one = a, *other = b;
    return (one->color > other->color) - (one->color < other->color);
}

/* The entries by colour, in `sorted`. */
static void sort_entries(tr_histogram *histogram) {
    size_t n_sorted = 0;
    for (size_t i = 0; i < SLOTS; i++)
        if (histogram->entries[i].count)
            histogram->sorted[n_sorted++] = histogram->entries[i];
    qsort(histogram->sorted, n_sorted, sizeof(entry), compare_colors);
}

/* Tells apart one bit less, until there is room again. */
static void coarsen(tr_histogram *histogram) {
    do {
        size_t n_sorted = histogram->n_entries;
        sort_entries(histogram);
        memset(histogram->entries, 0, sizeof histogram->entries);
        histogram->n_entries = 0;
        histogram->shift++;
        for (size_t i = 0; i < n_sorted; i++) {
            uint32_t color = represent(histogram->sorted[i].color, histogram->shift);
            entry *found = find_entry(histogram, color);
            histogram->n_entries += !found->count;
            found->color = color;
            found->count += histogram->sorted[i].count;
        }
    } while (histogram->n_entries == MOST_ENTRIES);
}

void tr_histogram_add(tr_histogram *histogram, uint32_t color, uint64_t count) {
    if (!count)
        return;
    color = represent(color, histogram->shift);
    entry *found = find_entry(histogram, color);
    if (!found->count && histogram->n_entries == MOST_ENTRIES) {
        coarsen(histogram);
        color = represent(color, histogram->shift);
        found = find_entry(histogram, color);
    }
    histogram->n_entries += !found->count;
    found->color = color;
    found->count += count;
}

void tr_histogram_merge(tr_histogram *histogram, const tr_histogram *from) {
    while (histogram->shift < from->shift)
        coarsen(histogram);
    for (size_t i = 0; i < SLOTS; i++)
        tr_histogram_add(histogram, from->entries[i].color, from->entries[i].count);
}

/* ---- choosing ---- */

/* A colour and what it weighs: the root of how often it is there, so that lines count beside areas. */
typedef struct point {
    double channels[3];
    double weight;
    uint32_t color;
    uint64_t count;
    size_t cluster;
} point;

/* Points from `first` on. */
typedef struct cluster {
    size_t first;
    size_t n_points;
    double error; /* weighted squares of the distances from the mean */
    int axis;     /* the channel that has most of it */
} cluster;

typedef struct moments {
    double weight;
    double sums[3];
    double squares[3];
} moments;

static void add_point(moments *m, const point *p) {
    m->weight += p->weight;
    for (int c = 0; c < 3; c++) {
        m->sums[c] += p->weight * p->channels[c];
        m->squares[c] += p->weight * p->channels[c] * p->channels[c];
    }
}

static double error_of(const moments *m, int channel) {
    double error =
        m->weight > 0 ? m->squares[channel] - m->sums[channel] * m->sums[channel] / m->weight : 0;
    return error > 0 ? error : 0;
}

static double whole_error(const moments *m) {
    return error_of(m, 0) + error_of(m, 1) + error_of(m, 2);
}

static cluster measure(const point *points, size_t first, size_t n_points) {
    cluster result = {.first = first, .n_points = n_points};
    moments m = {0};
    for (size_t i = 0; i < n_points; i++)
        add_point(&m, &points[first + i]);
    for (int c = 1; c < 3; c++)
        if (error_of(&m, c) > error_of(&m, result.axis))
            result.axis = c;
    result.error = n_points > 1 ? whole_error(&m) : 0;
    return result;
}

static int compare_axis(const point *a, const point *b, int axis) {
    if (a->channels[axis] != b->channels[axis])
        return a->channels[axis] < b->channels[axis] ? -1 : 1;
    return (a->color > b->color) - (a->color < b->color);
}

static int compare_red(const void *a, const void *b) {
    return compare_axis(a, b, 0);
}

static int compare_green(const void *a, const void *b) {
    return compare_axis(a, b, 1);
}

static int compare_blue(const void *a, const void *b) {
    return compare_axis(a, b, 2);
}

/* Cuts a cluster across its axis where the errors of both parts together are least. */
static void split(point *points, const cluster *whole, cluster *low, cluster *high) {
    static int (*const compare[])(const void *, const void *) = {compare_red, compare_green,
                                                                 compare_blue};
    point *first = points + whole->first;
    qsort(first, whole->n_points, sizeof *first, compare[whole->axis]);
    moments all = {0}, below = {0};
    size_t best = 1;
    double least = INFINITY;
    for (size_t i = 0; i < whole->n_points; i++)
        add_point(&all, &first[i]);
    for (size_t i = 0; i + 1 < whole->n_points; i++) {
        moments above = all;
        add_point(&below, &first[i]);
        above.weight -= below.weight;
        for (int c = 0; c < 3; c++) {
            above.sums[c] -= below.sums[c];
            above.squares[c] -= below.squares[c];
        }
        double error = whole_error(&below) + whole_error(&above);
        if (error < least) {
            least = error;
            best = i + 1;
        }
    }
    *low = measure(points, whole->first, best);
    *high = measure(points, whole->first + best, whole->n_points - best);
}

/* Splits the worst cluster until there are `n_clusters`, which points then know. */
static void divide(point *points, size_t n_points, size_t n_clusters) {
    cluster clusters[TR_MOST_COLORS];
    size_t count = 1;
    clusters[0] = measure(points, 0, n_points);
    while (count < n_clusters) {
        size_t worst = 0;
        for (size_t i = 1; i < count; i++)
            if (clusters[i].error > clusters[worst].error)
                worst = i;
        if (clusters[worst].n_points < 2)
            break;
        const cluster whole = clusters[worst];
        split(points, &whole, &clusters[worst], &clusters[count]);
        count++;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < clusters[i].n_points; k++)
            points[clusters[i].first + k].cluster = i;
}

typedef struct mean {
    double channels[3];
} mean;

/* The mean of each cluster; that of an empty one stays. */
static void find_means(const point *points, size_t n_points, mean *means, size_t n_clusters) {
    moments all[TR_MOST_COLORS] = {0};
    for (size_t i = 0; i < n_points; i++)
        add_point(&all[points[i].cluster], &points[i]);
    for (size_t i = 0; i < n_clusters; i++)
        for (int c = 0; all[i].weight > 0 && c < 3; c++)
            means[i].channels[c] = all[i].sums[c] / all[i].weight;
}

/* Puts each point into the cluster whose mean is nearest. */
static void assign(point *points, size_t n_points, const mean *means, size_t n_clusters) {
    for (size_t i = 0; i < n_points; i++) {
        double least = INFINITY;
        for (size_t k = 0; k < n_clusters; k++) {
            double distance = 0;
            for (int c = 0; c < 3; c++) {
                double difference = points[i].channels[c] - means[k].channels[c];
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                points[i].cluster = k;
            }
        }
    }
}

/* What stands for each cluster: the colour that outweighs all others in it, such as the background,
 * and otherwise the mean. */
static void represent_clusters(const point *points, size_t n_points, const mean *means,
                               size_t n_clusters, uint32_t *colors) {
    double counts[TR_MOST_COLORS] = {0};
    size_t heaviest[TR_MOST_COLORS] = {0};
    bool is_empty[TR_MOST_COLORS];
    memset(is_empty, true, sizeof is_empty);
    for (size_t i = 0; i < n_points; i++) {
        size_t k = points[i].cluster;
        counts[k] += (double)points[i].count;
        if (is_empty[k] || points[i].count > points[heaviest[k]].count)
            heaviest[k] = i;
        is_empty[k] = false;
    }
    for (size_t k = 0; k < n_clusters; k++) {
        if (!is_empty[k] && 2 * (double)points[heaviest[k]].count > counts[k]) {
            colors[k] = points[heaviest[k]].color;
            continue;
        }
        colors[k] = 0;
        for (int c = 0; c < 3; c++)
            colors[k] = colors[k] << 8 | (uint32_t)lround(means[k].channels[c]);
    }
}

static tr_status choose(tr_palette *palette, const entry *entries, size_t n_points, size_t n_colors,
                        tr_diag *diag) {
    mean means[TR_MOST_COLORS] = {0};
    point *points = tr_alloc_array(n_points, sizeof *points);
    if (!points)
        return tr_fail_memory(diag, "the colours");
    for (size_t i = 0; i < n_points; i++) {
        points[i] = (point){.color = entries[i].color,
                            .count = entries[i].count,
                            .weight = sqrt((double)entries[i].count)};
        for (int c = 0; c < 3; c++)
            points[i].channels[c] = entries[i].color >> (16 - 8 * c) & 255;
    }
    divide(points, n_points, n_colors);
    for (int i = 0; i < REFINEMENTS; i++) {
        find_means(points, n_points, means, n_colors);
        assign(points, n_points, means, n_colors);
    }
    represent_clusters(points, n_points, means, n_colors, palette->colors);
    palette->n_colors = n_colors;
    free(points);
    return TR_OK;
}

tr_status tr_palette_open(tr_palette *palette, tr_histogram *histogram, size_t n_colors,
                          tr_diag *diag) {
    *palette = (tr_palette){0};
    palette->cache = tr_alloc_array(CACHE_SLOTS, sizeof *palette->cache);
    if (!palette->cache)
        return tr_fail_memory(diag, "the colours");
    memset(palette->cache, 0xFF, CACHE_SLOTS * sizeof *palette->cache);
    sort_entries(histogram);
    if (histogram->n_entries > n_colors)
        return choose(palette, histogram->sorted, histogram->n_entries, n_colors, diag);
    palette->n_colors = histogram->n_entries;
    for (size_t i = 0; i < palette->n_colors; i++)
        palette->colors[i] = histogram->sorted[i].color;
    return TR_OK;
}

void tr_palette_close(tr_palette *palette) {
    free(palette->cache);
    *palette = (tr_palette){0};
}

static size_t find_nearest(const tr_palette *palette, uint32_t color) {
    int least = INT_MAX;
    size_t nearest = 0;
    for (size_t i = 0; i < palette->n_colors; i++) {
        int distance = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int difference = (int)(color >> shift & 255) - (int)(palette->colors[i] >> shift & 255);
            distance += difference * difference;
        }
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

/* A slot of the cache has a colour, and above it the number of the nearest one in the palette. No
 * palette has a colour 255, so the slots are empty at first. */
uint8_t tr_palette_find(tr_palette *palette, uint32_t color) {
    uint32_t *slot = &palette->cache[scatter(color) >> (32 - CACHE_BITS)];
    if ((*slot & 0xFFFFFF) != color || *slot >> 24 == TR_MOST_COLORS)
        *slot = (uint32_t)find_nearest(palette, color) << 24 | color;
    return (uint8_t)(*slot >> 24);
}
