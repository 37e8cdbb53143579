/* Reading Keras' HDF5 files, in a process that may not survive it; see keras_weights.h. */
#ifndef TR_RECORD_KERAS_PARSE_H
#define TR_RECORD_KERAS_PARSE_H

#include "hdf5_library.h"
#include "tensors.h"

/* As tr_keras_weights_read(), after tr_hdf5_enter(). */
tr_status tr_keras_weights_parse(const tr_hdf5 *h5, tr_tensors *tensors, const char *path,
                                 tr_diag *diag);

#endif
