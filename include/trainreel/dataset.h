/** @file
 * The samples that a net is trained on.
 */
#ifndef TRAINREEL_DATASET_H
#define TRAINREEL_DATASET_H

#include <stddef.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/**
 * Samples in double precision, as NumPy would hold them; training rounds them to float32, as Keras
 * does. The arrays belong to the dataset. Reading one is safe from any number of threads.
 */
typedef struct tr_dataset {
    size_t n_samples;
    size_t n_inputs;
    size_t n_outputs;
    double *x; /**< row-major [n_samples, n_inputs] */
    double *y; /**< row-major [n_samples, n_outputs] */
} tr_dataset;

/**
 * A dataset of zeros, to be filled in by the caller.
 *
 * @param n_samples 1 to 2^32 - 1 (an epoch's order is kept in 32 bits a sample)
 * @param n_inputs, n_outputs at least 1
 * @param[out] dataset owned by the caller; free it with tr_dataset_destroy().
 * @return TR_OK, TR_ERROR_ARGUMENT or TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_dataset_create(tr_dataset **dataset, size_t n_samples,
                                                 size_t n_inputs, size_t n_outputs, tr_diag *diag);

/**
 * The post's data: x = numpy.linspace(0, 2, n_samples) as [n_samples, 1]; y, of the same shape, is 0
 * for the first half and 2 x[i - n_samples / 2] for the second: flat, then rising with slope 2.
 *
 * @param n_samples 2 to 2^32 - 1
 * @return as tr_dataset_create().
 */
TR_API TR_MUST_CHECK tr_status tr_dataset_create_bilinear(tr_dataset **dataset, size_t n_samples,
                                                          tr_diag *diag);

/** Frees the dataset and sets the pointer to NULL. NULL is fine. */
TR_API void tr_dataset_destroy(tr_dataset **dataset);

TR_END_DECLS

#endif
