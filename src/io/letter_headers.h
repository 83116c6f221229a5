// SPDX-License-Identifier: MIT
// The headers of a letter, as they are sent and as the outbox shows them.
#ifndef FLAWLESS_IO_LETTER_HEADERS_H
#define FLAWLESS_IO_LETTER_HEADERS_H

#include "io/store.h"

struct letter_header {
    const char *name;
    struct text value; // as people read it: what is not ASCII is not encoded yet
};

enum { LETTER_HEADER_MAX = 12 };

// From, To, Subject, Date (written_at_ms, RFC 5322), Message-ID, In-Reply-To and References (of the
// thread, when there is one), Auto-Submitted (RFC 3834: no answer from a machine),
// X-Auto-Response-Suppress (the same for Exchange), List-Id and X-Mailer. Gives how many. Values
// live in the arena or are the letter's own.
size_t letter_headers(const struct outbox_letter *letter, struct arena *arena,
                      struct letter_header headers[LETTER_HEADER_MAX]);

#endif
