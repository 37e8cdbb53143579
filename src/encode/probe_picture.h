/* Sizes, frames and times of pictures, also of animated ones; read without a library. */
#ifndef TR_ENCODE_PROBE_PICTURE_H
#define TR_ENCODE_PROBE_PICTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <trainreel/probe.h>

/* Each takes a file at its beginning, and fills in all but the container. False where it is not whole,
 * or not as its format has it. */
bool tr_probe_png(FILE *file, tr_media *media);
bool tr_probe_gif(FILE *file, tr_media *media);
bool tr_probe_webp(FILE *file, tr_media *media);

#endif
