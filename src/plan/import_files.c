#include "import_files.h"

#include "bytes.h"
#include "diag.h"

#include <glib.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FILES = 1 << 20, LONGEST_NUMBER = 18, SIGNATURE_SIZE = 16 };

const char *tr_import_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- which files there are ---- */

static tr_status add_file(GArray *list, const char *path, tr_diag *diag) {
    if (list->len == MOST_FILES)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "there are more than %d files", MOST_FILES);
    tr_import_file file = {.path = g_strdup(path)};
    tr_csv_name_file(file.name, path);
    g_array_append_val(list, file);
    return TR_OK;
}

/* A path that is there is no pattern, whatever its name. */
static bool is_pattern(const char *source) {
    struct stat info;
    return strpbrk(source, "*?[") && lstat(source, &info) != 0;
}

static tr_status add_source(GArray *list, const char *source, tr_diag *diag) {
    if (!is_pattern(source))
        return add_file(list, source, diag);
    glob_t found = {0};
    int result = glob(source, 0, NULL, &found);
    tr_status status = TR_OK;
    if (result == GLOB_NOSPACE)
        status = tr_fail_memory(diag, "the list of files");
    else if (result)
        status = tr_fail(diag, TR_ERROR_INPUT, "no file is called like \"%.100s\"", source);
    for (size_t i = 0; !status && i < found.gl_pathc; i++)
        status = add_file(list, found.gl_pathv[i], diag);
    globfree(&found);
    return status;
}

/* ---- what they are ---- */

/* A kind of file that is refused, and what to do instead. */
typedef struct refusal {
    const char *endings; /* separated by blanks */
    const char *advice;
} refusal;

static const refusal refusals[] = {
    {".pt .pth .ckpt .bin", "a PyTorch file can run code when it is read; save "
                            "safetensors.torch.save_file(model.state_dict()"
                            ", path), or record with trainreel_torch.py"},
    {".pkl .pickle .joblib",
     "a pickle can run code when it is read; save numpy.save(\"params.npy\", rows)"},
    {".npz", "this is a zip of .npy files; unzip it and import those"},
    {".keras", "this is a zip; unzip it and import its model.weights.h5"},
    {".zip", "this is a zip; unzip it and import what is in it"},
};

static bool ends_with(const char *name, const char *endings) {
    char **list = g_strsplit(endings, " ", -1);
    char *folded = g_ascii_strdown(name, -1);
    bool found = false;
    for (size_t i = 0; list[i]; i++)
        found = found || g_str_has_suffix(folded, list[i]);
    g_free(folded);
    g_strfreev(list);
    return found;
}

static tr_status refuse(const tr_import_file *file, const uint8_t *start, tr_diag *diag) {
    const refusal *found = NULL;
    bool is_zip = !memcmp(start, "PK\3\4", 4);
    for (size_t i = 0; i < G_N_ELEMENTS(refusals) && !found; i++)
        if (ends_with(file->path, refusals[i].endings))
            found = &refusals[i];
    if (!found && is_zip)
        found = &refusals[G_N_ELEMENTS(refusals) - 1];
    bool is_pickle = start[0] == 0x80 && start[1] >= 2 && start[1] <= 5; /* opcode PROTO */
    if (!found && is_pickle)
        found = &refusals[1];
    return found ? tr_fail(diag, TR_ERROR_INPUT, "%s: %s", file->name, found->advice) : TR_OK;
}

/* By the first bytes. */
static tr_import_kind kind_of(const uint8_t start[SIGNATURE_SIZE]) {
    if (!memcmp(start, "\x89HDF\r\n\x1a\n", 8))
        return TR_IMPORT_KERAS;
    if (!memcmp(start, "\x93NUMPY", 6))
        return TR_IMPORT_NPY;
    /* the length of a header that can be read, and its brace */
    if (!start[4] && !start[5] && !start[6] && !start[7] && start[8] == '{')
        return TR_IMPORT_SAFETENSORS;
    return TR_IMPORT_TEXT;
}

/* Where the content says nothing, as that of a broken file, the name does. */
static tr_import_kind kind_by_name(const char *path) {
    if (ends_with(path, ".h5 .hdf5"))
        return TR_IMPORT_KERAS;
    if (ends_with(path, ".npy"))
        return TR_IMPORT_NPY;
    return ends_with(path, ".safetensors") ? TR_IMPORT_SAFETENSORS : TR_IMPORT_TEXT;
}

static tr_status find_kind(const tr_import_file *file, tr_import_kind *kind, tr_diag *diag) {
    uint8_t start[SIGNATURE_SIZE] = {0};
    struct stat info;
    *kind = TR_IMPORT_TEXT;
    /* a pipe can be read only once, and is text */
    bool is_stream =
        !strcmp(file->path, "-") ||
        (!stat(file->path, &info) && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)));
    if (is_stream)
        return TR_OK;
    tr_bytes bytes;
    tr_status status = tr_bytes_open(&bytes, file->path, diag);
    size_t size = bytes.size < SIGNATURE_SIZE ? (size_t)bytes.size : SIGNATURE_SIZE;
    if (!status)
        status = tr_bytes_read(&bytes, 0, start, size, diag);
    tr_bytes_close(&bytes);
    if (!status)
        status = refuse(file, start, diag);
    if (!status) {
        *kind = kind_of(start);
        if (*kind == TR_IMPORT_TEXT)
            *kind = kind_by_name(file->path);
    }
    return status;
}

/* With its article. */
static const char *kind_name(tr_import_kind kind) {
    const char *const names[] = {"a text", "a NumPy", "a safetensors", "an HDF5"};
    return names[kind];
}

static tr_status find_kinds(tr_import_files *files, tr_diag *diag) {
    for (size_t i = 0; i < files->count; i++) {
        tr_import_kind kind;
        tr_status status = find_kind(&files->items[i], &kind, diag);
        if (status)
            return status;
        if (i && kind != files->kind)
            return tr_fail(diag, TR_ERROR_INPUT, "%s: is %s file, but the one before %s file",
                           files->items[i].name, kind_name(kind), kind_name(files->kind));
        files->kind = kind;
    }
    if (files->kind == TR_IMPORT_TEXT && files->count > 1)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "%s: of a table one file is wanted, not %zu",
                       files->items[1].name, files->count);
    return TR_OK;
}

/* ---- in which order ---- */

/* Number `index` of a name, counted from 0, and how long it is; NULL where there are not so many. */
static const char *find_number(const char *name, size_t index, size_t *length) {
    for (const char *at = name; *at;) {
        *length = strspn(at, "0123456789");
        if (*length && index-- == 0)
            return at;
        at += *length ? *length : 1;
    }
    return NULL;
}

/* The text of the name without its ending and that of Keras' .weights.h5, whose 5 is no number. */
static char *stem_of(const char *path) {
    char *stem = g_strdup(tr_import_base_name(path));
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem)
        *dot = '\0';
    return stem;
}

static bool same_number(const char *a, size_t m, const char *b, size_t n) {
    while (m > 1 && *a == '0') {
        a++;
        m--;
    }
    while (n > 1 && *b == '0') {
        b++;
        n--;
    }
    return m == n && !memcmp(a, b, m);
}

/* Which of the numbers in the names differs. With one file it is the only one; SIZE_MAX if there is none,
 * for what may be the initial state, or no state at all. */
static tr_status choose_number(const tr_import_files *files, char **stems, size_t *chosen,
                               tr_diag *diag) {
    size_t n_differing = 0, count = 0, length, first_length;
    for (const char *first; (first = find_number(stems[0], count, &first_length)); count++) {
        bool differs = files->count == 1;
        for (size_t i = 1; i < files->count && !differs; i++) {
            const char *other = find_number(stems[i], count, &length);
            if (!other)
                return tr_fail(diag, TR_ERROR_INPUT,
                               "%s: its name has fewer numbers than that of %.60s",
                               files->items[i].name, tr_import_base_name(files->items[0].path));
            differs = !same_number(first, first_length, other, length);
        }
        if (differs && n_differing++ == 0)
            *chosen = count;
    }
    if (count == 0 && files->count == 1) {
        *chosen = SIZE_MAX;
        return TR_OK;
    }
    if (count == 0)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: its name has no number; wanted the iteration, as in weights_000100%s",
                       files->items[0].name,
                       files->kind == TR_IMPORT_KERAS ? ".weights.h5" : ".safetensors");
    if (n_differing > 1)
        return tr_fail(
            diag, TR_ERROR_INPUT,
            "%s: its name has several numbers; which is the iteration? Wanted names that "
            "differ in one number only",
            files->items[0].name);
    if (n_differing == 0)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: its name has the same number as that of %.60s",
                       files->items[1].name, tr_import_base_name(files->items[0].path));
    return TR_OK;
}

static tr_status read_number(tr_import_file *file, const char *stem, size_t chosen, tr_diag *diag) {
    size_t length;
    if (chosen == SIZE_MAX)
        return TR_OK;
    const char *text = find_number(stem, chosen, &length);
    if (!text)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: its name has fewer numbers than the others",
                       file->name);
    while (length > 1 && *text == '0') {
        text++;
        length--;
    }
    if (length > LONGEST_NUMBER)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: the number in its name is too large", file->name);
    file->iteration = g_ascii_strtoull(text, NULL, 10);
    return TR_OK;
}

static int compare_files(const void *first, const void *second) {
    const tr_import_file *a = first, *b = second;
    return a->iteration < b->iteration ? -1 : a->iteration > b->iteration;
}

static tr_status order_series(tr_import_files *files, tr_diag *diag) {
    size_t chosen = 0;
    char **stems = g_new0(char *, files->count + 1);
    for (size_t i = 0; i < files->count; i++)
        stems[i] = stem_of(files->items[i].path);
    tr_status status = choose_number(files, stems, &chosen, diag);
    for (size_t i = 0; !status && i < files->count; i++)
        status = read_number(&files->items[i], stems[i], chosen, diag);
    g_strfreev(stems);
    if (status)
        return status;
    qsort(files->items, files->count, sizeof *files->items, compare_files);
    for (size_t i = 1; i < files->count; i++)
        if (files->items[i].iteration == files->items[i - 1].iteration)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%s: its name has the same number as that of %.60s",
                           files->items[i].name, tr_import_base_name(files->items[i - 1].path));
    return TR_OK;
}

/* ---- all of it ---- */

tr_status tr_import_find_files(tr_import_files *files, char *const *sources, size_t n_sources,
                               tr_diag *diag) {
    GArray *list = g_array_new(FALSE, FALSE, sizeof(tr_import_file));
    tr_status status = TR_OK;
    for (size_t i = 0; !status && i < n_sources; i++)
        status = add_source(list, sources[i], diag);
    *files = (tr_import_files){.count = list->len};
    files->items = (tr_import_file *)(void *)g_array_free(list, FALSE);
    if (!status)
        status = find_kinds(files, diag);
    bool is_series = files->kind == TR_IMPORT_SAFETENSORS || files->kind == TR_IMPORT_KERAS;
    if (!status && is_series)
        status = order_series(files, diag);
    if (status)
        tr_import_clear_files(files);
    return status;
}

void tr_import_clear_files(tr_import_files *files) {
    for (size_t i = 0; i < files->count; i++)
        g_free(files->items[i].path);
    g_free(files->items);
    *files = (tr_import_files){0};
}
