/* Reading a file back that was written. */
#ifndef TR_ENCODE_READBACK_H
#define TR_ENCODE_READBACK_H

#include "av.h"
#include "output.h"

/* What the file must be. */
typedef struct tr_expected {
    enum AVCodecID codec;
    int width;
    int height;
    uint64_t n_packets;
    unsigned n_streams; /* the first is the video */
    size_t n_chapters;
    bool tells_number; /* the file itself says how many there are */
    double seconds;
    double tolerance;
} tr_expected;

/* How FFmpeg names the temporary file, for the caller to free; NULL without memory. */
char *tr_output_url(const tr_output *output);

/* TR_ERROR_OUTPUT where the file is something else, or does not read. */
tr_status tr_read_back(const tr_output *output, const tr_expected *expected, tr_diag *diag);

#endif
