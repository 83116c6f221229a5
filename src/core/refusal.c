// SPDX-License-Identifier: MIT
#include "core/refusal.h"

#include "core/letter_part.h"

enum { ADDRESS_SHOWN_MAX = 254, WHY_MAX = 1000, SUBJECT_SHOWN_MAX = 400 };

static const char advice[] =
    "Errors in this developer's lines go unread until somebody takes care of it. If the developer "
    "has another address, name it in the rule file email_remapping; if somebody else looks after "
    "the code now, name both in disowned_files. About this address there will be no other letter "
    "like this one.";

void refusal_write(struct text address, struct text why, struct text subject, struct text base_url,
                   struct arena *arena, struct letter *letter)
{
    struct buffer text = {0}, title = {0};
    buffer_add_string(&title, "Letters to ");
    plain_add(&title, address, ADDRESS_SHOWN_MAX, PLAIN_ONE_LINE);
    buffer_add_string(&title, " are refused");
    buffer_add(&text, buffer_text(&title));
    buffer_add_string(&text, ":\n\n    ");
    plain_add(&text, why, WHY_MAX, PLAIN_ONE_LINE);
    buffer_add_string(&text, "\n\nThe letter was \"");
    plain_add(&text, subject, SUBJECT_SHOWN_MAX, PLAIN_ONE_LINE);
    buffer_printf(&text, "\"; it can be read at\n%.*s/outbox\n\n%s\n", TEXT_ARG(base_url), advice);
    prose_write(buffer_text(&title), buffer_text(&text), arena, letter);
    buffer_release(&title);
    buffer_release(&text);
}
