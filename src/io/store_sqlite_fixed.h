// SPDX-License-Identifier: MIT
// Inside the SQLite store only: what store_sqlite_fixed.c and store_sqlite_fixing.c provide to
// store_sqlite_ops.
#ifndef FLAWLESS_IO_STORE_SQLITE_FIXED_H
#define FLAWLESS_IO_STORE_SQLITE_FIXED_H

#include "io/store_fixed.h"

bool sqlite_mark_fixed(struct store *store, const struct fixed_mark *mark, struct error *error);
bool sqlite_count_since_fix(struct store *store, int64_t site_id, int64_t count, int64_t now_ms,
                            struct error *error);
bool sqlite_list_seen_again(struct store *store, int64_t error_id, struct arena *arena,
                            struct seen_again **seen, size_t *seen_n, struct error *error);
bool sqlite_ask_about_fix(struct store *store, int64_t site_id, int64_t now_ms,
                          struct error *error);
bool sqlite_answer_about_fix(struct store *store, int64_t site_id, struct text fixed_commit,
                             enum fix_age age, int64_t *error_id, struct error *error);
bool sqlite_bring_back(struct store *store, int64_t error_id, int64_t count, int64_t now_ms,
                       struct error *error);
bool sqlite_find_read_commit(struct store *store, int64_t project_id, struct arena *arena,
                             struct text *commit, struct error *error);
bool sqlite_set_read_commit(struct store *store, int64_t project_id, struct text commit,
                            struct error *error);
bool sqlite_mark_fixed_by_commit(struct store *store, const struct fixed_mark *mark, bool *is_new,
                                 struct error *error);

#endif
