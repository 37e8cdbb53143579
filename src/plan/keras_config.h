/* What Keras says of a model, as JSON: the attribute model_config of model.save("….h5"). */
#ifndef TR_PLAN_KERAS_CONFIG_H
#define TR_PLAN_KERAS_CONFIG_H

#include <stddef.h>
#include <trainreel/network.h>
#include <trainreel/status.h>

/* Sets units and activation of the dense layers of a Sequential, `most` at most. `name` is the file's, for
 * messages. TR_ERROR_INPUT. */
tr_status tr_keras_config_layers(const char *config, tr_layer *layers, size_t most, size_t *count,
                                 const char *name, tr_diag *diag);

#endif
