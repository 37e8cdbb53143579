#include "support.h"

#include "bytes.h"
#include "import.h"
#include "keras_config.h"
#include "npy.h"
#include "run.h"
#include "safetensors.h"

#include <math.h>

static char scratch[256];

static int open_scratch(void **state) {
    (void)state;
    make_scratch(scratch, sizeof scratch);
    return 0;
}

static int close_scratch(void **state) {
    (void)state;
    remove_scratch(scratch);
    return 0;
}

/* The path of a file in the scratch folder; good until the next but seven calls. */
static char *path_of(const char *name) {
    static char paths[8][400];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static void write_file(const char *name, const void *content, size_t size) {
    unlink(path_of(name)); /* some file systems wait for the disk where a file is cut to nothing */
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

static void assert_one_line(const char *text) {
    assert_true(*text);
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            fail_msg("\"%s\" is not one line", text);
}

/* ---- numbers ---- */

static void numbers_are_read_whatever_their_type_and_order(void **state) {
    (void)state;
    const tr_number_type u1 = {TR_NUMBER_UNSIGNED, 1, false}, i1 = {TR_NUMBER_SIGNED, 1, false};
    const tr_number_type i4 = {TR_NUMBER_SIGNED, 4, false}, u4b = {TR_NUMBER_UNSIGNED, 4, true};
    const tr_number_type i8b = {TR_NUMBER_SIGNED, 8, true}, f2 = {TR_NUMBER_FLOAT, 2, false};
    const tr_number_type f4b = {TR_NUMBER_FLOAT, 4, true}, f8 = {TR_NUMBER_FLOAT, 8, false};
    const tr_number_type bf = {TR_NUMBER_BFLOAT16, 2, false};
    assert_true(tr_number_at((const uint8_t *)"\xff", u1) == 255);
    assert_true(tr_number_at((const uint8_t *)"\xff", i1) == -1);
    assert_true(tr_number_at((const uint8_t *)"\x80", i1) == -128);
    assert_true(tr_number_at((const uint8_t *)"\x7f", i1) == 127);
    assert_true(tr_number_at((const uint8_t *)"\xfe\xff\xff\xff", i4) == -2);
    assert_true(tr_number_at((const uint8_t *)"\0\0\1\2", u4b) == 258);
    assert_true(tr_number_at((const uint8_t *)"\x80\0\0\0\0\0\0\0", i8b) == -0x1p63);
    assert_true(tr_number_at((const uint8_t *)"\x3f\xc0\0\0", f4b) == 1.5);
    assert_true(tr_number_at((const uint8_t *)"\0\0\0\0\0\0\xf8\xbf", f8) == -1.5);
    assert_true(tr_number_at((const uint8_t *)"\xc0\x3f", bf) == 1.5);
    assert_true(tr_number_at((const uint8_t *)"\0\x3e", f2) == 1.5);
    assert_true(tr_number_at((const uint8_t *)"\0\xbc", f2) == -1);
    assert_true(tr_number_at((const uint8_t *)"\1\0", f2) == 0x1p-24);
    assert_true(tr_number_at((const uint8_t *)"\xff\x7b", f2) == 65504);
    assert_true(isinf(tr_number_at((const uint8_t *)"\0\x7c", f2)));
    assert_true(isnan(tr_number_at((const uint8_t *)"\1\x7c", f2)));
}

/* ---- safetensors ---- */

/* A file with this header and so many bytes of values, which are the float32 0, 1, 2, …. */
static size_t make_safetensors(uint8_t *file, const char *header, size_t n_bytes) {
    size_t length = strlen(header);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)(length >> 8 * i);
    memcpy(file + 8, header, length);
    for (size_t i = 0; i < n_bytes / 4; i++) {
        float value = (float)i;
        memcpy(file + 8 + length + 4 * i, &value, 4);
    }
    memset(file + 8 + length + n_bytes / 4 * 4, 0, n_bytes % 4);
    return 8 + length + n_bytes;
}

static void write_safetensors(const char *name, const char *header, size_t n_bytes) {
    uint8_t file[2048];
    write_file(name, file, make_safetensors(file, header, n_bytes));
}

static const char two_layers[] =
    "{\"__metadata__\":{\"format\":\"pt\"},"
    "\"10.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
    "\"10.weight\":{\"dtype\":\"F32\",\"shape\":[1,3],\"data_offsets\":[4,16]},"
    "\"2.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[16,28]},"
    "\"2.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[28,52]}}   ";

static void safetensors_of_pytorch_become_layers_in_our_order(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_tensors tensors;
    tr_dense_layers layers;
    float params[13];
    write_safetensors("w.safetensors", two_layers, 52);
    assert_ok(tr_safetensors_read(&tensors, path_of("w.safetensors"), &diag), diag);
    assert_ok(tr_dense_find(&layers, &tensors, NULL, "w", &diag), diag);
    assert_int_equal(layers.count, 2);
    assert_int_equal(layers.items[0].n_inputs, 2);
    assert_int_equal(layers.items[0].n_units, 3);
    assert_int_equal(layers.items[1].n_inputs, 3);
    assert_ok(tr_dense_copy(&layers, params, "w", &diag), diag);
    /* 2.weight is [[7, 8], [9, 10], [11, 12]], and its transpose comes first */
    const float wanted[] = {7, 9, 11, 8, 10, 12, 4, 5, 6, 1, 2, 3, 0};
    assert_memory_equal(params, wanted, sizeof wanted);

    assert_int_equal(tr_dense_find(&layers, &tensors, "10,2", "w", &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "layer 2, \"2\", has 2 inputs, but the one before, \"10\", 1");
    diag = (tr_diag){0};
    assert_int_equal(tr_dense_find(&layers, &tensors, "2", "w", &diag), TR_ERROR_ARGUMENT);
    diag = (tr_diag){0};
    assert_int_equal(tr_dense_find(&layers, &tensors, "2,out", "w", &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "\"out\"");
    tr_tensors_clear(&tensors);
}

static void check_bad_safetensors(const char *header, size_t n_bytes, const char *says) {
    tr_diag diag = {0};
    tr_tensors tensors;
    write_safetensors("w.safetensors", header, n_bytes);
    assert_int_equal(tr_safetensors_read(&tensors, path_of("w.safetensors"), &diag),
                     TR_ERROR_INPUT);
    assert_one_line(diag.text);
    assert_text_contains(diag.text, "w.safetensors: ");
    assert_text_contains(diag.text, says);
    assert_int_equal(tensors.count, 0);
    assert_null(tensors.items);
}

#define TENSOR(dtype, shape, offsets)                                                              \
    "{\"0.bias\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void what_is_wrong_in_safetensors_is_said(void **state) {
    (void)state;
    check_bad_safetensors("[]", 0, "no JSON object");
    check_bad_safetensors("{\"a\":", 0, "no JSON object");
    check_bad_safetensors("{\"a\":{},\"a\":{}}", 0, "duplicate");
    check_bad_safetensors("{\"a\":{}}", 0, "tensor \"a\": its dtype");
    check_bad_safetensors("{\"a\":7}", 0, "tensor \"a\": its dtype");
    check_bad_safetensors(TENSOR("I64", "[1]", "[0,8]"), 8, "tensor \"0.bias\": its dtype");
    check_bad_safetensors(TENSOR("F32", "[]", "[0,4]"), 4, "its shape");
    check_bad_safetensors(TENSOR("F32", "[1,1,1]", "[0,4]"), 4, "its shape");
    check_bad_safetensors(TENSOR("F32", "[-1]", "[0,4]"), 4, "its shape");
    check_bad_safetensors(TENSOR("F32", "[1.5]", "[0,4]"), 4, "its shape");
    check_bad_safetensors(TENSOR("F32", "[2]", "[0,4]"), 4, "do not go with");
    check_bad_safetensors(TENSOR("F32", "[1]", "[0,5]"), 5, "do not go with");
    check_bad_safetensors(TENSOR("F32", "[4611686018427387904,4]", "[0,0]"), 0, "do not go with");
    check_bad_safetensors(TENSOR("F32", "[4294967296,4294967296]", "[0,4]"), 4, "do not go with");
    check_bad_safetensors(TENSOR("F32", "[0,7]", "[0,0]"), 0, "empty");
    check_bad_safetensors(TENSOR("F32", "[7,0]", "[0,0]"), 0, "empty");
    check_bad_safetensors(TENSOR("F32", "[1]", "[4,0]"), 4, "outside");
    check_bad_safetensors(TENSOR("F32", "[1]", "[0]"), 4, "data_offsets are wrong");
    check_bad_safetensors(TENSOR("F32", "[1]", "[-4,0]"), 4, "data_offsets are wrong");
    check_bad_safetensors(TENSOR("F32", "[2]", "[0,8]"), 4, "complete");
    check_bad_safetensors(TENSOR("F32", "[1]", "[0,4]"), 8, "has 8 bytes of values");
    write_file("w.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f{", 9);
    tr_diag diag = {0};
    tr_tensors tensors;
    assert_int_equal(tr_safetensors_read(&tensors, path_of("w.safetensors"), &diag),
                     TR_ERROR_INPUT);
    assert_text_contains(diag.text, "its header would have 9223372036854775807 bytes");
    diag = (tr_diag){0};
    assert_int_equal(tr_safetensors_read(&tensors, path_of("nowhere"), &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "No such file");
}

static void check_no_layers(const char *header, size_t n_bytes, const char *says) {
    tr_diag diag = {0};
    tr_tensors tensors;
    tr_dense_layers layers;
    write_safetensors("w.safetensors", header, n_bytes);
    assert_ok(tr_safetensors_read(&tensors, path_of("w.safetensors"), &diag), diag);
    assert_int_equal(tr_dense_find(&layers, &tensors, NULL, "w", &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, says);
    tr_tensors_clear(&tensors);
}

#define ENTRY(name, shape, offsets)                                                                \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void tensors_that_are_no_dense_layers_are_named(void **state) {
    (void)state;
    check_no_layers("{}", 0, "w: has no weights");
    check_no_layers("{" ENTRY("0.bias", "[1]", "[0,4]") "}", 4,
                    "layer 1, \"0\", has a bias but no");
    check_no_layers("{" ENTRY("0.weight", "[1]", "[0,4]") "}", 4, "\"0.weight\" with 1 dimension");
    check_no_layers("{" ENTRY("0.bias", "[1,1]", "[0,4]") "}", 4, "\"0.bias\" with 2 dimensions");
    check_no_layers("{" ENTRY("bn.running_mean", "[1]", "[0,4]") "}", 4, "\"bn.running_mean\"");
    check_no_layers(
        "{" ENTRY("a/kernel", "[1,2]", "[0,8]") "," ENTRY("a/bias", "[1]", "[8,12]") "}", 12,
        "layer 1, \"a\", has 2 units, but a bias of [1]");
    check_no_layers(
        "{" ENTRY("a.kernel", "[1,1]", "[0,4]") "," ENTRY("a.weight", "[1,1]", "[4,8]") "}", 8,
        "\"a.weight\" is there twice");
}

/* ---- npy ---- */

static size_t make_npy(uint8_t *file, int version, const char *header, size_t n_bytes) {
    size_t length = strlen(header);
    size_t n_length = version == 1 ? 2 : 4;
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (uint8_t)version;
    file[7] = 0;
    for (size_t i = 0; i < n_length; i++)
        file[8 + i] = (uint8_t)(length >> 8 * i);
    memcpy(file + 8 + n_length, header, length);
    for (size_t i = 0; i < n_bytes; i++)
        file[8 + n_length + length + i] = (uint8_t)(i % 4 == 3 ? 0x3f : i % 4 == 2 ? 0x80 : 0);
    return 8 + n_length + length + n_bytes;
}

static void write_npy(const char *name, int version, const char *header, size_t n_bytes) {
    uint8_t file[4096];
    write_file(name, file, make_npy(file, version, header, n_bytes));
}

static const char plain_npy[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }   \n";

static void npy_files_of_all_versions_are_read(void **state) {
    (void)state;
    for (int version = 1; version <= 3; version++) {
        tr_diag diag = {0};
        tr_npy npy;
        double row[2] = {0};
        write_npy("a.npy", version, plain_npy, 24);
        assert_ok(tr_npy_open(&npy, path_of("a.npy"), &diag), diag);
        assert_int_equal(npy.n_dims, 2);
        assert_int_equal(npy.dims[0], 3);
        assert_int_equal(npy.row_length, 2);
        assert_ok(tr_npy_read_row(&npy, 2, row, &diag), diag);
        assert_true(row[0] == 1 && row[1] == 1);
        tr_npy_close(&npy);
    }
}

static void check_bad_npy(const char *header, size_t n_bytes, const char *says) {
    tr_diag diag = {0};
    tr_npy npy;
    write_npy("a.npy", 1, header, n_bytes);
    assert_int_equal(tr_npy_open(&npy, path_of("a.npy"), &diag), TR_ERROR_INPUT);
    tr_npy_close(&npy);
    assert_one_line(diag.text);
    assert_text_contains(diag.text, "a.npy: ");
    assert_text_contains(diag.text, says);
}

static void what_is_wrong_in_npy_files_is_said(void **state) {
    (void)state;
    check_bad_npy("", 0, "its header is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)", 24,
                  "header is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False}", 24, "its shape is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)} + 1", 24,
                  "header is wrong");
    check_bad_npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 12,
                  "header is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (3,)}", 12, "header is wrong");
    check_bad_npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 40, "pickled");
    check_bad_npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4,
                  "header is wrong");
    check_bad_npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8,
                  "its dtype is \"<c8\"");
    check_bad_npy("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", 12, "its dtype is");
    check_bad_npy("{'descr': '<f1', 'fortran_order': False, 'shape': (1,), }", 1, "its dtype is");
    check_bad_npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16,
                  "ascontiguousarray");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4, "shape is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1), }", 4,
                  "shape is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4,
                  "shape is wrong");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", 0, "is empty");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }", 24, "less values");
    check_bad_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", 24, "more values");
    check_bad_npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483648, 2147483648, 4), }", 24,
        "less values");
    check_bad_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999,), }",
                  24, "shape is wrong");
    tr_diag diag = {0};
    tr_npy npy;
    write_file("a.npy", "\x93NUMPY\2\0\xff\xff\xff\xff{", 13);
    assert_int_equal(tr_npy_open(&npy, path_of("a.npy"), &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "its header would have 4294967295 bytes");
    tr_npy_close(&npy);
}

/* ---- what Keras says of a model ---- */

#define SEQUENTIAL(layers) "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[" layers "]}}"
#define DENSE(units, activation)                                                                   \
    "{\"class_name\":\"Dense\",\"config\":{\"units\":" units ",\"activation\":\"" activation "\"}" \
    "}"
#define LAYER(class, config) "{\"class_name\":\"" class "\",\"config\":{" config "}}"

static void check_config(const char *config, const tr_layer *wanted, size_t n_wanted) {
    tr_diag diag = {0};
    tr_layer layers[4];
    size_t count;
    assert_ok(tr_keras_config_layers(config, layers, 4, &count, "m.h5", &diag), diag);
    assert_int_equal(count, n_wanted);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(layers[i].n_units, wanted[i].n_units);
        assert_int_equal(layers[i].activation, wanted[i].activation);
        assert_true(layers[i].alpha == wanted[i].alpha);
    }
}

static void layers_of_keras_have_our_activations(void **state) {
    (void)state;
    const tr_layer tanh_and_linear[] = {{.n_units = 3, .activation = TR_ACTIVATION_TANH},
                                        {.n_units = 1}};
    check_config(SEQUENTIAL(LAYER("InputLayer", "") "," DENSE("3", "tanh") "," LAYER(
                     "Dropout", "\"rate\":0.5") "," DENSE("1", "linear")),
                 tanh_and_linear, 2);
    check_config(SEQUENTIAL(DENSE("3", "linear") "," LAYER(
                     "Activation", "\"activation\":\"tanh\"") "," DENSE("1", "linear")),
                 tanh_and_linear, 2);
    check_config(
        "{\"class_name\":\"Sequential\",\"config\":["
        "{\"class_name\":\"Dense\",\"config\":{\"output_dim\":3,\"activation\":\"tanh\"}},"
        "{\"class_name\":\"Dense\",\"config\":{\"output_dim\":1,\"activation\":\"linear\"}}"
        "]}",
        tanh_and_linear, 2);
    const tr_layer relu[] = {{.n_units = 2, .activation = TR_ACTIVATION_RELU}};
    check_config(SEQUENTIAL(DENSE("2", "linear") "," LAYER(
                     "ReLU", "\"max_value\":null,\"threshold\":0.0,\"negative_slope\":0.0")),
                 relu, 1);
    const tr_layer leaky[] = {
        {.n_units = 2, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.125},
        {.n_units = 2, .activation = TR_ACTIVATION_ELU, .alpha = 0.5},
        {.n_units = 2, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.2}};
    check_config(
        SEQUENTIAL(DENSE("2", "linear") "," LAYER("LeakyReLU", "\"alpha\":0.125") "," DENSE(
            "2", "linear") "," LAYER("ELU", "\"alpha\":0.5") "," DENSE("2", "leaky_relu")),
        leaky, 3);
}

static void check_bad_config(const char *config, const char *says) {
    tr_diag diag = {0};
    tr_layer layers[2];
    size_t count;
    assert_int_equal(tr_keras_config_layers(config, layers, 2, &count, "m.h5", &diag),
                     TR_ERROR_INPUT);
    assert_one_line(diag.text);
    assert_text_contains(diag.text, "m.h5: model_config: ");
    assert_text_contains(diag.text, says);
}

static void what_cannot_be_shown_of_keras_is_named(void **state) {
    (void)state;
    check_bad_config("", "describes no Sequential");
    check_bad_config("{\"class_name\":\"Functional\",\"config\":{\"layers\":[]}}", "no Sequential");
    check_bad_config("{\"class_name\":\"Sequential\",\"config\":7}", "no Sequential");
    check_bad_config(SEQUENTIAL("7"), "begins with nothing");
    check_bad_config(SEQUENTIAL(LAYER("Conv2D", "")), "begins with \"Conv2D\"");
    check_bad_config(SEQUENTIAL(DENSE("2", "gelu")), "\"gelu\" cannot be shown");
    check_bad_config(SEQUENTIAL(DENSE("2", "relu") "," LAYER("ELU", "")),
                     "\"ELU\" cannot be shown after a dense layer that has an activation");
    check_bad_config(SEQUENTIAL(DENSE("2", "linear") "," LAYER("BatchNormalization", "")),
                     "\"BatchNormalization\"");
    check_bad_config(SEQUENTIAL(DENSE("2", "linear") "," LAYER("ReLU", "\"max_value\":6")),
                     "\"ReLU\" cannot be shown");
    check_bad_config(SEQUENTIAL(DENSE("2", "linear") "," LAYER("LeakyReLU", "\"alpha\":0")),
                     "alpha 0");
    check_bad_config(SEQUENTIAL(DENSE("0", "relu")), "too many layers or units");
    check_bad_config(SEQUENTIAL(DENSE("1", "relu") "," DENSE("1", "relu") "," DENSE("1", "relu")),
                     "too many layers or units");
}

/* ---- whole imports ---- */

typedef struct seen_states {
    size_t count;
    tr_snapshot states[8]; /* the first ones */
    float params[8][4];    /* and the first of theirs */
} seen_states;

static tr_status see(const tr_snapshot *state, void *context) {
    seen_states *seen = context;
    for (size_t i = 0; i < state->n_params; i++)
        assert_true(isfinite(state->params[i]) != 0);
    assert_true(!isinf(state->loss));
    if (seen->count < 8) {
        size_t n = state->n_params < 4 ? state->n_params : 4;
        seen->states[seen->count] = *state;
        memcpy(seen->params[seen->count], state->params, n * sizeof(float));
    }
    seen->count++;
    return TR_OK;
}

/* What an import is asked for, besides its sources. */
typedef struct import_case {
    const char *model;  /* NULL where it is not given */
    bool has_data;      /* bilinear, 200 samples */
    int64_t batch_size; /* 0 where it is not given */
} import_case;

static tr_status import(const import_case *asked, const char *const *names, size_t count,
                        seen_states *seen, tr_diag *diag) {
    char *sources[4];
    tr_settings *settings;
    tr_dataset *dataset = NULL;
    tr_import *import = NULL;
    *seen = (seen_states){0};
    assert_int_equal(tr_settings_create(&settings, NULL), TR_OK);
    if (asked->model)
        assert_int_equal(tr_settings_set(settings, tr_param_by_option("model"), asked->model, NULL),
                         TR_OK);
    if (asked->batch_size)
        settings->batch_size = asked->batch_size;
    if (asked->has_data)
        assert_int_equal(tr_dataset_create_bilinear(&dataset, 200, NULL), TR_OK);
    for (size_t i = 0; i < count; i++)
        sources[i] = path_of(names[i]);
    const tr_import_options options = {.sources = sources,
                                       .n_sources = count,
                                       .settings = settings,
                                       .dataset = dataset,
                                       .has_model = asked->model,
                                       .has_batch_size = asked->batch_size > 0};
    tr_status status = tr_import_create(&import, &options, diag);
    if (!status)
        status = tr_import_run(import, see, seen, diag);
    assert_int_equal(status != TR_OK, diag->text[0] != '\0');
    if (status)
        assert_one_line(diag->text);
    tr_import_destroy(&import);
    tr_dataset_destroy(&dataset);
    tr_settings_destroy(&settings);
    return status;
}

static const import_case neuron = {.model = "1:relu"};

static void import_text(const import_case *asked, const char *text, seen_states *seen) {
    tr_diag diag = {0};
    const char *const names[] = {"run.txt"};
    write_text("run.txt", text);
    assert_ok(import(asked, names, 1, seen, &diag), diag);
}

static void check_neuron(const seen_states *seen) {
    assert_int_equal(seen->count, 2);
    assert_int_equal(seen->states[0].iteration, 0);
    assert_int_equal(seen->states[1].iteration, 5);
    assert_true(isnan(seen->states[0].loss));
    assert_true(seen->states[1].loss == 0.25f);
    assert_true(seen->params[0][0] == 1 && seen->params[0][1] == 2);
    assert_true(seen->params[1][0] == -3.5f && seen->params[1][1] == 4e-3f);
}

static void tables_of_every_form_are_read(void **state) {
    (void)state;
    static const char *const texts[] = {
        "iteration,loss,w,b\n0,,1,2\n5,0.25,-3.5,4e-3\n",
        "\xef\xbb\xbfiteration;loss;w;b\r\n0;nan;1;2\r\n5;0.25;-3.5;4e-3",
        "b\tloss\tw\titeration\n2\tNaN\t1\t0\n4e-3\t0.25\t-3.5\t5\n\n\n",
        "iteration,full_loss,loss,first,\"the second\"\n0,x,,1,2\n5,y,.25,-3.5,\"4e-3\"\n",
        "iteration,val_loss,loss,w,b\n0,x,,1,2\n5,y,.25,-3.5,4e-3\n",
        "\n\niteration,loss,w,b\n\n0,,1,2\n5,0.25,-3.5,4e-3\n",
        "{\"iteration\":0,\"w\":1,\"b\":2}\n{\"iteration\":5,\"loss\":0.25,\"b\":4e-3,\"w\":-3.5}"
        "\n",
        "{\"iteration\":0,\"loss\":null,\"params\":[1,2]}\r\n"
        "{\"params\":[-3.5,4e-3],\"loss\":0.25,\"iteration\":5,\"more\":\"text\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        seen_states seen;
        import_text(&neuron, texts[i], &seen);
        check_neuron(&seen);
    }
}

static void what_a_table_does_not_say_follows_from_data_and_batch_size(void **state) {
    (void)state;
    seen_states seen;
    const char text[] = "iteration,w,b\n0,1,1\n1,1,1\n2,1,1\n3,1,1\n5,1,1\n";
    const import_case asked = {.model = "1:relu", .has_data = true, .batch_size = 128};
    import_text(&asked, text, &seen);
    const uint64_t samples[] = {0, 128, 200, 328, 528};
    const uint32_t sizes[] = {0, 128, 72, 128, 128};
    const uint64_t epochs[] = {0, 0, 0, 1, 2};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(seen.states[i].samples_seen, samples[i]);
        assert_int_equal(seen.states[i].batch_size, sizes[i]);
        assert_int_equal(seen.states[i].epoch, epochs[i]);
    }
    import_text(&neuron, text, &seen);
    assert_int_equal(seen.states[4].samples_seen, 0);
    assert_int_equal(seen.states[4].batch_size, 0);
    import_text(&neuron, "batch_size,epoch,w,b\n,,1,1\n3,0,1,1\n2,7,1,1\n", &seen);
    assert_int_equal(seen.states[2].iteration, 2);
    assert_int_equal(seen.states[2].samples_seen, 5);
    assert_int_equal(seen.states[2].epoch, 7);
}

static void inputs_follow_from_the_number_of_parameters(void **state) {
    (void)state;
    seen_states seen;
    tr_diag diag = {0};
    const import_case two = {.model = "2:tanh,1"};
    const char *const names[] = {"run.txt"};
    import_text(&two, "a,b,c,d,e,f,g,h,i\n1,2,3,4,5,6,7,8,9\n", &seen);
    assert_int_equal(seen.states[0].n_params, 9);
    write_text("run.txt", "a,b,c,d,e,f,g,h\n1,2,3,4,5,6,7,8\n");
    assert_int_equal(import(&two, names, 1, &seen, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text,
                         "has 8 parameters in each state, but the model has 5, and 2 for");
}

static void check_bad_text(const char *text, tr_status status, const char *says) {
    tr_diag diag = {0};
    seen_states seen;
    const char *const names[] = {"run.txt"};
    write_text("run.txt", text);
    assert_int_equal(import(&neuron, names, 1, &seen, &diag), status);
    assert_text_contains(diag.text, "run.txt");
    assert_text_contains(diag.text, says);
}

static void what_is_wrong_in_a_table_is_said_with_its_place(void **state) {
    (void)state;
    check_bad_text("", TR_ERROR_INPUT, ":1:1: found nothing");
    check_bad_text("w,b\n", TR_ERROR_INPUT, "has no states");
    check_bad_text("0,1\n", TR_ERROR_INPUT, ":1:1: found \"0\"; wanted the name");
    check_bad_text("w,,b\n", TR_ERROR_INPUT, ":1:3: found nothing; wanted the name");
    check_bad_text("w,w\n1,2\n", TR_ERROR_INPUT, "found two columns \"w\"");
    check_bad_text("iteration,loss\n1,2\n", TR_ERROR_INPUT, "no columns of parameters");
    check_bad_text("w,b\n1,2\n3\n", TR_ERROR_INPUT, ":3:2: found 1 field; wanted 2");
    check_bad_text("w,b\n1,2\n3,4,5\n", TR_ERROR_INPUT, ":3:5: found a field more");
    check_bad_text("w,b\n1,x\n", TR_ERROR_INPUT, ":2:3: found \"x\"; wanted a number");
    check_bad_text("w,b\n1,\n", TR_ERROR_INPUT, ":2:3: found nothing; wanted a finite float32");
    check_bad_text("w,b\n1,nan\n", TR_ERROR_INPUT, ":2:3: found \"nan\"; wanted a finite float32");
    check_bad_text("w,b\n1,1e39\n", TR_ERROR_INPUT, ":2:3: found \"1e39\"; wanted a finite");
    check_bad_text("w,b,loss\n1,1,1e39\n", TR_ERROR_INPUT, ":2:5: found \"1e39\"");
    check_bad_text("iteration,w,b\n1.5,1,2\n", TR_ERROR_INPUT,
                   ":2:1: found \"1.5\"; wanted a whole");
    check_bad_text("iteration,w,b\n-1,1,2\n", TR_ERROR_INPUT, ":2:1: found \"-1\"; wanted a whole");
    check_bad_text("iteration,w,b\n1e300,1,2\n", TR_ERROR_INPUT, "wanted a whole number up to");
    check_bad_text("batch_size,w,b\n4294967296,1,2\n", TR_ERROR_INPUT, "below 2^32");
    check_bad_text("iteration,w,b\n3,1,2\n3,1,2\n", TR_ERROR_INPUT,
                   ":3:1: found iteration 3 after 3; wanted a later one");
    check_bad_text("{\"w\":1,\"b\":2}\n{\"w\":1}\n", TR_ERROR_INPUT,
                   ":2:1: found something else in");
    check_bad_text("{\"w\":1,\"b\":2}\nx\n", TR_ERROR_INPUT, ":2:1: found no JSON object");
    check_bad_text("{\"w\":1,\"b\":2}\n{\"w\":1,\"w\":2}\n", TR_ERROR_INPUT, "duplicate");
    check_bad_text("{\"w\":1,\"b\":2}\n[]\n", TR_ERROR_INPUT, ":2:1: found an array");
    check_bad_text("{\"w\":1,\"b\":NaN}\n", TR_ERROR_INPUT, "null for what is no number");
    check_bad_text("{\"w\":1,\"b\":\"2\"}\n", TR_ERROR_INPUT, "in \"b\"; wanted a number");
    check_bad_text("{\"params\":[1,2]}\n{\"params\":[1]}\n", TR_ERROR_INPUT,
                   ":2:1: found something else in \"params\"; wanted a list of 2 numbers");
    check_bad_text("{\"params\":[1,null]}\n", TR_ERROR_INPUT, "in \"params\" 1 (from 0)");
}

static void the_model_must_go_with_the_files(void **state) {
    (void)state;
    const char *const names[] = {"w_3.safetensors"};
    seen_states seen;
    tr_diag diag = {0};
    write_safetensors(names[0], two_layers, 52);
    const import_case right = {.model = "3:tanh,1"}, none = {0}, wrong = {.model = "4:tanh,1"},
                      longer = {.model = "3,1,1"}, data = {.model = "3,1", .has_data = true};
    assert_ok(import(&right, names, 1, &seen, &diag), diag);
    assert_int_equal(seen.states[0].iteration, 3);
    assert_int_equal(seen.states[0].n_params, 13);
    assert_int_equal(import(&none, names, 1, &seen, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "--model 3:relu,1");
    diag = (tr_diag){0};
    assert_int_equal(import(&wrong, names, 1, &seen, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "layer 1, \"2\", has weights [2, 3], but in the model [2, 4]");
    diag = (tr_diag){0};
    assert_int_equal(import(&longer, names, 1, &seen, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "has 2 layers, but the model 3");
    diag = (tr_diag){0};
    assert_int_equal(import(&data, names, 1, &seen, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "its layer 1 has 2 inputs, but the data 1");
}

static const char neuron_header[] =
    "{" ENTRY("0.weight", "[1,1]", "[0,4]") "," ENTRY("0.bias", "[1]", "[4,8]") "}";

static void a_series_is_in_the_order_of_its_numbers(void **state) {
    (void)state;
    seen_states seen;
    tr_diag diag = {0};
    const char *const names[] = {"v2_100.safetensors", "v2_9.safetensors", "v2_0.safetensors"};
    for (int i = 0; i < 3; i++)
        write_safetensors(names[i], neuron_header, 8);
    assert_ok(import(&neuron, names, 3, &seen, &diag), diag);
    assert_int_equal(seen.states[0].iteration, 0);
    assert_int_equal(seen.states[1].iteration, 9);
    assert_int_equal(seen.states[2].iteration, 100);
    const char *const pattern[] = {"v2_*.safetensors"};
    assert_ok(import(&neuron, pattern, 1, &seen, &diag), diag);
    assert_int_equal(seen.count, 3);
}

static void check_bad_names(const char *first, const char *second, const char *says) {
    seen_states seen;
    tr_diag diag = {0};
    const char *const names[] = {first, second};
    write_safetensors(first, neuron_header, 8);
    write_safetensors(second, neuron_header, 8);
    assert_int_equal(import(&neuron, names, 2, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, says);
}

static void a_series_with_unclear_numbers_is_refused(void **state) {
    (void)state;
    check_bad_names("a.safetensors", "b.safetensors", "has no number");
    check_bad_names("a_1.safetensors", "b_1.safetensors", "the same number");
    check_bad_names("a_1.safetensors", "a_01.safetensors", "the same number");
    check_bad_names("a_1-2.safetensors", "a_2-3.safetensors", "several numbers");
    check_bad_names("a_1-2.safetensors", "a_1.safetensors", "fewer numbers");
    check_bad_names("a_1.safetensors", "a_9999999999999999999.safetensors", "too large");
}

static void files_of_a_series_must_be_alike(void **state) {
    (void)state;
    seen_states seen;
    tr_diag diag = {0};
    const char *const names[] = {"w_1.safetensors", "w_2.safetensors", "w.npy"};
    write_safetensors(names[0], neuron_header, 8);
    write_safetensors(
        names[1], "{" ENTRY("0.weight", "[1,2]", "[0,8]") "," ENTRY("0.bias", "[1]", "[8,12]") "}",
        12);
    write_npy(names[2], 1, plain_npy, 24);
    assert_int_equal(import(&neuron, names, 2, &seen, &diag), TR_ERROR_INPUT);
    assert_int_equal(seen.count, 1);
    assert_text_contains(diag.text, "w_2.safetensors: layer 1, \"0\", has weights [2, 1], but in "
                                    "w_1.safetensors [1, 1]");
    diag = (tr_diag){0};
    assert_int_equal(import(&neuron, names + 1, 2, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text,
                         "w.npy: is a NumPy file, but the one before a safetensors file");
}

static void what_can_run_code_is_refused_with_advice(void **state) {
    (void)state;
    static const struct {
        const char *name, *content, *says;
    } cases[] = {{"w.pt", "PK\3\4 zip", "safetensors"},
                 {"w.pth", "\x80\2}", "trainreel_torch.py"},
                 {"w.PKL", "anything", "numpy.save"},
                 {"w.npz", "PK\3\4 zip", "unzip it"},
                 {"w.keras", "PK\3\4 zip", "model.weights.h5"},
                 {"w.dat", "PK\3\4 zip", "is a zip"},
                 {"w.dat", "\x80\4\x95 pickle", "a pickle can run code"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seen_states seen;
        tr_diag diag = {0};
        write_text(cases[i].name, cases[i].content);
        assert_int_equal(import(&neuron, &cases[i].name, 1, &seen, &diag), TR_ERROR_INPUT);
        assert_text_contains(diag.text, cases[i].says);
    }
}

static void arrays_of_numpy_make_states(void **state) {
    (void)state;
    seen_states seen;
    tr_diag diag = {0};
    const char *const names[] = {"params.npy", "iteration.npy", "layer_0.bias.npy"};
    write_npy(names[0], 1, plain_npy, 24);
    write_npy(names[1], 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", 0);
    FILE *file = fopen(path_of(names[1]), "ab");
    assert_non_null(file);
    fwrite("\0\2\7", 1, 3, file);
    fclose(file);
    assert_ok(import(&neuron, names, 2, &seen, &diag), diag);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.states[2].iteration, 7);
    assert_true(seen.params[2][1] == 1);
    assert_ok(import(&neuron, names, 1, &seen, &diag), diag);
    assert_int_equal(seen.states[2].iteration, 2);

    write_npy(names[2], 1, plain_npy, 24);
    assert_int_equal(import(&neuron, names, 3, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "layer_0.bias.npy: wanted either params.npy or");
    diag = (tr_diag){0};
    assert_int_equal(import(&neuron, names + 2, 1, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "its layer has no weights");
    diag = (tr_diag){0};
    write_npy(names[1], 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 2);
    assert_int_equal(import(&neuron, names, 2, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "iteration.npy: has 2 rows, but params.npy 3");
    diag = (tr_diag){0};
    const char *const unknown[] = {"weights.npy"};
    write_npy(unknown[0], 1, plain_npy, 24);
    assert_int_equal(import(&neuron, unknown, 1, &seen, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "weights.npy: unknown name; wanted params.npy, or");
}

/* ---- a thousand damaged files of each kind ---- */

static uint32_t next_random(uint32_t *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

/* Whatever is flipped or cut off, there are finite states or one line of text. */
static void damage(const char *name, const uint8_t *content, size_t size) {
    uint32_t random = 1;
    int n_refused = 0;
    uint8_t damaged[2048];
    assert_true(size <= sizeof damaged);
    for (int i = 0; i < 2000; i++) {
        size_t length = i < 1000 ? size : next_random(&random) % size;
        memcpy(damaged, content, size);
        for (uint32_t flips = i < 1000 ? 1 + next_random(&random) % 3 : 0; flips; flips--) {
            size_t at = next_random(&random) % size;
            damaged[at] = (uint8_t)(damaged[at] ^ 1u << next_random(&random) % 8);
        }
        write_file(name, damaged, length);
        seen_states seen;
        tr_diag diag = {0};
        const import_case asked = {.model = "3:tanh,1"};
        n_refused += import(&asked, &name, 1, &seen, &diag) != TR_OK;
    }
    assert_true(n_refused > 500);
}

static void damaged_safetensors_are_refused(void **state) {
    (void)state;
    uint8_t file[2048];
    damage("w_1.safetensors", file, make_safetensors(file, two_layers, 52));
}

static void damaged_npy_files_are_refused(void **state) {
    (void)state;
    uint8_t file[2048];
    damage("params.npy", file,
           make_npy(file, 1,
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 13), }          \n",
                    156));
}

static void damaged_tables_are_refused(void **state) {
    (void)state;
    const char csv[] =
        "iteration,loss,a,b,c,d,e,f,g,h,i,j,k,l,m\n0,,1,2,3,4,5,6,7,8,9,10,11,12,13\n"
        "1,0.5,1,2,3,4,5,6,7,8,9,10,11,12,13.25\n2,0.25,1,2,3,4,5,6,7,8,9,10,11,12,13\n";
    damage("run.csv", (const uint8_t *)csv, sizeof csv - 1);
    const char json[] =
        "{\"iteration\":0,\"params\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}\n"
        "{\"iteration\":1,\"loss\":0.5,\"params\":[1,2,3,4,5,6,7,8,9,10,11,12,13.5]}\n";
    damage("run.jsonl", (const uint8_t *)json, sizeof json - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_whatever_their_type_and_order),
        cmocka_unit_test(safetensors_of_pytorch_become_layers_in_our_order),
        cmocka_unit_test(what_is_wrong_in_safetensors_is_said),
        cmocka_unit_test(tensors_that_are_no_dense_layers_are_named),
        cmocka_unit_test(npy_files_of_all_versions_are_read),
        cmocka_unit_test(what_is_wrong_in_npy_files_is_said),
        cmocka_unit_test(layers_of_keras_have_our_activations),
        cmocka_unit_test(what_cannot_be_shown_of_keras_is_named),
        cmocka_unit_test(tables_of_every_form_are_read),
        cmocka_unit_test(what_a_table_does_not_say_follows_from_data_and_batch_size),
        cmocka_unit_test(inputs_follow_from_the_number_of_parameters),
        cmocka_unit_test(what_is_wrong_in_a_table_is_said_with_its_place),
        cmocka_unit_test(the_model_must_go_with_the_files),
        cmocka_unit_test(a_series_is_in_the_order_of_its_numbers),
        cmocka_unit_test(a_series_with_unclear_numbers_is_refused),
        cmocka_unit_test(files_of_a_series_must_be_alike),
        cmocka_unit_test(what_can_run_code_is_refused_with_advice),
        cmocka_unit_test(arrays_of_numpy_make_states),
        cmocka_unit_test(damaged_safetensors_are_refused),
        cmocka_unit_test(damaged_npy_files_are_refused),
        cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
