// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/trouble.h"

enum { MINUTE = 60 * 1000, START = 1000 * MINUTE };

static struct trouble_watch watch;

static int forget(void **state)
{
    (void)state;
    watch = (struct trouble_watch){.n = 0};
    return 0;
}

// One look at a minute, with the troubles' letters: "ab" are two. Whether a letter was due, which
// then is taken as written.
static bool look(int64_t minute, const char *troubles)
{
    struct trouble_list list = {.n = 0};
    for (size_t i = 0; troubles[i]; i++)
        list.at[list.n++] = (struct trouble){{troubles + i, 1}, TEXT("why")};
    int64_t now_ms = START + minute * MINUTE;
    trouble_see(&watch, &list, now_ms);
    bool is_due = trouble_is_due(&watch, now_ms);
    if (is_due)
        trouble_told(&watch, now_ms);
    return is_due;
}

static void a_letter_is_due_by_this_table(void **state)
{
    static const struct {
        int64_t minute;
        const char *troubles;
        bool is_due;
    } looks[] = {
        {0, "a", false},      {9, "a", false},
        {10, "a", true},                          // ten minutes
        {11, "a", false},     {2000, "a", false}, // once, however long it lasts
        {2001, "", false},    {2002, "a", false},
        {2011, "a", false},   {2012, "a", true}, // new again
        {2013, "ab", false},  {2030, "ab", false},
        {2071, "ab", false},  {2072, "ab", true}, // an hour
        {2100, "abc", false}, {2105, "", false},
        {2140, "", false}, // it passed before it was told
    };
    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (look(looks[i].minute, looks[i].troubles) != looks[i].is_due)
            fail_msg("minute %lld, troubles \"%s\"", (long long)looks[i].minute, looks[i].troubles);
}

static void a_clock_that_is_set_back_delays_by_ten_minutes_at_most(void **state)
{
    (void)state;
    look(500, "a");
    assert_false(look(0, "a"));
    assert_true(look(10, "a"));
    assert_false(look(-500, "ab"));
    assert_true(look(-440, "ab"));
}

static struct letter write_at(int64_t minute, struct arena *arena)
{
    struct letter letter;
    trouble_write(&watch, TEXT("errors.example.com"), TEXT("https://errors.example.com"),
                  START + minute * MINUTE, arena, &letter);
    return letter;
}

static void what_lasts_long_enough_stands_in_one_letter_in_plain_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct trouble_list list = {.n = 0};
    trouble_add(&list, TEXT("the repository cannot be read"), TEXT("<no>\nsuch"), &arena);
    trouble_see(&watch, &list, START);
    struct letter letter = write_at(10, &arena);
    assert_true(text_equal(letter.subject, TEXT("Flawless on errors.example.com has a problem")));
    assert_true(text_starts(letter.text, TEXT("* the repository cannot be read, since 1970-01-01 "
                                              "16:40 UTC:\n\n    <no>\\nsuch\n\n")));
    assert_true(text_contains(letter.text, TEXT("\nhttps://errors.example.com/check_health\n")));
    assert_true(text_contains(letter.html, TEXT("&lt;no&gt;")));
    trouble_add(&list, TEXT("git is ill"), TEXT("why"), &arena);
    trouble_see(&watch, &list, START);
    letter = write_at(10, &arena);
    assert_true(text_equal(letter.subject, TEXT("Flawless on errors.example.com has 2 problems")));
    assert_true(text_contains(letter.text, TEXT("* git is ill, since ")));
    arena_release(&arena);
}

static void what_was_told_in_the_day_before_the_start_is_not_told_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    look(0, "a");
    struct text told = write_at(10, &arena).text;
    const int64_t now_ms = START + 10 * MINUTE;
    trouble_recall(&watch, told, START - TROUBLE_DAY_MS - 1, now_ms);
    assert_true(trouble_is_due(&watch, now_ms));
    trouble_recall(&watch, told, START, now_ms); // by this server, of a trouble that passed
    assert_true(trouble_is_due(&watch, now_ms));
    trouble_recall(&watch, TEXT("* ab, since ever"), START - 1, now_ms);
    assert_true(trouble_is_due(&watch, now_ms));
    trouble_recall(&watch, told, START - 1, now_ms);
    assert_false(trouble_is_due(&watch, now_ms));
    arena_release(&arena);
}

static void more_troubles_than_there_is_room_for_do_no_harm(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct trouble_list list = {.n = 0};
    for (int i = 0; i < TROUBLE_MAX + 5; i++)
        trouble_add(&list, arena_printf(&arena, "%d %0500d", i, 0), TEXT(""), &arena);
    assert_int_equal(list.n, TROUBLE_MAX);
    trouble_see(&watch, &list, START);
    trouble_see(&watch, &list, START);
    assert_int_equal(watch.n, TROUBLE_MAX);
    assert_true(write_at(10, &arena).text.len > 0);
    arena_release(&arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, forget)
    const struct CMUnitTest tests[] = {
        TEST(a_letter_is_due_by_this_table),
        TEST(a_clock_that_is_set_back_delays_by_ten_minutes_at_most),
        TEST(what_lasts_long_enough_stands_in_one_letter_in_plain_words),
        TEST(what_was_told_in_the_day_before_the_start_is_not_told_again),
        TEST(more_troubles_than_there_is_room_for_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
