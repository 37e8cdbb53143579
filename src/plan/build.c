/* Making what a plan describes: runs are trained once each and recorded, and what shows them is made
 * side by side. A task is a run or an artifact; workers are threads that do one task after the other,
 * which the caller's thread gives them as others that these need are done. */
#include "build.h"

#include "artifact.h"
#include "diag.h"
#include "manifest.h"
#include "page.h"
#include "run.h"
#include "sink.h"
#include "system.h"

#include <glib.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_JOBS = 256, PROGRESS_MILLISECONDS = 100 };

typedef enum task_state { WAITING, WORKING, DONE, FAILED } task_state;

typedef struct run_task {
    task_state state;
    bool is_needed;   /* it is created */
    bool is_trained;  /* and trained, for its recording or its random numbers */
    size_t n_viewers; /* artifacts that are still to be made of its recording */
    tr_run *run;
    tr_source source;
    tr_recording *recording; /* of what diverged, up to there; the run's, where that was recorded */
    uint64_t diverged_at; /* of FAILED: the iteration at which it did, or 0 for another failure */
    double seconds;       /* of a processor, for the training */
    char *failure;        /* of FAILED */
    const char *cause;    /* of FAILED: the failure of the run that was the first to fail */
    tr_status status;
    atomic_uint_least64_t iterations;
    atomic_uint_least64_t n_iterations; /* estimated until the run is created; 0 if unknown */
} run_task;

typedef struct artifact_task {
    task_state state;
    atomic_uint_least64_t frames;
    atomic_uint_least64_t n_frames; /* estimated until the rendering begins */
} artifact_task;

typedef enum worker_state { IDLE, BUSY, FINISHED } worker_state;

typedef struct worker {
    struct build *build;
    bool is_run;  /* the task at hand, as are the next two */
    size_t index; /* of the run or artifact */
    int n_jobs;   /* threads that it may use itself; 0 if it is the one beside the others */
    worker_state state;
    pthread_t thread;
} worker;

typedef struct build {
    const tr_plan *plan;
    const tr_build_options *options;
    tr_build_report *report;
    tr_store *store;
    tr_run_checksums *checksums; /* by run */
    run_task *runs;
    artifact_task *artifacts;
    int n_jobs;
    int n_jobs_used;
    bool has_spare; /* there is a processor more than jobs */
    bool is_spare_used;
    worker workers[MOST_JOBS];
    int n_workers;         /* that have been started */
    bool has_no_more;      /* tasks: workers end */
    pthread_mutex_t mutex; /* guards tasks and workers */
    pthread_cond_t given;  /* a task */
    pthread_cond_t done;
    atomic_bool is_stopping;
    double start; /* of tr_seconds() */
} build;

const char *tr_plan_kind_name(tr_plan_kind kind) {
    switch (kind) {
    case TR_PLAN_VIDEO:
        return "video";
    case TR_PLAN_CHART:
        return "chart";
    case TR_PLAN_TABLE:
        return "table";
    case TR_PLAN_CHECKSUMS:
        return "checksums";
    }
    return "";
}

bool tr_is_there(const tr_built *built) {
    return built->outcome == TR_MADE || built->outcome == TR_UNCHANGED;
}

/* ---- runs ---- */

/* A training that can be stopped, counts, and is recorded where somebody wants to see it. */
typedef struct watched {
    const build *build;
    run_task *task;
    tr_diag *diag;
} watched;

static tr_status watch(const tr_snapshot *snapshot, void *context) {
    const watched *w = context;
    run_task *task = w->task;
    if (atomic_load_explicit(&w->build->is_stopping, memory_order_relaxed))
        return TR_ERROR_CANCELLED;
    atomic_store_explicit(&task->iterations, snapshot->iteration, memory_order_relaxed);
    return task->recording ? tr_recording_append(task->recording, snapshot, w->diag) : TR_OK;
}

/* A run that diverges keeps its recording, for comparisons. */
static tr_status train_watched(build *b, run_task *task, tr_diag *diag) {
    const tr_training *training = &task->run->training;
    watched w = {.build = b, .task = task, .diag = diag};
    tr_status status = TR_OK;
    if (task->n_viewers)
        status =
            tr_recording_create(&task->recording, tr_network_n_params(training->network), diag);
    if (!status)
        status = tr_fit(training->network, training->params, training->dataset, &training->options,
                        training->random, watch, &w, diag);
    if (status && status != TR_ERROR_DIVERGED)
        tr_recording_destroy(&task->recording);
    return status;
}

static double seconds_of_thread(void) {
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static void take_recording(run_task *task) {
    task->recording = task->run->recording;
    atomic_store(&task->n_iterations, task->source.n_iterations);
    atomic_store(&task->iterations, task->source.n_iterations);
}

static void forget_recording(run_task *task) {
    if (task->run && task->recording != task->run->recording)
        tr_recording_destroy(&task->recording);
    task->recording = NULL;
}

static tr_status train(build *b, size_t index, tr_diag *diag) {
    const tr_plan_run *run = &b->plan->runs[index];
    run_task *task = &b->runs[index];
    const run_task *data = run->data_from == TR_NO_RUN ? NULL : &b->runs[run->data_from];
    const run_task *seed = run->seed_from == TR_NO_RUN ? NULL : &b->runs[run->seed_from];
    tr_settings *settings;
    tr_status status = tr_plan_run_settings(b->plan, run, &settings, diag);
    if (status)
        return status;
    status = tr_run_create_on(&task->run, settings, data ? data->run->dataset : NULL,
                              seed ? &seed->run->random : NULL, diag);
    tr_settings_destroy(&settings);
    if (status)
        return status;
    task->source = tr_run_source(task->run);
    task->seconds = NAN; /* of what is not trained here */
    if (task->run->recording)
        take_recording(task);
    if (task->run->recording || !task->is_trained)
        return TR_OK;
    atomic_store(&task->n_iterations, task->source.n_iterations);
    double start = seconds_of_thread();
    status = train_watched(b, task, diag);
    task->seconds = seconds_of_thread() - start;
    if (status == TR_ERROR_DIVERGED) {
        /* the loss of the next iteration was not finite, or a parameter after the last one */
        uint64_t next = atomic_load(&task->iterations) + 1;
        task->diverged_at = MIN(next, task->source.n_iterations);
    }
    return status;
}

/* ---- artifacts ---- */

static tr_status note_progress(const tr_progress *progress, void *context) {
    const worker *self = context;
    artifact_task *task = &self->build->artifacts[self->index];
    atomic_store_explicit(&task->frames, progress->frames, memory_order_relaxed);
    if (progress->n_frames)
        atomic_store_explicit(&task->n_frames, progress->n_frames, memory_order_relaxed);
    return atomic_load(&self->build->is_stopping) ? TR_ERROR_CANCELLED : TR_OK;
}

static bool is_stopping(const void *context) {
    return atomic_load_explicit(&((const worker *)context)->build->is_stopping,
                                memory_order_relaxed);
}

static tr_status make_artifact(worker *self, tr_diag *diag) {
    build *b = self->build;
    const tr_plan_artifact *artifact = &b->plan->artifacts[self->index];
    tr_shown_run shown[TR_MOST_COMPARED];
    size_t n_runs;
    const size_t *runs = tr_plan_artifact_runs(artifact, &n_runs);
    for (size_t i = 0; i < n_runs; i++) {
        const run_task *run = &b->runs[runs[i]];
        shown[i] = (tr_shown_run){.source = &run->source,
                                  .recording = run->recording,
                                  .diverged_at = run->diverged_at,
                                  .seconds = run->seconds};
    }
    const tr_making making = {.artifact = artifact,
                              .runs = shown,
                              .store = b->store,
                              .folder = b->options->folder,
                              .n_jobs = self->n_jobs,
                              .progress = note_progress,
                              .is_stopping = is_stopping,
                              .context = self};
    return tr_make_artifact(&making, &b->report->artifacts[self->index], diag);
}

/* ---- the threads ---- */

/* One line that names the artifact. */
static void fail_artifact(build *b, size_t index, tr_status status, const char *text) {
    tr_built *built = &b->report->artifacts[index];
    char *path = g_build_filename(b->options->folder, b->plan->artifacts[index].path, NULL);
    b->artifacts[index].state = FAILED;
    if (status == TR_ERROR_CANCELLED) {
        g_free(path);
        return;
    }
    built->outcome = TR_FAILED;
    built->status = status;
    built->message =
        g_str_has_prefix(text, path) ? g_strdup(text) : g_strdup_printf("%s: %s", path, text);
    g_free(path);
}

static void fail_run(build *b, size_t index, tr_status status, const char *text) {
    run_task *task = &b->runs[index];
    task->state = FAILED;
    task->status = status;
    task->failure = g_strdup_printf("run %s: %s", b->plan->runs[index].name, text);
    task->cause = task->failure;
}

/* What needs a run that failed fails for its sake. */
static void fail_run_with(build *b, size_t index, const run_task *needed) {
    fail_run(b, index, needed->status, needed->failure);
    b->runs[index].cause = needed->cause;
}

static void fail_artifact_with(build *b, size_t index, const run_task *needed) {
    fail_artifact(b, index, needed->status, needed->failure);
    b->report->artifacts[index].failed_run = g_strdup(needed->cause);
}

/* With the mutex, which is let go while the task is worked at. */
static void do_task(worker *self) {
    build *b = self->build;
    tr_diag diag = {0};
    pthread_mutex_unlock(&b->mutex);
    tr_status status = self->is_run ? train(b, self->index, &diag) : make_artifact(self, &diag);
    const char *text = diag.text[0] ? diag.text : tr_status_name(status);
    pthread_mutex_lock(&b->mutex);
    if (self->is_run && status) {
        fail_run(b, self->index, status, text);
    } else if (self->is_run) {
        b->runs[self->index].state = DONE;
    } else if (status) {
        fail_artifact(b, self->index, status, text);
    } else {
        b->artifacts[self->index].state = DONE;
        b->report->artifacts[self->index].outcome = TR_MADE;
    }
}

static void *work(void *context) {
    worker *self = context;
    build *b = self->build;
    pthread_mutex_lock(&b->mutex);
    while (!b->has_no_more) {
        if (self->state == BUSY) {
            do_task(self);
            self->state = FINISHED;
            pthread_cond_signal(&b->done);
        } else {
            pthread_cond_wait(&b->given, &b->mutex);
        }
    }
    pthread_mutex_unlock(&b->mutex);
    return NULL;
}

/* Whether what a task needs is there. A task that needs something that failed has failed as well. */
static bool is_run_ready(build *b, size_t index) {
    const tr_plan_run *run = &b->plan->runs[index];
    run_task *task = &b->runs[index];
    const size_t others[] = {run->data_from, run->seed_from};
    if (!task->is_needed || task->state != WAITING)
        return false;
    for (int i = 0; i < 2; i++) {
        const run_task *other = others[i] == TR_NO_RUN ? NULL : &b->runs[others[i]];
        bool is_there = !other || other->state == DONE;
        if (other && other->state == FAILED && i == 0 && other->diverged_at)
            is_there = true; /* its data, which training does not change */
        else if (other && other->state == FAILED)
            fail_run_with(b, index, other);
        if (!is_there)
            return false;
    }
    return true;
}

/* In a comparison, what diverged keeps its place. */
static bool is_artifact_ready(build *b, size_t index) {
    const tr_plan_artifact *artifact = &b->plan->artifacts[index];
    size_t count;
    const size_t *runs = tr_plan_artifact_runs(artifact, &count);
    bool is_ready = true;
    for (size_t i = 0; b->artifacts[index].state == WAITING && i < count; i++) {
        const run_task *run = &b->runs[runs[i]];
        bool has_place = run->state == FAILED && run->diverged_at && artifact->comparison;
        if (run->state == FAILED && !has_place)
            fail_artifact_with(b, index, run);
        is_ready = is_ready && (run->state == DONE || has_place);
    }
    return is_ready && b->artifacts[index].state == WAITING;
}

/* What a worker may use of the threads that are free: all that it can, but it leaves one for each
 * other task that could begin now. */
static int share_of(const build *b, size_t index, size_t n_ready) {
    uint64_t n_frames = atomic_load(&b->artifacts[index].n_frames);
    uint64_t n_segments = (n_frames + TR_SEGMENT_FRAMES - 1) / TR_SEGMENT_FRAMES;
    size_t n_free = (size_t)(b->n_jobs - b->n_jobs_used);
    size_t share = n_ready >= n_free ? 1 : n_free - n_ready + 1;
    return n_segments < share ? (n_segments ? (int)n_segments : 1) : (int)share;
}

/* A worker that has nothing to do, or a new one; NULL if the system has no thread for that. */
static worker *find_worker(build *b) {
    worker *w = b->workers;
    while (w < b->workers + b->n_workers && w->state != IDLE)
        w++;
    if (w < b->workers + b->n_workers)
        return w;
    w->build = b;
    if (pthread_create(&w->thread, NULL, work, w))
        return NULL;
    b->n_workers++;
    return w;
}

static void give_task(build *b, bool is_run, size_t index, int n_jobs) {
    worker *w = find_worker(b);
    const char *text = "the system has no thread left for it";
    if (!w && is_run)
        fail_run(b, index, TR_ERROR_SYSTEM, text);
    else if (!w)
        fail_artifact(b, index, TR_ERROR_SYSTEM, text);
    if (!w)
        return;
    if (is_run)
        b->runs[index].state = WORKING;
    else
        b->artifacts[index].state = WORKING;
    w->is_run = is_run;
    w->index = index;
    w->n_jobs = n_jobs;
    w->state = BUSY;
    b->n_jobs_used += n_jobs;
    b->is_spare_used = b->is_spare_used || n_jobs == 0;
    pthread_cond_broadcast(&b->given);
}

/* The run with the most iterations of those that can be trained now; TR_NO_RUN if there is none. What
 * failed fails along the whole chain. */
static size_t find_longest_run(build *b) {
    size_t longest = TR_NO_RUN;
    for (size_t i = 0; i < b->plan->n_runs; i++) {
        task_state before = b->runs[i].state;
        bool is_ready = is_run_ready(b, i);
        if (b->runs[i].state != before) /* it failed, and with it maybe one that was looked at */
            i = SIZE_MAX, longest = TR_NO_RUN;
        else if (is_ready &&
                 (longest == TR_NO_RUN || b->runs[i].n_iterations > b->runs[longest].n_iterations))
            longest = i;
    }
    return longest;
}

static bool has_frames(const build *b, size_t index) {
    tr_plan_kind kind = b->plan->artifacts[index].kind;
    return kind == TR_PLAN_VIDEO || kind == TR_PLAN_CHECKSUMS;
}

/* Charts and tables, which nothing is encoded for, need not wait for the videos if there is a processor
 * that no job uses. */
static void give_beside(build *b) {
    for (size_t i = 0; i < b->plan->n_artifacts && b->has_spare && !b->is_spare_used; i++)
        if (!has_frames(b, i) && is_artifact_ready(b, i))
            give_task(b, false, i, 0);
}

/* Gives what can be worked at: runs before what shows them, and what takes longest first. */
static void give_tasks(build *b) {
    size_t n_artifacts = b->plan->n_artifacts;
    for (size_t run = find_longest_run(b); run != TR_NO_RUN && b->n_jobs_used < b->n_jobs;
         run = find_longest_run(b))
        give_task(b, true, run, 1);
    size_t n_ready = 0;
    for (size_t i = 0; i < n_artifacts; i++)
        n_ready += is_artifact_ready(b, i);
    for (int videos = 1; videos >= 0; videos--)
        for (size_t i = 0; i < n_artifacts && b->n_jobs_used < b->n_jobs; i++) {
            if (has_frames(b, i) == (videos == 1) && is_artifact_ready(b, i))
                give_task(b, false, i, videos ? share_of(b, i, n_ready--) : (n_ready--, 1));
        }
    give_beside(b);
}

static void leave_recordings(build *b, const tr_plan_artifact *artifact) {
    size_t count;
    const size_t *runs = tr_plan_artifact_runs(artifact, &count);
    for (size_t i = 0; i < count; i++)
        if (--b->runs[runs[i]].n_viewers == 0)
            forget_recording(&b->runs[runs[i]]);
}

/* Takes back what workers are finished with, and forgets recordings that nobody needs any more. */
static void take_tasks_back(build *b) {
    for (int i = 0; i < b->n_workers; i++) {
        worker *w = &b->workers[i];
        if (w->state != FINISHED)
            continue;
        w->state = IDLE;
        b->n_jobs_used -= w->n_jobs;
        b->is_spare_used = b->is_spare_used && w->n_jobs > 0;
        if (!w->is_run)
            leave_recordings(b, &b->plan->artifacts[w->index]);
    }
}

static void report_progress(build *b) {
    tr_build_progress progress = {.n_artifacts = b->plan->n_artifacts,
                                  .work = {.seconds = tr_seconds() - b->start}};
    if (!b->options->progress)
        return;
    for (size_t i = 0; i < b->plan->n_runs; i++) {
        progress.work.iterations += atomic_load(&b->runs[i].iterations);
        progress.work.n_iterations += atomic_load(&b->runs[i].n_iterations);
    }
    for (size_t i = 0; i < b->plan->n_artifacts; i++) {
        progress.artifacts += b->artifacts[i].state == DONE || b->artifacts[i].state == FAILED;
        progress.work.frames += atomic_load(&b->artifacts[i].frames);
        progress.work.n_frames += atomic_load(&b->artifacts[i].n_frames);
    }
    if (b->options->progress(&progress, b->options->context))
        atomic_store(&b->is_stopping, true);
}

static size_t count_waiting(const build *b) {
    size_t count = 0;
    for (size_t i = 0; i < b->plan->n_runs; i++)
        count += b->runs[i].state == WAITING;
    for (size_t i = 0; i < b->plan->n_artifacts; i++)
        count += b->artifacts[i].state == WAITING;
    return count;
}

static bool is_busy(const build *b) {
    return b->n_jobs_used > 0 || b->is_spare_used;
}

/* Gives tasks until there is something to wait for, or nothing left: where one could not be given others
 * may have failed with it. */
static void keep_busy(build *b) {
    size_t n_waiting;
    do {
        n_waiting = count_waiting(b);
        give_tasks(b);
    } while (!is_busy(b) && count_waiting(b) < n_waiting);
}

static void *load_encoders(void *context) {
    (void)context;
    tr_sink_load();
    return NULL;
}

/* Linking the libraries that encode takes as long as a short training, which it can be done beside. */
static bool start_loading(const build *b, pthread_t *thread) {
    bool is_wanted = false;
    for (size_t i = 0; i < b->plan->n_artifacts; i++)
        is_wanted = is_wanted || (b->artifacts[i].state == WAITING &&
                                  b->plan->artifacts[i].kind == TR_PLAN_VIDEO);
    return is_wanted && !pthread_create(thread, NULL, load_encoders, NULL);
}

static void end_workers(build *b) {
    b->has_no_more = true;
    pthread_cond_broadcast(&b->given);
    pthread_mutex_unlock(&b->mutex);
    for (int i = 0; i < b->n_workers; i++)
        pthread_join(b->workers[i].thread, NULL);
}

static void run_tasks(build *b) {
    double next_report = 0;
    pthread_t loader;
    pthread_mutex_lock(&b->mutex);
    keep_busy(b);
    /* not before there are workers: starting a thread would wait for it */
    bool is_loading = start_loading(b, &loader);
    while (is_busy(b)) {
        if (tr_seconds() - b->start >= next_report) {
            report_progress(b);
            next_report = tr_seconds() - b->start + 0.9e-3 * PROGRESS_MILLISECONDS;
        }
        tr_wait(&b->done, &b->mutex, 1e-3 * PROGRESS_MILLISECONDS);
        take_tasks_back(b);
        if (!atomic_load(&b->is_stopping))
            keep_busy(b);
    }
    report_progress(b);
    end_workers(b);
    if (is_loading)
        pthread_join(loader, NULL);
}

/* ---- before and after ---- */

static uint64_t estimate_iterations(const build *b, size_t index) {
    const tr_plan_run *run = &b->plan->runs[index];
    const tr_plan_run *data = run;
    while (data->data_from != TR_NO_RUN)
        data = &b->plan->runs[data->data_from];
    uint64_t batch = (uint64_t)run->settings->batch_size;
    if (data->settings->data_kind == TR_DATA_CSV || *data->settings->recording ||
        *run->settings->recording)
        return 0;
    return ((uint64_t)data->settings->points + batch - 1) / batch * (uint64_t)run->settings->epochs;
}

static uint64_t estimate_frames(const build *b, const tr_plan_artifact *artifact) {
    const tr_settings *settings = artifact->settings;
    uint64_t n_iterations = estimate_iterations(b, artifact->run);
    uint64_t every = (uint64_t)settings->every, most = (uint64_t)settings->frames;
    uint64_t n_states = (n_iterations + every - 1) / every + 1;
    if (artifact->comparison)
        n_states = most;
    else if (settings->pace != TR_PACE_STEP)
        n_states = n_iterations && n_iterations < most ? n_iterations + 1 : most;
    return n_states + (uint64_t)round(settings->hold * (double)settings->frames_per_second);
}

/* A run is needed for its recording or random numbers (`trained`), or only for its data. */
static void need_run(build *b, size_t index, bool trained) {
    run_task *task = &b->runs[index];
    const tr_plan_run *run = &b->plan->runs[index];
    if (task->is_needed && (task->is_trained || !trained))
        return;
    if (trained)
        atomic_store(&task->n_iterations, estimate_iterations(b, index));
    task->is_needed = true;
    task->is_trained = task->is_trained || trained;
    if (run->data_from != TR_NO_RUN)
        need_run(b, run->data_from, false);
    if (run->seed_from != TR_NO_RUN)
        need_run(b, run->seed_from, true);
}

static void read_checksum(char *path, char checksum[TR_CHECKSUM_SIZE]) {
    /* where it cannot be read, the run fails and says why */
    if (tr_file_checksum(path, checksum, NULL))
        *checksum = '\0';
    g_free(path);
}

static void read_checksums(build *b) {
    for (size_t i = 0; i < b->plan->n_runs; i++) {
        const tr_plan_run *run = &b->plan->runs[i];
        if (*run->settings->data_file)
            read_checksum(tr_plan_data_path(b->plan, run), b->checksums[i].data);
        if (*run->settings->recording)
            read_checksum(tr_plan_recording_path(b->plan, run), b->checksums[i].recording);
    }
}

static void clear_files(tr_built *built) {
    tr_built_file *files[] = {&built->file, &built->poster, &built->captions};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_free(files[i]->alternative);
        *files[i] = (tr_built_file){0};
    }
}

static bool is_unchanged(const build *b, const tr_manifest *older, size_t index) {
    const tr_plan_artifact *artifact = &b->plan->artifacts[index];
    tr_built *built = &b->report->artifacts[index];
    const struct {
        const char *path;
        const char *kind;
        tr_built_file *file;
    } files[] = {{artifact->path, tr_plan_kind_name(artifact->kind), &built->file},
                 {artifact->poster, "poster", &built->poster},
                 {artifact->captions, "captions", &built->captions}};
    bool is_there = true;
    for (size_t i = 0; i < G_N_ELEMENTS(files) && is_there; i++)
        is_there = !files[i].path || tr_manifest_find(older, b->store, files[i].path, files[i].kind,
                                                      built->inputs, files[i].file);
    if (!is_there)
        clear_files(built);
    return is_there;
}

/* Finds out what is there already, and what the rest needs. */
static void plan_tasks(build *b) {
    const tr_plan *plan = b->plan;
    char(*run_inputs)[TR_CHECKSUM_SIZE] = g_malloc0(plan->n_runs * sizeof *run_inputs);
    read_checksums(b);
    tr_manifest_run_inputs(plan, b->checksums, run_inputs);
    tr_manifest *older = b->options->force
                             ? NULL
                             : tr_manifest_read(b->store, b->options->note, b->options->context);
    for (size_t i = 0; i < plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &plan->artifacts[i];
        tr_manifest_inputs(artifact, (const char(*)[TR_CHECKSUM_SIZE])run_inputs,
                           b->report->artifacts[i].inputs);
        if (is_unchanged(b, older, i)) {
            b->artifacts[i].state = DONE;
            b->report->artifacts[i].outcome = TR_UNCHANGED;
            continue;
        }
        if (has_frames(b, i))
            atomic_store(&b->artifacts[i].n_frames, estimate_frames(b, artifact));
        size_t count;
        const size_t *runs = tr_plan_artifact_runs(artifact, &count);
        for (size_t k = 0; k < count; k++) {
            b->runs[runs[k]].n_viewers++;
            need_run(b, runs[k], true);
        }
    }
    tr_manifest_destroy(&older);
    g_free(run_inputs);
}

/* The file of another program or person stays as it is. */
static tr_status check_older_page(const build *b, tr_diag *diag) {
    enum { MOST_BYTES = 1 << 24 };
    char *older;
    size_t size;
    tr_diag failure = {0};
    tr_status status = tr_store_read(b->store, TR_PAGE, MOST_BYTES, &older, &size, &failure);
    bool is_foreign = !status && !tr_page_is_ours(older);
    g_free(older);
    return is_foreign ? tr_fail(diag, TR_ERROR_OUTPUT,
                                "%s/%s: this page was not made by trainreel; wanted another "
                                "folder, or --page no",
                                b->options->folder, TR_PAGE)
                      : TR_OK;
}

static tr_status write_page(build *b, tr_diag *diag) {
    tr_built *page = &b->report->page;
    bool changed;
    tr_status status = check_older_page(b, diag);
    if (status)
        return status;
    char *text = tr_page_text(b->store, b->plan, b->report);
    status = tr_store_update(b->store, TR_PAGE, text, &changed, diag);
    if (!status) {
        char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
        g_strlcpy(page->file.checksum, sum, TR_CHECKSUM_SIZE);
        page->file.bytes = strlen(text);
        page->outcome = changed ? TR_MADE : TR_UNCHANGED;
        g_free(sum);
    }
    g_free(text);
    return status;
}

static tr_status finish(build *b, tr_diag *diag) {
    tr_build_report *report = b->report;
    tr_status status = TR_OK;
    for (size_t i = 0; i < report->n_artifacts; i++) {
        const tr_built *built = &report->artifacts[i];
        report->n_made += built->outcome == TR_MADE;
        report->n_unchanged += built->outcome == TR_UNCHANGED;
        report->n_failed += built->outcome == TR_FAILED;
        if (!status && built->outcome == TR_FAILED)
            status = built->status;
    }
    size_t n_there = report->n_made + report->n_unchanged;
    bool is_cut_short =
        atomic_load(&b->is_stopping) && n_there + report->n_failed < report->n_artifacts;
    if (is_cut_short && !n_there)
        return TR_ERROR_CANCELLED; /* there is nothing to tell of */
    tr_status unwritten = b->plan->has_page ? write_page(b, diag) : TR_OK;
    tr_status written = tr_manifest_write(b->store, b->plan, report, b->checksums, diag);
    written = unwritten ? unwritten : written;
    return is_cut_short ? TR_ERROR_CANCELLED : status ? status : written;
}

tr_status tr_build(const tr_plan *plan, const tr_build_options *options, tr_build_report *report,
                   tr_diag *diag) {
    *report = (tr_build_report){0};
    build *b = g_new0(build, 1);
    b->plan = plan;
    b->options = options;
    b->report = report;
    b->n_jobs = tr_count_jobs(options->jobs, MOST_JOBS);
    b->has_spare = b->n_jobs < tr_count_jobs(0, MOST_JOBS);
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->given, NULL);
    pthread_cond_init(&b->done, NULL);
    b->start = tr_seconds();
    tr_status status = tr_store_open(&b->store, options->folder, diag);
    if (!status) {
        report->n_artifacts = plan->n_artifacts;
        report->artifacts = g_new0(tr_built, plan->n_artifacts);
        b->checksums = g_new0(tr_run_checksums, plan->n_runs);
        b->runs = g_new0(run_task, plan->n_runs);
        b->artifacts = g_new0(artifact_task, plan->n_artifacts);
        plan_tasks(b);
        run_tasks(b);
        status = finish(b, diag);
        for (size_t i = 0; i < plan->n_runs; i++) {
            forget_recording(&b->runs[i]);
            tr_run_destroy(&b->runs[i].run);
            g_free(b->runs[i].failure);
        }
    }
    report->seconds = tr_seconds() - b->start;
    tr_store_close(&b->store);
    pthread_cond_destroy(&b->given);
    pthread_cond_destroy(&b->done);
    pthread_mutex_destroy(&b->mutex);
    g_free(b->checksums);
    g_free(b->runs);
    g_free(b->artifacts);
    g_free(b);
    return status;
}

void tr_build_report_destroy(tr_build_report *report) {
    for (size_t i = 0; i < report->n_artifacts; i++) {
        g_free(report->artifacts[i].message);
        g_free(report->artifacts[i].failed_run);
        clear_files(&report->artifacts[i]);
    }
    g_free(report->artifacts);
    *report = (tr_build_report){0};
}
