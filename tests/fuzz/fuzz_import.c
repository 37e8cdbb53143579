/* What reads weights and tables from elsewhere: whatever the bytes, there are states of finite numbers or one
 * line of text. HDF5 is left out: its library is not ours, and a child process reads it. */
#include "fuzz.h"

#include "import.h"
#include "npy.h"
#include "safetensors.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The path of an unnamed file that holds the data. */
static const char *path_of(const uint8_t *data, size_t size) {
    static FILE *file;
    static char path[32];
    if (!file) {
        file = tmpfile();
        FUZZ_CHECK(file);
        snprintf(path, sizeof path, "/dev/fd/%d", fileno(file));
    }
    FUZZ_CHECK(ftruncate(fileno(file), 0) == 0);
    FUZZ_CHECK(pwrite(fileno(file), data, size, 0) == (ssize_t)size);
    return path;
}

static void check_failure(tr_status status, const tr_diag *diag) {
    FUZZ_CHECK(status == TR_ERROR_INPUT || status == TR_ERROR_ARGUMENT);
    FUZZ_CHECK(*diag->text);
    for (const char *at = diag->text; *at; at++)
        FUZZ_CHECK((unsigned char)*at >= ' ' && *at != 127);
}

static tr_status check_state(const tr_snapshot *state, void *context) {
    uint64_t *next = context;
    FUZZ_CHECK(state->iteration >= *next && !isinf(state->loss));
    *next = state->iteration + 1;
    for (size_t i = 0; i < state->n_params; i++)
        FUZZ_CHECK(isfinite(state->params[i]));
    return TR_OK;
}

static void import(const char *path, const char *model, const tr_dataset *dataset) {
    tr_settings *settings;
    tr_import *opened;
    tr_diag diag = {0};
    char *sources[] = {(char *)path};
    uint64_t next = 0;
    FUZZ_CHECK(!tr_settings_create(&settings, NULL));
    FUZZ_CHECK(!tr_settings_set(settings, tr_param_by_option("model"), model ? model : "1", NULL));
    const tr_import_options options = {.sources = sources,
                                       .n_sources = 1,
                                       .settings = settings,
                                       .dataset = dataset,
                                       .has_model = model,
                                       .has_batch_size = dataset};
    tr_status status = tr_import_create(&opened, &options, &diag);
    if (!status)
        status = tr_import_run(opened, check_state, &next, &diag);
    if (status)
        check_failure(status, &diag);
    tr_import_destroy(&opened);
    tr_settings_destroy(&settings);
}

/* An array is imported by its file's name, which is none here. */
static void read_npy(const char *path) {
    tr_npy npy;
    tr_diag diag = {0};
    tr_status status = tr_npy_open(&npy, path, &diag);
    double *row = status ? NULL : calloc(npy.row_length, sizeof *row);
    if (status)
        check_failure(status, &diag);
    else
        FUZZ_CHECK(row);
    for (size_t i = 0; row && i < npy.dims[0] && i < 4; i++)
        FUZZ_CHECK(!tr_npy_read_row(&npy, npy.dims[0] - 1 - i, row, &diag));
    free(row);
    tr_npy_close(&npy);
}

static void read_safetensors(const char *path) {
    tr_tensors tensors;
    tr_diag diag = {0};
    tr_status status = tr_safetensors_read(&tensors, path, &diag);
    if (status)
        check_failure(status, &diag);
    tr_tensors_clear(&tensors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static tr_dataset *dataset;
    if (!dataset)
        FUZZ_CHECK(!tr_dataset_create_bilinear(&dataset, 10, NULL));
    if (size >= 4 && !memcmp(data, "\x89HDF", 4))
        return 0;
    const char *path = path_of(data, size);
    read_npy(path);
    read_safetensors(path);
    import(path, "1:relu", dataset);
    import(path, "2:tanh,1", NULL);
    import(path, NULL, NULL);
    return 0;
}
