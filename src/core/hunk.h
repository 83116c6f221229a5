// SPDX-License-Identifier: MIT
// What a line took the place of, read from a diff of two versions of its file. Pure.
#ifndef FLAWLESS_CORE_HUNK_H
#define FLAWLESS_CORE_HUNK_H

#include "base/arena.h"

enum { OLD_LINE_MAX = 20 };

struct old_line {
    int64_t number;   // in the old version
    struct text text; // valid UTF-8
};

// diff: unified, without context. The lines that went where the line with this number came in the
// new version, the likeliest first (the one at the same place among them, then its neighbours);
// gives how many. None when the line was only added. Texts live in the arena.
size_t hunk_old_lines(struct text diff, int64_t number, struct arena *arena,
                      struct old_line lines[OLD_LINE_MAX]);

#endif
