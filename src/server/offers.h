// SPDX-License-Identifier: MIT
// Work that waits in the store, handed to those who do it: lines to the blamer, letters to the
// mailer. What is in flight is remembered here only; after a start everything is offered again.
// The ledger's thread alone.
#ifndef FLAWLESS_SERVER_OFFERS_H
#define FLAWLESS_SERVER_OFFERS_H

#include "base/map.h"
#include "server/ledger.h"

struct offers {
    const struct ledger_settings *settings;
    struct map jobs, letters;             // ids in flight with blamer and mailer
    bool may_have_jobs, may_have_letters; // the store may hold some that are not in flight
    bool is_blamer_full, is_mailer_full;  // until they tell of one that is done
};

void offers_init(struct offers *offers, const struct ledger_settings *settings);
void offers_release(struct offers *offers);

// Hands on what waits and is not in flight yet, as far as there is room.
void offers_make(struct offers *offers);
// Time has passed, or a batch was lost: there may be more than is known of.
void offers_look_again(struct offers *offers);

void offers_expect_job(struct offers *offers, int64_t site_id); // this site waits for blame
void offers_end_job(struct offers *offers, int64_t site_id);
void offers_end_letter(struct offers *offers, int64_t letter_id);

#endif
