// SPDX-License-Identifier: MIT
// HTTP server: libmicrohttpd behind requests that may be answered later and from any thread.
#ifndef FLAWLESS_IO_HTTP_H
#define FLAWLESS_IO_HTTP_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "io/address.h"

struct http_server;
struct tls;

// One request, from its last body byte to its answer. Texts live until the answer is given.
struct http_request {
    struct text method, path; // path: decoded, repeated slashes collapsed, without the query
    struct text body;         // as sent
    // Who asks: who is connected, or whom trusted proxies name (io/forwarded.h; "?" and AF_UNSPEC
    // when what they say cannot be read).
    struct text peer; // address without port
    const struct sockaddr *peer_address;
    bool is_from_loopback; // connected from this machine, and not through a trusted proxy
    bool is_on_pages_port; // came in by the port for pages only
    bool is_secure;        // came by TLS, to us or to a trusted proxy
    struct arena *arena;   // for whatever has to live until the answer
    void *extra;           // the handler's own; see http_handler.finish
};

struct text http_header(struct http_request *request, const char *name); // empty when absent
// Query parameter, decoded; of several with one name the first. at is NULL when absent.
struct text http_parameter(struct http_request *request, const char *name);
// All of them, in their order; a parameter without a value has the empty one.
void http_list_parameters(struct http_request *request, void *self,
                          void (*tell)(void *self, struct text name, struct text value));

struct http_handler {
    void *self;
    // Before the body is read: how many bytes may come. More is answered with 413.
    size_t (*body_max)(void *self, struct http_request *request);
    // The whole request. Answers now, or calls http_defer and lets another thread answer.
    void (*handle)(void *self, struct http_request *request);
    // The request is over, answered or not; frees what extra holds. May be NULL.
    void (*finish)(void *self, struct http_request *request);
};

struct http_answer {
    int status;
    const char *content_type; // NULL: none
    struct text body;         // copied
    const char *headers[16];  // name, value, name, value, ..., NULL; copied
};

// Says that another thread will answer. Call it before the request is handed over.
void http_defer(struct http_request *request);
// Exactly once a request, from any thread after http_defer.
void http_answer(struct http_request *request, const struct http_answer *answer);

struct http_settings {
    struct http_handler handler;
    int thread_n;                  // worker threads; as many again for TLS
    int pages_port;                // connections to it are marked; 0: none
    struct tls *tls;               // NULL: no HTTPS; must outlive the server
    const struct network *proxies; // whose X-Forwarded-* is believed; must outlive the server
    size_t proxy_n;
    // Connections from one address (IPv6: one /64), but not from loopback or a proxy; 0: no limit.
    // Two addresses may share a limit by a rare chance.
    int per_address_max;
};

struct http_server *http_server_start(const struct http_settings *settings, struct error *error);
// Takes a connected socket in any case. is_tls: it begins with a TLS handshake.
void http_server_add(struct http_server *server, int socket, const struct sockaddr *address,
                     unsigned address_len, bool is_tls);
// Ends every connection after its next answer; waits until no request is in flight, at most
// timeout_ms. False when some still were: then the server goes on, and the process has to end
// without freeing what its handler needs.
bool http_server_stop(struct http_server *server, int64_t timeout_ms);

#endif
