// SPDX-License-Identifier: MIT
// Whether a release contains a commit.
#ifndef FLAWLESS_IO_GIT_FIX_H
#define FLAWLESS_IO_GIT_FIX_H

#include "core/comeback.h"
#include "io/git_objects.h"

// release: full hash. FIX_UNKNOWN: the repository has no such commit (any more). False when git
// fails.
bool git_fix_age(const struct git *git, struct objects *objects, const char *release,
                 struct text commit, enum fix_age *age, struct error *error);

#endif
