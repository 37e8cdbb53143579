/** @file
 * How trainreel reports what went wrong: a code to decide by and a sentence to show.
 *
 * Every function that can fail returns a tr_status, and takes a tr_diag that receives the sentence.
 * What is true of all functions: where a header says nothing else, an object and what is passed to a
 * call with it are one thread's at a time, while different objects may be used on different threads; and
 * an object that an `..._create()` failed to make is NULL.
 */
#ifndef TRAINREEL_STATUS_H
#define TRAINREEL_STATUS_H

#include <trainreel/export.h>

TR_BEGIN_DECLS

/** Outcome of a call: TR_OK or one of the negative codes. */
typedef enum tr_status {
    TR_OK = 0,
    TR_ERROR_ARGUMENT = -1,  /**< a setting is missing, malformed or out of range */
    TR_ERROR_MEMORY = -2,    /**< no memory */
    TR_ERROR_DIVERGED = -3,  /**< training produced a loss that is not finite */
    TR_ERROR_INPUT = -4,     /**< a file that was to be read is missing or malformed */
    TR_ERROR_OUTPUT = -5,    /**< a file could not be written, synced or renamed */
    TR_ERROR_ENCODER = -6,   /**< the video libraries or an encoder are missing, or refused */
    TR_ERROR_FONT = -7,      /**< no usable font, or a character that no font has */
    TR_ERROR_SYSTEM = -8,    /**< a thread or another system resource could not be had */
    TR_ERROR_CANCELLED = -9, /**< the caller asked to stop */
    TR_END = -10             /**< not an error: the other end has nothing more, or wants no more */
} tr_status;

/**
 * Text of the first error, in the reader's words, without a trailing newline; empty while there is
 * none. Start it as `tr_diag diag = {0};`. It belongs to the caller and to one thread at a time.
 * Wherever a `tr_diag *` is taken, NULL means that the text is not wanted.
 */
typedef struct tr_diag {
    char text[256]; /**< UTF-8 as far as what it quotes is */
} tr_diag;

/**
 * The code's name in one or two words ("out of memory"), for a message without a diag.
 *
 * @return a static string, also for a number that is no tr_status. Safe from any thread.
 */
TR_API const char *tr_status_name(tr_status status);

TR_END_DECLS

#endif
