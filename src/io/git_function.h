// SPDX-License-Identifier: MIT
// Who wrote the function around a line.
#ifndef FLAWLESS_IO_GIT_FUNCTION_H
#define FLAWLESS_IO_GIT_FUNCTION_H

#include "io/git_blame.h"

enum { FUNCTION_AUTHOR_MAX = 30 };

struct function_author {
    struct text name, email; // mapped by .mailmap
    int64_t changed_at_ms;   // the newest of their lines
};

// The authors of the lines of the function around a line at the request's revision, those whose
// lines are newest first, each once; of more than FUNCTION_AUTHOR_MAX the others are left out.
// is_shallow: lines as old as the history have no author. None when the file or line is not there.
// authors: room for FUNCTION_AUTHOR_MAX; texts live in the arena.
bool git_function_authors(const struct git *git, struct objects *objects,
                          const struct blame_request *request, int64_t line_number, bool is_shallow,
                          struct arena *arena, struct function_author *authors, size_t *author_n,
                          struct error *error);

#endif
