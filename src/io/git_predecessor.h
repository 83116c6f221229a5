// SPDX-License-Identifier: MIT
// Which lines a commit put another one in the place of.
#ifndef FLAWLESS_IO_GIT_PREDECESSOR_H
#define FLAWLESS_IO_GIT_PREDECESSOR_H

#include "core/hunk.h"
#include "io/git.h"
#include "io/repository.h"

// The lines that the finding's line took the place of, in the file as it was before its commit
// (finding's previous): as hunk_old_lines. Changed white space is no change. Never more than a
// moment: a file that is too large or a diff that takes too long is an error.
bool git_list_old_lines(const struct git *git, const struct blame_finding *finding,
                        struct arena *arena, struct old_line lines[OLD_LINE_MAX], size_t *n,
                        struct error *error);

#endif
