#include "csv.h"

#include "alloc.h"
#include "csv_columns.h"
#include "csv_reader.h"
#include "decimal.h"
#include "diag.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Columns that are gathered in a table. */
typedef struct csv_part {
    tr_csv_columns columns;
    tr_csv_table table;
    size_t capacity; /* rows that fit into the table */
} csv_part;

/* One reading of a file. */
typedef struct csv_reading {
    tr_csv_reader reader;
    tr_csv_header header;
    locale_t c_locale;
    tr_csv_head head;
    bool *is_wanted; /* [n_fields] */
    double *row;     /* [n_fields] */
    csv_part *parts;
    size_t n_parts;
} csv_reading;

/* ---- numbers ---- */

/* The number that the field at `start` is, for the plain form that nearly all have, and where the
 * field ends; NULL for any other form. */
static const char *read_plain_number(const csv_reading *reading, const char *start, double *value) {
    const tr_csv_reader *reader = &reading->reader;
    const char *at = tr_csv_skip_blanks(reader, start);
    at = tr_decimal_parse(at, value, reading->c_locale);
    if (!at)
        return NULL;
    at = tr_csv_skip_blanks(reader, at);
    return tr_csv_is_field_end(reader, at) ? at : NULL;
}

static bool parse_field(const csv_reading *reading, const tr_csv_field *field, double *value) {
    /* in quotes, blanks are a part of the text */
    const char *start = tr_csv_skip_blanks(&reading->reader, field->text);
    const char *end = tr_decimal_parse(start, value, reading->c_locale);
    return end && tr_csv_skip_blanks(&reading->reader, end) == field->text + field->length;
}

/* "nan" and "inf" as C, Python and R write them. */
static bool is_word_for_no_number(const tr_csv_field *field) {
    static const char *const words[] = {"nan", "inf", "infinity"};
    bool is_signed = field->length && (*field->text == '-' || *field->text == '+');
    const char *text = field->text + is_signed;
    size_t length = field->length - is_signed;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (length == strlen(words[i]) && !strncasecmp(text, words[i], length))
            return true;
    return false;
}

/* Whether training, which has float32, could take the value. */
static bool is_finite_in_float32(double value) {
    /* from halfway between the largest float32 and 2^128, rounding makes it infinite */
    return fabs(value) < (double)FLT_MAX + 0x1p103;
}

static bool has_decimal_comma(const tr_csv_field *field) {
    size_t n_digits = strspn(field->text, "+-0123456789");
    return n_digits < field->length && field->text[n_digits] == ',' &&
           n_digits + 1 + strspn(field->text + n_digits + 1, "0123456789") >= field->length;
}

static void fail_number(const csv_reading *reading, const tr_csv_field *field) {
    const tr_csv_reader *reader = &reading->reader;
    tr_csv_quote quote = tr_csv_quote_text(field->text, field->length);
    const char *found = field->length ? quote.text : "nothing";
    const char *wanted = "a number";
    double value;
    if (is_word_for_no_number(field))
        wanted = "a finite number";
    else if (parse_field(reading, field, &value))
        wanted = "a number up to 3.4e38, the largest float32";
    else if (has_decimal_comma(field))
        wanted = "a number with a decimal point";
    else if (reader->separator == ',' && memchr(field->text, ';', field->length))
        wanted = "a number; between fields, commas (or semicolons, and then decimal points)";
    else if (reader->number == 1 && reading->header == TR_CSV_HEADER_AUTO)
        wanted = "a number (a header with a number in it needs header \"yes\")";
    tr_csv_fail(reader, field->start, "found %s; wanted %s", found, wanted);
}

/* ---- lines of numbers ---- */

/* A field that is not wanted, or that is no plain number. */
static tr_csv_result read_other_field(const csv_reading *reading, const char *start, size_t index,
                                      tr_csv_field *field) {
    tr_csv_result result = tr_csv_scan_field(&reading->reader, start, field);
    if (result || !reading->is_wanted[index])
        return result;
    double *value = &reading->row[index];
    if (parse_field(reading, field, value) && is_finite_in_float32(*value))
        return TR_CSV_OK;
    fail_number(reading, field);
    return TR_CSV_FAILED;
}

static tr_csv_result fail_count(const csv_reading *reading, const char *at, const char *what) {
    tr_csv_fail(&reading->reader, at, "found %s; wanted %zu field%s, as in line 1", what,
                reading->head.n_fields, reading->head.n_fields == 1 ? "" : "s");
    return TR_CSV_FAILED;
}

static tr_csv_result read_row(csv_reading *reading) {
    tr_csv_reader *reader = &reading->reader;
    size_t n_fields = reading->head.n_fields;
    const char *at = reader->line;
    uint64_t n_breaks = 0;
    for (size_t i = 0;; i++, at++) {
        if (i == n_fields)
            return fail_count(reading, at, "a field more");
        double *value = &reading->row[i];
        const char *end = reading->is_wanted[i] ? read_plain_number(reading, at, value) : NULL;
        if (!end || !is_finite_in_float32(*value)) {
            tr_csv_field field;
            tr_csv_result result = read_other_field(reading, at, i, &field);
            if (result)
                return result;
            n_breaks += field.n_breaks;
            end = field.end;
        }
        at = end;
        if (*at == reader->separator)
            continue;
        if (i + 1 < n_fields)
            return fail_count(reading, at, "the end of the line");
        return tr_csv_next_line(reader, at, n_breaks);
    }
}

static tr_status grow(csv_part *part, tr_diag *diag) {
    size_t n_columns = part->columns.count;
    size_t capacity = part->capacity + part->capacity / 2 + 1024;
    if (capacity > SIZE_MAX / sizeof(double) / n_columns)
        return tr_fail_memory(diag, "the data");
    double *values = realloc(part->table.values, capacity * n_columns * sizeof *values);
    if (!values)
        return tr_fail_memory(diag, "the data");
    part->table.values = values;
    part->capacity = capacity;
    return TR_OK;
}

static tr_status store_row(const csv_reading *reading) {
    tr_diag *diag = reading->reader.diag;
    for (size_t i = 0; i < reading->n_parts; i++) {
        csv_part *part = &reading->parts[i];
        tr_csv_table *table = &part->table;
        if (table->n_rows == UINT32_MAX)
            return tr_fail(diag, TR_ERROR_INPUT, "%s: has more than %" PRIu32 " lines of numbers",
                           reading->reader.name, UINT32_MAX);
        tr_status status = table->n_rows < part->capacity ? TR_OK : grow(part, diag);
        if (status)
            return status;
        double *values = table->values + table->n_rows++ * table->n_columns;
        for (size_t j = 0; j < table->n_columns; j++)
            values[j] = reading->row[part->columns.indices[j]];
    }
    return TR_OK;
}

/* Whether the line is empty, and where it ends if it is. */
static tr_csv_result find_empty_line(const tr_csv_reader *reader, const char **end) {
    const char *at = tr_csv_skip_blanks(reader, reader->line);
    if (at == reader->end && !reader->has_all)
        return TR_CSV_MORE;
    bool is_empty = *at == '\n' || *at == '\r' || tr_csv_is_file_end(reader, at);
    *end = is_empty ? at : NULL;
    return TR_CSV_OK;
}

/* Reads the line and goes on with the next one; one that is empty may only have empty ones after
 * it. */
static tr_csv_result read_line(csv_reading *reading, uint64_t *empty_line, bool *is_row) {
    tr_csv_reader *reader = &reading->reader;
    const char *end = NULL;
    tr_csv_result result = find_empty_line(reader, &end);
    *is_row = !end;
    if (result)
        return result;
    if (end) {
        *empty_line = *empty_line ? *empty_line : reader->number;
        return tr_csv_next_line(reader, end, 0);
    }
    if (*empty_line) {
        reader->number = *empty_line;
        tr_csv_fail(reader, reader->line,
                    "found an empty line; wanted numbers (only the end may have empty lines)");
        return TR_CSV_FAILED;
    }
    return read_row(reading);
}

static tr_status read_lines(csv_reading *reading) {
    tr_csv_reader *reader = &reading->reader;
    uint64_t empty_line = 0;
    tr_status status = TR_OK;
    while (!status && !tr_csv_is_file_end(reader, reader->line)) {
        bool is_row;
        tr_csv_result result = read_line(reading, &empty_line, &is_row);
        if (result == TR_CSV_FAILED)
            status = TR_ERROR_INPUT;
        else if (result == TR_CSV_MORE)
            status = tr_csv_reader_fill(reader);
        else if (is_row)
            status = store_row(reading);
    }
    if (!status && !reading->parts[0].table.n_rows)
        status = tr_csv_fail(reader, reader->line,
                             "found the end of the file; wanted a line of numbers");
    return status;
}

/* ---- the first line ---- */

static tr_csv_result scan_head(csv_reading *reading, const char **end, uint64_t *n_breaks) {
    const tr_csv_reader *reader = &reading->reader;
    tr_csv_head *head = &reading->head;
    const char *at = reader->line;
    *n_breaks = 0;
    for (head->n_fields = 0;; at++) {
        if (head->n_fields == TR_CSV_MOST_COLUMNS) {
            tr_csv_fail(reader, at, "found a field more; wanted at most %d", TR_CSV_MOST_COLUMNS);
            return TR_CSV_FAILED;
        }
        tr_csv_field *field = &head->fields[head->n_fields++];
        tr_csv_result result = tr_csv_scan_field(reader, at, field);
        if (result)
            return result;
        *n_breaks += field->n_breaks;
        at = field->end;
        if (*at != reader->separator)
            break;
    }
    *end = at;
    /* going on to the next line has to work as well */
    return at + 1 == reader->end && !reader->has_all ? TR_CSV_MORE : TR_CSV_OK;
}

static bool is_header(const csv_reading *reading) {
    const tr_csv_head *head = &reading->head;
    double value;
    if (reading->header != TR_CSV_HEADER_AUTO)
        return reading->header == TR_CSV_HEADER_YES;
    for (size_t i = 0; i < head->n_fields; i++)
        if (parse_field(reading, &head->fields[i], &value) ||
            is_word_for_no_number(&head->fields[i]))
            return false;
    return true;
}

static tr_status check_names(const csv_reading *reading) {
    const tr_csv_head *head = &reading->head;
    for (size_t i = 0; i < head->n_fields; i++) {
        const tr_csv_field *field = &head->fields[i];
        size_t n = 0;
        for (size_t at = 0; at < field->length; at += n) {
            n = tr_csv_character_length(field->text + at, field->length - at);
            if (!n)
                return tr_csv_fail(&reading->reader, field->start,
                                   "found %s, which is not UTF-8; wanted a name in UTF-8",
                                   tr_csv_quote_text(field->text, field->length).text);
        }
    }
    return TR_OK;
}

/* The columns of a table, or with two, of x and y. */
static tr_status choose_columns(csv_reading *reading, const tr_csv_options *options) {
    const tr_csv_head *head = &reading->head;
    const tr_csv_reader *reader = &reading->reader;
    tr_csv_columns *x = &reading->parts[0].columns;
    tr_csv_columns *y = reading->n_parts > 1 ? &reading->parts[1].columns : NULL;
    bool has_x = options->x_columns && *options->x_columns;
    bool has_y = options->y_columns && *options->y_columns;
    if (y && !has_x && head->n_fields == 1)
        return tr_csv_fail(reader, reader->line,
                           "found one column; wanted inputs and an output, with commas (or "
                           "semicolons or tabs) between them");
    tr_status status = TR_OK;
    if (has_x)
        status = tr_csv_choose(x, options->x_columns, head, reader);
    if (!status && y)
        status = has_y ? tr_csv_choose(y, options->y_columns, head, reader)
                       : tr_csv_choose_last(y, head, reader);
    if (!status && !has_x)
        status = tr_csv_choose_others(x, y, head, reader);
    if (!status && has_x && y && !has_y && tr_csv_has_column(x, y->indices[0]))
        status = tr_fail(reader->diag, TR_ERROR_ARGUMENT,
                         "%s: the last column is an input; wanted columns for y", reader->name);
    return status;
}

static tr_status prepare_rows(csv_reading *reading) {
    size_t n_fields = reading->head.n_fields;
    reading->is_wanted = tr_alloc_array(n_fields, sizeof *reading->is_wanted);
    reading->row = tr_alloc_array(n_fields, sizeof *reading->row);
    if (!reading->is_wanted || !reading->row)
        return tr_fail_memory(reading->reader.diag, "the data");
    for (size_t i = 0; i < reading->n_parts; i++) {
        csv_part *part = &reading->parts[i];
        part->table.n_columns = part->columns.count;
        for (size_t j = 0; j < part->columns.count; j++)
            reading->is_wanted[part->columns.indices[j]] = true;
    }
    return TR_OK;
}

/* Takes from the first line what the file has, and goes on to the first line of numbers. */
static tr_status read_head(csv_reading *reading, const tr_csv_options *options) {
    tr_csv_reader *reader = &reading->reader;
    const char *end = NULL;
    uint64_t n_breaks = 0;
    tr_csv_result result;
    tr_status status = TR_OK;
    reading->header = options->header;
    if (tr_csv_is_file_end(reader, reader->line))
        return tr_csv_fail(reader, reader->line, "found an empty file; wanted lines of numbers");
    if (find_empty_line(reader, &end) == TR_CSV_OK && end)
        return tr_csv_fail(reader, reader->line, "found an empty line; wanted names or numbers");
    reading->head.fields = tr_alloc_array(TR_CSV_MOST_COLUMNS, sizeof *reading->head.fields);
    if (!reading->head.fields)
        return tr_fail_memory(reader->diag, "the data");
    while (!status && (result = scan_head(reading, &end, &n_breaks)) != TR_CSV_OK)
        status = result == TR_CSV_MORE ? tr_csv_reader_fill(reader) : TR_ERROR_INPUT;
    if (status)
        return status;
    reading->head.is_header = is_header(reading);
    if (reading->head.is_header)
        status = check_names(reading);
    if (!status)
        status = choose_columns(reading, options);
    if (!status)
        status = prepare_rows(reading);
    if (!status && reading->head.is_header && tr_csv_next_line(reader, end, n_breaks))
        status = TR_ERROR_INPUT;
    return status;
}

/* ---- tables ---- */

/* Gives back what the table did not need. */
static void shrink(tr_csv_table *table) {
    size_t size = table->n_rows * table->n_columns * sizeof *table->values;
    double *values = realloc(table->values, size);
    if (values)
        table->values = values;
}

static tr_status read_parts(csv_part *parts, size_t n_parts, const char *path,
                            const tr_csv_options *options, tr_diag *diag) {
    csv_reading reading = {.parts = parts, .n_parts = n_parts};
    tr_status status = tr_csv_reader_open(&reading.reader, path, diag);
    if (!status) {
        reading.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (!reading.c_locale)
            status = tr_fail_memory(diag, "the data");
    }
    if (!status)
        status = read_head(&reading, options);
    if (!status)
        status = read_lines(&reading);
    for (size_t i = 0; i < n_parts; i++) {
        tr_csv_table *table = &parts[i].table;
        free(parts[i].columns.indices);
        if (!status) {
            shrink(table);
            continue;
        }
        free(table->values);
        *table = (tr_csv_table){0};
    }
    free(reading.head.fields);
    free(reading.is_wanted);
    free(reading.row);
    if (reading.c_locale)
        freelocale(reading.c_locale);
    tr_csv_reader_close(&reading.reader);
    return status;
}

tr_status tr_csv_read(tr_csv_table *table, const char *path, tr_csv_header header,
                      const char *columns, tr_diag *diag) {
    const tr_csv_options options = {.header = header, .x_columns = columns};
    csv_part part = {0};
    tr_status status = read_parts(&part, 1, path, &options, diag);
    *table = part.table;
    return status;
}

tr_status tr_csv_read_dataset(tr_csv_table *x, tr_csv_table *y, const char *path,
                              const tr_csv_options *options, tr_diag *diag) {
    csv_part parts[2] = {{{0}, {0}, 0}, {{0}, {0}, 0}};
    const tr_csv_options defaults = {0};
    tr_status status = read_parts(parts, 2, path, options ? options : &defaults, diag);
    *x = parts[0].table;
    *y = parts[1].table;
    return status;
}
