// SPDX-License-Identifier: MIT
// Settling: does this error deserve a letter now? Then a letter to each who is to know goes into
// the outbox, or into a digest, in the transaction that remembers it.
#ifndef FLAWLESS_SERVER_SETTLE_H
#define FLAWLESS_SERVER_SETTLE_H

#include "server/ledger.h"

enum settled {
    SETTLED_FAILED,      // the store did; see error
    SETTLED_NOT_YET,     // no letter now, perhaps later
    SETTLED_ASKING,      // the same, and git is asked whether an error that was fixed is back
    SETTLED_WITH_LETTER, // a letter was written now
    SETTLED_FOR_EVER,    // one was written before: only a rule that makes the error a known one
                         // brings another
};

// An error that a batch has changed.
struct unsettled {
    int64_t error_id;
    struct report *report; // the newest when it is at hand (it is completed when it is shown), else
                           // NULL and the newest kept occurrence is shown
    int64_t added;         // occurrences in this batch
    bool is_blamed;        // git answered: nothing was decided about occurrences of before
};

enum settled settle_error(const struct ledger_settings *settings, const struct unsettled *unsettled,
                          struct arena *arena, struct error *error);

#endif
