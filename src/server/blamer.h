// SPDX-License-Identifier: MIT
// The blamer: threads that ask git who wrote a line, so that nobody else waits for git.
#ifndef FLAWLESS_SERVER_BLAMER_H
#define FLAWLESS_SERVER_BLAMER_H

#include "server/ledger.h"
#include "server/projects.h"

struct blamer;

struct blamer_settings {
    int thread_n;                           // git processes at once
    const char *store_address;              // read for what errors a line had before
    const struct served_projects *projects; // live as long as the blamer
    void *self;
    void (*answer)(void *self, struct blame_answer *answer); // any blamer thread; takes the answer
};

struct blamer *blamer_start(const struct blamer_settings *settings);
// Copies the job; false when enough wait already. Any thread.
bool blamer_take(struct blamer *blamer, const struct blame_job *job);
// For work with git that nobody waits for: true takes the place of a thread, which may ask again
// after blamer_give_place. False while jobs wait or every thread works. failure: what git said, as
// of a job; empty when all went well, NULL when git was not asked. Any thread.
bool blamer_take_place(struct blamer *blamer);
void blamer_give_place(struct blamer *blamer, const char *failure);
// Ends after the jobs under way; what waits is forgotten (the store remembers it). False when git
// kept a thread busy until the deadline (by CLOCK_REALTIME): then nothing of it may be freed.
bool blamer_stop(struct blamer *blamer, const struct timespec *deadline);
void blamer_free(struct blamer *blamer);

struct blamer_facts {
    int64_t waiting, running, done, failed; // done and failed since the start
    char failure[256];                      // the newest one; empty when the last job went well
};
void blamer_look(struct blamer *blamer, struct blamer_facts *facts);

#endif
