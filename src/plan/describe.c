#include "describe.h"

#include "alloc.h"
#include "diag.h"
#include "names.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shares of the range that the data has: a prediction that varies less is called flat, and one that is
 * closer on average meets the data. */
static const double flat_share = 0.1;
static const double near_share = 0.05;

/* A state of a run, and what the net then predicts for all samples. */
typedef struct state {
    uint64_t iteration;
    float *params;
    float *predictions; /* row-major [n_samples, n_outputs] */
    double loss;        /* on all data */
    double lowest;      /* of the predictions */
    double highest;
    double distance; /* from the data, on average */
    double largest_distance;
    size_t farthest; /* sample */
    size_t n_right;  /* samples that are classified as the data has them */
} state;

/* What a description is made from. */
typedef struct described {
    GString *out;
    const tr_source *source;
    const tr_recording *recording;
    tr_evaluator *evaluator;
    double low; /* the range of the data's outputs */
    double high;
    bool is_classification; /* the targets are 0 and 1 */
    bool is_video;
    state first;
    state last; /* or the one that a chart shows */
} described;

/* ---- numbers ---- */

/* Appends a number with some digits, the same in every locale, and with a minus that is read aloud. */
static void add_number(GString *out, double number, int digits) {
    char format[16], text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(number)) {
        g_string_append(out, "a number that is not finite");
        return;
    }
    double size = fabs(number);
    bool is_whole_enough = size >= pow(10, digits) && size < 1e9;
    g_snprintf(format, sizeof format, is_whole_enough ? "%%.0f" : "%%.%dg", digits);
    g_ascii_formatd(text, sizeof text, format, number);
    char *exponent = strchr(text, 'e');
    if (number < 0 && strcmp(text, "-0") != 0)
        g_string_append(out, "\u2212");
    const char *start = text + (*text == '-');
    g_string_append_len(out, start, exponent ? exponent - start : (gssize)strlen(start));
    if (exponent) /* 4.4e-07 as 4.4e−7 */
        g_string_append_printf(out, "e%s%d", exponent[1] == '-' ? "\u2212" : "",
                               abs(atoi(exponent + 1)));
}

/* Appends a text in which each # stands for the next of the numbers. */
static void add_text(GString *out, const char *text, const double *numbers) {
    for (; *text; text++) {
        if (*text == '#')
            add_number(out, *numbers++, 2);
        else
            g_string_append_c(out, *text);
    }
}

#define NUMBERS(...) ((const double[]){__VA_ARGS__})

static void add_count(GString *out, uint64_t count, const char *what) {
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " %s%s", count, what, count == 1 ? "" : "s");
}

/* ---- states ---- */

static size_t largest_of(const double *targets, const float *predictions, size_t count) {
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (targets ? targets[i] > targets[largest] : predictions[i] > predictions[largest])
            largest = i;
    return largest;
}

/* Whether a sample is on the side, or in the class, that the data says. */
static bool is_right(const double *targets, const float *predictions, size_t n_outputs) {
    if (n_outputs == 1)
        return (targets[0] > 0.5) == (predictions[0] > 0.5f);
    return largest_of(targets, NULL, n_outputs) == largest_of(NULL, predictions, n_outputs);
}

static void measure(const described *d, state *s) {
    const tr_dataset *data = d->source->dataset;
    size_t count = data->n_outputs;
    double sum = 0;
    s->lowest = INFINITY;
    s->highest = -INFINITY;
    for (size_t i = 0; i < data->n_samples; i++) {
        const double *targets = data->y + i * count;
        const float *predictions = s->predictions + i * count;
        for (size_t k = 0; k < count; k++) {
            double prediction = (double)predictions[k];
            double distance = fabs(prediction - targets[k]);
            sum += distance;
            s->lowest = fmin(s->lowest, prediction);
            s->highest = fmax(s->highest, prediction);
            if (distance > s->largest_distance) {
                s->largest_distance = distance;
                s->farthest = i;
            }
        }
        s->n_right += is_right(targets, predictions, count);
    }
    s->distance = sum / (double)(data->n_samples * count);
}

static tr_status read_state(described *d, uint64_t index, state *s, tr_diag *diag) {
    const tr_source *source = d->source;
    const tr_dataset *data = source->dataset;
    size_t n_params = tr_network_n_params(source->network);
    tr_snapshot snapshot;
    s->params = tr_alloc_array(n_params, sizeof *s->params);
    s->predictions = tr_alloc_array(data->n_samples * data->n_outputs, sizeof *s->predictions);
    if (!s->params || !s->predictions)
        return tr_fail_memory(diag, "a description");
    tr_status status = tr_recording_read(d->recording, index, 1, &snapshot, s->params, diag);
    if (status)
        return status;
    s->iteration = snapshot.iteration;
    s->loss = (double)tr_evaluator_loss(d->evaluator, source->loss, s->params);
    tr_evaluator_predict(d->evaluator, s->params, s->predictions);
    measure(d, s);
    return TR_OK;
}

static void measure_data(described *d) {
    const tr_dataset *data = d->source->dataset;
    d->low = INFINITY;
    d->high = -INFINITY;
    d->is_classification = true;
    for (size_t i = 0; i < data->n_samples * data->n_outputs; i++) {
        d->low = fmin(d->low, data->y[i]);
        d->high = fmax(d->high, data->y[i]);
        d->is_classification = d->is_classification && (data->y[i] == 0 || data->y[i] == 1);
    }
}

static void close_described(described *d) {
    tr_evaluator_destroy(&d->evaluator);
    free(d->first.params);
    free(d->first.predictions);
    free(d->last.params);
    free(d->last.predictions);
}

/* Reads the first state, and the last up to `iteration`. */
static tr_status open_described(described *d, uint64_t iteration, tr_diag *diag) {
    uint64_t index;
    tr_status status =
        tr_evaluator_create(&d->evaluator, d->source->network, d->source->dataset, diag);
    if (!status)
        status = tr_recording_find(d->recording, iteration, &index, diag);
    if (!status)
        status = read_state(d, 0, &d->first, diag);
    if (!status)
        status = read_state(d, index, &d->last, diag);
    measure_data(d);
    return status;
}

/* ---- sentences ---- */

static bool is_flat(const described *d, const state *s) {
    return s->highest - s->lowest <= flat_share * (d->high - d->low);
}

/* Whether two numbers that differ are the same when they are read. */
static bool read_alike(double a, double b) {
    GString *texts[] = {g_string_new(NULL), g_string_new(NULL)};
    add_text(texts[0], "#", &a);
    add_text(texts[1], "#", &b);
    bool is_same = a != b && isfinite(a) && isfinite(b) && g_string_equal(texts[0], texts[1]);
    g_string_free(texts[0], TRUE);
    g_string_free(texts[1], TRUE);
    return is_same;
}

/* "falls from 0.53 to 0.0044 in 4000 iterations" */
static void add_error_clause(GString *out, const state *first, const state *last) {
    double numbers[] = {first->loss, last->loss};
    const char *text = "goes from # to #";
    if (isfinite(first->loss) && isinf(last->loss))
        text = "grows from # beyond all bounds";
    else if (read_alike(first->loss, last->loss))
        text = "stays near #";
    else if (last->loss < first->loss)
        text = "falls from # to #";
    else if (last->loss > first->loss)
        text = "rises from # to #";
    else if (last->loss == first->loss)
        text = "stays at #";
    add_text(out, text, numbers);
    if (last->iteration > first->iteration) {
        g_string_append(out, " in ");
        add_count(out, last->iteration - first->iteration, "iteration");
    }
}

static void add_error_sentence(described *d) {
    if (!d->is_video || !d->last.iteration) {
        add_text(d->out, " The error on all data is #.", &d->last.loss);
        return;
    }
    g_string_append(d->out, " The error on all data ");
    add_error_clause(d->out, &d->first, &d->last);
    g_string_append_c(d->out, '.');
}

/* "between −0.3 and 0.4", or "nearly flat at 0.04" */
static void add_spread(const described *d, const state *s) {
    if (s->highest == s->lowest)
        add_text(d->out, "flat at #", &s->lowest);
    else if (is_flat(d, s))
        add_text(d->out, "nearly flat at #", NUMBERS((s->lowest + s->highest) / 2));
    else
        add_text(d->out, "between # and #", NUMBERS(s->lowest, s->highest));
}

/* How far the prediction is from the data, which `what` calls it. */
static void add_distance(const described *d, const state *s, const char *what) {
    const tr_dataset *data = d->source->dataset;
    add_text(d->out, "# away from ", &s->distance);
    g_string_append(d->out, what);
    add_text(d->out, " on average, and # at most", &s->largest_distance);
    if (data->n_inputs == 1)
        add_text(d->out, ", at x = #", &data->x[s->farthest]);
    g_string_append_c(d->out, '.');
}

static void add_share(const described *d, const state *s) {
    size_t n_samples = d->source->dataset->n_samples;
    g_string_append_printf(d->out, "%.0f\u00a0%%",
                           floor(100 * (double)s->n_right / (double)n_samples + 0.5));
}

static void describe_classes(described *d) {
    bool is_two = d->source->dataset->n_outputs == 1;
    const char *where = is_two ? "on the right side of 0.5" : "in the right class";
    if (d->is_video && d->last.iteration) {
        g_string_append_printf(d->out, " The prediction puts ");
        add_share(d, &d->first);
        g_string_append_printf(d->out, " of the samples %s at first, and ", where);
        add_share(d, &d->last);
        g_string_append(d->out, " at the end.");
    } else {
        g_string_append(d->out, " The prediction puts ");
        add_share(d, &d->last);
        g_string_append_printf(d->out, " of the samples %s.", where);
    }
}

static void describe_fit(described *d) {
    bool is_near = d->last.distance <= near_share * (d->high - d->low);
    if (!isfinite(d->last.distance)) {
        g_string_append(d->out, " The prediction is not finite any more.");
    } else if (d->is_classification) {
        describe_classes(d);
    } else {
        bool moves = d->is_video && d->last.iteration;
        g_string_append(d->out, " The prediction ");
        if (moves) {
            g_string_append(d->out, "starts ");
            add_spread(d, &d->first);
            g_string_append(d->out, " and ");
        }
        if (is_near) {
            g_string_append(d->out, moves ? "meets the data at the end: it is then "
                                          : "meets the data: it is ");
            add_distance(d, &d->last, "it");
        } else {
            g_string_append(d->out, moves ? "ends " : "is ");
            add_spread(d, &d->last);
            g_string_append(d->out, ", ");
            add_distance(d, &d->last, "the data");
        }
    }
}

static void describe_data(described *d) {
    const tr_dataset *data = d->source->dataset;
    g_string_append_c(d->out, ' ');
    add_count(d->out, data->n_samples, "sample");
    if (data->n_inputs == 1) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < data->n_samples; i++) {
            low = fmin(low, data->x[i]);
            high = fmax(high, data->x[i]);
        }
        add_text(d->out, " over x from # to #", NUMBERS(low, high));
    } else {
        g_string_append_printf(d->out, " with %zu inputs", data->n_inputs);
    }
    add_text(d->out, "; y is from # to #.", NUMBERS(d->low, d->high));
}

/* The losses of the batches, up to an iteration. */
typedef struct batch_losses {
    uint64_t until;
    uint64_t count;
    uint64_t n_rises;
    float first;
    float last;
} batch_losses;

static tr_status note_loss(const tr_snapshot *snapshot, void *context) {
    batch_losses *losses = context;
    if (snapshot->iteration > losses->until)
        return TR_END;
    if (isnan(snapshot->loss))
        return TR_OK;
    if (!losses->count)
        losses->first = snapshot->loss;
    losses->n_rises += losses->count && snapshot->loss > losses->last;
    losses->last = snapshot->loss;
    losses->count++;
    return TR_OK;
}

static tr_status describe_batches(described *d, tr_diag *diag) {
    batch_losses losses = {.until = d->last.iteration};
    tr_status status = tr_recording_replay_losses(d->recording, note_loss, &losses, diag);
    if (status && status != TR_END)
        return status;
    if (!losses.count) {
        g_string_append(d->out, " There is no iteration yet whose error could be shown.");
        return TR_OK;
    }
    add_text(d->out, " The error of the batches goes from # to #",
             NUMBERS((double)losses.first, (double)losses.last));
    if (losses.n_rises)
        g_string_append_printf(
            d->out, "; it rises at %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " iterations.",
            losses.n_rises, losses.count);
    else
        g_string_append(d->out, " and never rises.");
    return TR_OK;
}

/* "w = 0.0882, b = 0" */
static void add_params(const described *d, const state *s) {
    for (size_t i = 0; i < tr_network_n_params(d->source->network); i++) {
        char name[64];
        tr_network_param_name(d->source->network, i, name, sizeof name);
        g_string_append_printf(d->out, "%s%s = ", i ? ", " : "", name);
        add_number(d->out, (double)s->params[i], 3);
    }
}

static void add_param_range(const described *d, const state *s) {
    float low = s->params[0], high = s->params[0];
    for (size_t i = 1; i < tr_network_n_params(d->source->network); i++) {
        low = fminf(low, s->params[i]);
        high = fmaxf(high, s->params[i]);
    }
    add_text(d->out, "between # and #", NUMBERS((double)low, (double)high));
}

enum { MOST_NAMED = 4 }; /* parameters whose values are told one by one */

static void describe_params(described *d) {
    size_t count = tr_network_n_params(d->source->network);
    bool goes_on = d->last.iteration > 0;
    if (count <= MOST_NAMED) {
        g_string_append(d->out, goes_on ? " The parameters go from " : " The parameters are ");
        add_params(d, &d->first);
        if (goes_on)
            g_string_append(d->out, " to ");
    } else {
        g_string_append_printf(d->out, " The %zu parameters are ", count);
        add_param_range(d, &d->first);
        if (goes_on)
            g_string_append(d->out, " at first, and ");
    }
    if (goes_on && count <= MOST_NAMED)
        add_params(d, &d->last);
    else if (goes_on)
        add_param_range(d, &d->last);
    g_string_append(d->out, goes_on && count > MOST_NAMED ? " at the end." : ".");
}

static void describe_landscape(described *d) {
    size_t count = tr_network_n_params(d->source->network);
    g_string_append(d->out, " Contours of the error over ");
    if (count == 2)
        g_string_append(d->out, "both parameters");
    else
        g_string_append_printf(d->out, "the two directions in which the %zu parameters move most",
                               count);
    g_string_append(d->out, ", and the path of the training on them: the error ");
    add_error_clause(d->out, &d->first, &d->last);
    g_string_append_c(d->out, '.');
}

static void describe_network(described *d) {
    const tr_network *network = d->source->network;
    size_t n_layers = tr_network_n_layers(network);
    g_string_append(d->out, " A net with ");
    add_count(d->out, tr_network_n_inputs(network), "input");
    g_string_append(d->out, n_layers == 1 ? " and a layer of " : " and layers of ");
    for (size_t i = 0; i < n_layers; i++) {
        const tr_layer_view *layer = tr_network_layer(network, i);
        if (i)
            g_string_append(d->out, i + 1 == n_layers ? " and " : ", ");
        add_count(d->out, layer->n_units, "unit");
        g_string_append_printf(d->out, " (%s)", tr_activation_names[layer->activation]);
    }
    g_string_append_c(d->out, '.');
    describe_params(d);
}

static void describe_neuron(described *d) {
    const tr_layer_view *layer = tr_network_layer(d->source->network, 0);
    g_string_append_printf(d->out,
                           " A neuron: each input is multiplied by a weight, the products and the "
                           "bias are added, and the sum goes through %s.",
                           tr_activation_names[layer->activation]);
    if (d->is_video)
        describe_params(d);
    else if (tr_network_n_params(d->source->network) <= MOST_NAMED) {
        g_string_append(d->out, " Here ");
        add_params(d, &d->last);
        g_string_append_c(d->out, '.');
    }
}

static tr_status describe_panel(described *d, const char *panel, tr_diag *diag) {
    if (!strcmp(panel, "fit"))
        describe_fit(d);
    else if (!strcmp(panel, "data"))
        describe_data(d);
    else if (!strcmp(panel, "error"))
        return describe_batches(d, diag);
    else if (!strcmp(panel, "weights"))
        describe_params(d);
    else if (!strcmp(panel, "landscape"))
        describe_landscape(d);
    else if (!strcmp(panel, "network"))
        describe_network(d);
    else if (!strcmp(panel, "neuron"))
        describe_neuron(d);
    return TR_OK;
}

/* What is drawn of the training says how well it does; a picture of the data or of the net alone does
 * not. */
static bool tells_error(const described *d, char **panels) {
    bool has_fit = g_strv_contains((const char *const *)panels, "fit");
    bool has_weights = g_strv_contains((const char *const *)panels, "weights");
    return has_fit || has_weights ||
           (d->is_video && !g_strv_contains((const char *const *)panels, "landscape"));
}

/* The text without the blank that every sentence begins with. */
static char *finish_text(GString *out) {
    char *text = g_strdup(out->str + (*out->str == ' '));
    g_string_free(out, TRUE);
    return text;
}

tr_status tr_describe_run(char **text, const tr_source *source, const tr_recording *recording,
                          const tr_settings *settings, bool is_video, tr_diag *diag) {
    described d = {.source = source, .recording = recording, .is_video = is_video};
    bool is_last = is_video || settings->iteration < 0;
    *text = NULL;
    tr_status status =
        open_described(&d, is_last ? UINT64_MAX : (uint64_t)settings->iteration, diag);
    d.out = g_string_new(NULL);
    char **panels = g_strsplit(settings->scene, "+", -1);
    for (char **panel = panels; *panel && !status; panel++)
        status = describe_panel(&d, *panel, diag);
    if (!status && tells_error(&d, panels))
        add_error_sentence(&d);
    char *complete = finish_text(d.out);
    if (status)
        g_free(complete);
    else
        *text = complete;
    g_strfreev(panels);
    close_described(&d);
    return status;
}

/* ---- several runs ---- */

/* The clause's beginning, "falls from 0.53 to 3", up to " to"; 0 where it has none such. */
static size_t length_before_to(const char *clause) {
    const char *to = strstr(clause, " to ");
    return to ? (size_t)(to - clause) : 0;
}

/* What became of a run's error, after a run of which `before` says so: what both begin with is not said
 * again. `before` becomes this run's. */
static tr_status describe_compared(GString *out, const tr_compared_run *run, GString *before,
                                   tr_diag *diag) {
    GString *clause = g_string_new(NULL);
    described d = {.source = run->source, .recording = run->recording};
    tr_status status = open_described(&d, UINT64_MAX, diag);
    if (!status) {
        add_error_clause(clause, &d.first, &d.last);
        size_t length = length_before_to(clause->str);
        bool is_same = length && length == length_before_to(before->str) &&
                       !strncmp(clause->str, before->str, length);
        g_string_append(out, is_same ? clause->str + length : clause->str);
        g_string_append_printf(out, " (%s", run->label);
        if (run->diverged_at)
            g_string_append_printf(out, ", diverged at iteration %" G_GUINT64_FORMAT,
                                   run->diverged_at);
        g_string_append_c(out, ')');
        g_string_assign(before, clause->str);
    }
    close_described(&d);
    g_string_free(clause, TRUE);
    return status;
}

/* "falls from 0.53 to 0.0044 in 4000 iterations (batch size 128), to 0.017 in 2000 iterations (batch
 * size 200)" */
static tr_status describe_errors(GString *out, const tr_comparison *comparison, tr_diag *diag) {
    GString *before = g_string_new(NULL);
    tr_status status = TR_OK;
    g_string_append(out, " The error on all data ");
    for (size_t i = 0; i < comparison->n_runs && !status; i++) {
        size_t length = out->len;
        status = describe_compared(out, &comparison->runs[i], before, diag);
        bool goes_on = i && out->str[length] == ' '; /* with another " to" */
        if (i)
            g_string_insert(out, (gssize)length, goes_on ? "," : ", ");
    }
    g_string_append_c(out, '.');
    g_string_free(before, TRUE);
    return status;
}

tr_status tr_describe_comparison(char **text, const tr_comparison *comparison,
                                 const tr_settings *settings, tr_diag *diag) {
    static const char *const aligned_by[] = {"samples seen", "epochs", "iterations"};
    bool is_overlay = comparison->arrangement == TR_ARRANGE_OVERLAY;
    bool is_error = !strcmp(settings->scene, "error");
    GString *out = g_string_new(is_error ? "The errors of " : "");
    *text = NULL;
    add_count(out, comparison->n_runs, "run");
    g_string_append_printf(out, " %s, aligned by %s.",
                           is_error || is_overlay ? "in one panel" : "side by side",
                           aligned_by[comparison->align]);
    tr_status status = describe_errors(out, comparison, diag);
    char *complete = g_string_free(out, FALSE);
    if (status)
        g_free(complete);
    else
        *text = complete;
    return status;
}
