/** @file
 * The random numbers of NumPy's legacy generator (`numpy.random.seed` and friends), bit for bit.
 *
 * Source: the Mersenne Twister MT19937 of M. Matsumoto and T. Nishimura, "Mersenne Twister: a
 * 623-dimensionally equidistributed uniform pseudo-random number generator" (ACM TOMACS 8, 1998),
 * and the sampling methods that NumPy documents for RandomState. With seed 0 the first values are
 *
 *     tr_random_u32       2357136044  2546248239  3071714933
 *     tr_random_double    0.5488135039273248 (from the first two words)
 *     tr_random_normal    1.764052345967664  0.4001572083672233 (mean 0, standard deviation 1)
 *
 * Each generator belongs to one thread at a time. No function here can fail.
 */
#ifndef TRAINREEL_RANDOM_H
#define TRAINREEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/export.h>

TR_BEGIN_DECLS

/** The whole state, as `RandomState.get_state()` shows it; copying the struct copies the state. */
typedef struct tr_random {
    uint32_t key[624]; /**< the words from which numbers are made */
    int position;      /**< words of `key` already used, 0 to 624 */
    bool has_gauss;    /**< whether `gauss` is the next normal number */
    double gauss;      /**< with mean 0 and standard deviation 1 */
} tr_random;

/** Sets the state that `numpy.random.seed(seed)` sets for an integer seed. */
TR_API void tr_random_seed(tr_random *random, uint32_t seed);

/** A uniform 32-bit word. */
TR_API uint32_t tr_random_u32(tr_random *random);

/** Uniform in [0, 1), 53 random bits, from two words. */
TR_API double tr_random_double(tr_random *random);

/** Uniform in [low, high). */
TR_API double tr_random_uniform(tr_random *random, double low, double high);

/**
 * Normal with the given mean and standard deviation, by Marsaglia's polar method; the second number
 * of each pair is kept for the next call.
 */
TR_API double tr_random_normal(tr_random *random, double mean, double standard_deviation);

/** Uniform integer in [0, max], by masked rejection; a max of 0 draws nothing. */
TR_API uint32_t tr_random_interval(tr_random *random, uint32_t max);

/** Shuffles `count` (below 2^32) indices in place, as `numpy.random.shuffle` does (Fisher-Yates). */
TR_API void tr_random_shuffle(tr_random *random, uint32_t *indices, size_t count);

TR_END_DECLS

#endif
