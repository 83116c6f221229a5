// SPDX-License-Identifier: MIT
// A study: what the repository says around an error's line, made once and kept by the store, so
// that pages need not ask git.
#ifndef FLAWLESS_CORE_STUDY_H
#define FLAWLESS_CORE_STUDY_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "core/enclosing.h"

enum {
    STUDY_AROUND = 15,    // lines before the guilty one, and as many after it
    STUDY_LINE_MAX = 400, // bytes of a line that are kept
    STUDY_COMMIT_MAX = 20,
    STUDY_WORDS_MAX = 500, // bytes of any other text
};

// A commit, as far as a reader needs it.
struct study_commit {
    struct text commit; // full hash; empty: git does not know (a shallow clone ends before it)
    struct text author_name, author_email, subject;
    int64_t at_ms; // when it was written; 0: unknown
};

struct study_line {
    int64_t number;
    struct text text;            // as it stands in the file, without its line ending
    bool is_cut;                 // it was longer than STUDY_LINE_MAX
    struct study_commit changed; // by which it became what it is
};

// All texts are valid UTF-8. Whatever could not be found out is empty, and then words say why.
struct study {
    struct text revision; // full hash of the commit that was blamed
    struct text reason;   // what it was taken from
    struct text path;     // at that revision
    int64_t line_number;  // of the guilty line there
    struct study_line *lines;
    size_t line_n;
    struct text lines_missing; // why there are no lines; else empty

    struct line_range function;   // around the line; 0 and 0: none
    struct text since;            // full hash of the newest commit known without the error; empty:
                                  // none is known, and commits are the newest ones
    struct text since_release;    // as reports named it
    struct study_commit *commits; // that touched the function after since, newest first
    size_t commit_n;
    bool has_more;               // commits that are not told
    struct text commits_missing; // why commits may be incomplete; else empty
};

// Fills lines with the window around line_number of a file, without who changed them. False, with
// lines_missing set, when it is no text or has no such line. Texts live in the arena.
bool study_take_lines(struct study *study, struct text file_content, struct arena *arena);

// JSON, as stores keep it. A member that a reader does not know means nothing to it, so a later
// Flawless may add some.
void study_write(const struct study *study, struct buffer *out);
// ERROR_INPUT when it is no study. Texts live in the arena.
bool study_read(struct text bytes, struct arena *arena, struct study *study, struct error *error);

#endif
