#include "page.h"

#include "inline_svg.h"

#include <math.h>
#include <string.h>

enum {
    MOST_SVG_BYTES = 1 << 18, /* of a chart that becomes a part of the page, and of all of them */
    MOST_INLINE_BYTES = 1 << 22, /* together; others are linked to as pictures */
    MOST_TABLE_BYTES = 1 << 14,
    MOST_TABLE_LINES = 70
};

typedef struct page {
    GString *out;
    const tr_store *store;
    const tr_plan *plan;
    const tr_build_report *report;
    size_t n_inline_bytes;
    tr_settings *defaults; /* NULL without memory: then all settings are shown */
} page;

/* ---- text ---- */

static void add(page *p, const char *html) {
    g_string_append(p->out, html);
}

static void add_escaped(page *p, const char *text) {
    char *escaped = g_markup_escape_text(text, -1);
    g_string_append(p->out, escaped);
    g_free(escaped);
}

static void add_element(page *p, const char *opening, const char *text, const char *closing) {
    add(p, opening);
    add_escaped(p, text);
    add(p, closing);
}

/* The address of a file below the folder. */
static void add_address(page *p, const char *path) {
    char *address = g_uri_escape_string(path, "/", FALSE);
    g_string_append(p->out, address);
    g_free(address);
}

static void add_link(page *p, const char *path, const char *text) {
    add(p, "<a href=\"");
    add_address(p, path);
    add_element(p, "\">", text, "</a>");
}

/* Paragraphs, one for each line. */
static void add_paragraphs(page *p, const char *text) {
    char **lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (*g_strstrip(*line))
            add_element(p, "<p>", *line, "</p>\n");
    g_strfreev(lines);
}

/* ---- what is known of artifacts ---- */

static bool is_there(const tr_built *built) {
    return built->outcome == TR_MADE || built->outcome == TR_UNCHANGED;
}

/* What the panels of a scene show. */
static const char *const panels[][2] = {
    {"fit", "prediction"},  {"error", "error"},     {"landscape", "error landscape"},
    {"network", "network"}, {"weights", "weights"}, {"data", "data"},
    {"neuron", "diagram"}};

static void append_scene(GString *out, const char *scene) {
    char **names = g_strsplit(scene, "+", -1);
    for (char **name = names; *name; name++) {
        const char *shown = *name;
        for (size_t i = 0; i < G_N_ELEMENTS(panels); i++)
            if (!strcmp(*name, panels[i][0]))
                shown = panels[i][1];
        g_string_append_printf(out, "%s%s",
                               name == names         ? ""
                               : names[2] && name[1] ? ", "
                                                     : " and ",
                               shown);
    }
    g_strfreev(names);
}

/* What a setting is called in texts: "batch size". */
static char *name_variation(const tr_variation *variation) {
    const char *option = variation->param->option;
    return g_strdelimit(g_strdup(option ? option : variation->param->name), "-", ' ');
}

/* " by batch size", or " of 3 runs". */
static void append_comparison(GString *out, const tr_plan_comparison *comparison) {
    for (size_t i = 0; i < comparison->n_variations; i++) {
        char *name = name_variation(&comparison->variations[i]);
        g_string_append_printf(out, " %s %s", i ? "and" : "by", name);
        g_free(name);
    }
    if (!comparison->n_variations)
        g_string_append_printf(out, " of %zu runs", comparison->n_runs);
}

/* The caption: the title, if it is the same all the time, or else what is shown of which run. */
static char *caption_of(const page *p, const tr_plan_artifact *artifact) {
    const tr_settings *settings = artifact->settings;
    bool has_picture = artifact->kind == TR_PLAN_VIDEO || artifact->kind == TR_PLAN_CHART;
    GString *out = g_string_new(NULL);
    if (has_picture && settings->title && *settings->title && !strpbrk(settings->title, "{}")) {
        g_string_append(out, settings->title);
        return g_string_free(out, FALSE);
    }
    if (has_picture)
        append_scene(out, settings->scene);
    else if (artifact->kind == TR_PLAN_CHECKSUMS)
        g_string_append(out, "checksums of the frames");
    else
        g_string_append(out, artifact->comparison ? "summary" : "iterations");
    *out->str = g_ascii_toupper(*out->str);
    if (artifact->comparison && artifact->kind == TR_PLAN_VIDEO &&
        settings->arrangement == TR_ARRANGE_OVERLAY)
        g_string_append(out, " in one panel");
    if (artifact->comparison)
        append_comparison(out, artifact->comparison);
    else
        g_string_append_printf(out, " of \u201c%s\u201d", p->plan->runs[artifact->run].name);
    return g_string_free(out, FALSE);
}

static void append_bytes(GString *out, uint64_t bytes) {
    if (bytes < 1000)
        g_string_append_printf(out, "%u bytes", (unsigned)bytes);
    else if (bytes < 1000000)
        g_string_append_printf(out, "%.1f kB", (double)bytes / 1e3);
    else
        g_string_append_printf(out, "%.1f MB", (double)bytes / 1e6);
}

/* A line of facts, with a link to the file. */
static void add_facts(page *p, const char *path, const tr_built_file *file) {
    add(p, "<p class=\"facts\">");
    add_link(p, path, path);
    if (file->width)
        g_string_append_printf(p->out, ", %d × %d pixels", file->width, file->height);
    if (file->n_frames)
        g_string_append_printf(p->out, ", %" G_GUINT64_FORMAT " frames", file->n_frames);
    if (file->seconds > 0)
        g_string_append_printf(p->out, ", %.1f s", file->seconds);
    g_string_append(p->out, ", ");
    append_bytes(p->out, file->bytes);
    add(p, "</p>\n");
}

/* What is to be seen, in words, which `number` names for what is described by it. */
static void add_alternative(page *p, size_t number, const tr_built *built) {
    if (!built->file.alternative)
        return;
    g_string_append_printf(p->out, "<p id=\"d%zu\">", number);
    add_element(p, "", built->file.alternative, "</p>\n");
}

static const char *describe_failure(tr_status status) {
    if (status == TR_ERROR_ARGUMENT)
        return "it cannot be made with these settings";
    if (status == TR_ERROR_INPUT)
        return "what it is made of could not be read";
    return tr_status_name(status);
}

/* Why there is no file, without what is only true of this machine, such as its paths. */
static void add_missing(page *p, const tr_plan_artifact *artifact, const tr_built *built) {
    add(p, "<p class=\"missing\">");
    add_element(p, "<code>", artifact->path, "</code> is missing: ");
    if (built->outcome == TR_NOT_REACHED)
        add(p, "the build was ended before it was made");
    else
        add_escaped(p, describe_failure(built->status));
    add(p, ".</p>\n");
}

/* ---- figures ---- */

static void add_caption(page *p, const tr_plan_artifact *artifact) {
    char *caption = caption_of(p, artifact);
    add_element(p, "<h3>", caption, "</h3>\n");
    g_free(caption);
}

/* Sizes are those of the layout: with a scale there are more pixels than that, for dense screens. */
static void add_sizes(page *p, const tr_settings *settings) {
    g_string_append_printf(p->out, " width=\"%d\" height=\"%d\"", settings->size.width,
                           settings->size.height);
}

static void add_label(page *p, const tr_plan_artifact *artifact, const char *attribute) {
    char *caption = caption_of(p, artifact);
    g_string_append_printf(p->out, " %s=\"", attribute);
    add_element(p, "", caption, "\"");
    g_free(caption);
}

/* The kinds of files that show the same. Of several files the page shows the first of these kinds; a
 * browser is offered the videos from the last to the first. */
static const struct {
    const char *ending;
    const char *type; /* of a video that is played, or NULL */
} formats[] = {
    {".mp4", "video/mp4"},   {".av1.webm", "video/webm"},
    {".webm", "video/webm"}, {".gif", NULL},
    {".apng", NULL},         {".svg", NULL},
    {".png", NULL},          {".pdf", NULL},
};

static size_t find_format(const char *path) {
    size_t format = 0;
    while (format + 1 < G_N_ELEMENTS(formats) && !g_str_has_suffix(path, formats[format].ending))
        format++;
    return format;
}

/* Whether what is to be seen is the same, as far as the settings say. */
static bool look_alike(const tr_plan_artifact *a, const tr_plan_artifact *b) {
    bool is_same = true;
    for (size_t i = 0; i < tr_n_params && is_same; i++) {
        const char *name = tr_params[i].name;
        if (!g_str_has_prefix(name, "picture.") && !g_str_has_prefix(name, "record.") &&
            strcmp(name, "video.fps") != 0 && strcmp(name, "video.hold") != 0)
            continue;
        char *value = tr_settings_get(a->settings, &tr_params[i]);
        char *other = tr_settings_get(b->settings, &tr_params[i]);
        is_same = !g_strcmp0(value, other);
        g_free(value);
        g_free(other);
    }
    return is_same;
}

/* Whether both show the same as files of two kinds, such as error.svg and error.png. */
static bool are_twins(const page *p, size_t a, size_t b) {
    const tr_plan_artifact *one = &p->plan->artifacts[a], *other = &p->plan->artifacts[b];
    size_t format = find_format(one->path), format_of_other = find_format(other->path);
    size_t length = strlen(one->path) - strlen(formats[format].ending);
    return a != b && one->kind == other->kind && format != format_of_other &&
           is_there(&p->report->artifacts[a]) && is_there(&p->report->artifacts[b]) &&
           strlen(other->path) == length + strlen(formats[format_of_other].ending) &&
           !strncmp(one->path, other->path, length) &&
           !g_strcmp0(p->report->artifacts[a].file.alternative,
                      p->report->artifacts[b].file.alternative) &&
           look_alike(one, other);
}

/* Whether another file stands for this one. */
static bool has_better_twin(const page *p, size_t index) {
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (are_twins(p, index, i) &&
            find_format(p->plan->artifacts[i].path) < find_format(p->plan->artifacts[index].path))
            return true;
    return false;
}

/* The video as browsers take it, in the format `format`. */
static void add_source(page *p, size_t index, size_t format) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const char *codecs = p->report->artifacts[index].file.codecs;
    if (find_format(artifact->path) != format || !formats[format].type)
        return;
    add(p, "<source src=\"");
    add_address(p, artifact->path);
    g_string_append_printf(p->out, "\" type='%s", formats[format].type);
    if (*codecs) {
        add(p, "; codecs=\"");
        add_escaped(p, codecs);
        add(p, "\"");
    }
    add(p, "'>\n");
}

/* H.264 comes last: who can play the smaller ones takes those. */
static void add_sources(page *p, size_t index) {
    static const char *const in_order[] = {".av1.webm", ".webm", ".mp4"};
    for (size_t k = 0; k < G_N_ELEMENTS(in_order); k++)
        for (size_t i = 0; i < p->plan->n_artifacts; i++)
            if (i == index || are_twins(p, index, i))
                add_source(p, i, find_format(in_order[k]));
}

/* The first poster, or captions, of a video and its twins; NULL if there is none. */
static const char *find_companion(const page *p, size_t index, bool captions) {
    const tr_plan_artifact *own = &p->plan->artifacts[index];
    const char *found = captions ? own->captions : own->poster;
    for (size_t i = 0; !found && i < p->plan->n_artifacts; i++)
        if (are_twins(p, index, i))
            found = captions ? p->plan->artifacts[i].captions : p->plan->artifacts[i].poster;
    return found;
}

static void add_description_of(page *p, size_t index) {
    if (p->report->artifacts[index].file.alternative)
        g_string_append_printf(p->out, " aria-describedby=\"d%zu\"", index);
}

static void add_video(page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const char *poster = find_companion(p, index, false);
    const char *captions = find_companion(p, index, true);
    g_string_append_printf(p->out, "<video id=\"v%zu\" controls playsinline", index);
    add_sizes(p, artifact->settings);
    add(p, poster ? " preload=\"none\" poster=\"" : " preload=\"metadata");
    if (poster)
        add_address(p, poster);
    add(p, "\"");
    add_label(p, artifact, "aria-label");
    add_description_of(p, index);
    add(p, ">\n");
    add_sources(p, index);
    if (captions) {
        add(p, "<track kind=\"captions\" srclang=\"en\" label=\"English\" src=\"");
        add_address(p, captions);
        add(p, "\">\n");
    }
    add(p, "<p>");
    add_link(p, artifact->path, "The video as a file");
    add(p, "</p>\n</video>\n");
    if (poster) { /* what is printed */
        add(p, "<img class=\"still\" alt=\"\" src=\"");
        add_address(p, poster);
        add(p, "\"");
        add_sizes(p, artifact->settings);
        add(p, ">\n");
    }
}

/* A picture that moves as soon as it is shown, and so is shown when somebody asks for it. */
static void add_animation(page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    add(p, "<details class=\"animation\">\n<summary>Show the animation</summary>\n<img src=\"");
    add_address(p, artifact->path);
    add(p, "\"");
    add_sizes(p, artifact->settings);
    add_label(p, artifact, "alt");
    add_description_of(p, index);
    add(p, " loading=\"lazy\">\n</details>\n");
}

static bool add_inline_svg(page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const tr_built *built = &p->report->artifacts[index];
    char *svg = NULL, *caption = caption_of(p, artifact);
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

static void add_chart(page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    bool is_svg = g_str_has_suffix(artifact->path, ".svg");
    if (g_str_has_suffix(artifact->path, ".pdf") || (is_svg && add_inline_svg(p, index)))
        return; /* a PDF is linked to by its facts */
    add(p, "<img src=\"");
    add_address(p, artifact->path);
    add(p, "\"");
    add_sizes(p, artifact->settings);
    add_label(p, artifact, "alt");
    add_description_of(p, index);
    add(p, ">\n");
}

static bool is_played(const tr_plan_artifact *artifact) {
    return artifact->kind == TR_PLAN_VIDEO && formats[find_format(artifact->path)].type;
}

static void add_figure(page *p, size_t index) {
    const tr_plan_artifact *artifact = &p->plan->artifacts[index];
    const tr_built *built = &p->report->artifacts[index];
    bool is_wide = artifact->settings->size.width > 640;
    add(p, is_wide ? "<figure class=\"wide\">\n" : "<figure>\n");
    if (is_there(built) && is_played(artifact))
        add_video(p, index);
    else if (is_there(built) && artifact->kind == TR_PLAN_VIDEO)
        add_animation(p, index);
    else if (is_there(built))
        add_chart(p, index);
    add(p, "<figcaption>\n");
    add_caption(p, artifact);
    add_alternative(p, index, built);
    if (is_there(built))
        add_facts(p, artifact->path, &built->file);
    else
        add_missing(p, artifact, built);
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (are_twins(p, index, i))
            add_facts(p, p->plan->artifacts[i].path, &p->report->artifacts[i].file);
    add(p, "</figcaption>\n</figure>\n");
}

/* ---- videos that advance together ---- */

static bool are_same_runs(const tr_plan_comparison *a, const tr_plan_comparison *b) {
    return a && b && a->n_runs == b->n_runs &&
           !memcmp(a->runs, b->runs, a->n_runs * sizeof *a->runs);
}

/* Whether two videos show the same states at the same times: of the same runs, or of two that are as
 * long. */
static bool are_aligned(const page *p, size_t a, size_t b) {
    const tr_plan_artifact *one = &p->plan->artifacts[a], *other = &p->plan->artifacts[b];
    const tr_built_file *file = &p->report->artifacts[a].file;
    const tr_built_file *file_of_other = &p->report->artifacts[b].file;
    const tr_settings *s = one->settings, *t = other->settings;
    bool are_compared = one->comparison || other->comparison;
    bool same_states =
        are_compared
            ? are_same_runs(one->comparison, other->comparison) && s->align == t->align
            : one->run == other->run || (s->pace != TR_PACE_ADAPTIVE &&
                                         file->n_iterations == file_of_other->n_iterations);
    return same_states && file->n_frames == file_of_other->n_frames && s->pace == t->pace &&
           (are_compared || s->pace != TR_PACE_STEP || s->every == t->every) &&
           s->frames_per_second == t->frames_per_second && s->hold == t->hold;
}

static void add_together(page *p, const GArray *group) {
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
static GArray *find_group(const page *p, size_t index, bool *is_done) {
    GArray *group = g_array_new(FALSE, FALSE, sizeof(size_t));
    is_done[index] = true;
    g_array_append_val(group, index);
    for (size_t i = index + 1; i < p->plan->n_artifacts; i++) {
        if (is_done[i] || !is_played(&p->plan->artifacts[index]) ||
            !is_played(&p->plan->artifacts[i]) || !is_there(&p->report->artifacts[index]) ||
            !is_there(&p->report->artifacts[i]) || !are_aligned(p, index, i))
            continue;
        is_done[i] = true;
        g_array_append_val(group, i);
    }
    return group;
}

static void add_group(page *p, const GArray *group) {
    add(p, "<div class=\"group\">\n");
    add_together(p, group);
    add(p, "<div class=\"figures\">\n");
    for (guint i = 0; i < group->len; i++)
        add_figure(p, g_array_index(group, size_t, i));
    add(p, "</div>\n</div>\n");
}

/* ---- sections ---- */

static bool has_kind(const page *p, tr_plan_kind kind) {
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (p->plan->artifacts[i].kind == kind)
            return true;
    return false;
}

static void add_videos(page *p) {
    bool *is_done = g_new0(bool, p->plan->n_artifacts);
    bool is_open = false; /* whether figures that go with no others are being listed */
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        is_done[i] = has_better_twin(p, i);
    if (has_kind(p, TR_PLAN_VIDEO))
        add(p, "<section aria-labelledby=\"videos\">\n<h2 id=\"videos\">Videos</h2>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        if (p->plan->artifacts[i].kind != TR_PLAN_VIDEO || is_done[i])
            continue;
        GArray *group = find_group(p, i, is_done);
        bool is_single = group->len == 1;
        if (is_single != is_open)
            add(p, is_single ? "<div class=\"figures\">\n" : "</div>\n");
        is_open = is_single;
        if (is_single)
            add_figure(p, i);
        else
            add_group(p, group);
        g_array_free(group, TRUE);
    }
    if (is_open)
        add(p, "</div>\n");
    if (has_kind(p, TR_PLAN_VIDEO))
        add(p, "</section>\n");
    g_free(is_done);
}

static void add_charts(page *p) {
    if (!has_kind(p, TR_PLAN_CHART))
        return;
    add(p, "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Charts</h2>\n"
           "<div class=\"figures\">\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (p->plan->artifacts[i].kind == TR_PLAN_CHART && !has_better_twin(p, i))
            add_figure(p, i);
    add(p, "</div>\n</section>\n");
}

/* The field at `at`, which may be in quotes, for the caller to free; `at` moves to what comes after the
 * comma, or becomes NULL. */
static char *read_field(const char **at) {
    GString *field = g_string_new(NULL);
    bool is_quoted = false;
    const char *c = *at;
    for (; *c && (*c != ',' || is_quoted); c++) {
        if (*c != '"')
            g_string_append_c(field, *c);
        else if (is_quoted && c[1] == '"')
            g_string_append_c(field, *++c);
        else
            is_quoted = !is_quoted;
    }
    *at = *c ? c + 1 : NULL;
    return g_string_free(field, FALSE);
}

static void add_row(page *p, const char *line, const char *opening, const char *closing) {
    add(p, "<tr>");
    while (line) {
        char *field = read_field(&line);
        add_element(p, opening, field, closing);
        g_free(field);
    }
    add(p, "</tr>\n");
}

/* A short table as such; a long one is only linked to. */
static void add_short_table(page *p, const tr_plan_artifact *artifact) {
    char *text, *caption = caption_of(p, artifact);
    size_t size;
    bool is_short =
        !tr_store_read(p->store, artifact->path, MOST_TABLE_BYTES, &text, &size, NULL) &&
        g_utf8_validate(text, (gssize)size, NULL);
    char **lines = g_strsplit(is_short ? g_strchomp(text) : "", "\n", -1);
    if (*lines && g_strv_length(lines) <= MOST_TABLE_LINES) {
        add(p, "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"");
        add_element(p, "", caption, "\">\n<table>\n<thead>\n");
        add_row(p, lines[0], "<th scope=\"col\">", "</th>");
        add(p, "</thead>\n<tbody>\n");
        for (char **line = lines + 1; *line; line++)
            add_row(p, *line, "<td>", "</td>");
        add(p, "</tbody>\n</table>\n</div>\n");
    }
    g_strfreev(lines);
    g_free(caption);
    g_free(text);
}

static void add_tables(page *p) {
    if (!has_kind(p, TR_PLAN_TABLE) && !has_kind(p, TR_PLAN_CHECKSUMS))
        return;
    add(p, "<section aria-labelledby=\"tables\">\n<h2 id=\"tables\">Tables</h2>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &p->plan->artifacts[i];
        const tr_built *built = &p->report->artifacts[i];
        if (artifact->kind != TR_PLAN_TABLE && artifact->kind != TR_PLAN_CHECKSUMS)
            continue;
        add_caption(p, artifact);
        if (is_there(built) && artifact->kind == TR_PLAN_TABLE)
            add_short_table(p, artifact);
        if (is_there(built))
            add_facts(p, artifact->path, &built->file);
        else
            add_missing(p, artifact, built);
    }
    add(p, "</section>\n");
}

/* ---- settings ---- */

/* Whether a setting has the value that it has by itself, next to the run's others. */
static bool is_default(const page *p, const tr_settings *settings, const tr_param *param) {
    tr_settings plain = p->defaults ? *p->defaults : *settings;
    if (!p->defaults)
        return false;
    if (!param->initial) { /* follows from these */
        plain.optimizer = settings->optimizer;
        plain.data_kind = settings->data_kind;
        tr_settings_resolve(&plain);
    }
    char *value = tr_settings_get(settings, param);
    char *usual = tr_settings_get(&plain, param);
    bool is_same = !g_strcmp0(value, usual);
    g_free(value);
    g_free(usual);
    return is_same;
}

static void add_settings(page *p, const tr_plan_run *run, bool defaults) {
    bool is_open = false;
    for (size_t i = 0; i < tr_n_params; i++) {
        const tr_param *param = &tr_params[i];
        if (!(param->users & TR_FOR_RUN) || !tr_settings_has(run->settings, param) ||
            is_default(p, run->settings, param) != defaults)
            continue;
        char *value = tr_settings_get(run->settings, param);
        if (defaults && (!value || !*value)) {
            g_free(value);
            continue; /* what is not there */
        }
        if (!is_open)
            add(p, "<table>\n<tbody>\n");
        is_open = true;
        add_element(p, "<tr><th scope=\"row\"><code>", param->name, "</code></th><td>");
        if (param->type == TR_PARAM_PATH && value) {
            /* where it is on this machine is nobody's business */
            char *name = g_path_get_basename(value);
            char *shown = *value ? g_utf8_make_valid(name, -1) : g_strdup("");
            add_escaped(p, shown);
            g_free(shown);
            g_free(name);
        } else {
            add_escaped(p, value ? value : "");
        }
        add(p, "</td></tr>\n");
        g_free(value);
    }
    add(p, is_open ? "</tbody>\n</table>\n" : defaults ? "" : "<p>All are the defaults.</p>\n");
}

/* Marks a run, and those whose data and random numbers it has. */
static void mark_run(const page *p, size_t index, bool *is_used) {
    while (index != TR_NO_RUN && !is_used[index]) {
        const tr_plan_run *run = &p->plan->runs[index];
        is_used[index] = true;
        if (run->data_from != TR_NO_RUN)
            mark_run(p, run->data_from, is_used);
        index = run->seed_from;
    }
}

static bool *find_used_runs(const page *p) {
    bool *is_used = g_new0(bool, p->plan->n_runs);
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        size_t count;
        const size_t *runs = tr_plan_artifact_runs(&p->plan->artifacts[i], &count);
        for (size_t k = 0; k < count; k++)
            mark_run(p, runs[k], is_used);
    }
    return is_used;
}

static void add_runs(page *p) {
    bool *is_used = find_used_runs(p);
    add(p, "<section aria-labelledby=\"settings\">\n<h2 id=\"settings\">Settings</h2>\n"
           "<details>\n<summary>What the runs were trained with</summary>\n");
    for (size_t i = 0; i < p->plan->n_runs; i++) {
        const tr_plan_run *run = &p->plan->runs[i];
        if (!is_used[i])
            continue;
        add_element(p, "<h3>", run->name, "</h3>\n");
        add_settings(p, run, false);
        add(p, "<details>\n<summary>Its other settings, which are the defaults</summary>\n");
        add_settings(p, run, true);
        add(p, "</details>\n");
    }
    add(p, "</details>\n</section>\n");
    g_free(is_used);
}

static void add_file(page *p, const char *path, const tr_built_file *file) {
    add(p, "<tr><td>");
    add_link(p, path, path);
    add(p, "</td><td>");
    append_bytes(p->out, file->bytes);
    g_string_append_printf(p->out, "</td><td><code>%s</code></td></tr>\n", file->checksum);
}

static void add_files(page *p) {
    add(p, "<section aria-labelledby=\"files\">\n<h2 id=\"files\">Files</h2>\n"
           "<p><a href=\"manifest.json\">manifest.json</a> has all settings, and "
           "<a href=\"SHA256SUMS\">SHA256SUMS</a> is for <code>sha256sum -c</code>.</p>\n"
           "<details>\n<summary>Checksums</summary>\n<div class=\"table\" role=\"region\" "
           "tabindex=\"0\" aria-label=\"Checksums\">\n<table>\n<thead>\n<tr><th "
           "scope=\"col\">file</th><th scope=\"col\">size</th><th scope=\"col\">SHA-256</th></tr>\n"
           "</thead>\n<tbody>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &p->plan->artifacts[i];
        const tr_built *built = &p->report->artifacts[i];
        if (!is_there(built))
            continue;
        add_file(p, artifact->path, &built->file);
        if (artifact->poster)
            add_file(p, artifact->poster, &built->poster);
        if (artifact->captions)
            add_file(p, artifact->captions, &built->captions);
    }
    add(p, "</tbody>\n</table>\n</div>\n</details>\n</section>\n");
}

/* ---- the whole ---- */

/* Allows a style or script that has just this content. */
static void add_hash(page *p, const char *content) {
    guint8 digest[32];
    gsize size = sizeof digest;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)content, (gssize)strlen(content));
    g_checksum_get_digest(sum, digest, &size);
    char *text = g_base64_encode(digest, size);
    g_string_append_printf(p->out, " 'sha256-%s'", text);
    g_free(text);
    g_checksum_free(sum);
}

#define GENERATOR "<meta name=\"generator\" content=\"trainreel\">"

bool tr_page_is_ours(const char *text) {
    return strstr(text, GENERATOR) != NULL;
}

static void add_head(page *p, const char *title) {
    add(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; "
           "style-src");
    add_hash(p, tr_page_style);
    add(p, "; script-src");
    add_hash(p, tr_page_script);
    add(p,
        "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" GENERATOR
        "\n<link rel=\"icon\" href=\"data:,\">\n");
    add_element(p, "<title>", title, "</title>\n");
    if (p->plan->description)
        add_element(p, "<meta name=\"description\" content=\"", p->plan->description, "\">\n");
    add(p, "<style>");
    add(p, tr_page_style);
    add(p, "</style>\n</head>\n");
}

/* "Batch size: 1, 8, 32; momentum: 0, 0.9" */
static void append_variations(GString *out, const tr_plan_comparison *comparison) {
    for (size_t i = 0; i < comparison->n_variations; i++) {
        char *name = name_variation(&comparison->variations[i]);
        char *values = g_strjoinv(", ", comparison->variations[i].values);
        g_string_append_printf(out, "%s%s: %s", i ? "; " : "", name, values);
        g_free(values);
        g_free(name);
    }
    *out->str = g_ascii_toupper(*out->str);
}

/* The plan's title, or else what it compares. */
static char *title_of(const tr_plan *plan) {
    const tr_plan_comparison *comparison = plan->artifacts[0].comparison;
    GString *out = g_string_new(plan->title);
    if (!out->len && comparison && comparison->n_variations)
        append_variations(out, comparison);
    if (!out->len)
        g_string_assign(out, comparison ? "Runs compared" : "Training, filmed");
    char *title = g_utf8_make_valid(out->str, -1); /* a path need not be */
    g_string_free(out, TRUE);
    return title;
}

char *tr_page_text(const tr_store *store, const tr_plan *plan, const tr_build_report *report) {
    page p = {.out = g_string_new(NULL), .store = store, .plan = plan, .report = report};
    char *title = title_of(plan);
    if (tr_settings_create(&p.defaults, NULL))
        p.defaults = NULL;
    add_head(&p, title);
    add_element(&p, "<body>\n<header>\n<h1>", title, "</h1>\n");
    g_free(title);
    if (plan->description)
        add_paragraphs(&p, plan->description);
    add(&p, "</header>\n<main>\n");
    add_videos(&p);
    add_charts(&p);
    add_tables(&p);
    add_runs(&p);
    add_files(&p);
    add(&p, "</main>\n<script>");
    add(&p, tr_page_script);
    add(&p, "</script>\n</body>\n</html>\n");
    tr_settings_destroy(&p.defaults);
    return g_string_free(p.out, FALSE);
}
