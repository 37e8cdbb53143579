#include "full_loss.h"

#include "alloc.h"
#include "diag.h"

#include <stdlib.h>

tr_status tr_add_full_loss(tr_series *series, const tr_panel_source *source, uint64_t count,
                           bool over_samples, tr_diag *diag) {
    uint64_t last = tr_recording_n_snapshots(source->recording) - 1;
    tr_evaluator *evaluator = NULL;
    float *params = tr_alloc_array(tr_network_n_params(source->network), sizeof *params);
    tr_status status = params ? TR_OK : tr_fail_memory(diag, "the loss on all data");
    if (!status)
        status = tr_evaluator_create(&evaluator, source->network, source->dataset, diag);
    for (uint64_t i = 0; !status && i < count; i++) {
        tr_snapshot state;
        /* the product is that of at most 2^32 and 2^14 */
        double share = count > 1 ? (double)i / (double)(count - 1) : 0;
        uint64_t index = i == count - 1 ? last : (uint64_t)(share * (double)last);
        status = tr_recording_read(source->recording, index, 1, &state, params, diag);
        if (!status)
            tr_series_add(series, over_samples ? state.samples_seen : state.iteration,
                          (double)tr_evaluator_loss(evaluator, source->loss, params));
    }
    tr_evaluator_destroy(&evaluator);
    free(params);
    return status;
}
