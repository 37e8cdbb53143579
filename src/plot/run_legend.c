#include "run_legend.h"

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

typedef struct legend_row {
    char name[TR_RUN_NAME_SIZE];
    tr_color color;
    bool dot;
    PangoLayout *layout; /* NULL for a row that is left out */
} legend_row;

struct tr_run_legend {
    size_t n_rows;
    legend_row *rows;
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

static tr_status fill_rows(tr_run_legend *legend, const tr_panel_setting *setting,
                           const char *data_label, tr_color data_color, bool data_as_line,
                           tr_diag *diag) {
    const tr_joint *joint = setting->source->joint;
    bool has_data = *data_label;
    legend->rows = tr_alloc_array(joint->n_runs + has_data, sizeof *legend->rows);
    if (!legend->rows)
        return tr_fail_memory(diag, "the legend");
    legend->n_rows = joint->n_runs + has_data;
    if (has_data) {
        snprintf(legend->rows[0].name, sizeof legend->rows[0].name, "%s", data_label);
        legend->rows[0].color = data_color;
        legend->rows[0].dot = !data_as_line;
    }
    for (size_t i = 0; i < joint->n_runs; i++) {
        tr_run_name(&joint->runs[i], legend->rows[has_data + i].name);
        legend->rows[has_data + i].color = joint->runs[i].color;
    }
    return TR_OK;
}

/* Width of the widest name, in ems. */
static tr_status measure(const tr_run_legend *legend, tr_text *text, double *widest,
                         tr_diag *diag) {
    const double size = 16;
    *widest = 0;
    for (size_t i = 0; i < legend->n_rows; i++) {
        PangoLayout *layout;
        tr_status status = tr_text_layout(text, legend->rows[i].name, size, &layout, diag);
        if (status)
            return status;
        *widest = fmax(*widest, tr_text_width(layout) / size);
        g_object_unref(layout);
    }
    return TR_OK;
}

/* Chooses the size of the text, the columns, and how many rows there are. */
static void choose_columns(tr_run_legend *legend, const tr_panel_setting *setting, double widest) {
    double largest = setting->style.label_size;
    double smallest = fmax(SMALLEST_SIZE * largest, fmin(setting->style.smallest_text, largest));
    double room = LARGEST_SHARE * setting->width;
    size_t n_columns = 1;
    for (legend->size = largest;; legend->size = fmax(legend->size - 0.5, smallest)) {
        double rows = floor(setting->height / (LINE_HEIGHT * legend->size));
        legend->rows_per_column = rows >= 1 ? (size_t)rows : 0;
        if (!legend->rows_per_column)
            return;
        legend->column_width = (COLUMN_GAP + HANDLE + HANDLE_GAP + widest) * legend->size;
        n_columns = (legend->n_rows + legend->rows_per_column - 1) / legend->rows_per_column;
        if ((double)n_columns * legend->column_width <= room || legend->size <= smallest)
            break;
    }
    if ((double)n_columns * legend->column_width > room) {
        double fitting = floor(room / legend->column_width);
        n_columns = fitting >= 1 ? (size_t)fitting : 1;
        legend->column_width = fmin(legend->column_width, room);
    }
    size_t most = n_columns * legend->rows_per_column;
    legend->n_shown = legend->n_rows < most ? legend->n_rows : most;
    legend->rows_per_column = (legend->n_shown + n_columns - 1) / n_columns;
    legend->width = (double)n_columns * legend->column_width;
}

static tr_status lay_out_rows(tr_run_legend *legend, tr_text *text, tr_diag *diag) {
    double width = legend->column_width - (COLUMN_GAP + HANDLE + HANDLE_GAP) * legend->size;
    size_t before = SIZE_MAX;
    for (size_t shown = 0; shown < legend->n_shown; shown++) {
        /* evenly, from the first to the last */
        size_t i = legend->n_shown > 1 ? shown * (legend->n_rows - 1) / (legend->n_shown - 1) : 0;
        if (i == before)
            continue;
        before = i;
        tr_status status =
            tr_text_layout(text, legend->rows[i].name, legend->size, &legend->rows[i].layout, diag);
        if (status)
            return status;
        if (tr_text_width(legend->rows[i].layout) > width) {
            pango_layout_set_ellipsize(legend->rows[i].layout, PANGO_ELLIPSIZE_MIDDLE);
            pango_layout_set_width(legend->rows[i].layout, (int)(fmax(width, 1) * PANGO_SCALE));
        }
    }
    return TR_OK;
}

tr_status tr_run_legend_create(tr_run_legend **out, const tr_panel_setting *setting,
                               const char *data_label, tr_color data_color, bool data_as_line,
                               tr_diag *diag) {
    double widest = 0;
    *out = NULL;
    tr_run_legend *legend = tr_alloc_array(1, sizeof *legend);
    if (!legend)
        return tr_fail_memory(diag, "the legend");
    legend->line_width = setting->style.line_width;
    legend->text_color = setting->source->theme.text;
    tr_status status = fill_rows(legend, setting, data_label, data_color, data_as_line, diag);
    if (!status)
        status = measure(legend, setting->text, &widest, diag);
    if (!status)
        choose_columns(legend, setting, widest);
    if (!status)
        status = lay_out_rows(legend, setting->text, diag);
    if (status || !legend->n_shown)
        tr_run_legend_destroy(&legend);
    *out = legend;
    return status;
}

void tr_run_legend_destroy(tr_run_legend **handle) {
    tr_run_legend *legend = *handle;
    if (!legend)
        return;
    for (size_t i = 0; i < legend->n_rows; i++)
        if (legend->rows[i].layout)
            g_object_unref(legend->rows[i].layout);
    free(legend->rows);
    free(legend);
    *handle = NULL;
}

double tr_run_legend_width(const tr_run_legend *legend) {
    return legend ? legend->width : 0;
}

static void draw_mark(const tr_run_legend *legend, cairo_t *cr, const legend_row *row, double x,
                      double y) {
    tr_set_color(cr, row->color);
    if (row->dot) {
        cairo_arc(cr, x + HANDLE * legend->size / 2, y, 1.3 * legend->line_width, 0, 2 * G_PI);
        cairo_fill(cr);
    } else {
        cairo_set_line_width(cr, legend->line_width);
        cairo_move_to(cr, x, y);
        cairo_line_to(cr, x + HANDLE * legend->size, y);
        cairo_stroke(cr);
    }
}

void tr_run_legend_draw(const tr_run_legend *legend, cairo_t *cr, double x, double y) {
    size_t shown = 0;
    for (size_t i = 0; legend && i < legend->n_rows; i++) {
        const legend_row *row = &legend->rows[i];
        if (!row->layout)
            continue;
        size_t column = shown / legend->rows_per_column;
        double left = x + (double)column * legend->column_width + COLUMN_GAP * legend->size;
        double baseline = round(
            y + ((double)(shown % legend->rows_per_column) * LINE_HEIGHT + 1.05) * legend->size);
        draw_mark(legend, cr, row, left, round(baseline - 0.35 * legend->size));
        tr_set_color(cr, legend->text_color);
        tr_text_draw(cr, row->layout, left + (HANDLE + HANDLE_GAP) * legend->size, baseline);
        shown++;
    }
}
