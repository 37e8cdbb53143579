#include "summary.h"

#include "diag.h"
#include "params.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- numbers ---- */

typedef struct counting {
    tr_run_summary *summary;
    tr_evaluator *evaluator;
    tr_loss loss_kind;
    size_t n_levels;
    double levels[TR_MOST_LEVELS];
    float loss; /* of the iteration before */
    float full_loss;
    bool (*is_stopping)(const void *context);
    const void *context;
} counting;

/* A step: what is not a number is neither above nor below anything. */
static tr_status count(const tr_snapshot *snapshot, void *context) {
    counting *c = context;
    tr_run_summary *summary = c->summary;
    if (c->is_stopping && c->is_stopping(c->context))
        return TR_ERROR_CANCELLED;
    float full_loss = tr_evaluator_loss(c->evaluator, c->loss_kind, snapshot->params);
    if (snapshot->iteration > 0) {
        summary->n_loss_rises += snapshot->loss > c->loss;
        summary->n_full_loss_rises += full_loss > c->full_loss;
    }
    for (size_t i = 0; i < c->n_levels; i++)
        if (summary->first_below[i] == TR_NEVER && (double)full_loss < c->levels[i])
            summary->first_below[i] = snapshot->iteration;
    c->loss = snapshot->loss;
    c->full_loss = full_loss;
    return TR_OK;
}

tr_status tr_summarize(tr_run_summary *summary, const tr_source *source,
                       const tr_recording *recording, const char *levels,
                       bool (*is_stopping)(const void *context), const void *context,
                       tr_diag *diag) {
    *summary = (tr_run_summary){.n_iterations = tr_recording_last_iteration(recording)};
    for (size_t i = 0; i < TR_MOST_LEVELS; i++)
        summary->first_below[i] = TR_NEVER;
    counting c = {.summary = summary,
                  .loss_kind = source->loss,
                  .loss = NAN,
                  .full_loss = NAN,
                  .is_stopping = is_stopping,
                  .context = context};
    c.n_levels = tr_levels_parse(levels, c.levels);
    tr_status status = tr_evaluator_create(&c.evaluator, source->network, source->dataset, diag);
    if (!status)
        status = tr_recording_replay(recording, count, &c, diag);
    tr_evaluator_destroy(&c.evaluator);
    summary->final_full_loss = (double)c.full_loss;
    return status;
}

/* ---- writing ---- */

/* With quotes where it needs them. */
static void append_field(GString *text, const char *field) {
    if (!strpbrk(field, ",\"")) {
        g_string_append(text, field);
        return;
    }
    g_string_append_c(text, '"');
    for (; *field; field++) {
        if (*field == '"')
            g_string_append_c(text, '"');
        g_string_append_c(text, *field);
    }
    g_string_append_c(text, '"');
}

static bool has_seconds(const tr_plan_artifact *artifact) {
    return artifact->settings->seconds != 0;
}

void tr_summary_append_names(GString *text, const tr_plan_artifact *artifact) {
    const tr_plan_comparison *comparison = artifact->comparison;
    g_string_append(text, "label");
    for (size_t i = 0; i < comparison->n_variations; i++)
        g_string_append_printf(text, ",%s", comparison->variations[i].param->name);
    g_string_append(text, ",iterations,final_full_loss");
    char **levels = g_strsplit(artifact->settings->levels, ",", -1);
    for (char **level = levels; *level; level++)
        g_string_append_printf(text, ",below_%s", *level);
    g_strfreev(levels);
    g_string_append(text, ",loss_rises,full_loss_rises,diverged_at");
    g_string_append(text, has_seconds(artifact) ? ",seconds\n" : "\n");
}

static void append_values(GString *text, const tr_plan_comparison *comparison, size_t index) {
    const char *values[TR_MOST_VARIATIONS];
    for (size_t i = comparison->n_variations; i-- > 0;) {
        const tr_variation *variation = &comparison->variations[i];
        values[i] = variation->values[index % variation->n_values];
        index /= variation->n_values;
    }
    for (size_t i = 0; i < comparison->n_variations; i++) {
        g_string_append_c(text, ',');
        append_field(text, values[i]);
    }
}

static void append_iteration(GString *text, uint64_t iteration, uint64_t none) {
    g_string_append_c(text, ',');
    if (iteration != none)
        g_string_append_printf(text, "%" PRIu64, iteration);
}

/* Not every C library writes a NaN without a sign. */
static void append_loss(GString *text, double loss) {
    char number[G_ASCII_DTOSTR_BUF_SIZE] = "nan";
    if (!isnan(loss))
        g_ascii_formatd(number, sizeof number, "%.9g", loss);
    g_string_append_printf(text, ",%s", number);
}

void tr_summary_append_line(GString *text, const tr_plan_artifact *artifact, size_t index,
                            const tr_run_summary *summary) {
    double levels[TR_MOST_LEVELS];
    size_t n_levels = tr_levels_parse(artifact->settings->levels, levels);
    append_field(text, artifact->comparison->labels[index]);
    append_values(text, artifact->comparison, index);
    g_string_append_printf(text, ",%" PRIu64, summary->n_iterations);
    append_loss(text, summary->final_full_loss);
    for (size_t i = 0; i < n_levels; i++)
        append_iteration(text, summary->first_below[i], TR_NEVER);
    append_iteration(text, summary->n_loss_rises, TR_NEVER);
    append_iteration(text, summary->n_full_loss_rises, TR_NEVER);
    append_iteration(text, summary->diverged_at, 0);
    if (has_seconds(artifact)) {
        char number[G_ASCII_DTOSTR_BUF_SIZE] = "";
        if (!isnan(summary->seconds))
            g_ascii_formatd(number, sizeof number, "%.3f", summary->seconds);
        g_string_append_printf(text, ",%s", number);
    }
    g_string_append_c(text, '\n');
}

/* ---- reading ---- */

/* The fields of a line, whose end `*text` is moved behind; NULL where it is not as those above. */
static char **split_line(const char **text) {
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    GString *field = g_string_new(NULL);
    const char *at = *text;
    bool is_quoted = false;
    for (; *at && (is_quoted || *at != '\n'); at++) {
        bool is_quote = *at == '"';
        if (is_quote && is_quoted && at[1] == '"')
            g_string_append_c(field, *++at);
        else if (is_quote)
            is_quoted = !is_quoted;
        else if (*at != ',' || is_quoted)
            g_string_append_c(field, *at);
        else
            g_ptr_array_add(fields, g_strdup(field->str)), g_string_truncate(field, 0);
    }
    bool is_whole = *at == '\n';
    g_ptr_array_add(fields, g_string_free(field, FALSE));
    *text = at + is_whole;
    if (!is_whole) {
        g_ptr_array_free(fields, TRUE);
        return NULL;
    }
    g_ptr_array_set_free_func(fields, NULL);
    g_ptr_array_add(fields, NULL);
    return (char **)g_ptr_array_free(fields, FALSE);
}

tr_status tr_summary_parse(tr_summary **out, const char *text, tr_diag *diag) {
    tr_summary *summary = g_new0(tr_summary, 1);
    GPtrArray *lines = g_ptr_array_new();
    summary->names = split_line(&text);
    bool sound = summary->names && !strcmp(summary->names[0], "label");
    while (sound && *text) {
        char **line = split_line(&text);
        sound = line && g_strv_length(line) == g_strv_length(summary->names);
        if (line)
            g_ptr_array_add(lines, line);
    }
    summary->n_lines = lines->len;
    g_ptr_array_add(lines, NULL);
    summary->lines = (char ***)g_ptr_array_free(lines, FALSE);
    if (!sound)
        tr_summary_destroy(&summary);
    *out = summary;
    return sound ? TR_OK : tr_fail(diag, TR_ERROR_INPUT, "it is no summary of a comparison");
}

bool tr_summary_read(tr_summary **summary, const char *folder, const tr_plan_artifact *artifact,
                     const tr_built *built) {
    *summary = NULL;
    if (!tr_is_there(built) || !artifact->comparison || artifact->kind != TR_PLAN_TABLE)
        return false;
    char *path = g_build_filename(folder, artifact->path, NULL);
    char *text = NULL;
    bool is_read =
        g_file_get_contents(path, &text, NULL, NULL) && !tr_summary_parse(summary, text, NULL);
    g_free(text);
    g_free(path);
    return is_read;
}

void tr_summary_destroy(tr_summary **handle) {
    tr_summary *summary = *handle;
    if (!summary)
        return;
    for (size_t i = 0; i < summary->n_lines; i++)
        g_strfreev(summary->lines[i]);
    g_free(summary->lines);
    g_strfreev(summary->names);
    g_free(summary);
    *handle = NULL;
}

/* ---- for people ---- */

char *tr_summary_heading(const tr_summary *summary, size_t column) {
    static const char *const shorter[][2] = {{"final_full_loss", "loss"},
                                             {"loss_rises", "batch rose"},
                                             {"full_loss_rises", "loss rose"},
                                             {"diverged_at", "diverged at"}};
    const char *name = summary->names[column];
    bool is_empty = summary->n_lines > 0;
    for (size_t i = 0; i < summary->n_lines; i++)
        is_empty = is_empty && !*summary->lines[i][column];
    if (column == 0)
        return g_strdup("");
    if (g_str_has_prefix(name, "below_"))
        return g_strdup_printf("< %s", name + strlen("below_"));
    if (strchr(name, '.') || (is_empty && !strcmp(name, "diverged_at")))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(shorter); i++)
        if (!strcmp(name, shorter[i][0]))
            return g_strdup(shorter[i][1]);
    return g_strdup(name);
}

char *tr_summary_cell(const tr_summary *summary, size_t line, size_t column) {
    const char *name = summary->names[column], *field = summary->lines[line][column];
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (!*field && strcmp(name, "label") != 0)
        return g_strdup("-");
    if (strcmp(name, "final_full_loss") != 0)
        return g_strdup(field);
    g_ascii_formatd(number, sizeof number, "%.3g", g_ascii_strtod(field, NULL));
    return tr_format_number(g_ascii_strtod(number, NULL));
}

static void append_padded(GString *text, const char *cell, size_t width, bool is_first) {
    int n_spaces = (int)(width - (size_t)g_utf8_strlen(cell, -1));
    if (is_first)
        g_string_append_printf(text, "%s%*s", cell, n_spaces, "");
    else
        g_string_append_printf(text, "  %*s%s", n_spaces, "", cell);
}

char *tr_summary_format(const tr_summary *summary) {
    size_t n_lines = summary->n_lines + 1;
    GString **rows = g_new0(GString *, n_lines);
    for (size_t i = 0; i < n_lines; i++)
        rows[i] = g_string_new(NULL);
    for (size_t column = 0; summary->names[column]; column++) {
        char *heading = tr_summary_heading(summary, column);
        if (!heading)
            continue;
        GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
        size_t width = 0;
        g_ptr_array_add(cells, heading);
        for (size_t i = 0; i < summary->n_lines; i++)
            g_ptr_array_add(cells, tr_summary_cell(summary, i, column));
        for (guint i = 0; i < cells->len; i++)
            width = MAX(width, (size_t)g_utf8_strlen(cells->pdata[i], -1));
        for (guint i = 0; i < cells->len; i++)
            append_padded(rows[i], cells->pdata[i], width, column == 0);
        g_ptr_array_free(cells, TRUE);
    }
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n_lines; i++) {
        g_string_append_printf(text, "%s\n", rows[i]->str);
        g_string_free(rows[i], TRUE);
    }
    g_free(rows);
    return g_string_free(text, FALSE);
}
