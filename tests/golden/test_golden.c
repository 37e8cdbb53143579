/* Frames and charts as they were when somebody looked at them last. With TRAINREEL_GOLDEN=FOLDER in the
 * environment, what is drawn is left in that folder, to be looked at and to become the new reference. */
#include "golden.h"

/* ---- runs ---- */

/* A run that can be drawn; runs repeat the same numbers whenever they are trained. */
typedef struct golden_run {
    tr_dataset *dataset;
    tr_network *network;
    float *params;
    tr_random random;
    tr_training training;
    tr_source source;
} golden_run;

static void finish_run(golden_run *run, const tr_layer *layers, size_t n_layers,
                       const tr_fit_options *options) {
    tr_diag diag = {0};
    assert_ok(tr_network_create(&run->network, run->dataset->n_inputs, layers, n_layers, &diag),
              diag);
    run->params = calloc(tr_network_n_params(run->network), sizeof *run->params);
    assert_non_null(run->params);
    tr_network_init_params(run->network, &run->random, run->params);
    run->training = (tr_training){.network = run->network,
                                  .dataset = run->dataset,
                                  .options = *options,
                                  .params = run->params,
                                  .random = &run->random};
    run->source = tr_training_source(&run->training);
}

/* The post's. */
static void create_neuron(golden_run *run) {
    tr_diag diag = {0};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    const tr_fit_options options = {.batch_size = 128, .epochs = 2000, .learning_rate = 0.01};
    tr_random_seed(&run->random, 0);
    assert_ok(tr_dataset_create_bilinear(&run->dataset, 200, &diag), diag);
    finish_run(run, &neuron, 1, &options);
}

/* A net with a hidden layer on a noisy sine. */
static void create_sine(golden_run *run) {
    tr_diag diag = {0};
    const tr_layer layers[] = {{.n_units = 10, .activation = TR_ACTIVATION_TANH},
                               {.n_units = 1, .activation = TR_ACTIVATION_LINEAR}};
    tr_fit_options options = tr_fit_options_default(TR_OPTIMIZER_ADAM);
    options.batch_size = 32;
    options.epochs = 160;
    options.learning_rate = 0.01;
    tr_random_seed(&run->random, 3);
    assert_ok(tr_dataset_create_kind(&run->dataset, TR_DATA_SINE, 200, 0.2, &run->random, &diag),
              diag);
    finish_run(run, layers, 2, &options);
}

/* A net with two inputs that learns which of two circles a sample is on. */
static void create_circles(golden_run *run) {
    tr_diag diag = {0};
    const tr_layer layers[] = {{.n_units = 12, .activation = TR_ACTIVATION_RELU},
                               {.n_units = 1, .activation = TR_ACTIVATION_LINEAR}};
    const tr_fit_options options = {.batch_size = 32, .epochs = 160, .learning_rate = 0.05};
    tr_random_seed(&run->random, 3);
    assert_ok(
        tr_dataset_create_kind(&run->dataset, TR_DATA_CIRCLES, 150, 0.12, &run->random, &diag),
        diag);
    finish_run(run, layers, 2, &options);
}

static void destroy_run(golden_run *run) {
    free(run->params);
    tr_network_destroy(&run->network);
    tr_dataset_destroy(&run->dataset);
    *run = (golden_run){0};
}

/* ---- frames ---- */

static void render(golden_run *run, const tr_picture *picture, const char *name, tr_format format,
                   uint64_t every, uint64_t n_frames) {
    tr_diag diag = {0};
    tr_report report;
    tr_render_options options = tr_render_options_default();
    options.folder = scratch;
    options.name = name;
    options.picture = *picture;
    options.formats = TR_IN_SET(format);
    options.every = every;
    assert_ok(tr_render(&run->source, &options, &report, &diag), diag);
    assert_int_equal(report.n_frames, n_frames);
    tr_report_destroy(&report);
    destroy_run(run);
}

/* Renders the post's video as that format into the scratch folder. */
static void render_post(tr_format format) {
    golden_run run = {0};
    const tr_picture picture = tr_picture_default();
    create_neuron(&run);
    render(&run, &picture, "neuron", format, 50, 81);
}

static void all_frames_have_their_checksums(void **state) {
    (void)state;
    render_post(TR_FORMAT_CHECKSUMS);
    compare_checksums("neuron.sha256", "neuron_frames.sha256");
}

static void first_and_last_frame_look_as_they_should(void **state) {
    (void)state;
    render_post(TR_FORMAT_PNG);
    compare_png("neuron/frame_000000.png", "neuron_000000.png");
    compare_png("neuron/frame_000080.png", "neuron_000080.png");
}

static void the_poster_is_the_first_frame(void **state) {
    (void)state;
    size_t size, frame_size;
    render_post(TR_FORMAT_MP4);
    render_post(TR_FORMAT_PNG);
    char *poster = read_in(scratch, "neuron_start.png", &size);
    char *frame = read_in(scratch, "neuron/frame_000000.png", &frame_size);
    assert_int_equal(size, frame_size);
    assert_memory_equal(poster, frame, size);
    free(poster);
    free(frame);
}

static void frames_with_two_panels_have_their_checksums(void **state) {
    (void)state;
    golden_run run = {0};
    tr_picture picture = tr_picture_default();
    picture.scene = "fit+error";
    picture.width = 800;
    picture.full_loss = true;
    create_neuron(&run);
    render(&run, &picture, "fit_error_frames", TR_FORMAT_CHECKSUMS, 400, 11);
    compare_checksums("fit_error_frames.sha256", "fit_error_frames.sha256");
}

static void frames_of_a_plane_have_their_checksums(void **state) {
    (void)state;
    golden_run run = {0};
    const tr_picture picture = tr_picture_default();
    create_circles(&run);
    render(&run, &picture, "plane_frames", TR_FORMAT_CHECKSUMS, 80, 11);
    compare_checksums("plane_frames.sha256", "plane_frames.sha256");
}

static void frames_of_the_parameters_have_their_checksums(void **state) {
    (void)state;
    golden_run run = {0};
    tr_picture picture = tr_picture_default();
    picture.scene = "weights+landscape+network+neuron";
    picture.width = 1280;
    create_neuron(&run);
    render(&run, &picture, "params_frames", TR_FORMAT_CHECKSUMS, 400, 11);
    compare_checksums("params_frames.sha256", "params_frames.sha256");
}

/* ---- charts ---- */

/* Where the theme and the title are not said, they are the post's and the chart's own. */
typedef struct golden_chart {
    const char *name;
    void (*create)(golden_run *run);
    const char *scene;
    int width;
    int height;
    uint64_t iteration;
    const char *title;
    tr_theme_kind theme;
    tr_scale error_scale;
    bool full_loss;
} golden_chart;

enum { LAST = 1000000 }; /* iteration: whichever that is */

static const golden_chart charts[] = {
    {.name = "data.png",
     .create = create_neuron,
     .scene = "data",
     .width = 350,
     .height = 180,
     .title = "ridiculously simple data"},
    {.name = "data_plane.png",
     .create = create_circles,
     .scene = "data",
     .width = 400,
     .height = 300},
    {.name = "fit.png",
     .create = create_neuron,
     .scene = "fit",
     .width = 400,
     .height = 300,
     .iteration = 500},
    {.name = "fit_dots.png",
     .create = create_sine,
     .scene = "fit",
     .width = 400,
     .height = 300,
     .iteration = LAST},
    {.name = "fit_plane.png",
     .create = create_circles,
     .scene = "fit",
     .width = 320,
     .height = 240,
     .iteration = LAST},
    {.name = "error.png",
     .create = create_neuron,
     .scene = "error",
     .width = 400,
     .height = 240,
     .iteration = LAST},
    {.name = "error_both.png",
     .create = create_neuron,
     .scene = "error",
     .width = 400,
     .height = 300,
     .iteration = 2500,
     .error_scale = TR_SCALE_LOG,
     .full_loss = true},
    {.name = "weights.png",
     .create = create_neuron,
     .scene = "weights",
     .width = 400,
     .height = 240,
     .iteration = 2500},
    {.name = "weights_layers.png",
     .create = create_sine,
     .scene = "weights",
     .width = 360,
     .height = 220,
     .iteration = LAST,
     .theme = TR_THEME_LIGHT},
    {.name = "landscape.png",
     .create = create_neuron,
     .scene = "landscape",
     .width = 400,
     .height = 300,
     .iteration = LAST},
    {.name = "landscape_plane.png",
     .create = create_sine,
     .scene = "landscape",
     .width = 400,
     .height = 300,
     .iteration = 600,
     .theme = TR_THEME_DARK},
    {.name = "network.png",
     .create = create_sine,
     .scene = "network",
     .width = 400,
     .height = 300,
     .iteration = LAST},
    {.name = "network_inputs.png",
     .create = create_circles,
     .scene = "network",
     .width = 360,
     .height = 220,
     .iteration = LAST,
     .theme = TR_THEME_COLORBLIND},
    {.name = "diagram.png",
     .create = create_neuron,
     .scene = "neuron",
     .width = 634,
     .height = 216,
     .iteration = LAST},
    {.name = "diagram_dark.png",
     .create = create_neuron,
     .scene = "neuron",
     .width = 400,
     .height = 300,
     .iteration = 0,
     .theme = TR_THEME_DARK},
    {.name = "theme_light.png",
     .create = create_sine,
     .scene = "fit+error",
     .width = 640,
     .height = 240,
     .iteration = LAST,
     .theme = TR_THEME_LIGHT,
     .full_loss = true},
    {.name = "theme_dark.png",
     .create = create_circles,
     .scene = "fit+error",
     .width = 480,
     .height = 180,
     .iteration = LAST,
     .theme = TR_THEME_DARK,
     .full_loss = true},
    {.name = "theme_colorblind.png",
     .create = create_sine,
     .scene = "fit+error",
     .width = 640,
     .height = 240,
     .iteration = LAST,
     .theme = TR_THEME_COLORBLIND,
     .full_loss = true},
};
enum { N_CHARTS = sizeof charts / sizeof *charts };

static void draw_chart(const golden_chart *chart) {
    tr_diag diag = {0};
    golden_run run = {0};
    tr_recording *recording;
    tr_artifact artifact;
    tr_picture picture = tr_picture_default();
    picture.scene = chart->scene;
    picture.theme = chart->theme;
    picture.width = chart->width;
    picture.height = chart->height;
    picture.title = chart->title;
    picture.error_scale = chart->error_scale;
    picture.full_loss = chart->full_loss;
    chart->create(&run);
    assert_ok(tr_record(&run.source, &recording, &diag), diag);
    assert_ok(tr_chart(&run.source, recording, chart->iteration, &picture, TR_CHART_PNG,
                       path_in(scratch, chart->name), &artifact, &diag),
              diag);
    free(artifact.path);
    tr_recording_destroy(&recording);
    destroy_run(&run);
}

static void charts_look_as_they_should(void **state) {
    (void)state;
    for (int i = 0; i < N_CHARTS; i++)
        draw_chart(&charts[i]);
    for (int i = 0; i < N_CHARTS; i++)
        compare_png(charts[i].name, charts[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_frames_have_their_checksums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(first_and_last_frame_look_as_they_should, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_poster_is_the_first_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_with_two_panels_have_their_checksums, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(frames_of_a_plane_have_their_checksums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_of_the_parameters_have_their_checksums, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(charts_look_as_they_should, set_up, tear_down),
    };
    kept = getenv("TRAINREEL_GOLDEN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
