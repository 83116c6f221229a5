// SPDX-License-Identifier: MIT
// One HTTP POST after the other over kept connections (libcurl). Only the sender's thread uses it,
// except for fl_post_wake.
#ifndef FLAWLESS_CLIENT_POST_H
#define FLAWLESS_CLIENT_POST_H

#include "hostports.h"

enum { FL_CONNECT_TIMEOUT_MS = 2000 };

struct fl_post;

struct fl_answer {
    int status;        // HTTP status; 0 when no complete answer came
    bool is_untrusted; // the server's certificate, or the file of those to trust
    int64_t wait_s;    // seconds the server asks to wait before the next report; 0 when it does not
};

struct fl_post *fl_post_new(void); // NULL when libcurl cannot start
// Sets up what libcurl keeps for the whole process, so that what it does at exit comes later than
// what is registered after this. Optional.
void fl_post_prepare(void);
void fl_post_free(struct fl_post *p); // NULL is fine

// The certificates to trust from now on; NULL for the system's. Copied.
void fl_post_trust(struct fl_post *p, const char *ca_file);

// Posts an envelope and waits for the answer, timeout_ms at most and no longer than *stop is false.
struct fl_answer fl_post_send(struct fl_post *p, const struct fl_server *server,
                              struct text envelope, int64_t timeout_ms, const _Atomic bool *stop);

// Any thread: lets fl_post_send look at *stop now.
void fl_post_wake(struct fl_post *p);

#endif
