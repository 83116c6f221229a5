// SPDX-License-Identifier: MIT
// Requests made ahead from corpus files; before each use only the event's id is written anew.
#ifndef FLAWLESS_BENCH_REQUEST_H
#define FLAWLESS_BENCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_MAX = 4 * 1024 * 1024, ID_PLACES_MAX = 8, ID_LEN = 32 };

// What goes over the wire for one event. Owned by whoever called request_load; freed with the
// program.
struct request {
    char *bytes;
    size_t len;
    size_t id_places[ID_PLACES_MAX]; // where the event's id stands in bytes
    size_t id_n;
};

struct request_target {
    const char *host; // for the Host header
    const char *path;
    const char *key; // for X-Sentry-Auth
};

// Reads a body and puts an HTTP head before it. Where target is NULL the file is sent as it is (a
// framed Thrift call). False with a message on standard error.
bool request_load(struct request *r, const char *file, const struct request_target *target);

// Writes the id made of both numbers at every place in bytes, which hold a copy of r->bytes.
void request_renew(const struct request *r, char *bytes, uint64_t series, uint64_t number);

#endif
