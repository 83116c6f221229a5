// SPDX-License-Identifier: MIT
// The commit that is checked out where a program lies, read from git's files without running git.
#ifndef FLAWLESS_CLIENT_RELEASE_H
#define FLAWLESS_CLIENT_RELEASE_H

#include <stdbool.h>

enum { FL_COMMIT_MAX = 64 }; // hex digits of a SHA-256; a SHA-1 has 40

// Looks for .git (a directory, or a work tree's file) in directory and its parents and follows HEAD
// through loose and packed refs. False when there is no repository or no commit can be read (also
// when refs are kept in reftable form). Reads a few small files.
bool fl_release_find(const char *directory, char commit[FL_COMMIT_MAX + 1]);

#endif
