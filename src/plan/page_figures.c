#include "inline_svg.h"
#include "page_parts.h"
#include "twins.h"

#include <string.h>

enum {
    MOST_SVG_BYTES = 1 << 18,   /* of a chart that becomes a part of the page, and of all of them */
    MOST_INLINE_BYTES = 1 << 22 /* together; others are linked to as pictures */
};

/* Sizes are those of the layout: with a scale there are more pixels than that, for dense screens. */
static void add_sizes(tr_page *p, const tr_settings *settings) {
    g_string_append_printf(p->out, " width=\"%d\" height=\"%d\"", settings->size.width,
                           settings->size.height);
}

static void add_label(tr_page *p, const tr_plan_artifact *artifact, const char *attribute) {
    char *caption = tr_page_caption(p, artifact);
    g_string_append_printf(p->out, " %s=\"", attribute);
    tr_page_add_element(p, "", caption, "\"");
    g_free(caption);
}

/* What is to be seen, in words, which `number` names for what is described by it. */
static void add_alternative(tr_page *p, size_t number, const tr_built *built) {
    if (!built->file.alternative)
        return;
    g_string_append_printf(p->out, "<p id=\"d%zu\">", number);
    tr_page_add_element(p, "", built->file.alternative, "</p>\n");
}

/* The video as browsers take it, in the format `format`. */
static void add_source(tr_page *p, size_t index, size_t format) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const char *codecs = p->report->artifacts[index].file.codecs;
    if (tr_find_format(artifact->path) != format || !tr_played_type(artifact->path))
        return;
    tr_page_add(p, "<source src=\"");
    tr_page_add_address(p, artifact->path);
    g_string_append_printf(p->out, "\" type='%s", tr_played_type(artifact->path));
    if (*codecs) {
        tr_page_add(p, "; codecs=\"");
        tr_page_add_escaped(p, codecs);
        tr_page_add(p, "\"");
    }
    tr_page_add(p, "'>\n");
}

/* H.264 comes last: who can play the smaller ones takes those. */
static void add_sources(tr_page *p, size_t index) {
    static const char *const in_order[] = {".av1.webm", ".webm", ".mp4"};
    for (size_t k = 0; k < G_N_ELEMENTS(in_order); k++)
        for (size_t i = 0; i < p->plan->n_artifacts; i++)
            if (i == index || tr_are_twins(p->plan, p->report, index, i))
                add_source(p, i, tr_find_format(in_order[k]));
}

static void add_description_of(tr_page *p, size_t index) {
    if (p->report->artifacts[index].file.alternative)
        g_string_append_printf(p->out, " aria-describedby=\"d%zu\"", index);
}

static void add_video(tr_page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const char *poster = tr_find_companion(p->plan, p->report, index, false);
    const char *captions = tr_find_companion(p->plan, p->report, index, true);
    g_string_append_printf(p->out, "<video id=\"v%zu\" controls playsinline", index);
    add_sizes(p, artifact->settings);
    tr_page_add(p, poster ? " preload=\"none\" poster=\"" : " preload=\"metadata");
    if (poster)
        tr_page_add_address(p, poster);
    tr_page_add(p, "\"");
    add_label(p, artifact, "aria-label");
    add_description_of(p, index);
    tr_page_add(p, ">\n");
    add_sources(p, index);
    if (captions) {
        tr_page_add(p, "<track kind=\"captions\" srclang=\"en\" label=\"English\" src=\"");
        tr_page_add_address(p, captions);
        tr_page_add(p, "\">\n");
    }
    tr_page_add(p, "<p>");
    tr_page_add_link(p, artifact->path, "The video as a file");
    tr_page_add(p, "</p>\n</video>\n");
    if (poster) { /* what is printed */
        tr_page_add(p, "<img class=\"still\" alt=\"\" src=\"");
        tr_page_add_address(p, poster);
        tr_page_add(p, "\"");
        add_sizes(p, artifact->settings);
        tr_page_add(p, ">\n");
    }
}

static void add_image(tr_page *p, size_t index, const char *attributes) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    tr_page_add(p, "<img src=\"");
    tr_page_add_address(p, artifact->path);
    tr_page_add(p, "\"");
    add_sizes(p, artifact->settings);
    add_label(p, artifact, "alt");
    add_description_of(p, index);
    tr_page_add(p, attributes);
    tr_page_add(p, ">\n");
}

/* A picture that moves as soon as it is shown, and so is shown when somebody asks for it. */
static void add_animation(tr_page *p, size_t index) {
    tr_page_add(p, "<details class=\"animation\">\n<summary>Show the animation</summary>\n");
    add_image(p, index, " loading=\"lazy\"");
    tr_page_add(p, "</details>\n");
}

static bool add_inline_svg(tr_page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const tr_built *built = &p->report->artifacts[index];
    char *svg = NULL, *caption = tr_page_caption(p, artifact);
    char *escaped = g_markup_escape_text(caption, -1);
    char prefix[32];
    size_t size;
    g_snprintf(prefix, sizeof prefix, "c%zu-", index);
    char *title = g_strdup_printf("<title id=\"%stitle\">%s</title>", prefix, escaped);
    char *attributes =
        built->file.alternative
            ? g_strdup_printf(" role=\"img\" aria-labelledby=\"%stitle\" aria-describedby=\"d%zu\"",
                              prefix, index)
            : g_strdup_printf(" role=\"img\" aria-labelledby=\"%stitle\"", prefix);
    bool done = p->n_inline_bytes + built->file.bytes <= MOST_INLINE_BYTES &&
                !tr_store_read(p->store, artifact->path, MOST_SVG_BYTES, &svg, &size, NULL) &&
                tr_inline_svg(p->out, svg, size, prefix, attributes, title);
    if (done)
        p->n_inline_bytes += built->file.bytes;
    g_free(attributes);
    g_free(title);
    g_free(escaped);
    g_free(caption);
    g_free(svg);
    return done;
}

static void add_chart(tr_page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    bool is_svg = g_str_has_suffix(artifact->path, ".svg");
    if (g_str_has_suffix(artifact->path, ".pdf") || (is_svg && add_inline_svg(p, index)))
        return; /* a PDF is linked to by its facts */
    add_image(p, index, "");
}

static void add_figure(tr_page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const tr_built *built = &p->report->artifacts[index];
    bool is_wide = artifact->settings->size.width > 640;
    tr_page_add(p, is_wide ? "<figure class=\"wide\">\n" : "<figure>\n");
    if (tr_is_there(built) && tr_is_played(artifact))
        add_video(p, index);
    else if (tr_is_there(built) && artifact->kind == TR_PLAN_VIDEO)
        add_animation(p, index);
    else if (tr_is_there(built))
        add_chart(p, index);
    tr_page_add(p, "<figcaption>\n");
    tr_page_add_caption(p, artifact);
    add_alternative(p, index, built);
    if (tr_is_there(built))
        tr_page_add_facts(p, artifact->path, &built->file);
    else
        tr_page_add_missing(p, artifact, built);
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (tr_are_twins(p->plan, p->report, index, i))
            tr_page_add_facts(p, p->plan->artifacts[i].path, &p->report->artifacts[i].file);
    tr_page_add(p, "</figcaption>\n</figure>\n");
}

/* ---- videos that advance together ---- */

static void add_together(tr_page *p, const GArray *group) {
    size_t first = g_array_index(group, size_t, 0);
    const tr_settings *settings = p->plan->artifacts[first].settings;
    uint64_t n_frames = p->report->artifacts[first].file.n_frames;
    g_string_append_printf(p->out,
                           "<div class=\"together\" role=\"group\" aria-label=\"%u videos "
                           "together\" data-rate=\"%" G_GINT64_FORMAT "\" hidden>\n"
                           "<button type=\"button\">Play all</button>\n"
                           "<label>All at <input type=\"range\" min=\"0\" max=\"%" G_GUINT64_FORMAT
                           "\" step=\"1\" value=\"0\"></label>\n<output></output>\n</div>\n",
                           group->len, settings->frames_per_second, n_frames ? n_frames - 1 : 0);
}

/* The videos that go with one of them, itself first. */
static GArray *find_group(const tr_page *p, size_t index, bool *is_done) {
    GArray *group = g_array_new(FALSE, FALSE, sizeof(size_t));
    is_done[index] = true;
    g_array_append_val(group, index);
    for (size_t i = index + 1; i < p->plan->n_artifacts; i++) {
        if (is_done[i] || !tr_is_played(&p->plan->artifacts[index]) ||
            !tr_is_played(&p->plan->artifacts[i]) || !tr_is_there(&p->report->artifacts[index]) ||
            !tr_is_there(&p->report->artifacts[i]) || !tr_are_aligned(p->plan, p->report, index, i))
            continue;
        is_done[i] = true;
        g_array_append_val(group, i);
    }
    return group;
}

static void add_group(tr_page *p, const GArray *group) {
    tr_page_add(p, "<div class=\"group\">\n");
    add_together(p, group);
    tr_page_add(p, "<div class=\"figures\">\n");
    for (guint i = 0; i < group->len; i++)
        add_figure(p, g_array_index(group, size_t, i));
    tr_page_add(p, "</div>\n</div>\n");
}

/* ---- sections ---- */

void tr_page_add_videos(tr_page *p) {
    bool *is_done = g_new0(bool, p->plan->n_artifacts);
    bool is_open = false; /* whether figures that go with no others are being listed */
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        is_done[i] = tr_has_better_twin(p->plan, p->report, i);
    if (tr_page_has_kind(p, TR_PLAN_VIDEO))
        tr_page_add(p, "<section aria-labelledby=\"videos\">\n<h2 id=\"videos\">Videos</h2>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        if (p->plan->artifacts[i].kind != TR_PLAN_VIDEO || is_done[i])
            continue;
        GArray *group = find_group(p, i, is_done);
        bool is_single = group->len == 1;
        if (is_single != is_open)
            tr_page_add(p, is_single ? "<div class=\"figures\">\n" : "</div>\n");
        is_open = is_single;
        if (is_single)
            add_figure(p, i);
        else
            add_group(p, group);
        g_array_free(group, TRUE);
    }
    if (is_open)
        tr_page_add(p, "</div>\n");
    if (tr_page_has_kind(p, TR_PLAN_VIDEO))
        tr_page_add(p, "</section>\n");
    g_free(is_done);
}

void tr_page_add_charts(tr_page *p) {
    if (!tr_page_has_kind(p, TR_PLAN_CHART))
        return;
    tr_page_add(p, "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Charts</h2>\n"
                   "<div class=\"figures\">\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (p->plan->artifacts[i].kind == TR_PLAN_CHART &&
            !tr_has_better_twin(p->plan, p->report, i))
            add_figure(p, i);
    tr_page_add(p, "</div>\n</section>\n");
}
