#define TR_KERNELS tr_kernels_generic
#include "kernels_table.h"
