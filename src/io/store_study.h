// SPDX-License-Identifier: MIT
// The part of a store that keeps what git said around each error's line (core/study.h), and which
// errors wait for that. What io/store.h says of its functions holds here too: changes belong
// between store_begin and store_commit, errors are told as there.
#ifndef FLAWLESS_IO_STORE_STUDY_H
#define FLAWLESS_IO_STORE_STUDY_H

#include "io/store.h"

enum { STORE_EARLIER_MAX = 8 };

// An error whose line is to be studied, as the newest site sees it that was settled into the error:
// each such site asks for the study again, and the one that is there stays until then.
struct study_job {
    int64_t error_id, site_id;
    struct site site;
    struct text before, after; // lines around the site's (core/evidence.h)
    int64_t attempts;          // that failed so far
    // releases that were reported before the error was first seen, and never of it, newest first
    struct text earlier[STORE_EARLIER_MAX];
    size_t earlier_n;
};
// The job that is due longest; ERROR_NOT_FOUND when none is. Readers may call it.
bool store_find_study_job(struct store *store, int64_t now_ms, struct arena *arena,
                          struct study_job *job, struct error *error);
// Another try not before retry_at_ms. Like an answer it means nothing when the error has ended, or
// another site asks for the study by now.
bool store_postpone_study(struct store *store, const struct study_job *job, int64_t retry_at_ms,
                          struct error *error);
// body: compressed by the store.
bool store_keep_study(struct store *store, const struct study_job *job, struct text body,
                      struct error *error);

struct kept_study {
    bool is_waiting;  // for the first study, or for a newer one than body
    struct text body; // as it was kept; empty: there is none yet
};
// All empty for an error of which none was ever asked.
bool store_get_study(struct store *store, int64_t error_id, struct arena *arena,
                     struct kept_study *study, struct error *error);

#endif
