/* Comparisons as they were when somebody looked at them last; TRAINREEL_GOLDEN as in test_golden.c. */
#include "compared.h"
#include "golden.h"

/* Batch sizes of the post's neuron, and four nets of which one diverges. */
static compared_runs neurons;
static compared_runs nets;

static int record_runs(void **state) {
    static const uint32_t batch_sizes[] = {1, 8, 32, 128, 200};
    (void)state;
    create_compared_neurons(&neurons, batch_sizes, 5, 300);
    create_compared_nets(&nets, 60);
    return 0;
}

static int forget_runs(void **state) {
    (void)state;
    destroy_compared_runs(&neurons);
    destroy_compared_runs(&nets);
    return 0;
}

typedef struct golden_comparison {
    const char *name;
    const compared_runs *runs;
    tr_align align;
    tr_arrangement arrangement;
    const char *scene;
    int width;
    int height;
    tr_theme_kind theme;
    tr_scale error_scale;
    bool full_loss;
} golden_comparison;

static const golden_comparison charts[] = {
    {.name = "compare_grid.png",
     .runs = &neurons,
     .align = TR_ALIGN_SAMPLES,
     .scene = "fit+error",
     .width = 640,
     .height = 440,
     .full_loss = true},
    {.name = "compare_diverged.png",
     .runs = &nets,
     .align = TR_ALIGN_EPOCH,
     .scene = "fit+error",
     .width = 480,
     .height = 400,
     .theme = TR_THEME_DARK,
     .error_scale = TR_SCALE_LOG},
    {.name = "compare_overlay.png",
     .runs = &neurons,
     .align = TR_ALIGN_EPOCH,
     .arrangement = TR_ARRANGE_OVERLAY,
     .scene = "fit",
     .width = 400,
     .height = 300},
    {.name = "compare_error.png",
     .runs = &neurons,
     .align = TR_ALIGN_SAMPLES,
     .scene = "error",
     .width = 400,
     .height = 300,
     .theme = TR_THEME_COLORBLIND,
     .error_scale = TR_SCALE_LOG},
    {.name = "compare_landscape.png",
     .runs = &neurons,
     .align = TR_ALIGN_SAMPLES,
     .scene = "landscape",
     .width = 640,
     .height = 400,
     .theme = TR_THEME_LIGHT},
};
enum { N_CHARTS = sizeof charts / sizeof *charts };

static tr_comparison comparison_of(const golden_comparison *golden) {
    tr_comparison comparison = golden->runs->comparison;
    comparison.align = golden->align;
    comparison.arrangement = golden->arrangement;
    return comparison;
}

static tr_picture picture_of(const golden_comparison *golden) {
    tr_picture picture = tr_picture_default();
    picture.scene = golden->scene;
    picture.width = golden->width;
    picture.height = golden->height;
    picture.theme = golden->theme;
    picture.error_scale = golden->error_scale;
    picture.full_loss = golden->full_loss;
    return picture;
}

static void comparisons_look_as_they_should(void **state) {
    (void)state;
    for (int i = 0; i < N_CHARTS; i++) {
        tr_diag diag = {0};
        tr_artifact artifact;
        const tr_comparison comparison = comparison_of(&charts[i]);
        const tr_picture picture = picture_of(&charts[i]);
        assert_ok(tr_compare_chart(&comparison, &picture, TR_CHART_PNG,
                                   path_in(scratch, charts[i].name), &artifact, &diag),
                  diag);
        free(artifact.path);
    }
    for (int i = 0; i < N_CHARTS; i++)
        compare_png(charts[i].name, charts[i].name);
}

static const golden_comparison films[] = {
    {.name = "compare_grid_frames",
     .runs = &nets,
     .align = TR_ALIGN_SAMPLES,
     .scene = "fit+error",
     .width = 320,
     .height = 240,
     .full_loss = true},
    {.name = "compare_overlay_frames",
     .runs = &neurons,
     .align = TR_ALIGN_ITERATION,
     .arrangement = TR_ARRANGE_OVERLAY,
     .scene = "fit+error",
     .width = 320,
     .height = 240},
};

static void frames_of_comparisons_have_their_checksums(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        tr_diag diag = {0};
        tr_report report;
        char name[64];
        tr_render_options options = tr_render_options_default();
        options.folder = scratch;
        options.name = films[i].name;
        options.formats = TR_IN_SET(TR_FORMAT_CHECKSUMS);
        options.picture = picture_of(&films[i]);
        options.pace = i ? TR_PACE_LOG : TR_PACE_STEP;
        options.n_frames = 30;
        const tr_comparison comparison = comparison_of(&films[i]);
        assert_ok(tr_compare(&comparison, &options, &report, &diag), diag);
        assert_int_equal(report.n_frames, 30);
        tr_report_destroy(&report);
        snprintf(name, sizeof name, "%s.sha256", films[i].name);
        compare_checksums(name, name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(comparisons_look_as_they_should, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_of_comparisons_have_their_checksums, set_up,
                                        tear_down),
    };
    kept = getenv("TRAINREEL_GOLDEN");
    return cmocka_run_group_tests(tests, record_runs, forget_runs);
}
