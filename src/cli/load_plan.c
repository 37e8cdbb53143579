#include "load_plan.h"

#include "following.h"

#include <string.h>

enum { MOST_ERRORS_SHOWN = 20 };

typedef struct complaints {
    const char *command;
    size_t count;
} complaints;

static void complain_of(const char *text, void *context) {
    complaints *all = context;
    if (all->count++ < MOST_ERRORS_SHOWN)
        tr_complain(all->command, "%s", text);
}

int tr_load_plan(const char *command, const char *name, const GArray *given, char **sets,
                 tr_plan **plan) {
    *plan = NULL;
    if (tr_has_hdf5_signature(name, NULL)) {
        tr_complain(command,
                    "%s: is a recording; wanted a plan, which may have runs such as "
                    "{recording: FILE}",
                    name);
        return EXIT_INPUT;
    }
    GArray *overrides = g_array_new(FALSE, FALSE, sizeof(tr_override));
    complaints all = {.command = command};
    tr_diag diag = {0};
    for (guint i = 0; given && i < given->len; i++) {
        const tr_given *setting = &g_array_index(given, tr_given, i);
        const tr_override override = {.param = setting->param, .text = setting->text};
        if (setting->param->users & TR_FOR_RUN)
            g_array_append_val(overrides, override);
    }
    for (char **set = sets; set && *set; set++) {
        const tr_override override = {.text = *set};
        g_array_append_val(overrides, override);
    }
    tr_status status = tr_plan_read(plan, name, (const tr_override *)(void *)overrides->data,
                                    overrides->len, complain_of, &all, &diag);
    if (all.count > MOST_ERRORS_SHOWN)
        tr_complain(command, "and %zu errors more", all.count - MOST_ERRORS_SHOWN);
    g_array_free(overrides, TRUE);
    return tr_exit_code(status);
}

bool tr_choose_run(const char *command, const tr_plan *plan, const char *name, size_t *index) {
    GString *names = g_string_new(NULL);
    bool found = !name && plan->n_written == 1;
    *index = 0;
    for (size_t i = 0; i < plan->n_written; i++) {
        if (name && !strcmp(plan->runs[i].name, name)) {
            *index = i;
            found = true;
        }
        g_string_append_printf(names, "%s%s", i ? ", " : "", plan->runs[i].name);
    }
    if (!found && name)
        tr_complain(command, "--run: the plan has no run \"%s\"; it has %s", name, names->str);
    else if (!found)
        tr_complain(command, "the plan has %zu runs; say which one with --run: %s", plan->n_written,
                    names->str);
    g_string_free(names, TRUE);
    return found;
}
