/* Numbers out of CSV files. */
#ifndef TR_LEARN_CSV_H
#define TR_LEARN_CSV_H

#include <stddef.h>
#include <trainreel/dataset.h>
#include <trainreel/status.h>

/* The numbers of the chosen columns, in the order in which they were chosen. */
typedef struct tr_csv_table {
    size_t n_rows;
    size_t n_columns;
    double *values; /* row-major [n_rows, n_columns]; free it with free() */
} tr_csv_table;

/* Reads columns of the file `path`, or of the standard input where that is "-", as
 * tr_dataset_read_csv() reads a file: the same files, limits and messages. `columns` is a list as in
 * tr_csv_options, NULL or "" for all. There is at least one row. The table is empty on failure.
 * TR_ERROR_INPUT for what is wrong in the file, TR_ERROR_ARGUMENT for columns that it does not have,
 * TR_ERROR_MEMORY, TR_ERROR_CANCELLED where a signal came while a pipe or terminal was waited for. */
tr_status tr_csv_read(tr_csv_table *table, const char *path, tr_csv_header header,
                      const char *columns, tr_diag *diag);

/* The same for the two tables of a dataset, with as many rows. */
tr_status tr_csv_read_dataset(tr_csv_table *x, tr_csv_table *y, const char *path,
                              const tr_csv_options *options, tr_diag *diag);

#endif
