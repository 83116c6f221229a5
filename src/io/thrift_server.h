// SPDX-License-Identifier: MIT
// Framed Thrift connections: one thread reads frames, and writes replies in the order of the calls.
#ifndef FLAWLESS_IO_THRIFT_SERVER_H
#define FLAWLESS_IO_THRIFT_SERVER_H

#include <sys/socket.h>

#include "io/address.h"
#include "report/thrift.h"

struct thrift_server;

// A record_error call that waits for its reply. The report lives in the decoder until then.
struct thrift_request {
    struct thrift_call call;
    struct decoder *decoder;
    char peer[ADDRESS_TEXT_MAX];
};

struct thrift_server_settings {
    const struct network *networks; // who may connect; must outlive the server
    size_t network_n;
    void *self;
    // On the server's thread. Ends in thrift_server_answer, from any thread.
    void (*take)(void *self, struct thrift_request *request);
};

struct thrift_server *thrift_server_start(const struct thrift_server_settings *settings,
                                          struct error *error);

// Takes a connected, non-blocking socket; closes it when its address is in none of the networks.
// Any thread.
void thrift_server_add(struct thrift_server *server, int socket, const struct sockaddr *address,
                       socklen_t address_len);

// Exactly once for each request taken. refusal: NULL when the report is safe, else why it is not.
void thrift_server_answer(struct thrift_server *server, struct thrift_request *request,
                          const char *refusal);

// Reads no more calls; waits at most timeout_ms for the answers that are due, writes them and frees
// the server. False when some were still due: they may be given later, though nobody gets them, and
// nothing is freed.
bool thrift_server_stop(struct thrift_server *server, int64_t timeout_ms);

#endif
