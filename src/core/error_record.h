// SPDX-License-Identifier: MIT
// An error: everything known about one line, as stores keep it, decisions judge it and pages show
// it.
#ifndef FLAWLESS_CORE_ERROR_RECORD_H
#define FLAWLESS_CORE_ERROR_RECORD_H

#include "base/text.h"

enum owner_state {
    OWNER_WAITING, // git has not been asked yet, or will be asked again
    OWNER_FOUND,   // owner_email is a developer's
    OWNER_DEFAULT, // nobody could be determined: default_contact, which may be empty
    OWNER_NONE,    // no frame of the report is ours: shown under "no owner", never mailed
};

enum confidence { CONFIDENCE_NONE, CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH };

// The identity of a line of code in history: the commit that introduced it, its path and number
// there. An empty commit says that it is not known.
struct line_identity {
    struct text commit; // full hash
    struct text path;
    int64_t number;
};

// What blame and the owner rules found out about a line.
struct ownership {
    enum owner_state state;
    struct text owner_email;    // whom to tell
    struct text author_name;    // who wrote the line
    struct text author_email;   // as git says it
    struct text co_authors;     // of that commit: "Name <address>", one a line
    int64_t changed_at_ms;      // when the line was last changed; 0 when unknown
    struct text commit_subject; // first line of that commit's message
    enum confidence confidence;
    struct text reason; // plain words: how the line was found, and why this person
};

// All times are milliseconds since 1970 UTC by the server's clock. Texts belong to whoever made the
// record.
struct error_record {
    int64_t id, project_id;
    // where it is, as in the newest report
    struct text path, function, text;
    int64_t line_number;
    struct text exception_type, message; // of the newest report
    struct line_identity line;
    struct ownership ownership;
    int64_t count; // occurrences, exact
    int64_t first_seen_at_ms, last_seen_at_ms;
    int64_t threshold;    // the newest report's own threshold for a letter; 0 when it had none
    int64_t letter_at_ms; // when the newest letter was written; 0 when none was since it came back
    int64_t letter_count; // how many occurrences there were then
    // by the mark that somebody set on it; fixed_at_ms 0: there is none
    int64_t fixed_at_ms;
    struct text fixed_by;
    struct text fixed_commit; // full hash of the newest commit in production then; may be empty
    int64_t back_at_ms;       // when it came back after such a mark; 0: never
    int64_t back_count;       // occurrences before that
    int64_t predecessor_id;   // the error whose line was edited and became this line; 0: not known
};

#endif
