// SPDX-License-Identifier: MIT
// The words of a letter. Pure.
#ifndef FLAWLESS_CORE_LETTER_H
#define FLAWLESS_CORE_LETTER_H

#include "base/arena.h"
#include "core/error_record.h"
#include "core/guilt.h"
#include "core/letter_links.h"
#include "report/report.h"

struct letter_facts {
    const struct error_record *record;
    const struct report *report; // the occurrence to show; NULL when none was kept
    const struct judge
        *judge; // tells which frames are ours; NULL: those the client does not call foreign
    const struct error_record *predecessor; // whose line became this one; NULL: not known
    const struct error_record *successors;  // what became of this line; successor_n of them
    size_t successor_n;
    struct letter_home home;
    int64_t now_ms;
    struct text header; // on top of everything, from a known error's rule; may be empty
    bool is_to_owner;   // whoever owns the line reads it
};

struct letter {
    struct text subject; // one line, no control characters
    struct text text;    // plain text, lines end with \n
    struct text html;    // everything from outside escaped
};

enum { LETTER_MAX = 256 * 1024 }; // bytes of text and html together

// "Error on HOST in FILE"; whose line and how sure that is, type, traceback, variables of our
// frames, the request, links. What does not fit is left out and the letter says so; of a stack the
// newest calls stay. Control characters and those that turn the direction of text come out as
// U+FFFD.
void letter_write(const struct letter_facts *facts, struct arena *arena, struct letter *letter);

#endif
