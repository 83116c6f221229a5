// SPDX-License-Identifier: MIT
// A week's errors. Hours are added up here rather than with GROUP BY, which sorts them first: a
// busy week has a million and more, and adding them up in a hash table takes a third of the time.
#include <stdlib.h>

#include "io/store_sqlite.h"

struct sum {
    int64_t error_id; // 0: a free place
    int64_t count;
};

// Open addressing; ids are the database's, so nobody can choose them to collide.
struct sums {
    struct sum *places;
    size_t size; // a power of two, at least twice n
    size_t n;
};

static struct sum *find_place(const struct sums *sums, int64_t error_id)
{
    size_t place = (size_t)((uint64_t)error_id * 0x9e3779b97f4a7c15u >> 32) & (sums->size - 1);
    while (sums->places[place].error_id && sums->places[place].error_id != error_id)
        place = (place + 1) & (sums->size - 1);
    return &sums->places[place];
}

static void grow(struct sums *sums)
{
    struct sums bigger = {.size = sums->size ? sums->size * 2 : 1024, .n = sums->n};
    bigger.places = must_alloc(bigger.size * sizeof *bigger.places);
    for (size_t i = 0; i < sums->size; i++)
        if (sums->places[i].error_id)
            *find_place(&bigger, sums->places[i].error_id) = sums->places[i];
    free(sums->places);
    *sums = bigger;
}

static void add(struct sums *sums, int64_t error_id, int64_t count)
{
    if (sums->n * 2 >= sums->size)
        grow(sums);
    struct sum *sum = find_place(sums, error_id);
    sums->n += sum->error_id == 0;
    sum->error_id = error_id;
    if (__builtin_add_overflow(sum->count, count, &sum->count))
        sum->count = INT64_MAX;
}

static bool add_hours(struct sqlite_store *s, int64_t project_id, int64_t from_ms, int64_t until_ms,
                      struct sums *sums, struct error *error)
{
    struct query q = query_open(s, SQL_LIST_HOURS,
                                "SELECT error_id, count FROM error_hours"
                                " WHERE project_id = ?1 AND hour >= ?2 AND hour <= ?3");
    query_add_int(&q, project_id);
    query_add_int(&q, sqlite_hour(from_ms));
    query_add_int(&q, until_ms > from_ms ? sqlite_hour(until_ms - 1) : INT64_MIN);
    enum step step;
    while ((step = query_step(&q, error)) == STEP_ROW) {
        int64_t error_id = query_int(&q);
        add(sums, error_id, query_int(&q));
    }
    return step == STEP_DONE;
}

static bool read_row(struct sqlite_store *s, const struct sum *sum, struct arena *arena,
                     struct week_row *row, struct error *error)
{
    struct query q = query_open(s, SQL_GET_WEEK_ERROR,
                                "SELECT " RECORD_COLUMNS " FROM errors e WHERE e.id = ?1");
    query_add_int(&q, sum->error_id);
    enum step step = query_step(&q, error);
    if (step == STEP_DONE) // hours refer to errors
        return sqlite_fail(s, SQLITE_CORRUPT, NULL, error);
    if (step == STEP_FAILED)
        return false;
    row->week_count = sum->count;
    sqlite_read_record(&q, arena, &row->record);
    query_close(&q);
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    const struct week_row *left = a, *right = b;
    if (left->week_count != right->week_count)
        return left->week_count > right->week_count ? -1 : 1;
    if (left->record.last_seen_at_ms != right->record.last_seen_at_ms)
        return left->record.last_seen_at_ms > right->record.last_seen_at_ms ? -1 : 1;
    return (left->record.id > right->record.id) - (left->record.id < right->record.id);
}

static bool list_week(struct sqlite_store *s, int64_t project_id, int64_t from_ms, int64_t until_ms,
                      struct arena *arena, struct week_row **rows, size_t *row_n,
                      struct error *error)
{
    struct sums sums = {0};
    size_t n = 0;
    bool ok = add_hours(s, project_id, from_ms, until_ms, &sums, error);
    struct week_row *list = arena_array(arena, struct week_row, sums.n);
    for (size_t i = 0; ok && i < sums.size; i++)
        if (sums.places[i].error_id)
            ok = read_row(s, &sums.places[i], arena, &list[n++], error);
    free(sums.places);
    if (!ok)
        return false;
    qsort(list, n, sizeof *list, compare_rows);
    *rows = list;
    *row_n = n;
    return true;
}

// Many statements, one moment: inside a transaction, the writer's batch if it is open.
bool sqlite_list_week(struct store *store, int64_t project_id, int64_t from_ms, int64_t until_ms,
                      struct arena *arena, struct week_row **rows, size_t *row_n,
                      struct error *error)
{
    struct sqlite_store *s = sqlite_of(store);
    *rows = NULL;
    *row_n = 0;
    bool begins = sqlite3_get_autocommit(s->db);
    if (begins) {
        struct query begin = query_open(s, SQL_BEGIN_READING, "BEGIN");
        if (!query_run(&begin, error))
            return false;
    }
    bool ok = list_week(s, project_id, from_ms, until_ms, arena, rows, row_n, error);
    if (begins && !sqlite3_get_autocommit(s->db)) {
        struct query end = query_open(s, SQL_END_READING, "ROLLBACK");
        query_run(&end, NULL); // nothing was changed: it only lets go of the snapshot
    }
    return ok;
}
