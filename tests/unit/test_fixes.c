// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "core/fixes.h"

static int64_t ids[FIXES_MAX];

static void a_line_of_its_own_names_an_error(void **state)
{
    (void)state;
    assert_int_equal(fixes_find(TEXT("Mend it\n\nFixes-error: 12\n"), ids), 1);
    assert_int_equal(ids[0], 12);
}

static void a_message_can_name_several_errors_and_each_counts_once(void **state)
{
    (void)state;
    assert_int_equal(
        fixes_find(TEXT("Fixes-error: 3\r\nfixes-ERROR:4\n  Fixes-error: 3  \nFixes-error: 5"),
                   ids),
        3);
    assert_int_equal(ids[0], 3);
    assert_int_equal(ids[1], 4);
    assert_int_equal(ids[2], 5);
}

static void a_line_can_name_several_errors_and_with_a_number_sign(void **state)
{
    (void)state;
    assert_int_equal(fixes_find(TEXT("Fixes-error: #7\nFixes-error: 3, #4,3"), ids), 3);
    assert_int_equal(ids[0], 7);
    assert_int_equal(ids[1], 3);
    assert_int_equal(ids[2], 4);
}

static void what_is_no_such_line_names_nothing(void **state)
{
    static const char *const messages[] = {
        "",
        "Fixes-error:",
        "Fixes-error: ",
        "Fixes-error: 0",
        "Fixes-error: -4",
        "Fixes-error: 12 and more",
        "Fixes-error: twelve",
        "Fixes-error: 12, thirteen",
        "Fixes-error: 12 13",
        "Fixes-error: ##12",
        "Fixes-error: #",
        "Fixes-error: 99999999999999999999",
        "See Fixes-error: 12",
        "Fixes-errors: 12",
        "Fixes: 12",
        "Fixes-error\n: 12",
    };
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_int_equal(fixes_find(text_of(messages[i]), ids), 0);
}

static void no_message_names_more_than_its_bound(void **state)
{
    (void)state;
    char message[32 * (FIXES_MAX + 9)];
    size_t len = 0;
    for (int i = 1; i <= FIXES_MAX + 5; i++)
        len += (size_t)snprintf(message + len, sizeof message - len, "Fixes-error: %d\n", i);
    assert_int_equal(fixes_find((struct text){message, len}, ids), FIXES_MAX);
    assert_int_equal(ids[FIXES_MAX - 1], FIXES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_its_own_names_an_error),
        cmocka_unit_test(a_message_can_name_several_errors_and_each_counts_once),
        cmocka_unit_test(a_line_can_name_several_errors_and_with_a_number_sign),
        cmocka_unit_test(what_is_no_such_line_names_nothing),
        cmocka_unit_test(no_message_names_more_than_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
