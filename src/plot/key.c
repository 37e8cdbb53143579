#include "key.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_SHARE 0.4  /* of the panel's width */
#define SMALLEST_SIZE 0.72 /* of the labels of the axes */
#define LINE_HEIGHT 1.45   /* ems, as are the next three */
#define HANDLE 1.7
#define HANDLE_GAP 0.5
#define COLUMN_GAP 1.2

typedef struct key_row {
    char name[TR_RUN_NAME_SIZE];
    tr_color color;
    bool dot;
    PangoLayout *layout; /* NULL for a row that is left out */
} key_row;

struct tr_key {
    size_t n_rows;
    key_row *rows;
    size_t n_shown;
    size_t rows_per_column;
    double size;         /* pixels an em */
    double column_width; /* with the gap at its left */
    double width;
    double line_width;
    tr_color text_color;
};

void tr_run_name(const tr_panel_source *run, char name[TR_RUN_NAME_SIZE]) {
    const char *note = run->diverged_at ? " (diverged)" : "";
    size_t room = TR_RUN_NAME_SIZE - 1 - strlen(note);
    size_t length = strlen(run->label);
    if (length > room) {
        const char *end = g_utf8_find_prev_char(run->label, run->label + room);
        length = end ? (size_t)(end - run->label) : 0;
    }
    memcpy(name, run->label, length);
    strcpy(name + length, note);
}

static tr_status fill_rows(tr_key *key, const tr_panel_setting *setting, const char *data_label,
                           tr_color data_color, bool data_as_line, tr_diag *diag) {
    const tr_joint *joint = setting->source->joint;
    bool has_data = *data_label;
    key->rows = tr_alloc_array(joint->n_runs + has_data, sizeof *key->rows);
    if (!key->rows)
        return tr_fail_memory(diag, "the legend");
    key->n_rows = joint->n_runs + has_data;
    if (has_data) {
        snprintf(key->rows[0].name, sizeof key->rows[0].name, "%s", data_label);
        key->rows[0].color = data_color;
        key->rows[0].dot = !data_as_line;
    }
    for (size_t i = 0; i < joint->n_runs; i++) {
        tr_run_name(&joint->runs[i], key->rows[has_data + i].name);
        key->rows[has_data + i].color = joint->runs[i].color;
    }
    return TR_OK;
}

/* Width of the widest name, in ems. */
static tr_status measure(const tr_key *key, tr_text *text, double *widest, tr_diag *diag) {
    const double size = 16;
    *widest = 0;
    for (size_t i = 0; i < key->n_rows; i++) {
        PangoLayout *layout;
        tr_status status = tr_text_layout(text, key->rows[i].name, size, &layout, diag);
        if (status)
            return status;
        *widest = fmax(*widest, tr_text_width(layout) / size);
        g_object_unref(layout);
    }
    return TR_OK;
}

/* Chooses the size of the text, the columns, and how many rows there are. */
static void choose_columns(tr_key *key, const tr_panel_setting *setting, double widest) {
    double largest = setting->style.label_size;
    double smallest = fmax(SMALLEST_SIZE * largest, fmin(setting->style.smallest_text, largest));
    double room = LARGEST_SHARE * setting->width;
    size_t n_columns = 1;
    for (key->size = largest;; key->size = fmax(key->size - 0.5, smallest)) {
        double rows = floor(setting->height / (LINE_HEIGHT * key->size));
        key->rows_per_column = rows >= 1 ? (size_t)rows : 0;
        if (!key->rows_per_column)
            return;
        key->column_width = (COLUMN_GAP + HANDLE + HANDLE_GAP + widest) * key->size;
        n_columns = (key->n_rows + key->rows_per_column - 1) / key->rows_per_column;
        if ((double)n_columns * key->column_width <= room || key->size <= smallest)
            break;
    }
    if ((double)n_columns * key->column_width > room) {
        double fitting = floor(room / key->column_width);
        n_columns = fitting >= 1 ? (size_t)fitting : 1;
        key->column_width = fmin(key->column_width, room);
    }
    size_t most = n_columns * key->rows_per_column;
    key->n_shown = key->n_rows < most ? key->n_rows : most;
    key->rows_per_column = (key->n_shown + n_columns - 1) / n_columns;
    key->width = (double)n_columns * key->column_width;
}

static tr_status lay_out_rows(tr_key *key, tr_text *text, tr_diag *diag) {
    double width = key->column_width - (COLUMN_GAP + HANDLE + HANDLE_GAP) * key->size;
    size_t before = SIZE_MAX;
    for (size_t shown = 0; shown < key->n_shown; shown++) {
        /* evenly, from the first to the last */
        size_t i = key->n_shown > 1 ? shown * (key->n_rows - 1) / (key->n_shown - 1) : 0;
        if (i == before)
            continue;
        before = i;
        tr_status status =
            tr_text_layout(text, key->rows[i].name, key->size, &key->rows[i].layout, diag);
        if (status)
            return status;
        if (tr_text_width(key->rows[i].layout) > width) {
            pango_layout_set_ellipsize(key->rows[i].layout, PANGO_ELLIPSIZE_MIDDLE);
            pango_layout_set_width(key->rows[i].layout, (int)(fmax(width, 1) * PANGO_SCALE));
        }
    }
    return TR_OK;
}

tr_status tr_key_create(tr_key **out, const tr_panel_setting *setting, const char *data_label,
                        tr_color data_color, bool data_as_line, tr_diag *diag) {
    double widest = 0;
    *out = NULL;
    tr_key *key = tr_alloc_array(1, sizeof *key);
    if (!key)
        return tr_fail_memory(diag, "the legend");
    key->line_width = setting->style.line_width;
    key->text_color = setting->source->theme.text;
    tr_status status = fill_rows(key, setting, data_label, data_color, data_as_line, diag);
    if (!status)
        status = measure(key, setting->text, &widest, diag);
    if (!status)
        choose_columns(key, setting, widest);
    if (!status)
        status = lay_out_rows(key, setting->text, diag);
    if (status || !key->n_shown)
        tr_key_destroy(&key);
    *out = key;
    return status;
}

void tr_key_destroy(tr_key **handle) {
    tr_key *key = *handle;
    if (!key)
        return;
    for (size_t i = 0; i < key->n_rows; i++)
        if (key->rows[i].layout)
            g_object_unref(key->rows[i].layout);
    free(key->rows);
    free(key);
    *handle = NULL;
}

double tr_key_width(const tr_key *key) {
    return key ? key->width : 0;
}

static void draw_mark(const tr_key *key, cairo_t *cr, const key_row *row, double x, double y) {
    tr_set_color(cr, row->color);
    if (row->dot) {
        cairo_arc(cr, x + HANDLE * key->size / 2, y, 1.3 * key->line_width, 0, 2 * G_PI);
        cairo_fill(cr);
    } else {
        cairo_set_line_width(cr, key->line_width);
        cairo_move_to(cr, x, y);
        cairo_line_to(cr, x + HANDLE * key->size, y);
        cairo_stroke(cr);
    }
}

void tr_key_draw(const tr_key *key, cairo_t *cr, double x, double y) {
    size_t shown = 0;
    for (size_t i = 0; key && i < key->n_rows; i++) {
        const key_row *row = &key->rows[i];
        if (!row->layout)
            continue;
        size_t column = shown / key->rows_per_column;
        double left = x + (double)column * key->column_width + COLUMN_GAP * key->size;
        double baseline =
            round(y + ((double)(shown % key->rows_per_column) * LINE_HEIGHT + 1.05) * key->size);
        draw_mark(key, cr, row, left, round(baseline - 0.35 * key->size));
        tr_set_color(cr, key->text_color);
        tr_text_draw(cr, row->layout, left + (HANDLE + HANDLE_GAP) * key->size, baseline);
        shown++;
    }
}
