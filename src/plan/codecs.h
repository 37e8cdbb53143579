/* What a video file says of its codec. */
#ifndef TR_PLAN_CODECS_H
#define TR_PLAN_CODECS_H

#include "build.h"

/* The codecs parameter of the video's MIME type (RFC 6381), such as "avc1.4D400C"; "" where it is not
 * found. */
void tr_find_codecs(const tr_stage *stage, const char *name, char codecs[TR_CODECS_SIZE]);

#endif
