#include "support.h"

#include "params.h"
#include "run.h"

#include <glib.h>
#include <jansson.h>

static tr_settings *create_settings(void) {
    tr_diag diag = {0};
    tr_settings *settings;
    assert_ok(tr_settings_create(&settings, &diag), diag);
    tr_settings_resolve(settings);
    return settings;
}

static void assert_refused(const char *option, const char *text, const char *part) {
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    assert_int_equal(tr_settings_set(settings, tr_param_by_option(option), text, &diag),
                     TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, part);
    tr_settings_destroy(&settings);
}

static void assert_taken(const char *option, const char *text) {
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    assert_ok(tr_settings_set(settings, tr_param_by_option(option), text, &diag), diag);
    tr_settings_destroy(&settings);
}

static void defaults_are_the_posts(void **state) {
    (void)state;
    tr_settings *settings = create_settings();
    tr_render_options options = tr_render_options_from(settings);
    tr_render_options expected = tr_render_options_default();
    assert_int_equal(settings->batch_size, 128);
    assert_int_equal(settings->epochs, 2000);
    assert_true(settings->learning_rate == 0.01);
    assert_string_equal(options.folder, expected.folder);
    assert_string_equal(options.name, expected.name);
    assert_int_equal(options.every, expected.every);
    assert_int_equal(options.formats, expected.formats);
    assert_int_equal(options.picture.width, expected.picture.width);
    assert_int_equal(options.picture.height, expected.picture.height);
    assert_int_equal(options.picture.scale, expected.picture.scale);
    assert_null(options.picture.title);
    assert_null(expected.picture.title);
    assert_string_equal(options.picture.scene, expected.picture.scene);
    assert_string_equal(options.picture.data_label, expected.picture.data_label);
    assert_string_equal(options.picture.prediction_label, expected.picture.prediction_label);
    assert_int_equal(options.video.frames_per_second, expected.video.frames_per_second);
    assert_true(options.video.crf == expected.video.crf);
    assert_string_equal(options.video.preset, expected.video.preset);
    assert_int_equal(options.video.profile, expected.video.profile);
    tr_settings_destroy(&settings);
    assert_null(settings);
}

static void numbers_are_strict(void **state) {
    (void)state;
    const char *const wrong[] = {"",
                                 " 5",
                                 "5 ",
                                 "1e3",
                                 "300px",
                                 "0x10",
                                 "--5",
                                 "+5",
                                 "5.0",
                                 "abc",
                                 "0",
                                 "10000001",
                                 "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused("batch-size", wrong[i], "is not a whole number from 1 to 10000000");
    assert_taken("batch-size", "1");
    assert_taken("batch-size", "10000000");
    const char *const not_numbers[] = {"", "nan", "inf", "0x1", "1,5", "-1", "1e99", "yes", "1e"};
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++)
        assert_refused("learning-rate", not_numbers[i], "is not a number from 0 to");
    assert_taken("learning-rate", "1e-3");
    assert_taken("learning-rate", ".5");
    assert_taken("seed", "4294967295");
    assert_refused("seed", "4294967296", "4294967295");
}

static void sizes_choices_and_texts_are_strict(void **state) {
    (void)state;
    const char *const wrong[] = {"400",       "400x",     "x300",          "400X300",
                                 "400x300x2", "63x64",    "400x4e2",       "8000x100",
                                 "-400x300",  " 400x300", "0400x000000300"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused("size", wrong[i], "is not a size such as 400x300");
    assert_taken("size", "64x64");
    assert_taken("size", "7680x4320");
    assert_refused("theme", "Dark", "is not one of post, light, dark, colorblind");
    assert_refused("background", "red", "is not a colour such as #4C72B0");
    assert_refused("background", "#12345", "is not a colour");
    assert_taken("background", "#a0B1c2");
    assert_taken("background", "");
    assert_refused("title", "two\nlines", "one line");
    assert_refused("title", "\xff", "UTF-8");
    assert_taken("title", "");
}

static void a_list_of_choices_is_a_set(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    const tr_param *format = tr_param_by_option("format");
    assert_int_equal(settings->formats, TR_IN_SET(TR_FORMAT_MP4));
    assert_ok(tr_settings_set(settings, format, "av1,png,mp4", &diag), diag);
    assert_int_equal(settings->formats, TR_IN_SET(TR_FORMAT_MP4) | TR_IN_SET(TR_FORMAT_PNG) |
                                            TR_IN_SET(TR_FORMAT_AV1));
    char *text = tr_settings_get(settings, format);
    assert_string_equal(text, "mp4,png,av1");
    g_free(text);
    tr_settings_destroy(&settings);
    static const char *const wrong[][2] = {
        {"MP4", "\"MP4\" is not one of mp4, png, checksums, none, webm, av1, gif, apng"},
        {"", "\"\" is not one of mp4"},
        {"mp4,", "\"\" is not one of mp4"},
        {",mp4", "\"\" is not one of mp4"},
        {"mp4, webm", "\" webm\" is not one of mp4"},
        {"webm,mp4,webm", "\"webm,mp4,webm\" names webm twice"},
        {"mp4,web", "\"web\" is not one of mp4"},
        {"mp4,webmm,png", "\"webmm\" is not one of mp4"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused("format", wrong[i][0], wrong[i][1]);
}

static void bytes_are_strict(void **state) {
    (void)state;
    static const struct {
        const char *text, *shown;
        int64_t bytes;
    } right[] = {{"none", "none", 0},      {"1", "1", 1},
                 {"1500", "1500", 1500},   {"500k", "500k", 500000},
                 {"2000k", "2M", 2000000}, {"3M", "3M", 3000000},
                 {"0000001k", "1k", 1000}, {"1000000M", "1000000M", INT64_C(1000000000000)}};
    const tr_param *param = tr_param_by_option("gif-size");
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        tr_diag diag = {0};
        tr_settings *settings = create_settings();
        assert_ok(tr_settings_set(settings, param, right[i].text, &diag), diag);
        assert_int_equal(settings->gif_size, right[i].bytes);
        char *text = tr_settings_get(settings, param);
        assert_string_equal(text, right[i].shown);
        g_free(text);
        tr_settings_destroy(&settings);
    }
    static const char *const wrong[] = {
        "",    "0",   "k",    "-1",  "1K",   "1m",       "1 k",
        " 1k", "1kb", "1.5M", "1e6", "None", "1000001M", "99999999999999999999",
        "0k"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused("gif-size", wrong[i], "is not a number of bytes such as 800, 500k or 2M");
}

static void layers_are_strict(void **state) {
    (void)state;
    assert_refused("model", "", "a net has 1 to 64 layers, not 0");
    assert_refused("model", "0:relu", "is not a number of units from 1 to 65536");
    assert_refused("model", "60:rely", "\"rely\" is not an activation: linear, relu");
    assert_refused("model", "60:relu:normal:3", "is not a layer");
    assert_refused("model", "60:relu(1)", "only leaky_relu and elu take a number");
    assert_refused("model", "60:elu(1", "is not elu(NUMBER)");
    assert_refused("model", "60:elu:constant", "needs its value");
    assert_refused("model", "60:elu:normal(-1)", "above 0");
    assert_refused("model", "60,", "is not a layer");
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    const tr_param *model = tr_param_by_name("model.layers");
    assert_ok(tr_settings_set(settings, model, "60:leaky_relu(0.1):he_normal,1", &diag), diag);
    assert_int_equal(settings->layers.count, 2);
    assert_true(settings->layers.items[0].alpha == 0.1);
    char *text = tr_settings_get(settings, model);
    assert_string_equal(text, "60:leaky_relu(0.1):he_normal,1:linear:glorot_uniform");
    g_free(text);
    tr_settings_destroy(&settings);
}

/* What a setting says of itself is what sets it. */
static void settings_come_back_from_their_text(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    tr_settings *copy;
    assert_ok(tr_settings_copy(&copy, settings, &diag), diag);
    tr_settings_destroy(&settings);
    for (size_t i = 0; i < tr_n_params; i++) {
        char *text = tr_settings_get(copy, &tr_params[i]);
        if (text)
            assert_ok(tr_settings_set(copy, &tr_params[i], text, &diag), diag);
        char *again = tr_settings_get(copy, &tr_params[i]);
        assert_true(!g_strcmp0(text, again));
        g_free(text);
        g_free(again);
    }
    tr_settings_destroy(&copy);
}

static void numbers_read_well_and_come_back(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *text;
    } numbers[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {10, "10"},
        {30, "30"},
        {-30, "-30"},
        {0.1, "0.1"},
        {0.01, "0.01"},
        {0.00001, "0.00001"},
        {-0.00001, "-0.00001"},
        {0.000001, "1e-6"},
        {0.00015, "0.00015"},
        {0.000015, "1.5e-5"},
        {2.5e-7, "2.5e-7"},
        {1000000, "1000000"},
        {-1000000, "-1000000"},
        {10000000, "1e7"},
        {12345678, "12345678"},
        {1234567.5, "1234567.5"},
        {1e9, "1e9"},
        {-1e9, "-1e9"},
        {1.5e30, "1.5e30"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {0.12345678901234567, "0.12345678901234566"},
        {9007199254740992, "9007199254740992"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {4.9406564584124654e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *text = tr_format_number(numbers[i].number);
        assert_string_equal(text, numbers[i].text);
        assert_true(g_ascii_strtod(text, NULL) == numbers[i].number);
        g_free(text);
    }
    /* what a list of settings becomes, and can be given again */
    static const double rates[] = {1e9, 30, 0.1, 0.00001, 1e-10, 123456.789, 1e30};
    const tr_param *param = tr_param_by_option("learning-rate");
    tr_settings *settings, *again;
    tr_diag diag = {0};
    assert_ok(tr_settings_create(&settings, &diag), diag);
    assert_ok(tr_settings_create(&again, &diag), diag);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        settings->learning_rate = rates[i];
        char *text = tr_settings_get(settings, param);
        assert_ok(tr_settings_set(again, param, text, &diag), diag);
        assert_true(again->learning_rate == rates[i]);
        g_free(text);
    }
    tr_settings_destroy(&settings);
    tr_settings_destroy(&again);
}

static void every_row_is_sound(void **state) {
    (void)state;
    for (size_t i = 0; i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        assert_ptr_equal(tr_param_by_name(param->name), param);
        if (param->option)
            assert_ptr_equal(tr_param_by_option(param->option), param);
        else
            assert_int_equal(param->users & ~(unsigned)(TR_FOR_RUN | TR_FOR_ARTIFACT), 0);
        assert_true(param->users != 0);
        assert_true(*param->help != '\0' && *param->value != '\0');
        bool grouped = false;
        for (size_t g = 0; g < tr_n_param_groups; g++)
            grouped |=
                !strncmp(param->name, tr_param_groups[g].prefix, strlen(tr_param_groups[g].prefix));
        assert_true(grouped);
    }
    assert_null(tr_param_by_option("nonsense"));
    assert_string_equal(tr_param_by_option("j")->option, "jobs");
}

static void the_nearest_name_is_found(void **state) {
    (void)state;
    const char *const names[] = {"batch-size", "epochs", "learning-rate", "seed"};
    assert_string_equal(tr_nearest_name("batchsize", names, 4), "batch-size");
    assert_string_equal(tr_nearest_name("epoch", names, 4), "epochs");
    assert_string_equal(tr_nearest_name("lerning-rate", names, 4), "learning-rate");
    assert_null(tr_nearest_name("zzzzzz", names, 4));
    const char *const short_names[] = {"rho", "set"};
    assert_string_equal(tr_nearest_name("rhp", short_names, 2), "rho");
    assert_null(tr_nearest_name("foo", short_names, 2));
    assert_null(tr_nearest_name("a-name-that-is-longer-than-any-name-could-ever-be", names, 4));
}

static void a_report_is_json(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_settings *settings = create_settings();
    tr_run *run;
    assert_ok(tr_run_create(&run, settings, NULL, &diag), diag);
    char path[] = "out/\"odd\".mp4";
    float params[] = {0.5f, -2};
    tr_report report = {.n_artifacts = 1,
                        .artifacts = {{.path = path, .kind = "video", .bytes = 12, .n_frames = 3}},
                        .n_frames = 3,
                        .n_params = 2,
                        .initial_params = params,
                        .trained_params = params,
                        .final_loss = 0};
    report.final_loss /= report.final_loss; /* NaN, which JSON lacks */
    char *text = tr_report_to_json(&report, run->network, settings, NULL);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_true(json_is_null(json_object_get(root, "final_loss")));
    assert_true(json_is_null(json_object_get(root, "embed")));
    json_t *file = json_array_get(json_object_get(root, "files"), 0);
    assert_string_equal(json_string_value(json_object_get(file, "path")), path);
    json_t *trained = json_object_get(root, "trained_params");
    assert_true(json_real_value(json_object_get(trained, "b")) == -2);
    json_t *values = json_object_get(root, "settings");
    for (size_t i = 0; i < tr_n_params; i++)
        assert_true(!(tr_params[i].users & TR_FOR_RENDER) ==
                    !json_object_get(values, tr_params[i].name));
    json_decref(root);
    free(text);
    tr_run_destroy(&run);
    assert_null(run);
    tr_settings_destroy(&settings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_posts),
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(sizes_choices_and_texts_are_strict),
        cmocka_unit_test(a_list_of_choices_is_a_set),
        cmocka_unit_test(bytes_are_strict),
        cmocka_unit_test(layers_are_strict),
        cmocka_unit_test(settings_come_back_from_their_text),
        cmocka_unit_test(numbers_read_well_and_come_back),
        cmocka_unit_test(every_row_is_sound),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(a_report_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
