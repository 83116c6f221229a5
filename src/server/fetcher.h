// SPDX-License-Identifier: MIT
// The fetcher: makes the clone of a repo_url and keeps it fresh, on a thread of its own, so that
// nobody waits for another machine.
#ifndef FLAWLESS_SERVER_FETCHER_H
#define FLAWLESS_SERVER_FETCHER_H

#include "io/clone.h"

struct fetcher;

struct fetcher_settings {
    struct clone_settings clone; // its texts live as long as the fetcher
    void *self;
    void (*fetched)(void *self); // after each clone or fetch that went well; the fetcher's thread
};

// Looks whether the clone is there or can be; errors as clone_open's.
bool fetcher_open(const struct fetcher_settings *settings, struct fetcher **fetcher,
                  struct error *error);
// Clones or fetches at once, then as core/fetch_schedule.h says.
void fetcher_start(struct fetcher *fetcher);
// False when git kept it busy until the deadline (by CLOCK_REALTIME): then nothing of it may be
// freed.
bool fetcher_stop(struct fetcher *fetcher, const struct timespec *deadline);
void fetcher_free(struct fetcher *fetcher); // NULL is fine

// Somebody misses a revision or a path of that name. True: a fetch that may bring it is coming, ask
// again in a moment. False: go on without it. Any thread; never waits.
bool fetcher_ask(struct fetcher *fetcher, struct text name);

struct fetcher_facts { // any thread
    bool has_clone, is_busy;
    int percent;             // of the clone under way; 100 when it is there
    int64_t fetched, failed; // times since the start, the clone among them
    int64_t fetched_at_ms;   // the newest that went well; 0: none since the start
    char failure[512];       // why the newest did not go well; empty when it did
};
void fetcher_look(struct fetcher *fetcher, struct fetcher_facts *facts);

#endif
