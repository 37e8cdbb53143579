/* From frames that were kept to a GIF file. */
#ifndef TR_ENCODE_GIF_FILM_H
#define TR_ENCODE_GIF_FILM_H

#include "output.h"
#include "palette.h"

/* Where a frame's tokens are, see changes.h. */
typedef struct tr_spilled {
    uint64_t offset;
    size_t size;
} tr_spilled;

typedef struct tr_gif_film {
    tr_output *output;
    int spill; /* the file with the tokens */
    const tr_spilled *frames;
    size_t n_frames; /* at least 1 */
    int width;
    int height;
    int frames_per_second;
} tr_gif_film;

/* What is saved to make the file smaller. */
typedef struct tr_gif_economy {
    int n_colors;
    int stride; /* one of so many frames is kept; the first and the last one always are */
    int numerator;
    int denominator; /* of the scale of both sides */
} tr_gif_economy;

typedef struct tr_gif_result {
    uint64_t bytes;
    uint64_t n_pictures;
    double seconds;
    int width;
    int height;
} tr_gif_result;

/* Writes the file anew. Gives up once it has more than `limit` bytes, and then returns TR_OK with some
 * number above that as its bytes. TR_ERROR_OUTPUT, TR_ERROR_MEMORY. */
tr_status tr_gif_write(const tr_gif_film *film, tr_histogram *histogram,
                       const tr_gif_economy *economy, uint64_t limit, tr_gif_result *result,
                       tr_diag *diag);

#endif
