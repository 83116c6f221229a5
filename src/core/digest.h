// SPDX-License-Identifier: MIT
// The words of a digest: errors of which an address was not told one by one, in one letter. Pure.
#ifndef FLAWLESS_CORE_DIGEST_H
#define FLAWLESS_CORE_DIGEST_H

#include "core/letter.h"

enum { DIGEST_RECORD_MAX = 40 }; // errors that a digest shows

struct digest_facts {
    const struct error_record *records; // those with most occurrences first
    size_t record_n;                    // 1 to DIGEST_RECORD_MAX
    int64_t error_n;                    // of all, shown or not
    int64_t letters_per_hour;           // the bound
    struct letter_home home;
    int64_t now_ms;
};

// Place, type, count and link of each. Under LETTER_MAX, as every letter.
void digest_write(const struct digest_facts *facts, struct arena *arena, struct letter *letter);

#endif
