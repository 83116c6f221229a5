// SPDX-License-Identifier: MIT
// Blame with the help of a commit graph.
#ifndef FLAWLESS_IO_GIT_BLAME_STEPS_H
#define FLAWLESS_IO_GIT_BLAME_STEPS_H

#include "io/git_blame.h"

// As blame_run with BLAME_FAR, and the same answers, in a fraction of the time where the repository
// has a commit graph with changed paths; without one it takes longer. request->reach is not looked
// at.
bool blame_run_in_steps(const struct git *git, const struct blame_request *request,
                        struct arena *arena, struct blamed_line *lines, size_t line_n,
                        struct error *error);

#endif
