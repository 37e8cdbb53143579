/** @file
 * A wish to stop, which another thread or a signal handler expresses.
 */
#ifndef TRAINREEL_CANCEL_H
#define TRAINREEL_CANCEL_H

#include <stdbool.h>
#include <trainreel/export.h>

TR_BEGIN_DECLS

/**
 * A flag that training and rendering look at. Start it as `tr_cancel cancel = {0};`, which also takes
 * a wish back once nobody looks at it any more. It belongs to the caller, and any number of trainings
 * and renderings may share one.
 */
typedef struct tr_cancel {
    int requested; /**< to be changed and read by the two functions below only */
} tr_cancel;

/** Asks all that look at `cancel` to stop; they return TR_ERROR_CANCELLED and leave no files. Safe from
 * any thread and from a signal handler. */
TR_API void tr_cancel_request(tr_cancel *cancel);

/** Whether that was asked; NULL never was. Safe from any thread and from a signal handler. */
TR_API bool tr_cancel_is_requested(const tr_cancel *cancel);

TR_END_DECLS

#endif
