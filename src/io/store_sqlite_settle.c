// SPDX-License-Identifier: MIT
// Blame: sites that wait for an answer, and what an answer does: it names the error's line and
// owner, or finds that another error is about the same line and merges the site's error into that
// one.
//
// Where it waits, a site's error is the site's alone: each new site begins with an error of its
// own, and only answered sites come to share one. So a merge moves a whole error, and counts need
// never be taken apart.
#include "io/store_sqlite.h"
#include "io/store_sqlite_study.h"

bool sqlite_list_blame_jobs(struct store *store, int64_t now_ms, size_t job_max,
                            struct arena *arena, struct blame_job **jobs, size_t *job_n,
                            struct error *error)
{
    struct query q = query_open(
        sqlite_of(store), SQL_LIST_BLAME_JOBS,
        "SELECT id, error_id, blame_attempts, project_id, is_mapped, is_unowned, line_number, path,"
        " function_name, line_text, revision, lines_before, lines_after, shared_n, CASE WHEN "
        "asks_fix = 1 "
        "THEN (SELECT fixed_commit"
        " FROM errors WHERE errors.id = sites.error_id) ELSE '' END FROM sites"
        " WHERE blame_at_ms IS NOT NULL AND blame_at_ms <= ?1 ORDER BY blame_at_ms, id LIMIT ?2");
    query_add_int(&q, now_ms);
    query_add_int(&q, job_max > INT64_MAX ? INT64_MAX : (int64_t)job_max);
    size_t n = 0, cap = 0;
    struct blame_job *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        struct blame_job *job = &list[n++];
        job->site_id = query_int(&q);
        job->error_id = query_int(&q);
        job->attempts = query_int(&q);
        job->site.project_id = query_int(&q);
        job->site.is_mapped = query_int(&q);
        job->site.is_unowned = query_int(&q);
        job->site.line_number = query_int(&q);
        job->site.path = query_text(&q, arena);
        job->site.function = query_text(&q, arena);
        job->site.text = query_text(&q, arena);
        job->site.revision = query_text(&q, arena);
        job->before = query_text(&q, arena);
        job->after = query_text(&q, arena);
        job->site.shared_n = query_int(&q);
        job->fixed_commit = query_text(&q, arena);
    }
    *jobs = list;
    *job_n = n;
    return step == STEP_DONE;
}

bool sqlite_map_site(struct store *store, int64_t site_id, struct text path, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query site =
        query_open(s, SQL_MAP_SITE, "UPDATE sites SET path = ?2, is_mapped = 1 WHERE id = ?1");
    query_add_int(&site, site_id);
    query_add_text(&site, path);
    if (!query_run(&site, error))
        return false;
    struct query shown =
        query_open(s, SQL_MAP_ERROR,
                   "UPDATE errors SET path = ?2 WHERE id = (SELECT error_id FROM sites"
                   " WHERE id = ?1)");
    query_add_int(&shown, site_id);
    query_add_text(&shown, path);
    return query_run(&shown, error);
}

bool sqlite_postpone_blame(struct store *store, int64_t site_id, int64_t retry_at_ms,
                           bool was_tried, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_POSTPONE_BLAME,
                   "UPDATE sites SET blame_at_ms = ?2, blame_attempts = blame_attempts + ?3"
                   " WHERE id = ?1 AND blame_at_ms IS NOT NULL");
    query_add_int(&q, site_id);
    query_add_int(&q, retry_at_ms);
    query_add_int(&q, was_tried);
    return query_run(&q, error);
}

struct unsettled {
    int64_t project_id, error_id;
    bool awaits_blame;
};

static bool find_unsettled(struct sqlite_store *s, int64_t site_id, struct unsettled *site,
                           struct error *error)
{
    struct query q =
        query_open(s, SQL_FIND_UNSETTLED,
                   "SELECT project_id, error_id, blame_at_ms IS NOT NULL AND asks_fix = 0"
                   " FROM sites WHERE id = ?1");
    query_add_int(&q, site_id);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "store %s: there is no site %lld", s->path,
                  (long long)site_id);
    if (step != STEP_ROW)
        return false;
    site->project_id = query_int(&q);
    site->error_id = query_int(&q);
    site->awaits_blame = query_int(&q);
    query_close(&q);
    return true;
}

// *error_id stays 0 when no error has this line.
static bool find_line(struct sqlite_store *s, int64_t project_id, const struct line_identity *line,
                      int64_t *error_id, struct error *error)
{
    *error_id = 0;
    if (!line->commit.len)
        return true;
    struct query q = query_open(s, SQL_FIND_LINE,
                                "SELECT id FROM errors WHERE project_id = ?1 AND origin_commit = ?2"
                                " AND origin_path = ?3 AND origin_number = ?4"
                                " AND origin_commit <> ''");
    query_add_int(&q, project_id);
    query_add_text(&q, line->commit);
    query_add_text(&q, line->path);
    query_add_int(&q, line->number);
    enum step step = query_step(&q, error);
    if (step == STEP_ROW) {
        *error_id = query_int(&q);
        query_close(&q);
    }
    return step != STEP_FAILED;
}

static bool set_ownership(struct sqlite_store *s, int64_t error_id,
                          const struct line_identity *line, const struct ownership *ownership,
                          struct error *error)
{
    struct query q =
        query_open(s, SQL_SET_OWNERSHIP,
                   "UPDATE errors SET origin_commit = ?2, origin_path = ?3, origin_number = ?4,"
                   " owner_state = ?5, confidence = ?6, changed_at_ms = ?7, owner_email = ?8,"
                   " author_name = ?9, author_email = ?10, commit_subject = ?11, reason = ?12,"
                   " co_authors = ?13 WHERE id = ?1");
    query_add_int(&q, error_id);
    query_add_text(&q, line->commit);
    query_add_text(&q, line->path);
    query_add_int(&q, line->number);
    query_add_int(&q, ownership->state);
    query_add_int(&q, ownership->confidence);
    query_add_int(&q, ownership->changed_at_ms);
    query_add_text(&q, ownership->owner_email);
    query_add_text(&q, ownership->author_name);
    query_add_text(&q, ownership->author_email);
    query_add_text(&q, ownership->commit_subject);
    query_add_text(&q, ownership->reason);
    query_add_text(&q, ownership->co_authors);
    return query_run(&q, error);
}

// ---- merging ----

#define SQL_ADD_TO_VARIANT                                                                         \
    " ON CONFLICT (error_id, is_rest, exception_type, caller)"                                     \
    " DO UPDATE SET count = " SQL_ADD(                                                             \
        "count",                                                                                   \
        "excluded.count") ", last_seen_at_ms = MAX(last_seen_at_ms, excluded.last_seen_at_ms)"
// The smallest variants of the error that stays, beyond the bound.
#define SQL_TOO_MANY                                                                               \
    "SELECT exception_type, caller FROM error_variants WHERE error_id = ?2 AND is_rest = 0"        \
    " ORDER BY count DESC, exception_type, caller LIMIT -1 OFFSET " SQL_VARIANT_MAX

// Each statement takes ?1, the error that ends, and ?2, the one that stays. What the newest report
// says goes first, because the times that tell which is newest are merged by the statement after
// it.
static const struct {
    enum sqlite_statement name;
    const char *sql;
} merge_steps[] = {
    {SQL_MERGE_NEWEST,
     "UPDATE errors SET (threshold, line_number, path, function_name, line_text, exception_type,"
     " message) = (SELECT threshold, line_number, path, function_name, line_text, exception_type,"
     " message FROM errors WHERE id = ?1)"
     " WHERE id = ?2 AND last_seen_at_ms < (SELECT last_seen_at_ms FROM errors WHERE id = ?1)"},
    // what was reported of the one counts as reported since the other was marked
    {SQL_MERGE_SINCE_FIX,
     "UPDATE sites SET fix_count = gone.count, fix_seen_at_ms = gone.last_seen_at_ms"
     " FROM errors gone, errors kept WHERE sites.error_id = ?1 AND gone.id = ?1 AND kept.id = ?2"
     " AND kept.fixed_at_ms <> 0"},
    {SQL_MERGE_FIXED,
     "UPDATE errors SET fixed_at_ms = gone.fixed_at_ms, fixed_by = gone.fixed_by,"
     " fixed_commit = gone.fixed_commit FROM errors gone WHERE gone.id = ?1 AND errors.id = ?2"
     " AND gone.fixed_at_ms > MAX(errors.fixed_at_ms, errors.back_at_ms)"},
    // of two letters the first counts: it is the one the developer has
    {SQL_MERGE_COUNTS,
     "UPDATE errors SET count = " SQL_ADD(
         "errors.count",
         "gone.count") ","
                       " first_seen_at_ms = MIN(errors.first_seen_at_ms, gone.first_seen_at_ms),"
                       " last_seen_at_ms = MAX(errors.last_seen_at_ms, gone.last_seen_at_ms),"
                       " letter_at_ms = CASE WHEN errors.letter_at_ms = 0 THEN gone.letter_at_ms"
                       " WHEN gone.letter_at_ms = 0 THEN errors.letter_at_ms"
                       " ELSE MIN(errors.letter_at_ms, gone.letter_at_ms) END,"
                       " letter_count = " SQL_ADD(
                           "errors.letter_count",
                           "gone.letter_count") " FROM errors gone WHERE gone.id = ?1 AND "
                                                "errors.id = ?2"},
    {SQL_MERGE_HOURS, "INSERT INTO error_hours (project_id, hour, error_id, count)"
                      " SELECT project_id, hour, ?2, count FROM error_hours WHERE error_id = ?1"
                      " ON CONFLICT (project_id, hour, error_id)"
                      " DO UPDATE SET count = " SQL_ADD("count", "excluded.count")},
    {SQL_DROP_HOURS, "DELETE FROM error_hours WHERE error_id = ?1 AND ?2 IS NOT NULL"},
    {SQL_MERGE_VARIANTS,
     "INSERT INTO error_variants (error_id, is_rest, exception_type, caller, count,"
     " last_seen_at_ms) SELECT ?2, is_rest, exception_type, caller, count, last_seen_at_ms"
     " FROM error_variants WHERE error_id = ?1" SQL_ADD_TO_VARIANT},
    {SQL_FOLD_VARIANTS,
     "INSERT INTO error_variants (error_id, is_rest, exception_type, caller, count,"
     " last_seen_at_ms) SELECT ?2, 1, '', '', count, last_seen_at_ms FROM error_variants"
     " WHERE (exception_type, caller) IN (" SQL_TOO_MANY ") AND error_id = ?2 AND is_rest = 0"
     " AND ?1 IS NOT NULL" SQL_ADD_TO_VARIANT},
    {SQL_DROP_FOLDED, "DELETE FROM error_variants WHERE error_id = ?2 AND is_rest = 0"
                      " AND (exception_type, caller) IN (" SQL_TOO_MANY ") AND ?1 IS NOT NULL"},
    {SQL_DROP_VARIANTS, "DELETE FROM error_variants WHERE error_id = ?1 AND ?2 IS NOT NULL"},
    {SQL_MERGE_OCCURRENCES, "UPDATE occurrences SET error_id = ?2 WHERE error_id = ?1"},
    // two firsts have become one; at most a few hundred rows
    {SQL_MERGE_REASONS,
     "UPDATE occurrences SET kept_as = CASE"
     " WHEN NOT EXISTS (SELECT 1 FROM occurrences older WHERE older.error_id = ?2"
     "  AND (older.at_ms, older.id) < (occurrences.at_ms, occurrences.id)) THEN 2"
     " WHEN NOT EXISTS (SELECT 1 FROM occurrences older WHERE older.error_id = ?2"
     "  AND older.at_ms >= occurrences.at_ms - occurrences.at_ms % 3600000"
     "  AND (older.at_ms, older.id) < (occurrences.at_ms, occurrences.id)) THEN 1"
     " ELSE 0 END WHERE error_id = ?2 AND ?1 IS NOT NULL"},
    {SQL_MERGE_SITES, "UPDATE sites SET error_id = ?2 WHERE error_id = ?1"},
    {SQL_MERGE_LETTERS, "UPDATE outbox SET error_id = ?2 WHERE error_id = ?1"},
    {SQL_MERGE_HELD, "INSERT INTO held_letters (address, error_id, due_at_ms)"
                     " SELECT address, ?2, due_at_ms FROM held_letters WHERE error_id = ?1"
                     " ON CONFLICT (address, error_id) DO NOTHING"},
    {SQL_DROP_HELD, "DELETE FROM held_letters WHERE error_id = ?1 AND ?2 IS NOT NULL"},
    {SQL_DROP_STUDY, "DELETE FROM studies WHERE error_id = ?1 AND ?2 IS NOT NULL"},
    {SQL_DROP_ERROR, "DELETE FROM errors WHERE id = ?1 AND ?2 IS NOT NULL"},
};

static bool merge(struct sqlite_store *s, int64_t from_id, int64_t into_id, struct error *error)
{
    for (size_t i = 0; i < sizeof merge_steps / sizeof *merge_steps; i++) {
        struct query q = query_open(s, merge_steps[i].name, merge_steps[i].sql);
        query_add_int(&q, from_id);
        query_add_int(&q, into_id);
        if (!query_run(&q, error))
            return false;
    }
    return true;
}

static bool settle(struct sqlite_store *s, int64_t site_id, struct error *error)
{
    struct query q =
        query_open(s, SQL_SETTLE_SITE, "UPDATE sites SET blame_at_ms = NULL WHERE id = ?1");
    query_add_int(&q, site_id);
    return query_run(&q, error);
}

bool sqlite_settle_site(struct store *store, int64_t site_id, const struct line_identity *line,
                        const struct ownership *ownership, int64_t *error_id, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct unsettled site = {0};
    int64_t known_id = 0;
    if (!sqlite_check_batch(s, error) || !find_unsettled(s, site_id, &site, error))
        return false;
    *error_id = site.error_id;
    if (!site.awaits_blame)
        return true; // answered before: the first answer stays
    if (!settle(s, site_id, error) || !find_line(s, site.project_id, line, &known_id, error))
        return false;
    if (known_id)
        *error_id = known_id;
    bool ok = known_id ? merge(s, site.error_id, known_id, error)
                       : set_ownership(s, site.error_id, line, ownership, error);
    return ok && (!line->commit.len || sqlite_ask_for_study(s, *error_id, site_id, error));
}
