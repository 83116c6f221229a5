// SPDX-License-Identifier: MIT
// Keeps the rules of one project up to date with the rule files and with the rules of the pages, on
// a thread of its own.
#ifndef FLAWLESS_SERVER_RULE_KEEPER_H
#define FLAWLESS_SERVER_RULE_KEEPER_H

#include <time.h>

#include "core/rules.h"

struct rule_keeper;

// Reads the rule files in a directory (borrowed), which may be missing, or has to be there.
// ERROR_CONFIG when one is broken.
bool rule_keeper_open(const char *directory, bool may_be_missing, struct rule_keeper **keeper,
                      struct error *error);
// The rules that were found first, held for the caller, who drops them.
struct rules *rule_keeper_hold(struct rule_keeper *keeper);

struct rule_keeper_settings {
    const char *store_address; // borrowed; the store is there
    int64_t project_id;
    void *self; // of use, which takes a new snapshot and puts it in force before it returns
    void (*use)(void *self, struct rules *rules);
};
// Reads the rules of the pages, has them used, and from then on looks every second whether files or
// store have others. A broken file leaves the files' rules of before in force, a store that cannot
// be read those of the pages. A rule that cannot be read is left out, with a warning in the log.
// ERROR_CONFIG or ERROR_SYSTEM when the store cannot be opened.
bool rule_keeper_start(struct rule_keeper *keeper, const struct rule_keeper_settings *settings,
                       struct error *error);
// Looks at once: what was changed before the call is in force after it. Waits for that, at most
// timeout_ms; any thread.
void rule_keeper_look_now(struct rule_keeper *keeper, int64_t timeout_ms);
// False when it was busy until the deadline (by CLOCK_REALTIME): then nothing of it may be freed.
bool rule_keeper_stop(struct rule_keeper *keeper, const struct timespec *deadline);
void rule_keeper_free(struct rule_keeper *keeper); // NULL is fine

enum { RULE_FAILURE_MAX = 512 };
// Why files or pages are not in force as they are now; empty when all is well. Any thread.
void rule_keeper_failure(struct rule_keeper *keeper, char failure[RULE_FAILURE_MAX]);

#endif
