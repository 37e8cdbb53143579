#include "page_parts.h"
#include "summary.h"
#include "twins.h"

#include <string.h>

enum { MOST_TABLE_BYTES = 1 << 14, MOST_TABLE_LINES = 70 };

/* ---- tables of artifacts ---- */

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

static void add_row(tr_page *p, const char *line, const char *opening, const char *closing) {
    tr_page_add(p, "<tr>");
    while (line) {
        char *field = read_field(&line);
        tr_page_add_element(p, opening, field, closing);
        g_free(field);
    }
    tr_page_add(p, "</tr>\n");
}

static void add_lines(tr_page *p, char **lines) {
    tr_page_add(p, "<thead>\n");
    add_row(p, lines[0], "<th scope=\"col\">", "</th>");
    tr_page_add(p, "</thead>\n<tbody>\n");
    for (char **line = lines + 1; *line; line++)
        add_row(p, *line, "<td>", "</td>");
    tr_page_add(p, "</tbody>\n");
}

static void add_summary_line(tr_page *p, const tr_summary *summary, size_t line) {
    tr_page_add(p, "<tr>");
    for (size_t column = 0; summary->names[column]; column++) {
        char *heading = tr_summary_heading(summary, column);
        char *cell = tr_summary_cell(summary, line, column);
        if (heading && column == 0)
            tr_page_add_element(p, "<th scope=\"row\">", cell, "</th>");
        else if (heading)
            tr_page_add_element(p, "<td>", cell, "</td>");
        g_free(cell);
        g_free(heading);
    }
    tr_page_add(p, "</tr>\n");
}

/* As a terminal shows it. */
static void add_summary(tr_page *p, const tr_summary *summary) {
    tr_page_add(p, "<thead>\n<tr>");
    for (size_t column = 0; summary->names[column]; column++) {
        char *heading = tr_summary_heading(summary, column);
        if (heading)
            tr_page_add_element(p, "<th scope=\"col\">", column ? heading : "run", "</th>");
        g_free(heading);
    }
    tr_page_add(p, "</tr>\n</thead>\n<tbody>\n");
    for (size_t i = 0; i < summary->n_lines; i++)
        add_summary_line(p, summary, i);
    tr_page_add(p, "</tbody>\n");
}

/* A short table as such; a long one is only linked to. */
static void add_short_table(tr_page *p, const tr_plan_artifact *artifact) {
    char *text, *caption = tr_page_caption(p, artifact);
    size_t size;
    bool is_short =
        !tr_store_read(p->store, artifact->path, MOST_TABLE_BYTES, &text, &size, NULL) &&
        g_utf8_validate(text, (gssize)size, NULL);
    tr_summary *summary = NULL;
    bool is_summary = is_short && artifact->comparison && !tr_summary_parse(&summary, text, NULL);
    char **lines = g_strsplit(is_short ? g_strchomp(text) : "", "\n", -1);
    if (*lines && g_strv_length(lines) <= MOST_TABLE_LINES) {
        tr_page_add(p, "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"");
        tr_page_add_element(p, "", caption, "\">\n<table>\n");
        if (is_summary)
            add_summary(p, summary);
        else
            add_lines(p, lines);
        tr_page_add(p, "</table>\n</div>\n");
    }
    tr_summary_destroy(&summary);
    g_strfreev(lines);
    g_free(caption);
    g_free(text);
}

void tr_page_add_tables(tr_page *p) {
    if (!tr_page_has_kind(p, TR_PLAN_TABLE) && !tr_page_has_kind(p, TR_PLAN_CHECKSUMS))
        return;
    tr_page_add(p, "<section aria-labelledby=\"tables\">\n<h2 id=\"tables\">Tables</h2>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &p->plan->artifacts[i];
        const tr_built *built = &p->report->artifacts[i];
        if (artifact->kind != TR_PLAN_TABLE && artifact->kind != TR_PLAN_CHECKSUMS)
            continue;
        tr_page_add_caption(p, artifact);
        if (tr_is_there(built) && artifact->kind == TR_PLAN_TABLE)
            add_short_table(p, artifact);
        if (tr_is_there(built))
            tr_page_add_facts(p, artifact->path, &built->file);
        else
            tr_page_add_missing(p, artifact, built);
    }
    tr_page_add(p, "</section>\n");
}

/* ---- settings ---- */

/* Whether a setting has the value that it has by itself, next to the run's others. */
static bool is_default(const tr_page *p, const tr_settings *settings, const tr_param *param) {
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

static void add_settings(tr_page *p, const tr_plan_run *run, bool defaults) {
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
            tr_page_add(p, "<table>\n<tbody>\n");
        is_open = true;
        tr_page_add_element(p, "<tr><th scope=\"row\"><code>", param->name, "</code></th><td>");
        if (param->type == TR_PARAM_PATH && value) {
            /* where it is on this machine is nobody's business */
            char *name = g_path_get_basename(value);
            char *shown = *value ? g_utf8_make_valid(name, -1) : g_strdup("");
            tr_page_add_escaped(p, shown);
            g_free(shown);
            g_free(name);
        } else {
            tr_page_add_escaped(p, value ? value : "");
        }
        tr_page_add(p, "</td></tr>\n");
        g_free(value);
    }
    tr_page_add(p, is_open    ? "</tbody>\n</table>\n"
                   : defaults ? ""
                              : "<p>All are the defaults.</p>\n");
}

/* Marks a run, and those whose data and random numbers it has. */
static void mark_run(const tr_page *p, size_t index, bool *is_used) {
    while (index != TR_NO_RUN && !is_used[index]) {
        const tr_plan_run *run = &p->plan->runs[index];
        is_used[index] = true;
        if (run->data_from != TR_NO_RUN)
            mark_run(p, run->data_from, is_used);
        index = run->seed_from;
    }
}

static bool *find_used_runs(const tr_page *p) {
    bool *is_used = g_new0(bool, p->plan->n_runs);
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        size_t count;
        const size_t *runs = tr_plan_artifact_runs(&p->plan->artifacts[i], &count);
        for (size_t k = 0; k < count; k++)
            mark_run(p, runs[k], is_used);
    }
    return is_used;
}

void tr_page_add_settings(tr_page *p) {
    bool *is_used = find_used_runs(p);
    tr_page_add(p, "<section aria-labelledby=\"settings\">\n<h2 id=\"settings\">Settings</h2>\n"
                   "<details>\n<summary>What the runs were trained with</summary>\n");
    for (size_t i = 0; i < p->plan->n_runs; i++) {
        const tr_plan_run *run = &p->plan->runs[i];
        if (!is_used[i])
            continue;
        tr_page_add_element(p, "<h3>", run->name, "</h3>\n");
        add_settings(p, run, false);
        tr_page_add(p,
                    "<details>\n<summary>Its other settings, which are the defaults</summary>\n");
        add_settings(p, run, true);
        tr_page_add(p, "</details>\n");
    }
    tr_page_add(p, "</details>\n</section>\n");
    g_free(is_used);
}

/* ---- checksums ---- */

static void add_file(tr_page *p, const char *path, const tr_built_file *file) {
    tr_page_add(p, "<tr><td>");
    tr_page_add_link(p, path, path);
    tr_page_add(p, "</td><td>");
    tr_page_append_bytes(p->out, file->bytes);
    g_string_append_printf(p->out, "</td><td><code>%s</code></td></tr>\n", file->checksum);
}

void tr_page_add_checksums(tr_page *p) {
    tr_page_add(
        p, "<section aria-labelledby=\"files\">\n<h2 id=\"files\">Files</h2>\n"
           "<p><a href=\"manifest.json\">manifest.json</a> has all settings, and "
           "<a href=\"SHA256SUMS\">SHA256SUMS</a> is for <code>sha256sum -c</code>.</p>\n"
           "<details>\n<summary>Checksums</summary>\n<div class=\"table\" role=\"region\" "
           "tabindex=\"0\" aria-label=\"Checksums\">\n<table>\n<thead>\n<tr><th "
           "scope=\"col\">file</th><th scope=\"col\">size</th><th scope=\"col\">SHA-256</th></tr>\n"
           "</thead>\n<tbody>\n");
    for (size_t i = 0; i < p->plan->n_artifacts; i++) {
        const tr_plan_artifact *artifact = &p->plan->artifacts[i];
        const tr_built *built = &p->report->artifacts[i];
        if (!tr_is_there(built))
            continue;
        add_file(p, artifact->path, &built->file);
        if (artifact->poster)
            add_file(p, artifact->poster, &built->poster);
        if (artifact->captions)
            add_file(p, artifact->captions, &built->captions);
    }
    tr_page_add(p, "</tbody>\n</table>\n</div>\n</details>\n</section>\n");
}
