#include <trainreel/dataset.h>

#include "alloc.h"
#include "diag.h"

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

/* numpy.linspace(low, high, count), whose last element is `high` itself. */
static void fill_linspace(double *values, size_t count, double low, double high) {
    double step = (high - low) / (double)(count - 1);
    for (size_t i = 0; i < count; i++)
        values[i] = (double)i * step + low;
    values[count - 1] = high;
}

tr_status tr_dataset_create_bilinear(tr_dataset **out, size_t n_samples, tr_diag *diag) {
    *out = NULL;
    if (n_samples < 2)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "bilinear data has at least 2 samples, not %zu",
                       n_samples);
    tr_dataset *dataset;
    tr_status status = tr_dataset_create(&dataset, n_samples, 1, 1, diag);
    if (status)
        return status;
    fill_linspace(dataset->x, n_samples, 0, 2);
    size_t half = n_samples / 2;
    for (size_t i = half; i < n_samples; i++)
        dataset->y[i] = 2 * dataset->x[i - half];
    *out = dataset;
    return TR_OK;
}

tr_status tr_dataset_create_kind(tr_dataset **dataset, tr_data_kind kind, size_t n_samples,
                                 double noise, tr_random *random, tr_diag *diag) {
    (void)noise;
    (void)random;
    if (kind != TR_DATA_BILINEAR)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "this kind of data is not made yet");
    return tr_dataset_create_bilinear(dataset, n_samples, diag);
}

tr_status tr_dataset_read_csv(tr_dataset **dataset, const char *path, const tr_csv_options *options,
                              tr_diag *diag) {
    (void)options;
    *dataset = NULL;
    return tr_fail(diag, TR_ERROR_INPUT, "%s: CSV files are not read yet", path);
}
