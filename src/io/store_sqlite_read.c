// SPDX-License-Identifier: MIT
// What pages ask about errors. Each answer is one statement, so it shows one moment.
#include "io/store_sqlite.h"

void sqlite_read_record(struct query *q, struct arena *arena, struct error_record *record)
{
    record->id = query_int(q);
    record->project_id = query_int(q);
    record->count = query_int(q);
    record->first_seen_at_ms = query_int(q);
    record->last_seen_at_ms = query_int(q);
    record->threshold = query_int(q);
    record->letter_at_ms = query_int(q);
    record->line.commit = query_text(q, arena);
    record->line.path = query_text(q, arena);
    record->line.number = query_int(q);
    record->ownership.state = (enum owner_state)query_int(q);
    record->ownership.confidence = (enum confidence)query_int(q);
    record->ownership.changed_at_ms = query_int(q);
    record->ownership.owner_email = query_text(q, arena);
    record->ownership.author_name = query_text(q, arena);
    record->ownership.author_email = query_text(q, arena);
    record->ownership.commit_subject = query_text(q, arena);
    record->ownership.reason = query_text(q, arena);
    record->line_number = query_int(q);
    record->path = query_text(q, arena);
    record->function = query_text(q, arena);
    record->text = query_text(q, arena);
    record->exception_type = query_text(q, arena);
    record->message = query_text(q, arena);
    record->letter_count = query_int(q);
    record->fixed_at_ms = query_int(q);
    record->fixed_by = query_text(q, arena);
    record->fixed_commit = query_text(q, arena);
    record->back_at_ms = query_int(q);
    record->back_count = query_int(q);
    record->ownership.co_authors = query_text(q, arena);
    record->predecessor_id = query_int(q);
}

static bool read_one_record(struct query *q, struct arena *arena, struct error_record *record,
                            struct error *error)
{
    enum step step = query_step(q, error);
    if (step == STEP_DONE)
        error_set(error, ERROR_NOT_FOUND, "there is no such error");
    if (step != STEP_ROW)
        return false;
    sqlite_read_record(q, arena, record);
    query_close(q);
    return true;
}

bool sqlite_get_error(struct store *store, int64_t error_id, struct arena *arena,
                      struct error_record *record, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_GET_ERROR,
                                "SELECT " RECORD_COLUMNS " FROM errors e WHERE e.id = ?1");
    query_add_int(&q, error_id);
    return read_one_record(&q, arena, record, error);
}

// The place fits better the more of what is given fits: the text counts more than the number, which
// shifts; the revision decides between equals.
bool sqlite_find_error(struct store *store, const struct site *place, struct arena *arena,
                       struct error_record *record, struct error *error)
{
    struct query q =
        query_open(sqlite_of(store), SQL_FIND_ERROR,
                   "SELECT " RECORD_COLUMNS " FROM errors e WHERE e.id ="
                   " (SELECT s.error_id FROM sites s JOIN errors seen ON seen.id = s.error_id"
                   " WHERE s.project_id = ?1 AND s.path = ?2 AND s.function_name = ?3"
                   " ORDER BY (CASE WHEN ?4 <> '' AND s.line_text = ?4 THEN 4 ELSE 0 END)"
                   " + (CASE WHEN ?5 <> 0 AND s.line_number = ?5 THEN 2 ELSE 0 END)"
                   " + (CASE WHEN ?6 <> '' AND s.revision = ?6 THEN 1 ELSE 0 END) DESC,"
                   " seen.last_seen_at_ms DESC, seen.id DESC LIMIT 1)");
    query_add_int(&q, place->project_id);
    query_add_text(&q, place->path);
    query_add_text(&q, place->function);
    query_add_text(&q, place->text);
    query_add_int(&q, place->line_number);
    query_add_text(&q, place->revision);
    return read_one_record(&q, arena, record, error);
}

bool sqlite_list_variants(struct store *store, int64_t error_id, struct arena *arena,
                          struct variant **variants, size_t *variant_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_VARIANTS,
                                "SELECT is_rest, exception_type, caller, count, last_seen_at_ms"
                                " FROM error_variants WHERE error_id = ?1"
                                " ORDER BY is_rest, count DESC, exception_type, caller");
    query_add_int(&q, error_id);
    size_t n = 0, cap = 0;
    struct variant *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        list[n].is_rest = query_int(&q);
        list[n].exception_type = query_text(&q, arena);
        list[n].caller = query_text(&q, arena);
        list[n].count = query_int(&q);
        list[n++].last_seen_at_ms = query_int(&q);
    }
    *variants = list;
    *variant_n = n;
    return step == STEP_DONE;
}

bool sqlite_count(struct store *store, struct store_counts *counts, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_COUNT,
                                "SELECT errors.n, errors.high, errors.low,"
                                " (SELECT COUNT(*) FROM sites WHERE blame_at_ms IS NOT NULL),"
                                " (SELECT COUNT(*) FROM studies WHERE study_at_ms IS NOT NULL),"
                                " (SELECT COUNT(*) FROM outbox WHERE state = ?1),"
                                " (SELECT COUNT(*) FROM outbox WHERE state = ?2),"
                                " (SELECT COUNT(*) FROM outbox WHERE state = ?3),"
                                " (SELECT COUNT(*) FROM outbox WHERE state = ?4),"
                                " (SELECT COUNT(*) FROM outbox WHERE state = ?5),"
                                " (SELECT COUNT(*) FROM held_letters)"
                                " FROM (SELECT COUNT(*) n, COALESCE(SUM(count >> 31), 0) high,"
                                " COALESCE(SUM(count & 2147483647), 0) low FROM errors) errors");
    query_add_int(&q, OUTBOX_WAITING);
    query_add_int(&q, OUTBOX_KEPT);
    query_add_int(&q, OUTBOX_SENT);
    query_add_int(&q, OUTBOX_FAILED);
    query_add_int(&q, OUTBOX_REFUSED);
    enum step step = query_step(&q, error);
    if (step != STEP_ROW)
        return false;
    counts->errors = query_int(&q);
    counts->occurrences = query_sum(&q);
    counts->sites_awaiting_blame = query_int(&q);
    counts->studies_waiting = query_int(&q);
    counts->letters_waiting = query_int(&q);
    counts->letters_kept = query_int(&q);
    counts->letters_sent = query_int(&q);
    counts->letters_failed = query_int(&q);
    counts->letters_refused = query_int(&q);
    counts->letters_held = query_int(&q);
    query_close(&q);
    return true;
}
