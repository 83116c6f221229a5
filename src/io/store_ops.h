// SPDX-License-Identifier: MIT
// What a store fills to be one: a function for each function of store.h and store_users.h, where
// each is described. Only store.c and the stores include this.
#ifndef FLAWLESS_IO_STORE_OPS_H
#define FLAWLESS_IO_STORE_OPS_H

#include "io/store_fixed.h"
#include "io/store_lineage.h"
#include "io/store_rules.h"
#include "io/store_study.h"
#include "io/store_users.h"

// The first member of every store's own struct.
struct store {
    const struct store_ops *ops;
};

struct store_ops {
    const char *scheme; // addresses that start with it belong to this store; "" is asked last

    bool (*lock)(const char *address, int *lock, struct error *error);
    bool (*look)(const char *address, struct store_look *look, struct error *error);
    bool (*open)(const char *address, enum store_mode mode, struct store **store,
                 struct error *error);
    void (*close)(struct store *store);

    bool (*keep_project)(struct store *store, int64_t id, struct text name, struct text key,
                         struct arena *arena, struct project *project, struct error *error);
    bool (*list_projects)(struct store *store, struct arena *arena, struct project **projects,
                          size_t *project_n, struct error *error);

    bool (*begin)(struct store *store, struct error *error);
    bool (*commit)(struct store *store, struct error *error);
    void (*rollback)(struct store *store);

    bool (*keep_site)(struct store *store, const struct site *site, int64_t now_ms,
                      struct site_row *row, struct error *error);
    bool (*keep_context)(struct store *store, int64_t site_id, struct text before,
                         struct text after, struct error *error);
    bool (*tally)(struct store *store, const struct tally *tally, struct error *error);
    bool (*keep_occurrence)(struct store *store, const struct occurrence *occurrence,
                            int64_t newest_max, struct error *error);
    bool (*get_error)(struct store *store, int64_t error_id, struct arena *arena,
                      struct error_record *record, struct error *error);

    bool (*list_blame_jobs)(struct store *store, int64_t now_ms, size_t job_max,
                            struct arena *arena, struct blame_job **jobs, size_t *job_n,
                            struct error *error);
    bool (*map_site)(struct store *store, int64_t site_id, struct text path, struct error *error);
    bool (*postpone_blame)(struct store *store, int64_t site_id, int64_t retry_at_ms,
                           bool was_tried, struct error *error);
    bool (*settle_site)(struct store *store, int64_t site_id, const struct line_identity *line,
                        const struct ownership *ownership, int64_t *error_id, struct error *error);

    bool (*mark_fixed)(struct store *store, const struct fixed_mark *mark, struct error *error);
    bool (*count_since_fix)(struct store *store, int64_t site_id, int64_t count, int64_t now_ms,
                            struct error *error);
    bool (*list_seen_again)(struct store *store, int64_t error_id, struct arena *arena,
                            struct seen_again **seen, size_t *seen_n, struct error *error);
    bool (*ask_about_fix)(struct store *store, int64_t site_id, int64_t now_ms,
                          struct error *error);
    bool (*answer_about_fix)(struct store *store, int64_t site_id, struct text fixed_commit,
                             enum fix_age age, int64_t *error_id, struct error *error);
    bool (*bring_back)(struct store *store, int64_t error_id, int64_t count, int64_t now_ms,
                       struct error *error);
    bool (*find_study_job)(struct store *store, int64_t now_ms, struct arena *arena,
                           struct study_job *job, struct error *error);
    bool (*postpone_study)(struct store *store, const struct study_job *job, int64_t retry_at_ms,
                           struct error *error);
    bool (*keep_study)(struct store *store, const struct study_job *job, struct text body,
                       struct error *error);
    bool (*get_study)(struct store *store, int64_t error_id, struct arena *arena,
                      struct kept_study *study, struct error *error);
    bool (*find_read_commit)(struct store *store, int64_t project_id, struct arena *arena,
                             struct text *commit, struct error *error);
    bool (*set_read_commit)(struct store *store, int64_t project_id, struct text commit,
                            struct error *error);
    bool (*mark_fixed_by_commit)(struct store *store, const struct fixed_mark *mark, bool *is_new,
                                 struct error *error);
    bool (*list_lines)(struct store *store, int64_t project_id, struct text path, struct text text,
                       struct arena *arena, struct known_line **lines, size_t *line_n,
                       struct error *error);
    bool (*set_predecessor)(struct store *store, int64_t error_id, int64_t predecessor_id,
                            struct error *error);
    bool (*list_successors)(struct store *store, int64_t error_id, struct arena *arena,
                            struct error_record **records, size_t *record_n, struct error *error);
    bool (*add_letter)(struct store *store, struct outbox_letter *letter, struct error *error);
    bool (*look_at_address)(struct store *store, struct text address, int64_t since_ms, int64_t n,
                            struct address_facts *facts, struct error *error);
    bool (*hold_letter)(struct store *store, struct text address, int64_t error_id, int64_t now_ms,
                        int64_t due_at_ms, struct error *error);
    bool (*list_digests)(struct store *store, int64_t now_ms, size_t address_max,
                         struct arena *arena, struct text **addresses, size_t *address_n,
                         struct error *error);
    bool (*take_held)(struct store *store, struct text address, size_t record_max,
                      struct arena *arena, struct error_record **records, size_t *record_n,
                      int64_t *held_n, struct error *error);
    bool (*list_letters_to_send)(struct store *store, int64_t now_ms, size_t letter_max,
                                 struct arena *arena, struct outbox_letter **letters,
                                 size_t *letter_n, struct error *error);
    bool (*mark_letter)(struct store *store, const struct outbox_letter *letter,
                        struct error *error);
    bool (*release_kept_letters)(struct store *store, int64_t *letter_n, struct error *error);

    bool (*list_week)(struct store *store, int64_t project_id, int64_t from_ms, int64_t until_ms,
                      struct arena *arena, struct week_row **rows, size_t *row_n,
                      struct error *error);
    bool (*find_error)(struct store *store, const struct site *place, struct arena *arena,
                       struct error_record *record, struct error *error);
    bool (*list_variants)(struct store *store, int64_t error_id, struct arena *arena,
                          struct variant **variants, size_t *variant_n, struct error *error);
    bool (*get_occurrence)(struct store *store, int64_t error_id, int64_t until_ms,
                           struct arena *arena, struct kept_occurrence *occurrence,
                           struct error *error);
    bool (*list_outbox)(struct store *store, int64_t before_id, size_t letter_max,
                        struct arena *arena, struct outbox_letter **letters, size_t *letter_n,
                        struct error *error);
    bool (*change_rule)(struct store *store, struct rule_change *change, struct error *error);
    bool (*list_rules)(struct store *store, int64_t project_id, struct arena *arena,
                       struct stored_rule **rules, size_t *rule_n, struct error *error);
    bool (*list_audit)(struct store *store, int64_t project_id, int64_t before_id, size_t entry_max,
                       struct arena *arena, struct audit_entry **entries, size_t *entry_n,
                       struct error *error);
    bool (*count)(struct store *store, struct store_counts *counts, struct error *error);

    bool (*add_user)(struct store *store, const struct user *user, struct error *error);
    bool (*remove_user)(struct store *store, struct text name, struct error *error);
    bool (*set_password)(struct store *store, struct text name, struct text password_hash,
                         struct error *error);
    bool (*set_token)(struct store *store, struct text name, struct text digest,
                      struct error *error);
    bool (*find_user)(struct store *store, struct text name, struct arena *arena, struct user *user,
                      struct error *error);
    bool (*find_token_user)(struct store *store, struct text digest, struct arena *arena,
                            struct user *user, struct error *error);
    bool (*list_users)(struct store *store, struct arena *arena, struct user **users,
                       size_t *user_n, struct error *error);
    bool (*add_session)(struct store *store, const struct session *session, struct error *error);
    bool (*find_session)(struct store *store, struct text digest, struct arena *arena,
                         struct session *session, struct error *error);
    bool (*use_session)(struct store *store, struct text digest, int64_t used_at_ms,
                        struct error *error);
    bool (*remove_session)(struct store *store, struct text digest, struct error *error);
    bool (*remove_idle_sessions)(struct store *store, int64_t used_before_ms, struct error *error);
    bool (*keep_seal_key)(struct store *store, struct seal_key *key, struct error *error);
};

extern const struct store_ops store_sqlite_ops;

#endif
