// SPDX-License-Identifier: MIT
// Adding up a batch: however often a line fails, a batch has one entry for it and its exception
// type.
#ifndef FLAWLESS_SERVER_TALLY_H
#define FLAWLESS_SERVER_TALLY_H

#include "base/map.h"
#include "server/ledger.h"

struct tally_entry {
    struct tally_entry *next; // in order of the first report
    struct judged *first;     // borrowed from a submission
    struct judged *newest;    // with the same key
    int64_t count;            // occurrences; saturates instead of overflowing
};

struct batch_tally {
    struct arena *arena;
    struct map by_key;
    struct tally_entry *first, *last;
    int64_t report_n, occurrence_n;
};

void batch_tally_add(struct batch_tally *tally, struct judged *judged);
void batch_tally_release(struct batch_tally *tally); // the arena is the caller's

#endif
