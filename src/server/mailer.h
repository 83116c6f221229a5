// SPDX-License-Identifier: MIT
// The mailer: one thread that sends what is in the outbox. It tells what became of each letter; the
// ledger remembers it.
#ifndef FLAWLESS_SERVER_MAILER_H
#define FLAWLESS_SERVER_MAILER_H

#include "base/clock.h"
#include "io/smtp.h"

struct mailer;

struct mailer_settings {
    struct smtp_settings smtp; // its strings live as long as the mailer; cancel is the mailer's own
    const struct clock *clock;
    void *self;
    // On the mailer's thread, once for each letter taken: the letter with state, sent_at_ms,
    // next_try_at_ms, attempts and last_error as they are now. OUTBOX_WAITING: it will be offered
    // again at next_try_at_ms, by the ledger.
    void (*settled)(void *self, const struct outbox_letter *outcome);
};

struct mailer *mailer_start(const struct mailer_settings *settings);

// Takes a copy of a letter that is to be tried now; false when enough wait already or it is
// stopping. Never waits.
bool mailer_take(struct mailer *mailer, const struct outbox_letter *letter);

// Finishes the letter under way (a few seconds at most) and forgets what waits (the store remembers
// it). False when the letter did not come to an end: then nothing may be freed.
bool mailer_stop(struct mailer *mailer);
void mailer_free(struct mailer *mailer); // after a good stop; NULL is fine

// How long to wait after so many attempts that failed: a minute, doubling up to an hour; -1 when
// three days of that are over and the letter is given up.
int64_t mailer_delay_ms(int64_t attempts);

struct mailer_facts {
    int64_t sent, failed; // attempts since the start
    char failure[256];    // of the newest attempt; empty when it went well
};
void mailer_look(struct mailer *mailer, struct mailer_facts *facts);

#endif
