/* One rendering. A scene that shows more than the state at hand, or frames that are chosen by what is
 * in them, need the whole run first: then it is recorded, and the recording rendered. For the
 * rendering itself there are a thread that trains, workers that draw and encode segments, and the caller's
 * thread, which shows the progress.
 *
 *   source thread: source->run -> recorder -> ring; of a recording, only what gets a frame is read
 *   each worker:   takes the next segment's states from the ring, draws and encodes them, and leaves
 *                  the finished segment in a slot; whoever completes the next one in order appends it
 *
 * A worker may run ahead of the slowest one by a few segments only, so memory stays bounded. */
#include <trainreel/render.h>

#include "alloc.h"
#include "diag.h"
#include "job.h"
#include "outputs.h"
#include "plotter.h"
#include "recorder.h"
#include "replay.h"
#include "sink.h"
#include "system.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING_SNAPSHOTS = 256, RING_FLOATS = 1 << 24, FEWEST_IN_RING = 4 };
enum { MAX_JOBS = 256, PROGRESS_MILLISECONDS = 100, FRAMES_UNDER_WAY = 16 };
enum { MAX_CHOSEN_FRAMES = 1 << 20, MAX_HOLD_SECONDS = 3600 };

/* What there is for the caller's thread to do meanwhile. */
typedef enum render_stage { BEGINNING, FIRST_TAKEN, UNDER_WAY } render_stage;

/* The states of a segment. */
typedef struct state_block {
    tr_snapshot *states; /* TR_SEGMENT_FRAMES of them */
    float *params;
    size_t n_states;
    uint64_t segment;
} state_block;

typedef struct rendering {
    tr_source source; /* what is rendered: the caller's, or the recording of it */
    const tr_render_options *options;
    const tr_narrator *narrator;
    uint64_t n_frames;      /* expected, 0 if unknown */
    uint64_t n_held_frames; /* of them, those that repeat the last state */
    size_t n_params;
    double start; /* of tr_seconds() */

    tr_recording *recording; /* made here; NULL if there is none or it is the caller's, as are the
                                next two */
    tr_schedule *own_schedule;
    tr_scene *own_scene;
    const tr_schedule *schedule;
    const tr_scene *scene;
    tr_ring *ring;
    tr_recorder *recorder;
    tr_outputs outputs;
    tr_report *report;

    pthread_mutex_t take_mutex; /* one worker at a time is the ring's consumer */
    uint64_t next_segment;      /* guarded by take_mutex, as are the next four */
    uint64_t next_frame;
    bool source_ended;
    tr_snapshot last; /* its parameters are the report's trained ones */
    uint64_t n_held;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    bool sink_ready;
    int n_workers; /* that have not ended */
    render_stage stage;
    uint64_t next_to_append;
    size_t window;        /* segments that may be under way or waiting */
    tr_segment **waiting; /* [window], by segment modulo window */
    bool appending;
    tr_status status; /* of the first failure */
    tr_diag diag;

    atomic_bool failed; /* whether status is set, to be asked between frames */
    atomic_uint_least64_t iterations;
    atomic_uint_least64_t frames;
} rendering;

/* The first failure counts; everyone else is told to stop. */
static void fail_job(rendering *job, tr_status status, const tr_diag *diag) {
    pthread_mutex_lock(&job->mutex);
    if (!job->status) {
        job->status = status;
        job->diag = *diag;
        atomic_store(&job->failed, true);
        tr_ring_cancel(job->ring);
    }
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
}

/* ---- the source's thread ---- */

static tr_status check_cancel(const rendering *job) {
    return tr_cancel_is_requested(job->options->cancel) ? TR_ERROR_CANCELLED : TR_OK;
}

static tr_status count_and_record(const tr_snapshot *snapshot, void *context) {
    rendering *job = context;
    if (snapshot->n_params != job->n_params) {
        tr_diag diag = {0};
        tr_fail(&diag, TR_ERROR_ARGUMENT, "a snapshot has %zu parameters, but the net has %zu",
                snapshot->n_params, job->n_params);
        fail_job(job, TR_ERROR_ARGUMENT, &diag);
        return TR_ERROR_ARGUMENT;
    }
    if (!job->recording) /* otherwise they are trained already */
        atomic_store_explicit(&job->iterations, snapshot->iteration, memory_order_relaxed);
    tr_status status = check_cancel(job);
    return status ? status : tr_recorder_step(snapshot, job->recorder);
}

/* Sources need not say why they stopped. */
static void explain_stop(tr_status status, tr_diag *diag) {
    if (status == TR_ERROR_CANCELLED)
        tr_fail(diag, status, "cancelled");
    else if (status)
        tr_fail(diag, status, "the run stopped: %s", tr_status_name(status));
}

static void *run_source(void *context) {
    rendering *job = context;
    tr_diag diag = {0};
    const tr_source *source = &job->source;
    const tr_recording *recording = tr_source_recording(source);
    tr_status status =
        recording ? tr_replay_frames(recording, job->schedule, count_and_record, job, &diag)
                  : source->run(source->context, count_and_record, job, &diag);
    explain_stop(status, &diag);
    tr_recorder_finish(job->recorder, status, &diag);
    return NULL;
}

/* ---- the workers ---- */

/* Keeps the first and the newest parameters for the report, and what the captions say. */
static tr_status note_state(rendering *job, const tr_snapshot *state, tr_diag *diag) {
    tr_report *report = job->report;
    size_t bytes = job->n_params * sizeof(float);
    if (job->next_frame == 0)
        memcpy(report->initial_params, state->params, bytes);
    memcpy(report->trained_params, state->params, bytes);
    report->n_iterations = state->iteration;
    report->final_loss = state->loss;
    job->last = *state;
    job->last.params = report->trained_params;
    job->next_frame++;
    return tr_outputs_take_state(&job->outputs, &job->last, false, diag);
}

/* The next state that gets a frame: from the ring, and after the run has ended the last one again for
 * as long as it is held. TR_END when there is nothing more. */
static tr_status take_state(rendering *job, tr_snapshot *state, float *params, tr_diag *diag) {
    if (!job->source_ended) {
        tr_status status = tr_ring_pop(job->ring, state, params, diag);
        if (status != TR_END) {
            if (!status)
                status = note_state(job, state, diag);
            return status;
        }
        job->source_ended = true;
    }
    if (job->n_held == job->n_held_frames || !job->next_frame)
        return TR_END;
    memcpy(params, job->last.params, job->n_params * sizeof *params);
    *state = job->last;
    state->params = params;
    job->n_held++;
    return tr_outputs_take_state(&job->outputs, state, true, diag);
}

/* Waits for its turn and takes the states of the next segment; none when the run has ended. */
static tr_status take_block(rendering *job, state_block *block, tr_diag *diag) {
    tr_status status = TR_OK;
    block->n_states = 0;
    pthread_mutex_lock(&job->take_mutex);
    block->segment = job->next_segment;
    pthread_mutex_lock(&job->mutex);
    while (!job->status && block->segment >= job->next_to_append + job->window)
        pthread_cond_wait(&job->changed, &job->mutex);
    pthread_mutex_unlock(&job->mutex);
    while (!status && block->n_states < TR_SEGMENT_FRAMES) {
        tr_snapshot *state = &block->states[block->n_states];
        status = take_state(job, state, block->params + block->n_states * job->n_params, diag);
        if (!status)
            block->n_states++;
    }
    if (status == TR_END)
        status = TR_OK;
    if (block->n_states)
        job->next_segment++;
    pthread_mutex_unlock(&job->take_mutex);
    return status;
}

/* Leaves a finished segment, and appends all that are now next in order. */
static tr_status deliver(rendering *job, uint64_t index, tr_segment *segment, tr_diag *diag) {
    tr_status status = TR_OK;
    pthread_mutex_lock(&job->mutex);
    job->waiting[index % job->window] = segment;
    while (!job->appending && !status && job->waiting[job->next_to_append % job->window]) {
        size_t slot = (size_t)(job->next_to_append % job->window);
        tr_segment *next = job->waiting[slot];
        job->waiting[slot] = NULL;
        job->appending = true;
        pthread_mutex_unlock(&job->mutex);
        status = tr_sink_append(job->outputs.sink, &next, diag);
        pthread_mutex_lock(&job->mutex);
        job->appending = false;
        job->next_to_append++;
        pthread_cond_broadcast(&job->changed);
    }
    pthread_mutex_unlock(&job->mutex);
    return status;
}

static tr_status take_first(rendering *job, const tr_frame *frame, tr_diag *diag) {
    tr_status status = tr_outputs_take_first(&job->outputs, frame, diag);
    pthread_mutex_lock(&job->mutex);
    job->stage = FIRST_TAKEN;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
    return status;
}

static void note_under_way(rendering *job) {
    pthread_mutex_lock(&job->mutex);
    job->stage = UNDER_WAY;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
}

static tr_status render_segment(rendering *job, const state_block *block, tr_plotter *plotter,
                                tr_sink_worker *worker, tr_diag *diag) {
    tr_segment *segment;
    size_t half = block->n_states / 2;
    size_t under_way = half < FRAMES_UNDER_WAY ? half : FRAMES_UNDER_WAY;
    tr_status status = tr_sink_begin_segment(worker, block->segment * TR_SEGMENT_FRAMES, diag);
    for (size_t i = 0; !status && i < block->n_states; i++) {
        tr_frame frame;
        if (atomic_load(&job->failed))
            return TR_ERROR_CANCELLED; /* somebody else's failure is the one that counts */
        status = tr_plotter_draw(plotter, &block->states[i], &frame, diag);
        if (!status && block->segment == 0 && i == 0)
            status = take_first(job, &frame, diag);
        if (!status)
            status = tr_sink_add_frame(worker, &frame, diag);
        if (!status && block->segment == 0 && i == under_way)
            note_under_way(job);
        atomic_fetch_add_explicit(&job->frames, 1, memory_order_relaxed);
    }
    if (!status)
        status = tr_sink_end_segment(worker, &segment, diag);
    if (!status)
        status = deliver(job, block->segment, segment, diag);
    return status;
}

static tr_status wait_for_sink(rendering *job) {
    pthread_mutex_lock(&job->mutex);
    while (!job->sink_ready && !job->status)
        pthread_cond_wait(&job->changed, &job->mutex);
    tr_status status = job->status;
    pthread_mutex_unlock(&job->mutex);
    return status ? TR_ERROR_CANCELLED : TR_OK;
}

static tr_status work(rendering *job, tr_diag *diag) {
    state_block block = {0};
    tr_plotter *plotter = NULL;
    tr_sink_worker *worker = NULL;
    tr_status status = TR_OK;
    block.states = tr_alloc_array(TR_SEGMENT_FRAMES, sizeof *block.states);
    block.params = tr_alloc_array(TR_SEGMENT_FRAMES * job->n_params, sizeof *block.params);
    if (!block.states || !block.params)
        status = tr_fail_memory(diag, "a segment");
    if (!status)
        status = tr_plotter_create(&plotter, job->scene, diag);
    if (!status)
        status = wait_for_sink(job);
    if (!status)
        status = tr_sink_worker_create(&worker, job->outputs.sink, diag);
    while (!status) {
        status = take_block(job, &block, diag);
        if (status || !block.n_states)
            break;
        status = render_segment(job, &block, plotter, worker, diag);
    }
    tr_sink_worker_destroy(&worker);
    tr_plotter_destroy(&plotter);
    free(block.states);
    free(block.params);
    return status;
}

static void *run_worker(void *context) {
    rendering *job = context;
    tr_diag diag = {0};
    tr_status status = work(job, &diag);
    if (status)
        fail_job(job, status, &diag);
    pthread_mutex_lock(&job->mutex);
    job->n_workers--;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
    return NULL;
}

/* ---- the caller's thread ---- */

static tr_status report_progress(const rendering *job) {
    if (!job->options->progress)
        return TR_OK;
    const tr_progress progress = {
        .iterations = atomic_load_explicit(&job->iterations, memory_order_relaxed),
        .n_iterations = job->source.n_iterations,
        .frames = atomic_load_explicit(&job->frames, memory_order_relaxed),
        .n_frames = job->n_frames,
        .seconds = tr_seconds() - job->start};
    return job->options->progress(&progress, job->options->progress_context);
}

/* What the caller's thread does while the workers draw and encode. The libraries that write are loaded
 * once these are under way: until then threads are started, here and for other videos, and they would
 * have to wait as long. */
static tr_status look_after(rendering *job, render_stage stage, double *next_report,
                            tr_diag *diag) {
    tr_status status = check_cancel(job);
    if (!status && stage >= FIRST_TAKEN)
        status = tr_outputs_write_poster(&job->outputs, diag);
    if (!status && stage >= UNDER_WAY)
        status = tr_sink_prepare(job->outputs.sink, diag);
    if (!status && tr_seconds() - job->start >= *next_report) {
        status = report_progress(job);
        *next_report = tr_seconds() - job->start + 0.9e-3 * PROGRESS_MILLISECONDS;
    }
    if (status && !diag->text[0])
        tr_fail(diag, status, "%s", tr_status_name(status));
    return status;
}

static void wait_for_workers(rendering *job) {
    double next_report = 0;
    pthread_mutex_lock(&job->mutex);
    while (job->n_workers) {
        tr_diag diag = {0};
        bool going_on = !job->status;
        render_stage stage = job->stage;
        pthread_mutex_unlock(&job->mutex);
        tr_status status = going_on ? look_after(job, stage, &next_report, &diag) : TR_OK;
        if (status)
            fail_job(job, status, &diag);
        pthread_mutex_lock(&job->mutex);
        if (job->n_workers && job->stage == stage)
            tr_wait(&job->changed, &job->mutex, 1e-3 * PROGRESS_MILLISECONDS);
    }
    pthread_mutex_unlock(&job->mutex);
}

tr_status tr_job_check(const tr_render_options *options, tr_diag *diag) {
    if (options->jobs < 0 || options->jobs > MAX_JOBS)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the number of jobs is 0 to %d, not %d", MAX_JOBS,
                       options->jobs);
    if (!(options->hold >= 0 && options->hold <= MAX_HOLD_SECONDS))
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "the last frame is held for 0 to %d seconds, not %g", MAX_HOLD_SECONDS,
                       options->hold);
    return tr_outputs_check(options, diag);
}

tr_status tr_render_check(const tr_source *source, const tr_render_options *options,
                          tr_diag *diag) {
    if (options->pace == TR_PACE_STEP && options->every < 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a frame every 0 iterations cannot be drawn");
    if (options->pace != TR_PACE_STEP &&
        (options->n_frames < 2 || options->n_frames > MAX_CHOSEN_FRAMES))
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the number of frames is 2 to %d, not %llu",
                       MAX_CHOSEN_FRAMES, (unsigned long long)options->n_frames);
    tr_status status = tr_picture_check(&options->picture, source->network, source->dataset, diag);
    return status ? status : tr_job_check(options, diag);
}

static int count_workers(const tr_render_options *options, uint64_t n_frames) {
    int jobs = tr_count_jobs(options->jobs, MAX_JOBS);
    uint64_t n_segments = (n_frames + TR_SEGMENT_FRAMES - 1) / TR_SEGMENT_FRAMES;
    return n_frames && n_segments < (uint64_t)jobs ? (int)n_segments : jobs;
}

/* Starts the threads, waits for them, and returns what came of it. */
static tr_status run_threads(rendering *job, tr_diag *diag) {
    int n_workers = count_workers(job->options, job->n_frames);
    pthread_t source_thread;
    pthread_t workers[MAX_JOBS];
    tr_diag failure = {0};
    int n_started = 0;
    job->window = 2 * (size_t)n_workers;
    job->waiting = tr_alloc_array(job->window, sizeof(tr_segment *));
    if (!job->waiting)
        return tr_fail_memory(diag, "rendering");
    if (pthread_create(&source_thread, NULL, run_source, job))
        return tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left for the training");
    while (n_started < n_workers) {
        pthread_mutex_lock(&job->mutex);
        job->n_workers++;
        pthread_mutex_unlock(&job->mutex);
        if (pthread_create(&workers[n_started], NULL, run_worker, job)) {
            pthread_mutex_lock(&job->mutex);
            job->n_workers--;
            pthread_mutex_unlock(&job->mutex);
            tr_fail(&failure, TR_ERROR_SYSTEM, "the system has no thread left for worker %d",
                    n_started + 1);
            fail_job(job, TR_ERROR_SYSTEM, &failure);
            break;
        }
        n_started++;
    }
    /* While the workers draw their backgrounds, and the run begins, this loads the libraries that
     * encode. */
    tr_status status =
        tr_outputs_open(&job->outputs, job->options, job->narrator, job->report, &failure);
    if (status)
        fail_job(job, status, &failure);
    pthread_mutex_lock(&job->mutex);
    job->sink_ready = true;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
    wait_for_workers(job);
    for (int i = 0; i < n_started; i++)
        pthread_join(workers[i], NULL);
    pthread_join(source_thread, NULL);
    if (job->status)
        tr_diag_adopt(diag, &job->diag);
    return job->status;
}

/* ---- recording first ---- */

typedef struct recording_step {
    rendering *job;
    double next_report;
    tr_diag *diag;
} recording_step;

static tr_status append_and_report(const tr_snapshot *snapshot, void *context) {
    recording_step *step = context;
    rendering *job = step->job;
    tr_status status = check_cancel(job);
    if (!status)
        status = tr_recording_append(job->recording, snapshot, step->diag);
    atomic_store_explicit(&job->iterations, snapshot->iteration, memory_order_relaxed);
    double now = job->options->progress ? tr_seconds() - job->start : 0;
    if (!status && now >= step->next_report) {
        step->next_report = now + 1e-3 * PROGRESS_MILLISECONDS;
        status = report_progress(job);
    }
    return status;
}

/* Runs the source and puts its recording in its place. */
static tr_status record_first(rendering *job, tr_diag *diag) {
    recording_step step = {.job = job, .diag = diag};
    tr_status status = tr_recording_create(&job->recording, job->n_params, diag);
    if (!status)
        status = job->source.run(job->source.context, append_and_report, &step, diag);
    explain_stop(status, diag);
    if (status)
        return status;
    job->source = tr_recording_source(job->recording, &job->source);
    return TR_OK;
}

static bool needs_recording(const rendering *job) {
    const tr_render_options *options = job->options;
    return tr_picture_needs_recording(&options->picture) || options->pace == TR_PACE_ADAPTIVE ||
           (options->pace == TR_PACE_LOG && !job->source.n_iterations);
}

static tr_status choose_frames(rendering *job, const tr_recording *recording, tr_diag *diag) {
    const tr_render_options *options = job->options;
    const tr_source *source = &job->source;
    const tr_schedule_options schedule = {.pace = options->pace,
                                          .every = options->every,
                                          .n_frames = options->n_frames,
                                          .n_iterations = source->n_iterations,
                                          .recording = recording,
                                          .network = source->network,
                                          .dataset = source->dataset};
    tr_status status = tr_schedule_create(&job->own_schedule, &schedule, diag);
    job->schedule = job->own_schedule;
    return status;
}

/* Finds out what is rendered. */
static tr_status prepare(rendering *job, tr_diag *diag) {
    const tr_source *source = &job->source;
    tr_status status = TR_OK;
    if (needs_recording(job) && !tr_source_recording(source))
        status = record_first(job, diag);
    const tr_recording *recording = tr_source_recording(source);
    if (!status)
        status = choose_frames(job, recording, diag);
    if (!status)
        status = tr_scene_create(&job->own_scene, &job->options->picture, source->network,
                                 source->dataset, source->loss, recording, diag);
    job->scene = job->own_scene;
    return status;
}

static tr_status create_ring(rendering *job, tr_diag *diag) {
    tr_report *report = job->report;
    report->n_params = job->n_params;
    report->initial_params = tr_alloc_array(job->n_params, sizeof(float));
    report->trained_params = tr_alloc_array(job->n_params, sizeof(float));
    if (!report->initial_params || !report->trained_params)
        return tr_fail_memory(diag, "rendering");
    size_t capacity = RING_SNAPSHOTS; /* less for large states, such as those of many runs */
    if (job->n_params > RING_FLOATS / RING_SNAPSHOTS)
        capacity = RING_FLOATS / job->n_params;
    capacity = capacity > FEWEST_IN_RING ? capacity : FEWEST_IN_RING;
    tr_status status = tr_ring_create(&job->ring, capacity, job->n_params, TR_RING_BLOCK, diag);
    return status ? status : tr_recorder_create(&job->recorder, job->ring, job->schedule, diag);
}

/* Renders what was prepared. */
static tr_status run(rendering *job, tr_diag *diag) {
    const tr_render_options *options = job->options;
    uint64_t n_iterations = job->source.n_iterations;
    job->n_held_frames = (uint64_t)round(options->hold * options->video.frames_per_second);
    const tr_recording *recording = tr_source_recording(&job->source);
    if (n_iterations || recording)
        job->n_frames = tr_schedule_n_frames(job->schedule, n_iterations);
    if (recording && tr_recording_n_snapshots(recording) < job->n_frames)
        job->n_frames = tr_recording_n_snapshots(recording);
    if (job->n_frames)
        job->n_frames += job->n_held_frames;
    tr_status status = create_ring(job, diag);
    if (!status)
        status = run_threads(job, diag);
    if (!status)
        status = report_progress(job);
    if (!status)
        status = tr_outputs_close(&job->outputs, diag);
    return status;
}

static void clean_up(rendering *job) {
    for (size_t i = 0; job->waiting && i < job->window; i++)
        tr_segment_destroy(&job->waiting[i], job->outputs.sink);
    free(job->waiting);
    tr_outputs_discard(&job->outputs);
    tr_recorder_destroy(&job->recorder);
    tr_ring_destroy(&job->ring);
    tr_scene_destroy(&job->own_scene);
    tr_schedule_destroy(&job->own_schedule);
    tr_recording_destroy(&job->recording);
}

static rendering begin(const tr_source *source, const tr_render_options *options,
                       tr_report *report) {
    rendering job = {.source = *source,
                     .options = options,
                     .narrator = &tr_run_narrator,
                     .report = report,
                     .take_mutex = PTHREAD_MUTEX_INITIALIZER,
                     .mutex = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER};
    job.start = tr_seconds();
    return job;
}

static tr_status end(rendering *job, tr_status status) {
    clean_up(job);
    job->report->seconds = tr_seconds() - job->start;
    if (status)
        tr_report_destroy(job->report);
    return status;
}

tr_status tr_render(const tr_source *source, const tr_render_options *options, tr_report *report,
                    tr_diag *diag) {
    *report = (tr_report){0};
    tr_status status = tr_render_check(source, options, diag);
    if (status)
        return status;
    rendering job = begin(source, options, report);
    job.n_params = tr_network_n_params(source->network);
    status = prepare(&job, diag);
    if (!status)
        status = run(&job, diag);
    return end(&job, status);
}

tr_status tr_job_render(const tr_job *what, const tr_render_options *options, tr_report *report,
                        tr_diag *diag) {
    *report = (tr_report){0};
    rendering job = begin(what->source, options, report);
    job.n_params = what->n_params;
    job.scene = what->scene;
    job.schedule = what->schedule;
    job.narrator = what->narrator;
    return end(&job, run(&job, diag));
}

void tr_report_destroy(tr_report *report) {
    for (size_t i = 0; i < sizeof report->artifacts / sizeof *report->artifacts; i++)
        free(report->artifacts[i].path);
    free(report->initial_params);
    free(report->trained_params);
    *report = (tr_report){0};
}

tr_render_options tr_render_options_default(void) {
    return (tr_render_options){.folder = "out",
                               .name = "neuron",
                               .formats = TR_IN_SET(TR_FORMAT_MP4),
                               .picture = tr_picture_default(),
                               .video = tr_video_default(),
                               .every = 50,
                               .n_frames = 150};
}

const char *tr_version(void) {
    return TR_VERSION;
}

const char *tr_library_versions(void) {
    static _Thread_local char versions[512];
    snprintf(versions, sizeof versions, "%s, %s", tr_plot_versions(), tr_encode_versions());
    return versions;
}
