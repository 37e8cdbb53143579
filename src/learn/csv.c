#include "csv.h"

#include "diag.h"

tr_status tr_csv_read(tr_csv_table *table, const char *path, tr_csv_header header,
                      const char *columns, tr_diag *diag) {
    (void)header;
    (void)columns;
    *table = (tr_csv_table){0};
    return tr_fail(diag, TR_ERROR_INPUT, "%s: CSV files are not read yet", path);
}

tr_status tr_csv_read_dataset(tr_csv_table *x, tr_csv_table *y, const char *path,
                              const tr_csv_options *options, tr_diag *diag) {
    (void)options;
    *y = (tr_csv_table){0};
    return tr_csv_read(x, path, TR_CSV_HEADER_AUTO, NULL, diag);
}
