// SPDX-License-Identifier: MIT
// HTTP server: libmicrohttpd behind requests that may be answered later and from any thread.
#ifndef FLAWLESS_IO_HTTP_H
#define FLAWLESS_IO_HTTP_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

struct http_server;
struct sockaddr;

// One request, from its last body byte to its answer. Texts live until the answer is given.
struct http_request {
    struct text method, path; // path: decoded, repeated slashes collapsed, without the query
    struct text body;         // as sent
    struct text peer;         // address without port
    const struct sockaddr *peer_address;
    bool is_from_loopback;
    bool is_on_pages_port; // came in by the port for pages only
    bool is_secure;        // nobody on the way could read it: for cookies that must stay secret
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

// thread_n worker threads; connections come by http_server_add (a connected socket, which is taken
// in any case).
struct http_server *http_server_start(const struct http_handler *handler, int thread_n,
                                      int pages_port, struct error *error);
void http_server_add(struct http_server *server, int socket, const struct sockaddr *address,
                     unsigned address_len);
// Ends every connection after its next answer; waits until no request is in flight, at most
// timeout_ms. False when some still were: then the server goes on, and the process has to end
// without freeing what its handler needs.
bool http_server_stop(struct http_server *server, int64_t timeout_ms);

#endif
