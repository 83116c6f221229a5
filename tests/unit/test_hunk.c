// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "base/buffer.h"
#include "core/hunk.h"

static const char diff[] = "diff --git a/1 b/2\n"
                           "--- a/shop.py\n"
                           "+++ b/shop.py\n"
                           "@@ -3 +3 @@ def sell():\n"
                           "-    old()\n"
                           "+    new()\n"
                           "@@ -10,3 +10,3 @@\n"
                           "-a\n"
                           "-b\n"
                           "-c\n"
                           "+A\n"
                           "+B\n"
                           "+C\n"
                           "@@ -20,0 +21,2 @@\n"
                           "+added\n"
                           "+added\n"
                           "@@ -30,2 +33,0 @@\n"
                           "-gone\n"
                           "-gone\n"
                           "@@ -40,4 +41,2 @@\n"
                           "-w\n"
                           "-x\n"
                           "-y\n"
                           "-z\n"
                           "+W\n"
                           "+Z\n";

// numbers: of the old lines, in their order, each a digit or two after a space
static void check_lines(struct text text, int64_t number, const char *numbers)
{
    struct arena arena = {0};
    struct old_line lines[OLD_LINE_MAX];
    size_t n = hunk_old_lines(text, number, &arena, lines);
    char found[200] = "";
    for (size_t i = 0, len = 0; i < n; i++)
        len +=
            (size_t)snprintf(found + len, sizeof found - len, " %lld", (long long)lines[i].number);
    assert_string_equal(found, numbers);
    arena_release(&arena);
}

static void a_line_took_the_place_of_the_one_at_its_place(void **state)
{
    (void)state;
    check_lines(TEXT(diff), 3, " 3");
    check_lines(TEXT(diff), 10, " 10 11 12");
    check_lines(TEXT(diff), 11, " 11 10 12");
    check_lines(TEXT(diff), 12, " 12 11 10");
}

static void of_lines_that_became_fewer_the_one_at_the_same_part_comes_first(void **state)
{
    (void)state;
    check_lines(TEXT(diff), 41, " 40 41 42 43");
    check_lines(TEXT(diff), 42, " 43 42 41 40");
}

static void an_added_or_untouched_line_took_no_place(void **state)
{
    static const int64_t numbers[] = {1, 4, 21, 22, 33, 43, 0, -1, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        check_lines(TEXT(diff), numbers[i], "");
}

static void texts_are_the_old_ones(void **state)
{
    struct arena arena = {0};
    struct old_line lines[OLD_LINE_MAX];
    (void)state;
    assert_int_equal(hunk_old_lines(TEXT(diff), 3, &arena, lines), 1);
    assert_true(text_equal(lines[0].text, TEXT("    old()")));
    assert_int_equal(hunk_old_lines(TEXT("@@ -1 +1 @@\n-\xff\n+b\n"), 1, &arena, lines), 1);
    assert_true(text_equal(lines[0].text, TEXT("\xef\xbf\xbd")));
    arena_release(&arena);
}

static void of_many_lines_the_nearest_are_given(void **state)
{
    struct arena arena = {0};
    struct buffer long_diff = {0};
    struct old_line lines[OLD_LINE_MAX];
    (void)state;
    buffer_add_string(&long_diff, "@@ -1,100 +1,100 @@\n");
    for (int i = 1; i <= 100; i++)
        buffer_printf(&long_diff, "-%d\n", i);
    assert_int_equal(hunk_old_lines(buffer_text(&long_diff), 50, &arena, lines), OLD_LINE_MAX);
    assert_int_equal(lines[0].number, 50);
    for (size_t i = 0; i < OLD_LINE_MAX; i++)
        assert_in_range(lines[i].number, 40, 60);
    buffer_release(&long_diff);
    arena_release(&arena);
}

static void what_is_no_diff_has_no_lines(void **state)
{
    (void)state;
    check_lines(TEXT(""), 1, "");
    check_lines(TEXT("@@ -1"), 1, "");
    check_lines(TEXT("@@ -1 +1 @@"), 1, "");
    check_lines(TEXT("@@ -1,9223372036854775807 +1 @@\n-x\n"), 1, "");
    check_lines(TEXT("@@ -x +1 @@\n-x\n"), 1, "");
    check_lines(TEXT("@@ -5,3 +1 @@\n-x\nno\n"), 1, " 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_took_the_place_of_the_one_at_its_place),
        cmocka_unit_test(of_lines_that_became_fewer_the_one_at_the_same_part_comes_first),
        cmocka_unit_test(an_added_or_untouched_line_took_no_place),
        cmocka_unit_test(texts_are_the_old_ones),
        cmocka_unit_test(of_many_lines_the_nearest_are_given),
        cmocka_unit_test(what_is_no_diff_has_no_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
