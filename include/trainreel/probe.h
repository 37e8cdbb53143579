/** @file
 * What a finished video or picture holds, for those who embed it.
 */
#ifndef TRAINREEL_PROBE_H
#define TRAINREEL_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <trainreel/export.h>
#include <trainreel/status.h>

TR_BEGIN_DECLS

/** What a file is. */
typedef enum tr_container {
    TR_CONTAINER_MP4,
    TR_CONTAINER_WEBM,
    TR_CONTAINER_GIF,
    TR_CONTAINER_PNG, /**< also an animated one */
    TR_CONTAINER_WEBP
} tr_container;

/** What is in it. */
typedef struct tr_media {
    tr_container container; /**< of the file */
    const char *type; /**< "video/mp4", "video/webm", "image/gif", "image/png", "image/apng" or
                           "image/webp"; a constant */
    /** RFC 6381, as "avc1.4D401E", "vp09.00.20.08" or "av01.0.00M.08"; "" for pictures, and where
     * there is sound as well or the codec is another one */
    char codec[32];
    int width;         /**< pixels, at least 1 */
    int height;        /**< pixels, at least 1 */
    uint64_t n_frames; /**< at least 1 */
    double seconds;    /**< that it plays once; 0 for a still */
    bool has_sound;    /**< beside the picture */
} tr_media;

/**
 * Reads a file, whatever it is called, and trusts nothing in it. Of a video all packets are read but
 * nothing is decoded.
 *
 * @param path a regular file
 * @param[out] media zeroed on failure
 * @return TR_OK; TR_ERROR_INPUT where the file is not there, is cut off or malformed, or is none of these;
 *         TR_ERROR_ENCODER where FFmpeg's libraries are not there, which only videos need;
 *         TR_ERROR_MEMORY. Safe from any number of threads.
 */
TR_API TR_MUST_CHECK tr_status tr_probe(const char *path, tr_media *media, tr_diag *diag);

TR_END_DECLS

#endif
