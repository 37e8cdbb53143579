#include "codec.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* For what differs between plots: thin lines on a still background. Found by measuring size and time
 * at equal PSNR; scripts/bench compares them with x264's own presets.
 *
 * What stays is paid for once: so the first picture of a segment is coded well (ipratio), and what
 * moves is coded roughly where no other picture is predicted from it (pbratio). That does what
 * x264's lookahead does for such pictures, in two thirds of the time and half the memory: with a
 * constant quantiser (qp) there is no lookahead, and no second, smaller copy of each frame. */
#define PLOT_BASE_PRESET "veryfast"
#define PLOT_OPTIONS                                                                               \
    ":weightp=0:no-deblock=1:ref=3:mixed-refs=1:subme=2:me=dia:trellis=1:ipratio=2.5"
/* Colours would suffer from so coarse a quantiser before anything else does. */
#define PLOT_OPTIONS_WITH_B_FRAMES ":bframes=12:b-adapt=0:pbratio=2.2:chroma-qp-offset=-5"

enum {
    PLOT_QP_ABOVE_CRF = 3, /* so that the same crf looks as good as in x264's presets */
    HIGHEST_QP = 51
};

static const char *profile_name(tr_profile profile) {
    switch (profile) {
    case TR_PROFILE_BASELINE:
        return "baseline";
    case TR_PROFILE_MAIN:
        return "main";
    case TR_PROFILE_HIGH:
        return "high";
    }
    return "main";
}

/* What libx264 gets besides preset, crf and profile. cpu-independent: without it machines with other
 * instruction sets write other bytes. scenecut=0: a segment is one GOP. */
static void write_options(char *options, size_t size, const tr_video *video) {
    static const char *const of_profile[] = {
        [TR_PROFILE_BASELINE] = ":chroma-qp-offset=-3",
        [TR_PROFILE_MAIN] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=0",
        /* without it the stream would be in main */
        [TR_PROFILE_HIGH] = PLOT_OPTIONS_WITH_B_FRAMES ":8x8dct=1",
    };
    int length = snprintf(options, size, "cpu-independent=1:scenecut=0");
    if (strcmp(video->preset, "plot"))
        return;
    long qp = lround(video->crf) + PLOT_QP_ABOVE_CRF;
    snprintf(options + length, size - (size_t)length, "%s%s:qp=%ld", PLOT_OPTIONS,
             of_profile[video->profile], qp < HIGHEST_QP ? qp : HIGHEST_QP);
}

static int set_options(const tr_av *av, AVCodecContext *encoder, const tr_video *video) {
    char options[256];
    write_options(options, sizeof options, video);
    bool plot = !strcmp(video->preset, "plot");
    void *x264 = encoder->priv_data;
    int error = av->av_opt_set(x264, "preset", plot ? PLOT_BASE_PRESET : video->preset, 0);
    if (error >= 0)
        error = av->av_opt_set(x264, "x264-params", options, 0);
    if (error >= 0)
        error = av->av_opt_set_double(x264, "crf", video->crf, 0);
    if (error >= 0)
        error = av->av_opt_set(x264, "profile", profile_name(video->profile), 0);
    return error;
}

const tr_codec tr_codec_h264 = {.id = AV_CODEC_ID_H264,
                                .encoder = "libx264",
                                .name = "H.264",
                                /* takes x264's SEI messages out, which name its version */
                                .filter = "filter_units",
                                .filter_option = "remove_types",
                                .filter_value = "6",
                                .set_options = set_options};
