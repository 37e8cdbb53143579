#include "server.h"

#include "diag.h"
#include "http_library.h"
#include "preview_page.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 32, IDLE_SECONDS = 15, KEEP_ALIVE_SECONDS = 2, BLOCK_BYTES = 1 << 15 };
enum { CONNECTION_MEMORY = 1 << 15 };

static const char loopback[] = "127.0.0.1";

struct tr_server {
    const tr_http *http;
    tr_live *live;
    struct MHD_Daemon *daemon;
    char *page;
    char *address;
    char *hosts[4]; /* by which it may be asked for */
};

/* One who watches. */
typedef struct stream {
    tr_live *live;
    tr_look look;
    uint64_t seen;
    GBytes *event; /* that is being sent */
    size_t sent;
    bool is_last;
} stream;

/* ---- events ---- */

/* Blocks until there is something to send: every connection has a thread of its own. */
static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t most) {
    static const char keep_alive[] = ":\n\n"; /* a comment, which shows a viewer who has gone */
    stream *viewer = context;
    (void)position;
    if (!viewer->event) {
        if (viewer->is_last)
            return MHD_CONTENT_READER_END_OF_STREAM;
        viewer->event = tr_live_next_event(viewer->live, viewer->look, KEEP_ALIVE_SECONDS,
                                           &viewer->seen, &viewer->is_last);
        viewer->sent = 0;
    }
    if (!viewer->event && viewer->is_last)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!viewer->event)
        viewer->event = g_bytes_new_static(keep_alive, strlen(keep_alive));
    size_t size;
    const char *data = g_bytes_get_data(viewer->event, &size);
    size_t part = MIN(size - viewer->sent, most);
    memcpy(buffer, data + viewer->sent, part);
    viewer->sent += part;
    if (viewer->sent == size)
        g_clear_pointer(&viewer->event, g_bytes_unref);
    return (ssize_t)part;
}

/* When the last byte was sent, or the viewer has gone. */
static void end_stream(void *context) {
    stream *viewer = context;
    tr_live_leave(viewer->live, viewer->look);
    if (viewer->event)
        g_bytes_unref(viewer->event);
    g_free(viewer);
}

/* ---- answers ---- */

static enum MHD_Result send_response(const tr_server *server, struct MHD_Connection *connection,
                                     unsigned int status, struct MHD_Response *response,
                                     const char *type) {
    static const char *const headers[][2] = {
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; connect-src 'self'; img-src data:; script-src 'unsafe-inline'; "
         "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"}};
    const tr_http *http = server->http;
    if (!response)
        return MHD_NO;
    enum MHD_Result result = http->MHD_add_response_header(response, "Content-Type", type);
    for (size_t i = 0; result && i < G_N_ELEMENTS(headers); i++)
        result = http->MHD_add_response_header(response, headers[i][0], headers[i][1]);
    if (result && status == MHD_HTTP_METHOD_NOT_ALLOWED)
        result = http->MHD_add_response_header(response, "Allow", "GET, HEAD");
    if (result)
        result = http->MHD_queue_response(connection, status, response);
    http->MHD_destroy_response(response);
    return result;
}

/* `text` stays where it is. */
static enum MHD_Result send_text(const tr_server *server, struct MHD_Connection *connection,
                                 unsigned int status, const char *text, const char *type) {
    return send_response(server, connection, status,
                         server->http->MHD_create_response_from_buffer(
                             strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT),
                         type);
}

static enum MHD_Result send_error(const tr_server *server, struct MHD_Connection *connection,
                                  unsigned int status, const char *text) {
    return send_text(server, connection, status, text, "text/plain; charset=utf-8");
}

static enum MHD_Result send_events(const tr_server *server, struct MHD_Connection *connection,
                                   bool is_head) {
    const char *look =
        server->http->MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "look");
    if (is_head)
        return send_text(server, connection, MHD_HTTP_OK, "", "text/event-stream");
    stream *viewer = g_new0(stream, 1);
    viewer->live = server->live;
    viewer->look = look && !strcmp(look, "dark") ? TR_LOOK_DARK : TR_LOOK_LIGHT;
    tr_live_enter(viewer->live, viewer->look);
    struct MHD_Response *response = server->http->MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, viewer, end_stream);
    if (!response)
        end_stream(viewer);
    return send_response(server, connection, MHD_HTTP_OK, response, "text/event-stream");
}

/* ---- requests ---- */

typedef struct host_check {
    const tr_server *server;
    size_t count;
    bool is_wrong;
} host_check;

static enum MHD_Result check_host(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value) {
    host_check *check = context;
    (void)kind;
    if (g_ascii_strcasecmp(name, "Host") != 0)
        return MHD_YES;
    bool is_known = false;
    for (size_t i = 0; value && check->server->hosts[i]; i++)
        is_known = is_known || !g_ascii_strcasecmp(value, check->server->hosts[i]);
    check->count++;
    check->is_wrong = check->is_wrong || !is_known;
    return MHD_YES;
}

static bool is_asked_by_our_name(const tr_server *server, struct MHD_Connection *connection) {
    host_check check = {.server = server};
    server->http->MHD_get_connection_values(connection, MHD_HEADER_KIND, check_host, &check);
    return check.count == 1 && !check.is_wrong;
}

/* Browsers say which page it is that asks: none, or one of ours. */
static bool is_of_another_site(const tr_server *server, struct MHD_Connection *connection) {
    const char *origin =
        server->http->MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    const char *site =
        server->http->MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    bool is_ours = !origin;
    for (size_t i = 0; !is_ours && server->hosts[i]; i++)
        is_ours = g_str_has_prefix(origin, "http://") &&
                  !g_ascii_strcasecmp(origin + strlen("http://"), server->hosts[i]);
    return !is_ours || (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request) {
    const tr_server *server = context;
    bool is_head = !strcmp(method, MHD_HTTP_METHOD_HEAD);
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    if (!is_asked_by_our_name(server, connection))
        return send_error(server, connection, MHD_HTTP_FORBIDDEN,
                          "this is asked for by another machine's name\n");
    if (!is_head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return send_error(server, connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                          "there are only GET and HEAD\n");
    if (!strcmp(url, "/"))
        return send_text(server, connection, MHD_HTTP_OK, server->page, "text/html; charset=utf-8");
    if (strcmp(url, "/events") != 0)
        return send_error(server, connection, MHD_HTTP_NOT_FOUND, "there is only /\n");
    if (is_of_another_site(server, connection))
        return send_error(server, connection, MHD_HTTP_FORBIDDEN,
                          "this is asked for by a page of another site\n");
    return send_events(server, connection, is_head);
}

/* ---- making and ending it ---- */

/* A socket that listens on the loopback interface only; -1 where it cannot be had. */
static int listen_locally(int *port, tr_diag *diag) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof address;
    const int yes = 1;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    bool is_open = descriptor >= 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
                   inet_pton(AF_INET, loopback, &address.sin_addr) == 1 &&
                   setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                   bind(descriptor, (struct sockaddr *)&address, size) == 0 &&
                   listen(descriptor, MOST_CONNECTIONS) == 0 &&
                   getsockname(descriptor, (struct sockaddr *)&address, &size) == 0;
    if (!is_open) {
        tr_fail(diag, TR_ERROR_SYSTEM, "port %d: %s", *port, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return descriptor;
}

/* Without a word: what a viewer sends wrong is no matter of ours. */
G_GNUC_PRINTF(2, 0) static void keep_quiet(void *context, const char *format, va_list arguments) {
    (void)context;
    (void)format;
    (void)arguments;
}

/* None of our addresses has anything to unescape, and a 0 in one would cut it short. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

static tr_status start(tr_server *server, int port, tr_diag *diag) {
    tr_status status = tr_http_load(&server->http, diag);
    if (status)
        return status;
    int descriptor = listen_locally(&port, diag);
    if (descriptor < 0)
        return TR_ERROR_SYSTEM;
    server->address = g_strdup_printf("http://%s:%d/", loopback, port);
    const char *const names[] = {loopback, "localhost"};
    for (size_t i = 0; i < 2; i++) /* browsers leave HTTP's own port out */
        server->hosts[i] =
            port == 80 ? g_strdup(names[i]) : g_strdup_printf("%s:%d", names[i], port);
    server->daemon = server->http->MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER, keep_quiet, NULL,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_LISTEN_SOCKET, descriptor,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned int)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_END);
    if (server->daemon)
        return TR_OK;
    close(descriptor);
    return tr_fail(diag, TR_ERROR_SYSTEM, "the web server of the preview does not start");
}

/* The page with the name in it, as text. */
static char *make_page(const char *name) {
    char *valid = g_utf8_make_valid(name, -1);
    char *escaped = g_markup_escape_text(valid, -1);
    char *page = g_strndup((const char *)tr_preview_page, tr_preview_page_size);
    char **parts = g_strsplit(page, "@NAME@", -1);
    char *filled = g_strjoinv(escaped, parts);
    g_strfreev(parts);
    g_free(page);
    g_free(escaped);
    g_free(valid);
    return filled;
}

tr_status tr_server_create(tr_server **out, tr_live *live, int port, const char *name,
                           tr_diag *diag) {
    tr_server *server = g_new0(tr_server, 1);
    server->live = live;
    server->page = make_page(name);
    tr_status status = start(server, port, diag);
    if (status)
        tr_server_destroy(&server);
    *out = server;
    return status;
}

void tr_server_destroy(tr_server **handle) {
    tr_server *server = *handle;
    if (!server)
        return;
    if (server->daemon)
        server->http->MHD_stop_daemon(server->daemon);
    for (size_t i = 0; server->hosts[i]; i++)
        g_free(server->hosts[i]);
    g_free(server->address);
    g_free(server->page);
    g_free(server);
    *handle = NULL;
}

const char *tr_server_address(const tr_server *server) {
    return server->address;
}
