// SPDX-License-Identifier: MIT
// What a batch adds. store_keep_site and store_tally run once for each site of a batch: they are
// single statements on rows found by key.
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "io/store_sqlite.h"

// ---- projects ----

static void read_project(struct query *q, struct arena *arena, struct project *project)
{
    *project = (struct project){.id = query_int(q)};
    project->name = query_text(q, arena);
    struct text key = text_until(query_borrow(q), sizeof project->key - 1);
    memcpy(project->key, key.at ? key.at : "", key.len);
}

static bool find_project(struct sqlite_store *s, int64_t id, struct arena *arena,
                         struct project *project, bool *is_found, struct error *error)
{
    struct query q =
        query_open(s, SQL_FIND_PROJECT, "SELECT id, name, public_key FROM projects WHERE id = ?1");
    query_add_int(&q, id);
    enum step step = query_step(&q, error);
    *is_found = step == STEP_ROW;
    if (*is_found) {
        read_project(&q, arena, project);
        query_close(&q);
    }
    return step != STEP_FAILED;
}

static bool is_key(struct text key)
{
    if (key.len != 32)
        return false;
    for (size_t i = 0; i < key.len; i++)
        if (!strchr("0123456789abcdef", key.at[i]) || !key.at[i])
            return false;
    return true;
}

static bool make_project(struct sqlite_store *s, int64_t id, struct text name, struct text key,
                         struct error *error)
{
    char random_key[33];
    hex_random(16, random_key);
    struct query q = query_open(s, SQL_MAKE_PROJECT,
                                "INSERT INTO projects (id, name, public_key) VALUES (?1, ?2, ?3)");
    query_add_int(&q, id);
    query_add_text(&q, name);
    query_add_text(&q, key.len ? key : text_of(random_key));
    return query_run(&q, error);
}

static bool set_project(struct sqlite_store *s, int64_t id, struct text name, struct text key,
                        struct error *error)
{
    struct query q = query_open(s, SQL_SET_PROJECT,
                                "UPDATE projects SET name = ?2, public_key = ?3 WHERE id = ?1");
    query_add_int(&q, id);
    query_add_text(&q, name);
    query_add_text(&q, key);
    return query_run(&q, error);
}

static bool is_kept(const struct project *project, struct text name, struct text key)
{
    return (!name.len || text_equal(name, project->name)) &&
           (!key.len || text_equal(key, text_of(project->key)));
}

// Most calls find everything as it should be; they do not write.
bool sqlite_keep_project(struct store *store, int64_t id, struct text name, struct text key,
                         struct arena *arena, struct project *project, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    bool is_found = false;
    if (key.len && !is_key(key))
        return error_set(error, ERROR_CONFIG,
                         "project %lld: its key is not 32 digits of 0-9 and a-f", (long long)id);
    if (!find_project(s, id, arena, project, &is_found, error))
        return false;
    if (is_found && is_kept(project, name, key))
        return true;
    if (!sqlite_start(s, error))
        return false;
    bool ok = find_project(s, id, arena, project, &is_found, error);
    if (ok && !is_found)
        ok = make_project(s, id, name, key, error);
    else if (ok && !is_kept(project, name, key))
        ok = set_project(s, id, name.len ? name : project->name,
                         key.len ? key : text_of(project->key), error);
    ok = ok && find_project(s, id, arena, project, &is_found, error) && sqlite_commit(store, error);
    if (!ok)
        sqlite_rollback(store);
    return ok;
}

bool sqlite_list_projects(struct store *store, struct arena *arena, struct project **projects,
                          size_t *project_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_PROJECTS,
                                "SELECT id, name, public_key FROM projects ORDER BY id");
    size_t n = 0, cap = 0;
    struct project *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        read_project(&q, arena, &list[n++]);
    }
    *projects = list;
    *project_n = n;
    return step == STEP_DONE;
}

// ---- sites ----

static struct text key_text(const struct digest *key)
{
    return (struct text){(const char *)key->bytes, sizeof key->bytes};
}

static void add_place(struct query *q, const struct site *site)
{
    query_add_int(q, site->line_number);
    query_add_text(q, site->path);
    query_add_text(q, site->function);
    query_add_text(q, site->text);
}

static bool make_error(struct sqlite_store *s, const struct site *site, int64_t now_ms,
                       int64_t *error_id, struct error *error)
{
    struct query q = query_open(
        s, SQL_MAKE_ERROR,
        "INSERT INTO errors (project_id, first_seen_at_ms, last_seen_at_ms, owner_state,"
        " line_number, path, function_name, line_text,"
        " count, threshold, letter_at_ms, origin_commit, origin_path, origin_number, confidence,"
        " changed_at_ms, owner_email, author_name, author_email, commit_subject, reason,"
        " exception_type, message)"
        " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7,"
        " 0, 0, 0, '', '', 0, 0, 0, '', '', '', '', '', '', '')");
    query_add_int(&q, site->project_id);
    query_add_int(&q, now_ms);
    query_add_int(&q, site->is_unowned ? OWNER_NONE : OWNER_WAITING);
    add_place(&q, site);
    if (!query_run(&q, error))
        return false;
    *error_id = sqlite3_last_insert_rowid(s->db);
    return true;
}

static bool make_site(struct sqlite_store *s, const struct site *site, const struct digest *key,
                      int64_t now_ms, struct site_row *row, struct error *error)
{
    if (!make_error(s, site, now_ms, &row->error_id, error))
        return false;
    struct query q =
        query_open(s, SQL_MAKE_SITE,
                   "INSERT INTO sites (site_key, project_id, error_id, blame_at_ms, is_mapped,"
                   " is_unowned, line_number, path, function_name, line_text, revision,"
                   " blame_attempts, shared_n)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12)");
    query_add_blob(&q, key_text(key));
    query_add_int(&q, site->project_id);
    query_add_int(&q, row->error_id);
    if (site->is_unowned)
        query_add_null(&q);
    else
        query_add_int(&q, now_ms);
    query_add_int(&q, site->is_mapped);
    query_add_int(&q, site->is_unowned);
    add_place(&q, site);
    query_add_text(&q, site->revision);
    query_add_int(&q, site->shared_n);
    if (!query_run(&q, error))
        return false;
    row->site_id = sqlite3_last_insert_rowid(s->db);
    row->is_new = true;
    row->awaits_blame = !site->is_unowned;
    return true;
}

bool sqlite_keep_site(struct store *store, const struct site *site, int64_t now_ms,
                      struct site_row *row, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    *row = (struct site_row){0};
    if (!sqlite_check_batch(s, error))
        return false;
    struct digest key = site_key(site);
    struct query q = query_open(s, SQL_FIND_SITE,
                                "SELECT s.id, s.error_id, s.blame_at_ms IS NOT NULL, e.count,"
                                " e.fixed_at_ms <> 0"
                                " FROM sites s JOIN errors e ON e.id = s.error_id"
                                " WHERE s.site_key = ?1");
    query_add_blob(&q, key_text(&key));
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        return make_site(s, site, &key, now_ms, row, error);
    if (step == STEP_FAILED)
        return false;
    row->site_id = query_int(&q);
    row->error_id = query_int(&q);
    row->awaits_blame = query_int(&q);
    row->error_count = query_int(&q);
    row->is_fixed = query_int(&q);
    query_close(&q);
    return true;
}

bool sqlite_keep_context(struct store *store, int64_t site_id, struct text before,
                         struct text after, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(
        s, SQL_KEEP_CONTEXT, "UPDATE sites SET lines_before = ?2, lines_after = ?3 WHERE id = ?1");
    query_add_int(&q, site_id);
    query_add_text(&q, before);
    query_add_text(&q, after);
    return query_run(&q, error);
}

// ---- tallies ----

static bool tally_error(struct sqlite_store *s, const struct tally *tally, struct error *error)
{
    struct query q = query_open(
        s, SQL_TALLY_ERROR,
        "UPDATE errors SET count = " SQL_ADD(
            "count",
            "?2") ","
                  " last_seen_at_ms = MAX(last_seen_at_ms, ?3), threshold = ?4, line_number = ?5,"
                  " path = COALESCE((SELECT path FROM sites WHERE id = ?11), ?6),"
                  " function_name = ?7, line_text = ?8, exception_type = ?9,"
                  " message = ?10 WHERE id = ?1");
    query_add_int(&q, tally->error_id);
    query_add_int(&q, tally->count);
    query_add_int(&q, tally->now_ms);
    query_add_int(&q, tally->threshold);
    add_place(&q, tally->site);
    query_add_text(&q, tally->exception_type);
    query_add_text(&q, tally->message);
    query_add_int(&q, tally->site_id);
    if (!query_run(&q, error))
        return false;
    return sqlite3_changes(s->db) == 1 ||
           error_set(error, ERROR_NOT_FOUND, "store %s: there is no error %lld", s->path,
                     (long long)tally->error_id);
}

static bool tally_hour(struct sqlite_store *s, const struct tally *tally, struct error *error)
{
    struct query q = query_open(
        s, SQL_TALLY_HOUR,
        "INSERT INTO error_hours (project_id, hour, error_id, count) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (project_id, hour, error_id)"
        " DO UPDATE SET count = " SQL_ADD("count", "excluded.count"));
    query_add_int(&q, tally->site->project_id);
    query_add_int(&q, sqlite_hour(tally->now_ms));
    query_add_int(&q, tally->error_id);
    query_add_int(&q, tally->count);
    return query_run(&q, error);
}

static bool tally_named(struct sqlite_store *s, const struct tally *tally, struct query q,
                        bool *is_done, struct error *error)
{
    query_add_int(&q, tally->error_id);
    query_add_text(&q, tally->exception_type);
    query_add_text(&q, tally->caller);
    query_add_int(&q, tally->count);
    query_add_int(&q, tally->now_ms);
    bool ok = query_run(&q, error);
    *is_done = ok && sqlite3_changes(s->db) == 1;
    return ok;
}

static bool tally_rest(struct sqlite_store *s, const struct tally *tally, struct error *error)
{
    struct query q = query_open(
        s, SQL_TALLY_REST,
        "INSERT INTO error_variants (error_id, is_rest, exception_type, caller, count,"
        " last_seen_at_ms) VALUES (?1, 1, '', '', ?2, ?3)"
        " ON CONFLICT (error_id, is_rest, exception_type, caller) DO UPDATE SET count = " SQL_ADD(
            "count", "?2") ", last_seen_at_ms = MAX(last_seen_at_ms, ?3)");
    query_add_int(&q, tally->error_id);
    query_add_int(&q, tally->count);
    query_add_int(&q, tally->now_ms);
    return query_run(&q, error);
}

// One statement for a variant that is known.
static bool tally_variant(struct sqlite_store *s, const struct tally *tally, struct error *error)
{
    bool is_done;
    struct query known =
        query_open(s, SQL_TALLY_VARIANT,
                   "UPDATE error_variants SET count = " SQL_ADD(
                       "count", "?4") ", last_seen_at_ms = MAX(last_seen_at_ms, ?5)"
                                      " WHERE error_id = ?1 AND is_rest = 0 AND exception_type = ?2"
                                      " AND caller = ?3");
    if (!tally_named(s, tally, known, &is_done, error))
        return false;
    if (is_done)
        return true;
    struct query new =
        query_open(s, SQL_ADD_VARIANT,
                   "INSERT INTO error_variants (error_id, is_rest, exception_type, caller, count,"
                   " last_seen_at_ms) SELECT ?1, 0, ?2, ?3, ?4, ?5 WHERE " SQL_VARIANT_MAX
                   " > (SELECT COUNT(*) FROM error_variants WHERE error_id = ?1 AND is_rest = 0)");
    if (!tally_named(s, tally, new, &is_done, error))
        return false;
    return is_done || tally_rest(s, tally, error);
}

bool sqlite_tally(struct store *store, const struct tally *tally, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (tally->count < 1)
        return error_set(error, ERROR_INPUT, "error %lld: %lld is not a number of occurrences",
                         (long long)tally->error_id, (long long)tally->count);
    return sqlite_check_batch(s, error) && tally_error(s, tally, error) &&
           tally_hour(s, tally, error) && tally_variant(s, tally, error);
}
