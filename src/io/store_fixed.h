// SPDX-License-Identifier: MIT
// The part of a store that knows which errors somebody marked as fixed, and what was reported of
// them since. What io/store.h says of its functions holds here too: changes belong between
// store_begin and store_commit, errors are told as there.
#ifndef FLAWLESS_IO_STORE_FIXED_H
#define FLAWLESS_IO_STORE_FIXED_H

#include "core/comeback.h"
#include "io/store.h"

struct fixed_mark {
    int64_t project_id, error_id;
    bool is_fixed; // false: not fixed after all
    struct text who;
    struct text commit; // full hash of the newest commit in production; empty: no repository
    int64_t at_ms;
};
// Marks the error or takes the mark back; what was known of reports since an earlier mark is
// forgotten. Remembered in the audit. ERROR_NOT_FOUND: the project has no such error.
bool store_mark_fixed(struct store *store, const struct fixed_mark *mark, struct error *error);

// Name in the audit (struct audit_entry's file); rule_id is the error's, and the body the JSON
// object {"filename", "function_name", "line_number", "commit"}.
#define AUDIT_FIXED "fixed_errors"

// Adds occurrences of a site whose error is marked (struct site_row's is_fixed).
bool store_count_since_fix(struct store *store, int64_t site_id, int64_t count, int64_t now_ms,
                           struct error *error);
// An error's sites with reports since the mark of which no more is to be waited for, but those of
// older releases. Merging an error into one that is marked counts as reports of its site.
bool store_list_seen_again(struct store *store, int64_t error_id, struct arena *arena,
                           struct seen_again **seen, size_t *seen_n, struct error *error);
// From now on store_list_blame_jobs gives the site with fixed_commit, until this is answered.
bool store_ask_about_fix(struct store *store, int64_t site_id, int64_t now_ms, struct error *error);
// *error_id: whose site that is. An answer about another commit than the error is marked with
// changes nothing.
bool store_answer_about_fix(struct store *store, int64_t site_id, struct text fixed_commit,
                            enum fix_age age, int64_t *error_id, struct error *error);
// The error is back with its newest count occurrences: it is not marked any more, and as if no
// letter had been written.
bool store_bring_back(struct store *store, int64_t error_id, int64_t count, int64_t now_ms,
                      struct error *error);

// Up to which commit of the branch in production messages were read for what they mend (full hash).
// Empty: none was.
bool store_find_read_commit(struct store *store, int64_t project_id, struct arena *arena,
                            struct text *commit, struct error *error);
bool store_set_read_commit(struct store *store, int64_t project_id, struct text commit,
                           struct error *error);
// store_mark_fixed because the mark's commit says so in its message: only once for each commit and
// error, even when somebody took the mark back or the error came back. *is_new: it was done now.
bool store_mark_fixed_by_commit(struct store *store, const struct fixed_mark *mark, bool *is_new,
                                struct error *error);

#endif
