#include "http_library.h"

#include "diag.h"

#include <dlfcn.h>

#ifdef __APPLE__
#define LIBRARY "libmicrohttpd.12.dylib"
#else
#define LIBRARY "libmicrohttpd.so.12"
#endif

static void *find(void *library, const char *name, tr_status *status, tr_diag *diag) {
    void *function = dlsym(library, name);
    if (!function)
        *status = tr_fail(diag, TR_ERROR_SYSTEM, "libmicrohttpd lacks the function %s", name);
    return function;
}

tr_status tr_http_load(const tr_http **http, tr_diag *diag) {
    static tr_http table;
    tr_status status = TR_OK;
    *http = &table;
    if (table.MHD_stop_daemon)
        return TR_OK;
    void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        return tr_fail(diag, TR_ERROR_SYSTEM,
                       "cannot load libmicrohttpd (%.120s); install it (Debian: libmicrohttpd12)",
                       reason ? reason : "no reason given");
    }
#define FIND(name) *(void **)&table.name = find(library, #name, &status, diag);
    TR_HTTP_FUNCTIONS(FIND)
#undef FIND
    return status;
}
