#include "panel_titles.h"

#include "alloc.h"
#include "diag.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SMALLEST_NAME 0.8 /* of its size, before a name that is too long loses its middle */
#define NOTE_SIZE 0.9     /* of the labels of the axes */
#define NOTE_OPACITY 0.85 /* of what is behind it */
#define SWATCH_WIDTH 1.4  /* ems, as is the next */
#define SWATCH_GAP 0.4

enum { N_LEGEND_ROWS = 2, MOST_MARK_COLORS = 4 };

typedef struct title_line {
    PangoLayout *layout; /* NULL if there is none */
    double x;            /* left end of its baseline */
    double y;
    double size; /* pixels an em */
} title_line;

struct tr_panel_titles {
    const tr_joint *joint;
    tr_text *text;
    bool still;
    double line_width; /* of marks */
    title_line *names; /* [n_runs] each */
    title_line *notes;
    cairo_surface_t **note_layers; /* of frames: the notes with what is behind them */
    title_line legend[N_LEGEND_ROWS];
    bool data_as_line;
};

tr_status tr_panel_titles_create(tr_panel_titles **out, const tr_joint *joint, tr_text *text,
                                 bool still, tr_diag *diag) {
    *out = NULL;
    tr_panel_titles *titles = tr_alloc_array(1, sizeof *titles);
    if (!titles)
        return tr_fail_memory(diag, "the titles of panels");
    titles->joint = joint;
    titles->text = text;
    titles->still = still;
    titles->names = tr_alloc_array(joint->n_runs, sizeof *titles->names);
    titles->notes = tr_alloc_array(joint->n_runs, sizeof *titles->notes);
    titles->note_layers = tr_alloc_array(joint->n_runs, sizeof(cairo_surface_t *));
    if (!titles->names || !titles->notes || !titles->note_layers) {
        tr_panel_titles_destroy(&titles);
        return tr_fail_memory(diag, "the titles of panels");
    }
    *out = titles;
    return TR_OK;
}

static void clear(title_line *line) {
    if (line->layout)
        g_object_unref(line->layout);
}

void tr_panel_titles_destroy(tr_panel_titles **handle) {
    tr_panel_titles *titles = *handle;
    if (!titles)
        return;
    for (size_t i = 0; i < titles->joint->n_runs; i++) {
        if (titles->names)
            clear(&titles->names[i]);
        if (titles->notes)
            clear(&titles->notes[i]);
        if (titles->note_layers)
            cairo_surface_destroy(titles->note_layers[i]);
    }
    for (int i = 0; i < N_LEGEND_ROWS; i++)
        clear(&titles->legend[i]);
    free(titles->names);
    free(titles->notes);
    free(titles->note_layers);
    free(titles);
    *handle = NULL;
}

/* Lays out a line that is made smaller where it is too long, and then loses its middle: its beginning
 * and its end are what tells it from others. */
static tr_status lay_out(const tr_panel_titles *titles, title_line *line, const char *string,
                         double size, double smallest, double width, tr_diag *diag) {
    line->size = size;
    tr_status status = tr_text_layout(titles->text, string, line->size, &line->layout, diag);
    if (status || tr_text_width(line->layout) <= width)
        return status;
    line->size = fmax(size * width / tr_text_width(line->layout), fmin(smallest, size));
    g_object_unref(line->layout);
    status = tr_text_layout(titles->text, string, line->size, &line->layout, diag);
    if (!status && tr_text_width(line->layout) > width) {
        pango_layout_set_ellipsize(line->layout, PANGO_ELLIPSIZE_MIDDLE);
        pango_layout_set_width(line->layout, (int)(width * PANGO_SCALE));
    }
    return status;
}

/* ---- names ---- */

tr_status tr_panel_titles_add_name(tr_panel_titles *titles, size_t run, const tr_style *style,
                                   double center, double baseline, double width, tr_diag *diag) {
    title_line *name = &titles->names[run];
    bool marked = titles->joint->has_joint_panel;
    double size = style->title_size;
    double mark = marked ? (SWATCH_WIDTH + SWATCH_GAP) * size : 0;
    double smallest = fmax(SMALLEST_NAME * size, style->smallest_text);
    titles->line_width = fmax(style->line_width, 2);
    tr_status status =
        lay_out(titles, name, titles->joint->runs[run].label, size, smallest, width - mark, diag);
    if (!status) {
        name->x = center + (mark - tr_text_width(name->layout)) / 2;
        name->y = baseline;
    }
    return status;
}

static void draw_swatch(const tr_panel_titles *titles, size_t run, cairo_t *cr) {
    const title_line *name = &titles->names[run];
    double right = name->x - SWATCH_GAP * name->size;
    double y = round(name->y - 0.35 * name->size);
    tr_set_color(cr, titles->joint->runs[run].color);
    cairo_set_line_width(cr, titles->line_width);
    cairo_move_to(cr, right - SWATCH_WIDTH * name->size, y);
    cairo_line_to(cr, right, y);
    cairo_stroke(cr);
}

static void draw_names(const tr_panel_titles *titles, cairo_t *cr) {
    for (size_t i = 0; i < titles->joint->n_runs; i++) {
        const title_line *name = &titles->names[i];
        if (!name->layout)
            continue;
        if (titles->joint->has_joint_panel)
            draw_swatch(titles, i, cr);
        tr_set_color(cr, titles->joint->runs[i].theme.text);
        tr_text_draw(cr, name->layout, name->x, name->y);
    }
}

/* ---- the legend ---- */

tr_status tr_panel_titles_add_legend(tr_panel_titles *titles, const tr_style *style,
                                     bool data_as_line, double center, double baseline,
                                     double width, tr_diag *diag) {
    const tr_picture *picture = titles->joint->runs[0].picture;
    const char *const labels[N_LEGEND_ROWS] = {picture->data_label, picture->prediction_label};
    double size = style->label_size;
    double handle = 2.1 * size;
    double between = 0;
    double total = 0;
    tr_status status = TR_OK;
    titles->data_as_line = data_as_line;
    titles->line_width = fmax(style->line_width, 2);
    for (int i = 0; !status && i < N_LEGEND_ROWS; i++) {
        title_line *row = &titles->legend[i];
        if (!*labels[i])
            continue;
        row->size = size;
        status = tr_text_layout(titles->text, labels[i], size, &row->layout, diag);
        if (status)
            break;
        row->x = total + between + handle + 0.7 * size;
        row->y = baseline;
        total = row->x + tr_text_width(row->layout);
        between = 2 * size;
    }
    for (int i = 0; i < N_LEGEND_ROWS; i++) {
        titles->legend[i].x += center - total / 2;
        if (total > width && titles->legend[i].layout)
            g_clear_object(&titles->legend[i].layout);
    }
    return status;
}

/* What a prediction looks like; where each has its run's colour, in some of these. */
static void draw_prediction_mark(const tr_panel_titles *titles, cairo_t *cr, double left,
                                 double right, double y) {
    const tr_joint *joint = titles->joint;
    size_t n_colors = joint->n_runs < MOST_MARK_COLORS ? joint->n_runs : MOST_MARK_COLORS;
    double width = (right - left) / (double)n_colors;
    for (size_t i = 0; i < n_colors; i++) {
        size_t run = n_colors > 1 ? i * (joint->n_runs - 1) / (n_colors - 1) : 0;
        tr_set_color(cr, joint->runs[run].theme.prediction);
        cairo_move_to(cr, left + (double)i * width, y);
        cairo_line_to(cr, left + (double)(i + 1) * width, y);
        cairo_stroke(cr);
    }
}

static void draw_legend(const tr_panel_titles *titles, cairo_t *cr) {
    const tr_theme *theme = &titles->joint->runs[0].theme;
    cairo_set_line_width(cr, titles->line_width);
    for (int i = 0; i < N_LEGEND_ROWS; i++) {
        const title_line *row = &titles->legend[i];
        if (!row->layout)
            continue;
        double right = row->x - 0.7 * row->size;
        double left = right - 2.1 * row->size;
        double y = round(row->y - 0.35 * row->size);
        tr_set_color(cr, theme->data);
        if (i > 0) {
            draw_prediction_mark(titles, cr, left, right, y);
        } else if (titles->data_as_line) {
            cairo_move_to(cr, left, y);
            cairo_line_to(cr, right, y);
            cairo_stroke(cr);
        } else {
            cairo_arc(cr, (left + right) / 2, y, 1.3 * titles->line_width, 0, 2 * G_PI);
            cairo_fill(cr);
        }
        tr_set_color(cr, theme->text);
        tr_text_draw(cr, row->layout, row->x, row->y);
    }
}

void tr_panel_titles_draw_background(const tr_panel_titles *titles, cairo_t *cr) {
    draw_names(titles, cr);
    draw_legend(titles, cr);
}

/* ---- notes ---- */

/* The rectangle, in whole pixels, that a note with its background takes. */
static void note_box(const title_line *note, double *x, double *y, double *width, double *height) {
    *x = floor(note->x - 0.3 * note->size);
    *y = floor(note->y - 1.05 * note->size);
    *width = ceil(tr_text_width(note->layout) + 0.6 * note->size) + 1;
    *height = ceil(1.4 * note->size) + 1;
}

static void draw_note(const tr_panel_titles *titles, size_t run, cairo_t *cr) {
    const tr_theme *theme = &titles->joint->runs[run].theme;
    double x, y, width, height;
    note_box(&titles->notes[run], &x, &y, &width, &height);
    cairo_save(cr);
    cairo_rectangle(cr, x, y, width, height);
    cairo_clip(cr);
    tr_set_color(cr, theme->background);
    cairo_paint_with_alpha(cr, NOTE_OPACITY);
    tr_set_color(cr, theme->text);
    tr_text_draw(cr, titles->notes[run].layout, titles->notes[run].x, titles->notes[run].y);
    cairo_restore(cr);
}

/* Draws the note once, to be painted on every frame that shows it. */
static tr_status create_layer(tr_panel_titles *titles, size_t run, tr_diag *diag) {
    double x, y, width, height;
    note_box(&titles->notes[run], &x, &y, &width, &height);
    cairo_surface_t *layer =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    titles->note_layers[run] = layer;
    cairo_t *cr = cairo_create(layer);
    cairo_translate(cr, -x, -y);
    draw_note(titles, run, cr);
    cairo_status_t failure = cairo_status(cr);
    cairo_destroy(cr);
    return failure ? tr_fail_memory(diag, "the titles of panels") : TR_OK;
}

tr_status tr_panel_titles_add_note(tr_panel_titles *titles, size_t run, const tr_style *style,
                                   double left, double bottom, double width, tr_diag *diag) {
    title_line *note = &titles->notes[run];
    double size = fmax(NOTE_SIZE * style->label_size, style->smallest_text);
    char text[64];
    snprintf(text, sizeof text, "diverged at iteration %" PRIu64,
             titles->joint->runs[run].diverged_at);
    tr_status status =
        lay_out(titles, note, text, size, style->smallest_text, width - 1.2 * size, diag);
    if (status)
        return status;
    note->x = left + 0.6 * size;
    note->y = bottom - 0.7 * size;
    return titles->still ? TR_OK : create_layer(titles, run, diag);
}

void tr_panel_titles_draw(const tr_panel_titles *titles, const tr_panel_target *target,
                          const tr_snapshot *snapshot) {
    const tr_joint *joint = titles->joint;
    for (size_t i = 0; i < joint->n_runs; i++) {
        if (!titles->notes[i].layout)
            continue;
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        if (!tr_joint_has_diverged(&joint->runs[i], &state))
            continue;
        double x, y, width, height;
        note_box(&titles->notes[i], &x, &y, &width, &height);
        tr_panel_touch(target, x, y, width - 1, height - 1);
        if (target->canvas) {
            cairo_set_source_surface(target->cr, titles->note_layers[i], x, y);
            cairo_rectangle(target->cr, x, y, width, height);
            cairo_fill(target->cr);
        } else {
            draw_note(titles, i, target->cr);
        }
    }
}
