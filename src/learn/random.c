#include <trainreel/random.h>

#include "kernels.h"

#include <math.h>

enum { N = TR_TWISTER_WORDS };

void tr_random_seed(tr_random *random, uint32_t seed) {
    for (int i = 0; i < N; i++) {
        random->key[i] = seed;
        seed = UINT32_C(1812433253) * (seed ^ (seed >> 30)) + (uint32_t)i + 1;
    }
    random->position = N;
    random->has_gauss = false;
    random->gauss = 0;
}

static void refill(tr_random *random) {
    tr_kernels_get()->twist(random->key);
    random->position = 0;
}

uint32_t tr_random_u32(tr_random *random) {
    uint32_t word;
    if (random->position >= N)
        refill(random);
    tr_kernels_get()->temper(&word, &random->key[random->position++], 1);
    return word;
}

double tr_random_double(tr_random *random) {
    uint32_t high = tr_random_u32(random) >> 5;
    uint32_t low = tr_random_u32(random) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

double tr_random_uniform(tr_random *random, double low, double high) {
    return low + (high - low) * tr_random_double(random);
}

static double standard_normal(tr_random *random) {
    if (random->has_gauss) {
        double kept = random->gauss;
        random->has_gauss = false;
        random->gauss = 0;
        return kept;
    }
    double x1, x2, r2;
    do {
        x1 = 2.0 * tr_random_double(random) - 1.0;
        x2 = 2.0 * tr_random_double(random) - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    double factor = sqrt(-2.0 * log(r2) / r2);
    random->gauss = factor * x1;
    random->has_gauss = true;
    return factor * x2;
}

double tr_random_normal(tr_random *random, double mean, double standard_deviation) {
    return mean + standard_deviation * standard_normal(random);
}

/* The smallest 2^k - 1 that is not below `max`. */
static uint32_t mask_of(uint32_t max) {
    for (int shift = 1; shift < 32; shift *= 2)
        max |= max >> shift;
    return max;
}

uint32_t tr_random_interval(tr_random *random, uint32_t max) {
    if (max == 0)
        return 0;
    const uint32_t mask = mask_of(max);
    uint32_t value;
    do
        value = tr_random_u32(random) & mask;
    while (value > max);
    return value;
}

/* The next words of the generator, at least one and at most `most`, without using them up; returns
 * how many. */
static int look_ahead(tr_random *random, uint32_t *words, int most) {
    if (random->position >= N)
        refill(random);
    const int left = N - random->position;
    const int count = left < most ? left : most;
    tr_kernels_get()->temper(words, random->key + random->position, count);
    return count;
}

/* What tr_random_interval() would do for i = count - 1, count - 2 … 1, but on words in stock, and
 * without branching on whether a word is rejected, which no processor could predict: then the
 * element is swapped with itself, and i stays. */
void tr_random_shuffle(tr_random *random, uint32_t *indices, size_t count) {
    uint32_t words[64];
    const uint32_t *next = words, *end = words;
    uint32_t i = count ? (uint32_t)(count - 1) : 0;
    while (i > 0) {
        const uint32_t mask = mask_of(i);
        const uint32_t last = mask >> 1; /* from there on another mask holds */
        if (next == end) {
            end = words + look_ahead(random, words, sizeof words / sizeof *words);
            next = words;
        }
        const uint32_t *before = next;
        do {
            const uint32_t word = *next++ & mask;
            const uint32_t j = word < i ? word : i;
            const uint32_t at_i = indices[i], at_j = indices[j];
            indices[i] = at_j;
            indices[j] = at_i;
            i = i - 1 + (word > i);
        } while (next < end && i > last);
        random->position += (int)(next - before);
    }
}
