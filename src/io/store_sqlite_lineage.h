// SPDX-License-Identifier: MIT
// Inside the SQLite store only: what store_sqlite_lineage.c provides to store_sqlite_ops.
#ifndef FLAWLESS_IO_STORE_SQLITE_LINEAGE_H
#define FLAWLESS_IO_STORE_SQLITE_LINEAGE_H

#include "io/store_lineage.h"

bool sqlite_list_lines(struct store *store, int64_t project_id, struct text path, struct text text,
                       struct arena *arena, struct known_line **lines, size_t *line_n,
                       struct error *error);
bool sqlite_set_predecessor(struct store *store, int64_t error_id, int64_t predecessor_id,
                            struct error *error);
bool sqlite_list_successors(struct store *store, int64_t error_id, struct arena *arena,
                            struct error_record **records, size_t *record_n, struct error *error);

#endif
