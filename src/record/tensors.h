/* Named arrays out of a file of weights, and the dense layers that they are. */
#ifndef TR_RECORD_TENSORS_H
#define TR_RECORD_TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <trainreel/network.h>
#include <trainreel/status.h>

enum { TR_DENSE_MOST_LAYERS = 64 };

typedef struct tr_tensor {
    char *name; /* such as "dense.kernel" or "0.weight" */
    size_t n_dims;
    size_t dims[2];
    float *values; /* row-major */
} tr_tensor;

typedef struct tr_tensors {
    size_t count;
    tr_tensor *items;
    bool in_order; /* of the layers; otherwise their names say it */
    char *config;  /* Keras' description of the model as JSON; NULL where there is none */
} tr_tensors;

/* Adds an array of zeros with a copy of the name, to be filled in; borrowed from the tensors until the
 * next is added. `n_dims` is 1 or 2. NULL without memory. */
tr_tensor *tr_tensors_add(tr_tensors *tensors, const char *name, size_t n_dims, const size_t *dims);
void tr_tensors_clear(tr_tensors *tensors);

/* A dense layer, whose name and values are the tensors'. */
typedef struct tr_dense {
    const char *name; /* not terminated */
    size_t name_length;
    size_t n_inputs;
    size_t n_units;
    const tr_tensor *weights; /* [n_inputs, n_units], or transposed */
    const tr_tensor *bias;    /* NULL for zeros */
    bool is_transposed;
} tr_dense;

typedef struct tr_dense_layers {
    size_t count;
    tr_dense items[TR_DENSE_MOST_LAYERS];
} tr_dense_layers;

/* Finds the layers, from the first to the last. What a tensor is, the end of its name says: .weight is
 * PyTorch's, [n_units, n_inputs]; .kernel and .weights are [n_inputs, n_units]; .bias is [n_units]. The
 * separator may also be a slash. Layers are in the order of the tensors where these have one, or that of
 * `order`, names separated by commas, or else that of their names, in which numbers count as numbers.
 * `path` is for messages. The layers borrow from the tensors. TR_ERROR_INPUT; TR_ERROR_ARGUMENT for a name
 * in `order` that is not there. */
tr_status tr_dense_find(tr_dense_layers *layers, const tr_tensors *tensors, const char *order,
                        const char *path, tr_diag *diag);

/* Copies all parameters as tr_network lays them out. TR_ERROR_INPUT where one is not finite. */
tr_status tr_dense_copy(const tr_dense_layers *layers, float *params, const char *path,
                        tr_diag *diag);

#endif
