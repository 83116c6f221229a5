// SPDX-License-Identifier: MIT
// Which commits touched a range of lines.
#ifndef FLAWLESS_IO_GIT_TOUCHING_H
#define FLAWLESS_IO_GIT_TOUCHING_H

#include "core/study.h"
#include "io/git.h"

enum { TOUCHING_TIMEOUT_MS = 15 * 1000 };

struct touching_request {
    const char *tip;         // whose .mailmap counts
    const char *revision;    // full hash, where the lines are
    struct text since;       // full hash; what it contains is not looked at; empty: all history
    struct text path;        // sane
    struct line_range lines; // exist there
};

// Fills commits, commit_n, has_more and commits_missing of the study, with at most STUDY_COMMIT_MAX
// commits and what git finds in TOUCHING_TIMEOUT_MS: what it had found by then is told. Lines are
// followed through shifts and renames. False when git cannot be run.
bool git_list_touching(const struct git *git, const struct touching_request *request,
                       struct arena *arena, struct study *study, struct error *error);

// For tests: fills commits, commit_n and has_more from what git says, whose last line may be cut.
void touching_parse(struct text output, struct arena *arena, struct study *study);

#endif
