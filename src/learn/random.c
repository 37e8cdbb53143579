#include <trainreel/random.h>

#include <math.h>

enum { N = 624, M = 397 };

void tr_random_seed(tr_random *random, uint32_t seed) {
    for (int i = 0; i < N; i++) {
        random->key[i] = seed;
        seed = UINT32_C(1812433253) * (seed ^ (seed >> 30)) + (uint32_t)i + 1;
    }
    random->position = N;
    random->has_gauss = false;
    random->gauss = 0;
}

static uint32_t twist(uint32_t upper, uint32_t lower, uint32_t other) {
    uint32_t mixed = (upper & UINT32_C(0x80000000)) | (lower & UINT32_C(0x7fffffff));
    return other ^ (mixed >> 1) ^ (UINT32_C(0x9908b0df) & (0u - (lower & 1u)));
}

static void refill(tr_random *random) {
    uint32_t *key = random->key;
    for (int i = 0; i < N - M; i++)
        key[i] = twist(key[i], key[i + 1], key[i + M]);
    for (int i = N - M; i < N - 1; i++)
        key[i] = twist(key[i], key[i + 1], key[i + M - N]);
    key[N - 1] = twist(key[N - 1], key[0], key[M - 1]);
    random->position = 0;
}

uint32_t tr_random_u32(tr_random *random) {
    if (random->position >= N)
        refill(random);
    uint32_t word = random->key[random->position++];
    word ^= word >> 11;
    word ^= (word << 7) & UINT32_C(0x9d2c5680);
    word ^= (word << 15) & UINT32_C(0xefc60000);
    return word ^ (word >> 18);
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

uint32_t tr_random_interval(tr_random *random, uint32_t max) {
    if (max == 0)
        return 0;
    uint32_t mask = max;
    for (int shift = 1; shift < 32; shift *= 2)
        mask |= mask >> shift;
    uint32_t value;
    do
        value = tr_random_u32(random) & mask;
    while (value > max);
    return value;
}

void tr_random_shuffle(tr_random *random, uint32_t *indices, size_t count) {
    for (size_t i = count; i-- > 1;) {
        size_t j = tr_random_interval(random, (uint32_t)i);
        uint32_t swapped = indices[i];
        indices[i] = indices[j];
        indices[j] = swapped;
    }
}
