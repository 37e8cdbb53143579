/* An SVG file as a part of an HTML page. */
#ifndef TR_PLAN_INLINE_SVG_H
#define TR_PLAN_INLINE_SVG_H

#include <glib.h>
#include <stdbool.h>

/* Appends a chart's SVG as an element that goes into HTML, so that its looks need no style attribute, which
 * a strict content security policy forbids, and its ids begin with `prefix`, which makes them unique.
 * `attributes` goes into the opening tag and `content` to the element's beginning; both are HTML.
 *
 * Only what charts are drawn with is taken: where the bytes have anything else, such as a script, a link or
 * a text, false is returned and nothing appended. */
bool tr_inline_svg(GString *out, const char *svg, size_t size, const char *prefix,
                   const char *attributes, const char *content);

#endif
