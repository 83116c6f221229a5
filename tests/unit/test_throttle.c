// SPDX-License-Identifier: MIT
// The table of errors at its bounds; what it does within them is in test_client.c. And the words
// for what was lost.
#include "test.h"

#include <stdio.h>

#include "client/c/lost.h"
#include "client/c/throttle.h"

static struct fl_report *some_report(void)
{
    struct buffer members = {0};
    buffer_add_string(&members, "\"platform\":\"c\"");
    return fl_report_new(&members, 0, 0);
}

// At its moment, which has to go up. Asserts that nothing had to be sent to make room.
static enum fl_verdict judge(struct fl_throttle *t, uint64_t key, int64_t now_ms)
{
    int64_t count;
    struct fl_report *forced;
    enum fl_verdict verdict = fl_throttle_judge(t, key, now_ms, &count, &forced);
    assert_null(forced);
    return verdict;
}

static void happen(struct fl_throttle *t, uint64_t key, int n, int64_t now_ms)
{
    for (int i = 0; i < n; i++)
        judge(t, key, now_ms);
}

static struct fl_throttle *new_throttle(void)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    assert_non_null(t);
    return t;
}

static void release(struct fl_throttle *t)
{
    fl_throttle_release(t);
    free(t);
}

static void an_error_that_is_being_captured_keeps_its_place(void **state)
{
    struct fl_throttle *t = new_throttle();
    (void)state;
    happen(t, 1, 10, 0);
    assert_int_equal(judge(t, 1, 0), FL_KEEP);
    for (uint64_t key = 2; key < 2 + 2 * FL_THROTTLE_ERROR_MAX; key++)
        assert_int_equal(judge(t, key, (int64_t)key), FL_SEND);
    assert_null(fl_throttle_keep(t, 1, some_report()));
    struct fl_report *kept = fl_throttle_take(t, 0, true);
    assert_non_null(kept);
    assert_int_equal(kept->error_count, 1);
    fl_report_free(kept);
    assert_int_equal(t->forgotten_n, 0);
    release(t);
}

static void with_captures_in_all_places_a_new_error_is_sent_unremembered(void **state)
{
    struct fl_throttle *t = new_throttle();
    (void)state;
    for (uint64_t key = 1; key <= FL_THROTTLE_ERROR_MAX; key++) {
        happen(t, key, 10, 0);
        assert_int_equal(judge(t, key, 0), FL_KEEP);
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(judge(t, 1000, 1), FL_SEND);
    assert_int_equal(t->n, FL_THROTTLE_ERROR_MAX);
    assert_null(fl_throttle_keep(t, 7, NULL)); // one comes back, and its place is free
    assert_int_equal(judge(t, 1000, 1), FL_SEND);
    assert_int_equal(t->forgotten_n, 1); // the occurrence that was not captured
    happen(t, 1000, 9, 1);
    assert_int_equal(judge(t, 1000, 1), FL_KEEP);
    release(t);
}

static void what_is_given_back_for_an_error_that_lost_its_place_is_counted(void **state)
{
    struct fl_throttle *t = new_throttle();
    (void)state;
    fl_throttle_give_back(t, 1, 5);
    assert_int_equal(t->forgotten_n, 5);
    happen(t, 1, 1, 0);
    fl_throttle_give_back(t, 1, 3);
    for (uint64_t key = 2; key <= FL_THROTTLE_ERROR_MAX + 1; key++)
        judge(t, key, (int64_t)key); // the last one takes the place of 1
    assert_int_equal(t->forgotten_n, 5 + 3);
    release(t);
}

static void a_report_for_a_table_that_was_emptied_stands_for_itself(void **state)
{
    struct fl_throttle *t = new_throttle();
    struct fl_report *report = some_report();
    (void)state;
    happen(t, 1, 10, 0);
    assert_int_equal(judge(t, 1, 0), FL_KEEP);
    fl_throttle_release(t);
    assert_ptr_equal(fl_throttle_keep(t, 1, report), report);
    assert_int_equal(report->error_count, 1);
    assert_null(fl_throttle_keep(t, 1, NULL));
    fl_report_free(report);
    release(t);
}

static void errors_have_ten_minutes_of_their_own(void **state)
{
    struct fl_throttle *t = new_throttle();
    (void)state;
    for (uint64_t key = 1; key <= 3; key++) {
        happen(t, key, 10, (int64_t)key * 1000);
        assert_int_equal(judge(t, key, (int64_t)key * 1000), FL_KEEP);
        assert_null(fl_throttle_keep(t, key, some_report()));
    }
    assert_int_equal(fl_throttle_due_at(t), 1000 + FL_THROTTLE_INTERVAL_MS);
    for (int64_t i = 1; i <= 3; i++) {
        int64_t due_at = i * 1000 + FL_THROTTLE_INTERVAL_MS;
        assert_int_equal(fl_throttle_due_at(t), due_at);
        assert_null(fl_throttle_take(t, due_at - 1, false));
        struct fl_report *due = fl_throttle_take(t, due_at, false);
        assert_non_null(due);
        fl_report_free(due);
    }
    assert_int_equal(fl_throttle_due_at(t), INT64_MAX);
    release(t);
}

// ---- lost

static void every_loss_has_a_word(void **state)
{
    struct fl_lost lost;
    struct buffer item = {0};
    (void)state;
    for (int i = 0; i < FL_LOSS_N; i++)
        lost.n[i] = (uint64_t)i + 1;
    fl_lost_write(&lost, &item);
    static const char body[] =
        "{\"discarded_events\":["
        "{\"reason\":\"queue_overflow\",\"category\":\"error\",\"quantity\":1},"
        "{\"reason\":\"send_error\",\"category\":\"error\",\"quantity\":2},"
        "{\"reason\":\"network_error\",\"category\":\"error\",\"quantity\":3},"
        "{\"reason\":\"network_error\",\"category\":\"error\",\"quantity\":4},"
        "{\"reason\":\"internal_sdk_error\",\"category\":\"error\",\"quantity\":5},"
        "{\"reason\":\"throttle_forgot\",\"category\":\"error\",\"quantity\":6}]}";
    struct text rest = buffer_text(&item), head;
    assert_true(text_cut(&rest, '\n', &head));
    char expected[64];
    snprintf(expected, sizeof expected, "{\"type\":\"client_report\",\"length\":%zu}",
             sizeof body - 1);
    assert_text_equal(head, expected);
    assert_text_equal(text_trim(rest), body);
    buffer_release(&item);
}

static void of_nothing_lost_nothing_is_said(void **state)
{
    struct fl_lost lost = {{0}};
    struct buffer item = {0};
    (void)state;
    fl_lost_write(&lost, &item);
    assert_int_equal(item.len, 0);
    assert_false(item.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_that_is_being_captured_keeps_its_place),
        cmocka_unit_test(with_captures_in_all_places_a_new_error_is_sent_unremembered),
        cmocka_unit_test(what_is_given_back_for_an_error_that_lost_its_place_is_counted),
        cmocka_unit_test(a_report_for_a_table_that_was_emptied_stands_for_itself),
        cmocka_unit_test(errors_have_ten_minutes_of_their_own),
        cmocka_unit_test(every_loss_has_a_word),
        cmocka_unit_test(of_nothing_lost_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
