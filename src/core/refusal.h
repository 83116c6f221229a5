// SPDX-License-Identifier: MIT
// The words to default_contact when an address cannot be written to. Pure.
#ifndef FLAWLESS_CORE_REFUSAL_H
#define FLAWLESS_CORE_REFUSAL_H

#include "core/letter.h"

// address: whose letter was refused. why: as the mail server said it. subject: the letter's.
void refusal_write(struct text address, struct text why, struct text subject, struct text base_url,
                   struct arena *arena, struct letter *letter);

#endif
