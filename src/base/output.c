#include "output.h"

#include "alloc.h"
#include "diag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_PREFIX ".trainreel-" /* of names in the place of which others come */
#define TEMPORARY_ENDING ".tmp"

struct tr_output {
    char *path;      /* as asked for */
    char *target;    /* the same with links resolved */
    char *folder;    /* of the target */
    char *temporary; /* NULL: write to the target itself */
    int descriptor;  /* -1 for a folder */
    bool synced;
    bool (*is_ours)(const char *name);
};

static tr_status fail_with_errno(tr_diag *diag, const char *path, const char *what) {
    int error = errno;
    return tr_fail(diag, error == ENOMEM ? TR_ERROR_MEMORY : TR_ERROR_OUTPUT, "%s: %s: %s", path,
                   what, strerror(error));
}

tr_status tr_make_folders(const char *path, tr_diag *diag) {
    char *copy = strdup(path);
    if (!copy)
        return tr_fail_memory(diag, "a path");
    tr_status status = TR_OK;
    for (char *at = copy + 1; !status && *copy; at++) {
        bool last = !*at;
        if (!last && *at != '/')
            continue;
        *at = '\0';
        struct stat info;
        if (mkdir(copy, 0777) && (errno != EEXIST && errno != EISDIR))
            status = fail_with_errno(diag, copy, "cannot make this folder");
        else if (stat(copy, &info))
            status = fail_with_errno(diag, copy, "cannot use this folder");
        else if (!S_ISDIR(info.st_mode))
            status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: is a file, but a folder is wanted", copy);
        if (last)
            break;
        *at = '/';
    }
    free(copy);
    return status;
}

tr_status tr_make_folders_to(const char *path, tr_diag *diag) {
    char *copy = strdup(path);
    if (!copy)
        return tr_fail_memory(diag, "a path");
    tr_status status = tr_make_folders(dirname(copy), diag);
    free(copy);
    return status;
}

tr_status tr_output_spare(const char *path, const char *input, tr_diag *diag) {
    struct stat output_info, input_info;
    bool is_same = path && input && !stat(path, &output_info) && !stat(input, &input_info) &&
                   S_ISREG(input_info.st_mode) && output_info.st_dev == input_info.st_dev &&
                   output_info.st_ino == input_info.st_ino;
    return is_same
               ? tr_fail(diag, TR_ERROR_ARGUMENT,
                         "%s: is read, and would be replaced; wanted another file to write", path)
               : TR_OK;
}

/* Fills path, target and folder. */
static tr_status resolve(tr_output *output, const char *path, tr_diag *diag) {
    output->path = strdup(path);
    output->target = realpath(path, NULL);
    if (!output->target)
        output->target = strdup(path);
    char *copy = output->target ? strdup(output->target) : NULL;
    output->folder = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    if (!output->path || !output->folder)
        return tr_fail_memory(diag, "a path");
    return TR_OK;
}

/* Creates a file, or with NULL for the descriptor a folder, that did not exist before, in the folder of
 * the output. The caller frees its path. */
static tr_status create_temporary(const tr_output *output, char **path, int *descriptor,
                                  tr_diag *diag) {
    static atomic_uint counter;
    size_t size = strlen(output->folder) + 64;
    *path = malloc(size);
    if (!*path)
        return tr_fail_memory(diag, "a path");
    for (;;) {
        snprintf(*path, size, "%s/" TEMPORARY_PREFIX "%ld-%u" TEMPORARY_ENDING, output->folder,
                 (long)getpid(), atomic_fetch_add(&counter, 1));
        if (!descriptor) {
            if (!mkdir(*path, 0777))
                return TR_OK;
        } else {
            *descriptor = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (*descriptor >= 0)
                return TR_OK;
        }
        if (errno != EEXIST)
            break;
    }
    tr_status status = fail_with_errno(diag, output->path, "cannot write in this folder");
    free(*path);
    *path = NULL;
    return status;
}

static tr_status open_device(tr_output *output, bool may_be_device, tr_diag *diag) {
    if (!may_be_device)
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s: is not a regular file", output->path);
    output->descriptor = open(output->target, O_WRONLY | O_CLOEXEC);
    if (output->descriptor < 0 && errno == EINTR)
        return tr_fail(diag, TR_ERROR_CANCELLED, "interrupted");
    if (output->descriptor < 0)
        return fail_with_errno(diag, output->path, "cannot write");
    return TR_OK;
}

tr_status tr_output_create(tr_output **out, const char *path, bool may_be_device, tr_diag *diag) {
    *out = NULL;
    tr_output *output = tr_alloc_array(1, sizeof *output);
    if (!output)
        return tr_fail_memory(diag, "an output file");
    output->descriptor = -1;
    struct stat info;
    bool exists = !stat(path, &info);
    tr_status status = resolve(output, path, diag);
    if (status)
        ;
    else if (exists && S_ISDIR(info.st_mode))
        status =
            tr_fail(diag, TR_ERROR_OUTPUT, "%s: is a folder, but a file is to be written", path);
    else if (exists && !S_ISREG(info.st_mode))
        status = open_device(output, may_be_device, diag);
    else if (exists && access(path, W_OK))
        status = fail_with_errno(diag, path, "cannot replace this file");
    else
        status = create_temporary(output, &output->temporary, &output->descriptor, diag);
    if (status)
        tr_output_discard(&output);
    *out = output;
    return status;
}

/* Removes a folder of files. Refuses, before touching anything, if it holds anything else. */
static tr_status remove_folder(const char *path, bool (*is_ours)(const char *), bool only_check,
                               tr_diag *diag) {
    DIR *folder = opendir(path);
    if (!folder)
        return fail_with_errno(diag, path, "cannot read this folder");
    tr_status status = TR_OK;
    for (struct dirent *entry; !status && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, ".."))
            continue;
        if (!is_ours(name))
            status = tr_fail(diag, TR_ERROR_OUTPUT,
                             "%s: holds \"%.60s\", so it is not replaced; name another folder",
                             path, name);
        else if (!only_check && unlinkat(dirfd(folder), name, 0))
            status = fail_with_errno(diag, path, "cannot remove its files");
    }
    closedir(folder);
    if (!status && !only_check && rmdir(path))
        status = fail_with_errno(diag, path, "cannot remove this folder");
    return status;
}

tr_status tr_output_create_folder(tr_output **out, const char *path,
                                  bool (*is_ours)(const char *name), tr_diag *diag) {
    *out = NULL;
    tr_output *output = tr_alloc_array(1, sizeof *output);
    if (!output)
        return tr_fail_memory(diag, "an output folder");
    output->descriptor = -1;
    output->is_ours = is_ours;
    struct stat info;
    tr_status status = resolve(output, path, diag);
    if (!status && !stat(path, &info)) {
        if (!S_ISDIR(info.st_mode))
            status = tr_fail(diag, TR_ERROR_OUTPUT, "%s: is a file, but a folder is to be written",
                             path);
        else
            status = remove_folder(path, is_ours, true, diag);
    }
    if (!status)
        status = create_temporary(output, &output->temporary, NULL, diag);
    if (status)
        tr_output_discard(&output);
    *out = output;
    return status;
}

const char *tr_output_path(const tr_output *output) {
    return output->path;
}

const char *tr_output_temporary_path(const tr_output *output) {
    return output->temporary ? output->temporary : output->target;
}

static tr_status write_all(const tr_output *output, int descriptor, const void *data, size_t size,
                           tr_diag *diag) {
    const char *at = data;
    while (size) {
        ssize_t written = write(descriptor, at, size);
        /* A pipe may wait for its reader for ever, so a signal ends that; a file does not wait. */
        if (written < 0 && errno == EINTR && !output->temporary)
            return tr_fail(diag, TR_ERROR_CANCELLED, "interrupted");
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_with_errno(diag, output->path, "cannot write");
        at += written;
        size -= (size_t)written;
    }
    return TR_OK;
}

tr_status tr_output_write(tr_output *output, const void *data, size_t size, tr_diag *diag) {
    return write_all(output, output->descriptor, data, size, diag);
}

tr_status tr_output_write_file(const tr_output *output, const char *name, const void *data,
                               size_t size, tr_diag *diag) {
    size_t path_size = strlen(output->temporary) + strlen(name) + 2;
    char *path = malloc(path_size);
    if (!path)
        return tr_fail_memory(diag, "a path");
    snprintf(path, path_size, "%s/%s", output->temporary, name);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    free(path);
    if (descriptor < 0)
        return fail_with_errno(diag, output->path, "cannot write");
    tr_status status = write_all(output, descriptor, data, size, diag);
    if (close(descriptor) && !status)
        status = fail_with_errno(diag, output->path, "cannot write");
    return status;
}

tr_status tr_output_restart(tr_output *output, tr_diag *diag) {
    if (ftruncate(output->descriptor, 0) || lseek(output->descriptor, 0, SEEK_SET) < 0)
        return fail_with_errno(diag, output->path, "cannot write");
    return TR_OK;
}

tr_status tr_output_write_at(tr_output *output, uint64_t offset, const void *data, size_t size,
                             tr_diag *diag) {
    const char *at = data;
    while (size) {
        ssize_t written = pwrite(output->descriptor, at, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_with_errno(diag, output->path, "cannot write");
        at += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return TR_OK;
}

tr_status tr_output_open_spill(const tr_output *output, int *descriptor, tr_diag *diag) {
    char *path;
    tr_status status = create_temporary(output, &path, descriptor, diag);
    if (status)
        return status;
    unlink(path);
    free(path);
    return TR_OK;
}

uint64_t tr_output_size(const tr_output *output) {
    struct stat info;
    return output->descriptor >= 0 && !fstat(output->descriptor, &info) ? (uint64_t)info.st_size
                                                                        : 0;
}

/* Whether a folder is a temporary one itself: what is in it gets another name before it counts. */
static bool is_temporary(const char *folder) {
    const char *slash = strrchr(folder, '/');
    const char *name = slash ? slash + 1 : folder;
    size_t length = strlen(name), ending = strlen(TEMPORARY_ENDING);
    return !strncmp(name, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)) && length > ending &&
           !strcmp(name + length - ending, TEMPORARY_ENDING);
}

/* So that the new name itself survives a power cut. Not every file system can; that is no failure. */
static void sync_folder(const char *path) {
    if (is_temporary(path))
        return;
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
}

/* All files of a folder at once, which is much faster than one by one. */
static tr_status sync_files(const tr_output *output, tr_diag *diag) {
#ifdef __linux__
    int descriptor = open(output->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || syncfs(descriptor)) {
        tr_status status = fail_with_errno(diag, output->path, "cannot sync");
        if (descriptor >= 0)
            close(descriptor);
        return status;
    }
    close(descriptor);
#else
    (void)output;
    (void)diag;
    sync();
#endif
    return TR_OK;
}

static tr_status commit_folder(tr_output *output, tr_diag *diag) {
    if (!rename(output->temporary, output->target)) /* nothing there, or an empty folder */
        return TR_OK;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return fail_with_errno(diag, output->path, "cannot rename the new folder to this");
    tr_status status = remove_folder(output->target, output->is_ours, true, diag);
    if (status)
        return status;
    size_t size = strlen(output->temporary) + 8;
    char *older = malloc(size);
    if (!older)
        return tr_fail_memory(diag, "a path");
    snprintf(older, size, "%s.old", output->temporary);
    if (rename(output->target, older))
        status = fail_with_errno(diag, output->path, "cannot replace this folder");
    else if (rename(output->temporary, output->target)) {
        status = fail_with_errno(diag, output->path, "cannot rename the new folder to this");
        if (rename(older, output->target))
            tr_fail(diag, status, "%s: the older folder is now %s", output->path, older);
    } else {
        status = remove_folder(older, output->is_ours, false, diag);
    }
    free(older);
    return status;
}

tr_status tr_output_sync(tr_output *output, tr_diag *diag) {
    if (output->synced || !output->temporary)
        return TR_OK;
    tr_status status = TR_OK;
    if (output->is_ours)
        status = sync_files(output, diag);
    else if (fsync(output->descriptor))
        status = fail_with_errno(diag, output->path, "cannot sync");
    output->synced = !status;
    return status;
}

tr_status tr_output_commit(tr_output **handle, tr_diag *diag) {
    tr_output *output = *handle;
    tr_status status = tr_output_sync(output, diag);
    if (!status && output->is_ours) {
        status = commit_folder(output, diag);
    } else if (!status && output->temporary) {
        int closed = close(output->descriptor);
        output->descriptor = -1;
        if (closed)
            status = fail_with_errno(diag, output->path, "cannot write");
        if (!status && rename(output->temporary, output->target))
            status = fail_with_errno(diag, output->path, "cannot rename the new file to this");
    }
    if (!status) {
        sync_folder(output->folder);
        free(output->temporary);
        output->temporary = NULL;
    }
    tr_output_discard(handle);
    return status;
}

tr_status tr_output_publish(tr_output **handle, tr_diag *diag) {
    tr_output *output = *handle;
    tr_status status = TR_OK;
    if (rename(output->temporary, output->target))
        status = fail_with_errno(diag, output->path, "cannot rename the new file to this");
    if (!status) {
        free(output->temporary);
        output->temporary = NULL;
    }
    tr_output_discard(handle);
    return status;
}

static bool any_file(const char *name) {
    (void)name;
    return true;
}

void tr_output_discard(tr_output **handle) {
    tr_output *output = *handle;
    if (!output)
        return;
    if (output->descriptor >= 0)
        close(output->descriptor);
    if (output->temporary && output->is_ours) /* whatever is in it, we have put it there */
        (void)remove_folder(output->temporary, any_file, false, NULL);
    else if (output->temporary)
        unlink(output->temporary);
    free(output->temporary);
    free(output->folder);
    free(output->target);
    free(output->path);
    free(output);
    *handle = NULL;
}
