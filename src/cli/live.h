/* What a preview shows of a training while it goes on: its newest state, and its error so far.
 *
 *   training:   a few snapshots ──▶ ring, which drops the oldest
 *   collector:  ring ──▶ newest state, curve of the error
 *   painter:    both ──▶ an event with their pictures, for each look that somebody watches
 *   viewers:    take the newest event, and never miss the last one
 *
 * So the training waits for nobody. It is asked for a snapshot at most 200 times a second, and does nothing
 * at all for the others. */
#ifndef TR_CLI_LIVE_H
#define TR_CLI_LIVE_H

#include <glib.h>
#include <stdbool.h>
#include <trainreel/render.h>

/* How the pictures look, as the viewer's system does. */
typedef enum tr_look { TR_LOOK_LIGHT, TR_LOOK_DARK, TR_N_LOOKS } tr_look;

typedef struct tr_live tr_live;

/* `run` has the network, the dataset, the loss and the number of iterations; it and the pictures are
 * borrowed. Draws `initial` at once, to find what cannot be drawn. As tr_draw(), and TR_ERROR_SYSTEM. */
tr_status tr_live_create(tr_live **live, const tr_source *run,
                         const tr_picture pictures[TR_N_LOOKS], const tr_snapshot *initial,
                         tr_diag *diag);

/* By then no viewer may be there any more. */
void tr_live_destroy(tr_live **live);

/* ---- for who trains ---- */

/* A tr_step_fn; `live` is a tr_live. Fails where painting has failed. */
tr_status tr_live_step(const tr_snapshot *snapshot, void *live);

/* The same for snapshots that are read from a recording, all of whose losses are at hand: `count` of them,
 * whose params may be NULL, in order; then the last one with its params. */
void tr_live_add(tr_live *live, const tr_snapshot *snapshots, size_t count);
void tr_live_show(tr_live *live, const tr_snapshot *newest);

/* There will be no more; `text` says how it ended. */
void tr_live_end(tr_live *live, const char *text);

/* What painting failed with. */
tr_status tr_live_status(tr_live *live, tr_diag *diag);

/* ---- for the viewers' threads ---- */

void tr_live_enter(tr_live *live, tr_look look);
void tr_live_leave(tr_live *live, tr_look look);

/* The newest event if it is above *seen, in the words of server-sent events; NULL after `seconds`
 * without one, or when viewers are sent away. Its caller unrefs it. Sets *is_last with the one after
 * which there will be none. */
GBytes *tr_live_next_event(tr_live *live, tr_look look, double seconds, uint64_t *seen,
                           bool *is_last);

/* ---- for who serves ---- */

/* Waits that long for the first viewer; whether one has come. */
bool tr_live_wait_for_viewer(tr_live *live, double seconds);

/* Waits that long until all viewers have left, and then sends them away. */
void tr_live_dismiss(tr_live *live, double seconds);

#endif
