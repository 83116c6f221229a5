// SPDX-License-Identifier: MIT
// Two readers while the writer works: each look shows one committed moment, and later looks never
// an earlier one.
#include "contract.h"

#include <pthread.h>
#include <stdatomic.h>

enum { BATCHES = 300 };

struct looker {
    pthread_t thread;
    const char *address;
    atomic_bool *is_over;
    int64_t looks, last_count;
    char problem[600]; // cmocka's asserts belong to the test's own thread
};

// Every batch counts as much for one error as for the other, so one moment shows them equal.
static bool look(struct looker *l, struct store *store, struct error *error)
{
    struct arena arena = {0};
    struct week_row *rows;
    size_t row_n;
    bool ok =
        store_list_week(store, 1, SUNDAY_MS, SUNDAY_MS + DAY_MS, &arena, &rows, &row_n, error);
    int64_t first = ok && row_n == 2 ? rows[0].week_count : 0;
    if (ok && row_n != 0 && (row_n != 2 || first != rows[1].week_count))
        ok = error_set(error, ERROR_SYSTEM, "a look shows half a batch");
    if (ok && first < l->last_count)
        ok = error_set(error, ERROR_SYSTEM, "a look shows an earlier moment");
    l->last_count = first;
    l->looks++;
    arena_release(&arena);
    return ok;
}

static void *look_until_over(void *argument)
{
    struct looker *l = argument;
    struct error error = {0};
    struct store *store = NULL;
    bool ok = store_open(l->address, STORE_READ, &store, &error), is_last = false;
    while (ok && !is_last) {
        is_last = atomic_load(l->is_over); // one more look after the last commit
        ok = look(l, store, &error);
    }
    if (!ok)
        snprintf(l->problem, sizeof l->problem, "%s", error.message);
    store_close(store);
    return NULL;
}

static void two_readers_see_whole_batches_in_their_order(void **state)
{
    struct fixture *f = *state;
    struct site one = make_site("one.py", 1, "x"), two = make_site("two.py", 1, "x");
    atomic_bool is_over = false;
    struct looker lookers[2] = {0};
    for (int i = 0; i < 2; i++) {
        lookers[i].address = f->address;
        lookers[i].is_over = &is_over;
        assert_int_equal(pthread_create(&lookers[i].thread, NULL, look_until_over, &lookers[i]), 0);
    }
    for (int i = 0; i < BATCHES; i++) {
        begin(f);
        int64_t error_id = report(f, &one, 1, SUNDAY_MS).error_id;
        keep_occurrence(f, error_id, SUNDAY_MS + i, TEXT("{}"), 5);
        report(f, &two, 1, SUNDAY_MS);
        commit(f);
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(lookers[i].thread, NULL);
        assert_string_equal(lookers[i].problem, "");
        assert_int_equal(lookers[i].last_count, BATCHES);
        assert_true(lookers[i].looks > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(two_readers_see_whole_batches_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
