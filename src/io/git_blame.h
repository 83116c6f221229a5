// SPDX-License-Identifier: MIT
// Running git blame, and reading what it says.
#ifndef FLAWLESS_IO_GIT_BLAME_H
#define FLAWLESS_IO_GIT_BLAME_H

#include "io/git_objects.h"
#include "io/repository.h"

enum { BLAME_WORDS_MAX = 1000 }; // bytes of a name, an address or a subject; the rest is cut off

struct blamed_line {
    int64_t line_number; // what was asked for
    bool is_blamed;      // git said something about it
    struct line_identity origin;
    struct text raw_path; // of the origin, as git knows it; maybe not UTF-8
    struct file_version previous;
    struct text author_name, author_email, commit_subject;
    int64_t changed_at_ms;
    bool is_boundary; // the history that is here begins with this commit
};

enum blame_reach {
    BLAME_FAR,         // through moves, renames and copies from other files
    BLAME_WITHIN_FILE, // the same without copies: a commit graph makes only this fast
    BLAME_ONE_COMMIT,  // as far as BLAME_FAR, but to the revision's parents only
};

struct blame_request {
    const char *tip;      // whose .mailmap counts: it knows the newest addresses
    const char *revision; // full hash
    struct text path;     // sane
    struct text ignored;  // commits to look through: full hashes, one a line
    enum blame_reach reach;
};

// Asks for all lines, which exist at that revision, in as few processes as the length of a command
// line allows (one for up to 1,000 lines). Texts live in the arena and are valid UTF-8.
bool blame_run(const struct git *git, const struct blame_request *request, struct arena *arena,
               struct blamed_line *lines, size_t line_n, struct error *error);

// Adds the full hashes of a file like .git-blame-ignore-revs to out; everything else in it, such as
// hashes of another length than this repository's, is skipped, since git would refuse to blame at
// all because of it.
void blame_add_ignored(struct text file, size_t hash_len, struct buffer *out);

// For tests: reads git's --line-porcelain output into lines (sorted or not; several may have one
// number).
bool blame_parse(struct text output, struct arena *arena, struct blamed_line *lines, size_t line_n,
                 struct error *error);

#endif
