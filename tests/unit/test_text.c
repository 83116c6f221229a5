// SPDX-License-Identifier: MIT
#include "test.h"

static void cutting_gives_the_pieces_between_separators(void **state)
{
    (void)state;
    struct text rest = TEXT("a,,b,"), piece;
    assert_true(text_cut(&rest, ',', &piece));
    assert_text_equal(piece, "a");
    assert_true(text_cut(&rest, ',', &piece));
    assert_text_equal(piece, "");
    assert_true(text_cut(&rest, ',', &piece));
    assert_text_equal(piece, "b");
    assert_false(text_cut(&rest, ',', &piece));
}

static void clipping_never_splits_a_character(void **state)
{
    (void)state;
    assert_text_equal(text_clip(TEXT("a\xc3\xa9"), 2), "a");
    assert_text_equal(text_clip(TEXT("a\xc3\xa9"), 3), "a\xc3\xa9");
    assert_text_equal(text_clip(TEXT("\xf0\x9f\x98\x80"), 3), "");
}

static void numbers_are_whole_texts_within_64_bits(void **state)
{
    (void)state;
    int64_t number = 0;
    assert_true(text_to_int64(TEXT("-9223372036854775807"), &number));
    assert_int_equal(number, -INT64_MAX);
    assert_false(text_to_int64(TEXT("9223372036854775808"), &number));
    assert_false(text_to_int64(TEXT("99999999999999999999"), &number));
    assert_false(text_to_int64(TEXT("12 "), &number));
    assert_false(text_to_int64(TEXT("-"), &number));
    assert_false(text_to_int64(TEXT(""), &number));
}

static void finding_works_at_both_ends_and_in_nothing(void **state)
{
    (void)state;
    assert_int_equal(text_find(TEXT("abca"), 'a'), 0);
    assert_int_equal(text_find_last(TEXT("abca"), 'a'), 3);
    assert_int_equal(text_find(TEXT("abc"), 'x'), 3);
    assert_int_equal(text_find_last((struct text){0}, 'x'), 0);
    assert_true(text_contains(TEXT("abc"), TEXT("bc")));
    assert_false(text_contains((struct text){0}, TEXT("b")));
    assert_text_equal(text_trim(TEXT(" \t a b \r\n")), "a b");
    assert_text_equal(text_trim(TEXT("  ")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_gives_the_pieces_between_separators),
        cmocka_unit_test(clipping_never_splits_a_character),
        cmocka_unit_test(numbers_are_whole_texts_within_64_bits),
        cmocka_unit_test(finding_works_at_both_ends_and_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
