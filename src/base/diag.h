/* Filling a tr_diag. The first error wins: a later one never masks what caused it. */
#ifndef TR_BASE_DIAG_H
#define TR_BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <trainreel/status.h>

/* Writes the text unless one is there already, and returns `status`, so that
 * `return tr_fail(diag, TR_ERROR_OUTPUT, "…")` is the whole error path. `diag` may be NULL. */
tr_status tr_fail(tr_diag *diag, tr_status status, const char *format, ...) TR_PRINTF(3, 4);

/* The same for a failed allocation of `size` bytes for `what`. */
tr_status tr_fail_memory(tr_diag *diag, const char *what);

/* Takes over another thread's text unless one is there already. */
void tr_diag_adopt(tr_diag *diag, const tr_diag *other);

#endif
