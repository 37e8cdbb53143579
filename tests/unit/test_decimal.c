#include "support.h"

#include "decimal.h"

#include <math.h>

static locale_t c_locale;

static int open_locale(void **state) {
    (void)state;
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return c_locale ? 0 : -1;
}

static int close_locale(void **state) {
    (void)state;
    freelocale(c_locale);
    return 0;
}

/* The text is a number, all of it, and the same as the C library's, which rounds correctly. */
static void check(const char *text) {
    double value = NAN, wanted = strtod_l(text, NULL, c_locale);
    const char *end = tr_decimal_parse(text, &value, c_locale);
    if (!end || *end)
        fail_msg("\"%s\" is not all a number", text);
    if (memcmp(&value, &wanted, sizeof value) != 0)
        fail_msg("\"%s\" is %.17g, not %.17g", text, value, wanted);
}

static void numbers_are_rounded_to_the_nearest_double(void **state) {
    (void)state;
    const char *const texts[] = {
        "0", "-0", "+0", "0.0", "000", "0e999999999999", "1", "-1", "+1", "5.", ".5", "-.5e-3",
        "1e5", "1E+5", "1e-5", "00012.500", "0.1", "0.30000000000000004", "123456789012345678",
        /* halfway between two doubles, and next to that */
        "9007199254740993", "9007199254740993.0", "9007199254740993.00000000000000000001",
        "9007199254740992.99999999999999999999", "9007199254740995", "18014398509481990",
        "0.5000000000000000555111512312578270211815834045410156250",
        "0.50000000000000005551115123125782702118158340454101562500001", "1152921504606847104",
        "1152921504606847105", "1152921504606847103",
        /* the limits of each way to compute it */
        "9007199254740992e22", "9007199254740992e-22", "9007199254740993e23", "1e23",
        "9999999999999999999e27", "9999999999999999999e-27", "9999999999999999999e28",
        "9999999999999999999e-28", "99999999999999999999", "1e-27", "1e27", "7e-28",
        /* the limits of a double */
        "1.7976931348623157e308", "1.7976931348623159e308", "1e309", "-1e400", "1e99999999999",
        "2.2250738585072014e-308", "2.2250738585072011e-308", "4.9406564584124654e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "1e-99999999999",
        "0.000000000000000000000000000000000000000000000000000000000000000000000001e72"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(texts[i]);
}

static void random_numbers_are_rounded_to_the_nearest_double(void **state) {
    (void)state;
    tr_random random;
    tr_random_seed(&random, 0);
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = (uint64_t)tr_random_u32(&random) << 32 | tr_random_u32(&random);
        double value;
        char text[64];
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) {
            snprintf(text, sizeof text, "%.*g", 1 + i % 20, value);
            check(text);
        }
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits >> (i % 60)), i % 61 - 30);
        check(text);
        snprintf(text, sizeof text, "%.*f", 1 + i % 20, tr_random_uniform(&random, -10, 10));
        check(text);
        /* 54 bits, the last of which is a half */
        snprintf(text, sizeof text, "%llu",
                 (unsigned long long)(bits >> 10 | 1 | UINT64_C(1) << 53));
        check(text);
    }
}

static void what_is_not_a_number_is_none(void **state) {
    (void)state;
    const char *const texts[] = {"",    "-",   "+",   ".",   "-.", "e5",  "1e",  "1e+", "1.5e-",
                                 "inf", "nan", "NaN", "abc", " 1", "--1", "+-1", "-e1", ".e1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 7;
        if (tr_decimal_parse(texts[i], &value, c_locale))
            fail_msg("\"%s\" is taken for %g", texts[i], value);
    }
}

static void a_number_ends_where_something_else_starts(void **state) {
    (void)state;
    const char *const texts[] = {"1|,5", "1|_000", "0|x10", "1.5|.2", "12|abc", "1|d5", "1e5|.5",
                                 "1| ",  "2.5|,",  "1|f",   "1e1|e1", "3|\"",   "4|\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[16];
        const char *bar = strchr(texts[i], '|');
        double value;
        snprintf(text, sizeof text, "%.*s%s", (int)(bar - texts[i]), texts[i], bar + 1);
        assert_ptr_equal(tr_decimal_parse(text, &value, c_locale), text + (bar - texts[i]));
    }
}

static void locale_does_not_matter(void **state) {
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip(); /* the machine does not have it */
    check("1.5");
    check("1.00000000000000000000000000001e-300");
    setlocale(LC_ALL, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded_to_the_nearest_double),
        cmocka_unit_test(random_numbers_are_rounded_to_the_nearest_double),
        cmocka_unit_test(what_is_not_a_number_is_none),
        cmocka_unit_test(a_number_ends_where_something_else_starts),
        cmocka_unit_test(locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, open_locale, close_locale);
}
