#include "points.h"

#include "csv.h"
#include "diag.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static tr_status parse_number(const char *text, double *value, tr_diag *diag) {
    char *end;
    *value = g_ascii_strtod(text, &end);
    size_t plain = strspn(text, "0123456789.eE+-"); /* no "inf", "nan" or "0x10" */
    if (!*text || *end || text[plain] || !isfinite(*value))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "\"%.40s\" is not a number", text);
    return TR_OK;
}

static tr_status parse_point(const char *text, double *values, size_t n_inputs, tr_diag *diag) {
    char **fields = g_strsplit(text, ",", -1);
    guint count = g_strv_length(fields);
    tr_status status = TR_OK;
    if (count != n_inputs)
        status = tr_fail(diag, TR_ERROR_ARGUMENT,
                         "the point \"%.60s\" has %u numbers, but the net %zu inputs", text, count,
                         n_inputs);
    for (guint i = 0; !status && i < count; i++)
        status = parse_number(g_strstrip(fields[i]), &values[i], diag);
    g_strfreev(fields);
    return status;
}

tr_status tr_points_parse(tr_dataset **out, const char *text, size_t n_inputs, size_t n_outputs,
                          tr_diag *diag) {
    *out = NULL;
    /* with one input a comma cannot stand between the numbers of a point */
    char **texts = g_strsplit_set(text, n_inputs == 1 ? ",;" : ";", -1);
    guint count = g_strv_length(texts);
    tr_status status = TR_OK;
    if (count < 1)
        status = tr_fail(diag, TR_ERROR_ARGUMENT, "there is no point, such as 0.5");
    if (!status)
        status = tr_dataset_create(out, count, n_inputs, n_outputs, diag);
    for (guint i = 0; !status && i < count; i++)
        status = parse_point(texts[i], (*out)->x + i * n_inputs, n_inputs, diag);
    g_strfreev(texts);
    if (status)
        tr_dataset_destroy(out);
    return status;
}

tr_status tr_points_read(tr_dataset **out, const char *path, const tr_settings *settings,
                         size_t n_inputs, size_t n_outputs, tr_diag *diag) {
    tr_csv_table table;
    *out = NULL;
    tr_status status =
        tr_csv_read(&table, path, (tr_csv_header)settings->csv_header, settings->x_columns, diag);
    if (!status && table.n_columns != n_inputs)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%s: has %zu columns, but the net %zu inputs; choose them with "
                         "--x-columns",
                         path, table.n_columns, n_inputs);
    if (!status)
        status = tr_dataset_create(out, table.n_rows, n_inputs, n_outputs, diag);
    if (!status)
        memcpy((*out)->x, table.values, table.n_rows * n_inputs * sizeof *table.values);
    free(table.values);
    return status;
}
