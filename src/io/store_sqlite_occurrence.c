// SPDX-License-Identifier: MIT
// Occurrences: kept in full, compressed, and dropped again by the call that makes them superfluous.
//
// kept_as says why a row stays when it is no longer among the newest: it is decided once, when the
// row is added (and again when two errors are merged), so that dropping touches only the rows that
// go.
#include "io/store_sqlite.h"
#include "io/store_sqlite_compress.h"

static const char kept_thing[] = "a kept occurrence";
static const int64_t hour_ms = 3600 * 1000;
static const int64_t hours_kept_ms = 7 * 24 * 3600 * 1000LL;

static int64_t start_of_hour(int64_t at_ms)
{
    int64_t offset_ms = at_ms % hour_ms + (at_ms % hour_ms < 0 ? hour_ms : 0);
    return at_ms < INT64_MIN + offset_ms ? INT64_MIN : at_ms - offset_ms;
}

static bool add(struct sqlite_store *s, const struct occurrence *occurrence, struct text body,
                struct error *error)
{
    int64_t hour_start_ms = start_of_hour(occurrence->at_ms);
    struct query q =
        query_open(s, SQL_ADD_OCCURRENCE,
                   "INSERT INTO occurrences (error_id, at_ms, event_id, body, kept_as)"
                   " VALUES (?1, ?2, ?3, ?4, CASE"
                   " WHEN NOT EXISTS (SELECT 1 FROM occurrences WHERE error_id = ?1) THEN 2"
                   " WHEN NOT EXISTS (SELECT 1 FROM occurrences WHERE error_id = ?1 AND at_ms >= ?5"
                   "  AND at_ms <= ?6) THEN 1 ELSE 0 END)");
    query_add_int(&q, occurrence->error_id);
    query_add_int(&q, occurrence->at_ms);
    query_add_text(&q, text_of(occurrence->event_id));
    query_add_blob(&q, body);
    query_add_int(&q, hour_start_ms);
    query_add_int(&q,
                  hour_start_ms > INT64_MAX - hour_ms ? INT64_MAX : hour_start_ms + hour_ms - 1);
    return query_run(&q, error);
}

// The oldest of the newest ones: what is older may go. STEP_DONE while there are not that many.
static enum step find_oldest_newest(struct sqlite_store *s, int64_t error_id, int64_t newest_max,
                                    int64_t *at_ms, int64_t *id, struct error *error)
{
    struct query q = query_open(s, SQL_FIND_OLDEST_NEWEST,
                                "SELECT at_ms, id FROM occurrences WHERE error_id = ?1"
                                " ORDER BY at_ms DESC, id DESC LIMIT 1 OFFSET ?2");
    query_add_int(&q, error_id);
    query_add_int(&q, newest_max > 1 ? newest_max - 1 : 0);
    enum step step = query_step(&q, error);
    if (step == STEP_ROW) {
        *at_ms = query_int(&q);
        *id = query_int(&q);
        query_close(&q);
    }
    return step;
}

static bool drop(struct sqlite_store *s, enum sqlite_statement name, const char *sql,
                 int64_t error_id, int64_t at_ms, int64_t id, struct error *error)
{
    struct query q = query_open(s, name, sql);
    query_add_int(&q, error_id);
    query_add_int(&q, at_ms);
    query_add_int(&q, id);
    return query_run(&q, error);
}

static bool drop_superfluous(struct sqlite_store *s, int64_t error_id, int64_t now_ms,
                             int64_t newest_max, struct error *error)
{
    int64_t at_ms = 0, id = 0;
    enum step step = find_oldest_newest(s, error_id, newest_max, &at_ms, &id, error);
    if (step != STEP_ROW)
        return step == STEP_DONE;
    if (!drop(s, SQL_DROP_ORDINARY,
              "DELETE FROM occurrences WHERE error_id = ?1 AND kept_as = 0 AND at_ms <= ?2"
              " AND (at_ms < ?2 OR id < ?3)",
              error_id, at_ms, id, error))
        return false;
    int64_t week_ago_ms = now_ms > INT64_MIN + hours_kept_ms ? now_ms - hours_kept_ms : INT64_MIN;
    if (week_ago_ms < at_ms) {
        at_ms = week_ago_ms;
        id = INT64_MIN;
    }
    return drop(s, SQL_DROP_OLD_HOURS,
                "DELETE FROM occurrences WHERE error_id = ?1 AND kept_as = 1 AND at_ms <= ?2"
                " AND (at_ms < ?2 OR id < ?3)",
                error_id, at_ms, id, error);
}

bool sqlite_keep_occurrence(struct store *store, const struct occurrence *occurrence,
                            int64_t newest_max, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct text body;
    return sqlite_check_batch(s, error) &&
           sqlite_compress(s, kept_thing, occurrence->body, &body, error) &&
           add(s, occurrence, body, error) &&
           drop_superfluous(s, occurrence->error_id, occurrence->at_ms, newest_max, error);
}

bool sqlite_get_occurrence(struct store *store, int64_t error_id, int64_t until_ms,
                           struct arena *arena, struct kept_occurrence *occurrence,
                           struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    struct query q = query_open(s, SQL_GET_OCCURRENCE,
                                "SELECT id, at_ms, event_id, body FROM occurrences"
                                " WHERE error_id = ?1 AND at_ms <= ?2"
                                " ORDER BY at_ms DESC, id DESC LIMIT 1");
    query_add_int(&q, error_id);
    query_add_int(&q, until_ms ? until_ms : INT64_MAX);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "error %lld has no occurrence that was kept",
                  (long long)error_id);
    if (step != STEP_ROW)
        return false;
    occurrence->id = query_int(&q);
    occurrence->at_ms = query_int(&q);
    occurrence->event_id = query_text(&q, arena);
    bool ok = sqlite_decompress(s, kept_thing, query_borrow(&q), arena, &occurrence->body, error);
    query_close(&q);
    return ok;
}
