// SPDX-License-Identifier: MIT
// A small HTTP server for tests of clients: real sockets, scripted answers, everything remembered.
// It reads whole requests with a Content-Length, on up to 16 connections at once.
#ifndef FLAWLESS_TESTS_UNIT_HTTP_SERVER_H
#define FLAWLESS_TESTS_UNIT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct http_server;

// Has a port of 127.0.0.1 for itself, where connections are refused until it is opened.
struct http_server *http_server_new(void);
void http_server_open(struct http_server *server);
struct http_server *http_server_start(void); // both
void http_server_free(struct http_server *server);
const char *http_server_address(const struct http_server *server); // "127.0.0.1:port"

// Answers are bytes as they are sent; the connection stays open after them, so one that is not
// whole hangs in the middle. Kept by the caller.
#define HTTP_ANSWER(status, headers)                                                               \
    "HTTP/1.1 " status " Words\r\n" headers "Content-Length: 0\r\n\r\n"
#define HTTP_OK HTTP_ANSWER("200", "")
extern const char http_later[]; // none before http_server_let_go, then HTTP_OK
extern const char http_close[]; // none, and the connection is closed

// What the next request that has no answer yet is answered with, 64 at most.
void http_server_answer(struct http_server *server, const char *answer);
// And those beyond; HTTP_OK at the beginning.
void http_server_always(struct http_server *server, const char *answer);
void http_server_let_go(struct http_server *server);

// Waits until there were n requests, ten seconds at most.
bool http_server_wait(struct http_server *server, size_t n);
size_t http_server_requests(struct http_server *server);
int http_server_connections(struct http_server *server);
// Of request i, from 0. Stays where it is.
struct text http_server_body(struct http_server *server, size_t i);

#endif
