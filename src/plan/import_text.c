/* Tables of states: CSV with a header, or a JSON object in every line. */
#include "alloc.h"
#include "decimal.h"
#include "diag.h"
#include "import_kinds.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a column is, besides those of tr_import_column. */
enum { IS_PARAM = TR_IMPORT_N_COLUMNS, IS_IGNORED };

typedef struct text_column {
    char *name;
    int role;
    size_t param; /* of IS_PARAM */
} text_column;

typedef struct text_table {
    tr_csv_reader reader;
    bool is_json;
    locale_t c_locale;
    size_t n_columns;
    text_column *columns;
    bool has_list;  /* JSON with the parameters as one list, "params" */
    size_t n_list;  /* how long it is */
    size_t n_found; /* names that the first line has, for messages */
} text_table;

static const char list_name[] = "params";

/* ---- the lines of both ---- */

/* The end of the line that begins at reader->line, for JSON, whose texts have no line breaks. */
static const char *find_line_end(tr_csv_reader *reader, tr_status *status) {
    for (;;) {
        const char *at = reader->line;
        while (at < reader->end && *at != '\n' && *at != '\r')
            at++;
        if (at < reader->end || reader->has_all)
            return at;
        *status = tr_csv_reader_fill(reader);
        if (*status)
            return NULL;
    }
}

/* Goes on with the next line. */
static tr_status next_line(tr_csv_reader *reader, const char *end, uint64_t n_breaks) {
    size_t offset = (size_t)(end - reader->line);
    for (;;) {
        tr_csv_result result = tr_csv_next_line(reader, reader->line + offset, n_breaks);
        if (result == TR_CSV_FAILED)
            return TR_ERROR_INPUT;
        if (result == TR_CSV_OK)
            return TR_OK;
        tr_status status = tr_csv_reader_fill(reader);
        if (status)
            return status;
    }
}

/* Goes over empty lines; whether there is one more that is not. */
static tr_status skip_empty_lines(tr_csv_reader *reader, bool *has_line) {
    for (;;) {
        tr_status status = TR_OK;
        const char *end = find_line_end(reader, &status);
        if (status)
            return status;
        const char *at = reader->line;
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        *has_line = at < end;
        if (*has_line || tr_csv_is_file_end(reader, end))
            return TR_OK;
        status = next_line(reader, end, 0);
        if (status)
            return status;
    }
}

static tr_status add_column(text_table *table, const char *name, size_t length) {
    text_column *columns = realloc(table->columns, (table->n_columns + 1) * sizeof *columns);
    if (!columns)
        return tr_fail_memory(table->reader.diag, "the columns");
    table->columns = columns;
    char *copy = g_strndup(name, length);
    for (size_t i = 0; i < table->n_columns; i++)
        if (!strcmp(columns[i].name, copy)) {
            g_free(copy);
            return tr_csv_fail(&table->reader, table->reader.line,
                               "found two columns %s; wanted one of each name",
                               tr_csv_quote_text(name, length).text);
        }
    columns[table->n_columns++] = (text_column){.name = copy, .role = IS_IGNORED};
    return TR_OK;
}

/* Takes the value of a column, NaN where there is none; what is wanted instead if it cannot be. */
static const char *take_value(tr_import *import, const text_column *column, double value) {
    if (column->role == IS_IGNORED)
        return NULL;
    const char *wanted = column->role == IS_PARAM
                             ? tr_import_check_param(value)
                             : tr_import_check((tr_import_column)column->role, value);
    if (column->role == IS_PARAM)
        import->params[column->param] = (float)value;
    else
        import->columns[column->role] = value;
    return wanted;
}

/* ---- CSV ---- */

/* The fields of the line, or TR_CSV_MORE. */
static tr_csv_result scan_header(text_table *table, GArray *fields, const char **end) {
    const char *at = table->reader.line;
    g_array_set_size(fields, 0);
    for (;; at++) {
        tr_csv_field field;
        tr_csv_result result = tr_csv_scan_field(&table->reader, at, &field);
        if (result)
            return result;
        if (fields->len == TR_CSV_MOST_COLUMNS) {
            tr_csv_fail(&table->reader, at, "found more than %d columns", TR_CSV_MOST_COLUMNS);
            return TR_CSV_FAILED;
        }
        g_array_append_val(fields, field);
        at = *end = field.end;
        if (*at != table->reader.separator)
            return TR_CSV_OK;
    }
}

static tr_status read_csv_header(text_table *table) {
    tr_csv_reader *reader = &table->reader;
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(tr_csv_field));
    const char *end = NULL;
    tr_status status = TR_OK;
    tr_csv_result result;
    while ((result = scan_header(table, fields, &end)) == TR_CSV_MORE && !status)
        status = tr_csv_reader_fill(reader);
    if (!status && result == TR_CSV_FAILED)
        status = TR_ERROR_INPUT;
    uint64_t n_breaks = 0;
    for (guint i = 0; !status && i < fields->len; i++) {
        const tr_csv_field *field = &g_array_index(fields, tr_csv_field, i);
        double number;
        n_breaks += field->n_breaks;
        if (!field->length || tr_decimal_parse(field->text, &number, table->c_locale))
            status = tr_csv_fail(
                reader, field->start,
                "found %s; wanted the name of a column, such as iteration, loss, w "
                "or b",
                field->length ? tr_csv_quote_text(field->text, field->length).text : "nothing");
        else
            status = add_column(table, field->text, field->length);
    }
    if (!status)
        status = next_line(reader, end, n_breaks);
    g_array_free(fields, TRUE);
    return status;
}

/* Nothing, or "nan" as NumPy writes it, is a value that is missing. */
static bool parse_number(const text_table *table, const tr_csv_field *field, double *value) {
    const char *end_of_text = field->text + field->length;
    *value = NAN;
    if (!field->length || (field->length == 3 && !strncasecmp(field->text, "nan", 3)))
        return true;
    const char *start = tr_csv_skip_blanks(&table->reader, field->text);
    const char *end = tr_decimal_parse(start, value, table->c_locale);
    return end && tr_csv_skip_blanks(&table->reader, end) == end_of_text;
}

static tr_csv_result take_field(tr_import *import, const text_column *column,
                                const tr_csv_field *field) {
    const text_table *table = import->context;
    double value;
    if (column->role == IS_IGNORED)
        return TR_CSV_OK;
    bool is_number = parse_number(table, field, &value);
    const char *wanted = is_number ? take_value(import, column, value) : "a number";
    if (!wanted)
        return TR_CSV_OK;
    tr_csv_fail(&table->reader, field->start, "found %s; wanted %s",
                field->length ? tr_csv_quote_text(field->text, field->length).text : "nothing",
                wanted);
    return TR_CSV_FAILED;
}

static tr_csv_result scan_row(tr_import *import, const char **end, uint64_t *n_breaks) {
    const text_table *table = import->context;
    const tr_csv_reader *reader = &table->reader;
    const char *at = reader->line;
    *n_breaks = 0;
    for (size_t i = 0;; i++, at++) {
        tr_csv_field field;
        tr_csv_result result =
            i < table->n_columns ? tr_csv_scan_field(reader, at, &field) : TR_CSV_FAILED;
        if (i == table->n_columns)
            tr_csv_fail(reader, at, "found a field more; wanted %zu, as in line 1",
                        table->n_columns);
        if (!result)
            result = take_field(import, &table->columns[i], &field);
        if (result)
            return result;
        *n_breaks += field.n_breaks;
        at = *end = field.end;
        if (*at == reader->separator)
            continue;
        if (i + 1 == table->n_columns)
            return TR_CSV_OK;
        tr_csv_fail(reader, at, "found %zu field%s; wanted %zu, as in line 1", i + 1, i ? "s" : "",
                    table->n_columns);
        return TR_CSV_FAILED;
    }
}

static tr_status read_csv_row(tr_import *import, const char **end, uint64_t *n_breaks) {
    text_table *table = import->context;
    for (;;) {
        tr_csv_result result = scan_row(import, end, n_breaks);
        if (result != TR_CSV_MORE)
            return result == TR_CSV_OK ? TR_OK : TR_ERROR_INPUT;
        tr_status status = tr_csv_reader_fill(&table->reader);
        if (status)
            return status;
    }
}

/* ---- JSON lines ---- */

/* The object that the line is, whose reference the caller has. */
static tr_status parse_line(text_table *table, const char *end, json_t **object) {
    tr_csv_reader *reader = &table->reader;
    json_error_t error;
    size_t length = (size_t)(end - reader->line);
    *object = NULL;
    if (length > TR_CSV_LONGEST_LINE)
        return tr_csv_fail(reader, reader->line, "found a line of more than %d bytes",
                           TR_CSV_LONGEST_LINE);
    *object = json_loadb(reader->line, length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(*object))
        return TR_OK;
    bool is_other = *object;
    json_decref(*object);
    *object = NULL;
    size_t position =
        error.position > 0 && (size_t)error.position <= length ? (size_t)error.position - 1 : 0;
    if (is_other)
        return tr_csv_fail(reader, reader->line, "found an array; wanted a JSON object");
    return tr_csv_fail(reader, reader->line + position,
                       "found no JSON object (%s); wanted one in each line, with null for what is "
                       "no number",
                       tr_csv_quote_text(error.text, strlen(error.text)).text);
}

/* Columns out of the first line, which is read again as a row. Those of the state may come later: the
 * initial one has no loss. */
static tr_status read_json_header(text_table *table) {
    tr_status status = TR_OK;
    json_t *object = NULL;
    const char *end = find_line_end(&table->reader, &status);
    if (!status)
        status = parse_line(table, end, &object);
    const char *name;
    json_t *value;
    if (!status) {
        json_object_foreach(object, name, value) {
            bool is_list = !strcmp(name, list_name) && json_is_array(value);
            if (is_list) {
                table->has_list = true;
                table->n_list = json_array_size(value);
            } else {
                status = add_column(table, name, strlen(name));
            }
            if (status)
                break;
        }
    }
    for (size_t i = 0; !status && i < TR_IMPORT_N_COLUMNS; i++)
        if (!json_object_get(object, tr_import_columns[i]))
            status = add_column(table, tr_import_columns[i], strlen(tr_import_columns[i]));
    json_decref(object);
    return status;
}

static tr_status fail_json(const text_table *table, const char *name, size_t index,
                           const char *wanted) {
    char place[32] = "";
    if (index != SIZE_MAX)
        snprintf(place, sizeof place, " %zu (from 0)", index);
    return tr_csv_fail(&table->reader, table->reader.line,
                       "found something else in %s%s; wanted %s",
                       tr_csv_quote_text(name, strlen(name)).text, place, wanted);
}

static tr_status take_json(tr_import *import, const text_column *column, const json_t *value,
                           size_t index) {
    bool is_missing = !value || json_is_null(value);
    double number = is_missing ? NAN : json_number_value(value);
    const char *wanted =
        is_missing || json_is_number(value) ? take_value(import, column, number) : "a number";
    return wanted ? fail_json(import->context, column->name, index, wanted) : TR_OK;
}

static tr_status take_list(tr_import *import, const json_t *list) {
    const text_table *table = import->context;
    char wanted[48];
    snprintf(wanted, sizeof wanted, "a list of %zu numbers, as in line 1", table->n_list);
    if (!json_is_array(list) || json_array_size(list) != table->n_list)
        return fail_json(table, list_name, SIZE_MAX, wanted);
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < table->n_list; i++) {
        const text_column column = {(char *)list_name, IS_PARAM, i};
        status = take_json(import, &column, json_array_get(list, i), i);
    }
    return status;
}

static tr_status read_json_row(tr_import *import, const char **end, uint64_t *n_breaks) {
    text_table *table = import->context;
    json_t *object = NULL;
    tr_status status = TR_OK;
    *n_breaks = 0;
    *end = find_line_end(&table->reader, &status);
    if (!status)
        status = parse_line(table, *end, &object);
    if (!status && table->has_list)
        status = take_list(import, json_object_get(object, list_name));
    for (size_t i = 0; !status && i < table->n_columns; i++) {
        const text_column *column = &table->columns[i];
        if (column->role != IS_IGNORED)
            status = take_json(import, column, json_object_get(object, column->name), SIZE_MAX);
    }
    json_decref(object);
    return status;
}

/* ---- which columns are what ---- */

static text_column *find_column(const text_table *table, const char *name) {
    for (size_t i = 0; i < table->n_columns; i++)
        if (!strcmp(table->columns[i].name, name))
            return &table->columns[i];
    return NULL;
}

/* Gives the columns of the state their roles; those that are left may be parameters. */
static size_t assign_columns(text_table *table) {
    size_t n_others = table->n_columns;
    for (int i = 0; i < TR_IMPORT_N_COLUMNS; i++) {
        text_column *column = find_column(table, tr_import_columns[i]);
        if (column) {
            column->role = i;
            n_others--;
        }
    }
    return n_others - (find_column(table, "full_loss") != NULL);
}

/* Parameters by the names that `trainreel train` gives them, whatever else there is; whether all are
 * there. */
static bool assign_by_name(text_table *table, const tr_network *network) {
    size_t n_params = tr_network_n_params(network);
    for (size_t i = 0; i < n_params; i++) {
        char name[64];
        tr_network_param_name(network, i, name, sizeof name);
        text_column *column = find_column(table, name);
        if (!column || column->role < IS_PARAM) {
            for (size_t j = 0; j < table->n_columns; j++)
                if (table->columns[j].role == IS_PARAM)
                    table->columns[j].role = IS_IGNORED;
            return false;
        }
        column->role = IS_PARAM;
        column->param = i;
    }
    return true;
}

static void assign_in_order(text_table *table) {
    size_t n_params = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        text_column *column = &table->columns[i];
        if (column->role != IS_IGNORED || !strcmp(column->name, "full_loss"))
            continue;
        column->role = IS_PARAM;
        column->param = n_params++;
    }
}

/* How many columns are called as `trainreel train` calls parameters: "w" and "b", or "dense1.w.0.2". */
static size_t count_param_names(const text_table *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *name = table->columns[i].name;
        size_t n_digits = g_str_has_prefix(name, "dense") ? strspn(name + 5, "0123456789") : 0;
        const char *rest = n_digits ? name + 5 + n_digits : "";
        count += g_str_has_prefix(rest, ".w.") || g_str_has_prefix(rest, ".b.");
    }
    return count == 0 && find_column(table, "w") && find_column(table, "b") ? 2 : count;
}

static tr_status choose_params(tr_import *import, tr_diag *diag) {
    text_table *table = import->context;
    size_t n_others = assign_columns(table);
    size_t n_named = count_param_names(table);
    size_t count = table->has_list ? table->n_list : n_named ? n_named : n_others;
    if (!count)
        return tr_csv_fail(&table->reader, table->reader.line,
                           "found no columns of parameters; wanted some, such as w and b");
    tr_status status = tr_import_network_for(import, count, table->reader.name, diag);
    if (status || table->has_list)
        return status;
    if (!assign_by_name(table, import->network)) {
        if (n_others != count)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%s: its columns of parameters are not called as those of the model",
                           table->reader.name);
        assign_in_order(table);
    }
    return TR_OK;
}

/* ---- the whole ---- */

static tr_status open_text(tr_import *import, tr_diag *diag) {
    text_table *table = tr_alloc_array(1, sizeof *table);
    if (!table)
        return tr_fail_memory(diag, "the table");
    import->context = table;
    table->reader.descriptor = -1;
    table->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!table->c_locale)
        return tr_fail_memory(diag, "the table");
    bool has_line = false;
    tr_status status = tr_csv_reader_open(&table->reader, import->files.items[0].path, diag);
    if (!status)
        status = skip_empty_lines(&table->reader, &has_line);
    if (!status && !has_line)
        status = tr_csv_fail(&table->reader, table->reader.line,
                             "found nothing; wanted a line with the names of columns, or a JSON "
                             "object");
    if (!status) {
        table->is_json = *tr_csv_skip_blanks(&table->reader, table->reader.line) == '{';
        status = table->is_json ? read_json_header(table) : read_csv_header(table);
    }
    return status ? status : choose_params(import, diag);
}

static tr_status run_text(tr_import *import) {
    text_table *table = import->context;
    tr_csv_reader *reader = &table->reader;
    char where[TR_CSV_NAME_SIZE + 32];
    reader->diag = import->diag;
    for (;;) {
        bool has_line;
        const char *end;
        uint64_t n_breaks;
        tr_status status = skip_empty_lines(reader, &has_line);
        if (!status && !has_line)
            return TR_OK;
        if (!status)
            status = table->is_json ? read_json_row(import, &end, &n_breaks)
                                    : read_csv_row(import, &end, &n_breaks);
        snprintf(where, sizeof where, "%s:%llu:1", reader->name,
                 (unsigned long long)reader->number);
        if (!status)
            status = tr_import_emit(import, where);
        if (!status)
            status = next_line(reader, end, n_breaks);
        if (status)
            return status;
    }
}

static void close_text(tr_import *import) {
    text_table *table = import->context;
    if (!table)
        return;
    tr_csv_reader_close(&table->reader);
    for (size_t i = 0; i < table->n_columns; i++)
        g_free(table->columns[i].name);
    free(table->columns);
    if (table->c_locale)
        freelocale(table->c_locale);
    free(table);
}

const tr_import_reader tr_import_text_reader = {TR_IMPORT_TEXT, open_text, run_text, close_text};
