#include "safetensors.h"

#include "bytes.h"
#include "csv_reader.h"
#include "diag.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_SIZE = 8, BLOCK = 1 << 16 /* bytes that are converted at once */ };

typedef struct named_type {
    const char *name;
    tr_number_type type;
} named_type;

static const named_type dtypes[] = {{"F32", {TR_NUMBER_FLOAT, 4, false}},
                                    {"F64", {TR_NUMBER_FLOAT, 8, false}},
                                    {"F16", {TR_NUMBER_FLOAT, 2, false}},
                                    {"BF16", {TR_NUMBER_BFLOAT16, 2, false}}};

/* One reading of a file. */
typedef struct safetensors_reading {
    tr_bytes bytes;
    uint64_t data; /* where the values start */
    uint64_t used; /* bytes of values that tensors have so far */
    tr_tensors *tensors;
    tr_diag *diag;
} safetensors_reading;

static tr_status fail_tensor(const safetensors_reading *reading, const char *name,
                             const char *what) {
    return tr_fail(reading->diag, TR_ERROR_INPUT, "%s: tensor %s: %s", reading->bytes.name,
                   tr_csv_quote_text(name, strlen(name)).text, what);
}

static const named_type *find_dtype(const json_t *entry) {
    const char *name = json_string_value(json_object_get(entry, "dtype"));
    for (size_t i = 0; name && i < sizeof dtypes / sizeof *dtypes; i++)
        if (!strcmp(name, dtypes[i].name))
            return &dtypes[i];
    return NULL;
}

/* The whole numbers from 0 in a list of `least` to `most`. */
static bool get_numbers(const json_t *list, size_t least, size_t most, uint64_t *numbers,
                        size_t *count) {
    *count = json_array_size(list);
    if (!json_is_array(list) || *count < least || *count > most)
        return false;
    for (size_t i = 0; i < *count; i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0)
            return false;
        numbers[i] = (uint64_t)json_integer_value(number);
    }
    return true;
}

static tr_status convert(const safetensors_reading *reading, uint64_t offset,
                         const named_type *dtype, tr_tensor *tensor) {
    uint8_t block[BLOCK];
    size_t count = tensor->dims[0] * tensor->dims[1];
    size_t most = sizeof block / dtype->type.size;
    for (size_t done = 0; done < count;) {
        size_t n = count - done < most ? count - done : most;
        tr_status status =
            tr_bytes_read(&reading->bytes, reading->data + offset + done * dtype->type.size, block,
                          n * dtype->type.size, reading->diag);
        if (status)
            return status;
        for (size_t i = 0; i < n; i++)
            tensor->values[done + i] =
                (float)tr_number_at(block + i * dtype->type.size, dtype->type);
        done += n;
    }
    return TR_OK;
}

static tr_status read_tensor(safetensors_reading *reading, const char *name, const json_t *entry) {
    uint64_t shape[2], range[2];
    size_t n_dims, n_ends;
    const named_type *dtype = find_dtype(entry);
    uint64_t available = reading->bytes.size - reading->data;
    if (!dtype)
        return fail_tensor(reading, name, "its dtype is unknown; wanted F32, F64, F16 or BF16");
    if (!get_numbers(json_object_get(entry, "shape"), 1, 2, shape, &n_dims))
        return fail_tensor(reading, name, "its shape is wrong; wanted 1 or 2 numbers");
    if (!get_numbers(json_object_get(entry, "data_offsets"), 2, 2, range, &n_ends))
        return fail_tensor(reading, name, "its data_offsets are wrong; wanted 2 numbers");
    if (range[0] > range[1] || range[1] > available)
        return fail_tensor(reading, name,
                           "its data_offsets are outside of the file (is it complete?)");
    uint64_t n_bytes = range[1] - range[0];
    uint64_t n_values = n_bytes / dtype->type.size;
    uint64_t n_columns = n_dims == 2 ? shape[1] : 1;
    bool fits =
        n_columns ? n_values % n_columns == 0 && n_values / n_columns == shape[0] : n_values == 0;
    if (!fits || n_bytes % dtype->type.size)
        return fail_tensor(reading, name, "its shape and dtype do not go with its data_offsets");
    if (!n_values)
        return fail_tensor(reading, name, "it is empty");
    reading->used += n_bytes;
    const size_t dims[2] = {(size_t)shape[0], (size_t)n_columns};
    tr_tensor *tensor = tr_tensors_add(reading->tensors, name, n_dims, dims);
    return tensor ? convert(reading, range[0], dtype, tensor)
                  : tr_fail_memory(reading->diag, "the weights");
}

/* The header, whose reference the caller has. */
static tr_status read_header(safetensors_reading *reading, json_t **header) {
    uint8_t length_bytes[LENGTH_SIZE];
    tr_status status =
        tr_bytes_read(&reading->bytes, 0, length_bytes, sizeof length_bytes, reading->diag);
    if (status)
        return status;
    uint64_t length = 0;
    for (size_t i = 0; i < LENGTH_SIZE; i++)
        length |= (uint64_t)length_bytes[i] << 8 * i;
    if (length > TR_SAFETENSORS_LONGEST_HEADER)
        return tr_fail(
            reading->diag, TR_ERROR_INPUT,
            "%s: its header would have %llu bytes; wanted up to %d (is this a safetensors "
            "file?)",
            reading->bytes.name, (unsigned long long)length, TR_SAFETENSORS_LONGEST_HEADER);
    char *text = malloc(length ? (size_t)length : 1);
    if (!text)
        return tr_fail_memory(reading->diag, "the weights");
    status = tr_bytes_read(&reading->bytes, LENGTH_SIZE, text, (size_t)length, reading->diag);
    if (!status) {
        json_error_t error;
        *header = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(*header))
            status = tr_fail(reading->diag, TR_ERROR_INPUT, "%s: its header is no JSON object: %s",
                             reading->bytes.name,
                             *header ? "it is an array"
                                     : tr_csv_quote_text(error.text, strlen(error.text)).text);
    }
    free(text);
    reading->data = LENGTH_SIZE + length;
    return status;
}

tr_status tr_safetensors_read(tr_tensors *tensors, const char *path, tr_diag *diag) {
    safetensors_reading reading = {.tensors = tensors, .diag = diag};
    json_t *header = NULL;
    *tensors = (tr_tensors){0};
    tr_status status = tr_bytes_open(&reading.bytes, path, diag);
    if (!status)
        status = read_header(&reading, &header);
    const char *name;
    json_t *entry;
    if (!status) {
        json_object_foreach(header, name, entry) {
            if (strcmp(name, "__metadata__") != 0)
                status = read_tensor(&reading, name, entry);
            if (status)
                break;
        }
    }
    if (!status && reading.used != reading.bytes.size - reading.data)
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: has %llu bytes of values, but its tensors %llu",
                         path, (unsigned long long)(reading.bytes.size - reading.data),
                         (unsigned long long)reading.used);
    json_decref(header);
    tr_bytes_close(&reading.bytes);
    if (status)
        tr_tensors_clear(tensors);
    return status;
}
