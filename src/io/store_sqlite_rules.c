// SPDX-License-Identifier: MIT
#include "io/store_sqlite.h"

// ---- rules ----

static bool find_body(struct sqlite_store *s, const struct rule_change *change, struct arena *arena,
                      struct text *body, struct error *error)
{
    struct query q = query_open(
        s, SQL_FIND_RULE, "SELECT body FROM rules WHERE id = ?1 AND project_id = ?2 AND file = ?3");
    query_add_int(&q, change->rule_id);
    query_add_int(&q, change->project_id);
    query_add_text(&q, change->file);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "store %s: there is no rule %lld in %.*s", s->path,
                  (long long)change->rule_id, TEXT_ARG(text_clip(change->file, 100)));
    if (step != STEP_ROW)
        return false;
    *body = query_text(&q, arena);
    query_close(&q);
    return true;
}

static bool add_rule(struct sqlite_store *s, struct rule_change *change, struct error *error)
{
    struct query q =
        query_open(s, SQL_ADD_RULE,
                   "INSERT INTO rules (project_id, file, body, added_by, added_at_ms, changed_by,"
                   " changed_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, '', 0)");
    query_add_int(&q, change->project_id);
    query_add_text(&q, change->file);
    query_add_text(&q, change->body);
    query_add_text(&q, change->who);
    query_add_int(&q, change->at_ms);
    if (!query_run(&q, error))
        return false;
    change->rule_id = sqlite3_last_insert_rowid(s->db);
    return true;
}

static bool set_body(struct sqlite_store *s, const struct rule_change *change, struct error *error)
{
    struct query q =
        query_open(s, SQL_SET_RULE,
                   "UPDATE rules SET body = ?2, changed_by = ?3, changed_at_ms = ?4 WHERE id = ?1");
    query_add_int(&q, change->rule_id);
    query_add_text(&q, change->body);
    query_add_text(&q, change->who);
    query_add_int(&q, change->at_ms);
    return query_run(&q, error);
}

static bool remove_rule(struct sqlite_store *s, const struct rule_change *change,
                        struct error *error)
{
    struct query q = query_open(s, SQL_REMOVE_RULE, "DELETE FROM rules WHERE id = ?1");
    query_add_int(&q, change->rule_id);
    return query_run(&q, error);
}

static bool add_audit(struct sqlite_store *s, const struct rule_change *change, struct text before,
                      struct error *error)
{
    struct query q = query_open(s, SQL_ADD_AUDIT,
                                "INSERT INTO audit (at_ms, project_id, rule_id, who, file,"
                                " body_before, body_after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    query_add_int(&q, change->at_ms);
    query_add_int(&q, change->project_id);
    query_add_int(&q, change->rule_id);
    query_add_text(&q, change->who);
    query_add_text(&q, change->file);
    query_add_text(&q, before);
    query_add_text(&q, change->body);
    return query_run(&q, error);
}

bool sqlite_change_rule(struct store *store, struct rule_change *change, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct arena arena = {0};
    struct text before = {0};
    bool is_done = sqlite_check_batch(s, error);
    if (is_done && change->rule_id == 0)
        is_done = add_rule(s, change, error);
    else if (is_done)
        is_done = find_body(s, change, &arena, &before, error) &&
                  (change->body.len ? set_body : remove_rule)(s, change, error);
    is_done = is_done && add_audit(s, change, before, error);
    arena_release(&arena);
    return is_done;
}

bool sqlite_list_rules(struct store *store, int64_t project_id, struct arena *arena,
                       struct stored_rule **rules, size_t *rule_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_RULES,
                                "SELECT id, project_id, file, body, added_by, changed_by,"
                                " added_at_ms, changed_at_ms FROM rules WHERE project_id = ?1"
                                " ORDER BY id");
    query_add_int(&q, project_id);
    size_t n = 0, cap = 0;
    struct stored_rule *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        struct stored_rule *rule = &list[n++];
        rule->id = query_int(&q);
        rule->project_id = query_int(&q);
        rule->file = query_text(&q, arena);
        rule->body = query_text(&q, arena);
        rule->added_by = query_text(&q, arena);
        rule->changed_by = query_text(&q, arena);
        rule->added_at_ms = query_int(&q);
        rule->changed_at_ms = query_int(&q);
    }
    *rules = list;
    *rule_n = n;
    return step == STEP_DONE;
}

// ---- audit ----

bool sqlite_list_audit(struct store *store, int64_t project_id, int64_t before_id, size_t entry_max,
                       struct arena *arena, struct audit_entry **entries, size_t *entry_n,
                       struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_AUDIT,
                                "SELECT id, at_ms, project_id, rule_id, who, file, body_before,"
                                " body_after FROM audit WHERE project_id = ?1 AND id < ?2"
                                " ORDER BY id DESC LIMIT ?3");
    query_add_int(&q, project_id);
    query_add_int(&q, before_id ? before_id : INT64_MAX);
    query_add_int(&q, entry_max > INT64_MAX ? INT64_MAX : (int64_t)entry_max);
    size_t n = 0, cap = 0;
    struct audit_entry *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        struct audit_entry *entry = &list[n++];
        entry->id = query_int(&q);
        entry->at_ms = query_int(&q);
        entry->project_id = query_int(&q);
        entry->rule_id = query_int(&q);
        entry->who = query_text(&q, arena);
        entry->file = query_text(&q, arena);
        entry->before = query_text(&q, arena);
        entry->after = query_text(&q, arena);
    }
    *entries = list;
    *entry_n = n;
    return step == STEP_DONE;
}
