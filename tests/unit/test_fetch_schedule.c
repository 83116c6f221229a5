// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/fetch_schedule.h"

enum { START = 1000000 };

static void run_at(struct fetch_schedule *s, bool is_good, int64_t now_ms)
{
    assert_int_equal(fetch_schedule_wait_ms(s, now_ms), 0);
    fetch_schedule_begin(s);
    fetch_schedule_end(s, is_good, now_ms);
}

static void the_first_is_due_at_once_and_then_every_five_minutes(void **state)
{
    (void)state;
    struct fetch_schedule s = {0};
    run_at(&s, true, START);
    assert_int_equal(fetch_schedule_wait_ms(&s, START), FETCH_EVERY_MS);
    assert_int_equal(fetch_schedule_wait_ms(&s, START + FETCH_EVERY_MS - 1), 1);
    run_at(&s, true, START + FETCH_EVERY_MS);
    assert_int_equal(fetch_schedule_wait_ms(&s, START + FETCH_EVERY_MS), FETCH_EVERY_MS);
}

static void what_is_missed_is_fetched_for_once_however_many_ask(void **state)
{
    (void)state;
    struct fetch_schedule s = {0};
    run_at(&s, true, START);
    int64_t now = START + 60 * 1000;
    for (int i = 0; i < 100; i++)
        assert_true(fetch_schedule_ask(&s, TEXT("v2"), now));
    run_at(&s, true, now);
    for (int i = 0; i < 100; i++)
        assert_false(fetch_schedule_ask(&s, TEXT("v2"), now + i));
    assert_int_equal(fetch_schedule_wait_ms(&s, now), FETCH_EVERY_MS);
    assert_false(fetch_schedule_ask(&s, TEXT("v2"), now + FETCH_MISSED_KEEP_MS - 1));
    assert_true(fetch_schedule_ask(&s, TEXT("v2"), now + FETCH_MISSED_KEEP_MS));
}

static void many_names_share_a_fetch_and_fetches_keep_their_distance(void **state)
{
    (void)state;
    struct fetch_schedule s = {0};
    run_at(&s, true, START);
    for (int i = 0; i < 3 * FETCH_NAME_MAX; i++)
        assert_true(fetch_schedule_ask(&s, (struct text){(const char *)&i, sizeof i}, START + 1));
    assert_int_equal(fetch_schedule_wait_ms(&s, START + 1), FETCH_PAUSE_MS - 1);
    run_at(&s, true, START + FETCH_PAUSE_MS);
    assert_int_equal(fetch_schedule_wait_ms(&s, START + FETCH_PAUSE_MS), FETCH_EVERY_MS);
}

static void what_is_missed_during_a_fetch_needs_another_one(void **state)
{
    (void)state;
    struct fetch_schedule s = {0};
    fetch_schedule_begin(&s);
    assert_true(fetch_schedule_ask(&s, TEXT("v2"), START));
    fetch_schedule_end(&s, true, START + 500);
    assert_true(fetch_schedule_ask(&s, TEXT("v2"), START + 600));
    assert_int_equal(fetch_schedule_wait_ms(&s, START + 500), FETCH_PAUSE_MS);
    run_at(&s, true, START + 500 + FETCH_PAUSE_MS);
    assert_false(fetch_schedule_ask(&s, TEXT("v2"), START + 20 * 1000));
}

static void failures_are_retried_less_and_less_often_and_nobody_hurries_them(void **state)
{
    (void)state;
    struct fetch_schedule s = {0};
    int64_t now = START, before = 0;
    for (int i = 0; i < 20; i++) {
        run_at(&s, false, now);
        int64_t wait = fetch_schedule_wait_ms(&s, now);
        assert_in_range(wait, FETCH_RETRY_FIRST_MS, FETCH_RETRY_MAX_MS);
        assert_true(wait >= before);
        assert_false(fetch_schedule_ask(&s, TEXT("v2"), now));
        assert_int_equal(fetch_schedule_wait_ms(&s, now), wait);
        before = wait;
        now += wait;
    }
    assert_int_equal(before, FETCH_RETRY_MAX_MS);
    run_at(&s, true, now);
    assert_int_equal(fetch_schedule_wait_ms(&s, now), FETCH_EVERY_MS);
    assert_true(fetch_schedule_ask(&s, TEXT("v2"), now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_due_at_once_and_then_every_five_minutes),
        cmocka_unit_test(what_is_missed_is_fetched_for_once_however_many_ask),
        cmocka_unit_test(many_names_share_a_fetch_and_fetches_keep_their_distance),
        cmocka_unit_test(what_is_missed_during_a_fetch_needs_another_one),
        cmocka_unit_test(failures_are_retried_less_and_less_often_and_nobody_hurries_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
