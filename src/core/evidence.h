// SPDX-License-Identifier: MIT
// What a report says about a line of code and those around it, held against a version of the file.
// Pure.
#ifndef FLAWLESS_CORE_EVIDENCE_H
#define FLAWLESS_CORE_EVIDENCE_H

#include "base/arena.h"

// Of the lines of context that a report sends, so many nearest ones on each side count, so many
// bytes of each.
enum { CONTEXT_LINES_MAX = 5, CONTEXT_LINE_BYTES_MAX = 200 };

// Lines of context are one text: top first, each with a line feed behind it.
struct evidence {
    int64_t line_number; // from 1
    struct text text;    // of the line; empty when the report does not say it
    struct text before, after;
};

// The lines before or after the line, as a report has them (top first), as one text within the
// bounds.
struct text context_before(const struct text *lines, size_t line_n, struct arena *arena);
struct text context_after(const struct text *lines, size_t line_n, struct arena *arena);

struct fit {
    bool has_line; // the version has a line with this number, and it is the text if there is one
    size_t neighbour_n; // lines of context that say something, that is, are not blank
    size_t fitting_n;   // of those, that stand where they should
};

// content: the file's bytes, in any encoding. Indentation does not count; a text may be cut at its
// end (from 100 bytes on) or around the place of the error ("{snip}").
struct fit evidence_fit(const struct evidence *evidence, struct text content);

// All neighbours fit, of which there are some.
bool fit_is_whole(struct fit fit);
// At least half of the neighbours fit; true without any.
bool fit_is_likely(struct fit fit);

// The line that has the text, with most neighbours fitting, among equals the one that is nearest to
// the number; 0 when no line has it.
int64_t evidence_find_line(const struct evidence *evidence, struct text content);

// Whether the text stands at more lines than one: then that it stands at this one may be chance.
bool evidence_is_repeated(const struct evidence *evidence, struct text content);

#endif
