/** @file
 * From a run to a file: training, drawing and encoding side by side.
 */
#ifndef TRAINREEL_RENDER_H
#define TRAINREEL_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/cancel.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/recording.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>
#include <trainreel/trainer.h>
#include <trainreel/video.h>

TR_BEGIN_DECLS

/**
 * Where snapshots come from: a training, or a function of your own. (A loop that cannot be called pushes
 * them: see tr_rendering.)
 *
 * `run` calls `step(snapshot, step_context)` for the initial state and after every iteration, in
 * order, and stops when that returns anything but TR_OK, returning the same. It is called once, on a
 * thread of its own.
 */
typedef struct tr_source {
    const tr_network *network; /**< what the parameters are of; borrowed while rendering */
    const tr_dataset *dataset; /**< what is drawn beside the prediction; borrowed while rendering */
    tr_loss loss;              /**< that training minimises */
    uint64_t n_iterations;     /**< how many there will be, for the progress; 0 if unknown */
    /** yields the snapshots, see above. Where it fails by itself it says why in `diag` */
    tr_status (*run)(void *context, tr_step_fn step, void *step_context, tr_diag *diag);
    void *context; /**< what `run` is called with; borrowed while rendering */
} tr_source;

/** A training as a source; all pointers are borrowed while rendering. */
typedef struct tr_training {
    const tr_network *network; /**< as for tr_fit(), like all of these */
    const tr_dataset *dataset; /**< its samples */
    tr_fit_options options;    /**< how */
    float *params;             /**< at first the initial ones, in the end those trained */
    tr_random *random;         /**< what shuffles */
} tr_training;

/** The source that calls tr_fit(), once; `training` is borrowed while it is used. */
TR_API tr_source tr_training_source(tr_training *training);

/**
 * Runs `source` to its end and records every snapshot.
 *
 * @param[out] recording owned by the caller; free it with tr_recording_destroy().
 * @return TR_OK, TR_ERROR_MEMORY, TR_ERROR_OUTPUT, or what the source returned. Safe from any number of
 *         threads, with a source of their own.
 */
TR_API TR_MUST_CHECK tr_status tr_record(const tr_source *source, tr_recording **recording,
                                         tr_diag *diag);

/** The source that repeats `recording`, with the network, dataset and loss of `original`; both are
 * borrowed while rendering. NULL stands for what a recording on disk has itself: no dataset if it has
 * none, and the mean squared error if it does not say. Only the snapshots that are shown are read. Any
 * number of renderings may use one recording at once. */
TR_API tr_source tr_recording_source(const tr_recording *recording, const tr_source *original);

/** A recording that may still grow, and how long to wait for more. */
typedef struct tr_following {
    tr_recording *recording; /**< from tr_recording_open(); nobody else uses it meanwhile */
    /** seconds without a new snapshot after which the writer of a recording that has not ended is taken to
     * be gone; what is there is all then */
    double patience;
    const tr_cancel *cancel; /**< looked at while waiting; may be NULL */
    bool is_abandoned;       /**< set by waiting: whether patience has ended it */
} tr_following;

/**
 * Waits until the recording has more than `n_seen` snapshots.
 *
 * @return TR_OK; TR_END when there will be none, because it has ended or is abandoned;
 *         TR_ERROR_CANCELLED, TR_ERROR_INPUT, TR_ERROR_MEMORY.
 */
TR_API TR_MUST_CHECK tr_status tr_following_wait(tr_following *following, uint64_t n_seen,
                                                 tr_diag *diag);

/** The source that repeats what is recorded and what is still to come, until the recording has ended.
 * `original` as for tr_recording_source(); `following` is borrowed as well. What is rendered of it has the
 * same bytes as what is rendered of the recording afterwards. */
TR_API tr_source tr_following_source(tr_following *following, const tr_source *original);

/** Which states of a run become frames. The initial and the last one always do. */
typedef enum tr_pace {
    TR_PACE_STEP,    /**< one every `every` iterations */
    TR_PACE_LOG,     /**< `n_frames` in all, close together at first and ever wider apart */
    TR_PACE_ADAPTIVE /**< `n_frames` in all, so that the prediction changes as much from each to the
                          next */
} tr_pace;

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
    const char *name;   /**< of the files, without an ending: NAME.mp4, NAME_start.png, NAME.vtt */
    /** what is written of the same frames, as TR_IN_SET() bits; TR_FORMAT_NONE is alone in it */
    unsigned formats;
    tr_picture picture; /**< what a frame shows */
    tr_video video;     /**< how it is encoded */
    tr_pace pace;       /**< which states get a frame */
    uint64_t every;     /**< of TR_PACE_STEP, at least 1 */
    uint64_t
        n_frames; /**< of the other paces, 2 to 2^20; fewer where the run has fewer iterations */
    double hold;  /**< seconds for which the last frame stays, 0 to 3600 */
    /** workers that draw and encode, 1 to 256; 0 for one per processor. The bytes of the files do
     * not depend on it */
    int jobs;
    tr_progress_fn progress; /**< may be NULL */
    void *progress_context;  /**< what it is called with */
    /** looked at before every snapshot, and ten times a second; may be NULL. Requesting it ends the
     * rendering with TR_ERROR_CANCELLED and leaves no file */
    const tr_cancel *cancel;
} tr_render_options;

/** The post's video: out/neuron.mp4, a frame every 50 iterations. Safe from any thread. */
TR_API tr_render_options tr_render_options_default(void);

/** A file that was written. */
typedef struct tr_artifact {
    char *path;        /**< the folder and the name */
    const char *kind;  /**< "video", "poster", "captions", "frames", "checksums" or "chart" */
    uint64_t bytes;    /**< of the file, or of all in a folder */
    int width;         /**< pixels; 0 for what has no size */
    int height;        /**< pixels */
    uint64_t n_frames; /**< 1 for a still; a GIF or APNG has equal ones only once */
    double seconds;    /**< that it plays; 0 for what does not */
} tr_artifact;

/** The most files of one rendering: one per format, the poster, and room for what comes with them. */
#define TR_MOST_ARTIFACTS 16

/** What became of a rendering. */
typedef struct tr_report {
    size_t n_artifacts; /**< files that were written */
    /** in the order of tr_format, then the poster and the captions; the report owns their paths */
    tr_artifact artifacts[TR_MOST_ARTIFACTS];
    uint64_t n_frames;     /**< drawn, with those that repeat the last state */
    uint64_t n_iterations; /**< of the last state */
    float final_loss;      /**< of the last iteration's batch */
    size_t n_params;       /**< of the net */
    float *initial_params; /**< n_params values, owned by the report */
    float *trained_params; /**< the last state's, as above */
    double seconds;        /**< that the rendering took */
} tr_report;

/**
 * Renders what `source` yields. Files appear under their names when all of them are complete; if
 * anything fails nothing is left behind, and files of these names that were there before stay as
 * they are.
 *
 * @param[out] report owned by the caller; free it with tr_report_destroy(). Empty on failure.
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY, TR_ERROR_OUTPUT, TR_ERROR_ENCODER,
 *         TR_ERROR_FONT, TR_ERROR_SYSTEM, TR_ERROR_CANCELLED, or what the source or the progress function returned.
 *
 * Any number of renderings may run at once on different threads, with different files.
 */
TR_API TR_MUST_CHECK tr_status tr_render(const tr_source *source, const tr_render_options *options,
                                         tr_report *report, tr_diag *diag);

/**
 * A rendering of snapshots that a training loop of your own pushes; it runs on threads of its own
 * beside the loop. Push and finish are for one thread at a time.
 */
typedef struct tr_rendering tr_rendering;

/**
 * Begins to render what will be pushed.
 *
 * @param[out] rendering owned by the caller; free it with tr_rendering_destroy().
 * @param run what is trained: its network, dataset, loss and number of iterations (0 if unknown),
 *        borrowed until the rendering is destroyed; `run` and `context` are not used
 * @param options as for tr_render(); what they point to is borrowed as well. The progress function is
 *        called on a thread of the rendering
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY or TR_ERROR_SYSTEM. Any number of renderings may
 *         be under way at once, with different files.
 */
TR_API TR_MUST_CHECK tr_status tr_rendering_create(tr_rendering **rendering, const tr_source *run,
                                                   const tr_render_options *options, tr_diag *diag);

/**
 * Takes a copy of the initial state (iteration 0), and after every iteration of the state then. Waits
 * while the rendering is 64 snapshots behind.
 *
 * @param snapshot as many parameters as the network has, laid out as there; its iteration must be
 *        above the one before
 * @return TR_OK; TR_ERROR_ARGUMENT where the snapshot does not fit, which is not taken then; or, now
 *         or at a later push, what the rendering failed with, and its text: training on is of no use
 *         then.
 */
TR_API TR_MUST_CHECK tr_status tr_rendering_push(tr_rendering *rendering,
                                                 const tr_snapshot *snapshot, tr_diag *diag);

/**
 * The training has ended: waits until all frames are drawn and the files have their names. Once.
 *
 * @param[out] report as of tr_render()
 * @return as tr_render(), and TR_ERROR_ARGUMENT if it was finished before.
 */
TR_API TR_MUST_CHECK tr_status tr_rendering_finish(tr_rendering *rendering, tr_report *report,
                                                   tr_diag *diag);

/** Frees the rendering and sets the pointer to NULL; without finish it is ended first, and leaves no
 * file. NULL is fine. */
TR_API void tr_rendering_destroy(tr_rendering **rendering);

/** What a chart is written as. */
typedef enum tr_chart_format { TR_CHART_PNG, TR_CHART_SVG, TR_CHART_PDF } tr_chart_format;

/**
 * Draws one state of a recorded run and writes it as a picture, which appears under its name when it
 * is complete.
 *
 * @param source the recorded run: its network, dataset and loss
 * @param iteration the state to draw; the last one recorded up to there is taken
 * @param[out] artifact what was written; its path is owned by the caller (free()), and NULL on failure
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY, TR_ERROR_OUTPUT, TR_ERROR_ENCODER, TR_ERROR_FONT,
 *         TR_ERROR_INPUT. Safe from any number of threads.
 */
TR_API TR_MUST_CHECK tr_status tr_chart(const tr_source *source, const tr_recording *recording,
                                        uint64_t iteration, const tr_picture *picture,
                                        tr_chart_format format, const char *path,
                                        tr_artifact *artifact, tr_diag *diag);

/**
 * Draws one state as a picture in memory.
 *
 * @param source the run: its network, dataset and loss
 * @param recording what the picture shows of the run besides the state, as in "error"; may be NULL unless
 *        tr_picture_needs_recording()
 * @param state as many parameters as the network has
 * @param[out] bytes the file, owned by the caller (free()); NULL on failure
 * @param[out] n_bytes its size
 * @return TR_OK, TR_ERROR_ARGUMENT, TR_ERROR_MEMORY, TR_ERROR_ENCODER, TR_ERROR_FONT, TR_ERROR_INPUT.
 *         Safe from any number of threads.
 */
TR_API TR_MUST_CHECK tr_status tr_draw(const tr_source *source, const tr_recording *recording,
                                       const tr_snapshot *state, const tr_picture *picture,
                                       tr_chart_format format, unsigned char **bytes,
                                       size_t *n_bytes, tr_diag *diag);

/** Frees what the report owns and empties it. */
TR_API void tr_report_destroy(tr_report *report);

/** This library's version, such as "0.1.0": a static string. Safe from any thread. */
TR_API const char *tr_version(void);

/**
 * Versions of the libraries that it runs with, in one line; loads the video libraries for that. The
 * string is good until the thread calls again.
 */
TR_API const char *tr_library_versions(void);

TR_END_DECLS

#endif
