/* The panel "neuron": a single neuron with its inputs a, weights w, bias, sum, activation and output b,
 * and the numbers of the snapshot at hand. Of more than MOST_INPUTS inputs, the first two and the last
 * are drawn. For a net with more than one unit, this is the panel "network".
 *
 * All lengths are multiples of one em, which is chosen so that the diagram fills its rectangle. Where
 * that is too small to be read, the diagram is drawn with shorter lines and fewer texts, and at last
 * without any. */
#include "alloc.h"
#include "diag.h"
#include "panel.h"
#include "symbol.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_INPUTS = 5,
    MAX_ROWS = MOST_INPUTS + 1, /* and the bias */
    TEXT_SIZE = 128,
    N_CURVE_POINTS = 121,
};

/* In ems. */
#define UNIT_RADIUS 1.15
#define SUM_RADIUS 2.6
#define BOX 5.0           /* width and height of the activation */
#define STUB 1.0          /* from an input to its weight, or from there to the arrow */
#define WEIGHT_SINGLE 6.6 /* the column of weights, "bias = ..." being the longest */
#define WEIGHT 5.4
#define FAN 3.6 /* the arrows to the sum, at least, as is the next */
#define ARROW 2.4
#define MOST_STRETCH                                                                               \
    6.0 /* that the arrows to the sum may have more, and a third of it the others */
#define FAN_NARROW 4.0
#define ARROW_NARROW 1.2
#define SIDE 0.7 /* for headers that are wider than what they stand over */
#define ROW 2.6  /* at least */
#define MOST_ROW 3.8
#define HEADER 2.2
#define FORMULA 2.6
#define CURVE_REACH 3 /* the activation is drawn from minus to plus this */
#define TINT 0.13     /* opacity of what shapes are filled with */

typedef struct neuron_panel {
    tr_panel panel;
    tr_panel_setting setting;
    tr_panel *network; /* what draws instead, if there is more than one unit */
    size_t n_inputs;
    int n_rows;
    bool detailed; /* numbers, headers and the formula */
    double em;
    double text; /* size of texts, 0 for none */
    double row;  /* from row to row */
    double top;  /* of the rows */
    double middle;
    double inputs_x; /* centres */
    double weights_x;
    double fan_x; /* where the arrows to the sum begin */
    double sum_x;
    double box_x;
    double output_x;
    double header_y; /* baselines */
    double formula_y;
} neuron_panel;

static bool is_single(const tr_network *network) {
    return tr_network_n_layers(network) == 1 && tr_network_n_outputs(network) == 1;
}

static void destroy_neuron(tr_panel *panel) {
    neuron_panel *neuron = (neuron_panel *)panel;
    if (!neuron)
        return;
    if (neuron->network)
        tr_panel_network.destroy(neuron->network);
    free(neuron);
}

static double row_y(const neuron_panel *neuron, int row) {
    return neuron->middle + (row - (neuron->n_rows - 1) / 2.0) * neuron->row;
}

/* The input of a row; n_inputs for the bias, and one more for the ellipsis. */
static size_t input_of_row(const neuron_panel *neuron, int row) {
    if (row == neuron->n_rows - 1)
        return neuron->n_inputs;
    if (neuron->n_inputs <= MOST_INPUTS || row < 2)
        return (size_t)row;
    return row == 2 ? neuron->n_inputs + 1 : neuron->n_inputs - 1;
}

static double rows_height(const neuron_panel *neuron) {
    return fmax(ROW * neuron->n_rows, BOX + 2 * 1.6); /* the name stands below the box */
}

/* From the inputs' circles to where the arrows to the sum begin. */
static double weights_width(const neuron_panel *neuron) {
    if (!neuron->detailed)
        return 0;
    return 2 * STUB + (neuron->n_inputs == 1 ? WEIGHT_SINGLE : WEIGHT);
}

static double total_width(const neuron_panel *neuron) {
    double fan = neuron->detailed ? FAN : FAN_NARROW;
    double arrow = neuron->detailed ? ARROW : ARROW_NARROW;
    return 2 * SIDE + 4 * UNIT_RADIUS + weights_width(neuron) + fan + 2 * SUM_RADIUS + BOX +
           2 * arrow;
}

static double total_height(const neuron_panel *neuron) {
    return rows_height(neuron) + (neuron->detailed ? HEADER + FORMULA : 0);
}

static void choose_em(neuron_panel *neuron, bool detailed) {
    neuron->detailed = detailed;
    neuron->em = fmin(neuron->setting.width / total_width(neuron),
                      neuron->setting.height / total_height(neuron));
    neuron->text = neuron->em < neuron->setting.style.smallest_text ? 0 : neuron->em;
}

static void lay_out_neuron(neuron_panel *neuron) {
    const tr_panel_setting *setting = &neuron->setting;
    neuron->n_inputs = tr_network_n_inputs(setting->source->network);
    neuron->n_rows = neuron->n_inputs <= MOST_INPUTS ? (int)neuron->n_inputs + 1 : 5;
    choose_em(neuron, true);
    if (neuron->text == 0)
        choose_em(neuron, false);
    double em = neuron->em;
    double spare = setting->width / em - total_width(neuron);
    double stretch = fmin(spare * 0.6, MOST_STRETCH);
    double fan = (neuron->detailed ? FAN : FAN_NARROW) + stretch;
    double arrow = (neuron->detailed ? ARROW : ARROW_NARROW) + stretch / 3;
    double width = total_width(neuron) + stretch * 5 / 3;
    double x = setting->x + (setting->width - width * em) / 2;
    double y = setting->y + (setting->height - total_height(neuron) * em) / 2;
    neuron->row = fmin(rows_height(neuron) / neuron->n_rows, MOST_ROW) * em;
    neuron->inputs_x = x + (SIDE + UNIT_RADIUS) * em;
    neuron->fan_x = neuron->inputs_x + (UNIT_RADIUS + weights_width(neuron)) * em;
    neuron->weights_x = (neuron->inputs_x + UNIT_RADIUS * em + neuron->fan_x) / 2;
    neuron->sum_x = neuron->fan_x + (fan + SUM_RADIUS) * em;
    neuron->box_x = neuron->sum_x + (SUM_RADIUS + arrow + BOX / 2) * em;
    neuron->output_x = neuron->box_x + (BOX / 2 + arrow + UNIT_RADIUS) * em;
    neuron->header_y = y + 1.1 * em;
    neuron->top = y + (neuron->detailed ? HEADER * em : 0);
    neuron->middle = neuron->top + rows_height(neuron) * em / 2;
    neuron->formula_y = neuron->top + (rows_height(neuron) + 0.72 * FORMULA) * em;
}

static tr_status create_neuron(tr_panel **out, const tr_panel_setting *setting, tr_diag *diag) {
    *out = NULL;
    neuron_panel *neuron = tr_alloc_array(1, sizeof *neuron);
    if (!neuron)
        return tr_fail_memory(diag, "the picture");
    neuron->setting = *setting;
    tr_status status = TR_OK;
    if (is_single(setting->source->network))
        lay_out_neuron(neuron);
    else
        status = tr_panel_network.create(&neuron->network, setting, diag);
    if (status)
        destroy_neuron(&neuron->panel);
    else
        *out = &neuron->panel;
    return status;
}

/* Draws a line of text centred on x. */
static tr_status draw_centered(const neuron_panel *neuron, const char *string, double size,
                               double x, double baseline, cairo_t *cr, tr_diag *diag) {
    tr_symbol symbol;
    tr_status status = tr_symbol_create(&symbol, neuron->setting.text, string, size, diag);
    if (!status) {
        tr_set_color(cr, neuron->setting.source->theme.text);
        tr_symbol_draw(&symbol, cr, x - symbol.width / 2, baseline);
    }
    tr_symbol_clear(&symbol);
    return status;
}

static void set_translucent(cairo_t *cr, tr_color color, double opacity) {
    cairo_set_source_rgba(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                          (color & 0xFF) / 255.0, opacity);
}

static double line_width(const neuron_panel *neuron) {
    return fmax(0.1 * neuron->em, 1);
}

/* Fills and outlines the current path as a shape of the neuron. */
static void draw_shape(const neuron_panel *neuron, cairo_t *cr) {
    const tr_theme *theme = &neuron->setting.source->theme;
    tr_set_color(cr, theme->background);
    cairo_fill_preserve(cr);
    set_translucent(cr, theme->data, TINT);
    cairo_fill_preserve(cr);
    tr_set_color(cr, theme->data);
    cairo_set_line_width(cr, line_width(neuron));
    cairo_stroke(cr);
}

static void draw_circle(const neuron_panel *neuron, cairo_t *cr, double x, double y,
                        double radius) {
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius * neuron->em, 0, 2 * G_PI);
    draw_shape(neuron, cr);
}

/* A line with a head at its end. */
static void draw_arrow(const neuron_panel *neuron, cairo_t *cr, double x0, double y0, double x1,
                       double y1) {
    double length = hypot(x1 - x0, y1 - y0);
    double head = 0.65 * neuron->em;
    if (length <= head)
        return;
    double along_x = (x1 - x0) / length, along_y = (y1 - y0) / length;
    double neck_x = x1 - head * along_x, neck_y = y1 - head * along_y;
    double half = 0.45 * head;
    tr_set_color(cr, neuron->setting.source->theme.text);
    cairo_set_line_width(cr, line_width(neuron));
    cairo_new_path(cr);
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, neck_x, neck_y);
    cairo_stroke(cr);
    cairo_move_to(cr, x1, y1);
    cairo_line_to(cr, neck_x - half * along_y, neck_y + half * along_x);
    cairo_line_to(cr, neck_x + half * along_y, neck_y - half * along_x);
    cairo_close_path(cr);
    cairo_fill(cr);
}

/* From an input past its weight to the circle of the sum. */
static void draw_input_arrow(const neuron_panel *neuron, cairo_t *cr, int row) {
    double y = row_y(neuron, row);
    double from_x = neuron->detailed ? neuron->fan_x : neuron->inputs_x;
    double run = neuron->sum_x - from_x;
    double rise = neuron->middle - y;
    double to = 1 - (SUM_RADIUS * neuron->em + line_width(neuron)) / sqrt(run * run + rise * rise);
    tr_set_color(cr, neuron->setting.source->theme.text);
    cairo_set_line_width(cr, line_width(neuron));
    cairo_new_path(cr);
    cairo_move_to(cr, neuron->inputs_x, y);
    cairo_line_to(cr, from_x, y);
    cairo_stroke(cr);
    draw_arrow(neuron, cr, from_x, y, from_x + to * run, y + to * rise);
}

static tr_status draw_input(const neuron_panel *neuron, cairo_t *cr, int row, tr_diag *diag) {
    double em = neuron->em;
    double y = row_y(neuron, row);
    size_t input = input_of_row(neuron, row);
    char name[TEXT_SIZE] = "1";
    if (input > neuron->n_inputs) {
        tr_set_color(cr, neuron->setting.source->theme.text);
        for (int i = -1; i <= 1; i++) {
            cairo_new_path(cr);
            cairo_arc(cr, neuron->inputs_x, y + i * 0.65 * em, 0.14 * em, 0, 2 * G_PI);
            cairo_fill(cr);
        }
        return TR_OK;
    }
    draw_input_arrow(neuron, cr, row);
    draw_circle(neuron, cr, neuron->inputs_x, y, UNIT_RADIUS);
    if (neuron->text == 0)
        return TR_OK;
    if (input < neuron->n_inputs && neuron->n_inputs > 1)
        snprintf(name, sizeof name, "a_{%zu}", input + 1);
    else if (input < neuron->n_inputs)
        snprintf(name, sizeof name, "a");
    return draw_centered(neuron, name, neuron->text, neuron->inputs_x, y + 0.35 * em, cr, diag);
}

/* What the activation makes of sums from -CURVE_REACH to CURVE_REACH, by evaluating a neuron that
 * passes its input on. */
static tr_status evaluate_activation(const neuron_panel *neuron, float *values, tr_diag *diag) {
    const tr_layer_view *view = tr_network_layer(neuron->setting.source->network, 0);
    const tr_layer layer = {.n_units = 1, .activation = view->activation, .alpha = view->alpha};
    const float params[] = {1, 0};
    tr_network *network = NULL;
    tr_dataset *dataset = NULL;
    tr_evaluator *evaluator = NULL;
    tr_status status = tr_network_create(&network, 1, &layer, 1, diag);
    if (!status)
        status = tr_dataset_create(&dataset, N_CURVE_POINTS, 1, 1, diag);
    for (int i = 0; !status && i < N_CURVE_POINTS; i++)
        dataset->x[i] = CURVE_REACH * (2.0 * i / (N_CURVE_POINTS - 1) - 1);
    if (!status)
        status = tr_evaluator_create(&evaluator, network, dataset, diag);
    if (!status)
        tr_evaluator_predict(evaluator, params, values);
    tr_evaluator_destroy(&evaluator);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
    return status;
}

/* The curve of the activation in its box, with axes through 0. */
static tr_status draw_curve(const neuron_panel *neuron, cairo_t *cr, tr_diag *diag) {
    const tr_theme *theme = &neuron->setting.source->theme;
    float values[N_CURVE_POINTS];
    tr_status status = evaluate_activation(neuron, values, diag);
    if (status)
        return status;
    double low = 0, high = 0;
    for (int i = 0; i < N_CURVE_POINTS; i++) {
        low = fmin(low, (double)values[i]);
        high = fmax(high, (double)values[i]);
    }
    high = high > low ? high : low + 1;
    double inner = 0.76 * BOX * neuron->em;
    double left = neuron->box_x - inner / 2;
    double bottom = neuron->middle + inner / 2;
    double zero = bottom + low / (high - low) * inner;
    double reach = 0.06 * inner;
    set_translucent(cr, theme->text, 0.45);
    cairo_set_line_width(cr, fmax(0.5 * line_width(neuron), 0.8));
    cairo_new_path(cr);
    cairo_move_to(cr, left - reach, zero);
    cairo_line_to(cr, left + inner + reach, zero);
    cairo_move_to(cr, neuron->box_x, bottom + reach);
    cairo_line_to(cr, neuron->box_x, bottom - inner - reach);
    cairo_stroke(cr);
    tr_set_color(cr, theme->prediction);
    cairo_set_line_width(cr, 2 * line_width(neuron));
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < N_CURVE_POINTS; i++)
        cairo_line_to(cr, left + inner * i / (N_CURVE_POINTS - 1),
                      bottom - ((double)values[i] - low) / (high - low) * inner);
    cairo_stroke(cr);
    return TR_OK;
}

static tr_status draw_activation(const neuron_panel *neuron, cairo_t *cr, tr_diag *diag) {
    double em = neuron->em;
    tr_activation activation = tr_network_layer(neuron->setting.source->network, 0)->activation;
    double left = neuron->box_x - BOX / 2 * em;
    double top = neuron->middle - BOX / 2 * em;
    cairo_new_path(cr);
    cairo_rectangle(cr, round(left) + 0.5, round(top) + 0.5, round(BOX * em), round(BOX * em));
    draw_shape(neuron, cr);
    tr_status status = draw_curve(neuron, cr, diag);
    if (!status && neuron->text > 0)
        status = draw_centered(neuron, tr_activation_name(activation), neuron->text, neuron->box_x,
                               neuron->middle + (BOX / 2 + 1.3) * em, cr, diag);
    return status;
}

static tr_status draw_headers(const neuron_panel *neuron, cairo_t *cr, tr_diag *diag) {
    const struct {
        const char *text;
        double x;
    } headers[] = {{neuron->n_inputs == 1 ? "input" : "inputs", neuron->inputs_x},
                   {"weights", neuron->weights_x},
                   {"sum", neuron->sum_x},
                   {"activation", neuron->box_x},
                   {"output", neuron->output_x}};
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < sizeof headers / sizeof *headers; i++)
        status = draw_centered(neuron, headers[i].text, neuron->text, headers[i].x,
                               neuron->header_y, cr, diag);
    return status;
}

/* The sum, what leads from it to the output, and the output. */
static tr_status draw_right_half(const neuron_panel *neuron, cairo_t *cr, tr_diag *diag) {
    double em = neuron->em;
    double y = neuron->middle;
    double line = line_width(neuron);
    tr_status status = TR_OK;
    draw_arrow(neuron, cr, neuron->sum_x + SUM_RADIUS * em, y, neuron->box_x - BOX / 2 * em - line,
               y);
    draw_arrow(neuron, cr, neuron->box_x + BOX / 2 * em, y,
               neuron->output_x - UNIT_RADIUS * em - line, y);
    draw_circle(neuron, cr, neuron->sum_x, y, SUM_RADIUS);
    draw_circle(neuron, cr, neuron->output_x, y, UNIT_RADIUS);
    if (neuron->text > 0) {
        status = draw_centered(neuron, "\u2211", 2.4 * neuron->text, neuron->sum_x, y + 0.75 * em,
                               cr, diag);
        if (!status)
            status =
                draw_centered(neuron, "b", neuron->text, neuron->output_x, y + 0.35 * em, cr, diag);
    }
    return status;
}

static tr_status draw_neuron_background(tr_panel *panel, cairo_t *cr, tr_diag *diag) {
    const neuron_panel *neuron = (const neuron_panel *)panel;
    if (neuron->network)
        return tr_panel_network.draw_background(neuron->network, cr, diag);
    cairo_save(cr);
    tr_status status = TR_OK;
    for (int row = 0; !status && row < neuron->n_rows; row++)
        status = draw_input(neuron, cr, row, diag);
    if (!status)
        status = draw_right_half(neuron, cr, diag);
    if (!status)
        status = draw_activation(neuron, cr, diag);
    if (!status && neuron->detailed)
        status = draw_headers(neuron, cr, diag);
    cairo_restore(cr);
    return status;
}

/* Like "1.69", with a real minus sign; or "1.2e+06" where that would be long. */
static void format_number(char *string, size_t size, double value) {
    char number[32];
    const char *format = fabs(value) < 1000 ? "%.2f" : "%.3g";
    g_ascii_formatd(number, sizeof number, format, fabs(value));
    bool negative = value < 0 && strcmp(number, "0.00") != 0;
    snprintf(string, size, "%s%s", negative ? "\u2212" : "", number);
}

/* The name of the weight that belongs to an input, or of the bias. */
static void weight_name(const neuron_panel *neuron, size_t input, char *name, size_t size) {
    if (neuron->n_inputs > 1)
        snprintf(name, size, "w_{%zu}", input + 1);
    else
        snprintf(name, size, "%s", input ? "bias" : "w");
}

/* A weight on its line, on a piece of background. */
static tr_status draw_weight(const neuron_panel *neuron, cairo_t *cr, int row, const float *params,
                             tr_diag *diag) {
    char name[TEXT_SIZE], number[TEXT_SIZE], label[2 * TEXT_SIZE + 4];
    size_t input = input_of_row(neuron, row);
    if (input > neuron->n_inputs)
        return TR_OK;
    weight_name(neuron, input, name, sizeof name);
    format_number(number, sizeof number, (double)params[input]); /* the bias follows the weights */
    snprintf(label, sizeof label, "%s = %s", name, number);
    double em = neuron->em;
    double x = neuron->weights_x;
    double y = row_y(neuron, row);
    tr_symbol symbol;
    tr_status status = tr_symbol_create(&symbol, neuron->setting.text, label, neuron->text, diag);
    if (!status) {
        double width = symbol.width + 0.5 * em;
        tr_set_color(cr, neuron->setting.source->theme.background);
        cairo_rectangle(cr, x - width / 2, y - 0.62 * em, width, 1.24 * em);
        cairo_fill(cr);
        tr_set_color(cr, neuron->setting.source->theme.text);
        tr_symbol_draw(&symbol, cr, x - symbol.width / 2, y + 0.36 * em);
    }
    tr_symbol_clear(&symbol);
    return status;
}

/* With numbers for a single input: "b = relu(1.69 a - 1.54)". */
static void write_formula(const neuron_panel *neuron, const float *params, char *formula,
                          size_t size) {
    const char *activation =
        tr_activation_name(tr_network_layer(neuron->setting.source->network, 0)->activation);
    char weight[TEXT_SIZE], bias[TEXT_SIZE];
    double b = (double)params[neuron->n_inputs];
    format_number(weight, sizeof weight, (double)params[0]);
    format_number(bias, sizeof bias, fabs(b));
    if (neuron->n_inputs == 1)
        snprintf(formula, size, "b = %s(%s\u00b7a %s %s)", activation, weight,
                 b < 0 ? "\u2212" : "+", bias);
    else if (neuron->n_inputs == 2)
        snprintf(formula, size, "b = %s(a_1\u00b7w_1 + a_2\u00b7w_2 + 1\u00b7w_3)", activation);
    else
        snprintf(formula, size,
                 "b = %s(a_1\u00b7w_1 + \u2026 + a_{%zu}\u00b7w_{%zu} + 1\u00b7w_{%zu})",
                 activation, neuron->n_inputs, neuron->n_inputs, neuron->n_inputs + 1);
}

static tr_status draw_neuron(tr_panel *panel, const tr_panel_target *target,
                             const tr_snapshot *snapshot, tr_diag *diag) {
    const neuron_panel *neuron = (const neuron_panel *)panel;
    const tr_panel_setting *setting = &neuron->setting;
    double em = neuron->em;
    if (neuron->network)
        return tr_panel_network.draw(neuron->network, target, snapshot, diag);
    if (!neuron->detailed)
        return TR_OK;
    double left = neuron->inputs_x + UNIT_RADIUS * em;
    double right = neuron->fan_x;
    double formula_top = neuron->formula_y - 1.1 * em;
    tr_panel_touch(target, left, neuron->top, right - left, rows_height(neuron) * em);
    tr_panel_touch(target, setting->x, formula_top, setting->width, 1.6 * em);
    tr_status status = TR_OK;
    cairo_new_path(target->cr);
    for (int row = 0; !status && row < neuron->n_rows; row++)
        status = draw_weight(neuron, target->cr, row, snapshot->params, diag);
    char formula[4 * TEXT_SIZE];
    write_formula(neuron, snapshot->params, formula, sizeof formula);
    if (!status)
        status =
            draw_centered(neuron, formula, neuron->text, (neuron->inputs_x + neuron->output_x) / 2,
                          neuron->formula_y, target->cr, diag);
    return status;
}

const tr_panel_ops tr_panel_neuron = {
    .still_title = "",
    .create = create_neuron,
    .destroy = destroy_neuron,
    .draw_background = draw_neuron_background,
    .draw = draw_neuron,
};
