/* What losses ask of nets and data. */
#ifndef TR_LEARN_LOSS_H
#define TR_LEARN_LOSS_H

#include <trainreel/network.h>

/* TR_ERROR_ARGUMENT, with a text, unless the loss goes with the net's last layer. */
tr_status tr_check_loss(const tr_network *network, tr_loss loss, tr_diag *diag);

/* The same, and unless the targets are what the loss takes. */
tr_status tr_check_targets(const tr_network *network, const tr_dataset *dataset, tr_loss loss,
                           tr_diag *diag);

/* What the sum of a loss over samples is divided by. */
double tr_loss_divisor(tr_loss loss, size_t n_samples, size_t n_outputs);

/* What its derivative by the weighted sums is scaled with. */
float tr_loss_scale(tr_loss loss, size_t n_samples, size_t n_outputs);

#endif
