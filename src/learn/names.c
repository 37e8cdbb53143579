#include "names.h"

#include "decimal.h"
#include "diag.h"

#include <stdio.h>
#include <string.h>

enum { MOST_DIGITS = 17 }; /* that a double can need */

const char *const tr_activation_names[] = {"linear", "relu",     "tanh",    "sigmoid", "leaky_relu",
                                           "elu",    "softplus", "softmax", NULL};
const char *const tr_loss_names[] = {"mean_squared_error", "mean_absolute_error",
                                     "binary_crossentropy", "categorical_crossentropy", NULL};

bool tr_activation_has_alpha(tr_activation activation) {
    return activation == TR_ACTIVATION_LEAKY_RELU || activation == TR_ACTIVATION_ELU;
}

tr_status tr_activation_format(tr_activation activation, double alpha, char *text, tr_diag *diag) {
    const char *name = tr_activation_names[activation];
    if (!tr_activation_has_alpha(activation)) {
        snprintf(text, TR_ACTIVATION_TEXT_SIZE, "%s", name);
        return TR_OK;
    }
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return tr_fail_memory(diag, "a locale");
    locale_t older = uselocale(c_locale);
    double number = 0;
    for (int digits = 1; digits <= MOST_DIGITS && (digits == 1 || number != alpha); digits++) {
        int length = snprintf(text, TR_ACTIVATION_TEXT_SIZE, "%s(%.*g)", name, digits, alpha);
        if (length < 0 || length >= TR_ACTIVATION_TEXT_SIZE ||
            !tr_decimal_parse(text + strlen(name) + 1, &number, c_locale))
            number = 0;
    }
    uselocale(older);
    freelocale(c_locale);
    return TR_OK;
}

static tr_status refuse(tr_diag *diag) {
    char known[160] = "";
    for (int i = 0; tr_activation_names[i]; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 tr_activation_names[i]);
    return tr_fail(diag, TR_ERROR_INPUT, "one of %s", known);
}

tr_status tr_activation_parse(const char *text, tr_activation *activation, double *alpha,
                              tr_diag *diag) {
    size_t length = strcspn(text, "(");
    int index = 0;
    while (tr_activation_names[index] && (strlen(tr_activation_names[index]) != length ||
                                          strncmp(tr_activation_names[index], text, length) != 0))
        index++;
    if (!tr_activation_names[index])
        return refuse(diag);
    *activation = (tr_activation)index;
    *alpha = 0;
    if (!text[length])
        return TR_OK;
    if (!tr_activation_has_alpha(*activation))
        return tr_fail(diag, TR_ERROR_INPUT, "%s, without a number", tr_activation_names[index]);
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return tr_fail_memory(diag, "a locale");
    const char *end = tr_decimal_parse(text + length + 1, alpha, c_locale);
    freelocale(c_locale);
    if (!end || strcmp(end, ")") != 0 || !(*alpha > 0 && *alpha <= 100))
        return tr_fail(diag, TR_ERROR_INPUT, "%s(NUMBER), above 0 and up to 100",
                       tr_activation_names[index]);
    return TR_OK;
}

bool tr_loss_parse(const char *text, tr_loss *loss) {
    for (int i = 0; tr_loss_names[i]; i++)
        if (!strcmp(tr_loss_names[i], text)) {
            *loss = (tr_loss)i;
            return true;
        }
    return false;
}
