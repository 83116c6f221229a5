// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/week.h"

static void weeks_start_on_sunday(void **state)
{
    (void)state;
    char date[11];
    const struct {
        int64_t moment_ms;
        const char *date;
    } cases[] = {
        {1700000000000, "2023-11-12"}, // a Tuesday
        {1699747200000, "2023-11-12"}, // Sunday, the first moment
        {1699747199999, "2023-11-05"}, // the moment before
        {0, "1969-12-28"},             // 1970 began on a Thursday
        {-1, "1969-12-28"},
        {1709164800000, "2024-02-25"}, // 29 February
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        date_write(week_start_ms(cases[i].moment_ms), date);
        assert_string_equal(date, cases[i].date);
    }
}

static void dates_out_of_reach_are_their_nearest_bound(void **state)
{
    (void)state;
    char date[11];
    date_write(INT64_MAX, date);
    assert_string_equal(date, "9999-12-31");
    date_write(INT64_MIN, date);
    assert_string_equal(date, "0000-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_start_on_sunday),
        cmocka_unit_test(dates_out_of_reach_are_their_nearest_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
