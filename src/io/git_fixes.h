// SPDX-License-Identifier: MIT
// The commits whose messages name errors that they mend.
#ifndef FLAWLESS_IO_GIT_FIXES_H
#define FLAWLESS_IO_GIT_FIXES_H

#include "io/git_objects.h"
#include "io/repository.h"

// What the commits say that tip has and since has not (full hashes); as repository_list_fixes.
bool git_list_fixes(const struct git *git, struct objects *objects, const char *tip,
                    struct text since, struct arena *arena, struct commit_fix **fixes,
                    size_t *fix_n, struct error *error);

#endif
