#include <trainreel/cancel.h>

/* The compiler's functions on a plain int: C11's atomic types are not C++'s, and the header is for
 * both. Nothing else is published with the flag, so no order is needed. */

void tr_cancel_request(tr_cancel *cancel) {
    __atomic_store_n(&cancel->requested, 1, __ATOMIC_RELAXED);
}

bool tr_cancel_is_requested(const tr_cancel *cancel) {
    return cancel && __atomic_load_n(&cancel->requested, __ATOMIC_RELAXED);
}
