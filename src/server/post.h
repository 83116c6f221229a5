// SPDX-License-Identifier: MIT
// Putting letters into the outbox. All of it happens in the store's current transaction, on the
// ledger's thread; false when the store fails.
#ifndef FLAWLESS_SERVER_POST_H
#define FLAWLESS_SERVER_POST_H

#include "core/letter.h"
#include "server/ledger.h"

// A letter about an error to one address, or its place in the address's next digest (core/bound.h).
bool post_letter(const struct ledger_settings *settings, const struct error_record *record,
                 struct text to, const struct letter *letter, struct arena *arena,
                 struct error *error);

// What is held back for an address, as one letter.
bool post_digest(const struct ledger_settings *settings, struct text to, struct arena *arena,
                 struct error *error);

// The mail server refused a letter: default_contact hears of it, the first time that this address
// is refused, and never about itself. Called before the store knows of the refusal.
bool post_refusal(const struct ledger_settings *settings, const struct outbox_letter *refused,
                  struct arena *arena, struct error *error);

// What is wrong with Flawless itself, to default_contact (core/trouble.h). post_recall looks
// through the newest letters for what was told before a restart, and needs no transaction.
bool post_recall(const struct ledger_settings *settings, struct trouble_watch *troubles,
                 int64_t now_ms, struct arena *arena, struct error *error);
bool post_troubles(const struct ledger_settings *settings, const struct trouble_watch *troubles,
                   int64_t now_ms, struct arena *arena, struct error *error);

#endif
