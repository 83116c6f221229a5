// SPDX-License-Identifier: MIT
// When a clone is fetched: every five minutes, soon when a report names what the clone does not
// know, less and less often while it fails. Pure: time is what the caller says.
#ifndef FLAWLESS_CORE_FETCH_SCHEDULE_H
#define FLAWLESS_CORE_FETCH_SCHEDULE_H

#include "base/text.h"

enum {
    FETCH_EVERY_MS = 5 * 60 * 1000,
    FETCH_PAUSE_MS = 10 * 1000,       // at least, between the end of one and one asked for
    FETCH_RETRY_FIRST_MS = 10 * 1000, // doubled with every failure ...
    FETCH_RETRY_MAX_MS = 10 * 60 * 1000,
    FETCH_MISSED_KEEP_MS = 60 * 60 * 1000, // so long, what a fetch did not bring is not asked for
    FETCH_NAME_MAX = 256,                  // the oldest is forgotten
};

struct fetch_wish {
    uint64_t hash;               // of the name
    int64_t asked_at_ms, wanted; // the number of the first fetch that can bring it
};

// Zero is due at once. One thread at a time.
struct fetch_schedule {
    int64_t due_at_ms, ended_at_ms;
    int64_t begun, done; // numbers of fetches
    int64_t failures;    // in a row
    struct fetch_wish wishes[FETCH_NAME_MAX];
    size_t wish_n;
};

// Somebody misses what name stands for. True: a fetch that may bring it is coming or under way, so
// look again in a moment. False: one came since it was first asked for, and did not bring it, or
// fetches fail; go on without it.
bool fetch_schedule_ask(struct fetch_schedule *schedule, struct text name, int64_t now_ms);

int64_t fetch_schedule_wait_ms(const struct fetch_schedule *schedule, int64_t now_ms); // 0: now
void fetch_schedule_begin(struct fetch_schedule *schedule);
void fetch_schedule_end(struct fetch_schedule *schedule, bool is_good, int64_t now_ms);

#endif
