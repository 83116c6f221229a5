// SPDX-License-Identifier: MIT
// Who else wrote a commit, as its message says.
#ifndef FLAWLESS_CORE_COAUTHORS_H
#define FLAWLESS_CORE_COAUTHORS_H

#include "base/arena.h"

enum { COAUTHOR_MAX = 20, COAUTHOR_BYTES_MAX = 300 };

// The people of the "Co-authored-by: Name <address>" lines of a commit object's message, in their
// order, each once and at most COAUTHOR_MAX, "Name <address>" on a line of its own; the author is
// not among them. commit: the object's bytes, headers and message. Valid UTF-8, in the arena.
struct text coauthors_read(struct text commit, struct text author_email, struct arena *arena);

#endif
