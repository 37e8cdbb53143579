/* Formats beside MP4: each is written by several workers, read back with FFmpeg's libraries, and compared
 * with what was drawn. */
#include "plots.h"

#include "convert.h"
#include "sink.h"
#include "videos.h"

enum { WIDTH = 160, HEIGHT = 120, N_FRAMES = 2 * TR_SEGMENT_FRAMES + 20, MOST_SEGMENTS = 3 };

static char scratch[256];

static int set_up(void **state) {
    (void)state;
    av_log_set_level(AV_LOG_ERROR);
    make_scratch(scratch, sizeof scratch);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    remove_scratch(scratch);
    return 0;
}

static const char *in_scratch(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    return path;
}

/* Pictures of a neuron that learns. */
typedef struct clip {
    post_run run;
    test_film film;
} clip;

static void create_clip(clip *c, int width, int height) {
    tr_picture picture = tr_picture_default();
    picture.width = width;
    picture.height = height;
    create_post_run(&c->run, 0);
    c->film = create_film(&c->run, &picture);
}

static void destroy_clip(clip *c) {
    destroy_film(&c->film);
    destroy_post_run(&c->run);
}

static void draw(clip *c, uint64_t i, tr_frame *frame) {
    tr_diag diag = {0};
    float share = (float)i / N_FRAMES;
    const float params[] = {0.09f + 1.9f * share, -1.9f * share * share};
    const tr_snapshot snapshot = {.iteration = i * 13, .n_params = 2, .params = params};
    assert_ok(tr_plotter_draw(c->film.plotter, &snapshot, frame, &diag), diag);
}

static tr_segment *make_segment(tr_sink_worker *worker, clip *c, uint64_t first, uint64_t end) {
    tr_diag diag = {0};
    tr_frame frame;
    tr_segment *segment;
    assert_ok(tr_sink_begin_segment(worker, first, &diag), diag);
    for (uint64_t i = first; i < end; i++) {
        draw(c, i, &frame);
        assert_ok(tr_sink_add_frame(worker, &frame, &diag), diag);
    }
    assert_ok(tr_sink_end_segment(worker, &segment, &diag), diag);
    return segment;
}

/* Makes the segments by turns with `n_workers` workers, the last one first, and appends them in
 * order. */
static void fill(tr_sink *sink, int n_workers, uint64_t n_frames) {
    tr_diag diag = {0};
    tr_segment *segments[MOST_SEGMENTS] = {0};
    tr_sink_worker *workers[MOST_SEGMENTS];
    clip clips[MOST_SEGMENTS];
    int n_segments = (int)((n_frames + TR_SEGMENT_FRAMES - 1) / TR_SEGMENT_FRAMES);
    assert_true(n_segments <= MOST_SEGMENTS && n_workers <= MOST_SEGMENTS);
    for (int i = 0; i < n_workers; i++) {
        create_clip(&clips[i], sink->width, sink->height);
        assert_ok(tr_sink_worker_create(&workers[i], sink, &diag), diag);
    }
    for (int i = n_segments - 1; i >= 0; i--) {
        uint64_t first = (uint64_t)i * TR_SEGMENT_FRAMES, end = first + TR_SEGMENT_FRAMES;
        segments[i] = make_segment(workers[i % n_workers], &clips[i % n_workers], first,
                                   end < n_frames ? end : n_frames);
    }
    for (int i = 0; i < n_segments; i++)
        assert_ok(tr_sink_append(sink, &segments[i], &diag), diag);
    for (int i = 0; i < n_workers; i++) {
        tr_sink_worker_destroy(&workers[i]);
        destroy_clip(&clips[i]);
    }
}

typedef struct written {
    tr_format format;
    int width;
    int height;
    uint64_t n_frames;
    tr_video video;
} written;

static written usual(tr_format format) {
    return (written){format, WIDTH, HEIGHT, N_FRAMES, tr_video_default()};
}

static void write_clip(const char *name, const written *what, int n_workers) {
    tr_diag diag = {0};
    tr_sink *sink;
    struct stat info;
    const char *path = in_scratch(name);
    assert_ok(
        tr_sink_create(&sink, what->format, path, what->width, what->height, &what->video, &diag),
        diag);
    fill(sink, n_workers, what->n_frames);
    assert_ok(tr_sink_finish(sink, &diag), diag);
    assert_ok(tr_sink_commit(sink, &diag), diag);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(sink->bytes, info.st_size);
    assert_int_equal(sink->n_frames, what->n_frames);
    tr_sink_destroy(&sink);
}

static bool holds(const char *data, size_t size, const char *text) {
    return memmem(data, size, text, strlen(text)) != NULL;
}

static void assert_same_files(const char *one, const char *other) {
    size_t size, other_size;
    char *data = read_file(in_scratch(one), &size);
    char *other_data = read_file(in_scratch(other), &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(data, other_data, size);
    free(data);
    free(other_data);
}

/* The same bytes by one, two and three workers, and nothing in them that tells who wrote them. */
static void check_determinism(tr_format format) {
    static const char *const makers[] = {"Lavf5", "Lavf6",   "Lavc",    "libvpx",
                                         "aom",   "AOMedia", "encoder", "DATE"};
    const written what = usual(format);
    size_t size;
    write_clip("1", &what, 1);
    write_clip("2", &what, 2);
    write_clip("3", &what, 3);
    assert_same_files("1", "2");
    assert_same_files("1", "3");
    char *data = read_file(in_scratch("1"), &size);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        assert_false(holds(data, size, makers[i]));
    free(data);
    assert_int_equal(count_entries(scratch), 3);
}

/* ---- WebM ---- */

/* Decodes from the packet whose time is `first` on, as a player does after seeking there, and checks
 * each picture against the drawing. Returns how many there were. */
static int compare_from(const char *path, int first, double least_quality) {
    static uint8_t planes[WIDTH * HEIGHT * 3 / 2];
    const tr_planes drawn = {.y = planes,
                             .cb = planes + WIDTH * HEIGHT,
                             .cr = planes + WIDTH * HEIGHT * 5 / 4,
                             .y_stride = WIDTH,
                             .c_stride = WIDTH / 2};
    opened_video video;
    clip c;
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    int n_pictures = 0;
    bool started = false, more = true;
    open_video(&video, path);
    create_clip(&c, WIDTH, HEIGHT);
    while (more) {
        more = av_read_frame(video.format, packet) >= 0;
        started |= more &&
                   av_rescale_q(packet->pts, video.stream->time_base, (AVRational){1, 30}) == first;
        if (more && started)
            assert_int_equal(avcodec_send_packet(video.decoder, packet), 0);
        if (!more)
            avcodec_send_packet(video.decoder, NULL);
        av_packet_unref(packet);
        while (avcodec_receive_frame(video.decoder, picture) >= 0) {
            tr_frame frame;
            draw(&c, (uint64_t)(first + n_pictures), &frame);
            tr_convert_changed(&frame, &drawn);
            double quality = picture_psnr(picture, &drawn);
            if (quality < least_quality)
                fail_msg("frame %d has %g dB", first + n_pictures, quality);
            n_pictures++;
        }
    }
    av_packet_free(&packet);
    av_frame_free(&picture);
    destroy_clip(&c);
    close_video(&video);
    return n_pictures;
}

static void check_webm(tr_format format, enum AVCodecID codec, double least_quality) {
    const written what = usual(format);
    opened_video video;
    write_clip("a.webm", &what, 2);
    assert_int_equal(compare_from(in_scratch("a.webm"), 0, least_quality), N_FRAMES);
    /* the second segment decodes without the first */
    assert_int_equal(compare_from(in_scratch("a.webm"), TR_SEGMENT_FRAMES, least_quality),
                     N_FRAMES - TR_SEGMENT_FRAMES);
    open_video(&video, in_scratch("a.webm"));
    const AVCodecParameters *par = video.stream->codecpar;
    assert_int_equal(par->codec_id, codec);
    assert_int_equal(par->width, WIDTH);
    assert_int_equal(par->height, HEIGHT);
    assert_int_equal(par->color_range, AVCOL_RANGE_MPEG);
    assert_int_equal(par->color_space, AVCOL_SPC_BT709);
    assert_int_equal(par->color_primaries, AVCOL_PRI_BT709);
    assert_int_equal(par->color_trc, AVCOL_TRC_BT709);
    assert_true(llabs(video.format->duration - (int64_t)N_FRAMES * AV_TIME_BASE / 30) <= 1000);
    close_video(&video);
    open_video(&video, in_scratch("a.webm"));
    AVPacket *packet = av_packet_alloc();
    for (int i = 0; av_read_frame(video.format, packet) >= 0; i++) {
        assert_int_equal(packet->flags & AV_PKT_FLAG_KEY ? 0 : 1, i % TR_SEGMENT_FRAMES != 0);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    close_video(&video);
}

static void vp9_frames_are_what_was_drawn(void **state) {
    (void)state;
    check_webm(TR_FORMAT_WEBM, AV_CODEC_ID_VP9, 40);
}

static void av1_frames_are_what_was_drawn(void **state) {
    (void)state;
    check_webm(TR_FORMAT_AV1, AV_CODEC_ID_AV1, 36);
}

static void vp9_does_not_depend_on_the_workers(void **state) {
    (void)state;
    check_determinism(TR_FORMAT_WEBM);
}

static void av1_does_not_depend_on_the_workers(void **state) {
    (void)state;
    check_determinism(TR_FORMAT_AV1);
}

static size_t size_of(const char *name, const written *what) {
    struct stat info;
    write_clip(name, what, 1);
    assert_int_equal(stat(in_scratch(name), &info), 0);
    return (size_t)info.st_size;
}

/* An index at the end would have to be fetched before a player can seek. */
static void the_index_of_webm_comes_before_its_frames(void **state) {
    (void)state;
    size_t size;
    const written what = usual(TR_FORMAT_WEBM);
    write_clip("a.webm", &what, 1);
    char *data = read_file(in_scratch("a.webm"), &size);
    /* matroska.org/technical/elements.html: the identifiers of Cues and Cluster */
    const char *cues = memmem(data, size, "\x1C\x53\xBB\x6B", 4);
    const char *last_cues = cues;
    while (cues) {
        last_cues = cues;
        cues = memmem(cues + 1, size - (size_t)(cues + 1 - data), "\x1C\x53\xBB\x6B", 4);
    }
    const char *cluster = memmem(data, size, "\x1F\x43\xB6\x75", 4);
    assert_true(last_cues && cluster && last_cues < cluster);
    free(data);
}

static void a_lower_crf_is_better_and_larger(void **state) {
    (void)state;
    static const tr_format formats[] = {TR_FORMAT_WEBM, TR_FORMAT_AV1};
    for (int i = 0; i < 2; i++) {
        written what = usual(formats[i]);
        size_t last = SIZE_MAX;
        what.n_frames = 60;
        for (double crf = 1; crf <= 51; crf += 10) {
            what.video.crf = crf;
            size_t size = size_of("a.webm", &what);
            assert_true(crf > 35 ? size <= last : size < last);
            last = size;
        }
    }
}

/* ---- all of them ---- */

static const tr_format all[] = {TR_FORMAT_WEBM, TR_FORMAT_AV1};
enum { N_ALL = sizeof all / sizeof *all };

static void one_frame_is_enough(void **state) {
    (void)state;
    for (int i = 0; i < N_ALL; i++) {
        written what = usual(all[i]);
        what.n_frames = 1;
        write_clip("a", &what, 1);
    }
}

static void none_frame_is_not_enough(void **state) {
    (void)state;
    const tr_video video = tr_video_default();
    for (int i = 0; i < N_ALL; i++) {
        tr_diag diag = {0};
        tr_sink *sink;
        assert_ok(tr_sink_create(&sink, all[i], in_scratch("a"), WIDTH, HEIGHT, &video, &diag),
                  diag);
        assert_int_equal(tr_sink_finish(sink, &diag), TR_ERROR_ARGUMENT);
        assert_text_contains(diag.text, "no frame");
        tr_sink_destroy(&sink);
        assert_int_equal(count_entries(scratch), 0);
    }
}

static void what_is_not_finished_leaves_nothing(void **state) {
    (void)state;
    const tr_video video = tr_video_default();
    for (int i = 0; i < N_ALL; i++) {
        tr_diag diag = {0};
        tr_sink *sink;
        tr_sink_worker *worker;
        clip c;
        assert_ok(tr_sink_create(&sink, all[i], in_scratch("a"), WIDTH, HEIGHT, &video, &diag),
                  diag);
        create_clip(&c, WIDTH, HEIGHT);
        assert_ok(tr_sink_worker_create(&worker, sink, &diag), diag);
        tr_segment *first = make_segment(worker, &c, 0, 20);
        tr_segment *second = make_segment(worker, &c, 240, 250);
        assert_ok(tr_sink_append(sink, &first, &diag), diag);
        assert_ok(tr_sink_begin_segment(worker, 480, &diag), diag);
        tr_segment_destroy(&second, sink);
        tr_sink_worker_destroy(&worker);
        tr_sink_destroy(&sink);
        destroy_clip(&c);
        assert_int_equal(count_entries(scratch), 0);
    }
}

static void a_tee_writes_what_each_would_write_alone(void **state) {
    (void)state;
    static const tr_format formats[] = {TR_FORMAT_MP4, TR_FORMAT_WEBM, TR_FORMAT_CHECKSUMS};
    static const char *const names[][2] = {{"t0", "a0"}, {"t1", "a1"}, {"t2", "a2"}};
    const tr_video video = tr_video_default();
    tr_diag diag = {0};
    tr_sink *sinks[3], *tee;
    for (int i = 0; i < 3; i++)
        assert_ok(tr_sink_create(&sinks[i], formats[i], in_scratch(names[i][0]), WIDTH, HEIGHT,
                                 &video, &diag),
                  diag);
    assert_ok(tr_tee_create(&tee, sinks, 3, &diag), diag);
    assert_int_equal(tee->width, WIDTH);
    fill(tee, 2, N_FRAMES);
    assert_int_equal(tee->n_frames, N_FRAMES);
    assert_ok(tr_sink_finish(tee, &diag), diag);
    tr_sink_destroy(&tee);
    for (int i = 0; i < 3; i++) {
        written what = usual(formats[i]);
        assert_ok(tr_sink_commit(sinks[i], &diag), diag);
        tr_sink_destroy(&sinks[i]);
        write_clip(names[i][1], &what, 1);
        assert_same_files(names[i][0], names[i][1]);
    }
}

static void a_tee_that_is_not_finished_leaves_nothing(void **state) {
    (void)state;
    const tr_video video = tr_video_default();
    tr_diag diag = {0};
    tr_sink *sinks[2], *tee;
    tr_sink_worker *worker;
    clip c;
    assert_ok(
        tr_sink_create(&sinks[0], TR_FORMAT_MP4, in_scratch("a"), WIDTH, HEIGHT, &video, &diag),
        diag);
    assert_ok(
        tr_sink_create(&sinks[1], TR_FORMAT_WEBM, in_scratch("b"), WIDTH, HEIGHT, &video, &diag),
        diag);
    assert_ok(tr_tee_create(&tee, sinks, 2, &diag), diag);
    create_clip(&c, WIDTH, HEIGHT);
    assert_ok(tr_sink_worker_create(&worker, tee, &diag), diag);
    tr_segment *first = make_segment(worker, &c, 0, 20);
    tr_segment *second = make_segment(worker, &c, 240, 250);
    assert_ok(tr_sink_append(tee, &first, &diag), diag);
    assert_ok(tr_sink_begin_segment(worker, 480, &diag), diag);
    tr_segment_destroy(&second, tee);
    tr_sink_worker_destroy(&worker);
    tr_sink_destroy(&tee);
    tr_sink_destroy(&sinks[0]);
    tr_sink_destroy(&sinks[1]);
    destroy_clip(&c);
    assert_int_equal(count_entries(scratch), 0);
}

static void impossible_settings_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_video video = tr_video_default();
    assert_int_equal(tr_sink_check(TR_FORMAT_WEBM, 401, 300, &video, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "402x300 would do");
    assert_int_equal(tr_sink_check(TR_FORMAT_AV1, 400, 301, &video, NULL), TR_ERROR_ARGUMENT);
    video.preset = "of no matter for WebM";
    assert_int_equal(tr_sink_check(TR_FORMAT_WEBM, 400, 300, &video, NULL), TR_OK);
    video.crf = 52;
    assert_int_equal(tr_sink_check(TR_FORMAT_AV1, 400, 300, &video, NULL), TR_ERROR_ARGUMENT);
    assert_int_equal(tr_sink_check((tr_format)TR_N_FORMATS, 400, 300, &video, NULL),
                     TR_ERROR_ARGUMENT);
    assert_int_equal(tr_sink_check((tr_format)-1, 400, 300, &video, NULL), TR_ERROR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vp9_frames_are_what_was_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(av1_frames_are_what_was_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vp9_does_not_depend_on_the_workers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(av1_does_not_depend_on_the_workers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_index_of_webm_comes_before_its_frames, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_lower_crf_is_better_and_larger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_frame_is_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_frame_is_not_enough, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_finished_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tee_writes_what_each_would_write_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_tee_that_is_not_finished_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test(impossible_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
