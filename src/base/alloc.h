/* Allocation of arrays whose size is a product, without overflow. */
#ifndef TR_BASE_ALLOC_H
#define TR_BASE_ALLOC_H

#include <stddef.h>

/* `count * size` zeroed bytes, or NULL when there is no memory or the product overflows. A count of
 * 0 gives a pointer that may be freed. */
void *tr_alloc_array(size_t count, size_t size);

/* The same, aligned to 64 bytes (a cache line, and any vector register). Free with free(). */
void *tr_alloc_aligned(size_t count, size_t size);

#endif
