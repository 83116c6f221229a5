// SPDX-License-Identifier: MIT
// What the contract tests share. They know a store by store.h alone; the one file that knows which
// store it is (under_test_sqlite.c) is linked in, so every store passes the same tests.
#ifndef FLAWLESS_TESTS_CONTRACT_CONTRACT_H
#define FLAWLESS_TESTS_CONTRACT_CONTRACT_H

#include <stdio.h>

#include "test.h"

#include "base/arena.h"
#include "io/store.h"

// ---- the store under test ----

enum { ADDRESS_SIZE = 256 };
void under_test_make(char address[ADDRESS_SIZE]); // of a new, empty store
void under_test_remove(const char *address);

// ---- a writer on a new store with project 1, for one test ----

struct fixture {
    char address[ADDRESS_SIZE];
    struct store *store;
    struct arena arena;
    struct error error;
};

int fixture_open(void **state);
int fixture_close(void **state);
void fixture_reopen(struct fixture *f);
struct store *fixture_reader(struct fixture *f); // to be closed by the test

#define contract_test(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

#define assert_ok(f, call)                                                                         \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, (f)->error.message);                                         \
    } while (0)
#define assert_fails(f, expected_kind, call)                                                       \
    do {                                                                                           \
        (f)->error = (struct error){0};                                                            \
        assert_false(call);                                                                        \
        assert_int_equal((f)->error.kind, (expected_kind));                                        \
        assert_true((f)->error.message[0]);                                                        \
    } while (0)

// ---- shorthands; they fail the test when the store fails ----

// 2023-11-12 00:00 UTC, a Sunday.
#define SUNDAY_MS 1699747200000
#define HOUR_MS   3600000
#define DAY_MS    86400000

struct site make_site(const char *path, int64_t line_number, const char *text); // of project 1
void begin(struct fixture *f);
void commit(struct fixture *f);
struct site_row keep_site(struct fixture *f, const struct site *site, int64_t now_ms);
// keep_site and a tally of count occurrences of "ValueError: bad value", in the open batch.
struct site_row report(struct fixture *f, const struct site *site, int64_t count, int64_t now_ms);
// The same in a batch of its own.
struct site_row report_alone(struct fixture *f, const struct site *site, int64_t count,
                             int64_t now_ms);
struct line_identity make_line(const char *commit, int64_t number);
struct ownership make_ownership(const char *email);
int64_t settle(struct fixture *f, int64_t site_id, struct line_identity line, const char *email);
struct error_record get_error(struct fixture *f, int64_t error_id);
struct store_counts count(struct fixture *f);
void keep_occurrence(struct fixture *f, int64_t error_id, int64_t at_ms, struct text body,
                     int64_t newest_max);
// The times of an error's kept occurrences, newest first; they must differ. Gives how many.
size_t list_occurrences(struct fixture *f, int64_t error_id, int64_t *at_ms, size_t max);

#endif
