#include <trainreel/dataset.h>

#include "alloc.h"
#include "csv.h"
#include "diag.h"
#include "trigonometry.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

tr_status tr_dataset_create(tr_dataset **out, size_t n_samples, size_t n_inputs, size_t n_outputs,
                            tr_diag *diag) {
    *out = NULL;
    if (n_samples < 1 || n_samples > UINT32_MAX)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a dataset has 1 to 4294967295 samples, not %zu",
                       n_samples);
    if (n_inputs < 1 || n_outputs < 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a dataset has at least one input and one output");
    if (n_inputs > SIZE_MAX / n_samples || n_outputs > SIZE_MAX / n_samples)
        return tr_fail_memory(diag, "the data");
    tr_dataset *dataset = tr_alloc_array(1, sizeof *dataset);
    if (!dataset)
        return tr_fail_memory(diag, "the data");
    *dataset = (tr_dataset){.n_samples = n_samples, .n_inputs = n_inputs, .n_outputs = n_outputs};
    dataset->x = tr_alloc_array(n_samples * n_inputs, sizeof *dataset->x);
    dataset->y = tr_alloc_array(n_samples * n_outputs, sizeof *dataset->y);
    if (!dataset->x || !dataset->y) {
        tr_dataset_destroy(&dataset);
        return tr_fail_memory(diag, "the data");
    }
    *out = dataset;
    return TR_OK;
}

void tr_dataset_destroy(tr_dataset **handle) {
    tr_dataset *dataset = *handle;
    if (!dataset)
        return;
    free(dataset->x);
    free(dataset->y);
    free(dataset);
    *handle = NULL;
}

/* ---- data that is made ---- */

static const double pi = 0x1.921fb54442d18p+1; /* numpy.pi */

/* The element `i` of numpy.linspace(low, high, count), whose last element is `high` itself. */
static double linspace(double low, double high, size_t count, size_t i) {
    if (count < 2)
        return low;
    double step = (high - low) / (double)(count - 1);
    return i + 1 < count ? (double)i * step + low : high;
}

static void fill_bilinear(tr_dataset *data, tr_random *random) {
    (void)random;
    size_t half = data->n_samples / 2;
    for (size_t i = half; i < data->n_samples; i++)
        data->y[i] = 2 * data->x[i - half];
}

static void fill_sine(tr_dataset *data, tr_random *random) {
    (void)random;
    for (size_t i = 0; i < data->n_samples; i++)
        data->y[i] = tr_sin(data->x[i]);
}

static void fill_linear(tr_dataset *data, tr_random *random) {
    (void)random;
    for (size_t i = 0; i < data->n_samples; i++)
        data->y[i] = 2 * data->x[i] + 1;
}

static void fill_step(tr_dataset *data, tr_random *random) {
    (void)random;
    for (size_t i = 0; i < data->n_samples; i++)
        data->y[i] = data->x[i] >= 0;
}

static void fill_xor(tr_dataset *data, tr_random *random) {
    for (size_t i = 0; i < data->n_samples; i++) {
        double *x = data->x + 2 * i;
        x[0] = tr_random_uniform(random, -1, 1);
        x[1] = tr_random_uniform(random, -1, 1);
        data->y[i] = (x[0] < 0) != (x[1] < 0);
    }
}

static void set_polar(tr_dataset *data, size_t i, double radius, double angle, double y) {
    data->x[2 * i] = radius * tr_cos(angle);
    data->x[2 * i + 1] = radius * tr_sin(angle);
    data->y[i] = y;
}

static void fill_circles(tr_dataset *data, tr_random *random) {
    (void)random;
    size_t n_outer = data->n_samples / 2, n_inner = data->n_samples - n_outer;
    for (size_t i = 0; i < n_outer; i++)
        set_polar(data, i, 1, (double)i * (2 * pi / (double)n_outer), 0);
    for (size_t i = 0; i < n_inner; i++)
        set_polar(data, n_outer + i, 0.5, (double)i * (2 * pi / (double)n_inner), 1);
}

static void fill_spirals(tr_dataset *data, tr_random *random) {
    (void)random;
    size_t n_first = data->n_samples / 2, n_second = data->n_samples - n_first;
    for (size_t i = 0; i < n_first; i++)
        set_polar(data, i, linspace(0.1, 1, n_first, i), linspace(0, 3 * pi, n_first, i), 0);
    /* half a turn further, which is the other side of the origin */
    for (size_t i = 0; i < n_second; i++)
        set_polar(data, n_first + i, -linspace(0.1, 1, n_second, i),
                  linspace(0, 3 * pi, n_second, i), 1);
}

static const struct {
    size_t n_inputs;
    double low, high; /* of a single input, which goes evenly from one to the other */
    bool draws;       /* even without noise */
    void (*fill)(tr_dataset *data, tr_random *random);
} kinds[] = {
    [TR_DATA_BILINEAR] = {1, 0, 2, false, fill_bilinear},
    [TR_DATA_SINE] = {1, 0, 0x1.921fb54442d18p+2 /* 2 pi */, false, fill_sine},
    [TR_DATA_LINEAR] = {1, -1, 1, false, fill_linear},
    [TR_DATA_STEP] = {1, -1, 1, false, fill_step},
    [TR_DATA_XOR] = {2, 0, 0, true, fill_xor},
    [TR_DATA_CIRCLES] = {2, 0, 0, false, fill_circles},
    [TR_DATA_SPIRALS] = {2, 0, 0, false, fill_spirals},
};

static tr_status check_kind(tr_data_kind kind, size_t n_samples, double noise,
                            const tr_random *random, tr_diag *diag) {
    if ((size_t)kind >= sizeof kinds / sizeof *kinds)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no kind of data with the number %d",
                       (int)kind);
    if (n_samples < 2)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "data that is made has at least 2 samples, not %zu",
                       n_samples);
    if (!(noise >= 0 && noise <= DBL_MAX))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "noise is a finite number from 0, not %g", noise);
    if (!random && (noise > 0 || kinds[kind].draws))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "random data needs a generator");
    return TR_OK;
}

tr_status tr_dataset_create_kind(tr_dataset **out, tr_data_kind kind, size_t n_samples,
                                 double noise, tr_random *random, tr_diag *diag) {
    *out = NULL;
    tr_dataset *data;
    tr_status status = check_kind(kind, n_samples, noise, random, diag);
    if (!status)
        status = tr_dataset_create(&data, n_samples, kinds[kind].n_inputs, 1, diag);
    if (status)
        return status;
    if (data->n_inputs == 1)
        for (size_t i = 0; i < n_samples; i++)
            data->x[i] = linspace(kinds[kind].low, kinds[kind].high, n_samples, i);
    kinds[kind].fill(data, random);
    /* noise in y would turn classes into something else */
    double *noisy = data->n_inputs == 1 ? data->y : data->x;
    for (size_t i = 0; noise > 0 && i < n_samples * data->n_inputs; i++)
        noisy[i] += tr_random_normal(random, 0, noise);
    *out = data;
    return TR_OK;
}

tr_status tr_dataset_create_bilinear(tr_dataset **out, size_t n_samples, tr_diag *diag) {
    return tr_dataset_create_kind(out, TR_DATA_BILINEAR, n_samples, 0, NULL, diag);
}

/* ---- data that is read ---- */

tr_status tr_dataset_read_csv(tr_dataset **out, const char *path, const tr_csv_options *options,
                              tr_diag *diag) {
    *out = NULL;
    tr_csv_table x, y;
    tr_status status = tr_csv_read_dataset(&x, &y, path, options, diag);
    if (status)
        return status;
    tr_dataset *dataset = tr_alloc_array(1, sizeof *dataset);
    if (!dataset) {
        free(x.values);
        free(y.values);
        return tr_fail_memory(diag, "the data");
    }
    *dataset = (tr_dataset){.n_samples = x.n_rows,
                            .n_inputs = x.n_columns,
                            .n_outputs = y.n_columns,
                            .x = x.values,
                            .y = y.values};
    *out = dataset;
    return TR_OK;
}
