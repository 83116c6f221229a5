// SPDX-License-Identifier: MIT
// The long parts of a letter as plain text. For letters and digests.
#ifndef FLAWLESS_CORE_LETTER_PART_H
#define FLAWLESS_CORE_LETTER_PART_H

#include "core/letter.h"

enum plain_lines {
    PLAIN_ONE_LINE, // line breaks come out as "\n"
    PLAIN_LINES,    // they stay
};

// Appends at most max bytes of t with every character that could disturb a reader or a mail program
// replaced, and
// "..." when that cut something off.
void plain_add(struct buffer *out, struct text t, size_t max, enum plain_lines lines);

// "2026-01-02 03:04 UTC"
void plain_add_moment(struct buffer *out, int64_t moment_ms);

// Appends t escaped; stops after max bytes with "...", never inside a character or an escape.
void html_add(struct buffer *out, struct text t, size_t max);

// What stands around a letter in HTML.
void html_begin(struct buffer *out, struct text title);
void html_end(struct buffer *out);

// A letter of one plain text, which plain_add has been over where it is foreign. Copies.
void prose_write(struct text subject, struct text words, struct arena *arena,
                 struct letter *letter);

// "Type: message", several lines when the message has them.
void plain_exception(struct buffer *out, const struct exception *exception);

// The chain of exceptions with their stacks, as Python prints it; at most 36 kB.
void part_traceback(const struct report *report, struct buffer *out);

// Our frames' variables, sorted, one name=value a line; at most 32 kB. Empty when no frame is ours.
void part_variables(const struct report *report, const struct judge *judge, struct buffer *out);

#endif
