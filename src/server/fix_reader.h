// SPDX-License-Identifier: MIT
// The fix reader: marks errors as fixed that new commits name in their messages ("Fixes-error: 12",
// core/fixes.h), on a thread of its own. Each commit of the branch in production is read once, from
// the moment on when Flawless first saw the repository.
#ifndef FLAWLESS_SERVER_FIX_READER_H
#define FLAWLESS_SERVER_FIX_READER_H

#include "server/projects.h"

struct fix_reader;

struct fix_reader_settings {
    const char *store_address;
    const struct served_projects *projects; // live as long as the reader
    const struct clock *clock;
    void *self;
    // As ledger_change_now; waits until it is done.
    bool (*change)(void *self, bool (*apply)(void *data, struct store *store, struct error *error),
                   void *data, struct error *error);
};

// False when the store cannot be opened.
bool fix_reader_start(const struct fix_reader_settings *settings, struct fix_reader **reader,
                      struct error *error);
// False when git kept it busy until the deadline (by CLOCK_REALTIME): then nothing of it may be
// freed.
bool fix_reader_stop(struct fix_reader *reader, const struct timespec *deadline);
void fix_reader_free(struct fix_reader *reader); // NULL is fine

#endif
