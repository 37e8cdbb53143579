#include "hdf5_library.h"

#include "diag.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* All that follow are guarded by it. */
static tr_hdf5 table;
static bool was_loaded;
static tr_status load_status;
static tr_diag load_diag;
/* What the thread had that entered, whose messages may be somebody else's business. */
static H5E_auto2_t host_handler;
static void *host_context;

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol)
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM, "the HDF5 library lacks %s", name);
    return symbol;
}

static void load(void) {
    void *of_host = dlopen(TR_HDF5_LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
    void *library = dlopen(TR_HDF5_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM,
                              "cannot load the HDF5 library, which recordings need (%.120s); "
                              "install it (Debian: libhdf5-103-1)",
                              reason ? reason : "no reason given");
        return;
    }
#define TEXT_OF(name) #name
#define FIND_FUNCTION(name) *(void **)&table.name = find(library, TEXT_OF(name));
#define FIND_VARIABLE(name) table.TR_HDF5_JOIN(id_, name) = find(library, TEXT_OF(name));
    TR_HDF5_FUNCTIONS(FIND_FUNCTION)
    TR_HDF5_VARIABLES(FIND_VARIABLE)
    *(void **)&table.set_file_locking = dlsym(library, "H5Pset_file_locking");
    /* A file that could not be written, because the disk is full, is tried again when the program ends,
     * which may never end then. The library of a host is not ours to change. */
    if (!load_status && !of_host)
        table.H5dont_atexit();
    if (!load_status && table.H5open() < 0)
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM, "the HDF5 library does not start");
    if (of_host)
        dlclose(of_host);
}

tr_status tr_hdf5_enter(const tr_hdf5 **h5, tr_diag *diag) {
    *h5 = NULL;
    pthread_mutex_lock(&mutex);
    if (!was_loaded)
        load();
    was_loaded = true;
    if (load_status) {
        tr_diag_adopt(diag, &load_diag);
        tr_status status = load_status;
        pthread_mutex_unlock(&mutex);
        return status;
    }
    table.H5Eget_auto2(H5E_DEFAULT, &host_handler, &host_context);
    table.H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    *h5 = &table;
    return TR_OK;
}

void tr_hdf5_leave(void) {
    table.H5Eset_auto2(H5E_DEFAULT, host_handler, host_context);
    pthread_mutex_unlock(&mutex);
}

/* What the innermost function said, which knows best. */
static herr_t take_reason(unsigned n, const H5E_error2_t *error, void *context) {
    const char **reason = context;
    if (n == 0)
        *reason = error->desc;
    return 0;
}

tr_status tr_hdf5_fail(const tr_hdf5 *h5, tr_diag *diag, tr_status status, const char *path,
                       const char *what) {
    const char *reason = NULL;
    h5->H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, &reason);
    if (!reason)
        reason = "HDF5 gives no reason";
    /* Around the system's message are the time, addresses and line breaks. */
    static const char system_message[] = "error message = '";
    const char *message = strstr(reason, system_message);
    char text[100];
    snprintf(text, sizeof text, "%s", message ? message + sizeof system_message - 1 : reason);
    text[strcspn(text, message ? "'\n" : "\n")] = '\0';
    bool is_memory = strstr(text, "memory allocation failed") || strstr(text, "can't allocate");
    tr_fail(diag, status, "%.100s: %s: %s", path, what, text);
    h5->H5Eclear2(H5E_DEFAULT);
    return is_memory && status != TR_ERROR_INPUT ? TR_ERROR_MEMORY : status;
}
