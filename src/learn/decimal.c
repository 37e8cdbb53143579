#include "decimal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A number as it is written: digits x 10^exponent. */
typedef struct decimal {
    double sign; /* 1 or -1 */
    uint64_t digits;
    long exponent;
    bool complete; /* false where the digits or the exponent did not fit */
} decimal;

enum {
    MOST_DIGITS = 19,        /* that any 64-bit word holds */
    MOST_EXPONENT = 1000000, /* beyond any double, whatever digits it has */
    EXACT_POWER_OF_TEN = 22, /* the last one that is a double */
    EXACT_POWER_OF_FIVE = 27 /* the last one in 63 bits */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Adds digits to the number and returns where they end. What does not fit wraps around. */
static const char *scan_digits(const char *at, decimal *number, ptrdiff_t *n_significant) {
    if (number->digits == 0)
        while (*at == '0')
            at++;
    const char *start = at;
    uint64_t digits = number->digits;
    for (; is_digit(*at); at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    number->digits = digits;
    *n_significant += at - start;
    return at;
}

static const char *scan_exponent(const char *text, decimal *number) {
    const char *at = text + 1;
    bool negative = *at == '-';
    at += *at == '-' || *at == '+';
    if (!is_digit(*at))
        return NULL;
    long exponent = 0;
    for (; is_digit(*at); at++)
        if (exponent < MOST_EXPONENT)
            exponent = exponent * 10 + (*at - '0');
    number->complete = number->complete && exponent < MOST_EXPONENT;
    number->exponent += negative ? -exponent : exponent;
    return at;
}

static const char *scan(const char *text, decimal *number) {
    static const double signs[] = {1, -1};
    ptrdiff_t n_significant = 0;
    *number = (decimal){.sign = signs[*text == '-']};
    text += *text == '-' || *text == '+';
    const char *at = scan_digits(text, number, &n_significant);
    bool has_digits = at > text;
    if (*at == '.') {
        const char *fraction = at + 1;
        at = scan_digits(fraction, number, &n_significant);
        has_digits = has_digits || at > fraction;
        number->exponent = (long)(fraction - at);
    }
    if (!has_digits)
        return NULL;
    number->complete = n_significant <= MOST_DIGITS;
    if (*at == 'e' || *at == 'E')
        at = scan_exponent(at, number);
    return at;
}

#ifdef __SIZEOF_INT128__
/* gcc and clang have it on every 64-bit machine. */
__extension__ typedef unsigned __int128 uint128;

static const uint64_t powers_of_five[EXACT_POWER_OF_FIVE + 1] = {
    1,
    5,
    25,
    125,
    625,
    3125,
    15625,
    78125,
    390625,
    1953125,
    9765625,
    48828125,
    244140625,
    1220703125,
    6103515625,
    30517578125,
    152587890625,
    762939453125,
    3814697265625,
    19073486328125,
    95367431640625,
    476837158203125,
    2384185791015625,
    11920928955078125,
    59604644775390625,
    298023223876953125,
    1490116119384765625,
    7450580596923828125,
};

/* How many zero bits are before the first one of a value that is not 0. */
static int leading_zeros(uint128 value) {
    uint64_t high = (uint64_t)(value >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

/* Of a normal double; ldexp() is for all of them, and slower. */
static double power_of_two(int exponent) {
    uint64_t bits = (uint64_t)(exponent + DBL_MAX_EXP - 1) << (DBL_MANT_DIG - 1);
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* The double next to (value + rest) x 2^exponent, where the rest is below 1, and 0 unless `has_rest`,
 * which needs a value of at least 54 bits. */
static double round_to_double(uint128 value, bool has_rest, int exponent) {
    int n_dropped = 128 - leading_zeros(value) - 53;
    if (n_dropped > 0) {
        uint128 half = (uint128)1 << (n_dropped - 1);
        uint128 dropped = value & (2 * half - 1);
        value >>= n_dropped;
        exponent += n_dropped;
        bool is_tie = dropped == half && !has_rest;
        value += is_tie ? value & 1 : dropped >= half;
    }
    return (double)(uint64_t)value * power_of_two(exponent);
}

/* 10^n is 5^n x 2^n, and the product and quotient with 5^n are exact in 128 bits (the quotient up to a
 * remainder), so that there is one rounding. */
static bool round_exactly(const decimal *number, double *value) {
    if (labs(number->exponent) > EXACT_POWER_OF_FIVE)
        return false;
    int exponent = (int)number->exponent;
    uint128 digits = number->digits;
    if (exponent >= 0) {
        *value = round_to_double(digits * powers_of_five[exponent], false, exponent);
        return true;
    }
    uint64_t power = powers_of_five[-exponent];
    int shift = leading_zeros(digits); /* leaves more than 64 bits in the quotient */
    uint128 dividend = digits << shift;
    uint128 quotient = dividend / power;
    bool has_rest = quotient * power != dividend; /* % would divide again */
    *value = round_to_double(quotient, has_rest, exponent - shift);
    return true;
}
#else
static bool round_exactly(const decimal *number, double *value) {
    (void)number;
    (void)value;
    return false;
}
#endif

/* Both are doubles, so that their product or quotient is rounded once (D. Gay, "Correctly rounded
 * binary-decimal and decimal-binary conversions", 1990). */
static bool round_once(const decimal *number, double *value) {
    static const double powers[EXACT_POWER_OF_TEN + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->digits == 0) {
        *value = 0;
        return true;
    }
    /* an x87 would round twice */
    if (FLT_EVAL_METHOD != 0 || number->digits > UINT64_C(1) << 53 ||
        labs(number->exponent) > EXACT_POWER_OF_TEN)
        return false;
    double digits = (double)number->digits;
    *value = number->exponent < 0 ? digits / powers[-number->exponent]
                                  : digits * powers[number->exponent];
    return true;
}

const char *tr_decimal_parse(const char *text, double *value, locale_t c_locale) {
    decimal number;
    double size;
    const char *end = scan(text, &number);
    if (!end)
        return NULL;
    if (!number.complete || (!round_once(&number, &size) && !round_exactly(&number, &size)))
        size = strtod_l(text, NULL, c_locale);
    /* signs are often random, and a wrong guess of a branch takes as long as ten digits */
    *value = copysign(size, number.sign);
    return end;
}
