// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "base/buffer.h"
#include "core/rules.h"
#include "core/rules_sample.h"

static char warned[2048];

static void warn(void *self, const char *message)
{
    (void)self;
    size_t len = strlen(warned);
    snprintf(warned + len, sizeof warned - len, "%s\n", message);
}

static struct rules *read_rules(enum rule_file file, const char *content)
{
    struct rules *rules = rules_new();
    struct error error = {0};
    warned[0] = '\0';
    if (!rules_add_file(rules, file, text_of(content), rule_file_names[file],
                        (struct rules_warnings){NULL, warn}, &error))
        fail_msg("%s", error.message);
    return rules;
}

static void assert_refused(enum rule_file file, const char *content, const char *expected)
{
    struct rules *rules = rules_new();
    struct error error = {0};
    assert_false(rules_add_file(rules, file, text_of(content), rule_file_names[file],
                                (struct rules_warnings){0}, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    if (!strstr(error.message, expected))
        fail_msg("\"%s\" does not say \"%s\"", error.message, expected);
    rules_drop(rules);
}

static const struct rule *find(const struct rules *rules, enum rule_file file, const char *path,
                               const char *function, const char *text)
{
    return rules_find_line(rules, file, text_of(path), text_of(function), text_of(text));
}

// ---- files ----

static void a_bare_string_is_a_comment(void **state)
{
    (void)state;
    struct rules *rules =
        read_rules(RULES_BUILDING_BLOCKS, "[\"why\", {\"filename\": \"a.py\"}, \"and why\"]");
    assert_int_equal(rules_count(rules, RULES_BUILDING_BLOCKS), 1);
    assert_non_null(find(rules, RULES_BUILDING_BLOCKS, "a.py", "f", "x"));
    assert_text_equal(find(rules, RULES_BUILDING_BLOCKS, "a.py", "f", "x")->source,
                      "file building_blocks");
    rules_drop(rules);
}

static void an_empty_list_holds_no_rules(void **state)
{
    (void)state;
    struct rules *rules = read_rules(RULES_KNOWN_ERRORS, " [ ] \n");
    assert_null(find(rules, RULES_KNOWN_ERRORS, "a.py", "f", "x"));
    assert_null(find(NULL, RULES_KNOWN_ERRORS, "a.py", "f", "x"));
    assert_int_equal(rules_count(NULL, RULES_KNOWN_ERRORS), 0);
    rules_drop(rules);
    rules_drop(NULL);
}

static void a_sample_holds_no_rule_and_shows_one_that_can_be(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_FILE_N; i++) {
        enum rule_file file = (enum rule_file)i;
        struct buffer sample = {0}, example = {0};
        rules_sample(file, &sample);
        struct rules *rules = read_rules(file, sample.at);
        assert_int_equal(rules_count(rules, file), 0);
        rules_drop(rules);
        struct text rest = text_from(buffer_text(&sample), text_find(buffer_text(&sample), '{'));
        buffer_printf(&example, "[%.*s]", (int)text_find_last(rest, '"'), rest.at);
        for (size_t at = 0; at < example.len; at++)
            if (example.at[at] == '\'')
                example.at[at] = '"';
        rules = read_rules(file, example.at);
        assert_int_equal(rules_count(rules, file), 1);
        assert_string_equal(warned, "");
        rules_drop(rules);
        buffer_release(&sample);
        buffer_release(&example);
    }
}

static void an_unknown_field_is_a_warning_with_its_place(void **state)
{
    (void)state;
    rules_drop(
        read_rules(RULES_BUILDING_BLOCKS, "[\n {\"filename\": \"a.py\",\n  \"ticket\": 1}]"));
    assert_string_equal(warned, "building_blocks:3:13: there is no field \"ticket\"; it is left "
                                "out of account\n");
    char many[1024] = "[{\"filename\": \"a.py\"";
    for (int i = 0; i < 30; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), ",\"x%d\": 1", i);
    snprintf(many + strlen(many), sizeof many - strlen(many), "}]");
    rules_drop(read_rules(RULES_BUILDING_BLOCKS, many));
    assert_non_null(strstr(warned, "building_blocks: there are 20 more fields"));
}

static void a_field_that_is_nearly_a_known_one_is_refused(void **state)
{
    (void)state;
    assert_refused(RULES_BUILDING_BLOCKS, "[{\"filename\": \"a\",\n\"fucntion_name\": \"f\"}]",
                   "building_blocks:2:18: there is no field \"fucntion_name\"; did you mean "
                   "\"function_name\"?");
    assert_refused(RULES_BUILDING_BLOCKS, "[{\"filename\": \"a\", \"function\": \"f\"}]",
                   "did you mean \"function_name\"?");
    assert_refused(RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"max_alert_treshold\": 1}]",
                   "did you mean \"max_alert_threshold\"?");
    assert_refused(RULES_EMAIL_REMAPPING, "[{\"remap\": \"a\", \"too\": \"b\", \"to\": \"c\"}]",
                   "did you mean \"to\"?");
}

static void a_mistake_in_json_is_told_with_line_and_column(void **state)
{
    (void)state;
    assert_refused(RULES_KNOWN_ERRORS, "[\n  {\"filename\": \"a.py\"},\n  {\"filename\" \"b\"}\n]",
                   "known_errors:3:15: here it stops being JSON");
    assert_refused(RULES_KNOWN_ERRORS, "[\n {\"filename\": \"a\",}\n]", "known_errors:2:19:");
    assert_refused(RULES_KNOWN_ERRORS, "[\"\xc3\xa4\xc3\xb6\", 01]", "known_errors:1:9:");
    assert_refused(RULES_KNOWN_ERRORS, "[\"a\"", "known_errors:1:5:");
    assert_refused(RULES_KNOWN_ERRORS, "[] x", "known_errors:1:4:");
    assert_refused(RULES_KNOWN_ERRORS, "", "known_errors:1:1:");
    assert_refused(RULES_KNOWN_ERRORS, "[1e]", "known_errors:1:4:");
    assert_refused(RULES_KNOWN_ERRORS, "[\"\\q\"]", "known_errors:1:4:");
    assert_refused(RULES_KNOWN_ERRORS, "[tru]", "known_errors:1:2:");
}

static void nesting_without_end_is_refused(void **state)
{
    (void)state;
    char deep[4096] = {0};
    memset(deep, '[', sizeof deep - 1);
    assert_refused(RULES_KNOWN_ERRORS, deep, "known_errors:1:");
}

static void a_file_is_a_list_of_objects(void **state)
{
    (void)state;
    assert_refused(RULES_WATCHED_FILES, "{}", "watched_files:1:1: it has to be a list");
    assert_refused(RULES_WATCHED_FILES, "[\n\"x\", 7]",
                   "watched_files:2:6: the whole of entry 2 has to be an object");
}

static void a_missing_required_field_is_an_error(void **state)
{
    (void)state;
    static const struct {
        enum rule_file file;
        const char *content, *expected;
    } cases[] = {
        {RULES_BUILDING_BLOCKS, "[{\"function_name\": \"f\"}]",
         "1:2: filename of entry 1 has to be there"},
        {RULES_THIRD_PARTY_WHITELIST, "[{\"filename\": null}]", "1:15: filename of entry 1"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"  \"}]", "filename of entry 1 has to be a text"},
        {RULES_WATCHED_FILES, "[{\"email\": \"a@b.c\"}]", "filepath of entry 1 has to be there"},
        {RULES_WATCHED_FILES, "[{\"filepath\": \"x\"}]", "email of entry 1 has to be there"},
        {RULES_EMAIL_REMAPPING, "[{\"remap\": \"a\"}]", "to of entry 1 has to be there"},
        {RULES_EMAIL_REMAPPING, "[{\"to\": \"a\"}]", "remap of entry 1 has to be there"},
        {RULES_IGNORED_EXCEPTIONS, "[{}]", "exception_type of entry 1 has to be there"},
        {RULES_DISOWNED_FILES, "[{\"email\": \"a@b.c\", \"filepath\": \"x\"}]",
         "designated_email of entry 1 has to be there"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].file, cases[i].content, cases[i].expected);
}

static void a_wrong_type_is_an_error(void **state)
{
    (void)state;
    static const struct {
        enum rule_file file;
        const char *content, *expected;
    } cases[] = {
        {RULES_BUILDING_BLOCKS, "[{\"filename\": 5}]",
         "building_blocks:1:15: filename of entry 1 has to be a text, not a number"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"min_alert_threshold\": \"3\"}]",
         "min_alert_threshold of entry 1 has to be a whole number of 0 or more, not a text"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"max_alert_threshold\": -1}]",
         "such a number"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"alert_every_n_occurences\": 1.5}]",
         "alert_every_n_occurences of entry 1"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"email_recipients\": \"a@b.c\"}]",
         "email_recipients of entry 1 has to be a list of addresses, not a text"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"email_recipients\": [\"a@b.c, d@e.f\"]}]",
         "email_recipients of entry 1"},
        {RULES_KNOWN_ERRORS, "[{\"filename\": \"a\", \"email_header\": []}]",
         "email_header of entry 1 has to be a text, not a list"},
        {RULES_WATCHED_FILES,
         "[{\"email\": \"a@b.c\", \"filepath\": \"x\", \"watch_all_errors\": 1}]",
         "watch_all_errors of entry 1 has to be true or false, not a number"},
        {RULES_WATCHED_FILES, "[{\"email\": \"ada\", \"filepath\": \"x\"}]",
         "email of entry 1 has to be one address"},
        {RULES_EMAIL_REMAPPING, "[{\"remap\": \"a\", \"to\": \"a b\"}]", "to of entry 1"},
        {RULES_EMAIL_REMAPPING, "[{\"remap\": \"a\", \"to\": \"a@b.c\\r\\nBcc: x@y.z\"}]",
         "to of entry 1"},
        {RULES_DISOWNED_FILES,
         "[{\"email\": \"a@b.c\", \"filepath\": \"x\", \"designated_email\": {}}]",
         "designated_email of entry 1 has to be a text, not an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].file, cases[i].content, cases[i].expected);
}

static void more_entries_than_the_bound_are_refused(void **state)
{
    (void)state;
    struct buffer content = {0};
    struct error error = {0};
    struct rules *rules = rules_new();
    buffer_add_char(&content, '[');
    for (int i = 0; i < RULES_ENTRY_MAX; i++)
        buffer_add_string(&content, "\"c\",");
    buffer_add_string(&content, "\"c\"]");
    assert_false(rules_add_file(rules, RULES_KNOWN_ERRORS, buffer_text(&content), "k",
                                (struct rules_warnings){0}, &error));
    assert_non_null(strstr(error.message, "at most 100000 entries"));
    buffer_clear(&content);
    while (content.len <= RULES_SIZE_MAX)
        buffer_add_string(&content, "                                                        ");
    assert_false(rules_add_file(rules, RULES_KNOWN_ERRORS, buffer_text(&content), "k",
                                (struct rules_warnings){0}, &error));
    assert_non_null(strstr(error.message, "over the bound"));
    buffer_release(&content);
    rules_drop(rules);
}

// ---- lines ----

static void the_filename_must_be_equal(void **state)
{
    (void)state;
    struct rules *rules = read_rules(RULES_BUILDING_BLOCKS, "[{\"filename\": \"lib/a.py\"}]");
    assert_non_null(find(rules, RULES_BUILDING_BLOCKS, "lib/a.py", "", ""));
    assert_null(find(rules, RULES_BUILDING_BLOCKS, "a.py", "", ""));
    assert_null(find(rules, RULES_BUILDING_BLOCKS, "src/lib/a.py", "", ""));
    assert_null(find(rules, RULES_BUILDING_BLOCKS, "", "", ""));
    assert_null(find(rules, RULES_KNOWN_ERRORS, "lib/a.py", "", ""));
    rules_drop(rules);
}

static void a_function_and_code_are_wildcards_when_null_missing_or_empty(void **state)
{
    (void)state;
    struct rules *rules = read_rules(
        RULES_BUILDING_BLOCKS,
        "[{\"filename\": \"null.py\", \"function_name\": null, \"code_fragment\": null},"
        " {\"filename\": \"missing.py\"},"
        " {\"filename\": \"empty.py\", \"function_name\": \"\", \"code_fragment\": \" \"},"
        " {\"filename\": \"named.py\", \"function_name\": \"f\", \"code_fragment\": null},"
        " {\"filename\": \"code.py\", \"code_fragment\": \"x()\"}]");
    enum rule_file file = RULES_BUILDING_BLOCKS;
    assert_non_null(find(rules, file, "null.py", "any", "y"));
    assert_non_null(find(rules, file, "missing.py", "any", "y"));
    assert_non_null(find(rules, file, "empty.py", "any", "y"));
    assert_non_null(find(rules, file, "empty.py", "", ""));
    assert_non_null(find(rules, file, "named.py", "f", "y"));
    assert_null(find(rules, file, "named.py", "g", "y"));
    assert_null(find(rules, file, "named.py", "", "y"));
    assert_non_null(find(rules, file, "code.py", "any", "x()"));
    assert_null(find(rules, file, "code.py", "any", "y()"));
    rules_drop(rules);
}

static void code_matches_when_either_contains_the_other_with_white_space_collapsed(void **state)
{
    (void)state;
    struct rules *rules =
        read_rules(RULES_KNOWN_ERRORS,
                   "[{\"filename\": \"a.py\", \"code_fragment\": \" call(a,\\n\\t  b) \"}]");
    enum rule_file file = RULES_KNOWN_ERRORS;
    assert_non_null(find(rules, file, "a.py", "f", "call(a, b)"));
    assert_non_null(find(rules, file, "a.py", "f", "  x = call(a,    b) + 1"));
    assert_non_null(find(rules, file, "a.py", "f", "\tb)"));
    assert_null(find(rules, file, "a.py", "f", "call(a,b)"));
    assert_null(find(rules, file, "a.py", "f", "")); // a line nobody knows is in no fragment
    rules_drop(rules);
}

static void of_several_rules_for_a_line_the_first_counts(void **state)
{
    (void)state;
    struct rules *rules = read_rules(
        RULES_KNOWN_ERRORS,
        "[{\"filename\": \"a.py\", \"function_name\": \"f\", \"code_fragment\": \"x\","
        "  \"min_alert_threshold\": 1},"
        " {\"filename\": \"a.py\", \"min_alert_threshold\": 2},"
        " {\"filename\": \"a.py\", \"function_name\": \"f\", \"min_alert_threshold\": 3}]");
    assert_int_equal(find(rules, RULES_KNOWN_ERRORS, "a.py", "f", "x")->min_alert_threshold, 1);
    assert_int_equal(find(rules, RULES_KNOWN_ERRORS, "a.py", "f", "y")->min_alert_threshold, 2);
    assert_int_equal(find(rules, RULES_KNOWN_ERRORS, "a.py", "g", "x")->min_alert_threshold, 2);
    rules_drop(rules);
}

static void a_known_error_says_when_and_to_whom(void **state)
{
    (void)state;
    struct rules *rules = read_rules(
        RULES_KNOWN_ERRORS,
        "[{\"filename\": \"a.py\", \"min_alert_threshold\": 3, \"max_alert_threshold\": 0,"
        "  \"alert_every_n_occurences\": 10, \"email_recipients\": [\"x@y.z\", \" v@w.x \"],"
        "  \"email_header\": \"Call the\\nbank.\"},"
        " {\"filename\": \"b.py\", \"alert_every_n_occurrences\": 20, \"email_recipients\": "
        "null}]");
    const struct rule *rule = find(rules, RULES_KNOWN_ERRORS, "a.py", "f", "x");
    assert_int_equal(rule->min_alert_threshold, 3);
    assert_int_equal(rule->max_alert_threshold, 0);
    assert_int_equal(rule->alert_every_n_occurrences, 10);
    assert_int_equal(rule->email_recipient_n, 2);
    assert_text_equal(rule->email_recipients[1], "v@w.x");
    assert_text_equal(rule->email_header, "Call the\nbank.");
    rule = find(rules, RULES_KNOWN_ERRORS, "b.py", "f", "x");
    assert_int_equal(rule->alert_every_n_occurrences, 20);
    assert_int_equal(rule->max_alert_threshold, -1);
    assert_string_equal(warned, "");
    rules_drop(rules);
}

// ---- exceptions and people ----

static void an_exception_is_ignored_by_its_type(void **state)
{
    (void)state;
    struct rules *rules =
        read_rules(RULES_IGNORED_EXCEPTIONS, "[{\"exception_type\": \"KeyboardInterrupt\"}, "
                                             "{\"exception_type\": \"shop.errors.Gone\"}]");
    assert_true(rules_ignore_exception(rules, TEXT(""), TEXT("KeyboardInterrupt")));
    assert_true(rules_ignore_exception(rules, TEXT("builtins"), TEXT("KeyboardInterrupt")));
    assert_true(rules_ignore_exception(rules, TEXT("shop.errors"), TEXT("Gone")));
    assert_true(rules_ignore_exception(rules, TEXT(""), TEXT("shop.errors.Gone")));
    assert_false(rules_ignore_exception(rules, TEXT("other"), TEXT("Gone")));
    assert_false(rules_ignore_exception(rules, TEXT(""), TEXT("keyboardinterrupt")));
    assert_false(rules_ignore_exception(rules, TEXT("x"), TEXT("")));
    assert_false(rules_ignore_exception(NULL, TEXT(""), TEXT("KeyError")));
    rules_drop(rules);
}

static void an_address_is_remapped_as_a_whole_else_by_the_part_before_the_at(void **state)
{
    (void)state;
    struct rules *rules =
        read_rules(RULES_EMAIL_REMAPPING, "[{\"remap\": \"ada\", \"to\": \"countess\"},"
                                          " {\"remap\": \"Ada@old.org\", \"to\": \"ada@new.org\"},"
                                          " {\"remap\": \"ada\", \"to\": \"nobody\"}]");
    assert_text_equal(rules_remap(rules, TEXT("ada@old.org")), "ada@new.org");
    assert_text_equal(rules_remap(rules, TEXT("ADA@OLD.ORG")), "ada@new.org");
    assert_text_equal(rules_remap(rules, TEXT("ada@other.org")), "countess");
    assert_text_equal(rules_remap(rules, TEXT("ada")), "countess");
    assert_text_equal(rules_remap(rules, TEXT("adam@old.org")), "adam@old.org");
    assert_text_equal(rules_remap(rules, TEXT("")), "");
    assert_text_equal(rules_remap(NULL, TEXT("ada@x.org")), "ada@x.org");
    rules_drop(rules);
}

static void add_watcher(void *self, const struct rule *rule)
{
    struct buffer *all = self;
    buffer_printf(all, "%.*s%s ", TEXT_ARG(rule->email), rule->watch_all_errors ? "+" : "");
}

static void assert_watchers(const struct rules *rules, const char *path, const char *expected)
{
    struct buffer all = {0};
    rules_list_watchers(rules, text_of(path), &all, add_watcher);
    assert_text_equal(buffer_text(&all), expected);
    buffer_release(&all);
}

static void a_filepath_is_a_file_or_a_directory_by_whole_components(void **state)
{
    (void)state;
    struct rules *rules =
        read_rules(RULES_WATCHED_FILES, "[{\"email\": \"f@x.y\", \"filepath\": \"lib/a/b.py\"},"
                                        " {\"email\": \"d@x.y\", \"filepath\": \"lib/a/\"},"
                                        " {\"email\": \"l@x.y\", \"filepath\": \"./lib\","
                                        "  \"watch_all_errors\": true},"
                                        " {\"email\": \"e@x.y\", \"filepath\": \"lib/a\"}]");
    assert_watchers(rules, "lib/a/b.py", "f@x.y d@x.y e@x.y l@x.y+ ");
    assert_watchers(rules, "lib/ab.py", "l@x.y+ ");
    assert_watchers(rules, "lib/a/b.pyc", "d@x.y e@x.y l@x.y+ ");
    assert_watchers(rules, "libs/a/b.py", "");
    assert_watchers(rules, "src/lib/a/b.py", "");
    assert_watchers(NULL, "lib/a/b.py", "");
    rules_drop(rules);
    rules = read_rules(RULES_WATCHED_FILES, "[{\"email\": \"r@x.y\", \"filepath\": \".\"}]");
    assert_watchers(rules, "lib/a/b.py", "r@x.y ");
    rules_drop(rules);
}

static void a_disowned_file_goes_to_the_designated(void **state)
{
    (void)state;
    struct rules *rules = read_rules(
        RULES_DISOWNED_FILES,
        "[{\"email\": \"Ada@x.y\", \"filepath\": \"lib\", \"designated_email\": \"bob@x.y\"},"
        " {\"email\": \"ada@x.y\", \"filepath\": \"lib/a\", \"designated_email\": \"eve@x.y\"}]");
    assert_text_equal(rules_find_designated(rules, TEXT("ada@x.y"), TEXT("lib/b.py")), "bob@x.y");
    assert_text_equal(rules_find_designated(rules, TEXT("ada@x.y"), TEXT("lib/a/b.py")), "eve@x.y");
    assert_text_equal(rules_find_designated(rules, TEXT("ada@x.y"), TEXT("libs/b.py")), "");
    assert_text_equal(rules_find_designated(rules, TEXT("bob@x.y"), TEXT("lib/b.py")), "");
    assert_text_equal(rules_find_designated(NULL, TEXT("ada@x.y"), TEXT("lib/b.py")), "");
    struct rules *held = rules_hold(rules);
    rules_drop(rules);
    rules_drop(held);
}

// ---- rules of the pages ----

static bool add_stored(struct rules *rules, const char *body, int64_t id, struct error *error)
{
    return rules_add_stored(rules, RULES_KNOWN_ERRORS, text_of(body), id, TEXT("added by ann"),
                            (struct rules_warnings){0}, error);
}

static void stored_rules_and_those_of_files_are_one_snapshot_in_their_order(void **state)
{
    (void)state;
    struct rules *files =
        read_rules(RULES_KNOWN_ERRORS, "[{\"filename\": \"a.py\"}, {\"filename\": \"b.py\"}]");
    struct rules *rules = rules_new();
    assert_true(add_stored(rules, "{\"filename\": \"a.py\", \"email_header\": \"hi\"}", 7, NULL));
    rules_add_all(rules, files);
    rules_drop(files); // held by the other one
    assert_int_equal(rules_count(rules, RULES_KNOWN_ERRORS), 3);
    const struct rule *first = rules_first(rules, RULES_KNOWN_ERRORS);
    assert_int_equal(first->id, 7);
    assert_text_equal(first->source, "added by ann");
    assert_text_equal(first->next_of_file->source, "file known_errors");
    assert_int_equal(first->next_of_file->next_of_file->number, 2);
    assert_null(first->next_of_file->next_of_file->next_of_file);
    assert_ptr_equal(find(rules, RULES_KNOWN_ERRORS, "a.py", "f", "x"), first);
    assert_int_equal(find(rules, RULES_KNOWN_ERRORS, "b.py", "f", "x")->id, 0);
    assert_null(rules_first(rules, RULES_WATCHED_FILES));
    rules_drop(rules);
}

static void a_stored_rule_that_cannot_be_read_leaves_the_snapshot_as_it_was(void **state)
{
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{\"filename\": 3}",
                                        "{}",
                                        "{}, {",
                                        "null",
                                        "{\"filename\": \"a\"}, {\"filename\": \"b\"}"};
    (void)state;
    struct rules *rules = rules_new();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {0};
        assert_false(add_stored(rules, wrong[i], 12, &error));
        assert_int_equal(error.kind, ERROR_CONFIG);
        assert_non_null(strstr(error.message, "rule 12 of known_errors on the pages"));
    }
    assert_int_equal(rules_count(rules, RULES_KNOWN_ERRORS), 0);
    rules_drop(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_string_is_a_comment),
        cmocka_unit_test(an_empty_list_holds_no_rules),
        cmocka_unit_test(a_sample_holds_no_rule_and_shows_one_that_can_be),
        cmocka_unit_test(an_unknown_field_is_a_warning_with_its_place),
        cmocka_unit_test(a_field_that_is_nearly_a_known_one_is_refused),
        cmocka_unit_test(a_mistake_in_json_is_told_with_line_and_column),
        cmocka_unit_test(nesting_without_end_is_refused),
        cmocka_unit_test(a_file_is_a_list_of_objects),
        cmocka_unit_test(a_missing_required_field_is_an_error),
        cmocka_unit_test(a_wrong_type_is_an_error),
        cmocka_unit_test(more_entries_than_the_bound_are_refused),
        cmocka_unit_test(the_filename_must_be_equal),
        cmocka_unit_test(a_function_and_code_are_wildcards_when_null_missing_or_empty),
        cmocka_unit_test(code_matches_when_either_contains_the_other_with_white_space_collapsed),
        cmocka_unit_test(of_several_rules_for_a_line_the_first_counts),
        cmocka_unit_test(a_known_error_says_when_and_to_whom),
        cmocka_unit_test(an_exception_is_ignored_by_its_type),
        cmocka_unit_test(an_address_is_remapped_as_a_whole_else_by_the_part_before_the_at),
        cmocka_unit_test(a_filepath_is_a_file_or_a_directory_by_whole_components),
        cmocka_unit_test(a_disowned_file_goes_to_the_designated),
        cmocka_unit_test(stored_rules_and_those_of_files_are_one_snapshot_in_their_order),
        cmocka_unit_test(a_stored_rule_that_cannot_be_read_leaves_the_snapshot_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
