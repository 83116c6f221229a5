// SPDX-License-Identifier: MIT
// Inside the SQLite store only: one way to run a statement.
//
//     struct query q = query_open(s, SQL_X, "SELECT a, b FROM t WHERE c = ?1");
//     query_add_int(&q, c); // parameters in their order
//     while ((step = query_step(&q, error)) == STEP_ROW) {
//         a = query_int(&q); // columns in their order
//         b = query_text(&q, arena);
//     }
//
// Statement texts are literals, prepared once a connection, when they are first used.
#ifndef FLAWLESS_IO_STORE_SQLITE_QUERY_H
#define FLAWLESS_IO_STORE_SQLITE_QUERY_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/error.h"
#include "io/store_sqlite_statement.h"

struct sqlite_store;

struct query {
    struct sqlite_store *store;
    sqlite3_stmt *statement; // NULL when it could not be prepared
    int code;                // the first failure, SQLITE_OK before it
    int parameter_n, column_n;
};

enum step { STEP_ROW, STEP_DONE, STEP_FAILED };

struct query query_open(struct sqlite_store *s, enum sqlite_statement name, const char *sql);
// Texts and blobs are borrowed until the statement is done.
void query_add_int(struct query *q, int64_t number);
void query_add_null(struct query *q);
void query_add_text(struct query *q, struct text text);
void query_add_blob(struct query *q, struct text bytes);

// After STEP_DONE and STEP_FAILED the statement is finished. Who stops reading earlier calls
// query_close: an open statement keeps its snapshot, and the write-ahead log cannot be emptied.
enum step query_step(struct query *q, struct error *error);
void query_close(struct query *q);
bool query_run(struct query *q, struct error *error); // for statements without rows

int64_t query_int(struct query *q);
struct text query_text(struct query *q, struct arena *arena); // copied
struct text query_borrow(struct query *q);                    // valid until the next step

// Room for one more item in an array that grows in an arena: cap is doubled when n has reached it.
void *list_grow(struct arena *arena, void *items, size_t item_size, size_t n, size_t *cap);

// Counts and their sums stop at INT64_MAX instead of turning into something else. SQLite's own sum
// of integers fails when it overflows, and + gives a floating point number.
#define SQL_ADD(a, b)                                                                              \
    "CASE WHEN " a " > " SQL_MAX " - " b " THEN " SQL_MAX " ELSE " a " + " b " END"
#define SQL_MAX "9223372036854775807"

// Reads two columns, SUM(n >> 31) and SUM(n & 2147483647), as the sum of the counts n.
int64_t query_sum(struct query *q);

int64_t sqlite_hour(int64_t at_ms); // hours since 1970, rounded down

#endif
