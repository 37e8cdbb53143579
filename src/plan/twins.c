#include "twins.h"

#include <glib.h>
#include <string.h>

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

size_t tr_find_format(const char *path) {
    size_t format = 0;
    while (format + 1 < G_N_ELEMENTS(formats) && !g_str_has_suffix(path, formats[format].ending))
        format++;
    return format;
}

const char *tr_played_type(const char *path) {
    return formats[tr_find_format(path)].type;
}

bool tr_is_played(const tr_plan_artifact *artifact) {
    return artifact->kind == TR_PLAN_VIDEO && tr_played_type(artifact->path);
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

bool tr_are_twins(const tr_plan *plan, const tr_build_report *report, size_t a, size_t b) {
    const tr_plan_artifact *one = &plan->artifacts[a], *other = &plan->artifacts[b];
    size_t format = tr_find_format(one->path), format_of_other = tr_find_format(other->path);
    size_t length = strlen(one->path) - strlen(formats[format].ending);
    return a != b && one->kind == other->kind && format != format_of_other &&
           tr_is_there(&report->artifacts[a]) && tr_is_there(&report->artifacts[b]) &&
           strlen(other->path) == length + strlen(formats[format_of_other].ending) &&
           !strncmp(one->path, other->path, length) &&
           !g_strcmp0(report->artifacts[a].file.alternative,
                      report->artifacts[b].file.alternative) &&
           look_alike(one, other);
}

bool tr_has_better_twin(const tr_plan *plan, const tr_build_report *report, size_t index) {
    for (size_t i = 0; i < plan->n_artifacts; i++)
        if (tr_are_twins(plan, report, index, i) &&
            tr_find_format(plan->artifacts[i].path) < tr_find_format(plan->artifacts[index].path))
            return true;
    return false;
}

const char *tr_find_companion(const tr_plan *plan, const tr_build_report *report, size_t index,
                              bool captions) {
    const tr_plan_artifact *own = &plan->artifacts[index];
    const char *found = captions ? own->captions : own->poster;
    for (size_t i = 0; !found && i < plan->n_artifacts; i++)
        if (tr_are_twins(plan, report, index, i))
            found = captions ? plan->artifacts[i].captions : plan->artifacts[i].poster;
    return found;
}

static bool are_same_runs(const tr_plan_comparison *a, const tr_plan_comparison *b) {
    return a && b && a->n_runs == b->n_runs &&
           !memcmp(a->runs, b->runs, a->n_runs * sizeof *a->runs);
}

bool tr_are_aligned(const tr_plan *plan, const tr_build_report *report, size_t a, size_t b) {
    const tr_plan_artifact *one = &plan->artifacts[a], *other = &plan->artifacts[b];
    const tr_built_file *file = &report->artifacts[a].file;
    const tr_built_file *file_of_other = &report->artifacts[b].file;
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
