/* What is shown: a picture with its panels, prepared once and then drawn by any number of threads. */
#ifndef TR_PLOT_SCENE_H
#define TR_PLOT_SCENE_H

#include "frame.h"
#include "joint.h"

#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/recording.h>
#include <trainreel/snapshot.h>

enum { TR_SMALLEST_PICTURE = 64, TR_LARGEST_WIDTH = 7680, TR_LARGEST_HEIGHT = 4320 };

/* Immutable, so that all threads may use it at once. */
typedef struct tr_scene tr_scene;

/* Prepares what all plotters share. `network`, `dataset` and `recording` are borrowed until the scene
 * is destroyed, the picture for the call. `recording` may be NULL unless
 * tr_picture_needs_recording().
 * TR_ERROR_ARGUMENT as tr_picture_check() has it, TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_scene_create(tr_scene **scene, const tr_picture *picture, const tr_network *network,
                          const tr_dataset *dataset, tr_loss loss, const tr_recording *recording,
                          tr_diag *diag);
void tr_scene_destroy(tr_scene **scene);

/* The same for several runs; what the comparison points to is borrowed until the scene is destroyed.
 * TR_ERROR_ARGUMENT as tr_comparison_check() has it, or without recordings. Snapshots of the scene are
 * then joint states, see joint.h. */
tr_status tr_scene_create_compared(tr_scene **scene, const tr_comparison *comparison,
                                   const tr_picture *picture, tr_diag *diag);

/* The runs of such a scene; NULL for a single one. */
const tr_joint *tr_scene_joint(const tr_scene *scene);

/* Whether the sizes are in range, and the scene is one and can show such nets and data; to be asked
 * before anything is trained. TR_ERROR_ARGUMENT. */
tr_status tr_picture_check(const tr_picture *picture, const tr_network *network,
                           const tr_dataset *dataset, tr_diag *diag);

/* Pixels of the frames: the picture's size times its scale. */
void tr_picture_pixels(const tr_picture *picture, int *width, int *height);

/* What a still is drawn as. */
typedef enum tr_still_kind { TR_STILL_PIXELS, TR_STILL_SVG, TR_STILL_PDF } tr_still_kind;

typedef struct tr_still {
    int width; /* pixels; of what has no pixels, those at scale 1 */
    int height;
    tr_frame frame; /* of pixels; all of its tiles have changed */
    uint8_t *bytes; /* the file, of an SVG or a PDF */
    size_t n_bytes;
    void *owned; /* by the frame */
} tr_still;

/* Draws the scene once, as a chart. The bytes depend neither on the machine nor on the time.
 * @param[out] still owned by the caller; free it with tr_still_destroy(). Empty on failure.
 * TR_ERROR_ARGUMENT (a text that does not fit), TR_ERROR_FONT, TR_ERROR_MEMORY, TR_ERROR_INPUT. */
tr_status tr_scene_draw_still(const tr_scene *scene, const tr_snapshot *snapshot,
                              tr_still_kind kind, tr_still *still, tr_diag *diag);
void tr_still_destroy(tr_still *still);

#endif
