/* How things look: colours and weights, never numbers that come from the data. */
#ifndef TR_PLOT_THEME_H
#define TR_PLOT_THEME_H

#include <cairo.h>
#include <stddef.h>
#include <trainreel/picture.h>

enum { TR_N_LINE_COLORS = 6, TR_N_RAMP_COLORS = 7 };

typedef struct tr_theme {
    tr_color background;
    tr_color grid;
    tr_color text;
    tr_color data;
    tr_color prediction;
    /* for more curves than these two, such as one for each parameter; the first two are theirs */
    tr_color lines[TR_N_LINE_COLORS];
    tr_color ramp[TR_N_RAMP_COLORS]; /* of still more: colours between these, in order */
    tr_color positive;               /* of a weight, by its sign */
    tr_color negative;
} tr_theme;

/* The theme that a picture asks for, with the colours that it has instead. */
tr_theme tr_theme_of(const tr_picture *picture);

/* The colour of one of so many runs in one picture: up to TR_N_LINE_COLORS have those of the lines, and
 * more those of the ramp. */
tr_color tr_theme_run_color(const tr_theme *theme, size_t run, size_t n_runs);

/* The colour of data beside predictions that have the runs' colours: the picture's, or one that is
 * none of these. */
tr_color tr_theme_joint_data(const tr_theme *theme, const tr_picture *picture);

/* Sizes in pixels for a picture of some size; see tr_style_for. */
typedef struct tr_style {
    double title_size; /* pixels an em */
    double label_size;
    double smallest_text; /* below this, text is not legible */
    double line_width;
    double grid_width; /* a whole number, so that grid lines are sharp */
    double padding;    /* around the picture */
    double gap;        /* between things that belong together */
} tr_style;

/* The style of a 400x300 picture, scaled to width x height pixels. Text does not shrink with the
 * picture below what can be read. */
tr_style tr_style_for(int width, int height);

/* The colour that is `part` of `whole` parts of the way from one to the other. */
tr_color tr_mix_colors(tr_color from, tr_color to, int part, int whole);

void tr_set_color(cairo_t *cr, tr_color color);

#endif
