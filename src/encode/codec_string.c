#include "codec_string.h"

#include <math.h>
#include <stdio.h>

bool tr_codec_string_h264(const uint8_t *record, size_t size, char codec[TR_CODEC_STRING_SIZE]) {
    *codec = '\0';
    if (size < 4 || record[0] != 1)
        return false;
    snprintf(codec, TR_CODEC_STRING_SIZE, "avc1.%02X%02X%02X", record[1], record[2], record[3]);
    return true;
}

bool tr_codec_string_av1(const uint8_t *record, size_t size, char codec[TR_CODEC_STRING_SIZE]) {
    *codec = '\0';
    if (size < 4 || record[0] != 0x81) /* marker and version 1 */
        return false;
    int profile = record[1] >> 5;
    int level = record[1] & 31;
    bool is_high_tier = record[2] & 0x80;
    bool is_deep = record[2] & 0x40, is_deepest = record[2] & 0x20;
    int depth = !is_deep ? 8 : is_deepest && profile == 2 ? 12 : 10;
    if (profile > 2)
        return false;
    snprintf(codec, TR_CODEC_STRING_SIZE, "av01.%d.%02d%c.%02d", profile, level,
             is_high_tier ? 'H' : 'M', depth);
    return true;
}

/* The lowest level with room for the picture and for as many samples of luma each second. */
static int choose_vp9_level(int width, int height, double frames_per_second) {
    static const struct {
        int level;
        double samples_per_second;
        double samples;
        int side;
    } levels[] = {
        {10, 829440, 36864, 512},
        {11, 2764800, 73728, 768},
        {20, 4608000, 122880, 960},
        {21, 9216000, 245760, 1344},
        {30, 20736000, 552960, 2048},
        {31, 36864000, 983040, 2752},
        {40, 83558400, 2228224, 4160},
        {41, 160432128, 2228224, 4160},
        {50, 311951360, 8912896, 8384},
        {51, 588251136, 8912896, 8384},
        {52, 1176502272, 8912896, 8384},
        {60, 1176502272, 35651584, 16832},
        {61, 2353004544.0, 35651584, 16832},
        {62, 4706009088.0, 35651584, 16832},
    };
    enum { N_LEVELS = sizeof levels / sizeof *levels };
    double samples = (double)width * height;
    int longer = width > height ? width : height;
    for (int i = 0; i < N_LEVELS; i++)
        if (samples <= levels[i].samples && longer <= levels[i].side &&
            samples * frames_per_second <= levels[i].samples_per_second)
            return levels[i].level;
    return levels[N_LEVELS - 1].level;
}

typedef struct bit_reader {
    const uint8_t *data;
    size_t n_bits;
    size_t at;
} bit_reader;

/* 0 beyond the end, which `at` then is. */
static unsigned read_bits(bit_reader *reader, int count) {
    unsigned value = 0;
    for (; count > 0; count--, reader->at++) {
        unsigned byte = reader->at < reader->n_bits ? reader->data[reader->at / 8] : 0;
        value = value << 1 | (byte >> (7 - reader->at % 8) & 1);
    }
    return value;
}

bool tr_codec_string_vp9(const uint8_t *frame, size_t size, int width, int height,
                         double frames_per_second, char codec[TR_CODEC_STRING_SIZE]) {
    bit_reader reader = {.data = frame, .n_bits = size < 16 ? 8 * size : 128};
    *codec = '\0';
    if (read_bits(&reader, 2) != 2) /* frame_marker */
        return false;
    unsigned low = read_bits(&reader, 1), high = read_bits(&reader, 1);
    unsigned profile = 2 * high + low;
    if (profile == 3 && read_bits(&reader, 1)) /* reserved_zero */
        return false;
    if (read_bits(&reader, 1) || read_bits(&reader, 1)) /* an older frame, or no key frame */
        return false;
    read_bits(&reader, 2); /* show_frame, error_resilient_mode */
    if (read_bits(&reader, 24) != 0x498342)
        return false;
    int depth = profile < 2 ? 8 : read_bits(&reader, 1) ? 12 : 10;
    if (reader.at > reader.n_bits || !isfinite(frames_per_second))
        return false;
    snprintf(codec, TR_CODEC_STRING_SIZE, "vp09.%02u.%02d.%02d", profile,
             choose_vp9_level(width, height, frames_per_second), depth);
    return true;
}
