/* Decimal numbers as people and programs write them, correctly rounded, whatever the locale. */
#ifndef TR_LEARN_DECIMAL_H
#define TR_LEARN_DECIMAL_H

#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* Reads the number that `text` starts with: an optional sign, digits with an optional point, and an
 * optional exponent; nothing else, so no blanks, no hexadecimal, no "inf". Returns where it ends, or
 * NULL where no number starts. *value is the nearest double, with ties to even: infinite for 1e400.
 * The text ends with a byte that can be no part of a number, such as NUL. `c_locale` is newlocale's
 * "C". */
const char *tr_decimal_parse(const char *text, double *value, locale_t c_locale);

#endif
