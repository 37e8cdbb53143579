/* Weights in the HDF5 files that Keras writes. */
#ifndef TR_RECORD_KERAS_WEIGHTS_H
#define TR_RECORD_KERAS_WEIGHTS_H

#include "tensors.h"

/* Reads the arrays of all layers, called "LAYER/kernel" and "LAYER/bias". Three layouts are known:
 * - Keras 3 and tf.keras from 2.12 on, model.weights.h5: /layers/LAYER/vars/0 and 1 (in the older ones
 *   /_layer_checkpoint_dependencies/LAYER/vars/0 and 1). The layers are ordered by their names.
 * - Keras 1 and 2, model.save_weights("….h5"), and model.save("….h5"), which has them below /model_weights
 *   and describes the model in `model_config`: the attribute `layer_names` of the group, in order, and of
 *   each layer's group `weight_names`.
 * - Keras 0, as the post's: the attribute `nb_layers`, /layer_0/param_0 and param_1, and so on.
 * These files have no checksums, and the HDF5 library may crash or never return on damaged ones. So a child
 * process reads them, and this one only what that says.
 * The tensors are empty on failure. TR_ERROR_INPUT as "FILE: DATASET: what is wrong"; TR_ERROR_MEMORY;
 * TR_ERROR_SYSTEM where the HDF5 library is missing or there is no process. Safe from any number of threads. */
tr_status tr_keras_weights_read(tr_tensors *tensors, const char *path, tr_diag *diag);

#endif
