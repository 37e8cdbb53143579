#include "keras_config.h"

#include "csv_reader.h"
#include "diag.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

/* Functions, and layers that are one. Keras 3's leaky_relu has 0.2; elu has 1. */
typedef struct keras_activation {
    const char *name;
    tr_activation activation;
    double alpha;
    const char *keys[2]; /* of the setting that says it otherwise */
} keras_activation;

static const keras_activation activations[] = {
    {"linear", TR_ACTIVATION_LINEAR, 0, {NULL}},
    {"relu", TR_ACTIVATION_RELU, 0, {NULL}},
    {"tanh", TR_ACTIVATION_TANH, 0, {NULL}},
    {"sigmoid", TR_ACTIVATION_SIGMOID, 0, {NULL}},
    {"elu", TR_ACTIVATION_ELU, 1, {NULL}},
    {"softplus", TR_ACTIVATION_SOFTPLUS, 0, {NULL}},
    {"softmax", TR_ACTIVATION_SOFTMAX, 0, {NULL}},
    {"leaky_relu", TR_ACTIVATION_LEAKY_RELU, 0.2, {NULL}},
    {"LeakyReLU", TR_ACTIVATION_LEAKY_RELU, 0.3, {"negative_slope", "alpha"}},
    {"ELU", TR_ACTIVATION_ELU, 1, {"alpha", NULL}},
    {"Softmax", TR_ACTIVATION_SOFTMAX, 0, {NULL}},
    {"ReLU", TR_ACTIVATION_RELU, 0, {NULL}},
};

static const keras_activation *find_activation(const char *name) {
    for (size_t i = 0; name && i < sizeof activations / sizeof *activations; i++)
        if (!strcmp(name, activations[i].name))
            return &activations[i];
    return NULL;
}

/* Whether a layer changes nothing when a net is evaluated. */
static bool is_passive(const char *class) {
    return !strcmp(class, "InputLayer") || !strcmp(class, "Dropout");
}

/* Whether a layer ReLU is more than max(z, 0). */
static bool is_other_relu(const json_t *config) {
    static const char *const keys[] = {"max_value", "negative_slope", "threshold"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *value = json_object_get(config, keys[i]);
        if (value && !json_is_null(value) && !(i > 0 && json_number_value(value) == 0))
            return true;
    }
    return false;
}

static tr_status set_activation(tr_layer *layer, const char *name, const json_t *config,
                                const char *file, tr_diag *diag) {
    const keras_activation *found = find_activation(name);
    bool is_other = found && !strcmp(name, "ReLU") && is_other_relu(config);
    if (!found || is_other || layer->activation != TR_ACTIVATION_LINEAR)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: model_config: %s cannot be shown after a dense layer%s", file,
                       tr_csv_quote_text(name ? name : "?", name ? strlen(name) : 1).text,
                       found && !is_other ? " that has an activation" : "");
    layer->activation = found->activation;
    layer->alpha = found->alpha;
    for (size_t i = 0; i < 2 && found->keys[i]; i++) {
        const json_t *alpha = json_object_get(config, found->keys[i]);
        if (json_is_number(alpha))
            layer->alpha = json_number_value(alpha);
    }
    bool has_alpha = found->alpha != 0;
    if (has_alpha && !(layer->alpha > 0))
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: model_config: %s has alpha %g; wanted more than 0", file, name,
                       layer->alpha);
    return TR_OK;
}

static tr_status take_layer(const json_t *entry, tr_layer *layers, size_t most, size_t *count,
                            const char *file, tr_diag *diag) {
    const char *class = json_string_value(json_object_get(entry, "class_name"));
    const json_t *config = json_object_get(entry, "config");
    const char *activation = json_string_value(json_object_get(config, "activation"));
    if (class && is_passive(class))
        return TR_OK;
    bool is_dense = class && !strcmp(class, "Dense");
    if (is_dense) {
        json_int_t n_units = json_integer_value(json_object_get(config, "units"));
        if (n_units == 0)
            n_units = json_integer_value(json_object_get(config, "output_dim")); /* Keras 1 */
        if (*count == most || n_units < 1 || n_units > INT32_MAX)
            return tr_fail(diag, TR_ERROR_INPUT, "%s: model_config: has too many layers or units",
                           file);
        layers[(*count)++] = (tr_layer){.n_units = (size_t)n_units};
    } else if (!class || *count == 0) {
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: model_config: begins with %s; only dense layers can be shown", file,
                       class ? tr_csv_quote_text(class, strlen(class)).text : "nothing");
    }
    bool is_named = is_dense || !strcmp(class, "Activation");
    return set_activation(&layers[*count - 1], is_named ? activation : class, config, file, diag);
}

tr_status tr_keras_config_layers(const char *config, tr_layer *layers, size_t most, size_t *count,
                                 const char *name, tr_diag *diag) {
    json_error_t error;
    json_t *root = json_loads(config, 0, &error);
    const json_t *model = json_object_get(root, "config");
    const json_t *list = json_is_array(model) ? model : json_object_get(model, "layers");
    const char *class = json_string_value(json_object_get(root, "class_name"));
    tr_status status = TR_OK;
    *count = 0;
    if (!class || strcmp(class, "Sequential") != 0 || !json_is_array(list))
        status =
            tr_fail(diag, TR_ERROR_INPUT,
                    "%s: model_config: describes no Sequential; only those can be shown", name);
    for (size_t i = 0; !status && i < json_array_size(list); i++)
        status = take_layer(json_array_get(list, i), layers, most, count, name, diag);
    json_decref(root);
    return status;
}
