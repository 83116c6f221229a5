// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/alert.h"

static const struct alert_settings usual = {.threshold = 3, .minimum_date_ms = 1000};

static struct error_record due(void)
{
    struct error_record record = {.count = 3};
    record.ownership.state = OWNER_FOUND;
    record.ownership.owner_email = TEXT("dev@example.com");
    record.ownership.changed_at_ms = 1000;
    return record;
}

static void a_letter_is_due_when_the_count_reaches_the_threshold(void **state)
{
    (void)state;
    struct error_record record = due();
    record.count = 2;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.count = 3;
    assert_true(alert_is_due(&usual, &record, NULL, 0));
    record.count = 3000; // one report can stand for many
    assert_true(alert_is_due(&usual, &record, NULL, 0));
}

static void the_reports_own_threshold_wins(void **state)
{
    (void)state;
    struct error_record record = due();
    record.threshold = 10;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.count = 10;
    assert_true(alert_is_due(&usual, &record, NULL, 0));
    record.threshold = record.count = 1;
    assert_true(alert_is_due(&usual, &record, NULL, 0));
}

static void no_second_letter_is_ever_due(void **state)
{
    (void)state;
    struct error_record record = due();
    record.letter_at_ms = 1;
    record.count = 1000000;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
}

static void a_line_changed_before_the_minimum_date_is_left_alone(void **state)
{
    (void)state;
    struct error_record record = due();
    record.ownership.changed_at_ms = 999;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.ownership.changed_at_ms = 0; // nobody knows when
    assert_true(alert_is_due(&usual, &record, NULL, 0));
}

static void before_blame_has_answered_nothing_is_due(void **state)
{
    (void)state;
    struct error_record record = due();
    record.ownership.state = OWNER_WAITING;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.ownership.state = OWNER_NONE;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.ownership.state = OWNER_DEFAULT;
    assert_true(alert_is_due(&usual, &record, NULL, 0));
}

// The count of before and of now, and whether a letter is due.
static bool is_due(const struct rule *known, int64_t before, int64_t now)
{
    struct error_record record = due();
    record.count = now;
    record.letter_at_ms = before ? 1 : 0;
    return alert_is_due(&usual, &record, known, before);
}

static void a_known_error_is_mailed_once_when_the_count_reaches_its_minimum(void **state)
{
    (void)state;
    struct rule known = {.min_alert_threshold = 5, .max_alert_threshold = -1};
    assert_false(is_due(&known, 0, 4));
    assert_true(is_due(&known, 4, 5));
    assert_true(is_due(&known, 0, 70));
    assert_false(is_due(&known, 5, 6));
    assert_false(is_due(&known, 70, 1000));
}

static void a_known_error_is_mailed_at_every_multiple_and_a_jump_over_one_counts(void **state)
{
    (void)state;
    struct rule known = {.alert_every_n_occurrences = 10, .max_alert_threshold = -1};
    assert_false(is_due(&known, 0, 9));
    assert_true(is_due(&known, 9, 10));
    assert_false(is_due(&known, 10, 19));
    assert_true(is_due(&known, 19, 20));
    assert_true(is_due(&known, 19, 21));
    assert_true(is_due(&known, 19, 55));
    assert_false(is_due(&known, 55, 59));
    assert_true(is_due(&known, INT64_MAX - 10, INT64_MAX));
}

static void a_known_error_is_never_mailed_once_the_count_is_over_its_maximum(void **state)
{
    (void)state;
    struct rule known = {
        .min_alert_threshold = 2, .alert_every_n_occurrences = 10, .max_alert_threshold = 20};
    assert_true(is_due(&known, 1, 2));
    assert_true(is_due(&known, 19, 20));
    assert_false(is_due(&known, 20, 30));
    assert_false(is_due(&known, 0, 21));
    known.max_alert_threshold = 0;
    assert_false(is_due(&known, 0, 2));
    assert_false(is_due(&known, 9, 10));
}

static void a_known_error_without_thresholds_is_never_mailed(void **state)
{
    (void)state;
    struct rule known = {.max_alert_threshold = -1};
    assert_false(is_due(&known, 0, 1000));
}

static void a_known_error_needs_no_threshold_and_date_but_an_owner(void **state)
{
    (void)state;
    struct rule known = {.min_alert_threshold = 1, .max_alert_threshold = -1};
    struct error_record record = due();
    record.ownership.changed_at_ms = 1;
    record.threshold = 50;
    assert_true(alert_is_due(&usual, &record, &known, 0));
    record.ownership.state = OWNER_WAITING;
    assert_false(alert_is_due(&usual, &record, &known, 0));
    record.ownership.state = OWNER_NONE;
    assert_false(alert_is_due(&usual, &record, &known, 0));
}

static void while_marked_as_fixed_nothing_is_due(void **state)
{
    (void)state;
    struct rule known = {.alert_every_n_occurrences = 1, .max_alert_threshold = -1};
    struct error_record record = due();
    record.fixed_at_ms = 1;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    assert_false(alert_is_due(&usual, &record, &known, 0));
}

static void what_came_back_is_counted_from_then_on(void **state)
{
    (void)state;
    struct rule known = {.min_alert_threshold = 2, .max_alert_threshold = -1};
    struct error_record record = due();
    record.back_count = 100;
    record.count = 102;
    assert_false(alert_is_due(&usual, &record, NULL, 0));
    record.count = 103;
    assert_true(alert_is_due(&usual, &record, NULL, 0));
    assert_true(alert_is_due(&usual, &record, &known, 50)); // told before it came back
    assert_false(alert_is_due(&usual, &record, &known, 102));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_due_when_the_count_reaches_the_threshold),
        cmocka_unit_test(the_reports_own_threshold_wins),
        cmocka_unit_test(no_second_letter_is_ever_due),
        cmocka_unit_test(a_line_changed_before_the_minimum_date_is_left_alone),
        cmocka_unit_test(before_blame_has_answered_nothing_is_due),
        cmocka_unit_test(a_known_error_is_mailed_once_when_the_count_reaches_its_minimum),
        cmocka_unit_test(a_known_error_is_mailed_at_every_multiple_and_a_jump_over_one_counts),
        cmocka_unit_test(a_known_error_is_never_mailed_once_the_count_is_over_its_maximum),
        cmocka_unit_test(a_known_error_without_thresholds_is_never_mailed),
        cmocka_unit_test(a_known_error_needs_no_threshold_and_date_but_an_owner),
        cmocka_unit_test(while_marked_as_fixed_nothing_is_due),
        cmocka_unit_test(what_came_back_is_counted_from_then_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
