/* How the states of several runs are put into words. */
#ifndef TR_RENDER_TELL_H
#define TR_RENDER_TELL_H

#include "timeline.h"

#include <trainreel/compare.h>

typedef struct tr_teller tr_teller;

/* The comparison, whose runs are recorded, is borrowed. TR_ERROR_MEMORY. */
tr_status tr_teller_create(tr_teller **teller, const tr_comparison *comparison, tr_diag *diag);
void tr_teller_destroy(tr_teller **teller);

/* "samples seen 12800, error 0.04 (batch size 1), 0.1 (batch size 8)", where the error is the loss on all
 * data. Of more runs, the lowest and the highest error are told, and none where finding them would take
 * long. The narrator is good for as long as the teller; by one thread at a time. */
tr_narrator tr_teller_narrator(tr_teller *teller);

#endif
