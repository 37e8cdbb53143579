/* Files that FFmpeg's own encoders and muxers wrote are read, and what is left of them after damage. */
#include "scratch.h"

#include "codec_string.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <math.h>

static int set_up(void **state) {
    av_log_set_level(AV_LOG_QUIET);
    return set_up_scratch(state);
}

/* ---- files ---- */

typedef struct wanted_file {
    const char *name;
    const char *muxer;
    const char *encoder;
    enum AVPixelFormat format;
    int width;
    int height;
    int n_frames;
    int frames_per_second;
    const char *options; /* of the encoder, as av_opt_set_from_string takes them */
} wanted_file;

static void paint(AVFrame *frame, int number) {
    assert_true(av_frame_make_writable(frame) >= 0);
    for (int plane = 0; plane < 4 && frame->data[plane]; plane++) {
        int rows =
            plane && frame->format == AV_PIX_FMT_YUV420P ? (frame->height + 1) / 2 : frame->height;
        if (frame->format == AV_PIX_FMT_RGB8 && plane)
            break; /* its palette */
        for (int y = 0; y < rows; y++)
            memset(frame->data[plane] + y * frame->linesize[plane],
                   16 + (y * 3 + number * 40) % 200, (size_t)frame->linesize[plane]);
    }
}

static void drain(AVFormatContext *muxer, AVCodecContext *encoder, AVPacket *packet) {
    while (avcodec_receive_packet(encoder, packet) >= 0) {
        if (!packet->duration)
            packet->duration = 1;
        av_packet_rescale_ts(packet, encoder->time_base, muxer->streams[0]->time_base);
        assert_true(av_write_frame(muxer, packet) >= 0);
        av_packet_unref(packet);
    }
}

/* False where this FFmpeg cannot write such a file. */
static bool write_media(const wanted_file *wanted) {
    const AVCodec *codec = avcodec_find_encoder_by_name(wanted->encoder);
    AVFormatContext *muxer = NULL;
    if (!codec ||
        avformat_alloc_output_context2(&muxer, NULL, wanted->muxer, in_scratch(wanted->name)) < 0)
        return false;
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    encoder->width = wanted->width;
    encoder->height = wanted->height;
    encoder->pix_fmt = wanted->format;
    encoder->time_base = (AVRational){1, wanted->frames_per_second};
    encoder->framerate = (AVRational){wanted->frames_per_second, 1};
    encoder->flags |= (int)AV_CODEC_FLAG_GLOBAL_HEADER;
    if (wanted->options)
        assert_true(av_set_options_string(encoder->priv_data, wanted->options, "=", ":") >= 0);
    assert_true(avcodec_open2(encoder, codec, NULL) >= 0);
    AVStream *stream = avformat_new_stream(muxer, NULL);
    stream->time_base = encoder->time_base;
    stream->avg_frame_rate = encoder->framerate;
    assert_true(avcodec_parameters_from_context(stream->codecpar, encoder) >= 0);
    assert_true(avio_open(&muxer->pb, in_scratch(wanted->name), AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(muxer, NULL) >= 0);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    frame->width = wanted->width;
    frame->height = wanted->height;
    frame->format = wanted->format;
    assert_true(av_frame_get_buffer(frame, 0) >= 0);
    for (int i = 0; i < wanted->n_frames; i++) {
        paint(frame, i);
        frame->pts = i;
        assert_true(avcodec_send_frame(encoder, frame) >= 0);
        drain(muxer, encoder, packet);
    }
    assert_true(avcodec_send_frame(encoder, NULL) >= 0);
    drain(muxer, encoder, packet);
    assert_true(av_write_trailer(muxer) >= 0);
    avio_closep(&muxer->pb);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    avformat_free_context(muxer);
    return true;
}

static const wanted_file files[] = {
    {"h264.mp4", "mp4", "libx264", AV_PIX_FMT_YUV420P, 64, 48, 5, 25,
     "preset=ultrafast:profile=baseline"},
    {"vp9.webm", "webm", "libvpx-vp9", AV_PIX_FMT_YUV420P, 400, 300, 4, 30,
     "deadline=realtime:cpu-used=8"},
    {"av1.webm", "webm", "libaom-av1", AV_PIX_FMT_YUV420P, 64, 48, 3, 30,
     "usage=realtime:cpu-used=8"},
    {"av1.mp4", "mp4", "libaom-av1", AV_PIX_FMT_YUV420P, 64, 48, 3, 30,
     "usage=realtime:cpu-used=8"},
    {"a.gif", "gif", "gif", AV_PIX_FMT_RGB8, 40, 30, 6, 20, NULL},
    {"still.gif", "gif", "gif", AV_PIX_FMT_RGB8, 40, 30, 1, 20, NULL},
    {"a.png", "apng", "apng", AV_PIX_FMT_RGB24, 31, 17, 4, 10, NULL},
    {"still.png", "image2", "png", AV_PIX_FMT_RGB24, 31, 17, 1, 10, NULL},
    {"a.webp", "webp", "libwebp_anim", AV_PIX_FMT_YUV420P, 33, 21, 3, 10, NULL},
    {"lossy.webp", "webp", "libwebp", AV_PIX_FMT_YUV420P, 33, 21, 1, 10, NULL},
    {"lossless.webp", "webp", "libwebp", AV_PIX_FMT_BGRA, 33, 21, 1, 10, "lossless=1"},
};
enum { N_FILES = sizeof files / sizeof *files };

static void assert_media(const char *name, tr_container container, const char *type,
                         const char *codec, double seconds) {
    tr_diag diag = {0};
    tr_media media;
    const wanted_file *wanted = files;
    while (strcmp(wanted->name, name) != 0)
        wanted++;
    if (!write_media(wanted))
        return;
    assert_ok(tr_probe(in_scratch(name), &media, &diag), diag);
    assert_int_equal(media.container, container);
    assert_string_equal(media.type, type);
    assert_string_equal(media.codec, codec);
    assert_int_equal(media.width, wanted->width);
    assert_int_equal(media.height, wanted->height);
    assert_int_equal(media.n_frames, wanted->n_frames);
    if (fabs(media.seconds - seconds) > 0.0011)
        fail_msg("%s: %g s instead of %g s", name, media.seconds, seconds);
    assert_false(media.has_sound);
}

static void videos_are_described(void **state) {
    (void)state;
    assert_media("h264.mp4", TR_CONTAINER_MP4, "video/mp4", "avc1.42C00A", 0.2);
    assert_media("vp9.webm", TR_CONTAINER_WEBM, "video/webm", "vp09.00.20.08", 4 / 30.0);
    assert_media("av1.webm", TR_CONTAINER_WEBM, "video/webm", "av01.0.00M.08", 0.1);
    assert_media("av1.mp4", TR_CONTAINER_MP4, "video/mp4", "av01.0.00M.08", 0.1);
}

static void pictures_are_described(void **state) {
    (void)state;
    assert_media("a.gif", TR_CONTAINER_GIF, "image/gif", "", 0.3);
    assert_media("still.gif", TR_CONTAINER_GIF, "image/gif", "", 0);
    assert_media("a.png", TR_CONTAINER_PNG, "image/apng", "", 0.4);
    assert_media("still.png", TR_CONTAINER_PNG, "image/png", "", 0);
    assert_media("a.webp", TR_CONTAINER_WEBP, "image/webp", "", 0.3);
    assert_media("lossy.webp", TR_CONTAINER_WEBP, "image/webp", "", 0);
    assert_media("lossless.webp", TR_CONTAINER_WEBP, "image/webp", "", 0);
}

static void what_we_render_is_described(void **state) {
    (void)state;
    static const char *const codecs[] = {"avc1.42C0", "avc1.4D40", "avc1.6400"};
    for (int profile = 0; profile < 3; profile++) {
        post_run run;
        create_post_run(&run, 0);
        tr_training training = post_training(&run, 20);
        tr_source source = tr_training_source(&training);
        tr_render_options options = tr_render_options_default();
        options.folder = scratch;
        options.every = 10;
        options.video.profile = (tr_profile)profile;
        options.hold = 0.5;
        tr_report report;
        tr_media media;
        tr_diag diag = {0};
        assert_ok(tr_render(&source, &options, &report, &diag), diag);
        assert_ok(tr_probe(report.artifacts[0].path, &media, &diag), diag);
        assert_string_equal(media.type, "video/mp4");
        assert_int_equal(strncmp(media.codec, codecs[profile], strlen(codecs[profile])), 0);
        assert_int_equal(media.width, 400);
        assert_int_equal(media.height, 300);
        assert_int_equal(media.n_frames, 20);
        assert_true(fabs(media.seconds - 20 / 30.0) < 1e-4);
        assert_ok(tr_probe(report.artifacts[1].path, &media, &diag), diag);
        assert_string_equal(media.type, "image/png");
        tr_report_destroy(&report);
        destroy_post_run(&run);
    }
}

/* ---- codec strings ---- */

static void codecs_are_named_from_the_bytes(void **state) {
    (void)state;
    char codec[TR_CODEC_STRING_SIZE];
    const uint8_t avc[] = {1, 0x4d, 0x40, 0x1e, 0xff};
    assert_true(tr_codec_string_h264(avc, sizeof avc, codec));
    assert_string_equal(codec, "avc1.4D401E");
    assert_false(tr_codec_string_h264(avc, 3, codec));
    assert_string_equal(codec, "");
    static const struct {
        uint8_t record[4];
        const char *codec;
    } records[] = {{{0x81, 0x04, 0x0c, 0}, "av01.0.04M.08"},
                   {{0x81, 0x0d, 0xcc, 0}, "av01.0.13H.10"},
                   {{0x81, 0x28, 0x40, 0}, "av01.1.08M.10"},
                   {{0x81, 0x50, 0x60, 0}, "av01.2.16M.12"},
                   {{0x81, 0xe0, 0x00, 0}, ""},
                   {{0x80, 0x04, 0x0c, 0}, ""}};
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        assert_int_equal(tr_codec_string_av1(records[i].record, 4, codec), *records[i].codec != 0);
        assert_string_equal(codec, records[i].codec);
    }
    assert_false(tr_codec_string_av1(records[0].record, 3, codec));
}

static void the_level_of_vp9_follows_from_size_and_rate(void **state) {
    (void)state;
    char codec[TR_CODEC_STRING_SIZE];
    const uint8_t key[] = {0x82, 0x49, 0x83, 0x42, 0x00, 0x00};
    static const struct {
        int width;
        int height;
        double rate;
        const char *codec;
    } cases[] = {{192, 192, 22, "vp09.00.10.08"},    {192, 192, 23, "vp09.00.11.08"},
                 {400, 300, 30, "vp09.00.20.08"},    {400, 300, 60, "vp09.00.21.08"},
                 {1280, 720, 30, "vp09.00.31.08"},   {1920, 1080, 30, "vp09.00.40.08"},
                 {3840, 2160, 60, "vp09.00.51.08"},  {600, 10, 1, "vp09.00.11.08"},
                 {16384, 8192, 240, "vp09.00.62.08"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(tr_codec_string_vp9(key, sizeof key, cases[i].width, cases[i].height,
                                        cases[i].rate, codec));
        assert_string_equal(codec, cases[i].codec);
    }
    const uint8_t deep[] = {0x92, 0x49, 0x83, 0x42, 0x80};
    assert_true(tr_codec_string_vp9(deep, sizeof deep, 64, 64, 1, codec));
    assert_string_equal(codec, "vp09.02.10.12");
    const uint8_t inner[] = {0x86, 0x49, 0x83, 0x42, 0x00};
    assert_false(tr_codec_string_vp9(inner, sizeof inner, 64, 64, 1, codec));
    assert_string_equal(codec, "");
    for (size_t size = 0; size < 4; size++)
        assert_false(tr_codec_string_vp9(key, size, 64, 64, 1, codec));
}

/* ---- damage ---- */

static void assert_refused(const char *path, const char *says) {
    tr_diag diag = {0};
    tr_media media;
    assert_int_equal(tr_probe(path, &media, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, says);
    assert_int_equal(media.width, 0);
    assert_null(media.type);
}

static void write_bytes(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void what_is_no_media_is_refused(void **state) {
    (void)state;
    assert_refused(in_scratch("nothing"), "nothing: No such file");
    assert_refused(scratch, "is not a file");
    assert_refused("/dev/null", "is not a file");
    static const char *const texts[] = {"", "RIFF", "hello, world, this is a text", "\x1a\x45\xdf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_bytes(in_scratch("text"), texts[i], strlen(texts[i]));
        assert_refused(in_scratch("text"), "is none of");
    }
    assert_int_equal(mkfifo(in_scratch("pipe"), 0600), 0);
    assert_refused(in_scratch("pipe"), "is not a file");
    static const char *const others[][3] = {
        {"matroska", "libx264", "is a Matroska file but no WebM"},
        {"avi", "libx264", "is none of"}};
    for (size_t i = 0; i < 2; i++) {
        wanted_file other = files[0];
        other.name = "other";
        other.muxer = others[i][0];
        other.encoder = others[i][1];
        if (write_media(&other))
            assert_refused(in_scratch("other"), others[i][2]);
    }
}

static void files_that_are_cut_off_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < N_FILES; i++) {
        size_t size;
        if (!write_media(&files[i]))
            continue;
        char *bytes = read_file(in_scratch(files[i].name), &size);
        size_t step = size / 100 + 1;
        for (size_t length = 0; length < size; length += length < 150 ? 1 : step) {
            write_bytes(in_scratch("cut"), bytes, length);
            assert_refused(in_scratch("cut"), "is ");
        }
        write_bytes(in_scratch("cut"), bytes, size - 1);
        assert_refused(in_scratch("cut"), "is cut off or damaged");
        free(bytes);
    }
}

/* Whatever is changed, there is an answer within the limits, or a refusal. */
static void damage_is_survived(void **state) {
    (void)state;
    static const uint8_t values[] = {0x00, 0x7f, 0xff};
    for (size_t i = 0; i < N_FILES; i++) {
        size_t size;
        if (!write_media(&files[i]))
            continue;
        char *bytes = read_file(in_scratch(files[i].name), &size);
        size_t step = size / 150 + 1;
        for (size_t at = 0; at < size; at += at < 200 ? 1 : step)
            for (size_t k = 0; k < sizeof values; k++) {
                char original = bytes[at];
                tr_diag diag = {0};
                tr_media media;
                bytes[at] = (char)values[k];
                write_bytes(in_scratch("damaged"), bytes, size);
                bytes[at] = original;
                tr_status status = tr_probe(in_scratch("damaged"), &media, &diag);
                assert_true(status == TR_OK || status == TR_ERROR_INPUT);
                assert_true((status == TR_OK) == (media.type != NULL));
                assert_true((status == TR_OK) == (diag.text[0] == '\0'));
                if (!status) {
                    assert_true(media.width >= 1 && media.height >= 1 && media.n_frames >= 1);
                    assert_true(media.seconds >= 0 && media.seconds < 1e10);
                }
            }
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(videos_are_described),
        cmocka_unit_test(pictures_are_described),
        cmocka_unit_test(what_we_render_is_described),
        cmocka_unit_test(codecs_are_named_from_the_bytes),
        cmocka_unit_test(the_level_of_vp9_follows_from_size_and_rate),
        cmocka_unit_test(what_is_no_media_is_refused),
        cmocka_unit_test(files_that_are_cut_off_are_refused),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_scratch);
}
