// SPDX-License-Identifier: MIT
// Occurrences kept in full, and which of them stay.
#include "contract.h"

static int64_t make_error(struct fixture *f, const char *path)
{
    struct site site = make_site(path, 3, "x");
    return report_alone(f, &site, 1, SUNDAY_MS).error_id;
}

static void an_occurrence_comes_back_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_error(f, "a.py");
    size_t len = 3 * 1000 * 1000;
    char *big = arena_alloc(&f->arena, len);
    uint32_t random = 1;
    for (size_t i = 0; i < len; i++) { // half of it does not compress
        random = random * 1103515245 + 12345;
        big[i] = (char)(i < len / 2 ? random >> 16 : i >> 8);
    }
    const struct text bodies[] = {TEXT("{\"event_id\": \"a\0b\"}"), {0}, {big, len}, TEXT("x")};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct occurrence occurrence = {.error_id = error_id,
                                        .at_ms = SUNDAY_MS + (int64_t)i,
                                        .event_id = "9ec79c33ec9942ab8353589fcb2e04dc",
                                        .body = bodies[i]};
        struct kept_occurrence kept;
        begin(f);
        assert_ok(f, store_keep_occurrence(f->store, &occurrence, 50, &f->error));
        commit(f);
        fixture_reopen(f);
        assert_ok(f, store_get_occurrence(f->store, error_id, 0, &f->arena, &kept, &f->error));
        assert_true(text_equal(kept.body, bodies[i]));
        assert_text_equal(kept.event_id, "9ec79c33ec9942ab8353589fcb2e04dc");
        assert_int_equal(kept.at_ms, SUNDAY_MS + (int64_t)i);
        assert_true(kept.id > 0);
    }
}

static void the_newest_one_up_to_a_moment_is_given(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_error(f, "a.py"), other_id = make_error(f, "b.py");
    struct kept_occurrence kept;
    assert_fails(f, ERROR_NOT_FOUND,
                 store_get_occurrence(f->store, error_id, 0, &f->arena, &kept, &f->error));
    begin(f);
    keep_occurrence(f, error_id, SUNDAY_MS + 10, TEXT("1"), 50);
    keep_occurrence(f, error_id, SUNDAY_MS + 20, TEXT("2"), 50);
    keep_occurrence(f, error_id, SUNDAY_MS + 20, TEXT("3"), 50);
    keep_occurrence(f, other_id, SUNDAY_MS + 15, TEXT("4"), 50);
    commit(f);
    const struct {
        int64_t until_ms;
        const char *body;
    } cases[] = {{0, "3"},
                 {SUNDAY_MS + 20, "3"},
                 {SUNDAY_MS + 19, "1"},
                 {SUNDAY_MS + 10, "1"},
                 {INT64_MAX, "3"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(f, store_get_occurrence(f->store, error_id, cases[i].until_ms, &f->arena, &kept,
                                          &f->error));
        assert_text_equal(kept.body, cases[i].body);
    }
    assert_fails(
        f, ERROR_NOT_FOUND,
        store_get_occurrence(f->store, error_id, SUNDAY_MS + 9, &f->arena, &kept, &f->error));
}

static void the_first_and_the_newest_stay(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_error(f, "a.py"), other_id = make_error(f, "b.py"), at_ms[10];
    begin(f);
    keep_occurrence(f, other_id, SUNDAY_MS, TEXT("{}"), 3);
    for (int i = 0; i < 20; i++)
        keep_occurrence(f, error_id, SUNDAY_MS + i, TEXT("{}"), 3);
    commit(f);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 10), 4);
    assert_int_equal(at_ms[0], SUNDAY_MS + 19);
    assert_int_equal(at_ms[1], SUNDAY_MS + 18);
    assert_int_equal(at_ms[2], SUNDAY_MS + 17);
    assert_int_equal(at_ms[3], SUNDAY_MS);
    assert_int_equal(list_occurrences(f, other_id, at_ms, 10), 1);
}

static void the_first_of_each_hour_stays_for_a_week(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_error(f, "a.py"), at_ms[400];
    begin(f);
    for (int hour = 0; hour < 10 * 24; hour++)
        for (int i = 0; i < 4; i++)
            keep_occurrence(f, error_id, SUNDAY_MS + hour * (int64_t)HOUR_MS + 7 + i, TEXT("{}"),
                            2);
    commit(f);
    int64_t newest_ms = SUNDAY_MS + 239 * (int64_t)HOUR_MS + 10;
    size_t n = list_occurrences(f, error_id, at_ms, 400);
    assert_int_equal(at_ms[0], newest_ms);
    assert_int_equal(at_ms[1], newest_ms - 1);
    assert_int_equal(at_ms[2], newest_ms - 3);
    for (size_t i = 3; i + 1 < n; i++) {
        assert_int_equal(at_ms[i], at_ms[i - 1] - HOUR_MS);
        assert_true(at_ms[i] >= newest_ms - 7 * (int64_t)DAY_MS);
    }
    assert_int_equal(at_ms[n - 1], SUNDAY_MS + 7);
    assert_int_equal(n, 2 + 168 + 1);
}

static void fewer_newest_than_before_drops_the_rest_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_error(f, "a.py"), at_ms[40];
    begin(f);
    for (int i = 0; i < 30; i++)
        keep_occurrence(f, error_id, SUNDAY_MS + i, TEXT("{}"), 50);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 40), 30);
    keep_occurrence(f, error_id, SUNDAY_MS + 30, TEXT("{}"), 5);
    commit(f);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 40), 6);
    assert_int_equal(at_ms[4], SUNDAY_MS + 26);
    assert_int_equal(at_ms[5], SUNDAY_MS);
}

// Both errors had a first, and firsts of the same hours.
static void after_a_merge_there_is_one_first(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 1, "x"), second = make_site("a.py", 2, "x");
    int64_t at_ms[40];
    begin(f);
    struct site_row first_row = report(f, &first, 1, SUNDAY_MS);
    struct site_row second_row = report(f, &second, 1, SUNDAY_MS);
    for (int i = 0; i < 10; i++) {
        keep_occurrence(f, first_row.error_id, SUNDAY_MS + 100 + i, TEXT("{}"), 50);
        keep_occurrence(f, second_row.error_id, SUNDAY_MS + 200 + i, TEXT("{}"), 50);
        keep_occurrence(f, first_row.error_id, SUNDAY_MS + HOUR_MS + 400 + i, TEXT("{}"), 50);
        keep_occurrence(f, second_row.error_id, SUNDAY_MS + HOUR_MS + 300 + i, TEXT("{}"), 50);
    }
    settle(f, second_row.site_id, make_line("c", 1), "ada@example.com");
    int64_t error_id = settle(f, first_row.site_id, make_line("c", 1), "ada@example.com");
    assert_int_equal(error_id, second_row.error_id);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 40), 40);
    keep_occurrence(f, error_id, SUNDAY_MS + 3 * HOUR_MS, TEXT("{}"), 2);
    commit(f);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 40), 4);
    assert_int_equal(at_ms[0], SUNDAY_MS + 3 * HOUR_MS);
    assert_int_equal(at_ms[1], SUNDAY_MS + HOUR_MS + 409);
    assert_int_equal(at_ms[2], SUNDAY_MS + HOUR_MS + 300);
    assert_int_equal(at_ms[3], SUNDAY_MS + 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(an_occurrence_comes_back_byte_for_byte),
        contract_test(the_newest_one_up_to_a_moment_is_given),
        contract_test(the_first_and_the_newest_stay),
        contract_test(the_first_of_each_hour_stays_for_a_week),
        contract_test(fewer_newest_than_before_drops_the_rest_at_once),
        contract_test(after_a_merge_there_is_one_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
