/** @file
 * The samples that a net is trained on.
 *
 * Threads: all functions may be called by any number of threads at once, with a generator and a dataset
 * of their own.
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
    size_t n_samples; /**< from 1 */
    size_t n_inputs;  /**< values of a sample that go in, from 1 */
    size_t n_outputs; /**< values of a sample that should come out, from 1 */
    double *x;        /**< row-major [n_samples, n_inputs] */
    double *y;        /**< row-major [n_samples, n_outputs] */
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
 * Data that is made rather than read. In the formulas, in NumPy's words, n is n_samples, h is n // 2,
 * m is n - h, and no noise is added yet:
 *
 *     x = linspace(-1, 1, n)                           a single input, from the kind's low to its high
 *     t = linspace(0, 2 * pi, h, endpoint=False)       angles on the first of two circles, of h samples
 *     t = linspace(0, 3 * pi, h)                       and on the first of two spirals
 *
 * The second circle and the second spiral have m samples, which come after those of the first. What
 * is drawn is drawn by the functions of the legacy generator, numpy.random.uniform and normal.
 */
typedef enum tr_data_kind {
    /** The post's: x = linspace(0, 2, n); y[:h] = 0 and y[h:] = 2 * x[:m]: flat, then rising with
     * slope 2 */
    TR_DATA_BILINEAR,
    TR_DATA_SINE,   /**< x = linspace(0, 2 * pi, n), y = sin(x) */
    TR_DATA_LINEAR, /**< x = linspace(-1, 1, n), y = 2 * x + 1 */
    TR_DATA_STEP,   /**< x = linspace(-1, 1, n), y = x >= 0 */
    TR_DATA_XOR,    /**< x = uniform(-1, 1, (n, 2)), y = (x[:, 0] < 0) != (x[:, 1] < 0) */
    /** x = r * [cos(t), sin(t)]: a circle with r = 1 and y = 0, and one with r = 0.5 and y = 1 */
    TR_DATA_CIRCLES,
    /** the same with r = linspace(0.1, 1, h) and y = 0, and the other way (-r) with y = 1: two
     * spirals of one turn and a half */
    TR_DATA_SPIRALS
} tr_data_kind;

/**
 * Makes data of a kind. Sines and cosines have the same bits on every machine, and may differ from
 * NumPy's in the last one; all the rest is NumPy's bit for bit.
 *
 * @param n_samples 2 to 2^32 - 1
 * @param noise standard deviation of the normal numbers that are added: to y with one input, and with
 *        two to x, row by row, while y stays that of the samples without noise; finite, from 0. With 0
 *        nothing is drawn for it.
 * @param random what draws: first the inputs where they are random, then the noise; may be NULL
 *        where nothing is drawn
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

/**
 * What of a CSV file is data. The columns are lists such as `x,3,"a,b"`: names of the header, which
 * need quotes where they have commas, or numbers from 1; data is in their order. A name goes before a
 * number. A column may be in both lists, but not twice in one.
 */
typedef struct tr_csv_options {
    tr_csv_header header;  /**< whether the first line names the columns */
    const char *x_columns; /**< NULL or "" for all columns that are not in y_columns */
    const char *y_columns; /**< NULL or "" for the last column */
} tr_csv_options;

/**
 * Reads a CSV file (RFC 4180; UTF-8, with or without a byte order mark; any line ending). Fields are
 * separated by commas; where the first line has none, by semicolons or tabs if it has those. Blanks
 * around fields are ignored, and so are empty lines at the end. All lines have as many fields as the
 * first, at most 4096; a line is at most 1 MiB, and a file has at most 2^32 - 1 lines of numbers.
 *
 * Numbers are decimal, with a decimal point whatever the locale, and are rounded to the nearest
 * double. One that training, which has float32, could not hold counts as infinite, which no data may
 * be. Columns that are not chosen may hold anything.
 *
 * @param path the file; "-" for the standard input
 * @param options NULL for all defaults
 * @param[out] dataset owned by the caller; free it with tr_dataset_destroy().
 * @return TR_OK; TR_ERROR_INPUT where the file cannot be read or a field is missing or not a finite
 *         number, with "FILE:LINE:COLUMN: found ...; wanted ...", where the column counts characters
 *         from 1 to where the field starts; TR_ERROR_ARGUMENT where the file does not have the
 *         columns; TR_ERROR_MEMORY; TR_ERROR_CANCELLED where a signal came while a pipe or terminal
 *         was waited for.
 */
TR_API TR_MUST_CHECK tr_status tr_dataset_read_csv(tr_dataset **dataset, const char *path,
                                                   const tr_csv_options *options, tr_diag *diag);

/** Frees the dataset and sets the pointer to NULL. NULL is fine. */
TR_API void tr_dataset_destroy(tr_dataset **dataset);

TR_END_DECLS

#endif
