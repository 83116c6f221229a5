// SPDX-License-Identifier: MIT
// Letters that are held back for a digest.
#include "core/bound.h"
#include "io/store_sqlite.h"

bool sqlite_look_at_address(struct store *store, struct text address, int64_t since_ms, int64_t n,
                            struct address_facts *facts, struct error *error)
{
    struct query q =
        query_open(sqlite_of(store), SQL_LOOK_AT_ADDRESS,
                   "SELECT COALESCE((SELECT written_at_ms FROM outbox"
                   "  WHERE LOWER(to_addresses) = LOWER(?1) AND written_at_ms > ?2"
                   "  ORDER BY written_at_ms DESC LIMIT 1 OFFSET ?3 - 1), 0),"
                   " COALESCE((SELECT MIN(due_at_ms) FROM held_letters"
                   "  WHERE address = LOWER(?1)), 0),"
                   " EXISTS (SELECT 1 FROM outbox WHERE LOWER(to_addresses) = LOWER(?1)"
                   "  AND state = ?4)");
    query_add_text(&q, address);
    query_add_int(&q, since_ms);
    query_add_int(&q, n);
    query_add_int(&q, OUTBOX_REFUSED);
    if (query_step(&q, error) != STEP_ROW)
        return false;
    facts->nth_at_ms = query_int(&q);
    facts->digest_at_ms = query_int(&q);
    facts->was_refused = query_int(&q);
    query_close(&q);
    return true;
}

bool sqlite_hold_letter(struct store *store, struct text address, int64_t error_id, int64_t now_ms,
                        int64_t due_at_ms, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q = query_open(s, SQL_HOLD_LETTER,
                                "INSERT INTO held_letters (address, error_id, due_at_ms)"
                                " VALUES (LOWER(?1), ?2, ?3)"
                                " ON CONFLICT (address, error_id) DO NOTHING");
    query_add_text(&q, address);
    query_add_int(&q, error_id);
    query_add_int(&q, due_at_ms);
    return query_run(&q, error) && sqlite_set_letter_time(s, error_id, now_ms, error);
}

bool sqlite_list_digests(struct store *store, int64_t now_ms, size_t address_max,
                         struct arena *arena, struct text **addresses, size_t *address_n,
                         struct error *error)
{
    struct query q =
        query_open(sqlite_of(store), SQL_LIST_DIGESTS,
                   "SELECT address FROM held_letters WHERE due_at_ms <= ?1 OR due_at_ms > ?1 + ?3"
                   " GROUP BY address"
                   " ORDER BY MIN(due_at_ms), address LIMIT ?2");
    query_add_int(&q, now_ms);
    query_add_int(&q, address_max > INT64_MAX ? INT64_MAX : (int64_t)address_max);
    query_add_int(&q, BOUND_SPAN_MS); // none waits so long, unless the clock was set back
    size_t n = 0, cap = 0;
    struct text *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        list[n++] = query_text(&q, arena);
    }
    *addresses = list;
    *address_n = n;
    return step == STEP_DONE;
}

static bool list_held(struct sqlite_store *s, struct text address, size_t record_max,
                      struct arena *arena, struct error_record **records, size_t *record_n,
                      struct error *error)
{
    struct query q =
        query_open(s, SQL_LIST_HELD,
                   "SELECT " RECORD_COLUMNS " FROM held_letters h JOIN errors e ON e.id ="
                   " h.error_id WHERE h.address = LOWER(?1) ORDER BY e.count DESC, e.id LIMIT ?2");
    query_add_text(&q, address);
    query_add_int(&q, record_max > INT64_MAX ? INT64_MAX : (int64_t)record_max);
    size_t n = 0, cap = 0;
    struct error_record *list = NULL;
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        sqlite_read_record(&q, arena, &list[n++]);
    }
    *records = list;
    *record_n = n;
    return step == STEP_DONE;
}

bool sqlite_take_held(struct store *store, struct text address, size_t record_max,
                      struct arena *arena, struct error_record **records, size_t *record_n,
                      int64_t *held_n, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error) ||
        !list_held(s, address, record_max, arena, records, record_n, error))
        return false;
    struct query q =
        query_open(s, SQL_TAKE_HELD, "DELETE FROM held_letters WHERE address = LOWER(?1)");
    query_add_text(&q, address);
    if (!query_run(&q, error))
        return false;
    *held_n = sqlite3_changes(s->db);
    return true;
}
