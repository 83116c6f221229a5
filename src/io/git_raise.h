// SPDX-License-Identifier: MIT
// Finding the lines of a revision that do nothing but raise.
#ifndef FLAWLESS_IO_GIT_RAISE_H
#define FLAWLESS_IO_GIT_RAISE_H

#include "core/raise_lines.h"
#include "io/git.h"

enum { RAISE_TIMEOUT_MS = 2 * 60 * 1000 };

// Reads every file of a commit (full hash) once: a second for about 50 MB of text. False when git
// fails or does not end in time; lines has what was found until then.
bool git_find_raise_lines(const struct git *git, const char *commit, struct raise_lines *lines,
                          struct error *error);

#endif
