#include "scratch.h"

#include "timeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run with a frame every `every` iterations, of which the loss is 1 over the iteration. */
typedef struct told_film {
    int frames_per_second;
    uint64_t n_states;
    uint64_t every;
    uint64_t n_held;
    const tr_narrator *narrator;
} told_film;

static char chapters[1024]; /* of the film that was told last, as "FRAME TITLE;…" */

/* The captions of a film. */
static char *tell(told_film film) {
    char path[512];
    snprintf(path, sizeof path, "%s/captions.vtt", scratch);
    tr_diag diag = {0};
    tr_output *output;
    tr_timeline *timeline;
    assert_ok(tr_output_create(&output, path, false, &diag), diag);
    assert_ok(tr_timeline_create(&timeline, film.narrator ? film.narrator : &tr_run_narrator,
                                 film.frames_per_second, output, &diag),
              diag);
    tr_snapshot state = {0};
    for (uint64_t i = 0; i < film.n_states + film.n_held; i++) {
        bool is_held = i >= film.n_states;
        uint64_t iteration = i * film.every;
        if (!is_held)
            state = (tr_snapshot){.iteration = iteration,
                                  .loss = iteration ? 1 / (float)iteration : NAN};
        assert_ok(tr_timeline_add(timeline, &state, is_held, &diag), diag);
    }
    assert_ok(tr_timeline_finish(timeline, &diag), diag);
    size_t n_chapters, size;
    const tr_chapter *list = tr_timeline_chapters(timeline, &n_chapters);
    *chapters = '\0';
    for (size_t i = 0; i < n_chapters; i++)
        snprintf(chapters + strlen(chapters), sizeof chapters - strlen(chapters), "%llu %s;",
                 (unsigned long long)list[i].first_frame, list[i].title);
    tr_timeline_destroy(&timeline);
    assert_null(timeline);
    assert_ok(tr_output_commit(&output, &diag), diag);
    return read_file(path, &size);
}

static void assert_told(told_film film, const char *expected) {
    char *text = tell(film);
    assert_string_equal(text, expected);
    free(text);
}

static void there_is_a_caption_a_second(void **state) {
    (void)state;
    assert_told((told_film){.frames_per_second = 30, .n_states = 81, .every = 50},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.000 line:0\niteration 0, before training\n"
                "\n00:00:01.000 --> 00:00:02.000 line:0\niteration 1500, error 0.00067\n"
                "\n00:00:02.000 --> 00:00:02.700 line:0\nat the end: iteration 4000, error "
                "0.00025\n");
}

static void an_end_too_short_to_read_begins_earlier(void **state) {
    (void)state;
    assert_told((told_film){.frames_per_second = 30, .n_states = 70, .every = 1},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.000 line:0\niteration 0, before training\n"
                "\n00:00:01.000 --> 00:00:02.333 line:0\nat the end: iteration 69, error 0.014\n");
    assert_told((told_film){.frames_per_second = 30, .n_states = 5, .every = 10},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:00.167 line:0\nat the end: iteration 40, error 0.025\n");
}

static void a_last_state_that_stays_is_told_while_it_stays(void **state) {
    (void)state;
    assert_told((told_film){.frames_per_second = 10, .n_states = 16, .every = 1, .n_held = 25},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.000 line:0\niteration 0, before training\n"
                "\n00:00:01.000 --> 00:00:01.500 line:0\niteration 10, error 0.1\n"
                "\n00:00:01.500 --> 00:00:04.100 line:0\nat the end: iteration 15, error 0.067\n");
    /* what there is between the last caption and the end is too short to be read */
    assert_told((told_film){.frames_per_second = 10, .n_states = 13, .every = 1, .n_held = 25},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.200 line:0\niteration 0, before training\n"
                "\n00:00:01.200 --> 00:00:03.800 line:0\nat the end: iteration 12, error 0.083\n");
    assert_told((told_film){.frames_per_second = 10, .n_states = 11, .every = 1, .n_held = 20},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.000 line:0\niteration 0, before training\n"
                "\n00:00:01.000 --> 00:00:03.100 line:0\nat the end: iteration 10, error 0.1\n");
}

static void a_film_of_one_state_has_one_caption(void **state) {
    (void)state;
    assert_told((told_film){.frames_per_second = 30, .n_states = 1, .n_held = 45},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.533 line:0\niteration 0, before training\n");
    assert_string_equal(chapters, "");
    assert_told((told_film){.frames_per_second = 1, .n_states = 2, .every = 7},
                "WEBVTT\n"
                "\n00:00:00.000 --> 00:00:01.000 line:0\niteration 0, before training\n"
                "\n00:00:01.000 --> 00:00:02.000 line:0\nat the end: iteration 7, error 0.14\n");
}

/* Every length and hold: the captions are without a gap from 0 to the end, and can be read. */
static void captions_are_complete_whatever_the_length(void **state) {
    (void)state;
    for (uint64_t n_states = 1; n_states < 70; n_states++)
        for (uint64_t n_held = 0; n_held < 30; n_held += 3) {
            char *text = tell((told_film){
                .frames_per_second = 20, .n_states = n_states, .every = 1, .n_held = n_held});
            unsigned next = 0, n_cues = 0;
            uint64_t n_frames = n_states + n_held;
            for (char *at = strstr(text, "\n\n"); at; at = strstr(at + 2, "\n\n")) {
                unsigned from[2], to[2];
                assert_int_equal(sscanf(at, "\n\n00:00:%u.%u --> 00:00:%u.%u", &from[0], &from[1],
                                        &to[0], &to[1]),
                                 4);
                assert_int_equal(1000 * from[0] + from[1], next);
                unsigned end = 1000 * to[0] + to[1];
                assert_true(end >= next + 500 || n_states < 12 || n_frames < 20);
                assert_true(end <= next + 1500 || end == n_frames * 50);
                next = end;
                n_cues++;
            }
            assert_int_equal(next, n_frames * 50);
            assert_true(n_cues >= 1);
            assert_true((strstr(text, "at the end: ") != NULL) == (n_states > 1));
            free(text);
        }
}

static void long_films_have_hours(void **state) {
    (void)state;
    char *text = tell((told_film){.frames_per_second = 1, .n_states = 363601, .every = 1});
    assert_non_null(strstr(text, "\n99:59:59.000 --> 100:00:00.000 line:0\niteration 359999, error "
                                 "2.8e-6\n"));
    assert_non_null(strstr(text, "\n101:00:00.000 --> 101:00:01.000 line:0\nat the end: "));
    free(text);
}

static void chapters_begin_at_the_decades(void **state) {
    (void)state;
    free(tell((told_film){.frames_per_second = 30, .n_states = 2000, .every = 1}));
    assert_string_equal(chapters, "0 iteration 0;1 iteration 1;10 iteration 10;100 iteration 100;"
                                  "1000 iteration 1000;");
    /* a frame that reaches two decades is of the larger one */
    free(tell((told_film){.frames_per_second = 30, .n_states = 81, .every = 50}));
    assert_string_equal(chapters,
                        "0 iteration 0;1 iteration 10;2 iteration 100;20 iteration 1000;");
    free(tell((told_film){.frames_per_second = 30, .n_states = 3, .every = UINT64_MAX / 2}));
    assert_string_equal(chapters, "0 iteration 0;1 iteration 1000000000000000000;"
                                  "2 iteration 10000000000000000000;");
}

static char *describe_hostile(const tr_snapshot *state, void *context) {
    (void)context;
    assert_null(state->params);
    return strdup("a --> b & <c>\r\n\n{d}");
}

static double count_samples(const tr_snapshot *state, void *context) {
    return (double)state->iteration * *(const double *)context;
}

static void what_is_said_comes_from_the_narrator(void **state) {
    (void)state;
    double batch_size = 32;
    const tr_narrator narrator = {.describe = describe_hostile,
                                  .unit = "samples",
                                  .position = count_samples,
                                  .context = &batch_size};
    assert_told(
        (told_film){.frames_per_second = 3, .n_states = 6, .every = 4, .narrator = &narrator},
        "WEBVTT\n"
        "\n00:00:00.000 --> 00:00:01.000 line:0\na --&gt; b &amp; &lt;c&gt;   {d}\n"
        "\n00:00:01.000 --> 00:00:02.000 line:0\nat the end: a --&gt; b &amp; &lt;c&gt;   "
        "{d}\n");
    assert_string_equal(chapters, "0 samples 0;1 samples 100;");
}

static void assert_brief(double number, const char *expected) {
    char text[32];
    assert_string_equal(tr_format_briefly(number, text, sizeof text), expected);
}

static void numbers_are_brief(void **state) {
    (void)state;
    assert_brief(0.0401, "0.04");
    assert_brief(0.044, "0.044");
    assert_brief(0.53, "0.53");
    assert_brief(0.996, "1");
    assert_brief(1.04, "1");
    assert_brief(1.26, "1.3");
    assert_brief(12.5001, "13");
    assert_brief(123456, "120000");
    assert_brief(1234567, "1.2e6");
    assert_brief(2e6, "2e6");
    assert_brief(0.0001, "0.0001");
    assert_brief(0.00012, "0.00012");
    assert_brief(0.000044, "4.4e-5");
    assert_brief(1e-300, "1e-300");
    assert_brief(0, "0");
    assert_brief(-0.25, "-0.25");
    assert_brief(-1.7e308, "-1.7e308");
    assert_brief(NAN, "");
    assert_brief(INFINITY, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_caption_a_second),
        cmocka_unit_test(an_end_too_short_to_read_begins_earlier),
        cmocka_unit_test(a_last_state_that_stays_is_told_while_it_stays),
        cmocka_unit_test(a_film_of_one_state_has_one_caption),
        cmocka_unit_test(captions_are_complete_whatever_the_length),
        cmocka_unit_test(long_films_have_hours),
        cmocka_unit_test(chapters_begin_at_the_decades),
        cmocka_unit_test(what_is_said_comes_from_the_narrator),
        cmocka_unit_test(numbers_are_brief),
    };
    return cmocka_run_group_tests(tests, set_up_scratch, tear_down_scratch);
}
