// SPDX-License-Identifier: MIT
#include "io/store_sqlite_fixed.h"

#include "base/json_out.h"
#include "io/store_sqlite.h"

// What sites know of a mark belongs to that mark alone.
static bool forget_reports(struct sqlite_store *s, int64_t error_id, struct error *error)
{
    struct query q = query_open(
        s, SQL_FORGET_SINCE_FIX,
        "UPDATE sites SET blame_at_ms = CASE WHEN asks_fix = 1 THEN NULL ELSE blame_at_ms END,"
        " asks_fix = 0, fix_age = 0, fix_count = 0, fix_seen_at_ms = 0 WHERE error_id = ?1");
    query_add_int(&q, error_id);
    return query_run(&q, error);
}

static bool set_mark(struct sqlite_store *s, const struct fixed_mark *mark, struct error *error)
{
    struct query q = query_open(s, SQL_MARK_FIXED,
                                "UPDATE errors SET fixed_at_ms = ?3, fixed_by = ?4,"
                                " fixed_commit = ?5 WHERE id = ?1 AND project_id = ?2");
    query_add_int(&q, mark->error_id);
    query_add_int(&q, mark->project_id);
    query_add_int(&q, mark->is_fixed ? mark->at_ms : 0);
    query_add_text(&q, mark->is_fixed ? mark->who : (struct text){0});
    query_add_text(&q, mark->is_fixed ? mark->commit : (struct text){0});
    if (!query_run(&q, error))
        return false;
    return sqlite3_changes(s->db) == 1 ||
           error_set(error, ERROR_NOT_FOUND, "store %s: project %lld has no error %lld", s->path,
                     (long long)mark->project_id, (long long)mark->error_id);
}

static void write_body(const struct error_record *record, const struct fixed_mark *mark,
                       struct buffer *out)
{
    struct json_out json = {.out = out};
    json_object(&json);
    json_name(&json, "filename");
    json_string(&json, record->path);
    json_name(&json, "function_name");
    json_string(&json, record->function);
    json_name(&json, "line_number");
    json_number(&json, record->line_number);
    json_name(&json, "commit");
    json_string(&json, mark->is_fixed ? mark->commit : record->fixed_commit);
    json_object_end(&json);
}

static bool add_audit(struct sqlite_store *s, const struct error_record *record,
                      const struct fixed_mark *mark, struct error *error)
{
    struct buffer body = {0};
    write_body(record, mark, &body);
    struct query q = query_open(s, SQL_AUDIT_FIXED,
                                "INSERT INTO audit (at_ms, project_id, rule_id, who, file,"
                                " body_before, body_after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    query_add_int(&q, mark->at_ms);
    query_add_int(&q, mark->project_id);
    query_add_int(&q, mark->error_id);
    query_add_text(&q, mark->who);
    query_add_text(&q, TEXT(AUDIT_FIXED));
    query_add_text(&q, mark->is_fixed ? (struct text){0} : buffer_text(&body));
    query_add_text(&q, mark->is_fixed ? buffer_text(&body) : (struct text){0});
    bool ok = query_run(&q, error);
    buffer_release(&body);
    return ok;
}

bool sqlite_mark_fixed(struct store *store, const struct fixed_mark *mark, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct arena arena = {0};
    struct error_record record = {0};
    bool ok = sqlite_check_batch(s, error) &&
              sqlite_get_error(store, mark->error_id, &arena, &record, error) &&
              set_mark(s, mark, error) && forget_reports(s, mark->error_id, error) &&
              add_audit(s, &record, mark, error);
    arena_release(&arena);
    return ok;
}

bool sqlite_count_since_fix(struct store *store, int64_t site_id, int64_t count, int64_t now_ms,
                            struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_COUNT_SINCE_FIX,
                                "UPDATE sites SET fix_count = " SQL_ADD(
                                    "fix_count", "?2") ", fix_seen_at_ms = ?3 WHERE id = ?1");
    query_add_int(&q, site_id);
    query_add_int(&q, count);
    query_add_int(&q, now_ms);
    return query_run(&q, error);
}

bool sqlite_list_seen_again(struct store *store, int64_t error_id, struct arena *arena,
                            struct seen_again **seen, size_t *seen_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_SEEN_AGAIN,
                                "SELECT id, revision, fix_age, fix_count, fix_seen_at_ms FROM sites"
                                " WHERE error_id = ?1 AND fix_count > 0 AND fix_age <> ?2"
                                " AND blame_at_ms IS NULL ORDER BY id");
    query_add_int(&q, error_id);
    query_add_int(&q, FIX_OLDER);
    size_t n = 0, cap = 0;
    struct seen_again *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        struct seen_again *one = &list[n++];
        one->site_id = query_int(&q);
        one->revision = query_text(&q, arena);
        one->age = (enum fix_age)query_int(&q);
        one->count = query_int(&q);
        one->seen_at_ms = query_int(&q);
    }
    *seen = list;
    *seen_n = n;
    return step == STEP_DONE;
}

bool sqlite_ask_about_fix(struct store *store, int64_t site_id, int64_t now_ms, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_ASK_ABOUT_FIX,
                                "UPDATE sites SET asks_fix = 1, blame_at_ms = ?2,"
                                " blame_attempts = 0 WHERE id = ?1 AND blame_at_ms IS NULL");
    query_add_int(&q, site_id);
    query_add_int(&q, now_ms);
    return query_run(&q, error);
}

bool sqlite_answer_about_fix(struct store *store, int64_t site_id, struct text fixed_commit,
                             enum fix_age age, int64_t *error_id, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_ANSWER_ABOUT_FIX,
                   "UPDATE sites SET asks_fix = 0, blame_at_ms = NULL, fix_age = ?2 WHERE id = ?1"
                   " AND asks_fix = 1 AND ?3 = (SELECT fixed_commit FROM errors"
                   " WHERE errors.id = sites.error_id)");
    query_add_int(&q, site_id);
    query_add_int(&q, age);
    query_add_text(&q, fixed_commit);
    if (!query_run(&q, error))
        return false;
    struct query whose =
        query_open(s, SQL_FIND_ERROR_OF_SITE, "SELECT error_id FROM sites WHERE id = ?1");
    query_add_int(&whose, site_id);
    enum step step = query_step(&whose, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "store %s: there is no site %lld", s->path,
                  (long long)site_id);
    if (step != STEP_ROW)
        return false;
    *error_id = query_int(&whose);
    query_close(&whose);
    return true;
}

bool sqlite_bring_back(struct store *store, int64_t error_id, int64_t count, int64_t now_ms,
                       struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_BRING_BACK,
                   "UPDATE errors SET fixed_at_ms = 0, fixed_by = '', fixed_commit = '',"
                   " letter_at_ms = 0, back_at_ms = ?3, back_count = MAX(count - ?2, 0)"
                   " WHERE id = ?1");
    query_add_int(&q, error_id);
    query_add_int(&q, count);
    query_add_int(&q, now_ms);
    return query_run(&q, error) && forget_reports(s, error_id, error);
}
