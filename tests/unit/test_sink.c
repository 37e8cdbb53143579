/* What the sinks write is read back with FFmpeg's libraries and compared with what was drawn. */
#include "plots.h"
#include "scratch.h"

#include "convert.h"
#include "sink.h"
#include "videos.h"

enum { N_FRAMES = 300, WIDTH = 400, HEIGHT = 300, PLANES = WIDTH * HEIGHT * 3 / 2 };

static int set_up(void **state) {
    av_log_set_level(AV_LOG_ERROR);
    return set_up_scratch(state);
}

/* The frame of a neuron on its way from the post's first state to beyond its last. */
static void draw(tr_plotter *plotter, uint64_t i, tr_frame *frame) {
    tr_diag diag = {0};
    float share = (float)i / N_FRAMES;
    const float params[] = {0.09f + 1.9f * share, -1.9f * share * share};
    const tr_snapshot snapshot = {.iteration = i * 13, .n_params = 2, .params = params};
    assert_ok(tr_plotter_draw(plotter, &snapshot, frame, &diag), diag);
}

static test_film create_post_film(post_run *run) {
    const tr_picture picture = tr_picture_default();
    create_post_run(run, 0);
    return create_film(run, &picture);
}

/* Sends frames `first` up to, not including, `last` through a worker as one segment. */
static tr_segment *make_segment(tr_sink_worker *worker, tr_plotter *plotter, uint64_t first,
                                uint64_t last) {
    tr_diag diag = {0};
    tr_frame frame;
    tr_segment *segment;
    assert_ok(tr_sink_begin_segment(worker, first, &diag), diag);
    for (uint64_t i = first; i < last; i++) {
        draw(plotter, i, &frame);
        assert_ok(tr_sink_add_frame(worker, &frame, &diag), diag);
    }
    assert_ok(tr_sink_end_segment(worker, &segment, &diag), diag);
    return segment;
}

/* Writes all frames with two workers, the second segment first. */
static void write_all(tr_sink *sink) {
    tr_diag diag = {0};
    post_run runs[2];
    test_film films[] = {create_post_film(&runs[0]), create_post_film(&runs[1])};
    tr_sink_worker *workers[2];
    for (int i = 0; i < 2; i++)
        assert_ok(tr_sink_worker_create(&workers[i], sink, &diag), diag);
    tr_segment *second = make_segment(workers[1], films[1].plotter, TR_SEGMENT_FRAMES, N_FRAMES);
    tr_segment *first = make_segment(workers[0], films[0].plotter, 0, TR_SEGMENT_FRAMES);
    assert_ok(tr_sink_append(sink, &first, &diag), diag);
    assert_ok(tr_sink_append(sink, &second, &diag), diag);
    for (int i = 0; i < 2; i++) {
        tr_sink_worker_destroy(&workers[i]);
        destroy_film(&films[i]);
        destroy_post_run(&runs[i]);
    }
    assert_ok(tr_sink_finish(sink, &diag), diag);
    assert_ok(tr_sink_commit(sink, &diag), diag);
    assert_int_equal(sink->n_frames, N_FRAMES);
}

static void write_video(const char *path, const tr_video *video) {
    tr_diag diag = {0};
    tr_sink *sink;
    assert_ok(tr_sink_create(&sink, TR_FORMAT_MP4, path, WIDTH, HEIGHT, video, &diag), diag);
    write_all(sink);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(sink->bytes, info.st_size);
    tr_sink_destroy(&sink);
    assert_null(sink);
}

/* ---- reading back ---- */

/* Decodes from the packet whose time is `first` on, as a player does after seeking there, and checks
 * each picture against the drawing. Returns how many there were. */
static int compare_from(opened_video *video, int first) {
    static uint8_t planes[PLANES];
    const tr_planes drawn = {.y = planes,
                             .cb = planes + WIDTH * HEIGHT,
                             .cr = planes + WIDTH * HEIGHT * 5 / 4,
                             .y_stride = WIDTH,
                             .c_stride = WIDTH / 2};
    post_run run;
    test_film film = create_post_film(&run);
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    const AVRational frame_time = {1, 30};
    int n_pictures = 0;
    bool started = false, more = true;
    while (more) {
        more = av_read_frame(video->format, packet) >= 0;
        int64_t pts = more ? av_rescale_q(packet->pts, video->stream->time_base, frame_time) : 0;
        started |= more && pts == first;
        if (more && started)
            assert_int_equal(avcodec_send_packet(video->decoder, packet), 0);
        if (!more)
            avcodec_send_packet(video->decoder, NULL);
        av_packet_unref(packet);
        while (avcodec_receive_frame(video->decoder, picture) >= 0) {
            tr_frame frame;
            int64_t shown = av_rescale_q(picture->pts, video->stream->time_base, frame_time);
            assert_int_equal(shown, first + n_pictures);
            assert_int_equal(picture->flags & AV_FRAME_FLAG_CORRUPT, 0);
            draw(film.plotter, (uint64_t)shown, &frame);
            tr_convert_changed(&frame, &drawn);
            double quality = picture_psnr(picture, &drawn);
            if (quality < 40)
                fail_msg("frame %lld has %g dB", (long long)shown, quality);
            n_pictures++;
        }
    }
    av_packet_free(&packet);
    av_frame_free(&picture);
    destroy_film(&film);
    destroy_post_run(&run);
    return n_pictures;
}

static void decoded_frames_are_what_was_drawn(void **state) {
    (void)state;
    opened_video video;
    const tr_video settings = tr_video_default();
    write_video(in_scratch("a.mp4"), &settings);
    open_video(&video, in_scratch("a.mp4"));
    assert_int_equal(compare_from(&video, 0), N_FRAMES);
    close_video(&video);
}

static void segments_are_closed_groups_of_pictures(void **state) {
    (void)state;
    opened_video video;
    const tr_video settings = tr_video_default();
    write_video(in_scratch("a.mp4"), &settings);
    open_video(&video, in_scratch("a.mp4"));
    AVPacket *packet = av_packet_alloc();
    int64_t last_dts = INT64_MIN, last_key = 0;
    int n_packets = 0;
    while (av_read_frame(video.format, packet) >= 0) {
        assert_true(packet->dts > last_dts);
        assert_true(packet->pts >= packet->dts);
        last_dts = packet->dts;
        if (packet->flags & AV_PKT_FLAG_KEY) {
            assert_int_equal(n_packets % TR_SEGMENT_FRAMES, 0);
            last_key = n_packets;
        }
        assert_true(n_packets - last_key < 250);
        n_packets++;
        av_packet_unref(packet);
    }
    assert_int_equal(n_packets, N_FRAMES);
    av_packet_free(&packet);
    close_video(&video);
    /* the second segment decodes without the first */
    open_video(&video, in_scratch("a.mp4"));
    assert_int_equal(compare_from(&video, TR_SEGMENT_FRAMES), N_FRAMES - TR_SEGMENT_FRAMES);
    close_video(&video);
}

static void the_stream_is_described_as_it_is(void **state) {
    (void)state;
    opened_video video;
    const tr_video settings = tr_video_default();
    write_video(in_scratch("a.mp4"), &settings);
    open_video(&video, in_scratch("a.mp4"));
    const AVCodecParameters *par = video.stream->codecpar;
    assert_int_equal(par->codec_id, AV_CODEC_ID_H264);
    assert_int_equal(par->width, WIDTH);
    assert_int_equal(par->height, HEIGHT);
    assert_int_equal(par->profile, FF_PROFILE_H264_MAIN);
    assert_in_range(par->level, 10, 21);
    assert_int_equal(par->color_range, AVCOL_RANGE_MPEG);
    assert_int_equal(par->color_space, AVCOL_SPC_BT709);
    assert_int_equal(par->color_primaries, AVCOL_PRI_BT709);
    assert_int_equal(par->color_trc, AVCOL_TRC_BT709);
    assert_int_equal(video.stream->nb_frames, N_FRAMES);
    assert_int_equal(video.stream->start_time, 0);
    double seconds = (double)video.stream->duration * av_q2d(video.stream->time_base);
    assert_true(fabs(seconds - N_FRAMES / 30.0) < 1e-3);
    assert_int_equal(av_cmp_q(video.stream->avg_frame_rate, (AVRational){30, 1}), 0);
    close_video(&video);
}

static void baseline_is_constrained_baseline(void **state) {
    (void)state;
    opened_video video;
    tr_video settings = tr_video_default();
    settings.profile = TR_PROFILE_BASELINE;
    write_video(in_scratch("a.mp4"), &settings);
    open_video(&video, in_scratch("a.mp4"));
    assert_int_equal(video.stream->codecpar->profile, FF_PROFILE_H264_CONSTRAINED_BASELINE);
    assert_in_range(video.stream->codecpar->level, 10, 30);
    assert_int_equal(compare_from(&video, 0), N_FRAMES);
    close_video(&video);
}

/* Where a box of the top level begins, or -1. */
static long find_box(const uint8_t *data, size_t size, const char *type) {
    for (size_t at = 0; at + 8 <= size;) {
        size_t length = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 |
                        (size_t)data[at + 2] << 8 | data[at + 3];
        if (!memcmp(data + at + 4, type, 4))
            return (long)at;
        if (length < 8)
            return -1;
        at += length;
    }
    return -1;
}

static bool holds(const char *data, size_t size, const char *text) {
    return memmem(data, size, text, strlen(text)) != NULL;
}

static void the_file_starts_fast_and_tells_no_versions(void **state) {
    (void)state;
    const tr_video settings = tr_video_default();
    size_t size, again_size;
    write_video(in_scratch("a.mp4"), &settings);
    char *data = read_file(in_scratch("a.mp4"), &size);
    long moov = find_box((const uint8_t *)data, size, "moov");
    long mdat = find_box((const uint8_t *)data, size, "mdat");
    assert_true(moov > 0 && mdat > moov);
    assert_false(holds(data, size, "x264"));
    assert_false(holds(data, size, "Lavf"));
    assert_false(holds(data, size, "Lavc"));
    write_video(in_scratch("b.mp4"), &settings);
    char *again = read_file(in_scratch("b.mp4"), &again_size);
    assert_int_equal(size, again_size);
    assert_memory_equal(data, again, size);
    free(data);
    free(again);
    assert_int_equal(count_entries(scratch), 2);
}

static void every_preset_and_profile_works(void **state) {
    (void)state;
    static const char *const presets[] = {"plot", "ultrafast", "medium"};
    static const tr_profile profiles[] = {TR_PROFILE_BASELINE, TR_PROFILE_MAIN, TR_PROFILE_HIGH};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++) {
            tr_video settings = tr_video_default();
            opened_video video;
            settings.preset = presets[i];
            settings.profile = profiles[k];
            write_video(in_scratch("a.mp4"), &settings);
            open_video(&video, in_scratch("a.mp4"));
            assert_int_equal(compare_from(&video, 0), N_FRAMES);
            close_video(&video);
        }
}

static void frames_become_png_files(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_sink *sink;
    const tr_video video = tr_video_default();
    assert_ok(
        tr_sink_create(&sink, TR_FORMAT_PNG, in_scratch("frames"), WIDTH, HEIGHT, &video, &diag),
        diag);
    write_all(sink);
    tr_sink_destroy(&sink);
    assert_int_equal(count_entries(in_scratch("frames")), N_FRAMES);
    opened_video png;
    open_video(&png, in_scratch("frames/frame_000299.png"));
    AVPacket *packet = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    assert_true(av_read_frame(png.format, packet) >= 0);
    assert_int_equal(avcodec_send_packet(png.decoder, packet), 0);
    assert_int_equal(avcodec_receive_frame(png.decoder, picture), 0);
    assert_int_equal(picture->format, AV_PIX_FMT_RGB24);
    post_run run;
    tr_frame frame;
    test_film film = create_post_film(&run);
    draw(film.plotter, 299, &frame);
    for (int y = 0; y < HEIGHT; y++) {
        uint8_t row[WIDTH * 3];
        tr_frame_copy_rgb_row(&frame, y, row);
        assert_memory_equal(row, picture->data[0] + y * picture->linesize[0], sizeof row);
    }
    destroy_film(&film);
    destroy_post_run(&run);
    av_packet_free(&packet);
    av_frame_free(&picture);
    close_video(&png);
}

static void checksums_are_listed_in_order(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_sink *sink;
    const tr_video video = tr_video_default();
    assert_ok(tr_sink_create(&sink, TR_FORMAT_CHECKSUMS, in_scratch("a.sha256"), WIDTH, HEIGHT,
                             &video, &diag),
              diag);
    write_all(sink);
    uint64_t bytes = sink->bytes;
    tr_sink_destroy(&sink);
    size_t size;
    char *text = read_file(in_scratch("a.sha256"), &size);
    assert_int_equal(size, bytes);
    assert_int_equal(size, N_FRAMES * (64 + 2 + 6 + 1));
    for (int i = 0; i < N_FRAMES; i++) {
        char expected[16];
        snprintf(expected, sizeof expected, "  %06d\n", i);
        assert_memory_equal(text + i * 73 + 64, expected, 9);
    }
    assert_true(memcmp(text, text + 73, 64) != 0);
    free(text);
}

static void an_unfinished_video_leaves_nothing(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_sink *sink;
    tr_sink_worker *worker;
    post_run run;
    const tr_video video = tr_video_default();
    assert_ok(
        tr_sink_create(&sink, TR_FORMAT_MP4, in_scratch("a.mp4"), WIDTH, HEIGHT, &video, &diag),
        diag);
    test_film film = create_post_film(&run);
    assert_ok(tr_sink_worker_create(&worker, sink, &diag), diag);
    tr_segment *first = make_segment(worker, film.plotter, 0, 20);
    tr_segment *second = make_segment(worker, film.plotter, 240, 250);
    assert_ok(tr_sink_append(sink, &first, &diag), diag);
    assert_ok(tr_sink_begin_segment(worker, 480, &diag), diag);
    tr_segment_destroy(&second, sink);
    tr_sink_worker_destroy(&worker);
    tr_sink_destroy(&sink);
    destroy_film(&film);
    destroy_post_run(&run);
    assert_int_equal(count_entries(scratch), 0);
}

static void no_frames_make_no_video(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_sink *sink;
    const tr_video video = tr_video_default();
    assert_ok(
        tr_sink_create(&sink, TR_FORMAT_MP4, in_scratch("a.mp4"), WIDTH, HEIGHT, &video, &diag),
        diag);
    assert_int_equal(tr_sink_finish(sink, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "no frame");
    tr_sink_destroy(&sink);
    assert_int_equal(count_entries(scratch), 0);
}

static void impossible_settings_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_video video = tr_video_default();
    assert_int_equal(tr_sink_check(TR_FORMAT_MP4, 401, 300, &video, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "402x300 would do");
    assert_int_equal(tr_sink_check(TR_FORMAT_PNG, 401, 300, &video, NULL), TR_OK);
    video.crf = NAN;
    assert_int_equal(tr_sink_check(TR_FORMAT_MP4, 400, 300, &video, NULL), TR_ERROR_ARGUMENT);
    video = tr_video_default();
    video.preset = "placebo";
    assert_int_equal(tr_sink_check(TR_FORMAT_MP4, 400, 300, &video, NULL), TR_ERROR_ARGUMENT);
    video = tr_video_default();
    video.frames_per_second = 0;
    assert_int_equal(tr_sink_check(TR_FORMAT_MP4, 400, 300, &video, NULL), TR_ERROR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(decoded_frames_are_what_was_drawn, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(segments_are_closed_groups_of_pictures, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_stream_is_described_as_it_is, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(baseline_is_constrained_baseline, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_file_starts_fast_and_tells_no_versions, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(every_preset_and_profile_works, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(frames_become_png_files, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(checksums_are_listed_in_order, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(an_unfinished_video_leaves_nothing, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(no_frames_make_no_video, set_up, tear_down_scratch),
        cmocka_unit_test(impossible_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
