#include "tensors.h"

#include "alloc.h"
#include "csv_reader.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- tensors ---- */

tr_tensor *tr_tensors_add(tr_tensors *tensors, const char *name, size_t n_dims,
                          const size_t *dims) {
    tr_tensor *items = realloc(tensors->items, (tensors->count + 1) * sizeof *items);
    if (!items)
        return NULL;
    tensors->items = items;
    tr_tensor *tensor = &items[tensors->count];
    *tensor = (tr_tensor){.name = strdup(name), .n_dims = n_dims, .dims = {dims[0], 1}};
    if (n_dims == 2)
        tensor->dims[1] = dims[1];
    size_t n_rows = tensor->dims[0];
    size_t row_size = tensor->dims[1] <= SIZE_MAX / sizeof *tensor->values
                          ? tensor->dims[1] * sizeof *tensor->values
                          : SIZE_MAX;
    tensor->values = tr_alloc_array(n_rows, row_size);
    if (!tensor->name || !tensor->values) {
        free(tensor->name);
        free(tensor->values);
        return NULL;
    }
    tensors->count++;
    return tensor;
}

void tr_tensors_clear(tr_tensors *tensors) {
    for (size_t i = 0; i < tensors->count; i++) {
        free(tensors->items[i].name);
        free(tensors->items[i].values);
    }
    free(tensors->config);
    free(tensors->items);
    *tensors = (tr_tensors){0};
}

/* ---- layers ---- */

static tr_csv_quote quote(const char *name) {
    return tr_csv_quote_text(name, strlen(name));
}

static tr_csv_quote quote_layer(const tr_dense *layer) {
    return tr_csv_quote_text(layer->name, layer->name_length);
}

/* What the end of a name says. */
typedef enum tensor_part { PART_NONE, PART_WEIGHT, PART_KERNEL, PART_BIAS } tensor_part;

/* Also finds the layer's name, which is empty where there is nothing before the part. */
static tensor_part part_of(const char *name, size_t *layer_length) {
    const char *end = name + strlen(name);
    const char *start = end;
    while (start > name && start[-1] != '.' && start[-1] != '/')
        start--;
    *layer_length = start > name ? (size_t)(start - name) - 1 : 0;
    if (!strcmp(start, "weight"))
        return PART_WEIGHT;
    if (!strcmp(start, "kernel") || !strcmp(start, "weights"))
        return PART_KERNEL;
    return !strcmp(start, "bias") ? PART_BIAS : PART_NONE;
}

static tr_dense *find_layer(tr_dense_layers *layers, const char *name, size_t length) {
    for (size_t i = 0; i < layers->count; i++)
        if (layers->items[i].name_length == length && !memcmp(layers->items[i].name, name, length))
            return &layers->items[i];
    if (layers->count == TR_DENSE_MOST_LAYERS)
        return NULL;
    tr_dense *layer = &layers->items[layers->count++];
    *layer = (tr_dense){.name = name, .name_length = length};
    return layer;
}

static tr_status take_tensor(tr_dense_layers *layers, const tr_tensor *tensor, const char *path,
                             tr_diag *diag) {
    size_t length;
    tensor_part part = part_of(tensor->name, &length);
    size_t n_dims = part == PART_BIAS ? 1 : 2;
    if (part == PART_NONE || tensor->n_dims != n_dims)
        return tr_fail(
            diag, TR_ERROR_INPUT,
            "%s: %s with %zu dimension%s is no part of a dense layer; wanted NAME.weight "
            "or NAME.kernel with 2, NAME.bias with 1",
            path, quote(tensor->name).text, tensor->n_dims, tensor->n_dims == 1 ? "" : "s");
    tr_dense *layer = find_layer(layers, tensor->name, length);
    if (!layer)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: has more than %d layers", path,
                       TR_DENSE_MOST_LAYERS);
    const tr_tensor **place = part == PART_BIAS ? &layer->bias : &layer->weights;
    if (*place)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: %s is there twice", path,
                       quote(tensor->name).text);
    *place = tensor;
    if (part != PART_BIAS) {
        layer->is_transposed = part == PART_WEIGHT;
        layer->n_inputs = tensor->dims[layer->is_transposed];
        layer->n_units = tensor->dims[!layer->is_transposed];
    }
    return TR_OK;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* As people order names: dense_2 before dense_10. */
static int compare_names(const void *first, const void *second) {
    const tr_dense *a = first, *b = second;
    size_t i = 0, j = 0;
    while (i < a->name_length && j < b->name_length) {
        if (is_digit(a->name[i]) && is_digit(b->name[j])) {
            while (i < a->name_length && a->name[i] == '0')
                i++;
            while (j < b->name_length && b->name[j] == '0')
                j++;
            size_t m = 0, n = 0;
            while (i + m < a->name_length && is_digit(a->name[i + m]))
                m++;
            while (j + n < b->name_length && is_digit(b->name[j + n]))
                n++;
            int order = m != n ? (m < n ? -1 : 1) : memcmp(a->name + i, b->name + j, m);
            if (order)
                return order;
            i += m;
            j += n;
        } else {
            if (a->name[i] != b->name[j])
                return (unsigned char)a->name[i] < (unsigned char)b->name[j] ? -1 : 1;
            i++;
            j++;
        }
    }
    size_t left = a->name_length - i, right = b->name_length - j;
    if (left != right)
        return left < right ? -1 : 1;
    /* the same but for zeros before numbers */
    return a->name_length < b->name_length ? -1 : a->name_length > b->name_length;
}

/* Puts the layers into the order of a list of their names. */
static tr_status reorder(tr_dense_layers *layers, const char *order, const char *path,
                         tr_diag *diag) {
    size_t count = 0;
    for (const char *at = order;; at++) {
        size_t length = strcspn(at, ",");
        size_t i = count;
        while (i < layers->count && (layers->items[i].name_length != length ||
                                     memcmp(layers->items[i].name, at, length) != 0))
            i++;
        if (i == layers->count)
            return tr_fail(diag, TR_ERROR_ARGUMENT, "%s: has no layer %s, or it was named before",
                           path, tr_csv_quote_text(at, length).text);
        tr_dense layer = layers->items[i];
        layers->items[i] = layers->items[count];
        layers->items[count++] = layer;
        at += length;
        if (!*at)
            break;
    }
    if (count < layers->count)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "%s: its layer %s is missing in the order of layers", path,
                       quote_layer(&layers->items[count]).text);
    return TR_OK;
}

static tr_status check_layer(const tr_dense_layers *layers, size_t i, const char *path,
                             tr_diag *diag) {
    const tr_dense *layer = &layers->items[i];
    if (!layer->weights)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: layer %zu, %s, has a bias but no weights", path,
                       i + 1, quote_layer(layer).text);
    if (!layer->n_inputs || !layer->n_units)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: layer %zu, %s, has weights [%zu, %zu]", path,
                       i + 1, quote_layer(layer).text, layer->n_inputs, layer->n_units);
    if (layer->bias && layer->bias->dims[0] != layer->n_units)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: layer %zu, %s, has %zu units, but a bias of [%zu]", path, i + 1,
                       quote_layer(layer).text, layer->n_units, layer->bias->dims[0]);
    if (i && layer->n_inputs != layer[-1].n_units)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: layer %zu, %s, has %zu inputs, but the one before, %s, %zu units (is "
                       "this their order? --layer-order)",
                       path, i + 1, quote_layer(layer).text, layer->n_inputs,
                       quote_layer(layer - 1).text, layer[-1].n_units);
    return TR_OK;
}

tr_status tr_dense_find(tr_dense_layers *layers, const tr_tensors *tensors, const char *order,
                        const char *path, tr_diag *diag) {
    tr_status status = TR_OK;
    layers->count = 0;
    for (size_t i = 0; !status && i < tensors->count; i++)
        status = take_tensor(layers, &tensors->items[i], path, diag);
    if (!status && !layers->count)
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: has no weights", path);
    if (!status && order)
        status = reorder(layers, order, path, diag);
    else if (!status && !tensors->in_order)
        qsort(layers->items, layers->count, sizeof *layers->items, compare_names);
    for (size_t i = 0; !status && i < layers->count; i++)
        status = check_layer(layers, i, path, diag);
    return status;
}

static tr_status check_finite(const tr_tensor *tensor, const char *path, tr_diag *diag) {
    size_t count = tensor->dims[0] * tensor->dims[1];
    for (size_t i = 0; i < count; i++)
        if (!isfinite(tensor->values[i]))
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%s: %s: value %zu of %zu is %g; wanted a finite float32", path,
                           quote(tensor->name).text, i + 1, count, (double)tensor->values[i]);
    return TR_OK;
}

tr_status tr_dense_copy(const tr_dense_layers *layers, float *params, const char *path,
                        tr_diag *diag) {
    for (size_t l = 0; l < layers->count; l++) {
        const tr_dense *layer = &layers->items[l];
        tr_status status = check_finite(layer->weights, path, diag);
        if (!status && layer->bias)
            status = check_finite(layer->bias, path, diag);
        if (status)
            return status;
        for (size_t i = 0; i < layer->n_inputs; i++)
            for (size_t j = 0; j < layer->n_units; j++)
                *params++ = layer->weights->values[layer->is_transposed ? j * layer->n_inputs + i
                                                                        : i * layer->n_units + j];
        for (size_t j = 0; j < layer->n_units; j++)
            *params++ = layer->bias ? layer->bias->values[j] : 0;
    }
    return TR_OK;
}
