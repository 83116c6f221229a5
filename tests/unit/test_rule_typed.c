// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "core/rule_typed.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static size_t place_of(enum rule_file file, const char *name)
{
    for (size_t i = 0; rule_fields[file][i].name; i++)
        if (strcmp(rule_fields[file][i].name, name) == 0)
            return i;
    fail_msg("there is no field %s", name);
    return 0;
}

// Something that every field of the kind takes.
static struct rule_typed type_good(enum rule_file file)
{
    static const char *const good[] = {
        [RULE_NAME] = "f",
        [RULE_PATH] = "lib/a.py",
        [RULE_CODE] = "x = \"1\"",
        [RULE_TREE] = "lib/",
        [RULE_EMAIL] = "a@b.example",
        [RULE_ACCOUNT] = "root",
        [RULE_EMAILS] = "a@b.c, d@e.f",
        [RULE_WORDS] = "two\nlines",
        [RULE_COUNT] = "12",
        [RULE_FLAG] = "on",
    };
    struct rule_typed typed = {0};
    for (size_t i = 0; rule_fields[file][i].name; i++)
        if (!rule_fields[file][i].is_alias)
            typed.values[i] = text_of(good[rule_fields[file][i].kind]);
    return typed;
}

static struct text mistake_in(enum rule_file file, const char *field, struct text value)
{
    struct rule_typed typed = type_good(file);
    size_t i = place_of(file, field);
    typed.values[i] = value;
    bool is_good = rule_check(file, &typed, &arena);
    assert_int_equal(is_good, typed.mistakes[i].len == 0);
    return typed.mistakes[i];
}

static void what_was_checked_can_be_read_and_typed_again(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_FILE_N; i++) {
        enum rule_file file = (enum rule_file)i;
        struct rule_typed typed = type_good(file), again;
        struct rules *rules = rules_new();
        struct error error = {0};
        assert_true(rule_check(file, &typed, &arena));
        struct text body = rule_write(file, &typed, &arena);
        if (!rules_add_stored(rules, file, body, 1, TEXT("test"), (struct rules_warnings){0},
                              &error))
            fail_msg("%s", error.message);
        rule_type(file, rules_first(rules, file), &arena, &again);
        struct rules *rules_again = rules_new();
        assert_true(rule_check(file, &again, &arena));
        assert_true(rules_add_stored(rules_again, file, rule_write(file, &again, &arena), 1,
                                     TEXT("test"), (struct rules_warnings){0}, NULL));
        struct rule_typed third;
        rule_type(file, rules_first(rules_again, file), &arena, &third);
        for (size_t field = 0; rule_fields[file][field].name; field++)
            assert_true(text_equal(again.values[field], third.values[field]));
        rules_drop(rules);
        rules_drop(rules_again);
    }
}

static void a_rule_becomes_the_object_of_a_file(void **state)
{
    (void)state;
    struct rule_typed typed = type_good(RULES_KNOWN_ERRORS);
    typed.values[place_of(RULES_KNOWN_ERRORS, "max_alert_threshold")] = (struct text){0};
    assert_true(rule_check(RULES_KNOWN_ERRORS, &typed, &arena));
    assert_text_equal(rule_write(RULES_KNOWN_ERRORS, &typed, &arena),
                      "{\"filename\":\"lib/a.py\",\"function_name\":\"f\","
                      "\"code_fragment\":\"x = \\\"1\\\"\",\"min_alert_threshold\":12,"
                      "\"alert_every_n_occurences\":12,\"email_recipients\":[\"a@b.c\",\"d@e.f\"],"
                      "\"email_header\":\"two\\nlines\"}");
    typed = type_good(RULES_WATCHED_FILES);
    assert_true(rule_check(RULES_WATCHED_FILES, &typed, &arena));
    assert_text_equal(
        rule_write(RULES_WATCHED_FILES, &typed, &arena),
        "{\"email\":\"a@b.example\",\"filepath\":\"lib/\",\"watch_all_errors\":true}");
}

static void what_says_nothing_is_typed_as_nothing(void **state)
{
    (void)state;
    struct rules *rules = rules_new();
    struct rule_typed typed;
    assert_true(rules_add_stored(rules, RULES_KNOWN_ERRORS, TEXT("{\"filename\": \"a\"}"), 1,
                                 TEXT(""), (struct rules_warnings){0}, NULL));
    rule_type(RULES_KNOWN_ERRORS, rules_first(rules, RULES_KNOWN_ERRORS), &arena, &typed);
    assert_text_equal(typed.values[0], "a");
    for (size_t i = 1; rule_fields[RULES_KNOWN_ERRORS][i].name; i++)
        assert_int_equal(typed.values[i].len, 0);
    rules_drop(rules);
    rules = rules_new();
    assert_true(rules_add_stored(rules, RULES_WATCHED_FILES,
                                 TEXT("{\"email\": \"a@b.c\", \"filepath\": \".\"}"), 1, TEXT(""),
                                 (struct rules_warnings){0}, NULL));
    rule_type(RULES_WATCHED_FILES, rules_first(rules, RULES_WATCHED_FILES), &arena, &typed);
    assert_text_equal(typed.values[1], "."); // everything
    rules_drop(rules);
}

static void lines_end_as_in_a_file(void **state)
{
    (void)state;
    size_t header = place_of(RULES_KNOWN_ERRORS, "email_header");
    struct rule_typed typed = type_good(RULES_KNOWN_ERRORS);
    typed.values[header] = TEXT("one\r\n\r\ntwo\r");
    assert_true(rule_check(RULES_KNOWN_ERRORS, &typed, &arena));
    assert_text_equal(typed.values[header], "one\n\ntwo\r");
}

static void a_maximum_of_0_is_not_no_maximum(void **state)
{
    (void)state;
    size_t max = place_of(RULES_KNOWN_ERRORS, "max_alert_threshold");
    struct rules *rules = rules_new();
    struct rule_typed typed;
    assert_true(rules_add_stored(rules, RULES_KNOWN_ERRORS,
                                 TEXT("{\"filename\": \"a\", \"max_alert_threshold\": 0}"), 1,
                                 TEXT(""), (struct rules_warnings){0}, NULL));
    rule_type(RULES_KNOWN_ERRORS, rules_first(rules, RULES_KNOWN_ERRORS), &arena, &typed);
    assert_text_equal(typed.values[max], "0");
    rules_drop(rules);
}

static void paths_are_those_in_the_repository(void **state)
{
    static const char *const good[] = {"a.py", "lib/a.py", "./lib/a.py", " lib/a..py ", "..a/b"};
    static const char *const wrong[] = {"",
                                        "/a.py",
                                        "~/a.py",
                                        "C:/a.py",
                                        "../a.py",
                                        "a/../b",
                                        "a/..",
                                        "lib/",
                                        ".",
                                        "a\nb",
                                        "a\tb",
                                        "a\x7f",
                                        "a\xc2\x85",
                                        "\xe2\x80\x8f"
                                        "a",
                                        "a\xd8\x9c",
                                        "a\xe2\x81\xa9",
                                        "a\xe2\x80\xa8"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(mistake_in(RULES_KNOWN_ERRORS, "filename", text_of(good[i])).len, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!mistake_in(RULES_KNOWN_ERRORS, "filename", text_of(wrong[i])).len)
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_true(mistake_in(RULES_KNOWN_ERRORS, "filename", TEXT("a\0b")).len > 0);
    assert_int_equal(mistake_in(RULES_WATCHED_FILES, "filepath", TEXT("lib/")).len, 0);
    assert_int_equal(mistake_in(RULES_WATCHED_FILES, "filepath", TEXT(".")).len, 0);
    assert_true(mistake_in(RULES_WATCHED_FILES, "filepath", TEXT("lib/..")).len > 0);
}

static void addresses_are_sane(void **state)
{
    static const char *const wrong[] = {"a",       "a@b.c\nBcc: d@e.f", "a@b.c, d@e.f",
                                        "<a@b.c>", "a@b.c\xe2\x80\xae", "a b@c.d"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!mistake_in(RULES_DISOWNED_FILES, "email", text_of(wrong[i])).len)
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(mistake_in(RULES_EMAIL_REMAPPING, "remap", TEXT("root")).len, 0);
    assert_int_equal(mistake_in(RULES_KNOWN_ERRORS, "email_recipients", TEXT("a@b.c,d@e.f")).len,
                     0);
    assert_true(mistake_in(RULES_KNOWN_ERRORS, "email_recipients", TEXT("a@b.c,,d@e.f")).len > 0);
    assert_true(mistake_in(RULES_KNOWN_ERRORS, "email_recipients", TEXT("a@b.c\nx: y")).len > 0);
}

static void numbers_are_0_or_more(void **state)
{
    static const char *const wrong[] = {"-1", "1.5", "1e3", "ten", "99999999999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!mistake_in(RULES_KNOWN_ERRORS, "min_alert_threshold", text_of(wrong[i])).len)
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(mistake_in(RULES_KNOWN_ERRORS, "min_alert_threshold", TEXT(" 0 ")).len, 0);
}

static void texts_have_a_bound(void **state)
{
    static char much[20000];
    (void)state;
    memset(much, 'x', sizeof much);
    for (int file = 0; file < RULE_FILE_N; file++)
        for (size_t i = 0; rule_fields[file][i].name; i++)
            assert_true(mistake_in((enum rule_file)file, rule_fields[file][i].name,
                                   (struct text){much, sizeof much})
                            .len > 0);
}

static void code_and_words_may_be_in_any_writing(void **state)
{
    (void)state;
    assert_int_equal(mistake_in(RULES_KNOWN_ERRORS, "email_header",
                                TEXT("\xe2\x80\xab\xd7\xa9\xd7\x9c\xe2\x80\xac\r\nnext"))
                         .len,
                     0);
    assert_int_equal(mistake_in(RULES_KNOWN_ERRORS, "code_fragment", TEXT("x\t= \xe2\x82\xac")).len,
                     0);
    assert_true(mistake_in(RULES_KNOWN_ERRORS, "email_header", TEXT("a\x1b[0m")).len > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_checked_can_be_read_and_typed_again),
        cmocka_unit_test(a_rule_becomes_the_object_of_a_file),
        cmocka_unit_test(what_says_nothing_is_typed_as_nothing),
        cmocka_unit_test(lines_end_as_in_a_file),
        cmocka_unit_test(a_maximum_of_0_is_not_no_maximum),
        cmocka_unit_test(paths_are_those_in_the_repository),
        cmocka_unit_test(addresses_are_sane),
        cmocka_unit_test(numbers_are_0_or_more),
        cmocka_unit_test(texts_have_a_bound),
        cmocka_unit_test(code_and_words_may_be_in_any_writing),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
