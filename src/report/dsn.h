// SPDX-License-Identifier: MIT
// Addresses that clients report to, and the key by which they say who they are.
#ifndef FLAWLESS_REPORT_DSN_H
#define FLAWLESS_REPORT_DSN_H

#include "base/error.h"
#include "base/text.h"

// scheme://key[:secret]@host[:port][/path]/project. All texts are pieces of the text that was
// parsed.
struct dsn {
    bool is_tls;         // https
    struct text key;     // the public key, as it stands there; never empty
    struct text host;    // of an IPv6 address without the brackets
    bool is_ipv6;        // needs brackets in a URL
    int port;            // 80 or 443 when it is not said
    struct text path;    // before the project, "" or "/a/b"
    struct text project; // never empty
};

// ERROR_INPUT says what is missing. The secret is never repeated in a message.
bool dsn_parse(struct text text, struct dsn *dsn, struct error *error);

// The public key of a request: from the X-Sentry-Auth header, else the Authorization header
// ("Sentry ..."), else the query's sentry_key, else the dsn in the envelope header. The first that
// is there and not empty counts; headers without a key count as not there. False when nobody said
// anything. *key is a piece of one of them.
bool auth_find_key(struct text x_sentry_auth, struct text authorization,
                   struct text query_sentry_key, struct text envelope_dsn_key, struct text *key);

#endif
