/* Kernels of MT19937; see random.h. Only for kernels_table.h. */
#ifndef TR_LEARN_TWISTER_H
#define TR_LEARN_TWISTER_H

#include "kernels.h"

static inline uint32_t twist_word(uint32_t upper, uint32_t lower, uint32_t other) {
    uint32_t mixed = (upper & UINT32_C(0x80000000)) | (lower & UINT32_C(0x7fffffff));
    return other ^ (mixed >> 1) ^ (UINT32_C(0x9908b0df) & (0u - (lower & 1u)));
}

static void twist(uint32_t *key) {
    enum { N = TR_TWISTER_WORDS, M = 397 };
    for (int i = 0; i < N - M; i++)
        key[i] = twist_word(key[i], key[i + 1], key[i + M]);
    for (int i = N - M; i < N - 1; i++)
        key[i] = twist_word(key[i], key[i + 1], key[i + M - N]);
    key[N - 1] = twist_word(key[N - 1], key[0], key[M - 1]);
}

static void temper(uint32_t *restrict words, const uint32_t *restrict key, int count) {
    for (int i = 0; i < count; i++) {
        uint32_t word = key[i];
        word ^= word >> 11;
        word ^= (word << 7) & UINT32_C(0x9d2c5680);
        word ^= (word << 15) & UINT32_C(0xefc60000);
        words[i] = word ^ (word >> 18);
    }
}

#endif
