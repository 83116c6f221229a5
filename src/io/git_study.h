// SPDX-License-Identifier: MIT
// Making a study of a line: its surroundings at the revision that ran, and what touched its
// function.
#ifndef FLAWLESS_IO_GIT_STUDY_H
#define FLAWLESS_IO_GIT_STUDY_H

#include "core/study.h"
#include "io/repository.h"

enum { STUDY_EARLIER_MAX = 8 };

struct study_query {
    struct blame_query line; // as for its owner
    // releases that reports named before the error was first seen, newest first; the newest commit
    // that one of them names, and that what was blamed contains, is the one known without the error
    struct text earlier[STUDY_EARLIER_MAX];
    size_t earlier_n;
};

// Four git processes, or a few more for earlier releases. False for trouble that may pass. When
// nothing can be found out about the line, revision is empty and lines_missing says why. Texts live
// in the arena.
bool git_study(struct repository *repository, const struct study_query *query, struct arena *arena,
               struct study *study, struct error *error);

#endif
