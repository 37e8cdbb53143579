/* The web page of a preview, for this machine only.
 *
 * It answers GET and HEAD of two addresses, the page and the events that it shows, to those who ask for
 * them by this machine's name: a page of another site can neither reach them by a name of its own that
 * leads here (DNS rebinding) nor read them from its origin. No file is ever served. */
#ifndef TR_CLI_SERVER_H
#define TR_CLI_SERVER_H

#include "live.h"

typedef struct tr_server tr_server;

/* Begins to serve on 127.0.0.1, on any free port where `port` is 0. `live` is borrowed; `name` says what is
 * shown. TR_ERROR_SYSTEM (the port is in use, libmicrohttpd is missing). */
tr_status tr_server_create(tr_server **server, tr_live *live, int port, const char *name,
                           tr_diag *diag);

/* Closes all connections. */
void tr_server_destroy(tr_server **server);

/* The address of the page; borrowed. */
const char *tr_server_address(const tr_server *server);

#endif
