// SPDX-License-Identifier: MIT
// A small mail server for tests: real sockets, scripted answers, everything remembered.
#ifndef FLAWLESS_TESTS_UNIT_SMTP_SERVER_H
#define FLAWLESS_TESTS_UNIT_SMTP_SERVER_H

#include <stdbool.h>

struct smtp_server;

// Listens on a free port of 127.0.0.1. Recipients whose name begins with "gone" are answered with
// 550, "busy" with 451, "slow" not at all until the server stops. A sender that begins with
// "refused" is answered with 550.
struct smtp_server *smtp_server_start(void);
const char *smtp_server_url(const struct smtp_server *server);
void smtp_server_stop(struct smtp_server *server);

// Waits until the server has heard a line that begins with words, at most ten seconds.
bool smtp_server_wait(struct smtp_server *server, const char *words);

// All lines heard so far, with \r\n as they came. The caller frees.
char *smtp_server_heard(struct smtp_server *server);
int smtp_server_connections(struct smtp_server *server);

#endif
