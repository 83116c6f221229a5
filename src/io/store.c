// SPDX-License-Identifier: MIT
#include "io/store.h"

#include "io/store_ops.h"

// The first whose scheme begins the address takes it.
static const struct store_ops *const stores[] = {&store_sqlite_ops};

static const struct store_ops *find_store(const char *address)
{
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        if (text_starts(text_of(address), text_of(stores[i]->scheme)))
            return stores[i];
    return NULL;
}

// A database's URL must not be taken for the name of a directory.
static const struct store_ops *choose_store(const char *address, struct error *error)
{
    const struct store_ops *ops = find_store(address);
    if (ops && (*ops->scheme || !text_contains(text_of(address), TEXT("://"))))
        return ops;
    struct text scheme = text_until(text_of(address), text_find(text_of(address), ':'));
    error_set(error, ERROR_CONFIG,
              "store: there is no store named %.*s: give a directory for SQLite", TEXT_ARG(scheme));
    return NULL;
}

bool store_lock(const char *address, int *lock, struct error *error)
{
    *lock = -1;
    const struct store_ops *ops = choose_store(address, error);
    return ops && ops->lock(address, lock, error);
}

bool store_look(const char *address, struct store_look *look, struct error *error)
{
    *look = (struct store_look){0};
    const struct store_ops *ops = choose_store(address, error);
    return ops && ops->look(address, look, error);
}

bool store_open(const char *address, enum store_mode mode, struct store **store,
                struct error *error)
{
    *store = NULL;
    const struct store_ops *ops = choose_store(address, error);
    return ops && ops->open(address, mode, store, error);
}

void store_close(struct store *store)
{
    if (store)
        store->ops->close(store);
}

bool store_keep_project(struct store *store, int64_t id, struct text name, struct text key,
                        struct arena *arena, struct project *project, struct error *error)
{
    return store->ops->keep_project(store, id, name, key, arena, project, error);
}

bool store_list_projects(struct store *store, struct arena *arena, struct project **projects,
                         size_t *project_n, struct error *error)
{
    return store->ops->list_projects(store, arena, projects, project_n, error);
}

bool store_begin(struct store *store, struct error *error)
{
    return store->ops->begin(store, error);
}

bool store_commit(struct store *store, struct error *error)
{
    return store->ops->commit(store, error);
}

void store_rollback(struct store *store)
{
    store->ops->rollback(store);
}

bool store_keep_site(struct store *store, const struct site *site, int64_t now_ms,
                     struct site_row *row, struct error *error)
{
    return store->ops->keep_site(store, site, now_ms, row, error);
}

bool store_keep_context(struct store *store, int64_t site_id, struct text before, struct text after,
                        struct error *error)
{
    return store->ops->keep_context(store, site_id, before, after, error);
}

bool store_tally(struct store *store, const struct tally *tally, struct error *error)
{
    return store->ops->tally(store, tally, error);
}

bool store_keep_occurrence(struct store *store, const struct occurrence *occurrence,
                           int64_t newest_max, struct error *error)
{
    return store->ops->keep_occurrence(store, occurrence, newest_max, error);
}

bool store_get_error(struct store *store, int64_t error_id, struct arena *arena,
                     struct error_record *record, struct error *error)
{
    return store->ops->get_error(store, error_id, arena, record, error);
}

bool store_list_blame_jobs(struct store *store, int64_t now_ms, size_t job_max, struct arena *arena,
                           struct blame_job **jobs, size_t *job_n, struct error *error)
{
    return store->ops->list_blame_jobs(store, now_ms, job_max, arena, jobs, job_n, error);
}

bool store_postpone_blame(struct store *store, int64_t site_id, int64_t retry_at_ms, bool was_tried,
                          struct error *error)
{
    return store->ops->postpone_blame(store, site_id, retry_at_ms, was_tried, error);
}

bool store_map_site(struct store *store, int64_t site_id, struct text path, struct error *error)
{
    return store->ops->map_site(store, site_id, path, error);
}

bool store_settle_site(struct store *store, int64_t site_id, const struct line_identity *line,
                       const struct ownership *ownership, int64_t *error_id, struct error *error)
{
    return store->ops->settle_site(store, site_id, line, ownership, error_id, error);
}

bool store_mark_fixed(struct store *store, const struct fixed_mark *mark, struct error *error)
{
    return store->ops->mark_fixed(store, mark, error);
}

bool store_count_since_fix(struct store *store, int64_t site_id, int64_t count, int64_t now_ms,
                           struct error *error)
{
    return store->ops->count_since_fix(store, site_id, count, now_ms, error);
}

bool store_list_seen_again(struct store *store, int64_t error_id, struct arena *arena,
                           struct seen_again **seen, size_t *seen_n, struct error *error)
{
    return store->ops->list_seen_again(store, error_id, arena, seen, seen_n, error);
}

bool store_ask_about_fix(struct store *store, int64_t site_id, int64_t now_ms, struct error *error)
{
    return store->ops->ask_about_fix(store, site_id, now_ms, error);
}

bool store_answer_about_fix(struct store *store, int64_t site_id, struct text fixed_commit,
                            enum fix_age age, int64_t *error_id, struct error *error)
{
    return store->ops->answer_about_fix(store, site_id, fixed_commit, age, error_id, error);
}

bool store_bring_back(struct store *store, int64_t error_id, int64_t count, int64_t now_ms,
                      struct error *error)
{
    return store->ops->bring_back(store, error_id, count, now_ms, error);
}

bool store_find_study_job(struct store *store, int64_t now_ms, struct arena *arena,
                          struct study_job *job, struct error *error)
{
    return store->ops->find_study_job(store, now_ms, arena, job, error);
}

bool store_postpone_study(struct store *store, const struct study_job *job, int64_t retry_at_ms,
                          struct error *error)
{
    return store->ops->postpone_study(store, job, retry_at_ms, error);
}

bool store_keep_study(struct store *store, const struct study_job *job, struct text body,
                      struct error *error)
{
    return store->ops->keep_study(store, job, body, error);
}

bool store_get_study(struct store *store, int64_t error_id, struct arena *arena,
                     struct kept_study *study, struct error *error)
{
    return store->ops->get_study(store, error_id, arena, study, error);
}

bool store_find_read_commit(struct store *store, int64_t project_id, struct arena *arena,
                            struct text *commit, struct error *error)
{
    return store->ops->find_read_commit(store, project_id, arena, commit, error);
}

bool store_set_read_commit(struct store *store, int64_t project_id, struct text commit,
                           struct error *error)
{
    return store->ops->set_read_commit(store, project_id, commit, error);
}

bool store_mark_fixed_by_commit(struct store *store, const struct fixed_mark *mark, bool *is_new,
                                struct error *error)
{
    return store->ops->mark_fixed_by_commit(store, mark, is_new, error);
}

bool store_list_lines(struct store *store, int64_t project_id, struct text path, struct text text,
                      struct arena *arena, struct known_line **lines, size_t *line_n,
                      struct error *error)
{
    return store->ops->list_lines(store, project_id, path, text, arena, lines, line_n, error);
}

bool store_set_predecessor(struct store *store, int64_t error_id, int64_t predecessor_id,
                           struct error *error)
{
    return store->ops->set_predecessor(store, error_id, predecessor_id, error);
}

bool store_list_successors(struct store *store, int64_t error_id, struct arena *arena,
                           struct error_record **records, size_t *record_n, struct error *error)
{
    return store->ops->list_successors(store, error_id, arena, records, record_n, error);
}

bool store_add_letter(struct store *store, struct outbox_letter *letter, struct error *error)
{
    return store->ops->add_letter(store, letter, error);
}

bool store_look_at_address(struct store *store, struct text address, int64_t since_ms, int64_t n,
                           struct address_facts *facts, struct error *error)
{
    return store->ops->look_at_address(store, address, since_ms, n, facts, error);
}

bool store_hold_letter(struct store *store, struct text address, int64_t error_id, int64_t now_ms,
                       int64_t due_at_ms, struct error *error)
{
    return store->ops->hold_letter(store, address, error_id, now_ms, due_at_ms, error);
}

bool store_list_digests(struct store *store, int64_t now_ms, size_t address_max,
                        struct arena *arena, struct text **addresses, size_t *address_n,
                        struct error *error)
{
    return store->ops->list_digests(store, now_ms, address_max, arena, addresses, address_n, error);
}

bool store_take_held(struct store *store, struct text address, size_t record_max,
                     struct arena *arena, struct error_record **records, size_t *record_n,
                     int64_t *held_n, struct error *error)
{
    return store->ops->take_held(store, address, record_max, arena, records, record_n, held_n,
                                 error);
}

bool store_list_letters_to_send(struct store *store, int64_t now_ms, size_t letter_max,
                                struct arena *arena, struct outbox_letter **letters,
                                size_t *letter_n, struct error *error)
{
    return store->ops->list_letters_to_send(store, now_ms, letter_max, arena, letters, letter_n,
                                            error);
}

bool store_mark_letter(struct store *store, const struct outbox_letter *letter, struct error *error)
{
    return store->ops->mark_letter(store, letter, error);
}

bool store_release_kept_letters(struct store *store, int64_t *letter_n, struct error *error)
{
    return store->ops->release_kept_letters(store, letter_n, error);
}

bool store_list_week(struct store *store, int64_t project_id, int64_t from_ms, int64_t until_ms,
                     struct arena *arena, struct week_row **rows, size_t *row_n,
                     struct error *error)
{
    return store->ops->list_week(store, project_id, from_ms, until_ms, arena, rows, row_n, error);
}

bool store_find_error(struct store *store, const struct site *place, struct arena *arena,
                      struct error_record *record, struct error *error)
{
    return store->ops->find_error(store, place, arena, record, error);
}

bool store_list_variants(struct store *store, int64_t error_id, struct arena *arena,
                         struct variant **variants, size_t *variant_n, struct error *error)
{
    return store->ops->list_variants(store, error_id, arena, variants, variant_n, error);
}

bool store_get_occurrence(struct store *store, int64_t error_id, int64_t until_ms,
                          struct arena *arena, struct kept_occurrence *occurrence,
                          struct error *error)
{
    return store->ops->get_occurrence(store, error_id, until_ms, arena, occurrence, error);
}

bool store_list_outbox(struct store *store, int64_t before_id, size_t letter_max,
                       struct arena *arena, struct outbox_letter **letters, size_t *letter_n,
                       struct error *error)
{
    return store->ops->list_outbox(store, before_id, letter_max, arena, letters, letter_n, error);
}

bool store_change_rule(struct store *store, struct rule_change *change, struct error *error)
{
    return store->ops->change_rule(store, change, error);
}

bool store_list_rules(struct store *store, int64_t project_id, struct arena *arena,
                      struct stored_rule **rules, size_t *rule_n, struct error *error)
{
    return store->ops->list_rules(store, project_id, arena, rules, rule_n, error);
}

bool store_list_audit(struct store *store, int64_t project_id, int64_t before_id, size_t entry_max,
                      struct arena *arena, struct audit_entry **entries, size_t *entry_n,
                      struct error *error)
{
    return store->ops->list_audit(store, project_id, before_id, entry_max, arena, entries, entry_n,
                                  error);
}

bool store_count(struct store *store, struct store_counts *counts, struct error *error)
{
    return store->ops->count(store, counts, error);
}

bool store_add_user(struct store *store, const struct user *user, struct error *error)
{
    return store->ops->add_user(store, user, error);
}

bool store_remove_user(struct store *store, struct text name, struct error *error)
{
    return store->ops->remove_user(store, name, error);
}

bool store_set_password(struct store *store, struct text name, struct text password_hash,
                        struct error *error)
{
    return store->ops->set_password(store, name, password_hash, error);
}

bool store_set_token(struct store *store, struct text name, struct text digest, struct error *error)
{
    return store->ops->set_token(store, name, digest, error);
}

bool store_find_user(struct store *store, struct text name, struct arena *arena, struct user *user,
                     struct error *error)
{
    return store->ops->find_user(store, name, arena, user, error);
}

bool store_find_token_user(struct store *store, struct text digest, struct arena *arena,
                           struct user *user, struct error *error)
{
    return store->ops->find_token_user(store, digest, arena, user, error);
}

bool store_list_users(struct store *store, struct arena *arena, struct user **users, size_t *user_n,
                      struct error *error)
{
    return store->ops->list_users(store, arena, users, user_n, error);
}

bool store_add_session(struct store *store, const struct session *session, struct error *error)
{
    return store->ops->add_session(store, session, error);
}

bool store_find_session(struct store *store, struct text digest, struct arena *arena,
                        struct session *session, struct error *error)
{
    return store->ops->find_session(store, digest, arena, session, error);
}

bool store_use_session(struct store *store, struct text digest, int64_t used_at_ms,
                       struct error *error)
{
    return store->ops->use_session(store, digest, used_at_ms, error);
}

bool store_remove_session(struct store *store, struct text digest, struct error *error)
{
    return store->ops->remove_session(store, digest, error);
}

bool store_remove_idle_sessions(struct store *store, int64_t used_before_ms, struct error *error)
{
    return store->ops->remove_idle_sessions(store, used_before_ms, error);
}

bool store_keep_seal_key(struct store *store, struct seal_key *key, struct error *error)
{
    return store->ops->keep_seal_key(store, key, error);
}
