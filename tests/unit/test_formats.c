/* Formats beside MP4: each is written by several workers, read back with FFmpeg's libraries, and compared
 * with what was drawn. */
#include "plots.h"
#include "scratch.h"

#include "convert.h"
#include "sink.h"
#include "videos.h"

enum { WIDTH = 160, HEIGHT = 120, N_FRAMES = 2 * TR_SEGMENT_FRAMES + 20, MOST_SEGMENTS = 3 };

static int set_up(void **state) {
    av_log_set_level(AV_LOG_ERROR);
    return set_up_scratch(state);
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

/* ---- GIF and animated PNG ---- */

/* Paints frame `i` as pixels 0xRRGGBB. */
typedef void (*paint_fn)(uint32_t *pixels, int width, int height, uint64_t i);

/* Writes painted frames; all may have changed, as far as the sink is told. */
static void write_painted(const char *name, const written *what, paint_fn paint) {
    tr_diag diag = {0};
    tr_sink *sink;
    tr_sink_worker *worker;
    size_t n_pixels = (size_t)what->width * (size_t)what->height;
    uint32_t *pixels = calloc(n_pixels, sizeof *pixels);
    int columns = (what->width + TR_TILE - 1) / TR_TILE,
        rows = (what->height + TR_TILE - 1) / TR_TILE;
    uint8_t *changed = malloc((size_t)columns * (size_t)rows);
    assert_true(pixels && changed);
    memset(changed, 1, (size_t)columns * (size_t)rows);
    const tr_frame frame = {.width = what->width,
                            .height = what->height,
                            .stride = what->width * 4,
                            .pixels = (const uint8_t *)pixels,
                            .tile_columns = columns,
                            .tile_rows = rows,
                            .changed = changed};
    assert_ok(tr_sink_create(&sink, what->format, in_scratch(name), what->width, what->height,
                             &what->video, &diag),
              diag);
    assert_ok(tr_sink_worker_create(&worker, sink, &diag), diag);
    for (uint64_t first = 0; first < what->n_frames; first += TR_SEGMENT_FRAMES) {
        tr_segment *segment;
        assert_ok(tr_sink_begin_segment(worker, first, &diag), diag);
        for (uint64_t i = first; i < first + TR_SEGMENT_FRAMES && i < what->n_frames; i++) {
            paint(pixels, what->width, what->height, i);
            assert_ok(tr_sink_add_frame(worker, &frame, &diag), diag);
        }
        assert_ok(tr_sink_end_segment(worker, &segment, &diag), diag);
        assert_ok(tr_sink_append(sink, &segment, &diag), diag);
    }
    tr_sink_worker_destroy(&worker);
    assert_ok(tr_sink_finish(sink, &diag), diag);
    assert_ok(tr_sink_commit(sink, &diag), diag);
    tr_sink_destroy(&sink);
    free(pixels);
    free(changed);
}

/* Pictures of a file, decoded one after the other. */
typedef struct player {
    opened_video video;
    AVPacket *packet;
    AVFrame *picture; /* the one that is shown */
    AVFrame *next;    /* or the end */
    bool has_next;
    int n_pictures;
} player;

static double seconds_of(const player *p, const AVFrame *picture) {
    return (double)picture->pts * av_q2d(p->video.stream->time_base);
}

static void decode_next(player *p) {
    int error = avcodec_receive_frame(p->video.decoder, p->next);
    while (error == AVERROR(EAGAIN)) {
        bool more = av_read_frame(p->video.format, p->packet) >= 0;
        assert_int_equal(avcodec_send_packet(p->video.decoder, more ? p->packet : NULL), 0);
        av_packet_unref(p->packet);
        error = avcodec_receive_frame(p->video.decoder, p->next);
    }
    p->has_next = error >= 0;
    p->n_pictures += p->has_next;
}

static void open_player(player *p, const char *path) {
    *p = (player){
        .packet = av_packet_alloc(), .picture = av_frame_alloc(), .next = av_frame_alloc()};
    /* without looking at the first packets, which would take them away */
    assert_int_equal(avformat_open_input(&p->video.format, path, NULL, NULL), 0);
    p->video.stream = p->video.format->streams[0];
    const AVCodec *codec = avcodec_find_decoder(p->video.stream->codecpar->codec_id);
    p->video.decoder = avcodec_alloc_context3(codec);
    assert_true(avcodec_parameters_to_context(p->video.decoder, p->video.stream->codecpar) >= 0);
    p->video.decoder->thread_count = 1;
    assert_int_equal(avcodec_open2(p->video.decoder, codec, NULL), 0);
    decode_next(p);
}

static void close_player(player *p) {
    av_packet_free(&p->packet);
    av_frame_free(&p->picture);
    av_frame_free(&p->next);
    close_video(&p->video);
}

/* The picture that is shown at a time. */
static const AVFrame *play_until(player *p, double seconds) {
    while (p->has_next && seconds_of(p, p->next) <= seconds) {
        av_frame_unref(p->picture);
        av_frame_move_ref(p->picture, p->next);
        decode_next(p);
    }
    return p->picture;
}

static uint32_t color_at(const AVFrame *picture, int x, int y) {
    const uint8_t *row = picture->data[0] + y * picture->linesize[0];
    switch (picture->format) {
    case AV_PIX_FMT_RGBA:
        row += 4 * x;
        assert_int_equal(row[3], 255);
        return (uint32_t)row[0] << 16 | (uint32_t)row[1] << 8 | row[2];
    case AV_PIX_FMT_BGRA:
    case AV_PIX_FMT_BGR0:
        row += 4 * x;
        return (uint32_t)row[2] << 16 | (uint32_t)row[1] << 8 | row[0];
    default:
        fail_msg("pictures have the format %d", picture->format);
        return 0;
    }
}

/* How much the colours differ at most in a channel. */
static int largest_difference(const AVFrame *picture, const uint8_t *pixels, ptrdiff_t stride) {
    int largest = 0;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++) {
            uint32_t shown = color_at(picture, x, y);
            uint32_t drawn = ((const uint32_t *)(const void *)(pixels + y * stride))[x];
            for (int shift = 0; shift < 24; shift += 8) {
                int difference = abs((int)(shown >> shift & 255) - (int)(drawn >> shift & 255));
                largest = difference > largest ? difference : largest;
            }
        }
    return largest;
}

/* Checks what is shown at the time of each frame. Returns how many pictures the file has. */
static int check_painted(const char *name, const written *what, paint_fn paint) {
    player p;
    uint32_t *pixels = calloc((size_t)what->width * (size_t)what->height, sizeof *pixels);
    assert_non_null(pixels);
    open_player(&p, in_scratch(name));
    for (uint64_t i = 0; i < what->n_frames; i++) {
        double seconds = ((double)i + 0.4) / what->video.frames_per_second;
        paint(pixels, what->width, what->height, i);
        const AVFrame *picture = play_until(&p, seconds);
        assert_int_equal(picture->width, what->width);
        int difference = largest_difference(picture, (const uint8_t *)pixels, what->width * 4);
        if (difference)
            fail_msg("frame %llu differs by %d", (unsigned long long)i, difference);
    }
    assert_false(p.has_next);
    int n_pictures = p.n_pictures;
    close_player(&p);
    free(pixels);
    return n_pictures;
}

static void check_drawn(const char *name, const written *what, int tolerance) {
    player p;
    clip c;
    open_player(&p, in_scratch(name));
    create_clip(&c, what->width, what->height);
    for (uint64_t i = 0; i < what->n_frames; i++) {
        tr_frame frame;
        draw(&c, i, &frame);
        const AVFrame *picture = play_until(&p, ((double)i + 0.4) / 30);
        assert_int_equal(picture->width, what->width);
        assert_int_equal(picture->height, what->height);
        int difference = largest_difference(picture, frame.pixels, frame.stride);
        if (difference > tolerance)
            fail_msg("frame %llu differs by %d", (unsigned long long)i, difference);
    }
    assert_int_equal(p.n_pictures, what->n_frames);
    assert_false(p.has_next);
    destroy_clip(&c);
    close_player(&p);
}

/* A block of two colours on its way over a background of 250; now and then nothing changes, or a single
 * pixel. */
static void paint_block(uint32_t *pixels, int width, int height, uint64_t i) {
    uint64_t step = i / 3 * 2;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int column = (int)(step % (uint64_t)width);
            bool is_block = x >= column && x < column + 5 && y >= 2 && y < 7;
            uint32_t ground = (uint32_t)((x / 2 + y / 3 * 7) % 250) * 0x010307 & 0xFFFFFF;
            pixels[y * width + x] = is_block ? (x + y) % 2 ? 0xFF0001 : 0x01FF00 : ground;
        }
    if (i % 3 == 1)
        pixels[width * height - 1] = 0xFF0001;
}

static void painted_frames_come_back_exactly(void **state) {
    (void)state;
    static const tr_format formats[] = {TR_FORMAT_GIF, TR_FORMAT_APNG};
    static const int sizes[][2] = {{64, 64}, {67, 71}, {161, 33}, {1, 300}, {300, 1}};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 5; k++) {
            written what = usual(formats[i]);
            what.width = sizes[k][0];
            what.height = sizes[k][1];
            what.n_frames = 300;
            write_painted("a", &what, paint_block);
            check_painted("a", &what, paint_block);
        }
}

static void paint_still(uint32_t *pixels, int width, int height, uint64_t i) {
    for (int at = 0; at < width * height; at++)
        pixels[at] = i < 2 ? 0x123456 : 0xFFFFFF;
}

/* A delay has 16 bits, and the GIF's are hundredths of a second. */
static void a_picture_may_stay_for_long(void **state) {
    (void)state;
    written what = usual(TR_FORMAT_GIF);
    what.n_frames = 720;
    what.video.frames_per_second = 1;
    write_painted("a", &what, paint_still);
    assert_int_equal(check_painted("a", &what, paint_still), 3);
    what.format = TR_FORMAT_APNG;
    write_painted("b", &what, paint_still);
    /* each segment begins with a picture of its own */
    assert_int_equal(check_painted("b", &what, paint_still), 4);
}

static void paint_noise(uint32_t *pixels, int width, int height, uint64_t i) {
    uint32_t number = (uint32_t)i + 1;
    for (int at = 0; at < width * height; at++) {
        number = number * UINT32_C(1664525) + UINT32_C(1013904223);
        pixels[at] = number >> 8;
    }
}

/* As many colours as there are pixels: most of them must be replaced. */
static void noise_can_be_written(void **state) {
    (void)state;
    written what = usual(TR_FORMAT_GIF);
    what.n_frames = 3;
    what.width = 301;
    what.height = 201;
    write_painted("a", &what, paint_noise);
    player p;
    open_player(&p, in_scratch("a"));
    for (uint64_t i = 0; i < 3; i++) {
        uint32_t *pixels = calloc(301 * 201, sizeof *pixels);
        assert_non_null(pixels);
        paint_noise(pixels, 301, 201, i);
        const AVFrame *picture = play_until(&p, ((double)i + 0.4) / 30);
        assert_in_range(largest_difference(picture, (const uint8_t *)pixels, 301 * 4), 1, 90);
        free(pixels);
    }
    close_player(&p);
}

static void gif_frames_are_what_was_drawn(void **state) {
    (void)state;
    const written what = usual(TR_FORMAT_GIF);
    write_clip("a", &what, 2);
    check_drawn("a", &what, 16);
}

static void apng_frames_are_exactly_what_was_drawn(void **state) {
    (void)state;
    written what = usual(TR_FORMAT_APNG);
    what.width = 161;
    what.height = 119;
    write_clip("a", &what, 2);
    check_drawn("a", &what, 0);
}

static void gif_does_not_depend_on_the_workers(void **state) {
    (void)state;
    check_determinism(TR_FORMAT_GIF);
}

static void apng_does_not_depend_on_the_workers(void **state) {
    (void)state;
    check_determinism(TR_FORMAT_APNG);
}

/* Delays of the pictures of a GIF, in hundredths. Returns how many there are. */
static int read_delays(const char *name, unsigned *delays, int most, int *width) {
    size_t size;
    uint8_t *data = (uint8_t *)read_file(in_scratch(name), &size);
    size_t at = 13 + ((size_t)6 << (data[10] & 7));
    int count = 0;
    assert_memory_equal(data, "GIF89a", 6);
    *width = data[6] | data[7] << 8;
    assert_memory_equal(data + at, "\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0", 19); /* for ever */
    at += 19;
    while (at < size && data[at] != 0x3B) {
        assert_memory_equal(data + at, "\x21\xF9\x04\x05", 4);
        assert_true(count < most);
        delays[count++] = data[at + 4] | (unsigned)data[at + 5] << 8;
        assert_int_equal(data[at + 8], 0x2C);
        at += 8 + 10 + 1;
        while (data[at])
            at += (size_t)data[at] + 1;
        at++;
    }
    assert_int_equal(at, size - 1);
    free(data);
    return count;
}

/* Hundredths of a second are not a multiple of most frame times; shorter ones than two are taken for
 * ten by browsers. */
static void delays_add_up_to_the_duration(void **state) {
    (void)state;
    static const int rates[] = {1, 7, 24, 30, 48, 50, 51, 60, 100, 144, 240};
    static unsigned delays[N_FRAMES];
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        written what = usual(TR_FORMAT_GIF);
        unsigned total = 0;
        int width;
        what.video.frames_per_second = rates[i];
        what.n_frames = 121;
        write_clip("a", &what, 1);
        int n_pictures = read_delays("a", delays, N_FRAMES, &width);
        int stride = (rates[i] + 49) / 50;
        assert_in_range(n_pictures, 120 / stride, 1 + 120 / stride);
        for (int k = 0; k < n_pictures; k++) {
            assert_true(delays[k] >= 2);
            assert_true(k == n_pictures - 2 ||
                        fabs(delays[k] - 100. * stride / rates[i]) <= (k + 1 < n_pictures ? 1 : 2));
            total += delays[k];
        }
        double wanted = 100. * 121 / rates[i];
        if (fabs(total - wanted) > 1.6)
            fail_msg("at %d frames per second it takes %u", rates[i], total);
    }
}

static void a_gif_is_as_small_as_it_has_to_be(void **state) {
    (void)state;
    static unsigned delays[N_FRAMES];
    written what = usual(TR_FORMAT_GIF);
    what.n_frames = 100;
    size_t whole = size_of("a", &what);
    size_t last = whole;
    int n_pictures = 100, width = WIDTH, smallest = WIDTH;
    for (size_t limit = whole; limit > whole / 40; limit = limit * 3 / 4) {
        unsigned total = 0;
        what.video.gif_size = limit;
        size_t size = size_of("a", &what);
        assert_true(size <= limit && size <= last);
        int found = read_delays("a", delays, N_FRAMES, &width);
        assert_true(found <= n_pictures && width <= smallest);
        /* the picture gets smaller only when there are few frames */
        assert_true(width == WIDTH || found < 20);
        for (int i = 0; i < found; i++)
            total += delays[i];
        assert_int_equal(total, 333);
        last = size;
        n_pictures = found;
        smallest = width;
    }
    assert_true(smallest < WIDTH);
    what.video.gif_size = whole;
    assert_int_equal(size_of("a", &what), whole);
    what.video.gif_size = whole - 1;
    assert_true(size_of("a", &what) < whole);
}

static void a_gif_that_cannot_be_so_small_is_an_error(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_sink *sink;
    tr_video video = tr_video_default();
    video.gif_size = 500;
    assert_ok(
        tr_sink_create(&sink, TR_FORMAT_GIF, in_scratch("a.gif"), WIDTH, HEIGHT, &video, &diag),
        diag);
    fill(sink, 1, 20);
    assert_int_equal(tr_sink_finish(sink, &diag), TR_ERROR_ENCODER);
    assert_text_contains(diag.text, "a.gif: has ");
    assert_text_contains(diag.text, "and 500 are allowed");
    tr_sink_destroy(&sink);
    assert_int_equal(count_entries(scratch), 0);
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Source: PNG specification, annex D. */
static uint32_t checksum_of(const uint8_t *data, size_t size) {
    uint32_t checksum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        checksum ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            checksum = checksum & 1 ? checksum >> 1 ^ UINT32_C(0xEDB88320) : checksum >> 1;
    }
    return ~checksum;
}

static void apng_chunks_are_numbered_on_over_segments(void **state) {
    (void)state;
    const written what = usual(TR_FORMAT_APNG);
    size_t size, at = 8;
    uint32_t n_numbered = 0, n_controls = 0, n_announced = 0, n_pixels = 0;
    write_clip("a", &what, 2);
    uint8_t *data = (uint8_t *)read_file(in_scratch("a"), &size);
    assert_memory_equal(data, "\x89PNG\r\n\x1A\n", 8);
    while (at < size) {
        uint32_t length = get_u32(data + at);
        const uint8_t *type = data + at + 4, *content = data + at + 8;
        assert_true(length <= size - at - 12);
        assert_int_equal(get_u32(content + length), checksum_of(type, length + 4));
        bool is_control = !memcmp(type, "fcTL", 4), is_more = !memcmp(type, "fdAT", 4);
        if (!memcmp(type, "acTL", 4)) {
            n_announced = get_u32(content);
            assert_int_equal(get_u32(content + 4), 0); /* for ever */
        }
        if (is_control || is_more)
            assert_int_equal(get_u32(content), n_numbered++);
        n_controls += is_control;
        n_pixels += is_more;
        if (!memcmp(type, "IDAT", 4)) {
            assert_int_equal(n_controls, 1); /* the first picture is part of the animation */
            n_pixels++;
        }
        if (is_control) {
            uint32_t number = n_controls - 1;
            bool is_whole = get_u32(content + 4) == WIDTH && get_u32(content + 8) == HEIGHT;
            assert_true(is_whole || number % TR_SEGMENT_FRAMES);
            assert_memory_equal(content + 20, "\0\x01\0\x1E\0\x01", 6);
        }
        at += 12 + length;
    }
    assert_int_equal(at, size);
    assert_int_equal(n_announced, N_FRAMES);
    assert_int_equal(n_controls, N_FRAMES);
    assert_int_equal(n_pixels, N_FRAMES);
    free(data);
}

/* ---- all of them ---- */

static const tr_format all[] = {TR_FORMAT_WEBM, TR_FORMAT_AV1, TR_FORMAT_GIF, TR_FORMAT_APNG};
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
    static const tr_format formats[] = {TR_FORMAT_MP4, TR_FORMAT_WEBM, TR_FORMAT_CHECKSUMS,
                                        TR_FORMAT_GIF, TR_FORMAT_APNG};
    enum { N_SINKS = sizeof formats / sizeof *formats };
    static const char *const names[][2] = {
        {"t0", "a0"}, {"t1", "a1"}, {"t2", "a2"}, {"t3", "a3"}, {"t4", "a4"}};
    const tr_video video = tr_video_default();
    tr_diag diag = {0};
    tr_sink *sinks[N_SINKS], *tee;
    for (int i = 0; i < N_SINKS; i++)
        assert_ok(tr_sink_create(&sinks[i], formats[i], in_scratch(names[i][0]), WIDTH, HEIGHT,
                                 &video, &diag),
                  diag);
    assert_ok(tr_tee_create(&tee, sinks, N_SINKS, &diag), diag);
    assert_int_equal(tee->width, WIDTH);
    fill(tee, 2, N_FRAMES);
    assert_int_equal(tee->n_frames, N_FRAMES);
    assert_ok(tr_sink_finish(tee, &diag), diag);
    tr_sink_destroy(&tee);
    for (int i = 0; i < N_SINKS; i++) {
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
        cmocka_unit_test_setup_teardown(vp9_frames_are_what_was_drawn, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(av1_frames_are_what_was_drawn, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(vp9_does_not_depend_on_the_workers, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(av1_does_not_depend_on_the_workers, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(the_index_of_webm_comes_before_its_frames, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_lower_crf_is_better_and_larger, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(painted_frames_come_back_exactly, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_picture_may_stay_for_long, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(noise_can_be_written, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(gif_frames_are_what_was_drawn, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(apng_frames_are_exactly_what_was_drawn, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(gif_does_not_depend_on_the_workers, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(apng_does_not_depend_on_the_workers, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(delays_add_up_to_the_duration, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_gif_is_as_small_as_it_has_to_be, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_gif_that_cannot_be_so_small_is_an_error, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(apng_chunks_are_numbered_on_over_segments, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(one_frame_is_enough, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(none_frame_is_not_enough, set_up, tear_down_scratch),
        cmocka_unit_test_setup_teardown(what_is_not_finished_leaves_nothing, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_tee_writes_what_each_would_write_alone, set_up,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_tee_that_is_not_finished_leaves_nothing, set_up,
                                        tear_down_scratch),
        cmocka_unit_test(impossible_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
