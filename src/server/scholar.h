// SPDX-License-Identifier: MIT
// The scholar: one thread that asks git for what stands around an error's line, once its owner is
// known and while no other line waits for an owner. What waits for it waits in the store.
#ifndef FLAWLESS_SERVER_SCHOLAR_H
#define FLAWLESS_SERVER_SCHOLAR_H

#include "server/blamer.h"

struct scholar;

struct scholar_settings {
    const char *store_address;
    const struct clock *clock;
    const struct served_projects *projects; // live as long as the scholar
    struct blamer *blamer;                  // whose bound on git processes holds here, too
    void *self;
    // as ledger_change_now
    bool (*change)(void *self, bool (*apply)(void *data, struct store *store, struct error *error),
                   void *data, struct error *error);
};

// NULL when the store cannot be opened.
struct scholar *scholar_start(const struct scholar_settings *settings, struct error *error);
// As blamer_stop; a study under way is made again at the next start.
bool scholar_stop(struct scholar *scholar, const struct timespec *deadline);
void scholar_free(struct scholar *scholar);

#endif
