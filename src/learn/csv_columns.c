#include "csv_columns.h"

#include "alloc.h"
#include "diag.h"

#include <stdio.h>
#include <string.h>

bool tr_csv_has_column(const tr_csv_columns *columns, size_t index) {
    for (size_t i = 0; i < columns->count; i++)
        if (columns->indices[i] == index)
            return true;
    return false;
}

static tr_status allocate(tr_csv_columns *columns, const tr_csv_head *head, tr_diag *diag) {
    *columns = (tr_csv_columns){.indices = tr_alloc_array(head->n_fields, sizeof(size_t))};
    return columns->indices ? TR_OK : tr_fail_memory(diag, "the data");
}

tr_status tr_csv_choose_last(tr_csv_columns *columns, const tr_csv_head *head,
                             const tr_csv_reader *reader) {
    tr_status status = allocate(columns, head, reader->diag);
    if (!status)
        columns->indices[columns->count++] = head->n_fields - 1;
    return status;
}

tr_status tr_csv_choose_others(tr_csv_columns *columns, const tr_csv_columns *those,
                               const tr_csv_head *head, const tr_csv_reader *reader) {
    tr_status status = allocate(columns, head, reader->diag);
    if (status)
        return status;
    for (size_t i = 0; i < head->n_fields; i++)
        if (!those || !tr_csv_has_column(those, i))
            columns->indices[columns->count++] = i;
    if (!columns->count)
        return tr_fail(reader->diag, TR_ERROR_ARGUMENT,
                       "%s: all columns are outputs; wanted one that is an input", reader->name);
    return TR_OK;
}

static tr_csv_quote quote_field(const tr_csv_field *field) {
    return tr_csv_quote_text(field->text, field->length);
}

static bool is_same(const tr_csv_field *a, const tr_csv_field *b) {
    return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

/* The number that all of the field is, or 0. */
static size_t number_of(const tr_csv_field *field) {
    size_t number = 0;
    for (size_t i = 0; i < field->length; i++) {
        if (field->text[i] < '0' || field->text[i] > '9' || number > TR_CSV_MOST_COLUMNS)
            return 0;
        number = number * 10 + (size_t)(field->text[i] - '0');
    }
    return number;
}

static tr_status fail_unknown(const tr_csv_field *item, const tr_csv_head *head,
                              const tr_csv_reader *reader) {
    char wanted[112];
    size_t length =
        (size_t)snprintf(wanted, sizeof wanted, "a number from 1 to %zu", head->n_fields);
    for (size_t i = 0; head->is_header && i < head->n_fields; i++) {
        tr_csv_quote name = quote_field(&head->fields[i]);
        if (length + strlen(name.text) + strlen(", , …") >= sizeof wanted) {
            snprintf(wanted + length, sizeof wanted - length, ", …");
            break;
        }
        length += (size_t)snprintf(wanted + length, sizeof wanted - length, "%s%s",
                                   i ? ", " : ", or ", name.text);
    }
    return tr_fail(reader->diag, TR_ERROR_ARGUMENT, "%s: there is no column %s; wanted %s",
                   reader->name, quote_field(item).text, wanted);
}

/* A name goes before a number, because a column may be called "2". */
static tr_status find(size_t *index, const tr_csv_field *item, const tr_csv_head *head,
                      const tr_csv_reader *reader) {
    size_t n_found = 0;
    for (size_t i = head->is_header ? head->n_fields : 0; i-- > 0;) {
        if (!is_same(item, &head->fields[i]))
            continue;
        if (n_found++)
            return tr_fail(reader->diag, TR_ERROR_ARGUMENT,
                           "%s: the columns %zu and %zu are both called %s; wanted the number of "
                           "one",
                           reader->name, i + 1, *index + 1, quote_field(item).text);
        *index = i;
    }
    if (n_found)
        return TR_OK;
    size_t number = number_of(item);
    if (number < 1 || number > head->n_fields)
        return fail_unknown(item, head, reader);
    *index = number - 1;
    return TR_OK;
}

tr_status tr_csv_choose(tr_csv_columns *columns, const char *list, const tr_csv_head *head,
                        const tr_csv_reader *reader) {
    /* the list is a line of CSV itself */
    const tr_csv_reader items = {.name = "the list of columns",
                                 .diag = reader->diag,
                                 .has_all = true,
                                 .separator = ',',
                                 .line = list,
                                 .end = list + strlen(list),
                                 .number = 1};
    tr_status status = allocate(columns, head, reader->diag);
    for (const char *at = list; !status;) {
        tr_csv_field item;
        size_t index = 0;
        if (tr_csv_scan_field(&items, at, &item))
            return TR_ERROR_ARGUMENT;
        status = find(&index, &item, head, reader);
        if (!status && tr_csv_has_column(columns, index))
            return tr_fail(reader->diag, TR_ERROR_ARGUMENT, "%s: the column %s is chosen twice",
                           reader->name, quote_field(&item).text);
        if (!status)
            columns->indices[columns->count++] = index;
        if (*item.end != ',')
            break;
        at = item.end + 1;
    }
    return status;
}
