#include "trigonometry.h"

/* An angle that is at most a quarter of pi, as the sum of two doubles, and what was taken off. */
typedef struct reduced {
    double high;
    double low;
    int n_quarters; /* of a turn, modulo 4 */
} reduced;

/* Takes off multiples of pi / 2, which is the sum of three parts; the first two have 33 bits, so that
 * products with small numbers are exact (W. Cody and W. Waite, "Software Manual for the Elementary
 * Functions", 1980). */
static reduced reduce(double angle) {
    const double part_1 = 0x1.921fb544p+0, part_2 = 0x1.0b4611a6p-34;
    const double part_3 = 0x1.3198a2e037073p-69;
    const double quarters_in_a_radian = 0x1.45f306dc9c883p-1; /* 2 / pi */
    double scaled = angle * quarters_in_a_radian;
    int n = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    double rest = angle - n * part_1; /* exact */
    double taken = n * part_2;
    /* the error of a difference (D. Knuth, "The Art of Computer Programming" 2, 4.2.2) */
    double high = rest - taken;
    double virtual_taken = rest - high;
    double low = (rest - (high + virtual_taken)) - (taken - virtual_taken) - n * part_3;
    double sum = high + low;
    return (reduced){.high = sum, .low = low - (sum - high), .n_quarters = n & 3};
}

/* Taylor's series at 0, up to what a double does not see at pi / 4. */
static double sine_of(reduced angle) {
    double x = angle.high, z = x * x;
    double series = 1 / 355687428096000.0; /* 17! */
    series = -1 / 1307674368000.0 + z * series;
    series = 1 / 6227020800.0 + z * series;
    series = -1 / 39916800.0 + z * series;
    series = 1 / 362880.0 + z * series;
    series = -1 / 5040.0 + z * series;
    series = 1 / 120.0 + z * series;
    series = -1 / 6.0 + z * series;
    return x + (x * z * series + angle.low * (1 - 0.5 * z));
}

static double cosine_of(reduced angle) {
    double x = angle.high, z = x * x;
    double series = 1 / 20922789888000.0; /* 16! */
    series = -1 / 87178291200.0 + z * series;
    series = 1 / 479001600.0 + z * series;
    series = -1 / 3628800.0 + z * series;
    series = 1 / 40320.0 + z * series;
    series = -1 / 720.0 + z * series;
    series = 1 / 24.0 + z * series;
    double half = 0.5 * z, high = 1 - half;
    return high + (((1 - high) - half) + (z * z * series - x * angle.low));
}

static double sine_in_quarter(reduced angle) {
    double value = angle.n_quarters & 1 ? cosine_of(angle) : sine_of(angle);
    return angle.n_quarters & 2 ? -value : value;
}

double tr_sin(double angle) {
    return sine_in_quarter(reduce(angle));
}

double tr_cos(double angle) {
    reduced next = reduce(angle);
    next.n_quarters = (next.n_quarters + 1) & 3;
    return sine_in_quarter(next);
}
