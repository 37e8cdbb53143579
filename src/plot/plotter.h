/* Draws the frames of a video, one snapshot each. */
#ifndef TR_PLOT_PLOTTER_H
#define TR_PLOT_PLOTTER_H

#include "frame.h"

#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/snapshot.h>

enum { TR_SMALLEST_PICTURE = 64, TR_LARGEST_WIDTH = 7680, TR_LARGEST_HEIGHT = 4320 };

typedef struct tr_plotter tr_plotter;

/* Draws what all frames share. `network` and `dataset` are borrowed, the picture's texts only for the
 * call. A plotter and its frames belong to one thread.
 * TR_ERROR_ARGUMENT (a size or text that does not fit, a net that the scene cannot show),
 * TR_ERROR_FONT, TR_ERROR_MEMORY. */
tr_status tr_plotter_create(tr_plotter **plotter, const tr_picture *picture,
                            const tr_network *network, const tr_dataset *dataset, tr_diag *diag);
void tr_plotter_destroy(tr_plotter **plotter);

/* Whether the sizes are in range and the scene can show such nets and data: TR_ERROR_ARGUMENT. */
tr_status tr_picture_check(const tr_picture *picture, const tr_network *network,
                           const tr_dataset *dataset, tr_diag *diag);

/* Pixels of the frames: the picture's size times its scale. */
void tr_picture_pixels(const tr_picture *picture, int *width, int *height);

/* The frame stays valid until the next call. What it shows depends on the snapshot alone. */
tr_status tr_plotter_draw(tr_plotter *plotter, const tr_snapshot *snapshot, tr_frame *frame,
                          tr_diag *diag);

/* Versions of the libraries that draw, as "Cairo 1.16.0, Pango 1.50.12". */
const char *tr_plot_versions(void);

#endif
