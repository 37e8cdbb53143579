#include "av.h"

#include "diag.h"
#include "sink.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#define NAME_OF(library, major) NAME_OF_EXPANDED(library, major)
#ifdef __APPLE__
#define NAME_OF_EXPANDED(library, major) library "." #major ".dylib"
#else
#define NAME_OF_EXPANDED(library, major) library ".so." #major
#endif

/* A part of the table, with what came of loading it. */
typedef struct loading {
    pthread_once_t once;
    tr_status status;
    tr_diag diag;
} loading;

static tr_av table;
static loading codecs = {.once = PTHREAD_ONCE_INIT};
static loading formats = {.once = PTHREAD_ONCE_INIT};

static void *open_library(const char *name, loading *part) {
    void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        part->status = tr_fail(&part->diag, TR_ERROR_ENCODER,
                               "cannot load FFmpeg's %s (%.120s); install FFmpeg's libraries "
                               "(Debian: libavformat-extra or libavformat59)",
                               name, reason ? reason : "no reason given");
    }
    return library;
}

static void *find(void *library, const char *name, loading *part) {
    void *function = dlsym(library, name);
    if (!function)
        part->status =
            tr_fail(&part->diag, TR_ERROR_ENCODER, "FFmpeg's libraries lack the function %s", name);
    return function;
}

static void load_codecs(void) {
    const char *name = NAME_OF("libavutil", LIBAVUTIL_VERSION_MAJOR);
    void *of_host = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    void *avutil = open_library(name, &codecs);
    void *avcodec =
        avutil ? open_library(NAME_OF("libavcodec", LIBAVCODEC_VERSION_MAJOR), &codecs) : NULL;
    if (!avcodec)
        return;
#define FIND_AVUTIL(name) *(void **)&table.name = find(avutil, #name, &codecs);
#define FIND_AVCODEC(name) *(void **)&table.name = find(avcodec, #name, &codecs);
    TR_AVUTIL_FUNCTIONS(FIND_AVUTIL)
    TR_AVCODEC_FUNCTIONS(FIND_AVCODEC)
    /* A library does not print: errors come back as text. But what a host that uses FFmpeg itself
     * wants to be told is not ours to change. */
    if (of_host)
        dlclose(of_host);
    else if (!codecs.status)
        table.av_log_set_level(AV_LOG_QUIET);
}

static void load_formats(void) {
    void *avformat = open_library(NAME_OF("libavformat", LIBAVFORMAT_VERSION_MAJOR), &formats);
    if (!avformat)
        return;
#define FIND_AVFORMAT(name) *(void **)&table.name = find(avformat, #name, &formats);
    TR_AVFORMAT_FUNCTIONS(FIND_AVFORMAT)
}

static tr_status load(loading *part, void (*load_part)(void), const tr_av **av, tr_diag *diag) {
    *av = NULL;
    if (pthread_once(&part->once, load_part))
        return tr_fail(diag, TR_ERROR_SYSTEM, "cannot load FFmpeg's libraries");
    if (part->status) {
        tr_diag_adopt(diag, &part->diag);
        return part->status;
    }
    *av = &table;
    return TR_OK;
}

tr_status tr_av_load_codecs(const tr_av **av, tr_diag *diag) {
    return load(&codecs, load_codecs, av, diag);
}

tr_status tr_av_load(const tr_av **av, tr_diag *diag) {
    tr_status status = tr_av_load_codecs(av, diag);
    return status ? status : load(&formats, load_formats, av, diag);
}

tr_status tr_av_fail(const tr_av *av, tr_diag *diag, int error, const char *what) {
    char text[AV_ERROR_MAX_STRING_SIZE] = "unknown error";
    av->av_strerror(error, text, sizeof text);
    tr_status status = TR_ERROR_ENCODER;
    switch (AVUNERROR(error)) {
    case ENOMEM:
        status = TR_ERROR_MEMORY;
        break;
    case EACCES:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case ENOENT:
    case ENOSPC:
    case EPERM:
    case EROFS:
        status = TR_ERROR_OUTPUT;
        break;
    default:
        break;
    }
    return tr_fail(diag, status, "%s: %s", what, text);
}

const char *tr_encode_versions(void) {
    static _Thread_local char versions[sizeof codecs.diag.text];
    const tr_av *av;
    tr_diag diag = {0};
    if (tr_av_load(&av, &diag)) {
        snprintf(versions, sizeof versions, "%s", diag.text);
        return versions;
    }
    unsigned codec = av->avcodec_version();
    unsigned format = av->avformat_version();
    snprintf(versions, sizeof versions, "libavcodec %u.%u.%u, libavformat %u.%u.%u",
             AV_VERSION_MAJOR(codec), AV_VERSION_MINOR(codec), AV_VERSION_MICRO(codec),
             AV_VERSION_MAJOR(format), AV_VERSION_MINOR(format), AV_VERSION_MICRO(format));
    return versions;
}
