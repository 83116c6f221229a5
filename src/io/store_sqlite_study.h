// SPDX-License-Identifier: MIT
// Inside the SQLite store only: what store_sqlite_study.c provides to store_sqlite_ops, and to
// settling.
#ifndef FLAWLESS_IO_STORE_SQLITE_STUDY_H
#define FLAWLESS_IO_STORE_SQLITE_STUDY_H

#include "io/store_study.h"

struct sqlite_store;

bool sqlite_find_study_job(struct store *store, int64_t now_ms, struct arena *arena,
                           struct study_job *job, struct error *error);
bool sqlite_postpone_study(struct store *store, const struct study_job *job, int64_t retry_at_ms,
                           struct error *error);
bool sqlite_keep_study(struct store *store, const struct study_job *job, struct text body,
                       struct error *error);
bool sqlite_get_study(struct store *store, int64_t error_id, struct arena *arena,
                      struct kept_study *study, struct error *error);

// The site was settled into the error: from now on there is a job for it.
bool sqlite_ask_for_study(struct sqlite_store *s, int64_t error_id, int64_t site_id,
                          struct error *error);

#endif
