#include "cli.h"
#include "embed.h"

#include <stdio.h>

static const tr_help help = {
    .command = "embed",
    .usage = "FILE [OPTION…]",
    .description =
        "Prints what to paste into a page or post to show FILE there: an MP4 or WebM\n"
        "video, or a GIF, PNG, APNG or WebP picture. Its size and codecs are read from\n"
        "the file. What is beside a video NAME.mp4 comes along: NAME.av1.webm and\n"
        "NAME.webm for browsers that can play them, which must have the same size and\n"
        "frames, the captions NAME.vtt and the poster NAME_start.png. Nothing plays\n"
        "before the reader wants it; with --autoplay a video plays without sound and\n"
        "again and again, but not for readers who have told their system that they\n"
        "prefer reduced motion. Of a picture that moves they see the poster if there is\n"
        "one.\n"
        "\n"
        "For hugo the site needs a shortcode of one line, which the text names. A site\n"
        "whose pictures are beside its videos has --image-path /videos/.\n",
    .examples = "  trainreel embed out/neuron.mp4 --for pelican\n"
                "  trainreel embed out/neuron.mp4 --alt \"The net learns\" --autoplay\n"
                "  trainreel embed out/neuron.mp4 --scale 2 --video-path /media/\n"};

static void note(const char *text) {
    tr_complain(help.command, "%s", text);
}

static int embed_file(const char *file, const tr_settings *settings, bool autoplay) {
    const tr_embed_options options = {.video_path = settings->video_path,
                                      .image_path = settings->image_path,
                                      .poster = settings->poster,
                                      .scale = (int)settings->scale,
                                      .alt = settings->alt,
                                      .autoplay = autoplay,
                                      .note = note};
    tr_diag diag = {0};
    tr_embed *embed;
    char *text = NULL;
    tr_status status = tr_embed_create(&embed, file, &options, &diag);
    if (!status)
        status = tr_embed_format(embed, (tr_embed_target)settings->embed_for, &text, &diag);
    if (!status)
        fputs(text, stdout);
    g_free(text);
    tr_embed_destroy(&embed);
    return status ? tr_report_failure(help.command, status, &diag) : EXIT_DONE;
}

int tr_cmd_embed(int argc, char **argv, tr_settings *settings) {
    gboolean autoplay = FALSE;
    const GOptionEntry entries[] = {
        {"autoplay", 0, 0, G_OPTION_ARG_NONE, &autoplay,
         "play again and again, for readers who do not prefer reduced motion", NULL},
        {0}};
    tr_arguments arguments = {.wanted = "a file", .n_least = 1, .n_most = 1};
    int exit_code;
    tr_parse_command_line(argc, argv, &help, TR_FOR_EMBED, entries, settings, &arguments,
                          &exit_code);
    if (exit_code < 0)
        exit_code = embed_file(arguments.values[0], settings, autoplay);
    g_free(arguments.values);
    return exit_code;
}
