#include "counter.h"

#include "alloc.h"
#include "diag.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TEXT = 512,  /* bytes of the line with its numbers */
    MAX_DIGITS = 64, /* in all numbers together */
    PHASES = 4       /* a digit is drawn at the nearest quarter of a pixel */
};

typedef struct digit_mask {
    uint8_t *alpha;
    int width;
    int height;
    int left; /* from the origin of the glyph to the mask */
    int top;
} digit_mask;

typedef struct digit {
    int byte; /* where it stands in the line */
    double x; /* of its origin */
} digit;

struct tr_counter {
    tr_text *text;
    char *format;
    tr_counter_place place;
    char line[MAX_TEXT];  /* with the numbers of the snapshot at hand */
    char shape[MAX_TEXT]; /* with 0 for every digit of a number; empty before the first frame */
    digit digits[MAX_DIGITS];
    int n_digits;
    double mask_size; /* pixels an em that the masks were drawn at */
    digit_mask masks[10][PHASES];
    double drawn_x; /* what of the background the line now takes */
    double drawn_width;
};

static const char *find_value(const char *field, size_t length, const tr_snapshot *snapshot,
                              uint64_t *value) {
    const struct {
        const char *name;
        uint64_t value;
    } fields[] = {{"iteration", snapshot->iteration},
                  {"epoch", snapshot->epoch},
                  {"samples", snapshot->samples_seen}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strlen(fields[i].name) == length && !strncmp(fields[i].name, field, length)) {
            *value = fields[i].value;
            return fields[i].name;
        }
    return NULL;
}

/* Writes the line for `snapshot`, and where the digits of its numbers are. */
static tr_status compose(tr_counter *counter, const tr_snapshot *snapshot, tr_diag *diag) {
    const char *format = counter->format;
    size_t length = 0;
    counter->n_digits = 0;
    for (const char *at = format; *at && length + 24 < MAX_TEXT;) {
        if ((at[0] == '{' || at[0] == '}') && at[1] == at[0]) {
            counter->line[length++] = *at;
            at += 2;
        } else if (*at == '{') {
            const char *end = strchr(at, '}');
            uint64_t value;
            if (!end || !find_value(at + 1, (size_t)(end - at - 1), snapshot, &value))
                return tr_fail(diag, TR_ERROR_ARGUMENT,
                               "the title \"%.80s\" has an unknown field at \"%.20s\": there are "
                               "{iteration}, {epoch} and {samples}; write {{ for a brace",
                               format, at);
            int n_digits = snprintf(counter->line + length, MAX_TEXT - length, "%" PRIu64, value);
            for (int i = 0; i < n_digits && counter->n_digits < MAX_DIGITS; i++)
                counter->digits[counter->n_digits++].byte = (int)length + i;
            length += (size_t)n_digits;
            at = end + 1;
        } else if (*at == '}') {
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "the title \"%.80s\" has a } without a {; write }} for a brace", format);
        } else {
            counter->line[length++] = *at++;
        }
    }
    counter->line[length] = '\0';
    return TR_OK;
}

tr_status tr_counter_create(tr_counter **out, tr_text *text, const char *format,
                            const tr_counter_place *place, tr_diag *diag) {
    *out = NULL;
    if (strlen(format) > MAX_TEXT / 2)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the title is longer than %d bytes", MAX_TEXT / 2);
    tr_counter *counter = tr_alloc_array(1, sizeof *counter);
    if (!counter)
        return tr_fail_memory(diag, "the title");
    counter->text = text;
    counter->place = *place;
    counter->format = strdup(format);
    tr_status status = TR_OK;
    if (!counter->format)
        status = tr_fail_memory(diag, "the title");
    if (!status)
        status = compose(counter, &(tr_snapshot){.iteration = 0}, diag);
    if (status)
        tr_counter_destroy(&counter);
    *out = counter;
    return status;
}

static void free_masks(tr_counter *counter) {
    for (int value = 0; value < 10; value++)
        for (int phase = 0; phase < PHASES; phase++)
            free(counter->masks[value][phase].alpha);
    memset(counter->masks, 0, sizeof counter->masks);
}

void tr_counter_destroy(tr_counter **handle) {
    tr_counter *counter = *handle;
    if (!counter)
        return;
    free_masks(counter);
    free(counter->format);
    free(counter);
    *handle = NULL;
}

static tr_status draw_mask(PangoLayout *layout, double shift, digit_mask *mask, tr_diag *diag) {
    PangoRectangle ink;
    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), &ink, NULL);
    mask->left = (int)floor((double)ink.x / PANGO_SCALE + shift) - 1;
    mask->top = (int)floor((double)ink.y / PANGO_SCALE) - 1;
    mask->width = (int)ceil((double)ink.width / PANGO_SCALE) + 3;
    mask->height = (int)ceil((double)ink.height / PANGO_SCALE) + 3;
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_A8, mask->width, mask->height);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgba(cr, 0, 0, 0, 1);
    tr_text_draw(cr, layout, shift - mask->left, -mask->top);
    cairo_status_t failure = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    mask->alpha = malloc((size_t)mask->width * (size_t)mask->height);
    const uint8_t *pixels = cairo_image_surface_get_data(surface);
    if (!failure && mask->alpha)
        for (int row = 0; row < mask->height; row++)
            memcpy(mask->alpha + row * mask->width,
                   pixels + row * cairo_image_surface_get_stride(surface), (size_t)mask->width);
    cairo_surface_destroy(surface);
    return failure || !mask->alpha ? tr_fail_memory(diag, "the digits") : TR_OK;
}

static tr_status draw_masks(tr_counter *counter, double size, tr_diag *diag) {
    if (counter->mask_size == size)
        return TR_OK;
    free_masks(counter);
    counter->mask_size = size;
    for (int value = 0; value < 10; value++) {
        PangoLayout *layout;
        tr_status status =
            tr_text_layout(counter->text, (char[]){(char)('0' + value), '\0'}, size, &layout, diag);
        for (int phase = 0; !status && phase < PHASES; phase++)
            status = draw_mask(layout, (double)phase / PHASES, &counter->masks[value][phase], diag);
        if (layout)
            g_object_unref(layout);
        if (status)
            return status;
    }
    return TR_OK;
}

/* Makes every digit of a number a blank as wide as a 0, so that the line is drawn without them. */
static tr_status blank_digits(tr_counter *counter, PangoLayout *line, double size, tr_diag *diag) {
    PangoLayout *zero;
    tr_status status = tr_text_layout(counter->text, "0", size, &zero, diag);
    if (status)
        return status;
    PangoRectangle cell;
    pango_layout_line_get_extents(pango_layout_get_line_readonly(zero, 0), NULL, &cell);
    g_object_unref(zero);
    PangoAttrList *blanks = pango_attr_list_new();
    for (int i = 0; i < counter->n_digits; i++) {
        PangoAttribute *blank = pango_attr_shape_new(&cell, &cell);
        blank->start_index = (guint)counter->digits[i].byte;
        blank->end_index = blank->start_index + 1;
        pango_attr_list_insert(blanks, blank);
    }
    pango_layout_set_attributes(line, blanks);
    pango_attr_list_unref(blanks);
    return TR_OK;
}

static void draw_line(tr_counter *counter, tr_canvas *canvas, PangoLayout *layout) {
    const tr_counter_place *place = &counter->place;
    cairo_t *cr = tr_canvas_background(canvas);
    double width = tr_text_width(layout);
    double x = place->center - width / 2;
    double top = floor(place->baseline - 1.2 * place->size);
    double height = ceil(1.6 * place->size);
    /* the line before this one may have been wider */
    double left = floor(fmin(x, counter->drawn_width > 0 ? counter->drawn_x : x)) - 1;
    double right = ceil(fmax(x + width, counter->drawn_x + counter->drawn_width)) + 1;
    tr_set_color(cr, place->background);
    cairo_rectangle(cr, left, top, right - left, height);
    cairo_fill(cr);
    tr_set_color(cr, place->color);
    tr_text_draw(cr, layout, x, place->baseline);
    tr_canvas_background_changed(canvas, left, top, right - left, height);
    counter->drawn_x = x;
    counter->drawn_width = width;
    for (int i = 0; i < counter->n_digits; i++) {
        PangoRectangle cell;
        pango_layout_index_to_pos(layout, counter->digits[i].byte, &cell);
        int leftmost = cell.width < 0 ? cell.x + cell.width : cell.x;
        counter->digits[i].x = x + (double)leftmost / PANGO_SCALE;
    }
}

tr_status tr_counter_prepare(tr_counter *counter, tr_canvas *canvas, const tr_snapshot *snapshot,
                             tr_diag *diag) {
    char shape[MAX_TEXT];
    tr_status status = compose(counter, snapshot, diag);
    if (status)
        return status;
    memcpy(shape, counter->line, sizeof shape);
    for (int i = 0; i < counter->n_digits; i++)
        shape[counter->digits[i].byte] = '0';
    if (counter->mask_size > 0 && !strcmp(shape, counter->shape))
        return TR_OK;

    PangoLayout *layout;
    double size = counter->place.size;
    /* A title that had room at first is not refused for another digit. */
    double smallest = counter->mask_size > 0 ? 0 : counter->place.smallest_size;
    status = tr_text_fit(counter->text, shape, "title", &size, smallest, counter->place.width,
                         &layout, diag);
    if (status)
        return status;
    status = blank_digits(counter, layout, size, diag);
    if (!status)
        status = draw_masks(counter, size, diag);
    if (!status) {
        draw_line(counter, canvas, layout);
        memcpy(counter->shape, shape, sizeof shape);
    }
    g_object_unref(layout);
    return status;
}

void tr_counter_draw(tr_counter *counter, tr_canvas *canvas) {
    for (int i = 0; i < counter->n_digits; i++) {
        double x = floor(counter->digits[i].x * PHASES + 0.5) / PHASES;
        int phase = (int)((x - floor(x)) * PHASES);
        int value = counter->line[counter->digits[i].byte] - '0';
        const digit_mask *mask = &counter->masks[value][phase];
        int left = (int)floor(x) + mask->left;
        int top = (int)round(counter->place.baseline) + mask->top;
        tr_canvas_touch(canvas, left, top, mask->width, mask->height);
        tr_canvas_blend(canvas, mask->alpha, mask->width, mask->height, left, top,
                        (uint32_t)counter->place.color);
    }
}

tr_status tr_counter_draw_still(tr_counter *counter, cairo_t *cr, const tr_snapshot *snapshot,
                                tr_diag *diag) {
    const tr_counter_place *place = &counter->place;
    double size = place->size;
    PangoLayout *layout;
    tr_status status = compose(counter, snapshot, diag);
    if (!status)
        status = tr_text_fit(counter->text, counter->line, "title", &size, place->smallest_size,
                             place->width, &layout, diag);
    if (status)
        return status;
    tr_set_color(cr, place->color);
    tr_text_draw(cr, layout, place->center - tr_text_width(layout) / 2, place->baseline);
    g_object_unref(layout);
    return TR_OK;
}

const char *tr_counter_line(const tr_counter *counter) {
    return counter->line;
}
