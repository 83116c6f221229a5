// SPDX-License-Identifier: MIT
#include "io/store_sqlite.h"

#define LETTER_COLUMNS                                                                             \
    "id, COALESCE(error_id, 0), state, written_at_ms, sent_at_ms, next_try_at_ms, attempts,"       \
    " last_error, message_id, thread_id, from_address, to_addresses, subject, text_part, "         \
    "html_part"

static void read_letter(struct query *q, struct arena *arena, struct outbox_letter *letter)
{
    letter->id = query_int(q);
    letter->error_id = query_int(q);
    letter->state = (enum outbox_state)query_int(q);
    letter->written_at_ms = query_int(q);
    letter->sent_at_ms = query_int(q);
    letter->next_try_at_ms = query_int(q);
    letter->attempts = query_int(q);
    letter->last_error = query_text(q, arena);
    letter->message_id = query_text(q, arena);
    letter->thread_id = query_text(q, arena);
    letter->from = query_text(q, arena);
    letter->to = query_text(q, arena);
    letter->subject = query_text(q, arena);
    letter->text = query_text(q, arena);
    letter->html = query_text(q, arena);
}

static bool read_letters(struct query *q, struct arena *arena, struct outbox_letter **letters,
                         size_t *letter_n, struct error *error)
{
    size_t n = 0, cap = 0;
    struct outbox_letter *list = NULL;
    enum step step;
    while ((step = query_step(q, error)) == STEP_ROW) {
        list = list_grow(arena, list, sizeof *list, n, &cap);
        read_letter(q, arena, &list[n++]);
    }
    *letters = list;
    *letter_n = n;
    return step == STEP_DONE;
}

static int64_t limit_of(size_t max)
{
    return max > INT64_MAX ? INT64_MAX : (int64_t)max;
}

static bool add_letter(struct sqlite_store *s, struct outbox_letter *letter, struct error *error)
{
    struct query q = query_open(
        s, SQL_ADD_LETTER,
        "INSERT INTO outbox (error_id, state, written_at_ms, sent_at_ms, next_try_at_ms, attempts,"
        " last_error, message_id, thread_id, from_address, to_addresses, subject, text_part,"
        " html_part) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
    if (letter->error_id)
        query_add_int(&q, letter->error_id);
    else
        query_add_null(&q);
    query_add_int(&q, letter->state);
    query_add_int(&q, letter->written_at_ms);
    query_add_int(&q, letter->sent_at_ms);
    query_add_int(&q, letter->next_try_at_ms);
    query_add_int(&q, letter->attempts);
    query_add_text(&q, letter->last_error);
    query_add_text(&q, letter->message_id);
    query_add_text(&q, letter->thread_id);
    query_add_text(&q, letter->from);
    query_add_text(&q, letter->to);
    query_add_text(&q, letter->subject);
    query_add_text(&q, letter->text);
    query_add_text(&q, letter->html);
    if (!query_run(&q, error))
        return false;
    letter->id = sqlite3_last_insert_rowid(s->db);
    return true;
}

bool sqlite_set_letter_time(struct sqlite_store *s, int64_t error_id, int64_t at_ms,
                            struct error *error)
{
    struct query q =
        query_open(s, SQL_SET_LETTER_TIME,
                   "UPDATE errors SET letter_at_ms = ?2, letter_count = count WHERE id = ?1");
    query_add_int(&q, error_id);
    query_add_int(&q, at_ms);
    return query_run(&q, error);
}

bool sqlite_add_letter(struct store *store, struct outbox_letter *letter, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    return sqlite_check_batch(s, error) && add_letter(s, letter, error) &&
           sqlite_set_letter_time(s, letter->error_id, letter->written_at_ms, error);
}

// The ids are chosen first, so that only the asked letters' texts are read.
bool sqlite_list_letters_to_send(struct store *store, int64_t now_ms, size_t letter_max,
                                 struct arena *arena, struct outbox_letter **letters,
                                 size_t *letter_n, struct error *error)
{
    struct query q = query_open(sqlite_of(store), SQL_LIST_LETTERS_TO_SEND,
                                "SELECT " LETTER_COLUMNS " FROM outbox WHERE id IN"
                                " (SELECT id FROM outbox WHERE state = ?1"
                                " AND (next_try_at_ms <= ?2 OR next_try_at_ms > ?2 + ?4)"
                                " ORDER BY next_try_at_ms, id LIMIT ?3)"
                                " ORDER BY next_try_at_ms, id");
    query_add_int(&q, OUTBOX_WAITING);
    query_add_int(&q, now_ms);
    query_add_int(&q, limit_of(letter_max));
    query_add_int(&q, STORE_TRY_PAUSE_MAX_MS);
    return read_letters(&q, arena, letters, letter_n, error);
}

bool sqlite_mark_letter(struct store *store, const struct outbox_letter *letter,
                        struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_MARK_LETTER,
                   "UPDATE outbox SET state = ?2, sent_at_ms = ?3, next_try_at_ms = ?4,"
                   " attempts = ?5, last_error = ?6 WHERE id = ?1");
    query_add_int(&q, letter->id);
    query_add_int(&q, letter->state);
    query_add_int(&q, letter->sent_at_ms);
    query_add_int(&q, letter->next_try_at_ms);
    query_add_int(&q, letter->attempts);
    query_add_text(&q, letter->last_error);
    return query_run(&q, error) &&
           (sqlite3_changes(s->db) == 1 ||
            error_set(error, ERROR_NOT_FOUND, "store %s: there is no letter %lld", s->path,
                      (long long)letter->id));
}

bool sqlite_release_kept_letters(struct store *store, int64_t *letter_n, struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    *letter_n = 0;
    if (!sqlite_check_batch(s, error))
        return false;
    struct query q =
        query_open(s, SQL_RELEASE_LETTERS, "UPDATE outbox SET state = ?1 WHERE state = ?2");
    query_add_int(&q, OUTBOX_WAITING);
    query_add_int(&q, OUTBOX_KEPT);
    if (!query_run(&q, error))
        return false;
    *letter_n = sqlite3_changes(s->db);
    struct query hurry =
        query_open(s, SQL_HURRY_LETTERS, "UPDATE outbox SET next_try_at_ms = 0 WHERE state = ?1");
    query_add_int(&hurry, OUTBOX_WAITING);
    return query_run(&hurry, error);
}

bool sqlite_list_outbox(struct store *store, int64_t before_id, size_t letter_max,
                        struct arena *arena, struct outbox_letter **letters, size_t *letter_n,
                        struct error *error)
{
    struct query q =
        query_open(sqlite_of(store), SQL_LIST_OUTBOX,
                   "SELECT " LETTER_COLUMNS " FROM outbox WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    query_add_int(&q, before_id ? before_id : INT64_MAX);
    query_add_int(&q, limit_of(letter_max));
    return read_letters(&q, arena, letters, letter_n, error);
}
