// SPDX-License-Identifier: MIT
// CODEOWNERS: who looks after which files, as GitHub and GitLab read it.
// https://docs.github.com/repositories/managing-your-repositorys-settings-and-features
// https://docs.gitlab.com/user/project/codeowners/reference/
#ifndef FLAWLESS_CORE_CODEOWNERS_H
#define FLAWLESS_CORE_CODEOWNERS_H

#include "base/arena.h"

enum {
    CODEOWNERS_SIZE_MAX = 1024 * 1024, // bytes that are read
    CODEOWNERS_RULE_MAX = 20 * 1000,
    CODEOWNERS_SECTION_MAX = 500,
    CODEOWNERS_OWNER_MAX = 20, // of one file
    CODEOWNERS_PATTERN_MAX = 1000,
};

// Immutable once read.
struct codeowners;

// Reads the content, which may be any bytes; a line that means nothing is passed over, as is what
// exceeds a bound. Copies nothing: content lives as long as the result, which lives in the arena.
// GitLab's syntax is what lies in .gitlab/ (is_gitlab) or has a section: there a pattern without a
// slash in front fits at any depth, a directory is written with a slash at its end, '!' excludes
// from a section for good, and the last fitting line of each section counts. Otherwise the syntax
// is GitHub's: as in .gitignore, but without '!', and the last fitting line of all counts.
struct codeowners *codeowners_read(struct text content, bool is_gitlab, struct arena *arena);

struct codeowners_answer {
    struct text owners[CODEOWNERS_OWNER_MAX]; // "ann@example.com", "@ann", "@shop/till"
    size_t owner_n;
    int64_t line_number; // that named the first of them
};

// Who owns the file at path (in the repository): the owners of each section, those of optional
// sections last. A line that names nobody takes the file from its owners.
void codeowners_find(const struct codeowners *codeowners, struct text path,
                     struct codeowners_answer *answer);

#endif
