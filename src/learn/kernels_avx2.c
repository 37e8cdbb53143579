/* Compiled with -mavx2, where there is AVX2. */
#ifdef TR_HAS_AVX2
#define TR_KERNELS tr_kernels_avx2
#include "kernels_table.h"
#endif
