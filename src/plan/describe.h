/* What a picture shows, in words: for those who do not see it. */
#ifndef TR_PLAN_DESCRIBE_H
#define TR_PLAN_DESCRIBE_H

#include "params.h"

#include <trainreel/compare.h>
#include <trainreel/render.h>

/* Describes what a video, or a chart of settings->iteration, shows of a recorded run, with numbers from
 * its recording, its data and its net: "The prediction starts nearly flat at 0.04 and meets the data at
 * the end: …". The text is one line for the caller to free with g_free(); NULL on failure.
 * TR_ERROR_ARGUMENT (an empty recording), TR_ERROR_INPUT, TR_ERROR_MEMORY. Safe from any number of
 * threads. */
tr_status tr_describe_run(char **text, const tr_source *source, const tr_recording *recording,
                          const tr_settings *settings, bool is_video, tr_diag *diag);

/* The same of several runs in one picture, with a sentence for each. */
tr_status tr_describe_comparison(char **text, const tr_comparison *comparison,
                                 const tr_settings *settings, tr_diag *diag);

#endif
