/* The codecs parameter of a MIME type (RFC 6381), from the bytes that tell a decoder what comes. */
#ifndef TR_ENCODE_CODEC_STRING_H
#define TR_ENCODE_CODEC_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TR_CODEC_STRING_SIZE = 32 };

/* Each writes "" and returns false where the bytes are not what they should be. */

/* From the decoder configuration record, which begins with version, profile, constraints and level
 * (ISO/IEC 14496-15, 5.3.3.1). */
bool tr_codec_string_h264(const uint8_t *record, size_t size, char codec[TR_CODEC_STRING_SIZE]);

/* From the decoder configuration record (AV1 in ISOBMFF, 2.3 and 5). */
bool tr_codec_string_av1(const uint8_t *record, size_t size, char codec[TR_CODEC_STRING_SIZE]);

/* From the first frame (VP9 Bitstream Specification, 6.2 and 7.2), which does not tell the level: that
 * is the lowest one which allows pictures of that size so often (VP Codec ISO Media File Format
 * Binding, and annex A of the specification). */
bool tr_codec_string_vp9(const uint8_t *frame, size_t size, int width, int height,
                         double frames_per_second, char codec[TR_CODEC_STRING_SIZE]);

#endif
