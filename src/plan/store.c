#include "store.h"

#include "diag.h"
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINKS = 40 }; /* on the way to a file, as Linux has it */

struct tr_store {
    char *folder; /* as asked for */
    char *real;   /* with links resolved */
    int descriptor;
};

struct tr_stage {
    const tr_store *store;
    char *name;
    char *path;
    int descriptor;
};

static tr_status fail_with_errno(tr_diag *diag, tr_status status, const tr_store *store,
                                 const char *path, const char *what) {
    return tr_fail(diag, errno == ENOMEM ? TR_ERROR_MEMORY : status, "%s/%s: %s: %s", store->folder,
                   path, what, strerror(errno));
}

tr_status tr_store_open(tr_store **out, const char *folder, tr_diag *diag) {
    *out = NULL;
    if (!*folder)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the output folder has no name");
    tr_status status = tr_make_folders(folder, diag);
    if (status)
        return status;
    tr_store *store = g_new0(tr_store, 1);
    store->folder = g_strdup(folder);
    store->real = realpath(folder, NULL);
    store->descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!store->real || store->descriptor < 0) {
        status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot use this folder: %s", folder,
                         strerror(errno));
        tr_store_close(&store);
    }
    *out = store;
    return status;
}

void tr_store_close(tr_store **handle) {
    tr_store *store = *handle;
    if (!store)
        return;
    if (store->descriptor >= 0)
        close(store->descriptor);
    free(store->real);
    g_free(store->folder);
    g_free(store);
    *handle = NULL;
}

/* ---- the way to a file ---- */

/* A walk from the output folder to the folder that has a file. */
typedef struct walk {
    const tr_store *store;
    const char *path; /* as the plan has it, for messages */
    bool makes_folders;
    tr_status failure; /* the status of what fails: output or input */
    int descriptor;    /* of the folder so far */
    char *done;        /* the way so far, which has no links; "" at first */
    char *rest;        /* what is to be walked */
    int n_links;
} walk;

static tr_status refuse_link(const walk *w, const char *where, tr_diag *diag) {
    return tr_fail(diag, w->failure, "%s/%s: the link %s/%s leads out of the output folder",
                   w->store->folder, w->path, w->store->folder, where);
}

/* Back to the beginning. */
static tr_status restart(walk *w, char *rest, tr_diag *diag) {
    if (w->descriptor >= 0)
        close(w->descriptor);
    g_free(w->rest);
    g_free(w->done);
    w->rest = rest;
    w->done = g_strdup("");
    w->descriptor = fcntl(w->store->descriptor, F_DUPFD_CLOEXEC, 0);
    if (w->descriptor < 0)
        return fail_with_errno(diag, TR_ERROR_SYSTEM, w->store, w->path, "cannot open its folder");
    return TR_OK;
}

/* Whether an absolute path is `folder` or in it. */
static bool is_below(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return !strcmp(folder, "/") ||
           (!strncmp(path, folder, length) && (!path[length] || path[length] == '/'));
}

/* "one/two", where both may be missing, and the first may begin with a slash. */
static char *join(const char *one, const char *two) {
    one += *one == '/';
    return g_strconcat(one, *one && two ? "/" : "", two, NULL);
}

/* Goes on at what a link leads to, if that is below the output folder; from its beginning, so that
 * what is opened on the way never is a link. */
static tr_status follow_link(walk *w, const char *name, const char *behind, tr_diag *diag) {
    char *where = join(w->done, name);
    char *whole = g_build_filename(w->store->real, where, NULL);
    char *real = realpath(whole, NULL);
    tr_status status = TR_OK;
    if (!real || ++w->n_links > MOST_LINKS)
        status = tr_fail(diag, w->failure, "%s/%s: %s is a link that leads nowhere",
                         w->store->folder, w->path, where);
    else if (!is_below(real, w->store->real))
        status = refuse_link(w, where, diag);
    else
        status = restart(w, join(real + strlen(w->store->real), behind), diag);
    free(real);
    g_free(whole);
    g_free(where);
    return status;
}

static bool is_link(int folder, const char *name) {
    struct stat info;
    return !fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) && S_ISLNK(info.st_mode);
}

/* Into the folder `name`; `behind` is what comes after it. */
static tr_status enter(walk *w, const char *name, const char *behind, tr_diag *diag) {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int next = openat(w->descriptor, name, flags);
    if (next < 0 && errno == ENOENT && w->makes_folders &&
        /* somebody else may have made it just now */
        (!mkdirat(w->descriptor, name, 0777) || errno == EEXIST))
        next = openat(w->descriptor, name, flags);
    int error = errno;
    if (next < 0 && is_link(w->descriptor, name))
        return follow_link(w, name, behind, diag);
    errno = error;
    if (next < 0)
        return fail_with_errno(diag, w->failure, w->store, w->path, "cannot open its folder");
    char *done = join(w->done, name);
    char *rest = g_strdup(behind);
    close(w->descriptor);
    g_free(w->done);
    g_free(w->rest);
    w->descriptor = next;
    w->done = done;
    w->rest = rest;
    return TR_OK;
}

static void end_walk(walk *w) {
    if (w->descriptor >= 0)
        close(w->descriptor);
    g_free(w->done);
    g_free(w->rest);
}

/* Walks to the folder that has the file; `rest` is then the name of the file, which is no link. */
static tr_status walk_to(walk *w, const tr_store *store, const char *path, bool makes_folders,
                         tr_status failure, tr_diag *diag) {
    *w = (walk){.store = store,
                .path = path,
                .makes_folders = makes_folders,
                .failure = failure,
                .descriptor = -1};
    tr_status status = restart(w, g_strdup(path), diag);
    while (!status) {
        char *slash = strchr(w->rest, '/');
        if (!slash && !is_link(w->descriptor, w->rest))
            break;
        char *name = g_strndup(w->rest, slash ? (gsize)(slash - w->rest) : strlen(w->rest));
        char *behind = slash ? g_strdup(slash + 1) : NULL;
        status = slash ? enter(w, name, behind, diag) : follow_link(w, name, NULL, diag);
        g_free(name);
        g_free(behind);
    }
    if (!status && !*w->rest) /* a link to the output folder itself */
        status =
            tr_fail(diag, failure, "%s/%s: is a folder, but a file is wanted", store->folder, path);
    if (status)
        end_walk(w);
    return status;
}

/* Whether a file can take the place of what is there. */
static tr_status check_place(const walk *w, tr_diag *diag) {
    struct stat info;
    if (fstatat(w->descriptor, w->rest, &info, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT
                   ? TR_OK
                   : fail_with_errno(diag, w->failure, w->store, w->path, "cannot write");
    if (S_ISDIR(info.st_mode))
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s/%s: is a folder, but a file is to be written",
                       w->store->folder, w->path);
    if (!S_ISREG(info.st_mode))
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s/%s: is not a regular file", w->store->folder,
                       w->path);
    if (faccessat(w->descriptor, w->rest, W_OK, 0))
        return fail_with_errno(diag, TR_ERROR_OUTPUT, w->store, w->path,
                               "cannot replace this file");
    return TR_OK;
}

tr_status tr_store_prepare(const tr_store *store, const char *path, tr_diag *diag) {
    walk w;
    tr_status status = walk_to(&w, store, path, true, TR_ERROR_OUTPUT, diag);
    if (status)
        return status;
    status = check_place(&w, diag);
    end_walk(&w);
    return status;
}

/* ---- reading ---- */

/* Opens a regular file, and waits for no one. */
static int open_regular(int folder, const char *name) {
    struct stat info;
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor >= 0 && (fstat(descriptor, &info) || !S_ISREG(info.st_mode))) {
        close(descriptor);
        errno = EINVAL;
        return -1;
    }
    return descriptor;
}

/* Calls `take` for the whole content; false where it cannot be read. */
static bool read_all(int descriptor, bool (*take)(const char *, size_t, void *), void *context) {
    char buffer[1 << 15];
    for (;;) {
        ssize_t got = read(descriptor, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        if (!take(buffer, (size_t)got, context))
            return false;
    }
}

typedef struct digest {
    GChecksum *checksum;
    uint64_t bytes;
} digest;

static bool take_digest(const char *data, size_t size, void *context) {
    digest *d = context;
    g_checksum_update(d->checksum, (const guchar *)data, (gssize)size);
    d->bytes += size;
    return true;
}

/* Reads the file to its end, and closes it. */
static bool digest_file(int descriptor, char checksum[TR_CHECKSUM_SIZE], uint64_t *bytes) {
    digest d = {.checksum = g_checksum_new(G_CHECKSUM_SHA256)};
    bool complete = descriptor >= 0 && read_all(descriptor, take_digest, &d);
    int error = errno;
    g_strlcpy(checksum, g_checksum_get_string(d.checksum), TR_CHECKSUM_SIZE);
    *bytes = d.bytes;
    g_checksum_free(d.checksum);
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    return complete;
}

tr_status tr_store_checksum(const tr_store *store, const char *path,
                            char checksum[TR_CHECKSUM_SIZE], uint64_t *bytes, tr_diag *diag) {
    walk w;
    tr_status status = walk_to(&w, store, path, false, TR_ERROR_INPUT, diag);
    if (status)
        return status;
    if (!digest_file(open_regular(w.descriptor, w.rest), checksum, bytes))
        status = fail_with_errno(diag, TR_ERROR_INPUT, store, path, "cannot read it");
    end_walk(&w);
    return status;
}

tr_status tr_file_checksum(const char *path, char checksum[TR_CHECKSUM_SIZE], tr_diag *diag) {
    uint64_t bytes;
    if (digest_file(open(path, O_RDONLY | O_CLOEXEC), checksum, &bytes))
        return TR_OK;
    return tr_fail(diag, TR_ERROR_INPUT, "%s: cannot read it: %s", path, strerror(errno));
}

typedef struct content {
    GString *text;
    size_t most;
} content;

static bool take_content(const char *data, size_t size, void *context) {
    content *c = context;
    g_string_append_len(c->text, data, (gssize)size);
    errno = EFBIG;
    return c->text->len <= c->most;
}

tr_status tr_store_read(const tr_store *store, const char *path, size_t most, char **data,
                        size_t *size, tr_diag *diag) {
    walk w;
    *data = NULL;
    *size = 0;
    tr_status status = walk_to(&w, store, path, false, TR_ERROR_INPUT, diag);
    if (status)
        return status;
    content c = {.text = g_string_new(NULL), .most = most};
    int descriptor = open_regular(w.descriptor, w.rest);
    if (descriptor < 0 || !read_all(descriptor, take_content, &c))
        status = fail_with_errno(diag, TR_ERROR_INPUT, store, path, "cannot read it");
    if (descriptor >= 0)
        close(descriptor);
    end_walk(&w);
    if (!status)
        *size = c.text->len;
    *data = g_string_free(c.text, status != TR_OK);
    return status;
}

/* ---- writing ---- */

tr_status tr_stage_create(tr_stage **out, const tr_store *store, tr_diag *diag) {
    static atomic_uint counter;
    tr_stage *stage = g_new0(tr_stage, 1);
    stage->store = store;
    stage->descriptor = -1;
    *out = stage;
    do {
        g_free(stage->name);
        stage->name = g_strdup_printf(".trainreel-%ld-build-%u.tmp", (long)getpid(),
                                      atomic_fetch_add(&counter, 1));
        if (!mkdirat(store->descriptor, stage->name, 0777)) {
            stage->path = g_build_filename(store->folder, stage->name, NULL);
            stage->descriptor = openat(store->descriptor, stage->name,
                                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (stage->descriptor >= 0)
                return TR_OK;
        }
    } while (errno == EEXIST);
    tr_status status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot write in this folder: %s",
                               store->folder, strerror(errno));
    tr_stage_destroy(out);
    return status;
}

const char *tr_stage_path(const tr_stage *stage) {
    return stage->path;
}

tr_status tr_stage_checksum(const tr_stage *stage, const char *name,
                            char checksum[TR_CHECKSUM_SIZE], uint64_t *bytes, tr_diag *diag) {
    if (digest_file(open_regular(stage->descriptor, name), checksum, bytes))
        return TR_OK;
    return tr_fail(diag, TR_ERROR_OUTPUT, "%s/%s: cannot read it again: %s", stage->path, name,
                   strerror(errno));
}

static tr_status publish(const tr_stage *stage, const char *name, const char *path, bool is_last,
                         tr_diag *diag) {
    walk w;
    tr_status status = walk_to(&w, stage->store, path, true, TR_ERROR_OUTPUT, diag);
    if (status)
        return status;
    status = check_place(&w, diag);
    if (!status && renameat(stage->descriptor, name, w.descriptor, w.rest))
        status = fail_with_errno(diag, TR_ERROR_OUTPUT, stage->store, path,
                                 "cannot rename the new file to this");
    if (!status && is_last)
        fsync(w.descriptor); /* not every file system can sync a folder; that is no failure */
    end_walk(&w);
    return status;
}

tr_status tr_stage_publish(const tr_stage *stage, const char *name, const char *path,
                           tr_diag *diag) {
    return publish(stage, name, path, false, diag);
}

/* Folders that a killed part of the program left in it go as well, one level deep. */
static void remove_content(int folder, int depth) {
    int descriptor = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *entries = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (!entries && descriptor >= 0)
        close(descriptor);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, "..") || !unlinkat(folder, name, 0) || !depth)
            continue;
        int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner < 0)
            continue;
        remove_content(inner, depth - 1);
        close(inner);
        unlinkat(folder, name, AT_REMOVEDIR);
    }
    if (entries)
        closedir(entries);
}

void tr_stage_destroy(tr_stage **handle) {
    tr_stage *stage = *handle;
    if (!stage)
        return;
    if (stage->descriptor >= 0) {
        remove_content(stage->descriptor, 1);
        close(stage->descriptor);
        unlinkat(stage->store->descriptor, stage->name, AT_REMOVEDIR);
    }
    g_free(stage->name);
    g_free(stage->path);
    g_free(stage);
    *handle = NULL;
}

tr_status tr_store_write(const tr_store *store, const char *path, const void *data, size_t size,
                         tr_diag *diag) {
    tr_stage *stage;
    tr_output *output = NULL;
    tr_status status = tr_store_prepare(store, path, diag);
    if (status)
        return status;
    status = tr_stage_create(&stage, store, diag);
    if (status)
        return status;
    char *staged = g_build_filename(stage->path, "file", NULL);
    status = tr_output_create(&output, staged, false, diag);
    if (!status)
        status = tr_output_write(output, data, size, diag);
    if (!status)
        status = tr_output_commit(&output, diag);
    if (!status)
        status = publish(stage, "file", path, true, diag);
    tr_output_discard(&output);
    tr_stage_destroy(&stage);
    g_free(staged);
    return status;
}

tr_status tr_store_update(const tr_store *store, const char *path, const char *text, bool *changed,
                          tr_diag *diag) {
    char *older;
    size_t size, length = strlen(text);
    tr_status status = tr_store_read(store, path, length, &older, &size, NULL);
    bool is_same = !status && size == length && !memcmp(older, text, size);
    g_free(older);
    if (changed)
        *changed = !is_same;
    return is_same ? TR_OK : tr_store_write(store, path, text, length, diag);
}
