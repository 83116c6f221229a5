// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/options_edit.h"

static void expect(const char *content, const char *name, const char *value, const char *edited)
{
    struct buffer out = {0};
    options_edit(text_of(content), text_of(name), text_of(value), &out);
    assert_text_equal(buffer_text(&out), edited);
    buffer_release(&out);
}

static void a_value_changes_and_its_surroundings_stay(void **state)
{
    (void)state;
    expect("# mine\n\n[flawless]\n  port   =  9028  \nunknown = x\n", "port", "9030",
           "# mine\n\n[flawless]\n  port   =  9030  \nunknown = x\n");
    expect("[flawless]\nPort: 1", "port", "2", "[flawless]\nPort: 2");
    expect("[flawless]\r\nport = 1\r\n", "port", "2", "[flawless]\r\nport = 2\r\n");
    expect("[flawless]\nsmtp_user =\n", "smtp_user", "me", "[flawless]\nsmtp_user = me\n");
    expect("[flawless]\nsmtp_user = me\n", "smtp_user", "", "[flawless]\nsmtp_user = \n");
    expect("[flawless]\nsmtp_password = a=b:c\n", "smtp_password",
           "#;=:", "[flawless]\nsmtp_password = #;=:\n");
}

static void of_several_lines_the_one_that_counts_changes(void **state)
{
    (void)state;
    expect("[flawless]\nport = 1\nport = 2\n", "port", "3", "[flawless]\nport = 1\nport = 3\n");
    expect("[flawless]\nport = 1\n[project shop]\nport = 2\n", "port", "3",
           "[flawless]\nport = 3\n[project shop]\nport = 2\n");
}

static void a_new_option_comes_last_in_its_section(void **state)
{
    (void)state;
    expect("[flawless]\nport = 1\n\n# the shop\n[project shop]\nrepo_dir = /a\n", "hostname", "a.b",
           "[flawless]\nport = 1\nhostname = a.b\n\n# the shop\n[project shop]\nrepo_dir = /a\n");
    expect("[flawless]\n\n# port of all\n#port = 1\n\n[project shop]\n", "port", "2",
           "[flawless]\n\n# port of all\n#port = 1\nport = 2\n\n[project shop]\n");
    expect("[flawless]\r\nport = 1", "hostname", "a", "[flawless]\r\nport = 1\r\nhostname = a\r\n");
    expect("[flawless]\n[other]\n[flawless]\n# end\n", "port", "1",
           "[flawless]\n[other]\n[flawless]\n# end\nport = 1\n");
}

static void a_missing_section_is_added(void **state)
{
    (void)state;
    expect("", "port", "1", "[flawless]\nport = 1\n");
    expect("[project shop]\nport = 2", "port", "1",
           "[project shop]\nport = 2\n\n[flawless]\nport = 1\n");
    expect("\xef\xbb\xbf[flawless]\n", "port", "1", "\xef\xbb\xbf[flawless]\nport = 1\n");
}

static void what_is_written_is_found(void **state)
{
    (void)state;
    struct text content =
        TEXT("[flawless]\nport = many\nPORT = 7\nsmtp_user =\n#hostname = a\n[x]\nport = 8\n");
    struct text value;
    assert_true(options_find_written(content, TEXT("port"), &value));
    assert_text_equal(value, "7");
    assert_true(options_find_written(content, TEXT("smtp_user"), &value));
    assert_int_equal(value.len, 0);
    assert_false(options_find_written(content, TEXT("hostname"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_changes_and_its_surroundings_stay),
        cmocka_unit_test(of_several_lines_the_one_that_counts_changes),
        cmocka_unit_test(a_new_option_comes_last_in_its_section),
        cmocka_unit_test(a_missing_section_is_added),
        cmocka_unit_test(what_is_written_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
