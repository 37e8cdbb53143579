/* What Cairo's SVG files still lack. */
#ifndef TR_PLOT_SVG_H
#define TR_PLOT_SVG_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

/* Rewrites an SVG that Cairo wrote:
 *  - it gets a <title>, which screen readers read aloud, unless `title` is "";
 *  - coordinates of paths have two decimals rather than six: a hundredth of a pixel, in two thirds of
 *    the bytes;
 *  - surfaces and images are numbered from 0: Cairo's numbers count the surfaces of the process, so
 *    the same picture would have other bytes each time.
 * Replaces *bytes, which was and is to be freed with free(). TR_ERROR_MEMORY. */
tr_status tr_svg_tidy(uint8_t **bytes, size_t *n_bytes, const char *title, tr_diag *diag);

#endif
