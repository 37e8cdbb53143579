/* Exponential, logarithm and what activations are made of, in double precision.
 *
 * They give the same bits on every machine, which the C library's do not: it differs between
 * versions, and between processors with and without fused multiply-add. So they are nothing but
 * additions, multiplications, divisions and operations on whole numbers, in a fixed order, without
 * a branch or a table, which also lets the compiler vectorise loops over them. They are off by less
 * than 1e-12 of the result, so that rounding it to float32 (half an ulp is at least 2.9e-8 of it)
 * almost always gives the float32 number that is nearest to the true value.
 *
 * Method: J.-M. Muller, "Elementary Functions: Algorithms and Implementation" (3rd edition, 2016):
 * additive range reduction with a constant in two parts (chapter 11), then a Taylor polynomial. NaN
 * stays NaN. */
#ifndef TR_LEARN_ELEMENTARY_H
#define TR_LEARN_ELEMENTARY_H

#include "vectors.h"

#include <stdint.h>

/* The exponential splits x into k ln 2 + r, with |r| at most ln(2) / 2. */
typedef struct tr_split_exp {
    double expm1_r; /* exp(r) - 1 */
    double power;   /* 2^k */
} tr_split_exp;

TR_INLINE tr_split_exp tr_exp_split(double x) {
    /* ln(2) in two parts: the first has 11 zero bits at its end, so that k times it is exact */
    const double log2_e = 0x1.71547652b82fep+0;
    const double ln2_high = 0x1.62e42fefa3800p-1;
    const double ln2_low = 0x1.ef35793c76730p-45;
    /* adding it rounds to a whole number, which is then found in the last bits of the sum */
    const double to_whole = 0x1.8p+52;
    const double lowest = -708; /* above the smallest normal 2^k, and 0 as a float32 */
    const double highest = 709; /* infinite as a float32 */
    x = lowest > x ? lowest : x;
    x = highest < x ? highest : x;
    const double sum = x * log2_e + to_whole;
    const double k = sum - to_whole;
    const double r = (x - k * ln2_high) - k * ln2_low;
    /* exp(r) - 1 = r + r^2 / 2! + … + r^10 / 10!; what is left out is below r^11 / 11!, 2.2e-13 */
    double series = 1 / 3628800.;
    series = series * r + 1 / 362880.;
    series = series * r + 1 / 40320.;
    series = series * r + 1 / 5040.;
    series = series * r + 1 / 720.;
    series = series * r + 1 / 120.;
    series = series * r + 1 / 24.;
    series = series * r + 1 / 6.;
    series = series * r + 1 / 2.;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    bits = (bits + 1023) << 52; /* as the exponent of a double */
    tr_split_exp split = {.expm1_r = r + r * r * series};
    memcpy(&split.power, &bits, sizeof bits);
    return split;
}

TR_INLINE double tr_exp_of(tr_split_exp split) {
    return split.power + split.power * split.expm1_r;
}

/* exp(x) - 1, accurate near 0 as well: 2^k - 1 is exact for the small k where it matters. */
TR_INLINE double tr_expm1_of(tr_split_exp split) {
    return (split.power - 1) + split.power * split.expm1_r;
}

TR_INLINE double tr_exp(double x) {
    return tr_exp_of(tr_exp_split(x));
}

TR_INLINE double tr_expm1(double x) {
    return tr_expm1_of(tr_exp_split(x));
}

/* The logarithm of (1 + s) / (1 - s): 2 (s + s^3 / 3 + s^5 / 5 + …), up to s^(2 n_terms + 1). */
TR_INLINE double tr_log_ratio(double s, const int n_terms) {
    const double square = s * s;
    double series = 0;
    for (int i = n_terms; i >= 1; i--)
        series = (series + 1. / (2 * i + 1)) * square;
    return 2 * (s + s * series);
}

/* The logarithm of a positive normal number, which is split into 2^k m with m around 1. */
TR_INLINE double tr_log(double x) {
    const double ln2_high = 0x1.62e42fefa3800p-1;
    const double ln2_low = 0x1.ef35793c76730p-45;
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcd;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    /* m in [sqrt(1 / 2), sqrt(2)); k in the exponent of a whole number, as vectors convert none */
    const uint64_t exponent = (bits - sqrt_half + ((uint64_t)1024 << 52)) >> 52;
    const uint64_t m_bits = bits - ((exponent - 1024) << 52);
    const uint64_t k_bits = exponent | 0x4330000000000000; /* 2^52 + exponent */
    double m, k;
    memcpy(&m, &m_bits, sizeof m);
    memcpy(&k, &k_bits, sizeof k);
    k -= 0x1p+52 + 1024;
    /* |s| is at most 0.172; what is left out is below s^17 / 17, 6e-15 */
    const double s = (m - 1) / (m + 1);
    const double unknown = x - x; /* NaN where x is, otherwise 0 */
    return k * ln2_high + (tr_log_ratio(s, 7) + k * ln2_low) + unknown;
}

/* log(1 + t) for t from 0 to 1, accurate near 0 as well. s is at most 1 / 3; what is left out is
 * below s^27 / 27, 5e-15. */
TR_INLINE double tr_log1p(double t) {
    return tr_log_ratio(t / (2 + t), 12);
}

/* An activation's value, and its derivative. */
typedef struct tr_value_slope {
    double value;
    double slope;
} tr_value_slope;

/* tanh(z) = (1 - e) / (1 + e) with e = exp(-2 |z|), and the sign of z. Its derivative is
 * 1 - tanh^2 = 4 e / (1 + e)^2. */
TR_INLINE tr_value_slope tr_tanh(double z) {
    const double magnitude = z < 0 ? -z : z;
    const tr_split_exp split = tr_exp_split(-2 * magnitude);
    const double reciprocal = 1 / (2 + tr_expm1_of(split));
    const double tangent = -tr_expm1_of(split) * reciprocal;
    return (tr_value_slope){.value = z < 0 ? -tangent : tangent,
                            .slope = 4 * tr_exp_of(split) * reciprocal * reciprocal};
}

/* 1 / (1 + exp(-z)), with e = exp(-|z|), which never overflows. */
TR_INLINE tr_value_slope tr_sigmoid(double z) {
    const double e = tr_exp(z < 0 ? z : -z);
    const double of_positive = 1 / (1 + e);
    return (tr_value_slope){.value = z < 0 ? e * of_positive : of_positive,
                            .slope = e * of_positive * of_positive};
}

/* log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)); its derivative is the sigmoid. */
TR_INLINE tr_value_slope tr_softplus(double z) {
    const double e = tr_exp(z < 0 ? z : -z);
    const double of_positive = 1 / (1 + e);
    return (tr_value_slope){.value = (z < 0 ? 0 : z) + tr_log1p(e),
                            .slope = z < 0 ? e * of_positive : of_positive};
}

#endif
