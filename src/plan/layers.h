/* The layers of a net as text: UNITS[:ACTIVATION[:INIT]],… such as 60:relu:normal(0.1),1 */
#ifndef TR_PLAN_LAYERS_H
#define TR_PLAN_LAYERS_H

#include "params.h"

enum { TR_MOST_LAYERS = 64 };

/* Replaces the layers in `list`, which belong to it, by those of `text`. TR_ERROR_ARGUMENT says what
 * was found and what would be right; TR_ERROR_MEMORY. The list is unchanged on failure. */
tr_status tr_layers_parse(tr_layer_list *list, const char *text, tr_diag *diag);

/* Parts of a layer, as a plan has them: "60", "leaky_relu(0.1)", "normal(0.05)". TR_ERROR_ARGUMENT
 * says only what would be right, such as "a number of units from 1 to 65536". */
tr_status tr_layer_set_units(tr_layer *layer, const char *text, tr_diag *diag);
tr_status tr_layer_set_activation(tr_layer *layer, const char *text, tr_diag *diag);
tr_status tr_layer_set_init(tr_layer *layer, const char *text, tr_diag *diag);

/* The text of the list, with every default, which the caller frees with g_free(). */
char *tr_layers_format(const tr_layer_list *list);

/* The names, in the order of tr_init; they end with NULL. */
extern const char *const tr_init_names[];

#endif
