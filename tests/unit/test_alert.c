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
    assert_false(alert_is_due(&usual, &record));
    record.count = 3;
    assert_true(alert_is_due(&usual, &record));
    record.count = 3000; // one report can stand for many
    assert_true(alert_is_due(&usual, &record));
}

static void the_reports_own_threshold_wins(void **state)
{
    (void)state;
    struct error_record record = due();
    record.threshold = 10;
    assert_false(alert_is_due(&usual, &record));
    record.count = 10;
    assert_true(alert_is_due(&usual, &record));
    record.threshold = record.count = 1;
    assert_true(alert_is_due(&usual, &record));
}

static void no_second_letter_is_ever_due(void **state)
{
    (void)state;
    struct error_record record = due();
    record.letter_at_ms = 1;
    record.count = 1000000;
    assert_false(alert_is_due(&usual, &record));
}

static void a_line_changed_before_the_minimum_date_is_left_alone(void **state)
{
    (void)state;
    struct error_record record = due();
    record.ownership.changed_at_ms = 999;
    assert_false(alert_is_due(&usual, &record));
    record.ownership.changed_at_ms = 0; // nobody knows when
    assert_true(alert_is_due(&usual, &record));
}

static void without_somebody_to_write_to_nothing_is_due(void **state)
{
    (void)state;
    struct error_record record = due();
    record.ownership.state = OWNER_WAITING;
    assert_false(alert_is_due(&usual, &record));
    record.ownership.state = OWNER_NONE;
    assert_false(alert_is_due(&usual, &record));
    record.ownership.state = OWNER_DEFAULT;
    assert_true(alert_is_due(&usual, &record));
    record.ownership.owner_email = TEXT("");
    assert_false(alert_is_due(&usual, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_due_when_the_count_reaches_the_threshold),
        cmocka_unit_test(the_reports_own_threshold_wins),
        cmocka_unit_test(no_second_letter_is_ever_due),
        cmocka_unit_test(a_line_changed_before_the_minimum_date_is_left_alone),
        cmocka_unit_test(without_somebody_to_write_to_nothing_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
