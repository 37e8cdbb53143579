/* Whether the themes can be read, and told apart with the three common kinds of colour blindness. */
#include "support.h"

#include "theme.h"

#include <math.h>

enum { N_THEMES = TR_THEME_COLORBLIND + 1 };

static tr_theme theme_of(int kind) {
    tr_picture picture = tr_picture_default();
    picture.theme = (tr_theme_kind)kind;
    return tr_theme_of(&picture);
}

/* Channels of linear light, 0 to 1: IEC 61966-2-1. */
static void linearize(tr_color color, double light[3]) {
    for (int i = 0; i < 3; i++) {
        double value = (color >> (16 - 8 * i) & 0xFF) / 255.0;
        light[i] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    }
}

/* Contrast ratio and relative luminance as WCAG 2.1 defines them. */
static double contrast(tr_color a, tr_color b) {
    double luminance[2];
    const tr_color colors[] = {a, b};
    for (int i = 0; i < 2; i++) {
        double light[3];
        linearize(colors[i], light);
        luminance[i] = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    }
    return (fmax(luminance[0], luminance[1]) + 0.05) / (fmin(luminance[0], luminance[1]) + 0.05);
}

/* What is seen of linear light, from Machado, Oliveira and Fernandes, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", 2009, severity 1.0. */
static const double visions[][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    /* protanopia */
    {{0.152286, 1.052583, -0.204868},
     {0.114503, 0.786281, 0.099216},
     {-0.003882, -0.048116, 1.051998}},
    /* deuteranopia */
    {{0.367322, 0.860646, -0.227968},
     {0.280085, 0.672501, 0.047413},
     {-0.011820, 0.042940, 0.968881}},
    /* tritanopia */
    {{1.255528, -0.076749, -0.178779},
     {-0.078411, 0.930809, 0.147602},
     {0.004733, 0.691367, 0.303900}},
};
enum { N_VISIONS = sizeof visions / sizeof *visions };

static double lab_curve(double t) {
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE L*a*b* (D65) of what that vision sees of the colour. */
static void see(tr_color color, const double vision[3][3], double lab[3]) {
    double light[3], seen[3];
    linearize(color, light);
    for (int i = 0; i < 3; i++)
        seen[i] = fmin(
            fmax(vision[i][0] * light[0] + vision[i][1] * light[1] + vision[i][2] * light[2], 0),
            1);
    double x = 0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2];
    double y = 0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2];
    double z = 0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2];
    double fx = lab_curve(x / 0.95047), fy = lab_curve(y), fz = lab_curve(z / 1.08883);
    lab[0] = 116 * fy - 16;
    lab[1] = 500 * (fx - fy);
    lab[2] = 200 * (fy - fz);
}

/* The distance CIE76; about 2.3 can just be noticed. */
static double distance(tr_color a, tr_color b, const double vision[3][3]) {
    double first[3], second[3];
    see(a, vision, first);
    see(b, vision, second);
    return sqrt(pow(first[0] - second[0], 2) + pow(first[1] - second[1], 2) +
                pow(first[2] - second[2], 2));
}

static void the_formulas_are_right(void **state) {
    (void)state;
    assert_true(fabs(contrast(0x000000, 0xFFFFFF) - 21) < 1e-9);
    assert_true(fabs(contrast(0x777777, 0xFFFFFF) - 4.48) < 0.005); /* WCAG's own example */
    assert_true(fabs(distance(0xFFFFFF, 0x000000, visions[0]) - 100) < 0.01);
    /* red and green of the same brightness: plain to most, and all but the same with protanopia */
    assert_true(distance(0xA04000, 0x506000, visions[0]) > 40);
    assert_true(distance(0xA04000, 0x506000, visions[1]) < 20);
}

static void text_can_be_read(void **state) {
    (void)state;
    for (int kind = 0; kind < N_THEMES; kind++) {
        tr_theme theme = theme_of(kind);
        assert_true(contrast(theme.text, theme.background) >= 4.5);
    }
}

/* The post's green is given, and has less than 3:1 on white; it is the only one. */
static void lines_can_be_seen(void **state) {
    (void)state;
    for (int kind = 0; kind < N_THEMES; kind++) {
        tr_theme theme = theme_of(kind);
        for (int i = 0; i < TR_N_LINE_COLORS; i++) {
            bool given = kind == TR_THEME_POST && theme.lines[i] == 0x55A868;
            double least = given ? 2.9 : 3;
            if (contrast(theme.lines[i], theme.background) < least)
                fail_msg("line %d of theme %d has a contrast of %.2f", i, kind,
                         contrast(theme.lines[i], theme.background));
        }
        assert_int_equal(theme.lines[0], theme.data);
        assert_int_equal(theme.lines[1], theme.prediction);
        assert_true(contrast(theme.positive, theme.background) >= 3);
        assert_true(contrast(theme.negative, theme.background) >= 3);
    }
}

/* Of as many runs as there may be, and of just more than there are lines. */
static void colours_of_runs_can_be_seen_and_those_next_to_each_other_differ(void **state) {
    (void)state;
    static const size_t counts[] = {7, 12, 20, 64};
    static const double least[] = {15, 8, 4.5, 1};
    for (int kind = 0; kind < N_THEMES; kind++) {
        tr_theme theme = theme_of(kind);
        assert_int_equal(tr_theme_run_color(&theme, 0, 1), theme.lines[0]);
        assert_int_equal(tr_theme_run_color(&theme, 5, 6), theme.lines[5]);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (size_t i = 0; i < counts[c]; i++) {
                tr_color color = tr_theme_run_color(&theme, i, counts[c]);
                if (contrast(color, theme.background) < 3)
                    fail_msg("run %zu of %zu has a contrast of %.2f in theme %d", i, counts[c],
                             contrast(color, theme.background), kind);
                tr_color next = tr_theme_run_color(&theme, (i + 1) % counts[c], counts[c]);
                assert_true(distance(color, next, visions[0]) > least[c]);
            }
        tr_picture picture = tr_picture_default();
        picture.theme = (tr_theme_kind)kind;
        assert_true(contrast(tr_theme_joint_data(&theme, &picture), theme.background) >= 3);
        for (int i = 0; i < TR_N_LINE_COLORS; i++)
            assert_true(
                distance(tr_theme_joint_data(&theme, &picture), theme.lines[i], visions[0]) > 12);
        picture.data_color = 0x123456;
        theme = tr_theme_of(&picture);
        assert_int_equal(tr_theme_joint_data(&theme, &picture), 0x123456);
    }
}

static void the_grid_stays_behind_the_lines(void **state) {
    (void)state;
    for (int kind = 0; kind < N_THEMES; kind++) {
        tr_theme theme = theme_of(kind);
        assert_true(contrast(theme.grid, theme.background) >= 1.2);
        assert_true(contrast(theme.grid, theme.background) < 2);
    }
}

static void everyone_can_tell_the_colorblind_theme_apart(void **state) {
    (void)state;
    tr_theme theme = theme_of(TR_THEME_COLORBLIND);
    for (int vision = 0; vision < N_VISIONS; vision++) {
        for (int i = 0; i < TR_N_LINE_COLORS; i++)
            for (int j = 0; j < i; j++)
                if (distance(theme.lines[i], theme.lines[j], visions[vision]) < 25)
                    fail_msg("lines %d and %d are %.1f apart to vision %d", i, j,
                             distance(theme.lines[i], theme.lines[j], visions[vision]), vision);
        assert_true(distance(theme.data, theme.prediction, visions[vision]) > 80);
        assert_true(distance(theme.positive, theme.negative, visions[vision]) > 80);
    }
}

static void data_and_prediction_differ_to_everyone_in_light_and_dark(void **state) {
    (void)state;
    for (int vision = 0; vision < N_VISIONS; vision++) {
        tr_theme light = theme_of(TR_THEME_LIGHT);
        tr_theme dark = theme_of(TR_THEME_DARK);
        assert_true(distance(light.data, light.prediction, visions[vision]) > 60);
        assert_true(distance(dark.data, dark.prediction, visions[vision]) > 60);
    }
}

static void colours_of_the_picture_replace_those_of_the_theme(void **state) {
    (void)state;
    tr_picture picture = tr_picture_default();
    picture.background = 0x000001;
    picture.grid_color = 0x000002;
    picture.text_color = 0x000003;
    picture.data_color = 0x000004;
    picture.prediction_color = 0;
    tr_theme theme = tr_theme_of(&picture);
    assert_int_equal(theme.background, 1);
    assert_int_equal(theme.grid, 2);
    assert_int_equal(theme.text, 3);
    assert_int_equal(theme.data, 4);
    assert_int_equal(theme.prediction, 0);
    assert_int_equal(theme.lines[0], 4);
    assert_int_equal(theme.lines[1], 0);
    assert_int_equal(theme.lines[2], theme_of(TR_THEME_POST).lines[2]);
}

static void colours_mix_evenly(void **state) {
    (void)state;
    assert_int_equal(tr_mix_colors(0x102030, 0xF0E0D0, 0, 10), 0x102030);
    assert_int_equal(tr_mix_colors(0x102030, 0xF0E0D0, 10, 10), 0xF0E0D0);
    assert_int_equal(tr_mix_colors(0x000000, 0xFF8001, 1, 2), 0x804001);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formulas_are_right),
        cmocka_unit_test(text_can_be_read),
        cmocka_unit_test(lines_can_be_seen),
        cmocka_unit_test(colours_of_runs_can_be_seen_and_those_next_to_each_other_differ),
        cmocka_unit_test(the_grid_stays_behind_the_lines),
        cmocka_unit_test(everyone_can_tell_the_colorblind_theme_apart),
        cmocka_unit_test(data_and_prediction_differ_to_everyone_in_light_and_dark),
        cmocka_unit_test(colours_of_the_picture_replace_those_of_the_theme),
        cmocka_unit_test(colours_mix_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
