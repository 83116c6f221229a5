// SPDX-License-Identifier: MIT
// Is an error back that somebody marked as fixed? Pure.
#ifndef FLAWLESS_CORE_COMEBACK_H
#define FLAWLESS_CORE_COMEBACK_H

#include "core/error_record.h"

// What git says of a release and the commit that was newest when the error was marked. Stored.
enum fix_age {
    FIX_NOT_ASKED,
    FIX_OLDER,     // the release does not contain that commit: it was there before the fix
    FIX_CONTAINED, // it does
    FIX_UNKNOWN,   // the release names no commit that the repository has
};

// Reports of one site since the mark.
struct seen_again {
    int64_t site_id;
    struct text revision; // the release; may be empty
    enum fix_age age;
    int64_t count, seen_at_ms;
};

enum comeback { COMEBACK_NO, COMEBACK_ASK, COMEBACK_YES };

// What was seen before the mark, and what runs an older release, brings nothing back. Where git
// cannot tell (no repository, no release, an unknown one), a report after the mark does, as there
// is nothing better to go by. COMEBACK_ASK: git has to be asked about the release first.
enum comeback comeback_decide(const struct error_record *record, const struct seen_again *seen);

#endif
