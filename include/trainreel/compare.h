/** @file
 * Several recorded runs in one picture, such as one net trained with different batch sizes.
 */
#ifndef TRAINREEL_COMPARE_H
#define TRAINREEL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/picture.h>
#include <trainreel/recording.h>
#include <trainreel/render.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** What is the same for all runs in one frame. */
typedef enum tr_align {
    TR_ALIGN_SAMPLES, /**< as many samples seen: the same work */
    TR_ALIGN_EPOCH,
    TR_ALIGN_ITERATION
} tr_align;

/** Where the predictions are. */
typedef enum tr_arrangement {
    TR_ARRANGE_GRID,   /**< a panel for each run, with the same axes, titled with its label */
    TR_ARRANGE_OVERLAY /**< all in one panel, in different colours */
} tr_arrangement;

enum { TR_MOST_COMPARED = 64 };

/** One of the runs; all pointers are borrowed for the call. */
typedef struct tr_compared_run {
    const char *label;             /**< such as "batch size 8"; UTF-8 on one line */
    const tr_source *source;       /**< its network, dataset and loss */
    const tr_recording *recording; /**< at least its initial state */
    /** the iteration whose loss was not finite, after which training stopped; 0 if it did not diverge */
    uint64_t diverged_at;
} tr_compared_run;

/** What is compared. A run that ends before the others keeps its last state. */
typedef struct tr_comparison {
    size_t n_runs;               /**< 1 to TR_MOST_COMPARED */
    const tr_compared_run *runs; /**< n_runs of them, borrowed for the call */
    tr_align align;              /**< what frames have in common */
    tr_arrangement arrangement;  /**< where predictions are */
} tr_comparison;

/**
 * Whether such a picture can be drawn of these runs, and has room for them; the recordings may be NULL.
 *
 * The scene is "fit", or another panel that shows one run, of each of them, arranged as the comparison
 * says (overlay takes "fit" only); "error", the loss of all runs over what they are aligned by; or
 * the first with the second below it, as in "fit+error", whatever the picture's layout. "error" draws
 * the loss on all data if the picture's full_loss asks for it; otherwise the mean of batches that
 * follow each other within a few pixels, with the batches themselves pale behind it.
 *
 * @return TR_OK or TR_ERROR_ARGUMENT.
 */
TR_API TR_MUST_CHECK tr_status tr_comparison_check(const tr_comparison *comparison,
                                                   const tr_picture *picture, tr_diag *diag);

/**
 * Renders the runs side by side, as tr_render() does a single one.
 *
 * The pace is TR_PACE_STEP or TR_PACE_LOG; with both there are `n_frames` frames in all, evenly or
 * logarithmically over what the runs are aligned by, from the initial to the last state; `every` is not
 * used. Fewer, where that is less than `n_frames` - 1. Each run shows its last state up to there. A
 * position of TR_ALIGN_EPOCH is that many complete epochs.
 *
 * Of the picture's title, the field that the runs are aligned by is the frame's position, and the others
 * are the largest of any run; without a title it counts what the runs are aligned by. The report's
 * parameters and loss are empty, and its iterations are positions, as are those of the progress.
 *
 * @return as tr_render(). Any number of comparisons may be rendered at once on different threads.
 */
TR_API TR_MUST_CHECK tr_status tr_compare(const tr_comparison *comparison,
                                          const tr_render_options *options, tr_report *report,
                                          tr_diag *diag);

/**
 * Draws the runs' last states, or with "error" all of their losses, and writes them as a picture.
 *
 * @return as tr_chart(). Safe from any number of threads.
 */
TR_API TR_MUST_CHECK tr_status tr_compare_chart(const tr_comparison *comparison,
                                                const tr_picture *picture, tr_chart_format format,
                                                const char *path, tr_artifact *artifact,
                                                tr_diag *diag);

TR_END_DECLS

#endif
