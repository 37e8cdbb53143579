#include "page_parts.h"

#include "twins.h"

#include <string.h>

/* ---- text ---- */

void tr_page_add(tr_page *p, const char *html) {
    g_string_append(p->out, html);
}

void tr_page_add_escaped(tr_page *p, const char *text) {
    char *escaped = g_markup_escape_text(text, -1);
    g_string_append(p->out, escaped);
    g_free(escaped);
}

void tr_page_add_element(tr_page *p, const char *opening, const char *text, const char *closing) {
    tr_page_add(p, opening);
    tr_page_add_escaped(p, text);
    tr_page_add(p, closing);
}

void tr_page_add_address(tr_page *p, const char *path) {
    char *address = g_uri_escape_string(path, "/", FALSE);
    g_string_append(p->out, address);
    g_free(address);
}

void tr_page_add_link(tr_page *p, const char *path, const char *text) {
    tr_page_add(p, "<a href=\"");
    tr_page_add_address(p, path);
    tr_page_add_element(p, "\">", text, "</a>");
}

void tr_page_add_paragraphs(tr_page *p, const char *text) {
    char **lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (*g_strstrip(*line))
            tr_page_add_element(p, "<p>", *line, "</p>\n");
    g_strfreev(lines);
}

/* ---- what is said of artifacts ---- */

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

char *tr_page_name_variation(const tr_variation *variation) {
    const tr_param *param = variation->param;
    if (!param->option) /* recording.file */
        return g_strndup(param->name, strcspn(param->name, "."));
    return g_strdelimit(g_strdup(param->option), "-", ' ');
}

/* " by batch size", or " of 3 runs". */
static void append_comparison(GString *out, const tr_plan_comparison *comparison) {
    for (size_t i = 0; i < comparison->n_variations; i++) {
        char *name = tr_page_name_variation(&comparison->variations[i]);
        g_string_append_printf(out, " %s %s", i ? "and" : "by", name);
        g_free(name);
    }
    if (!comparison->n_variations)
        g_string_append_printf(out, " of %zu runs", comparison->n_runs);
}

char *tr_page_caption(const tr_page *p, const tr_plan_artifact *artifact) {
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

void tr_page_add_caption(tr_page *p, const tr_plan_artifact *artifact) {
    char *caption = tr_page_caption(p, artifact);
    tr_page_add_element(p, "<h3>", caption, "</h3>\n");
    g_free(caption);
}

void tr_page_append_bytes(GString *out, uint64_t bytes) {
    if (bytes < 1000)
        g_string_append_printf(out, "%u bytes", (unsigned)bytes);
    else if (bytes < 1000000)
        g_string_append_printf(out, "%.1f kB", (double)bytes / 1e3);
    else
        g_string_append_printf(out, "%.1f MB", (double)bytes / 1e6);
}

void tr_page_add_facts(tr_page *p, const char *path, const tr_built_file *file) {
    tr_page_add(p, "<p class=\"facts\">");
    tr_page_add_link(p, path, path);
    if (file->width)
        g_string_append_printf(p->out, ", %d × %d pixels", file->width, file->height);
    if (file->n_frames)
        g_string_append_printf(p->out, ", %" G_GUINT64_FORMAT " frame%s", file->n_frames,
                               file->n_frames == 1 ? "" : "s");
    if (file->seconds > 0)
        g_string_append_printf(p->out, ", %.1f s", file->seconds);
    g_string_append(p->out, ", ");
    tr_page_append_bytes(p->out, file->bytes);
    tr_page_add(p, "</p>\n");
}

static const char *describe_failure(tr_status status) {
    if (status == TR_ERROR_ARGUMENT)
        return "it cannot be made with these settings";
    if (status == TR_ERROR_INPUT)
        return "what it is made of could not be read";
    return tr_status_name(status);
}

void tr_page_add_missing(tr_page *p, const tr_plan_artifact *artifact, const tr_built *built) {
    tr_page_add(p, "<p class=\"missing\">");
    tr_page_add_element(p, "<code>", artifact->path, "</code> is missing: ");
    if (built->outcome == TR_NOT_REACHED)
        tr_page_add(p, "the build was ended before it was made");
    else
        tr_page_add_escaped(p, describe_failure(built->status));
    tr_page_add(p, ".</p>\n");
}

bool tr_page_has_kind(const tr_page *p, tr_plan_kind kind) {
    for (size_t i = 0; i < p->plan->n_artifacts; i++)
        if (p->plan->artifacts[i].kind == kind)
            return true;
    return false;
}
