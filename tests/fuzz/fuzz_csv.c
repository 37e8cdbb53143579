/* The CSV reader: whatever the bytes, there is a table of finite numbers or one line of text. */
#include "fuzz.h"

#include "csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The path of an unnamed file that holds the data. */
static const char *path_of(const uint8_t *data, size_t size) {
    static FILE *file;
    static char path[32];
    if (!file) {
        file = tmpfile();
        FUZZ_CHECK(file);
        snprintf(path, sizeof path, "/dev/fd/%d", fileno(file));
    }
    FUZZ_CHECK(ftruncate(fileno(file), 0) == 0);
    FUZZ_CHECK(pwrite(fileno(file), data, size, 0) == (ssize_t)size);
    return path;
}

static bool is_one_line(const char *text) {
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return false;
    return *text != '\0';
}

static void check_table(const tr_csv_table *table, tr_status status, const tr_diag *diag) {
    if (status) {
        FUZZ_CHECK(status == TR_ERROR_INPUT || status == TR_ERROR_ARGUMENT);
        FUZZ_CHECK(is_one_line(diag->text));
        FUZZ_CHECK(!table->values && !table->n_rows);
        return;
    }
    FUZZ_CHECK(!diag->text[0]);
    FUZZ_CHECK(table->n_rows > 0 && table->n_columns > 0);
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
        FUZZ_CHECK(isfinite((float)table->values[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* the first byte chooses the options */
    static const char *const columns[] = {NULL, "", "1", "2", "x", "y,x", "1,2", "\"a,b\"", "x,,"};
    const size_t n_columns = sizeof columns / sizeof *columns;
    size_t choice = size ? data[0] : 0;
    const char *path = size ? path_of(data + 1, size - 1) : path_of(data, 0);
    tr_csv_header header = (tr_csv_header)(choice % 3);
    const tr_csv_options options = {.header = header,
                                    .x_columns = columns[choice / 3 % n_columns],
                                    .y_columns = columns[choice / 3 / n_columns % n_columns]};
    tr_csv_table x, y;
    tr_diag diag = {0};
    tr_status status = tr_csv_read_dataset(&x, &y, path, &options, &diag);
    check_table(&x, status, &diag);
    check_table(&y, status, &diag);
    FUZZ_CHECK(x.n_rows == y.n_rows);
    free(x.values);
    free(y.values);

    diag = (tr_diag){0};
    status = tr_csv_read(&x, path, header, options.x_columns, &diag);
    check_table(&x, status, &diag);
    free(x.values);
    return 0;
}
