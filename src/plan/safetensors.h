/* Files of safetensors, which hold named arrays and no code: the length of a JSON header as 8 bytes, little
 * endian, the header, and the values (https://github.com/huggingface/safetensors, "Format"). */
#ifndef TR_PLAN_SAFETENSORS_H
#define TR_PLAN_SAFETENSORS_H

#include "tensors.h"

enum { TR_SAFETENSORS_LONGEST_HEADER = 1 << 22 /* bytes */ };

/* Reads all arrays, of one or two dimensions, as float32. They are empty on failure. TR_ERROR_INPUT with
 * "FILE: what is wrong"; TR_ERROR_MEMORY. */
tr_status tr_safetensors_read(tr_tensors *tensors, const char *path, tr_diag *diag);

#endif
