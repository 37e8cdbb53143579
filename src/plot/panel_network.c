/* The panel "network": the layers of a net as columns of units, and its weights as lines.
 *
 * A line is as wide as |w| / (|w| + 1) of the widest, so that a video needs no scale of its own and a
 * weight of 1 has half the width; its colour is the weight's sign. A unit is filled by its bias in the
 * same way. Of a layer with more units than fit, the first ones are drawn, an ellipsis, and the last. */
#include "alloc.h"
#include "diag.h"
#include "panel.h"
#include "symbol.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDEST_LINE 2.2    /* in line widths of the style */
#define THINNEST_LINE 0.15 /* of the widest; the line of a weight of 0 */
#define PALEST_LINE 0.25   /* opacity of the line of a weight of 0 */
#define LARGEST_RADIUS 1.1 /* in ems of the labels, as is the next */
#define SPARSEST_ROWS 4.5
#define STRONGEST_FILL 0.8 /* opacity of a huge bias */

enum { MAX_ROWS = 32, TEXT_SIZE = 64, MAX_CAPTION = 4, SMALLEST_GAP = 5 /* pixels */ };

/* A layer's units, or the inputs. */
typedef struct column {
    double x;
    size_t n_units;
    double spacing; /* from row to row */
    int n_shown;    /* rows, of which one is an ellipsis if there are fewer than units */
    char label[TEXT_SIZE];
    tr_symbol symbol; /* the label, if there is room for all of them */
} column;

typedef struct network_panel {
    tr_panel panel;
    tr_panel_setting setting;
    size_t n_columns;
    column *columns;
    double radius;
    double middle; /* y of the middle row */
    double top;    /* what the units and lines may reach */
    double bottom;
    double left;
    double right;
    double labels_y; /* baselines */
    double legend_y;
    bool has_names; /* of inputs and outputs */
    bool has_labels;
    int legend; /* how much of the legend fits: 0 is nothing */
} network_panel;

static void destroy_network(tr_panel *panel) {
    network_panel *network = (network_panel *)panel;
    if (!network)
        return;
    for (size_t i = 0; network->columns && i < network->n_columns; i++)
        tr_symbol_clear(&network->columns[i].symbol);
    free(network->columns);
    free(network);
}

/* The unit that a row shows; n_units for the ellipsis. */
static size_t unit_of_row(const column *at, int row) {
    if ((size_t)at->n_shown == at->n_units || row < at->n_shown - 2)
        return (size_t)row;
    return row == at->n_shown - 1 ? at->n_units - 1 : at->n_units;
}

static double row_y(const network_panel *network, const column *at, int row) {
    return network->middle + (row - (at->n_shown - 1) / 2.0) * at->spacing;
}

static void describe_columns(network_panel *network) {
    const tr_network *net = network->setting.source->network;
    network->columns[0].n_units = tr_network_n_inputs(net);
    snprintf(network->columns[0].label, TEXT_SIZE, "input");
    for (size_t i = 1; i < network->n_columns; i++) {
        const tr_layer_view *layer = tr_network_layer(net, i - 1);
        column *at = &network->columns[i];
        at->n_units = layer->n_units;
        snprintf(at->label, TEXT_SIZE, "%zu %s", layer->n_units,
                 tr_activation_name(layer->activation));
    }
}

/* Chooses how many rows there are, and how large units are. */
static void lay_out_rows(network_panel *network, double height, double gap) {
    double size = network->setting.style.label_size;
    int fitting = (int)(height / (1.9 * size));
    fitting = fitting < 3 ? 3 : fitting > MAX_ROWS ? MAX_ROWS : fitting;
    int most = 1;
    for (size_t i = 0; i < network->n_columns; i++) {
        column *at = &network->columns[i];
        at->n_shown = at->n_units <= (size_t)fitting ? (int)at->n_units : fitting;
        most = at->n_shown > most ? at->n_shown : most;
    }
    for (size_t i = 0; i < network->n_columns; i++)
        network->columns[i].spacing =
            fmin(height / network->columns[i].n_shown, SPARSEST_ROWS * size);
    network->radius = fmin(fmin(0.36 * height / most, LARGEST_RADIUS * size), 0.2 * gap);
}

/* Names of an input or output: "a", or "a_2" if there are several. */
static void unit_name(char *name, const char *letter, size_t n_units, size_t unit) {
    if (n_units == 1)
        snprintf(name, TEXT_SIZE, "%s", letter);
    else
        snprintf(name, TEXT_SIZE, "%s_{%zu}", letter, unit + 1);
}

/* The room that the names of inputs or outputs take beside their column. */
static tr_status name_width(network_panel *network, const char *letter, size_t n_units,
                            double *width, tr_diag *diag) {
    char name[TEXT_SIZE];
    tr_symbol symbol;
    double size = network->setting.style.label_size;
    unit_name(name, letter, n_units, n_units - 1);
    tr_status status = tr_symbol_create(&symbol, network->setting.text, name, size, diag);
    *width = symbol.width + 0.7 * size;
    tr_symbol_clear(&symbol);
    return status;
}

/* Captions are drawn if each has room below its own column. */
static tr_status lay_out_labels(network_panel *network, tr_diag *diag) {
    const tr_panel_setting *setting = &network->setting;
    double size = setting->style.label_size;
    double previous = setting->x - size;
    network->has_labels = setting->height > 10 * size;
    for (size_t i = 0; i < network->n_columns; i++) {
        column *at = &network->columns[i];
        tr_status status = tr_symbol_create(&at->symbol, setting->text, at->label, size, diag);
        if (status)
            return status;
        double left = at->x - at->symbol.width / 2;
        if (left < previous + 0.8 * size || left + at->symbol.width > setting->x + setting->width)
            network->has_labels = false;
        previous = left + at->symbol.width;
    }
    return TR_OK;
}

/* A piece of the legend: a line of that sign, or 0 for text alone. */
typedef struct legend_part {
    int sign;
    const char *text;
} legend_part;

static const legend_part legend_parts[MAX_CAPTION] = {
    {1, "w > 0"}, {-1, "w < 0"}, {0, "width: |w|"}, {0, "fill: bias"}};

/* How wide a part is with its line and the space after it. */
static tr_status legend_part_width(network_panel *network, int part, tr_symbol *symbol,
                                   double *width, tr_diag *diag) {
    double size = network->setting.style.label_size;
    tr_status status =
        tr_symbol_create(symbol, network->setting.text, legend_parts[part].text, size, diag);
    *width = symbol->width + (legend_parts[part].sign ? 2.4 * size : 0) + 1.2 * size;
    return status;
}

/* As many parts as fit, but either sign only with the other. */
static tr_status lay_out_legend(network_panel *network, tr_diag *diag) {
    const tr_panel_setting *setting = &network->setting;
    double total = -1.2 * setting->style.label_size;
    network->legend = 0;
    for (int part = 0; part < MAX_CAPTION; part++) {
        tr_symbol symbol;
        double width;
        tr_status status = legend_part_width(network, part, &symbol, &width, diag);
        tr_symbol_clear(&symbol);
        if (status)
            return status;
        total += width;
        if (total > setting->width)
            break;
        network->legend = part + 1;
    }
    if (network->legend == 1 || setting->height < 7 * setting->style.label_size)
        network->legend = 0;
    return TR_OK;
}

static tr_status lay_out_network(network_panel *network, tr_diag *diag) {
    const tr_panel_setting *setting = &network->setting;
    double size = setting->style.label_size;
    double line = 1.5 * size;
    double before, after;
    describe_columns(network);
    column *last = &network->columns[network->n_columns - 1];
    tr_status status = name_width(network, "a", network->columns[0].n_units, &before, diag);
    if (!status)
        status = name_width(network, "b", last->n_units, &after, diag);
    if (!status)
        status = lay_out_legend(network, diag);
    if (status)
        return status;
    double bottom = setting->y + setting->height;
    network->legend_y = bottom - 0.3 * size;
    bottom -= network->legend ? line : 0;
    network->labels_y = bottom - 0.3 * size;
    double intervals = (double)(network->n_columns - 1);
    double radius = fmin(LARGEST_RADIUS * size, 0.1 * setting->width / intervals);
    network->has_names = before + after < 0.3 * setting->width;
    double left = setting->x + radius + (network->has_names ? before : 1);
    double right = setting->x + setting->width - radius - (network->has_names ? after : 1);
    for (size_t i = 0; i < network->n_columns; i++)
        network->columns[i].x = left + (right - left) * (double)i / intervals;
    status = lay_out_labels(network, diag);
    bottom -= network->has_labels ? line : 0;
    network->top = setting->y;
    network->bottom = bottom;
    network->left = left - radius - 2;
    network->right = right + radius + 2;
    network->middle = (setting->y + bottom) / 2;
    lay_out_rows(network, bottom - setting->y, (right - left) / intervals);
    if (!status && (right - left) / intervals < SMALLEST_GAP)
        status =
            tr_fail(diag, TR_ERROR_ARGUMENT, "the picture is too small for a net of %zu layers",
                    network->n_columns - 1);
    return status;
}

static tr_status create_network(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    network_panel *network = tr_alloc_array(1, sizeof *network);
    if (!network)
        return tr_fail_memory(diag, "the picture");
    network->setting = *setting;
    network->n_columns = tr_network_n_layers(setting->source->network) + 1;
    network->columns = tr_alloc_array(network->n_columns, sizeof *network->columns);
    tr_status status =
        network->columns ? lay_out_network(network, diag) : tr_fail_memory(diag, "the picture");
    if (status)
        destroy_network(&network->panel);
    else
        *out = &network->panel;
    return status;
}

static void set_sign_color(cairo_t *cr, const tr_theme *theme, double sign, double opacity) {
    tr_color color = sign < 0 ? theme->negative : theme->positive;
    cairo_set_source_rgba(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                          (color & 0xFF) / 255.0, opacity);
}

/* Names beside a column of inputs or outputs, at their units. */
static tr_status draw_names(network_panel *network, const column *at, const char *letter, int side,
                            cairo_t *cr, tr_diag *diag) {
    double size = network->setting.style.label_size;
    double away = network->radius + 0.4 * size;
    for (int row = 0; row < at->n_shown; row++) {
        char name[TEXT_SIZE];
        tr_symbol symbol;
        size_t unit = unit_of_row(at, row);
        if (unit == at->n_units)
            continue;
        unit_name(name, letter, at->n_units, unit);
        tr_status status = tr_symbol_create(&symbol, network->setting.text, name, size, diag);
        if (!status)
            tr_symbol_draw(&symbol, cr, at->x + (side < 0 ? -away - symbol.width : away),
                           row_y(network, at, row) + 0.3 * size);
        tr_symbol_clear(&symbol);
        if (status)
            return status;
    }
    return TR_OK;
}

static tr_status draw_legend(network_panel *network, cairo_t *cr, tr_diag *diag) {
    const tr_panel_setting *setting = &network->setting;
    const tr_theme *theme = &setting->source->theme;
    double size = setting->style.label_size;
    double widths[MAX_CAPTION];
    double total = -1.2 * size;
    tr_symbol symbols[MAX_CAPTION] = {0};
    tr_status status = TR_OK;
    for (int part = 0; !status && part < network->legend; part++) {
        status = legend_part_width(network, part, &symbols[part], &widths[part], diag);
        total += widths[part];
    }
    double x = setting->x + (setting->width - total) / 2;
    for (int part = 0; part < network->legend; part++) {
        int sign = legend_parts[part].sign;
        if (!status && sign) {
            set_sign_color(cr, theme, sign, 1);
            cairo_set_line_width(cr, setting->style.line_width);
            cairo_move_to(cr, x, network->legend_y - 0.36 * size);
            cairo_line_to(cr, x + 1.8 * size, network->legend_y - 0.36 * size);
            cairo_stroke(cr);
        }
        tr_set_color(cr, theme->text);
        if (!status) {
            tr_symbol_draw(&symbols[part], cr, x + (sign ? 2.4 * size : 0), network->legend_y);
            x += widths[part];
        }
        tr_symbol_clear(&symbols[part]);
    }
    return status;
}

static tr_status draw_network_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    network_panel *network = (network_panel *)panel;
    tr_set_color(cr, network->setting.source->theme.text);
    for (size_t i = 0; network->has_labels && i < network->n_columns; i++) {
        const column *at = &network->columns[i];
        tr_symbol_draw(&at->symbol, cr, at->x - at->symbol.width / 2, network->labels_y);
    }
    const column *last = &network->columns[network->n_columns - 1];
    tr_status status = TR_OK;
    if (network->has_names)
        status = draw_names(network, &network->columns[0], "a", -1, cr, diag);
    if (!status && network->has_names)
        status = draw_names(network, last, "b", 1, cr, diag);
    if (!status)
        status = draw_legend(network, cr, diag);
    return status;
}

/* From 0 for nothing towards 1. */
static double strength(double value) {
    double size = fabs(value);
    return isfinite(size) ? size / (size + 1) : 1;
}

static void draw_weight(const network_panel *network, cairo_t *cr, const column *from, int from_row,
                        const column *to, int to_row, double weight) {
    if (isnan(weight))
        return;
    double share = strength(weight);
    double widest = WIDEST_LINE * network->setting.style.line_width;
    set_sign_color(cr, &network->setting.source->theme, weight,
                   PALEST_LINE + (1 - PALEST_LINE) * share);
    cairo_set_line_width(cr, widest * (THINNEST_LINE + (1 - THINNEST_LINE) * share));
    cairo_move_to(cr, from->x, row_y(network, from, from_row));
    cairo_line_to(cr, to->x, row_y(network, to, to_row));
    cairo_stroke(cr);
}

static void draw_weights(const network_panel *network, cairo_t *cr, size_t layer_index,
                         const float *params) {
    const tr_layer_view *layer = tr_network_layer(network->setting.source->network, layer_index);
    const column *from = &network->columns[layer_index];
    const column *to = &network->columns[layer_index + 1];
    for (int i = 0; i < from->n_shown; i++)
        for (int j = 0; j < to->n_shown; j++) {
            size_t input = unit_of_row(from, i), unit = unit_of_row(to, j);
            if (input < from->n_units && unit < to->n_units)
                draw_weight(network, cr, from, i, to, j,
                            (double)params[layer->weights + input * layer->n_units + unit]);
        }
}

static void draw_ellipsis(const network_panel *network, cairo_t *cr, const column *at, double y) {
    double dot = fmax(0.09 * at->spacing, 0.8);
    tr_set_color(cr, network->setting.source->theme.text);
    for (int i = -1; i <= 1; i++) {
        cairo_arc(cr, at->x, y + i * 0.27 * at->spacing, dot, 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

/* A unit filled by its bias; inputs have none. */
static void draw_unit(const network_panel *network, cairo_t *cr, double x, double y, double bias) {
    const tr_theme *theme = &network->setting.source->theme;
    cairo_new_path(cr);
    cairo_arc(cr, x, y, network->radius, 0, 2 * G_PI);
    tr_set_color(cr, theme->background);
    cairo_fill_preserve(cr);
    if (!isnan(bias)) {
        set_sign_color(cr, theme, bias, STRONGEST_FILL * strength(bias));
        cairo_fill_preserve(cr);
    }
    tr_set_color(cr, theme->text);
    cairo_set_line_width(cr, fmax(0.6 * network->setting.style.line_width, 1));
    cairo_stroke(cr);
}

static void draw_units(const network_panel *network, cairo_t *cr, size_t index,
                       const float *params) {
    const column *at = &network->columns[index];
    const tr_network *net = network->setting.source->network;
    for (int row = 0; row < at->n_shown; row++) {
        size_t unit = unit_of_row(at, row);
        double y = row_y(network, at, row);
        if (unit == at->n_units)
            draw_ellipsis(network, cr, at, y);
        else
            draw_unit(network, cr, at->x, y,
                      index ? (double)params[tr_network_layer(net, index - 1)->bias + unit] : NAN);
    }
}

static tr_status draw_network(tr_panel *panel, const tr_panel_target *target,
                              const tr_snapshot *snapshot, tr_diag *diag) {
    const network_panel *network = (const network_panel *)panel;
    cairo_t *cr = target->cr;
    (void)diag;
    tr_panel_touch(target, network->left, network->top, network->right - network->left,
                   network->bottom - network->top);
    cairo_save(cr);
    cairo_new_path(cr);
    for (size_t i = 0; i + 1 < network->n_columns; i++)
        draw_weights(network, cr, i, snapshot->params);
    for (size_t i = 0; i < network->n_columns; i++)
        draw_units(network, cr, i, snapshot->params);
    cairo_restore(cr);
    return TR_OK;
}

const tr_panel_ops tr_panel_network = {
    .still_title = "",
    .create = create_network,
    .destroy = destroy_network,
    .draw_background = draw_network_background,
    .draw = draw_network,
};
