#include "loss.h"

#include "diag.h"

#include <math.h>
#include <stdbool.h>

tr_status tr_check_loss(const tr_network *network, tr_loss loss, tr_diag *diag) {
    const size_t last = tr_network_n_layers(network) - 1;
    const tr_activation activation = tr_network_layer(network, last)->activation;
    const bool is_softmax = activation == TR_ACTIVATION_SOFTMAX;
    if ((int)loss < 0 || loss > TR_LOSS_CATEGORICAL_CROSSENTROPY)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there is no loss with the number %d", (int)loss);
    if (loss == TR_LOSS_CATEGORICAL_CROSSENTROPY && !is_softmax)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "categorical_crossentropy wants softmax as the last layer's activation");
    if (loss != TR_LOSS_CATEGORICAL_CROSSENTROPY && is_softmax)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "softmax goes with the loss categorical_crossentropy only");
    if (loss == TR_LOSS_BINARY_CROSSENTROPY && activation != TR_ACTIVATION_SIGMOID)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "binary_crossentropy wants sigmoid as the last layer's activation");
    return TR_OK;
}

tr_status tr_check_targets(const tr_network *network, const tr_dataset *dataset, tr_loss loss,
                           tr_diag *diag) {
    const bool is_binary = loss == TR_LOSS_BINARY_CROSSENTROPY;
    tr_status status = tr_check_loss(network, loss, diag);
    if (status || (!is_binary && loss != TR_LOSS_CATEGORICAL_CROSSENTROPY))
        return status;
    for (size_t s = 0; s < dataset->n_samples; s++) {
        double sum = 0;
        for (size_t i = 0; i < dataset->n_outputs; i++) {
            const double target = dataset->y[s * dataset->n_outputs + i];
            if (!(target >= 0 && target <= 1))
                return tr_fail(diag, TR_ERROR_ARGUMENT,
                               "%s wants targets from 0 to 1, but one of sample %zu is %g",
                               is_binary ? "binary_crossentropy" : "categorical_crossentropy",
                               s + 1, target);
            sum += target;
        }
        if (!is_binary && !(fabs(sum - 1) <= 1e-6))
            return tr_fail(diag, TR_ERROR_ARGUMENT,
                           "categorical_crossentropy wants the targets of a sample to add up to 1, "
                           "but those of sample %zu add up to %g",
                           s + 1, sum);
    }
    return TR_OK;
}

double tr_loss_divisor(tr_loss loss, size_t n_samples, size_t n_outputs) {
    const bool sums_outputs = loss == TR_LOSS_CATEGORICAL_CROSSENTROPY;
    return (double)n_samples * (sums_outputs ? 1 : (double)n_outputs);
}

float tr_loss_scale(tr_loss loss, size_t n_samples, size_t n_outputs) {
    const double factor = loss == TR_LOSS_MEAN_SQUARED_ERROR ? 2 : 1;
    return (float)(factor / tr_loss_divisor(loss, n_samples, n_outputs));
}
