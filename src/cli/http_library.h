/* libmicrohttpd, loaded when the first page is served: it brings a library for encryption along, for which
 * no other command should wait. Its functions are called through a table. */
#ifndef TR_CLI_HTTP_LIBRARY_H
#define TR_CLI_HTTP_LIBRARY_H

#include <microhttpd.h>
#include <trainreel/status.h>

#define TR_HTTP_FUNCTIONS(X)                                                                       \
    X(MHD_add_response_header)                                                                     \
    X(MHD_create_response_from_buffer)                                                             \
    X(MHD_create_response_from_callback)                                                           \
    X(MHD_destroy_response)                                                                        \
    X(MHD_get_connection_values)                                                                   \
    X(MHD_lookup_connection_value)                                                                 \
    X(MHD_queue_response)                                                                          \
    X(MHD_start_daemon)                                                                            \
    X(MHD_stop_daemon)

#define TR_HTTP_MEMBER(name) __typeof__(name) *name;
typedef struct tr_http {
    TR_HTTP_FUNCTIONS(TR_HTTP_MEMBER)
} tr_http;
#undef TR_HTTP_MEMBER

/* The table, loaded once and then kept; by the main thread. TR_ERROR_SYSTEM where the library is not
 * installed in the version that we were built for. */
tr_status tr_http_load(const tr_http **http, tr_diag *diag);

#endif
