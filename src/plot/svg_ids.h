/* Names in the SVG files that Cairo writes. */
#ifndef TR_PLOT_SVG_IDS_H
#define TR_PLOT_SVG_IDS_H

#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

/* Cairo names surfaces in a file by numbers that it counts for the whole process, so that the bytes would
 * depend on what else was drawn, and by whom. This counts them from 1 in the order in which they come, in
 * a new text that the caller frees. TR_ERROR_MEMORY. */
tr_status tr_svg_renumber(const uint8_t *text, size_t size, uint8_t **renumbered, size_t *new_size,
                          tr_diag *diag);

#endif
