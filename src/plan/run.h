/* A run made from settings: its data, its net, and the generator that draws and shuffles. Or one that
 * was recorded. */
#ifndef TR_PLAN_RUN_H
#define TR_PLAN_RUN_H

#include "params.h"

#include <trainreel/render.h>

typedef struct tr_run {
    const tr_dataset *dataset; /* the next, or another run's */
    tr_dataset *own_dataset;
    const tr_network *network; /* the next, or the recording's */
    tr_network *own_network;
    float *
        params; /* the initial ones, until the training changes them; of a recording the last ones */
    tr_random random;
    tr_training training;    /* points to the above */
    tr_recording *recording; /* NULL for a run that is to be trained */
} tr_run;

/* `settings` are resolved. Where they name a recording it is opened, and must have a snapshot; what of a
 * net or data is given (tr_settings_note) is compared with it, and settings that only a training has are
 * refused. Otherwise the generator starts from `random`, or with NULL from the seed. Data, net
 * and initial weights are drawn from it, in this order. TR_ERROR_ARGUMENT, TR_ERROR_INPUT,
 * TR_ERROR_MEMORY. The caller destroys it; it must not be copied. */
tr_status tr_run_create(tr_run **run, const tr_settings *settings, const tr_random *random,
                        tr_diag *diag);
/* The same on the dataset of another run, which is borrowed: nothing is drawn for it. */
tr_status tr_run_create_on(tr_run **run, const tr_settings *settings, const tr_dataset *dataset,
                           const tr_random *random, tr_diag *diag);
/* The recording that the settings name, where only its net is of interest: data that is given is not
 * looked at, and there may be none. */
tr_status tr_run_open_net(tr_run **run, const tr_settings *settings, tr_diag *diag);
void tr_run_destroy(tr_run **run);

/* The training, or what repeats the recording; the run is borrowed. */
tr_source tr_run_source(tr_run *run);

/* The data that the settings ask for, drawn from `random`, which goes on. As tr_run_create(). */
tr_status tr_run_create_dataset(tr_dataset **dataset, const tr_settings *settings,
                                tr_random *random, tr_diag *diag);

/* The picture that the settings ask for; texts stay the settings'. */
tr_picture tr_picture_from(const tr_settings *settings);

/* Whether the run has the iteration that the settings want a chart of. TR_ERROR_ARGUMENT. */
tr_status tr_check_iteration(const tr_settings *settings, const tr_source *source, tr_diag *diag);

/* Whether that picture can be drawn of the run. TR_ERROR_ARGUMENT. */
tr_status tr_run_check_picture(tr_run *run, const tr_settings *settings, tr_diag *diag);

/* The render options that the settings ask for; texts stay the settings'. */
tr_render_options tr_render_options_from(const tr_settings *settings);

/* The report of a rendering as one line of JSON, in a string that the caller frees; NULL without
 * memory. `embed` may be NULL. */
char *tr_report_to_json(const tr_report *report, const tr_network *network,
                        const tr_settings *settings, const char *embed);

/* What a check of the gradient found, over all parameters that are not at a kink. */
typedef struct tr_gradient_verdict {
    uint64_t n_iterations; /* that the net was trained before */
    size_t n_compared;
    size_t n_kinks;
    size_t worst; /* parameter, with the largest error */
    double largest_error;
    bool right;
} tr_gradient_verdict;

/* That as one line of JSON, as above. */
char *tr_gradient_to_json(const tr_network *network, const tr_gradient_check *checks,
                          const tr_gradient_verdict *verdict);

/* Points and what a net predicts for them, [n_samples, n_outputs], as above. */
char *tr_predictions_to_json(const tr_dataset *points, const float *predictions);

#endif
