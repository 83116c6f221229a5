// SPDX-License-Identifier: MIT
// The part of a store that knows which error's line was edited and became another error's. What
// io/store.h says of its functions holds here too: changes belong between store_begin and
// store_commit, errors are told as there.
#ifndef FLAWLESS_IO_STORE_LINEAGE_H
#define FLAWLESS_IO_STORE_LINEAGE_H

#include "io/store.h"

enum { KNOWN_LINE_MAX = 20, SUCCESSOR_MAX = 20 };

struct known_line {
    int64_t error_id;
    struct line_identity line;
};
// Errors with a known line that were reported from this path with this text of the line, or with
// none; the newest KNOWN_LINE_MAX. Readers may call it.
bool store_list_lines(struct store *store, int64_t project_id, struct text path, struct text text,
                      struct arena *arena, struct known_line **lines, size_t *line_n,
                      struct error *error);
// The error's line was made by an edit of the predecessor's. The first that is said stays; nothing
// changes when there is no such predecessor (any more).
bool store_set_predecessor(struct store *store, int64_t error_id, int64_t predecessor_id,
                           struct error *error);
// Errors whose lines were made by edits of this one's, oldest first, at most SUCCESSOR_MAX.
bool store_list_successors(struct store *store, int64_t error_id, struct arena *arena,
                           struct error_record **records, size_t *record_n, struct error *error);

#endif
