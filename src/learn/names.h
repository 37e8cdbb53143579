/* What activations and losses are called, in plans, options and recordings. */
#ifndef TR_LEARN_NAMES_H
#define TR_LEARN_NAMES_H

#include <stdbool.h>
#include <trainreel/network.h>

/* In the order of tr_activation and tr_loss; they end with NULL. */
extern const char *const tr_activation_names[];
extern const char *const tr_loss_names[];

/* Whether an activation has a number, such as leaky_relu(0.1). */
bool tr_activation_has_alpha(tr_activation activation);

enum { TR_ACTIVATION_TEXT_SIZE = 48 }; /* bytes that hold any of them with its number */

/* "relu", or "leaky_relu(0.1)" with the fewest digits that bring the number back. TR_ERROR_MEMORY. */
tr_status tr_activation_format(tr_activation activation, double alpha, char *text, tr_diag *diag);

/* Reads that. `*alpha` is 0 where there is no number, which stands for Keras'. TR_ERROR_INPUT says what
 * would be right, such as "linear, relu or …"; TR_ERROR_MEMORY. */
tr_status tr_activation_parse(const char *text, tr_activation *activation, double *alpha,
                              tr_diag *diag);

/* Whether there is a loss of that name. */
bool tr_loss_parse(const char *text, tr_loss *loss);

#endif
