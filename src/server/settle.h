// SPDX-License-Identifier: MIT
// Settling: does this error deserve a letter now? Then the letter goes into the outbox, in the
// transaction that remembers that it was written.
#ifndef FLAWLESS_SERVER_SETTLE_H
#define FLAWLESS_SERVER_SETTLE_H

#include "server/ledger.h"

enum settled {
    SETTLED_FAILED,      // the store did; see error
    SETTLED_NOT_YET,     // no letter now, perhaps later
    SETTLED_WITH_LETTER, // a letter was written now
    SETTLED_FOR_EVER,    // one was written before: there is nothing more to decide
};

// report: the newest of the error when it is at hand (it is completed when it is shown), else NULL
// and the newest kept occurrence is shown.
enum settled settle_error(const struct ledger_settings *settings, int64_t error_id,
                          struct report *report, struct arena *arena, struct error *error);

#endif
