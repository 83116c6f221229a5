// SPDX-License-Identifier: MIT
#include <string.h>

#include "io/store_sqlite.h"

struct query query_open(struct sqlite_store *s, enum sqlite_statement name, const char *sql)
{
    struct query q = {.store = s};
    if (!s->statements[name])
        q.code = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->statements[name],
                                    NULL);
    q.statement = s->statements[name];
    return q;
}

static void note(struct query *q, int code)
{
    if (q->code == SQLITE_OK)
        q->code = code;
}

void query_add_int(struct query *q, int64_t number)
{
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_int64(q->statement, ++q->parameter_n, number));
}

void query_add_null(struct query *q)
{
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_null(q->statement, ++q->parameter_n));
}

// SQLite takes a NULL pointer for NULL; ours is the empty text.
void query_add_text(struct query *q, struct text text)
{
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_text64(q->statement, ++q->parameter_n, text.len ? text.at : "",
                                    text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_add_blob(struct query *q, struct text bytes)
{
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_blob64(q->statement, ++q->parameter_n, bytes.len ? bytes.at : "",
                                    bytes.len, SQLITE_STATIC));
}

enum step query_step(struct query *q, struct error *error)
{
    if (q->code == SQLITE_OK) {
        int code = sqlite3_step(q->statement);
        q->column_n = 0;
        if (code == SQLITE_ROW)
            return STEP_ROW;
        if (code != SQLITE_DONE)
            q->code = code;
    }
    if (q->code != SQLITE_OK)
        sqlite_fail(q->store, q->code, NULL, error);
    query_close(q);
    return q->code == SQLITE_OK ? STEP_DONE : STEP_FAILED;
}

void query_close(struct query *q)
{
    sqlite3_reset(q->statement); // its code repeats what step has said; NULL is fine
}

bool query_run(struct query *q, struct error *error)
{
    enum step step = query_step(q, error);
    check(step != STEP_ROW);
    return step == STEP_DONE;
}

int64_t query_int(struct query *q)
{
    return sqlite3_column_int64(q->statement, q->column_n++);
}

struct text query_borrow(struct query *q)
{
    int column = q->column_n++;
    const char *at = sqlite3_column_blob(q->statement, column);
    return (struct text){at, (size_t)sqlite3_column_bytes(q->statement, column)};
}

struct text query_text(struct query *q, struct arena *arena)
{
    return arena_copy(arena, query_borrow(q));
}

// Parts of at most 2^32 add up without overflow where whole counts might not.
int64_t query_sum(struct query *q)
{
    int64_t high = query_int(q), low = query_int(q), sum;
    high += low >> 31;
    low &= 0x7fffffff;
    if (__builtin_mul_overflow(high, (int64_t)1 << 31, &sum))
        return INT64_MAX;
    return sum + low; // the low bits of sum are zero
}

void *list_grow(struct arena *arena, void *items, size_t item_size, size_t n, size_t *cap)
{
    if (n < *cap)
        return items;
    *cap = *cap ? *cap * 2 : 8;
    void *more = arena_alloc_array(arena, item_size, *cap);
    if (n)
        memcpy(more, items, n * item_size);
    return more;
}

int64_t sqlite_hour(int64_t at_ms)
{
    const int64_t hour_ms = 3600 * 1000;
    return at_ms / hour_ms - (at_ms % hour_ms < 0);
}
