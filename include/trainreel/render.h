/** @file
 * From a run to a file: training, drawing and encoding side by side.
 */
#ifndef TRAINREEL_RENDER_H
#define TRAINREEL_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>
#include <trainreel/trainer.h>
#include <trainreel/video.h>

TR_BEGIN_DECLS

/**
 * Where snapshots come from: a training, or your own loop.
 *
 * `run` calls `step(snapshot, step_context)` for the initial state and after every iteration, in
 * order, and stops when that returns anything but TR_OK, returning the same. It is called once, on a
 * thread of its own.
 */
typedef struct tr_source {
    const tr_network *network; /**< what the parameters are of; borrowed while rendering */
    const tr_dataset *dataset; /**< what is drawn beside the prediction; borrowed while rendering */
    uint64_t n_iterations;     /**< how many there will be, for the progress; 0 if unknown */
    tr_status (*run)(void *context, tr_step_fn step, void *step_context, tr_diag *diag);
    void *context;
} tr_source;

/** A training as a source; all pointers are borrowed while rendering. */
typedef struct tr_training {
    const tr_network *network;
    const tr_dataset *dataset;
    tr_fit_options options;
    float *params;     /**< as for tr_fit() */
    tr_random *random; /**< as for tr_fit() */
} tr_training;

/** The source that calls tr_fit(); `training` is borrowed while rendering. */
TR_API tr_source tr_training_source(tr_training *training);

/** How far a rendering is. A total is 0 while it is unknown. */
typedef struct tr_progress {
    uint64_t iterations;   /**< trained */
    uint64_t n_iterations; /**< to train */
    uint64_t frames;       /**< drawn and given to the encoder */
    uint64_t n_frames;     /**< to draw */
    double seconds;        /**< since the rendering began */
} tr_progress;

/**
 * Called about ten times a second on the thread that renders, and once at the end.
 *
 * @return TR_OK to go on; anything else ends the rendering with that status and leaves no file.
 */
typedef tr_status (*tr_progress_fn)(const tr_progress *progress, void *context);

/** What to render. */
typedef struct tr_render_options {
    const char *folder; /**< where files go; it is made if it is not there */
    const char *name;   /**< of the files, without an ending: NAME.mp4 and NAME_start.png */
    tr_format format;
    tr_picture picture;
    tr_video video;
    /** a frame every so many iterations, the initial and the last state included */
    uint64_t every;
    /** workers that draw and encode, 1 to 256; 0 for one per processor. The bytes of the files do
     * not depend on it */
    int jobs;
    tr_progress_fn progress; /**< may be NULL */
    void *progress_context;
} tr_render_options;

/** The post's video: out/neuron.mp4, a frame every 50 iterations. */
TR_API tr_render_options tr_render_options_default(void);

/** A file that was written. */
typedef struct tr_artifact {
    char *path;
    const char *kind; /**< "video", "poster", "frames" or "checksums" */
    uint64_t bytes;
    int width; /**< pixels */
    int height;
    uint64_t n_frames;
    double seconds; /**< that it plays; 0 for what does not */
} tr_artifact;

/** What became of a rendering. */
typedef struct tr_report {
    size_t n_artifacts;
    tr_artifact artifacts[2];
    uint64_t n_frames;
    uint64_t n_iterations;
    float final_loss; /**< of the last iteration's batch */
    size_t n_params;
    float *initial_params; /**< n_params values, owned by the report */
    float *trained_params;
    double seconds; /**< that the rendering took */
} tr_report;

/**
 * Renders what `source` yields. Files appear under their names when all of them are complete; if
 * anything fails nothing is left behind, and files of these names that were there before stay as
 * they are.
 *
 * @param[out] report owned by the caller; free it with tr_report_destroy(). Empty on failure.
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY, TR_ERROR_OUTPUT, TR_ERROR_ENCODER,
 *         TR_ERROR_FONT, TR_ERROR_SYSTEM, or what the source or the progress function returned.
 *
 * Any number of renderings may run at once on different threads, with different files.
 */
TR_API TR_MUST_CHECK tr_status tr_render(const tr_source *source, const tr_render_options *options,
                                         tr_report *report, tr_diag *diag);

/** Frees what the report owns and empties it. */
TR_API void tr_report_destroy(tr_report *report);

/** This library's version, such as "0.1.0". */
TR_API const char *tr_version(void);

/**
 * Versions of the libraries that it runs with, in one line; loads the video libraries for that. The
 * string is good until the thread calls again.
 */
TR_API const char *tr_library_versions(void);

TR_END_DECLS

#endif
