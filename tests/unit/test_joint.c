/* Scenes of several runs: what can be compared, how it is laid out, and what frames show. */
#include "compared.h"
#include "plots.h"

#include "loss_curves.h"
#include "run_legend.h"
#include "schedule.h"
#include "view.h"
#include "walk.h"

#include <math.h>

static compared_runs neurons; /* with batch sizes 1, 8, 32, 128 and 200 */
static compared_runs nets;    /* one of which diverges */

static int set_up(void **state) {
    static const uint32_t batch_sizes[] = {1, 8, 32, 128, 200};
    (void)state;
    create_compared_neurons(&neurons, batch_sizes, 5, 12);
    create_compared_nets(&nets, 30);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    destroy_compared_runs(&neurons);
    destroy_compared_runs(&nets);
    return 0;
}

static tr_picture picture_of(const char *scene, int width, int height) {
    tr_picture picture = tr_picture_default();
    picture.scene = scene;
    picture.width = width;
    picture.height = height;
    return picture;
}

static tr_scene *create_compared(const tr_comparison *comparison, const tr_picture *picture) {
    tr_diag diag = {0};
    tr_scene *scene;
    assert_ok(tr_scene_create_compared(&scene, comparison, picture, &diag), diag);
    return scene;
}

/* ---- what can be compared ---- */

static void assert_refused(const tr_comparison *comparison, const tr_picture *picture,
                           const char *part) {
    tr_diag diag = {0};
    assert_int_equal(tr_comparison_check(comparison, picture, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, part);
    assert_false(strlen(diag.text) >= sizeof diag.text - 1); /* the whole sentence fits */
}

static void between_1_and_64_runs_are_compared(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 1920, 1080);
    tr_compared_run runs[MOST_TEST_RUNS];
    for (size_t i = 0; i < MOST_TEST_RUNS; i++)
        runs[i] = neurons.runs[i % neurons.n_runs];
    tr_comparison comparison = {.runs = runs, .n_runs = 65};
    assert_refused(&comparison, &picture, "1 to 64 runs");
    comparison.n_runs = 0;
    assert_refused(&comparison, &picture, "not 0");
    static const size_t counts[] = {1, 2, 63, 64};
    for (size_t i = 0; i < 4; i++) {
        tr_diag diag = {0};
        comparison.n_runs = counts[i];
        assert_ok(tr_comparison_check(&comparison, &picture, &diag), diag);
    }
}

static void wrong_runs_are_refused(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_compared_run runs[2] = {neurons.runs[0], neurons.runs[1]};
    tr_comparison comparison = {.runs = runs, .n_runs = 2};
    runs[1].label = NULL;
    assert_refused(&comparison, &picture, "run 2");
    runs[1].label = "two\nlines";
    assert_refused(&comparison, &picture, "longer than a line");
    runs[1].label = "\xff";
    assert_refused(&comparison, &picture, "UTF-8");
    runs[1].label = "fine";
    comparison.align = 3;
    assert_refused(&comparison, &picture, "alignment");
    comparison.align = TR_ALIGN_EPOCH;
    comparison.arrangement = 2;
    assert_refused(&comparison, &picture, "arrangement");
}

static void scenes_that_cannot_be_compared_are_refused(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit+weights", "error+fit", "error+error",
                                         "fit+error+error", "fit+data"};
    tr_comparison comparison = neurons.comparison;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        const tr_picture picture = picture_of(scenes[i], 900, 600);
        assert_refused(&comparison, &picture, "cannot be compared");
    }
    tr_picture picture = picture_of("fits", 900, 600);
    assert_refused(&comparison, &picture, "no panel \"fits\"");
    comparison.arrangement = TR_ARRANGE_OVERLAY;
    picture.scene = "weights";
    assert_refused(&comparison, &picture, "an overlay shows");
    picture.scene = "fit";
    picture.title = "{samples";
    assert_refused(&comparison, &picture, "unknown field");
}

static void predictions_over_two_inputs_are_not_overlaid(void **state) {
    (void)state;
    recorded_run plane;
    create_recorded_plane_run(&plane, 2);
    tr_diag diag = {0};
    const tr_picture picture = picture_of("fit", 400, 300);
    const tr_source source = {.network = plane.network, .dataset = plane.dataset};
    const tr_compared_run run = {
        .label = "circles", .source = &source, .recording = plane.recording};
    tr_comparison comparison = {.n_runs = 1, .runs = &run};
    assert_ok(tr_comparison_check(&comparison, &picture, &diag), diag);
    comparison.arrangement = TR_ARRANGE_OVERLAY;
    assert_refused(&comparison, &picture, "one input, not 2");
    destroy_recorded_run(&plane);
}

static void what_has_no_room_is_refused_before_there_are_recordings(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "weights", "fit+error", "error"};
    tr_compared_run runs[TR_MOST_COMPARED];
    for (size_t i = 0; i < TR_MOST_COMPARED; i++) {
        runs[i] = neurons.runs[i % neurons.n_runs];
        runs[i].recording = NULL;
    }
    const tr_comparison comparison = {.runs = runs, .n_runs = TR_MOST_COMPARED};
    for (size_t i = 0; i < 4; i++) {
        tr_diag diag = {0};
        tr_picture picture = picture_of(scenes[i], 1920, 1080);
        assert_ok(tr_comparison_check(&comparison, &picture, &diag), diag);
        picture.width = picture.height = 64;
        assert_refused(&comparison, &picture,
                       strcmp(scenes[i], "error") ? "too small" : "too long for a picture");
    }
    tr_picture picture = picture_of("fit", 1920, 1080);
    char title[200];
    memset(title, 'w', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    picture.title = title;
    picture.width = 900;
    assert_refused(&comparison, &picture, "too long");
}

static void runs_must_be_recorded_to_be_drawn(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_scene *scene;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_compared_run runs[2] = {neurons.runs[0], neurons.runs[1]};
    const tr_comparison comparison = {.runs = runs, .n_runs = 2};
    runs[1].recording = NULL;
    assert_int_equal(tr_scene_create_compared(&scene, &comparison, &picture, &diag),
                     TR_ERROR_ARGUMENT);
    assert_null(scene);
    assert_text_contains(diag.text, "\"batch size 8\" has not been recorded");
    diag = (tr_diag){0};
    runs[1].recording = nets.recordings[0];
    assert_int_equal(tr_scene_create_compared(&scene, &comparison, &picture, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "with 25 parameters, not 2");
}

/* ---- states ---- */

static void states_come_out_of_a_joint_state_as_they_went_in(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&neurons.comparison, &picture);
    const tr_joint *joint = tr_scene_joint(scene);
    float *params = calloc(tr_joint_n_params(joint), sizeof *params);
    assert_non_null(params);
    for (size_t i = 0; i < 5; i++) {
        const float own[] = {(float)i, -(float)i};
        tr_joint_pack(joint, i,
                      &(tr_snapshot){.iteration = UINT64_MAX - i,
                                     .epoch = 7 * i,
                                     .samples_seen = 1000 + i,
                                     .batch_size = (uint32_t)i,
                                     .loss = NAN,
                                     .n_params = 2,
                                     .params = own},
                      params);
    }
    const tr_snapshot all = {.iteration = 42, .params = params};
    for (size_t i = 0; i < 5; i++) {
        const tr_snapshot own = tr_joint_unpack(joint, i, &all);
        assert_true(own.iteration == UINT64_MAX - i);
        assert_int_equal(own.epoch, 7 * i);
        assert_int_equal(own.samples_seen, 1000 + i);
        assert_int_equal(own.batch_size, i);
        assert_true(isnan(own.loss));
        assert_int_equal(own.n_params, 2);
        assert_true(own.params[0] == (float)i && own.params[1] == -(float)i);
    }
    const tr_snapshot numbers = tr_joint_numbers(joint, &all);
    assert_int_equal(numbers.samples_seen, 42); /* what they are aligned by */
    assert_true(numbers.iteration == UINT64_MAX);
    assert_int_equal(numbers.epoch, 28);
    free(params);
    tr_scene_destroy(&scene);
}

static void positions_count_what_the_runs_are_aligned_by(void **state) {
    (void)state;
    const tr_snapshot first = {0};
    const tr_snapshot later = {.iteration = 3, .epoch = 1, .samples_seen = 328};
    assert_int_equal(tr_align_position(TR_ALIGN_SAMPLES, &first), 0);
    assert_int_equal(tr_align_position(TR_ALIGN_EPOCH, &first), 0);
    assert_int_equal(tr_align_position(TR_ALIGN_ITERATION, &first), 0);
    assert_int_equal(tr_align_position(TR_ALIGN_SAMPLES, &later), 328);
    assert_int_equal(tr_align_position(TR_ALIGN_EPOCH, &later), 2); /* in the second one */
    assert_int_equal(tr_align_position(TR_ALIGN_ITERATION, &later), 3);
}

/* The state that a run should have at a position, found by looking at all of them. */
static uint64_t expected_iteration(size_t run, tr_align align, uint64_t position) {
    uint64_t expected = 0;
    uint64_t n_snapshots = tr_recording_n_snapshots(neurons.recordings[run]);
    for (uint64_t i = 0; i < n_snapshots; i++) {
        tr_diag diag = {0};
        float params[2];
        tr_snapshot snapshot;
        assert_ok(tr_recording_read(neurons.recordings[run], i, 1, &snapshot, params, &diag), diag);
        if (tr_align_position(align, &snapshot) <= position)
            expected = snapshot.iteration;
    }
    return expected;
}

typedef struct walked {
    const tr_joint *joint;
    size_t count;
    uint64_t last;
} walked;

static tr_status check_state(const tr_snapshot *snapshot, void *context) {
    walked *all = context;
    assert_true(all->count == 0 || snapshot->iteration > all->last);
    assert_int_equal(snapshot->n_params, tr_joint_n_params(all->joint));
    all->count++;
    all->last = snapshot->iteration;
    for (size_t i = 0; i < neurons.n_runs; i++) {
        tr_diag diag = {0};
        float params[2];
        tr_snapshot expected;
        const tr_snapshot own = tr_joint_unpack(all->joint, i, snapshot);
        uint64_t iteration = expected_iteration(i, all->joint->align, snapshot->iteration);
        assert_int_equal(own.iteration, iteration);
        assert_ok(tr_recording_read(neurons.recordings[i], iteration, 1, &expected, params, &diag),
                  diag);
        assert_memory_equal(own.params, params, sizeof params);
        assert_int_equal(own.samples_seen, expected.samples_seen);
    }
    return TR_OK;
}

/* The runs take more than one block of their recordings: single steps stay in one, large ones skip
 * most of them. */
static void a_walk_finds_the_last_state_of_every_run_at_each_position(void **state) {
    (void)state;
    static const uint64_t lasts[] = {
        [TR_ALIGN_SAMPLES] = 2400, [TR_ALIGN_EPOCH] = 12, [TR_ALIGN_ITERATION] = 2400};
    const tr_picture picture = picture_of("fit", 400, 300);
    for (int i = 0; i < 9; i++) {
        tr_align align = (tr_align)(i % 3);
        const uint64_t frames[] = {2, 9, lasts[align] + 1};
        uint64_t n_frames = frames[i / 3];
        tr_diag diag = {0};
        tr_comparison comparison = neurons.comparison;
        comparison.align = align;
        tr_scene *scene = create_compared(&comparison, &picture);
        walked all = {.joint = tr_scene_joint(scene)};
        assert_int_equal(all.joint->last, lasts[align]);
        const tr_schedule_options pace = {
            .pace = TR_PACE_STEP, .n_frames = n_frames, .n_iterations = lasts[align]};
        tr_schedule *schedule;
        tr_walk *walk;
        assert_ok(tr_schedule_create(&schedule, &pace, &diag), diag);
        assert_ok(tr_walk_create(&walk, all.joint, schedule, &diag), diag);
        assert_ok(tr_walk_run(walk, check_state, &all, &diag), diag);
        assert_int_equal(all.count, n_frames);
        assert_int_equal(all.last, lasts[align]);
        tr_walk_destroy(&walk);
        tr_schedule_destroy(&schedule);
        tr_scene_destroy(&scene);
    }
}

static tr_status take_nothing(const tr_snapshot *snapshot, void *context) {
    (void)snapshot;
    (void)context;
    return TR_OK;
}

/* In a recording that somebody else made, samples seen may be anything. */
static void a_walk_ends_whatever_the_samples_seen(void **state) {
    (void)state;
    enum { N_SNAPSHOTS = 700, N_ROUNDS = 40 };
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_random random;
    tr_random_seed(&random, 3);
    for (int round = 0; round < N_ROUNDS; round++) {
        tr_diag diag = {0};
        float params[4] = {0};
        tr_compared_run runs[2] = {neurons.runs[0], neurons.runs[1]};
        tr_recording *recording;
        size_t n_params = tr_recording_n_params(neurons.recordings[0]);
        assert_in_range(n_params, 1, 4);
        assert_ok(tr_recording_create(&recording, n_params, &diag), diag);
        for (uint64_t i = 0; i < N_SNAPSHOTS; i++) {
            const tr_snapshot snapshot = {.iteration = i,
                                          .samples_seen = tr_random_interval(&random, 5000),
                                          .params = params,
                                          .n_params = n_params};
            assert_ok(tr_recording_append(recording, &snapshot, &diag), diag);
        }
        runs[0].recording = recording;
        const tr_comparison comparison = {
            .n_runs = 2, .runs = runs, .align = TR_ALIGN_SAMPLES, .arrangement = TR_ARRANGE_GRID};
        tr_scene *scene = create_compared(&comparison, &picture);
        const tr_joint *joint = tr_scene_joint(scene);
        const tr_schedule_options pace = {
            .pace = TR_PACE_STEP, .n_frames = 60, .n_iterations = joint->last};
        tr_schedule *schedule;
        tr_walk *walk;
        assert_ok(tr_schedule_create(&schedule, &pace, &diag), diag);
        assert_ok(tr_walk_create(&walk, joint, schedule, &diag), diag);
        tr_status status = tr_walk_run(walk, take_nothing, NULL, &diag);
        if (status) {
            assert_int_equal(status, TR_ERROR_INPUT);
            assert_text_contains(diag.text, "samples seen");
        }
        tr_walk_destroy(&walk);
        tr_schedule_destroy(&schedule);
        tr_scene_destroy(&scene);
        tr_recording_destroy(&recording);
    }
}

/* A joint state at a position of some runs, owned by the caller as its params are. */
static tr_snapshot joint_state(const tr_joint *joint, uint64_t position, float **params) {
    *params = calloc(tr_joint_n_params(joint), sizeof **params);
    assert_non_null(*params);
    for (size_t i = 0; i < joint->n_runs; i++) {
        const tr_recording *recording = tr_joint_recording(joint, i);
        uint64_t n_snapshots = tr_recording_n_snapshots(recording);
        float *own = calloc(tr_recording_n_params(recording), sizeof *own);
        assert_non_null(own);
        for (uint64_t k = 0; k < n_snapshots; k++) {
            tr_diag diag = {0};
            tr_snapshot snapshot;
            assert_ok(tr_recording_read(recording, k, 1, &snapshot, own, &diag), diag);
            if (k > 0 && tr_align_position(joint->align, &snapshot) > position)
                break;
            tr_joint_pack(joint, i, &snapshot, *params);
        }
        free(own);
    }
    return (tr_snapshot){
        .iteration = position, .n_params = tr_joint_n_params(joint), .params = *params};
}

/* ---- layout ---- */

static tr_view *create_view(const tr_scene *scene, int width, int height) {
    tr_diag diag = {0};
    tr_view *view;
    assert_ok(tr_view_create(&view, scene, width, height, false, &diag), diag);
    return view;
}

static void panels_of_runs_have_the_same_axes(void **state) {
    (void)state;
    static const char *const scenes[] = {"fit", "data", "weights", "landscape", "fit+error"};
    for (size_t s = 0; s < sizeof scenes / sizeof *scenes; s++) {
        const tr_picture picture = picture_of(scenes[s], 900, 600);
        tr_scene *scene = create_compared(&neurons.comparison, &picture);
        tr_view *view = create_view(scene, 900, 600);
        const tr_axes *first = view->panels[0]->axes;
        for (size_t i = 1; i < 5; i++) {
            const tr_axes *axes = view->panels[i]->axes;
            const tr_axes *above = view->panels[i % 3]->axes;
            const tr_axes *beside = view->panels[i / 3 * 3]->axes;
            assert_true(axes->x_low == first->x_low && axes->x_high == first->x_high);
            assert_true(axes->y_low == first->y_low && axes->y_high == first->y_high);
            assert_int_equal(axes->x_ticks.count, first->x_ticks.count);
            assert_true(axes->right - axes->left == first->right - first->left);
            assert_true(axes->bottom - axes->top == first->bottom - first->top);
            assert_true(axes->left == above->left && axes->top == beside->top);
        }
        tr_view_destroy(&view);
        tr_scene_destroy(&scene);
    }
}

static void axes_have_room_for_the_data_of_all_runs(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_dataset *wide;
    assert_ok(tr_dataset_create(&wide, 3, 1, 1, &diag), diag);
    for (int i = 0; i < 3; i++) {
        wide->x[i] = 5 * i - 5;
        wide->y[i] = 4 * i - 4;
    }
    tr_source sources[2] = {neurons.sources[0], neurons.sources[1]};
    tr_compared_run runs[2] = {neurons.runs[0], neurons.runs[1]};
    sources[1].dataset = wide;
    runs[1].source = &sources[1];
    for (tr_arrangement arrangement = TR_ARRANGE_GRID; arrangement <= TR_ARRANGE_OVERLAY;
         arrangement++) {
        const tr_comparison comparison = {.runs = runs, .n_runs = 2, .arrangement = arrangement};
        const tr_picture picture = picture_of("fit", 400, 300);
        tr_scene *scene = create_compared(&comparison, &picture);
        tr_view *view = create_view(scene, 400, 300);
        for (size_t i = 0; i < scene->n_panels; i++) {
            const tr_axes *axes = view->panels[i]->axes;
            assert_true(axes->x_low <= -5 && axes->x_high >= 5);
            assert_true(axes->y_low <= -4 && axes->y_high >= 4);
        }
        tr_view_destroy(&view);
        tr_scene_destroy(&scene);
    }
    tr_dataset_destroy(&wide);
}

static void panels_neither_overlap_nor_leave_the_picture(void **state) {
    (void)state;
    static const size_t counts[] = {1, 2, 3, 5, 7, 12, 31, 64};
    static const int sizes[][2] = {{1920, 1080}, {1000, 1400}, {2400, 700}};
    tr_compared_run runs[TR_MOST_COMPARED];
    for (size_t i = 0; i < TR_MOST_COMPARED; i++)
        runs[i] = neurons.runs[i % neurons.n_runs];
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (size_t s = 0; s < 3; s++) {
            const tr_comparison comparison = {.runs = runs, .n_runs = counts[c]};
            int width = sizes[s][0], height = sizes[s][1];
            const tr_picture picture = picture_of("fit+error", width, height);
            tr_scene *scene = create_compared(&comparison, &picture);
            tr_view *view = create_view(scene, width, height);
            assert_int_equal(scene->n_panels, counts[c] + 1);
            for (size_t i = 0; i < scene->n_panels; i++) {
                const tr_axes *a = view->panels[i]->axes;
                assert_true(a->left > 0 && a->right < width && a->top > 0 && a->bottom < height);
                assert_true(a->right - a->left > 50 && a->bottom - a->top > 30);
                for (size_t j = 0; j < i; j++) {
                    const tr_axes *b = view->panels[j]->axes;
                    assert_true(a->left > b->right + 4 || b->left > a->right + 4 ||
                                a->top > b->bottom + 10 || b->top > a->bottom + 10);
                }
            }
            tr_view_destroy(&view);
            tr_scene_destroy(&scene);
        }
}

static void as_few_rows_and_columns_are_left_empty_as_the_shape_allows(void **state) {
    (void)state;
    static const struct {
        size_t n_runs;
        int width;
        int height;
        size_t columns;
    } grids[] = {{5, 900, 600, 3},    {2, 400, 300, 2},   {2, 300, 900, 1},
                 {64, 1920, 1080, 8}, {12, 1280, 720, 4}, {4, 800, 600, 2}};
    tr_compared_run runs[TR_MOST_COMPARED];
    for (size_t i = 0; i < TR_MOST_COMPARED; i++)
        runs[i] = neurons.runs[i % neurons.n_runs];
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
        const tr_comparison comparison = {.runs = runs, .n_runs = grids[g].n_runs};
        const tr_picture picture = picture_of("fit", grids[g].width, grids[g].height);
        tr_scene *scene = create_compared(&comparison, &picture);
        tr_view *view = create_view(scene, grids[g].width, grids[g].height);
        size_t columns = 0;
        while (columns < grids[g].n_runs &&
               view->panels[columns]->axes->top == view->panels[0]->axes->top)
            columns++;
        assert_int_equal(columns, grids[g].columns);
        tr_view_destroy(&view);
        tr_scene_destroy(&scene);
    }
}

/* ---- the legend beside the axes ---- */

static double width_of_legend(size_t n_runs, const char *label, double width, double height) {
    tr_diag diag = {0};
    tr_run_legend *legend;
    tr_text *text;
    const tr_picture picture = picture_of("error", 400, 300);
    tr_compared_run runs[TR_MOST_COMPARED];
    for (size_t i = 0; i < TR_MOST_COMPARED; i++) {
        runs[i] = neurons.runs[i % neurons.n_runs];
        runs[i].label = label;
    }
    const tr_comparison comparison = {.runs = runs, .n_runs = n_runs};
    tr_scene *scene = create_compared(&comparison, &picture);
    assert_ok(tr_text_create(&text, &diag), diag);
    const tr_panel_setting setting = {.source = &scene->runs[0],
                                      .text = text,
                                      .style = tr_style_for(400, 300),
                                      .width = width,
                                      .height = height};
    assert_ok(tr_run_legend_create(&legend, &setting, "data", 0, true, &diag), diag);
    double taken = tr_run_legend_width(legend);
    tr_run_legend_destroy(&legend);
    assert_null(legend);
    tr_text_destroy(&text);
    tr_scene_destroy(&scene);
    return taken;
}

static void the_legend_takes_two_fifths_of_the_width_at_most(void **state) {
    (void)state;
    double one = width_of_legend(10, "batch size 8", 1000, 300);
    double two = width_of_legend(40, "batch size 8", 1000, 300);
    assert_true(one > 40 && one < 200);
    assert_true(two > 1.4 * one); /* in columns */
    assert_true(width_of_legend(64, "batch size 8", 400, 300) <= 160);
    assert_true(
        width_of_legend(64, "a label that is much longer than any sensible one", 400, 300) <= 160);
    assert_true(width_of_legend(64, "batch size 8", 400, 5) == 0);
}

static void names_that_are_too_long_end_between_characters(void **state) {
    (void)state;
    char label[400] = "";
    char name[TR_RUN_NAME_SIZE];
    for (int i = 0; i < 150; i++)
        strcat(label, "\u00e4");
    tr_run_name(&(tr_panel_source){.label = label, .diverged_at = 3}, name);
    assert_true(strlen(name) < TR_RUN_NAME_SIZE);
    assert_true(g_utf8_validate(name, -1, NULL));
    assert_text_contains(name, "\u00e4 (diverged)");
    tr_run_name(&(tr_panel_source){.label = "short"}, name);
    assert_string_equal(name, "short");
}

/* ---- losses ---- */

static tr_loss_curves *read_curves(const tr_scene *scene, double width, bool on_all_data) {
    tr_diag diag = {0};
    tr_loss_curves *curves;
    assert_ok(tr_loss_curves_create(&curves, tr_scene_joint(scene), width, on_all_data, &diag),
              diag);
    return curves;
}

/* The mean of the first window of samples, of so many; with `passes` it goes on to the end of a pass. */
static tr_series_point find_first_mean(size_t run, double n_windows, bool passes) {
    tr_diag diag = {0};
    double total = 0, weight = 0;
    uint64_t end = 0, epoch = 0;
    uint64_t n_snapshots = tr_recording_n_snapshots(neurons.recordings[run]);
    for (uint64_t i = 1; i < n_snapshots; i++) {
        tr_snapshot snapshot;
        float params[2];
        assert_ok(tr_recording_read(neurons.recordings[run], i, 1, &snapshot, params, &diag), diag);
        double window = floor((double)snapshot.samples_seen / 2401 * n_windows);
        if (weight > 0 && window > 0 && (!passes || snapshot.epoch > epoch))
            break;
        total += snapshot.batch_size * (double)snapshot.loss;
        weight += snapshot.batch_size;
        end = snapshot.samples_seen;
        epoch = snapshot.epoch;
    }
    return (tr_series_point){end, total / weight};
}

static void curves_are_the_mean_of_batches_with_the_batches_behind_them(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&neurons.comparison, &picture);
    tr_loss_curves *curves = read_curves(scene, 600, false); /* 200 windows */
    for (size_t run = 0; run < 5; run++) {
        const tr_series *line = &curves->curves[run].line;
        tr_series_point first = find_first_mean(run, 200, false);
        assert_true(line->n_points > 1);
        assert_int_equal(line->points[0].iteration, first.iteration);
        assert_true(fabs(line->points[0].value - first.value) < 1e-12);
        assert_true(curves->curves[run].batches.n_points >= line->n_points);
        assert_true(curves->curves[run].batches.highest >= line->highest);
    }
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

static void means_are_of_whole_passes_where_these_are_short(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&neurons.comparison, &picture);
    tr_loss_curves *curves = read_curves(scene, 64, false); /* 21 windows of 12 passes */
    for (size_t run = 0; run < 5; run++) {
        const tr_series *line = &curves->curves[run].line;
        tr_series_point first = find_first_mean(run, 21, true);
        assert_int_equal(line->n_points, 12);
        assert_true(fabs(line->points[0].value - first.value) < 1e-12);
        for (size_t i = 0; i < 12; i++)
            assert_int_equal(line->points[i].iteration, 200 * (i + 1));
    }
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

static void runs_are_sorted_by_their_jitter(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&neurons.comparison, &picture);
    tr_loss_curves *curves = read_curves(scene, 64, false);
    for (size_t i = 1; i < 5; i++)
        assert_true(curves->curves[curves->by_jitter[i - 1]].jitter >=
                    curves->curves[curves->by_jitter[i]].jitter);
    assert_int_equal(curves->by_jitter[0], 0); /* batches of a single sample */
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

static void the_loss_on_all_data_is_that_of_the_first_and_the_last_state(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_evaluator *evaluator;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&neurons.comparison, &picture);
    tr_loss_curves *curves = read_curves(scene, 100, true);
    assert_ok(tr_evaluator_create(&evaluator, neurons.networks[0], neurons.dataset, &diag), diag);
    for (size_t run = 0; run < 5; run++) {
        const tr_series *line = &curves->curves[run].line;
        uint64_t n_snapshots = tr_recording_n_snapshots(neurons.recordings[run]);
        const uint64_t indices[] = {0, n_snapshots - 1};
        const tr_series_point points[] = {line->points[0], line->points[line->n_points - 1]};
        for (int i = 0; i < 2; i++) {
            tr_snapshot snapshot;
            float params[2];
            assert_ok(
                tr_recording_read(neurons.recordings[run], indices[i], 1, &snapshot, params, &diag),
                diag);
            assert_int_equal(points[i].iteration, snapshot.samples_seen);
            assert_true(points[i].value ==
                        (double)tr_evaluator_loss(evaluator, TR_LOSS_MEAN_SQUARED_ERROR, params));
        }
        assert_true(line->n_points <= 4 * 101);
        assert_int_equal(curves->curves[run].batches.n_points, 0);
    }
    tr_evaluator_destroy(&evaluator);
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

static void a_run_that_diverges_does_not_choose_the_range(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_scene *scene = create_compared(&nets.comparison, &picture);
    tr_loss_curves *curves = read_curves(scene, 400, true);
    assert_true(curves->curves[2].line.highest > 1e6);
    assert_true(curves->highest < 100 && curves->highest > 0);
    double highest = 0;
    for (size_t i = 0; i < 4; i++)
        highest = fmax(highest, i == 2 ? 0 : curves->curves[i].line.highest);
    assert_true(curves->highest == highest);
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);

    const tr_comparison alone = {.runs = &nets.runs[2], .n_runs = 1};
    scene = create_compared(&alone, &picture);
    curves = read_curves(scene, 400, true);
    assert_true(curves->highest == 2 * curves->curves[0].line.points[0].value);
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

static void curves_over_epochs_end_where_the_axis_does(void **state) {
    (void)state;
    const tr_picture picture = picture_of("fit", 400, 300);
    tr_comparison comparison = neurons.comparison;
    comparison.align = TR_ALIGN_EPOCH;
    tr_scene *scene = create_compared(&comparison, &picture);
    const tr_joint *joint = tr_scene_joint(scene);
    tr_loss_curves *curves = read_curves(scene, 400, false);
    for (size_t i = 0; i < 5; i++) {
        const tr_loss_curve *curve = &curves->curves[i];
        assert_true((double)curve->end / curve->unit == 12);
        assert_true(tr_loss_curve_shown(curve, joint, 12) >= curve->end);
        assert_int_equal(tr_loss_curve_shown(curve, joint, 3), 600);
    }
    tr_loss_curves_destroy(&curves);
    tr_scene_destroy(&scene);
}

/* ---- frames ---- */

enum { N_POSITIONS = 7 };

/* Draws frames at rising positions, and again at falling ones: both must be the same. */
static void assert_frames_do_not_depend_on_others(const compared_runs *all, const char *name,
                                                  tr_arrangement arrangement, bool full_loss) {
    tr_diag diag = {0};
    tr_plotter *plotter;
    tr_comparison comparison = all->comparison;
    comparison.arrangement = arrangement;
    tr_picture picture = picture_of(name, 480, 360);
    picture.full_loss = full_loss;
    tr_scene *scene = create_compared(&comparison, &picture);
    const tr_joint *joint = tr_scene_joint(scene);
    uint8_t *frames[N_POSITIONS];
    size_t size;
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    for (int i = 0; i < 2 * N_POSITIONS; i++) {
        float *params;
        tr_frame frame;
        int number = i < N_POSITIONS ? i : 2 * N_POSITIONS - 1 - i;
        uint64_t position = joint->last * (uint64_t)number / (N_POSITIONS - 1);
        const tr_snapshot snapshot = joint_state(joint, position, &params);
        assert_ok(tr_plotter_draw(plotter, &snapshot, &frame, &diag), diag);
        uint8_t *copy = copy_frame(&frame, &size);
        if (i < N_POSITIONS) {
            frames[i] = copy;
        } else {
            if (memcmp(copy, frames[number], size))
                fail_msg("%s: frame %d is another one the second time", name, number);
            free(copy);
            free(frames[number]);
        }
        free(params);
    }
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
}

static void a_frame_depends_on_its_state_alone(void **state) {
    (void)state;
    assert_frames_do_not_depend_on_others(&nets, "fit+error", TR_ARRANGE_GRID, true);
    assert_frames_do_not_depend_on_others(&nets, "fit+error", TR_ARRANGE_OVERLAY, false);
    assert_frames_do_not_depend_on_others(&nets, "weights", TR_ARRANGE_GRID, false);
    assert_frames_do_not_depend_on_others(&neurons, "error", TR_ARRANGE_GRID, false);
    assert_frames_do_not_depend_on_others(&neurons, "landscape+error", TR_ARRANGE_GRID, true);
}

static uint8_t *draw_at(const tr_comparison *comparison, const char *name, uint64_t position,
                        size_t *size) {
    tr_diag diag = {0};
    tr_plotter *plotter;
    tr_frame frame;
    float *params;
    const tr_picture picture = picture_of(name, 480, 360);
    tr_scene *scene = create_compared(comparison, &picture);
    const tr_snapshot snapshot = joint_state(tr_scene_joint(scene), position, &params);
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    assert_ok(tr_plotter_draw(plotter, &snapshot, &frame, &diag), diag);
    uint8_t *copy = copy_frame(&frame, size);
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
    free(params);
    return copy;
}

static void a_run_is_marked_from_where_it_diverged_on(void **state) {
    (void)state;
    tr_compared_run runs[4];
    memcpy(runs, nets.runs, sizeof runs);
    runs[2].diverged_at = 0;
    tr_comparison unmarked = nets.comparison;
    unmarked.runs = runs;
    size_t size;
    uint8_t *before = draw_at(&nets.comparison, "fit", 32, &size);
    uint8_t *unmarked_before = draw_at(&unmarked, "fit", 32, &size);
    assert_memory_equal(before, unmarked_before, size);
    uint8_t *after = draw_at(&nets.comparison, "fit", 6000, &size);
    uint8_t *unmarked_after = draw_at(&unmarked, "fit", 6000, &size);
    assert_memory_not_equal(after, unmarked_after, size);
    free(before);
    free(unmarked_before);
    free(after);
    free(unmarked_after);
}

/* A run that ends early has the same panel ever after. */
static void runs_that_ended_hold_their_last_state(void **state) {
    (void)state;
    tr_compared_run runs[2] = {neurons.runs[0], neurons.runs[4]}; /* 2400 and 12 iterations */
    const tr_comparison comparison = {.runs = runs, .n_runs = 2, .align = TR_ALIGN_ITERATION};
    const tr_picture picture = picture_of("fit", 480, 360);
    tr_scene *scene = create_compared(&comparison, &picture);
    const uint64_t positions[] = {12, 500, 2400};
    for (int i = 0; i < 3; i++) {
        float *params;
        const tr_joint *joint = tr_scene_joint(scene);
        const tr_snapshot snapshot = joint_state(joint, positions[i], &params);
        assert_int_equal(tr_joint_unpack(joint, 0, &snapshot).iteration, positions[i]);
        assert_int_equal(tr_joint_unpack(joint, 1, &snapshot).iteration, 12);
        free(params);
    }
    tr_scene_destroy(&scene);
}

/* Predictions in the runs' colours over each other. */
static void an_overlay_has_the_colours_of_all_runs(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_plotter *plotter;
    tr_frame frame;
    float *params;
    tr_comparison comparison = neurons.comparison;
    comparison.arrangement = TR_ARRANGE_OVERLAY;
    const tr_picture picture = picture_of("fit", 600, 450);
    tr_scene *scene = create_compared(&comparison, &picture);
    const tr_snapshot snapshot = joint_state(tr_scene_joint(scene), 2400, &params);
    assert_ok(tr_plotter_create(&plotter, scene, &diag), diag);
    assert_ok(tr_plotter_draw(plotter, &snapshot, &frame, &diag), diag);
    for (size_t i = 0; i < 5; i++)
        assert_true(count_frame_color(&frame, (uint32_t)scene->runs[i].color) > 50);
    tr_plotter_destroy(&plotter);
    tr_scene_destroy(&scene);
    free(params);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_1_and_64_runs_are_compared),
        cmocka_unit_test(wrong_runs_are_refused),
        cmocka_unit_test(scenes_that_cannot_be_compared_are_refused),
        cmocka_unit_test(predictions_over_two_inputs_are_not_overlaid),
        cmocka_unit_test(what_has_no_room_is_refused_before_there_are_recordings),
        cmocka_unit_test(runs_must_be_recorded_to_be_drawn),
        cmocka_unit_test(states_come_out_of_a_joint_state_as_they_went_in),
        cmocka_unit_test(positions_count_what_the_runs_are_aligned_by),
        cmocka_unit_test(a_walk_ends_whatever_the_samples_seen),
        cmocka_unit_test(a_walk_finds_the_last_state_of_every_run_at_each_position),
        cmocka_unit_test(panels_of_runs_have_the_same_axes),
        cmocka_unit_test(axes_have_room_for_the_data_of_all_runs),
        cmocka_unit_test(panels_neither_overlap_nor_leave_the_picture),
        cmocka_unit_test(as_few_rows_and_columns_are_left_empty_as_the_shape_allows),
        cmocka_unit_test(the_legend_takes_two_fifths_of_the_width_at_most),
        cmocka_unit_test(names_that_are_too_long_end_between_characters),
        cmocka_unit_test(curves_are_the_mean_of_batches_with_the_batches_behind_them),
        cmocka_unit_test(means_are_of_whole_passes_where_these_are_short),
        cmocka_unit_test(runs_are_sorted_by_their_jitter),
        cmocka_unit_test(the_loss_on_all_data_is_that_of_the_first_and_the_last_state),
        cmocka_unit_test(a_run_that_diverges_does_not_choose_the_range),
        cmocka_unit_test(curves_over_epochs_end_where_the_axis_does),
        cmocka_unit_test(a_frame_depends_on_its_state_alone),
        cmocka_unit_test(a_run_is_marked_from_where_it_diverged_on),
        cmocka_unit_test(runs_that_ended_hold_their_last_state),
        cmocka_unit_test(an_overlay_has_the_colours_of_all_runs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
