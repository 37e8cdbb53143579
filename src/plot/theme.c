#include "theme.h"

#include <math.h>

/* In the order of tr_theme_kind. The post's colours are what they are: its green has a contrast of 2.9:1
 * with white. All other lines have 3:1 at least. Blue and vermillion are from the colours of Okabe and
 * Ito ("Color Universal Design", 2008), of whose others only the darkest have that contrast. The ramp
 * beside them is the darker part of "plasma" (matplotlib, 2015), which gets lighter all the way. */
static const tr_theme themes[] = {
    [TR_THEME_POST] = {.background = 0xFFFFFF,
                       .grid = 0xCCCCCC,
                       .text = 0x262626,
                       .data = 0x4C72B0,
                       .prediction = 0x55A868,
                       .lines = {0x4C72B0, 0x55A868, 0xC44E52, 0x8A5FA8, 0x937860, 0x2B8CA3},
                       .ramp = {0x3B2C8C, 0x1F5FA8, 0x00838F, 0x2E7D32, 0x8A6D00, 0xC8501E,
                                0xA3195B},
                       .positive = 0x4C72B0,
                       .negative = 0xC44E52},
    [TR_THEME_LIGHT] = {.background = 0xFFFFFF,
                        .grid = 0xDDDDDD,
                        .text = 0x222222,
                        .data = 0x1F5FA8,
                        .prediction = 0xC8501E,
                        .lines = {0x1F5FA8, 0xC8501E, 0x2E7D32, 0x7B3FA0, 0x8A6D00, 0x00838F},
                        .ramp = {0x3B2C8C, 0x1F5FA8, 0x00838F, 0x2E7D32, 0x8A6D00, 0xC8501E,
                                 0xA3195B},
                        .positive = 0x1F5FA8,
                        .negative = 0xC8501E},
    [TR_THEME_DARK] = {.background = 0x16191D,
                       .grid = 0x3A3F46,
                       .text = 0xE6E6E6,
                       .data = 0x6CB4F5,
                       .prediction = 0xF5B54A,
                       .lines = {0x6CB4F5, 0xF5B54A, 0x7BD88F, 0xE58FD0, 0xF2777A, 0x5FD3D3},
                       .ramp = {0x8F7BF0, 0x6CB4F5, 0x5FD3D3, 0x7BD88F, 0xF5E05A, 0xF5A04A,
                                0xF2777A},
                       .positive = 0x6CB4F5,
                       .negative = 0xF5B54A},
    [TR_THEME_COLORBLIND] = {.background = 0xFFFFFF,
                             .grid = 0xD0D0D0,
                             .text = 0x1A1A1A,
                             .data = 0x0072B2,
                             .prediction = 0xD55E00,
                             .lines = {0x0072B2, 0xD55E00, 0x000000, 0x7A1FD6, 0x6E2A00, 0xBA7490},
                             .ramp = {0x0D0887, 0x5402A2, 0x890FA0, 0xAC2790, 0xC33D7F, 0xD24F68,
                                      0xDB5C4A},
                             .positive = 0x0072B2,
                             .negative = 0xD55E00},
};

tr_theme tr_theme_of(const tr_picture *picture) {
    tr_theme theme = themes[picture->theme];
    if (picture->background != TR_COLOR_OF_THEME)
        theme.background = picture->background;
    if (picture->grid_color != TR_COLOR_OF_THEME)
        theme.grid = picture->grid_color;
    if (picture->text_color != TR_COLOR_OF_THEME)
        theme.text = picture->text_color;
    if (picture->data_color != TR_COLOR_OF_THEME)
        theme.data = theme.lines[0] = theme.positive = picture->data_color;
    if (picture->prediction_color != TR_COLOR_OF_THEME)
        theme.prediction = theme.lines[1] = theme.negative = picture->prediction_color;
    return theme;
}

tr_color tr_theme_run_color(const tr_theme *theme, size_t run, size_t n_runs) {
    enum { STEPS = 1 << 12 };
    if (n_runs <= TR_N_LINE_COLORS)
        return theme->lines[run];
    size_t at = run * STEPS * (TR_N_RAMP_COLORS - 1) / (n_runs - 1);
    size_t stop = at / STEPS < TR_N_RAMP_COLORS - 1 ? at / STEPS : TR_N_RAMP_COLORS - 2;
    return tr_mix_colors(theme->ramp[stop], theme->ramp[stop + 1], (int)(at - stop * STEPS), STEPS);
}

tr_color tr_theme_joint_data(const tr_theme *theme, const tr_picture *picture) {
    return picture->data_color != TR_COLOR_OF_THEME
               ? theme->data
               : tr_mix_colors(theme->background, theme->text, 55, 100);
}

tr_style tr_style_for(int width, int height) {
    double factor = fmin(width / 400.0, height / 300.0);
    return (tr_style){.title_size = fmax(14.5 * factor, 8),
                      .label_size = fmax(12 * factor, 7.5),
                      .smallest_text = 6,
                      .line_width = fmax(2 * factor, 1.2),
                      .grid_width = fmax(round(factor), 1),
                      .padding = fmax(7 * factor, 2),
                      .gap = fmax(5 * factor, 2)};
}

tr_color tr_mix_colors(tr_color from, tr_color to, int part, int whole) {
    tr_color mixed = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        int channel = (from >> shift & 0xFF) * (whole - part) + (to >> shift & 0xFF) * part;
        mixed |= (channel + whole / 2) / whole << shift;
    }
    return mixed;
}

void tr_set_color(cairo_t *cr, tr_color color) {
    cairo_set_source_rgb(cr, (color >> 16 & 0xFF) / 255.0, (color >> 8 & 0xFF) / 255.0,
                         (color & 0xFF) / 255.0);
}
