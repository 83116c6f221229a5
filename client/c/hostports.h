// SPDX-License-Identifier: MIT
// Where reports go: "host:9028", "http://host:9028" or a DSN "http://key@host:9028/1" made ready to
// be posted to.
#ifndef FLAWLESS_CLIENT_HOSTPORTS_H
#define FLAWLESS_CLIENT_HOSTPORTS_H

#include "base/error.h"
#include "base/text.h"

enum { FL_SERVER_MAX = 16, FL_DEFAULT_PORT = 9028, FL_KEY_MAX = 64 };

struct fl_server {
    char *url;    // "http://host:9028/api/1/envelope/"
    char *auth;   // the whole X-Sentry-Auth header line; NULL when there is no key
    bool is_near; // the host is this machine: no proxy is used
};

// The zero value is an empty list. Owned by whoever holds it; plain data.
struct fl_servers {
    struct fl_server at[FL_SERVER_MAX];
    size_t n;
    char *ca_file; // certificates to trust in place of the system's; NULL: the system's
    char *spool;   // directory for what cannot be sent; NULL: none
};

// Adds the server that spec names. default_key (may be empty) is used when spec has no key of its
// own. Without scheme it means http and, without port, 9028; a URL without port has the port of
// its scheme. Without project it means 1. ERROR_INPUT names spec (without its key) and what is
// wrong; nothing is added then. Out of memory: ERROR_SYSTEM.
bool fl_servers_add(struct fl_servers *servers, struct text spec, struct text default_key,
                    struct error *error);
// False when there is no memory. An empty path: the system's, or none. One that does not begin with
// a slash is meant from the directory the program is in now.
bool fl_servers_trust(struct fl_servers *servers, struct text ca_file);
bool fl_servers_spool(struct fl_servers *servers, struct text directory);
void fl_servers_release(struct fl_servers *servers);

#endif
