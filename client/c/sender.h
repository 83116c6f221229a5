// SPDX-License-Identifier: MIT
// The queue of reports and the one thread that posts them. No call here waits, except flush and
// stop with their deadlines; nothing prints or ends the process.
#ifndef FLAWLESS_CLIENT_SENDER_H
#define FLAWLESS_CLIENT_SENDER_H

#include "base/clock.h"
#include "hostports.h"
#include "report.h"

enum {
    FL_QUEUE_MAX = 1000,                   // reports waiting
    FL_QUEUE_BYTES_MAX = 16 * 1024 * 1024, // their memory
    FL_REPORT_AGE_MAX_MS = 60 * 60 * 1000, // a report waits no longer for a server to come back
    FL_REFUSED_MAX = 3,                    // answers 500 to one report
    FL_TIMEOUT_MS = 10 * 1000,             // of one post
};

// What became of reports, and why. Reports, not occurrences.
struct fl_sent_counts {
    uint64_t sent;    // answered with success
    uint64_t retried; // attempts that failed and were or will be repeated
    uint64_t spooled; // kept in the spool, once or more often
    struct fl_lost lost;
};

// Gives the next report that is due without being asked for, NULL when there is none; *next_at_ms
// is the moment (monotonic) to ask again. Called by the sender's thread, which holds no lock.
typedef struct fl_report *fl_sender_more(int64_t now_ms, int64_t *next_at_ms);

// There is one sender in a process: fork handlers and the end of the process have no arguments.

// Occurrences that were forgotten so far, for fl_lost. Called by the sender's thread, with no lock.
typedef uint64_t fl_sender_forgotten(void);

// Replaces the servers (takes them, also when empty) and the timeout of one post.
void fl_sender_configure(struct fl_servers *servers, int64_t timeout_ms, fl_sender_more *more,
                         fl_sender_forgotten *forgotten);

// Takes the report; the first one starts the thread. False when it was dropped (and counted).
bool fl_sender_put(struct fl_report *report);

// Something became due earlier than fl_sender_more said.
void fl_sender_nudge(void);

// Waits until everything is sent or given up; false when the deadline came first or no server can
// be reached before it. Servers we only guess to be down are tried once more.
bool fl_sender_flush(int64_t deadline_mono_ms);

// Ends the thread, waiting no longer than until the deadline; what still waits goes to the spool or
// is dropped. May be called more than once, and by several threads.
void fl_sender_stop(int64_t deadline_mono_ms);

struct fl_sent_counts fl_sender_counts(void);

// What stands in the way now, by the newest answer. A new choice of servers begins well.
enum fl_trouble { FL_WELL, FL_UNREACHABLE, FL_UNTRUSTED, FL_WRONG_KEY, FL_REFUSING };
enum fl_trouble fl_sender_trouble(void);
size_t fl_sender_waiting(void); // reports in the queue or on their way

// For pthread_atfork. In the child the thread is gone and the queue is the parent's: it begins
// anew.
void fl_sender_before_fork(void);
void fl_sender_after_fork_in_parent(void);
void fl_sender_after_fork_in_child(void);

// For tests, before anything else: time, which has to be awaited by fl_sender_nudge when it jumps,
// and what chooses the server and the length of waits.
void fl_sender_inject(const struct clock *clock, uint64_t (*random)(void));

#endif
