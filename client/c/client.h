// SPDX-License-Identifier: MIT
// The face of the client for a language's binding: ask whether an occurrence is to be captured,
// then hand over what was captured. Any thread may call anything here. Nothing blocks (flush and
// shutdown excepted, which have deadlines), prints or ends the process; no thread is started before
// the first report; after a fork the child begins anew.
#ifndef FLAWLESS_CLIENT_CLIENT_H
#define FLAWLESS_CLIENT_CLIENT_H

#include "hostports.h"
#include "sender.h"
#include "throttle.h"

// The permission to capture one occurrence. Every ticket has to be handed in.
struct fl_ticket {
    uint64_t error;
    enum fl_verdict verdict;
    int64_t count;
};

struct fl_client_counts {
    struct fl_sent_counts reports;
    uint64_t occurrences; // fl_client_begin was called with a server configured
    size_t waiting;       // reports in the queue
};

// Takes the servers; without any nothing is reported. May be called again at any time.
void fl_client_configure(struct fl_servers *servers, int64_t timeout_ms);
bool fl_client_is_on(void); // there is a server

// An occurrence of an error; error is a hash that names it: where it was raised and its type. True:
// capture it and call fl_client_end. False: it was counted (or there is no server), do nothing.
bool fl_client_begin(uint64_t error, struct fl_ticket *ticket);

// Takes *members (see struct fl_report), which may be failed or empty when capturing went wrong;
// the occurrence then counts for the next report of its error. threshold 0: the server's.
void fl_client_end(const struct fl_ticket *ticket, struct buffer *members, int64_t threshold);

// Sends what is held back and waits until all is sent: timeout_ms at most, or until it is clear
// that no server can be reached by then. True when nothing is left.
bool fl_client_flush(int64_t timeout_ms);

// Flushes and ends the thread, timeout_ms at most. What is reported later is dropped and counted.
// True when nothing was left.
bool fl_client_shutdown(int64_t timeout_ms);

struct fl_client_counts fl_client_counts(void);

#endif
