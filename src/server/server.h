// SPDX-License-Identifier: MIT
// The corridor put together: every room of a running server, in the order in which they start.
#ifndef FLAWLESS_SERVER_SERVER_H
#define FLAWLESS_SERVER_SERVER_H

#include "server/config.h"
#include "web/web.h"

struct server;
struct door;

// Opens everything that can be wrong (port, state, repository), then starts to listen. config:
// borrowed until server_stop. ERROR_CONFIG or ERROR_SYSTEM.
bool server_start(const struct config *config, struct server **server, struct error *error);

// For people: where the pages are, and of each project what clients are told; the default one
// first. Lives as long as the server.
struct text server_base_url(const struct server *server);
const struct web_project *server_projects(const struct server *server, size_t *n);
// For the first user (web_setup_token); empty when there was a user at the start or is no login.
struct text server_setup_token(const struct server *server);

// False when reports are not answered any more because the ledger's thread does not come round: a
// watchdog should end the process. Any thread.
bool server_is_alive(const struct server *server);

// Reads tls_certificate and tls_key again; when they cannot be used the old ones stay, and log and
// health say so. One thread at a time.
void server_read_certificate(struct server *server);
// Opens the port of other options, beside this server's and with its sockets where they are the
// same.
bool server_open_door(struct server *server, const struct options *options, struct door **door,
                      struct error *error);
// What /check_health says of why a new configuration is not in force; empty: nothing. Any thread.
void server_note_configuration(struct server *server, const char *why);

// Lets nobody in any more, answers what is in flight, commits. At most about nine seconds. True
// when everything could be freed; false when something is still busy, and the process has to end as
// it is (all that was answered is safe). successor: gets the connections that said nothing yet;
// may be NULL.
bool server_stop(struct server *server, struct door *successor);

#endif
