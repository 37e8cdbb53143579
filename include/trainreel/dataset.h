/** @file
 * The samples that a net is trained on.
 */
#ifndef TRAINREEL_DATASET_H
#define TRAINREEL_DATASET_H

#include <stddef.h>
#include <trainreel/random.h>
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

/** Data that is made rather than read. */
typedef enum tr_data_kind {
    /** The post's: x = numpy.linspace(0, 2, n); y is 0 for the first half and 2 x[i - n / 2] for the
     * second: flat, then rising with slope 2 */
    TR_DATA_BILINEAR,
    TR_DATA_SINE,   /**< x = numpy.linspace(0, 2 pi, n), y = sin(x) */
    TR_DATA_LINEAR, /**< x = numpy.linspace(-1, 1, n), y = 2 x + 1 */
    TR_DATA_STEP,   /**< x = numpy.linspace(-1, 1, n), y = 0 below 0, and 1 from there */
    TR_DATA_XOR, /**< 2 inputs, uniform in [-1, 1); y is 1 where exactly one of them is below 0 */
    TR_DATA_CIRCLES, /**< 2 inputs: evenly on a circle of radius 1 (y = 0) and one of 0.5 (y = 1) */
    TR_DATA_SPIRALS  /**< 2 inputs: two spirals of one turn and a half each, y = 0 and y = 1 */
} tr_data_kind;

/**
 * Makes data of a kind.
 *
 * @param n_samples 2 to 2^32 - 1
 * @param noise standard deviation of a normal number that is added to each y (with 2 inputs: to each x),
 *        from 0; with 0 nothing is drawn for it
 * @param random what draws: first the inputs where they are random, then the noise, sample by sample;
 *        may be NULL where nothing is drawn
 * @return as tr_dataset_create().
 */
TR_API TR_MUST_CHECK tr_status tr_dataset_create_kind(tr_dataset **dataset, tr_data_kind kind,
                                                      size_t n_samples, double noise,
                                                      tr_random *random, tr_diag *diag);

/** The post's data: tr_dataset_create_kind() of TR_DATA_BILINEAR without noise. */
TR_API TR_MUST_CHECK tr_status tr_dataset_create_bilinear(tr_dataset **dataset, size_t n_samples,
                                                          tr_diag *diag);

/** Whether the first line of a CSV file names its columns. */
typedef enum tr_csv_header {
    TR_CSV_HEADER_AUTO, /**< it does if none of its fields is a number */
    TR_CSV_HEADER_YES,
    TR_CSV_HEADER_NO
} tr_csv_header;

/** What of a CSV file is data. */
typedef struct tr_csv_options {
    tr_csv_header header;
    /** comma-separated names, or numbers from 1; NULL or "" for all columns that are not in
     * y_columns */
    const char *x_columns;
    const char *y_columns; /**< NULL or "" for the last column */
} tr_csv_options;

/**
 * Reads a CSV file (RFC 4180; UTF-8, with or without a byte order mark; any line ending).
 *
 * @return TR_OK; TR_ERROR_INPUT where the file cannot be read or a field is missing or not a finite
 *         number, with "FILE:LINE:COLUMN: what was found, what would be right"; TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_dataset_read_csv(tr_dataset **dataset, const char *path,
                                                   const tr_csv_options *options, tr_diag *diag);

/** Frees the dataset and sets the pointer to NULL. NULL is fine. */
TR_API void tr_dataset_destroy(tr_dataset **dataset);

TR_END_DECLS

#endif
