// SPDX-License-Identifier: MIT
#include "io/store_sqlite_study.h"

#include "io/store_sqlite.h"
#include "io/store_sqlite_compress.h"

static const char kept_thing[] = "a kept study of a line";

bool sqlite_ask_for_study(struct sqlite_store *s, int64_t error_id, int64_t site_id,
                          struct error *error)
{
    struct query q =
        query_open(s, SQL_ASK_FOR_STUDY,
                   "INSERT INTO studies (error_id, site_id, study_at_ms, attempts, body)"
                   " VALUES (?1, ?2, 0, 0, '') ON CONFLICT (error_id) DO UPDATE SET"
                   " site_id = excluded.site_id, study_at_ms = 0, attempts = 0");
    query_add_int(&q, error_id);
    query_add_int(&q, site_id);
    return query_run(&q, error);
}

// Sites are numbered in the order in which they were first seen. A release with very many sites
// hides those before it, so that this stays cheap.
static bool list_earlier(struct sqlite_store *s, struct arena *arena, struct study_job *job,
                         struct error *error)
{
    struct query q = query_open(
        s, SQL_LIST_EARLIER,
        "SELECT revision FROM (SELECT id, revision FROM sites WHERE project_id = ?1"
        "  AND id < (SELECT MIN(id) FROM sites WHERE error_id = ?2) ORDER BY id DESC LIMIT 10000)"
        " WHERE revision <> '' AND revision NOT IN"
        "  (SELECT revision FROM sites WHERE error_id = ?2)"
        " GROUP BY revision ORDER BY MAX(id) DESC LIMIT ?3");
    query_add_int(&q, job->site.project_id);
    query_add_int(&q, job->error_id);
    query_add_int(&q, STORE_EARLIER_MAX);
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW)
        job->earlier[job->earlier_n++] = query_text(&q, arena);
    return step == STEP_DONE;
}

bool sqlite_find_study_job(struct store *store, int64_t now_ms, struct arena *arena,
                           struct study_job *job, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    *job = (struct study_job){0};
    struct query q = query_open(
        s, SQL_FIND_STUDY_JOB,
        "SELECT studies.error_id, site_id, attempts, project_id, is_mapped, is_unowned,"
        " line_number, path, function_name, line_text, revision, lines_before, lines_after"
        " FROM studies JOIN sites ON sites.id = site_id"
        " WHERE study_at_ms IS NOT NULL AND study_at_ms <= ?1 ORDER BY study_at_ms, "
        "studies.error_id"
        " LIMIT 1");
    query_add_int(&q, now_ms);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "no line waits for its study");
    if (step != STEP_ROW)
        return false;
    job->error_id = query_int(&q);
    job->site_id = query_int(&q);
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
    query_close(&q);
    return list_earlier(s, arena, job, error);
}

bool sqlite_postpone_study(struct store *store, const struct study_job *job, int64_t retry_at_ms,
                           struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_POSTPONE_STUDY,
                                "UPDATE studies SET study_at_ms = ?3, attempts = attempts + 1"
                                " WHERE error_id = ?1 AND site_id = ?2"
                                " AND study_at_ms IS NOT NULL");
    query_add_int(&q, job->error_id);
    query_add_int(&q, job->site_id);
    query_add_int(&q, retry_at_ms);
    return query_run(&q, error);
}

bool sqlite_keep_study(struct store *store, const struct study_job *job, struct text body,
                       struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct text compressed;
    if (!sqlite_check_batch(s, error) || !sqlite_compress(s, kept_thing, body, &compressed, error))
        return false;
    struct query q = query_open(s, SQL_KEEP_STUDY,
                                "UPDATE studies SET study_at_ms = NULL, body = ?3"
                                " WHERE error_id = ?1 AND site_id = ?2");
    query_add_int(&q, job->error_id);
    query_add_int(&q, job->site_id);
    query_add_blob(&q, compressed);
    return query_run(&q, error);
}

bool sqlite_get_study(struct store *store, int64_t error_id, struct arena *arena,
                      struct kept_study *study, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    *study = (struct kept_study){0};
    struct query q = query_open(
        s, SQL_GET_STUDY, "SELECT study_at_ms IS NOT NULL, body FROM studies WHERE error_id = ?1");
    query_add_int(&q, error_id);
    enum step step = query_step(&q, error);
    if (step != STEP_ROW)
        return step == STEP_DONE;
    study->is_waiting = query_int(&q);
    struct text compressed = query_borrow(&q);
    bool ok = compressed.len == 0 ||
              sqlite_decompress(s, kept_thing, compressed, arena, &study->body, error);
    query_close(&q);
    return ok;
}
