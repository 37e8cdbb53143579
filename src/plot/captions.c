#include "captions.h"

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

typedef struct caption {
    PangoLayout *layout; /* NULL if there is none */
    double x;            /* left end of its baseline */
    double y;
    double size; /* pixels an em */
} caption;

struct tr_captions {
    const tr_joint *joint;
    tr_text *text;
    bool still;
    double line_width; /* of marks */
    caption *names;    /* [n_runs] each */
    caption *notes;
    cairo_surface_t **note_layers; /* of frames: the notes with what is behind them */
    caption legend[N_LEGEND_ROWS];
    bool data_as_line;
};

tr_status tr_captions_create(tr_captions **out, const tr_joint *joint, tr_text *text, bool still,
                             tr_diag *diag) {
    *out = NULL;
    tr_captions *captions = tr_alloc_array(1, sizeof *captions);
    if (!captions)
        return tr_fail_memory(diag, "the captions");
    captions->joint = joint;
    captions->text = text;
    captions->still = still;
    captions->names = tr_alloc_array(joint->n_runs, sizeof *captions->names);
    captions->notes = tr_alloc_array(joint->n_runs, sizeof *captions->notes);
    captions->note_layers = tr_alloc_array(joint->n_runs, sizeof(cairo_surface_t *));
    if (!captions->names || !captions->notes || !captions->note_layers) {
        tr_captions_destroy(&captions);
        return tr_fail_memory(diag, "the captions");
    }
    *out = captions;
    return TR_OK;
}

static void clear(caption *line) {
    if (line->layout)
        g_object_unref(line->layout);
}

void tr_captions_destroy(tr_captions **handle) {
    tr_captions *captions = *handle;
    if (!captions)
        return;
    for (size_t i = 0; i < captions->joint->n_runs; i++) {
        if (captions->names)
            clear(&captions->names[i]);
        if (captions->notes)
            clear(&captions->notes[i]);
        if (captions->note_layers)
            cairo_surface_destroy(captions->note_layers[i]);
    }
    for (int i = 0; i < N_LEGEND_ROWS; i++)
        clear(&captions->legend[i]);
    free(captions->names);
    free(captions->notes);
    free(captions->note_layers);
    free(captions);
    *handle = NULL;
}

/* Lays out a line that is made smaller where it is too long, and then loses its middle: its beginning
 * and its end are what tells it from others. */
static tr_status lay_out(const tr_captions *captions, caption *line, const char *string,
                         double size, double smallest, double width, tr_diag *diag) {
    line->size = size;
    tr_status status = tr_text_layout(captions->text, string, line->size, &line->layout, diag);
    if (status || tr_text_width(line->layout) <= width)
        return status;
    line->size = fmax(size * width / tr_text_width(line->layout), fmin(smallest, size));
    g_object_unref(line->layout);
    status = tr_text_layout(captions->text, string, line->size, &line->layout, diag);
    if (!status && tr_text_width(line->layout) > width) {
        pango_layout_set_ellipsize(line->layout, PANGO_ELLIPSIZE_MIDDLE);
        pango_layout_set_width(line->layout, (int)(width * PANGO_SCALE));
    }
    return status;
}

/* ---- names ---- */

tr_status tr_captions_add_name(tr_captions *captions, size_t run, const tr_style *style,
                               double center, double baseline, double width, tr_diag *diag) {
    caption *name = &captions->names[run];
    bool marked = captions->joint->has_joint_panel;
    double size = style->title_size;
    double mark = marked ? (SWATCH_WIDTH + SWATCH_GAP) * size : 0;
    double smallest = fmax(SMALLEST_NAME * size, style->smallest_text);
    captions->line_width = fmax(style->line_width, 2);
    tr_status status = lay_out(captions, name, captions->joint->runs[run].label, size, smallest,
                               width - mark, diag);
    if (!status) {
        name->x = center + (mark - tr_text_width(name->layout)) / 2;
        name->y = baseline;
    }
    return status;
}

static void draw_swatch(const tr_captions *captions, size_t run, cairo_t *cr) {
    const caption *name = &captions->names[run];
    double right = name->x - SWATCH_GAP * name->size;
    double y = round(name->y - 0.35 * name->size);
    tr_set_color(cr, captions->joint->runs[run].color);
    cairo_set_line_width(cr, captions->line_width);
    cairo_move_to(cr, right - SWATCH_WIDTH * name->size, y);
    cairo_line_to(cr, right, y);
    cairo_stroke(cr);
}

static void draw_names(const tr_captions *captions, cairo_t *cr) {
    for (size_t i = 0; i < captions->joint->n_runs; i++) {
        const caption *name = &captions->names[i];
        if (!name->layout)
            continue;
        if (captions->joint->has_joint_panel)
            draw_swatch(captions, i, cr);
        tr_set_color(cr, captions->joint->runs[i].theme.text);
        tr_text_draw(cr, name->layout, name->x, name->y);
    }
}

/* ---- the legend ---- */

tr_status tr_captions_add_legend(tr_captions *captions, const tr_style *style, bool data_as_line,
                                 double center, double baseline, double width, tr_diag *diag) {
    const tr_picture *picture = captions->joint->runs[0].picture;
    const char *const labels[N_LEGEND_ROWS] = {picture->data_label, picture->prediction_label};
    double size = style->label_size;
    double handle = 2.1 * size;
    double between = 0;
    double total = 0;
    tr_status status = TR_OK;
    captions->data_as_line = data_as_line;
    captions->line_width = fmax(style->line_width, 2);
    for (int i = 0; !status && i < N_LEGEND_ROWS; i++) {
        caption *row = &captions->legend[i];
        if (!*labels[i])
            continue;
        row->size = size;
        status = tr_text_layout(captions->text, labels[i], size, &row->layout, diag);
        if (status)
            break;
        row->x = total + between + handle + 0.7 * size;
        row->y = baseline;
        total = row->x + tr_text_width(row->layout);
        between = 2 * size;
    }
    for (int i = 0; i < N_LEGEND_ROWS; i++) {
        captions->legend[i].x += center - total / 2;
        if (total > width && captions->legend[i].layout)
            g_clear_object(&captions->legend[i].layout);
    }
    return status;
}

/* What a prediction looks like; where each has its run's colour, in some of these. */
static void draw_prediction_mark(const tr_captions *captions, cairo_t *cr, double left,
                                 double right, double y) {
    const tr_joint *joint = captions->joint;
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

static void draw_legend(const tr_captions *captions, cairo_t *cr) {
    const tr_theme *theme = &captions->joint->runs[0].theme;
    cairo_set_line_width(cr, captions->line_width);
    for (int i = 0; i < N_LEGEND_ROWS; i++) {
        const caption *row = &captions->legend[i];
        if (!row->layout)
            continue;
        double right = row->x - 0.7 * row->size;
        double left = right - 2.1 * row->size;
        double y = round(row->y - 0.35 * row->size);
        tr_set_color(cr, theme->data);
        if (i > 0) {
            draw_prediction_mark(captions, cr, left, right, y);
        } else if (captions->data_as_line) {
            cairo_move_to(cr, left, y);
            cairo_line_to(cr, right, y);
            cairo_stroke(cr);
        } else {
            cairo_arc(cr, (left + right) / 2, y, 1.3 * captions->line_width, 0, 2 * G_PI);
            cairo_fill(cr);
        }
        tr_set_color(cr, theme->text);
        tr_text_draw(cr, row->layout, row->x, row->y);
    }
}

void tr_captions_draw_background(const tr_captions *captions, cairo_t *cr) {
    draw_names(captions, cr);
    draw_legend(captions, cr);
}

/* ---- notes ---- */

/* The rectangle, in whole pixels, that a note with its background takes. */
static void note_box(const caption *note, double *x, double *y, double *width, double *height) {
    *x = floor(note->x - 0.3 * note->size);
    *y = floor(note->y - 1.05 * note->size);
    *width = ceil(tr_text_width(note->layout) + 0.6 * note->size) + 1;
    *height = ceil(1.4 * note->size) + 1;
}

static void draw_note(const tr_captions *captions, size_t run, cairo_t *cr) {
    const tr_theme *theme = &captions->joint->runs[run].theme;
    double x, y, width, height;
    note_box(&captions->notes[run], &x, &y, &width, &height);
    cairo_save(cr);
    cairo_rectangle(cr, x, y, width, height);
    cairo_clip(cr);
    tr_set_color(cr, theme->background);
    cairo_paint_with_alpha(cr, NOTE_OPACITY);
    tr_set_color(cr, theme->text);
    tr_text_draw(cr, captions->notes[run].layout, captions->notes[run].x, captions->notes[run].y);
    cairo_restore(cr);
}

/* Draws the note once, to be painted on every frame that shows it. */
static tr_status create_layer(tr_captions *captions, size_t run, tr_diag *diag) {
    double x, y, width, height;
    note_box(&captions->notes[run], &x, &y, &width, &height);
    cairo_surface_t *layer =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    captions->note_layers[run] = layer;
    cairo_t *cr = cairo_create(layer);
    cairo_translate(cr, -x, -y);
    draw_note(captions, run, cr);
    cairo_status_t failure = cairo_status(cr);
    cairo_destroy(cr);
    return failure ? tr_fail_memory(diag, "the captions") : TR_OK;
}

tr_status tr_captions_add_note(tr_captions *captions, size_t run, const tr_style *style,
                               double left, double bottom, double width, tr_diag *diag) {
    caption *note = &captions->notes[run];
    double size = fmax(NOTE_SIZE * style->label_size, style->smallest_text);
    char text[64];
    snprintf(text, sizeof text, "diverged at iteration %" PRIu64,
             captions->joint->runs[run].diverged_at);
    tr_status status =
        lay_out(captions, note, text, size, style->smallest_text, width - 1.2 * size, diag);
    if (status)
        return status;
    note->x = left + 0.6 * size;
    note->y = bottom - 0.7 * size;
    return captions->still ? TR_OK : create_layer(captions, run, diag);
}

void tr_captions_draw(const tr_captions *captions, const tr_panel_target *target,
                      const tr_snapshot *snapshot) {
    const tr_joint *joint = captions->joint;
    for (size_t i = 0; i < joint->n_runs; i++) {
        if (!captions->notes[i].layout)
            continue;
        const tr_snapshot state = tr_joint_unpack(joint, i, snapshot);
        if (!tr_joint_has_diverged(&joint->runs[i], &state))
            continue;
        double x, y, width, height;
        note_box(&captions->notes[i], &x, &y, &width, &height);
        tr_panel_touch(target, x, y, width - 1, height - 1);
        if (target->canvas) {
            cairo_set_source_surface(target->cr, captions->note_layers[i], x, y);
            cairo_rectangle(target->cr, x, y, width, height);
            cairo_fill(target->cr);
        } else {
            draw_note(captions, i, target->cr);
        }
    }
}
