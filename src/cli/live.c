#include "live.h"

#include "curve.h"
#include "diag.h"
#include "system.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <trainreel/ring.h>

enum { RING_SNAPSHOTS = 16, COLLECT_MILLISECONDS = 5, PAINT_MILLISECONDS = 200 };
enum { MOST_SECONDS = 1 }; /* of one wait */

/* What the viewers of one look get. */
typedef struct look_state {
    const tr_picture *picture;
    size_t n_viewers;
    uint64_t painted; /* version */
    double next;      /* when it may be painted again */
    GBytes *event;    /* NULL while there is none */
    bool is_last;
} look_state;

struct tr_live {
    tr_source run;
    size_t n_params;
    tr_ring *ring;
    atomic_bool is_wanted; /* a snapshot, by the collector */
    atomic_bool has_failed;
    pthread_t collector;
    pthread_t painter;
    int n_threads; /* that were started, in this order */

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t news;   /* signalled with every change of it */
    uint64_t version;      /* of the newest state, from 1 */
    tr_snapshot newest;    /* its parameters are the next */
    float *params;
    tr_curve curve;
    const char *end_text; /* NULL while it goes on; set before the ring ends */
    bool has_ended;       /* the collector has seen all */
    bool is_closing;
    look_state looks[TR_N_LOOKS];
    tr_status status;
    tr_diag diag;

    /* the painter's copies */
    tr_curve *painted_curve;
    float *painted_params;
    char *owned_text;
};

static void nap(int milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000L}, NULL);
}

/* Until there is news, or that time has come; may end sooner. */
static void wait_until(tr_live *live, double time) {
    tr_wait(&live->news, &live->mutex, fmin(fmax(time - tr_seconds(), 0), MOST_SECONDS));
}

/* ---- the collector ---- */

/* With the mutex. */
static void show(tr_live *live, const tr_snapshot *snapshot) {
    live->newest = *snapshot;
    live->newest.params = live->params;
    memcpy(live->params, snapshot->params, live->n_params * sizeof *live->params);
    live->version++;
    pthread_cond_broadcast(&live->news);
}

static void *collect(void *context) {
    tr_live *live = context;
    float *params = g_new(float, live->n_params);
    tr_snapshot snapshot;
    while (!tr_ring_pop(live->ring, &snapshot, params, NULL)) {
        pthread_mutex_lock(&live->mutex);
        tr_curve_add(&live->curve, &snapshot);
        show(live, &snapshot);
        pthread_mutex_unlock(&live->mutex);
        nap(COLLECT_MILLISECONDS);
        atomic_store_explicit(&live->is_wanted, true, memory_order_relaxed);
    }
    g_free(params);
    pthread_mutex_lock(&live->mutex);
    live->has_ended = true;
    live->version++;
    pthread_cond_broadcast(&live->news);
    pthread_mutex_unlock(&live->mutex);
    return NULL;
}

/* ---- the painter ---- */

/* A text as JSON has it. */
static void append_json_text(GString *json, const char *text) {
    char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(json, '"');
    for (const char *at = valid; *at; at++)
        if (*at == '"' || *at == '\\')
            g_string_append_printf(json, "\\%c", *at);
        else if ((unsigned char)*at < ' ')
            g_string_append_printf(json, "\\u%04x", *at);
        else
            g_string_append_c(json, *at);
    g_string_append_c(json, '"');
    g_free(valid);
}

static tr_status append_picture(GString *json, const char *name, const tr_live *live,
                                const tr_recording *recording, const tr_snapshot *state,
                                const tr_picture *picture, tr_diag *diag) {
    unsigned char *bytes;
    size_t n_bytes;
    tr_status status =
        tr_draw(&live->run, recording, state, picture, TR_CHART_SVG, &bytes, &n_bytes, diag);
    if (status)
        return status;
    char *text = g_base64_encode(bytes, n_bytes);
    g_string_append_printf(json, ",\"%s\":\"%s\"", name, text);
    g_free(text);
    free(bytes);
    return TR_OK;
}

/* The error is drawn in the size and the colours of the state, with texts of its own. */
static tr_picture picture_of_error(const tr_picture *picture) {
    tr_picture error = *picture;
    error.scene = "error";
    error.title = error.x_label = error.y_label = NULL;
    error.full_loss = false;
    return error;
}

static tr_status append_pictures(GString *json, const tr_live *live, const tr_curve *curve,
                                 const tr_snapshot *state, const tr_picture *picture,
                                 tr_diag *diag) {
    const tr_picture of_error = picture_of_error(picture);
    tr_recording *recording;
    tr_status status = tr_curve_record(curve, &recording, diag);
    if (!status)
        status = append_picture(json, "state", live, NULL, state, picture, diag);
    if (!status)
        status = append_picture(json, "curve", live, recording, state, &of_error, diag);
    tr_recording_destroy(&recording);
    return status;
}

/* An event as https://html.spec.whatwg.org/multipage/server-sent-events.html has it. */
static tr_status make_event(GBytes **event, const tr_live *live, const tr_curve *curve,
                            const tr_snapshot *state, const tr_picture *picture,
                            const char *end_text, tr_diag *diag) {
    char loss[G_ASCII_DTOSTR_BUF_SIZE] = "null";
    if (isfinite(state->loss))
        g_ascii_formatd(loss, sizeof loss, "%.6g", (double)state->loss);
    GString *text = g_string_new("data: {");
    g_string_append_printf(text,
                           "\"iteration\":%" G_GUINT64_FORMAT ",\"n_iterations\":%" G_GUINT64_FORMAT
                           ",\"epoch\":%" G_GUINT64_FORMAT ",\"samples\":%" G_GUINT64_FORMAT
                           ",\"error\":%s",
                           (guint64)state->iteration, (guint64)live->run.n_iterations,
                           (guint64)state->epoch, (guint64)state->samples_seen, loss);
    if (end_text) {
        g_string_append(text, ",\"end\":");
        append_json_text(text, end_text);
    }
    tr_status status = append_pictures(text, live, curve, state, picture, diag);
    g_string_append(text, "}\n\n");
    if (status)
        g_string_free(text, TRUE);
    else
        *event = g_string_free_to_bytes(text);
    return status;
}

/* The look that is watched, out of date, and due; else NULL, with the time when to look again. */
static look_state *find_due(tr_live *live, double *again) {
    *again = tr_seconds() + MOST_SECONDS;
    for (int i = 0; i < TR_N_LOOKS; i++) {
        look_state *look = &live->looks[i];
        if (!look->n_viewers || look->painted == live->version)
            continue;
        if (live->has_ended || tr_seconds() >= look->next)
            return look;
        *again = fmin(*again, look->next);
    }
    return NULL;
}

/* With the mutex, which it gives back while it draws. */
static void paint(tr_live *live, look_state *look) {
    tr_snapshot state = live->newest;
    uint64_t version = live->version;
    const char *end_text = live->has_ended ? live->end_text : NULL;
    GBytes *event = NULL;
    tr_diag diag = {0};
    *live->painted_curve = live->curve;
    memcpy(live->painted_params, live->params, live->n_params * sizeof *live->params);
    state.params = live->painted_params;
    pthread_mutex_unlock(&live->mutex);
    tr_status status =
        make_event(&event, live, live->painted_curve, &state, look->picture, end_text, &diag);
    pthread_mutex_lock(&live->mutex);
    look->painted = version;
    look->next = tr_seconds() + 1e-3 * PAINT_MILLISECONDS;
    if (status && !live->status) {
        live->status = status;
        live->diag = diag;
        atomic_store(&live->has_failed, true);
    }
    if (event) {
        g_clear_pointer(&look->event, g_bytes_unref);
        look->event = event;
        look->is_last = end_text != NULL;
    }
    pthread_cond_broadcast(&live->news);
}

static void *run_painter(void *context) {
    tr_live *live = context;
    pthread_mutex_lock(&live->mutex);
    while (!live->is_closing) {
        double again;
        look_state *look = find_due(live, &again);
        if (look)
            paint(live, look);
        else
            wait_until(live, again);
    }
    pthread_mutex_unlock(&live->mutex);
    return NULL;
}

/* ---- making and ending it ---- */

static tr_status start_threads(tr_live *live, tr_diag *diag) {
    if (pthread_create(&live->collector, NULL, collect, live))
        return tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left for the preview");
    live->n_threads = 1;
    if (pthread_create(&live->painter, NULL, run_painter, live))
        return tr_fail(diag, TR_ERROR_SYSTEM, "the system has no thread left for the preview");
    live->n_threads = 2;
    return TR_OK;
}

/* Draws it for nobody to see. */
static tr_status try_pictures(const tr_live *live, tr_diag *diag) {
    tr_status status = TR_OK;
    for (int i = 0; !status && i < TR_N_LOOKS; i++) {
        GString *json = g_string_new(NULL);
        status =
            append_pictures(json, live, &live->curve, &live->newest, live->looks[i].picture, diag);
        g_string_free(json, TRUE);
    }
    return status;
}

tr_status tr_live_create(tr_live **out, const tr_source *run, const tr_picture pictures[TR_N_LOOKS],
                         const tr_snapshot *initial, tr_diag *diag) {
    tr_live *live = g_new0(tr_live, 1);
    live->run = *run;
    live->n_params = tr_network_n_params(run->network);
    live->params = g_new(float, live->n_params);
    live->painted_params = g_new(float, live->n_params);
    live->painted_curve = g_new0(tr_curve, 1);
    pthread_mutex_init(&live->mutex, NULL);
    pthread_cond_init(&live->news, NULL);
    for (int i = 0; i < TR_N_LOOKS; i++)
        live->looks[i].picture = &pictures[i];
    tr_curve_add(&live->curve, initial);
    show(live, initial);
    atomic_store(&live->is_wanted, true);
    tr_status status = try_pictures(live, diag);
    if (!status)
        status =
            tr_ring_create(&live->ring, RING_SNAPSHOTS, live->n_params, TR_RING_DROP_OLDEST, diag);
    if (!status)
        status = start_threads(live, diag);
    if (status)
        tr_live_destroy(&live);
    *out = live;
    return status;
}

void tr_live_destroy(tr_live **handle) {
    tr_live *live = *handle;
    if (!live)
        return;
    pthread_mutex_lock(&live->mutex);
    live->is_closing = true;
    pthread_cond_broadcast(&live->news);
    pthread_mutex_unlock(&live->mutex);
    if (live->n_threads > 0) {
        tr_ring_cancel(live->ring);
        pthread_join(live->collector, NULL);
    }
    if (live->n_threads > 1)
        pthread_join(live->painter, NULL);
    for (int i = 0; i < TR_N_LOOKS; i++)
        g_clear_pointer(&live->looks[i].event, g_bytes_unref);
    tr_ring_destroy(&live->ring);
    pthread_cond_destroy(&live->news);
    pthread_mutex_destroy(&live->mutex);
    g_free(live->params);
    g_free(live->painted_params);
    g_free(live->painted_curve);
    g_free(live->owned_text);
    g_free(live);
    *handle = NULL;
}

/* ---- for who trains ---- */

tr_status tr_live_step(const tr_snapshot *snapshot, void *context) {
    tr_live *live = context;
    if (!atomic_load_explicit(&live->is_wanted, memory_order_relaxed) &&
        snapshot->iteration != live->run.n_iterations)
        return TR_OK;
    if (atomic_load_explicit(&live->has_failed, memory_order_relaxed))
        return tr_live_status(live, NULL);
    atomic_store_explicit(&live->is_wanted, false, memory_order_relaxed);
    return tr_ring_push(live->ring, snapshot);
}

void tr_live_add(tr_live *live, const tr_snapshot *snapshots, size_t count) {
    pthread_mutex_lock(&live->mutex);
    for (size_t i = 0; i < count; i++)
        tr_curve_add(&live->curve, &snapshots[i]);
    pthread_mutex_unlock(&live->mutex);
}

void tr_live_show(tr_live *live, const tr_snapshot *newest) {
    pthread_mutex_lock(&live->mutex);
    show(live, newest);
    pthread_mutex_unlock(&live->mutex);
}

void tr_live_end(tr_live *live, const char *text) {
    pthread_mutex_lock(&live->mutex);
    if (!live->end_text)
        live->end_text = live->owned_text = g_strdup(text);
    pthread_mutex_unlock(&live->mutex);
    tr_ring_finish(live->ring, TR_OK, NULL);
}

tr_status tr_live_status(tr_live *live, tr_diag *diag) {
    pthread_mutex_lock(&live->mutex);
    tr_status status = live->status;
    if (status)
        tr_diag_adopt(diag, &live->diag);
    pthread_mutex_unlock(&live->mutex);
    return status;
}

/* ---- for the viewers' threads ---- */

void tr_live_enter(tr_live *live, tr_look look) {
    pthread_mutex_lock(&live->mutex);
    live->looks[look].n_viewers++;
    pthread_cond_broadcast(&live->news);
    pthread_mutex_unlock(&live->mutex);
}

void tr_live_leave(tr_live *live, tr_look look) {
    pthread_mutex_lock(&live->mutex);
    live->looks[look].n_viewers--;
    pthread_cond_broadcast(&live->news);
    pthread_mutex_unlock(&live->mutex);
}

GBytes *tr_live_next_event(tr_live *live, tr_look which, double seconds, uint64_t *seen,
                           bool *is_last) {
    const look_state *look = &live->looks[which];
    double until = tr_seconds() + seconds;
    GBytes *event = NULL;
    pthread_mutex_lock(&live->mutex);
    while (!live->is_closing && look->painted <= *seen && tr_seconds() < until)
        wait_until(live, until);
    *is_last = live->is_closing;
    if (!live->is_closing && look->painted > *seen && look->event) {
        event = g_bytes_ref(look->event);
        *seen = look->painted;
        *is_last = look->is_last;
    }
    pthread_mutex_unlock(&live->mutex);
    return event;
}

/* ---- for who serves ---- */

static size_t count_viewers(const tr_live *live) {
    size_t count = 0;
    for (int i = 0; i < TR_N_LOOKS; i++)
        count += live->looks[i].n_viewers;
    return count;
}

bool tr_live_wait_for_viewer(tr_live *live, double seconds) {
    double until = tr_seconds() + seconds;
    pthread_mutex_lock(&live->mutex);
    while (!count_viewers(live) && tr_seconds() < until)
        wait_until(live, until);
    bool there = count_viewers(live) > 0;
    pthread_mutex_unlock(&live->mutex);
    return there;
}

void tr_live_dismiss(tr_live *live, double seconds) {
    double until = tr_seconds() + seconds;
    pthread_mutex_lock(&live->mutex);
    while (count_viewers(live) && tr_seconds() < until)
        wait_until(live, until);
    live->is_closing = true;
    pthread_cond_broadcast(&live->news);
    pthread_mutex_unlock(&live->mutex);
}
