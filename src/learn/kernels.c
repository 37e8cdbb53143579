#include "kernels.h"

const tr_kernels *tr_kernels_get(void) {
#ifdef TR_HAS_AVX2
    if (__builtin_cpu_supports("avx2"))
        return &tr_kernels_avx2;
#endif
    return &tr_kernels_generic;
}
