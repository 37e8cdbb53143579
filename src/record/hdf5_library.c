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
/* Of the newest failure; "" where there was none. The library forgets it with its next function. */
static char reason[100];

static void *find(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol)
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM, "the HDF5 library lacks %s", name);
    return symbol;
}

/* A program that is linked to the library has copies of its variables, which are then those that the
 * library itself uses. The others never get a value. */
static const hid_t *find_variable(void *library, const char *name) {
    const hid_t *variable = find(library, name);
    return variable && *variable <= 0 ? find(RTLD_DEFAULT, name) : variable;
}

static void load(void) {
    void *of_host = dlopen(TR_HDF5_LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
    void *library = dlopen(TR_HDF5_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM,
                              "cannot load the HDF5 library, which recordings need (%.120s); "
                              "install it (Debian: libhdf5-103-1)",
                              why ? why : "no reason given");
        return;
    }
#define TEXT_OF(name) #name
#define FIND_FUNCTION(name) *(void **)&table.name = find(library, TEXT_OF(name));
    TR_HDF5_FUNCTIONS(FIND_FUNCTION)
    *(void **)&table.set_file_locking = dlsym(library, "H5Pset_file_locking");
    /* A file that could not be written, because the disk is full, is tried again when the program ends,
     * which may never end then. The library of a host is not ours to change. */
    if (!load_status && !of_host)
        table.H5dont_atexit();
    if (!load_status && table.H5open() < 0)
        load_status = tr_fail(&load_diag, TR_ERROR_SYSTEM, "the HDF5 library does not start");
#define FIND_VARIABLE(name) table.TR_HDF5_JOIN(id_, name) = find_variable(library, TEXT_OF(name));
    if (!load_status) {
        TR_HDF5_VARIABLES(FIND_VARIABLE)
    }
    if (of_host)
        dlclose(of_host);
}

/* What the innermost function said, which knows best. */
static herr_t take_innermost(unsigned n, const H5E_error2_t *error, void *context) {
    /* around the system's message are the time, addresses and line breaks */
    static const char system_message[] = "error message = '";
    (void)context;
    if (n > 0)
        return 0;
    const char *message = error->desc ? strstr(error->desc, system_message) : NULL;
    snprintf(reason, sizeof reason, "%s",
             message       ? message + sizeof system_message - 1
             : error->desc ? error->desc
                           : "");
    reason[strcspn(reason, message ? "'\n" : "\n")] = '\0';
    return 0;
}

/* Called where one of the library's functions fails, instead of printing. */
static herr_t take_reason(hid_t stack, void *context) {
    (void)context;
    return table.H5Ewalk2(stack, H5E_WALK_UPWARD, take_innermost, NULL);
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
    table.H5Eset_auto2(H5E_DEFAULT, take_reason, NULL);
    reason[0] = '\0';
    *h5 = &table;
    return TR_OK;
}

void tr_hdf5_leave(void) {
    table.H5Eset_auto2(H5E_DEFAULT, host_handler, host_context);
    pthread_mutex_unlock(&mutex);
}

tr_status tr_hdf5_fail(tr_diag *diag, tr_status status, const char *path, const char *what) {
    bool is_memory = strstr(reason, "memory allocation failed") || strstr(reason, "can't allocate");
    tr_fail(diag, status, "%.100s: %s: %s", path, what,
            reason[0] ? reason : "HDF5 gives no reason");
    reason[0] = '\0';
    return is_memory && status != TR_ERROR_INPUT ? TR_ERROR_MEMORY : status;
}
