/* The CSV reader: whatever the bytes, there is a table of finite numbers or one line of text. */
#include "fuzz.h"

#include "csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void check_both(const tr_csv_table *x, const tr_csv_table *y, tr_status status,
                       const tr_diag *diag) {
    check_table(x, status, diag);
    check_table(y, status, diag);
    FUZZ_CHECK(x->n_rows == y->n_rows);
}

/* Reads what the options choose, as a dataset and as a table. */
static void read_with(const char *path, const tr_csv_options *options) {
    tr_csv_table x, y;
    tr_diag diag = {0};
    tr_status status = tr_csv_read_dataset(&x, &y, path, options, &diag);
    check_both(&x, &y, status, &diag);
    free(x.values);
    free(y.values);

    diag = (tr_diag){0};
    status = tr_csv_read(&x, path, options->header, options->x_columns, &diag);
    check_table(&x, status, &diag);
    free(x.values);
}

/* The same lines after another one, which has so many blanks before it that the end of the reader's
 * buffer is in them: there must be no difference. */
static void compare_at_end_of_buffer(const uint8_t *data, size_t size) {
    enum { CHUNK = 1 << 18, MOST_BYTES = 4096 };
    static const char first[] = "0,0\n";
    static uint8_t content[CHUNK + sizeof first + MOST_BYTES];
    const tr_csv_options options = {.header = TR_CSV_HEADER_NO};
    tr_csv_table x[2], y[2];
    tr_diag diags[2] = {{{0}}, {{0}}};
    tr_status statuses[2];
    size = size < MOST_BYTES ? size : MOST_BYTES;
    for (int i = 0; i < 2; i++) {
        size_t n_blanks = i ? CHUNK - sizeof first - size / 2 : 0;
        memset(content, ' ', n_blanks);
        memcpy(content + n_blanks, first, sizeof first - 1);
        memcpy(content + n_blanks + sizeof first - 1, data, size);
        const char *path = path_of(content, n_blanks + sizeof first - 1 + size);
        statuses[i] = tr_csv_read_dataset(&x[i], &y[i], path, &options, &diags[i]);
        check_both(&x[i], &y[i], statuses[i], &diags[i]);
    }
    FUZZ_CHECK(statuses[0] == statuses[1]);
    FUZZ_CHECK(!strcmp(diags[0].text, diags[1].text));
    FUZZ_CHECK(x[0].n_rows == x[1].n_rows);
    for (size_t i = 0; i < x[0].n_rows; i++)
        FUZZ_CHECK(x[0].values[i] == x[1].values[i] && y[0].values[i] == y[1].values[i]);
    for (int i = 0; i < 2; i++) {
        free(x[i].values);
        free(y[i].values);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* the first byte chooses the options; those of "A" are the defaults, and "@" stands for what takes
     * longer */
    static const char *const columns[] = {NULL, "1", "2", "x", "y,x", "1,2", "\"a,b\"", "x,,"};
    enum { N_COLUMNS = sizeof columns / sizeof *columns };
    if (size == 0)
        return 0;
    unsigned choice = (uint8_t)(data[0] - 'A');
    if (data[0] == '@') {
        compare_at_end_of_buffer(data + 1, size - 1);
        return 0;
    }
    const tr_csv_options options = {.header = (tr_csv_header)(choice % 3),
                                    .x_columns = columns[choice / 3 % N_COLUMNS],
                                    .y_columns = columns[choice / 3 / N_COLUMNS % N_COLUMNS]};
    read_with(path_of(data + 1, size - 1), &options);
    return 0;
}
