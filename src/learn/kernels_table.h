/* All kernels, for the instruction set that the file which includes this is compiled for. */
#include "activations.h"
#include "dense.h"
#include "losses.h"
#include "twister.h"
#include "updates.h"

const tr_kernels TR_KERNELS = {.dense_sums = dense_sums,
                               .dense_relu = dense_relu,
                               .dense_deltas = dense_deltas,
                               .dense_gradient = dense_gradient,
                               .activate = activate,
                               .softmax = softmax,
                               .sum_loss = sum_loss,
                               .sum_relu_errors = sum_relu_errors,
                               .learn_relu_unit = learn_relu_unit,
                               .widen = widen,
                               .take = take,
                               .descend = descend,
                               .descend_with_momentum = descend_with_momentum,
                               .descend_adam = descend_adam,
                               .descend_scaled = descend_scaled,
                               .twist = twist,
                               .temper = temper};
