/* Which columns of a CSV file are wanted. */
#ifndef TR_LEARN_CSV_COLUMNS_H
#define TR_LEARN_CSV_COLUMNS_H

#include "csv_reader.h"

/* Numbers of columns, from 0; free them with free(). */
typedef struct tr_csv_columns {
    size_t count;
    size_t *indices;
} tr_csv_columns;

/* The first line of a file. */
typedef struct tr_csv_head {
    bool is_header;
    size_t n_fields;
    tr_csv_field *fields;
} tr_csv_head;

/* What a list such as `x, 3, "a,b"` chooses, in its order: names if the first line is a header, or
 * numbers from 1. TR_ERROR_ARGUMENT says what is there instead; TR_ERROR_MEMORY. */
tr_status tr_csv_choose(tr_csv_columns *columns, const char *list, const tr_csv_head *head,
                        const tr_csv_reader *reader);

/* The last column. TR_ERROR_MEMORY. */
tr_status tr_csv_choose_last(tr_csv_columns *columns, const tr_csv_head *head,
                             const tr_csv_reader *reader);

/* All columns but those, or with NULL all. TR_ERROR_ARGUMENT where there are no others;
 * TR_ERROR_MEMORY. */
tr_status tr_csv_choose_others(tr_csv_columns *columns, const tr_csv_columns *those,
                               const tr_csv_head *head, const tr_csv_reader *reader);

bool tr_csv_has_column(const tr_csv_columns *columns, size_t index);

#endif
