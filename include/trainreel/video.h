/** @file
 * How frames become a file.
 */
#ifndef TRAINREEL_VIDEO_H
#define TRAINREEL_VIDEO_H

#include <stdint.h>
#include <trainreel/export.h>

TR_BEGIN_DECLS

/** What frames are written as. */
typedef enum tr_format {
    TR_FORMAT_MP4,       /**< H.264 in MP4, with a poster: the first frame as PNG */
    TR_FORMAT_PNG,       /**< a folder of PNG files, one a frame */
    TR_FORMAT_CHECKSUMS, /**< a text file with the SHA-256 of every frame's pixels, before encoding */
    TR_FORMAT_NONE,      /**< nothing: for measuring everything but the encoder */
    TR_FORMAT_WEBM,      /**< VP9 in WebM: NAME.webm, with the poster */
    TR_FORMAT_AV1,       /**< AV1 in WebM: NAME.av1.webm, with the poster */
    TR_FORMAT_GIF,       /**< GIF that repeats for ever, with a palette made for the whole clip */
    TR_FORMAT_APNG       /**< animated PNG that repeats for ever, without any loss */
} tr_format;

/** How many formats there are. */
#define TR_N_FORMATS 8

/** A format's bit in a set of formats, such as `TR_IN_SET(TR_FORMAT_MP4) | TR_IN_SET(TR_FORMAT_WEBM)`. */
#define TR_IN_SET(format) (1u << (format))

/** H.264 profiles (ITU-T H.264, annex A). */
typedef enum tr_profile {
    TR_PROFILE_BASELINE, /**< constrained baseline: what the plainest players decode */
    TR_PROFILE_MAIN,
    TR_PROFILE_HIGH
} tr_profile;

/** How a video is encoded. */
typedef struct tr_video {
    int frames_per_second; /**< 1 to 240 */
    double crf;            /**< x264's constant rate factor, 1 to 51: lower is better and larger.
                                "plot" takes it as a whole number. VP9 and AV1 get a factor that
                                gives about the same quality */
    const char *preset;    /**< "plot", which is made for line plots, or one of x264's, from
                                "ultrafast" to "veryslow"; of MP4, as is the profile */
    tr_profile profile;    /**< what a player must be able to decode */
    /** The most bytes that a GIF may have, 0 for any number. To keep it the GIF gets 127, 63, then 31
     * colours instead of 255; then one of 2, 3, 4, 6, 8 frames; then 3/4, 1/2, 1/3, 1/4 of the width
     * and height. */
    uint64_t gif_size;
} tr_video;

/** 30 frames per second, crf 21, preset "plot", main profile. Safe from any number of threads. */
TR_API tr_video tr_video_default(void);

TR_END_DECLS

#endif
